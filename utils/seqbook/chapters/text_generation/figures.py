"""Figures of the chapter on text generation: painted names, and distributions over letters."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ...plots.style import COLORS


def swatches(names: list[str], colors: np.ndarray, columns: int = 4) -> None:
    """Patches of color with their names below, row by row, in a figure of their own."""
    rows = -(-len(names) // columns)
    _, ax = plt.subplots(figsize=(6, 0.72 * rows))
    for i, (name, color) in enumerate(zip(names, colors, strict=True)):
        x, y = i % columns, -(i // columns)
        ax.add_patch(plt.Rectangle((x, y), 0.92, 0.5, facecolor=color, edgecolor=COLORS["muted"],
                                   linewidth=0.5))  # fmt: skip
        ax.text(x + 0.46, y - 0.08, name, ha="center", va="top", fontsize=9)
    ax.set(xlim=(-0.02, columns), ylim=(1 - rows - 0.4, 0.55))
    ax.axis("off")


def show_in_color() -> None:
    """Like `plt.show()`, for a figure whose colors are its data.

    The site turns the lightness of SVG charts around when a reader prefers the dark. A PNG keeps
    its colors, so this figure is shown as one, and the next ones are SVG again.
    """
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # a plain Python process
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        plt.show()
        return
    set_matplotlib_formats("png", dpi=130, metadata={"Software": None})
    plt.show()
    set_matplotlib_formats("svg", metadata={"Date": None, "Creator": None})


def letters(ax: Axes, p: np.ndarray, symbols: list[str], title: str = "") -> None:
    """One bar for each symbol, the probability of being the next."""
    shown = [{" ": "␣", "\n": "⏎"}.get(s, s) for s in symbols]
    ax.bar(range(len(shown)), p, color=COLORS["state"])
    ax.set_xticks(range(len(shown)), shown, fontsize=9)
    ax.set(ylim=(0, 1.02), title=title)
    ax.grid(visible=False, axis="x")
