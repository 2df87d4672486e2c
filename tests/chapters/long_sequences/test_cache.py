"""A cached transformer is the transformer: the same logits, the same tunes, one token at a time."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from seqbook.chapters.long_sequences.taught import CachedTransformer, cached_step, first_cache
from seqbook.chapters.positions.taught import Positions, RotaryAttention
from seqbook.chapters.transformer.taught import make_transformer
from seqbook.music import recipe
from seqbook.music.generation import Generator, uniforms

VOCABULARY = [*"abcdefghijk", recipe.END]
V = len(VOCABULARY)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return make_transformer(V, 16, 2, 2, attention=RotaryAttention, causal=True)


def test_each_step_gives_the_logits_of_the_whole(model):
    tokens = np.random.default_rng(0).integers(0, V, (3, 25)).astype("int32")
    whole, cache = model(tokens).numpy(), first_cache(model, 3, 25)
    assert [k.shape for pair in cache for k in pair] == [(3, 2, 25, 8)] * 4
    for t in range(25):
        logits, cache = cached_step(model, tf.constant(tokens[:, t]), cache, t)
        np.testing.assert_allclose(logits, whole[:, t], atol=1e-5)


def test_what_stands_in_the_unused_places_does_not_matter(model):
    token = tf.constant([1, 2])
    clean, _ = cached_step(model, token, first_cache(model, 2, 9), 0)
    noisy = tf.nest.map_structure(lambda c: c + 7.0, first_cache(model, 2, 9))
    found, _ = cached_step(model, token, noisy, 0)
    np.testing.assert_allclose(found, clean, atol=1e-6)


def test_the_generator_writes_what_the_whole_model_writes(model):
    written = Generator(CachedTransformer(model, 30), VOCABULARY)(4, seed=5, max_chars=30)
    end = VOCABULARY.index(recipe.END)
    text, done = np.full((4, 1), end), np.zeros(4, bool)
    for t in range(30):
        logits = model(text.astype("int32"))[:, -1]
        p = recipe.probabilities(logits, 1.0)
        new = np.where(done, end, np.array(recipe.draw(p, uniforms(4, 5, t))).reshape(-1))
        text, done = np.append(text, new[:, None], axis=1), done | (new == end)
    for row, tune in zip(text[:, 1:], written, strict=True):
        stop = [*np.flatnonzero(row == end), 30][0]
        assert "".join(VOCABULARY[i] for i in row[:stop]) == tune


def test_a_full_cache_says_so(model):
    stepper = CachedTransformer(model, 2)
    state = stepper.first_state(1)
    for _ in range(2):
        _, state = stepper.step(tf.constant([0]), state)
    with pytest.raises(tf.errors.InvalidArgumentError, match="make it longer"):
        stepper.step(tf.constant([0]), state)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"causal": True}, "RotaryAttention"),
        ({"attention": RotaryAttention}, "causal"),
        ({"attention": RotaryAttention, "causal": True, "positions": Positions(9)}, "positions"),
    ],
    ids=["not rotary", "not causal", "positions are added"],
)
def test_what_has_no_cache_is_refused(options, word):
    with pytest.raises(ValueError, match=word):
        CachedTransformer(make_transformer(V, 16, 2, 1, **options), 10)
