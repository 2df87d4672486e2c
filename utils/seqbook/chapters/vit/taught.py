"""What `notebooks/vit.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from seqbook import runtime
from seqbook.chapters.positions.taught import Positions
from seqbook.chapters.transformer.taught import Block

def cut(images, size):
    """(batch, height, width, channels) → (batch, patches, numbers).

    The patches are squares of size pixels, in reading order; each is
    flattened to size * size * channels numbers.
    """
    _, height, width, channels = images.shape
    if height % size or width % size:
        raise ValueError(f"{height} × {width} pixels do not divide into "
                         f"patches of {size} × {size}.")
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


class MeanHead(ClassHead):
    """Reads the answer off the mean of all steps, for comparison."""

    def call(self, x):
        return self.to_logits(self.norm(tf.reduce_mean(x, axis=1)))


def make_vit(
    shape, size, d_model, num_heads, num_blocks, classes, dropout=0.0,
    mlp_units=None, token=True, positions=True, **block,
):  # fmt: skip
    """Images (batch, *shape) → logits (batch, classes)."""
    images = keras.Input(shape)
    x = PatchEmbedding(d_model, size)(images)
    x = ClassToken()(x) if token else x
    x = Positions(x.shape[1])(x) if positions else x
    for _ in range(num_blocks):
        x = Block(
            d_model, num_heads, mlp_units=mlp_units, dropout=dropout, **block
        )(x)  # fmt: skip
    head = ClassHead(classes) if token else MeanHead(classes)
    return keras.Model(images, head(x))


def make_digit_vit(
    size=2, d_model=64, num_blocks=4, mlp_units=128, **kind
):  # fmt: skip
    """8 × 8 digits (batch, 8, 8, 1) → logits (batch, 10)."""
    return make_vit(
        (8, 8, 1), size, d_model, num_heads=4, num_blocks=num_blocks,
        classes=10, dropout=0.1, mlp_units=mlp_units, **kind,
    )  # fmt: skip


def make_keras_vit(
    shape, size, d_model, num_heads, num_blocks, classes, mlp_units
):  # fmt: skip
    """The same network, of Keras' own layers as far as there are any."""
    images = keras.Input(shape)
    x = layers.Conv2D(d_model, size, strides=size)(images)
    x = layers.Reshape((-1, d_model))(x)
    x = ClassToken()(x)
    x = Positions(x.shape[1])(x)
    for _ in range(num_blocks):
        y = layers.LayerNormalization()(x)
        y = layers.MultiHeadAttention(
            num_heads, d_model // num_heads, use_bias=False
        )(y, y)  # fmt: skip
        x = layers.add([x, y])
        y = layers.LayerNormalization()(x)
        y = layers.Dense(mlp_units, "relu")(y)
        x = layers.add([x, layers.Dense(d_model)(y)])
    x = layers.LayerNormalization()(x)
    return keras.Model(images, layers.Dense(classes)(x[:, 0]))


def in_order_of_use(model):
    """All weights of one of our Vision Transformers, as they are used."""
    found = []
    for layer in model.layers:
        parts = [layer]
        if isinstance(layer, Block):
            parts = [layer.norm_attention, layer.attention,
                     layer.norm_mlp, layer.mlp]
        found += [w for part in parts for w in part.trainable_weights]
    return found


def train_vit(model, images, labels, steps=600, warm_up=40, rate=1.5e-3):
    """About so many steps of 64 images, in whole epochs."""
    per_epoch = int(np.ceil(len(images) / 64))
    epochs = round(steps / per_epoch)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, epochs * per_epoch - warm_up,
        warmup_target=rate, warmup_steps=warm_up,
    )  # fmt: skip
    model.compile(
        keras.optimizers.AdamW(schedule, weight_decay=0.01),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    bar = runtime.FitProgress("Vision Transformer")
    model.fit(images, labels, 64, epochs, verbose=0, callbacks=[bar])


def accuracy(model, images, labels):
    right = model.predict_on_batch(images).argmax(axis=-1) == labels
    return float(right.mean())


def position_table(model):
    """The learned positions (patches + 1, d_model)."""
    for layer in model.layers:
        if isinstance(layer, Positions):
            return layer.table.numpy()


def similarity(table):
    """Cosines of all pairs of rows: (rows, d) → (rows, rows)."""
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    return unit @ unit.T


def steps_apart(side):
    """Between any two patches, how many steps along rows and columns."""
    row, column = np.divmod(np.arange(side * side), side)
    return (np.abs(row[:, None] - row)
            + np.abs(column[:, None] - column))  # (patches, patches)
