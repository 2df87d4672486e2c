"""Checks 4.1 to 4.3: probabilities, drawing a character, writing a tune."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...checking import FaultModel, Verdict, numbers, same
from ...checking.blanks import calls_helpers, functions_in, unread
from ...checking.families import all_finite
from .lab import NOT_TENSORFLOW, compiles, exercise, judge_compiled, kind_of, named, reference

# 4.1 ---------------------------------------------------------------------------------------------


def softmax(x: np.ndarray, axis: Any = -1) -> np.ndarray:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@reference
def probabilities_reference(
    logits: np.ndarray, temperature: np.ndarray, faults: frozenset[str]
) -> dict[str, Any]:
    logits, t = logits.astype("float64"), float(temperature)
    axis: Any = 0 if "over the batch" in faults else -1
    if "over everything" in faults:
        axis = (0, 1)
    for slip, change in TEMPERATURES.items():
        if slip in faults:
            t = change(t)
    p = softmax(logits / t, axis)
    for slip, other in SOFTMAXES.items():
        if slip in faults:
            p = other(logits, t, axis)
    return {"the probabilities": p}


TEMPERATURES: dict[str, Callable[[float], float]] = {
    "temperature ignored": lambda t: 1.0,
    "multiplied": lambda t: 1 / t,
    "temperature negative": lambda t: -t,
    "at least 1": lambda t: max(t, 1.0),
    "at most 1": lambda t: min(t, 1.0),
    "temperature squared": lambda t: t * t,
    "root of the temperature": lambda t: t**0.5,
    "one added to the temperature": lambda t: 1 + t,
    "exponential of the temperature": np.exp,
    "rounded up": np.ceil,
}
SOFTMAXES: dict[str, Callable[[np.ndarray, float, Any], np.ndarray]] = {
    "argmax": lambda z, t, axis: np.eye(z.shape[-1])[z.argmax(-1)],
    "subtracted": lambda z, t, axis: softmax(z / t, axis) - t,
    "after the softmax": lambda z, t, axis: softmax(z, axis) / t,
    "times the temperature after the softmax": lambda z, t, axis: softmax(z, axis) * t,
    "probabilities divided, then softmax": lambda z, t, axis: softmax(softmax(z, axis) / t, axis),
    "softmax twice": lambda z, t, axis: softmax(softmax(z / t, axis), axis),
    "power not normalized": lambda z, t, axis: softmax(z, axis) ** (1 / t),
    "exponentials not normalized": lambda z, t, axis: np.exp(z / t),
    "keepdims missing": lambda z, t, axis: np.exp(z / t) / np.exp(z / t).sum(-1),
    "negative logits cut": lambda z, t, axis: np.maximum(z, 0) / np.maximum(z, 0).sum(
        -1, keepdims=True),
    "divided by the largest": lambda z, t, axis: np.exp((z - z.max(-1, keepdims=True)) / t),
    "logits normalized without exp": lambda z, t, axis: z / t / (z / t).sum(axis, keepdims=True),
    "absolute values": lambda z, t, axis: np.abs(z / t) / np.abs(z / t).sum(axis, keepdims=True),
    "sigmoid": lambda z, t, axis: 1 / (1 + np.exp(-z / t)),
    "no softmax": lambda z, t, axis: z / t,
    "log-probabilities": lambda z, t, axis: np.log(softmax(z / t, axis)),
    "powers of 2": lambda z, t, axis: softmax(z / t * np.log(2), axis),
}  # fmt: skip
PROBABILITY_HINTS = {
    "multiplied": "the result is that of logits multiplied by the temperature, so low temperatures "
    "make the model wild and high ones tame. Divide the logits; as a power of the probabilities it "
    "is 1 / temperature.",
    "temperature ignored": "these are the probabilities at temperature 1, whatever it is: divide the "
    "logits by it, before the exponential. (A factor on the exponentials, or a number added to all logits, cancels.)",
    "temperature negative": "the likeliest character comes out as the least likely: there is a "
    "minus too many. Divide the logits by the temperature.",
    "at least 1": "temperatures below 1 are raised to 1, so low ones do nothing: divide by the "
    "temperature as it is.",
    "at most 1": "temperatures above 1 are cut to 1, so high ones do nothing: divide by the "
    "temperature as it is.",
    "temperature squared": "the temperature counts twice, as its square: divide the logits once.",
    "root of the temperature": "the logits are divided by the root of the temperature: divide by "
    "the temperature itself.",
    "one added to the temperature": "the logits are divided by 1 + temperature: divide by the "
    "temperature itself.",
    "exponential of the temperature": "the logits are divided by the exponential of the "
    "temperature: divide by the temperature itself.",
    "rounded up": "the temperature is rounded up to a whole number: divide by it as it is.",
    "after the softmax": "the probabilities are divided by the temperature, so they no longer sum "
    "to 1: divide the logits, then apply the softmax.",
    "times the temperature after the softmax": "the probabilities are multiplied by the "
    "temperature, so they no longer sum to 1: divide the logits, then apply the softmax.",
    "probabilities divided, then softmax": "the temperature divides probabilities, not logits (a "
    "softmax of a softmax is nearly flat): divide the logits, with one softmax after it.",
    "softmax twice": "the softmax is applied twice, which makes the probabilities nearly equal: "
    "once is enough.",
    "power not normalized": "the powers of the probabilities do not sum to 1: divide by their sum, "
    "or apply the softmax to logits / temperature.",
    "exponentials not normalized": "these are the exponentials alone: divide them by their sum, so "
    "that each row sums to 1.",
    "keepdims missing": "the sums are not laid beside their rows: keep the last axis when you sum, "
    "`axis=-1, keepdims=True`.",
    "negative logits cut": "negative logits are cut to 0, and the rest is divided by its sum: the "
    "softmax takes the exponentials first.",
    "divided by the largest": "the exponentials are not divided by their sum, so the rows do not "
    "sum to 1. (Taking away the largest logit first is fine.)",
    "subtracted": "the temperature is subtracted: divide the logits by it.",
    "argmax": "all the probability is on the largest logit: use the softmax.",
    "no softmax": "these are the divided logits: the softmax is missing.",
    "log-probabilities": "these are logarithms of probabilities: `softmax`, not `log_softmax`.",
    "sigmoid": "each entry went through a sigmoid by itself, so they do not sum to 1: use softmax.",
    "logits normalized without exp": "the logits are divided by their sum: the softmax takes the "
    "exponentials first.",
    "absolute values": "the logits' absolute values are divided by their sum: the softmax takes "
    "the exponentials first.",
    "powers of 2": "these are powers of 2: the softmax uses powers of e.",
    "over the batch": "the probabilities sum to 1 over the batch: they must over the vocabulary, "
    "the last axis.",
    "over everything": "the probabilities of all rows together sum to 1: each row must by itself. "
    "Sum over the last axis alone, and keep it: `axis=-1, keepdims=True`.",
}
PROBABILITIES = FaultModel(
    probabilities_reference,
    PROBABILITY_HINTS,
    [
        (2 * numbers(4, 4, phase=0.6), np.float32(0.5)),
        (2 * numbers(3, 5, phase=1.3), np.float32(1.7)),
        (2 * numbers(2, 6, phase=2.1), np.float32(0.8)),
    ],
    most=2,
    tensors=True,
    axes={"logits": "batch vocabulary", "the probabilities": "batch vocabulary"},
)
FIXED_TEMPERATURE = {
    "fixed temperature": "another temperature gives the same result: a number is written where the "
    "argument `temperature` belongs.",
    "plain number": "your code stops when the temperature is a plain number, such as 0.7, and not "
    "a tensor: {error}",
}


@exercise("4.1", "Probabilities are softmax(logits / temperature).")
def probabilities(answer: Callable[..., Any]) -> Verdict:
    """`answer(logits, temperature) → (batch, vocabulary)`."""
    import tensorflow as tf

    said = judge_compiled(PROBABILITIES, answer)
    logits = tf.constant(PROBABILITIES.probes[0][0])
    if isinstance(said, str) and "stopped with" not in said:
        try:
            seen = [np.asarray(answer(logits, tf.constant(t))) for t in (0.5, 3.1, 0.2, 1.4, 0.9)]
        except Exception:
            return said
        if "temperature" in never_read(answer, ("logits", "temperature")) and all(
            same(other, seen[0]) for other in seen
        ) and flattened(seen[0], logits):
            return named(FIXED_TEMPERATURE, ["fixed temperature"])
    if said is None:
        try:
            answer(logits, 0.7)
        except Exception as error:
            return named(FIXED_TEMPERATURE, ["plain number"], error=str(error).split("\n")[0])
    return said


def never_read(answer: Callable[..., Any], names: Sequence[str]) -> list[str]:
    """Which of its parameters, called by these names here, the answer's code never reads."""
    functions = functions_in(answer)
    if len(functions) != 1 or calls_helpers(functions[0]):
        return []
    own = list(inspect.signature(functions[0]).parameters)
    never = unread(functions[0])
    return [name for name, mine in zip(names, own, strict=False) if mine in never]


