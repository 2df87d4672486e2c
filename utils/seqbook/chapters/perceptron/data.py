"""Points in the plane, the segments of a display, and streams of 0s and 1s.

Examples are rows, arrays are float32 (what Keras computes in), and the same seed gives the same
numbers on every machine.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from .._arguments import at_least


def blobs(
    n: int = 200,
    *,
    centers: tuple[tuple[float, float], tuple[float, float]] = ((-1.0, -0.6), (1.0, 0.6)),
    spread: float = 0.55,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Two round clouds of points, one for each class.

    Args:
        n: number of points, half of them (rounded down) in class 0.
        centers: the middle of class 0 and of class 1.
        spread: standard deviation of each cloud in both directions; large ones overlap.
        seed: the same seed, the same points.

    Returns:
        Points of shape (n, 2) and classes 0.0 or 1.0 of shape (n, 1), in mixed order.

    Raises:
        ValueError: if `n` is below 2, `spread` is negative or `centers` is not two points.
    """
    n = at_least("n", n, 2)
    middle = np.asarray(centers, dtype=float)
    if middle.shape != (2, 2):
        raise ValueError(f"centers are two points (x1, x2), not an array of shape {middle.shape}")
    if spread < 0:
        raise ValueError(f"spread must not be negative, not {spread!r}")
    rng = np.random.default_rng(seed)
    y = rng.permutation((np.arange(n) >= n // 2).astype(int))
    x = middle[y] + spread * rng.normal(size=(n, 2))
    return x.astype("float32"), y[:, None].astype("float32")


def xor() -> tuple[np.ndarray, np.ndarray]:
    """The four points of "one or the other, but not both".

    Returns:
        Points (0,0), (0,1), (1,0), (1,1) of shape (4, 2) and classes 0, 1, 1, 0 of shape (4, 1).
    """
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
    return x, (x[:, :1] != x[:, 1:]).astype("float32")


def seven_segments() -> tuple[np.ndarray, np.ndarray]:
    """The digits 0 to 9 on a seven-segment display.

    Returns:
        Which of the segments a to g are lit, shape (10, 7): top, upper right, lower right, bottom,
        lower left, upper left, middle. And the digits, int32 of shape (10,).
    """
    lit = ["1111110", "0110000", "1101101", "1111001", "0110011",
           "1011011", "1011111", "1110000", "1111111", "1111011"]  # fmt: skip
    x = np.array([[float(s) for s in row] for row in lit], dtype="float32")
    return x, np.arange(10, dtype="int32")


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
