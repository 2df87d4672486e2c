"""Small trained networks for live figures: packed in Python, run by `nn.js` in the page.

    from seqbook.explorers import in_page

    packed = in_page.pack(model)               # a built keras.Sequential, or a list of layers
    trace = in_page.forward(packed, ids)       # the same arithmetic in NumPy, for tests
    model.set_weights(in_page.unpack(packed))  # Keras with the rounded weights

An explorer puts `packed` into its `config` and names the file it needs, `scripts = ("nn.js",)`;
its JavaScript says `const net = network(config.model)`. What `net` can do stands at the top of
`nn.js`.

The network reads one sequence from left to right, so it can be stopped after any step: the output
at step t is what the model answers to the first t steps. Layers: Embedding, SimpleRNN, LSTM, GRU,
Dense, LayerNormalization and GlobalAveragePooling1D, masks honored. Dropout and noise are left
out, as Keras does when it predicts. A layer that reads from the right, or all at once, is refused.

To add a kind of layer, give it an entry in `KINDS` here and one of the same name in `nn.js`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Packed = dict[str, Any]
Arrays = dict[str, np.ndarray]
Edit = Callable[[np.ndarray, int, int, str], "np.ndarray | None"]

# All names of weights, in the order in which a Keras layer lists those that it has.
WEIGHTS = ("embeddings", "kernel", "recurrent_kernel", "bias", "gamma", "beta")
_MAIN = ("embeddings", "kernel", "gamma", "beta")
ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: (1 + np.tanh(z / 2)) / 2,  # does not overflow
    "softmax": lambda z: _softmax(z),
}
LEFT_OUT = ("InputLayer", "Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout")


@dataclass(frozen=True)
class Trace:
    """Every step of a pass. The leading axes are those of the input: (steps,) or (batch, steps)."""

    outputs: np.ndarray
    """What the model answers after each step, shape (..., steps, outputs)."""
    details: list[Arrays]
    """For each layer its named values, each (..., steps, units), as `nn.js` gives them.

    A recurrent layer's gates are NaN at a masked step; its state is the state before.
    """


# --- Packing ----------------------------------------------------------------------------------


def pack(model: Any, bits: int = 8) -> Packed:
    """A built `keras.Sequential`, or a list of built layers, as JSON types.

    Args:
        model: the layers in the order in which they are applied.
        bits: 8 rounds matrices to whole numbers from -127 to 127 with one scale for each column
            (for each row of an embedding); 32 keeps float32. Biases and other small ones
            stay float32.

    Raises:
        ValueError: a layer or setting that `nn.js` does not run, a layer without weights, layers
            that do not fit together, or other `bits`.
    """
    if bits not in (8, 32):
        raise ValueError(f"bits must be 8 or 32, got {bits!r}.")
    layers = [_pack_layer(layer, bits) for layer in _flat(model)]
    if not layers:
        raise ValueError("The model has no layer to pack.")
    first, size, over = layers[0], layers[0]["inputs"], None
    if size is None:
        raise ValueError(f"The first layer must have weights; {first['type']} has none.")
    packed = {
        "format": 1,
        "inputs": "ids" if first["type"] == "Embedding" else "vectors",
        "size": size,
        "layers": layers,
    }
    for layer in layers:
        kind = KINDS[layer["type"]]
        if layer["type"] == "Embedding" and layer is not first:
            raise ValueError("An Embedding can only be the first layer.")
        inputs = layer.pop("inputs")
        if inputs not in (None, size):
            raise ValueError(
                f"{layer['type']} expects vectors of {inputs}, but gets {size}: "
                "give the layers in the order in which they are applied."
            )
        if over and kind.start:
            raise ValueError(
                f"{layer['type']} needs every step, but the {over} before it gives only the last: "
                "use return_sequences=True there."
            )
        if not layer.get("return_sequences", True):
            over = layer["type"]
        size = layer.setdefault("units", size)
    return packed


def unpack(packed: Packed) -> list[np.ndarray]:
    """The weights as `nn.js` uses them, float32, in the order of Keras' `get_weights()`."""
    return [
        _unpack_array(layer["weights"][name])
        for layer in packed["layers"]
        for name in WEIGHTS
        if name in layer["weights"]
    ]


