"""A matrix as colored cells with its numbers in them."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes


def heatmap(
    matrix: np.ndarray,
    *,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    center: float | None = None,
    numbers: bool | None = None,
    fmt: str = ".2f",
    colorbar: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw a matrix of shape (rows, columns), row 0 on top.

    Args:
        matrix: two-dimensional array.
        rows, columns: labels of the ticks, one per row or column.
        center: the value that gets the neutral color, for signed numbers. None: light to dark.
        numbers: write each value into its cell. None: only if there are at most 120 cells.
        fmt: how a value is written.
        ax: where to draw; None makes a new figure of a fitting size.

    Returns:
        The axes.

    Raises:
        ValueError: if `matrix` has not two dimensions, or labels do not fit it.
    """
    matrix = np.asarray(matrix, dtype=float)
    if matrix.ndim != 2:
        raise ValueError(f"heatmap draws a matrix (2 dimensions), this has shape {matrix.shape}")
    height, width = matrix.shape
    for labels, size, what in [(rows, height, "rows"), (columns, width, "columns")]:
        if labels is not None and len(labels) != size:
            raise ValueError(f"{len(labels)} labels for {size} {what}")
    if ax is None:
        _, ax = plt.subplots(figsize=(min(8, 1.6 + 0.45 * width), min(7, 0.9 + 0.38 * height)))
    if center is None:
        low, high, cmap = matrix.min(), matrix.max(), "Blues"
    else:
        reach = np.abs(matrix - center).max() or 1.0
        low, high, cmap = center - reach, center + reach, "RdBu_r"
    mesh = ax.pcolormesh(matrix, cmap=cmap, vmin=low, vmax=high or 1.0, edgecolors="white", lw=0.5)
    ax.invert_yaxis()
    ax.set_aspect("equal" if max(matrix.shape) <= 4 * min(matrix.shape) else "auto")
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    for axis, labels in [(ax.yaxis, rows), (ax.xaxis, columns)]:
        if labels is not None:
            axis.set_ticks(np.arange(len(labels)) + 0.5, labels=list(labels))
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    if numbers or (numbers is None and matrix.size <= 120):
        shade = mesh.norm(matrix)
        for (i, j), value in np.ndenumerate(matrix):
            dark = shade[i, j] > 0.6 if center is None else abs(shade[i, j] - 0.5) > 0.32
            ax.text(j + 0.5, i + 0.5, format(value, fmt), ha="center", va="center",
                    fontsize=8, color="white" if dark else "#111111")
    if colorbar:
        ax.figure.colorbar(mesh, ax=ax, shrink=0.8).outline.set_visible(False)
    return ax
