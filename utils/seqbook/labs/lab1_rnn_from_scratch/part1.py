"""Part 1: layers without memory, and a task they cannot do."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...checking import FaultModel, numbers
from ...checking.probes import copied
from .lab import LAB, sigmoid, times

# 1.1 · The perceptron ---------------------------------------------------------------------------

PERCEPTRON_HINTS = {
    "no bias": "the bias `b` is missing: the sum is w₁x₁ + w₂x₂ + … + b.",
    "bias per input": "the bias is added to every product before they are summed, so it counts "
    "once per input. Sum first, then add `b` once.",
    "bias subtracted": "the bias is subtracted. Add it: z = w₁x₁ + w₂x₂ + … + b.",
    "bias multiplied": "the sum is multiplied by the bias. Add it: z = w₁x₁ + w₂x₂ + … + b.",
    "not summed": "the products are not added up: one number is expected, an array came back. "
    "Use `np.sum(w * x)` or `w @ x`.",
    "last input only": "only the last product is left. In a loop, add each one to the sum: "
    "`z = z + w[i] * x[i]`.",
    "mean": "the products are averaged. A perceptron adds them: `np.sum`, not `np.mean`.",
    "inputs added": "`w + x` adds weights to inputs. Each weight multiplies its input: `w * x`.",
    "no sigmoid": "this is the sum z itself. The sigmoid that brings it between 0 and 1 is "
    "missing: 1 / (1 + e^(−z)).",
    "tanh": "z goes through tanh, which gives −1 to 1. The sigmoid is 1 / (1 + e^(−z)).",
    "step": "z goes through a step (0 or 1). Return the sigmoid, a number in between.",
    "exp(z)": "the sign in the exponent is wrong: large z should give nearly 1. "
    "The sigmoid is 1 / (1 + e^(−z)).",
}


def perceptron_model(
    x: np.ndarray, w: np.ndarray, b: float, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """sigmoid(w · x + b)."""
    products = w + x if "inputs added" in faults else w * x
    if "bias per input" in faults:
        products = products + b
    z = products
    if "last input only" in faults:
        z = products[-1]
    elif "not summed" not in faults:
        z = np.mean(products) if "mean" in faults else np.sum(products)
    if "bias multiplied" in faults:
        z = z * b
    elif "bias subtracted" in faults:
        z = z - b
    elif not faults & {"no bias", "bias per input"}:
        z = z + b
    if "no sigmoid" in faults:
        return {"the output": z}
    if "tanh" in faults:
        return {"the output": np.tanh(z)}
    if "step" in faults:
        return {"the output": np.asarray(z > 0, float)}
    return {"the output": sigmoid(-z if "exp(z)" in faults else z)}


def _row(*values: float) -> np.ndarray:
    return np.array(values, dtype="float32")


PERCEPTRON = FaultModel(
    perceptron_model,
    PERCEPTRON_HINTS,
    # The sum and the bias pull against each other, so that even behind a step, which leaves only
    # the sign of z, most other slips are seen.
    [
        (_row(0.5, -1.0, 2.0), _row(1.0, 0.5, 0.25), -1.0),
        (_row(-0.4, 1.5, 0.5), _row(0.5, -0.5, 0.9), 0.3),
        (_row(2.0, 0.5), _row(-0.75, 1.0), -0.5),
        (_row(1.0, 0.4, 3.0), _row(0.2, 0.25, 0.2), -0.5),
        (_row(3.0, -2.0, 0.5, 0.25, 1.0), _row(1.5, 0.5, 0.4, -2.0, 0.6), -1.5),
    ],
    axes={"x": "inputs", "w": "inputs"},
)


@LAB.exercise("1.1", "One neuron: the weighted sum, the bias, the sigmoid.")
def perceptron(answer: Any) -> Any:
    """Check `perceptron(x, w, b)`."""
    return PERCEPTRON.judge(answer)


# 1.2 · The dense layer --------------------------------------------------------------------------

DENSE_HINTS = {
    "W elementwise": "X and W are multiplied element by element (`*`). A layer needs the matrix "
    "product: `X @ W`.",
    "W transposed": "W is transposed. Examples are rows here and W has the shape "
    "(inputs, units): `X @ W` as they stand.",
    "W first": "the product is the wrong way round: `W @ X` is not `X @ W`. Examples are rows, "
    "so X stands on the left.",
    "no bias": "the bias is missing: add `b` to every row.",
    "bias twice": "the bias is added twice.",
    "bias subtracted": "the bias is subtracted. Add it: `X @ W + b`.",
    "bias on the weights": "the bias is added to W. Multiply first, then add: `X @ W + b`.",
    "bias per example": "the bias is added down the rows, one number per example. Every example "
    "gets the same `b`, one number per unit: `+ b` does that by itself.",
    "sigmoid": "there is a sigmoid on the result. This layer is only the sum: `X @ W + b`.",
    "tanh": "there is a tanh on the result. This layer is only the sum: `X @ W + b`.",
    "first example": "only the first example of the batch comes out right: the others repeat it. "
    "Use the whole of `X`.",
    "mean": "the sum is divided by the number of inputs. Sum only: `X @ W + b`.",
}


def dense_model(
    X: np.ndarray, W: np.ndarray, b: np.ndarray, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """X @ W + b."""
    if "first example" in faults:
        X = np.repeat(X[:1], len(X), axis=0)
    if "bias on the weights" in faults:
        W, b = W + b, 0 * b
    z = W @ X if "W first" in faults else times(X, W, "W", faults)
    if "mean" in faults:
        z = z / X.shape[1]
    if "bias per example" in faults:
        z = z + b[:, None]
    elif "bias subtracted" in faults:
        z = z - b
    elif "no bias" not in faults:
        z = z + (2 * b if "bias twice" in faults else b)
    if "sigmoid" in faults:
        z = sigmoid(z)
    if "tanh" in faults:
        z = np.tanh(z)
    return {"the output": z}


def _dense_probe(batch: int, inputs: int, units: int) -> tuple:
    X, W = 1.7 * numbers(batch, inputs), 1.7 * numbers(inputs, units, phase=0.4)
    return X, W, 1.7 * numbers(units, phase=0.9)


DENSE = FaultModel(
    dense_model,
    DENSE_HINTS,
    [_dense_probe(3, 3, 3), _dense_probe(2, 4, 3), _dense_probe(1, 2, 5)],
    axes={"X": "batch inputs", "W": "inputs units", "b": "units", "the output": "batch units"},
)


@LAB.exercise("1.2", "A dense layer: a whole batch through all neurons at once.")
def dense(answer: Any) -> Any:
    """Check `dense(X, W, b)`."""
    return DENSE.judge(answer)


# 1.3 · Targets of the echo task -----------------------------------------------------------------

ECHO_HINTS = {
    "wraps around": "the end of the sequence comes back at its start, as `np.roll` does. At the "
    "first `lag` steps nothing has been heard yet: the target there is 0.",
    "rows run together": "what falls out of one row comes into the next: `np.roll` without an "
    "axis. Shift every row by itself, and start it with zeros.",
    "same as the input": "targets and symbols are the same: that task needs no memory. The "
    "target at step t is the symbol of step t − lag.",
    "future": "the targets are the symbols of `lag` steps *later*. An echo looks back: the "
    "target at step t is the symbol of step t − lag.",
    "future, wraps around": "the shift is in the wrong direction, and it wraps around. The "
    "target at step t is the symbol of step t − lag, and 0 for the first `lag` steps.",
    "one step too many": "the shift is one step too long: the target at step t is the symbol of "
    "step t − lag.",
    "one step too few": "the shift is one step too short: the target at step t is the symbol of "
    "step t − lag.",
    "lag ignored": "the shift is always 1. Use `lag`.",
    "first repeated": "the first symbol is repeated where nothing has been heard yet. The target "
    "of the first `lag` steps is 0.",
    "start not zero": "the first `lag` targets are the input symbols themselves. Nothing has been "
    "heard yet: they are 0.",
    "shifts examples": "the shift goes down the batch, from one example to the next. Time is the "
    "second axis: `targets[:, …]`.",
    "not shifted": "the first `lag` targets are 0, as they should be, but the others stay where "
    "they were. The target at step t is the symbol of step t − lag.",
    "too short": "the first `lag` steps are missing: symbols and targets have the same shape. "
    "The first `lag` targets are 0.",
    "rows run together, zeros in front": "what falls out of one row comes into the next, and only "
    "the first row begins with zeros. Shift every row by itself: `np.roll(..., axis=1)`, then zeros "
    "in front of each.",
    "one zero only": "only the first target is 0. The first `lag` targets are: `targets[:, :lag]`.",
    "begins one late": "the first symbol that should be said is missing: its target is still 0. "
    "Begin at step `lag`, not behind it.",
    "all zeros": "every target is 0. From step `lag` on, the target is the symbol of `lag` steps "
    "ago.",
}


def echo_model(
    symbols: np.ndarray, lag: int, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Every row shifted right by `lag`, with zeros in front."""
    if "one step too many" in faults:
        lag += 1
    if "one step too few" in faults:
        lag -= 1
    if "lag ignored" in faults:
        lag = 1
    steps = symbols.shape[1]
    targets = np.zeros_like(symbols)
    if "all zeros" in faults:
        pass
    elif "same as the input" in faults:
        targets = symbols
    elif "wraps around" in faults:
        targets = np.roll(symbols, lag, axis=1)
    elif "rows run together" in faults:
        targets = np.roll(symbols, lag)
    elif "rows run together, zeros in front" in faults:
        targets = np.roll(symbols, lag)
        targets.flat[:lag] = 0
    elif "one zero only" in faults:
        targets = np.roll(symbols, lag, axis=1)
        targets[:, 0] = 0
    elif "begins one late" in faults:
        targets[:, lag + 1 :] = symbols[:, 1 : max(steps - lag, 1)]
    elif "shifts examples" in faults:
        targets[lag:] = symbols[: max(len(symbols) - lag, 0)]
    elif "future, wraps around" in faults:
        targets = np.roll(symbols, -lag, axis=1)
    elif "future" in faults:
        targets[:, : max(steps - lag, 0)] = symbols[:, lag:]
    else:
        targets[:, lag:] = symbols[:, : max(steps - lag, 0)]
        if "first repeated" in faults:
            targets[:, :lag] = symbols[:, :1]
        if "start not zero" in faults:
            targets[:, :lag] = symbols[:, :lag]
        if "not shifted" in faults:
            targets[:, lag:] = symbols[:, lag:]
        if "too short" in faults:
            targets = targets[:, lag:]
    return {"the array of targets": targets}


