"""Drawings of the chapter on what the class token looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from ... import plots

COLORS = plots.COLORS
BOX = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none"}


def _image(ax: Axes, image: np.ndarray, patches: int = 4, ink: str = "gray") -> None:
    """An image with faint lines between its patches; its sides become 0 to `patches`."""
    ax.imshow(np.clip(image, 0, 1), cmap=ink, vmin=0, vmax=1, extent=(0, patches, patches, 0))
    for k in range(1, patches):
        ax.axhline(k, color=COLORS["muted"], lw=0.6, alpha=0.6)
        ax.axvline(k, color=COLORS["muted"], lw=0.6, alpha=0.6)
    ax.set(xticks=[], yticks=[])
    ax.grid(False)


def _weights(ax: Axes, weights: np.ndarray, top: float, cmap: str = "Blues") -> None:
    """16 numbers as a map of 4 x 4 patches; with a map of two colors, from -top to top."""
    low = -top if cmap == "RdBu" else 0
    ax.imshow(np.reshape(weights, (4, 4)), cmap=cmap, vmin=low, vmax=top, extent=(0, 4, 4, 0))
    ax.set(xticks=[], yticks=[])
    ax.grid(False)


def puzzle(images: np.ndarray) -> None:
    """Four images of two glyphs each, A to D."""
    _, axes = plt.subplots(2, 2, figsize=(5.2, 5.5))
    for ax, image, letter in zip(axes.flat, images, "ABCD", strict=True):
        ax.imshow(np.clip(image, 0, 1))
        ax.set(xticks=[], yticks=[], title=letter)
        ax.grid(False)


def learning(runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """The share of right answers against CPU seconds, a line for each seed."""
    _, ax = plt.subplots(figsize=(5.6, 3.9))
    colors = dict(zip(runs, ("state", "input", "muted", "output"), strict=False))
    for name, seeds in runs.items():
        for k, run in enumerate(seeds):
            seconds, right = np.transpose(run["curve"])
            ax.plot(seconds, right, color=COLORS[colors[name]], label=None if k else name)
    ax.set(xlabel="CPU seconds of training", ylabel="share right", ylim=(0.45, 1.03))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 0.12), fontsize=11)


def links(image: np.ndarray, places: Sequence[int], weights: Sequence[np.ndarray]) -> None:
    """For each block: arrows from the two glyphs and, as a map, the class token's weights.

    weights: (17, 17) for each block, averaged over heads, token 0 being the class token.
    """
    _, axes = plt.subplots(2, 2, figsize=(5.6, 6.2))
    for k, block in enumerate(weights):
        upper, lower = axes[0, k], axes[1, k]
        _image(upper, image)
        upper.set_title(f"block {k + 1}: the glyphs")
        for one, other in (places, places[::-1]):
            start, end = ((p % 4 + 0.5, p // 4 + 0.5) for p in (one, other))
            weight = block[one + 1, other + 1]
            upper.add_patch(
                FancyArrowPatch(start, end, connectionstyle="arc3,rad=0.3", arrowstyle="-|>",
                                mutation_scale=16, color=COLORS["input"], lw=1 + 5 * weight)
            )  # fmt: skip
            middle = [(a + b) / 2 for a, b in zip(start, end, strict=True)]
            # Beside the arc, on the side to which it bends.
            middle[0] += 0.28 * (end[1] - start[1]) * -1
            middle[1] += 0.28 * (end[0] - start[0])
            upper.text(*np.clip(middle, 0.4, 3.6), f"{weight:.2f}", ha="center", va="center",
                       fontsize=12, color="black",
                       bbox=BOX)  # fmt: skip
        seen = block[0, 1:]
        _weights(lower, seen, max(seen.max(), 1e-9))
        lower.set_title(f"block {k + 1}: the class token")
        for place in places:
            lower.add_patch(
                Rectangle((place % 4, place // 4), 1, 1, fill=False, ec=COLORS["input"], lw=2.5)
            )
            lower.text(place % 4 + 0.5, place // 4 + 0.5, f"{seen[place]:.2f}", ha="center",
                       va="center", fontsize=12, color="white" if seen[place] > 0.6 * seen.max()
                       else "black")  # fmt: skip


def readings(images: np.ndarray, maps: Mapping[str, np.ndarray], answers: Sequence[str]) -> None:
    """A row for each digit: the image, then its maps; "drop" has two colors."""
    _, axes = plt.subplots(len(images), 1 + len(maps), figsize=(1.45 * (1 + len(maps)), 6.0))
    for row, (image, answer) in enumerate(zip(images, answers, strict=True)):
        first = axes[row, 0]
        _image(first, image, ink="gray_r")
        first.set_ylabel(answer, rotation=0, ha="right", va="center", fontsize=13)
        for ax, (name, weights) in zip(axes[row, 1:], maps.items(), strict=True):
            values = weights[row]
            _weights(ax, values, max(np.abs(values).max(), 1e-9),
                     "RdBu" if name == "drop" else "Blues")  # fmt: skip
            if row == 0:
                ax.set_title(name, fontsize=12)
    axes[0, 0].set_title("image", fontsize=12)
