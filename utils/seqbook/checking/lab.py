"""A lab: its exercises, their checks, and how far the learner has come."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .blanks import has_blank, is_blank, names_in
from .random_state import random_state_kept
from .report import blame
from .results import Progress, Result, Todo

Fault = tuple[str, str]  # a slip's name and the hint that goes with it
Verdict = None | str | list[Fault]  # right, a message, or the slips that were found


class Lab:
    """The exercises of one lab and how far the learner has come."""

    def __init__(self, name: str):
        self.name = name
        self.goals: dict[str, str] = {}
        self.results: dict[str, Result] = {}
        self.checks: dict[str, Callable[..., Result]] = {}
        self.answered: dict[str, str] = {}  # name of a learner's function → its exercise

    def exercise(self, todo: str, goal: str) -> Callable[[Callable[..., Verdict]], Callable]:
        """Turn a judge into the check of exercise `todo`.

        The judge returns None if the answer is right, a message, or a list of (slip, hint). The
        check never raises, takes well under a second, and leaves every random generator as it
        was: training after a check gives the same numbers as without it.
        """

        def wrap(judge: Callable[..., Verdict]) -> Callable[..., Result]:
            @functools.wraps(judge)
            def check(*answer: Any) -> Result:
                wanted = len(inspect.signature(judge).parameters)
                if len(answer) != wanted:
                    name = getattr(judge, "__name__", "check")
                    return self._store(
                        todo, f"`check.{name}` takes {wanted} thing(s), it was given {len(answer)}."
                    )
                with random_state_kept(), np.errstate(all="ignore"):
                    try:
                        said: Verdict = "todo" if any(map(is_blank, answer)) else judge(*answer)
                    except Todo as error:
                        other = [n for n in error.numbers if n != todo and n in self.goals]
                        if other:
                            return self._waits(todo, other)
                        said = "todo"
                    except NotImplementedError:
                        said = "todo"
                    except KeyboardInterrupt:
                        said = "the check was stopped by hand. Does a loop in your code never end?"
                    except Exception as error:
                        said = f"your code stopped with {blame(error)}"
                # Only now: an answer that works is never blank.
                if said is not None and any(map(has_blank, answer)):
                    said = "todo"
                elif isinstance(said, str) and said != "todo":
                    said += self._in_another(todo, answer)
                self.answered.update({getattr(a, "__name__", ""): todo for a in answer})
                return self._store(todo, said)

            self.goals[todo] = goal
            self.goals = dict(sorted(self.goals.items(), key=lambda item: place(item[0])))
            self.checks[todo] = check
            return check

        return wrap

    def _store(self, todo: str, said: Verdict) -> Result:
        if said is None:
            result = Result(todo, "passed", self.goals[todo])
        elif said == "todo":
            result = Result(todo, "todo", "not done yet. Replace the `...` and run this again.")
        elif isinstance(said, str):
            result = Result(todo, "wrong", said)
        else:
            hints = list(dict.fromkeys(hint for _, hint in said))
            result = Result(todo, "wrong", "\nand: ".join(hints), [name for name, _ in said])
        self.results[todo] = result
        return result

    def _in_another(self, todo: str, answer: Sequence[Any]) -> str:
        """No slip was found. Does the answer call another exercise's function that is wrong?"""
        called = set().union(*map(names_in, answer)) & set(self.answered)
        for name in sorted(called):
            other = self.answered[name]
            if other != todo and self.results[other].status == "wrong":
                return (
                    f"\nBut it uses `{name}`, and TODO {other} has not passed its check: "
                    "put that right first."
                )
        return ""

    def _waits(self, todo: str, others: Sequence[str]) -> Result:
        message = f"this uses TODO {', '.join(others)}, which is not done yet. Solve that first."
        self.results[todo] = result = Result(todo, "todo", message)
        return result

    def needs(self, *todos: str) -> None:
        """Stop this cell, kindly, until the given exercises have passed.

        Raises:
            Todo: one line that names what is missing.
        """
        missing = [todo for todo in todos if not self.results.get(todo)]
        if missing:
            raise Todo(*missing)

    def progress(self) -> Progress:
        """A line per exercise: passed, wrong or still to do."""
        return Progress(self)


def place(todo: str) -> list[int]:
    """Where an exercise comes in its lab: 2.10 is behind 2.9."""
    return [int(part) for part in todo.split(".")]
