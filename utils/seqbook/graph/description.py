"""What a network is made of: nodes with names, operations, inputs, settings and weights.

A node gives one vector for each step of the sequence. The operations, with their weights (those
in brackets may be left out) and settings:

    embedding   embeddings (ids, units)                           mask_zero=False
    position    table (steps, units): row t is added at step t
    dense       kernel (inputs, units), [bias]                    activation="linear"
    simple_rnn  kernel, recurrent_kernel (units, units), [bias]   activation="tanh"
    lstm        the same, i, f, g, o side by side: 4·units        activation, recurrent_activation
    gru         the same, z, r, g side by side: 3·units           the same, reset_after=True
    layer_norm  [gamma], [beta]                                   epsilon=1e-3
    attention   query, key, value, output, and [query_bias], …    heads, causal=True, rotary=0
    add, concat of two or more nodes
    average     the mean of all steps so far
    last        what stood before, read at the last step only: the network answers once
    activation  activation
    scale       factor

`rotary` is the base of rotary positions, such as 10000, and 0 for none: entries j and j + d/2 of
each head's query and key are turned by the angle t · base^(−2j/d). With mask_zero, a step of id 0
leaves the states of recurrent nodes and of averages as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

INPUT = "input"
"""The name by which a node refers to what the network reads."""
ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid", "softmax", "gelu", "silu")
RECURRENT = ("simple_rnn", "lstm", "gru")
_GATED = {"activation": "tanh", "recurrent_activation": "sigmoid"}
SETTINGS: dict[str, dict[str, Any]] = {
    "embedding": {"mask_zero": False},
    "position": {},
    "dense": {"activation": "linear"},
    "simple_rnn": {"activation": "tanh"},
    "lstm": _GATED,
    "gru": {**_GATED, "reset_after": True},
    "layer_norm": {"epsilon": 1e-3},
    "attention": {"heads": 1, "causal": True, "rotary": 0},
    "add": {},
    "concat": {},
    "average": {},
    "last": {},
    "activation": {"activation": "linear"},
    "scale": {"factor": 1.0},
}
"""The operations, and the settings of each with their defaults."""


@dataclass(frozen=True)
class Node:
    """One operation on the outputs of earlier nodes."""

    name: str
    op: str
    inputs: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    weights: dict[str, np.ndarray] = field(default_factory=dict)


class Graph:
    """Nodes in the order in which they are computed; the last is the output.

    Raises:
        ValueError: a node that does not fit what it gets, in one line that names it.
    """

    def __init__(self, nodes: list[Node] | tuple[Node, ...]) -> None:
        if not nodes:
            raise ValueError("The network has no layer that does something.")
        self.nodes = tuple(nodes)
        self.inputs = "ids" if _reader(nodes).op == "embedding" else "vectors"
        """What is read at each step: "ids" or "vectors"."""
        self.size = _size(_reader(nodes))
        """How many ids there are, or the length of an input vector."""
        self.widths: dict[str, int] = {INPUT: self.size}
        """The length of each node's vector, by name."""
        self._once: dict[str, str] = {}  # nodes after a `last` or `average`, and that node
        self.masked: set[str] = set()
        """The nodes that skip steps of id 0."""
        for node in self.nodes:
            self._add(node)

    @property
    def output(self) -> Node:
        return self.nodes[-1]

    @property
    def max_steps(self) -> int | None:
        """How many steps in a row the tables of positions allow; None if there is no limit."""
        tables = [len(n.weights["table"]) for n in self.nodes if n.op == "position"]
        return min(tables, default=None)

    @property
    def looks_ahead(self) -> Node | None:
        """A node that attends to later steps, so that the graph cannot go step by step."""
        return next((n for n in self.nodes if not n.settings.get("causal", True)), None)

    def _add(self, node: Node) -> None:
        name = node.name
        if node.op not in SETTINGS:
            raise ValueError(f"There is no operation {node.op} ({name}): {', '.join(SETTINGS)}.")
        if name in self.widths:
            raise ValueError(f"Two nodes have the name {name}.")
        if missing := [i for i in node.inputs if i not in self.widths]:
            raise ValueError(f"{name} reads {missing[0]}, which does not stand before it.")
        if strange := sorted(set(node.settings) - set(SETTINGS[node.op])):
            raise ValueError(f"{name} ({node.op}) has no setting {strange[0]}.")
        for key in ("activation", "recurrent_activation"):
            if node.settings.get(key, "linear") not in ACTIVATIONS:
                raise ValueError(
                    f"{name}: there is no activation {node.settings[key]}; "
                    f"there are {', '.join(ACTIVATIONS)}."
                )
        several = node.op in ("add", "concat")
        if (len(node.inputs) < 2) if several else (len(node.inputs) != 1):
            wanted = "two inputs or more" if several else "one input"
            raise ValueError(f"{name} ({node.op}) takes {wanted}, got {len(node.inputs)}.")
        if (node.op == "embedding") != (self.inputs == "ids" and INPUT in node.inputs):
            raise ValueError(f"{name}: ids are read by an embedding, and by nothing else.")
        self.widths[name] = self._check_weights(node)
        self._check_steps(node)

    def _check_weights(self, node: Node) -> int:
        """The node's width. ValueError if the weights are not those of its operation."""
        for weight, array in node.weights.items():
            if array.size == 0 or not np.all(np.isfinite(array)):
                raise ValueError(f"The weights of {node.name} must be finite numbers: {weight}.")
        widths = [self.widths[i] for i in node.inputs]
        shapes, width = _shapes(node, widths)
        for weight in {**shapes, **node.weights}:
            have, want = node.weights.get(weight), shapes.get(weight)
            if have is None and not weight.endswith(("bias", "gamma", "beta")):
                raise ValueError(f"{node.name} ({node.op}) lacks its {weight}, of shape {want}.")
            if have is not None and have.shape != want:
                wanted = f"must have shape {want}" if want else "is no weight of its"
                raise ValueError(f"{node.name} ({node.op}): {weight} {wanted}, got {have.shape}.")
        if node.op == "add" and len(set(widths)) > 1:
            raise ValueError(f"{node.name} (add) needs vectors of one length, got {widths}.")
        return width

    def _check_steps(self, node: Node) -> None:
        ended = [self._once.get(i) for i in node.inputs]
        over = next((e for e in ended if e), None)
        needs_all = node.op in (*RECURRENT, "attention", "average", "position")
        if over and (needs_all or None in ended):
            raise ValueError(
                f"{node.name} ({node.op}) needs every step, but {over} gives one vector for the "
                "whole sequence: use return_sequences=True there."
            )
        if over or node.op in ("last", "average"):
            self._once[node.name] = over or node.inputs[0]
        inherited = not over and all(i in self.masked for i in node.inputs)
        if node.settings.get("mask_zero") or inherited:
            if node.op in ("attention", "position"):
                raise ValueError(
                    f"{node.name} ({node.op}) skips no padding: use mask_zero=False before it."
                )
            if node.op != "last":
                self.masked.add(node.name)


