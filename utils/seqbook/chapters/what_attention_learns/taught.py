"""What `notebooks/what_attention_learns.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from seqbook.chapters.positions.taught import Positions
from seqbook.chapters.self_attention.taught import MultiHeadAttention

class AttentionBlock(layers.Layer):
    """Causal attention that adds what it finds to the stream; no MLP."""

    def __init__(self, d_model, num_heads=1, **kwargs):
        super().__init__(**kwargs)
        self.attention = MultiHeadAttention(d_model, num_heads)
        self.norm_attention = layers.LayerNormalization()

    def call(self, x, attention_mask=None, return_attention_scores=False):
        y, weights = self.attention(
            self.norm_attention(x), attention_mask=attention_mask,
            use_causal_mask=True, return_attention_scores=True,
        )  # fmt: skip
        return (x + y, weights) if return_attention_scores else x + y


def stack(num_blocks, vocabulary_size, longest, outputs, d_model=64):
    """Tokens (batch, time) → embeddings, positions, blocks → logits."""
    tokens = keras.Input((None,), dtype="int32")
    normal = keras.initializers.RandomNormal(stddev=0.05)
    x = layers.Embedding(vocabulary_size, d_model, normal)(tokens)
    x = Positions(longest)(x)
    for _ in range(num_blocks):
        x = AttentionBlock(d_model)(x)
    x = layers.LayerNormalization()(x)
    return keras.Model(tokens, layers.Dense(outputs)(x))


def read(model, tokens, masks=None):
    """Logits, and each block's weights (batch, heads, queries, keys).

    masks: one for each block, True where a query may look, or None.
    """
    x, maps = tf.constant(tokens), []
    for layer in model.layers[1:]:  # the first is the input
        if isinstance(layer, AttentionBlock):
            mask = None if masks is None else masks[len(maps)]
            x, weights = layer(
                x, attention_mask=mask, return_attention_scores=True
            )
            maps.append(weights.numpy())
        else:
            x = layer(x)
    return x.numpy(), maps


SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
TIME = 48


def repeats(number, rng, shortest=8, longest=32, used=32):
    """Tokens and next tokens (number, TIME), and where they repeat."""
    length = rng.integers(shortest, longest + 1, (number, 1))
    block = rng.integers(0, used, (number, TIME + 1))
    step = np.arange(TIME + 1)
    row = np.take_along_axis(block, step % length, axis=1).astype("int32")
    repeated = (step[1:] > length).astype("float32")
    return row[:, :-1], row[:, 1:], repeated, length[:, 0]


def train_on_repeats(num_layers, seed, rounds, measure):
    """The model, and measure(model) after each round of 50 steps."""
    keras.utils.set_random_seed(seed)
    model = stack(num_layers, len(SYMBOLS), TIME, outputs=len(SYMBOLS))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    adam = keras.optimizers.Adam(5e-3, beta_2=0.99, global_clipnorm=1.0)
    model.compile(adam, loss, jit_compile=False)
    rng, curve = np.random.default_rng(seed), []
    for _ in range(rounds):
        x, y, where, _ = repeats(50 * 64, rng)
        model.fit(x, y, sample_weight=where / where.mean(), batch_size=64,
                  verbose=0)
        curve.append(measure(model))
    return model, curve


ROUNDS = {1: 8, 2: 14}  # by the number of layers
