"""Figures of the chapter on recurrent layers in Keras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ...plots.diagrams import arrow, box
from ...plots.style import COLORS

SYMBOLS = ["♪", "A", "B", "C", "D", "·"]
BOARD = ["–", "A", "B", "C", "D"]


def announcements(
    words: np.ndarray, board: np.ndarray | None = None, *, ax: Axes | None = None
) -> Axes:
    """What is heard in the tram, 0 a gong to 5 any other word, and under it the board, or "?"."""
    if ax is None:
        _, ax = plt.subplots(figsize=(0.42 * len(words) + 0.5, 1.7))
    for t, word in enumerate(words):
        announced = t > 0 and words[t - 1] == 0 and 1 <= word <= 4
        color = COLORS["accent"] if word == 0 or announced else COLORS["muted"]
        box(ax, t, 1.3, SYMBOLS[word], color, (0.84, 0.8))
        shown = "?" if board is None else BOARD[int(board[t])]
        box(ax, t, 0, shown, COLORS["state"], (0.84, 0.8))
    ax.text(-0.45, 1.95, "heard", color=COLORS["muted"], fontsize=9)
    ax.text(-0.45, -0.75, "on the board", color=COLORS["state"], fontsize=9)
    ax.set(xlim=(-0.6, len(words) - 0.4), ylim=(-1.0, 2.3), aspect="equal")
    ax.axis("off")
    return ax


def what_comes_back(steps: int = 3) -> Figure:
    """Three ways to call a recurrent layer; what it returns is drawn strong."""
    titles = ["LSTM(units)", "return_sequences=True", "return_state=True"]
    figure, axes = plt.subplots(1, 3, figsize=(9.4, 2.7))
    for k, (ax, title) in enumerate(zip(axes, titles, strict=True)):
        for t in range(1, steps + 1):
            x, last = t * 1.5, t == steps
            box(ax, x, 0, f"$x_{t}$", COLORS["input"], (0.8, 0.6))
            box(ax, x, 1.2, "LSTM", COLORS["muted"], (1.0, 0.7))
            arrow(ax, (x, 0.3), (x, 0.85))
            if not last:
                arrow(ax, (x + 0.5, 1.2), (x + 1.0, 1.2))
            kept = last or k == 1
            arrow(ax, (x, 1.55), (x, 2.1))
            box(ax, x, 2.4, f"$h_{t}$" if kept else "", COLORS["state" if kept else "muted"],
                (0.8, 0.6))
        if k == 2:
            arrow(ax, (steps * 1.5 + 0.5, 1.35), (steps * 1.5 + 0.95, 1.65))
            arrow(ax, (steps * 1.5 + 0.5, 1.05), (steps * 1.5 + 0.95, 0.75))
            box(ax, steps * 1.5 + 1.35, 1.75, f"$h_{steps}$", COLORS["state"], (0.8, 0.6))
            box(ax, steps * 1.5 + 1.35, 0.65, f"$c_{steps}$", COLORS["output"], (0.8, 0.6))
        ax.set_title(title, family="monospace", fontsize=10)
        ax.set(xlim=(0.9, steps * 1.5 + 1.9), ylim=(-0.45, 2.9), aspect="equal")
        ax.axis("off")
    return figure


def batch_layout(rows: int = 3, windows: int = 5, seed: int = 0) -> Figure:
    """Where the examples of successive batches lie on their tapes: in order, and cut at random.

    A window is named by its batch (1, 2, ...) and its row in the batch (a, b, ...).
    """
    figure, axes = plt.subplots(1, 2, figsize=(9.0, 0.55 * rows + 1.0), sharey=True)
    rng = np.random.default_rng(seed)
    rows_in_order = np.tile(np.arange(rows)[:, None], (1, windows))
    order = np.tile(np.arange(windows), (rows, 1))
    # Every place on a tape gets the window of some row and some batch.
    which = rng.permutation(rows * windows).reshape(rows, windows)
    for ax, row, batch, shift, title in [
        (axes[0], rows_in_order, order, np.zeros((rows, windows)), "Windows in order"),
        (axes[1], which % rows, which // rows, rng.uniform(-0.13, 0.13, (rows, windows)),
         "Random crops"),
    ]:
        width = 0.94 if ax is axes[0] else 0.7
        for tape in range(rows):
            ax.plot([0, windows], [tape + 0.38] * 2, color=COLORS["muted"], lw=1, alpha=0.6)
            for place in range(windows):
                color = list(COLORS.values())[row[tape, place] % len(COLORS)]
                middle = place + 0.5 + shift[tape, place]
                ax.add_patch(Rectangle((middle - width / 2, tape - 0.3), width, 0.6,
                                       fc=color + "26", ec=color, lw=1.3))
                name = f"{batch[tape, place] + 1}{chr(ord('a') + row[tape, place])}"
                ax.text(middle, tape, name, ha="center", va="center", color=color, fontsize=9)
        ax.set(title=title, xlim=(-0.05, windows + 0.05), ylim=(rows - 0.4, -0.55),
               xticks=[], xlabel="time")
        ax.set_yticks(range(rows), [f"tape {r + 1}" for r in range(rows)])
        ax.grid(False)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
    return figure


def two_directions(steps: int = 4, ax: Axes | None = None) -> Axes:
    """A bidirectional layer: one pass from the left, one from the right, joined at each step."""
    if ax is None:
        _, ax = plt.subplots(figsize=(1.5 * steps, 3.0))
    for t in range(1, steps + 1):
        x = 1.8 * t
        box(ax, x, 0, f"$x_{t}$", COLORS["input"], (0.8, 0.6))
        box(ax, x - 0.35, 1.2, "→", COLORS["state"], (0.6, 0.6))
        box(ax, x + 0.35, 2.2, "←", COLORS["accent"], (0.6, 0.6))
        box(ax, x, 3.4, f"$h_{t}$", COLORS["output"], (0.8, 0.6))
        arrow(ax, (x - 0.2, 0.3), (x - 0.35, 0.9), color=COLORS["input"])
        arrow(ax, (x + 0.2, 0.3), (x + 0.35, 1.9), color=COLORS["input"])
        arrow(ax, (x - 0.35, 1.5), (x - 0.2, 3.1), color=COLORS["state"])
        arrow(ax, (x + 0.35, 2.5), (x + 0.2, 3.1), color=COLORS["accent"])
        if t < steps:
            arrow(ax, (x - 0.05, 1.2), (x + 1.15, 1.2), color=COLORS["state"])
            arrow(ax, (x + 1.85, 2.2), (x + 0.65, 2.2), color=COLORS["accent"])
    ax.set(xlim=(0.9, 1.8 * steps + 0.9), ylim=(-0.45, 3.85), aspect="equal")
    ax.axis("off")
    return ax


def accuracy_by_wait(
    curves: Mapping[str, Sequence[np.ndarray]], *, chance: float = 0.25, title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Accuracy against the words since the announcement: thin lines for seeds, a strong mean."""
    if ax is None:
        _, ax = plt.subplots()
    styles = ["-", "--", "-."]
    for k, (name, runs) in enumerate(curves.items()):
        if len(runs) == 0:
            raise ValueError(f"{name} has no curve")
        color = list(COLORS.values())[k % len(COLORS)]
        waits = np.arange(len(runs[0]))
        for run in runs:
            ax.plot(waits, run, color=color, lw=0.8, alpha=0.5)
        ax.plot(waits, np.mean(runs, axis=0), color=color, ls=styles[k % 3], lw=2.2, label=name)
    ax.axhline(chance, color=COLORS["muted"], ls=":", lw=1.2)
    ax.text(0, chance - 0.02, "one stop of four at random", color=COLORS["muted"], fontsize=8,
            va="top")
    ax.set(title=title, xlabel="words since the announcement", ylabel="accuracy",
           ylim=(0.1, 1.04))
    return ax


def bars(panels: Mapping[str, Mapping[str, float]], *, unit: str = "") -> Figure:
    """Bar charts side by side on one scale: title -> what is measured -> its value."""
    rows = list(next(iter(panels.values())))
    figure, axes = plt.subplots(
        1, len(panels), figsize=(9, 0.4 * len(rows) + 0.7), sharex=True, sharey=True
    )
    for ax, (title, values) in zip(axes, panels.items(), strict=True):
        drawn = ax.barh(rows, list(values.values()), color=COLORS["state"], height=0.6)
        ax.bar_label(drawn, [f"{v:.1f}{unit}" for v in values.values()], padding=4, fontsize=9)
        ax.set(title=title, xticks=[])
        ax.margins(x=0.15)
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(length=0)
    axes[0].invert_yaxis()  # the first is on top, in all charts, since they share the axis
    return figure
