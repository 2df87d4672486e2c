"""One step of each operation, written once for NumPy and for TensorFlow.

`xp` is the library: `NUMPY`, or what `tensorflow()` gives. A step has the form

    op(node, w, x, state, t, xp, use) → (y, found, new state)

with x the vectors (batch, inputs) that the node reads, a list of them for add and concat; w its
weights; t the step; found its named values; and use(name, value) the chance to change one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from .description import Node

State = dict[str, Any]
Use = Callable[[str, Any], Any]


# --- The two libraries ------------------------------------------------------------------------


NUMPY = SimpleNamespace(
    **{name: getattr(np, name) for name in (
        "abs", "arange", "cos", "einsum", "exp", "maximum", "ones_like", "reshape", "sin", "sqrt",
        "tanh", "where", "zeros"
    )},
    float=float,
    max=lambda x: x.max(axis=-1, keepdims=True),
    mean=lambda x: x.mean(axis=-1, keepdims=True),
    sum=lambda x: x.sum(axis=-1, keepdims=True),
    split=lambda x, n: np.split(x, n, axis=-1),
    join=lambda xs: np.concatenate(xs, axis=-1),
    row=lambda table, k: table[k],
    shape=np.shape,
    # The cache of keys grows: all that is in it has been read.
    extend=lambda cache, new, t: np.concatenate([cache, new[:, None]], axis=1),
    hide=lambda scores, t: scores,
    length=lambda steps: 0,
    start=lambda: 0,
)  # fmt: skip


@cache
def tensorflow() -> SimpleNamespace:
    """TensorFlow under the names of `NUMPY`. Shapes stay what they are from step to step."""
    import tensorflow as tf

    def extend(cache: Any, new: Any, t: Any) -> Any:
        here = tf.one_hot(t, tf.shape(cache)[1], dtype=cache.dtype)
        return cache + here[None, :, None, None] * new[:, None]

    def hide(scores: Any, t: Any) -> Any:
        return tf.where(tf.range(tf.shape(scores)[-1]) <= t, scores, -1e9)

    return SimpleNamespace(
        **{name: getattr(tf, name) for name in (
            "abs", "cos", "einsum", "exp", "maximum", "ones_like", "reshape", "shape", "sin",
            "sqrt", "tanh", "where", "zeros"
        )},
        arange=lambda n: tf.range(n, dtype=tf.float32),
        float=lambda t: tf.cast(t, tf.float32),
        max=lambda x: tf.reduce_max(x, axis=-1, keepdims=True),
        mean=lambda x: tf.reduce_mean(x, axis=-1, keepdims=True),
        sum=lambda x: tf.reduce_sum(x, axis=-1, keepdims=True),
        split=lambda x, n: tf.split(x, n, axis=-1),
        join=lambda xs: tf.concat(xs, axis=-1),
        row=tf.gather,
        extend=extend,
        hide=hide,
        length=lambda steps: steps,
        start=lambda: tf.constant(0),
    )  # fmt: skip


# --- Activations ------------------------------------------------------------------------------


def _softmax(z: Any, xp: Any) -> Any:
    e = xp.exp(z - xp.max(z))
    return e / xp.sum(e)


def _sigmoid(z: Any, xp: Any) -> Any:
    return (1 + xp.tanh(z / 2)) / 2  # does not overflow


def _gelu(z: Any, xp: Any) -> Any:
    """z · Φ(z). Abramowitz & Stegun 7.1.26, off by at most 1.5e-7, as in nn.js."""
    u = xp.abs(z) / 2**0.5
    k = 1 / (1 + 0.3275911 * u)
    series = 1.421413741 + k * (-1.453152027 + k * 1.061405429)
    tail = k * (0.254829592 + k * (-0.284496736 + k * series)) * xp.exp(-u * u)
    return z * xp.where(z > 0, 1 - tail / 2, tail / 2)


ACTIVATE: dict[str, Callable[[Any, Any], Any]] = {
    "linear": lambda z, xp: z,
    "relu": lambda z, xp: xp.maximum(z, 0.0),
    "tanh": lambda z, xp: xp.tanh(z),
    "sigmoid": _sigmoid,
    "softmax": _softmax,
    "gelu": _gelu,
    "silu": lambda z, xp: z * _sigmoid(z, xp),
}


# --- Operations -------------------------------------------------------------------------------


def _plain(f: Callable[..., Any]) -> Callable[..., tuple[Any, State, None]]:
    """An operation without a state, whose only named value is its output y."""

    def op(node: Node, w: State, x: Any, state: None, t: Any, xp: Any, use: Use) -> tuple:
        y = use("y", f(node, w, x, t, xp))
        return y, {"y": y}, None

    return op


def _normalize(node: Node, w: State, x: Any, t: Any, xp: Any) -> Any:
    centered = x - xp.mean(x)
    deviation = xp.sqrt(xp.mean(centered * centered) + node.settings["epsilon"])
    return centered / deviation * w.get("gamma", 1.0) + w.get("beta", 0.0)


def _dense(node: Node, w: State, x: Any, state: None, t: Any, xp: Any, use: Use) -> tuple:
    z = use("z", x @ w["kernel"] + w.get("bias", 0.0))
    y = use("y", ACTIVATE[node.settings["activation"]](z, xp))
    return y, {"z": z, "y": y}, None


def _simple(node: Node, w: State, x: Any, was: State, t: Any, xp: Any, use: Use) -> tuple:
    z = x @ w["kernel"] + was["h"] @ w["recurrent_kernel"] + w.get("bias", 0.0)
    now = {"h": use("h", ACTIVATE[node.settings["activation"]](z, xp))}
    return now["h"], dict(now), now


def _lstm(node: Node, w: State, x: Any, was: State, t: Any, xp: Any, use: Use) -> tuple:
    gate, tanh = _gate_and_tanh(node, xp)
    z = x @ w["kernel"] + was["h"] @ w["recurrent_kernel"] + w.get("bias", 0.0)
    i, f, g, o = xp.split(z, 4)
    i, f, g, o = use("i", gate(i)), use("f", gate(f)), use("g", tanh(g)), use("o", gate(o))
    c = use("c", f * was["c"] + i * g)
    h = use("h", o * tanh(c))
    return h, {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}, {"h": h, "c": c}


def _gru(node: Node, w: State, x: Any, was: State, t: Any, xp: Any, use: Use) -> tuple:
    gate, tanh = _gate_and_tanh(node, xp)
    after, h, recurrent = node.settings["reset_after"], was["h"], w["recurrent_kernel"]
    units, bias = w["kernel"].shape[-1] // 3, w.get("bias")
    b, b_h = (0.0, 0.0) if bias is None else (bias[0], bias[1]) if after else (bias, 0.0)
    x_z, x_r, x_g = xp.split(x @ w["kernel"] + b, 3)
    h_z, h_r, h_g = xp.split(h @ recurrent + b_h, 3)
    z, r = use("z", gate(x_z + h_z)), use("r", gate(x_r + h_r))
    inner = r * h_g if after else (r * h) @ recurrent[:, 2 * units :]
    g = use("g", tanh(x_g + inner))
    h = use("h", z * h + (1 - z) * g)
    return h, {"z": z, "r": r, "g": g, "h": h}, {"h": h}


def _gate_and_tanh(node: Node, xp: Any) -> list[Callable[[Any], Any]]:
    names = node.settings["recurrent_activation"], node.settings["activation"]
    return [lambda z, f=ACTIVATE[name]: f(z, xp) for name in names]


def _average(node: Node, w: State, x: Any, was: State, t: Any, xp: Any, use: Use) -> tuple:
    now = {"sum": was["sum"] + x, "n": was["n"] + xp.ones_like(x)}
    return mean_so_far(now, xp), dict(now), now


def mean_so_far(state: State, xp: Any) -> Any:
    return state["sum"] / xp.maximum(state["n"], 1.0)


def _heads(name: str, node: Node, w: State, x: Any, t: Any, xp: Any) -> Any:
    """x · W and bias as (batch, heads, size of a head); queries and keys turned, if rotary."""
    heads, size = node.settings["heads"], w[name].shape[-1] // node.settings["heads"]
    y = xp.reshape(x @ w[name] + w.get(f"{name}_bias", 0.0), (-1, heads, size))
    base = node.settings["rotary"]
    if not base or name == "value":
        return y
    angle = xp.float(t) * xp.exp(xp.arange(size // 2) * (-2 * np.log(base) / size))
    cos, sin = xp.cos(angle), xp.sin(angle)
    a, b = xp.split(y, 2)
    return xp.join([a * cos - b * sin, a * sin + b * cos])


def keys_and_values(node: Node, w: State, x: Any, cache: State, t: Any, xp: Any) -> State:
    """The cache, with what step t adds: keys and values (batch, steps, heads, size of a head)."""
    return {k: xp.extend(cache[k], _heads(k, node, w, x, t, xp), t) for k in ("key", "value")}


def _attention(node: Node, w: State, x: Any, was: State, t: Any, xp: Any, use: Use) -> tuple:
    """A node that looks ahead finds the keys of all steps in its cache, and adds none."""
    causal = node.settings["causal"]
    now = keys_and_values(node, w, x, was, t, xp) if causal else was
    query = _heads("query", node, w, x, t, xp)
    scores = xp.einsum("bhd,bshd->bhs", query, now["key"]) / query.shape[-1] ** 0.5
    weights = use("weights", _softmax(xp.hide(scores, t) if causal else scores, xp))
    mixed = xp.einsum("bhs,bshd->bhd", weights, now["value"])
    joined = xp.reshape(mixed, (-1, w["value"].shape[-1]))
    y = use("y", joined @ w["output"] + w.get("output_bias", 0.0))
    return y, {"weights": weights, "y": y}, now


STEP: dict[str, Callable[..., tuple[Any, State, State | None]]] = {
    "embedding": _plain(lambda node, w, x, t, xp: xp.row(w["embeddings"], x)),
    "position": _plain(lambda node, w, x, t, xp: x + xp.row(w["table"], t)),
    "dense": _dense,
    "simple_rnn": _simple,
    "lstm": _lstm,
    "gru": _gru,
    "layer_norm": _plain(_normalize),
    "attention": _attention,
    "add": _plain(lambda node, w, x, t, xp: sum(x[1:], x[0])),
    "concat": _plain(lambda node, w, x, t, xp: xp.join(x)),
    "average": _average,
    "last": _plain(lambda node, w, x, t, xp: x),
    "activation": _plain(lambda node, w, x, t, xp: ACTIVATE[node.settings["activation"]](x, xp)),
    "scale": _plain(lambda node, w, x, t, xp: x * node.settings["factor"]),
}


def first_state(node: Node, width: int, batch: Any, steps: int, xp: Any) -> State | None:
    """The state before anything was read, arrays by name; None for a node that has none."""
    if node.op == "attention":
        n, sizes = node.settings["heads"], {k: node.weights[k].shape[-1] for k in ("key", "value")}
        return {k: xp.zeros((batch, xp.length(steps), n, d // n)) for k, d in sizes.items()}
    names = {"simple_rnn": "h", "gru": "h", "lstm": "hc", "average": ("sum", "n")}.get(node.op)
    return {name: xp.zeros((batch, width)) for name in names} if names else None


def advance(
    node: Node, w: State, x: Any, state: State | None, t: Any, xp: Any, use: Use, mask: Any
) -> tuple[Any, State, State | None]:
    """One step of a node. Rows where mask (batch, 1) is false keep the state they had."""
    y, found, now = STEP[node.op](node, w, x, state, t, xp, use)
    if mask is None or now is None:
        return y, found, now
    now = {name: xp.where(mask, value, state[name]) for name, value in now.items()}
    found = {k: xp.where(mask, v, now.get(k, np.nan)) for k, v in found.items()}
    return (mean_so_far(now, xp) if node.op == "average" else now["h"]), found, now
