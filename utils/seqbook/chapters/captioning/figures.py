"""Figures of the chapter on captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ...plots.diagrams import arrow, box
from ...plots.style import COLORS
from .taught import scenes

LOOKS = {"mean": ("input", "s"), "flat": ("gold", "D"), "attention": ("state", "o")}


def picture(pixels: np.ndarray, title: str = "", ax: Axes | None = None) -> Axes:
    """A picture (height, width, 3) with nothing around it."""
    if ax is None:
        _, ax = plt.subplots(figsize=(2.6, 2.6))
    ax.imshow(np.clip(pixels, 0, 1), interpolation="nearest")
    ax.set_title(title, fontsize=11)
    ax.axis("off")
    return ax


def puzzle(seed: int) -> Figure:
    """Two scenes beside each other."""
    figure, axes = plt.subplots(1, 2, figsize=(4.8, 2.6))
    for pixels, title, ax in zip(scenes(2, seed)[0], ("cover it", "keep it"), axes, strict=True):
        picture(pixels, title, ax)
    return figure


def with_captions(
    pictures: np.ndarray, written: Sequence[Sequence[str]], right: Sequence[Sequence[str]]
) -> Figure:
    """Each picture, and below it its caption of twelve words; a wrong word has a cross."""
    figure, axes = plt.subplots(1, len(pictures), figsize=(2.9 * len(pictures), 4.2),
                                layout="none")  # fmt: skip
    for pixels, words, truth, ax in zip(pictures, written, right, np.atleast_1d(axes), strict=True):
        picture(pixels, ax=ax)
        for k, (word, wanted) in enumerate(zip(words, truth, strict=True)):
            ok, (line, place) = word == wanted, divmod(k, 3)
            ax.text((0.0, 0.32, 0.68)[place], -0.1 - 0.12 * line, word if ok else f"{word} ×",
                    transform=ax.transAxes, fontsize=11, weight="normal" if ok else "bold",
                    color=COLORS["muted" if ok else "accent"])  # fmt: skip
    figure.subplots_adjust(left=0.03, right=0.97, top=0.99, bottom=0.32, wspace=0.12)
    return figure


def cut_into_regions(pixels: np.ndarray) -> Figure:
    """A 3 × 3 window that slides over a picture, and the 16 regions that come out."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(4.8, 2.8))
    for ax, title in ((left, "a window slides"), (right, "16 regions")):
        picture(pixels, title, ax)
    left.add_patch(Rectangle((4.5, 4.5), 3, 3, fill=False, color="white", lw=1.6))
    left.annotate("", (15.5, 6), (8, 6), arrowprops={"arrowstyle": "->", "color": "white"})
    for k in range(16):
        row, column = divmod(k, 4)
        right.add_patch(Rectangle((8 * column - 0.5, 8 * row - 0.5), 8, 8, fill=False,
                                  color="white", lw=1))  # fmt: skip
        right.text(8 * column + 0.3, 8 * row + 2.6, str(k), color="white", fontsize=8)
    return figure


def two_ways(ax: Axes | None = None) -> Axes:
    """From 16 regions to a sentence: through one vector, or with a look for every word."""
    if ax is None:
        _, ax = plt.subplots(figsize=(4.6, 3.9))
    words = ("small", "red", "circle")
    for y, looks in ((3.6, False), (0.0, True)):
        for k in range(16):
            row, column = divmod(k, 4)
            ax.add_patch(Rectangle((0.5 * column, y + 1.5 - 0.5 * row), 0.45, 0.45,
                                   fill=False, color=COLORS["input"]))  # fmt: skip
        for t, word in enumerate(words):
            x = 4.6 + 1.9 * t
            box(ax, x, y + 0.6, "", COLORS["state"], (1.2, 0.7))
            ax.text(
                x, y + 1.75, word, ha="center", va="center", fontsize=10, color=COLORS["output"]
            )
            arrow(ax, (x, y + 0.95), (x, y + 1.5), color=COLORS["output"])
            if t:
                arrow(ax, (x - 1.3, y + 0.6), (x - 0.6, y + 0.6), color=COLORS["state"])
            if looks:
                ax.annotate("", (x - 0.1, y + 0.25), (1.0, y - 0.05), arrowprops={
                    "arrowstyle": "->", "color": COLORS["accent"],
                    "connectionstyle": "arc3,rad=0.18"})  # fmt: skip
        if not looks:
            box(ax, 2.9, y + 0.6, "", COLORS["accent"], (0.4, 1.3))
            arrow(ax, (2.05, y + 0.6), (2.7, y + 0.6))
            arrow(ax, (3.1, y + 0.6), (4.0, y + 0.6), color=COLORS["accent"])
    ax.text(2.9, 5.4, "one vector", ha="center", color=COLORS["accent"], fontsize=10)
    ax.text(5.2, -1.15, "a look for every word", ha="center", color=COLORS["accent"], fontsize=10)
    ax.set(xlim=(-0.2, 9.4), ylim=(-1.5, 5.9), aspect="equal")
    ax.axis("off")
    return ax


def wrong_at(curves: Mapping[str, Sequence[Sequence[float]]], ax: Axes | None = None) -> Axes:
    """The share of wrong words at each place of the sentence: a line of means, a mark a run."""
    if ax is None:
        _, ax = plt.subplots(figsize=(5.2, 3.4))
    for name, runs in curves.items():
        color, mark = LOOKS[name]
        places = np.arange(1, 1 + len(runs[0]))
        ax.plot(places, np.mean(runs, axis=0), color=COLORS[color], label=name)
        for run in runs:
            ax.plot(places, run, mark, color=COLORS[color], ms=4, lw=0)
    for place in (3.5, 6.5, 9.5):
        ax.axvline(place, color=COLORS["muted"], lw=0.8, ls=":")
    ax.set_xticks([2, 5, 8, 11], ["first\nobject", "second", "third", "fourth"])
    ax.set(ylabel="share of wrong words", ylim=(-0.02, None))
    ax.legend(ncols=3, loc="lower left", bbox_to_anchor=(0, 1))
    return ax


def map_of_each_word(pixels: np.ndarray, words: Sequence[str], weights: np.ndarray) -> Figure:
    """Twelve copies of a picture, lit where the word looks; weights (12, 16)."""
    figure, axes = plt.subplots(4, 3, figsize=(4.6, 6.6))
    for word, map_, ax in zip(words, weights, axes.flat, strict=True):
        light = np.kron((map_ / map_.max()).reshape(4, 4), np.ones((8, 8)))[..., None]
        picture(0.4 * pixels + 0.6 * light * (0.4 + 0.6 * pixels), word, ax)
    return figure
