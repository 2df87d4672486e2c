"""A lab: its exercises, their checks, and how far the learner has come."""

from __future__ import annotations

import contextlib
import functools
import inspect
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .asked import ASKED, Asked
from .blanks import functions_in, has_blank, is_blank, names_used
from .cells import CELLS
from .limits import OutOfTime, no_exit, output_limit, time_limit
from .mutants import Mutants
from .plain_sight import in_plain_sight
from .report import blame, line_of
from .results import Result, Standing, Todo, Verdict, Waiting
from .surroundings import notebook_kept, random_state_kept

SECONDS = 10.0  # a check ends after this time; right answers need less than one
TOO_LONG = (
    "your code was stopped after {seconds:g} seconds{line}. Is there a loop that never ends? "
    "A loop ends when its condition becomes false: does anything in it change that?"
)
EXITS = "your code ends the program{line}. Leave out `exit()`: a function ends with `return`."
BY_HAND = "the check was stopped by hand. Does a loop in your code never end?"


@dataclass
class Exercise:
    """One TODO: its goal, its judge, and the names that its answer defines."""

    todo: str
    goal: str
    judge: Callable[..., Verdict]
    names: tuple[str, ...] = field(default=())


class Lab:
    """The exercises of one lab and how far the learner has come.

    Args:
        name: what the lab is called.
        mutants: the file of mutants that `make labs` writes for it, if there is one.
        seconds: after so long a check is ended.
    """

    def __init__(self, name: str, mutants: str | Path | None = None, seconds: float = SECONDS):
        self.name, self.seconds = name, seconds
        self.mutants = Mutants(Path(mutants)) if mutants else None
        self.exercises: dict[str, Exercise] = {}
        self.results: dict[str, Result] = {}
        self.checks: dict[str, Callable[..., Result]] = {}

    @property
    def goals(self) -> dict[str, str]:
        """Number → goal, in the lab's order."""
        return {todo: exercise.goal for todo, exercise in self.exercises.items()}

    def exercise(
        self, todo: str, goal: str, names: str | Sequence[str] = ()
    ) -> Callable[[Callable[..., Verdict]], Callable[..., Result]]:
        """Turn a judge into the check of exercise `todo`.

        The judge returns None if the answer is right, a message, or a list of (slip, hint). The
        check never raises, ends in time, and leaves random generators and the learner's own
        names as they were: training after a check gives the same numbers as without it.

        Args:
            todo: the exercise's number.
            goal: what a passed check says.
            names: what the answer's cell defines, if it is not the judge's own name.
        """

        def wrap(judge: Callable[..., Verdict]) -> Callable[..., Result]:
            @functools.wraps(judge)
            def check(*answer: Any) -> Result:
                self.results[todo] = result = self.ask(todo, answer)
                return result

            own = (names,) if isinstance(names, str) else tuple(names) or (judge.__name__,)
            self.exercises[todo] = Exercise(todo, goal, judge, own)
            self.exercises = dict(sorted(self.exercises.items(), key=lambda item: place(item[0])))
            self.checks[todo] = check
            return check

        CELLS.watch()
        return wrap

    def ask(self, todo: str, answer: Sequence[Any]) -> Result:
        """What the check of `todo` says of this answer; nothing is stored."""
        exercise, said = self.exercises[todo], None
        wanted = len(inspect.signature(exercise.judge).parameters)
        asked = Asked(self, todo, answers=answer)
        if len(answer) != wanted:
            name, s = exercise.judge.__name__, "" if wanted == 1 else "s"
            said = f"`check.{name}` takes {wanted} thing{s}, it was given {len(answer)}."
        said = said or CELLS.said([getattr(a, "__name__", "") for a in answer])
        if said is None:
            said = self._judged(asked, answer)
            # Only now: an answer that works is never blank.
            if said is not None and any(map(has_blank, answer)):
                said = Waiting()
            elif said is not None and not isinstance(said, Waiting):
                said = self._in_another(todo, answer) or said
                # One slip that gives the very numbers is told; anything less certain is not.
                sure = isinstance(said, Waiting) or (isinstance(said, list) and len(said) == 1)
                seen = None if sure else in_plain_sight(answer)
                said = [seen] if seen else said
        return self._result(asked, said)

    def _judged(self, asked: Asked, answer: Sequence[Any]) -> Verdict:
        """The judge's word, and in any case a word."""
        if any(map(is_blank, answer)):
            return Waiting()
        with contextlib.ExitStack() as around:
            for kept in (random_state_kept(), notebook_kept(answer), np.errstate(all="ignore"),
                         warnings.catch_warnings(), output_limit(), no_exit()):  # fmt: skip
                around.enter_context(kept)
            warnings.simplefilter("ignore")
            token = ASKED.set(asked)
            try:
                with time_limit(self.seconds):
                    return self.exercises[asked.todo].judge(*answer)
            except Todo as error:
                others = [n for n in error.numbers if n != asked.todo and n in self.exercises]
                return Waiting(tuple(others))
            except NotImplementedError as error:
                return f"your code stopped with {blame(error)}" if error.args else Waiting()
            except OutOfTime as error:
                line = line_of(error, outermost=True)
                return TOO_LONG.format(seconds=self.seconds, line=line)
            except SystemExit as error:
                return EXITS.format(line=line_of(error, outermost=True))
            except KeyboardInterrupt:
                return BY_HAND
            except Exception as error:
                return f"your code stopped with {blame(error)}"
            finally:
                ASKED.reset(token)

    def _result(self, asked: Asked, said: Verdict) -> Result:
        todo = asked.todo
        if said is None:
            return Result(todo, "passed", self.exercises[todo].goal)
        if isinstance(said, Waiting):
            if not said.others:
                return Result(todo, "todo", "replace the `...` and run this again.")
            others = ", ".join(said.others)
            return Result(
                todo, "todo", f"this uses TODO {others}, which is not done yet. Solve that first."
            )
        if isinstance(said, str):
            return Result(todo, "wrong", said, inputs=asked.inputs)
        hints = list(dict.fromkeys(hint for _, hint in said))
        faults = [name for name, _ in said]
        return Result(todo, "wrong", "\nand: ".join(hints), faults, asked.inputs)

    def _in_another(self, todo: str, answer: Sequence[Any]) -> Verdict:
        """Does the answer use that of another exercise which is blank or wrong?"""
        used = set().union(*map(names_used, answer)) | {getattr(a, "__name__", "") for a in answer}
        spaces = [f.__globals__ for a in answer for f in functions_in(a)]
        for other in self.exercises.values():
            if other.todo == todo or not spaces or not used & set(other.names):
                continue
            theirs = [spaces[0].get(name) for name in other.names]
            wanted = len(inspect.signature(other.judge).parameters)
            if any(t is None for t in theirs) or len(theirs) != wanted:
                continue
            said = self._judged(Asked(self, other.todo), theirs)
            if said is None:
                continue
            if isinstance(said, Waiting) or any(map(has_blank, theirs)):
                return Waiting((other.todo,))
            names = " and ".join(f"`{name}`" for name in other.names)
            return (
                f"this uses {names} of TODO {other.todo}, and that one is not right yet. Put it "
                "right first; its own check says what is wrong with it."
            )
        return None

    def watch(self, todo: str, *answer: Any) -> tuple[Verdict, list[tuple[Any, list[Any]]]]:
        """A verdict without a diagnosis, and what each fault model saw: (model, its runs)."""
        asked = Asked(self, todo, runs=[])
        token = ASKED.set(asked)
        try:
            with time_limit(self.seconds), np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return self.exercises[todo].judge(*answer), asked.runs or []
        except (Exception, SystemExit, OutOfTime) as error:
            return blame(error), asked.runs or []
        finally:
            ASKED.reset(token)

    def inputs(self, todo: str) -> tuple[Any, ...]:
        """The arguments on which the last check of an exercise saw that the answer was wrong."""
        result = self.results.get(todo)
        if result is None or result.inputs is None:
            raise ValueError(f"The check of TODO {todo} holds no input: run it on an answer first.")
        return result.inputs

    def needs(self, *todos: str) -> None:
        """Stop this cell, kindly, until the given exercises have passed.

        Raises:
            Todo: one line that names what is missing.
        """
        missing = [todo for todo in todos if not self.results.get(todo)]
        if missing:
            raise Todo(*missing)

    def progress(self) -> Standing:
        """A line per exercise: passed, not yet or still to do."""
        results = self.results
        return Standing(self.name, [
            (todo, results[todo].status if todo in results else "todo", exercise.goal)
            for todo, exercise in self.exercises.items()
        ])  # fmt: skip


def place(todo: str) -> list[int]:
    """Where an exercise comes in its lab: 2.10 is behind 2.9."""
    return [int(part) for part in todo.split(".")]
