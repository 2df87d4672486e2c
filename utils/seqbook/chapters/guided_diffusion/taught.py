"""What `notebooks/guided_diffusion.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from seqbook.chapters.diffusion.taught import spoil

CLASSES, ANY = 10, 10  # the classes 0 to 9, and one that says nothing


def forget_some(x, labels):
    """Replaces one label in ten by ANY."""
    forgotten = tf.random.uniform(tf.shape(labels)) < 0.1
    return x, tf.where(forgotten, ANY, labels)


def train_denoiser(model, images, labels, updates, callbacks=()):
    """Fits the noise of labeled images; the weights end as an average.

    Call keras.utils.set_random_seed(seed) first: batches are random.
    """
    batches = tf.data.Dataset.from_tensor_slices((images, labels))
    batches = batches.shuffle(len(images)).repeat().batch(64)
    batches = batches.map(forget_some).map(spoil)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, updates, alpha=0.02)
    adam = keras.optimizers.Adam(rate, use_ema=True, ema_momentum=0.99)
    model.compile(adam, "mse")
    return model.fit(
        batches, steps_per_epoch=updates, shuffle=False, verbose=0,
        callbacks=list(callbacks),
    )  # fmt: skip


def guided(model, labels, scale=0.0):
    """A predict(x, t) for these labels (batch,), for `sample`."""
    labels = tf.constant(labels, tf.int32)
    anything = tf.fill(labels.shape, ANY)

    @tf.function
    def predict(x, t):
        asked = model((x, t, labels))
        if not scale:
            return asked
        return asked + scale * (asked - model((x, t, anything)))

    return predict


def make_judge(shape=(8, 8, 1), classes=CLASSES):
    """A classifier, and its last hidden layer as a second model."""
    images = keras.Input(shape)
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(images)
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    features = layers.Dense(32, activation="relu")(x)
    x = layers.Dropout(0.3)(features)
    probabilities = layers.Dense(classes, activation="softmax")(x)
    judge = keras.Model(images, probabilities)
    judge.compile("adam", "sparse_categorical_crossentropy")
    return judge, keras.Model(images, features)


def frechet(a, b):
    """The Fréchet distance d² of features a and b (number, features)."""
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    roots = np.linalg.eigvals(cov_a @ cov_b).real  # of the product
    spread = np.trace(cov_a) + np.trace(cov_b)
    spread -= 2 * np.sqrt(np.maximum(roots, 0)).sum()
    return float(np.sum((a.mean(0) - b.mean(0)) ** 2) + spread)


def nearest(images, others):
    """The distance of each image to the closest of the others."""
    a = images.reshape(len(images), 1, -1)
    b = others.reshape(1, len(others), -1)
    squares = (a**2).sum(-1) + (b**2).sum(-1) - 2 * a[:, 0] @ b[0].T
    return np.sqrt(np.maximum(squares, 0).min(axis=1))


def diversity(images, labels):
    """Mean distance between two images of the same class."""
    apart = []
    for label in np.unique(labels):
        flat = images[labels == label].reshape((labels == label).sum(), -1)
        pairs = np.linalg.norm(flat[:, None] - flat, axis=-1)
        apart.append(pairs[np.triu_indices(len(flat), 1)].mean())
    return float(np.mean(apart))
