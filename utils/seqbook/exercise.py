"""The engine behind every TODO cell: it finds *which* mistake was made.

A checker runs the learner's answer on small fixed arrays and compares what comes back with a
*fault model*: the reference solution with a switch for each well-known slip. The smallest set of
switches that gives the learner's numbers is what the learner is told. When no set does, the
checker falls back to shapes, then to expected and got.

A lab's checks live in one module:

    LAB = Lab("Lab 1")
    needs, progress = LAB.needs, LAB.progress

    DENSE = FaultModel(reference, hints={...}, probes=[...])

    @LAB.exercise("1.2", "Your dense layer computes x @ W + b.")
    def dense(answer):
        return DENSE.judge(answer)
"""

from __future__ import annotations

import functools
import html
import inspect
import itertools
import random
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["FaultModel", "Lab", "Result", "Todo", "numbers", "same"]

Fault = tuple[str, str]  # a slip's name and the hint that goes with it
Verdict = None | str | list[Fault]  # right, a message, or the slips that were found

MARKS = {"passed": "\N{WHITE HEAVY CHECK MARK}", "todo": "\N{PENCIL}", "wrong": "\N{CROSS MARK}"}
COLORS = {"passed": "#1a7f37", "todo": "#9a6700", "wrong": "#cf222e"}


class Todo(NotImplementedError):
    """`raise Todo("2.1")`: this part is the learner's to write. Shown as one line."""

    def __str__(self) -> str:
        return f"TODO {', '.join(map(str, self.args))} is not done yet."

    def _render_traceback_(self) -> list[str]:  # IPython asks for this before it formats one
        return [f"{MARKS['todo']} {self} Solve it, run its check, then come back here."]


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


class Lab:
    """The exercises of one lab and how far the learner has come."""

    def __init__(self, name: str):
        self.name = name
        self.goals: dict[str, str] = {}
        self.results: dict[str, Result] = {}
        self.checks: dict[str, Callable[..., Result]] = {}

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
                with random_state_kept():
                    try:
                        said: Verdict = "todo" if any(map(is_blank, answer)) else judge(*answer)
                    except NotImplementedError:
                        said = "todo"
                    except KeyboardInterrupt:
                        said = "the check was stopped by hand. Does a loop in your code never end?"
                    except Exception as error:
                        said = f"your code stopped with {blame(error)}"
                # Only now: `h[..., 0]` in an answer that works is no blank.
                if said is not None and any(map(has_blank, answer)):
                    said = "todo"
                return self._store(todo, said)

            self.goals[todo] = goal
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


