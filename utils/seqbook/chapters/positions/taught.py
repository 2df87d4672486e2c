"""What `notebooks/positions.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from seqbook.chapters.self_attention.taught import MultiHeadAttention

def sinusoidal(length, d_model, base=10_000.0):
    """(length, d_model): row t holds sines, then cosines, of t."""
    rate = base ** (-np.arange(0, d_model, 2) / d_model)  # (d_model / 2,)
    angle = np.arange(length)[:, None] * rate  # (length, d_model / 2)
    table = np.concatenate([np.sin(angle), np.cos(angle)], axis=1)
    return table.astype("float32")


class Positions(layers.Layer):
    """Adds a vector to each step: learned, or sinusoidal and fixed."""

    def __init__(self, longest, learned=True, **kwargs):
        super().__init__(**kwargs)
        self.longest, self.learned = longest, learned

    def build(self, input_shape):  # (batch, time, d_model)
        shape = (self.longest, input_shape[-1])
        if self.learned:
            small = keras.initializers.RandomNormal(stddev=0.02)
            self.table = self.add_weight(shape, small, name="table")
        else:
            self.table = tf.constant(sinusoidal(*shape))

    def call(self, x):
        return x + self.table[: tf.shape(x)[1]]  # (time, d_model)


def rotate(x, start=0, base=10_000.0):
    """Turn each pair of numbers by an angle that grows with the step.

    x is (batch, heads, time, d_head); its first step is number start.
    """
    half = x.shape[-1] // 2
    rate = base ** (-tf.range(half, dtype=x.dtype) / half)
    step = tf.cast(start + tf.range(tf.shape(x)[-2]), x.dtype)
    angle = step[:, None] * rate  # (time, d_head / 2)
    a, b = x[..., :half], x[..., half:]
    cos, sin = tf.cos(angle), tf.sin(angle)
    return tf.concat([a * cos - b * sin, a * sin + b * cos], axis=-1)


class RotaryAttention(MultiHeadAttention):
    """Self-attention that turns queries and keys before they meet."""

    def place(self, x):  # (batch, heads, time, d_head)
        return rotate(x)
