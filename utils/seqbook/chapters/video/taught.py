"""What `notebooks/video.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from seqbook.chapters.positions.taught import Positions
from seqbook.chapters.transformer.taught import Block

def frame_cnn():
    """Pictures (batch, 24, 24, 1) → vectors (batch, 48)."""
    return keras.Sequential([
        layers.Conv2D(8, 3, 2, padding="same", activation="relu"),
        layers.Conv2D(16, 3, 2, padding="same", activation="relu"),
        layers.Flatten(),  # 6 * 6 * 16 = 576 numbers
        layers.Dense(48, activation="relu"),
        layers.LayerNormalization(),
    ])  # fmt: skip


class EachFrame(layers.Layer):
    """Gives every frame to the same network.

    (batch, time, 24, 24, 1) → (batch, time, 48)
    """

    def __init__(self, network, **kwargs):
        super().__init__(**kwargs)
        self.network = network

    def call(self, clips):
        time = tf.shape(clips)[1]
        pictures = tf.reshape(clips, [-1, 24, 24, 1])  # all of all clips
        return tf.reshape(self.network(pictures), [-1, time, 48])


def over_time(kind, x):
    """The vectors of the frames (batch, time, 48) → (batch, 48)."""
    if kind.endswith("frame"):
        which = {"first": 0, "middle": 4, "last": -1}[kind.split()[0]]
        return x[:, which]
    if kind == "GRU":
        return layers.GRU(48)(x)
    if kind == "temporal CNN":
        for _ in range(2):
            x = layers.Conv1D(48, 3, padding="same", activation="relu")(x)
    if kind == "transformer":
        x = Positions(16, learned=False)(x)
    if kind in ("transformer", "no positions"):
        for _ in range(2):
            x = Block(48, 4)(x)
        x = layers.LayerNormalization()(x)
    return layers.GlobalAveragePooling1D()(x)  # also: the mean of frames


EPOCHS = {"transformer": 4, "no positions": 4}  # six for the others


KINDS = (
    "first frame", "middle frame", "last frame", "mean of frames",
    "no positions", "GRU", "temporal CNN", "transformer",
)  # fmt: skip


def make_model(kind):
    """Clips (batch, time, 24, 24, 1) → logits (batch, 8)."""
    clips = keras.Input((None, 24, 24, 1))
    x = EachFrame(frame_cnn())(clips)
    return keras.Model(clips, layers.Dense(8)(over_time(kind, x)))


def train(model, x, y, epochs=6, callbacks=()):
    """Batches of 32; the rate rises to 0.002, then falls to zero."""
    steps = epochs * -(-len(x) // 32)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - 50, warmup_target=0.002, warmup_steps=50
    )
    model.compile(
        keras.optimizers.Adam(rate, clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(x, y, batch_size=32, epochs=epochs, verbose=0,
              callbacks=list(callbacks))  # fmt: skip


def answers(model, x):
    """The most probable direction of each clip: (clips,)."""
    return model.predict(x, batch_size=200, verbose=0).argmax(axis=1)


def shuffled(x, seed):
    """Clips with the frames of each in an order of its own."""
    rng = np.random.default_rng(seed)
    order = rng.permuted(np.tile(np.arange(x.shape[1]), (len(x), 1)), axis=1)
    return np.take_along_axis(x, order[:, :, None, None, None], axis=1)