ECHO = FaultModel(
    echo_model,
    ECHO_HINTS,
    [
        (np.array([[1, 2, 3, 4, 2, 3], [3, 1, 4, 1, 2, 2], [2, 4, 4, 3, 1, 3]]), 2),
        (np.array([[4, 1, 3, 2, 2, 1, 4], [1, 3, 3, 4, 2, 1, 2]]), 3),
        (np.array([[2, 3, 1, 4, 4], [3, 2, 2, 1, 3], [4, 1, 2, 3, 1], [1, 2, 4, 1, 4]]), 1),
        (np.array([[3, 1, 2, 4]]), 3),
    ],
    most=2,
    axes={"symbols": "batch time", "the array of targets": "batch time"},
)

FLOATS = (
    "the targets are right, but with a decimal point. They are used as indices, and an index must "
    "be a whole number: make them with `np.zeros_like(symbols)` or `dtype=int`."
)


@LAB.exercise("1.3", "A task that needs memory: say what you heard some steps ago.")
def echo_targets(answer: Any) -> Any:
    """Check `echo_targets(symbols, lag)`."""
    said = ECHO.judge(answer)
    if said is None and np.asarray(answer(*copied(ECHO.probes[0]))).dtype.kind not in "iu":
        return [("floats", FLOATS)]
    return said
