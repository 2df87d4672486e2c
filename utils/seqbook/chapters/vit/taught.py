"""What `notebooks/vit.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import tensorflow as tf
from keras import layers
from seqbook.chapters.positions.taught import Positions
from seqbook.chapters.transformer.taught import Block

def cut(images, size):
    """(batch, height, width, channels) → (batch, patches, numbers).

    The patches are squares of size pixels, in reading order; each is
    flattened to size * size * channels numbers.
    """
    _, height, width, channels = images.shape
    rows, columns = height // size, width // size
    x = tf.reshape(images, [-1, rows, size, columns, size, channels])
    x = tf.transpose(x, [0, 1, 3, 2, 4, 5])
    return tf.reshape(x, [-1, rows * columns, size * size * channels])


def paste(patches, size, shape):
    """The way back: patches → (batch, height, width, channels)."""
    height, width, channels = shape
    rows, columns = height // size, width // size
    x = tf.reshape(patches, [-1, rows, columns, size, size, channels])
    x = tf.transpose(x, [0, 1, 3, 2, 4, 5])
    return tf.reshape(x, [-1, height, width, channels])


class PatchEmbedding(layers.Layer):
    """(batch, height, width, channels) → (batch, patches, d_model)."""

    def __init__(self, d_model, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.project = layers.Dense(d_model)

    def call(self, images):
        return self.project(cut(images, self.size))


class ClassToken(layers.Layer):
    """Puts one learned vector before the patches."""

    def build(self, input_shape):  # (batch, patches, d_model)
        shape = (1, 1, input_shape[-1])
        self.token = self.add_weight(shape, "zeros", name="token")

    def call(self, x):
        token = tf.repeat(self.token, tf.shape(x)[0], axis=0)
        return tf.concat([token, x], axis=1)  # (batch, patches + 1, d_model)


class ClassHead(layers.Layer):
    """Reads the answer off the class token: (batch, time, d) → logits."""

    def __init__(self, classes, **kwargs):
        super().__init__(**kwargs)
        self.norm = layers.LayerNormalization()
        self.to_logits = layers.Dense(classes)

    def call(self, x):
        return self.to_logits(self.norm(x[:, 0]))


def make_vit(
    shape, size, d_model, num_heads, num_blocks, classes, dropout=0.0,
    mlp_units=None,
):  # fmt: skip
    """Images (batch, *shape) → logits (batch, classes)."""
    height, width, _ = shape
    patches = (height // size) * (width // size)
    images = keras.Input(shape)
    x = PatchEmbedding(d_model, size)(images)
    x = ClassToken()(x)
    x = Positions(patches + 1)(x)
    for _ in range(num_blocks):
        x = Block(
            d_model, num_heads, mlp_units=mlp_units, dropout=dropout
        )(x)  # fmt: skip
    return keras.Model(images, ClassHead(classes)(x))
