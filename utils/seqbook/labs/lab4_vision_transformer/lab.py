"""Lab 4 itself, and what several of its reference solutions share."""

from __future__ import annotations

import numpy as np

from ...checking import Lab, Verdict, numbers

LAB = Lab("Lab 4")
needs, progress, inputs = LAB.needs, LAB.progress, LAB.inputs

Array = np.ndarray


def dense(inputs: int, outputs: int, phase: float) -> tuple[Array, Array]:
    """A kernel and a bias, neither large nor small."""
    kernel = 1.6 * numbers(inputs, outputs, phase=phase) / inputs**0.5
    return kernel, 0.4 * numbers(outputs, phase=phase + 1)


def crashed(said: Verdict, *words: str) -> bool:
    """Is this the word on an error whose text holds one of these?"""
    return isinstance(said, str) and said.startswith("your code stopped") and any(
        word in said for word in words
    )  # fmt: skip
