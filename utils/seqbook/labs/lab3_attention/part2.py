"""Part 2: masks."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...checking import FaultModel
from .lab import LAB, LOW, attend, switched, trainable, two_results
from .part1 import CHOICE_HINTS, OUT_AXES, PARTS_HINTS, QKV_AXES, WITH_YOURS, qkv

NOT_BOOLEAN = [("not boolean", (
    "the places are right, but a mask is True and False, and these are numbers. Compare (`!=`, "
    "`>=`), or `tf.cast(..., tf.bool)`."
))]  # fmt: skip

ADDED = (
    "these numbers are meant to be added to scores. Here a mask is True where a query may look, False "
    "elsewhere."
)


def boolean(result: Any) -> bool:
    """Is this an array of True and False?"""
    return "bool" in str(getattr(result, "dtype", ""))


def no_infinity(mask: Any) -> Any:
    """−∞ as −1e9: both are meant to be added to scores."""
    floats = "float" in str(getattr(mask, "dtype", ""))
    return np.maximum(mask, LOW) if floats else mask


# 2.1 · Padding ----------------------------------------------------------------------------------

PADDING_HINTS = {
    "mask inverted": "True and False are exchanged: True means that a query may look, so padding "
    "(0) is False.",
    "mask over the queries": "the mask has the shape (batch, 1, time, 1), which hides *queries*. "
    "What is padding is a matter of the keys, the last axis: (batch, 1, 1, time).",
    "no axes": "the mask has the shape (batch, time). Put two axes of size 1 in the middle: "
    "`mask[:, None, None, :]`.",
    "one axis": "one axis is missing: (batch, 1, time) has none for the heads. It should be "
    "(batch, 1, 1, time).",
    "axes in front": "the axes of size 1 stand in front: (1, 1, batch, time) would stretch over "
    "the wrong things. They belong in the middle, (batch, 1, 1, time).",
    "axes behind": "the axes of size 1 stand at the end. They belong in the middle, "
    "(batch, 1, 1, time).",
    "queries too": "rows of padding are hidden too, and the shape is (batch, 1, time, time). Only "
    "keys are masked: (batch, 1, 1, time).",
    "symbol 1 too": "symbol 1 is taken for padding too. Only 0 is: `tokens != 0`.",
    "first row": "all examples get the mask of the first one. Each has its own.",
    "all True": "nothing is masked. Where `tokens` is 0, the mask is False.",
    "added to scores": ADDED,
}


def padding_model(tokens: np.ndarray, faults: frozenset[str] = frozenset()) -> dict[str, Any]:
    """True where a key is not padding."""
    mask = tokens > (1 if "symbol 1 too" in faults else 0)
    if "all True" in faults:
        mask = mask | True
    if "mask inverted" in faults:
        mask = ~mask
    if "first row" in faults:
        mask = np.repeat(mask[:1], len(mask), axis=0)
    shapes = {
        "mask over the queries": mask[:, None, :, None], "no axes": mask,
        "one axis": mask[:, None], "axes in front": mask[None, None],
        "axes behind": mask[:, :, None, None],
        "queries too": mask[:, None, None, :] & mask[:, None, :, None],
        "added to scores": np.where(mask, 0.0, LOW)[:, None, None, :],
    }  # fmt: skip
    return {"the mask": switched(shapes, faults, mask[:, None, None, :])}


PADDING = FaultModel(
    padding_model,
    PADDING_HINTS,
    [
        (np.array([[0, 0, 7], [0, 3, 1], [2, 5, 4]]),),
        (np.array([[0, 0, 0, 1, 2], [0, 9, 4, 3, 1]]),),
        (np.array([[6, 3, 0, 0], [1, 0, 0, 0], [5, 2, 8, 1]]),),
    ],
    most=2,
    tensors=True,
    axes={"tokens": "batch time"},
    families=False,
    call=lambda answer, tokens: no_infinity(answer(tokens)),
)


@LAB.exercise("2.1", "A mask for padding: it hides keys, in every head and for every query.")
def padding_mask(answer: Any) -> Any:
    """Check `padding_mask(tokens)`."""
    said = PADDING.judge(answer)
    if said is None:
        import tensorflow as tf

        traced = trainable(answer, PADDING)
        return traced or (None if boolean(answer(tf.constant([[0, 1]]))) else NOT_BOOLEAN)
    return said


# 2.2 · Causal -----------------------------------------------------------------------------------

CAUSAL_HINTS = {
    "transposed": "the mask is turned over: step 0 sees all, and the last step only itself. A row "
    "is a query, a column a key: True where the key is *not later*.",
    "strict": "a step does not see itself: the diagonal is False. Use `>=`, not `>`.",
    "mask inverted": "True and False are exchanged: these are the places where a step may *not* "
    "look.",
    "all True": "every step sees every other. A key that is later than the query is False.",
    "itself only": "each step sees only itself. It may look at everything before it too.",
    "one ahead": "each step sees one step ahead. True up to the diagonal, and not beyond.",
    "added to scores": ADDED,
    "last two": "each step sees only itself and the one before. It may look at all before it.",
    "one row": "this is one row. Each query has its own: (time, time).",
}


def causal_model(time: int, faults: frozenset[str] = frozenset()) -> dict[str, Any]:
    """True where the key is not later than the query."""
    mask = np.tri(time, dtype=bool)
    wrong = {
        "transposed": mask.T, "strict": np.tri(time, k=-1, dtype=bool), "mask inverted": ~mask,
        "all True": mask | True, "itself only": np.eye(time, dtype=bool),
        "one ahead": np.tri(time, k=1, dtype=bool), "added to scores": np.where(mask, 0.0, LOW),
        "last two": mask & ~np.tri(time, k=-2, dtype=bool), "one row": mask[-1],
    }  # fmt: skip
    return {"the mask": switched(wrong, faults, mask)}


CAUSAL = FaultModel(
    causal_model, CAUSAL_HINTS, [(3,), (5,), (4,)], most=1, families=False,
    call=lambda answer, time: no_infinity(answer(time)),
)  # fmt: skip


@LAB.exercise("2.2", "A causal mask: a step sees itself and what came before it.")
def causal_mask(answer: Any) -> Any:
    """Check `causal_mask(time)`."""
    return CAUSAL.judge(answer) or (None if boolean(answer(3)) else NOT_BOOLEAN)


# 2.3 · Attention with a mask --------------------------------------------------------------------

MASK_HINTS = {
    "mask ignored": "the mask has no effect: all keys are seen.",
    "mask inverted": "the mask is the wrong way round: just the masked keys are seen. "
    "`tf.where(mask, scores, -1e9)` keeps the scores where it is True.",
    "mask after the softmax": "the weights are set to 0 after the softmax, so those that are left "
    "do not sum to 1. Change the *scores*, then take the softmax.",
    "zero for the mask": "a masked score is 0, by a product with the mask or by `tf.where`, and "
    "e to the power of 0 is 1: a weight like others. Put -1e9 in its place.",
    "minus one": "a masked score is −1, which leaves it a good part of its weight. Put -1e9.",
    "minus ten": "a masked score is −10, which leaves it a little of its weight. Put -1e9.",
    "lowered after the softmax": "the weights are set to -1e9, after the softmax. Set the *scores* "
    "to -1e9, then take the softmax.",
    "mask over the queries": "the mask lies over the queries: whole rows are hidden in place of "
    "columns. The last axis of the mask belongs to the keys; leave its axes as they are.",
    "mask added": "the mask is added to the scores: True counts as 1, and hides nothing. Put -1e9 "
    "where it is False.",
    "raised in place of lowered": "masked scores are raised to +10⁹, so that nothing else is seen. "
    "Put −10⁹.",
    "mask on the values": "masked values are set to 0, but their weight is still lost on them. "
    "Change the scores before the softmax.",
}
NOTHING_SEEN = [("nothing to see", (
    "a query that may see no key at all comes out as NaN, 0 / 0, which then spreads through all that "
    "is computed from it. Put −1e9 in place of −∞ (`-np.inf`), before the softmax."
))]  # fmt: skip
HIDDEN_NAN = [("NaN in the gradient", (
    "the numbers are right, but the gradient of a query that may see no key at all is NaN: what is "
    "computed before a NaN is replaced still has one. Put −1e9 in place of −∞, before the softmax."
))]  # fmt: skip
MASKED_HINTS = {
    **MASK_HINTS, **PARTS_HINTS,
    **WITH_YOURS,
    "over the queries": CHOICE_HINTS["over the queries"],
    "hard maximum": CHOICE_HINTS["hard maximum"],
    "softmax twice": CHOICE_HINTS["softmax twice"],
}  # fmt: skip


def masked_model(
    queries: np.ndarray, keys: np.ndarray, values: np.ndarray, mask: np.ndarray,
    faults: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Attention, with the weight 0 where the mask is False."""
    if "mask on the values" in faults:
        weights = attend(queries, keys, values, faults=faults)[1]
        return {"the outputs": (weights * mask) @ values, "the weights": weights}
    outputs, weights = attend(queries, keys, values, mask, faults)
    return {"the outputs": outputs, "the weights": weights}


