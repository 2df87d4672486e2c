"""Fallback hints in words: expected and got, and one line on an exception."""

from __future__ import annotations

import builtins
import difflib
import re
import sys
import textwrap
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

from .asked import ASKED
from .blanks import functions_in
from .probes import same


def outputs(got: Any, count: int) -> list[Any] | None:
    """The answer's return value as a list of `count` outputs, or None if it is not that many."""
    if count == 1:
        return [got]
    if isinstance(got, list | tuple) and len(got) == count:
        return list(got)
    return None


def describe(got: Any, want: Mapping[str, Any], close: tuple[float, float] = (1e-4, 1e-5)) -> str:
    """The fallback hint: what came back, what should have, and which results are right."""
    names = list(want)
    if got is None:
        return "your code returned nothing. Does it end with `return`?"
    values = outputs(got, len(want))
    if values is None:
        s = "" if len(want) == 1 else "s"
        return f"{len(want)} value{s} are expected ({', '.join(names)}); {kind(got)} came back."
    good = [n for n, v, w in zip(names, values, want.values(), strict=True) if same(v, w, *close)]
    right = f"{' and '.join(good)} {'is' if len(good) == 1 else 'are'} right. " if good else ""
    for name, value, wanted in zip(names, values, want.values(), strict=True):
        if name not in good:
            return right + what_is_wrong(name, value, wanted, close)
    return "the result is not the expected one."


def what_is_wrong(name: str, value: Any, right: Any, close: tuple[float, float]) -> str:
    """One result in words: none, of another kind, another shape, other numbers."""
    if value is None:
        return f"{name} is None: it was never computed."
    if isinstance(value, list | tuple) and not isinstance(right, list | tuple):
        shapes = {np.shape(part) for part in value}
        if np.ndim(right) == 0 or len(shapes) > 1:
            return f"{name} should be {one(right)}; {kind(value)} came back."
    try:
        array = np.asarray(value, dtype="float64")
    except (TypeError, ValueError):
        return f"{name} should be {shown(right)}; {kind(value)} came back: {shown(value)}."
    shape = np.shape(right)
    if array.shape != shape:
        return agreeing(name, f"has shape {array.shape}, it should be {shape}.")
    if not np.isfinite(array).all() and np.isfinite(np.asarray(right, "float64")).all():
        return (
            f"{name} contains inf or NaN. Look for a division by zero, or for the logarithm or "
            "the root of a number that is not positive."
        )
    return agreeing(name, difference(array, np.asarray(right, "float64"), close))


def agreeing(name: str, said: str) -> str:
    """A result's name and what is said of it, in the plural if that is what the name is."""
    noun = name.split()[1] if " " in name else name
    if noun.endswith("s") and not noun.endswith("ss"):
        said = re.sub(r"^(always )?(has|is)\b", lambda found: (found[1] or "") + (
            "have" if found[2] == "has" else "are"), said)  # fmt: skip
    return f"{name} {said}"


def one(value: Any) -> str:
    """What is expected, in words."""
    return "one number" if np.ndim(value) == 0 else f"one array of shape {np.shape(value)}"


def difference(array: np.ndarray, right: np.ndarray, close: tuple[float, float]) -> str:
    """Where two arrays of one shape differ, in words."""
    if array.ndim == 0:
        return f"should be {right:.4g} on one of the check's inputs; yours is {array:.4g}."
    off = ~np.isclose(array, right, *close)
    at = tuple(int(i) for i in np.argwhere(off)[0])
    place = f"[{', '.join(map(str, at))}]"
    where = ""
    for axis, size in enumerate(off.shape):
        lines = off.any(axis=tuple(k for k in range(off.ndim) if k != axis))
        if size > 1 and lines.sum() in (1, size - 1):
            which = int(np.argwhere(lines if lines.sum() == 1 else ~lines)[0, 0])
            where = f" Along axis {axis}, only index {which} is "
            where += "wrong." if lines.sum() == 1 else "right."
            break
    return (
        f"has the right shape {array.shape} but not the right numbers: "
        f"{off.sum()} of {array.size} differ. On one of the check's inputs, {place} should be "
        f"{right[at]:.4g}; yours is {array[at]:.4g}.{where}"
    )


