"""The music model of MIT 6.S191, with the settings that the course publishes.

Source: A. Amini and A. Amini, MIT 6.S191 Introduction to Deep Learning, laboratory 1, part 2,
https://github.com/aamini/introtodeeplearning,
``lab1/solutions/TF_Part2_Music_Generation_Solution.ipynb`` (2024). Sizes, optimizer, loss, batches
and the way of generating are the course's; the code is written anew. Left out are what no result
depends on: experiment tracking, live plots, checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class PeerSettings:
    """The course's numbers, under the course's names."""

    num_training_iterations: int = 3000
    batch_size: int = 8
    seq_length: int = 100
    learning_rate: float = 5e-3
    embedding_dim: int = 256
    rnn_units: int = 1024


def build_model(vocab_size: int, settings: PeerSettings, batch_size: int) -> Any:
    """Embedding → stateful LSTM → logits, for batches of a fixed size."""
    import keras

    return keras.Sequential(
        [
            keras.Input(batch_shape=(batch_size, None), dtype="int32"),
            keras.layers.Embedding(vocab_size, settings.embedding_dim),
            lstm(settings, stateful=True),
            keras.layers.Dense(vocab_size),
        ]
    )


def lstm(settings: PeerSettings, stateful: bool) -> Any:
    """The course's LSTM layer."""
    import keras

    return keras.layers.LSTM(
        settings.rnn_units,
        return_sequences=True,
        recurrent_initializer="glorot_uniform",
        recurrent_activation="sigmoid",
        stateful=stateful,
    )


def copy_for_measuring(model: Any, settings: PeerSettings, batch_size: int | None) -> Any:
    """The same weights in another model, so that measuring leaves the state of training alone.

    Args:
        batch_size: None for a model that begins every batch with zeros; a number for one that
            keeps its state, as in training.

    Embedding and output layer are shared with `model`; the LSTM's weights are copied.
    """
    import keras

    embedding, trained, dense = model.layers
    layer = lstm(settings, stateful=batch_size is not None)
    inputs = keras.Input(batch_shape=(batch_size, None), dtype="int32")
    copied = keras.Sequential([inputs, embedding, layer, dense])
    for old, new in zip(trained.trainable_variables, layer.trainable_variables, strict=True):
        new.assign(old)
    return copied


def bits_with_state_kept(model: Any, ids: np.ndarray, settings: PeerSettings) -> float:
    """Bits per character of a text, read like the batches of training: the state is never reset.

    Args:
        model: keeps its state, for batches of `settings.batch_size`.
        ids: (characters,) int32. It is cut into as many pieces, which are read side by side; what
            does not fill a last window of `settings.seq_length` is left out.
    """
    import tensorflow as tf

    rows, window = settings.batch_size, settings.seq_length
    length = (len(ids) - 1) // rows // window * window
    x = ids[: rows * length].reshape(rows, length)
    y = ids[1 : rows * length + 1].reshape(rows, length)

    @tf.function
    def nats(x: Any, y: Any) -> Any:
        logits = model(x, training=False)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)

    found = [
        nats(tf.constant(x[:, i : i + window]), tf.constant(y[:, i : i + window])).numpy()
        for i in range(0, length, window)
    ]
    return float(np.mean(found) / np.log(2))


def get_batch(
    ids: np.ndarray, settings: PeerSettings, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Windows from random places, and the same one character later, each (batch, seq_length)."""
    n = len(ids) - 1
    starts = rng.choice(n - settings.seq_length, settings.batch_size)
    places = starts[:, np.newaxis] + np.arange(settings.seq_length)
    return ids[places], ids[places + 1]


def make_train_step(model: Any, settings: PeerSettings) -> Any:
    """A compiled update, (inputs, targets) → losses (batch, seq_length) in nats.

    The loss is not averaged before the gradient is taken: that of a (batch, time) array is the
    gradient of its sum.
    """
    import keras
    import tensorflow as tf

    optimizer = keras.optimizers.Adam(settings.learning_rate)
    optimizer.build(model.trainable_variables)

    @tf.function
    def train_step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = model(x)
            loss = keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return train_step


def generate_text(model: Any, vocabulary: Sequence[str], start: str, length: int) -> str:
    """`length` characters after `start`, one call of the model for each, in a Python loop."""
    import tensorflow as tf

    numbers = {character: i for i, character in enumerate(vocabulary)}
    evaluated = tf.expand_dims([numbers[character] for character in start], 0)
    for layer in model.layers:
        if hasattr(layer, "reset_state"):
            layer.reset_state()
    written = []
    for _ in range(length):
        predictions = tf.squeeze(model(evaluated), 0)
        chosen = tf.random.categorical(predictions, num_samples=1)[-1, 0].numpy()
        evaluated = tf.expand_dims([chosen], 0)
        written.append(vocabulary[chosen])
    return start + "".join(written)
