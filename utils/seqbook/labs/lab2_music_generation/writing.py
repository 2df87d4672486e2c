"""Checks 4.1 to 4.3: probabilities, drawing a character, writing a tune."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...checking import FaultModel, numbers
from .lab import LAB, NOT_TENSORFLOW, Faults, compiles, judge_compiled, named

# 4.1 ---------------------------------------------------------------------------------------------


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def probabilities_reference(
    logits: np.ndarray, temperature: np.ndarray, faults: frozenset[str]
) -> dict[str, Any]:
    logits, t = logits.astype("float64"), float(temperature)
    axis = 0 if "over the batch" in faults else -1
    if "argmax" in faults:
        p = np.eye(logits.shape[-1])[logits.argmax(-1)]
    elif "temperature ignored" in faults:
        p = softmax(logits, axis)
    elif "multiplied" in faults:
        p = softmax(logits * t, axis)
    elif "subtracted" in faults:
        p = softmax(logits / t, axis) - t
    elif "after the softmax" in faults:
        p = softmax(logits, axis) / t
    elif "probabilities divided, then softmax" in faults:
        p = softmax(softmax(logits, axis) / t, axis)
    elif "power the wrong way" in faults:
        p = softmax(logits, axis) ** t
        p = p / p.sum(axis=axis, keepdims=True)
    elif "power not normalized" in faults:
        p = softmax(logits, axis) ** (1 / t)
    elif "logits normalized without exp" in faults:
        p = logits / t / (logits / t).sum(axis=axis, keepdims=True)
    elif "sigmoid" in faults:
        p = 1 / (1 + np.exp(-logits / t))
    elif "no softmax" in faults:
        p = logits / t
    elif "log-probabilities" in faults:
        p = np.log(softmax(logits / t, axis))
    else:
        p = softmax(logits / t, axis)
    return {"the probabilities": p}


PROBABILITY_HINTS = {
    "multiplied": "the logits are multiplied by the temperature: divide them, or low temperatures "
    "make the model wild and high ones tame.",
    "temperature ignored": "the temperature does nothing: divide the logits by it.",
    "after the softmax": "the probabilities are divided by the temperature, so they no longer sum "
    "to 1: divide the logits, then apply the softmax.",
    "probabilities divided, then softmax": "the temperature divides probabilities, not logits (a "
    "softmax of a softmax is nearly flat): divide the logits, with one softmax after it.",
    "power not normalized": "the powers of the probabilities do not sum to 1: divide by their sum, "
    "or apply the softmax to logits / temperature.",
    "subtracted": "the temperature is subtracted: divide the logits by it.",
    "argmax": "all the probability is on the largest logit: use the softmax.",
    "no softmax": "these are the divided logits: the softmax is missing.",
    "log-probabilities": "these are logarithms of probabilities: `softmax`, not `log_softmax`.",
    "sigmoid": "each entry went through a sigmoid by itself, so they do not sum to 1: use softmax.",
    "logits normalized without exp": "the logits are divided by their sum: the softmax takes the "
    "exponentials first.",
    "over the batch": "the probabilities sum to 1 over the batch: they must over the vocabulary, "
    "the last axis.",
}
# A power p ** t is the softmax of the logits times t: the same numbers as "multiplied".
PROBABILITIES = FaultModel(
    probabilities_reference,
    PROBABILITY_HINTS,
    [
        (2 * numbers(4, 4, phase=0.6), np.float32(0.5)),
        (2 * numbers(3, 5, phase=1.3), np.float32(1.7)),
    ],
    most=2,
    tensors=True,
)


@LAB.exercise("4.1", "Probabilities are softmax(logits / temperature).")
def probabilities(answer: Callable[..., Any]) -> Any:
    """`answer(logits, temperature) → (batch, vocabulary)`."""
    return judge_compiled(PROBABILITIES, answer)


# 4.2 ---------------------------------------------------------------------------------------------

GRID = 1000
SHARES = np.array([0.15, 0.05, 0.35, 0.1, 0.35])  # of 5 characters; the sums are no grid points
U = ((np.arange(GRID) + 0.5) / GRID).astype("float32")


def draw_reference(p: np.ndarray, u: np.ndarray, faults: frozenset[str]) -> dict[str, Any]:
    p, u = p.astype("float64"), u.astype("float64")
    sums = np.cumsum(p, axis=-1)
    if "sum over the batch" in faults:
        sums = np.cumsum(p, axis=0)
    if "no running sum" in faults:
        sums = p
    if "the first u for all" in faults:
        u = np.full_like(u, u[0])
    count = (sums <= u[:, None]).sum(-1)
    if "next one" in faults:
        count = count + 1
    if "one before" in faults:
        count = count - 1
    if "argmax" in faults:
        count = p.argmax(-1)
    if "all alike" in faults:
        count = np.floor(u * p.shape[-1]).astype(int)
    if "counts the other side" in faults:
        count = (sums > u[:, None]).sum(-1)
    if "a column" in faults:
        count = count[:, None]
    if "the sum, not the place" in faults:
        if count.ndim > 1 or count.max() >= p.shape[-1]:
            raise ValueError("no such place")
        return {"the tokens": np.take_along_axis(sums, count[:, None], -1)[:, 0]}
    return {"the tokens": count}


DRAW_HINTS = {
    "argmax": "the most probable character is always taken, so a tune would soon repeat itself: "
    "use "
    "u to choose.",
    "all alike": "every character is as likely as every other: p is not used.",
    "no running sum": "u is compared with the probabilities: compare it with their running sum, "
    "`tf.cumsum(p, axis=-1)`.",
    "sum over the batch": "the running sum goes over the batch: it must go over the vocabulary, "
    "axis=-1.",
    "next one": "the token is one too far: the number of sums that are not above u is its place.",
    "one before": "the token is one too early: the number of sums that are not above u is its "
    "place.",
    "counts the other side": "the sums above u are counted: count those that are not, they "
    "belong to "
    "the tokens before.",
    "the first u for all": "the same random number serves all rows: each row has its own u.",
    "a column": "the tokens have the shape (batch, 1): one number for each row is wanted, "
    "(batch,).",
    "the sum, not the place": "this is the running sum, not the place in it.",
}
OWN_NUMBERS = {
    "u not used": "the same u gives different tokens: use u, and no random numbers of your own, or "
    "a tune could not be written twice.",
}


def _draw_probe(batch: int, size: int, phase: float) -> tuple[np.ndarray, np.ndarray]:
    p = softmax(1.2 * numbers(batch, size, phase=phase).astype("float64"))
    u = 0.5 + 0.49 * np.sin(2.3 * np.arange(1, batch + 1) + phase)
    return p.astype("float32"), u.astype("float32")


GRID_PROBE = (np.tile(SHARES, (GRID, 1)).astype("float32"), U)
DRAW = FaultModel(
    draw_reference, DRAW_HINTS, [_draw_probe(6, 6, 0.5), _draw_probe(7, 4, 1.2), GRID_PROBE],
    most=2, tensors=True,
)  # fmt: skip


@LAB.exercise("4.2", "Each character is drawn as often as its probability says.")
def draw(answer: Callable[..., Any]) -> Faults | str | None:
    """`answer(p, u) → (batch,)` tokens."""
    import tensorflow as tf

    if not callable(answer):
        return DRAW.judge(answer)
    said = DRAW.judge(answer)
    if said is not None:
        p, u = map(tf.constant, GRID_PROBE)
        try:
            one, two = np.asarray(answer(p, u)), np.asarray(answer(p, u))
        except NotImplementedError:
            raise
        except Exception:
            return said
        if one.shape != (GRID,) or one.dtype.kind not in "iuf":
            return said
        if not np.array_equal(one, two, equal_nan=one.dtype.kind == "f"):
            return named(OWN_NUMBERS, ["u not used"])
        # Another way of cutting [0, 1) into pieces of the right lengths is right as well.
        counts = np.array([(one == token).sum() for token in range(len(SHARES))])
        if np.abs(counts - GRID * SHARES).max() > 2:
            return said
    p, u = map(tf.constant, DRAW.probes[1])
    return None if compiles(answer, p, u) else [("not compilable", NOT_TENSORFLOW)]


# 4.3 ---------------------------------------------------------------------------------------------

END_ID = 0


class RanOn(ValueError):
    """The loop went on long after it should have ended."""


class Machine:
    """A small stand-in for a trained model: the state decides what comes next.

    Args:
        seed: another seed is another machine.
        most: so many steps before `RanOn` is raised.
    """

    def __init__(self, seed: int, most: int = 200):
        self.seed, self.most, self.steps = seed, most, 0

    def step(self, token: int, state: Any) -> tuple[np.ndarray, int]:
        """(logits (1, 8), new state); the state None is the beginning."""
        self.steps += 1
        if self.steps > self.most:
            raise RanOn("the loop did not end")
        before = self.seed if state is None else int(state)
        after = (5 * before + 3 * int(np.ravel(token)[0]) + 1) % 97
        return np.sin((after + 2) * (np.arange(8) + 1.7))[np.newaxis], after

    @staticmethod
    def choose(logits: Any) -> int:
        """The second largest: neither argmax nor the first."""
        return int(np.argsort(np.ravel(logits))[-2])


def write_reference(seed: int, limit: int, faults: frozenset[str]) -> dict[str, Any]:
    machine = Machine(seed)
    token, state, ids = END_ID, None, []
    if "END at the front" in faults:
        ids.append(END_ID)
        limit += 1
    if "one too many" in faults:
        limit += 1
    if "one too few" in faults:
        limit -= 1
    while len(ids) < limit or "no limit" in faults:
        fed = END_ID if "END fed every time" in faults else token
        logits, new = machine.step(fed, None if "state forgotten" in faults else state)
        if not ("state of the first step" in faults and state is not None):
            state = new
        if "fed twice" in faults:
            logits, state = machine.step(fed, state)
        token = machine.choose(logits)
        if "argmax" in faults:
            token = int(np.argmax(logits))
        if token == END_ID and "goes on after END" not in faults:
            if "END kept" in faults:
                ids.append(token)
            break
        ids.append(token)
        if "one character" in faults:
            break
    if "first character lost" in faults:
        ids = ids[1:]
    if "backward" in faults:
        ids = ids[::-1]
    return {"the tokens": np.array(ids, dtype=int)}


WRITE_HINTS = {
    "state forgotten": "the state is thrown away after each step, so the model knows one character "
    "only: give `step` the state that the last call returned.",
    "state of the first step": "the state of the first step is used for all: keep the new one each "
    "time.",
    "END fed every time": "the model is given END in every step: give it the token it has just "
    "chosen.",
    "fed twice": "each token goes through the model twice: one step for each.",
    "argmax": "the largest logit is taken: let `choose` decide.",
    "goes on after END": "the tune goes on after END: stop there.",
    "END kept": "END is in the result: it says that the tune is over, and is no part of it.",
    "END at the front": "END stands at the front of the result: it only starts the model.",
    "first character lost": "the first character is missing: the one chosen after END belongs to "
    "the tune.",
    "one too many": "a tune that does not end gets one token more than `limit`.",
    "one too few": "a tune that does not end gets one token less than `limit`.",
    "one character": "only one token is written: repeat until END or the limit.",
    "backward": "the tokens are in the wrong order.",
    "no limit": "a tune that never reaches END would be written for ever: stop after `limit`.",
}


def ends(seed: int) -> int:
    """After how many tokens this machine writes END, 200 if not before that."""
    try:
        return len(write_reference(seed, 10**6, frozenset())["the tokens"])
    except RanOn:
        return 200


SHORT = [seed for seed in range(97) if 5 <= ends(seed) <= 8]
LONG = [seed for seed in range(97) if 14 <= ends(seed) < 60]
WRITE = FaultModel(
    write_reference, WRITE_HINTS, [(SHORT[0], 40), (SHORT[1], 30), (LONG[0], 9), (LONG[1], 12)],
    most=2,
)  # fmt: skip


@LAB.exercise("4.3", "A tune is written character by character, the state carried along.")
def write_tune(answer: Callable[..., Any]) -> Any:
    """`answer(step, choose, limit) → tokens`, without END."""
    if not callable(answer):
        return WRITE.judge(answer)

    def write(seed: int, limit: int) -> Any:
        machine = Machine(seed)
        tokens = answer(machine.step, machine.choose, limit)
        return tokens if tokens is None else np.array([int(np.ravel(t)[0]) for t in tokens])

    return WRITE.judge(write)
