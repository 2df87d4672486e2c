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

__all__ = ["cliff", "losses", "there_and_back"]


def there_and_back(steps: int = 4, *, ax: Axes | None = None) -> Axes:
    """An unrolled network with its states, losses, and the gradient's way back in a strong color.

    Args:
        steps: number of steps, at least 2.
        ax: where to draw; None makes a new figure.

    Returns:
        The axes, without ticks and frame.

    Raises:
        ValueError: if `steps` is below 2.
    """
    if steps < 2:
        raise ValueError(f"with {steps} step(s) nothing goes back through time: use 2 or more")
    dx, back = 1.75, COLORS["accent"]
    ax = ax if ax is not None else plt.subplots(figsize=(6, 2.9))[1]
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
    *,
    ax: Axes | None = None,
) -> Axes:
    """A loss along one weight, and where one step of gradient descent leads.

    Args:
        weights, loss: the curve, both of shape (n,).
        start: the weight from which the step is made.
        steps: a label and the weight where the step ends; outside the curve it is drawn at
            the edge.
        ax: where to draw; None makes a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: if the curve is not one, or `start` is not on it.
    """
    weights, loss = np.asarray(weights, dtype=float), np.asarray(loss, dtype=float)
    if weights.ndim != 1 or weights.shape != loss.shape or len(weights) < 2:
        raise ValueError(f"a curve has two equal rows, not {weights.shape} and {loss.shape}")
    low, high = weights[0], weights[-1]
    if not low <= start <= high:
        raise ValueError(f"the start {start:g} is not between {low:g} and {high:g}")
    ax = ax if ax is not None else plt.subplots(figsize=(6, 3.2))[1]
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
    runs: Mapping[str, np.ndarray],
    *,
    reference: tuple[str, float] | None = None,
    ceiling: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Losses of training runs on a logarithmic axis; one that leaves the numbers ends in a cross.

    Args:
        runs: a label and the loss at each training step, which may become infinite or NaN.
        reference: a label and a loss for a dotted line.
        ceiling: the line of a run stops at its first loss above this; None means 1,000 times
            the largest first loss.
        ax: where to draw; None makes a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: if there is no run, or a run has no step.
    """
    if not runs or any(len(run) == 0 for run in runs.values()):
        raise ValueError("losses needs at least one run, each with one loss or more")
    ax = ax if ax is not None else plt.subplots(figsize=(6, 3.2))[1]
    if ceiling is None:
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
