"""Lab 1 itself, and the few functions its reference solutions share."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...checking import Lab

LAB = Lab("Lab 1", mutants=Path(__file__).with_name("mutants.json"))
needs, progress, inputs = LAB.needs, LAB.progress, LAB.inputs


def sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """Probabilities along an axis."""
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def one_hot(targets: np.ndarray, size: int) -> np.ndarray:
    """Whole numbers (...) as rows of 0s with a single 1, shape (..., size)."""
    return np.eye(size)[targets]


def times(v: np.ndarray, W: np.ndarray, name: str, faults: frozenset[str]) -> np.ndarray:
    """`v @ W`, or what the slips "W elementwise" and "W transposed" make of it."""
    if f"{name} elementwise" in faults:
        return v * W
    return v @ (W.T if f"{name} transposed" in faults else W)
