"""Streams of 0s and 1s, for networks that should remember."""

from __future__ import annotations

from itertools import product

import numpy as np

from ._arguments import at_least


def flips(
    timesteps: int, *, p: float = 0.5, stay: float | None = None, seed: int = 0
) -> np.ndarray:
    """A stream of coin flips, 0 or 1.

    Args:
        timesteps: length of the stream.
        p: probability of a 1, at every step (with `stay`: only at the first).
        stay: None for independent flips. Otherwise the probability that a symbol is the same as
            the one before it; 0.5 is a fair coin again, 0.9 gives long runs.
        seed: the same seed, the same stream.

    Returns:
        The symbols 0.0 and 1.0, shape (timesteps,).

    Raises:
        ValueError: if `timesteps` is below 1 or a probability is not between 0 and 1.
    """
    timesteps = at_least("timesteps", timesteps, 1)
    for name, value in [("p", p), ("stay", 0.5 if stay is None else stay)]:
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is a probability between 0 and 1, not {value!r}")
    u = np.random.default_rng(seed).random(timesteps)
    if stay is None:
        return (u < p).astype("float32")
    changes = (u >= stay).astype(int)
    changes[0] = u[0] < p  # the first symbol
    return (np.cumsum(changes) % 2).astype("float32")


def windows(stream: np.ndarray, size: int) -> np.ndarray:
    """Every stretch of `size` neighboring symbols, the newest in the last column.

    Args:
        stream: symbols of shape (timesteps,).
        size: symbols per window.

    Returns:
        Shape (timesteps - size + 1, size): row t holds ``stream[t], ..., stream[t + size - 1]``.

    Raises:
        ValueError: if `stream` is not one-dimensional or shorter than a window.
    """
    stream = np.asarray(stream)
    size = at_least("size", size, 1)
    if stream.ndim != 1:
        raise ValueError(f"a stream has one dimension (timesteps,), this has {stream.shape}")
    if len(stream) < size:
        raise ValueError(f"a window of {size} does not fit a stream of {len(stream)} symbols")
    return np.lib.stride_tricks.sliding_window_view(stream, size).copy()


def all_windows(size: int) -> np.ndarray:
    """Each window of 0s and 1s once: what a fair coin gives, with every window equally likely.

    An accuracy computed over these rows is exact, not an estimate.

    Args:
        size: symbols per window, at most 16.

    Returns:
        Shape (2**size, size), in counting order.

    Raises:
        ValueError: if `size` is not between 1 and 16.
    """
    size = at_least("size", size, 1)
    if size > 16:
        raise ValueError(f"there are 2**{size} windows of {size} symbols: choose a size up to 16")
    return np.array(list(product([0, 1], repeat=size)), dtype="float32")