def flattened(p: np.ndarray, logits: Any) -> bool:
    """Are these the probabilities of the logits, divided by whatever number?"""
    if p.shape != logits.shape or not (p > 0).all():
        return False
    gaps, given = (np.diff(a, axis=-1).ravel() for a in (np.log(p), np.asarray(logits)))
    return bool(np.allclose(gaps, given * (gaps @ given) / (given @ given), atol=1e-3))


# 4.2 ---------------------------------------------------------------------------------------------

GRID = 200
SHARES = np.array([0.15, 0.05, 0.35, 0.1, 0.35])  # of 5 characters; the sums are no grid points
U = ((np.arange(GRID) + 0.5) / GRID).astype("float32")


@reference
def draw_reference(p: np.ndarray, u: np.ndarray, faults: frozenset[str]) -> dict[str, Any]:
    p, u = p.astype("float64"), u.astype("float64")
    rows, size = p.shape
    if "sorted first" in faults:
        p = np.sort(p, axis=-1)
    if "sorted downward first" in faults:
        p = -np.sort(-p, axis=-1)
    sums = np.cumsum(p, axis=0 if "sum over the batch" in faults else -1)
    if "no running sum" in faults:
        sums = p
    if "running product" in faults:
        sums = np.cumprod(p, axis=-1)
    for slip, one in (("the first u for all", u[0]), ("the mean u for all", u.mean())):
        if slip in faults:
            u = np.full_like(u, one)
    if "u along the vocabulary" in faults and rows != size:
        raise ValueError("u does not fit")
    if "next one" in faults:  # as with a running sum that begins at 0
        sums = np.concatenate([np.zeros((rows, 1)), sums[:, :-1]], axis=1)
    below = sums <= (u[None] if "u along the vocabulary" in faults else u[:, None])
    if "sums equal to u not counted" in faults:
        below = sums < u[:, None]
    count = below.sum(-1)
    if "counts the other side" in faults:
        count = (~below).sum(-1)
    if "first that is below" in faults:
        count = below.argmax(-1)
    if "first probability above u" in faults:
        count = (p > u[:, None]).argmax(-1)
    if "next one, cut" in faults:
        count = np.minimum(count + 1, size - 1)
    if "one before" in faults:
        count = count - 1
    if "one before, cut" in faults:
        count = np.maximum(count - 1, 0)
    if "argmax" in faults:
        count = p.argmax(-1)
    if "nearest probability" in faults:
        count = np.abs(p - u[:, None]).argmin(-1)
    if "nearest sum" in faults:
        count = np.abs(sums - u[:, None]).argmin(-1)
    if "all alike" in faults:
        count = np.floor(u * size).astype(int)
    at = np.clip(count, 0, size - 1)
    if "the sum, not the place" in faults:
        return {"the tokens": np.take_along_axis(sums, at[:, None], -1)[:, 0]}
    if "the probability, not the place" in faults:
        return {"the tokens": np.take_along_axis(p, at[:, None], -1)[:, 0]}
    if "the sum below, not the place" in faults:
        return {"the tokens": np.where(below, sums, 0).max(-1)}
    if "true and false" in faults:
        return {"the tokens": below}
    if "one-hot" in faults:
        return {"the tokens": np.eye(size)[at]}
    if "one number for all" in faults:
        return {"the tokens": below.sum()}
    return {"the tokens": count[:, None] if "a column" in faults else count}


