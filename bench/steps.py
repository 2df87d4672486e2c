"""One training step of the RNN that chapter 3 writes from scratch, against Keras' SimpleRNN.

The cell's code is the chapter's, read from the notebook. All ways have the same weights, compute
the same outputs, and are timed from inputs to gradients.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks/recurrence.ipynb"
TAG = "rnn-cell"
CLASSES = ("RNNCell", "LoopRNN")


class NoCell(RuntimeError):
    """The chapter or its cell is not there."""


@dataclass(frozen=True)
class Sizes:
    batch: int
    inputs: int
    units: int
    timesteps: tuple[int, ...]
    repeats: int

    @classmethod
    def full(cls) -> Sizes:
        return cls(batch=64, inputs=32, units=128, timesteps=(10, 50, 200), repeats=15)

    @classmethod
    def quick(cls) -> Sizes:
        return cls(batch=2, inputs=3, units=4, timesteps=(2, 3), repeats=2)


def chapter_classes(notebook: Path = NOTEBOOK) -> tuple[type, type]:
    """The chapter's RNN cell, and its layer that calls the cell at every step in a Python loop.

    Raises:
        NoCell: if the notebook does not define them in the cell tagged `rnn-cell`.
    """
    import keras
    import tensorflow as tf

    if not notebook.is_file():
        raise NoCell(f"there is no {notebook.name}, whose RNN cell is to be timed.")
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(c["source"]) for c in cells if TAG in c["metadata"].get("tags", ())]
    if len(sources) != 1:
        raise NoCell(f"{notebook.name} must have one cell tagged {TAG!r}, not {len(sources)}.")
    names: dict[str, Any] = {"keras": keras, "tf": tf, "np": np, "__name__": "rnn_cell"}
    exec(compile(sources[0], f"<{notebook.name}, {TAG}>", "exec"), names)
    missing = [name for name in CLASSES if name not in names]
    if missing:
        raise NoCell(
            f"the cell tagged {TAG!r} in {notebook.name} does not define {' and '.join(missing)}."
        )
    return names[CLASSES[0]], names[CLASSES[1]]


def measure(sizes: Sizes, notebook: Path = NOTEBOOK) -> dict[str, Any]:
    """Milliseconds of processor time for a forward and backward step, and ratios to SimpleRNN."""
    classes = chapter_classes(notebook)
    return {
        "batch": sizes.batch,
        "inputs": sizes.inputs,
        "units": sizes.units,
        "repeats": sizes.repeats,
        "rows": [measure_one(*classes, sizes, timesteps) for timesteps in sizes.timesteps],
    }


def measure_one(cell: type, loop_layer: type, sizes: Sizes, timesteps: int) -> dict[str, Any]:
    """One length of sequence."""
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(0)
    keras.utils.set_random_seed(0)
    x = tf.constant(rng.normal(size=(sizes.batch, timesteps, sizes.inputs)), tf.float32)
    simple = keras.layers.SimpleRNN(sizes.units, return_sequences=True)
    simple(x)
    # A bias of zeros would hide where in the sum the bias is added.
    simple.trainable_variables[-1].assign(rng.normal(size=sizes.units) / 10)
    outputs = simple(x).numpy()

    through_keras = keras.layers.RNN(cell(sizes.units), return_sequences=True)
    loop = loop_layer(sizes.units)
    for layer in (through_keras, loop):
        layer(x)
        copy_weights(simple, layer)

    ways = {
        "eager_loop": (loop, False),
        "compiled_loop": (loop, True),
        "rnn_cell": (through_keras, True),
        "simple_rnn": (simple, True),
    }
    difference = max(float(np.abs(layer(x).numpy() - outputs).max()) for layer, _ in ways.values())
    if not difference < 1e-4:
        raise NoCell(f"the chapter's RNN differs from SimpleRNN by {difference:.1e}.")
    steps = {name: gradient_step(layer, x, compiled) for name, (layer, compiled) in ways.items()}
    milliseconds = median_ms(steps, sizes.repeats)
    ratios = {name: ms / milliseconds["simple_rnn"] for name, ms in milliseconds.items()}
    return {
        "timesteps": timesteps,
        "milliseconds": milliseconds,
        "ratios": ratios,
        "largest_difference": difference,
    }


def gradient_step(layer: Any, x: Any, compiled: bool) -> Any:
    """A function of nothing: the gradients of the mean square of the outputs."""
    import tensorflow as tf

    def step() -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(layer(x)))
        return tape.gradient(loss, layer.trainable_variables)

    return tf.function(step) if compiled else step


def copy_weights(simple: Any, layer: Any) -> None:
    """Give the layer SimpleRNN's weights; inputs and units must differ, to tell them by shape."""
    by_shape = {tuple(weight.shape): weight for weight in simple.trainable_variables}
    for weight in layer.trainable_variables:
        weight.assign(by_shape[tuple(weight.shape)])


def median_ms(steps: dict[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """Median processor time of each; they take turns, and the first call is not counted."""
    found: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step()
    for _ in range(repeats):
        for name, step in steps.items():
            start = time.process_time()
            for gradient in step():
                gradient.numpy()
            found[name].append(1e3 * (time.process_time() - start))
    return {name: statistics.median(values) for name, values in found.items()}
