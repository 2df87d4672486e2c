"""Part 4: training. Clipping, and one step of gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from ...checking import FaultModel, numbers
from ...checking.probes import copied
from ...checking.report import kind
from .lab import LAB, one_hot, softmax
from .part2_state import walk
from .part3_back import bptt_model

# 4.1 · Clipping ---------------------------------------------------------------------------------

CLIP_HINTS = {
    "each value": "each value is clipped by itself, which bends the direction of the step. Scale "
    "all gradients by the same factor.",
    "each array": "each array is clipped by its own norm. Take one norm over all of them: the "
    "root of the sum of all squares.",
    "always rescaled": "small gradients are scaled up to `max_norm`. Clipping only ever makes "
    "them smaller: if the norm is below `max_norm`, leave them.",
    "never clipped": "the gradients come back as they were. Scale them if their norm is above "
    "`max_norm`.",
    "only when small": "the condition is the wrong way round: gradients above the limit are left "
    "and those below it are scaled up.",
    "sums squared": "the values of each array are added up before they are squared. Square each "
    "value, then add: `np.sum(g**2)`.",
    "no root": "the norm is the square root of the sum of squares; the root is missing.",
    "norms added": "the norms of the arrays are added up. Add their squares, then take one root.",
    "absolute values": "the sum of absolute values is used. The norm is the root of the sum of "
    "squares.",
    "largest value": "the largest value is used as the norm. The norm is the root of the sum of "
    "squares.",
    "mean of squares": "the mean of the squares is used. The norm is the root of their sum.",
    "to length 1": "the clipped gradients have norm 1. Their norm should be `max_norm`.",
    "factor upside down": "the factor is upside down: it is max_norm / norm, below 1.",
    "set to zero": "gradients that are too large come back as zeros. Keep their direction: scale "
    "them by max_norm / norm, which is below 1 (`//` would cut that to 0).",
    "first array's norm": "only the first array is measured. Take one norm over all of them: the "
    "root of the sum of all squares.",
    "squared factor": "the factor is max_norm / norm, without a square or a root.",
}


def clipped(
    grads: list[np.ndarray], max_norm: float, faults: frozenset[str] = frozenset()
) -> list[np.ndarray]:
    """All arrays scaled by one factor, so that their common norm is at most `max_norm`."""
    if "each value" in faults:
        return [np.clip(g, -max_norm, max_norm) for g in grads]
    if "each array" in faults:
        rest = faults - {"each array"}
        return [clipped([g], max_norm, rest)[0] for g in grads]
    flat = np.concatenate([np.ravel(g) for g in grads]).astype(float)
    norm = np.sqrt(np.sum(flat**2))
    if "no root" in faults:
        norm = norm**2
    if "sums squared" in faults:
        norm = np.sqrt(sum(np.sum(g) ** 2 for g in grads))
    if "norms added" in faults:
        norm = sum(np.sqrt(np.sum(g**2)) for g in grads)
    if "absolute values" in faults:
        norm = np.sum(np.abs(flat))
    if "largest value" in faults:
        norm = np.max(np.abs(flat))
    if "mean of squares" in faults:
        norm = np.sqrt(np.mean(flat**2))
    if "first array's norm" in faults:
        norm = np.sqrt(np.sum(grads[0] ** 2))
    large = norm < max_norm if "only when small" in faults else norm > max_norm
    if "never clipped" in faults or not (large or "always rescaled" in faults):
        return list(grads)
    factor = norm / max_norm if "factor upside down" in faults else max_norm / norm
    if "squared factor" in faults:
        factor = factor**2
    if "to length 1" in faults:
        factor = 1 / norm
    return [g * (0.0 if "set to zero" in faults else factor) for g in grads]


CLIP_NAMES = ("the first array", "the second array", "the third array")


def clip_model(
    grads: list[np.ndarray], max_norm: float, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Three arrays after clipping."""
    return dict(zip(CLIP_NAMES, clipped(grads, max_norm, faults), strict=True))


