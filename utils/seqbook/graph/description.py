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

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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


def need(condition: bool, message: str) -> None:
    """ValueError with this one line unless the condition holds."""
    if not condition:
        raise ValueError(message)


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

    def __init__(self, nodes: Sequence[Node]) -> None:
        need(len(nodes) > 0, "The network has no layer that does something.")
        self.nodes = tuple(
            replace(node, settings={**SETTINGS.get(node.op, {}), **node.settings}) for node in nodes
        )
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
        name, op, inputs = node.name, node.op, node.inputs
        here = f"{name} ({op})"
        need(op in SETTINGS, f"There is no operation {op} ({name}): {', '.join(SETTINGS)}.")
        need(name not in self.widths, f"Two nodes have the name {name}.")
        for other in inputs:
            need(other in self.widths, f"{name} reads {other}, which does not stand before it.")
        for key, value in node.settings.items():
            need(key in SETTINGS[op], f"{here} has no setting {key}.")
            known = "activation" not in key or value in ACTIVATIONS
            need(known, f"{here}: there is no activation {value}; {', '.join(ACTIVATIONS)}.")
        several = op in ("add", "concat")
        wanted = "two inputs or more" if several else "one input"
        fits = len(inputs) > 1 if several else len(inputs) == 1
        need(fits, f"{here} takes {wanted}, got {len(inputs)}.")
        reads_ids = self.inputs == "ids" and INPUT in inputs
        need((op == "embedding") == reads_ids, f"{name}: an embedding reads ids, and nothing else.")
        self.widths[name] = self._check_weights(node, here)
        self._check_steps(node, here)

    def _check_weights(self, node: Node, here: str) -> int:
        """The node's width. ValueError if the weights are not those of its operation."""
        for weight, array in node.weights.items():
            good = array.size > 0 and np.all(np.isfinite(array))
            need(good, f"The weights of {node.name} must be finite numbers: {weight}.")
        widths = [self.widths[i] for i in node.inputs]
        shapes, width = _shapes(node, widths)
        for weight in {**shapes, **node.weights}:
            array, want = node.weights.get(weight), shapes.get(weight)
            there = array is not None or weight.endswith(("bias", "gamma", "beta"))
            need(there, f"{here} lacks its {weight}, of shape {want}.")
            wanted = f"must have shape {want}" if want else "is no weight of its"
            if array is not None:
                need(array.shape == want, f"{here}: {weight} {wanted}, got {array.shape}.")
        equal = node.op != "add" or len(set(widths)) == 1
        need(equal, f"{here} needs vectors of one length, got {widths}.")
        return width

    def _check_steps(self, node: Node, here: str) -> None:
        ended = [self._once.get(i) for i in node.inputs]
        over = next((e for e in ended if e), None)
        needs_all = node.op in (*RECURRENT, "attention", "average", "position")
        need(
            not over or (not needs_all and None not in ended),
            f"{here} needs every step, but {over} gives one vector for the whole sequence: "
            "use return_sequences=True there.",
        )
        if over or node.op in ("last", "average"):
            self._once[node.name] = over or node.inputs[0]
        inherited = not over and all(i in self.masked for i in node.inputs)
        if node.settings["mask_zero"] if node.op == "embedding" else inherited:
            skips = node.op not in ("attention", "position")
            need(skips, f"{here} skips no padding: use mask_zero=False before it.")
            self.masked |= set() if node.op == "last" else {node.name}


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
        self.nodes.append(Node(name, op, inputs, settings, arrays))
        return name

    def add(self, *inputs: str) -> str:
        """The sum of nodes, as in a residual connection."""
        return self.node("add", *inputs)

    def graph(self) -> Graph:
        """The graph of these nodes, the last of them its output."""
        return Graph(self.nodes)


def _reader(nodes: Sequence[Node]) -> Node:
    """The first node with weights that reads the input."""
    readers = [n for n in nodes if INPUT in n.inputs]
    first = next((n for n in readers if n.weights), None)
    named = (readers or nodes)[0].op
    need(first is not None, f"The first layer must have weights; {named} has none.")
    return first


def _size(node: Node) -> int:
    arrays = node.weights
    main = [arrays[k] for k in ("embeddings", "kernel", "query", "gamma", "beta") if k in arrays]
    return arrays["table"].shape[-1] if "table" in arrays else len(main[0]) if main else 0


def _shapes(node: Node, widths: list[int]) -> tuple[dict[str, tuple[int, ...]], int]:
    """The shapes of a node's weights, the optional ones too, and the width of its output."""
    width, arrays = widths[0], node.weights

    def last(weight: str, parts: int = 1) -> int:
        return np.shape(arrays.get(weight, ()))[-1] // parts

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
        divides = heads > 0 and keys % heads == values % heads == 0
        need(divides, f"{node.name}: keys of {keys} do not divide into {heads} heads.")
        odd = node.settings["rotary"] and keys // heads % 2
        need(not odd, f"{node.name}: rotary positions need heads of even length.")
        sizes = {"query": keys, "key": keys, "value": values}
        shapes = {k: (width, n) for k, n in sizes.items()} | {"output": (values, units)}
        return shapes | {f"{k}_bias": shape[1:] for k, shape in shapes.items()}, units
    return {}, sum(widths) if node.op == "concat" else width
