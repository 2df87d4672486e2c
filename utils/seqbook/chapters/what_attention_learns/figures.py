"""Drawings of the chapter on what attention learns."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from ... import plots

COLORS = plots.COLORS


def links(words: Sequence[str], decided_by: Sequence[int], meanings: Sequence[str]) -> None:
    """A sentence with an arc from each ambiguous word to the word that decides its meaning."""
    _, ax = plt.subplots(figsize=(0.85 * len(words), 2.0))
    for t, (word, link, meaning) in enumerate(zip(words, decided_by, meanings, strict=True)):
        known = link >= 0
        color = COLORS["input"] if known else COLORS["muted"]
        if t in decided_by:
            color = COLORS["state"]
        ax.text(t, 0, word, ha="center", va="center", fontsize=13, color=color,
                weight="bold" if known or t in decided_by else "normal")
        if known:
            ax.text(t, -0.45, f"= {meaning}", ha="center", va="center", fontsize=11, color=color)
            ax.add_patch(
                FancyArrowPatch((t, 0.25), (link, 0.25), arrowstyle="-|>", mutation_scale=13,
                                connectionstyle="arc3,rad=0.38", color=COLORS["accent"], lw=1.6)
            )
    ax.set(xlim=(-0.6, len(words) - 0.4), ylim=(-0.7, 1.35))
    ax.axis("off")


def sentence_map(
    weights: np.ndarray, words: Sequence[str], decided_by: Sequence[int],
    title: str = "", ax: Axes | None = None,
) -> None:
    """Attention weights (queries, keys) over a sentence; a frame around each known link."""
    if ax is None:
        _, ax = plt.subplots(figsize=(4.6, 4.2))
    plots.heatmap(weights, rows=words, columns=words, title=title, fmt=".1f", ax=ax)
    ax.tick_params(axis="x", rotation=90, labelsize=11)
    ax.tick_params(axis="y", labelsize=11)
    for t, link in enumerate(decided_by):
        if link >= 0:
            ax.add_patch(Rectangle((link, t), 1, 1, fill=False, ec=COLORS["input"], lw=2.5,
                                   clip_on=False))


def sentence_maps(
    maps: Sequence[np.ndarray], words: Sequence[str], decided_by: Sequence[int],
    titles: Sequence[str],
) -> None:
    """Several such maps, two in a row, without numbers."""
    rows = -(-len(maps) // 2)
    _, axes = plt.subplots(rows, 2, figsize=(6, 3.1 * rows), squeeze=False)
    for ax, weights, title in zip(axes.flat, maps, titles, strict=True):
        plots.heatmap(weights, rows=words, columns=words, title=title, numbers=False, ax=ax)
        ax.tick_params(axis="x", rotation=90)
        for t, link in enumerate(decided_by):
            if link >= 0:
                ax.add_patch(Rectangle((link, t), 1, 1, fill=False, ec=COLORS["input"], lw=2,
                                       clip_on=False))


def learning(every: int, two: np.ndarray, one: np.ndarray, levels: dict[str, float]) -> None:
    """Curves of two layers and of one, a value each so many steps, and levels to compare with."""
    _, ax = plt.subplots(figsize=(5.6, 3.9))
    for curves, color, label in [(two, "state", "two layers"), (one, "input", "one layer")]:
        for k, curve in enumerate(curves):
            steps = every * np.arange(1, len(curve) + 1)
            ax.plot(steps, curve, color=COLORS[color], label=label if not k else None)
    for label, level in levels.items():
        ax.axhline(level, color=COLORS["muted"], lw=1.2, ls="--")
        ax.text(every, level + 0.012, label, fontsize=10, color=COLORS["muted"])
    ax.set(xlabel="training steps", ylabel="accuracy where the row repeats", ylim=(0, 1.06))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 0.26), fontsize=11)


def repeat_maps(first: np.ndarray, second: np.ndarray, length: int) -> None:
    """Both layers' weights (time, time) on one row; the dotted line is one block back, plus one."""
    _, axes = plt.subplots(1, 2, figsize=(6.4, 3.5))
    time = len(first)
    for ax, weights, title in zip(axes, [first, second], ["layer 1", "layer 2"], strict=True):
        plots.heatmap(weights, title=title, numbers=False, xlabel="looks at step", ax=ax)
        ax.collections[0].set_edgecolor("none")
        ax.collections[0].set_rasterized(True)
        ax.collections[0].set_clim(0, 0.6)
        ax.plot([0.5, time - 0.5], [0.5, time - 0.5], color=COLORS["muted"], lw=0.6)
        ticks = np.arange(0, time, 10)
        ax.set_xticks(ticks + 0.5, ticks)
        ax.set_yticks(ticks + 0.5, ticks)
        ax.axhline(length, color=COLORS["input"], lw=1.2, ls=":")
    axes[0].set_ylabel("from step")
