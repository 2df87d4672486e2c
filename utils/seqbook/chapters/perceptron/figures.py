"""Figures of the chapter on the perceptron and feed-forward networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from ...plots.diagrams import arrow, box
from ...plots.style import COLORS
from .data import blobs, xor

# Class 0 and class 1 differ in shape as well as in color.
CLASSES = [
    {"marker": "o", "c": "none", "edgecolors": COLORS["input"], "linewidths": 1.6},
    {"marker": "s", "c": COLORS["state"], "edgecolors": "none"},
]
REGIONS = LinearSegmentedColormap.from_list(
    "regions", [COLORS["input"], "#ffffff", COLORS["state"]]
)


def _new_axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    return ax if ax is not None else plt.subplots(figsize=size)[1]


def points(
    x: np.ndarray, y: np.ndarray, *, size: float = 30, labels: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Points of two classes: open circles for 0, filled squares for 1."""
    x, y = np.asarray(x, dtype=float), np.asarray(y).ravel()
    ax = _new_axes(ax, (4.2, 3.6))
    for k, style in enumerate(CLASSES):
        ax.scatter(*x[y == k].T, s=size, zorder=3, label=labels[k] if labels else None, **style)
    if labels:
        ax.legend(loc="upper left", handletextpad=0.1, borderaxespad=0.2)
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    return ax


