"""Inputs that checks try answers on, and what counts as the same number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def same(a: Any, b: Any, rtol: float = 1e-4, atol: float = 1e-5) -> bool:
    """Equal shape and numbers; text and other values must be equal."""
    if isinstance(b, str | bytes | dict | set) or isinstance(a, str | bytes | dict | set):
        return type(a) is type(b) and a == b
    try:
        a, b = np.asarray(a, dtype="float64"), np.asarray(b, dtype="float64")
    except (TypeError, ValueError):
        try:
            a, b = list(a), list(b)
        except TypeError:
            return False
        if any(hasattr(x, "shape") for x in (*a, *b)):  # arrays of different shapes
            pairs = zip(a, b, strict=False)
            return len(a) == len(b) and all(same(x, y, rtol, atol) for x, y in pairs)
        return a == b
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
