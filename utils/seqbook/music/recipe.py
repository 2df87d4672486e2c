"""The functions that make a music model, as Lab 2 has them written, and `Recipe`, a set of them.

`training` works with any functions of these shapes: the learner's own in the lab, these in tests
and benchmarks. TensorFlow is imported when a function that needs it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["END", "Recipe"]

END = "$"  # stands between tunes: each one begins after it and is over when it comes again


def build_vocabulary(tunes: Sequence[str]) -> list[str]:
    """The end mark, then every character of the tunes, once each and sorted."""
    return [END, *sorted(set("".join(tunes)))]


def encode(text: str, vocabulary: Sequence[str]) -> np.ndarray:
    """(characters,) int32: each character's place in the vocabulary."""
    number = {character: i for i, character in enumerate(vocabulary)}
    return np.array([number[character] for character in text], dtype="int32")


def decode(ids: Sequence[int], vocabulary: Sequence[str]) -> str:
    """The text that `encode` made these numbers from."""
    return "".join(vocabulary[i] for i in ids)


def make_batch(
    ids: np.ndarray, size: int, length: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays (size, length): windows from random places, and the same one step later."""
    starts = rng.integers(0, len(ids) - length, size)
    places = starts[:, np.newaxis] + np.arange(length + 1)
    return ids[places[:, :-1]], ids[places[:, 1:]]


def build_model(vocabulary_size: int, embedding: int, units: int) -> Any:
    """Embedding → GRU → logits: (batch, time) int32 → (batch, time, vocabulary_size)."""
    import keras

    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(vocabulary_size, embedding),
            keras.layers.GRU(units, return_sequences=True),
            keras.layers.Dense(vocabulary_size),
        ]
    )


def cross_entropy(logits: Any, targets: Any) -> Any:
    """Scalar: mean over all characters of -log p(target), in nats."""
    import tensorflow as tf

    return tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
    )


def train_step(model: Any, optimizer: Any, inputs: Any, targets: Any, clip_norm: float) -> Any:
    """One update with gradients clipped to a global norm; gives the loss before it."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = cross_entropy(model(inputs, training=True), targets)
    gradients = tape.gradient(loss, model.trainable_variables)
    gradients, _ = tf.clip_by_global_norm(gradients, clip_norm)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss


def bits_per_character(nats: np.ndarray, mask: np.ndarray) -> float:
    """Mean of (tunes, time) losses in nats where the mask is 1, in bits."""
    return float((nats * mask).sum() / mask.sum() / np.log(2))


def probabilities(logits: Any, temperature: float) -> Any:
    """(batch, vocabulary): softmax(logits / temperature)."""
    import tensorflow as tf

    return tf.nn.softmax(logits / temperature)


def draw(p: Any, u: Any) -> Any:
    """(batch,) int32: the first place where the running sum of p (batch, vocabulary) passes u."""
    import tensorflow as tf

    below = tf.cumsum(p, axis=-1) <= u[:, tf.newaxis]
    return tf.reduce_sum(tf.cast(below, tf.int32), axis=-1)


@dataclass(frozen=True)
class Recipe:
    """What a run is made of. Give your own functions in the place of any of these.

    Attributes:
        build_vocabulary: tunes → list of characters, the end mark first.
        encode: (text, vocabulary) → (characters,) int32.
        make_batch: (ids, size, length, rng) → inputs and targets, each (size, length).
        build_model: (vocabulary_size, embedding, units) → a Keras chain of layers.
        train_step: (model, optimizer, inputs, targets, clip_norm) → loss in nats.
        bits_per_character: (nats, mask), each (tunes, time) → bits.
    """

    build_vocabulary: Callable[..., Any] = build_vocabulary
    encode: Callable[..., Any] = encode
    make_batch: Callable[..., Any] = make_batch
    build_model: Callable[..., Any] = build_model
    train_step: Callable[..., Any] = train_step
    bits_per_character: Callable[..., Any] = bits_per_character
