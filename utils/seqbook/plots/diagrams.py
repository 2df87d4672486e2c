"""Diagrams of networks, drawn by code."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from .style import COLORS


def box(ax: Axes, x: float, y: float, text: str, color: str, size: tuple[float, float]) -> None:
    """A rounded box centered on (x, y) with text in it."""
    width, height = size
    ax.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2), width, height,
            boxstyle="round,pad=0,rounding_size=0.1", fc=color + "26", ec=color, lw=1.5,
        )
    )
    ax.text(x, y, text, ha="center", va="center", color=color, fontsize=11)


def arrow(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], text: str = "",
    color: str = COLORS["muted"], at: tuple[float, float] = (0.0, 0.0),
) -> None:
    """An arrow with an optional label, moved from its middle by `at`."""
    ax.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, color=color, lw=1.3,
                        shrinkA=0, shrinkB=0)
    )
    if text:
        x, y = (start[0] + end[0]) / 2 + at[0], (start[1] + end[1]) / 2 + at[1]
        ax.text(x, y, text, ha="center", va="center", color=color, fontsize=9)


def rolled(*, memory: bool = True, ax: Axes | None = None) -> Axes:
    """A network at one time step: x_t goes in, ŷ_t comes out, and its state goes back in.

    Args:
        memory: draw the loop of the state; False leaves a network that sees one step only.
        ax: where to draw; None makes a new figure.

    Returns:
        The axes, without ticks and frame.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(3.2, 3.2))
    on, size = COLORS, (1.15, 0.6)
    box(ax, 0, 0, "$x_t$", on["input"], size)
    box(ax, 0, 1.25, "$f$", on["state"], (1.15, 0.8))
    box(ax, 0, 2.5, r"$\hat{y}_t$", on["output"], size)
    arrow(ax, (0, 0.3), (0, 0.85), color=on["input"])
    arrow(ax, (0, 1.65), (0, 2.2), color=on["output"])
    if memory:
        bow = Path(
            [(0.575, 1.5), (1.75, 1.95), (1.75, 0.55), (0.6, 1.0)],
            [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
        )
        ax.add_patch(
            FancyArrowPatch(path=bow, arrowstyle="-|>", mutation_scale=11, color=on["state"],
                            lw=1.5, fill=False)
        )
        ax.text(1.55, 1.72, "$h_t$", ha="center", va="center", color=on["state"], fontsize=11)
        ax.text(1.6, 0.76, "$h_{t-1}$", ha="center", va="center", color=on["state"], fontsize=11)
    ax.set(xlim=(-1.2, 2.1), ylim=(-0.4, 2.9), aspect="equal")
    ax.axis("off")
    return ax


def unrolled(
    steps: int = 4,
    *,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    loss: bool = True,
    weights: bool = True,
    every: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """A recurrent network unrolled over time: the same cell once per step.

    Args:
        steps: how many time steps.
        inputs, outputs: what stands in the boxes of x and ŷ, one string per step, for instance
            words; None writes the symbols.
        loss: draw the loss of each step and their sum L.
        weights: name W_xh, W_hh and W_hy on the arrows.
        every: an output at every step; False draws only the last one (many to one).
        ax: where to draw; None makes a new figure.

    Returns:
        The axes, without ticks and frame.

    Raises:
        ValueError: if `steps` is below 1 or the number of strings is not `steps`.
    """
    if steps < 1:
        raise ValueError(f"an unrolled network has at least 1 step, not {steps}")
    for name, texts in [("inputs", inputs), ("outputs", outputs)]:
        if texts is not None and len(texts) != steps:
            raise ValueError(f"{len(texts)} {name} for {steps} steps")
    dx, size = 1.75, (1.15, 0.55)
    top = 3.0 if loss else 2.0
    if ax is None:
        _, ax = plt.subplots(figsize=(1.3 * (steps + 1), 1.15 * (top + 0.9)))
    on = COLORS
    box(ax, 0, 1, "$h_0$", on["muted"], (0.7, 0.5))
    for t in range(1, steps + 1):
        x = t * dx
        box(ax, x, 0, inputs[t - 1] if inputs else f"$x_{{{t}}}$", on["input"], size)
        box(ax, x, 1, f"$h_{{{t}}}$", on["state"], size)
        arrow(ax, (x, 0.28), (x, 0.72), "$W_{xh}$" if weights else "", on["input"], (0.3, 0))
        before = 0.35 if t == 1 else (t - 1) * dx + size[0] / 2
        arrow(ax, (before, 1), (x - size[0] / 2, 1), "$W_{hh}$" if weights else "", on["state"],
              (0, 0.2))
        if not every and t < steps:
            continue
        box(ax, x, 2, outputs[t - 1] if outputs else rf"$\hat{{y}}_{{{t}}}$", on["output"], size)
        arrow(ax, (x, 1.28), (x, 1.72), "$W_{hy}$" if weights else "", on["output"], (0.3, 0))
        if loss:
            ax.text(x, 2.72, f"$L_{{{t}}}$", ha="center", va="center", color=on["accent"])
            arrow(ax, (x, 2.28), (x, 2.56), color=on["accent"])
    if loss and every:
        middle = (steps + 1) / 2 * dx
        ax.text(middle, 3.3, "$L = " + " + ".join(f"L_{{{t}}}" for t in range(1, steps + 1)) + "$",
                ha="center", va="center", color=on["accent"], fontsize=11)
    ax.set(xlim=(-0.6, steps * dx + 0.9), ylim=(-0.45, (3.55 if every else 2.95) if loss else 2.4))
    ax.set_aspect("equal")
    ax.axis("off")
    return ax
