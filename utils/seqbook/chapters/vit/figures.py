"""Figures of the chapter on the Vision Transformer."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ...plots.diagrams import arrow, box
from ...plots.style import COLORS


def shown(image: np.ndarray) -> np.ndarray:
    """An image (height, width, channels) as colors; a digit is dark ink on white paper."""
    image = np.asarray(image)
    return np.repeat(1 - image, 3, axis=-1) if image.shape[-1] == 1 else image


def _bare(ax: Axes) -> None:
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(False)


def pieces(patches: np.ndarray, columns: int, gap: int = 1) -> np.ndarray:
    """Patches (number, size, size, channels) laid out in rows with transparent gaps: RGBA."""
    size = patches.shape[1]
    rows = -(-len(patches) // columns)
    step = size + gap
    laid = np.zeros((rows * step - gap, columns * step - gap, 4))
    for k, patch in enumerate(patches):
        top, left = step * (k // columns), step * (k % columns)
        laid[top : top + size, left : left + size, :3] = shown(patch)
        laid[top : top + size, left : left + size, 3] = 1
    return laid


def in_a_row(patches: np.ndarray) -> Axes:
    """Patches (number, size, size, channels), in two lines, each over its place."""
    number = len(patches)
    half = -(-number // 2)
    _, axes = plt.subplots(2, half, figsize=(5.4, 1.9))
    for k, ax in enumerate(axes.flat):
        _bare(ax)
        if k < number:
            ax.imshow(shown(patches[k]), vmin=0, vmax=1, interpolation="none")
            ax.spines[:].set(visible=True, color=COLORS["muted"])
            ax.set_xlabel(k + 1)
    return axes[0, 0]


def cut_up(image: np.ndarray, patches: np.ndarray, gap: int = 3) -> Axes:
    """An image and beside it its patches (number, size, size, channels), apart."""
    columns = image.shape[1] // patches.shape[2]
    _, axes = plt.subplots(1, 2, figsize=(5.6, 2.9))
    axes[0].imshow(shown(image), interpolation="none")
    axes[1].imshow(pieces(patches, columns, gap), interpolation="none")
    for ax in axes:
        _bare(ax)
    return axes[1]


def matrices(named: dict[str, np.ndarray], token: Sequence[str] = ()) -> list[Axes]:
    """Matrices (steps, numbers) side by side, each over its name; a frame around a class token.

    Colors: each matrix from its own smallest to its own largest number around zero. `token` names
    the matrices whose first row is a class token.
    """
    _, axes = plt.subplots(1, len(named), figsize=(5.6, 2.7), squeeze=False)
    for ax, (name, matrix) in zip(axes[0], named.items(), strict=True):
        matrix = np.asarray(matrix)
        reach = np.abs(matrix).max()
        ax.imshow(matrix, cmap="RdBu_r", vmin=-reach, vmax=reach, aspect="auto",
                  interpolation="none")
        _bare(ax)
        ax.set_xlabel(f"{name}\n{matrix.shape}", fontsize=11)
        if name in token:
            ax.add_patch(Rectangle((-0.5, -0.5), matrix.shape[1], 1, fill=False, lw=2.5,
                                   ec=COLORS["accent"], clip_on=False))
    return list(axes[0])


def six_steps(
    image: np.ndarray, patches: np.ndarray, embedded: np.ndarray, placed: np.ndarray,
    encoded: np.ndarray, logits: np.ndarray,
) -> list[Axes]:
    """The six steps for one image, each as a picture over its shape."""
    _, axes = plt.subplots(3, 2, figsize=(5.4, 7.0))
    columns = image.shape[1] // patches.shape[2]
    axes = list(axes.flat)
    axes[0].imshow(pieces(patches, columns), interpolation="none")
    labels = [f"1  cut\n{len(patches)} patches of {patches.shape[1:]}"]
    names = ["2  flatten, multiply", "3, 4  class token, positions", "5  transformer encoder"]
    for ax, name, matrix in zip(axes[1:4], names, [embedded, placed, encoded], strict=True):
        reach = np.abs(matrix).max()
        ax.imshow(matrix, cmap="RdBu_r", vmin=-reach, vmax=reach, aspect="auto",
                  interpolation="none")
        labels.append(f"{name}\n{matrix.shape}")
    for ax in axes[2:4]:
        ax.add_patch(Rectangle((-0.5, -0.5), placed.shape[1], 1, fill=False, lw=2.5,
                               ec=COLORS["accent"], clip_on=False))
    row = encoded[:1]
    axes[4].imshow(row, cmap="RdBu_r", vmin=-np.abs(row).max(), vmax=np.abs(row).max(),
                   aspect="auto", interpolation="none")
    labels.append(f"6  the class token alone\n({row.shape[1]},)")
    chances = np.exp(logits - logits.max())
    axes[5].bar(range(len(logits)), chances / chances.sum(), color=COLORS["output"])
    labels.append(f"6  dense layer, softmax\n({len(logits)},)")
    for ax, label in zip(axes, labels, strict=True):
        _bare(ax)
        ax.set_xlabel(label, fontsize=11)
    axes[5].set_xticks(range(len(logits)))
    axes[5].set_ylim(0, 1)
    return axes


def three_places() -> Axes:
    """A sequence as output, as input, and inside the model."""
    _, ax = plt.subplots(figsize=(5.4, 5.6))
    inn, out, model, on = COLORS["input"], COLORS["output"], COLORS["state"], COLORS["accent"]
    ax.set(xlim=(0, 10), ylim=(0, 11.2))
    ax.axis("off")

    def title(y: float, word: str, rest: str) -> None:
        ax.text(0.1, y, word, weight="bold", color=on, fontsize=12, va="center")
        ax.text(3.1, y, rest, color=model, fontsize=11, va="center")

    title(10.7, "As output", "captioning")
    box(ax, 1.2, 9.2, "image", inn, (2.0, 1.4))
    arrow(ax, (2.2, 9.2), (3.2, 9.2))
    box(ax, 4.3, 9.2, "model", model, (2.2, 1.2))
    arrow(ax, (5.4, 9.2), (6.4, 9.2))
    for k, word in enumerate(["a", "red", "ring"]):
        box(ax, 7.0 + 1.2 * k, 9.2, word, out, (1.05, 0.9))

    title(7.1, "As input", "video")
    for k in range(3):
        box(ax, 0.75 + 1.2 * k, 5.6, f"$x_{k + 1}$", inn, (1.05, 1.2))
    arrow(ax, (3.75, 5.6), (4.7, 5.6))
    box(ax, 5.8, 5.6, "model", model, (2.2, 1.2))
    arrow(ax, (6.9, 5.6), (7.8, 5.6))
    box(ax, 8.85, 5.6, "“left”", out, (2.0, 0.9))

    title(3.5, "Inside", "Vision Transformer")
    box(ax, 0.95, 1.6, "image", inn, (1.5, 1.4))
    arrow(ax, (1.7, 1.6), (2.35, 1.6))
    ax.add_patch(Rectangle((2.35, 0.4), 4.9, 2.4, fill=False, ec=model, lw=1.5, ls="--"))
    for k in range(4):
        box(ax, 2.95 + 1.22 * k, 1.6, f"$p_{k + 1}$", on, (1.0, 1.2))
    arrow(ax, (7.25, 1.6), (7.9, 1.6))
    box(ax, 8.9, 1.6, "“cat”", out, (1.9, 0.9))
    ax.text(4.8, 0.0, "patches, made by the model", ha="center", va="bottom", color=model,
            fontsize=11)
    return ax


def by_distance(curves: Sequence[np.ndarray], labels: Sequence[str]) -> Axes:
    """Mean similarity against the distance of two patches: a group of runs for each label."""
    _, ax = plt.subplots(figsize=(5.4, 3.1))
    for group, label, color in zip(curves, labels, ("input", "state"), strict=True):
        steps = np.arange(1, group.shape[1] + 1)
        ax.plot(steps, group.mean(axis=0), color=COLORS[color], label=label)
        for run in group:
            ax.plot(steps, run, ".", color=COLORS[color], alpha=0.6)
    ax.axhline(0, color=COLORS["muted"], lw=1)
    ax.set(xlabel="steps between the two patches", ylabel="cosine similarity")
    ax.legend()
    return ax


def position_maps(similarity: np.ndarray, side: int, chosen: Sequence[int]) -> np.ndarray:
    """For each chosen patch a map of its similarity to all patches (side, side)."""
    columns = int(np.sqrt(len(chosen)))
    _, axes = plt.subplots(len(chosen) // columns, columns, figsize=(4.6, 4.6))
    for ax, k in zip(axes.flat, chosen, strict=True):
        near = similarity[k].reshape(side, side).copy()
        ax.imshow(near, cmap="RdBu_r", vmin=-0.7, vmax=0.7, interpolation="none")
        ax.plot(k % side, k // side, "o", color="white", mec="black", ms=6)
        _bare(ax)
        ax.spines[:].set(visible=True, color=COLORS["muted"])
    return axes
