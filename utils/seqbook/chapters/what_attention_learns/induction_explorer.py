"""A trained network of two attention layers continues letters; the reader switches layers off."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

import numpy as np

from ...graph import Builder, Graph, Trace, pack, run, unpack
from ...live.base import Explorer
from .taught import SYMBOLS, TIME

LONGEST = TIME
ORDER = {
    "embedding": ("embeddings",), "position": ("table",), "dense": ("kernel", "bias"),
    "attention": ("query", "key", "value", "output"), "layer_norm": ("gamma", "beta"),
}  # fmt: skip
"""The weights of each operation as Keras lists them."""
ROW = "FO3VOMLFKGLCJ2ZUWATY"
"""The block that stands there at first: F and O occur twice in it."""


def graph_of(model: Any) -> Graph:
    """The graph of the chapter's `stack`: embedding, positions, attention blocks, logits."""
    _, embedding, positions, *blocks, norm, dense = model.layers
    build = Builder()
    x = build.node("embedding", build.input, weights={"embeddings": embedding.embeddings})
    x = build.node("position", x, weights={"table": positions.table})
    for block in blocks:
        a = block.attention
        parts = {"query": a.to_query, "key": a.to_key, "value": a.to_value, "output": a.to_output}
        y = build.node("layer_norm", x, weights=_norm(block.norm_attention))
        y = build.node("attention", y, heads=a.num_heads,
                       weights={name: part.kernel for name, part in parts.items()})  # fmt: skip
        x = build.add(x, y)
    x = build.node("layer_norm", x, weights=_norm(norm))
    build.node("dense", x, weights={"kernel": dense.kernel, "bias": dense.bias})
    return build.graph()


def _norm(layer: Any) -> dict[str, Any]:
    return {"gamma": layer.gamma, "beta": layer.beta}


@cache
def stored() -> dict[str, Any]:
    """What `tools/train_induction.py` stored.

    "models" holds a packed model of two layers for each seed; "curves" the accuracies after every
    50 steps of training, by the number of layers and the seed.
    """
    path = files(__package__).joinpath("induction_models.json")
    return json.loads(path.read_text(encoding="utf-8"))


def curve(layers: int, seed: int) -> list[float]:
    """The stored accuracy on the test rows after each 50 steps of training."""
    return stored()["curves"][str(layers)][seed]


def weights(seed: int) -> list[np.ndarray]:
    """The stored weights of two layers, in the order of Keras' `set_weights`."""
    found, norm = [], []
    for node in unpack(stored()["models"][seed]).nodes:
        arrays = [node.weights[name] for name in ORDER.get(node.op, ())]
        if node.op == "layer_norm":
            norm = arrays  # a block lists its attention before its normalization
        elif node.op == "attention":
            found, norm = found + arrays + norm, []
        else:
            found, norm = found + norm + arrays, []
    return found


class InductionExplorer(Explorer):
    """Letters with a repeat: what each of two layers looks at, and what is said to come next.

        InductionExplorer()
        InductionExplorer("KDRXKDRX")

    Args:
        text: 2 to 48 of the letters A to Z and 2 to 7.
        model: another packed network over the letters, for tests.

    Raises:
        ValueError: a text that is too short or too long, or another character.
    """

    name: ClassVar[str] = "induction-explorer"
    scripts: ClassVar[tuple[str, ...]] = ("nn.js",)

    def __init__(self, text: str = (3 * ROW)[:LONGEST], *, model: dict | None = None) -> None:
        if unknown := sorted(set(text) - set(SYMBOLS)):
            raise ValueError(f"The letters are A to Z and 2 to 7, got {unknown[0]!r}.")
        if not 2 <= len(text) <= LONGEST:
            raise ValueError(f"Give 2 to {LONGEST} letters, got {len(text)}.")
        self.text = text
        self.model = model or stored()["models"][0]

    @classmethod
    def example(cls) -> InductionExplorer:
        """The figure with a network of an eighth of the width, whose weights are random."""
        return cls(model=pack(_untrained(width=8)))

    @property
    def ids(self) -> list[int]:
        """The letters as numbers."""
        return [SYMBOLS.index(letter) for letter in self.text]

    def trace(self, ids: list[int], off: tuple[int, ...] = ()) -> Trace:
        """Every number behind the figure; layers (0, 1) in `off` add nothing."""
        graph = unpack(self.model)
        layers = [node.name for node in graph.nodes if node.op == "attention"]
        silent = {layers[k] for k in off}

        def edit(values: np.ndarray, t: int, node: str, name: str) -> np.ndarray | None:
            return 0 * values if node in silent and name == "y" else None

        return run(graph, ids, edit)

    def config(self) -> dict[str, Any]:
        """The packed model, the letters, the first text and the most letters it may have."""
        return {
            "model": self.model, "symbols": SYMBOLS, "text": self.text, "longest": LONGEST,
        }  # fmt: skip

    def _rows(self) -> list[tuple[str, str, list[str]]]:
        """The last eight steps but one: letter, the next one, its probability three times."""
        ids = self.ids
        found = []
        for off in [(), (0,), (1,)]:
            logits = self.trace(ids, off).outputs
            p = np.exp(logits - logits.max(axis=-1, keepdims=True))
            found.append(p / p.sum(axis=-1, keepdims=True))
        return [
            (self.text[t], self.text[t + 1], [f"{100 * p[t, ids[t + 1]]:.0f}%" for p in found])
            for t in range(max(0, len(ids) - 9), len(ids) - 1)
        ]

    def static_html(self) -> str:
        """A table of the probability of the next letter, with both layers and with one."""
        rows = "".join(
            f'<tr><th scope="row">{letter}</th><td>{following}</td>'
            + "".join(f"<td>{p}</td>" for p in shares)
            + "</tr>"
            for letter, following, shares in self._rows()
        )
        return (
            "<p><strong>Two layers of attention continue letters.</strong> The row is "
            f"<code>{self.text}</code>. The table holds the probability of the right next letter "
            "at its last steps, with both layers and with one of them switched off. Where scripts "
            "run, the letters can be changed, and the weights of both layers are seen.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Table of probabilities">'
            '<table><thead><tr><th scope="col">letter</th><th scope="col">next</th>'
            '<th scope="col">both layers</th><th scope="col">without layer 1</th>'
            f'<th scope="col">without layer 2</th></tr></thead><tbody>{rows}</tbody></table></div>'
        )

    def static_text(self) -> str:
        """The same in plain text."""
        lines = [f"InductionExplorer: {self.text}", "both layers, without 1, without 2"]
        lines += [f"{a} then {b}: " + " ".join(shares) for a, b, shares in self._rows()]
        return "\n".join(lines)


def _untrained(width: int) -> Graph:
    """A network of the stored one's form with random weights."""
    rng, build = np.random.default_rng(0), Builder()
    tables = rng.normal(size=(len(SYMBOLS), width)), rng.normal(size=(LONGEST, width))
    square = {k: rng.normal(size=(width, width)) for k in ("query", "key", "value", "output")}
    x = build.node("embedding", build.input, weights={"embeddings": tables[0]})
    x = build.node("position", x, weights={"table": tables[1]})
    for _ in range(2):
        y = build.node("layer_norm", x)
        x = build.add(x, build.node("attention", y, weights=square))
    x = build.node("layer_norm", x)
    build.node("dense", x, weights={"kernel": rng.normal(size=(width, len(SYMBOLS)))})
    return build.graph()
