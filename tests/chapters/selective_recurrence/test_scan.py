"""The scan is its loop, the layer is the minGRU of the paper, and neither sees the future."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from seqbook.chapters.selective_recurrence.taught import (
    FixedRecurrence,
    SelectiveRecurrence,
    scan,
)
from seqbook.chapters.transformer.taught import Block


def loop(a, b):
    h, states = np.zeros_like(b[:, 0]), []
    for t in range(a.shape[1]):
        h = a[:, t] * h + b[:, t]
        states.append(h)
    return np.stack(states, axis=1)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 31, 32, 33, 200])
@pytest.mark.parametrize("least", [0.0, 0.95])
def test_the_scan_is_the_loop(length, least):
    rng = np.random.default_rng(length)
    a = rng.uniform(least, 1, (2, length, 3)).astype("float32")
    b = rng.normal(size=(2, length, 3)).astype("float32")
    np.testing.assert_allclose(scan(tf.constant(a), tf.constant(b)), loop(a, b), atol=1e-5)


def test_a_closed_gate_forgets_everything_before_it():
    a, b = np.ones((1, 9, 1), "float32"), np.ones((1, 9, 1), "float32")
    a[0, 5] = 0
    found = scan(tf.constant(a), tf.constant(b)).numpy()[0, :, 0]
    np.testing.assert_array_equal(found, [1, 2, 3, 4, 5, 1, 2, 3, 4])


def test_the_gradient_is_the_loops():
    rng = np.random.default_rng(0)
    a = tf.constant(rng.uniform(size=(2, 13, 3)))
    b = tf.constant(rng.normal(size=(2, 13, 3)))
    up = rng.normal(size=(2, 13, 3))
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        loss = tf.reduce_sum(scan(a, b) * up)
    to_a, to_b = tape.gradient(loss, [a, b])
    later, states = np.zeros((2, 3)), loop(a.numpy(), b.numpy())
    for t in reversed(range(13)):  # what comes back from later states, by hand
        later = later + up[:, t]
        before = states[:, t - 1] if t else np.zeros((2, 3))
        np.testing.assert_allclose(to_b[:, t], later, atol=1e-9)
        np.testing.assert_allclose(to_a[:, t], later * before, atol=1e-9)
        later = later * a[:, t].numpy()


def made(kind, units=None):
    keras.utils.set_random_seed(3)
    layer = kind(6, units=units)
    x = np.random.default_rng(1).normal(size=(2, 20, 6)).astype("float32")
    layer(x)
    for w in layer.weights:  # no weight is zero
        w.assign(w + keras.random.normal(w.shape, 0, 0.3))
    return layer, x


def test_the_layer_is_the_min_gru_of_the_paper():
    """h[t] = (1 - z) h[t-1] + z v, with the paper's z = 1 - a."""
    layer, x = made(SelectiveRecurrence, units=9)
    W_a, b_a, W_v, b_v, W_y, b_y = layer.get_weights()
    h = np.zeros((2, 9))
    for t in range(20):
        z = 1 - 1 / (1 + np.exp(-(x[:, t] @ W_a + b_a)))
        h = (1 - z) * h + z * (x[:, t] @ W_v + b_v)
        np.testing.assert_allclose(layer(x)[:, t], h @ W_y + b_y, atol=1e-5)


def test_the_fixed_factor_sees_nothing_and_the_selective_one_does():
    for kind, differs in [(FixedRecurrence, False), (SelectiveRecurrence, True)]:
        layer, x = made(kind)
        _, a = layer(x, return_attention_scores=True)
        assert a.shape == (2, 20, 6) and (np.ptp(a, axis=1).max() > 1e-3) == differs


def test_the_starting_gates_remember_from_one_to_longest_steps():
    layer = SelectiveRecurrence(2000, longest=100)
    layer(np.zeros((1, 2, 3), "float32"))
    u = np.exp(layer.to_gate.bias.numpy())
    assert 1 <= u.min() < 1.2 and 80 < u.max() <= 100.01 and 8 < np.median(u) < 12.5


@pytest.mark.parametrize("kind", [SelectiveRecurrence, FixedRecurrence])
def test_in_a_block_a_changed_future_changes_nothing_before_it(kind):
    keras.utils.set_random_seed(0)
    block = Block(8, 2, kind, causal=True)
    x = np.random.default_rng(0).normal(size=(2, 11, 8)).astype("float32")
    before = block(x).numpy()
    x[:, 7:] += 1
    after, gates = block(x, return_attention_scores=True)
    np.testing.assert_array_equal(before[:, :7], after[:, :7])
    assert np.abs(before[:, 7:] - after[:, 7:]).max() > 1e-3 and gates.shape == (2, 11, 8)


def test_a_mask_is_refused():
    with pytest.raises(ValueError, match="padding at the end"):
        SelectiveRecurrence(4)(np.zeros((1, 3, 4), "float32"), attention_mask=np.ones((1, 3)))
