"""Part 4: a step of training, and where the class token looks."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ...checking import FaultModel, Verdict, numbers
from ..lab3_attention.lab import NOT_TRACED, softmax, switched
from .lab import LAB, Array, crashed, dense

# 4.1 · A step of training -----------------------------------------------------------------------

TRAIN_HINTS = {
    "training flag forgotten": "the model is not told that this is training, so its dropout is not "
    "used. Call `model(images, training=True)`.",
    "logits taken for probabilities": "the loss takes the logits for probabilities. Say what they "
    "are: `from_logits=True`.",
    "softmax twice": "the softmax is taken twice: once by you, and once by the loss because of "
    "`from_logits=True`. Give the loss the logits.",
    "summed": "the losses of the images are summed. Take their mean: `tf.reduce_mean`.",
    "not averaged": "the losses of the images were not averaged: one number for each came back. "
    "Take their mean: `tf.reduce_mean`.",
    "not applied": "the loss is right, but the weights have not changed. The gradients must reach "
    "the optimizer: `optimizer.apply(gradients, model.trainable_variables)`.",
    "applied twice": "the loss is right, but the optimizer made two steps. Apply the gradients "
    "once.",
    "uphill": "the loss is right, but the step goes uphill: the gradients have the wrong sign. "
    "Apply them as the tape gives them.",
    "first weight only": "the loss is right, but only the first weight has changed. Apply the "
    "gradients of all `model.trainable_variables`.",
    "last weight only": "the loss is right, but only the last weight has changed. Apply the "
    "gradients of all `model.trainable_variables`.",
    "loss after the step": "the weights are right, but the loss was computed after the step. "
    "Return the loss from inside the tape.",
    "mean squared error": "this is the mean squared error. For classes use the cross-entropy: "
    "`keras.losses.sparse_categorical_crossentropy`.",
    "first class for all": "the loss is as if every label were 0. Use `labels`.",
    "logits returned": "the weights are right, but the logits came back. Return the loss.",
    "accuracy returned": "the weights are right, but the accuracy came back. Return the loss.",
}
NO_TAPE = [("outside the tape", (
    "no gradient came back. Both the call of the model and the loss must stand *inside* the `with` "
    "block of the tape, and the loss must not go through NumPy, `float(...)` or an argmax."
))]  # fmt: skip
ONE_HOT = [("one-hot labels", (
    "`labels` are class numbers, and the *sparse* cross-entropy takes them as they are. Leave out "
    "`one_hot`, or use the loss without *sparse*."
))]  # fmt: skip
CATEGORICAL = [("sparse forgotten", (
    "`categorical_crossentropy` wants one-hot labels, and these are class numbers. Use "
    "`sparse_categorical_crossentropy`."
))]  # fmt: skip
RATE = 0.5  # of the plain gradient descent in this check


@functools.cache
def toy_model() -> Any:
    """A class of small models: one dense layer, whose "dropout" adds in place of dropping."""
    import keras

    class Toy(keras.Model):
        def __init__(self, kernel: Any, bias: Any):
            super().__init__()
            self.kernel = self.add_weight(kernel.shape, name="kernel")
            self.bias = self.add_weight(bias.shape, name="bias")
            self.kernel.assign(kernel)
            self.bias.assign(bias)

        def call(self, images: Any, training: bool = False) -> Any:
            x = keras.ops.reshape(images, (-1, self.kernel.shape[0]))
            x = x + 0.4 * x * x if training else x
            return x @ self.kernel + self.bias

    return Toy


def losses_of(logits: Array, labels: Array, faults: frozenset[str]) -> tuple[Array, Array]:
    """The loss of each image, and its gradient with respect to its logits."""
    one_hot = np.eye(logits.shape[1])[labels]
    p = softmax(logits)
    if "mean squared error" in faults:
        gap = logits - one_hot
        return (gap**2).mean(1), 2 * gap / logits.shape[1]
    if "logits taken for probabilities" in faults:  # Keras clips them, then takes the logarithm
        clipped = np.clip(logits, 1e-7, 1 - 1e-7)
        inside = (logits > 1e-7) & (logits < 1 - 1e-7)
        q = softmax(np.log(clipped))
        return -np.log((q * one_hot).sum(1)), (q - one_hot) / clipped * inside
    if "softmax twice" in faults:
        q = softmax(p)
        gap = q - one_hot
        return -np.log((q * one_hot).sum(1)), p * (gap - (gap * p).sum(1, keepdims=True))
    return -np.log((p * one_hot).sum(1)), p - one_hot


def train_model(
    images: Array, labels: Array, kernel: Array, bias: Array,
    faults: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """The loss, and the weights after one step of gradient descent."""
    x = images.reshape(len(images), -1).astype("float64")
    if "training flag forgotten" not in faults:
        x = x + 0.4 * x * x
    labels = labels * 0 if "first class for all" in faults else labels
    whole = bool(faults & {"summed", "not averaged"})
    logits = x @ kernel + bias
    losses, slope = losses_of(logits, labels, faults)
    slope = slope if whole else slope / len(x)
    times = {"not applied": 0, "uphill": -1}
    rate = RATE * switched(times, faults, 1)
    new = [kernel - rate * x.T @ slope, bias - rate * slope.sum(0)]
    if "applied twice" in faults:
        new = [2 * after - before for after, before in zip(new, (kernel, bias), strict=True)]
    if "first weight only" in faults:
        new[1] = bias
    if "last weight only" in faults:
        new[0] = kernel
    after = losses_of(x @ new[0] + new[1], labels, faults)[0].mean()
    returned = {
        "summed": losses.sum(), "not averaged": losses, "loss after the step": after,
        "logits returned": logits, "accuracy returned": (logits.argmax(1) == labels).mean(),
    }  # fmt: skip
    loss = switched(returned, faults, losses.mean())
    return {"the loss": loss, "the new weights": np.concatenate([w.ravel() for w in new])}


def trained(answer: Any, images: Any, labels: Any, kernel: Any, bias: Any) -> Any:
    """One step of the answer with a toy model: its loss, and the new weights."""
    import keras

    model = toy_model()(kernel, bias)
    loss = answer(model, keras.optimizers.SGD(RATE), images, labels)
    if loss is None:
        return None
    return loss, np.concatenate([np.ravel(weight) for weight in model.get_weights()])


def _train_probe(batch: int, height: int, width: int, classes: int, phase: float) -> tuple:
    labels = (np.arange(batch) * 2 + 1).astype("int32") % classes
    return (numbers(batch, height, width, 1, phase=phase), labels,
            *dense(height * width, classes, phase + 1))  # fmt: skip


TRAIN = FaultModel(
    train_model,
    TRAIN_HINTS,
    [_train_probe(3, 2, 2, 3, 0.3), _train_probe(5, 2, 3, 4, 1.2)],
    most=1,
    close=(1e-3, 1e-4),
    call=trained,
    args=lambda images, labels, kernel, bias: (
        toy_model()(kernel, bias), __import__("keras").optimizers.SGD(RATE), images, labels),
    families=False,
)  # fmt: skip


def traced(answer: Any) -> Verdict:
    """The numbers are right. Does the step run inside a `tf.function`, as training does?"""
    import keras
    import tensorflow as tf

    images, labels, kernel, bias = TRAIN.probes[0]
    model, optimizer = toy_model()(kernel, bias), keras.optimizers.SGD(RATE)
    optimizer.build(model.trainable_variables)
    step = tf.function(lambda x, y: answer(model, optimizer, x, y), autograph=False)
    try:
        step.get_concrete_function(tf.constant(images), tf.constant(labels))
    except Exception:
        return [("not traced", NOT_TRACED)]
    return None


@LAB.exercise("4.1", "A step of training: the loss, its gradients, the optimizer.")
def train_step(answer: Any) -> Any:
    """Check `train_step(model, optimizer, images, labels)`."""
    said = TRAIN.judge(answer)
    if said is None:
        return traced(answer)
    if crashed(said, "No gradients", "Attempt to convert a value (None)"):
        return NO_TAPE
    if crashed(said, "same shape", "Arguments `target` and `output`"):
        return CATEGORICAL
    if crashed(said, "labels", "must have the same rank", "rank"):
        return ONE_HOT
    return said


# 5.1 · Where the class token looks --------------------------------------------------------------

GRID_HINTS = {
    "class column kept": "the grid holds column 0, the class token's weight for itself, and lacks "
    "the last patch. Leave the first column out: `[1:]`.",
    "looked at it": "this is how much each patch attends to the class token: a column. How much "
    "the class token attends to each patch is its row, `weights[:, :, 0, 1:]`.",
    "all queries": "the weights are averaged over all queries. Take only the class token's row, "
    "row 0.",
    "patch queries": "the weights are averaged over the patches' rows. Take only the class token's "
    "row, row 0.",
    "first patch's row": "this is the row of the first patch. The class token's is row 0.",
    "last patch's row": "this is the row of the last patch. The class token's is row 0.",
    "first head": "only the first head is used. Take the mean of all heads, axis 1.",
    "last head": "only the last head is used. Take the mean of all heads, axis 1.",
    "largest head": "the largest of the heads' weights is taken. Take their mean.",
    "summed over heads": "the heads are added up. Take their mean.",
    "heads kept": "the heads are still separate: (batch, heads, rows, columns). Take their mean, "
    "axis 1.",
    "over the batch": "the mean is over the images, axis 0. The heads are axis 1: each image keeps "
    "its own map.",
    "column-major": "the grid is filled column by column. The patches are in reading order: reshape "
    "to (batch, rows, columns).",
    "rows and columns swapped": "the grid has the shape (batch, columns, rows). Rows come first.",
    "transposed": "the grid is transposed. Keep it as (batch, rows, columns), in reading order.",
    "not a grid": "the weights are right, but still in one row. Reshape to (batch, rows, columns).",
    "made to sum to 1": "the grid is divided by its sum. Leave it as it is: what is missing from 1 "
    "is the class token's weight for itself.",
    "largest is 1": "the grid is divided by its largest weight. Leave it as it is.",
    "first image only": "only the first image's map came back. Return one for each: (batch, rows, "
    "columns).",
    "softmax again": "a softmax is taken of the weights. They have been through it already: leave "
    "it out.",
}
LEFT_OUT = [("class column not left out", (
    "there is one weight too many for the grid: column 0, the class token's weight for itself. "
    "Leave it out before the reshape: `weights[:, :, 0, 1:]`."
))]  # fmt: skip


def grid_model(
    weights: Array, rows: int, columns: int, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The class token's row without its own column, averaged over the heads, as a grid."""
    seen = {
        "class column kept": weights[:, :, 0, :-1], "looked at it": weights[:, :, 1:, 0],
        "all queries": weights.mean(2)[..., 1:], "patch queries": weights[:, :, 1:, 1:].mean(2),
        "first patch's row": weights[:, :, 1, 1:], "last patch's row": weights[:, :, -1, 1:],
    }  # fmt: skip
    row = switched(seen, faults, weights[:, :, 0, 1:])  # (batch, heads, patches)
    heads = {
        "first head": row[:, 0], "last head": row[:, -1], "largest head": row.max(1),
        "summed over heads": row.sum(1), "heads kept": row, "over the batch": row.mean(0),
    }  # fmt: skip
    mean = switched(heads, faults, row.mean(1))
    if "softmax again" in faults:
        mean = softmax(mean)
    if "made to sum to 1" in faults:
        mean = mean / mean.sum(-1, keepdims=True)
    if "largest is 1" in faults:
        mean = mean / mean.max(-1, keepdims=True)
    front = mean.shape[:-1]
    grid = mean.reshape(*front, rows, columns)
    made = {
        "column-major": lambda: mean.reshape(*front, columns, rows).swapaxes(-1, -2),
        "rows and columns swapped": lambda: mean.reshape(*front, columns, rows),
        "transposed": lambda: grid.swapaxes(-1, -2),
        "not a grid": lambda: mean, "first image only": lambda: grid[0],
    }  # fmt: skip
    return {"the grid": switched(made, faults, lambda: grid)()}


def _grid_probe(batch: int, heads: int, rows: int, columns: int, phase: float) -> tuple:
    steps = rows * columns + 1
    weights = softmax(2 * numbers(batch, heads, steps, steps, phase=phase))
    return weights.astype("float32"), rows, columns


GRID = FaultModel(
    grid_model,
    GRID_HINTS,
    [_grid_probe(2, 2, 2, 2, 0.3), _grid_probe(3, 2, 2, 3, 1.1), _grid_probe(2, 4, 4, 2, 2.3)],
    most=1,
    tensors=True,
    axes={"weights": "batch heads queries keys", "the grid": "batch rows columns"},
    families=False,
)


@LAB.exercise("5.1", "The map: the class token's row, without itself, as a grid.")
def attention_grid(answer: Any) -> Verdict:
    """Check `attention_grid(weights, rows, columns)`."""
    said = GRID.judge(answer)
    return LEFT_OUT if crashed(said, "reshape") else said
