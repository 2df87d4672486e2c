"""Figures of the chapter on encoders, decoders and the limits of recurrence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Arc

from ...plots.diagrams import arrow, box
from ...plots.style import COLORS

MARKS = ["o", "s", "^", "D", "v", "P"]


def one_vector(
    english: Sequence[str], french: Sequence[str], *, start: str = "<start>", end: str = "<end>",
    ax: Axes | None = None,
) -> Axes:
    """An encoder that reads a sentence into one vector, and a decoder that writes from it."""
    if ax is None:
        _, ax = plt.subplots(figsize=(5.0, 1.8))
    state, wide = COLORS["state"], (1.42, 0.62)
    for t, word in enumerate(english):
        x = 1.6 * t
        box(ax, x, 0, "", COLORS["input"], wide)
        ax.text(x, 0, word, ha="center", va="center", color=COLORS["input"], fontsize=8)
        box(ax, x, 1.2, "", state, (0.8, 0.62))
        arrow(ax, (x, 0.31), (x, 0.89), color=COLORS["input"])
        if t:
            arrow(ax, (x - 1.2, 1.2), (x - 0.4, 1.2), color=state)
    middle = 1.6 * len(english)
    arrow(ax, (middle - 1.2, 1.2), (middle - 0.45, 1.2), color=state)
    box(ax, middle, 1.2, "", COLORS["accent"], (0.9, 1.1))
    ax.text(middle + 0.5, 2.0, "one vector", ha="right", color=COLORS["accent"], fontsize=9)
    for t, (before, word) in enumerate(
        zip([start, *french], [*french, end], strict=True), start=1
    ):
        x = middle + 1.6 * t
        box(ax, x, 0, "", COLORS["muted"], wide)
        ax.text(x, 0, before, ha="center", va="center", color=COLORS["muted"], fontsize=8)
        box(ax, x, 1.2, "", state, (0.8, 0.62))
        box(ax, x, 2.4, "", COLORS["output"], wide)
        ax.text(x, 2.4, word, ha="center", va="center", color=COLORS["output"], fontsize=8)
        arrow(ax, (x, 0.31), (x, 0.89))
        arrow(ax, (x, 1.51), (x, 2.09), color=COLORS["output"])
        arrow(ax, (x - (1.15 if t == 1 else 1.2), 1.2), (x - 0.4, 1.2), color=state)
        if t <= len(french):
            arrow(ax, (x + 0.3, 2.09), (x + 1.3, 0.33), color=COLORS["muted"])
    ax.text((middle - 1.6) / 2, -0.75, "encoder", ha="center", color=state, fontsize=9)
    ax.text(middle + 0.8 * (len(french) + 2), -0.75, "decoder", ha="center", color=state,
            fontsize=9)
    ax.set(xlim=(-0.8, middle + 1.6 * (len(french) + 1) + 0.8), ylim=(-1.0, 2.8), aspect="equal")
    ax.axis("off")
    return ax


def cue_and_blank(sentences: Sequence[tuple[Sequence[str], int]], ax: Axes | None = None) -> Axes:
    """(words, place of the cue) each: the sentence, a blank, and an arc from cue to blank."""
    longest = max(sum(len(w) + 1 for w in words) for words, _ in sentences) + 4
    if ax is None:
        _, ax = plt.subplots(figsize=(5.2, 1.2 * len(sentences)))
    for row, (words, cue) in enumerate(sentences):
        y, x, middles = -1.0 * row, 0.0, []
        for t, word in enumerate([*words, "▢"]):
            middles.append(x + len(word) / 2)
            strong = t in (cue, len(words))
            ax.text(middles[-1], y, word, ha="center", va="center", fontsize=8,
                    color=COLORS["accent"] if strong else COLORS["muted"],
                    weight="bold" if strong else "normal")
            x += len(word) + 1
        left, right = middles[cue], middles[-1]
        ax.add_patch(Arc(((left + right) / 2, y + 0.14), right - left, 0.7, theta1=0, theta2=180,
                         color=COLORS["accent"], lw=1.4))
        ax.text((left + right) / 2, y + 0.53, f"{len(words) - cue - 1} words between",
                ha="center", color=COLORS["accent"], fontsize=8)
    ax.set(xlim=(-1, longest), ylim=(0.7 - len(sentences), 0.75))
    ax.axis("off")
    return ax


def accuracy(
    curves: Mapping[str, Mapping[int, float]], *, xlabel: str, ylabel: str = "",
    floor: float | None = None, floor_label: str = "chance", title: str = "",
    log: bool = False, ax: Axes | None = None,
) -> Axes:
    """Accuracy against a length or a distance, a line per model.

    An entry of several runs, {length: [...]}, becomes a line through the mean and a dot per run.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(6.0, 3.4))
    colors = [c for name, c in COLORS.items() if name != "muted"]
    for k, (name, by_length) in enumerate(curves.items()):
        lengths = sorted(by_length)
        runs = [np.atleast_1d(by_length[n]) for n in lengths]
        ax.plot(lengths, [np.mean(r) for r in runs], label=name, color=colors[k % 6],
                marker=MARKS[k % 6], ms=5 if len(runs[0]) == 1 else 0)
        for n, r in zip(lengths, runs, strict=True):
            if len(r) > 1:  # side by side, so that equal models can be told apart
                ax.plot([n * 1.04 ** (k - 1)] * len(r), r, MARKS[k % 6], ms=4, color=colors[k % 6])
    if floor is not None:
        ax.axhline(floor, color=COLORS["muted"], ls=":", lw=1.2, label=floor_label)
    ticks = sorted({n for by_length in curves.values() for n in by_length})
    if log:
        ax.set_xscale("log")
        ax.minorticks_off()
    ax.set_xticks(ticks, [str(n) for n in ticks])
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, ylim=(-0.04, 1.06))
    ax.legend()
    return ax


def times(seconds: Mapping[str, Mapping[int, float]], ax: Axes | None = None) -> Axes:
    """Milliseconds against the length of the sequence, both axes logarithmic."""
    if ax is None:
        _, ax = plt.subplots(figsize=(5.4, 3.2))
    for k, (name, by_length) in enumerate(seconds.items()):
        lengths = sorted(by_length)
        ax.plot(lengths, [1000 * by_length[n] for n in lengths], label=name, marker=MARKS[k % 6],
                ms=5, color=list(COLORS.values())[k % 4])
    ticks = sorted({n for by_length in seconds.values() for n in by_length})
    ax.set(xscale="log", yscale="log", xlabel="words in the sequence", ylabel="milliseconds")
    ax.minorticks_off()
    ax.set_xticks(ticks, [str(n) for n in ticks])
    ax.legend()
    return ax
