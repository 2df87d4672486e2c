"""Figures of the chapter on convolution against patches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ... import plots
from ...plots.style import COLORS

LOOKS = {"CNN": ("input", "s"), "ViT": ("state", "o")}


def _image(ax: Axes, image: np.ndarray, title: str = "") -> None:
    ax.imshow(image, cmap="Blues", vmin=0, vmax=max(1e-9, image.max()))
    ax.set(xticks=[], yticks=[], title=title)
    ax.grid(False)
    ax.spines[:].set_visible(True)


def in_two_orders(images: np.ndarray, order: np.ndarray) -> None:
    """Digits (number, 8, 8, 1) in a row, and below them the same pixels in another order."""
    _, axes = plt.subplots(2, len(images), figsize=(4.6, 2.5))
    for (above, below), image in zip(axes.T, images, strict=True):
        _image(above, image[..., 0])
        _image(below, image.reshape(-1)[order].reshape(image.shape[:2]))
    axes[0, 0].set_ylabel("as written")
    axes[1, 0].set_ylabel("shuffled")


def window(image: np.ndarray, kernel: np.ndarray, output: np.ndarray, at: tuple[int, int]) -> None:
    """An image, a kernel and their convolution; the window of one output is framed."""
    _, axes = plt.subplots(1, 3, figsize=(6.4, 2.3), width_ratios=[5, 3, 3])
    titles = "image", "kernel", "output"
    for ax, matrix, title in zip(axes, (image, kernel, output), titles, strict=True):
        signed = 0 if title == "kernel" else None
        plots.heatmap(matrix, title=title, fmt=".0f", ax=ax, center=signed)
        for number in ax.texts:
            number.set_fontsize(12)
        ax.set(xticks=[], yticks=[])
    for ax, size in ((axes[0], kernel.shape), (axes[2], (1, 1))):
        ax.add_patch(Rectangle(at[::-1], size[1], size[0], fill=False, lw=3,
                               ec=COLORS["accent"], clip_on=False))  # fmt: skip


def seen(maps: Mapping[str, np.ndarray]) -> None:
    """Which pixels (side, side) one place of each layer depends on."""
    _, axes = plt.subplots(1, len(maps), figsize=(6.4, 1.95))
    for ax, (name, pixels) in zip(axes, maps.items(), strict=True):
        _image(ax, pixels.astype(float), name)


def by_number(
    study: Sequence[dict[str, Any]], numbers: Sequence[int], ax: Axes | None = None
) -> Axes:
    """Test accuracy against training images: a mark for each seed, a line through the means."""
    if ax is None:
        _, ax = plt.subplots(figsize=(4.8, 3.2))
    for name, (color, mark) in LOOKS.items():
        scores = [[r["accuracy"] for r in study if r["model"] == f"{name} {n}"] for n in numbers]
        ax.plot(numbers, np.mean(scores, axis=1), color=COLORS[color])
        for n, some in zip(numbers, scores, strict=True):
            ax.plot([n] * len(some), some, mark, color=COLORS[color], ms=6, alpha=0.8)
        ax.annotate(name, (numbers[0], np.mean(scores[0])), (-10, 0), textcoords="offset points",
                    ha="right", va="center", color=COLORS[color], fontsize=12)  # fmt: skip
    ax.set_xscale("log")
    ax.set_xticks(numbers, [f"{n:,}" for n in numbers])
    ax.minorticks_off()
    ax.set(xlabel="training images", ylabel="test accuracy", xlim=(numbers[0] / 2, None))
    return ax


def by_order(scores: Mapping[str, Mapping[str, Sequence[float]]], ax: Axes | None = None) -> Axes:
    """{network: {order of the pixels: accuracy of each seed}}, one line of marks each."""
    if ax is None:
        _, ax = plt.subplots(figsize=(4.8, 2.8))
    for name, (color, mark) in LOOKS.items():
        rows = scores[name]
        means = [np.mean(some) for some in rows.values()]
        ax.plot(means, color=COLORS[color])
        ax.annotate(name, (0, means[0]), (-10, 0), textcoords="offset points", ha="right",
                    va="center", color=COLORS[color], fontsize=12)  # fmt: skip
        for x, some in enumerate(rows.values()):
            ax.plot([x] * len(some), some, mark, color=COLORS[color], ms=6, alpha=0.8)
    ax.set_xticks(range(len(rows)), list(rows))
    ax.set(ylabel="test accuracy", xlim=(-0.6, len(rows) - 0.7))
    return ax


def growth(
    sides: Sequence[int],
    operations: Mapping[str, Sequence[float]],
    seconds: Mapping[str, Sequence[float]],
    ax: Axes | None = None,
) -> Axes:
    """Operations (lines) and measured time (marks) of each network, over the first of them."""
    if ax is None:
        _, ax = plt.subplots(figsize=(4.8, 3.4))
    for name, (color, mark) in LOOKS.items():
        count, time = np.array(operations[name]), np.array(seconds[name])
        ax.plot(sides, count / count[0], color=COLORS[color], label=f"{name}, operations")
        ax.plot(sides, time / time[0], mark, color=COLORS[color], ms=7, label=f"{name}, time")
    ax.set(xscale="log", yscale="log", xlabel="pixels along an edge", ylabel="times the first")
    ax.set_xticks(sides, sides)
    ax.minorticks_off()
    ax.legend(fontsize=10)
    return ax