def _flat(model: Any) -> list[Any]:
    """The layers that do something, nested Sequential models opened."""
    if not isinstance(model, (list, tuple)):
        if type(model).__name__ != "Sequential":
            raise ValueError(
                "model must be a built keras.Sequential or a list of layers in the order in which "
                f"they are applied, got {type(model).__name__}."
            )
        model = model.layers
    layers: list[Any] = []
    for layer in model:
        name = type(layer).__name__
        if name == "Sequential":
            layers += _flat(layer)
        elif name not in LEFT_OUT:
            if name not in KINDS:
                raise ValueError(
                    f"nn.js has no layer {name}; it runs {', '.join(KINDS)}. "
                    "Give a list of layers to pack a part of the model."
                )
            layers.append(layer)
    return layers


def _pack_layer(layer: Any, bits: int) -> Packed:
    name = type(layer).__name__
    if not layer.built:
        raise ValueError(f"{name} has no weights yet: call the model on one batch before.")
    settings = KINDS[name].settings(layer)
    arrays = {weight.name: np.asarray(weight, np.float32) for weight in layer.weights}
    # Their first axis is the layer's input; a LayerNormalization may have beta alone, or nothing.
    main = next((arrays[w] for w in _MAIN if w in arrays), None)
    if any(array.size == 0 or not np.all(np.isfinite(array)) for array in arrays.values()):
        raise ValueError(f"The weights of {name} must be finite numbers.")
    return {
        "type": name,
        "inputs": None if main is None else len(main),
        **settings,
        "weights": {w: _pack_array(array, bits, w) for w, array in arrays.items()},
    }


def _pack_array(array: np.ndarray, bits: int, name: str) -> Packed:
    if bits == 32 or name not in ("embeddings", "kernel", "recurrent_kernel"):
        return {"shape": list(array.shape), "bits": 32, "data": _text(array, "<f4")}
    axis = 0 if name == "embeddings" else 1  # the axis that has a scale for each place
    largest = np.abs(array).max(axis=1 - axis, keepdims=True)
    scale = (np.where(largest > 0, largest, 1) / 127).astype("<f4")
    return {
        "shape": list(array.shape),
        "bits": 8,
        "axis": axis,
        "scale": _text(scale, "<f4"),
        "data": _text(np.clip(np.rint(array / scale), -127, 127), "i1"),
    }


def _unpack_array(packed: Packed) -> np.ndarray:
    shape = tuple(packed["shape"])
    if packed["bits"] == 32:
        return _numbers(packed["data"], "<f4").reshape(shape).astype(np.float32)
    scale = _numbers(packed["scale"], "<f4").reshape((-1, 1) if packed["axis"] == 0 else (1, -1))
    return _numbers(packed["data"], "i1").reshape(shape).astype(np.float32) * scale


def _text(array: np.ndarray, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array).astype(dtype).tobytes()).decode()


def _numbers(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)


# --- Settings of a layer that matter here -----------------------------------------------------


def _activation(layer: Any, attribute: str = "activation") -> str:
    name = getattr(getattr(layer, attribute), "__name__", "?")
    if name not in ACTIVATIONS:
        raise ValueError(
            f"nn.js has no activation {name} ({type(layer).__name__}); "
            f"it has {', '.join(ACTIVATIONS)}."
        )
    return name


def _embedding(layer: Any) -> Packed:
    return {"units": layer.output_dim, "mask_zero": bool(layer.mask_zero)}


def _dense(layer: Any) -> Packed:
    return {"units": layer.units, "activation": _activation(layer)}


def _recurrent(layer: Any) -> Packed:
    for name in ("go_backwards", "zero_output_for_mask"):
        if getattr(layer, name, False):
            raise ValueError(f"nn.js does not run {type(layer).__name__} with {name}=True.")
    return {
        "units": layer.units,
        "activation": _activation(layer),
        "return_sequences": bool(layer.return_sequences),
    }


def _gated(layer: Any) -> Packed:
    return {**_recurrent(layer), "recurrent_activation": _activation(layer, "recurrent_activation")}


def _gru(layer: Any) -> Packed:
    return {**_gated(layer), "reset_after": bool(layer.reset_after)}


