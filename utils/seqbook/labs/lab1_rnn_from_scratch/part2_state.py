"""Part 2: layers with memory. The state update and the loop over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...checking import FaultModel, numbers
from .lab import LAB, sigmoid, times

# 2.1 · One step ---------------------------------------------------------------------------------

STEP_HINTS = {
    "W_xh elementwise": "x and W_xh are multiplied element by element (`*`). Each new state "
    "needs all inputs: the matrix product `x @ W_xh`.",
    "W_hh elementwise": "h and W_hh are multiplied element by element (`*`). Each new state "
    "needs all old ones: the matrix product `h @ W_hh`.",
    "W_xh transposed": "W_xh is transposed. In rows, W_xhᵀx is written `x @ W_xh`.",
    "W_hh transposed": "W_hh is transposed. In rows, W_hhᵀh is written `h @ W_hh`. W_hh is square, "
    "so no error tells you.",
    "columns": "this is the formula for columns, word for word. Here each example is a row: "
    "W_xhᵀx becomes `x @ W_xh`, and W_hhᵀh becomes `h @ W_hh`.",
    "W_xh for the state": "the state goes through W_xh. It has a matrix of its own: `h @ W_hh`.",
    "weights exchanged": "W_xh and W_hh are exchanged. The input x goes with W_xh, the state h with "
    "W_hh.",
    "no tanh": "the sum is not squashed: put tanh around all of it.",
    "sigmoid for tanh": "there is a sigmoid around the sum; the formula says tanh.",
    "relu for tanh": "there is a ReLU around the sum; the formula says tanh.",
    "tanh twice": "the state goes through tanh twice.",
    "tanh of each part": "each part goes through a tanh of its own and then they are added. Add "
    "first, then one tanh around the sum.",
    "input ignored": "the input x does not reach the new state: `x @ W_xh` is missing.",
    "state ignored": "the old state does not reach the new one: `h @ W_hh` is missing, so "
    "nothing is remembered.",
    "no bias": "the bias `b` is missing.",
    "bias outside tanh": "the bias is added after tanh. It belongs inside, with the other two.",
    "bias twice": "the bias is added twice. One `b` serves both products.",
    "old state added": "the old state is also added to the result. Only tanh of the sum is "
    "returned: the old state comes in through W_hh.",
}


def squash(parts: list[np.ndarray], faults: frozenset[str]) -> np.ndarray:
    """tanh of the sum of the parts, or what a slip makes of it."""
    if "tanh of each part" in faults:
        return sum(np.tanh(part) for part in parts)
    z = sum(parts)
    if "no tanh" in faults:
        return z
    if "sigmoid for tanh" in faults:
        return sigmoid(z)
    if "relu for tanh" in faults:
        return np.maximum(z, 0)
    return np.tanh(np.tanh(z)) if "tanh twice" in faults else np.tanh(z)


def new_state(
    x: np.ndarray, h: np.ndarray, W_xh: np.ndarray, W_hh: np.ndarray, b: np.ndarray,
    faults: frozenset[str] = frozenset(),
) -> np.ndarray:
    """tanh(x @ W_xh + h @ W_hh + b), with the slips of TODO 2.1 as switches."""
    parts = []
    if "W_xh for the state" in faults:
        W_hh = W_xh
    if "weights exchanged" in faults:
        W_xh, W_hh = W_hh, W_xh
    if "columns" in faults:
        x, h, W_xh, W_hh = W_xh.T, W_hh.T, x, h
    if "input ignored" not in faults:
        parts.append(times(x, W_xh, "W_xh", faults))
    if "state ignored" not in faults:
        parts.append(times(h, W_hh, "W_hh", faults))
    if not faults & {"no bias", "bias outside tanh"}:
        parts.append((2 if "bias twice" in faults else 1) * b)
    new = squash(parts, faults)
    if "bias outside tanh" in faults:
        new = new + b
    return new + h if "old state added" in faults else new


def cell_weights(inputs: int, units: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return numbers(inputs, units, phase=0.4), numbers(units, units, phase=1.2), numbers(units)


def _step_probe(batch: int, inputs: int, units: int) -> tuple:
    return 1.4 * numbers(batch, inputs, phase=0.8), numbers(batch, units, phase=2.5), *(
        cell_weights(inputs, units)
    )


def step_model(
    x: np.ndarray, h: np.ndarray, W_xh: np.ndarray, W_hh: np.ndarray, b: np.ndarray,
    faults: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """One step."""
    return {"the new state": new_state(x, h, W_xh, W_hh, b, faults=faults)}


CELL_AXES = {"W_xh": "inputs units", "W_hh": "units units", "b": "units"}
STEP = FaultModel(
    step_model,
    STEP_HINTS,
    [_step_probe(3, 3, 3), _step_probe(2, 4, 3), _step_probe(4, 2, 5)],
    axes={"x": "batch inputs", "h": "batch units", "the new state": "batch units", **CELL_AXES},
)


@LAB.exercise("2.1", "The state update: new state from new input and old state.")
def rnn_step(answer: Any) -> Any:
    """Check `rnn_step(x, h, W_xh, W_hh, b)`."""
    return STEP.judge(answer)


# 2.2 · The loop over time -----------------------------------------------------------------------

UNROLL_HINTS = {
    "state leaks": "the state of one call is the start of the next. A new batch holds other "
    "sequences: make `h` anew, all zeros, inside the function.",
    "state not updated": "every step starts from the first state. Carry it on: "
    "`h = rnn_step(..., h, ...)`.",
    "starts from ones": "the first state should be all zeros, yours is all ones.",
    "starts from the bias": "the first state should be all zeros, yours is the bias.",
    "stored too early": "each state is stored before it is updated, so the list is one step late "
    "and begins with zeros. Update `h` first, then append it.",
    "initial state kept": "there is one state too many: the zeros you start from are in the list "
    "too. Return h₁ … h_T only.",
    "only the last state": "only the last state is returned. Keep one per step, in a list, and "
    "stack them.",
    "first step only": "there is only one state, the first. Is `return` inside the loop? Move it "
    "out, to the left.",
    "last step missing": "the last step is missing. Is it `range(T)`?",
    "first step missing": "the first step is missing. Python counts from 0: `range(T)`.",
    "time first": "time is the first axis of your result. It should be the second, "
    "(batch, T, units): `np.stack(states, axis=1)`.",
    "time last": "time is the last axis of your result. It should be the second, "
    "(batch, T, units): `np.stack(states, axis=1)`.",
    "backward": "the sequence is read from its end. Start with `xs[:, 0]`.",
    "returned backward": "the states come back in reverse order. The first one belongs to step 1.",
    "over the batch": "your loop goes over the examples, `xs[t]`. Time is the second axis: "
    "`xs[:, t]`.",
    "sequence by sequence": "your loop goes over the examples: `for x in xs` takes one sequence at "
    "a time, and the state runs from one into the next. Time is the second axis: `xs[:, t]`.",
    "as many steps as examples": "your loop has as many rounds as there are examples, `len(xs)`. "
    "The number of steps is the size of the second axis: `xs.shape[1]`.",
    "same input": "every step gets the first input. Step t gets `xs[:, t]`.",
    "states added up": "each stored state is the sum of all states so far. Store `h` itself.",
}


def walk(
    xs: np.ndarray, h: np.ndarray, weights: tuple, faults: frozenset[str]
) -> tuple[np.ndarray, np.ndarray]:
    """All states as the answer returns them, and the state at the end."""
    start, states = h, []
    steps = list(range(xs.shape[1]))
    if "as many steps as examples" in faults:
        if len(xs) > xs.shape[1]:
            raise ValueError("there is no such step")
        steps = list(range(len(xs)))
    if faults & {"over the batch", "sequence by sequence"}:
        steps, h = list(range(len(xs))), h[:1]
    if "last step missing" in faults:
        steps = steps[:-1]
    if "first step missing" in faults:
        steps = steps[1:]
    if "first step only" in faults:
        steps = steps[:1]
    if "backward" in faults:
        steps = steps[::-1]
    for t in steps:
        x = xs[:, 0 if "same input" in faults else t]
        if faults & {"over the batch", "sequence by sequence"}:
            x = xs[0 if "same input" in faults else t]
        if "stored too early" in faults:
            states.append(h)
        h = new_state(x, start if "state not updated" in faults else h, *weights)
        if "stored too early" not in faults:
            states.append(h)
    if "initial state kept" in faults:
        states.insert(0, start)
    if "states added up" in faults:
        states = list(np.cumsum(states, axis=0))
    if "returned backward" in faults:
        states = states[::-1]
    if "only the last state" in faults:
        return states[-1], h
    if "time last" in faults:
        return np.stack(states, axis=-1), h
    first = faults & {"time first", "sequence by sequence"}
    return np.stack(states, axis=0 if first else 1), h


def unroll_model(
    xs: np.ndarray, second: np.ndarray, W_xh: np.ndarray, W_hh: np.ndarray, b: np.ndarray,
    faults: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """The states of two batches, one after the other."""
    weights = W_xh, W_hh, b

    def start(xs: np.ndarray) -> np.ndarray:
        h = np.zeros((len(xs), len(weights[1])))
        if "starts from ones" in faults:
            h = h + 1
        return h + weights[2] if "starts from the bias" in faults else h

    states, end = walk(xs, start(xs), weights, faults)
    again, _ = walk(second, end if "state leaks" in faults else start(second), weights, faults)
    return {"the array of states": states, "the result for a second batch": again}


def batches_probe(batch: int, steps: int, inputs: int, units: int, second: int = 0) -> tuple:
    return (
        1.4 * numbers(batch, steps, inputs, phase=0.3),
        numbers(second or batch, steps, inputs, phase=1.9),
        *cell_weights(inputs, units),
    )


def both(first: Any, second: Any) -> list[Any] | None:
    """Two results as one; None if there are none."""
    return None if first is None and second is None else [first, second]


def two_batches(answer: Any, xs: Any, second: Any, *weights: Any) -> list[Any] | None:
    """The answer run on one batch and then on another, as a training loop does."""
    return both(answer(xs, *weights), answer(second, *weights))


STATES_AXES = dict.fromkeys(
    ("the array of states", "the result for a second batch"), "batch time units"
)
UNROLL = FaultModel(
    unroll_model,
    UNROLL_HINTS,
    [batches_probe(3, 3, 3, 3), batches_probe(2, 5, 4, 3, second=3), batches_probe(1, 4, 2, 5)],
    most=2,
    axes={"xs": "batch time inputs", **STATES_AXES, **CELL_AXES},
    alone={"the result for a second batch": "state leaks"},
    call=two_batches,
    args=lambda xs, second, *weights: (xs, *weights),
)


@LAB.exercise("2.2", "The loop over time: every state, from a fresh start for each batch.")
def unroll(answer: Any) -> Any:
    """Check `unroll(xs, W_xh, W_hh, b)`."""
    return UNROLL.judge(answer)
