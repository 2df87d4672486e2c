"""Part 1: scores, weights, attention."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...checking import FaultModel, numbers
from .lab import CHOICES, LAB, attend, scores_of, softmax, swap, switched, trainable, two_results

# 1.1 · Scaled scores ----------------------------------------------------------------------------

SCALE_HINTS = {
    "no scaling": "the scores are the bare dot products. Divide them by the root of d, the size "
    "of a query.",
    "divided by d": "the scores are divided by d. Divide by its root: `d**0.5`.",
    "d and 2": "the scores are divided by d and then by 2, which is how Python reads `/ d**1/2`. "
    "Write `d**0.5`.",
    "multiplied by the root": "the scores are multiplied by the root of d. Divide by it.",
    "root of the keys": "the scores are divided by the root of the number of keys. It is the root "
    "of d, the last axis: how many entries a query has.",
    "root of the queries": "the scores are divided by the root of the number of queries. It is the "
    "root of d, the last axis: how many entries a query has.",
}
SCORES_HINTS = {
    **SCALE_HINTS,
    "query and key exchanged": "rows and columns are exchanged: a row belongs to a query, a column "
    "to a key. The queries stand on the left of the product.",
    "cosine": "the scores are divided by the lengths of the two vectors, which makes them cosines. "
    "Divide the dot product by the root of d only.",
    "elementwise": "queries and keys are multiplied entry by entry. Each query meets each key: a "
    "matrix product.",
    "keys not transposed": "the keys are not transposed, so rows meet columns. Use "
    "`tf.matmul(queries, keys, transpose_b=True)`.",
    "all axes transposed": "`tf.transpose(keys)` turns all axes round, the batch too. Exchange the "
    "last two only: `transpose_b=True`.",
    "first query": "every row holds the scores of the first query. Each query has its own.",
    "softmax too": "the softmax is taken already. It comes in 1.2: return the scores.",
}


def scores_model(
    queries: np.ndarray, keys: np.ndarray, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Q K.T / sqrt(d)."""
    root = queries.shape[-1] ** 0.5
    if "elementwise" in faults:
        return {"the scores": queries * keys / root}
    if "keys not transposed" in faults:
        return {"the scores": queries @ keys / root}
    if "all axes transposed" in faults:
        return {"the scores": queries @ keys.transpose() / root}
    if "first query" in faults:
        queries = np.broadcast_to(queries[..., :1, :], queries.shape)
    scores = scores_of(queries, keys, faults)
    if "cosine" in faults:
        lengths = [np.linalg.norm(x, axis=-1, keepdims=True) for x in (queries, keys)]
        scores = scores * root / lengths[0] / swap(lengths[1])
    return {"the scores": softmax(scores) if "softmax too" in faults else scores}


