"""Drawings of the chapter on detection."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ... import plots
from ..captioning.taught import SHAPES
from .data import NOTHING, SIDE

COLORS = plots.COLORS
TRUE, SAID = "#ffffff", "#ffb000"  # on the dark ground of a scene
QUERY_COLORS = [COLORS[k] for k in ("state", "input", "output", "accent", "gold", "sky")]


def _panels(number: int, per_row: int, size: float) -> np.ndarray:
    rows = -(-number // per_row)
    _, axes = plt.subplots(rows, per_row, figsize=(size * per_row, size * 1.12 * rows),
                           squeeze=False)  # fmt: skip
    for ax in axes.flat:
        ax.axis("off")
    return axes.ravel()


def _frame(ax: Axes, box: np.ndarray, color: str, style: str = "-", width: float = 2.0) -> None:
    """A box (center, size; fractions of the side) on a picture shown by imshow."""
    x, y, w, h = np.asarray(box, float) * SIDE
    ax.add_patch(
        Rectangle((x - w / 2 - 0.5, y - h / 2 - 0.5), w, h, fill=False, ec=color, ls=style,
                  lw=width)
    )


def _name(ax: Axes, box: np.ndarray, text: str, color: str) -> None:
    x, y, w, h = np.asarray(box, float) * SIDE
    above = y - h / 2 > 7
    ax.text(np.clip(x - w / 2, 0, SIDE - 17), y - h / 2 - 1.5 if above else y + h / 2 + 0.5, text,
            color=color, fontsize=10, weight="bold", va="bottom" if above else "top")  # fmt: skip


def scenes(images: np.ndarray, boxes: np.ndarray, kinds: np.ndarray) -> None:
    """Scenes with the true box and the kind of each shape."""
    axes = _panels(len(images), min(3, len(images)), 2.3)
    for ax, image, these, names in zip(axes, images, boxes, kinds, strict=False):
        ax.imshow(image.clip(0, 1))
        for box, kind in zip(these, names, strict=True):
            if kind < NOTHING:
                _frame(ax, box, TRUE)
                _name(ax, box, SHAPES[kind], TRUE)


def answers(
    images: np.ndarray, boxes: np.ndarray, kinds: np.ndarray, found: Sequence[np.ndarray],
    least: float = 0.5,
) -> None:
    """Scenes with true boxes (white) and found ones (dashed) whose score is at least `least`."""
    axes = _panels(len(images), 3, 2.3)
    for ax, image, these, names, rows in zip(axes, images, boxes, kinds, found, strict=False):
        ax.imshow(image.clip(0, 1))
        for box, kind in zip(these, names, strict=True):
            if kind < NOTHING:
                _frame(ax, box, TRUE, width=1.2)
        for kind, score, *box in rows:
            if score >= least:
                _frame(ax, box, SAID, "--")
                _name(ax, box, SHAPES[int(kind)], SAID)


def overlaps() -> None:
    """Intersection, union and hull of two boxes, and of two that do not meet."""
    _, axes = plt.subplots(1, 2, figsize=(6.2, 3.0))
    for ax, shift, title in zip(axes, (2, 6), ("IoU = 8 / 24", "IoU = 0"), strict=True):
        a, b = (0, 0, 4, 4), (shift, 0, 4, 4)
        ax.add_patch(Rectangle((0, 0), shift + 4, 4, fc=COLORS["muted"], alpha=0.18, ec="none"))
        if shift < 4:
            ax.add_patch(Rectangle((shift, 0), 4 - shift, 4, fc=COLORS["output"], alpha=0.5))
        for (x, y, w, h), color in [(a, "state"), (b, "input")]:
            ax.add_patch(Rectangle((x, y), w, h, fill=False, ec=COLORS[color], lw=3))
        ax.set(xlim=(-0.4, 10.4), ylim=(-0.6, 4.6), aspect="equal", title=title)
        ax.axis("off")


def many_windows(image: np.ndarray, boxes: np.ndarray, scores: np.ndarray) -> None:
    """A scene with the boxes of several windows that all see one shape."""
    (ax,) = _panels(1, 1, 3.2)
    ax.imshow(image.clip(0, 1))
    for box, score in zip(boxes, scores, strict=True):
        _frame(ax, box, SAID, "--", 1.0 + 2.0 * (score == scores.max()))


def precision_recall(curves: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Precision against recall, one curve for each name."""
    _, ax = plt.subplots(figsize=(5.4, 3.6))
    for name, (recall, precision) in curves.items():
        ax.plot(recall, precision, label=name)
    ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.05))
    ax.legend(loc="lower left", fontsize=11)


def looking(image: np.ndarray, rows: np.ndarray, maps: np.ndarray) -> None:
    """Where each query looks: a map (queries, 6, 6) over the scene, with the box that it gives."""
    axes = _panels(len(maps), 3, 2.2)
    for k, (ax, row, weights) in enumerate(zip(axes, rows, maps, strict=False)):
        kind = int(row[0])
        size = SIDE // len(weights)
        bright = np.kron(weights / weights.max(), np.ones((size, size)))[..., None]
        ax.imshow(((image + 0.25) * (0.25 + 0.75 * bright)).clip(0, 1))
        said = "nothing" if kind == NOTHING else SHAPES[kind]
        ax.set_title(f"query {k + 1}: {said}", fontsize=11)
        if kind < NOTHING:
            _frame(ax, row[2:], SAID)


def favorites(centers: Sequence[np.ndarray]) -> None:
    """For each query the centers (number, 2) of the objects that it was right about."""
    axes = _panels(len(centers), 3, 2.1)
    for k, (ax, points, color) in enumerate(zip(axes, centers, QUERY_COLORS, strict=False)):
        ax.axis("on")
        ax.grid(False)
        ax.spines[:].set_visible(True)
        ax.scatter(points[:, 0], points[:, 1], s=9, color=color)
        ax.set(xlim=(0, 1), ylim=(1, 0), xticks=[], yticks=[], aspect="equal")
        ax.set_title(f"query {k + 1}: {len(points)}", fontsize=11)
