"""Slips that nobody wrote down: mutants of the solutions, made when a lab is built.

`tools/make_mutants.py` changes a solution in one place, runs it as the check would, and keeps what
it saw as a fingerprint: the shapes on each probe, and a few sums of all numbers. A wrong answer
with the same fingerprint is told how the mutant was made. Nothing of the solution is stored.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

SUMS = 5  # so many sums are stored; two different results hardly agree in all of them
CLOSE = 3e-4  # of the numbers' common length: room for float32 and for another processor


class Mutants:
    """The mutants of one lab: fingerprints and hints.

    Args:
        path: the JSON file; read when the first answer is looked up.
    """

    def __init__(self, path: Path):
        self.path = path

    @cached_property
    def models(self) -> dict[str, dict[str, list[list[Any]]]]:
        """Label of a fault model → shapes → rows of sums, length and number of the hint."""
        return self._read["models"]

    @cached_property
    def _read(self) -> dict[str, Any]:
        if not self.path.exists():  # while a lab is being written
            return {"models": {}, "hints": []}
        return json.loads(self.path.read_text(encoding="utf-8"))

    def hint(self, label: str, runs: Sequence[Any]) -> str | None:
        """The hint of the mutant that gives the same results on every probe, None if none does."""
        key, sums, length = fingerprint(runs)
        for *theirs, number in self.models.get(label, {}).get(key, ()):
            if near(sums, length, np.array(theirs)):
                return self._read["hints"][number]
        return None


def near(sums: np.ndarray, length: float, others: np.ndarray) -> bool:
    """Are these sums the same, up to rounding?"""
    return bool(np.all(np.abs(others - sums) <= CLOSE * length + 1e-5))


def fingerprint(runs: Sequence[Any]) -> tuple[str, np.ndarray, float]:
    """(shapes and kinds of what came back on each probe, sums of the numbers, their length)."""
    words: list[str] = []
    arrays = [np.zeros(0)]
    for got in runs:
        words.append(_seen(got, arrays))
    flat = np.nan_to_num(np.concatenate(arrays), nan=7e3, posinf=8e3, neginf=-8e3).clip(-1e9, 1e9)
    # The weights of the sums: fixed, without a pattern, and the same on every machine.
    n = np.arange(1.0, 1.0 + flat.size)
    sums = np.array([np.sin(n * n * (0.37 + 0.11 * k) + k) @ flat for k in range(SUMS)])
    return "; ".join(words), sums, float(np.sqrt(np.sum(flat**2)))


def _seen(got: Any, arrays: list[np.ndarray], depth: int = 0) -> str:
    """One result in a word; its numbers go into the list."""
    if isinstance(got, BaseException):
        return f"!{type(got).__name__}"
    if isinstance(got, list | tuple) and depth < 2 and any(np.ndim(_plain(x)) for x in got):
        return f"[{' '.join(_seen(x, arrays, depth + 1) for x in got)}]"
    array = _plain(got)
    if array is None:
        return f"{type(got).__name__}:{zlib.crc32(repr(got).encode()):x}"
    arrays.append(array.ravel())
    return "x".join(map(str, array.shape)) or "1"


def _plain(value: Any) -> np.ndarray | None:
    """The value as an array of numbers, None if it is none."""
    try:
        return np.asarray(value, dtype="float64")
    except (TypeError, ValueError):
        return None
