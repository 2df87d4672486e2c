"""The LSTM and GRU cells of `gates` are those of Keras: alone, stacked, in both directions.

Their code is read from the stored notebook, from the cells tagged `lstm-cell`, `gru-cell` and
`stacked-bidirectional`. Each has to run by itself wherever `tf` and `keras` are imported. The
plain cell of `recurrence` goes through the same functions for stacks and directions.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from parity_cases import EVERY_SHAPE, SHAPES, TOLERANCE, arrays, cell_source, run

TAGS = {"lstm-cell": "gates", "gru-cell": "gates", "stacked-bidirectional": "gates",
        "rnn-cell": "recurrence"}
layers = keras.layers

USUAL = SHAPES["all different"]


def source(tag: str) -> str:
    return cell_source(TAGS[tag], tag)


@pytest.fixture(scope="module")
def chapter() -> SimpleNamespace:
    return run(*(source(tag) for tag in TAGS))


# name: our cell, Keras' layer, how many states
KINDS: dict[str, tuple[Callable, Callable, int]] = {
    "LSTM": (lambda m, n: m.LSTMCell(n), layers.LSTM, 2),
    "GRU, reset after": (lambda m, n: m.GRUCell(n), layers.GRU, 1),
    "GRU, reset before": (
        lambda m, n: m.GRUCell(n, reset_after=False),
        lambda n, **kw: layers.GRU(n, reset_after=False, **kw), 1,
    ),
}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
WITH_SIMPLE = {**KINDS, "SimpleRNN": (lambda m, n: m.RNNCell(n), layers.SimpleRNN, 1)}


def same_weights(ours, theirs, seed: int = 0) -> None:
    """Random weights in both, none of them zero; a list of cells counts as one layer."""
    values = arrays(*(tuple(w.shape) for w in theirs.weights), scale=0.4, seed=seed)
    theirs.set_weights(values)
    cells = ours if isinstance(ours, list) else [ours]
    assert sum(len(c.weights) for c in cells) == len(values)
    for cell in cells:
        cell.set_weights(values[: len(cell.weights)])
        values = values[len(cell.weights):]


def both(module: SimpleNamespace, kind: str, shape=USUAL, **options):
    """Our cell in Keras' loop and Keras' layer, with the same weights, and their input."""
    make_cell, make_layer, _ = WITH_SIMPLE[kind]
    batch, timesteps, inputs, units = shape
    (x,) = arrays((batch, timesteps, inputs), seed=sum(shape))
    ours = layers.RNN(make_cell(module, units), return_sequences=True, **options)
    theirs = make_layer(units, return_sequences=True, **options)
    for layer in (ours, theirs):
        layer(x)
    same_weights(ours, theirs)
    return ours, theirs, x


def differences(ours, theirs, x, initial=None, mask=None) -> dict[str, float]:
    """Largest difference of the outputs and of each gradient, relative to the reference's size.

    `ours` and `theirs` are pairs (function of x and more, weights).
    """
    found = []
    for forward, weights in (ours, theirs):
        given = [tf.constant(a) for a in (x, *(initial or []))]
        more = {} if initial is None else {"initial_state": given[1:]}
        if mask is not None:
            more["mask"] = mask
        with tf.GradientTape() as tape:
            tape.watch(given)
            outputs = forward(given[0], **more)
            (weighing,) = arrays(tuple(outputs.shape), seed=9)
            loss = tf.reduce_sum(weighing * outputs)
        at = [*given, *weights]
        gradients = zip(tape.gradient(loss, at), at, strict=True)
        # None: the loss does not depend on it at all, as in some of the mutants.
        found.append([outputs, *(tf.zeros_like(a) if g is None else g for g, a in gradients)])
    assert all(a.shape == b.shape and a.dtype == b.dtype == tf.float32
               for a, b in zip(*found, strict=True))
    return {
        f"{k}": float(np.abs(a - b).max() / (np.abs(b).max() or 1.0))
        for k, (a, b) in enumerate(zip(*found, strict=True))
    }


def pair(ours, theirs):
    return (ours, ours.trainable_weights), (theirs, theirs.trainable_weights)


# --- One layer ----------------------------------------------------------------------------------


@EVERY_KIND
@EVERY_SHAPE
def test_outputs_and_gradients_are_those_of_keras(chapter, kind, shape):
    ours, theirs, x = both(chapter, kind, shape)
    found = differences(*pair(ours, theirs), x)
    assert max(found.values()) <= TOLERANCE, found


@EVERY_KIND
@EVERY_SHAPE
def test_also_from_a_given_initial_state(chapter, kind, shape):
    ours, theirs, x = both(chapter, kind, shape)
    initial = arrays(*[(shape[0], shape[3])] * KINDS[kind][2], seed=5)
    found = differences(*pair(ours, theirs), x, initial)
    assert max(found.values()) <= TOLERANCE, found
    assert np.abs(ours(x, initial_state=initial) - ours(x)).max() > 1e-3  # it is not left unused


@EVERY_KIND
def test_a_mask_skips_steps(chapter, kind):
    ours, theirs, x = both(chapter, kind, (2, 6, 3, 4))
    mask = np.array([[1, 1, 1, 0, 0, 0], [1, 0, 1, 1, 0, 1]], bool)
    found = differences(*pair(ours, theirs), x, mask=mask)
    assert max(found.values()) <= TOLERANCE, found
    masked = ours(x, mask=mask)
    np.testing.assert_allclose(masked[0, -1], ours(x[:1, :3])[0, -1], atol=TOLERANCE)
    assert np.abs(masked - ours(x)).max() > 1e-3


@EVERY_KIND
def test_the_final_states_are_those_of_keras(chapter, kind):
    ours, theirs, x = both(chapter, kind, return_state=True)
    for a, b in zip(ours(x), theirs(x), strict=True):
        np.testing.assert_allclose(a, b, atol=TOLERANCE)


@EVERY_KIND
def test_the_weights_have_keras_shapes_and_start(chapter, kind):
    make_cell, make_layer, _ = KINDS[kind]
    keras.utils.set_random_seed(0)
    cell, layer = make_cell(chapter, 6), make_layer(6)
    cell.build((None, 3))
    layer.build((None, None, 3))
    assert [w.name for w in cell.weights] == ["W_x", "W_h", "b"]
    assert [w.shape for w in cell.weights] == [w.shape for w in layer.weights]
    np.testing.assert_array_equal(cell.get_weights()[2], layer.get_weights()[2])
    W_x, W_h, _ = cell.get_weights()
    np.testing.assert_allclose(W_h @ W_h.T, np.eye(6), atol=1e-5)
    assert W_x.std() > 0.1


def sigmoid(z: float) -> float:
    return 1 / (1 + np.exp(-z))


@EVERY_KIND
def test_the_definition_in_plain_loops(chapter, kind):
    """The formulas themselves, number by number in float64: Keras is not the only witness."""
    ours, _, x = both(chapter, kind, (2, 4, 3, 2))
    W_x, W_h, b = (w.astype("float64") for w in ours.get_weights())
    n, bias = 2, b if b.ndim == 2 else np.stack([b, 0 * b])
    for example, expected in zip(x, ours(x).numpy(), strict=True):
        h, c = [0.0] * n, [0.0] * n
        for x_t, wanted in zip(example, expected, strict=True):

            def layer(block, j, state, x_t=x_t):
                at = block * n + j
                return (sum(W_x[k, at] * x_t[k] for k in range(3)) + bias[0, at],
                        sum(W_h[k, at] * state[k] for k in range(n)) + bias[1, at])

            if kind == "LSTM":
                i, f, new, o = ([sum(layer(k, j, h)) for j in range(n)] for k in range(4))
                c = [sigmoid(f[j]) * c[j] + sigmoid(i[j]) * np.tanh(new[j]) for j in range(n)]
                h = [sigmoid(o[j]) * np.tanh(c[j]) for j in range(n)]
            else:
                z, r = ([sigmoid(sum(layer(k, j, h))) for j in range(n)] for k in range(2))
                if kind == "GRU, reset after":
                    parts = [layer(2, j, h) for j in range(n)]
                    new = [np.tanh(a + r[j] * s) for j, (a, s) in enumerate(parts)]
                else:
                    hidden = [r[k] * h[k] for k in range(n)]
                    new = [np.tanh(sum(layer(2, j, hidden))) for j in range(n)]
                h = [z[j] * h[j] + (1 - z[j]) * new[j] for j in range(n)]
            np.testing.assert_allclose(wanted, h, atol=TOLERANCE)


@EVERY_KIND
def test_a_model_trains_saves_and_loads(chapter, kind, tmp_path):
    keras.utils.set_random_seed(1)
    rnn = layers.RNN(KINDS[kind][0](chapter, 4), return_sequences=True)
    model = keras.Sequential([keras.Input((6, 2)), rnn, layers.Dense(1)])
    model.compile("adam", "mse", jit_compile=False)
    x, y = arrays((8, 6, 2), (8, 6, 1))
    before = rnn.get_weights()
    model.fit(x, y, epochs=2, verbose=0)
    assert all(np.abs(a - b).max() > 0 for a, b in zip(before, rnn.get_weights(), strict=True))
    model.save(tmp_path / "model.keras")
    names = {"LSTMCell": chapter.LSTMCell, "GRUCell": chapter.GRUCell}
    loaded = keras.models.load_model(tmp_path / "model.keras", custom_objects=names)
    np.testing.assert_allclose(loaded(x), model(x), atol=1e-6)


# --- Stacked, and in both directions ------------------------------------------------------------


def two(module: SimpleNamespace, kind: str, shape, composition: str):
    """Two of our cells put together by the chapter's functions, and Keras' composition."""
    make_cell, make_layer, _ = WITH_SIMPLE[kind]
    batch, timesteps, inputs, units = shape
    (x,) = arrays((batch, timesteps, inputs), seed=sum(shape))
    if composition == "stacked":
        sizes, widths = (units, units + 2), (inputs, units)
        stack = [make_layer(n, return_sequences=True) for n in sizes]
        theirs = keras.Sequential([keras.Input((timesteps, inputs)), *stack])
    else:
        sizes, widths = (units, units), (inputs, inputs)
        theirs = layers.Bidirectional(make_layer(units, return_sequences=True))
        theirs.build(x.shape)
    cells = [make_cell(module, n) for n in sizes]
    for cell, width in zip(cells, widths, strict=True):
        cell.build((None, width))
    same_weights(cells, theirs)

    def forward(x):
        return (module.stacked(cells, x) if composition == "stacked"
                else module.bidirectional(*cells, x))

    weights = [w for cell in cells for w in cell.trainable_weights]
    return (forward, weights), (theirs, theirs.trainable_weights), x


@pytest.mark.parametrize("composition", ["stacked", "bidirectional"])
@pytest.mark.parametrize("kind", WITH_SIMPLE)
@pytest.mark.parametrize("shape", [USUAL, SHAPES["one step"], SHAPES["all equal"], (2, 30, 3, 6)],
                         ids=str)
def test_two_cells_together_are_those_of_keras(chapter, composition, kind, shape):
    ours, theirs, x = two(chapter, kind, shape, composition)
    found = differences(ours, theirs, x)
    assert max(found.values()) <= TOLERANCE, found


def test_three_cells_of_three_kinds_stacked(chapter):
    cells = [chapter.RNNCell(4), chapter.LSTMCell(3), chapter.GRUCell(5)]
    theirs = keras.Sequential([
        keras.Input((7, 5)), layers.SimpleRNN(4, return_sequences=True),
        layers.LSTM(3, return_sequences=True), layers.GRU(5, return_sequences=True),
    ])
    for cell, width in zip(cells, (5, 4, 3), strict=True):
        cell.build((None, width))
    same_weights(cells, theirs)
    (x,) = arrays((3, 7, 5))
    np.testing.assert_allclose(chapter.stacked(cells, x), theirs(x), atol=TOLERANCE)


# --- The tests above can fail: slips put into the code of the chapter ----------------------------

MUTANTS = {
    "LSTM: input and forget gate exchanged": ("LSTM", "i, f, new, o =", "f, i, new, o ="),
    "LSTM: output and candidate exchanged": ("LSTM", "i, f, new, o =", "i, f, o, new ="),
    "LSTM: no forget gate": ("LSTM", "tf.sigmoid(f) * c", "c"),
    "LSTM: no input gate": ("LSTM", "tf.sigmoid(i) * tf.tanh(new)", "tf.tanh(new)"),
    "LSTM: coupled gates": ("LSTM", "tf.sigmoid(i) *", "(1 - tf.sigmoid(f)) *"),
    "LSTM: candidate without tanh": ("LSTM", "tf.tanh(new)", "new"),
    "LSTM: output without tanh": ("LSTM", "tf.tanh(c)", "c"),
    "LSTM: output gate missing": ("LSTM", "h = tf.sigmoid(o) * tf.tanh(c)", "h = tf.tanh(c)"),
    "LSTM: hard gate": ("LSTM", "tf.sigmoid(f)", "tf.clip_by_value(0.2 * f + 0.5, 0.0, 1.0)"),
    "LSTM: states exchanged": ("LSTM", "h, c = states", "c, h = states"),
    "LSTM: states handed on exchanged": ("LSTM", "return h, [h, c]", "return h, [c, h]"),
    "LSTM: no bias": ("LSTM", " + self.b ", " + 0.0 * self.b "),
    "LSTM: memory cut from its past": (
        "LSTM", "tf.sigmoid(f) * c", "tf.sigmoid(f) * tf.stop_gradient(c)"),
    "GRU: update gate the wrong way": (
        "GRU, reset after", "h = z * h + (1 - z) *", "h = (1 - z) * h + z *"),
    "GRU: update and reset exchanged": (
        "GRU, reset after", "x_z, x_r, x_new =", "x_r, x_z, x_new ="),
    "GRU: recurrent blocks exchanged": ("GRU, reset after", "W_z, W_r, W_new", "W_r, W_z, W_new"),
    "GRU: reset before where after is meant": (
        "GRU, reset after", "r * (h @ W_new + b_new)", "(r * h) @ W_new + b_new"),
    "GRU: second bias outside the reset": (
        "GRU, reset after", "r * (h @ W_new + b_new)", "r * (h @ W_new) + b_new"),
    "GRU: one bias for both": ("GRU, reset after", "b_h = self.b[1]", "b_h = self.b[0]"),
    "GRU: reset after where before is meant": (
        "GRU, reset before", "(r * h) @ W_new", "r * (h @ W_new)"),
    "GRU: no reset": ("GRU, reset before", "(r * h) @ W_new", "h @ W_new"),
    "GRU: candidate without tanh": (
        "GRU, reset before", "tf.tanh(x_new + from_state)", "(x_new + from_state)"),
    "GRU: state cut from its past": (
        "GRU, reset before", "h = z * h +", "h = z * tf.stop_gradient(h) +"),
}


def mutated(tag: str, old: str, new: str) -> SimpleNamespace:
    codes = {t: source(t) for t in TAGS}
    assert codes[tag].count(old) == 1, f"the cell {tag} of the notebook no longer has: {old}"
    codes[tag] = codes[tag].replace(old, new)
    return run(*codes.values())


@pytest.mark.parametrize("name", MUTANTS)
def test_a_slip_breaks_the_parity(name):
    kind, old, new = MUTANTS[name]
    module = mutated("lstm-cell" if kind == "LSTM" else "gru-cell", old, new)
    ours, theirs, x = both(module, kind)
    initial = arrays(*[(3, 4)] * KINDS[kind][2], seed=5)
    found = differences(*pair(ours, theirs), x, initial)
    assert max(found.values()) > 100 * TOLERANCE
    if "cut from its past" in name:
        assert found["0"] <= TOLERANCE  # only gradients can see it


@pytest.mark.parametrize(
    ("composition", "old", "new"),
    [
        ("bidirectional", "outputs[::-1] if backwards else outputs", "outputs"),
        ("bidirectional", "reversed(steps) if backwards else steps", "steps"),
        ("bidirectional", "read(backward, x, backwards=True)", "read(backward, x)"),
        ("bidirectional", "[read(forward, x)", "[read(backward, x)"),
        ("stacked", "x = read(cell, x)", "x = tf.stop_gradient(read(cell, x))"),
        ("stacked", "x = read(cell, x)", "x = read(cell, x[:, ::-1])[:, ::-1]"),
        ("stacked", "output, states = cell(x[:, t], states)",
         "output, _ = cell(x[:, t], states)"),
    ],
)
def test_a_slip_in_a_composition_breaks_the_parity(composition, old, new):
    module = mutated("stacked-bidirectional", old, new)
    ours, theirs, x = two(module, "LSTM", USUAL, composition)
    assert max(differences(ours, theirs, x).values()) > 100 * TOLERANCE
