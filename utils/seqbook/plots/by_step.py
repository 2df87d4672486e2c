"""Norms of a gradient at every step, on an axis of decades."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import Locator, LogFormatterSciNotation, NullLocator

from .style import COLORS


def by_step(
    curves: Mapping[str, np.ndarray],
    ax: Axes | None = None,
    *,
    relative: bool = True,
    floor: float = 1e-40,
    legend: bool = True,
) -> Axes:
    """Norms of the gradient at each state against the step, on a logarithmic axis.

    Args:
        curves: a label and the norms at t = 0 ... T, shape (T + 1,), for each line. The lengths
            may differ; every line ends at its own T.
        ax: where to draw; None makes a new figure.
        relative: divide each line by its last value, so that all end at 1.
        floor: values below it, and zeros, are drawn at it.
        legend: name the lines, in the order in which they begin, from the top.

    Returns:
        The axes, with a dotted line at 1 if `relative`.

    Raises:
        ValueError: if there is no curve, or one is not a row of two or more numbers from 0 up.
    """
    if not curves:
        raise ValueError("by_step needs at least one curve, a label with an array of norms")
    ax = ax if ax is not None else plt.subplots(figsize=(6, 3.4))[1]
    if relative:
        ax.axhline(1, color=COLORS["muted"], lw=1, ls=":", zorder=1)
    lines = []
    for label, norms in curves.items():
        norms = np.asarray(norms, dtype=float)
        if norms.ndim != 1 or len(norms) < 2 or not (norms >= 0).all():
            raise ValueError(f"{label}: the norms must be a row of 2 or more numbers from 0 up")
        if relative and not 0 < norms[-1] < np.inf:
            raise ValueError(f"{label}: the last norm is {norms[-1]:g}; give relative=False")
        values = np.maximum(norms / norms[-1] if relative else norms, floor)
        (line,) = ax.plot(range(len(values)), values, label=label)
        lines.append((values[0], line))
    ratio = r" / ‖$\partial L/\partial h_T$‖" if relative else ""
    ax.set(yscale="log", xlabel="step $t$", ylabel=r"‖$\partial L/\partial h_t$‖" + ratio)
    if relative:  # a level line shall look level
        ax.update_datalim([(0, 0.1), (0, 10)])
        ax.autoscale_view()
    few_decades(ax)
    if legend:
        ordered = [line for _, line in sorted(lines, key=lambda pair: -pair[0])]
        ax.legend(handles=ordered)
    return ax


class _Decades(Locator):
    """Ticks at powers of ten: every one, or every second, fifth, tenth, so that they are few."""

    def __call__(self) -> list[float]:
        return self.tick_values(*self.axis.get_view_interval())

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        low, high = int(np.floor(np.log10(vmin))), int(np.ceil(np.log10(vmax)))
        every = next((k for k in (1, 2, 5, 10, 20, 50) if (high - low) / k <= 8), 100)
        return [10.0**k for k in range(low, high + 1) if k % every == 0]


def few_decades(ax: Axes) -> None:
    ax.yaxis.set_major_locator(_Decades())
    ax.yaxis.set_major_formatter(LogFormatterSciNotation(labelOnlyBase=False))
    ax.yaxis.set_minor_locator(NullLocator())
