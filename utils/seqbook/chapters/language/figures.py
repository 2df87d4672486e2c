"""Figures of the chapter on language: linked words, guesses, counts, padding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from ...plots.diagrams import box
from ...plots.style import COLORS


def linked_sentence(words: Sequence[str], links: Sequence[tuple[int, int]]) -> Axes:
    """A sentence in boxes, with arcs from a word to a later word that it decides."""
    widths = np.array([0.2 + 0.13 * len(word) for word in words])
    left = np.concatenate([[0], np.cumsum(widths + 0.05)[:-1]])
    middle = left + widths / 2
    total = left[-1] + widths[-1]
    _, ax = plt.subplots(figsize=(6, 1.7))
    ends = [end for _, end in links]
    for k, word in enumerate(words):
        color = COLORS["accent" if word == "?" else "state" if k in ends else "muted"]
        box(ax, middle[k], 0, "", color, (widths[k], 0.62))
        ax.text(middle[k], 0, word, ha="center", va="center", color=color, fontsize=10)
    for start, end in links:
        ax.add_patch(FancyArrowPatch(
            (middle[start], 0.34), (middle[end], 0.34), connectionstyle="arc3,rad=-0.32",
            arrowstyle="-|>", mutation_scale=9, color=COLORS["input"], lw=1.3, shrinkA=0, shrinkB=0,
        ))
    longest = max((middle[end] - middle[start] for start, end in links), default=0)
    ax.set(xlim=(-0.1, total + 0.1), ylim=(-0.4, 0.5 + 0.165 * longest))
    ax.axis("off")
    return ax


def next_words(guesses: Mapping[str, Sequence[tuple[str, float]]]) -> Figure:
    """Guesses for the next word with their probabilities, best first; a panel for each model."""
    most = max(len(panel) for panel in guesses.values())
    figure, axes = plt.subplots(1, len(guesses), figsize=(6, 0.28 * most + 0.7), squeeze=False)
    for ax, (title, panel) in zip(axes[0], guesses.items(), strict=True):
        words, p = zip(*panel, strict=True)
        drawn = ax.barh(range(len(words)), p, color=COLORS["state"], height=0.65)
        ax.bar_label(drawn, [f"{v:.2f}" for v in p], padding=3, fontsize=8)
        ax.set_yticks(range(len(words)), words)
        ax.set(xlim=(0, 1), ylim=(most - 0.5, -0.5), xticks=[])
        ax.set_title(title, fontsize=9)
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(length=0)
    return figure


def count_curve(perplexity: Mapping[int, float], lines: Mapping[str, float]) -> Axes:
    """Perplexity of counting models by the number of words they look back at; others as lines."""
    _, ax = plt.subplots(figsize=(6, 3.0))
    back = list(perplexity)
    ax.plot(back, list(perplexity.values()), "o-", color=COLORS["muted"], label="counts")
    for k, (name, value) in enumerate(lines.items()):
        color = [COLORS["state"], COLORS["output"]][k % 2]
        ax.axhline(value, color=color, ls=["-", "--"][k % 2], lw=1.8, label=name)
    ax.set(xlabel="words that the counts look back at", ylabel="perplexity", xticks=back)
    ax.legend()
    return ax


def word_map(points: np.ndarray, words: Sequence[str], classes: Sequence[str]) -> Axes:
    """Words at places in the plane; color and marker say to which class a word belongs."""
    _, ax = plt.subplots(figsize=(6, 5.2))
    names = list(dict.fromkeys(classes))
    colors = {name: list(COLORS.values())[k % len(COLORS)] for k, name in enumerate(names)}
    for k, name in enumerate(names):
        mine = [i for i, c in enumerate(classes) if c == name]
        ax.plot(*points[mine].T, "os^Dv*P"[k % 7], color=colors[name], ms=5, label=name)
    ax.set(xticks=[], yticks=[])
    ax.spines[["left", "bottom"]].set_visible(False)  # directions without a scale
    ax.margins(0.09)
    ax.grid(False)
    for word, c, at, shift in zip(words, classes, points, _label_shifts(points, words),
                                  strict=True):
        ax.annotate(word, at, xytext=shift, textcoords="offset points", fontsize=7.5,
                    color=colors[c], va="center")
    ax.legend(ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.02), fontsize=8)
    return ax


def _label_shifts(points: np.ndarray, words: Sequence[str]) -> list[tuple[float, float]]:
    """For each label, in points: the first place around its dot that covers no other."""
    span = np.ptp(points, axis=0)
    spots = (points - points.min(axis=0)) / np.where(span > 0, span, 1) * (340, 270)
    taken = [(x - 3, y - 3, x + 3, y + 3) for x, y in spots]
    shifts = []
    for (x, y), word in zip(spots, words, strict=True):
        width = 4.1 * len(word)
        right, left, middle = 5, -5 - width, -width / 2
        choices = [(right, 0), (left, 0), (middle, 8), (middle, -8), (right, 7), (right, -7),
                   (left, 7), (left, -7), (right, 14), (right, -14), (left, 14), (left, -14)]

        def covered(shift: tuple[float, float], x=x, y=y, width=width) -> float:
            here = (x + shift[0], y + shift[1] - 4, x + shift[0] + width, y + shift[1] + 4)
            return sum(
                max(0, min(here[2], b[2]) - max(here[0], b[0]))
                * max(0, min(here[3], b[3]) - max(here[1], b[1])) for b in taken
            )

        best = min(choices, key=covered)  # the first of the least covered
        shifts.append(best)
        taken.append((x + best[0], y + best[1] - 4, x + best[0] + width, y + best[1] + 4))
    return shifts


def padded_batches(orders: Mapping[str, np.ndarray], batch_size: int) -> Figure:
    """Sequences as rows of words and padding, cut into batches, one panel for each order."""
    figure, axes = plt.subplots(1, len(orders), figsize=(6, 3.2), sharey=True, squeeze=False)
    for ax, (title, lengths) in zip(axes[0], orders.items(), strict=True):
        for start in range(0, len(lengths), batch_size):
            batch = lengths[start : start + batch_size]
            rows = start + np.arange(len(batch)) + 0.6 * batch_size * (start // batch_size) / 4
            ax.barh(rows, batch, color=COLORS["state"], height=0.86)
            ax.barh(rows, batch.max() - batch, left=batch, color=COLORS["input"], alpha=0.35,
                    height=0.86)
        ax.invert_yaxis()
        ax.set(xlabel="places", yticks=[])
        ax.set_title(title, fontsize=9)
        ax.grid(False)
        ax.spines["left"].set_visible(False)
    if len(orders) > 1:  # of axes that share y, two turns cancel out
        axes[0, 0].set_ylim(max(axes[0, 0].get_ylim()), min(axes[0, 0].get_ylim()))
    axes[0, 0].set_ylabel("sequences, in batches")
    return figure
