"""A Keras chain of recurrent layers that goes on where it stopped: by one token, or by a window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .errors import MusicError

__all__ = ["Carrier", "GenerationError", "RecurrentStepper", "chain"]


class GenerationError(MusicError):
    """Nothing can be generated with these; the message says what to change."""


class RecurrentStepper:
    """The model as `generation.Generator` needs it: a step of one token, and the state before.

    Args:
        model: a Keras chain: Embedding, recurrent layers that give sequences, logits.

    Raises:
        GenerationError: if the model is no such chain.
    """

    max_steps = None  # a recurrent state has the same size after any number of steps

    def __init__(self, model: Any):
        self.layers = chain(model)
        self.vocabulary_size = self.layers[0].input_dim

    def first_state(self, n: Any) -> list[list[Any]]:
        """Zeros: for each recurrent layer its tensors (n, units)."""
        return [list(layer.get_initial_state(n)) for layer in self.layers if is_recurrent(layer)]

    def step(self, tokens: Any, state: list[list[Any]]) -> tuple[Any, list[list[Any]]]:
        """tokens (n,) → logits (n, vocabulary), and the new state."""
        import keras

        x, new, old = tokens, [], iter(state)
        for layer in self.layers:
            if is_recurrent(layer):
                x, after = layer.cell(x, list(next(old)), training=False)
                new.append(list(after) if isinstance(after, list | tuple) else [after])
            elif isinstance(layer, keras.layers.TimeDistributed):
                x = layer.layer(x)
            elif not isinstance(layer, keras.layers.Dropout):
                x = layer(x)
        return x, new


class Carrier:
    """The model, beginning each call with the state of the call before.

    It is called as the model is, and has everything else the model has: a training step that was
    written for the model works with it. Carried is the state alone; no gradient goes back into an
    earlier call.

    Args:
        model: a Keras chain, as for `RecurrentStepper`.
        batch: rows in each call; a state belongs to its row.
    """

    def __init__(self, model: Any, batch: int):
        import tensorflow as tf

        self._model, stepper = model, RecurrentStepper(model)
        self._layers = stepper.layers
        self._states = [
            [tf.Variable(part, trainable=False) for part in state]
            for state in stepper.first_state(batch)
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
            if is_recurrent(layer):
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


def is_recurrent(layer: Any) -> bool:
    import keras

    return isinstance(layer, keras.layers.RNN)


def chain(model: Any) -> list[Any]:
    """The model's layers in order, checked to be one chain from an Embedding to logits."""
    import keras

    if not isinstance(model, keras.Model):
        raise GenerationError(f"the model must be a Keras model, not a {type(model).__name__}")
    if not isinstance(model, keras.Sequential):
        if not hasattr(model, "operations"):  # a class of one's own: what its `call` is made of
            inputs = keras.Input((None,), dtype="int32")
            model = keras.Model(inputs, model.call(inputs))
        if not all(isinstance(step, keras.layers.Layer) for step in model.operations):
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
    if not any(is_recurrent(layer) for layer in layers):
        raise GenerationError("the model needs a recurrent layer to carry a state")
    return layers