DRAW_HINTS = {
    "argmax": "the most probable character is always taken, so a tune would soon repeat itself: "
    "use u to choose.",
    "all alike": "every character is as likely as every other, whatever p says: use p.",
    "no running sum": "u is compared with the probabilities: compare it with their running sum, "
    "`tf.cumsum(p, axis=-1)`.",
    "first probability above u": "the first probability above u is taken: compare u with the "
    "running sum of the probabilities, `tf.cumsum(p, axis=-1)`.",
    "nearest probability": "the probability nearest to u is taken: count the running sums that are "
    "not above u.",
    "nearest sum": "the running sum nearest to u is taken: count those that are not above u.",
    "running product": "the probabilities are multiplied up: the running *sum* is wanted, "
    "`tf.cumsum`.",
    "sum over the batch": "the running sum goes over the batch: it must go over the vocabulary, "
    "axis=-1.",
    "sums equal to u not counted": "where u is exactly a running sum, your token is one too early. "
    "Count the sums that are not above u: `<=`, not `<`.",
    "next one": "the token is one too far: the number of running sums that are not above u is its "
    "place. The sums begin with the first probability, not with 0 (no `exclusive`).",
    "next one, cut": "the token is one too far: the number of running sums that are not above u is "
    "its place, with nothing added.",
    "one before": "the token is one too early: the number of sums that are not above u is its "
    "place, with nothing taken away.",
    "one before, cut": "the token is one too early: the number of sums that are not above u is its "
    "place, with nothing taken away.",
    "counts the other side": "the sums above u are counted: count those that are not, they "
    "belong to the tokens before.",
    "first that is below": "the first running sum below u is taken, which is nearly always number "
    "0: count how many are not above u.",
    "the first u for all": "the same random number serves all rows: each row has its own u.",
    "the mean u for all": "the same number serves all rows: each row has its own u.",
    "u along the vocabulary": "u is laid along the vocabulary: each *row* has its own u. Make it a "
    "column, `u[:, tf.newaxis]`.",
    "sorted first": "the probabilities are sorted first, and the number is a place among the "
    "sorted: leave their order.",
    "sorted downward first": "the probabilities are sorted first, and the number is a place among "
    "the sorted: leave their order.",
    "a column": "the tokens have the shape (batch, 1): one number for each row is wanted, "
    "(batch,).",
    "one-hot": "these are rows of 0 and 1: the place of the 1 is wanted, one number for each row.",
    "one number for all": "the count goes over all rows together: count in each row, `axis=-1`.",
    "true and false": "these are true and false for each running sum: count them in each row.",
    "the sum, not the place": "this is the running sum, not the place in it: count the sums that "
    "are not above u.",
    "the sum below, not the place": "this is the running sum below u, not its number: count the "
    "sums that are not above u.",
    "the probability, not the place": "this is the character's probability, not its number.",
}
DRAW_MORE = {
    "u not used": "the same u gives different tokens: use u, and no random numbers of your own, or "
    "a tune could not be written twice.",
    "u does nothing": "another u gives the same tokens, and your code never reads u: u must "
    "decide.",
    "p does nothing": "other probabilities give the same tokens, and your code never reads p: use "
    "it.",
    "floats": "the tokens are right, but they are floats: a token is a place in the vocabulary, so "
    'cast to whole numbers, `"int32"`.',
}


