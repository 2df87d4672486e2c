"""Figures of sentences: which words two of them share, and what a model thinks after each word."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ...plots.style import COLORS


def same_words(first: Sequence[str], second: Sequence[str], *, ax: Axes | None = None) -> Axes:
    """Two sentences of the same words under each other, each word tied to its twin."""
    if ax is None:
        _, ax = plt.subplots(figsize=(6, 1.9))
    free = list(enumerate(second))
    for i, word in enumerate(first):
        same = [(abs(i - j), j) for j, other in free if other == word]
        _, j = min(same)
        free.remove((j, word))
        moved = i != j
        color = COLORS["accent"] if moved else COLORS["muted"]
        ax.plot([i, j], [0.82, 0.18], color=color, lw=2.2 if moved else 1.0, zorder=1)
        for x, y in [(i, 1.0), (j, 0.0)]:
            weight = "bold" if moved else "normal"
            ax.text(x, y, word, ha="center", va="center", color=color, weight=weight, fontsize=11)
    ax.set(xlim=(-0.6, len(first) - 0.4), ylim=(-0.25, 1.25))
    ax.axis("off")
    return ax


def mind(words: Sequence[str], scores: Sequence[float], *, ax: Axes | None = None) -> Axes:
    """The probability of positive after each word, as bars that leave the line at one half."""
    if ax is None:
        _, ax = plt.subplots(figsize=(6, 2.0))
    scores = np.asarray(scores, float)
    colors = [COLORS["state"] if p > 0.5 else COLORS["accent"] for p in scores]
    ax.bar(range(len(words)), scores - 0.5, bottom=0.5, color=colors, width=0.75)
    ax.axhline(0.5, color=COLORS["muted"], lw=1)
    turned = 45 if len(words) > 9 else 0
    ax.set_xticks(range(len(words)), words, rotation=turned, ha="right" if turned else "center")
    ax.set(ylim=(0, 1), yticks=[0, 0.5, 1], ylabel="p(positive)")
    ax.grid(axis="x", visible=False)
    return ax
