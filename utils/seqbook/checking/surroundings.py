"""Leave the random generators, and what the learner's own code keeps, as they were."""

from __future__ import annotations

import copy
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from .blanks import functions_in, names_used


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


@contextmanager
def notebook_kept(answers: Sequence[Any]) -> Iterator[None]:
    """Leave the names of the learner's notebook, and what the answers use of it, as they were.

    A check calls an answer many times. A list that it fills, a counter that it raises with
    `global`, or a generator that the notebook made must not show this afterward.
    """
    spaces = {id(f.__globals__): f.__globals__ for a in answers for f in functions_in(a)}
    used = set().union(*map(names_used, answers)) if answers else set()
    kept: list[tuple[dict[str, Any], dict[str, Any], list[Callable[[], Any]]]] = []
    for space in spaces.values():
        values = {name: value for name, value in space.items() if name[:1] != "_"}
        undo = [back for name in used & set(values) if (back := way_back(values[name]))]
        kept.append((space, values, undo))
    try:
        yield
    finally:
        for space, values, undo in kept:
            for name in [name for name in space if name[:1] != "_" and name not in values]:
                del space[name]
            space.update(values)
            for back in undo:
                back()


def way_back(value: Any) -> Callable[[], Any] | None:
    """A function that gives this object the state that it has now, None if it has none."""
    if isinstance(value, np.random.Generator):
        state = copy.deepcopy(value.bit_generator.state)
        return lambda: setattr(value.bit_generator, "state", state)
    if isinstance(value, np.random.RandomState | random.Random):
        get, put = ("get_state", "set_state") if hasattr(value, "get_state") else (
            "getstate", "setstate"
        )
        state = getattr(value, get)()
        return lambda: getattr(value, put)(state)
    if isinstance(value, np.ndarray):
        numbers_ = value.copy()
        return lambda: value.flags.writeable and np.copyto(value, numbers_)
    if isinstance(value, list):
        items = list(value)
        return lambda: value.__setitem__(slice(None), items)
    if isinstance(value, dict | set):
        held = copy.copy(value)
        return lambda: (value.clear(), value.update(held))
    inner = getattr(value, "state", value)  # a generator of TensorFlow or Keras keeps a variable
    if hasattr(inner, "assign") and hasattr(inner, "numpy"):
        numbers_ = inner.numpy()
        return lambda: inner.assign(numbers_)
    return None
