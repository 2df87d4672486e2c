"""Part 3: learning through time. One step back, and all steps back."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...checking import FaultModel, numbers
from .lab import LAB

# 3.3 · One step back ----------------------------------------------------------------------------

BACK_HINTS = {
    "no slope of tanh": "the slope of tanh is missing: dz = dh · (1 − h²).",
    "slope from the old state": "the slope of tanh uses `h_before`. It is taken at the new state: "
    "1 − h².",
    "slope not squared": "the slope of tanh is 1 − h², yours is 1 − h.",
    "tanh again": "h is tanh(z) already: the slope is 1 − h², without another tanh.",
    "slope as a matrix product": "dh and the slope are multiplied as matrices. Each unit has "
    "its own slope: `dh * (1 - h**2)`, element by element.",
    "slope of the sigmoid": "h (1 − h) is the slope of a sigmoid. That of tanh is 1 − h².",
    "slope upside down": "the slope of tanh is 1 − h²; yours divides by it.",
    "W_hh not transposed": "the way back through W_hh is its transpose: `dz @ W_hh.T`.",
    "dh_before elementwise": "dz and W_hh are multiplied element by element. It is the matrix "
    "product `dz @ W_hh.T`.",
    "dh_before the wrong way round": "dh_before is `W_hh.T @ dz`. Examples are rows, so dz "
    "stands on the left: `dz @ W_hh.T`.",
    "dh_before skips tanh": "dh_before is computed from dh. The way back leads through tanh "
    "first: `dz @ W_hh.T`.",
    "dW_hh from the new state": "dW_hh uses the new state h. W_hh was multiplied by the *old* "
    "state: `h_before.T @ dz`.",
    "dW_xh skips tanh": "dW_xh is computed from dh. The way back leads through tanh first: use "
    "dz.",
    "dW_hh skips tanh": "dW_hh is computed from dh. The way back leads through tanh first: use "
    "dz.",
    "db skips tanh": "db is computed from dh. The way back leads through tanh first: use dz.",
    "x not transposed": "x is not transposed in dW_xh: `x.T @ dz` has the shape of W_xh.",
    "h_before not transposed": "h_before is not transposed in dW_hh: `h_before.T @ dz` has the "
    "shape of W_hh.",
    "dW_xh transposed": "dW_xh is transposed: it has the shape of W_xh, `x.T @ dz`.",
    "dW_hh transposed": "dW_hh is transposed: `h_before.T @ dz`. It is square, so no error tells "
    "you.",
    "db not summed": "db has one row per example. b was added to all of them: sum over the batch, "
    "`axis=0`.",
    "db summed over units": "db is summed over the units. Sum over the batch: `axis=0`.",
    "db one number": "db is the sum over everything, one number. Each unit has its own bias: "
    "sum over the batch only, `axis=0`.",
    "db averaged": "db is averaged over the batch. The mean is already in dh: sum, `axis=0`.",
    "weights averaged": "dW_xh and dW_hh are divided by the batch size. The mean is already in "
    "dh: sum only.",
    "first example only": "dW_xh and dW_hh come from the first example alone. Every example of the "
    "batch has its part: a matrix product adds them up.",
    "slope of the difference": "the difference is squared, (1 − h)². The slope of tanh is 1 − h²: "
    "square h first.",
    "slope negative": "the slope of tanh has the wrong sign: it is 1 − h², never below 0.",
    "slope added": "the slope of tanh is added to dh. Multiply: dz = dh · (1 − h²).",
}


def back(
    dh: np.ndarray, x: np.ndarray, h_before: np.ndarray, h: np.ndarray, W_hh: np.ndarray,
    faults: frozenset[str] = frozenset(),
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gradients at W_xh, W_hh, b and the old state, from that at the new state."""
    dz = dh * (1 - h**2)
    if "no slope of tanh" in faults:
        dz = dh
    if "slope from the old state" in faults:
        dz = dh * (1 - h_before**2)
    if "slope not squared" in faults:
        dz = dh * (1 - h)
    if "tanh again" in faults:
        dz = dh * (1 - np.tanh(h) ** 2)
    if "slope as a matrix product" in faults:
        dz = dh @ (1 - h**2)
    if "slope of the sigmoid" in faults:
        dz = dh * h * (1 - h)
    if "slope upside down" in faults:
        dz = dh / (1 - h**2)
    if "slope of the difference" in faults:
        dz = dh * (1 - h) ** 2
    if "slope negative" in faults:
        dz = dh * (h**2 - 1)
    if "slope added" in faults:
        dz = dh + (1 - h**2)

    def through(name: str) -> np.ndarray:
        return dh if f"{name} skips tanh" in faults else dz

    old = h if "dW_hh from the new state" in faults else h_before
    dW_xh = (x if "x not transposed" in faults else x.T) @ through("dW_xh")
    dW_hh = (old if "h_before not transposed" in faults else old.T) @ through("dW_hh")
    if "first example only" in faults:
        dW_xh, dW_hh = x[:1].T @ through("dW_xh")[:1], old[:1].T @ through("dW_hh")[:1]
    if "dW_xh transposed" in faults:
        dW_xh = dW_xh.T
    if "dW_hh transposed" in faults:
        dW_hh = dW_hh.T
    if "weights averaged" in faults:
        dW_xh, dW_hh = dW_xh / len(x), dW_hh / len(x)
    db = through("db")
    if "db summed over units" in faults:
        db = db.sum(axis=1)
    elif "db one number" in faults:
        db = db.sum()
    elif "db not summed" not in faults:
        db = db.mean(axis=0) if "db averaged" in faults else db.sum(axis=0)
    before = through("dh_before")
    if "dh_before elementwise" in faults:
        dh_before = before * W_hh
    elif "dh_before the wrong way round" in faults:
        dh_before = W_hh.T @ before
    else:
        dh_before = before @ (W_hh if "W_hh not transposed" in faults else W_hh.T)
    return dW_xh, dW_hh, db, dh_before


