"""Weights side by side, the table of positions, accuracy by step, and the score by distance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ...plots import heatmap
from ...plots.style import COLORS

INK = {"none": "muted", "learned": "input", "sinusoidal": "output", "rotary": "state"}


def side_by_side(weights: Mapping[str, np.ndarray]) -> None:
    """A heatmap for each sentence, its words at rows and columns."""
    _, axes = plt.subplots(1, len(weights), figsize=(5.6, 2.6))
    for ax, (sentence, matrix) in zip(axes, weights.items(), strict=True):
        words = sentence.split()
        heatmap(matrix, rows=words, columns=words, title=sentence, ax=ax)


def encoding(table: np.ndarray) -> Axes:
    """A table of positions (length, d_model) as an image, zero in white."""
    _, ax = plt.subplots(figsize=(5.2, 4.2))
    half = table.shape[1] // 2
    image = ax.imshow(table, cmap="RdBu", vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    ax.axvline(half - 0.5, color="black", lw=1)
    ax.set(xticks=[0.5 * half, 1.5 * half], xticklabels=["sines", "cosines"], ylabel="step $t$")
    ax.tick_params(axis="x", length=0, labelsize=11)
    ax.grid(False)
    ax.figure.colorbar(image, ax=ax, ticks=[-1, 0, 1])
    return ax


def maps(weights: Mapping[str, np.ndarray], edge: int) -> None:
    """A square of weights (queries, keys) for each model; lines at the training length."""
    _, axes = plt.subplots(1, len(weights), figsize=(6, 3.2), sharey=True)
    for ax, (name, matrix) in zip(axes, weights.items(), strict=True):
        ax.imshow(matrix, cmap="Blues", vmin=0, vmax=0.6, interpolation="nearest")
        ax.axhline(edge - 0.5, color=COLORS["accent"], lw=1)
        ax.axvline(edge - 0.5, color=COLORS["accent"], lw=1)
        ax.set(title=name, xlabel="key at step")
        ax.grid(False)
    axes[0].set_ylabel("query at step")


def by_step(curves: Mapping[str, np.ndarray], edge: int, first: int = 5) -> Axes:
    """Accuracy (seeds, time) of each kind of positions: mean line and range of the seeds."""
    _, ax = plt.subplots(figsize=(6, 3.6))
    ax.axvline(edge, color=COLORS["muted"], lw=1, ls=":")
    ax.text(edge + 1, 1.04, "longest in training", color=COLORS["muted"], fontsize=9)
    for name, seeds in curves.items():
        step, color = np.arange(first, seeds.shape[1]), COLORS[INK[name]]
        ax.fill_between(step, seeds[:, first:].min(0), seeds[:, first:].max(0), color=color,
                        alpha=0.2, lw=0)
        ax.plot(step, seeds[:, first:].mean(0), color=color)
        ax.plot([], [], color=color, label=name)
    ax.set(xlabel="step", ylabel="accuracy", ylim=(0, 1.12), xlim=(first, 128))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.17), ncols=4, fontsize=10)
    return ax


def rivals(curves: Mapping[str, np.ndarray], marked: Sequence[int], edge: int) -> None:
    """The mean score by distance, less that at the first marked one, a panel for each model."""
    titles = {"four heads": "four heads of 8 pairs", "rotary": "one head of 32 pairs"}
    _, axes = plt.subplots(len(curves), 1, figsize=(6, 4.6), sharex=True)
    for ax, (name, curve) in zip(axes, curves.items(), strict=True):
        ax.axvspan(0, edge, color=COLORS["muted"], alpha=0.25, lw=0)
        ax.axhline(0, color=COLORS["muted"], lw=1, ls=":")
        ax.plot(curve, lw=1)
        ax.plot(marked, curve[list(marked)], "o", color=COLORS["input"], ms=5)
        top, reach = curve.max(), np.ptp(curve)
        for distance in marked:
            ax.text(distance, top + 0.06 * reach, str(distance), ha="center",
                    color=COLORS["input"])
        ax.set(title=titles[name], ylabel="score", ylim=(None, top + 0.2 * reach))
    axes[-1].set_xlabel("distance")
