"""A graph from a Keras model, by walking its layers and the operations between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .description import ACTIVATIONS, INPUT, Builder, Graph, need

LEFT_OUT = ("Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "Identity")


def from_keras(model: Any) -> Graph:
    """The graph of a built Keras model with one input and one output.

    Layers of one's own are opened, if their `call` is made of Keras layers, sums and the like.
    One whose `call` computes otherwise says what it is with a method

        def graph_nodes(self, build, x):
            return build.attention(x, query=self.W_q, key=self.W_k, value=self.W_v,
                                   output=self.W_o, heads=self.heads)

    which gets a `KerasBuilder` and the name of the node that the layer reads, and gives the name
    of the node that holds its output.

    Args:
        model: a Sequential, functional or subclassed model, or a list of layers in the order in
            which they are applied. Dropout and noise are left out, as when Keras predicts.

    Raises:
        ValueError: a layer or setting that a graph does not have, named in one line.
    """
    return _walk(model).graph()


def write_back(graph: Graph, model: Any) -> None:
    """Give the Keras model that a graph came from the weights of the graph, such as rounded ones.

    Raises:
        ValueError: the graph has another form than the model.
    """
    variables = _walk(model).variables
    arrays = {(n.name, weight): a for n in graph.nodes for weight, a in n.weights.items()}
    if differing := sorted(arrays.keys() ^ variables.keys()):
        name, weight = differing[0]
        where = "model" if differing[0] in arrays else "graph"
        raise ValueError(f"The {where} has no variable that is the {weight} of {name}.")
    for key, variable in variables.items():
        variable.assign(arrays[key].reshape(variable.shape))


def _walk(model: Any) -> KerasBuilder:
    build = KerasBuilder(getattr(model, "input_shape", None))
    layers = isinstance(model, (list, tuple))
    known = layers or (hasattr(model, "layers") and hasattr(model, "built"))
    need(known, f"The model must be a Keras model or a list of layers, not {_kind(model)}.")
    build.chain(model, INPUT) if layers else build.layer(model, INPUT)
    return build


class KerasBuilder(Builder):
    """A `Builder` that takes Keras layers. Each method gives the name of the node it made last."""

    def __init__(self, input_shape: Any = None) -> None:
        super().__init__()
        self.variables: dict[tuple[str, str], Any] = {}
        self._shape = input_shape if isinstance(input_shape, tuple) else (None, None)

    def layer(self, layer: Any, *inputs: str, **call: Any) -> str:
        """Any layer, applied to nodes; `call` holds further arguments of its call."""
        kind = _kind(layer)
        if kind in LEFT_OUT:
            return inputs[0]
        if hasattr(layer, "graph_nodes"):
            return layer.graph_nodes(self, *inputs)
        built = getattr(layer, "built", True)
        need(built, f"{_called(layer)} has no weights yet: call the model on one batch before.")
        if kind in LAYERS:
            return LAYERS[kind](self, layer, inputs, call)
        if kind == "Sequential":
            return self.chain(layer.layers, inputs[0])
        if kind == "Functional" and len(layer.inputs) == len(layer.outputs) == 1:
            return self._follow(layer.outputs[0], [(layer.inputs[0], inputs[0])])
        own = hasattr(layer, "call") and not type(layer).__module__.startswith("keras.")
        need(own, f"A graph has no layer {_called(layer)}; it has {', '.join(LAYERS)}.")
        return self._open(layer, inputs)

    def chain(self, layers: Any, x: str) -> str:
        """Layers, each applied to the output of the one before."""
        for layer in layers:
            x = self.layer(layer, x)
        return x

    def attention(
        self, x: str, *, query: Any, key: Any, value: Any, output: Any, heads: int,
        causal: bool = True, rotary: float = 0,
    ) -> str:  # fmt: skip
        """Attention of a sequence to itself; its projections are layers with kernel and bias."""
        dense = {"query": query, "key": key, "value": value, "output": output}
        weights, shapes = {}, {}
        for name, layer in dense.items():
            shape = layer.kernel.shape
            weights[name] = layer.kernel
            shapes[name] = (-1, shape[-1]) if name == "output" else (shape[0], -1)
            if layer.bias is not None:
                weights[f"{name}_bias"], shapes[f"{name}_bias"] = layer.bias, (-1,)
        settings = {"heads": heads, "causal": causal, "rotary": rotary}
        return self.variable_node("attention", x, weights, shapes, **settings)

    def position(self, x: str, table: Any) -> str:
        """Add row t of a table (steps, units), a variable or an array, at step t."""
        return self.variable_node("position", x, {"table": table})

    def variable_node(
        self, op: str, x: str, weights: dict[str, Any], shapes: Any = None, **settings: Any
    ) -> str:
        """A node whose weights are Keras variables, reshaped to matrices where `shapes` says so."""
        arrays = {
            k: np.asarray(w).reshape((shapes or {}).get(k, w.shape)) for k, w in weights.items()
        }
        node = self.node(op, x, weights=arrays, **settings)
        self.variables |= {(node, k): w for k, w in weights.items() if hasattr(w, "assign")}
        return node

    def _open(self, layer: Any, inputs: tuple[str, ...]) -> str:
        """A layer of one's own: its `call` is tried on symbols, and the operations followed."""
        import keras

        symbols = []
        for name in inputs:
            shape = self._shape
            if name != INPUT:
                shape = (None, shape[1], Graph(self.nodes).widths[name])
            kind = "int32" if len(shape) == 2 else "float32"
            symbols.append(keras.KerasTensor(shape, dtype=kind))
        try:
            result = layer.call(*symbols)
        except Exception as error:
            raise ValueError(
                f"{_called(layer)} computes with more than Keras layers: give it a method "
                "graph_nodes(build, x), as from_keras says."
            ) from error
        one = isinstance(result, keras.KerasTensor)
        need(one, f"{_called(layer)} must give one tensor.")
        return self._follow(result, list(zip(symbols, inputs, strict=True)))

    def _follow(self, tensor: Any, known: list[tuple[Any, str]]) -> str:
        """The node of a symbolic tensor, made from those it was computed from, once each."""
        for symbol, name in known:
            if symbol is tensor:
                return name
        operation, place, which = tensor._keras_history
        node = operation._inbound_nodes[place]
        kwargs = {k: v for k, v in node.arguments.kwargs.items() if v is not None}
        tensors = node.arguments.keras_tensors
        inputs = [self._follow(t, known) for t in tensors]
        whole = which == 0 and len(inputs) > 0
        need(whole, f"A graph uses only the first output of {_called(operation)}.")
        is_tensor = {id(t) for t in tensors}
        constants = [a for a in node.arguments.args if id(a) not in is_tensor]
        name = self._operation(operation, inputs, constants, kwargs)
        known.append((tensor, name))
        return name

    def _operation(
        self, operation: Any, inputs: list[str], constants: list[Any], call: dict[str, Any]
    ) -> str:
        """What stands between layers in a call: x + y, x * 2, x[:, -1], keras.ops.tanh(x)."""
        kind = _kind(operation)
        if hasattr(operation, "weights"):
            return self.layer(operation, *inputs, **call)
        numbers = [c for c in constants if isinstance(c, (int, float)) or hasattr(c, "dtype")]
        first = np.asarray(numbers[0], np.float32) if len(numbers) == 1 else None
        if kind == "Add" and len(inputs) > 1:
            return self.add(*inputs)
        if kind == "Add" and first is not None and first.ndim in (2, 3):
            return self.position(inputs[0], first.reshape(first.shape[-2:]))
        if kind in ("Multiply", "TrueDivide") and first is not None and not first.ndim:
            factor = float(first) if kind == "Multiply" else 1 / float(first)
            return self.node("scale", inputs[0], factor=factor)
        if kind == "GetItem" and _is_last(constants, call):
            return self.node("last", inputs[0])
        plain = getattr(operation, "axis", -1) == -1 and not getattr(operation, "approximate", 0)
        if kind.lower() in ACTIVATIONS and plain:
            return self.node("activation", inputs[0], activation=kind.lower())
        raise ValueError(f"A graph has no operation {kind} like this one.")


