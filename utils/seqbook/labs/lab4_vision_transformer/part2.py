"""Part 2: from patches to tokens: the embedding, the class token, the positions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...checking import FaultModel, Verdict, numbers
from ..lab3_attention.lab import switched, trainable
from .lab import LAB, Array, crashed, dense
from .part1 import IMAGE_AXES, IMAGES, patches, windows

TOKEN_AXES = "batch patches d_model"

# 2.1 · The embedding ----------------------------------------------------------------------------

EMBED_HINTS = {
    "no bias": "the bias is missing: add it to each token.",
    "bias twice": "the bias is added twice. Add it once.",
    "bias subtracted": "the bias is subtracted. Add it.",
    "kernel transposed": "the kernel is transposed. It is (numbers of a patch, d_model) and stands "
    "on the right of the product as it is.",
    "reshape only": "the image is reshaped, not cut, so a token sees a run of pixels and no square. "
    "Use your `cut`.",
    "column-major": "the patches come column by column. Use your `cut`, which keeps reading order.",
    "channels first": "the numbers of a patch come channel by channel, but the rows of the kernel "
    "go pixel by pixel. Use your `cut`, which keeps the channels of one pixel together.",
    "height and width swapped": "height and width are exchanged. (A square image would not show "
    "it.) Use your `cut`.",
    "overlapping": "there is a token at every pixel. A convolution needs `strides=size`, so that "
    "the patches do not overlap.",
    "grid kept": "the tokens still stand in a grid. A sequence has one axis of steps: (batch, rows "
    "· columns, d_model).",
    "averaged over patches": "the patches are averaged, so one vector is left for each image. "
    "Return a token for each patch.",
    "summed over patches": "the patches are added up, so one vector is left for each image. Return "
    "a token for each patch.",
    "ReLU": "there is a ReLU after the product. The embedding is linear: leave it out.",
    "GELU": "there is a GELU after the product. The embedding is linear: leave it out.",
    "tanh": "there is a tanh after the product. The embedding is linear: leave it out.",
    "patches not embedded": "these are the flattened patches. Multiply them by the kernel and add "
    "the bias.",
}


def embed_model(
    images: Array, size: int, kernel: Array, bias: Array, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """cut(images) @ kernel + bias."""
    _, height, width, channels = images.shape
    x = windows(images, size, 1) if "overlapping" in faults else patches(images, size, faults & {
        "reshape only", "column-major", "channels first", "height and width swapped",
    })  # fmt: skip
    if "patches not embedded" in faults:
        return {"the tokens": x}
    if "kernel transposed" in faults:
        kernel = kernel.T
    times = {"no bias": 0, "bias twice": 2, "bias subtracted": -1}
    z = x @ kernel + switched(times, faults, 1) * bias
    made = {
        "ReLU": lambda: np.maximum(z, 0), "tanh": lambda: np.tanh(z), "GELU": lambda: gelu(z),
        "averaged over patches": lambda: z.mean(1), "summed over patches": lambda: z.sum(1),
        "grid kept": lambda: z.reshape(len(z), height // size, width // size, -1),
    }  # fmt: skip
    return {"the tokens": switched(made, faults, lambda: z)()}


def gelu(z: Array) -> Array:
    """z times the share of a normal distribution that lies below z."""
    return z * (1 + np.vectorize(math.erf)(z / 2**0.5)) / 2


EMBED = FaultModel(
    embed_model,
    EMBED_HINTS,
    [
        (images, size, *dense(size * size * images.shape[-1], d_model, phase))
        for (images, size), d_model, phase in zip(IMAGES, (8, 5, 7), (0.4, 1.3, 2.2), strict=True)
    ],
    most=1,
    tensors=True,
    axes={"images": IMAGE_AXES, "kernel": "numbers d_model", "bias": "d_model",
          "the tokens": TOKEN_AXES},
)  # fmt: skip


@LAB.exercise("2.1", "The embedding: each patch a token, by one and the same matrix.")
def embed(answer: Any) -> Any:
    """Check `embed(images, size, kernel, bias)`."""
    return EMBED.judge(answer) or trainable(answer, EMBED)


# 2.2 · The class token --------------------------------------------------------------------------

CLASS_HINTS = {
    "last": "the class token stands last. Put it first in the list that `tf.concat` gets.",
    "added": "the class token is added to every patch. It is a step of its own: put it before them "
    "with `tf.concat`.",
    "first patch replaced": "the class token stands in the place of the first patch. All patches "
    "stay, and there is one step more.",
    "beside the numbers": "the class token is joined along the last axis, so that each step has more "
    "numbers. Join along the steps: `axis=1`.",
    "along the batch": "the class token is joined along the batch, as if it were one more image. "
    "Join along the steps, `axis=1`, one for each image.",
    "not repeated": "this works for one image only, but every image of a batch needs a class "
    "token. Repeat it: `tf.repeat(token, tf.shape(x)[0], axis=0)`.",
    "mean of the patches": "the mean of the patches stands in front. Put `token` there, a learned "
    "vector that is the same for every image.",
    "zeros": "zeros stand in front, and `token` is never used. Put `token` there.",
    "ones": "ones stand in front, and `token` is never used. Put `token` there.",
    "on both sides": "the class token stands in front and at the end. Put it in front only.",
    "twice": "the class token stands in front twice. Put it there once.",
    "before each patch": "a class token stands before each patch. Put only one before all patches "
    "of an image.",
    "first image only": "only the first image gets the class token, the others get zeros. Put the "
    "same token before the patches of each.",
    "token alone": "only the class tokens came back. Let the patches follow them.",
    "last patch lost": "the last patch is missing. All patches stay, and there is one step more.",
}


def class_model(x: Array, token: Array, faults: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The token before the patches of every image."""
    if "not repeated" in faults and len(x) > 1:
        raise ValueError("one token for a batch")
    first = np.repeat(token, len(x), axis=0)
    if "mean of the patches" in faults:
        first = x.mean(axis=1, keepdims=True)
    first = first * 0 if "zeros" in faults else first
    first = first * 0 + 1 if "ones" in faults else first
    if "first image only" in faults:
        first = first * (np.arange(len(x)) == 0)[:, None, None]
    wide = np.broadcast_to(token, x.shape)
    parts = {
        "last": lambda: ([x, first], 1),
        "first patch replaced": lambda: ([first, x[:, 1:]], 1),
        "last patch lost": lambda: ([first, x[:, :-1]], 1),
        "beside the numbers": lambda: ([wide, x], 2),
        "along the batch": lambda: ([wide[:1], x], 0),
        "on both sides": lambda: ([first, x, first], 1),
        "twice": lambda: ([first, first, x], 1),
        "before each patch": lambda: (
            [np.concatenate([first, x[:, i : i + 1]], 1) for i in range(x.shape[1])], 1),
        "token alone": lambda: ([first], 1),
    }  # fmt: skip
    both = switched(parts, faults, lambda: ([first, x], 1))()
    return {"the tokens": x + token if "added" in faults else np.concatenate(*both)}


