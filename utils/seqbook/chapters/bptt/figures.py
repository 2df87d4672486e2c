"""Figures of gradients on their way back through time."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from ...plots.by_step import few_decades
from ...plots.diagrams import arrow, box
from ...plots.style import COLORS


def there_and_back(steps: int = 4) -> Axes:
    """An unrolled network with its states, losses, and the gradient's way back in color."""
    dx, back = 1.75, COLORS["accent"]
    _, ax = plt.subplots(figsize=(6, 2.9))
    box(ax, 0, 1, "$h_0$", COLORS["muted"], (0.7, 0.5))
    for t in range(1, steps + 1):
        x, before = t * dx, 0.35 if t == 1 else (t - 1) * dx + 0.5
        box(ax, x, 0, f"$x_{{{t}}}$", COLORS["input"], (1.0, 0.5))
        box(ax, x, 1, f"$h_{{{t}}}$", COLORS["state"], (1.0, 0.55))
        box(ax, x, 2, f"$L_{{{t}}}$", COLORS["output"], (1.0, 0.5))
        arrow(ax, (x - 0.16, 0.25), (x - 0.16, 0.72))
        arrow(ax, (x - 0.16, 1.28), (x - 0.16, 1.75))
        arrow(ax, (before, 1.1), (x - 0.5, 1.1))
        for start, end in [((x + 0.16, 1.75), (x + 0.16, 1.28)), ((x - 0.5, 0.9), (before, 0.9))]:
            ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=14,
                                         color=back, lw=2, shrinkA=0, shrinkB=0))
        ax.text((before + x - 0.5) / 2, 0.6, r"$\times\, W_{hh}$", ha="center", va="center",
                color=back, fontsize=8.5)
    ax.set(xlim=(-0.5, steps * dx + 0.7), ylim=(-0.4, 2.4), aspect="equal")
    ax.axis("off")
    return ax


def cliff(
    weights: np.ndarray,
    loss: np.ndarray,
    start: float,
    steps: Mapping[str, float],
) -> Axes:
    """A loss along one weight, and where a step from `start` leads: at most to the edge."""
    low, high = weights[0], weights[-1]
    _, ax = plt.subplots(figsize=(6, 3.2))
    ax.plot(weights, loss, color=COLORS["state"])
    here = np.interp(start, weights, loss)
    ax.plot(start, here, "o", color=COLORS["muted"], zorder=5)
    colors = [COLORS["accent"], COLORS["output"], COLORS["gold"]]
    for color, (label, end) in zip(colors, steps.items(), strict=False):
        to = float(np.clip(end, low, high))
        ax.annotate("", (to, np.interp(to, weights, loss) if low < end < high else here),
                    (start, here), arrowprops={"arrowstyle": "-|>", "color": color, "lw": 1.8})
        ax.plot([], [], color=color, label=label)
    ax.set(xlabel="$W_{hh}$", ylabel="loss", xlim=(low, high))
    ax.legend(loc="upper left")
    return ax


def losses(
    runs: Mapping[str, np.ndarray], reference: tuple[str, float] | None = None
) -> Axes:
    """Losses of training runs, logarithmic; one that leaves the numbers ends in a cross."""
    _, ax = plt.subplots(figsize=(6, 3.2))
    ceiling = 1000 * max([run[0] for run in runs.values() if run[0] < np.inf], default=1.0)
    colors = [COLORS["accent"], COLORS["state"], COLORS["output"], COLORS["gold"]]
    for color, (label, run) in zip(colors, runs.items(), strict=False):
        run = np.asarray(run, dtype=float)
        gone = ~(run <= ceiling)  # also where it is NaN
        end = int(gone.argmax()) if gone.any() else len(run)
        ax.plot(range(1, end + 1), run[:end], color=color, label=label)
        if gone.any():
            last = run[end - 1] if end else ceiling
            ax.plot([max(end, 1), end + 1], [last, ceiling], color=color)
            ax.plot(end + 1, ceiling, "x", color=color, ms=9, mew=2.5, clip_on=False)
    if reference:
        ax.axhline(reference[1], color=COLORS["muted"], ls=":", label=reference[0])
    ax.set(yscale="log", xlabel="training step", ylabel="loss")
    few_decades(ax)
    ax.legend()
    return ax
