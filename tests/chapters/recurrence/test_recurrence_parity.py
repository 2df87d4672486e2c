"""The recurrent layer that chapter 3 builds is SimpleRNN: outputs, gradients, and in a saved model.

Its code is read from the stored notebook, from the one cell tagged `rnn-cell`. That cell has to
run by itself wherever `tf` (TensorFlow) and `keras` are imported.
"""

from __future__ import annotations

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from parity_cases import EVERY_SHAPE, TOLERANCE, arrays, cell_source, changed, run


def source() -> str:
    return cell_source("recurrence", "rnn-cell")



@pytest.fixture(scope="module")
def chapter() -> SimpleNamespace:
    return run(source())


def both(chapter: SimpleNamespace, shape: tuple[int, int, int, int]):
    """Our layer and Keras' with the same weights, none of them zero, and their input."""
    batch, timesteps, inputs, units = shape
    x, W_xh, W_hh, b_h = arrays(
        (batch, timesteps, inputs), (inputs, units), (units, units), (units,), seed=sum(shape)
    )
    W_hh /= max(1.0, np.abs(np.linalg.eigvals(W_hh)).max())  # or 120 steps would magnify rounding
    ours = chapter.LoopRNN(units)
    theirs = keras.layers.SimpleRNN(units, return_sequences=True)
    for layer in (ours, theirs):
        layer(x)
        layer.set_weights([W_xh, W_hh, b_h])
    return ours, theirs, x


def differences(ours, theirs, x: np.ndarray, h_0: np.ndarray | None = None) -> dict[str, float]:
    """Largest difference of the states, and of each gradient relative to its size."""
    (weighing,) = arrays((len(x), x.shape[1], ours.get_weights()[1].shape[0]), seed=9)
    found = []
    for layer in (ours, theirs):
        given = [tf.constant(a) for a in ((x,) if h_0 is None else (x, h_0))]
        with tf.GradientTape() as tape:
            tape.watch(given)
            states = layer(given[0], initial_state=given[1]) if len(given) > 1 else layer(given[0])
            loss = tf.reduce_mean(weighing * states)
        at = [*given, *layer.trainable_variables]
        gradients = zip(tape.gradient(loss, at), at, strict=True)
        # None: the loss does not depend on it at all, as in one of the mutants.
        found.append([states, *(tf.zeros_like(a) if g is None else g for g, a in gradients)])
    names = ["states", "x", *(["h_0"] if h_0 is not None else []), "W_xh", "W_hh", "b_h"]
    assert all(a.shape == b.shape and a.dtype == b.dtype == tf.float32
               for a, b in zip(*found, strict=True))
    return {
        name: float(np.abs(a - b).max() / max(1.0, np.abs(b).max()))
        for name, a, b in zip(names, *found, strict=True)
    }


@EVERY_SHAPE
def test_states_and_gradients_are_those_of_simple_rnn(chapter, shape):
    found = differences(*both(chapter, shape))
    assert max(found.values()) <= TOLERANCE, found


@EVERY_SHAPE
def test_also_from_a_given_initial_state(chapter, shape):
    (h_0,) = arrays((shape[0], shape[3]), seed=5)
    ours, theirs, x = both(chapter, shape)
    found = differences(ours, theirs, x, h_0)
    assert max(found.values()) <= TOLERANCE, found
    assert np.abs(ours(x, initial_state=h_0) - ours(x)).max() > 1e-3  # it is not left unused


def test_the_definition_in_plain_loops(chapter):
    """The formula itself, entry by entry in float64, so that Keras is not the only witness."""
    ours, _, x = both(chapter, (2, 5, 3, 4))
    W_xh, W_hh, b_h = (w.astype("float64") for w in ours.get_weights())
    for example, states in zip(x, ours(x).numpy(), strict=True):
        h = [0.0] * 4
        for x_t, expected in zip(example, states, strict=True):
            h = [
                np.tanh(sum(W_hh[i, j] * h[i] for i in range(4))
                        + sum(W_xh[i, j] * x_t[i] for i in range(3)) + b_h[j])
                for j in range(4)
            ]
            np.testing.assert_allclose(expected, h, atol=TOLERANCE)


def test_the_weights_have_keras_order_names_and_start(chapter):
    keras.utils.set_random_seed(0)
    ours = chapter.LoopRNN(6)
    ours(np.zeros((1, 2, 3), "float32"))
    assert [w.name for w in ours.weights] == ["W_xh", "W_hh", "b_h"]
    assert [tuple(w.shape) for w in ours.weights] == [(3, 6), (6, 6), (6,)]
    W_xh, W_hh, b_h = ours.get_weights()
    np.testing.assert_allclose(W_hh @ W_hh.T, np.eye(6), atol=1e-5)
    assert W_xh.std() > 0.1 and not b_h.any()


def test_nothing_is_left_over_from_an_earlier_call(chapter):
    ours, _, x = both(chapter, (3, 7, 5, 4))
    first = ours(x).numpy()
    ours(10 * x + 1)
    np.testing.assert_array_equal(ours(x), first)


