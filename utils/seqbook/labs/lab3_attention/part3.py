"""Part 3: several heads, and the layer."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import numpy as np

from ...checking import FaultModel, numbers
from .lab import LAB, NO_GRADIENT, attend, switched, trainable, two_results
from .part1 import PARTS_HINTS
from .part2 import MASK_HINTS

HEADS_AXES = {"x": "batch time d_model", "the heads": "batch heads time d_head"}

# 3.1 · Split ------------------------------------------------------------------------------------

SPLIT_HINTS = {
    "reshape only": "the shape is right, but the numbers are cut in the wrong places: a `reshape` "
    "alone gives a head the pieces of one step, as if they were several steps. Reshape to (batch, "
    "time, heads, d_head), then exchange time and heads with a transpose.",
    "not transposed": "the pieces are cut, but time still stands before the heads. Exchange these "
    "two axes: (batch, heads, time, d_head).",
    "interleaved": "a head gets numbers from all over a step, one here and one there. It should get "
    "one piece, numbers side by side: reshape the last axis to (heads, d_head), in this order.",
    "heads and sizes exchanged": "there are d_head heads of num_heads numbers each. Cut into "
    "num_heads pieces of d_model / num_heads.",
    "transposed too far": "time stands last. The order is batch, heads, time, d_head.",
    "heads first": "the heads stand before the batch. The order is batch, heads, time, d_head.",
    "first head for all": "every head gets the first piece. Each has its own.",
    "time cut": "the time is cut into pieces. Cut the last axis: each head gets a piece of every "
    "step.",
    "heads in reverse": "the heads come in reverse order. Head 0 gets the first piece.",
}


def split(x: np.ndarray, num_heads: int, faults: frozenset[str] = frozenset()) -> np.ndarray:
    """(batch, time, d_model) → (batch, heads, time, d_head)."""
    batch, time, d_model = x.shape
    d_head = d_model // num_heads
    cut, turned = x.reshape(batch, time, num_heads, d_head), x.reshape(batch, time, d_head, num_heads)
    heads = cut.transpose(0, 2, 1, 3)
    wrong = {
        "reshape only": lambda: x.reshape(heads.shape),
        "not transposed": lambda: cut,
        "interleaved": lambda: turned.transpose(0, 3, 1, 2),
        "heads and sizes exchanged": lambda: turned.transpose(0, 2, 1, 3),
        "transposed too far": lambda: cut.transpose(0, 2, 3, 1),
        "heads first": lambda: cut.transpose(2, 0, 1, 3),
        "first head for all": lambda: np.repeat(heads[:, :1], num_heads, axis=1),
        "time cut": lambda: x.reshape(batch, num_heads, -1, d_model),  # not on every probe
        "heads in reverse": lambda: heads[:, ::-1],
    }
    return switched(wrong, faults, lambda: heads)()


def split_model(x: Any, num_heads: int, faults: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The heads of x."""
    return {"the heads": split(x, num_heads, faults)}


SPLIT = FaultModel(
    split_model,
    SPLIT_HINTS,
    [(numbers(2, 2, 4), 2), (numbers(2, 3, 8), 4), (numbers(3, 5, 6), 2), (numbers(1, 4, 6), 3)],
    most=1,
    tensors=True,
    axes=HEADS_AXES,
)


@LAB.exercise("3.1", "Split: each head gets its piece of every step.")
def split_heads(answer: Any) -> Any:
    """Check `split_heads(x, num_heads)`."""
    return SPLIT.judge(answer) or trainable(answer, SPLIT)


# 3.2 · Join -------------------------------------------------------------------------------------

JOIN_HINTS = {
    "reshape only": "the shape is right, but the numbers are in the wrong places. First bring the "
    "heads behind the time with a transpose, (batch, time, heads, d_head), then reshape.",
    "interleaved": "the heads' numbers alternate. They should stand side by side, all of head 0 "
    "first: transpose to (batch, time, heads, d_head), then reshape.",
    "not joined": "the heads stand behind the time, but there are still four axes. Reshape to "
    "(batch, time, heads · d_head).",
    "heads added": "the heads are added up. Put them side by side.",
    "heads averaged": "the heads are averaged. Put them side by side.",
    "first head": "only the first head is left. Put all of them side by side.",
    "one after another": "the heads stand one after another in time. They belong side by side, in "
    "the last axis.",
    "heads in reverse": "the heads are joined in reverse order. Head 0 comes first.",
    "transposed too far": "`tf.transpose(x)` or another order of the axes mixes up the examples. "
    "Exchange heads and time only: `[0, 2, 1, 3]`.",
}


