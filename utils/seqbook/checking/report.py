"""Fallback hints in words: expected and got, and one line on an exception."""

from __future__ import annotations

import re
import sys
import textwrap
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .probes import same


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


def blame(error: BaseException) -> str:
    """One line on an exception out of the learner's code, with the line it came from."""
    line, what = "", type(error).__name__
    here = str(Path(__file__).parents[1])
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
    said = textwrap.shorten(text[0], 160, placeholder=" ...") if text else "no message"
    if isinstance(error, UnboundLocalError):
        said += ". Give it a value before that line."
    return f"{what}{where}: {said}"