def _clip_probe(scale: float, max_norm: float) -> tuple:
    arrays = [numbers(2, 3), numbers(3, phase=1.0), 0.3 * numbers(2, 2)]
    return [(scale * a).astype("float32") for a in arrays], max_norm


# At scale 1 the norm of all three is 1.9. It is to be above, far above, below and well below the
# limit, so that each wrong norm is once on the wrong side of it.
CLIP = FaultModel(
    clip_model,
    CLIP_HINTS,
    [
        _clip_probe(*p)
        for p in ((1.0, 0.7), (3.0, 0.5), (0.05, 0.8), (1.0, 2.5), (1.0, 8.0), (1.0, 1.8))
    ],
    most=2,
)


@LAB.exercise("4.1", "Clipping: one factor for all gradients, and only when they are too large.")
def clip(answer: Any) -> Any:
    """Check `clip(grads, max_norm)`."""
    return CLIP.judge(answer) or _nothing_to_clip(answer)


def _nothing_to_clip(answer: Callable) -> Any:
    """Gradients that are all zero have the norm 0, which cannot be divided by."""
    zeros = [np.zeros(3, "float32"), np.zeros((2, 2), "float32"), np.zeros(2, "float32")]
    if all(np.all(np.asarray(g) == 0) for g in answer(zeros, 1.0)):
        return None
    return [("zero norm", "gradients that are all zero come back as NaN: their norm is 0, and your "
             "code divides by it. Divide only where the norm is above `max_norm`.")]  # fmt: skip


# 4.2 · One step of training ---------------------------------------------------------------------

TRAIN_HINTS = {
    "uphill": "the step goes uphill: the gradient is added. Subtract it.",
    "not clipped": "the gradients are not clipped. Put them through `clip` before the step.",
    "clipped after scaling": "the gradients are clipped after they were multiplied by the learning "
    "rate. Clip first, then scale.",
    "weights clipped": "the new weights are clipped. Clip the gradients.",
    "no learning rate": "the learning rate is missing: w − learning_rate · g.",
    "divided by the rate": "the gradient is divided by the learning rate. Multiply.",
    "only the step": "the steps themselves come back. Subtract them from the weights.",
    "only the last weight": "only the last weight has moved. Update all five.",
    "not updated": "the weights come back as they were.",
    "state weights frozen": "W_hh has not moved. Update all five weights.",
    "loss after the step": "the loss is that of the new weights. Return the one that came with "
    "the gradients.",
    "two steps": "the step is made twice.",
    "first weights only": "only the first three weights have moved; those of the readout stay as "
    "they are. Update all five.",
    "each clipped alone": "each gradient is clipped by itself. Give `clip` the whole list at once, "
    "so that one norm is taken over all.",
    "divided by the batch": "the step is divided by the number of examples once more. The "
    "gradients are a mean over the batch already.",
    "the gradients": "the gradients come back in place of the new weights. Return "
    "w − learning_rate · g.",
    "loss averaged": "the loss is divided once more. Return it as `gradients` gave it.",
}


def all_gradients(
    weights: list[np.ndarray], xs: np.ndarray, targets: np.ndarray
) -> tuple[float, list[np.ndarray]]:
    """The loss of the recurrent network and its gradient at each of the five weights."""
    W_xh, W_hh, b, W_hy, b_y = weights
    states, _ = walk(xs, np.zeros((len(xs), len(W_hh))), (W_xh, W_hh, b), frozenset())
    p = softmax(states @ W_hy + b_y)
    right = one_hot(targets, len(b_y))
    dlogits = (p - right) / len(xs)
    grads = bptt_model(xs, states, dlogits @ W_hy.T, W_hh)
    dW_hy = np.einsum("btu,btk->uk", states, dlogits)
    loss = -np.sum(np.log(p) * right) / len(xs)
    return loss, [*grads.values(), dW_hy, dlogits.sum(axis=(0, 1))]


WEIGHT_NAMES = ("the new W_xh", "the new W_hh", "the new b", "the new W_hy", "the new b_y")