def join(x: np.ndarray, faults: frozenset[str] = frozenset()) -> np.ndarray:
    """(batch, heads, time, d_head) → (batch, time, d_model)."""
    batch, heads, time, d_head = x.shape
    shape = batch, time, heads * d_head
    wrong = {
        "reshape only": x.reshape(shape),
        "interleaved": x.transpose(0, 2, 3, 1).reshape(shape),
        "not joined": x.transpose(0, 2, 1, 3),
        "heads added": x.sum(axis=1),
        "heads averaged": x.mean(axis=1),
        "first head": x[:, 0],
        "one after another": x.reshape(batch, heads * time, d_head),
        "heads in reverse": x[:, ::-1].transpose(0, 2, 1, 3).reshape(shape),
        "transposed too far": x.transpose().reshape(shape),
    }
    return switched(wrong, faults, x.transpose(0, 2, 1, 3).reshape(shape))


def join_model(x: Any, faults: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The joined heads."""
    return {"the result": join(x, faults)}


JOIN = FaultModel(
    join_model,
    JOIN_HINTS,
    [(numbers(2, 2, 2, 2),), (numbers(2, 4, 3, 2),), (numbers(3, 2, 5, 4),)],
    most=1,
    tensors=True,
    axes={"x": "batch heads time d_head", "the result": "batch time d_model"},
)


@LAB.exercise("3.2", "Join: the heads' pieces of a step side by side again.")
def join_heads(answer: Any) -> Any:
    """Check `join_heads(x)`."""
    return JOIN.judge(answer) or trainable(answer, JOIN)


# 3.3 · The layer --------------------------------------------------------------------------------

Weights = Mapping[str, list[np.ndarray]]
DENSE = ("to_query", "to_key", "to_value", "to_output")
LAYER_HINTS = {
    "not split": "nothing is split: all of `d_model` is one head, and the mask, which has an axis "
    "for the heads, stretches the result. Put queries, keys and values through `split_heads`.",
    "query and key exchanged": "queries and keys are exchanged. The order is "
    "`masked_attention(queries, keys, values, mask)`.",
    "key and value exchanged": "keys and values are exchanged. The order is "
    "`masked_attention(queries, keys, values, mask)`.",
    "keys for values": "the values are the keys. They have a dense layer of their own: "
    "`self.to_value`.",
    "queries for values": "the values are the queries. They have a dense layer of their own: "
    "`self.to_value`.",
    "keys from to_query": "the keys come from `self.to_query`. They have a layer of their own: "
    "`self.to_key`.",
    "queries from to_key": "the queries come from `self.to_key`. They have a layer of their own: "
    "`self.to_query`.",
    "x for the queries": "`x` itself is split for the queries. Send it through `self.to_query`.",
    "x for the keys": "`x` itself is split for the keys. Send it through `self.to_key`.",
    "x for the values": "`x` itself is split for the values. Send it through `self.to_value`.",
    "x for all": "`x` itself is split for queries, keys and values. Each goes through its own dense "
    "layer: `self.to_query(x)`, `self.to_key(x)`, `self.to_value(x)`.",
    "to_query for all": "queries, keys and values all come from `self.to_query`. Keys have "
    "`self.to_key`, values `self.to_value`.",
    "in a chain": "each dense layer gets what the one before it gave. All three get `x` itself.",
    "d_head for num_heads": "there are d_head heads of num_heads numbers each. "
    "`split_heads(..., self.num_heads)`.",
    "no output layer": "the last dense layer is missing: `self.to_output` mixes what the heads "
    "found.",
    "output layer first": "`self.to_output` is applied to `x` before all. It comes last, after the "
    "heads are joined.",
    "joined by reshape": "the heads are joined by a reshape alone. Use your `join_heads`.",
    "split by reshape": "the heads are split by a reshape alone. Use your `split_heads`.",
    "x added": "`x` is added to the outputs. That is the block's task (4.2): return the outputs "
    "alone.",
    "heads averaged": "the outputs are right, but the weights are averaged over the heads. Return "
    "those of all heads.",
    "scaled twice": PARTS_HINTS["scaled twice"],
    **{name: MASK_HINTS[name] for name in (
        "mask ignored", "mask inverted", "mask after the softmax", "zero for the mask",
    )},
}  # fmt: skip


def multi_head(
    x: np.ndarray, mask: np.ndarray, num_heads: int, weights: Weights, prefix: str = "",
    faults: frozenset[str] = frozenset(),
) -> tuple[np.ndarray, np.ndarray]:
    """Self-attention with several heads: outputs and weights."""

    def dense(name: str, x: np.ndarray) -> np.ndarray:
        W, b = weights[prefix + name]
        return x @ W + b

    used = dict(zip(("queries", "keys", "values"), DENSE[:3], strict=True))
    if "keys from to_query" in faults:
        used["keys"] = "to_query"
    if "queries from to_key" in faults:
        used["queries"] = "to_key"
    if "to_query for all" in faults:
        used = dict.fromkeys(used, "to_query")
    if "d_head for num_heads" in faults:
        num_heads = x.shape[-1] // num_heads
    start = dense("to_output", x) if "output layer first" in faults else x
    parts = []
    for role, name in used.items():
        part = start if faults & {f"x for the {role}", "x for all"} else dense(name, start)
        start = part if "in a chain" in faults else start
        if "not split" not in faults:
            cut = {"reshape only"} if "split by reshape" in faults else set()
            part = split(part, num_heads, frozenset(cut))
        parts.append(part)
    outputs, seen = attend(*parts, mask, faults=faults)
    if "not split" not in faults:
        back = {"reshape only"} if "joined by reshape" in faults else set()
        outputs = join(outputs, frozenset(back))
    if not faults & {"no output layer", "output layer first"}:
        outputs = dense("to_output", outputs)
    if "x added" in faults:
        outputs = outputs + x
    return outputs, seen.mean(axis=1) if "heads averaged" in faults else seen


def dense_weights(inputs: int, units: int, phase: float) -> list[np.ndarray]:
    """A kernel and a bias; neither large nor small."""
    kernel = numbers(inputs, units, phase=phase) * 1.6 / inputs**0.5
    return [kernel, 0.4 * numbers(units, phase=phase + 1)]


def attention_parts(d_model: int, prefix: str = "") -> dict[str, list[np.ndarray]]:
    """Weights for the four dense layers of an attention layer."""
    return {prefix + name: dense_weights(d_model, d_model, 0.3 + 1.1 * i)
            for i, name in enumerate(DENSE)}  # fmt: skip


def filled(layer: Any, weights: Weights) -> Any:
    """The layer with these weights in its inner layers, by their names."""
    for name, values in weights.items():
        inner = attrgetter(name)(layer)
        if not inner.built:
            inner.build((None, None, len(values[0])))
        inner.set_weights(values)
    return layer


def layer_model(
    x: np.ndarray, mask: np.ndarray, num_heads: int, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Outputs and weights of the layer."""
    parts = attention_parts(x.shape[-1])
    outputs, seen = multi_head(x, mask, num_heads, parts, faults=faults)
    return {"the outputs": outputs, "the weights": seen}


@functools.lru_cache(maxsize=4)
def made(answer: Any, d_model: int, num_heads: int) -> Any:
    """A layer of this class. It is kept: to build all that is in it takes long."""
    return answer(d_model, num_heads)


def on_tensors(answer: Any, parts: Any, x: Any, mask: Any, num_heads: int) -> Any:
    """What a new layer of this class, with these weights, returns for x."""
    import tensorflow as tf

    layer = filled(made(answer, x.shape[-1], num_heads), parts(x.shape[-1]))
    got = layer(tf.constant(x), tf.constant(mask))
    return list(got) if isinstance(got, tuple) else got


def learns(answer: Any, parts: Any, probe: tuple) -> list[tuple[str, str]] | None:
    """The numbers are right. Does the gradient reach every weight of the layer?"""
    import tensorflow as tf

    x, mask, num_heads = probe
    layer = filled(made(answer, x.shape[-1], num_heads), parts(x.shape[-1]))
    x, mask = tf.constant(x), tf.constant(mask)

    @tf.function(autograph=False)  # the code runs as it stands
    def gradients() -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(x, mask)[0] ** 2)
        return tape.gradient(loss, layer.trainable_weights)

    found = gradients.get_concrete_function()()
    pairs = zip(layer.trainable_weights, found, strict=True)
    lost = [weight.path for weight, gradient in pairs if gradient is None]
    to = f" to `self.{lost[0].split('/')[-2]}`" if lost and len(lost) < len(layer.weights) else ""
    return [("no gradient", NO_GRADIENT.format(to=to))] if lost else None


