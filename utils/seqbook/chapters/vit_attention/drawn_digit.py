"""A small Vision Transformer names the digit that the reader draws, and shows where it looks."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

import numpy as np

from ...graph import Builder, Graph, Trace, pack, run, unpack
from ...live.base import Explorer

SIDE, PATCH = 8, 2
GRID = SIDE // PATCH
PATCHES = GRID * GRID
INK = 16
"""The levels of ink in scikit-learn's digits, after 0 for paper."""
BLOCK_ORDER = ("query", "key", "value", "output")


def patches_of(image: np.ndarray) -> np.ndarray:
    """(64,) numbers of an image → (17, 4): zeros where the class token stands, then its patches."""
    squares = np.reshape(image, (GRID, PATCH, GRID, PATCH)).transpose(0, 2, 1, 3)
    return np.pad(squares.reshape(PATCHES, PATCH * PATCH), [(1, 0), (0, 0)])


def graph_of(model: Any) -> Graph:
    """The graph of a `make_vit` of 2 x 2 patches: it reads `patches_of` an image.

    The answer is what the graph gives at step 0. The patch embedding makes its bias out of the
    zeros that stand for the class token, so row 0 of the positions holds the token less that bias.
    """
    _, embedding, token, positions, *blocks, head = model.layers
    dense = embedding.project
    table = np.asarray(positions.table).copy()
    table[0] += np.asarray(token.token)[0, 0] - np.asarray(dense.bias)
    build = Builder()
    x = build.node("dense", build.input, weights={"kernel": dense.kernel, "bias": dense.bias})
    x = build.node("position", x, weights={"table": table})
    for block in blocks:
        a = block.attention
        parts = {"query": a.to_query, "key": a.to_key, "value": a.to_value, "output": a.to_output}
        y = build.node("layer_norm", x, weights=_norm(block.norm_attention))
        y = build.node("attention", y, heads=a.num_heads, causal=False,
                       weights={name: part.kernel for name, part in parts.items()})  # fmt: skip
        x = build.add(x, y)
        y = build.node("layer_norm", x, weights=_norm(block.norm_mlp))
        hidden, back = block.mlp.layers
        y = build.node("dense", y, activation="relu",
                       weights={"kernel": hidden.kernel, "bias": hidden.bias})  # fmt: skip
        y = build.node("dense", y, weights={"kernel": back.kernel, "bias": back.bias})
        x = build.add(x, y)
    x = build.node("layer_norm", x, weights=_norm(head.norm))
    out = head.to_logits
    build.node("dense", x, weights={"kernel": out.kernel, "bias": out.bias})
    return build.graph()


def _norm(layer: Any) -> dict[str, Any]:
    return {"gamma": layer.gamma, "beta": layer.beta}


def put_into(model: Any, graph: Graph) -> None:
    """Give a `make_vit` of the same form the weights of a graph that `graph_of` made."""
    nodes = iter(graph.nodes)

    def following(op: str) -> dict[str, np.ndarray]:
        return next(node for node in nodes if node.op == op).weights

    _, embedding, token, positions, *blocks, head = model.layers
    first = following("dense")
    _put_dense(embedding.project, first)
    token.token.assign(np.zeros(token.token.shape))
    table = following("position")["table"].copy()
    table[0] += first["bias"]
    positions.table.assign(table)
    for block in blocks:
        _put_norm(block.norm_attention, following("layer_norm"))
        found, a = following("attention"), block.attention
        layers = (a.to_query, a.to_key, a.to_value, a.to_output)
        for name, layer in zip(BLOCK_ORDER, layers, strict=True):
            layer.kernel.assign(found[name])
        _put_norm(block.norm_mlp, following("layer_norm"))
        for layer in block.mlp.layers:
            _put_dense(layer, following("dense"))
    _put_norm(head.norm, following("layer_norm"))
    _put_dense(head.to_logits, following("dense"))


def _put_norm(layer: Any, weights: dict[str, np.ndarray]) -> None:
    layer.gamma.assign(weights["gamma"])
    layer.beta.assign(weights["beta"])


def _put_dense(layer: Any, weights: dict[str, np.ndarray]) -> None:
    layer.kernel.assign(weights["kernel"])
    layer.bias.assign(weights["bias"])


@cache
def stored() -> dict[str, Any]:
    """What `tools/train_drawn_digit.py` stored.

    "model" is a packed network; "presets" are test images, {"name", "label", "image"} with 64
    whole numbers from 0 to 16 in "image"; "accuracy" was measured on the test images.
    """
    path = files(__package__).joinpath("drawn_digit_model.json")
    return json.loads(path.read_text(encoding="utf-8"))


