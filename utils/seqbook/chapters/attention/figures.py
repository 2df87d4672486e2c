"""Figures of the chapter on attention: cards, lines with their spread, weights over titles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from ...plots.style import COLORS

INKS = {"red": "#c0392b", "green": "#2e8b57", "blue": "#2c6fbb", "gold": "#b8860b"}


def cards_on_a_table(names: Sequence[str], colors: Sequence[str], asked: str) -> Axes:
    """A row of cards, each with a name and a color, and the question below."""
    per_row = 4
    rows = -(-len(names) // per_row)
    _, ax = plt.subplots(figsize=(4.6, 0.85 * rows + 0.7))
    for k, (name, color) in enumerate(zip(names, colors, strict=True)):
        x, y = 1.1 * (k % per_row), -0.85 * (k // per_row)
        ax.add_patch(FancyBboxPatch(
            (x, y), 0.95, 0.68, boxstyle="round,pad=0,rounding_size=0.08",
            fc="white", ec=INKS[color], lw=2,
        ))  # fmt: skip
        ax.text(x + 0.475, y + 0.45, name, ha="center", va="center", fontsize=12, color="black")
        ax.text(x + 0.475, y + 0.19, color, ha="center", va="center", fontsize=10,
                color=INKS[color])  # fmt: skip
    ax.text(1.1 * per_row / 2 - 0.07, -0.85 * rows + 0.35, f"{asked}'s color?", ha="center",
            fontsize=14, color=COLORS["accent"])  # fmt: skip
    ax.set(xlim=(-0.1, 1.1 * per_row), ylim=(-0.85 * rows + 0.2, 0.8))
    ax.axis("off")
    return ax


def spread(
    x: Sequence[float], runs: Mapping[str, np.ndarray], *, xlabel: str, ylabel: str
) -> Axes:
    """Each run as dots, shape (runs, len(x)), and a line through their means."""
    _, ax = plt.subplots(figsize=(5, 3))
    styles = zip(("state", "input", "output"), "o^s", strict=True)
    for (name, values), (color, marker) in zip(runs.items(), styles, strict=False):
        values = np.atleast_2d(values)
        ax.plot(x, values.mean(axis=0), color=COLORS[color], lw=2, marker=marker, label=name)
        ax.plot(x, values.T, marker, color=COLORS[color], ms=4, alpha=0.5)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return ax
