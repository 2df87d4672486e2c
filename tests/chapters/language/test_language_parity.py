"""The embedding and the masked loop of the chapter on language are Keras': outputs and gradients.

Their code is read from the stored notebook, from the cells tagged `embedding-lookup` and
`masked-rnn`. Each has to run by itself wherever `tf`, `keras` and `np` are imported.
"""

from __future__ import annotations

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from parity_cases import TOLERANCE, cell_source, changed, run


def source(tag: str) -> str:
    return cell_source("language", tag)


def mutated(tag: str, changes: list[tuple[str, str]]) -> SimpleNamespace:
    return run(changed(source(tag), changes))


def relative(a, b) -> float:
    """Largest difference, relative to the size of `b` where that is above 1."""
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    return float(np.abs(a - b).max() / max(1.0, np.abs(b).max()))


# --- The embedding ------------------------------------------------------------------------------

IDS = {
    "a batch": np.random.default_rng(0).integers(0, 11, (3, 7)),
    "one word": np.array([[4]]),
    "one word, many times": np.full((2, 5), 7),
    "first and last row": np.array([[0, 10, 0]]),
    "no batch": np.array([3, 1, 3]),
    "three axes": np.random.default_rng(1).integers(0, 11, (2, 3, 4)),
}
EVERY_IDS = pytest.mark.parametrize("ids", IDS.values(), ids=IDS)


def table_and_upstream(ids: np.ndarray, size: int = 11, dim: int = 4):
    rng = np.random.default_rng(5)
    return (rng.normal(size=(size, dim)).astype("float32"),
            rng.normal(size=(*ids.shape, dim)).astype("float32"))


def of_keras(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    table, upstream = table_and_upstream(ids)
    layer = keras.layers.Embedding(*table.shape)
    layer.build()
    layer.set_weights([table])
    with tf.GradientTape() as tape:
        vectors = layer(ids)
        loss = tf.reduce_sum(vectors * upstream)
    gradient = tf.convert_to_tensor(tape.gradient(loss, layer.embeddings))
    return vectors.numpy(), gradient.numpy()


def embedding_differences(chapter: SimpleNamespace, ids: np.ndarray) -> dict[str, float]:
    table, upstream = table_and_upstream(ids)
    expected, expected_gradient = of_keras(ids)
    found = {}
    for name in ("product", "lookup"):
        E = tf.Variable(table)
        with tf.GradientTape() as tape:
            vectors = getattr(chapter, name)(E, ids)
            loss = tf.reduce_sum(vectors * upstream)
        gradient = tape.gradient(loss, E)
        gradient = tf.zeros_like(E) if gradient is None else tf.convert_to_tensor(gradient)
        found[name] = relative(vectors, expected)
        found[f"{name} gradient"] = relative(gradient, expected_gradient)
    by_hand = chapter.lookup_gradient(ids, upstream, len(table))
    found["by hand"] = relative(by_hand, expected_gradient)
    return found


@EVERY_IDS
def test_product_lookup_and_gradient_are_those_of_keras(ids):
    found = embedding_differences(run(source("embedding-lookup")), ids)
    assert max(found.values()) <= TOLERANCE, found


def test_only_words_that_occur_have_a_gradient_and_repeats_add():
    chapter = run(source("embedding-lookup"))
    ids = np.array([[2, 5, 2, 2]])
    dE = chapter.lookup_gradient(ids, np.ones((1, 4, 3)), 8)
    np.testing.assert_array_equal(dE[2], 3.0)
    np.testing.assert_array_equal(dE[5], 1.0)
    assert not dE[[0, 1, 3, 4, 6, 7]].any()


EMBEDDING_MUTANTS = {
    "a repeated word counted once": [("dE[i] += g", "dE[i] = g")],
    "every row gets it": [("dE[i] += g", "dE += g")],
    "the row after": [("tf.gather(E, ids)", "tf.gather(E, (ids + 1) % E.shape[0])")],
    "cut from its past": [("tf.gather(E, ids)", "tf.gather(tf.stop_gradient(E), ids)")],
    "one-hot with two ones": [
        ("tf.one_hot(ids, E.shape[0], dtype=E.dtype) @ E",
         "(tf.one_hot(ids, E.shape[0]) + tf.one_hot(ids * 0, E.shape[0])) @ E"),
    ],
}


@pytest.mark.parametrize("name", EMBEDDING_MUTANTS)
def test_a_slip_breaks_the_parity_of_the_embedding(name):
    chapter = mutated("embedding-lookup", EMBEDDING_MUTANTS[name])
    found = embedding_differences(chapter, np.array([[1, 3, 3], [0, 3, 2]]))
    assert max(found.values()) > 100 * TOLERANCE
    if name in ("a repeated word counted once", "cut from its past"):
        assert found["product"] <= TOLERANCE and found["lookup"] <= TOLERANCE  # forward is right


# --- The masked loop ----------------------------------------------------------------------------

KINDS = ["SimpleRNN", "GRU", "LSTM"]
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)

MASKS = {
    "nothing masked": np.ones((3, 5), bool),
    "padding on the right": np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0]], bool),
    "padding on the left": np.array([[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [0, 0, 0, 0, 1]], bool),
    "holes": np.array([[1, 0, 1, 0, 1], [0, 1, 1, 0, 1], [1, 1, 0, 0, 1]], bool),
    "one row all padding": np.array([[0, 0, 0, 0, 0], [1, 1, 0, 0, 0]], bool),
    "one step": np.array([[1], [0]], bool),
    "long": np.random.default_rng(2).random((2, 60)) < 0.5,
}
EVERY_MASK = pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)