def _kind(layer: Any) -> str:
    return type(layer).__name__


def _called(layer: Any) -> str:
    """Dense, or Block (block_2) for one whose name says more."""
    return f"{_kind(layer)} ({layer.name})" if hasattr(layer, "name") else _kind(layer)


def _is_last(constants: list[Any], call: dict[str, Any]) -> bool:
    key = constants[0] if constants else call.get("key")
    whole = slice(None)
    return isinstance(key, tuple) and key[:2] == (whole, -1) and all(k == whole for k in key[2:])


# --- Keras layers -----------------------------------------------------------------------------


def _activation(layer: Any, attribute: str = "activation") -> str:
    name = getattr(getattr(layer, attribute), "__name__", "?")
    there = f"a graph has no activation {name}; it has {', '.join(ACTIVATIONS)}."
    need(name in ACTIVATIONS, f"{_called(layer)}: {there}")
    return name


def _with_weights(op: str, settings: Callable[[Any], dict[str, Any]]) -> Callable[..., str]:
    """A layer whose variables have the names of the graph's weights."""

    def convert(build: KerasBuilder, layer: Any, inputs: Any, call: Any) -> str:
        weights = {w.name: w for w in layer.weights if "seed" not in w.name}
        need(len(inputs) == 1, f"A graph begins {_called(layer)} at zero: no initial_state.")
        name = build.variable_node(op, inputs[0], weights, **settings(layer))
        return name if getattr(layer, "return_sequences", True) else build.node("last", name)

    return convert


