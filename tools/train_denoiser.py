"""Train the network behind `DiffusionSlider()`: chapters/diffusion/denoiser.json.

    .venv/bin/python tools/train_denoiser.py

A network of dense layers with shortcuts, told the step and the class, learns to predict the noise
in scikit-learn's digits: about a minute on one core. The class is left out of one example in ten.
Its weights are rounded to eight bits.
"""

from __future__ import annotations

import json
import os
import time
from importlib.resources import files

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from seqbook.chapters.diffusion import diffusion_slider as slider
from seqbook.chapters.vit.data import digits
from seqbook.graph import pack

WIDTH, BLOCKS, BATCH, TRAINING_STEPS = 96, 2, 128, 20_000
DROPPED = 0.1


def make_denoiser() -> keras.Model:
    """Pixels, step and class (1, 90) → noise (1, 64)."""
    x = keras.Input((1, slider.PIXELS + slider.SINES + slider.CLASSES))
    h = layers.Dense(WIDTH)(x)
    for _ in range(BLOCKS):
        inner = layers.LayerNormalization()(h)
        inner = layers.Dense(WIDTH, activation="silu")(inner)
        h = layers.Add()([h, layers.Dense(WIDTH, kernel_initializer="zeros")(inner)])
    return keras.Model(x, layers.Dense(slider.PIXELS)(layers.LayerNormalization()(h)))


def batches(images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    """Endless batches: (what the network reads, the noise)."""
    alpha_bar = tf.constant(slider.schedule()[1], tf.float32)
    codes = tf.constant(
        np.stack([slider.time_code(t) for t in range(slider.STEPS + 1)]), tf.float32
    )

    def spoil(x: tf.Tensor, asked: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        t = tf.random.uniform([BATCH], 1, slider.STEPS + 1, tf.int32)
        a = tf.gather(alpha_bar, t)[:, None]
        noise = tf.random.normal(tf.shape(x))
        asked *= tf.cast(tf.random.uniform([BATCH, 1]) >= DROPPED, tf.float32)
        spoiled = tf.sqrt(a) * x + tf.sqrt(1 - a) * noise
        read = tf.concat([spoiled, tf.gather(codes, t), asked], axis=-1)
        return read[:, None], noise[:, None]

    one_hot = np.eye(slider.CLASSES, dtype="float32")[labels]
    data = tf.data.Dataset.from_tensor_slices((images, one_hot)).shuffle(len(images))
    return data.repeat().batch(BATCH, drop_remainder=True).map(spoil).prefetch(2)


def main() -> None:
    (images, labels), _ = digits()
    images = (2 * images - 1).reshape(-1, slider.PIXELS)
    keras.utils.set_random_seed(0)
    model = make_denoiser()
    rate = keras.optimizers.schedules.CosineDecay(2e-3, TRAINING_STEPS, alpha=0.02)
    model.compile(keras.optimizers.Adam(rate, use_ema=True, ema_momentum=0.999), "mse")
    start = time.process_time()
    past = model.fit(batches(images, labels), steps_per_epoch=TRAINING_STEPS, verbose=0)
    seconds = time.process_time() - start
    # The image of each class that lies nearest to the mean of its class.
    typical = [
        min(images[labels == k], key=lambda x, k=k: np.sum((x - images[labels == k].mean(0)) ** 2))
        for k in range(slider.CLASSES)
    ]
    stored = {"images": slider.pack_images(np.stack(typical)), "model": pack(model)}
    path = files("seqbook.chapters.diffusion").joinpath("denoiser.json")
    path.write_text(json.dumps(stored, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{model.count_params()} weights, loss {past.history['loss'][-1]:.4f}, "
          f"{seconds:.0f} CPU s, {path.stat().st_size} bytes")  # fmt: skip


if __name__ == "__main__":
    main()
