"""The game as a row of cards, masks and weights as squares, and what a head compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from ...plots.diagrams import box
from ...plots.style import COLORS
from .data import FIELDS


def row_of_players(names: Sequence[str], numbers: Sequence[int], asks: Sequence[int]) -> Axes:
    """Players in a row, each with a number, and an arc from each to the player asked."""
    _, ax = plt.subplots(figsize=(6, 2.7))
    for k, (name, number) in enumerate(zip(names, numbers, strict=True)):
        box(ax, 2 * k, 0, f"{name}  {number}", COLORS["state"], (1.45, 0.62))
    for k, other in enumerate(asks):
        up = 1 if other > k else -1
        ax.add_patch(FancyArrowPatch(
            (2 * k + 0.18 * up, 0.34 * up), (2 * other - 0.18 * up, 0.34 * up),
            connectionstyle="arc3,rad=-0.45", arrowstyle="-|>", mutation_scale=14,
            color=COLORS["input" if up > 0 else "accent"], lw=1.6, shrinkA=0, shrinkB=1,
        ))  # fmt: skip
    ax.set(xlim=(-0.9, 2 * len(names) - 1.1), ylim=(-1.75, 1.35), aspect="equal")
    ax.axis("off")
    return ax


def squares(
    matrices: Mapping[str, np.ndarray],
    labels: Sequence[str],
    marks: Sequence[np.ndarray] = (),
) -> Figure:
    """Matrices of weights side by side, by title, from 0, white, to 1, dark.

    `marks` holds a column for each row of each matrix, which gets a frame.
    """
    count, size = len(matrices), len(labels)
    figure, axes = plt.subplots(1, count, figsize=(6.4, 0.95 + 5.6 / count), sharey=True)
    for k, (ax, (title, matrix)) in enumerate(zip(np.ravel(axes), matrices.items(), strict=True)):
        ax.pcolormesh(np.asarray(matrix), cmap="Blues", vmin=0, vmax=1, edgecolors="white", lw=0.5)
        ax.set(aspect="equal", title=title, ylim=(size, 0))
        ax.grid(False)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
        ticks = np.arange(size) + 0.5
        ax.set_xticks(ticks, labels=list(labels), rotation=90)
        ax.set_yticks(ticks, labels=list(labels))
        if k < len(marks):
            for row, column in enumerate(marks[k]):
                frame = Rectangle((column, row), 1, 1, fill=False, ec=COLORS["input"], lw=1.8)
                ax.add_patch(frame)
    return figure


def compared(matrices: Mapping[str, np.ndarray]) -> Figure:
    """W_q W_kᵀ of each head: rows are entries of the asking card, columns of the other card."""
    edges = np.cumsum([0, *FIELDS.values()])
    figure, axes = plt.subplots(1, len(matrices), figsize=(6.4, 3.9), sharey=True)
    for ax, (title, matrix) in zip(np.ravel(axes), matrices.items(), strict=True):
        reach = np.abs(matrix).max()
        ax.pcolormesh(matrix, cmap="RdBu_r", vmin=-reach, vmax=reach, rasterized=True)
        ax.set(aspect="equal", title=title, ylim=(len(matrix), 0))
        ax.grid(False)
        for edge in edges[1:-1]:
            ax.axhline(edge, color=COLORS["muted"], lw=0.7)
            ax.axvline(edge, color=COLORS["muted"], lw=0.7)
        middle = (edges[:-1] + edges[1:]) / 2
        ax.set_xticks(middle, labels=list(FIELDS), rotation=90)
        ax.set_yticks(middle, labels=list(FIELDS))
        ax.tick_params(length=0)
    np.ravel(axes)[0].set_ylabel("of the card that asks")
    figure.supxlabel("of the card that is looked at", fontsize=10)
    return figure