def qkv(
    *batch: int, queries: int, keys: int, d: int, v: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Queries, keys and values, small enough that no weight is nearly 1."""
    return (
        1.3 * numbers(*batch, queries, d, phase=0.3), 1.3 * numbers(*batch, keys, d, phase=2.0),
        1.3 * numbers(*batch, keys, v or d, phase=1.1),
    )  # fmt: skip


SIZES = [
    qkv(3, queries=3, keys=3, d=3),
    qkv(2, queries=4, keys=3, d=5, v=2),
    qkv(2, 3, queries=2, keys=5, d=4, v=3),
    qkv(queries=2, keys=3, d=2, v=4),
]
QKV_AXES = {"queries": "batch queries d", "keys": "batch keys d", "values": "batch keys v"}
SCORES = FaultModel(
    scores_model, SCORES_HINTS, [probe[:2] for probe in SIZES], most=2, tensors=True,
    axes={**QKV_AXES, "the scores": "batch queries keys"},
)  # fmt: skip


@LAB.exercise("1.1", "Scaled scores: how well each query fits each key.")
def scaled_scores(answer: Any) -> Any:
    """Check `scaled_scores(queries, keys)`."""
    return SCORES.judge(answer) or trainable(answer, SCORES)


# 1.2 · Weights ----------------------------------------------------------------------------------

CHOICE_HINTS = {
    "over the queries": "the softmax runs down the queries: each column sums to 1. Each *row* "
    "should: take it over the keys, `axis=-1`.",
    "over everything": "all weights together sum to 1. Each row should: sum over the last axis "
    "only, and keep it (`keepdims=True`).",
    "hard maximum": "the largest score gets the weight 1 and the others nothing. A softmax shares: "
    "exponentials, divided by their sum.",
    "no exponential": "the scores themselves are divided by their sum. Take the exponential first: "
    "weights must be positive.",
    "not normalized": "these are the exponentials. Divide each by the sum of its row.",
    "sigmoid": "a sigmoid weighs each score by itself, so rows do not sum to 1. Use the softmax.",
    "log softmax": "these are the logarithms of the weights. Return the weights themselves.",
    "least first": "the sign is wrong: the lowest score gets the largest weight.",
    "softmax twice": "the softmax is taken twice, which makes all weights nearly equal. Take it "
    "once.",
}
WEIGHTS_HINTS = {
    **CHOICE_HINTS,
    "over axis 1": "`axis=1` counts from the front, and which axis that is depends on how many "
    "there are. Take the last one: `axis=-1`.",
    "axis lost in the sum": "the sum of each row has lost its axis, so it divides columns where it "
    "should divide rows. Keep it: `keepdims=True`.",
    "axis lost twice": "the largest score and the sum of each row have lost their axis, so they "
    "meet columns where they should meet rows. Keep it in both: `keepdims=True`.",
    "divided by the mean": "the exponentials are divided by their mean. Divide by their sum.",
    "largest is 1": "these are the exponentials, the largest of each row 1. Divide them by the sum "
    "of their row.",
    "divided by the length": "the scores are divided by the length of their row. Take the "
    "exponentials, and divide by their sum.",
    "over the first axis": "the softmax runs over the first axis, from one example to the next. "
    "Take it over the keys, `axis=-1`.",
    "overflow": "rows with large scores come out as NaN: e to the power of 100 is more than a "
    "float32 can hold. Subtract the row's largest score first, or use `tf.nn.softmax`.",
    "largest of all": "rows with small scores come out as NaN: the largest of *all* scores is "
    "subtracted, and nothing is left of a row that lies far below. Subtract each row's own.",
    "no softmax": "these are the scores as they came. Take the softmax of each row.",
    "powers of two": "the scores are exponents of 2. Take e: `tf.exp`.",
}


def weights_model(scores: np.ndarray, faults: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The softmax of each row."""
    if faults & {"overflow", "largest of all"}:
        with np.errstate(all="ignore"):
            high = scores.max() if "largest of all" in faults else 0
            e = np.exp((scores - high).astype("float32"))
            return {"the weights": e / e.sum(-1, keepdims=True)}
    if "powers of two" in faults:
        scores = scores * np.log(2)
    return {"the weights": switched(CHOICES, faults, softmax)(scores.astype(float))}


WEIGHTS = FaultModel(
    weights_model,
    WEIGHTS_HINTS,
    [
        (1.5 * numbers(3, 3, 3, phase=0.5),),
        (1.5 * numbers(2, 4, 3, phase=1.5),),
        (1.5 * numbers(2, 3, 2, 5),),
        (np.float32([120.0, 0.0]).reshape(1, 2, 1) + numbers(1, 2, 4, phase=0.7),),
    ],
    most=1,
    tensors=True,
    axes={"scores": "batch queries keys", "the weights": "batch queries keys"},
)


@LAB.exercise("1.2", "From scores to weights: each row positive, and 1 in sum.")
def attention_weights(answer: Any) -> Any:
    """Check `attention_weights(scores)`."""
    return WEIGHTS.judge(answer) or trainable(answer, WEIGHTS)


# 1.3 · Attention --------------------------------------------------------------------------------

# Of two slips that give the same numbers, the one that a learner makes who has passed 1.1.
WITH_YOURS = {slip: hint for slip, hint in SCALE_HINTS.items() if slip != "divided by d"}
PARTS_HINTS = {
    "query and key exchanged": "queries and keys are exchanged. The rows of the scores belong to "
    "the queries: `scaled_scores(queries, keys)`.",
    "key and value exchanged": "keys and values are exchanged. Scores come from the keys; what is "
    "averaged are the values.",
    "keys for values": "the keys are averaged. Where to look is decided by the keys, what is found "
    "there are the values.",
    "queries for values": "the queries are averaged. What is found at each place are its values.",
    "weights transposed": "the weights are transposed before they meet the values. A row of the "
    "weights belongs to a query: `tf.matmul(weights, values)`.",
    "turned back": "queries and keys are exchanged, and the weights turned back afterward: so they "
    "sum to 1 over the wrong axis. `scaled_scores(queries, keys)`, and no transpose.",
    "values first": "the product is the wrong way round: the weights stand on the left of the "
    "values.",
    "weights times values": "weights and values are multiplied entry by entry. Each output sums "
    "over all values: a matrix product.",
    "averaged": "the sum over the values is divided by their number once more. The weights sum to "
    "1 already.",
    "scores returned": "the outputs are right, but with them come the scores. Return the weights.",
    "scaled twice": "the scores are divided twice: `scaled_scores` has done it already.",
    "no softmax": "the scores themselves weigh the values. Put them through `attention_weights`.",
}
ATTENTION_HINTS = {
    **PARTS_HINTS,
    **WITH_YOURS,
    **CHOICE_HINTS,
}


def attention_model(
    queries: np.ndarray, keys: np.ndarray, values: np.ndarray,
    faults: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """softmax(Q K.T / sqrt(d)) V."""
    outputs, weights = attend(queries, keys, values, faults=faults)
    return {"the outputs": outputs, "the weights": weights}


OUT_AXES = {"the outputs": "batch queries v", "the weights": "batch queries keys"}
ATTENTION = FaultModel(
    attention_model, ATTENTION_HINTS, SIZES, most=2, tensors=True, axes={**QKV_AXES, **OUT_AXES}
)


@LAB.exercise("1.3", "Attention: the mean of the values, each with its weight.")
def attention(answer: Any) -> Any:
    """Check `attention(queries, keys, values)`."""
    said = ATTENTION.judge(answer)
    return (said and two_results(answer, ATTENTION)) or said or trainable(answer, ATTENTION)
