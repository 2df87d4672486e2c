"""Tunes from a trained model: many at once in one compiled loop, the same ones for the same seed.

    writer = generation.Generator(run.model, run.vocabulary)
    writer(100, temperature=0.7, seed=1)

A model is used through two functions: the state before anything was read, and a step from one
token and a state to logits and the next state. Any object that has them is a `Stepper`; for a
Keras model of recurrent layers `RecurrentStepper` makes them.

All randomness is one number u between 0 and 1 for each tune and step, made from the seed. Given
the same u, a loop in Python around `step_by_step` writes the same tunes, only more slowly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from . import recipe
from .errors import number, whole_number
from .recipe import END
from .recurrent import GenerationError, RecurrentStepper, chain

__all__ = ["GenerationError", "Generator", "Stepper", "chain", "step_by_step", "uniforms"]

MAX_CHARS = 1200


class Stepper(Protocol):
    """A model one token wide.

    Attributes:
        vocabulary_size: how many tokens it knows.
        max_steps: how many tokens in a row it can read, None if there is no limit.
    """

    vocabulary_size: int
    max_steps: int | None

    def first_state(self, n: Any) -> Any:
        """The state of n rows before anything was read, as nested lists, tuples or dictionaries
        of tensors. n may be a tensor."""

    def step(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """tokens (n,) int32 → logits (n, vocabulary_size), and the new state.

        TensorFlow operations. Each tensor of the new state has the shape and type it had before:
        a cache of keys and values is as long from the beginning as it will ever be.
        """


def as_stepper(model: Any) -> Stepper:
    """A stepper as it is; a Keras model as the stepper of its layers, if they are recurrent."""
    if callable(getattr(model, "step", None)) and callable(getattr(model, "first_state", None)):
        return model
    return RecurrentStepper(model)


class Generator:
    """A model that writes tunes.

    Args:
        model: a Keras chain (Embedding, recurrent layers that give sequences, logits), or any
            `Stepper`.
        vocabulary: its characters, the end mark among them.
        probabilities: (logits, temperature) → (batch, vocabulary); TensorFlow operations.
        draw: (probabilities, u) → (batch,) tokens; TensorFlow operations.

    Raises:
        GenerationError: if the model cannot be stepped or does not fit the vocabulary.
    """

    def __init__(
        self,
        model: Any,
        vocabulary: Sequence[str],
        *,
        probabilities: Callable[[Any, Any], Any] | None = None,
        draw: Callable[[Any, Any], Any] | None = None,
    ):
        import tensorflow as tf

        self.vocabulary = list(vocabulary)
        if END not in self.vocabulary:
            raise GenerationError(f"the vocabulary lacks the end mark {END!r}")
        self.end = self.vocabulary.index(END)
        self.probabilities, self.draw = probabilities or recipe.probabilities, draw or recipe.draw
        self.stepper = as_stepper(model)
        size = self.stepper.vocabulary_size
        if size != len(self.vocabulary):
            raise GenerationError(
                f"the model knows {size} characters, the vocabulary has {len(self.vocabulary)}"
            )
        self._write = tf.function(self._loop, reduce_retracing=True)

    def __call__(
        self, n: int = 1, temperature: float = 1.0, seed: int = 0, *, max_chars: int = MAX_CHARS
    ) -> list[str]:
        """`n` tunes, each over when the end mark comes or after `max_chars` characters.

        Args:
            n: how many, at least 1.
            temperature: 1 as the model has learned, lower is more careful; above 0.
            seed: the same seed, the same tunes.
            max_chars: at most the model's own limit, if it has one.
        """
        import tensorflow as tf

        n, max_chars = (
            whole_number(name, value, error=GenerationError)
            for name, value in (("n", n), ("max_chars", max_chars))
        )
        seed = whole_number("seed", seed, least=-(2**63), error=GenerationError)
        temperature = number("temperature", temperature, most=1e6, error=GenerationError)
        most = self.stepper.max_steps
        if most is not None and max_chars > most:
            raise GenerationError(f"the model reads at most {most} characters: max_chars={most}")
        tokens = self._write(
            tf.zeros(n, tf.int32),
            tf.constant(max(temperature, 1e-6), tf.float32),
            tf.constant(seed % 2**31, tf.int32),
            tf.constant(max_chars, tf.int32),
        ).numpy()
        return [self._text(row) for row in tokens]

    def _text(self, row: np.ndarray) -> str:
        stop = np.flatnonzero(row == self.end)
        return "".join(self.vocabulary[i] for i in (row[: stop[0]] if len(stop) else row))

    def _loop(self, rows: Any, temperature: Any, seed: Any, limit: Any) -> Any:
        """(n, steps) tokens; what follows a tune's end is end marks."""
        import tensorflow as tf

        n = tf.shape(rows)[0]
        first = self.stepper.first_state(n)
        flat, written = tf.nest.flatten(first), tf.TensorArray(tf.int32, 0, dynamic_size=True)

        def go_on(t: Any, token: Any, done: Any, written: Any, *state: Any) -> Any:
            return tf.logical_and(t < limit, tf.logical_not(tf.reduce_all(done)))

        def body(t: Any, token: Any, done: Any, written: Any, *state: Any) -> Any:
            logits, new = self.stepper.step(token, tf.nest.pack_sequence_as(first, state))
            p = self.probabilities(logits, temperature)
            drawn = tf.cast(self.draw(p, _uniform(n, seed, t)), tf.int32)
            drawn = tf.where(done, self.end, tf.reshape(drawn, [n]))
            token = tf.ensure_shape(drawn, token.shape)
            done = tf.logical_or(done, token == self.end)
            new = [
                tf.ensure_shape(a, b.shape)
                for a, b in zip(tf.nest.flatten(new), state, strict=True)
            ]
            return (t + 1, token, done, written.write(t, token), *new)

        start = (tf.constant(0), tf.fill([n], self.end), tf.fill([n], False), written, *flat)
        written = tf.while_loop(go_on, body, start)[3]
        return tf.transpose(written.stack())


def _uniform(n: Any, seed: Any, t: Any) -> Any:
    import tensorflow as tf

    # Just under 1, so that a running sum of probabilities that ends at 0.9999999 is passed.
    return tf.random.stateless_uniform([n], [seed, t]) * (1 - 1e-6)


def uniforms(n: int, seed: int, t: int) -> np.ndarray:
    """(n,) float32 in [0, 1): the random numbers that `Generator` uses in its step `t`."""
    return _uniform(n, seed % 2**31, t).numpy()


def step_by_step(model: Any) -> Callable[[int, Any], tuple[Any, Any]]:
    """The model, or stepper, as a function of one character, for a loop of one's own.

    Returns:
        ``step(token, state) → (logits (1, vocabulary), new state)``; the state None is the first.
    """
    stepper = as_stepper(model)

    def step(token: int, state: Any = None) -> tuple[Any, Any]:
        import tensorflow as tf

        state = stepper.first_state(1) if state is None else state
        return stepper.step(tf.reshape(tf.cast(token, tf.int32), [1]), state)

    return step
