"""The seven-segment display: digits as seven numbers."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ...plots.style import COLORS

# Ends of each segment, in the usual order a to g: top, the two on the right, bottom, the two on
# the left, middle.
ENDS = [
    ((0, 2), (1, 2)), ((1, 2), (1, 1)), ((1, 1), (1, 0)), ((0, 0), (1, 0)),
    ((0, 1), (0, 0)), ((0, 2), (0, 1)), ((0, 1), (1, 1)),
]  # fmt: skip


def segments(
    lit: np.ndarray, *, labels: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw displays side by side."""
    lit = np.atleast_2d(np.asarray(lit, dtype=float))
    ax = ax if ax is not None else plt.subplots(figsize=(0.8 * len(lit) + 0.3, 1.9))[1]
    for k, row in enumerate(lit):
        for on, ((x1, y1), (x2, y2)) in zip(row, ENDS, strict=True):
            gap = 0.1  # between the ends of two segments
            dx, dy = gap * np.sign(x2 - x1), gap * np.sign(y2 - y1)
            ax.plot([1.9 * k + x1 + dx, 1.9 * k + x2 - dx], [y1 + dy, y2 - dy], lw=5,
                    solid_capstyle="round", color=COLORS["input"] if on else COLORS["muted"],
                    alpha=1 if on else 0.13)
        if labels:
            ax.text(1.9 * k + 0.5, -0.75, labels[k], ha="center", va="center", fontsize=11)
    ax.set(xlim=(-0.4, 1.9 * len(lit) - 0.5), ylim=(-1.1 if labels else -0.4, 2.4), aspect="equal")
    ax.axis("off")
    return ax