class FaultModel:
    """A reference solution with a switch for each known slip.

    Args:
        reference: ``reference(*probe, faults=frozenset())`` returns a dict of name → array, in
            the order in which the answer returns them. It may raise ValueError when a slip
            cannot run on that probe (shapes that do not fit).
        hints: slip → what to tell the learner. Order matters: of two slips that give the same
            numbers the first is told.
        probes: argument tuples. The first should let nearly every slip run (all sizes equal),
            another should have all sizes different, so that only right shapes run.
        most: how many slips at once are searched for.
        close: relative and absolute tolerance.
    """

    def __init__(
        self,
        reference: Callable[..., Mapping[str, Any]],
        hints: Mapping[str, str],
        probes: Sequence[tuple],
        *,
        most: int = 3,
        close: tuple[float, float] = (1e-4, 1e-5),
    ):
        self.reference, self.hints = reference, dict(hints)
        self.probes, self.most, self.close = list(probes), most, close

    def expected(self, probe: tuple, faults: Sequence[str] = ()) -> dict[str, Any]:
        """The reference's outputs on one probe, with some slips switched on."""
        return dict(self.reference(*copied(probe), faults=frozenset(faults)))

    def judge(self, answer: Callable[..., Any]) -> Verdict:
        """Run `answer(*probe)` on every probe and name what is wrong with it."""
        runs: list[tuple[tuple, Any]] = []
        for probe in self.probes:
            try:
                runs.append((probe, answer(*copied(probe))))
            except NotImplementedError:
                raise
            except Exception as error:
                runs.append((probe, error))
        wants = [self.expected(probe) for probe, _ in runs]
        if all(self.matches(got, want) for (_, got), want in zip(runs, wants, strict=True)):
            return None
        found = self.diagnose(runs)
        if found:
            return [(name, self.hints[name]) for name in found]
        for (_, got), want in zip(runs, wants, strict=True):
            if isinstance(got, Exception):
                return f"your code stopped with {blame(got)}"
            if not self.matches(got, want):
                return describe(got, want, self.close)
        raise AssertionError("unreachable: some run did not match")

    def matches(self, got: Any, want: Mapping[str, Any]) -> bool:
        """Do the answer's outputs equal the expected ones, shapes included?"""
        if isinstance(got, Exception):
            return False
        values = outputs(got, len(want))
        return values is not None and all(
            same(a, b, *self.close) for a, b in zip(values, want.values(), strict=True)
        )

    def diagnose(self, runs: Sequence[tuple[tuple, Any]]) -> tuple[str, ...]:
        """The smallest set of slips that explains every run, empty if none does."""
        if all(isinstance(got, Exception) for _, got in runs):
            return ()
        for size in range(1, self.most + 1):
            for chosen in itertools.combinations(self.hints, size):
                if all(self._explains(chosen, probe, got) for probe, got in runs):
                    return chosen
        return ()

    def _explains(self, chosen: Sequence[str], probe: tuple, got: Any) -> bool:
        try:
            want = self.expected(probe, chosen)
        except ValueError:  # this slip cannot run here: then the answer must have crashed too
            return isinstance(got, Exception)
        # An answer that crashed says nothing: TensorFlow may refuse what NumPy broadcasts.
        return isinstance(got, Exception) or self.matches(got, want)


def outputs(got: Any, count: int) -> list[Any] | None:
    """The answer's return value as a list of `count` outputs, or None if it is not that many."""
    if isinstance(got, Mapping):
        got = list(got.values())
    if count == 1 and not (isinstance(got, list | tuple) and len(got) == 1):
        return [got]
    if isinstance(got, list | tuple) and len(got) == count:
        return list(got)
    return None


def describe(got: Any, want: Mapping[str, Any], close: tuple[float, float] = (1e-4, 1e-5)) -> str:
    """The fallback hint: what came back, what should have."""
    names = list(want)
    if got is None:
        return "your code returned nothing. Does it end with `return`?"
    values = outputs(got, len(want))
    if values is None:
        return f"{len(want)} values are expected ({', '.join(names)}); {kind(got)} came back."
    for name, value, right in zip(names, values, want.values(), strict=True):
        if value is None:
            return f"{name} is None: it was never computed."
        try:
            array = np.asarray(value, dtype="float64")
        except (TypeError, ValueError):
            if same(value, right, *close):
                continue
            return f"{name} should be {shown(right)}; {kind(value)} came back: {shown(value)}."
        shape = np.shape(right)
        if array.shape != shape:
            return f"{name} has shape {array.shape}, it should be {shape}."
        if not np.isfinite(array).all() and np.isfinite(np.asarray(right, "float64")).all():
            return f"{name} contains inf or NaN."
        if not same(array, right, *close):
            return (
                f"{name} has the right shape {shape} but not the right numbers. On one of the "
                f"check's inputs it should begin {shown(right)}, yours begins {shown(array)}."
            )
    return "the result is not the expected one."


def shown(value: Any, most: int = 4) -> str:
    """A value in a few characters."""
    try:
        flat = np.ravel(np.asarray(value, dtype="float64"))
    except (TypeError, ValueError):
        text = repr(value)
        return text if len(text) <= 60 else text[:57] + "..."
    numbers_ = ", ".join(f"{v:.4g}" for v in flat[:most])
    if np.ndim(value) == 0:
        return numbers_
    return f"[{numbers_}{', ...' if flat.size > most else ''}]"


def kind(value: Any) -> str:
    """A value's type in words."""
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    if hasattr(value, "shape"):
        return f"one array of shape {tuple(value.shape)}"
    return f"a {type(value).__name__}"