def decision_regions(
    predict: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    *,
    margin: float = 0.5,
    size: float = 30,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """What a network answers everywhere in the plane, under the points it was asked about."""
    x = np.asarray(x, dtype=float)
    ax = _new_axes(ax, (4.2, 3.6))
    (x1, x2), (top1, top2) = x.min(0) - margin, x.max(0) + margin
    side = 241
    across, up = np.meshgrid(np.linspace(x1, top1, side), np.linspace(x2, top2, side))
    answer = np.asarray(predict(np.column_stack([across.ravel(), up.ravel()])))
    answer = answer.reshape(across.shape)
    # An image in 20 shades: in an SVG, filled contours and smooth shades are ten times as large.
    ax.imshow(np.round(answer * 20) / 20, origin="lower", extent=(x1, top1, x2, top2),
              aspect="auto", cmap=REGIONS, vmin=0, vmax=1, alpha=0.45, interpolation="nearest",
              zorder=0)
    if answer.min() < 0.5 < answer.max() and np.ptp(answer) > 1e-3:
        ax.contour(across, up, answer, levels=[0.5], colors="black", linewidths=1.6)
    points(x, y, size=size, ax=ax)
    ax.set(title=title, xlim=(x1, top1), ylim=(x2, top2))
    ax.grid(False)
    return ax


def three_puzzles() -> Figure:
    """The opening picture: two clouds, four dots, and two rows of symbols."""
    # Two rows: side by side the three would be too small to read on a phone.
    figure, panels = plt.subplot_mosaic("12;33", figsize=(5.4, 4.6), height_ratios=[1.25, 1])
    left, middle, right = panels.values()
    x, y = blobs(40, spread=0.4, seed=3)
    points(x, y, ax=left)
    points(*xor(), size=130, ax=middle)
    for ax, new in [(left, (0.45, 0.65)), (middle, (0.22, 0.8))]:
        ax.text(*new, "?", color=COLORS["accent"], fontsize=15, ha="center", va="center")
    middle.set(xlim=(-0.45, 1.45), ylim=(-0.45, 1.45))
    for ax, title in [(left, "1"), (middle, "2")]:
        ax.set(title=title, xlabel="", ylabel="", xticks=[], yticks=[])
        ax.spines[:].set_visible(True)
        ax.spines[:].set_color(COLORS["muted"])
    upper = [1, 0, 0, 1, 1, 1, 0, 1]
    lower = ["", 1, 0, 0, 1, 1, 1, "?"]
    for k, (a, b) in enumerate(zip(upper, lower, strict=True)):
        box(right, k, 1.25, str(a), COLORS["input"], (0.8, 0.8))
        box(right, k, 0, str(b), COLORS["output"], (0.8, 0.8))
    right.text(-0.4, 1.85, "what you see", color=COLORS["input"], fontsize=9)
    right.text(-0.4, -0.75, "what you should say", color=COLORS["output"], fontsize=9)
    right.set(title="3", xlim=(-0.6, 7.6), ylim=(-1.0, 2.2), aspect="equal")
    right.axis("off")
    return figure


def neuron(inputs: Sequence[str] = ("$x_1$", "$x_2$", "$x_3$"), *, ax: Axes | None = None) -> Axes:
    """One neuron: inputs, weights, a sum with a bias, an activation, an answer."""
    ax = _new_axes(ax, (6.4, 0.75 * len(inputs) + 1.0))
    on = COLORS
    heights = np.arange(len(inputs))[::-1] - (len(inputs) - 1) / 2
    half = 0.45 + 0.065 * max(len(text.strip("$")) for text in inputs)
    for k, (text, height) in enumerate(zip(inputs, heights, strict=True), start=1):
        box(ax, 0, height, text, on["input"], (2 * half, 0.62))
        end = (2.66, 0.28 * height)
        arrow(ax, (half, height), end, f"$w_{{{k}}}$", on["state"], (-0.1, 0.2))
    box(ax, 3.0, 0, r"$\Sigma$", on["state"], (0.68, 0.68))
    ax.text(3.0, -1.12, "$b$", ha="center", va="center", color=on["state"], fontsize=11)
    arrow(ax, (3.0, -0.95), (3.0, -0.36), color=on["state"])
    arrow(ax, (3.35, 0), (4.5, 0), "$z$", on["state"], (0, 0.2))
    box(ax, 4.85, 0, "$g$", on["accent"], (0.68, 0.68))
    arrow(ax, (5.2, 0), (6.1, 0), color=on["output"])
    box(ax, 6.45, 0, r"$\hat{y}$", on["output"], (0.68, 0.68))
    below = min(heights.min() - 0.75, -1.75)
    for x, text, color in [(0, "inputs", "input"), (3.0, "weigh, add", "state"),
                           (4.85, "decide", "accent"), (6.45, "answer", "output")]:
        ax.text(x, below + 0.15, text, ha="center", va="center", color=on[color], fontsize=9)
    ax.set(xlim=(-half - 0.1, 6.95), ylim=(below - 0.1, heights.max() + 0.45), aspect="equal")
    ax.axis("off")
    return ax


def network(
    sizes: Sequence[int], *, names: Sequence[str] | None = None,
    weights: Sequence[str] | None = None, ax: Axes | None = None,
) -> Axes:
    """Layers of neurons, each neuron joined to every one of the layer before."""
    ax = _new_axes(ax, (1.9 * len(sizes), 0.5 * max(sizes) + 1.1))
    dx, dy, radius = 2.6, 0.8, 0.26
    colors = ["input", *["state"] * (len(sizes) - 2), "output"]
    columns = [
        [(k * dx, dy * ((n - 1) / 2 - i)) for i in range(n)] for k, n in enumerate(sizes)
    ]
    for here, there in pairwise(columns):
        for a in here:
            for b in there:
                ax.plot(*zip(a, b, strict=True), color=COLORS["muted"], lw=0.9, alpha=0.7, zorder=1)
    top = dy * (max(sizes) - 1) / 2
    for k, (column, color) in enumerate(zip(columns, colors, strict=True)):
        for center in column:
            ax.add_patch(Circle(center, radius, fc="white", ec="none", zorder=2))
            ax.add_patch(Circle(center, radius, fc=COLORS[color] + "26", ec=COLORS[color], lw=1.5,
                                zorder=3))
        if names:
            ax.text(k * dx, -top - 0.7, names[k], ha="center", va="center", color=COLORS[color],
                    fontsize=10)
    for k, text in enumerate(weights or []):
        ax.text((k + 0.5) * dx, top + 0.45, text, ha="center", va="center", color=COLORS["muted"])
    ax.set(xlim=(-0.9, dx * (len(sizes) - 1) + 0.9), ylim=(-top - 1.0, top + 0.7), aspect="equal")
    ax.axis("off")
    return ax


def activations() -> Figure:
    """Step, sigmoid, tanh and ReLU, each with its slope dashed under it."""
    z = np.linspace(-4, 4, 401)
    sigmoid = 1 / (1 + np.exp(-z))
    panels = [
        ("step", (z > 0) * 1.0, 0 * z),
        ("sigmoid", sigmoid, sigmoid * (1 - sigmoid)),
        ("tanh", np.tanh(z), 1 - np.tanh(z) ** 2),
        ("ReLU", np.maximum(z, 0), (z > 0) * 1.0),
    ]
    figure, axes = plt.subplots(2, 2, figsize=(5.8, 4.4), sharex=True, sharey=True)
    for ax, (name, value, slope) in zip(axes.flat, panels, strict=True):
        ax.plot(z, value, color=COLORS["accent"], label="$g(z)$")
        ax.plot(z, slope, color=COLORS["muted"], ls="--", lw=1.4, label="slope $g'(z)$")
        ax.set(title=name, xlim=(-4, 4), ylim=(-1.3, 2.3))
    for ax in axes[1]:
        ax.set_xlabel("$z$")
    axes[0, 0].legend(loc="upper left")
    return figure


def memoryless(
    inputs: Sequence[str], outputs: Sequence[str], *, window: int = 1, ax: Axes | None = None
) -> Axes:
    """The same network at every step, each time with only the last `window` inputs."""
    steps, dx, size = len(inputs), 1.5, (0.95, 0.55)
    ax = _new_axes(ax, (1.15 * steps + 0.6, 3.0))
    for t in range(steps):
        x = t * dx
        box(ax, x, 0, inputs[t], COLORS["input"], size)
        box(ax, x, 1.15, "$f$", COLORS["state"], size)
        box(ax, x, 2.3, outputs[t], COLORS["output"], size)
        arrow(ax, (x, 1.43), (x, 2.02), color=COLORS["output"])
        for back in range(window):
            if t - back < 0:
                continue
            shift = 0.16 * back
            arrow(ax, (x - back * dx + (0.2 if back else 0), 0.28), (x - shift, 0.87),
                  color=COLORS["input"])
    ax.set(xlim=(-0.7, (steps - 1) * dx + 0.7), ylim=(-0.4, 2.7), aspect="equal")
    ax.axis("off")
    return ax