def _mask(*shape: int, queries: int, keys: int) -> np.ndarray:
    """True in each row for at least one key, and neither symmetric nor causal."""
    n = np.arange(np.prod((*shape, queries, keys))).reshape(*shape, queries, keys)
    mask = (n * n + n // 3) % 3 != 1
    mask[..., 0] |= ~mask.any(-1)
    return mask


CROSS = qkv(2, queries=4, keys=3, d=5, v=2)
HEADS = qkv(2, 3, queries=4, keys=4, d=2, v=3)
PADDED = np.array([[0, 0, 1, 1], [0, 1, 1, 1]], bool)[:, None, None]
MASKED = FaultModel(
    masked_model,
    MASKED_HINTS,
    [
        (*qkv(3, queries=3, keys=3, d=3), _mask(3, queries=3, keys=3)),
        (*CROSS, _mask(2, queries=4, keys=3)),
        (*HEADS, PADDED),
        (*qkv(2, 1, queries=5, keys=5, d=3, v=2), np.tri(5, dtype=bool)),
    ],
    most=1,
    tensors=True,
    axes={**QKV_AXES, **OUT_AXES},
)


@LAB.exercise("2.3", "Attention with a mask: what is masked has no weight, the rest sums to 1.")
def masked_attention(answer: Any) -> Any:
    """Check `masked_attention(queries, keys, values, mask)`."""
    said = MASKED.judge(answer)
    if said is None:
        return blind(answer) or trainable(answer, MASKED)
    return two_results(answer, MASKED) or said


def blind(answer: Any) -> list[tuple[str, str]] | None:
    """What to say if queries that may see no key come out as NaN, or their gradient does."""
    import tensorflow as tf

    queries, *others = map(tf.constant, (*CROSS, np.zeros((2, 4, 3), bool)))
    with tf.GradientTape() as tape:
        tape.watch(queries)
        outputs, _ = answer(queries, *others)
        loss = tf.reduce_sum(tf.square(outputs))
    if not np.isfinite(outputs).all():
        return NOTHING_SEEN
    gradient = tape.gradient(loss, queries)
    return None if gradient is None or np.isfinite(gradient).all() else HIDDEN_NAN
