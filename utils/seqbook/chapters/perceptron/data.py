"""Points in the plane, the segments of a display, and streams of 0s and 1s.

Examples are rows, arrays are float32 (what Keras computes in), and the same seed gives the same
numbers on every machine.
"""

from __future__ import annotations

from itertools import product

import numpy as np


def blobs(
    n: int = 200,
    *,
    centers: tuple[tuple[float, float], tuple[float, float]] = ((-1.0, -0.6), (1.0, 0.6)),
    spread: float = 0.55,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Two round clouds of points (n, 2) and their classes 0 or 1, (n, 1), in mixed order."""
    middle = np.asarray(centers, dtype=float)
    rng = np.random.default_rng(seed)
    y = rng.permutation((np.arange(n) >= n // 2).astype(int))
    x = middle[y] + spread * rng.normal(size=(n, 2))
    return x.astype("float32"), y[:, None].astype("float32")


def xor() -> tuple[np.ndarray, np.ndarray]:
    """The four points (4, 2) of "one or the other, but not both", and their classes (4, 1)."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
    return x, (x[:, :1] != x[:, 1:]).astype("float32")


def seven_segments() -> tuple[np.ndarray, np.ndarray]:
    """Which segments a to g are lit, (10, 7), in the digits 0 to 9, and these digits, (10,)."""
    lit = ["1111110", "0110000", "1101101", "1111001", "0110011",
           "1011011", "1011111", "1110000", "1111111", "1111011"]  # fmt: skip
    x = np.array([[float(s) for s in row] for row in lit], dtype="float32")
    return x, np.arange(10, dtype="int32")


def flips(
    timesteps: int, *, p: float = 0.5, stay: float | None = None, seed: int = 0
) -> np.ndarray:
    """Coin flips, 0 or 1; with `stay`, the probability that the same side comes again."""
    u = np.random.default_rng(seed).random(timesteps)
    if stay is None:
        return (u < p).astype("float32")
    changes = (u >= stay).astype(int)
    changes[0] = u[0] < p  # the first symbol
    return (np.cumsum(changes) % 2).astype("float32")


def windows(stream: np.ndarray, size: int) -> np.ndarray:
    """Every stretch of `size` neighboring symbols, the newest in the last column."""
    stream = np.asarray(stream)
    return np.lib.stride_tricks.sliding_window_view(stream, size).copy()


def all_windows(size: int) -> np.ndarray:
    """Each window of 0s and 1s once: what a fair coin gives, with every window equally likely.

    An accuracy computed over these rows is exact, not an estimate.
    """
    return np.array(list(product([0, 1], repeat=size)), dtype="float32")
