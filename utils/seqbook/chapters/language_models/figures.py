"""Figures of the chapter on language models: a text cut in three ways, scores, learning curves."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ...plots.style import COLORS
from .taught import WORD
from .token_explorer import tokenizer


def three_cuts(text: str) -> None:
    """The text as characters, as tokens of the stored model, and as words, in rows of boxes."""
    words = WORD.findall(text)
    cuts = {
        "characters": list(text),
        "tokens": [piece for word in words for piece in tokenizer().cut(word)],
        "words": words,
    }
    _, ax = plt.subplots(figsize=(4.6, 2.3))
    for row, (name, pieces) in enumerate(cuts.items()):
        ax.text(0, -row + 0.52, f"{len(pieces)} {name}", va="bottom", fontsize=10)
        boxes(ax, pieces, -row)
    ax.set(xlim=(-0.3, len(text) + 0.3), ylim=(-2.1, 1))
    ax.axis("off")


def boxes(ax: Axes, pieces: list[str], y: float) -> None:
    """Pieces side by side, a unit of width for each character, in turning colors."""
    colors = [COLORS[name] for name in ("sky", "gold", "output", "accent")]
    x = 0
    for i, piece in enumerate(pieces):
        color = colors[i % len(colors)]
        place = (x + 0.06, y), len(piece) - 0.12, 0.45
        ax.add_patch(plt.Rectangle(*place, facecolor=color, alpha=0.3))
        ax.add_patch(plt.Rectangle(*place, fill=False, edgecolor=color))
        for k, character in enumerate(piece.replace(" ", "·")):
            ax.text(x + k + 0.5, y + 0.21, character, ha="center", va="center", fontsize=8,
                    family="monospace")  # fmt: skip
        x += len(piece)


def score_bars(scores: dict[str, float]) -> None:
    """Bits per character of each model, the worst on top."""
    ordered = sorted(scores.items(), key=lambda item: -item[1])
    _, ax = plt.subplots(figsize=(4.6, 2.4))
    for i, (name, bits) in enumerate(ordered):
        color = COLORS["state"] if "transformer" in name else COLORS["muted"]
        ax.barh(-i, bits, color=color, height=0.7)
        ax.text(bits + 0.03, -i, f"{bits:.2f}", va="center")
    ax.set_yticks([-i for i in range(len(ordered))], [name for name, _ in ordered])
    ax.set(xlim=(0, 2.6), xlabel="bits per character")
    ax.grid(visible=False, axis="y")


def two_objectives(
    curves: dict[bool, list[list[float]]], ceiling: dict[bool, float], steps: int
) -> None:
    """Share of blanks filled against training steps; keys: is the model causal?"""
    _, ax = plt.subplots(figsize=(4.6, 3))
    for causal, name, color in [(False, "masked", "output"), (True, "causal", "input")]:
        for shares in curves[causal]:
            x = steps * np.arange(1, len(shares) + 1)
            ax.plot(x, shares, color=COLORS[color], alpha=0.8)
        ax.axhline(ceiling[causal], color=COLORS[color], linestyle="--", linewidth=1)
        ax.text(x[-1], ceiling[causal] + 0.015, f"{name}: ceiling {ceiling[causal]:.2f}",
                ha="right", color=COLORS[color])  # fmt: skip
    ax.set(xlabel="training steps", ylabel="share filled", ylim=(0, 0.8), xlim=(0, None))
