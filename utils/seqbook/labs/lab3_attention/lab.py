"""Lab 3 itself, and what its reference solutions share."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ...checking import FaultModel, Lab
from ...checking.probes import as_tensors, copied

# Longer than usual: to build and trace a layer of layers takes time on a busy machine.
LAB = Lab("Lab 3", mutants=Path(__file__).with_name("mutants.json"), seconds=25)
needs, progress, inputs = LAB.needs, LAB.progress, LAB.inputs

NO_MASK = np.True_
LOW = -1e9  # the score of what is masked

# Slip → what the scores are divided by, from the sizes of a query, of the queries, of the keys.
SCALES = {
    "no scaling": lambda d, queries, keys: 1.0,
    "divided by d": lambda d, queries, keys: float(d),
    "multiplied by the root": lambda d, queries, keys: d**-0.5,
    "d and 2": lambda d, queries, keys: 2 * d,
    "scaled twice": lambda d, queries, keys: float(d),
    "root of the keys": lambda d, queries, keys: keys**0.5,
    "root of the queries": lambda d, queries, keys: queries**0.5,
}
# Slip → what is done to the scores in place of a softmax over the keys.
CHOICES = {
    "over the queries": lambda s: softmax(s, -2),
    "over everything": lambda s: softmax(s, None),
    "over axis 1": lambda s: softmax(s, 1),
    "over the first axis": lambda s: softmax(s, 0),
    "axis lost in the sum": lambda s: shifted(s) / shifted(s).sum(-1),
    "axis lost twice": lambda s: np.exp(s - s.max(-1)) / np.exp(s - s.max(-1)).sum(-1),
    "divided by the mean": lambda s: softmax(s) * s.shape[-1],
    "largest is 1": lambda s: shifted(s),
    "divided by the length": lambda s: s / np.linalg.norm(s, axis=-1, keepdims=True),
    "hard maximum": lambda s: np.eye(s.shape[-1])[s.argmax(-1)],
    "no exponential": lambda s: s / s.sum(-1, keepdims=True),
    "not normalized": lambda s: np.exp(s.astype("float32")),
    "sigmoid": lambda s: 1 / (1 + np.exp(-s)),
    "log softmax": lambda s: np.log(softmax(s)),
    "least first": lambda s: softmax(-s),
    "softmax twice": lambda s: softmax(softmax(s)),
    "no softmax": lambda s: s,
}
# Slip → what stands for the product of weights and values.
PRODUCTS = {
    "values first": lambda w, v: v @ w,
    "weights times values": lambda w, v: w * v,
    "averaged": lambda w, v: w @ v / v.shape[-2],
}


def shifted(s: np.ndarray) -> np.ndarray:
    """The exponentials of each row, its largest 1."""
    return np.exp(s - s.max(-1, keepdims=True))


def softmax(s: np.ndarray, axis: int | None = -1) -> np.ndarray:
    """Weights along an axis, or over everything."""
    e = np.exp(s - s.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def swap(x: np.ndarray) -> np.ndarray:
    """The last two axes exchanged."""
    return np.swapaxes(x, -1, -2)


def switched(table: Mapping[str, Any], faults: frozenset[str], usual: Any) -> Any:
    """What a table holds for the slip that is switched on, else what is usual."""
    return next((value for name, value in table.items() if name in faults), usual)


def scores_of(queries: Any, keys: Any, faults: frozenset[str] = frozenset()) -> np.ndarray:
    """Each query with each key, divided by the root of their size."""
    if "query and key exchanged" in faults:
        queries, keys = keys, queries
    d, sizes = queries.shape[-1], (queries.shape[-2], keys.shape[-2])
    scale = switched(SCALES, faults, lambda d, *_: d**0.5)(d, *sizes)
    return queries @ swap(keys) / scale


def attend(
    queries: Any, keys: Any, values: Any, mask: Any = NO_MASK,
    faults: frozenset[str] = frozenset(),
) -> tuple[np.ndarray, np.ndarray]:
    """Outputs and weights of attention, with the slips of TODOs 1.3 and 2.3 as switches."""
    if "key and value exchanged" in faults:
        keys, values = values, keys
    mask = np.asarray(mask)
    if "mask ignored" in faults:
        mask = NO_MASK
    if "mask inverted" in faults:
        mask = ~mask
    if "mask over the queries" in faults:
        mask = swap(mask)
    scores = scores_of(queries, keys, faults)
    late = faults & {"mask after the softmax", "lowered after the softmax"}
    if "mask added" in faults:
        scores = scores + mask
    elif "raised in place of lowered" in faults:
        scores = np.where(mask, scores, -LOW)
    elif not late:
        low = switched({"zero for the mask": 0.0, "minus one": -1.0, "minus ten": -10.0}, faults, LOW)
        scores = np.where(mask, scores, low)
    weights = switched(CHOICES, faults, softmax)(scores)
    if "mask after the softmax" in faults:
        weights = weights * mask
    if "lowered after the softmax" in faults:
        weights = np.where(mask, weights, LOW)
    if "keys for values" in faults:
        values = keys
    if "queries for values" in faults:
        values = queries
    if "turned back" in faults:
        weights = softmax(swap(scores))
    turned = faults & {"weights transposed", "turned back"}
    product = switched(PRODUCTS, faults, lambda w, v: (swap(w) if turned else w) @ v)
    return product(weights, values), scores if "scores returned" in faults else weights


# What no number shows: can the answer be trained, and be run by the network that is trained? ------

NO_GRADIENT = (
    "the numbers are right, but they leave TensorFlow on the way, so no gradient comes back{to} and "
    "nothing can be trained. Use `tf.` or `ops.` functions where `np.` or `.numpy()` stands."
)
NOT_TRACED = (
    "the numbers are right, but training runs your code inside a `tf.function`, where a tensor has "
    "no numbers yet, and there it stops. Leave out `np.`, `.numpy()` and `int(...)` of tensors."
)
DOUBLE = (
    "the numbers are right, but they are float64, and the network computes in float32. Cast your "
    'own numbers: `.astype("float32")` or `tf.cast(..., tf.float32)`.'
)


def trainable(answer: Any, model: FaultModel, at: int = 1) -> list[tuple[str, str]] | None:
    """What keeps a right answer from being trained, None if nothing does.

    The answer runs inside a `tf.function`, as it does in training, and the gradient of its first
    result must reach every array of floats that it is given.
    """
    import tensorflow as tf

    probe = as_tensors(copied(model.probes[at]))
    tensors = {i: part for i, part in enumerate(probe) if tf.is_tensor(part)}
    floats = [i for i, part in tensors.items() if part.dtype.is_floating]
    kinds: list[Any] = []

    @tf.function(autograph=False)  # the code runs as it stands
    def gradients(parts: dict[int, Any]) -> Any:
        with tf.GradientTape() as tape:
            tape.watch([parts[i] for i in floats])
            got = answer(*(parts.get(i, part) for i, part in enumerate(probe)))
            first = got[0] if isinstance(got, tuple | list) and len(got) == 2 else got
            if isinstance(first, list):  # of heads or rows, as Keras takes them too
                first = tf.stack(first)
            kinds.append(getattr(first, "dtype", None))
            loss = tf.reduce_sum(first * first) if floats else first
        return tape.gradient(loss, [parts[i] for i in floats]) if floats else [loss]

    try:
        found = gradients.get_concrete_function(tensors)(tensors)
    except Exception as error:
        double = "double" in str(error) or "float64" in str(error)
        return [("float64", DOUBLE) if double else ("not traced", NOT_TRACED)]
    if any(gradient is None for gradient in found):
        lost = [model.names[i] for i, g in zip(floats, found, strict=True) if g is None]
        to = f" to `{lost[0]}`" if len(lost) < len(floats) else ""
        return [("no gradient", NO_GRADIENT.format(to=to))]
    return [("float64", DOUBLE)] if "float64" in str(kinds[0]) else None


def two_results(answer: Any, model: FaultModel) -> list[tuple[str, str]] | None:
    """What to say of a wrong answer that returns one array where two are wanted."""
    probe = as_tensors(copied(model.probes[0]))
    with suppress(Exception):
        if hasattr(model.call(answer, *probe) if model.call else answer(*probe), "shape"):
            wanted = " and ".join(model.expected(model.probes[0]))
            return [("outputs only", f"one array came back. Return two, {wanted}, with a comma "
                     "between them.")]  # fmt: skip
    return None