def _recurrent(layer: Any) -> dict[str, Any]:
    for name in ("go_backwards", "zero_output_for_mask"):
        refused = getattr(layer, name, False)
        need(not refused, f"A graph has no {_kind(layer)} with {name}=True.")
    return {"activation": _activation(layer)}


def _gated(layer: Any) -> dict[str, Any]:
    gate = _activation(layer, "recurrent_activation")
    return {**_recurrent(layer), "recurrent_activation": gate}


def _normalization(layer: Any) -> dict[str, Any]:
    axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    plain = list(axes) in ([-1], [2]) and not getattr(layer, "rms_scaling", False)
    need(plain, "A graph has LayerNormalization over the last axis only, axis=-1.")
    return {"epsilon": float(layer.epsilon)}


def _attention(build: KerasBuilder, layer: Any, inputs: Any, call: Any) -> str:
    alone = len(set(inputs)) == 1 and "attention_mask" not in call
    need(alone, f"{_called(layer)}: a graph attends from a sequence to itself, unmasked or causal.")
    dense = {k: getattr(layer, f"_{k}_dense") for k in ("query", "key", "value", "output")}
    causal = bool(call.get("use_causal_mask", False))
    return build.attention(inputs[0], **dense, heads=layer.num_heads, causal=causal)


def _without_weights(
    op: str, plain: Callable[[Any], bool] = lambda layer: True, only: str = "",
    settings: Callable[[Any], dict[str, Any]] = lambda layer: {},
) -> Callable[..., str]:  # fmt: skip
    def convert(build: KerasBuilder, layer: Any, inputs: Any, call: Any) -> str:
        need(plain(layer), f"{_called(layer)}: a graph has {_kind(layer)} {only} only.")
        return build.node(op, *inputs, **settings(layer))

    return convert


def _is_plain_relu(layer: Any) -> bool:
    return not layer.negative_slope and not layer.threshold and layer.max_value is None


LAYERS: dict[str, Callable[..., str]] = {
    "Embedding": _with_weights("embedding", lambda layer: {"mask_zero": bool(layer.mask_zero)}),
    "SimpleRNN": _with_weights("simple_rnn", _recurrent),
    "LSTM": _with_weights("lstm", _gated),
    "GRU": _with_weights("gru", lambda x: {**_gated(x), "reset_after": bool(x.reset_after)}),
    "Dense": _with_weights("dense", lambda layer: {"activation": _activation(layer)}),
    "LayerNormalization": _with_weights("layer_norm", _normalization),
    "MultiHeadAttention": _attention,
    "GlobalAveragePooling1D": _without_weights(
        "average", lambda x: not x.keepdims and x.data_format == "channels_last", "over the steps"
    ),
    "Add": _without_weights("add"),
    "Concatenate": _without_weights("concat", lambda x: x.axis in (-1, 2), "along the last axis"),
    "Activation": _without_weights(
        "activation", settings=lambda layer: {"activation": _activation(layer)}
    ),
    "ReLU": _without_weights("activation", _is_plain_relu, "without its settings",
                             lambda layer: {"activation": "relu"}),
    "Softmax": _without_weights("activation", lambda x: x.axis == -1, "over the last axis",
                                lambda layer: {"activation": "softmax"}),
    "Rescaling": _without_weights("scale", lambda x: not np.ndim(x.scale) and not np.any(x.offset),
                                  "by one number and without an offset",
                                  lambda layer: {"factor": float(layer.scale)}),
    "TimeDistributed": lambda build, layer, inputs, call: build.layer(layer.layer, *inputs),
    "InputLayer": lambda build, layer, inputs, call: inputs[0],
}  # fmt: skip
