"""Points in the plane and displays, for networks that see one input at a time."""

from __future__ import annotations

import numpy as np

from ._arguments import at_least


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
