"""A model that goes on where it stopped: its state is carried from one call to the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .generation import chain, first_states

__all__ = ["Carrier"]


class Carrier:
    """A Keras chain of layers that begins each call with the state of the call before.

    It is called as the model is, and has everything else the model has: a training step that was
    written for the model works with it. Carried is the state alone; no gradient goes back into an
    earlier call.

    Args:
        model: a Keras chain: Embedding, recurrent layers that give sequences, logits.
        batch: rows in each call; a state belongs to its row.

    Raises:
        GenerationError: if the model is no such chain.
    """

    def __init__(self, model: Any, batch: int):
        import tensorflow as tf

        self._model, self._layers = model, chain(model)
        self._states = [
            [tf.Variable(part, trainable=False) for part in state]
            for state in first_states(self._layers, batch)
        ]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    @property
    def state_variables(self) -> list[Any]:
        """What is carried: a variable (batch, units) for each part of each layer's state."""
        return [part for state in self._states for part in state]

    def forget(self) -> None:
        """Begin the next call with zeros."""
        for part in self.state_variables:
            part.assign(part * 0)

    def __call__(self, inputs: Any, training: bool | None = None) -> Any:
        """(batch, time) int32 → logits (batch, time, vocabulary)."""
        import keras

        x, states = inputs, iter(self._states)
        for layer in self._layers:
            if isinstance(layer, keras.layers.RNN):
                state = next(states)
                with state_returned(layer):
                    x, *new = layer(x, initial_state=list(state), training=training)
                for part, value in zip(state, new, strict=True):
                    part.assign(value)
            elif isinstance(layer, keras.layers.Dropout):
                x = layer(x, training=training)
            else:
                x = layer(x)
        return x


@contextmanager
def state_returned(layer: Any) -> Iterator[None]:
    """The layer gives its last state beside its outputs, whatever it was made to do."""
    before, layer.return_state = layer.return_state, True
    try:
        yield
    finally:
        layer.return_state = before
