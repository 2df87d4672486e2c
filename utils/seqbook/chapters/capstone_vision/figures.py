"""A game as a strip of frames; the share of right places after each swap."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ...plots.style import COLORS

INKS = {"GRU, last label": "muted", "GRU": "state", "2 blocks": "input", "4 blocks": "output"}
LABELS = {"GRU, last label": "GRU, label at the end", "GRU": "GRU, every label",
          "2 blocks": "2 blocks, every label", "4 blocks": "4 blocks, every label"}  # fmt: skip


def strip(film: np.ndarray, columns: int = 3) -> None:
    """The frames of one film (T, height, width, 1), numbered, in reading order."""
    rows = -(-len(film) // columns)
    _, axes = plt.subplots(rows, columns, figsize=(5.6, 1.5 * rows))
    for t, ax in enumerate(axes.flat):
        ax.axis("off")
        if t < len(film):
            ax.imshow(film[t, :, :, 0], cmap="gray", vmin=0, vmax=1)
            ax.set_title("the ball" if t == 0 else f"frame {t}", fontsize=11)


def right_after(study: Sequence[dict], trained: int = 8) -> Axes:
    """A line for each run of the study: its share of right places after each swap."""
    _, ax = plt.subplots(figsize=(5.6, 3.6))
    for kind, ink in INKS.items():
        runs = [run["right"] for run in study if run["model"] == kind]
        for i, right in enumerate(runs):
            ax.plot(right, color=COLORS[ink], lw=1.8, label=LABELS[kind] if i == 0 else None)
    ax.axvline(trained, color=COLORS["muted"], ls="--", lw=1)
    ax.axhline(1 / 3, color=COLORS["muted"], ls=":", lw=1)
    ax.set(xlabel="swaps so far", ylabel="share of right places", ylim=(0, 1.05))
    ax.legend(fontsize=10, loc="lower left")
    return ax
