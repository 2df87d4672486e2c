"""The rounds of a scan, learning curves of several seeds, gates over words, and times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from ...plots.style import COLORS


def _steps(ax, y: float, filled: Sequence[int], count: int) -> None:
    for t in range(count):
        done = t in filled
        ax.plot(t, y, "o", ms=17, mec=COLORS["state"], mew=1.5, zorder=3,
                mfc=COLORS["state"] if done else "white")
        ax.text(t, y - 0.01, str(t + 1), ha="center", va="center", fontsize=10, zorder=4,
                color="white" if done else "black")


def rounds(count: int = 8) -> Figure:
    """A chain of `count` steps, and the same steps in rounds that reach back 1, 2, 4, ..."""
    fig, (chain, ax) = plt.subplots(2, figsize=(4.8, 4.8), height_ratios=(1, 3.6))
    _steps(chain, 0, range(count), count)
    for t in range(1, count):
        chain.annotate("", (t - 0.28, 0), (t - 0.72, 0), zorder=2,
                       arrowprops={"arrowstyle": "-|>", "color": COLORS["input"], "lw": 1.6})
    chain.set_title(f"one after another: {count - 1} moves in a row")
    reach, level = 1, 0
    _steps(ax, 0, range(1), count)
    while reach < count:
        level += 1
        for t in range(count):
            ax.plot([t, t], [1 - level, -level], color="#c9cdd3", lw=1.2, zorder=1)
            if t >= reach:
                ax.plot([t - reach, t], [1 - level, -level], color=COLORS["input"], zorder=2)
        reach *= 2
        _steps(ax, -level, range(min(reach, count)), count)
        ax.text(count - 0.45, -level + 0.5, f"back {reach // 2}", fontsize=10, va="center")
    ax.set_title(f"in rounds: {level}, each for all steps at once")
    for one in (chain, ax):
        one.set_xlim(-0.6, count + 0.6)
        one.axis("off")
    chain.set_ylim(-0.6, 0.6)
    ax.set_ylim(-level - 0.5, 0.5)
    return fig


def learning(curves: Mapping[str, Mapping[int, Sequence[float]]], every: int) -> Figure:
    """Accuracy against batches: name → seed → one number after each `every` batches."""
    fig, ax = plt.subplots(figsize=(4.8, 3.2))
    for (name, seeds), color in zip(curves.items(), COLORS.values(), strict=False):
        for i, values in enumerate(seeds.values()):
            ax.plot(every * np.arange(1, len(values) + 1), values, color=color,
                    label=None if i else name)
    ax.set(xlabel="batches", ylabel="accuracy, new rows", ylim=(0, 1.03))
    ax.legend(loc="center right")
    return fig


def gates(words: Sequence[str], kept: np.ndarray, titles: Sequence[str]) -> Figure:
    """What units keep at each word: kept (rows of panels, units, words), 1 is everything."""
    fig, axes = plt.subplots(len(kept), figsize=(4.8, 1.0 + 1.9 * len(kept)), sharex=True)
    for ax, values, title in zip(np.atleast_1d(axes), kept, titles, strict=True):
        image = ax.imshow(values, aspect="auto", vmin=0, vmax=1, cmap="Blues")
        ax.set(title=title, ylabel="unit", yticks=[])
        ax.grid(False)
    ax.set_xticks(range(len(words)), words, rotation=90, fontsize=9)
    fig.colorbar(image, ax=axes, label="kept, $a_t$", shrink=0.7)
    return fig


def times(seconds: Mapping[str, Mapping[int, float]]) -> Figure:
    """Milliseconds for each length, on two logarithmic axes: name → {length: seconds}."""
    fig, ax = plt.subplots(figsize=(4.8, 3.6))
    for (name, by_length), marker in zip(seconds.items(), "os^D", strict=False):
        ax.plot(list(by_length), [1e3 * s for s in by_length.values()], marker=marker, label=name)
    ax.set(xscale="log", yscale="log", xlabel="length $T$", ylabel="milliseconds a step")
    lengths = sorted({n for by_length in seconds.values() for n in by_length})
    ax.set_xticks(lengths, [str(n) for n in lengths])
    ax.minorticks_off()
    ax.legend()
    return fig
