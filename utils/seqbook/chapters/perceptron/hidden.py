"""Figures of what goes on inside a small network: values, gradients, the folded plane."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from ...plots.style import COLORS
from .figures import points


def backprop(
    x: np.ndarray,
    hidden: np.ndarray,
    answer: float,
    weights: tuple[np.ndarray, np.ndarray],
    gradients: tuple[np.ndarray, np.ndarray],
    *,
    ax: Axes | None = None,
) -> Axes:
    """A 2-2-1 network with its numbers: values in the neurons, weight and gradient on each edge."""
    ax = ax if ax is not None else plt.subplots(figsize=(5.9, 3.1))[1]
    columns = [[(0, 1), (0, -1)], [(3.2, 1), (3.2, -1)], [(6.2, 0)]]
    values = [x, hidden, [answer]]
    for k in range(2):
        for i, (x1, y1) in enumerate(columns[k]):
            for j, (x2, y2) in enumerate(columns[k + 1]):
                ax.plot([x1, x2], [y1, y2], color=COLORS["muted"], lw=1.1, zorder=1)
                # Two edges cross in the middle: their labels sit near the start.
                share = 0.46 if k else 0.27 if i != j else 0.4
                at = np.array([x1 + share * (x2 - x1), y1 + share * (y2 - y1)])
                angle = np.degrees(np.arctan2(y2 - y1, x2 - x1))
                off = 0.07 * np.array([y1 - y2, x2 - x1]) / np.hypot(x2 - x1, y2 - y1)
                for text, color, va, side in [
                    (f"{weights[k][i][j]:g}", "state", "bottom", 1),
                    (f"{gradients[k][i][j]:+.2f}", "accent", "top", -1),
                ]:
                    ax.text(*(at + side * off), text.replace("-", "−"), color=COLORS[color],
                            fontsize=9.5, ha="center", va=va, rotation=angle,
                            rotation_mode="anchor", zorder=4)
    for column, numbers, color in zip(columns, values, ["input", "state", "output"], strict=True):
        for center, number in zip(column, numbers, strict=True):
            ax.add_patch(Circle(center, 0.42, fc="white", ec=COLORS[color], lw=1.5, zorder=3))
            ax.text(*center, f"{number:.2f}".replace("-", "−"), ha="center", va="center",
                    color=COLORS[color], fontsize=10, zorder=5)
    for center_x, name, color in [(0, "$x$", "input"), (3.2, "$h$", "state"),
                                  (6.2, r"$\hat{y}$", "output")]:
        ax.text(center_x, -1.75, name, ha="center", va="center", color=COLORS[color], fontsize=11)
    ax.text(1.6, 1.62, "weight", ha="right", color=COLORS["state"], fontsize=9.5)
    ax.text(1.72, 1.62, "and gradient", ha="left", color=COLORS["accent"], fontsize=9.5)
    ax.set(xlim=(-0.6, 6.8), ylim=(-2, 1.9), aspect="equal")
    ax.axis("off")
    return ax


def folded_plane(
    layer: tuple[np.ndarray, np.ndarray],
    output: tuple[np.ndarray, np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    *,
    margin: float = 0.35,
) -> Figure:
    """The plane with a grid, sheared by the weights of a hidden layer, then squeezed by tanh."""
    (w1, b1), (w2, b2) = layer, output
    x = np.asarray(x, dtype=float)
    low, high = x.min(0) - margin, x.max(0) + margin
    across = np.stack(np.meshgrid(*np.linspace(low, high, 121).T), -1)
    logit = np.tanh(across @ w1 + b1) @ w2[:, 0] + b2[0]
    figure, axes = plt.subplots(1, 3, figsize=(7.6, 2.9))
    for ax, stage, name, title in zip(
        axes,
        [lambda p: p, lambda p: p @ w1 + b1, lambda p: np.tanh(p @ w1 + b1)],
        "xzh",
        ["in: $x$", "weighed: $z$", r"squeezed: $h = \tanh(z)$"],
        strict=True,
    ):
        for k in range(2):
            for i in range(0, 121, 10):
                line = across[i] if k else across[:, i]
                line = stage(line[::3] if name == "h" else line[[0, -1]])  # bent or straight
                ax.plot(*line.T, color=COLORS["muted"], lw=0.6, alpha=0.6, zorder=1)
        where = stage(across)
        if name != "h":
            ax.contour(where[..., 0], where[..., 1], logit, levels=[0], colors="black",
                       linewidths=1.6)
        points(stage(x), y, size=70, ax=ax)
        _label_points(ax, stage(x), x, inward=name != "h")
        ax.set(title=title, xlabel=f"${name}_1$", ylabel=f"${name}_2$")
        ax.margins(0.12)
        ax.grid(False)
    # In the last picture the boundary is the line w2 · h + b2 = 0.
    end = np.array([-1.7, 1.7])
    steep = int(abs(w2[1, 0]) >= abs(w2[0, 0]))  # solve for the coordinate with the larger weight
    other = -(b2[0] + w2[1 - steep, 0] * end) / w2[steep, 0]
    axes[2].plot(*((end, other) if steep else (other, end)), color="black", lw=1.6)
    axes[2].set(xlim=(-1.7, 1.7), ylim=(-1.7, 1.7))
    return figure


def _label_points(ax: Axes, at: np.ndarray, names: np.ndarray, inward: bool) -> None:
    """Write at each point where it came from; points in one spot share a label."""
    middle = at.mean(0)
    for k, here in enumerate(at):
        same = np.flatnonzero(np.abs(at - here).max(1) < 0.15)
        if same[0] == k:
            text = ", ".join(f"{names[i, 0]:g}{names[i, 1]:g}" for i in same)
            up = (here[1] > middle[1]) != inward
            right = (here[0] > middle[0]) != inward
            ax.annotate(text, here, textcoords="offset points", fontsize=9, zorder=4,
                        xytext=((8 if right else -8) * inward, 9 if up else -16),
                        ha=("left" if right else "right") if inward else "center")
