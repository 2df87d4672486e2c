"""Figures of the chapter on what a sequence model must be able to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ...plots.diagrams import box
from ...plots.style import COLORS


def key_presses(keys: np.ndarray, code: Sequence[int], labels: Sequence[str]) -> Axes:
    """Streams of key presses as rows of boxes; the code, and the code reversed, stand out."""
    _, ax = plt.subplots(figsize=(6, 0.38 * len(keys) + 0.2))
    for row, stream in enumerate(keys):
        colors = [COLORS["muted"]] * len(stream)
        for pattern, color in [(code[::-1], COLORS["input"]), (code, COLORS["output"])]:
            for t in range(len(stream) - len(code) + 1):
                if np.array_equal(stream[t : t + len(code)], pattern):
                    colors[t : t + len(code)] = [color] * len(code)
        for t, (key, color) in enumerate(zip(stream, colors, strict=True)):
            box(ax, t, -1.25 * row, str(key), color, (0.84, 0.9))
        ax.text(keys.shape[1] - 0.2, -1.25 * row, labels[row], va="center", fontsize=9)
    ax.set(xlim=(-0.6, keys.shape[1] + 2.2), ylim=(-1.25 * (len(keys) - 1) - 0.7, 0.7))
    ax.axis("off")
    return ax


def accuracy_lines(
    x: Sequence[float], curves: Mapping[str, Sequence[float]], xlabel: str, chance: float = 0.5
) -> Axes:
    """Accuracy of several models against one quantity, with a dotted line at chance."""
    _, ax = plt.subplots(figsize=(6, 3.0))
    for k, (name, values) in enumerate(curves.items()):
        ax.plot(x, values, ["o-", "s--", "^-.", "D:"][k % 4], ms=4.5, label=name)
    ax.axhline(chance, color=COLORS["muted"], ls=":", lw=1.2)
    ax.text(x[0], chance - 0.012, "chance", va="top", color=COLORS["muted"], fontsize=8)
    ax.set(xlabel=xlabel, ylabel="accuracy", ylim=(min(0.4, ax.get_ylim()[0]), 1.04))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.2), ncols=3)
    return ax
