"""A graph as JSON, its matrices rounded to eight bits, for a page or a file."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from .description import SETTINGS, Graph, Node
from .from_keras import from_keras

Packed = dict[str, Any]
FORMAT = 2
BY_ROW = ("embeddings", "table")
BY_COLUMN = ("kernel", "recurrent_kernel", "query", "key", "value", "output")


def pack(model: Any, bits: int = 8) -> Packed:
    """A graph, or a Keras model that `from_keras` reads, as JSON types.

    Args:
        model: what to pack.
        bits: 8 rounds matrices to whole numbers from -127 to 127 with one scale for each column
            (for each row of an embedding or a table of positions); 32 keeps float32. Biases and
            other small weights stay float32.

    Raises:
        ValueError: other `bits`, or a model that is no graph.
    """
    if bits not in (8, 32):
        raise ValueError(f"bits must be 8 or 32, got {bits!r}.")
    graph = model if isinstance(model, Graph) else from_keras(model)
    nodes = [
        {
            "name": node.name,
            "op": node.op,
            "inputs": list(node.inputs),
            "units": graph.widths[node.name],
            **node.settings,
            "weights": {name: _pack(array, bits, name) for name, array in node.weights.items()},
        }
        for node in graph.nodes
    ]
    return {"format": FORMAT, "inputs": graph.inputs, "size": graph.size, "nodes": nodes}


def unpack(packed: Packed) -> Graph:
    """The graph that nn.js runs, with its weights as they were rounded, in float32."""
    if packed.get("format") != FORMAT:
        raise ValueError(f"This network was packed in another format than {FORMAT}: pack it again.")
    return Graph(
        [
            Node(
                node["name"],
                node["op"],
                tuple(node["inputs"]),
                {key: node[key] for key in SETTINGS.get(node["op"], ())},
                {name: _unpack(array) for name, array in node["weights"].items()},
            )
            for node in packed["nodes"]
        ]
    )


def _pack(array: np.ndarray, bits: int, name: str) -> Packed:
    if bits == 32 or name not in BY_ROW + BY_COLUMN:
        return {"shape": list(array.shape), "bits": 32, "data": _text(array, "<f4")}
    axis = 0 if name in BY_ROW else 1  # the axis that has a scale for each place
    largest = np.abs(array).max(axis=1 - axis, keepdims=True)
    scale = (np.where(largest > 0, largest, 1) / 127).astype("<f4")
    return {
        "shape": list(array.shape),
        "bits": 8,
        "axis": axis,
        "scale": _text(scale, "<f4"),
        "data": _text(np.clip(np.rint(array / scale), -127, 127), "i1"),
    }


def _unpack(packed: Packed) -> np.ndarray:
    shape = tuple(packed["shape"])
    if packed["bits"] == 32:
        return _numbers(packed["data"], "<f4").reshape(shape).astype(np.float32)
    scale = _numbers(packed["scale"], "<f4").reshape((-1, 1) if packed["axis"] == 0 else (1, -1))
    return _numbers(packed["data"], "i1").reshape(shape).astype(np.float32) * scale


def _text(array: np.ndarray, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array).astype(dtype).tobytes()).decode()


def _numbers(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)
