"""What a learner sees: a part that is still to do, the word of a check, the state of a lab."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .lab import Lab

MARKS = {"passed": "\N{WHITE HEAVY CHECK MARK}", "todo": "\N{PENCIL}", "wrong": "\N{CROSS MARK}"}
COLORS = {"passed": "#1a7f37", "todo": "#9a6700", "wrong": "#cf222e"}


class Todo(NotImplementedError):
    """`raise Todo("2.1")`: this part is the learner's to write. Shown as one line."""

    @property
    def numbers(self) -> list[str]:
        """The exercises that are missing, such as ``["2.1"]``."""
        # Out of a Keras layer the error comes back with its message wrapped in another.
        text = " ".join(map(str, self.args))
        return re.findall(r"\d+(?:\.\d+)+", text.split("Arguments received")[0]) or [text]

    def __str__(self) -> str:
        are = "is" if len(self.numbers) == 1 else "are"
        return f"TODO {', '.join(self.numbers)} {are} not done yet."

    def _render_traceback_(self) -> list[str]:  # IPython asks for this before it formats one
        them = "it, run its check" if len(self.numbers) == 1 else "them, run their checks"
        return [f"{MARKS['todo']} {self} Solve {them}, then come back here."]


class Result:
    """What a check says. True only if the answer passed.

    Attributes:
        todo: the exercise's number, such as ``"2.1"``.
        status: ``"passed"``, ``"todo"`` (still blank) or ``"wrong"``.
        message: what the learner reads.
        faults: names of the slips that were recognized, empty if none was.
    """

    def __init__(self, todo: str, status: str, message: str, faults: Sequence[str] = ()):
        self.todo, self.status = todo, status
        self.message, self.faults = message, tuple(faults)

    def __bool__(self) -> bool:
        return self.status == "passed"

    def __repr__(self) -> str:
        return f"{MARKS[self.status]} TODO {self.todo}: {self.message}"

    def _repr_html_(self) -> str:
        text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.message, quote=False))
        return (
            f'<div role="status" style="border-left:4px solid {COLORS[self.status]};'
            f'padding:.4em .8em;margin:.3em 0">{MARKS[self.status]} <b>TODO {self.todo}</b> '
            + text.replace("\n", "<br>")
            + "</div>"
        )


class Progress:
    """How far a learner has come in a lab; `len` is the number of exercises passed."""

    def __init__(self, lab: Lab):
        self.lab = lab.name
        self.rows = [
            (todo, lab.results[todo].status if todo in lab.results else "todo", goal)
            for todo, goal in lab.goals.items()
        ]

    def __len__(self) -> int:
        return sum(status == "passed" for _, status, _ in self.rows)

    def __repr__(self) -> str:
        head = f"{self.lab}: {len(self)} of {len(self.rows)} done"
        return "\n".join([head, *(f"{MARKS[s]} {todo}  {goal}" for todo, s, goal in self.rows)])