def train_model(
    weights: list[np.ndarray], xs: np.ndarray, targets: np.ndarray, learning_rate: float,
    max_norm: float, faults: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """The weights after one step of gradient descent, and the loss before it."""
    start = weights
    loss = 0.0
    for turn in range(2 if "two steps" in faults else 1):
        now, grads = all_gradients(weights, xs, targets)
        loss = now if turn == 0 else loss
        rate = learning_rate
        if "no learning rate" in faults:
            rate = 1.0
        elif "divided by the rate" in faults:
            rate = 1 / learning_rate
        if "clipped after scaling" in faults:
            grads, rate = [rate * g for g in grads], 1.0
        if "each clipped alone" in faults:
            grads = [clipped([g], max_norm)[0] for g in grads]
        elif "not clipped" not in faults and "weights clipped" not in faults:
            grads = clipped(grads, max_norm)
        if "uphill" in faults:
            rate = -rate
        steps = [rate * g for g in grads]
        if "divided by the batch" in faults:
            steps = [s / len(xs) for s in steps]
        if "first weights only" in faults:
            steps[3:] = [0 * s for s in steps[3:]]
        if "only the last weight" in faults:
            steps[:-1] = [0 * s for s in steps[:-1]]
        if "state weights frozen" in faults:
            steps[1] = 0 * steps[1]
        weights = [w - s for w, s in zip(weights, steps, strict=True)]
    if "not updated" in faults:
        weights = start
    if "loss after the step" in faults:
        loss = all_gradients(weights, xs, targets)[0]
    if "weights clipped" in faults:
        weights = clipped(weights, max_norm)
    if "only the step" in faults:
        weights = steps
    if "the gradients" in faults:
        weights = grads
    if "loss averaged" in faults:
        loss = loss / xs.shape[1]
    return {**dict(zip(WEIGHT_NAMES, weights, strict=True)), "the loss": loss}


def _train_probe(
    batch: int, steps: int, symbols: int, units: int, rate: float, max_norm: float
) -> tuple:
    weights = [
        numbers(symbols, units, phase=0.4), numbers(units, units, phase=1.2), numbers(units),
        2 * numbers(units, symbols, phase=2.1), numbers(symbols, phase=0.6),
    ]  # fmt: skip
    n = np.arange(batch * steps).reshape(batch, steps)
    xs = one_hot((n * n + 1) % symbols, symbols).astype("float32")
    return weights, xs, (n * n + n // 2) % symbols, rate, max_norm


TRAIN = FaultModel(
    train_model,
    TRAIN_HINTS,
    [
        _train_probe(3, 3, 3, 3, 0.3, max_norm=0.5),
        _train_probe(2, 4, 3, 5, 0.3, max_norm=100.0),
        _train_probe(4, 3, 3, 5, 0.7, max_norm=0.8),
    ],
    most=2,
    axes={"xs": "batch time symbols", "targets": "batch time"},
    call=lambda answer, *probe: flat(answer(*probe)),
)


def flat(got: Any) -> Any:
    """(weights, loss) as one list, the way the model returns them."""
    return [*got[0], got[1]] if is_pair(got) else got


def is_pair(got: Any) -> bool:
    """Is this a list of weights and a loss?"""
    return isinstance(got, tuple | list) and len(got) == 2 and isinstance(got[0], tuple | list)


@LAB.exercise("4.2", "One step of training: gradients, clipping, a step downhill.")
def train_step(answer: Callable[..., Any]) -> Any:
    """Check `train_step(weights, xs, targets, learning_rate, max_norm)`."""
    said = TRAIN.judge(answer)
    if said is None or not callable(answer):
        return said
    with suppress(Exception):
        got = answer(*copied(TRAIN.probes[0]))
        if got is not None and not is_pair(got):
            return (
                "return two things, `new, loss`: the list of the five new weights, then the loss. "
                f"{kind(got).capitalize()} came back."
            )
    return said