CLASS = FaultModel(
    class_model,
    CLASS_HINTS,
    [
        (numbers(*shape, phase=0.2), numbers(1, 1, shape[2], phase=1.6))
        for shape in ((3, 3, 3), (2, 4, 5), (1, 3, 2), (4, 2, 3))
    ],
    most=1,
    tensors=True,
    axes={"x": TOKEN_AXES, "token": "one one d_model", "the tokens": "batch steps d_model"},
)


@LAB.exercise("2.2", "The class token: one learned vector before the patches of every image.")
def add_class_token(answer: Any) -> Any:
    """Check `add_class_token(x, token)`."""
    return CLASS.judge(answer) or trainable(answer, CLASS)


# 2.3 · Positions --------------------------------------------------------------------------------

POSITION_HINTS = {
    "concatenated": "the table is put beside `x`, so that each step has more numbers. Add it to "
    "`x`.",
    "behind": "the table is put after `x`, as if there were more steps. Add it to `x`.",
    "multiplied": "`x` is multiplied by the table. Add the table to `x`.",
    "subtracted": "the table is subtracted. Add it.",
    "only the table": "this is the table alone. Add it to `x`.",
    "nothing added": "`x` comes back as it was. Add the table.",
    "added twice": "the table is added twice. Add it once.",
    "shared over the steps": "there is one vector for all steps, so nothing tells them apart. The "
    "table has a row for each step: (steps, d_model).",
    "a number for each step": "there is one number for each step. The table has a row of d_model "
    "numbers for each step: (steps, d_model).",
    "class token left out": "the first step, the class token, gets no position. The table has a row "
    "for each step, the class token's too, and is added to all of `x`.",
    "patches left out": "only the class token gets a position. Add the table to all of `x`.",
    "over the batch": "each image of the batch gets another row of the table. Every image gets the "
    "same table, one row for each step.",
    "steps in reverse": "the rows of the table come in reverse order. Row 0 belongs to step 0.",
}
NO_WEIGHT = [("baked in", (
    "the layer has no weight: its table is a constant that training will not change. Make it with "
    "`self.add_weight((steps, d_model), \"normal\")`."
))]  # fmt: skip
UNSEEN = [("variable unseen", (
    "Keras does not know of a `tf.Variable` that a layer keeps, so the optimizer never gets it. Make "
    "the table with `self.add_weight(...)`."
))]  # fmt: skip
FROZEN = [("frozen", (
    "the numbers are right, but the table is frozen: the layer has no trainable weight. Leave out "
    "`trainable=False`."
))]  # fmt: skip
NOT_LEARNED = [("no gradient", (
    "the numbers are right, but no gradient reaches the table. Leave out `tf.stop_gradient`, "
    "`.numpy()` and NumPy: add the weight itself."
))]  # fmt: skip


