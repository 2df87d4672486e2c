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

import ast
import functools
import html
import inspect
import itertools
import random
import re
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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
        tensors: give the answer TensorFlow tensors for the probes' arrays. An answer that stops
            with an error on tensors gets NumPy arrays, so both ways of writing it are accepted.
    """

    def __init__(
        self,
        reference: Callable[..., Mapping[str, Any]],
        hints: Mapping[str, str],
        probes: Sequence[tuple],
        *,
        most: int = 3,
        close: tuple[float, float] = (1e-4, 1e-5),
        tensors: bool = False,
    ):
        self.reference, self.hints = reference, dict(hints)
        self.probes, self.most, self.close = list(probes), most, close
        self.tensors = tensors

    def expected(self, probe: tuple, faults: Sequence[str] = ()) -> dict[str, Any]:
        """The reference's outputs on one probe, with some slips switched on."""
        return dict(self.reference(*copied(probe), faults=frozenset(faults)))

    def judge(self, answer: Callable[..., Any]) -> Verdict:
        """Run `answer(*probe)` on every probe and name what is wrong with it."""
        if not callable(answer):
            if answer is None:
                return "the check was given None. Was the function defined before this cell ran?"
            return (
                f"the check was given {kind(answer)}. Give it the function itself: its name, "
                "without brackets behind it."
            )
        runs = [(probe, self._run(answer, probe)) for probe in self.probes]
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

    def _run(self, answer: Callable[..., Any], probe: tuple) -> Any:
        """What the answer returns on a probe, or the exception it stopped with."""
        try:
            return answer(*(as_tensors(probe) if self.tensors else copied(probe)))
        except NotImplementedError:
            raise
        except Exception as error:
            if self.tensors:
                with suppress(Exception):
                    return answer(*copied(probe))
            return error

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
            return f"{name} {difference(array, np.asarray(right, 'float64'), close)}"
    return "the result is not the expected one."


def difference(array: np.ndarray, right: np.ndarray, close: tuple[float, float]) -> str:
    """Where two arrays of one shape first differ, in words."""
    if array.ndim == 0:
        return f"should be {right:.4g} on one of the check's inputs; yours is {array:.4g}."
    wrong = np.argwhere(~np.isclose(array, right, *close))
    at = tuple(int(i) for i in wrong[0])
    place = f"[{', '.join(map(str, at))}]"
    return (
        f"has the right shape {array.shape} but not the right numbers: "
        f"{len(wrong)} of {array.size} differ. On one of the check's inputs, {place} should be "
        f"{right[at]:.4g}; yours is {array[at]:.4g}."
    )


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
    # A reference gives NaN only when a slip does, for instance the logarithm of a negative number.
    return a.shape == b.shape and np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True)


def numbers(*shape: int, phase: float = 0.0) -> np.ndarray:
    """Probe numbers: float32, asymmetric, none of them zero, from no random generator.

    Args:
        shape: sizes of the array.
        phase: another phase gives other numbers.
    """
    n = np.arange(1, 1 + np.prod(shape))
    return (0.9 * np.sin(phase + 1.7 * n)).reshape(shape).astype("float32")


def mapped(change: Callable[[np.ndarray], Any], value: Any) -> Any:
    """`value` with each array in it, however deep in lists and dicts, changed."""
    if isinstance(value, np.ndarray):
        return change(value)
    if isinstance(value, list | tuple):
        return type(value)(mapped(change, item) for item in value)
    if isinstance(value, dict):
        return {key: mapped(change, item) for key, item in value.items()}
    return value


def copied(probe: tuple) -> tuple:
    """Fresh copies of the arrays, so that an answer cannot change the next run's input."""
    return mapped(np.copy, probe)


def as_tensors(probe: tuple) -> tuple:
    """The probe with TensorFlow tensors in place of its arrays."""
    import tensorflow as tf

    return mapped(tf.constant, probe)


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
    answer = inspect.unwrap(answer) if callable(answer) else answer
    code = getattr(answer, "__code__", None)
    return code is not None and blank_in(code) and blank_in_source(answer)


def blank_in(code: Any) -> bool:
    """Is a `...` in this code object or one nested in it?"""
    return any(c is Ellipsis or (inspect.iscode(c) and blank_in(c)) for c in code.co_consts)


def blank_in_source(function: Any) -> bool:
    """Is it a blank and not an index, as in `h[..., tf.newaxis]`? True if that cannot be read."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return True
    indexed = {
        id(part)
        for node in ast.walk(tree) if isinstance(node, ast.Subscript)
        for part in ast.walk(node.slice)
    }
    return any(
        isinstance(node, ast.Constant) and node.value is Ellipsis and id(node) not in indexed
        for node in ast.walk(tree)
    )


def is_users(answer: Any) -> bool:
    """Is this an object of a class written in the notebook?"""
    return type(answer).__module__ == "__main__"


def blame(error: BaseException) -> str:
    """One line on an exception out of the learner's code, with the line it came from."""
    line, what = "", type(error).__name__
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
    if text and text[0] == "in user code:":  # out of a tf.function: a traceback in the message
        places = [i for i, row in enumerate(text) if row.startswith("File ") and row.endswith("*")]
        line = text[places[-1] + 1] if places else line
        text = [row for row in text if re.match(rf"{what}\b.*?:", row)][-1:] or text[-1:]
        text = [text[0].removeprefix(f"{what}: ")]
    where = f" at `{line}`" if line else ""
    said = re.sub(r"\s+", " ", text[0])[:160] if text else "no message"
    return f"{what}{where}: {said}"


@contextmanager
def random_state_kept() -> Iterator[None]:
    """Leave the generators of random, NumPy, TensorFlow and Keras as they were.

    Keras draws the seeds of its initializers from `random`, so building a layer in a check would
    otherwise change every training run that follows it. Its count of layer names is kept too:
    a summary printed after a check names the layers as without it.
    """
    saved = random.getstate(), np.random.get_state()
    with tensorflow_state_kept(), keras_state_kept():
        try:
            yield
        finally:
            random.setstate(saved[0])
            np.random.set_state(saved[1])


@contextmanager
def tensorflow_state_kept() -> Iterator[None]:
    """Keep tf.random's two generators: op seeds in eager mode, and the global Generator."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None:
        yield
        return
    from tensorflow.python.eager import context

    eager = context.context()
    # set_random_seed within an answer puts a new object there, so both object and state count.
    seed, rng = getattr(eager, "_seed", None), getattr(eager, "_rng", None)
    state = rng.getstate() if rng else None
    generator = tensorflow.random.get_global_generator()
    numbers_ = generator.state.numpy()
    try:
        yield
    finally:
        if rng:
            eager._seed, eager._rng = seed, rng
            rng.setstate(state)
        generator.state.assign(numbers_)
        tensorflow.random.set_global_generator(generator)


@contextmanager
def keras_state_kept() -> Iterator[None]:
    """Keep keras.random's global generator and the numbers in automatic layer names."""
    try:
        if "keras" not in sys.modules:
            raise ImportError
        from keras.src.backend.common import global_state
    except ImportError:  # Keras is not in use, or keeps its state elsewhere
        yield
        return
    generator = global_state.get_global_attribute("global_seed_generator")
    numbers_ = np.array(generator.state) if generator is not None else None
    names = dict(global_state.get_global_attribute("object_name_uids") or {})
    try:
        yield
    finally:
        global_state.set_global_attribute("global_seed_generator", generator)
        if generator is not None:
            generator.state.assign(numbers_)
        counts = global_state.get_global_attribute("object_name_uids")
        if counts is not None:
            counts.clear()
            counts.update(names)