def same(a: Any, b: Any, rtol: float = 1e-4, atol: float = 1e-5) -> bool:
    """Equal shape and numbers; text and other values must be equal."""
    if isinstance(b, str | bytes | dict | set) or isinstance(a, str | bytes | dict | set):
        return type(a) is type(b) and a == b
    try:
        a, b = np.asarray(a, dtype="float64"), np.asarray(b, dtype="float64")
    except (TypeError, ValueError):
        try:
            return list(a) == list(b)
        except TypeError:
            return False
    return a.shape == b.shape and np.allclose(a, b, rtol=rtol, atol=atol)


def numbers(*shape: int, phase: float = 0.0) -> np.ndarray:
    """Probe numbers: float32, asymmetric, none of them zero, from no random generator.

    Args:
        shape: sizes of the array.
        phase: another phase gives other numbers.
    """
    n = np.arange(1, 1 + np.prod(shape))
    return (0.9 * np.sin(phase + 1.7 * n)).reshape(shape).astype("float32")


def copied(probe: tuple) -> tuple:
    """Fresh copies of the arrays, so that an answer cannot change the next run's input."""
    return tuple(value.copy() if isinstance(value, np.ndarray) else value for value in probe)


def is_blank(answer: Any) -> bool:
    """Is the answer itself a `...`?"""
    return answer is Ellipsis


def has_blank(answer: Any) -> bool:
    """Is a `...` still in the code of this function, class or object?"""
    if not (inspect.isfunction(answer) or inspect.ismethod(answer) or inspect.isclass(answer)):
        answer = type(answer) if is_users(answer) else getattr(answer, "python_function", answer)
    if inspect.isclass(answer):
        return any(
            has_blank(getattr(member, "__func__", member))
            for member in vars(answer).values()
            if inspect.isfunction(getattr(member, "__func__", member))
        )
    code = getattr(inspect.unwrap(answer) if callable(answer) else answer, "__code__", None)
    return code is not None and blank_in(code)


def blank_in(code: Any) -> bool:
    """Is a `...` in this code object or one nested in it?"""
    return any(c is Ellipsis or (inspect.iscode(c) and blank_in(c)) for c in code.co_consts)


def is_users(answer: Any) -> bool:
    """Is this an object of a class written in the notebook?"""
    return type(answer).__module__ == "__main__"


def blame(error: BaseException) -> str:
    """One line on an exception out of the learner's code, with the line it came from."""
    line = ""
    here = str(Path(__file__).parent)
    for frame in traceback.extract_tb(error.__traceback__):
        installed = "site-packages" in frame.filename or "dist-packages" in frame.filename
        ours = installed or frame.filename.startswith((here, sys.base_prefix))
        if not ours and frame.line:
            line = frame.line  # the last one written in the notebook
    text = [
        row.strip()
        for row in re.sub(r"\x1b\[[\d;]*m", "", str(error)).splitlines()
        if row.strip() and not row.startswith("Exception encountered when calling")
    ]
    where = f" at `{line}`" if line else ""
    what = re.sub(r"\s+", " ", text[0])[:160] if text else "no message"
    return f"{type(error).__name__}{where}: {what}"


@contextmanager
def random_state_kept():
    """Leave the generators of random, NumPy and TensorFlow as they were.

    Keras draws the seeds of its initializers from `random`, so building a layer in a check would
    otherwise change every training run that follows it.
    """
    saved = random.getstate(), np.random.get_state()
    tensorflow = sys.modules.get("tensorflow")
    keep = generator = None
    if tensorflow is not None:
        from tensorflow.python.eager import context  # the op seeds of tf.random.* in eager mode

        keep = getattr(context.context(), "_rng", None)
        keep = keep and (keep, keep.getstate())
        generator = tensorflow.random.get_global_generator()
        generator = (generator, generator.state.numpy())
    try:
        yield
    finally:
        random.setstate(saved[0])
        np.random.set_state(saved[1])
        if keep:
            keep[0].setstate(keep[1])
        if generator:
            generator[0].state.assign(generator[1])
