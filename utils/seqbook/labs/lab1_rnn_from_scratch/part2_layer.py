"""Part 2: layers with memory. The layer of one's own, and its twin in Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...checking import FaultModel, numbers, same
from .lab import LAB
from .part2_state import (
    CELL_AXES, STATES_AXES, STEP_HINTS, UNROLL_HINTS, batches_probe, both, cell_weights, new_state,
)
from .part3_back import bptt_model

# 2.3 · The layer --------------------------------------------------------------------------------

LAYER_HINTS = {
    **{name: UNROLL_HINTS[name] for name in (
        "state leaks", "state not updated", "stored too early", "only the last state",
        "time first", "backward", "sequence by sequence",
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
LAYER_HINTS["sequence by sequence"] = (
    "`xs[t]` is a whole sequence, of example t. The inputs of step t are `xs[:, t]`: time is the "
    "second axis."
)
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
    "units alike": "all units start with the same weights, so they compute the same and get the "
    'same gradient: they stay one unit for ever. Use "glorot_uniform" and "orthogonal".',
    "random start": "the same batch gives another result each time, so the state does not begin "
    "at zero. Begin with `tf.zeros`.",
    "no gradient": "the states are right, but no gradient reaches self.{name}: a step in `call` "
    "leaves TensorFlow. Use `tf.tanh` for `np.tanh`, `tf.stack` for `np.stack`, and no `.numpy()`.",
    "gradient cut": "the states are right, but the gradient at self.{name} is not: it is cut on "
    "its way back through time. Leave out `tf.stop_gradient`, and do not make the state anew from "
    "its numbers.",
    "wrong type": "the states come back as {got}. The next layers compute in float32: return a "
    "float32 tensor, `tf.stack(states, axis=1)`, and begin with `tf.zeros`.",
}


def layer_model(
    xs: np.ndarray, second: np.ndarray, W_xh: np.ndarray, W_hh: np.ndarray, b: np.ndarray,
    faults: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """What a layer with these weights returns for two batches."""
    weights = W_xh, W_hh, b
    step = faults & frozenset(STEP_HINTS)

    def run(xs: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        start, states = h, []
        by_sequence = "sequence by sequence" in faults
        if by_sequence and len(xs) < xs.shape[1]:
            raise ValueError("there is no such example")
        for t in range(xs.shape[1]):
            x = xs[t] if by_sequence else xs[:, -1 - t if "backward" in faults else t]
            before, h = h, new_state(
                x, start if "state not updated" in faults else h, *weights, faults=step
            )
            states.append(before if "stored too early" in faults else h)
        if "only the last state" in faults:
            return states[-1], h
        return np.stack(states, axis=0 if "time first" in faults else 1), h

    states, end = run(xs, np.zeros((len(xs), len(W_hh))))
    zeros = np.zeros((len(second), len(weights[1])))
    again, _ = run(second, end if "state leaks" in faults else zeros)
    return {"the array of states": states, "the result for a second batch": again}


def on_two_batches(answer: Any, xs: Any, second: Any, *weights: Any) -> list[Any] | None:
    """What a new layer of this class, with these weights, returns for two batches."""
    import tensorflow as tf

    layer = filled(answer, xs.shape[-1], weights)
    return both(layer(tf.constant(xs)), layer(tf.constant(second)))


def filled(answer: Any, inputs: int, weights: Any) -> Any:
    """A new layer of this class with these weights."""
    import tensorflow as tf

    layer = answer(len(weights[1]))
    layer.build((None, None, inputs))
    for name, value in zip(("W_xh", "W_hh", "b"), weights, strict=True):
        weight = getattr(layer, name)
        if hasattr(weight, "assign"):
            weight.assign(value)
        else:  # a plain array: told elsewhere, but the rest can be looked at
            setattr(layer, name, tf.constant(value))
    return layer


LAYER = FaultModel(
    layer_model,
    LAYER_HINTS,
    [batches_probe(3, 3, 3, 3), batches_probe(2, 4, 5, 3, second=3), batches_probe(1, 4, 2, 5)],
    most=2,
    axes={"xs": "batch time inputs", **STATES_AXES, **CELL_AXES},
    alone={"the result for a second batch": "state leaks"},
    call=on_two_batches,
    args=lambda xs, second, W_xh, W_hh, b: (len(W_hh),),
)


def said(slip: str, **words: Any) -> list[tuple[str, str]]:
    """One slip with its hint."""
    return [(slip, WEIGHT_HINTS[slip].format(**words))]


def learning_slip(answer: Any) -> list[tuple[str, str]] | None:
    """The states are right. Can the weights be learned from them?"""
    import tensorflow as tf

    xs, _, *weights = LAYER.probes[1]
    new = answer(4)
    drawn = np.asarray(new(tf.constant(xs)))
    if not np.ptp(drawn, axis=-1).any():
        return said("units alike")
    layer, dstates = filled(answer, xs.shape[-1], weights), numbers(2, 4, 3, phase=2.2)
    with tf.GradientTape() as tape:
        states = layer(tf.constant(xs))
        if not tf.is_tensor(states) or states.dtype != tf.float32:
            what = "a NumPy array" if isinstance(states, np.ndarray) else getattr(
                getattr(states, "dtype", None), "name", type(states).__name__)  # fmt: skip
            lost = isinstance(states, np.ndarray)
            return said("no gradient", name="W_hh") if lost else said("wrong type", got=what)
        loss = tf.reduce_sum(states * dstates)
    found = tape.gradient(loss, [getattr(layer, name).value for name in ("W_xh", "W_hh", "b")])
    right = bptt_model(xs, np.asarray(states), dstates, weights[1])
    for name, gradient, wanted in zip(("W_xh", "W_hh", "b"), found, right.values(), strict=True):
        if gradient is None:
            return said("no gradient", name=name)
        if not same(gradient, wanted, 1e-3, 1e-4):
            return said("gradient cut", name=name)
    return None


def weight_slip(layer: Any, inputs: int, units: int) -> list[tuple[str, str]] | None:
    """What is wrong with the weights of a layer that has just been built, or None."""

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


@LAB.exercise("2.3", "Your own Keras layer: it keeps its weights, not its state.", names="MyRNN")
def my_rnn(answer: Any) -> Any:
    """Check the class `MyRNN`."""
    if not isinstance(answer, type):
        return "give the check the class itself: `check.my_rnn(MyRNN)`."
    # Sizes that all differ first: square weights hide a wrong shape.
    layer = answer(3)
    layer.build((None, None, 5))
    slip = weight_slip(layer, inputs=5, units=3)
    if slip and slip[0][0] in ("weight missing", "wrong shape"):
        return slip
    verdict = LAYER.judge(answer)
    if isinstance(verdict, list) and verdict[0][0] in ("not twice", "random"):
        verdict = said("random start")
    if slip:
        return slip + (verdict if isinstance(verdict, list) else [])
    return learning_slip(answer) if verdict is None else verdict


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
    "added": "the weights are added to those that were there. Put them in their place: `assign`, "
    "not `assign_add`.",
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
    if "added" in faults:
        theirs = [a + b for a, b in zip(theirs, old, strict=True)]
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
    return *cell_weights(inputs, units), *old


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
