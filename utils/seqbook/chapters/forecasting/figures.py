"""Charts over a time axis with dates, and errors against how far ahead a forecast looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...plots.style import COLORS

PALETTE = ["muted", "gold", "sky", "input", "state", "accent", "output"]
DASHES = ["-", (0, (5, 2)), (0, (1, 1.5)), "-.", "-", (0, (3, 1, 1, 1)), "-"]


def time_axis(ax: Axes, ticks: int = 7) -> Axes:
    """Give `ax` dates that are written as briefly as they can be; returns `ax`."""
    locator = mdates.AutoDateLocator(minticks=2, maxticks=ticks)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
    return ax


def station(
    time: np.ndarray,
    temperature: np.ndarray,
    pressure: np.ndarray,
    *,
    fronts: np.ndarray | None = None,
    now: np.datetime64 | None = None,
    figsize: tuple[float, float] = (6, 3.6),
) -> Figure:
    """Temperature above pressure, hour by hour, on one time axis."""
    figure, axes = plt.subplots(2, 1, figsize=figsize, sharex=True, height_ratios=[3, 2])
    for ax, values, label, color in [
        (axes[0], temperature, "°C", "input"), (axes[1], pressure, "hPa", "state")
    ]:
        ax.plot(time, values, color=COLORS[color], lw=1.4)
        ax.set_ylabel(label)
        for hour in time[fronts] if fronts is not None else []:
            ax.axvline(hour, color=COLORS["muted"], lw=1, ls=":")
        if now is not None:
            ax.axvline(now, color=COLORS["accent"], lw=1.2)
    if now is not None:
        axes[0].annotate(" now", (now, 1.02), xycoords=("data", "axes fraction"), fontsize=9,
                         color=COLORS["accent"], ha="center")
    axes[0].set_title("temperature", fontsize=10)
    axes[1].set_title("pressure", fontsize=10)
    time_axis(axes[1])
    return figure


def by_horizon(
    errors: Mapping[str, np.ndarray],
    *,
    steps: np.ndarray | None = None,
    ylabel: str = "mean absolute error, °C",
    xlabel: str = "hours ahead",
    strong: Sequence[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """One line per forecaster: its error against how far ahead it looks."""
    ax = ax if ax is not None else plt.subplots(figsize=(6, 3.4))[1]
    steps = np.arange(1, len(next(iter(errors.values()))) + 1) if steps is None else steps
    for k, (name, values) in enumerate(errors.items()):
        ax.plot(steps, values, color=COLORS[PALETTE[k]], ls=DASHES[k], label=name,
                lw=2.8 if name in strong else 1.7)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if len(steps) == 24:
        ax.set_xticks([1, 6, 12, 18, 24])
    ax.legend(ncols=1, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ax


def fan(
    past: tuple[np.ndarray, np.ndarray],
    ahead: np.ndarray,
    quantiles: np.ndarray,
    actual: np.ndarray,
    *,
    ax: Axes | None = None,
) -> Axes:
    """The past, a forecast as a band with its middle, and what then happened."""
    ax = ax if ax is not None else plt.subplots(figsize=(6, 3))[1]
    ax.plot(*past, color=COLORS["muted"], lw=1.4)
    low, middle, high = np.asarray(quantiles).T
    ax.fill_between(ahead, low, high, color=COLORS["state"], alpha=0.25, lw=0,
                    label="8 times in 10")
    ax.plot(ahead, middle, color=COLORS["state"], label="middle")
    ax.plot(ahead, actual, "o", ms=3, color=COLORS["output"], label="truth")
    ax.set_ylabel("°C")
    return time_axis(ax)
