"""Figures of the chapter on cross-attention and the transformer block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch

from ...plots.diagrams import arrow, box
from ...plots.style import COLORS


def finger(english: Sequence[str], french: Sequence[str], looks: Sequence[int]) -> Axes:
    """English below, French above, a line from each French word to the English one it needs."""
    _, ax = plt.subplots(figsize=(5.0, 1.9))
    for t, (below, above) in enumerate(zip(english, french, strict=True)):
        crossing = looks[t] != t
        color = COLORS["accent" if crossing else "muted"]
        ax.text(t, 0, below, ha="center", va="center", color=COLORS["input"], fontsize=11)
        ax.text(t, 2, above, ha="center", va="center", color=COLORS["output"], fontsize=11)
        arrow(ax, (t, 1.75), (looks[t], 0.27), color=color)
    ax.set(xlim=(-0.6, len(english) - 0.4), ylim=(-0.3, 2.3))
    ax.axis("off")
    return ax


def _plus(ax: Axes, x: float, y: float) -> None:
    ax.add_patch(Circle((x, y), 0.17, fc="white", ec=COLORS["state"], lw=1.5, zorder=3))
    ax.text(x, y - 0.01, "+", ha="center", va="center", color=COLORS["state"], zorder=4)


def _part(ax: Axes, x: float, y: float, name: str, color: str, context: float | None) -> None:
    """Leave the stream at height y, be normalized, computed and added back at y + 2.1."""
    right, line = x + 1.75, {"color": color, "lw": 1.4}
    ax.plot([x, right], [y, y], **line)
    arrow(ax, (right, y), (right, y + 0.33), color=color)
    box(ax, right, y + 0.55, "norm", COLORS["muted"], (2.3, 0.42))
    arrow(ax, (right, y + 0.76), (right, y + 1.04), color=color)
    box(ax, right, y + 1.45, name, color, (2.3, 0.82))
    ax.plot([right, right], [y + 1.86, y + 2.1], **line)
    arrow(ax, (right, y + 2.1), (x + 0.18, y + 2.1), color=color)
    _plus(ax, x, y + 2.1)
    if context is not None:
        ax.add_patch(FancyArrowPatch(
            (context, y + 1.45), (right - 1.15, y + 1.45), arrowstyle="-|>", mutation_scale=11,
            color=COLORS["input"], lw=1.6, shrinkA=0, shrinkB=0, zorder=5,
        ))


def blocks() -> Axes:
    """An encoder block, and a decoder block that gets the encoder's output from the left."""
    _, ax = plt.subplots(figsize=(5.4, 5.4))
    attends, thinks = COLORS["accent"], COLORS["gold"]
    parts = {
        0.0: [("self-attention", attends), ("MLP", thinks)],
        5.2: [("causal\nself-attention", attends), ("cross-attention", attends),
              ("MLP", thinks)],
    }
    tops = {}
    for x, column in parts.items():
        tops[x] = 2.6 * len(column) + 0.5
        arrow(ax, (x, -0.3), (x, tops[x]), color=COLORS["state"])
        for k, (name, color) in enumerate(column):
            crosses = name.startswith("cross")
            _part(ax, x, 0.25 + 2.6 * k, name, color, 3.7 if crosses else None)
    level = 0.25 + 2.6 + 1.45  # the cross-attention, to which the encoder's output goes
    ax.plot([0, 0, 3.7, 3.7], [tops[0.0], 6.4, 6.4, level], color=COLORS["input"], lw=1.6)
    ax.text(1.85, 6.55, "keys and values", ha="center", va="bottom", color=COLORS["input"])
    for x, word in [(0.0, "English, with positions"), (5.2, "French so far, with positions")]:
        ax.text(x + 0.6, -0.65, word, ha="center", va="center", color=COLORS["state"])
    for x, title, y in [(0.9, "encoder block", 7.2), (6.1, "decoder block", 8.6)]:
        ax.text(x, y, title, ha="center", color=COLORS["state"], weight="bold")
    ax.set(xlim=(-1.4, 8.3), ylim=(-1.0, 9.0), aspect="equal")
    ax.axis("off")
    return ax


def norms(runs: Sequence[dict[str, Any]]) -> Axes:
    """Places sorted right with pre-norm and post-norm, by depth and warm-up; a mark is a seed."""
    _, ax = plt.subplots(figsize=(5.6, 3.2))
    settings = list(dict.fromkeys((run["blocks"], run["warm_up"]) for run in runs))
    kinds = [(False, "pre-norm", "state", "o"), (True, "post-norm", "input", "s")]
    for run in runs:
        x = settings.index((run["blocks"], run["warm_up"]))
        _, label, color, marker = kinds[run["post_norm"]]
        shift = 0.12 if run["post_norm"] else -0.12
        ax.plot([x + shift] * len(run["scores"]), run["scores"], marker, color=COLORS[color],
                alpha=0.75, label=label if not x else None)
    names = [f"{blocks} blocks\n{'warm-up' if warm_up else 'no warm-up'}"
             for blocks, warm_up in settings]
    ax.set_xticks(range(len(settings)), names)
    ax.set(ylim=(0, 1.04), ylabel="places that are right")
    ax.legend(loc="lower left")
    return ax