def _normalization(layer: Any) -> Packed:
    axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    if list(axes) not in ([-1], [2]) or getattr(layer, "rms_scaling", False):
        raise ValueError("nn.js runs LayerNormalization over the last axis only, axis=-1.")
    return {"epsilon": float(layer.epsilon)}


def _average(layer: Any) -> Packed:
    if layer.keepdims or layer.data_format != "channels_last":
        raise ValueError("nn.js runs GlobalAveragePooling1D without keepdims, channels last.")
    return {"return_sequences": False}


# --- The same network in NumPy ----------------------------------------------------------------


def forward(packed: Packed, x: npt.ArrayLike, edit: Edit | None = None) -> Trace:
    """What `nn.js` computes, for one sequence or a batch.

    Args:
        packed: what `pack` gives.
        x: ids, shape (steps,) or (batch, steps), for a model that begins with an Embedding;
            else vectors, shape (steps, inputs) or (batch, steps, inputs).
        edit: called as `edit(values, t, layer, name)` for each named value right after it is
            computed, with `values` of shape (batch, units), `t` from 0 and `layer` the place in
            `packed["layers"]`; what it returns, unless None, is used instead.

    Raises:
        ValueError: `x` has another shape, or an id that the model does not have.
    """
    ids = packed["inputs"] == "ids"
    x = np.asarray(x)
    if x.ndim not in ((1, 2) if ids else (2, 3)) or 0 in x.shape:
        wanted = "(steps,) or (batch, steps)" if ids else "(steps, inputs), with a batch or without"
        raise ValueError(f"x must have shape {wanted}, got {x.shape}.")
    if ids and (x.dtype.kind not in "iu" or x.min() < 0 or x.max() >= packed["size"]):
        raise ValueError(f"ids must be whole numbers from 0 to {packed['size'] - 1}.")
    if not ids and x.shape[-1] != packed["size"]:
        raise ValueError(f"x must have {packed['size']} inputs a step, got {x.shape[-1]}.")
    alone = x.ndim == (1 if ids else 2)
    x = x[None] if alone else x

    layers = packed["layers"]
    weights = [{w: _unpack_array(a).astype(float) for w, a in s["weights"].items()} for s in layers]
    states: list[Arrays | None] = [None] * len(layers)
    outputs: list[np.ndarray] = []
    details: list[list[Arrays]] = [[] for _ in layers]
    for t in range(x.shape[1]):
        value, mask = x[:, t], None
        for k, (layer, w) in enumerate(zip(layers, weights, strict=True)):
            kind = KINDS[layer["type"]]

            def use(name: str, found: np.ndarray, t: int = t, k: int = k) -> np.ndarray:
                changed = edit(found, t, k, name) if edit else None
                return found if changed is None else np.asarray(changed, float)

            if layer.get("mask_zero"):
                mask = (value != 0)[:, None]
            if kind.start is None:
                value, found = kind.step(layer, w, value, use)
            else:
                was = states[k]
                if was is None:
                    was = kind.start(layer["units"], len(x))
                now, found = kind.step(layer, w, value, use, was)
                if mask is not None:
                    now = {n: np.where(mask, v, was[n]) for n, v in now.items()}
                    found = {n: np.where(mask, v, now.get(n, np.nan)) for n, v in found.items()}
                states[k] = now
                value = kind.read(now)
                if not layer["return_sequences"]:
                    mask = None
            details[k].append(found)
        outputs.append(value)

    def join(steps: list[np.ndarray]) -> np.ndarray:
        return np.stack(steps, axis=1)[0] if alone else np.stack(steps, axis=1)

    named = [{name: join([step[name] for step in steps]) for name in steps[0]} for steps in details]
    return Trace(join(outputs), named)


def _softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


Use = Callable[[str, np.ndarray], np.ndarray]


def _embed(layer: Packed, w: Arrays, x: np.ndarray, use: Use) -> tuple[np.ndarray, Arrays]:
    y = use("y", w["embeddings"][x])
    return y, {"y": y}


def _apply_dense(layer: Packed, w: Arrays, x: np.ndarray, use: Use) -> tuple[np.ndarray, Arrays]:
    z = use("z", x @ w["kernel"] + w.get("bias", 0))
    y = use("y", ACTIVATIONS[layer["activation"]](z))
    return y, {"z": z, "y": y}


