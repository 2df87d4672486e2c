"""Diagrams of a gate, an LSTM and a GRU, and gates drawn over the words of a sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch

from ...plots.diagrams import arrow, box
from ...plots.style import COLORS

PALE = "#c9cdd3"
STEPS = {"forget": "1. forget", "store": "2. store", "update": "3. update", "output": "4. output"}


def _path(ax: Axes, points: Sequence[tuple[float, float]], color: str, head: bool = True) -> None:
    """A line with corners that ends in an arrowhead."""
    *way, last = points
    ax.plot(*np.array([*way, last] if not head or len(way) > 1 else way).T, color=color, lw=1.4,
            solid_joinstyle="round", zorder=1)
    if head:
        ax.add_patch(FancyArrowPatch(way[-1], last, arrowstyle="-|>", mutation_scale=10,
                                     color=color, lw=1.4, shrinkA=0, shrinkB=0, zorder=1))


def _point(ax: Axes, x: float, y: float, sign: str, color: str) -> None:
    """A pointwise operation: a sign in a circle."""
    ax.add_patch(Circle((x, y), 0.24, fc="white", ec=color, lw=1.5, zorder=3))
    ax.text(x, y - 0.01, sign, ha="center", va="center", color=color, fontsize=11, zorder=4)


def _box(ax: Axes, x: float, y: float, text: str, color: str) -> None:
    box(ax, x, y, text, color, (0.82, 0.5))


def gate() -> Axes:
    """A gate: a signal goes through a product with what a sigmoid layer says."""
    _, ax = plt.subplots(figsize=(4.2, 2.3))
    on = COLORS
    _path(ax, [(-1.6, 1.6), (-0.24, 1.6)], on["state"])
    _path(ax, [(0.24, 1.6), (1.7, 1.6)], on["state"])
    _point(ax, 0, 1.6, "×", on["accent"])
    _box(ax, 0, 0.45, r"$\sigma$", on["accent"])
    arrow(ax, (0, 0.7), (0, 1.36), color=on["accent"])
    arrow(ax, (0, -0.45), (0, 0.2), color=on["input"])
    for x, y, text, color, ha in [
        (-1.7, 1.6, "$v$", "state", "right"), (1.8, 1.6, r"$g \odot v$", "state", "left"),
        (0.18, 1.0, "$g$, between 0 and 1", "accent", "left"),
        (0.18, -0.3, "$x_t$ and $h_{t-1}$", "input", "left"),
    ]:
        ax.text(x, y, text, color=on[color], ha=ha, va="center", fontsize=11)
    ax.set(xlim=(-2.2, 2.9), ylim=(-0.55, 2.0), aspect="equal")
    ax.axis("off")
    return ax


def lstm(step: str | None = None, ax: Axes | None = None) -> Axes:
    """The inside of an LSTM cell; with one of STEPS, all that does not belong to it is pale."""
    ax = ax if ax is not None else plt.subplots(figsize=(6, 3.5))[1]

    def ink(name: str, *steps: str) -> str:
        return COLORS[name] if step is None or step in steps else PALE

    forget, store, update, output = (ink("accent", s) for s in STEPS)
    candidate, cell = ink("gold", "store"), ink("state", "forget", "update")
    h, x = ink("output", "forget", "store", "output"), ink("input", "forget", "store", "output")
    # the cell state, on top
    _path(ax, [(0, 4), (1.36, 4)], ink("state", "forget", "update"))
    _path(ax, [(1.84, 4), (3.96, 4)], cell)
    _path(ax, [(4.44, 4), (8, 4)], ink("state", "update", "output"))
    _point(ax, 1.6, 4, "×", ink("accent", "forget", "update"))
    _point(ax, 4.2, 4, "+", update if step else COLORS["state"])
    # what goes in, below: the old output and the new input
    _path(ax, [(0, 0.6), (5.6, 0.6)], h, head=False)
    _path(ax, [(0.8, -0.35), (0.8, 0.6)], x)
    places = [(1.6, forget, r"$\sigma$"), (2.9, store, r"$\sigma$"), (4.2, candidate, "tanh"),
              (5.6, output, r"$\sigma$")]
    for at, color, text in places:
        _path(ax, [(at, 0.6), (at, 1.45)], color)
        _box(ax, at, 1.7, text, color)
    _path(ax, [(1.6, 1.95), (1.6, 3.76)], forget)
    _path(ax, [(2.9, 1.95), (2.9, 2.9), (3.96, 2.9)], store)
    _path(ax, [(4.2, 1.95), (4.2, 2.66)], candidate)
    _point(ax, 4.2, 2.9, "×", store)
    _path(ax, [(4.2, 3.14), (4.2, 3.76)], ink("gold", "store", "update"))
    _path(ax, [(6.9, 4), (6.9, 3.3)], ink("state", "output"))
    _box(ax, 6.9, 3.05, "tanh", ink("state", "output"))
    _path(ax, [(6.9, 2.8), (6.9, 2.34)], ink("state", "output"))
    _path(ax, [(5.6, 1.95), (5.6, 2.1), (6.66, 2.1)], output)
    _point(ax, 6.9, 2.1, "×", output)
    _path(ax, [(6.9, 1.86), (6.9, 0.6), (8, 0.6)], ink("output", "output"))
    labels = [
        (-0.1, 4, "$c_{t-1}$", "right", ink("state", "forget", "update")),
        (8.1, 4, "$c_t$", "left", ink("state", "update", "output")),
        (-0.1, 0.6, "$h_{t-1}$", "right", h), (8.1, 0.6, "$h_t$", "left", ink("output", "output")),
        (0.8, -0.6, "$x_t$", "center", x), (1.45, 2.9, "$f_t$", "right", forget),
        (2.75, 2.5, "$i_t$", "right", store), (4.35, 2.3, r"$\tilde c_t$", "left", candidate),
        (5.5, 2.3, "$o_t$", "right", output),
    ]
    for left, up, text, ha, color in labels:
        ax.text(left, up, text, ha=ha, va="center", color=color, fontsize=11)
    ax.set(xlim=(-0.9, 8.6), ylim=(-0.85, 4.4), aspect="equal")
    ax.axis("off")
    return ax


def lstm_in_four() -> Figure:
    """The four steps of an LSTM, each in its own picture, in reading order."""
    figure, axes = plt.subplots(2, 2, figsize=(6, 4))
    for ax, (step, title) in zip(axes.flat, STEPS.items(), strict=True):
        lstm(step, ax=ax)
        for text in ax.texts:
            text.set_fontsize(9.5 if text.get_text() != "tanh" else 7)
        ax.set_title(title)
    return figure


def gru() -> Axes:
    """The inside of a GRU cell: one state, mixed from the old one and a new one."""
    _, ax = plt.subplots(figsize=(6, 3.3))
    state, gate_color, new, x = (COLORS[k] for k in ("state", "accent", "gold", "input"))
    _path(ax, [(0, 4), (4.36, 4)], state)
    _path(ax, [(4.84, 4), (6.66, 4)], state)
    _path(ax, [(7.14, 4), (8.2, 4)], state)
    _point(ax, 4.6, 4, "×", gate_color)
    _point(ax, 6.9, 4, "+", state)
    _path(ax, [(0.5, 4), (0.5, 0.6), (3.6, 0.6)], state, head=False)
    _path(ax, [(1.1, -0.35), (1.1, 0.6)], x)
    for at, text in [(2.2, "$r_t$"), (3.6, "$z_t$")]:
        _path(ax, [(at, 0.6), (at, 1.25)], gate_color)
        _box(ax, at, 1.5, r"$\sigma$", gate_color)
        ax.text(at - 0.15, 2.05, text, ha="right", va="center", color=gate_color, fontsize=11)
    _path(ax, [(2.2, 1.75), (2.2, 2.56)], gate_color)
    _path(ax, [(0.5, 2.8), (1.96, 2.8)], state)
    _point(ax, 2.2, 2.8, "×", gate_color)
    _path(ax, [(2.44, 2.8), (5.7, 2.8), (5.7, 1.75)], state)
    _path(ax, [(1.1, -0.1), (5.7, -0.1), (5.7, 1.25)], x)
    _box(ax, 5.7, 1.5, "tanh", new)
    _path(ax, [(6.11, 1.5), (6.9, 1.5), (6.9, 2.56)], new)
    _point(ax, 6.9, 2.8, "×", gate_color)
    _path(ax, [(6.9, 3.04), (6.9, 3.76)], new)
    _path(ax, [(3.6, 1.75), (3.6, 2.3), (4.6, 2.3), (4.6, 3.76)], gate_color)
    _path(ax, [(4.6, 3.3), (6.2, 3.3), (6.2, 2.8), (6.66, 2.8)], gate_color)
    for left, up, text, ha, color in [
        (-0.1, 4, "$h_{t-1}$", "right", state), (8.3, 4, "$h_t$", "left", state),
        (1.1, -0.6, "$x_t$", "center", x), (7.05, 1.75, r"$\tilde h_t$", "left", new),
        (5.4, 3.5, "$1 - z_t$", "center", gate_color),
    ]:
        ax.text(left, up, text, ha=ha, va="center", color=color, fontsize=11)
    ax.set(xlim=(-0.9, 8.8), ylim=(-0.85, 4.4), aspect="equal")
    ax.axis("off")
    return ax


def over_words(
    gates: Mapping[str, np.ndarray], words: Sequence[str], mark: Sequence[int] = ()
) -> Figure:
    """Gates of shape (words, units), by title, from 0, light, to 1, dark; `mark`: strong words."""
    figure, axes = plt.subplots(
        len(gates), 1, figsize=(6, 0.8 + 1.35 * len(gates)), sharex=True, squeeze=False
    )
    for ax, (title, values) in zip(axes[:, 0], gates.items(), strict=True):
        mesh = ax.pcolormesh(np.asarray(values).T, cmap="Blues", vmin=0, vmax=1, rasterized=True)
        ax.invert_yaxis()
        ax.set(title=title, ylabel="unit", yticks=[])
        ax.grid(False)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
    last = axes[-1, 0]
    size = float(np.clip(280 / len(words), 6, 10))  # as large as fits into a column
    last.set_xticks(np.arange(len(words)) + 0.5, labels=list(words), rotation=90, fontsize=size)
    for column, label in enumerate(last.get_xticklabels()):
        label.set_color(COLORS["accent"] if column in mark else COLORS["muted"])
        label.set_fontweight("bold" if column in mark else "normal")
    figure.colorbar(mesh, ax=axes[:, 0].tolist(), shrink=0.8, label="closed 0, open 1",
                    pad=0.02).outline.set_visible(False)
    return figure