def masked_differences(
    chapter: SimpleNamespace, kind: str, mask: np.ndarray, *, start: bool = False,
    inputs: int = 3, units: int = 4,
) -> dict[str, float]:
    """Our loop against Keras' layer: outputs, states, gradients of input, start and weights."""
    rng = np.random.default_rng(mask.size)
    number = 2 if kind == "LSTM" else 1
    x = tf.constant(rng.normal(size=(*mask.shape, inputs)), tf.float32)
    states = [
        tf.constant(rng.normal(size=(len(mask), units)) * (0.5 if start else 0.0), tf.float32)
        for _ in range(number)
    ]
    weighing = rng.normal(size=(*mask.shape, units)).astype("float32")
    layer = getattr(keras.layers, kind)(units, return_sequences=True, return_state=True)
    layer.build(x.shape)
    layer.set_weights([rng.normal(size=w.shape) * 0.5 for w in layer.get_weights()])
    cell = getattr(keras.layers, f"{kind}Cell")(units)
    cell.build((len(mask), inputs))
    cell.set_weights(layer.get_weights())

    def ours():
        return chapter.masked_rnn(cell, x, mask, list(states))

    def theirs():
        outputs, *last = layer(x, mask=tf.constant(mask), initial_state=list(states))
        return outputs, last

    found = []
    for call, owner in [(ours, cell), (theirs, layer)]:
        with tf.GradientTape() as tape:
            tape.watch([x, *states])
            outputs, last = call()
            loss = tf.reduce_mean(outputs * weighing) + sum(tf.reduce_mean(s**2) for s in last)
        at = [x, *states, *owner.trainable_variables]
        gradients = tape.gradient(loss, at, unconnected_gradients="zero")
        found.append([outputs, *last, *gradients])
    names = ["outputs", *[f"state {k}" for k in range(number)], "dx",
             *[f"d start {k}" for k in range(number)],
             *[f"d{w.name}" for w in cell.trainable_variables]]
    return {n: relative(a, b) for n, a, b in zip(names, *found, strict=True)}


@EVERY_MASK
@EVERY_KIND
def test_the_masked_loop_is_keras(kind, mask):
    found = masked_differences(run(source("masked-rnn")), kind, mask)
    assert max(found.values()) <= TOLERANCE, found


@EVERY_KIND
def test_also_from_a_given_start(kind):
    found = masked_differences(
        run(source("masked-rnn")), kind, MASKS["padding on the left"], start=True
    )
    assert max(found.values()) <= TOLERANCE, found


@pytest.mark.parametrize(("inputs", "units"), [(1, 1), (5, 2), (2, 7)])
def test_other_sizes(inputs, units):
    found = masked_differences(
        run(source("masked-rnn")), "GRU", MASKS["holes"], inputs=inputs, units=units
    )
    assert max(found.values()) <= TOLERANCE, found


def test_padding_changes_nothing():
    """The same words with no filling, filling on the right, and filling on the left."""
    loop = run(source("masked-rnn")).masked_rnn
    cell = keras.layers.GRUCell(4)
    cell.build((None, 3))
    x = np.random.default_rng(0).normal(size=(1, 5, 3)).astype("float32")
    noise = 100 * np.ones((1, 6, 3), "float32")  # what stands there must not matter
    real, filling = np.ones((1, 5), bool), np.zeros((1, 6), bool)
    zeros = [tf.zeros((1, 4))]
    _, [alone] = loop(cell, x, real, zeros)
    for values, mask in [
        (np.concatenate([x, noise], 1), np.concatenate([real, filling], 1)),
        (np.concatenate([noise, x], 1), np.concatenate([filling, real], 1)),
    ]:
        np.testing.assert_allclose(loop(cell, values, mask, zeros)[1][0], alone, atol=1e-6)


STATES = "states = [tf.where(real, n, s) for n, s in zip(new_states, states)]"
MASK_MUTANTS = {
    "no mask": [("real = mask[:, t, None]", "real = mask[:, t, None] | True")],
    "mask turned round": [("real = mask[:, t, None]", "real = ~mask[:, t, None]")],
    "state not held": [(STATES, "states = new_states")],
    "state set to zero": [(STATES, STATES.replace("n, s)", "n, 0 * s)"))],
    "output not held": [("tf.where(real, output, shown)", "output")],
    "output set to zero": [("tf.where(real, output, shown)", "tf.where(real, output, 0.0)")],
    "mask one step late": [("real = mask[:, t, None]", "real = mask[:, max(t - 1, 0), None]")],
    "mask of the first row for all": [("real = mask[:, t, None]", "real = mask[:1, t, None]")],
    "no gradient through the held state": [
        (STATES, STATES.replace("n, s)", "n, tf.stop_gradient(s))")),
    ],
    "only the first state held": [
        (STATES, STATES + "\n        states = [states[0], *new_states[1:]]"),
    ],
}


@pytest.mark.parametrize("name", MASK_MUTANTS)
def test_a_slip_breaks_the_parity_of_the_masked_loop(name):
    chapter = mutated("masked-rnn", MASK_MUTANTS[name])
    found = masked_differences(chapter, "LSTM", MASKS["holes"], start=True)
    assert max(found.values()) > 100 * TOLERANCE
    if name == "no gradient through the held state":
        assert found["outputs"] <= TOLERANCE  # only gradients can see it
    if name == "only the first state held":  # an LSTM is needed to see it
        gru = masked_differences(chapter, "GRU", MASKS["holes"], start=True)
        assert max(gru.values()) <= TOLERANCE
