"""A chain and its fold; contacts against what was found."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Arc

from ...plots.style import COLORS

CHAIN = "MKAFGNPSVLDE"
TOUCHING = [(1, 10), (3, 8)]  # pairs of places in CHAIN


def _letters(ax: Axes, places: np.ndarray) -> None:
    """The chain as circles with letters; the places that touch in color."""
    ax.plot(*places.T, color=COLORS["muted"], lw=2, zorder=1)
    inks = ["muted"] * len(CHAIN)
    for pair, ink in zip(TOUCHING, ["state", "input"], strict=True):
        for place in pair:
            inks[place] = ink
    for (x, y), letter, ink in zip(places, CHAIN, inks, strict=True):
        ax.plot(x, y, "o", ms=17, color="white", mec=COLORS[ink], mew=2, zorder=2)
        ax.text(x, y - 0.02, letter, ha="center", va="center", color=COLORS[ink], fontsize=10,
                zorder=3)
    ax.set_aspect("equal")
    ax.axis("off")


def fold() -> None:
    """Left the chain in a row, with arcs between places that touch; right a hairpin."""
    _, (row, pin) = plt.subplots(2, 1, figsize=(5.6, 3.4), height_ratios=[1.3, 1])
    straight = np.stack([np.arange(12.0), np.zeros(12)], axis=1)
    _letters(row, straight)
    for (a, b), ink, height in zip(TOUCHING, ["state", "input"], [5.2, 3.0], strict=True):
        row.add_patch(Arc(((a + b) / 2, 0.45), b - a, height, theta1=0, theta2=180,
                          color=COLORS[ink], lw=2))
    row.set(xlim=(-0.8, 11.8), ylim=(-0.7, 3.4))
    there, back = np.arange(5.0), np.arange(4.0, -1, -1)
    xs = np.concatenate([there, [5, 5], back])
    ys = np.repeat([1.1, 1.0, 0.0, -0.1], [5, 1, 1, 5])
    _letters(pin, np.stack([1.05 * xs, ys], axis=1))
    pin.set(xlim=(-3.8, 8.8), ylim=(-0.7, 1.7))


def contact_map(
    contacts: np.ndarray, two_steps: np.ndarray, score: np.ndarray,
    ranked_pairs: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> Axes:
    """Contacts above the diagonal; below it, as many pairs as positions, the highest scores."""
    _, ax = plt.subplots(figsize=(5, 5))
    size = len(contacts)
    i, j = np.nonzero(np.triu(contacts))
    ax.plot(j, i, "s", color=COLORS["state"], ms=5, label="contact")
    a, b = (side[:size] for side in ranked_pairs(score))
    hit, near = contacts[a, b], two_steps[a, b]
    ax.plot(a[hit], b[hit], "s", color=COLORS["output"], ms=5, label="found")
    ax.plot(a[near], b[near], "x", color=COLORS["input"], ms=6, mew=2, label="across a ring")
    wrong = ~hit & ~near
    ax.plot(a[wrong], b[wrong], "+", color=COLORS["accent"], ms=7, mew=2, label="neither")
    ax.plot([-0.5, size - 0.5], [-0.5, size - 0.5], color=COLORS["muted"], lw=1)
    ax.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5), xlabel="position",
           ylabel="position", aspect="equal")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.1), ncols=4, columnspacing=1,
              handletextpad=0.2)
    return ax