class DrawnDigit(Explorer):
    """Draw a digit: its ten probabilities, and where the class token looks in every head.

        DrawnDigit()
        DrawnDigit(3)

    Args:
        preset: the number of the test image that stands there at first; 0 to 9 show that digit,
            10 one that the network gets wrong.
        model: another packed network of the same form, for tests.

    Raises:
        ValueError: there is no such preset.
    """

    name: ClassVar[str] = "drawn-digit"
    scripts: ClassVar[tuple[str, ...]] = ("nn.js",)

    def __init__(self, preset: int = 4, *, model: dict[str, Any] | None = None) -> None:
        self.presets = stored()["presets"]
        if preset not in range(len(self.presets)):
            raise ValueError(f"preset is from 0 to {len(self.presets) - 1}; it is {preset!r}.")
        self.preset = preset
        self.model = model or stored()["model"]

    @classmethod
    def example(cls) -> DrawnDigit:
        """The figure with a network of an eighth of the width, whose weights are random."""
        return cls(model=pack(_untrained(width=8)))

    @property
    def image(self) -> np.ndarray:
        """The first image, (64,), from 0 to 1."""
        return np.array(self.presets[self.preset]["image"]) / INK

    def trace(self, image: np.ndarray) -> Trace:
        """Every number behind the figure for an image of 64 numbers from 0 to 1."""
        return run(unpack(self.model), patches_of(image))

    def probabilities(self, image: np.ndarray) -> np.ndarray:
        """The ten probabilities, (10,)."""
        logits = np.asarray(self.trace(image).outputs)[0]
        e = np.exp(logits - logits.max())
        return e / e.sum()

    def weights(self, image: np.ndarray) -> np.ndarray:
        """What each token looks at, (blocks, heads, queries, keys); token 0 is the class token."""
        values = self.trace(image).values
        maps = [v["weights"] for v in values.values() if "weights" in v]
        return np.moveaxis(np.stack(maps), 1, 2)

    def rollout(self, image: np.ndarray) -> np.ndarray:
        """Attention rollout of the class token over the patches, (16,)."""
        found = np.eye(PATCHES + 1)
        for block in self.weights(image):
            found = (block.mean(axis=0) + np.eye(PATCHES + 1)) / 2 @ found
        return found[0, 1:]

    def drops(self, image: np.ndarray) -> np.ndarray:
        """How much the probability of the likeliest digit falls if a patch is blank, (16,)."""
        before = self.probabilities(image)
        best, found = before.argmax(), []
        for k in range(PATCHES):
            row, column = divmod(k, GRID)
            blank = np.reshape(image, (SIDE, SIDE)).copy()
            blank[PATCH * row : PATCH * (row + 1), PATCH * column : PATCH * (column + 1)] = 0
            found.append(before[best] - self.probabilities(blank.ravel())[best])
        return np.array(found)

    def config(self) -> dict[str, Any]:
        """The packed network, the test images and the number of the first."""
        return {"model": self.model, "presets": self.presets, "preset": self.preset}

    def _rows(self) -> list[tuple[str, str, str]]:
        """For each head: its name, the patch with the largest weight, and that weight."""
        rows = []
        for b, block in enumerate(self.weights(self.image)):
            for h, weights in enumerate(block[:, 0, 1:]):
                row, column = divmod(int(weights.argmax()), GRID)
                place = f"row {row + 1}, column {column + 1}"
                rows.append((f"block {b + 1}, head {h + 1}", place, f"{100 * weights.max():.0f}%"))
        return rows

    def _answer(self) -> str:
        p = self.probabilities(self.image)
        best = np.argsort(-p)[:3]
        label = self.presets[self.preset]["label"]
        shares = ", ".join(f"{digit} {100 * p[digit]:.0f}%" for digit in best)
        return f"A test image of a {label}. Likeliest: {shares}."

    def static_html(self) -> str:
        """A table: for each head, the patch that the class token looks at most."""
        rows = "".join(
            f'<tr><th scope="row">{head}</th><td>{place}</td><td>{share}</td></tr>'
            for head, place, share in self._rows()
        )
        return (
            "<p><strong>A small Vision Transformer names a digit.</strong> "
            f"{self._answer()} The table says which of the 4 × 4 patches the class token looks at "
            "most in each head. Where scripts run, you can draw a digit of your own here.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Table of weights">'
            '<table><thead><tr><th scope="col">head</th><th scope="col">patch</th>'
            f'<th scope="col">weight</th></tr></thead><tbody>{rows}</tbody></table></div>'
        )

    def static_text(self) -> str:
        """The same in plain text."""
        lines = [f"DrawnDigit: {self._answer()}"]
        return "\n".join(lines + [" · ".join(row) for row in self._rows()])


def _untrained(width: int) -> Graph:
    """A network of the stored one's form with random weights."""
    rng, build = np.random.default_rng(0), Builder()

    def matrix(rows: int, columns: int) -> np.ndarray:
        return rng.normal(size=(rows, columns))

    x = build.node("dense", build.input, weights={"kernel": matrix(PATCH * PATCH, width)})
    x = build.node("position", x, weights={"table": matrix(PATCHES + 1, width)})
    for _ in range(2):
        square = {name: matrix(width, width) for name in BLOCK_ORDER}
        y = build.node("layer_norm", x)
        x = build.add(x, build.node("attention", y, heads=4, causal=False, weights=square))
        y = build.node("layer_norm", x)
        y = build.node("dense", y, activation="relu", weights={"kernel": matrix(width, 16)})
        x = build.add(x, build.node("dense", y, weights={"kernel": matrix(16, width)}))
    x = build.node("layer_norm", x)
    build.node("dense", x, weights={"kernel": matrix(width, 10)})
    return build.graph()
