"""Drawings of the chapter on diffusion."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from ... import plots

COLORS = plots.COLORS


def picture(ax: Axes, image: np.ndarray) -> None:
    """One image from −1 (paper) to 1 (ink), gray or, with three channels, in color."""
    image = np.asarray(image).squeeze()
    if image.ndim == 3:
        ax.imshow(np.clip((image + 1) / 2, 0, 1))
    else:
        ax.imshow(image, cmap="gray_r", vmin=-1, vmax=1)
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    for side in ax.spines.values():
        side.set(visible=True, color=COLORS["muted"], linewidth=0.6)


def grid(
    rows: Sequence[Sequence[np.ndarray]], titles: Sequence[str] = (), names: Sequence[str] = (),
    size: float = 0.9,
) -> None:
    """Rows of images, with titles above the columns and names left of the rows."""
    high, wide = len(rows), len(rows[0])
    named = 0.75 if names else 0.0
    _, axes = plt.subplots(
        high, wide, figsize=(size * wide + named, size * high + (0.3 if titles else 0.05)),
        squeeze=False, gridspec_kw={"wspace": 0.03, "hspace": 0.03},
    )  # fmt: skip
    for row, line in zip(axes, rows, strict=True):
        for ax, image in zip(row, line, strict=True):
            picture(ax, image)
    for ax, title in zip(axes[0], titles, strict=bool(len(titles))):
        ax.set_title(title, fontsize=11, loc="center", fontweight="normal")
    for ax, name in zip(axes[:, 0], names, strict=bool(len(names))):
        ax.set_ylabel(name, fontsize=11, rotation=0, ha="right", va="center")


def bumps(columns: Sequence[np.ndarray], titles: Sequence[str]) -> None:
    """Histograms of numbers, one beside the other, each turned by a quarter."""
    _, axes = plt.subplots(1, len(columns), figsize=(1.25 * len(columns), 2.6), sharey=True)
    for ax, numbers, title in zip(axes, columns, titles, strict=True):
        ax.hist(numbers, bins=np.linspace(-3, 3, 61), orientation="horizontal", density=True,
                color=COLORS["state"])
        ax.set_title(title, fontsize=11, loc="center", fontweight="normal")
        ax.set(xticks=[], ylim=(-3, 3), yticks=[-2, -1, 0, 1, 2])
        ax.spines["bottom"].set_visible(False)


def paths(states: np.ndarray, title: str = "") -> None:
    """Numbers on their way back, states (steps + 1, numbers), the first at the last step."""
    _, ax = plt.subplots(figsize=(6, 2.8))
    steps = np.arange(len(states))[::-1]
    for path in states.T:
        ax.plot(steps, path, lw=1, alpha=0.8)
    ax.set(xlim=(steps[0], 0), xlabel="step t", ylabel="x", title=title)


def _block(ax: Axes, x: float, y: float, size: tuple[float, float], text: str, color: str) -> None:
    wide, high = size
    ax.add_patch(FancyBboxPatch((x - wide / 2, y - high / 2), wide, high, ec=color, lw=1.6,
                                boxstyle="round,pad=0.02,rounding_size=0.08", fc="none"))
    ax.text(x, y, text, ha="center", va="center", fontsize=11, color=color)


def _link(ax: Axes, a: tuple[float, float], b: tuple[float, float], color: str) -> None:
    ax.add_patch(FancyArrowPatch(a, b, arrowstyle="-|>", mutation_scale=14, color=color, lw=1.6))


def unet() -> None:
    """Down, bottom, up, and the skip connection; the step's vector enters at the bottom."""
    _, ax = plt.subplots(figsize=(6, 3.5))
    state, soft, skip = COLORS["state"], COLORS["muted"], COLORS["input"]
    ax.text(0.0, 3.25, "image $x_t$\n8 × 8 × 1", ha="center", va="center", fontsize=12)
    ax.text(6.0, 3.25, "noise\n8 × 8 × 1", ha="center", va="center", fontsize=12)
    _block(ax, 1.5, 2.1, (1.6, 0.7), "8 × 8 × 16", state)
    _block(ax, 4.5, 2.1, (1.6, 0.7), "8 × 8 × 16", state)
    _block(ax, 3.0, 0.55, (2.3, 0.95), "4 × 4 × 16\n2 mixing blocks", state)
    _link(ax, (0.35, 2.9), (0.8, 2.5), soft)
    _link(ax, (5.2, 2.5), (5.65, 2.9), soft)
    _link(ax, (1.5, 1.7), (2.0, 1.1), soft)
    _link(ax, (4.0, 1.1), (4.5, 1.7), soft)
    _link(ax, (2.35, 2.1), (3.65, 2.1), skip)
    ax.text(1.45, 1.3, "down", ha="right", va="center", fontsize=12, color=soft)
    ax.text(4.55, 1.3, "up", ha="left", va="center", fontsize=12, color=soft)
    ax.text(3.0, 2.35, "skip", ha="center", va="center", fontsize=12, color=skip)
    ax.text(0.15, 0.55, "step $t$", ha="center", va="center", fontsize=12, color=COLORS["accent"])
    _link(ax, (0.7, 0.55), (1.8, 0.55), COLORS["accent"])
    ax.set(xlim=(-0.7, 6.7), ylim=(-0.2, 3.7))
    ax.axis("off")