def back_model(
    dh: np.ndarray, x: np.ndarray, h_before: np.ndarray, h: np.ndarray, W_hh: np.ndarray,
    faults: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """One step back."""
    names = ("dW_xh", "dW_hh", "db", "dh_before")
    return dict(zip(names, back(dh, x, h_before, h, W_hh, faults=faults), strict=True))


def _back_probe(batch: int, inputs: int, units: int) -> tuple:
    return (
        1.4 * numbers(batch, units, phase=0.2), 1.4 * numbers(batch, inputs, phase=0.8),
        numbers(batch, units, phase=2.5), 0.9 * numbers(batch, units, phase=1.4),
        numbers(units, units, phase=1.2),
    )  # fmt: skip


BACK_AXES = {
    "dh": "batch units", "x": "batch inputs", "h_before": "batch units", "h": "batch units",
    "W_hh": "units units", "dW_xh": "inputs units", "dW_hh": "units units", "db": "units",
    "dh_before": "batch units",
}  # fmt: skip
BACK = FaultModel(
    back_model,
    BACK_HINTS,
    [_back_probe(3, 3, 3), _back_probe(2, 5, 4), _back_probe(4, 2, 3)],
    most=2,
    axes=BACK_AXES,
)


@LAB.exercise("3.3", "One step back: through tanh, to the weights and to the state before.")
def step_back(answer: Any) -> Any:
    """Check `step_back(dh, x, h_before, h, W_hh)`."""
    return BACK.judge(answer)


# 3.4 · Back through time ------------------------------------------------------------------------

BPTT_HINTS = {
    "not carried back": "nothing is carried from one step to the one before: the gradient of a "
    "state has two parts, its own output's and the `dh_before` of the step after it.",
    "own output ignored": "only the last state's own gradient is used. Each earlier step adds "
    "its own: `dh = dh + dstates[:, t]`.",
    "own output never added": "`dstates` is never used, so there is nothing to carry back. At each "
    "step: `dh = dh + dstates[:, t]`.",
    "carry kept": "the carried gradient piles up. After each step `dh` is replaced by "
    "`dh_before`, not added to it.",
    "overwritten": "the gradients of the weights are those of one step alone, the last one your "
    "loop came to. The same weights are used at every step: add the steps up with `+=`.",
    "averaged over time": "the gradients are divided by the number of steps. The loss is a sum "
    "over time, so they are summed.",
    "forward": "the loop runs forward in time. The gradient of a state needs that of the next "
    "one: go backward, `reversed(range(T))`.",
    "state before the first wraps": "before step 1 comes the initial state, zeros. At t = 0 "
    "`states[:, t - 1]` is the *last* state: Python counts −1 from the end.",
    "old state is the new one": "`h_before` is the state of the same step. It is "
    "`states[:, t - 1]`.",
    "old state is the next one": "`h_before` is the state of the step *after*. It is "
    "`states[:, t - 1]`.",
    "first step skipped": "step 1 is left out. It has no state before it, but an input and a "
    "bias.",
    "last step skipped": "the last step is left out: begin at T − 1.",
    "same input": "every step uses the first input. Step t has `xs[:, t]`.",
    "own output one step late": "`dstates` is added after the step back, so it counts for the "
    "step before. Add `dstates[:, t]` to `dh` first, then call `step_back`.",
    "states exchanged": "the old and the new state are exchanged in the call of `step_back`: first "
    "`h_before`, then the state of step t.",
    "examples for steps": "`xs[t]` is a whole sequence, of example t. The inputs of step t are "
    "`xs[:, t]`: time is the second axis.",
    "cut at every step": "`dh` is cut to −1 … 1 at every step, which makes another gradient. Leave "
    "that out: clipping comes later, once for all gradients together.",
    "divided by the batch": "the gradients are divided by the number of examples. The mean over "
    "the batch is already in `dstates`: only add up.",
    "last state's gradient kept": "`dh` is never replaced by the `dh_before` that `step_back` "
    "gives, so only the outputs' own gradients pile up.",
}


def bptt_model(
    xs: np.ndarray, states: np.ndarray, dstates: np.ndarray, W_hh: np.ndarray,
    faults: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Gradients at W_xh, W_hh and b, summed over all steps."""
    T = xs.shape[1]
    order = list(range(T - 1, -1, -1))
    if "forward" in faults:
        order = order[::-1]
    if "first step skipped" in faults:
        order.remove(0)
    if "last step skipped" in faults:
        order.remove(T - 1)
    total: list[Any] = [0.0, 0.0, 0.0]
    dh = np.zeros_like(states[:, 0])
    for t in order:
        h_before = states[:, t - 1]
        if t == 0 and "state before the first wraps" not in faults:
            h_before = np.zeros_like(h_before)
        if "old state is the new one" in faults:
            h_before = states[:, t]
        if "old state is the next one" in faults:
            h_before = states[:, t + 1] if t + 1 < T else np.zeros_like(h_before)
        ignored = "own output ignored" in faults and t != order[0]
        if not ignored and "own output never added" not in faults:
            dh = dh + (0 if "own output one step late" in faults else dstates[:, t])
        if "cut at every step" in faults:
            dh = np.clip(dh, -1, 1)
        x = xs[:, 0 if "same input" in faults else t]
        if "examples for steps" in faults:
            if len(xs) < T or xs.shape[:2] != states.shape[:1] * 2:
                raise ValueError("there is no such example")
            x = xs[t]
        pair = (states[:, t], h_before) if "states exchanged" in faults else (
            h_before, states[:, t]
        )
        *grads, dh_before = back(dh, x, *pair, W_hh)
        keep = 0 if "overwritten" in faults else 1
        total = [keep * a + g for a, g in zip(total, grads, strict=True)]
        if "last state's gradient kept" in faults:
            continue
        if "own output one step late" in faults:
            dh_before = dh_before + dstates[:, t]
        if "carry kept" in faults:
            dh = dh + dh_before
        else:
            dh = 0 * dh if "not carried back" in faults else dh_before
    if "averaged over time" in faults:
        total = [a / T for a in total]
    if "divided by the batch" in faults:
        total = [a / len(xs) for a in total]
    return dict(zip(("dW_xh", "dW_hh", "db"), total, strict=True))


def _bptt_probe(batch: int, steps: int, inputs: int, units: int) -> tuple:
    return (
        1.4 * numbers(batch, steps, inputs, phase=0.3),
        0.9 * numbers(batch, steps, units, phase=1.4),
        1.4 * numbers(batch, steps, units, phase=2.2), numbers(units, units, phase=1.2),
    )  # fmt: skip


BPTT = FaultModel(
    bptt_model,
    BPTT_HINTS,
    [_bptt_probe(3, 3, 3, 3), _bptt_probe(3, 4, 3, 3), _bptt_probe(2, 3, 5, 4)],
    most=2,
    axes={
        "xs": "batch time inputs", "states": "batch time units", "dstates": "batch time units",
        "W_hh": "units units", "dW_xh": "inputs units", "dW_hh": "units units", "db": "units",
    },  # fmt: skip
)


@LAB.exercise("3.4", "Back through time: every step adds its part to the same weights.")
def bptt(answer: Any) -> Any:
    """Check `bptt(xs, states, dstates, W_hh)`."""
    return BPTT.judge(answer)
