"""The errors of `seqbook.music`: each is one line, in a notebook too."""

from __future__ import annotations

from math import inf
from numbers import Integral, Real
from typing import Any

__all__ = [
    "ArgumentError", "MusicError", "NoEngraverError", "NotATuneError", "RenderError", "number",
    "whole_number",
]  # fmt: skip


class MusicError(RuntimeError):
    """Something the reader can put right; the message says how. No stack trace in a notebook."""

    def _render_traceback_(self) -> list[str]:  # IPython asks for this before it formats one
        return [f"{type(self).__name__}: {self}"]


class RenderError(MusicError):
    """A tune could not be engraved: malformed, too long or too slow."""


class NoEngraverError(RenderError):
    """No tune at all can be engraved: a package is missing, or the process does not start."""


class ArgumentError(MusicError, ValueError):
    """A number out of its range, or a name that does not exist."""


class NotATuneError(MusicError, TypeError):
    """Where a tune belongs, something else than a string."""


def whole_number(
    name: str, value: Any, least: int = 1, error: type[MusicError] = ArgumentError
) -> int:
    """The value as an int; raises `error` unless it is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise error(f"{name} is a whole number of at least {least}, not {value!r}")
    return int(value)


def number(
    name: str,
    value: Any,
    above: float = 0,
    most: float = inf,
    error: type[MusicError] = ArgumentError,
) -> float:
    """The value as a float; raises `error` unless it is above `above` and at most `most`."""
    real = isinstance(value, Real) and not isinstance(value, bool)
    if not (real and above < value <= most and value < inf):
        limit = f" and at most {most:g}" if most < inf else ""
        raise error(f"{name} is a number above {above:g}{limit}, not {value!r}")
    return float(value)