def shown_inputs(asked: Any) -> str:
    """The arguments on which an answer was seen to be wrong, or how to get them."""
    if asked is None or asked.inputs is None:
        return ""
    parts = [re.sub(r"\s+", " ", repr(p.tolist() if isinstance(p, np.ndarray) else p))
             for p in asked.inputs]  # fmt: skip
    name = asked.lab.exercises[asked.todo].names[0]
    if sum(map(len, parts)) <= 90:
        return f" This was `{name}({', '.join(parts)})`."
    return f' See for yourself: `{name}(*check.inputs("{asked.todo}"))`.'


def shown(value: Any, most: int = 4) -> str:
    """A value in a few characters."""
    try:
        flat = np.ravel(np.asarray(value, dtype="float64"))
    except (TypeError, ValueError):
        text = re.sub(r"\s+", " ", repr(value))
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


def line_of(error: BaseException, outermost: bool = False) -> str:
    """The line of the notebook at which it stopped, in words; empty if there is none."""
    frame = learners(error, outermost)
    return f", at `{frame[0].partition('  #')[0]}`" if frame else ""


def learners(
    error: BaseException, outermost: bool = False
) -> tuple[str, dict[str, Any]] | None:
    """(line, local names) of the innermost code of the notebook, or of the outermost."""
    found = frames_of(error)
    return found[0 if outermost else -1][:2] if found else None


def frames_of(error: BaseException) -> list[tuple[str, dict[str, Any], Any]]:
    """(line, local names, code) of what was written in the notebook, the innermost last."""
    found = []
    here = str(Path(__file__).parents[1])
    frames = traceback.walk_tb(error.__traceback__)
    for (frame, _), summary in zip(frames, traceback.extract_tb(error.__traceback__), strict=False):
        name = summary.filename
        installed = "site-packages" in name or "dist-packages" in name
        ours = installed or name.startswith((here, sys.base_prefix))
        if not ours and summary.line:
            found.append((summary.line, {**frame.f_locals}, frame.f_code))
    return found


def answers_codes() -> set[Any]:
    """The code objects of the answer that is being checked."""
    asked = ASKED.get()
    waiting = [f.__code__ for a in (asked.answers if asked else ()) for f in functions_in(a)]
    found = set()
    while waiting:
        code = waiting.pop()
        found.add(code)
        waiting += [c for c in code.co_consts if isinstance(c, CodeType)]
    return found


def caller(frames: Sequence[tuple[str, dict[str, Any], Any]]) -> tuple[str, str, str] | None:
    """(line, function, exercise's function) if it stopped in the answer to another exercise.

    The line is that of the answer being checked; a helper of the learner's is no exercise.
    """
    asked, own = ASKED.get(), answers_codes()
    at = [i for i, frame in enumerate(frames) if frame[2] in own]
    if asked is None or not at or at[-1] + 1 >= len(frames):
        return None
    others = {name for todo, e in asked.lab.exercises.items() if todo != asked.todo
              for name in e.names}  # fmt: skip
    inside = [frame[2].co_name for frame in frames[at[-1] + 1 :] if frame[2].co_name in others]
    line, _, code = frames[at[-1]]
    function = code.co_qualname.split(".<locals>")[0].split(".")[-1]  # not "<listcomp>"
    return (line, function, inside[0]) if inside else None


# What an exception's text says, in plain words. Nothing here goes beyond the text.
MEANS = [
    (r"not callable", "Brackets stand behind something that is no function."),
    (r"'[\w.]*[Tt]ensor' object does not support item assignment", "A tensor cannot be changed in "
     "place: make a new one, or collect the parts in a list and stack them."),
    (r"'(str|tuple)' object does not support item assignment", "A string or a tuple cannot be "
     "changed in place: make a new one."),
    (r"axis -?\d+ is out of bounds", "There are fewer axes than that; they are counted from 0."),
    (r"index -\d+ is out of bounds", "The index lies before the beginning."),
    (r"out of bounds|index out of range", "The index runs past the end: the last one is the size "
     "minus 1."),
    (r"inhomogeneous", "These arrays have different shapes and cannot be one array."),
    (r"need at least one array|empty (sequence|iterable)", "What is given there is empty."),
    (r"(not enough|too many) values to unpack", "The number of names on the left is not the number "
     "of values on the right."),
]  # fmt: skip
WHOLE = (
    r"must be integers|only integers|arrays used as indices|interpreted as an integer|"
    r"only integer scalar|'Tshape' of float"
)


