"""Leave the random generators as they were."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def random_state_kept() -> Iterator[None]:
    """Leave the generators of random, NumPy, TensorFlow and Keras as they were.

    Keras draws the seeds of its initializers from `random`, so building a layer in a check would
    otherwise change every training run that follows it. Its count of layer names is kept too:
    a summary printed after a check names the layers as without it.
    """
    saved = random.getstate(), np.random.get_state()
    with tensorflow_state_kept(), keras_state_kept():
        try:
            yield
        finally:
            random.setstate(saved[0])
            np.random.set_state(saved[1])


@contextmanager
def tensorflow_state_kept() -> Iterator[None]:
    """Keep tf.random's two generators: op seeds in eager mode, and the global Generator."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None:
        yield
        return
    from tensorflow.python.eager import context

    eager = context.context()
    # set_random_seed within an answer puts a new object there, so both object and state count.
    seed, rng = getattr(eager, "_seed", None), getattr(eager, "_rng", None)
    state = rng.getstate() if rng else None
    generator = tensorflow.random.get_global_generator()
    numbers_ = generator.state.numpy()
    try:
        yield
    finally:
        if rng:
            eager._seed, eager._rng = seed, rng
            rng.setstate(state)
        generator.state.assign(numbers_)
        tensorflow.random.set_global_generator(generator)


@contextmanager
def keras_state_kept() -> Iterator[None]:
    """Keep keras.random's global generator and the numbers in automatic layer names."""
    try:
        if "keras" not in sys.modules:
            raise ImportError
        from keras.src.backend.common import global_state
    except ImportError:  # Keras is not in use, or keeps its state elsewhere
        yield
        return
    generator = global_state.get_global_attribute("global_seed_generator")
    numbers_ = generator.state.numpy().copy() if generator is not None else None
    names = dict(global_state.get_global_attribute("object_name_uids") or {})
    try:
        yield
    finally:
        global_state.set_global_attribute("global_seed_generator", generator)
        if generator is not None:
            generator.state.assign(numbers_)
        counts = global_state.get_global_attribute("object_name_uids")
        if counts is not None:
            counts.clear()
            counts.update(names)
