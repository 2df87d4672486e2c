"""Tunes from a trained model: many at once in one compiled loop, the same ones for the same seed.

    generation.generate(run.model, run.vocabulary, 100, temperature=0.7, seed=1)

All randomness is one number u between 0 and 1 for each tune and step, made from the seed. Given
the same u, a loop in Python around `step_by_step` writes the same tunes, only more slowly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import parts
from .errors import MusicError
from .parts import END

__all__ = ["GenerationError", "Generator", "generate", "step_by_step", "uniforms"]

MAX_CHARS = 1200


class GenerationError(MusicError):
    """Nothing can be generated with these; the message says what to change."""


def generate(
    model: Any,
    vocabulary: Sequence[str],
    n: int = 1,
    temperature: float = 1.0,
    seed: int = 0,
    *,
    max_chars: int = MAX_CHARS,
    probabilities: Callable[[Any, Any], Any] | None = None,
    draw: Callable[[Any, Any], Any] | None = None,
) -> list[str]:
    """Write `n` tunes. For more than one call make a `Generator`, which compiles only once."""
    writer = Generator(model, vocabulary, probabilities=probabilities, draw=draw)
    return writer(n, temperature, seed, max_chars=max_chars)


class Generator:
    """A model that writes tunes.

    Args:
        model: a Keras chain: Embedding, recurrent layers that give sequences, logits.
        vocabulary: its characters, the end mark among them.
        probabilities: (logits, temperature) → (batch, vocabulary); TensorFlow operations.
        draw: (probabilities, u) → (batch,) tokens; TensorFlow operations.

    Raises:
        GenerationError: if the model is no such chain or does not fit the vocabulary.
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
        self.probabilities, self.draw = probabilities or parts.probabilities, draw or parts.draw
        self.layers = chain(model)
        size = self.layers[0].input_dim
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
        """
        import tensorflow as tf

        for name, value in (("n", n), ("max_chars", max_chars)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
                raise GenerationError(f"{name} is a whole number of at least 1, not {value!r}")
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
            raise GenerationError(f"seed is a whole number, not {seed!r}")
        if not isinstance(temperature, int | float | np.floating) or not 0 < temperature < 1e6:
            raise GenerationError(f"temperature is a number above 0, not {temperature!r}")
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
        states = first_states(self.layers, n)
        flat, written = tf.nest.flatten(states), tf.TensorArray(tf.int32, 0, dynamic_size=True)

        def go_on(t: Any, token: Any, done: Any, written: Any, *state: Any) -> Any:
            return tf.logical_and(t < limit, tf.logical_not(tf.reduce_all(done)))

        def body(t: Any, token: Any, done: Any, written: Any, *state: Any) -> Any:
            logits, new = advance(self.layers, token, tf.nest.pack_sequence_as(states, state))
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
    """The model as a function of one character, for a loop of one's own.

    Returns:
        ``step(token, state) → (logits (1, vocabulary), new state)``; the state None is zeros.
    """
    layers = chain(model)

    def step(token: int, state: Any = None) -> tuple[Any, Any]:
        import tensorflow as tf

        state = first_states(layers, 1) if state is None else state
        return advance(layers, tf.reshape(tf.cast(token, tf.int32), [1]), state)

    return step


def chain(model: Any) -> list[Any]:
    """The model's layers in order, checked to be one chain from an Embedding to logits."""
    import keras

    if not isinstance(model, keras.Model):
        raise GenerationError(f"the model must be a Keras model, not a {type(model).__name__}")
    if not isinstance(model, keras.Sequential):
        if not hasattr(model, "operations"):  # a class of one's own: what its `call` is made of
            inputs = keras.Input((None,), dtype="int32")
            model = keras.Model(inputs, model.call(inputs))
        steps = model.operations
        if not all(isinstance(step, keras.layers.Layer) for step in steps):
            raise GenerationError(
                "the model must be made of layers alone, as keras.Sequential or "
                "keras.Model(inputs, outputs)"
            )
        # Only this model's nodes: a layer keeps those of every model that it was once part of.
        levels = list(model._nodes_by_depth.values())
        one_each = all(len(nodes) == 1 and len(nodes[0].parent_nodes) < 2 for nodes in levels)
        if not one_each or len(levels) != len(model.layers) or len(model.outputs) > 1:
            raise GenerationError("the model must be one chain of layers, without branches")
    layers = [x for x in model.layers if not isinstance(x, keras.layers.InputLayer)]
    if not layers or not isinstance(layers[0], keras.layers.Embedding):
        raise GenerationError("the model must begin with an Embedding")
    for layer in layers:
        if isinstance(layer, keras.layers.Bidirectional):
            raise GenerationError("a Bidirectional layer cannot stay: it reads what is not written")
    if not any(isinstance(layer, keras.layers.RNN) for layer in layers):
        raise GenerationError("the model needs a recurrent layer to carry a state")
    return layers


def first_states(layers: Sequence[Any], n: Any) -> list[Any]:
    """A list of zero states for each recurrent layer."""
    import keras

    return [
        list(layer.get_initial_state(n))
        for layer in layers if isinstance(layer, keras.layers.RNN)
    ]  # fmt: skip


def advance(layers: Sequence[Any], token: Any, states: Sequence[Any]) -> tuple[Any, list[Any]]:
    """One character for each row: token (n,) → logits (n, vocabulary), and the new states."""
    import keras

    x, new, old = token, [], iter(states)
    for layer in layers:
        if isinstance(layer, keras.layers.RNN):
            x, state = layer.cell(x, list(next(old)), training=False)
            new.append(list(state) if isinstance(state, list | tuple) else [state])
        elif isinstance(layer, keras.layers.Dropout):
            continue
        elif isinstance(layer, keras.layers.TimeDistributed):
            x = layer.layer(x)
        else:
            x = layer(x)
    return x, new