def table_of(answer: Any, steps: int, d_model: int) -> Any:
    """A layer of this class, each of its weights filled with the numbers of its size."""
    import tensorflow as tf

    layer = answer(steps, d_model)
    layer(tf.zeros((1, steps, d_model)))  # the first call builds what it holds
    for weight in layer.weights:
        weight.assign(numbers(*weight.shape, phase=0.9))
    return layer


def on_table(answer: Any, x: Any) -> Any:
    """What a new layer of this class returns for x."""
    import tensorflow as tf

    return table_of(answer, *x.shape[1:])(tf.constant(x))


def position_model(x: Array, faults: frozenset[str] = frozenset()) -> dict[str, Any]:
    """x plus one row of the table for each step."""
    batch, steps, d_model = x.shape
    table = numbers(steps, d_model, phase=0.9)
    if "shared over the steps" in faults:
        table = numbers(d_model, phase=0.9)
    if "a number for each step" in faults:
        table = numbers(steps, 1, phase=0.9)
    if "over the batch" in faults:
        if batch > steps:
            raise ValueError("no row for each example")
        table = table[:batch, None]
    if "steps in reverse" in faults:
        table = table[::-1]
    rows = np.arange(steps)[:, None]
    if "class token left out" in faults:
        table = table * (rows > 0)
    if "patches left out" in faults:
        table = table * (rows == 0)
    places = np.broadcast_to(table, x.shape)
    made = {
        "concatenated": lambda: np.concatenate([x, places], axis=2),
        "behind": lambda: np.concatenate([x, places], axis=1),
        "multiplied": lambda: x * places, "subtracted": lambda: x - places,
        "only the table": lambda: table, "nothing added": lambda: x,
        "added twice": lambda: x + 2 * places,
    }  # fmt: skip
    return {"the result": switched(made, faults, lambda: x + places)()}


POSITIONS = FaultModel(
    position_model,
    POSITION_HINTS,
    [(numbers(3, 3, 3),), (numbers(2, 5, 4, phase=0.6),), (numbers(4, 3, 2, phase=1.4),)],
    most=1,
    axes={"x": "batch steps d_model", "the result": "batch steps d_model"},
    call=on_table,
    args=lambda x: x.shape[1:],
    families=False,
)


def is_learned(answer: Any) -> Verdict:
    """The numbers are right. Is the table trained, and does the gradient reach it?"""
    import tensorflow as tf

    x = tf.constant(POSITIONS.probes[1][0])
    layer = table_of(answer, *x.shape[1:])
    if not layer.trainable_weights:
        return FROZEN
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x) ** 2)
    found = tape.gradient(loss, layer.trainable_weights)
    return NOT_LEARNED if any(gradient is None for gradient in found) else None


def has_table(answer: Any) -> Verdict:
    """Has the layer a weight at all, in which a table could be?"""
    import tensorflow as tf

    layer = table_of(answer, 3, 2)
    if layer.weights:
        return None
    return UNSEEN if any(isinstance(v, tf.Variable) for v in vars(layer).values()) else NO_WEIGHT


@LAB.exercise("2.3", "Positions: a learned row for each step, the class token's too.",
              names="MyPositions")  # fmt: skip
def my_positions(answer: Any) -> Any:
    """Check the class `MyPositions`."""
    if not isinstance(answer, type):
        return "give the check the class itself: `check.my_positions(MyPositions)`."
    said = POSITIONS.judge(answer)
    if said is None:
        return is_learned(answer)
    return said if crashed(said) else has_table(answer) or said
