"""Figures of the chapter on recurrence and attention together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ...plots.style import COLORS

LOOKS = {
    "GRU alone": ("input", "s"), "attention alone": ("accent", "^"),
    "GRU below": ("state", "o"), "GRU above": ("gold", "D"),
}  # fmt: skip


def two_questions(ax: Axes | None = None) -> Axes:
    """Two bars of a tune and the bars that repeat them: one question counts, one looks back."""
    if ax is None:
        _, ax = plt.subplots(figsize=(4.6, 2.3))
    first, later = "ABA AFD|", "EFE G2▢"
    for y, text, start in ((1.1, "EFE G2A|" + first, 0), (0.0, later, 0)):
        for x, character in enumerate(text):
            color = COLORS["accent"] if character == "▢" else "currentColor"
            color = "#444444" if color == "currentColor" else color
            ax.text(start + x, y, character, ha="center", va="center", family="monospace",
                    fontsize=15, color=color)
    for x, count in zip((0, 1, 2, 4), ("1", "2", "3", "4–5"), strict=True):
        ax.text(x, -0.5, count, ha="center", color=COLORS["state"], fontsize=10)
    ax.text(7.0, -0.5, "count: 5 of 6 eighths have passed", color=COLORS["state"], fontsize=10)
    ax.annotate("", (6, 0.8), (6, 0.3), arrowprops={"arrowstyle": "->", "color": COLORS["accent"]})
    ax.text(7.0, 0.35, "look back: here stood an A", color=COLORS["accent"], fontsize=10)
    ax.set(xlim=(-0.8, 16), ylim=(-0.8, 1.5))
    ax.axis("off")
    return ax


def bits_and_bars(study: Sequence[dict[str, Any]], real: float, ax: Axes | None = None) -> Axes:
    """Each run: bits per held-out character, and how many of its tunes have every bar right."""
    if ax is None:
        _, ax = plt.subplots(figsize=(5.2, 3.4))
    for kind, (color, mark) in LOOKS.items():
        runs = [run for run in study if run["model"] == kind]
        ax.scatter([r["bits"] for r in runs], [r["every_bar_right"] for r in runs],
                   color=COLORS[color], marker=mark, s=55, label=kind)
    ax.axhline(real, color=COLORS["muted"], ls="--", lw=1)
    ax.text(ax.get_xlim()[1], real - 0.01, "tunes of the books", ha="right", va="top",
            color=COLORS["muted"], fontsize=10)
    ax.set(xlabel="bits per character (fewer is better)", ylabel="every bar right", ylim=(0, 1))
    ax.legend(loc="lower left", fontsize=10)
    return ax


def with_clock(study: Sequence[dict[str, Any]], real: float, ax: Axes | None = None) -> Axes:
    """What the clock changes with each seed, in bits and in tunes with every bar right."""
    if ax is None:
        _, ax = plt.subplots(figsize=(5.2, 3.2))

    def runs(kind: str) -> list[tuple[float, float]]:
        return [(r["bits"], r["every_bar_right"]) for r in study if r["model"] == kind]

    for kind in ("GRU alone", "GRU below"):
        ax.plot(*zip(*runs(kind), strict=True), LOOKS[kind][1], color=COLORS["muted"], ms=5)
        x, y = min(runs(kind), key=lambda run: run[1])
        ax.annotate(kind, (x, y), (0, -14), textcoords="offset points", ha="center",
                    color=COLORS["muted"], fontsize=9)  # fmt: skip
    wider = "wider GRU below"
    for before, after in zip(runs(wider), runs(f"{wider} + clock"), strict=True):
        ax.annotate("", after, before, arrowprops={"arrowstyle": "->", "color": COLORS["accent"]})
        ax.plot(*before, "o", color=COLORS["state"])
        ax.plot(*after, "o", color=COLORS["accent"])
    ax.axhline(real, color=COLORS["muted"], ls="--", lw=1)
    ax.set(xlabel="bits per character (fewer is better)", ylabel="every bar right", ylim=(0, 1))
    return ax


def known(study: Sequence[dict[str, Any]], layers: dict[str, Sequence[str]]) -> None:
    """How far a linear reader is off, after each layer of each model; a dot for each seed."""
    _, axes = plt.subplots(2, 2, figsize=(5.6, 4.6), sharey=True)
    for ax, (kind, names) in zip(axes.flat, layers.items(), strict=True):
        color, mark = LOOKS[kind]
        runs = np.array([run["eighths_off"] for run in study if run["model"] == kind])
        for run in runs:
            ax.plot(range(len(names)), run[1:], color=COLORS[color], marker=mark, lw=1, ms=5)
        ax.axhline(runs[0, 0], color=COLORS["muted"], ls="--", lw=1)
        ax.set_title(kind)
        ax.set_xticks(range(len(names)), names, rotation=20)
        ax.set_ylim(0, None)
    for ax in axes[:, 0]:
        ax.set_ylabel("eighths off")
