"""A graph from a Keras model, by walking its layers and the operations between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .description import ACTIVATIONS, INPUT, Builder, Graph

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
    if isinstance(model, (list, tuple)):
        build.chain(model, INPUT)
    elif hasattr(model, "layers") and hasattr(model, "built"):
        build.layer(model, INPUT)
    else:
        raise ValueError(
            f"The model must be a Keras model or a list of layers, not {type(model).__name__}."
        )
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
        if not getattr(layer, "built", True):
            raise ValueError(
                f"{_called(layer)} has no weights yet: call the model on one batch before."
            )
        if kind in LAYERS:
            return LAYERS[kind](self, layer, inputs, call)
        if kind == "Sequential":
            return self.chain(layer.layers, inputs[0])
        if kind == "Functional" and len(layer.inputs) == len(layer.outputs) == 1:
            return self._follow(layer.outputs[0], [(layer.inputs[0], inputs[0])])
        if not hasattr(layer, "call") or type(layer).__module__.startswith("keras."):
            raise ValueError(f"A graph has no layer {_called(layer)}; it has {', '.join(LAYERS)}.")
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
        """Attention of a sequence to itself, whose projections are four Dense layers."""
        dense = {"query": query, "key": key, "value": value, "output": output}
        weights = {name: layer.kernel for name, layer in dense.items()}
        weights |= {
            f"{name}_bias": layer.bias for name, layer in dense.items() if layer.bias is not None
        }
        return self.variable_node(
            "attention", x, weights, heads=heads, causal=causal, rotary=rotary
        )

    def position(self, x: str, table: Any) -> str:
        """Add row t of a table (steps, units), a variable or an array, at step t."""
        return self.variable_node("position", x, {"table": table})

    def variable_node(
        self, op: str, x: str, weights: dict[str, Any], shapes: Any = None, **settings: Any
    ) -> str:
        """A node whose weights are Keras variables, reshaped to matrices where `shapes` says so."""
        arrays = {name: np.asarray(w, np.float32) for name, w in weights.items()}
        for name, shape in (shapes or {}).items():
            if name in arrays:
                arrays[name] = arrays[name].reshape(shape)
        node = self.node(op, x, weights=arrays, **settings)
        self.variables |= {
            (node, name): variable for name, variable in weights.items()
            if hasattr(variable, "assign")
        }  # fmt: skip
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
        if not isinstance(result, keras.KerasTensor):
            raise ValueError(f"{_called(layer)} must give one tensor.")
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
        if which or not inputs:
            raise ValueError(f"A graph uses only the first output of {_called(operation)}.")
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
        numbers = [c for c in constants if isinstance(c, (int, float)) or _is_array(c)]
        first = np.asarray(numbers[0], np.float32) if len(numbers) == 1 else None
        if kind == "Add" and len(inputs) > 1:
            return self.add(*inputs)
        if kind == "Add" and first is not None and first.ndim in (2, 3):
            return self.position(inputs[0], first.reshape(first.shape[-2:]))
        if kind in ("Multiply", "TrueDivide", "Divide") and first is not None and not first.ndim:
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


def _is_array(value: Any) -> bool:
    return hasattr(value, "shape") and hasattr(value, "dtype")


def _is_last(constants: list[Any], call: dict[str, Any]) -> bool:
    key = constants[0] if constants else call.get("key")
    whole = slice(None)
    return isinstance(key, tuple) and key[:2] == (whole, -1) and all(k == whole for k in key[2:])


# --- Keras layers -----------------------------------------------------------------------------


def _activation(layer: Any, attribute: str = "activation") -> str:
    name = getattr(getattr(layer, attribute), "__name__", "?")
    if name not in ACTIVATIONS:
        raise ValueError(
            f"{_called(layer)}: a graph has no activation {name}; it has {', '.join(ACTIVATIONS)}."
        )
    return name


def _weights(layer: Any) -> dict[str, Any]:
    return {weight.name: weight for weight in layer.weights if "seed" not in weight.name}


def _refuse(layer: Any, *names: str) -> None:
    for name in names:
        if getattr(layer, name, False):
            raise ValueError(f"A graph has no {_kind(layer)} with {name}=True.")


def _embedding(build: KerasBuilder, layer: Any, inputs: Any, call: Any) -> str:
    return build.variable_node(
        "embedding", inputs[0], _weights(layer), mask_zero=bool(layer.mask_zero)
    )


def _dense(build: KerasBuilder, layer: Any, inputs: Any, call: Any) -> str:
    return build.variable_node("dense", inputs[0], _weights(layer), activation=_activation(layer))


def _recurrent(op: str) -> Callable[..., str]:
    def convert(build: KerasBuilder, layer: Any, inputs: Any, call: Any) -> str:
        _refuse(layer, "go_backwards", "zero_output_for_mask")
        if len(inputs) > 1:
            raise ValueError(f"A graph begins each {_kind(layer)} at zero: no initial_state.")
        settings: dict[str, Any] = {"activation": _activation(layer)}
        if op != "simple_rnn":
            settings["recurrent_activation"] = _activation(layer, "recurrent_activation")
        if op == "gru":
            settings["reset_after"] = bool(layer.reset_after)
        name = build.variable_node(op, inputs[0], _weights(layer), **settings)
        return name if layer.return_sequences else build.node("last", name)

    return convert


def _normalization(build: KerasBuilder, layer: Any, inputs: Any, call: Any) -> str:
    axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    if list(axes) not in ([-1], [2]) or getattr(layer, "rms_scaling", False):
        raise ValueError("A graph has LayerNormalization over the last axis only, axis=-1.")
    return build.variable_node(
        "layer_norm", inputs[0], _weights(layer), epsilon=float(layer.epsilon)
    )


def _attention(build: KerasBuilder, layer: Any, inputs: Any, call: Any) -> str:
    if len(set(inputs)) != 1 or "attention_mask" in call:
        raise ValueError(
            f"{_called(layer)}: a graph attends from a sequence to itself, with no attention_mask."
        )
    dense = {part: getattr(layer, f"_{part}_dense") for part in ("query", "key", "value", "output")}
    weights = {name: d.kernel for name, d in dense.items()}
    weights |= {f"{name}_bias": d.bias for name, d in dense.items() if d.bias is not None}
    width = dense["query"].kernel.shape[0]
    shapes = dict.fromkeys(("query", "key", "value"), (width, -1))
    shapes["output"] = (-1, dense["output"].kernel.shape[-1])
    shapes |= {f"{name}_bias": (-1,) for name in dense}
    causal = bool(call.get("use_causal_mask", False))
    return build.variable_node(
        "attention", inputs[0], weights, shapes, heads=layer.num_heads, causal=causal
    )


def _average(build: KerasBuilder, layer: Any, inputs: Any, call: Any) -> str:
    if layer.keepdims or layer.data_format != "channels_last":
        raise ValueError("A graph has GlobalAveragePooling1D without keepdims, channels last.")
    return build.node("average", inputs[0])


def _activate(name: str | None = None) -> Callable[..., str]:
    def convert(build: KerasBuilder, layer: Any, inputs: Any, call: Any) -> str:
        plain = not getattr(layer, "negative_slope", 0) and not getattr(layer, "threshold", 0)
        if not plain or getattr(layer, "max_value", None) is not None:
            raise ValueError(f"{_called(layer)}: a graph has the plain {_kind(layer)} only.")
        return build.node("activation", inputs[0], activation=name or _activation(layer))

    return convert


def _joined(op: str) -> Callable[..., str]:
    def convert(build: KerasBuilder, layer: Any, inputs: Any, call: Any) -> str:
        if op == "concat" and layer.axis not in (-1, 2):
            raise ValueError("A graph has Concatenate along the last axis only, axis=-1.")
        return build.node(op, *inputs)

    return convert


def _rescaling(build: KerasBuilder, layer: Any, inputs: Any, call: Any) -> str:
    if np.ndim(layer.scale) or np.any(layer.offset):
        raise ValueError("A graph has Rescaling by one number and without an offset.")
    return build.node("scale", inputs[0], factor=float(layer.scale))


LAYERS: dict[str, Callable[..., str]] = {
    "Embedding": _embedding,
    "SimpleRNN": _recurrent("simple_rnn"),
    "LSTM": _recurrent("lstm"),
    "GRU": _recurrent("gru"),
    "Dense": _dense,
    "LayerNormalization": _normalization,
    "MultiHeadAttention": _attention,
    "GlobalAveragePooling1D": _average,
    "Add": _joined("add"),
    "Concatenate": _joined("concat"),
    "Activation": _activate(),
    "ReLU": _activate("relu"),
    "Softmax": _activate("softmax"),
    "Rescaling": _rescaling,
    "TimeDistributed": lambda build, layer, inputs, call: build.layer(layer.layer, *inputs),
    "InputLayer": lambda build, layer, inputs, call: inputs[0],
}
