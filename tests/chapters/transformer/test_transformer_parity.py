"""The blocks of `transformer` are those made of Keras' layers, and do what the chapter says."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from parity_cases import TOLERANCE, arrays
from seqbook.chapters.perceptron.taught import largest_difference, outputs_and_gradients
from seqbook.chapters.positions.taught import Positions
from seqbook.chapters.self_attention.taught import padding_mask
from seqbook.chapters.transformer.taught import (
    Block,
    DecoderBlock,
    attention_maps,
    make_transformer,
)

layers = keras.layers
HEADS, D = 2, 8
# batch, steps, steps of the context
SHAPES = [(3, 5, 7), (1, 6, 2), (2, 1, 3), (2, 4, 4)]
EVERY_SHAPE = pytest.mark.parametrize("shape", SHAPES, ids=str)
MASKED = pytest.mark.parametrize("masked", [False, True], ids=["all", "padded"])


def keras_attention():
    return layers.MultiHeadAttention(HEADS, D // HEADS, use_bias=False)


def keras_mlp():
    return keras.Sequential([layers.Dense(4 * D, "relu"), layers.Dense(D)])


def padded(shape: tuple[int, int]) -> tf.Tensor:
    """Ids of this shape, the last third of the first row padding."""
    ids = np.ones(shape, "int32")
    ids[0, -(shape[1] // 3) or shape[1]:] = 0
    return tf.constant(ids)


def gathered(parts: list) -> list:
    return [weight for part in parts for weight in part.trainable_weights]


def difference(ours, our_parts, theirs, their_parts, x) -> float:
    """Largest difference of outputs and all gradients, with the same random weights in both."""
    ours(x), theirs(x)
    mine, other = gathered(our_parts), gathered(their_parts)
    for k, (a, b) in enumerate(zip(mine, other, strict=True)):
        (value,) = arrays(tuple(a.shape), scale=0.4, seed=k)
        a.assign(value)
        b.assign(value.reshape(b.shape))
    found = outputs_and_gradients(ours, x, mine)
    expected = outputs_and_gradients(theirs, x, other)
    expected = [tf.reshape(b, a.shape) for a, b in zip(found, expected, strict=True)]
    return float(largest_difference(found, expected))


def encoder_blocks(shape, masked, causal):
    batch, steps, _ = shape
    mask = padding_mask(padded((batch, steps))) if masked else None
    block = Block(D, HEADS, causal=causal)
    attention, mlp = keras_attention(), keras_mlp()
    first, second = layers.LayerNormalization(), layers.LayerNormalization()

    def theirs(x):
        normed = first(x)
        x = x + attention(
            normed, normed, attention_mask=None if mask is None else mask[:, 0],
            use_causal_mask=causal,
        )
        return x + mlp(second(x))

    mine = [block.attention, block.norm_attention, block.norm_mlp, block.mlp]
    return (lambda x: block(x, attention_mask=mask)), mine, theirs, [attention, first, second, mlp]


def decoder_blocks(shape, masked):
    batch, _, length = shape
    mask = padding_mask(padded((batch, length))) if masked else None
    (context,) = arrays((batch, length, D), seed=3)
    block = DecoderBlock(D, HEADS)
    own, cross, mlp = keras_attention(), keras_attention(), keras_mlp()
    norms = [layers.LayerNormalization() for _ in range(3)]

    def theirs(x):
        normed = norms[0](x)
        x = x + own(normed, normed, use_causal_mask=True)
        where = None if mask is None else mask[:, 0]
        x = x + cross(norms[1](x), context, attention_mask=where)
        return x + mlp(norms[2](x))

    mine = [block.self_attention, block.cross_attention, block.norm_self, block.norm_cross,
            block.norm_mlp, block.mlp]
    return (lambda x: block(x, context, context_mask=mask)), mine, theirs, [own, cross, *norms, mlp]


@EVERY_SHAPE
@MASKED
@pytest.mark.parametrize("causal", [False, True], ids=["full", "causal"])
def test_a_block_is_the_one_made_of_keras_layers(shape, masked, causal):
    (x,) = arrays((*shape[:2], D), seed=sum(shape))
    assert difference(*encoder_blocks(shape, masked, causal), tf.constant(x)) <= TOLERANCE


@EVERY_SHAPE
@MASKED
def test_a_decoder_block_is_the_one_made_of_keras_layers(shape, masked):
    (x,) = arrays((*shape[:2], D), seed=sum(shape))
    assert difference(*decoder_blocks(shape, masked), tf.constant(x)) <= TOLERANCE


def test_the_comparison_sees_a_causal_block_that_is_compared_with_a_full_one():
    shape = (2, 5, 5)
    ours, mine, _, _ = encoder_blocks(shape, False, causal=True)
    _, _, theirs, other = encoder_blocks(shape, False, causal=False)
    (x,) = arrays((2, 5, D))
    assert difference(ours, mine, theirs, other, tf.constant(x)) > 100 * TOLERANCE


# --- What the chapter says of them ---------------------------------------------------------------


def test_a_decoder_block_does_not_read_ahead_and_reads_the_whole_context():
    x, context = arrays((1, 5, D), (1, 7, D))
    block = DecoderBlock(D, HEADS)
    before = block(x, context).numpy()
    later = x.copy()
    later[:, 3] *= -1.0  # a constant added would be taken out by the normalization
    moved = np.abs(block(later, context) - before).max(axis=(0, 2))
    assert moved[:3].max() == 0 and moved[3:].min() > 1e-3
    other = context.copy()
    other[:, -1] *= -1.0
    assert np.abs(block(x, other) - before).max(axis=(0, 2)).min() > 1e-4


def test_padding_in_the_context_changes_nothing():
    x, context, noise = arrays((1, 5, D), (1, 7, D), (1, 2, D))
    mask = padding_mask(tf.constant([[1, 1, 1, 1, 1, 0, 0]]))
    block = DecoderBlock(D, HEADS)
    before = block(x, context, context_mask=mask)
    context[:, 5:] = noise
    np.testing.assert_allclose(block(x, context, context_mask=mask), before, atol=1e-6)


@pytest.mark.parametrize("d", [8, 64])
def test_the_formulas_count_the_weights(d):
    block, decoder = Block(d, HEADS), DecoderBlock(d, HEADS)
    block(tf.zeros((1, 3, d)))
    decoder(tf.zeros((1, 3, d)), tf.zeros((1, 5, d)))
    assert block.count_params() == 12 * d**2 + 9 * d
    assert decoder.count_params() == 16 * d**2 + 11 * d


def test_the_maps_of_a_transformer_are_those_it_used():
    keras.utils.set_random_seed(0)
    model = make_transformer(11, D, HEADS, num_blocks=2, positions=Positions(9), causal=True)
    tokens = np.random.default_rng(0).integers(0, 11, (3, 6))
    maps = attention_maps(model, tokens)
    assert [tuple(m.shape) for m in maps] == [(3, HEADS, 6, 6)] * 2
    for weights in maps:
        np.testing.assert_allclose(weights.numpy().sum(-1), 1, atol=1e-5)
        assert np.triu(weights.numpy(), 1).max() == 0
    assert model(tokens).shape == (3, 6, 11)
    assert make_transformer(11, D, HEADS, 1, outputs=4)(tokens).shape == (3, 6, 4)
