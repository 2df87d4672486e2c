"""Figures of the chapter on video."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ...plots.style import COLORS
from .data import NAMES


def _picture(ax: Axes, picture: np.ndarray) -> None:
    ax.imshow(picture[..., 0], cmap="gray", vmin=-0.1, vmax=1.1, interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    ax.spines[:].set_visible(True)
    ax.spines[:].set_color(COLORS["muted"])


def single_frames(clips: np.ndarray, frame: int) -> None:
    """The same frame of eight clips."""
    _, axes = plt.subplots(2, 4, figsize=(4.6, 2.4))
    for ax, clip in zip(axes.flat, clips, strict=True):
        _picture(ax, clip[frame])


def strips(clips: np.ndarray, names: Sequence[str]) -> None:
    """All frames of each clip in a row, the first on the left."""
    frames = clips.shape[1]
    _, axes = plt.subplots(len(clips), frames, figsize=(0.72 * frames, 0.86 * len(clips)))
    for row, clip, name in zip(np.atleast_2d(axes), clips, names, strict=True):
        for ax, picture in zip(row, clip, strict=True):
            _picture(ax, picture)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=15)


def confusion(true: np.ndarray, answers: Mapping[str, np.ndarray]) -> None:
    """For each model: of the clips of a direction, which share gets which answer."""
    _, axes = plt.subplots(1, len(answers), figsize=(2.25 * len(answers), 2.6), sharey=True)
    for ax, (kind, answer) in zip(np.atleast_1d(axes), answers.items(), strict=True):
        table = np.zeros((8, 8))
        np.add.at(table, (true, answer), 1)
        table /= table.sum(axis=1, keepdims=True)
        ax.imshow(table, cmap="Blues", vmin=0, vmax=1)
        ax.set_title(kind, fontsize=10)
        ax.set_xticks(range(8), NAMES, fontsize=11)
        ax.set_yticks(range(8), NAMES, fontsize=11)
        ax.tick_params(length=0)
        ax.grid(False)
    axes[0].set_ylabel("direction")
    axes[len(answers) // 2].set_xlabel("answer")


def accuracies(study: Sequence[dict[str, Any]]) -> Axes:
    """Accuracy of each run; a dot for each seed, a line for each ceiling."""
    _, ax = plt.subplots(figsize=(4.8, 3.1))
    kinds = list(dict.fromkeys(run["model"] for run in study))
    for place, kind in enumerate(kinds):
        values = [run["accuracy"] for run in study if run["model"] == kind]
        color = COLORS["state" if min(values) > 0.5 else "input"]
        ax.plot(values, place + np.linspace(-0.18, 0.18, len(values)), "o", color=color, ms=6)
    for ceiling, what in ((1 / 8, "chance"), (1 / 2, "blind to order")):
        ax.axvline(ceiling, color=COLORS["muted"], ls="--", lw=1)
        ax.text(ceiling + 0.01, -0.75, what, color=COLORS["muted"], fontsize=10)
    ax.set_yticks(range(len(kinds)), kinds)
    ax.set(xlim=(0, 1.03), ylim=(len(kinds) - 0.5, -1.1), xlabel="accuracy")
    return ax
