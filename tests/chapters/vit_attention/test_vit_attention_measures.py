"""The chapter's interventions do what they say: cut weights are zero, a blank patch is blank."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from seqbook.chapters.transformer.taught import attention_maps
from seqbook.chapters.vit_attention import data, taught


@pytest.fixture(scope="module")
def matcher():
    keras.utils.set_random_seed(1)
    return taught.make_matcher()


def test_the_class_token_s_weights_are_a_row_of_the_maps(matcher):
    images = data.glyphs(3, np.random.default_rng(0))[0]
    found = taught.class_attention(matcher, images)
    assert found.shape == (3, 2, 4, 16)
    maps = attention_maps(matcher, tf.constant(images))
    for block, weights in enumerate(maps):
        rest = 1 - weights.numpy()[:, :, 0, 0]
        np.testing.assert_allclose(found[:, block].sum(axis=-1), rest, atol=1e-5)


def test_without_a_cut_the_logits_are_the_model_s(matcher):
    images, _, places = data.glyphs(4, np.random.default_rng(1))
    whole = taught.cut(places, [])
    found = taught.logits_with(matcher, images, [whole, whole])
    np.testing.assert_allclose(found, matcher(images), atol=1e-5)


def test_what_is_cut_has_no_influence(matcher):
    """With all routes from the second glyph to the class token cut, it may be anything."""
    images, _, places = data.glyphs(4, np.random.default_rng(2))
    mask = np.ones((4, 1, 17, 17), bool)
    mask[np.arange(4), 0, :, places[:, 1] + 1] = False
    other = images.copy()
    for image, place in zip(other, places[:, 1], strict=True):
        i, j = 8 * (place // 4), 8 * (place % 4)
        image[i : i + 8, j : j + 8] = 0.3
    found = [taught.logits_with(matcher, x, [mask, mask]) for x in (images, other)]
    np.testing.assert_allclose(*found, atol=1e-5)
    assert np.abs(matcher(images).numpy() - matcher(other).numpy()).max() > 1e-4


def test_the_controls_are_never_a_glyph():
    places = data.glyphs(500, np.random.default_rng(3))[2]
    found = taught.cuts(places, np.random.default_rng(0))
    (_, other), _ = found["glyph to empty"]
    assert (other[:, None] != places + 1).all() and set(other) == set(range(1, 17))
    mask = taught.cut(places, found["glyph to glyph"])
    assert (~mask).sum() == 1000
    rows = np.arange(500)
    assert not mask[rows, 0, places[:, 0] + 1, places[:, 1] + 1].any()


def test_drops_and_correlation_by_hand():
    """A model whose margin is the ink of patch 5 drops by that ink, and nowhere else."""
    images = np.random.default_rng(5).random((3, 8, 8, 1), dtype="float32")

    def model(x):
        ink = tf.reduce_sum(x[:, 2:4, 2:4, 0], axis=(1, 2))
        return tf.stack([0 * ink, ink], axis=1)

    found = taught.drops(model, images, np.array([1, 1, 0]))
    wanted = np.zeros((3, 16))
    wanted[:, 5] = images[:, 2:4, 2:4, 0].sum(axis=(1, 2)) * [1, 1, -1]
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    a, b = np.random.default_rng(6).random((2, 3, 16))
    wanted = [np.corrcoef(u, v)[0, 1] for u, v in zip(a, b, strict=True)]
    np.testing.assert_allclose(taught.correlation(a, b), wanted, atol=1e-9)
    np.testing.assert_allclose(taught.correlation(a, 0 * b), 0)
