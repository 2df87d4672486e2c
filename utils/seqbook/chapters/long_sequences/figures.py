"""The ways between steps, measured times beside formulas, and accuracy against length."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from ...plots.style import COLORS

OF = {"attention": "accent", "GRU": "state", "LSTM": "sky"}
MARKERS = {"attention": "^", "GRU": "o", "LSTM": "s"}


def ways(count: int) -> Figure:
    """`count` steps joined as in a recurrence, and as in causal attention."""
    fig, axes = plt.subplots(1, 2, figsize=(5.2, 1.9))
    for ax, title in zip(axes, ("recurrence", "attention"), strict=True):
        for t in range(count):
            ax.plot(t, 0, "o", ms=15, mfc="white", mec=COLORS["muted"], mew=1.5, zorder=3)
            ax.text(t, -0.02, str(t + 1), ha="center", va="center", fontsize=10, zorder=4)
            for earlier in range(t):
                if title == "attention":
                    ax.add_patch(FancyArrowPatch(
                        (earlier, 0.25), (t, 0.25), arrowstyle="-", color=COLORS["accent"],
                        connectionstyle="arc3,rad=-0.5", shrinkA=2, shrinkB=2, lw=1.1,
                    ))
                elif earlier == t - 1:
                    ax.add_patch(FancyArrowPatch(
                        (earlier + 0.28, 0), (t - 0.28, 0), arrowstyle="-|>", mutation_scale=11,
                        color=COLORS["state"], shrinkA=0, shrinkB=0, lw=1.6,
                    ))
        ax.set(xlim=(-0.5, count - 0.5), ylim=(-0.5, 2.2), title=title)
        ax.axis("off")
    return fig


def costs(
    seconds: Mapping[str, Mapping[int, float]], counts: Mapping[str, Mapping[int, float]]
) -> Figure:
    """Milliseconds for each length, and counts scaled to meet the last of them, dashed."""
    fig, ax = plt.subplots(figsize=(4.8, 3.8))
    for name, by_length in seconds.items():
        lengths, times = list(by_length), [1e3 * s for s in by_length.values()]
        color = COLORS[OF[name]]
        ax.plot(lengths, times, MARKERS[name], color=color, ms=7, label=name)
        if name in counts:
            scale = times[-1] / counts[name][lengths[-1]]
            ax.plot(lengths, [scale * counts[name][n] for n in lengths], "--", color=color,
                    lw=1.3, label=f"{name}, formula")
    ax.set(xscale="log", yscale="log", xlabel="length $T$", ylabel="milliseconds a step")
    ax.set_xticks(lengths, [str(n) for n in lengths])
    ax.minorticks_off()
    ax.legend()
    return fig


def speeds(ratio: Mapping[int, float], formula: Mapping[int, float]) -> Figure:
    """How many times as fast writing with a cache is: measured, and by counting."""
    fig, ax = plt.subplots(figsize=(4.8, 3.2))
    ax.plot(list(formula), list(formula.values()), "--", color=COLORS["muted"],
            label="multiplications saved")
    ax.plot(list(ratio), list(ratio.values()), "o-", color=COLORS["state"], label="time saved")
    ax.set(xscale="log", yscale="log", xlabel="tokens written", ylabel="times less")
    ax.set_xticks(list(ratio), [str(n) for n in ratio])
    ax.minorticks_off()
    ax.legend()
    return fig