@pytest.mark.parametrize("sequences", [True, False])
def test_the_cell_works_in_keras_rnn(chapter, sequences):
    ours, _, x = both(chapter, (3, 7, 5, 4))
    layer = keras.layers.RNN(ours.cell, return_sequences=sequences, return_state=True)
    output, state = layer(x)
    expected = ours(x).numpy()
    np.testing.assert_allclose(output, expected if sequences else expected[:, -1], atol=TOLERANCE)
    np.testing.assert_allclose(state, expected[:, -1], atol=TOLERANCE)
    for length in (1, 3):
        np.testing.assert_allclose(
            layer(x[:, :length])[1], expected[:, length - 1], atol=TOLERANCE
        )


def test_a_mask_in_keras_rnn_skips_steps(chapter):
    ours, theirs, x = both(chapter, (2, 6, 3, 4))
    mask = np.array([[1, 1, 1, 0, 0, 0], [1, 0, 1, 1, 0, 1]], bool)
    masked = keras.layers.RNN(ours.cell, return_sequences=True)(x, mask=mask)
    np.testing.assert_allclose(masked, theirs(x, mask=mask), atol=TOLERANCE)
    np.testing.assert_allclose(masked[0, -1], ours(x[:1, :3])[0, -1], atol=TOLERANCE)


def test_compiled_is_the_same(chapter):
    ours, _, x = both(chapter, (3, 7, 5, 4))
    compiled = tf.function(lambda x: ours(x))
    np.testing.assert_allclose(compiled(x), ours(x), atol=TOLERANCE)
    np.testing.assert_allclose(compiled(2 * x), ours(2 * x), atol=TOLERANCE)


@pytest.mark.parametrize("kind", ["LoopRNN", "RNN(cell)"])
def test_a_model_trains_saves_and_loads(chapter, kind, tmp_path):
    keras.utils.set_random_seed(1)
    layer = chapter.LoopRNN(4) if kind == "LoopRNN" else keras.layers.RNN(
        chapter.RNNCell(4), return_sequences=True
    )
    model = keras.Sequential([keras.Input((6, 2)), layer, keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x, y = arrays((8, 6, 2), (8, 6, 1))
    before = layer.get_weights()
    model.fit(x, y, epochs=2, verbose=0)
    assert all(np.abs(a - b).max() > 0 for a, b in zip(before, layer.get_weights(), strict=True))
    path = tmp_path / "model.keras"
    model.save(path)
    names = {"RNNCell": chapter.RNNCell, "LoopRNN": chapter.LoopRNN}
    loaded = keras.models.load_model(path, custom_objects=names)
    assert type(loaded.layers[0]) is type(layer)
    np.testing.assert_allclose(loaded(x), model(x), atol=1e-6)


def test_an_unknown_number_of_steps_is_named(chapter):
    with pytest.raises(ValueError, match="fixed number of steps"):
        keras.Sequential([keras.Input((None, 2)), chapter.LoopRNN(4)])


# --- The tests above can fail: the slips of the chapter, put back into its code -----------------

STEP = "h, _ = self.cell(x[:, t], [h])"
MUTANTS = {
    "elementwise recurrent product": [
        ("states[0] @ self.W_hh", "states[0] * tf.linalg.diag_part(self.W_hh)"),
    ],
    "recurrent matrix transposed": [
        ("states[0] @ self.W_hh", "states[0] @ tf.transpose(self.W_hh)"),
    ],
    "no recurrence": [("states[0] @ self.W_hh", "0.0")],
    "no bias": [(" + self.b_h", " + 0.0 * self.b_h")],
    "bias outside": [(" + self.b_h)", ") + self.b_h")],
    "sigmoid": [("tf.tanh(", "tf.sigmoid(")],
    "state cut from its past": [(STEP, STEP.replace("[h]", "[tf.stop_gradient(h)]"))],
    "reads backwards": [("x[:, t]", "x[:, -1 - t]")],
    "initial state not used": [("if h is None:", "if True:")],
    "state kept on the layer": [
        (STEP, "h, _ = self.cell(x[:, t], [getattr(self, 'kept', h)]); self.kept = h"),
    ],
}


def mutated(name: str) -> SimpleNamespace:
    return run(changed(source(), MUTANTS[name]))


@pytest.mark.parametrize("name", MUTANTS)
def test_a_slip_breaks_the_parity(name):
    module = mutated(name)
    ours, theirs, x = both(module, (3, 7, 5, 4))
    (h_0,) = arrays((3, 4), seed=5)
    found = differences(ours, theirs, x)
    found_h_0 = differences(ours, theirs, x, h_0)
    assert max([*found.values(), *found_h_0.values()]) > 100 * TOLERANCE
    if name == "initial state not used":
        assert max(found.values()) <= TOLERANCE  # only the second test can see it
    if name == "state cut from its past":
        assert found["states"] <= TOLERANCE  # only gradients can see it


def test_a_state_kept_on_the_layer_shows_between_calls():
    ours, _, x = both(mutated("state kept on the layer"), (3, 7, 5, 4))
    assert np.abs(ours(x) - ours(x)).max() > 1e-3


def test_an_elementwise_product_as_on_the_slide_changes_the_shape():
    code = source().replace("states[0] @ self.W_hh", "states[0] * self.W_hh")
    with pytest.raises((tf.errors.InvalidArgumentError, ValueError)):
        run(code).LoopRNN(4)(np.ones((3, 7, 5), "float32"))
    ours, theirs, x = both(run(code), (3, 7, 5, 3))  # batch = units: it runs
    assert np.abs(ours(x) - theirs(x)).max() > 1e-2
