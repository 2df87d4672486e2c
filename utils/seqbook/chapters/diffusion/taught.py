"""What `notebooks/diffusion.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from seqbook.chapters.positions.taught import sinusoidal

STEPS = 100


def betas(steps=STEPS):
    """The variance that each step replaces, (steps + 1,); 0 at step 0."""
    rising = np.linspace(0.1 / steps, 12 / steps, steps)
    return np.append(0.0, rising).astype("float32")


def alphas_bar(steps=STEPS):
    """The share of variance left of the data, (steps + 1,); 1 at step 0."""
    return np.cumprod(1 - betas(steps), dtype="float32")


BETA, ALPHA_BAR = betas(), alphas_bar()


def noised(x, t, noise):
    """x at step t in one go; x and noise (batch, ...), t (batch,)."""
    left = tf.gather(ALPHA_BAR, t)  # (batch,)
    left = tf.reshape(left, [-1] + [1] * (len(x.shape) - 1))
    return tf.sqrt(left) * x + tf.sqrt(1 - left) * noise


def step_back(x, t, noise, fresh):
    """From step t to t − 1, with the predicted and the fresh noise."""
    beta, left = BETA[t], ALPHA_BAR[t]
    mean = (x - beta / np.sqrt(1 - left) * noise) / np.sqrt(1 - beta)
    return mean + np.sqrt(beta) * fresh


def sample(predict, x, start=STEPS, seed=0, fresh=1.0):
    """Walk back from x at step `start`: (start + 1, batch, ...).

    predict: (x, t) → the noise in x, with t (batch,). The first of the
    states is x, the last is at step 0. fresh: 0 to add no noise.
    """
    rng = np.random.default_rng(seed)
    states = [np.asarray(x, "float32")]
    for t in range(start, 0, -1):
        x = states[-1]
        noise = np.asarray(predict(x, np.full(len(x), t, "int32")))
        z = rng.normal(size=x.shape) * fresh if t > 1 else 0.0
        states.append(step_back(x, t, noise, z).astype("float32"))
    return np.stack(states)


def spoil(x, *labels):
    """Images (batch, ...) → ((noisy images, steps, *labels), noise)."""
    t = tf.random.uniform([tf.shape(x)[0]], 1, STEPS + 1, tf.int32)
    noise = tf.random.normal(tf.shape(x))
    return (noised(x, t, noise), t, *labels), noise


class StepCode(layers.Layer):
    """Steps (batch,) → vectors (batch, units)."""

    def __init__(self, units, steps=STEPS, **kwargs):
        super().__init__(**kwargs)
        self.table = sinusoidal(steps + 1, units)  # fixed, not learned
        self.dense = layers.Dense(units, activation="silu")

    def call(self, t):
        return self.dense(tf.gather(self.table, t))


class MixingBlock(layers.Layer):
    """Numbers (batch, n) and a vector (batch, m) → (batch, n)."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.norm = layers.LayerNormalization()
        self.first = layers.Dense(units)
        self.from_code = layers.Dense(units)

    def build(self, input_shape):
        zeros = {"kernel_initializer": "zeros"}  # begins as the identity
        self.second = layers.Dense(input_shape[-1], **zeros)

    def call(self, x, code):
        y = self.first(self.norm(x)) + self.from_code(code)
        return x + self.second(tf.nn.silu(y))


def make_unet(shape, width=16, units=192, classes=0):
    """Noisy images and steps (and classes) → the noise in the images."""
    x, t = keras.Input(shape), keras.Input((), dtype="int32")
    inputs, code = (x, t), StepCode(64)(t)
    if classes:  # used in the next chapter; one more row means "any"
        label = keras.Input((), dtype="int32")
        inputs = (*inputs, label)
        code = code + layers.Embedding(classes + 1, 64)(label)
    silu = {"padding": "same", "activation": "silu"}
    fine = layers.Conv2D(width, 3, **silu)(x)
    down = layers.Conv2D(width, 2, strides=2)(fine)  # half as high and wide
    whole = layers.Flatten()(down)
    for _ in range(2):
        whole = MixingBlock(units)(whole, code)
    up = layers.Reshape(down.shape[1:])(whole)
    up = layers.Conv2DTranspose(width, 2, strides=2)(up)
    y = layers.Concatenate()([up, fine])  # the skip connection
    y = layers.Conv2D(width, 3, **silu)(y)
    noise = layers.Conv2D(shape[-1], 3, padding="same")(y)
    return keras.Model(inputs, noise)
