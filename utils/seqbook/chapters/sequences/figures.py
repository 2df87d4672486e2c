"""Drawings of sequences as what they are: a ball, a voice, letters, a film, an arm."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from ...plots.style import COLORS
from .balls import COURT, RADIUS


def court(path: np.ndarray, *, labels: Sequence[str] = (), ax: Axes | None = None) -> Axes:
    """A ball's positions in its court, the older the paler."""
    if ax is None:
        _, ax = plt.subplots(figsize=(3.4, 2.6))
    path = np.atleast_2d(path)
    for t, place in enumerate(path):
        share = (t + 1) / len(path)
        ax.add_patch(Circle(place, RADIUS, fc=COLORS["input"], alpha=0.2 + 0.8 * share, lw=0))
        if t < len(labels):
            ax.text(place[0], place[1] + 0.17, labels[t], ha="center", fontsize=9)
    ax.set(xlim=(0, COURT[0]), ylim=(0, COURT[1]), aspect="equal")
    ax.set(xlabel="across (m)", ylabel="up (m)")
    return ax


def where_next(place: np.ndarray, *, ax: Axes) -> Axes:
    """One frame, and arrows into every direction with a question mark."""
    court(place, ax=ax)
    for angle in np.arange(8) * np.pi / 4 + np.pi / 8:
        way = np.array([np.cos(angle), np.sin(angle)])
        ax.annotate("", place + 0.6 * way, place + 0.18 * way,
                    arrowprops={"arrowstyle": "-|>", "color": COLORS["muted"], "lw": 1.2})
        ax.text(*(place + 0.74 * way), "?", ha="center", va="center", color=COLORS["muted"])
    return ax


def waveform(samples: np.ndarray, sample_rate: int, zooms: Sequence[float]) -> Figure:
    """A sound in seconds, and under it 25 milliseconds of it from each time in `zooms`."""
    top = ["all"] * len(zooms)
    fig, axes = plt.subplot_mosaic([top, list(range(len(zooms)))], figsize=(6.4, 3.4))
    t = np.arange(len(samples)) / sample_rate
    every = max(1, len(samples) // 400)  # from the lowest to the highest of so many samples
    parts = samples[: len(samples) // every * every].reshape(-1, every)
    axes["all"].fill_between(t[::every][: len(parts)], parts.min(1), parts.max(1), lw=0.3)
    axes["all"].set(xlabel="time (s)", ylabel="pressure")
    for k, start in enumerate(zooms):
        part = slice(round(start * sample_rate), round((start + 0.025) * sample_rate))
        axes[k].plot(1000 * t[part], samples[part], lw=1.2, color=COLORS["input"])
        axes[k].set(xlabel="time (ms)", ylim=1.05 * np.array([-1, 1]) * np.abs(samples).max())
        axes["all"].axvspan(start, start + 0.025, color=COLORS["input"], alpha=0.35, lw=0)
    return fig


def letters(
    text: str, one_hot: np.ndarray, alphabet: str, *, every: int = 5, unit: str = "position"
) -> Axes:
    """A text over its one-hot vectors: one column for each letter, one row for each symbol."""
    _, ax = plt.subplots(figsize=(6.4, 0.9 + 0.13 * len(alphabet)))
    steps = np.arange(len(text))
    size = len(text), len(alphabet)
    ax.imshow(one_hot.T, vmin=0, vmax=1.2, extent=(0, size[0], size[1], 0), aspect="auto",
              interpolation="nearest")
    ax.hlines(np.arange(size[1] + 1), 0, size[0], color="#88888840", lw=0.5)
    ax.vlines(np.arange(size[0] + 1), 0, size[1], color="#88888840", lw=0.5)
    for x, letter in zip(steps, text, strict=True):
        ax.text(x + 0.5, -0.35, letter, ha="center", va="bottom", fontsize=9, family="monospace")
    ax.set_yticks(np.arange(len(alphabet)) + 0.5, list(alphabet), fontsize=8, family="monospace")
    shown = steps[every - 1 :: every]
    ax.set_xticks(shown + 0.5, shown + 1)
    ax.set(xlabel=unit)
    ax.tick_params(length=0)
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def strip(frames: np.ndarray, times: Sequence[float]) -> Figure:
    """Pictures of a film side by side, with the time of each under it."""
    fig, axes = plt.subplots(1, len(frames), figsize=(6.4, 1.3), squeeze=False)
    for ax, picture, time in zip(axes[0], frames, times, strict=True):
        ax.imshow(picture)
        ax.set(xticks=[], yticks=[], xlabel=f"{time:.1f} s")
    return fig


def swing(angles: np.ndarray, sample_rate: int) -> Figure:
    """An arm's two angles over time, and the arm itself at some moments above them."""
    fig, (top, bottom) = plt.subplots(
        2, 1, figsize=(6.4, 3.6), sharex=True, height_ratios=(1, 1.25)
    )
    seconds = len(angles) / sample_rate
    scale = 0.06 * seconds  # length of half an arm, in seconds of the axis
    for step in range(0, len(angles), sample_rate // 2):
        bones = np.stack([np.sin(angles[step]), -np.cos(angles[step])], axis=1)
        joints = np.concatenate([[[0, 0]], np.cumsum(bones, axis=0)])
        x, y = step / sample_rate + scale * joints[:, 0], joints[:, 1]
        top.plot(x[:2], y[:2], color=COLORS["state"], lw=2.5, solid_capstyle="round")
        top.plot(x[1:], y[1:], color=COLORS["input"], lw=2.5, solid_capstyle="round")
        top.plot(x[0], y[0], "o", color=COLORS["muted"], ms=4)
    top.set(yticks=[], ylim=(-2.2, 1.6))
    top.grid(False)
    top.spines[["left", "bottom"]].set_visible(False)
    top.tick_params(length=0)
    t = np.arange(len(angles)) / sample_rate
    for k, (name, color) in enumerate([("upper arm", "state"), ("forearm", "input")]):
        bottom.plot(t, np.degrees(angles[:, k]), color=COLORS[color], label=name)
    bottom.set(xlabel="time (s)", ylabel="angle (degrees)", xlim=(-0.15, seconds))
    bottom.legend(ncols=2, loc="lower right", bbox_to_anchor=(1, 0.98))
    return fig
