"""The gradients computed by hand are TensorFlow's, and those of moving a number.

Its code is read from the stored notebook, from the one cell tagged `bptt`. That cell has to run
by itself wherever `np` (NumPy) is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from parity_cases import TOLERANCE, cell_source

NAMES = ("W_xh", "W_hh", "b_h", "W_hy", "b_y", "h_0")

# batch, timesteps, inputs, units, outputs
SHAPES = {
    "all different": (3, 7, 5, 4, 2),
    "one example": (1, 6, 2, 3, 4),
    "one step": (4, 1, 3, 2, 5),
    "all ones": (1, 1, 1, 1, 1),
    "all equal": (3, 3, 3, 3, 3),
    "more inputs than units": (2, 5, 9, 2, 3),
    "more outputs than units": (2, 5, 3, 2, 9),
    "long": (2, 100, 3, 6, 2),
}
EVERY_SHAPE = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def source() -> str:
    return cell_source("bptt", "bptt")


def run(code: str) -> SimpleNamespace:
    names = {"np": np, "__name__": "chapter_7"}
    exec(compile(code, "bptt", "exec"), names)
    return SimpleNamespace(**names)


@pytest.fixture(scope="module")
def chapter() -> SimpleNamespace:
    return run(source())


def given(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[np.ndarray]]:
    """x, y, h_0 and the five weights, none of them zero."""
    batch, timesteps, inputs, units, outputs = shape
    rng = np.random.default_rng(sum(shape))
    W_hh = rng.normal(size=(units, units))
    W_hh /= max(1.0, np.abs(np.linalg.eigvals(W_hh)).max())
    shapes = [(inputs, units), (units,), (units, outputs), (outputs,)]
    W_xh, b_h, W_hy, b_y = (rng.normal(scale=0.5, size=s) for s in shapes)
    x, y = rng.normal(size=(batch, timesteps, inputs)), rng.normal(size=(batch, timesteps, outputs))
    return x, y, rng.normal(size=(batch, units)), [W_xh, W_hh, b_h, W_hy, b_y]


def ours(module: SimpleNamespace, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    x, y, h_0, weights = given(shape)
    states, y_hat = module.forward(x, h_0, weights)
    grads, dh = module.backward(x, y, states, y_hat, weights)
    return dict(zip(NAMES, [*grads, dh[:, 0]], strict=True))


def by_tape(shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """From Keras' own layers in float64."""
    x, y, h_0, weights = given(shape)
    rnn = keras.layers.SimpleRNN(shape[3], return_sequences=True, dtype="float64")
    dense = keras.layers.Dense(shape[4], dtype="float64")
    rnn.build(x.shape)
    dense.build((*x.shape[:2], shape[3]))
    rnn.set_weights(weights[:3])
    dense.set_weights(weights[3:])
    start = tf.Variable(h_0)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((dense(rnn(x, initial_state=start)) - y) ** 2) / 2
    at = [*rnn.trainable_variables, *dense.trainable_variables, start]
    return {k: g.numpy() for k, g in zip(NAMES, tape.gradient(loss, at), strict=True)}


def by_moving(shape: tuple[int, ...], eps: float = 1e-6) -> dict[str, np.ndarray]:
    """Central differences of a loss that is written here, with no code of the chapter."""
    x, y, h_0, weights = given(shape)

    def loss() -> float:
        W_xh, W_hh, b_h, W_hy, b_y = weights
        h, total = h_0, 0.0
        for t in range(x.shape[1]):
            h = np.tanh(h @ W_hh + x[:, t] @ W_xh + b_h)
            total += ((h @ W_hy + b_y - y[:, t]) ** 2).sum() / 2
        return total

    found = {}
    for name, array in zip(NAMES, [*weights, h_0], strict=True):
        found[name] = np.zeros_like(array)
        for at in np.ndindex(array.shape):
            value = array[at]
            array[at] = value + eps
            up = loss()
            array[at] = value - eps
            found[name][at] = (up - loss()) / (2 * eps)
            array[at] = value
    return found