def meaning(error: BaseException, said: str, line: str, names: Mapping[str, Any]) -> str:
    """An error in plain words, with what can be seen of its cause; empty if there is nothing."""
    if isinstance(error, UnboundLocalError):
        return "Give it a value before that line."
    if isinstance(error, NameError | AttributeError):
        close = spelling(error, names)
        if close:
            return f"Is `{close}` meant?"
    here = {name: names[name] for name in re.findall(r"(?<![.\w])[A-Za-z_]\w*", line)
            if name in names}  # fmt: skip
    if "NoneType" in said:
        nothing = [f"`{name}`" for name, value in here.items() if value is None]
        are = "is" if len(nothing) == 1 else "are"
        return f"There {' and '.join(nothing)} {are} None." if nothing else (
            "Something on that line is None."
        )
    if re.search(WHOLE, said):
        broken = [f"`{name}` is {value:g}" for name, value in here.items()
                  if isinstance(value, float | np.floating)]  # fmt: skip
        seen = f": there {' and '.join(broken)}, a float" if broken else ""
        return f"An index or a size must be a whole number{seen}."
    if re.search("multiply sequence|unsupported operand.*'list'|'list' and", said):
        lists = [f"`{name}`" for name, value in here.items() if isinstance(value, list)]
        are = "is a list" if len(lists) == 1 else "are lists"
        return f"There {' and '.join(lists)} {are}, and no array." if lists else ""
    return next((m for pattern, m in MEANS if re.search(pattern, said)), "")


def spelling(error: NameError | AttributeError, names: Mapping[str, Any]) -> str:
    """The name that exists and is nearly the one that was not found, empty if there is none."""
    wanted = getattr(error, "name", None)
    if not wanted:
        return ""
    attribute = isinstance(error, AttributeError)
    if attribute:
        there = dir(error.obj)
    else:
        spaces = [frame.f_globals for frame, _ in traceback.walk_tb(error.__traceback__)]
        there = [*names, *spaces[-1], *dir(builtins)]
    known = [name for name in there if name[:1] != "_" and name != wanted]
    return next(iter(difflib.get_close_matches(wanted, known, 1, 0.75)), "")


def blame(error: BaseException) -> str:
    """One line on an exception out of the learner's code: where, what, with which shapes."""
    what, frames = type(error).__name__, frames_of(error)
    line, names = frames[-1][:2] if frames else ("", {})
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
    said = textwrap.shorten(text[0], 160, placeholder=" ...") if text else "no message"
    from_another = caller(frames)
    if from_another:
        line, function, other = from_another
        names = next(names for at, names, _ in reversed(frames) if at == line)
        where = f" inside `{other}`, called from `{line}` in `{function}`"
        more = meaning(error, said, line, names) if re.search(WHOLE, said) else ""
    else:
        where = f" at `{line}`" if line else ""
        more = meaning(error, said, line, names)
    shapes = shapes_on(line, names) if frames and not isinstance(error, NameError) else ""
    said = said if said.endswith("...") else f"{said.rstrip('.')}."
    return f"{what}{where}: {said}" + (f" {more}" if more else "") + shapes


def shapes_on(line: str, names: Mapping[str, Any]) -> str:
    """The shapes of the arrays that a line names."""
    found = {
        name: tuple(names[name].shape) for name in re.findall(r"[A-Za-z_]\w*", line)
        if hasattr(names.get(name), "shape")
    }  # fmt: skip
    listed = ", ".join(f"`{name}` {shape}" for name, shape in found.items())
    return f" There the shapes are {listed}." if listed else ""
