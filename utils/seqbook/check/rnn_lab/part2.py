"""Part 2: layers with memory. The state update, the loop over time, the layer, its Keras twin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...exercise import FaultModel, numbers
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


def _weights(inputs: int, units: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return numbers(inputs, units, phase=0.4), numbers(units, units, phase=1.2), numbers(units)


def _step_probe(batch: int, inputs: int, units: int) -> tuple:
    return numbers(batch, inputs, phase=0.8), numbers(batch, units, phase=2.5), *_weights(
        inputs, units
    )


def step_model(*probe: Any, faults: frozenset[str] = frozenset()) -> dict[str, Any]:
    """One step."""
    return {"the new state": new_state(*probe, faults=faults)}


STEP = FaultModel(step_model, STEP_HINTS, [_step_probe(3, 3, 3), _step_probe(2, 4, 3)])


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
    "same input": "every step gets the first input. Step t gets `xs[:, t]`.",
    "states added up": "each stored state is the sum of all states so far. Store `h` itself.",
}


def walk(
    xs: np.ndarray, h: np.ndarray, weights: tuple, faults: frozenset[str]
) -> tuple[np.ndarray, np.ndarray]:
    """All states as the answer returns them, and the state at the end."""
    start, states = h, []
    steps = list(range(xs.shape[1]))
    if "over the batch" in faults:
        steps = list(range(len(xs)))
    if "last step missing" in faults:
        steps = steps[:-1]
    if "first step missing" in faults:
        steps = steps[1:]
    if "backward" in faults:
        steps = steps[::-1]
    for t in steps:
        x = xs[:, 0 if "same input" in faults else t]
        if "over the batch" in faults:
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
    axis = 0 if "time first" in faults else -1 if "time last" in faults else 1
    return np.stack(states, axis=axis), h


def unroll_model(
    first: np.ndarray, second: np.ndarray, *weights: np.ndarray,
    faults: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """The states of two batches, one after the other."""

    def start(xs: np.ndarray) -> np.ndarray:
        h = np.zeros((len(xs), len(weights[1])))
        if "starts from ones" in faults:
            h = h + 1
        return h + weights[2] if "starts from the bias" in faults else h

    states, end = walk(first, start(first), weights, faults)
    again, _ = walk(second, end if "state leaks" in faults else start(second), weights, faults)
    return {"the states": states, "the states of a second batch": again}


def _unroll_probe(batch: int, steps: int, inputs: int, units: int, second: int = 0) -> tuple:
    return (
        numbers(batch, steps, inputs, phase=0.3),
        numbers(second or batch, steps, inputs, phase=1.9),
        *_weights(inputs, units),
    )


UNROLL = FaultModel(
    unroll_model,
    UNROLL_HINTS,
    [_unroll_probe(3, 3, 3, 3), _unroll_probe(2, 5, 4, 3, second=3)],
    most=2,
)


def two_batches(answer: Any) -> Any:
    """The answer run on one batch and then on another, as a training loop does."""
    if not callable(answer):
        return answer

    def run(first: Any, second: Any, *weights: Any) -> list[Any]:
        return [answer(first, *weights), answer(second, *weights)]

    return run


@LAB.exercise("2.2", "The loop over time: every state, from a fresh start for each batch.")
def unroll(answer: Any) -> Any:
    """Check `unroll(xs, W_xh, W_hh, b)`."""
    return UNROLL.judge(two_batches(answer))


# 2.3 · The layer --------------------------------------------------------------------------------

LAYER_HINTS = {
    **{name: UNROLL_HINTS[name] for name in (
        "state leaks", "state not updated", "stored too early", "only the last state",
        "time first", "backward",
    )},
    **{name: STEP_HINTS[name] for name in (
        "W_xh elementwise", "W_hh elementwise", "W_xh transposed", "W_hh transposed", "no tanh",
        "sigmoid for tanh", "relu for tanh", "input ignored", "no bias", "bias twice",
    )},
}  # fmt: skip
LAYER_HINTS["state leaks"] = (
    "the state is kept on the layer, so the second batch starts where the first one ended. "
    "Weights live on the layer; the state begins at zero in every call."
)
# From a start at zero, a state that is never used and one that is never updated are the same.
LAYER_HINTS["state not updated"] = (
    "every step comes out as if it were the first: the old state does not reach the new one. "
    "Carry it on: `h = tf.tanh(... + h @ self.W_hh + ...)`."
)
LAYER_HINTS["time first"] = UNROLL_HINTS["time first"].replace("np.stack", "tf.stack")
LAYER_HINTS["W_xh transposed"] = "W_xh is transposed. Its shape is (inputs, units): `x @ W_xh`."

WEIGHT_HINTS = {
    "weight missing": "self.{name} is missing. Make it in `build` with `self.add_weight(...)`.",
    "wrong shape": "self.{name} has the shape {got}, it should be {want}.",
    "not a weight": "self.{name} is a plain array, which no optimizer will ever train. Make it "
    "with `self.add_weight(...)`.",
    "weights frozen": "self.{name} is not trainable, so it will stay as it is. Leave out "
    "`trainable=False`.",
    "too many weights": "the layer has {count} trainable weights. It needs three: W_xh, W_hh "
    "and b.",
    "zero start": "W_xh and W_hh both start at zero: then all units are the same and stay the "
    'same. Use "glorot_uniform" and "orthogonal".',
}


def layer_model(
    first: np.ndarray, second: np.ndarray, *weights: np.ndarray,
    faults: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """What a layer with these weights returns for two batches."""
    step = faults & frozenset(STEP_HINTS)

    def run(xs: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        start, states = h, []
        for t in range(xs.shape[1]):
            x = xs[:, -1 - t if "backward" in faults else t]
            before, h = h, new_state(
                x, start if "state not updated" in faults else h, *weights, faults=step
            )
            states.append(before if "stored too early" in faults else h)
        if "only the last state" in faults:
            return states[-1], h
        return np.stack(states, axis=0 if "time first" in faults else 1), h

    states, end = run(first, np.zeros((len(first), len(weights[1]))))
    zeros = np.zeros((len(second), len(weights[1])))
    again, _ = run(second, end if "state leaks" in faults else zeros)
    return {"the states": states, "the states of a second batch": again}


LAYER = FaultModel(
    layer_model,
    LAYER_HINTS,
    [_unroll_probe(3, 3, 3, 3), _unroll_probe(2, 4, 5, 3, second=3)],
    most=2,
)


def weight_slip(layer: Any, inputs: int, units: int) -> list[tuple[str, str]] | None:
    """What is wrong with the weights of a layer that has just been built, or None."""

    def said(slip: str, **words: Any) -> list[tuple[str, str]]:
        return [(slip, WEIGHT_HINTS[slip].format(**words))]

    wants = {"W_xh": (inputs, units), "W_hh": (units, units), "b": (units,)}
    for name, shape in wants.items():
        weight = getattr(layer, name, None)
        if weight is None:
            return said("weight missing", name=name)
        if tuple(np.shape(weight)) != shape:
            return said("wrong shape", name=name, got=tuple(np.shape(weight)), want=shape)
        if not any(weight is tracked for tracked in layer.weights):
            return said("not a weight", name=name)
        if not weight.trainable:
            return said("weights frozen", name=name)
    if len(layer.trainable_weights) != len(wants):
        return said("too many weights", count=len(layer.trainable_weights))
    if not np.any(layer.W_xh) and not np.any(layer.W_hh):
        return said("zero start")
    return None


@LAB.exercise("2.3", "Your own Keras layer: it keeps its weights, and not its state.")
def my_rnn(answer: Any) -> Any:
    """Check the class `MyRNN`."""
    if not isinstance(answer, type):
        return "give the check the class itself: `check.my_rnn(MyRNN)`."
    import tensorflow as tf

    # Sizes that all differ first: square weights hide a wrong shape.
    layer = answer(3)
    layer.build((None, None, 5))
    slip = weight_slip(layer, inputs=5, units=3)
    if slip:
        return slip

    def run(first: Any, second: Any, *weights: Any) -> list[Any]:
        layer = answer(len(weights[1]))
        layer.build((None, None, first.shape[-1]))
        for name, value in zip(("W_xh", "W_hh", "b"), weights, strict=True):
            getattr(layer, name).assign(value)
        return [layer(tf.constant(xs)) for xs in (first, second)]

    return LAYER.judge(run)


# 2.4 · The same weights in SimpleRNN ------------------------------------------------------------

COPY_HINTS = {
    "nothing copied": "the weights of `theirs` are what they were. Call "
    "`theirs.set_weights([...])`.",
    "wrong direction": "the copy goes the wrong way: `mine` has got the weights of `theirs`.",
    "W_xh transposed": "W_xh arrives transposed. Keras' kernel has the same shape, "
    "(inputs, units): copy it as it is.",
    "W_hh transposed": "W_hh arrives transposed. Keras computes `h @ recurrent_kernel` too: copy "
    "it as it is.",
    "exchanged": "W_xh and W_hh are exchanged. Keras wants kernel (W_xh), recurrent kernel "
    "(W_hh), bias, in this order.",
    "kernel not copied": "the kernel of `theirs` is not W_xh yet.",
    "recurrent kernel not copied": "the recurrent kernel of `theirs` is not W_hh yet.",
    "bias not copied": "the bias of `theirs` is not b yet.",
    "bias set to zero": "the bias of `theirs` is all zeros. Copy `mine.b`: after training it is "
    "not zero.",
}


def copy_model(
    W_xh: np.ndarray, W_hh: np.ndarray, b: np.ndarray,
    old_xh: np.ndarray, old_hh: np.ndarray, old_b: np.ndarray,
    faults: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """The weights of both layers after the copy."""
    mine, old = [W_xh, W_hh, b], [old_xh, old_hh, old_b]
    theirs = [W_xh, W_hh, b]
    if "W_xh transposed" in faults:
        theirs[0] = W_xh.T
    if "W_hh transposed" in faults:
        theirs[1] = W_hh.T
    if "exchanged" in faults:
        theirs[:2] = theirs[1::-1]
    for i, name in enumerate(("kernel", "recurrent kernel", "bias")):
        if f"{name} not copied" in faults:
            theirs[i] = old[i]
    if "bias set to zero" in faults:
        theirs[2] = np.zeros_like(b)
    if faults & {"nothing copied", "wrong direction"}:
        theirs = old
    if "wrong direction" in faults:
        mine = old
    if [w.shape for w in theirs] != [w.shape for w in old]:
        raise ValueError("Keras does not take weights of another shape")
    names = ("the kernel", "the recurrent kernel", "the bias", "your W_xh", "your W_hh", "your b")
    return dict(zip(names, [*theirs, *mine], strict=True))


def _copy_probe(inputs: int, units: int) -> tuple:
    old = numbers(inputs, units, phase=3.0), numbers(units, units, phase=4.0), numbers(
        units, phase=5.0
    )
    return *_weights(inputs, units), *old


COPY = FaultModel(copy_model, COPY_HINTS, [_copy_probe(3, 3), _copy_probe(2, 4)], most=2)


def copied_by(answer: Callable[..., Any], layer_class: type) -> Callable[..., list[np.ndarray]]:
    """The weights of both layers after the learner's copy between freshly built ones."""

    def run(W_xh: Any, W_hh: Any, b: Any, *old: Any) -> list[np.ndarray]:
        import keras

        mine = layer_class(len(b))
        theirs = keras.layers.SimpleRNN(len(b), return_sequences=True)
        for layer in (mine, theirs):
            layer.build((None, None, len(W_xh)))
        for name, value in zip(("W_xh", "W_hh", "b"), (W_xh, W_hh, b), strict=True):
            getattr(mine, name).assign(value)
        theirs.set_weights(list(old))
        answer(mine, theirs)
        return [*theirs.get_weights(), *(w.numpy() for w in (mine.W_xh, mine.W_hh, mine.b))]

    return run


@LAB.exercise("2.4", "Your weights in Keras' SimpleRNN: the same numbers come out.")
def copy_weights(answer: Any, layer_class: Any) -> Any:
    """Check `copy_weights(mine, theirs)` between a `MyRNN` and a SimpleRNN."""
    if not callable(answer) or not isinstance(layer_class, type):
        return "give the check both: `check.copy_weights(copy_weights, MyRNN)`."
    return COPY.judge(copied_by(answer, layer_class))