class Builder:
    """Collects nodes: each call gives the new node's name, for the next to read.

    build = Builder()
    x = build.node("embedding", build.input, weights={"embeddings": table})
    x = build.node("dense", x, weights={"kernel": kernel}, activation="softmax")
    graph = build.graph()
    """

    input = INPUT

    def __init__(self) -> None:
        self.nodes: list[Node] = []

    def node(
        self, op: str, *inputs: str, weights: dict[str, Any] | None = None, **settings: Any
    ) -> str:
        """Add a node; its name is its operation's, with a number from the second one on."""
        count = 1 + sum(node.op == op for node in self.nodes)
        name = op if count == 1 else f"{op}_{count}"
        arrays = {k: np.asarray(w, np.float32) for k, w in (weights or {}).items()}
        full = {**SETTINGS.get(op, {}), **settings}
        self.nodes.append(Node(name, op, inputs, full, arrays))
        return name

    def add(self, *inputs: str) -> str:
        """The sum of nodes, as in a residual connection."""
        return self.node("add", *inputs)

    def graph(self) -> Graph:
        """The graph of these nodes, the last of them its output."""
        return Graph(self.nodes)


def _reader(nodes: list[Node] | tuple[Node, ...]) -> Node:
    """The first node with weights that reads the input."""
    found = [n for n in nodes if INPUT in n.inputs]
    for node in found:
        if node.weights:
            return node
    raise ValueError(
        f"The first layer must have weights; {found[0].op if found else nodes[0].op} has none."
    )


def _size(node: Node) -> int:
    arrays = node.weights
    if "table" in arrays:
        return arrays["table"].shape[-1]
    main = [arrays[k] for k in ("embeddings", "kernel", "query", "gamma", "beta") if k in arrays]
    return len(main[0]) if main and main[0].ndim else 0


def _shapes(node: Node, widths: list[int]) -> tuple[dict[str, tuple[int, ...]], int]:
    """The shapes of a node's weights, the optional ones too, and the width of its output."""
    width, arrays = widths[0], node.weights

    def last(weight: str, parts: int = 1) -> int:
        array = arrays.get(weight)
        return 0 if array is None else prod(array.shape[-1:]) // parts

    if node.op == "embedding":
        units = last("embeddings")
        return {"embeddings": (width, units)}, units
    if node.op == "position":
        return {"table": (len(arrays.get("table", ())), width)}, width
    if node.op == "dense":
        units = last("kernel")
        return {"kernel": (width, units), "bias": (units,)}, units
    if node.op in RECURRENT:
        parts = {"simple_rnn": 1, "gru": 3, "lstm": 4}[node.op]
        units = last("kernel", parts)
        both = (2,) if node.settings.get("reset_after") else ()
        return {
            "kernel": (width, parts * units),
            "recurrent_kernel": (units, parts * units),
            "bias": (*both, parts * units),
        }, units
    if node.op == "layer_norm":
        return {"gamma": (width,), "beta": (width,)}, width
    if node.op == "attention":
        keys, values, units = last("key"), last("value"), last("output")
        heads = node.settings["heads"]
        if heads < 1 or keys % heads or values % heads:
            raise ValueError(f"{node.name}: keys of {keys} do not divide into {heads} heads.")
        if node.settings["rotary"] and keys // heads % 2:
            raise ValueError(f"{node.name}: rotary positions need heads of even length.")
        sizes = {"query": keys, "key": keys, "value": values}
        shapes = {k: (width, n) for k, n in sizes.items()} | {"output": (values, units)}
        return shapes | {f"{k}_bias": shape[1:] for k, shape in shapes.items()}, units
    return {}, sum(widths) if node.op == "concat" else width
