"""Selective copying: a few letters among many dots, to be said in order at the end.

A row is a line of dots with letters at random places, and then one question mark for each
letter. At the first question mark the answer is the first letter, at the second the second.
"""

from __future__ import annotations

import numpy as np

LETTERS = list("abcdefgh")
VOCABULARY = [*LETTERS, "·", "?"]
DOT, ASK = len(LETTERS), len(LETTERS) + 1


def copying(
    number: int, places: int = 48, letters: int = 6, *, seed: int | np.random.Generator = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Rows (number, places + letters) and their letters in order (number, letters), both int32.

    Every choice of places is equally likely, and so is every letter at each of them.
    """
    if not 1 <= letters <= places:
        raise ValueError(f"{letters} letters do not fit: choose from 1 to places={places}")
    rng = np.random.default_rng(seed)
    said = rng.integers(0, len(LETTERS), (number, letters))
    at = np.sort(rng.random((number, places)).argsort(axis=1)[:, :letters], axis=1)
    rows = np.full((number, places + letters), DOT)
    np.put_along_axis(rows, at, said, axis=1)
    rows[:, places:] = ASK
    return rows.astype("int32"), said.astype("int32")


def text(row: np.ndarray) -> str:
    """One row of ids as a string."""
    return "".join(VOCABULARY[i] for i in row)