def _draw_probe(batch: int, size: int, phase: float) -> tuple[np.ndarray, np.ndarray]:
    p = softmax(1.2 * numbers(batch, size, phase=phase).astype("float64"))
    u = 0.5 + 0.49 * np.sin(2.3 * np.arange(1, batch + 1) + phase)
    return p.astype("float32"), u.astype("float32")


GRID_PROBE = (np.tile(SHARES, (GRID, 1)).astype("float32"), U)
# Halves and quarters are exact: here u is a running sum, or just above or below one.
EXACT = (
    np.array([[0.25, 0.25, 0.5], [0.5, 0.25, 0.25], [0.0, 0.5, 0.5], [0.25, 0.5, 0.25],
              [0.25, 0.5, 0.25]], "float32"),
    np.array([0.5, 0.5, 0.0, 0.74999, 0.75001], "float32"),
)  # fmt: skip
DRAW = FaultModel(
    draw_reference, DRAW_HINTS,
    [_draw_probe(6, 6, 0.5), _draw_probe(7, 4, 1.2), EXACT, GRID_PROBE],
    most=2, tensors=True, families=False,
    axes={"p": "batch vocabulary", "u": "batch", "the tokens": "batch"},
)  # fmt: skip


@exercise(
    "4.2", "Each character is drawn as often as its probability says.",
    crashes=[("of bool|bool is not|type bool", "True and false cannot be summed by TensorFlow: "
              "cast them to numbers first, `tf.cast(..., tf.int32)`.")],
)  # fmt: skip
def draw(answer: Callable[..., Any]) -> Verdict:
    """`answer(p, u) → (batch,)` tokens."""
    import tensorflow as tf

    said = DRAW.judge(answer)
    if not callable(answer):
        return said

    def tokens(p: np.ndarray, u: np.ndarray) -> np.ndarray:
        return np.asarray(answer(tf.constant(p), tf.constant(u)))

    p, u = GRID_PROBE
    if said is not None:
        try:
            one, two = tokens(p, u), tokens(p, u)
            flat = [tokens(np.roll(p, n, axis=1), u) for n in range(1, len(SHARES))]
            other = [tokens(p, np.roll(u, GRID * n // 5)) for n in range(1, 5)]
        except NotImplementedError:
            raise
        except Exception:
            return said
        if not np.array_equal(one, two, equal_nan=one.dtype.kind == "f"):
            return named(DRAW_MORE, ["u not used"])
        exact = isinstance(said, list) and "sums equal to u not counted" in [n for n, _ in said]
        # Another way of cutting [0, 1) into pieces of the right lengths is right as well.
        counts = np.array([(one == token).sum() for token in range(len(SHARES))])
        right = one.shape == (GRID,) and np.abs(counts - GRID * SHARES).max() <= 2
        if exact or not right:
            never = never_read(answer, ("p", "u")) if all_finite(one) else []
            for name, seen in (("u", other), ("p", flat)):
                if isinstance(said, str) and name in never and all(same(o, one) for o in seen):
                    return named(DRAW_MORE, [f"{name} does nothing"])
            return said
        one = tokens(*DRAW.probes[0])
    else:
        one = tokens(p, u)
    if one.dtype.kind not in "iu":
        return named(DRAW_MORE, ["floats"])
    p, u = map(tf.constant, DRAW.probes[1])
    return None if compiles(answer, p, u) else [("not compilable", NOT_TENSORFLOW)]


# 4.3 ---------------------------------------------------------------------------------------------

END_ID = 0
FOR_EVER = 5000  # a loop that goes on after so many steps is said not to end


class RanOn(ValueError):
    """The loop went on long after it should have ended."""


class Misused(ValueError):
    """`step` or `choose` was given something else than it needs; its slip's name."""


class State:
    """What the machine knows after a step; nothing but the machine makes one."""

    def __init__(self, value: int):
        self.value = value


class Machine:
    """A small stand-in for a trained model: the state decides what comes next.

    Args:
        seed: another seed is another machine.
        most: so many steps before `RanOn` is raised.
    """

    def __init__(self, seed: int, most: int = 200):
        self.seed, self.most, self.steps, self.chosen, self.ended = seed, most, 0, 0, False

    def step(self, token: Any, state: Any = None) -> tuple[np.ndarray, State]:
        """(logits (1, 8), new state); the state None is the beginning."""
        self.steps += 1
        if self.steps > self.most:
            raise RanOn("ended" if self.ended else "the loop did not end")
        if state is not None and not isinstance(state, State):
            raise Misused("strange state")
        if token is None or isinstance(token, str | State) or np.size(token) != 1:
            raise Misused("strange token")
        before = self.seed if state is None else state.value
        after = (5 * before + 3 * int(np.ravel(token)[0]) + 1) % 97
        logits = np.sin((after + 2) * (np.arange(8) + 1.7))
        logits[END_ID] -= 0.6  # or tunes would be short
        return logits[np.newaxis], State(after)

    def choose(self, logits: Any) -> int:
        """The second largest and the third in turn: neither argmax nor the first."""
        if isinstance(logits, tuple | list) and len(logits) == 2:
            raise Misused("pair to choose")
        if isinstance(logits, State):
            raise Misused("state to choose")
        if np.size(logits) != 8:
            raise Misused("strange logits")
        self.chosen += 1
        token = int(np.argsort(np.ravel(logits))[-2 - self.chosen % 2])
        self.ended = self.ended or token == END_ID
        return token


@reference
def write_reference(seed: int, limit: int, faults: frozenset[str]) -> dict[str, Any]:
    machine = Machine(seed)
    first = 1 if "begins with 1" in faults else END_ID
    token, state, ids = first, None, []
    before = END_ID
    if "END at the front" in faults:
        ids.append(END_ID)
        limit += 1
    if "one too many" in faults:
        limit += 1
    if "one too few" in faults:
        limit -= 1
    tries = 0
    if "stops at the first token" in faults:
        return {"the tokens": np.array([], dtype=int)}
    while len(ids) < limit or "no limit" in faults:
        tries += 1
        if "END passed over" in faults and tries > limit:
            break
        if "every second lost" in faults:
            logits, state = machine.step(token, state)
            token = machine.choose(logits)
        fed = END_ID if "END fed every time" in faults else token
        fed = before if "token before fed" in faults else fed
        logits, new = machine.step(fed, None if "state forgotten" in faults else state)
        if not ("state of the first step" in faults and state is not None):
            state = new
        if "fed twice" in faults:
            logits, state = machine.step(fed, state)
        if "delayed" in faults:
            ids.append(token)
        before = token
        token = machine.choose(logits)
        if "argmax" in faults:
            token = int(np.argmax(logits))
        if token == END_ID and {"END passed over", "END passed over to the limit"} & faults:
            continue
        if token == END_ID and "goes on after END" not in faults:
            if "END kept" in faults:
                ids.append(token)
            break
        if "delayed" not in faults:
            ids.append(machine.choose(logits) if "chosen twice" in faults else token)
        if "written twice" in faults:
            ids.append(token)
        if "one character" in faults:
            break
    if "END at the end" in faults:
        ids.append(END_ID)
    if "first character lost" in faults:
        ids = ids[1:]
    if "last character lost" in faults:
        ids = ids[:-1]
    if "backward" in faults:
        ids = ids[::-1]
    if "last token only" in faults:
        ids = ids[-1:]
    if "number of tokens" in faults:
        return {"the tokens": len(ids)}
    return {"the tokens": np.array(ids, dtype=int)}


WRITE_HINTS = {
    "state forgotten": "the state is thrown away after each step, so the model knows one character "
    "only: give `step` the state that the last call returned.",
    "state of the first step": "the state of the first step is used for all: keep the new one each "
    "time.",
    "END fed every time": "the model is given END in every step: give it the token it has just "
    "chosen.",
    "token before fed": "the model is given the token before the last one: give it the one that "
    "was just chosen.",
    "begins with 1": "the first token given to the model is 1: a tune begins after END, number 0.",
    "fed twice": "each token goes through the model twice: one step for each.",
    "chosen twice": "`choose` is asked twice in a step, so the token that is written is not the "
    "one that the model is given: ask once, and keep the answer.",
    "argmax": "the largest logit is taken: let `choose` decide.",
    "goes on after END": "the tune goes on after END: stop there.",
    "END passed over": "END is left out, but the loop goes on after it: END ends the tune, so stop "
    "there.",
    "END passed over to the limit": "END is left out, but the loop goes on after it: END ends the "
    "tune, so stop there.",
    "stops at the first token": "the result is always empty: the loop ends at once. Is the test "
    "for END turned around, or is nothing stored?",
    "every second lost": "each time round the model takes two steps, and one of the two tokens is "
    "not stored: take one step, choose, store.",
    "END kept": "END is in the result: it says that the tune is over, and is no part of it.",
    "END at the end": "END is put at the end of the result: it says that the tune is over, and is "
    "no part of it.",
    "END at the front": "END stands at the front of the result: it only starts the model.",
    "delayed": "the result begins with END, which counts toward the limit: begin with an empty "
    "list, and store each token after it was chosen, not before.",
    "first character lost": "the first character is missing: the one chosen after END belongs to "
    "the tune.",
    "last character lost": "the last character is missing: every token chosen before END belongs "
    "to the tune.",
    "written twice": "each token is stored twice: once is enough.",
    "one too many": "a tune that does not end gets one token more than `limit`.",
    "one too few": "a tune that does not end gets one token less than `limit`. Count the tokens "
    "that are stored: there may be `limit` of them.",
    "one character": "only one token is written: repeat until END or the limit. Is the `return` "
    "inside the loop?",
    "last token only": "only the last token is there: store each one in the list.",
    "number of tokens": "this is how many tokens there are: return the tokens.",
    "backward": "the tokens are in the wrong order.",
    "no limit": f"the loop does not stop after `limit` tokens: when END was never chosen, it still "
    f"ran after {FOR_EVER:,} steps. It must end as soon as `limit` tokens are stored.",
}
MISUSED = {
    "strange state": "`step` is given a state that did not come from `step`: begin with None, and "
    "then give it the state that the call before returned, unchanged.",
    "strange token": "`step` is given something that is not one token. Its first argument is the "
    "number that `choose` returned (END, 0, at the beginning), its second the state.",
    "pair to choose": "`step` returns two things, logits and a new state, and `choose` was given "
    "both: unpack them, and give `choose` the logits.",
    "state to choose": "`choose` was given the state: `step` returns the logits first, then the "
    "state.",
    "strange logits": "`choose` was given something else than the logits that `step` returned.",
    "ended": WRITE_HINTS["goes on after END"],
    "many steps": "the loop ends too late: with limit={limit} your code takes {steps} steps of the "
    "model and returns {tokens} tokens. One step for each token is enough, and at most `limit`.",
    "not numbers": "a list of tokens, whole numbers, is expected; {what} came back.",
    "a tensor or text": "a list of tokens is expected, and text came back: `decode` is called "
    "later.",
}


def ends(seed: int) -> int:
    """After how many tokens this machine writes END, 200 if not before that."""
    try:
        return len(write_reference(seed, 10**6, frozenset())["the tokens"])
    except ValueError:  # it ran on
        return 200


SHORT = [seed for seed in range(97) if 5 <= ends(seed) <= 8]
LONG = [seed for seed in range(97) if 14 <= ends(seed) < 60]
ENDLESS = next(seed for seed in range(97) if ends(seed) == 200)
# Limits far above, at, just above and far below the place where the tune ends by itself.
WRITE = FaultModel(
    write_reference, WRITE_HINTS,
    [(SHORT[0], 40), (SHORT[1], ends(SHORT[1])), (SHORT[-1], ends(SHORT[-1]) + 1), (LONG[0], 9),
     (ENDLESS, 12), (LONG[-1], 1)],
    most=2, families=False,
    args=lambda seed, limit: (Machine(seed).step, Machine(seed).choose, limit),
)  # fmt: skip


@exercise(
    "4.3", "A tune is written character by character, the state carried along.",
    crashes=[("cannot unpack|not enough values|too many values", "`step` returns two things: "
              "`logits, state = step(token, state)`; `choose` returns one.")],
)  # fmt: skip
def write_tune(answer: Callable[..., Any]) -> Verdict:
    """`answer(step, choose, limit) → tokens`, without END."""
    if not callable(answer):
        return WRITE.judge(answer)
    slips: list[str] = []
    what: list[str] = []

    def write(seed: int, limit: int) -> Any:
        machine = Machine(seed)
        try:
            tokens = answer(machine.step, machine.choose, limit)
        except (Misused, RanOn) as error:
            slips.append(str(error) if str(error) in MISUSED else "")
            raise ValueError(str(error)) from None  # "it does not fit"
        if tokens is None:
            return None
        tokens = list(tokens) if hasattr(tokens, "__next__") else tokens
        if isinstance(tokens, str) or any(isinstance(t, str) for t in np.ravel(tokens).tolist()):
            slips.append("a tensor or text")
            return [tokens]
        array = np.asarray([] if len(np.shape(tokens)) and not len(tokens) else tokens)
        if kind_of(array) not in "iu" and array.size:
            what.append("an object that is no list of numbers" if kind_of(array) == "O"
                        else "a list of something else")  # fmt: skip
        elif array.ndim == 0:
            what.append("one number")
        elif array.ndim > 1:
            what.append(f"an array of shape {array.shape}")
        return array

    said = WRITE.judge(write)
    if said is None:
        return None
    told = [slip for slip in slips if slip]
    if told:
        return named(MISUSED, [told[0]])
    if what and not (isinstance(said, list) and said[0][0] == "number of tokens"):
        return named(MISUSED, ["not numbers"], what=what[0])
    ran_on = isinstance(said, list) and "no limit" in [name for name, _ in said]
    if ran_on or (slips and isinstance(said, str)):  # it went on, and nothing else is known
        return went_on(answer) or said
    return said


def went_on(answer: Callable[..., Any]) -> Verdict:
    """Does the loop never end, or too late? None if neither is seen."""
    late: Verdict = None
    for seed, limit in WRITE.probes:
        machine = Machine(seed, most=FOR_EVER)
        try:
            tokens = len(answer(machine.step, machine.choose, limit))
        except RanOn:
            return named(WRITE_HINTS, ["goes on after END" if machine.ended else "no limit"])
        except Exception:
            continue
        if machine.steps > 200 and late is None:
            words = {"limit": limit, "steps": machine.steps, "tokens": tokens}
            late = named(MISUSED, ["many steps"], **words)
    return late
