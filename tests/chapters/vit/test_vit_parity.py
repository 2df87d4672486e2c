"""The Vision Transformer of `vit` is the one made of Keras' layers, and does what the text says."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from parity_cases import TOLERANCE, arrays
from seqbook.chapters.perceptron.taught import largest_difference, outputs_and_gradients
from seqbook.chapters.positions.taught import Positions
from seqbook.chapters.vit import taught

# shape of an image, patch, width, heads, blocks
CASES = [((8, 8, 1), 2, 8, 2, 2), ((12, 6, 3), 3, 12, 4, 1), ((4, 8, 2), 4, 6, 1, 3)]
EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=str)


def both(case):
    """Ours and Keras', with the same random weights, and five images."""
    shape, size, d, heads, blocks = case
    ours = taught.make_vit(shape, size, d, heads, blocks, classes=7, mlp_units=10)
    theirs = taught.make_keras_vit(shape, size, d, heads, blocks, classes=7, mlp_units=10)
    mine, other = taught.in_order_of_use(ours), theirs.trainable_weights
    for k, (a, b) in enumerate(zip(mine, other, strict=True)):
        (value,) = arrays(tuple(a.shape), scale=0.4, seed=k)
        a.assign(value)
        b.assign(value.reshape(b.shape))
    (images,) = arrays((5, *shape), seed=9)
    return ours, mine, theirs, other, tf.constant(images)


@EVERY_CASE
def test_outputs_and_all_gradients_are_those_of_keras_layers(case):
    ours, mine, theirs, other, images = both(case)
    found = outputs_and_gradients(ours, images, mine)
    expected = outputs_and_gradients(theirs, images, other)
    expected = [tf.reshape(b, a.shape) for a, b in zip(found, expected, strict=True)]
    assert float(largest_difference(found, expected)) <= TOLERANCE


def test_the_comparison_sees_a_head_that_reads_another_row():
    ours, _, theirs, _, images = both(CASES[0])
    inner = keras.Model(ours.inputs, ours.layers[-2].output)
    other_row = ours.layers[-1](tf.reverse(inner(images), axis=[1]))
    assert np.abs(other_row - theirs(images)).max() > 1e-2


@pytest.mark.parametrize("size", [1, 2, 4])
def test_cut_takes_squares_in_reading_order_and_paste_is_the_way_back(size):
    (images,) = arrays((3, 8, 12, 2))
    patches = taught.cut(images, size).numpy()
    columns = 12 // size
    for k in range(patches.shape[1]):
        top, left = size * (k // columns), size * (k % columns)
        square = images[:, top : top + size, left : left + size]
        np.testing.assert_array_equal(patches[:, k], square.reshape(3, -1))
    np.testing.assert_array_equal(taught.paste(patches, size, (8, 12, 2)), images)


@pytest.mark.parametrize("shape", [(9, 8), (8, 10)])
def test_an_image_that_does_not_divide_is_refused_in_one_line(shape):
    line = f"{shape[0]} × {shape[1]} pixels do not divide into patches of 4 × 4."
    with pytest.raises(ValueError, match=f"^{line}$"):
        taught.cut(np.zeros((1, *shape, 1), "float32"), 4)


@pytest.mark.parametrize("token", [True, False], ids=["class token", "mean"])
def test_only_positions_tell_the_order_of_the_patches(token):
    (images,) = arrays((4, 8, 8, 1))
    order = np.random.default_rng(1).permutation(16)
    moved = taught.paste(tf.gather(taught.cut(images, 2), order, axis=1), 2, (8, 8, 1))
    for positions in (False, True):
        keras.utils.set_random_seed(0)
        model = taught.make_digit_vit(token=token, positions=positions)
        for layer in model.layers:
            if isinstance(layer, Positions):  # untrained ones are small
                layer.table.assign(50 * layer.table)
        change = np.abs(model(moved) - model(images)).max()
        assert change > 1e-2 if positions else change < 1e-5


def test_a_token_adds_one_row_and_one_place():
    with_token, without = taught.make_digit_vit(), taught.make_digit_vit(token=False)
    assert taught.position_table(with_token).shape == (17, 64)
    assert taught.position_table(without).shape == (16, 64)
    assert with_token.count_params() - without.count_params() == 2 * 64


def test_similarity_and_steps_apart():
    table = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]])
    half = np.sqrt(0.5)
    expected = [[1, 0, half], [0, 1, half], [half, half, 1]]
    np.testing.assert_allclose(taught.similarity(table), expected, atol=1e-12)
    steps = taught.steps_apart(3)
    assert steps[0].tolist() == [0, 1, 2, 1, 2, 3, 2, 3, 4]
    np.testing.assert_array_equal(steps, steps.T)