def layer_probe(batch: int, time: int, d_model: int, heads: int, mask: np.ndarray) -> tuple:
    return 1.2 * numbers(batch, time, d_model, phase=0.8), mask, heads


LAYER_PROBES = [
    layer_probe(2, 2, 4, 2, np.tri(2, dtype=bool)),
    layer_probe(2, 3, 8, 2, np.array([[0, 1, 1], [1, 1, 1]], bool)[:, None, None]),
    layer_probe(3, 4, 6, 3, np.tri(4, dtype=bool)[None, None].repeat(3, axis=0)),
]
LAYER = FaultModel(
    layer_model,
    LAYER_HINTS,
    LAYER_PROBES,
    most=1,
    axes={"x": "batch time d_model", "the outputs": "batch time d_model",
          "the weights": "batch heads queries keys"},
    call=lambda answer, *probe: on_tensors(answer, attention_parts, *probe),
    args=lambda x, mask, num_heads: (x.shape[-1], num_heads),
    families=False,
)  # fmt: skip


@LAB.exercise("3.3", "The layer: several heads side by side, and mixed.", names="MyAttention")
def my_attention(answer: Any) -> Any:
    """Check the class `MyAttention`."""
    if not isinstance(answer, type):
        return "give the check the class itself: `check.my_attention(MyAttention)`."
    said = LAYER.judge(answer)
    if said is None:
        return learns(answer, attention_parts, LAYER_PROBES[1])
    return two_results(answer, LAYER) or said
