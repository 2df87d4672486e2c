"""The four shapes of a sequence problem, drawn: how many steps go in, how many come out."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...plots.diagrams import arrow, box
from ...plots.style import COLORS

WIDE, HIGH = 1.3, 0.52  # of a box
APART = 1.5  # from one column to the next


def shape(
    inputs: Sequence[str],
    outputs: Sequence[str],
    *,
    aligned: bool = True,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """One shape of problem: inputs below, a model, outputs above, one column for each step."""
    ins, outs = len(inputs), len(outputs)
    first = ins - 1 if outs == 1 or not aligned else 0  # the column of the first output
    columns = max(ins, first + outs)
    if ax is None:
        _, ax = plt.subplots(figsize=(0.75 * columns + 0.4, 2.1))

    middle, edge = (columns - 1) * APART / 2, 0.42
    box(ax, middle, 1, "model", COLORS["state"], ((columns - 1) * APART + WIDE, 0.5))
    for t, text in enumerate(inputs):
        _labelled(ax, t * APART, 0, text, "input")
        arrow(ax, (t * APART, HIGH / 2), (t * APART, 1 - 0.25), color=COLORS["input"])
    for t, text in enumerate(outputs, start=first):
        _labelled(ax, t * APART, 2, text, "output")
        arrow(ax, (t * APART, 1 + 0.25), (t * APART, 2 - HIGH / 2), color=COLORS["output"])
    ax.set(xlim=(-WIDE / 2 - 0.1, (columns - 1) * APART + WIDE / 2 + 0.1), ylim=(-edge, 2 + edge))
    ax.set_aspect("equal")
    ax.axis("off")
    if title:
        ax.set_title(title, fontsize=10, loc="center")
    return ax


def four_shapes() -> Figure:
    """One to one, many to one, one to many, and many to many in its two forms, side by side."""
    fig, axes = plt.subplot_mosaic("ABBBCCC;DDDEEEE", figsize=(6.4, 4.2))
    shape(["the sky\nnow"], ["rain?"], title="one to one", ax=axes["A"])
    shape(["good", "food", "!"], ["happy?"], title="many to one", ax=axes["B"])
    shape(["picture"], ["a", "dog", "runs"], title="one to many", ax=axes["C"])
    shape(["D", "E", "G"], ["E", "G", "A"], title="many to many, aligned", ax=axes["D"])
    shape(["I", "am", "hungry"], ["j'ai", "faim"], aligned=False,
          title="many to many, unaligned", ax=axes["E"])  # fmt: skip
    return fig


def _labelled(ax: Axes, x: float, y: float, text: str, kind: str) -> None:
    box(ax, x, y, "", COLORS[kind], (WIDE, HIGH))
    ax.text(x, y, text, ha="center", va="center", color=COLORS[kind], fontsize=8.5,
            linespacing=0.9)  # fmt: skip