def differences(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> dict[str, float]:
    """The largest difference of each gradient, relative to its largest entry."""
    assert all(a[k].shape == b[k].shape for k in NAMES)
    return {k: float(np.abs(a[k] - b[k]).max() / max(np.abs(b[k]).max(), 1e-12)) for k in NAMES}


@EVERY_SHAPE
def test_by_hand_is_the_tape(chapter, shape):
    found = differences(ours(chapter, shape), by_tape(shape))
    assert max(found.values()) <= TOLERANCE, found


@EVERY_SHAPE
def test_by_hand_is_what_moving_a_number_does(chapter, shape):
    found = differences(ours(chapter, shape), by_moving(shape))
    assert max(found.values()) <= TOLERANCE, found


def test_forward_is_simple_rnn_and_dense(chapter):
    x, _, h_0, weights = given((3, 7, 5, 4, 2))
    states, y_hat = chapter.forward(x, h_0, weights)
    assert states.shape == (3, 8, 4) and y_hat.shape == (3, 7, 2)
    rnn = keras.layers.SimpleRNN(4, return_sequences=True, dtype="float64")
    rnn.build(x.shape)
    rnn.set_weights(weights[:3])
    np.testing.assert_array_equal(states[:, 0], h_0)
    np.testing.assert_allclose(states[:, 1:], rnn(x, initial_state=h_0), atol=TOLERANCE)
    np.testing.assert_allclose(y_hat, states[:, 1:] @ weights[3] + weights[4], atol=TOLERANCE)


def test_also_in_the_precision_of_training(chapter):
    """float32, the type of a Keras model, against the same arithmetic in float64."""
    x, y, h_0, weights = given((3, 20, 5, 4, 2))
    small = [a.astype("float32") for a in (x, y, h_0, *weights)]
    states, y_hat = chapter.forward(small[0], small[2], small[3:])
    grads, dh = chapter.backward(small[0], small[1], states, y_hat, small[3:])
    assert all(g.dtype == np.float32 for g in (*grads, dh))
    got = dict(zip(NAMES, [*grads, dh[:, 0]], strict=True))
    found = differences(got, ours(chapter, (3, 20, 5, 4, 2)))
    assert max(found.values()) <= TOLERANCE, found


def test_the_gradient_at_every_state_is_the_tapes(chapter):
    x, y, h_0, weights = given((3, 7, 5, 4, 2))
    states, y_hat = chapter.forward(x, h_0, weights)
    _, dh = chapter.backward(x, y, states, y_hat, weights)
    W_xh, W_hh, b_h, W_hy, b_y = map(tf.constant, weights)
    history = [tf.constant(h_0)]
    with tf.GradientTape() as tape:
        tape.watch(history[0])
        loss = 0.0
        for t in range(7):
            history.append(tf.tanh(history[-1] @ W_hh + x[:, t] @ W_xh + b_h))
            loss += tf.reduce_sum((history[-1] @ W_hy + b_y - y[:, t]) ** 2) / 2
    np.testing.assert_allclose(
        dh, np.stack(tape.gradient(loss, history), axis=1), rtol=TOLERANCE, atol=1e-12
    )


def test_nothing_that_is_given_is_changed(chapter):
    x, y, h_0, weights = given((3, 7, 5, 4, 2))
    before = [a.copy() for a in (x, y, h_0, *weights)]
    states, y_hat = chapter.forward(x, h_0, weights)
    kept = states.copy(), y_hat.copy()
    chapter.backward(x, y, states, y_hat, weights)
    for a, b in zip((x, y, h_0, *weights, states, y_hat), (*before, *kept), strict=True):
        np.testing.assert_array_equal(a, b)


# --- The tests above can fail: slips, put into the chapter's code -------------------------------

PAST = "dh[:, t - 1] += dz @ W_hh.T"
MUTANTS = {
    "nothing comes from the future": [(PAST, "pass")],
    "the future replaces the own loss": [(PAST, PAST.replace("+=", "="))],
    "no slope of tanh": [("(1 - states[:, t] ** 2) * dh[:, t]", "dh[:, t]")],
    "slope of the state before": [("1 - states[:, t] ** 2", "1 - states[:, t - 1] ** 2")],
    "slope without the square": [("1 - states[:, t] ** 2", "1 - states[:, t]")],
    "W_hh not transposed": [("dz @ W_hh.T", "dz @ W_hh")],
    "W_hh forgotten": [("dz @ W_hh.T", "dz")],
    "gradient of the last step only": [("range(x.shape[1], 0, -1)", "[x.shape[1]]")],
    "without the first step": [("range(x.shape[1], 0, -1)", "range(x.shape[1], 1, -1)")],
    "forward in time": [("range(x.shape[1], 0, -1)", "range(1, x.shape[1] + 1)")],
    "W_hh meets the new state": [("states[:, t - 1].T @ dz", "states[:, t].T @ dz")],
    "the last step's part of W_hh only": [("dW_hh += states", "dW_hh = states")],
    "inputs one step late": [("x[:, t - 1].T @ dz", "x[:, t - 2].T @ dz")],
    "mean over the batch": [("db_h += dz.sum(axis=0)", "db_h += dz.mean(axis=0)")],
    "error with the wrong sign": [("dy = y_hat - y", "dy = y - y_hat")],
    "a factor of two": [("dy = y_hat - y", "dy = 2 * (y_hat - y)")],
    "answers from the states before": [('"btu,bto->uo", states[:, 1:]',
                                        '"btu,bto->uo", states[:, :-1]')],
    "forward without the bias": [("x[:, t] @ W_xh + b_h", "x[:, t] @ W_xh")],
}


@pytest.mark.parametrize("referee", [by_tape, by_moving])
@pytest.mark.parametrize("name", MUTANTS)
def test_a_slip_is_seen(name: str, referee: Callable):
    code = source()
    for old, new in MUTANTS[name]:
        assert code.count(old) == 1, f"the bptt cell of the notebook no longer has: {old}"
        code = code.replace(old, new)
    shape = SHAPES["all different"]
    found = differences(ours(run(code), shape), referee(shape))
    assert max(found.values()) > 1000 * TOLERANCE


def test_where_the_missing_transpose_shows():
    """What the exercise says: four gradients wrong, two right, and none with a symmetric W_hh."""
    module = run(source().replace("dz @ W_hh.T", "dz @ W_hh"))
    shape = SHAPES["all different"]
    found = differences(ours(module, shape), by_tape(shape))
    wrong = {k for k, v in found.items() if v > TOLERANCE}
    assert wrong == {"W_xh", "W_hh", "b_h", "h_0"}
    one_unit = SHAPES["all ones"]  # its W_hh is its own transpose
    assert max(differences(ours(module, one_unit), by_tape(one_unit)).values()) <= TOLERANCE
