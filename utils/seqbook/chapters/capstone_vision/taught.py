"""What `notebooks/capstone_vision.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from seqbook import runtime
from seqbook.chapters.capstone_vision import data
from seqbook.chapters.positions.taught import RotaryAttention
from seqbook.chapters.transformer.taught import Block

class Frames(layers.Layer):
    """Every frame to a vector: (n, T, 16, 24, 1) → (n, T, units)."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(64, activation="relu")
        self.to_units = layers.Dense(units)

    def call(self, films):
        shape = tf.shape(films)
        pixels = tf.reshape(films, [shape[0], shape[1], 16 * 24])
        return self.to_units(self.hidden(pixels))


def with_gru(units=64):
    films = keras.Input((None, 16, 24, 1))
    x = Frames(units)(films)
    x = layers.GRU(units, return_sequences=True)(x)
    return keras.Model(films, layers.Dense(3)(x))


def with_attention(num_blocks, d_model=64):
    films = keras.Input((None, 16, 24, 1))
    x = Frames(d_model)(films)
    for _ in range(num_blocks):
        x = Block(d_model, 4, attention=RotaryAttention, causal=True)(x)
    x = layers.LayerNormalization()(x)
    return keras.Model(films, layers.Dense(3)(x))


def train(model, steps, rate, seed, labels="every"):
    """Train on 32 fresh games a step; returns the model."""
    keras.utils.set_random_seed(seed)
    played = data.games(32 * steps, swaps=8, seed=1000 + seed)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - 40, warmup_target=rate, warmup_steps=40
    )
    weights = np.zeros(9)
    weights[-1] = 1
    weights = weights if labels == "last" else np.ones(9)
    model.compile(
        keras.optimizers.Adam(schedule, clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(
        played.films, played.where, batch_size=32, shuffle=False, verbose=0,
        sample_weight=np.tile(weights, (32 * steps, 1)),
        callbacks=[runtime.FitProgress(f"seed {seed}")],
    )  # fmt: skip
    return model
