"""What `notebooks/cnn_vs_vit.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from seqbook.chapters.vit.taught import cut
from seqbook.chapters.vit.taught import make_vit
from seqbook.chapters.vit.taught import paste

def make_cnn(shape, classes):
    """Images (batch, *shape) → logits (batch, classes)."""

    def conv(filters):
        return layers.Conv2D(
            filters, 3, padding="same", activation="relu"
        )

    return keras.Sequential([
        keras.Input(shape),
        conv(32), conv(64), layers.MaxPool2D(),
        conv(64), layers.MaxPool2D(),
        layers.Flatten(), layers.Dropout(0.3), layers.Dense(classes),
    ])  # fmt: skip


RATES = {"CNN": 0.003, "ViT": 0.0015}


def make(network, shape=(8, 8, 1), classes=10):
    if network == "CNN":
        return make_cnn(shape, classes)
    return make_vit(shape, 2, 64, 4, 4, classes, dropout=0.1,
                    mlp_units=128)


def trained(network, images, labels, seed, callbacks=()):
    keras.utils.set_random_seed(seed)
    classes = len(np.unique(labels))
    model = make(network, images.shape[1:], classes)
    steps = 400 if len(images) < 1000 else 600
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - 40, warmup_target=RATES[network], warmup_steps=40
    )
    model.compile(
        keras.optimizers.AdamW(rate, weight_decay=0.01),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, len(images), steps * 64)
    model.fit(images[rows], labels[rows], batch_size=64, shuffle=False,
              verbose=0, callbacks=list(callbacks))
    return model


def accuracy(model, images, labels):
    guesses = model.predict_on_batch(images).argmax(axis=-1)
    return float((guesses == labels).mean())


def moved(images, right):
    """The images moved to the right (to the left if negative)."""
    width, most = images.shape[2], abs(right)
    padded = np.pad(images, ((0, 0), (0, 0), (most, most), (0, 0)))
    start = most - right
    return padded[:, :, start : start + width]


def new_order(what, seed=7):
    """One order of the 64 pixels: all shuffled, or whole patches."""
    rng = np.random.default_rng(seed)
    if what == "pixels":
        return rng.permutation(64)
    patches = cut(np.arange(64).reshape(1, 8, 8, 1), 2)  # (1, 16, 4)
    shuffled = tf.gather(patches, rng.permutation(16), axis=1)
    return paste(shuffled, 2, (8, 8, 1)).numpy().reshape(64)


def rearranged(images, order):
    flat = images.reshape(len(images), -1)  # (number, 64)
    return flat[:, order].reshape(images.shape)
