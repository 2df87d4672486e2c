"""What a learner sees: a part that is still to do, the word of a check, the state of a lab."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WORDS = {"passed": "passed", "todo": "to do", "wrong": "not yet"}
COLORS = {"passed": "#1a7f37", "todo": "#9a6700", "wrong": "#cf222e"}

Fault = tuple[str, str]  # a slip's name and the hint that goes with it


@dataclass(frozen=True)
class Waiting:
    """The verdict on an answer that cannot be judged yet.

    Attributes:
        others: the exercises that have to be done first; none if the answer itself is blank.
    """

    others: tuple[str, ...] = ()


Verdict = None | str | list[Fault] | Waiting  # right, a message, the slips, not done yet


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
        return [f"{self} Solve {them}, then come back here."]


class Result:
    """What a check says. True only if the answer passed.

    Attributes:
        todo: the exercise's number, such as ``"2.1"``.
        status: ``"passed"``, ``"todo"`` (still blank) or ``"wrong"``.
        message: what the learner reads.
        faults: names of the slips that were recognized, empty if none was.
        inputs: the arguments on which the answer was seen to be wrong, where there are such.
    """

    def __init__(
        self, todo: str, status: str, message: str, faults: Sequence[str] = (),
        inputs: tuple[Any, ...] | None = None,
    ):  # fmt: skip
        self.todo, self.status, self.message = todo, status, message
        self.faults, self.inputs = tuple(faults), inputs

    def __bool__(self) -> bool:
        return self.status == "passed"

    def __repr__(self) -> str:
        return f"TODO {self.todo} {WORDS[self.status]}: {self.message}"

    def _repr_html_(self) -> str:
        text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.message, quote=False))
        return (
            f'<div role="status" class="seqbook-check seqbook-check-{self.status}" '
            f'style="border-left:4px solid {COLORS[self.status]};padding:.4em .8em;margin:.3em 0">'
            f"<b>TODO {self.todo} {WORDS[self.status]}</b> " + text.replace("\n", "<br>") + "</div>"
        )


class Standing:
    """How far a learner has come in a lab; `len` is the number of exercises passed.

    Args:
        lab: the lab's name.
        rows: (number, status, goal) of each exercise.
    """

    def __init__(self, lab: str, rows: Sequence[tuple[str, str, str]]):
        self.lab, self.rows = lab, list(rows)

    def __len__(self) -> int:
        return sum(status == "passed" for _, status, _ in self.rows)

    def __repr__(self) -> str:
        head = f"{self.lab}: {len(self)} of {len(self.rows)} passed"
        return "\n".join([head, *(f"{WORDS[s]:8}{todo}  {goal}" for todo, s, goal in self.rows)])
