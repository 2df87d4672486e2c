"""Trained players of the game with two questions, whose heads the reader switches off."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, ClassVar

import numpy as np

from ...graph import Builder, Graph, pack, run, unpack
from ...live.base import Explorer
from .data import DIGITS, FIELDS, PLAYERS, Games, games

SHOWN = 25  # games on the page
WIDTH = sum(FIELDS.values())
MOST_HEADS = 4


def graph_of(model: Any) -> Graph:
    """The graph of a player: a Keras model with the layers "attention" and "answers"."""
    attention, answers = model.get_layer("attention"), model.get_layer("answers")
    parts = {
        "query": attention.to_query, "key": attention.to_key,
        "value": attention.to_value, "output": attention.to_output,
    }  # fmt: skip
    weights = {name: dense.kernel.numpy() for name, dense in parts.items()}
    build = Builder()
    x = build.node("attention", build.input, weights=weights, heads=attention.num_heads,
                   causal=False)  # fmt: skip
    dense = {"kernel": answers.kernel.numpy(), "bias": answers.bias.numpy()}
    build.node("dense", x, weights=dense)
    return build.graph()


def by_hand() -> Graph:
    """A player with two heads whose weights are set: asks with name, seat with the seat before."""
    players = len(PLAYERS)
    name, asks, seat, number = np.split(np.eye(WIDTH), np.cumsum(list(FIELDS.values()))[:-1])
    query = np.hstack([30 * asks.T, 30 * np.roll(seat, -1, axis=0).T])
    key = np.hstack([name.T, seat.T])
    value = np.hstack([number.T, number.T])
    build = Builder()
    weights = {"query": query, "key": key, "value": value, "output": np.eye(2 * DIGITS)}
    x = build.node("attention", build.input, weights=weights, heads=2, causal=False)
    build.node("dense", x, weights={"kernel": 10 * np.eye(2 * DIGITS)})
    assert query.shape == (WIDTH, 2 * players)
    return build.graph()


class HeadSwitches(Explorer):
    """The weights of every head over one game, and the answers, with heads switched off.

    Args:
        models: a label and a player for each, at most three: a Keras model with the layers
            "attention" (a `MultiHeadAttention` of the chapter) and "answers" (`Dense(20)`), a
            `Graph`, or what `graph.pack` made of it.
        seed: for the 25 games.

    Raises:
        ValueError: no model or more than three, or one that does not play this game.
    """

    name: ClassVar[str] = "head-switches"
    scripts: ClassVar[tuple[str, ...]] = ("nn.js",)

    def __init__(self, models: Mapping[str, Any], *, seed: int = 7) -> None:
        if not 1 <= len(models) <= 3:
            raise ValueError(f"Give 1 to 3 models, got {len(models)}.")
        self.models = {str(label): self._packed(model) for label, model in models.items()}
        self.games = games(SHOWN, seed)

    @classmethod
    def example(cls) -> HeadSwitches:
        """A player set by hand; needs no TensorFlow."""
        return cls({"two heads, set by hand": by_hand()})

    @staticmethod
    def _packed(model: Any) -> dict[str, Any]:
        if not isinstance(model, dict):
            model = pack(model if isinstance(model, Graph) else graph_of(model))
        nodes = model["nodes"]
        fits = [n["op"] for n in nodes] == ["attention", "dense"] and not nodes[0]["causal"]
        if not fits or model["size"] != WIDTH or nodes[1]["units"] != 2 * DIGITS:
            raise ValueError(
                f"A player reads cards of {WIDTH} numbers with one layer of attention that is not "
                f"causal, and answers with Dense({2 * DIGITS})."
            )
        if nodes[0]["heads"] > MOST_HEADS:
            raise ValueError(f"At most {MOST_HEADS} heads are shown, got {nodes[0]['heads']}.")
        return model

    def computed(
        self, label: str, shown: Games | None = None, off: tuple[int, ...] = ()
    ) -> tuple[np.ndarray, np.ndarray]:
        """Weights (games, heads, 8, 8) and the digits that are said (games, 8, 2)."""

        def edit(values: np.ndarray, t: int, node: str, name: str) -> np.ndarray | None:
            if name != "weights":
                return None
            values = values.copy()
            values[:, list(off)] = 0
            return values

        trace = run(unpack(self.models[label]), (shown or self.games).cards, edit)
        weights = trace.values["attention"]["weights"]
        digits = trace.outputs.reshape(*trace.outputs.shape[:2], 2, DIGITS).argmax(-1)
        return np.swapaxes(weights, 1, 2), digits

    def accuracy(self, label: str, off: tuple[int, ...] = ()) -> np.ndarray:
        """Share of right answers to both questions over the games of the page."""
        return (self.computed(label, off=off)[1] == self.games.answers).mean(axis=(0, 1))

    def config(self) -> dict[str, Any]:
        """The packed models, and the games as lists of numbers."""
        g = self.games
        return {
            "models": [{"label": k, "model": m} for k, m in self.models.items()],
            "players": list(PLAYERS),
            "games": [{"names": a, "asks": b, "numbers": c} for a, b, c in
                      zip(g.names.tolist(), g.asks.tolist(), g.numbers.tolist(), strict=True)],
        }  # fmt: skip

    def _lines(self) -> list[tuple[str, str, np.ndarray]]:
        """Model, what is off, and the accuracies."""
        found = []
        for label, model in self.models.items():
            heads = model["nodes"][0]["heads"]
            for off in [(), *((head,) for head in range(heads))]:
                what = f"head {off[0] + 1} off" if off else "all heads on"
                found.append((label, what, self.accuracy(label, off)))
        return found

    def static_html(self) -> str:
        """A table of the accuracies with each head switched off."""
        rows = "".join(
            f'<tr><th scope="row">{escape(label)}</th><td>{what}</td><td>{a:.0%}</td>'
            f"<td>{b:.0%}</td></tr>"
            for label, what, (a, b) in self._lines()
        )
        return (
            f"<p><strong>Heads switched off, one at a time.</strong> Right answers over {SHOWN} "
            "games to both questions: the number of the player whom the card names (A), and of "
            "the neighbor on the left (B). Where scripts run, the heads can be switched and their "
            "weights are seen.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Table of accuracies">'
            '<table><thead><tr><td></td><td></td><th scope="col">A</th><th scope="col">B</th></tr>'
            f"</thead><tbody>{rows}</tbody></table></div>"
        )

    def static_text(self) -> str:
        """The same in plain text."""
        lines = [f"HeadSwitches, right answers over {SHOWN} games to questions A and B"]
        lines += [f"{label}, {what}: {a:.0%} {b:.0%}" for label, what, (a, b) in self._lines()]
        return "\n".join(lines)