def _normalize(layer: Packed, w: Arrays, x: np.ndarray, use: Use) -> tuple[np.ndarray, Arrays]:
    centered = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + layer["epsilon"])
    y = use("y", centered / deviation * w.get("gamma", 1) + w.get("beta", 0))
    return y, {"y": y}


def _zeros(*names: str) -> Callable[[int, int], Arrays]:
    return lambda units, batch: {name: np.zeros((batch, units)) for name in names}


def _simple(
    layer: Packed, w: Arrays, x: np.ndarray, use: Use, was: Arrays
) -> tuple[Arrays, Arrays]:
    z = x @ w["kernel"] + was["h"] @ w["recurrent_kernel"] + w.get("bias", 0)
    h = use("h", ACTIVATIONS[layer["activation"]](z))
    return {"h": h}, {"h": h}


def _apply_lstm(
    layer: Packed, w: Arrays, x: np.ndarray, use: Use, was: Arrays
) -> tuple[Arrays, Arrays]:
    gate, tanh = ACTIVATIONS[layer["recurrent_activation"]], ACTIVATIONS[layer["activation"]]
    z = x @ w["kernel"] + was["h"] @ w["recurrent_kernel"] + w.get("bias", 0)
    i, f, g, o = np.split(z, 4, axis=-1)
    i, f, g, o = use("i", gate(i)), use("f", gate(f)), use("g", tanh(g)), use("o", gate(o))
    c = use("c", f * was["c"] + i * g)
    h = use("h", o * tanh(c))
    return {"h": h, "c": c}, {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}


def _apply_gru(
    layer: Packed, w: Arrays, x: np.ndarray, use: Use, was: Arrays
) -> tuple[Arrays, Arrays]:
    gate, tanh = ACTIVATIONS[layer["recurrent_activation"]], ACTIVATIONS[layer["activation"]]
    units, h, recurrent = layer["units"], was["h"], w["recurrent_kernel"]
    bias = w.get("bias", np.zeros((2, 1))) if layer["reset_after"] else [w.get("bias", 0), 0]
    x_z, x_r, x_g = np.split(x @ w["kernel"] + bias[0] + np.zeros(3 * units), 3, axis=-1)
    h_z, h_r, h_g = np.split(h @ recurrent + bias[1], 3, axis=-1)
    z, r = use("z", gate(x_z + h_z)), use("r", gate(x_r + h_r))
    inner = r * h_g if layer["reset_after"] else (r * h) @ recurrent[:, 2 * units :]
    g = use("g", tanh(x_g + inner))
    h = use("h", z * h + (1 - z) * g)
    return {"h": h}, {"z": z, "r": r, "g": g, "h": h}


def _mean(layer: Packed, w: Arrays, x: np.ndarray, use: Use, was: Arrays) -> tuple[Arrays, Arrays]:
    now = {"sum": was["sum"] + x, "n": was["n"] + 1}
    return now, dict(now)


@dataclass(frozen=True)
class Kind:
    """A kind of layer: what is kept of Keras' and one step of it in NumPy.

    With `start` the layer has a state, arrays of (batch, units) by name: `step` then gives the new
    state in place of an output, and `read` the output from it. A masked step keeps the state.
    """

    settings: Callable[[Any], Packed]
    step: Callable[..., tuple[Any, Arrays]]
    start: Callable[[int, int], Arrays] | None = None  # from (units, batch)
    read: Callable[[Arrays], np.ndarray] = lambda state: state["h"]


KINDS = {
    "Embedding": Kind(_embedding, _embed),
    "SimpleRNN": Kind(_recurrent, _simple, _zeros("h")),
    "LSTM": Kind(_gated, _apply_lstm, _zeros("h", "c")),
    "GRU": Kind(_gru, _apply_gru, _zeros("h")),
    "Dense": Kind(_dense, _apply_dense),
    "LayerNormalization": Kind(_normalization, _normalize),
    "GlobalAveragePooling1D": Kind(
        _average, _mean, _zeros("sum", "n"), lambda now: now["sum"] / np.maximum(now["n"], 1)
    ),
}
