"""Characters per second: all tunes in one compiled loop, against a Python loop over characters.

The loop in Python is the peer's: one call of the model for each character, with
`tf.random.categorical`. It is run with the peer's model and with Lab 2's, so that the gain from
the smaller model and the gain from the way of writing can be told apart.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import music, peer


class NotTrained(RuntimeError):
    """There are no weights to generate with."""


@dataclass(frozen=True)
class Amounts:
    """How much is written: `tunes` at once, `loop` characters one by one, so many `repeats`."""

    tunes: int
    loop: int
    max_chars: int
    repeats: int

    @classmethod
    def full(cls) -> Amounts:
        return cls(tunes=100, loop=500, max_chars=1200, repeats=5)

    @classmethod
    def quick(cls) -> Amounts:
        return cls(tunes=2, loop=3, max_chars=5, repeats=2)


def measure(
    budget: music.Budget, amounts: Amounts, peer_weights: Path, lab_weights: Path
) -> dict[str, Any]:
    """Characters per processor second of four ways to write, and the ratios that matter."""
    if not (peer_weights.is_file() and lab_weights.is_file()):
        raise NotTrained(
            "no trained models yet to generate with: run `python -m bench --only music` first."
        )
    from seqbook.music import generation, recipe, training

    data = music.load_data(budget)
    size = len(data.vocabulary)
    other = peer.build_model(size, budget.peer, 1)
    load(other, peer_weights)
    settings = training.Settings(**budget.lab)
    ours = recipe.build_model(size, settings.embedding, settings.units)
    load(ours, lab_weights)
    loop = with_state(ours)
    writer = generation.Generator(ours, data.vocabulary)

    def compiled(n: int) -> Callable[[int], int]:
        # The end mark of a tune is a character that was written, too.
        return lambda seed: sum(
            len(tune) + 1 for tune in writer(n, 1.0, seed, max_chars=amounts.max_chars)
        )

    def one_by_one(model: Any) -> Callable[[int], int]:
        def write(seed: int) -> int:
            text = peer.generate_text(model, data.vocabulary, recipe.END, amounts.loop)
            return len(text) - 1

        return write

    ways = {
        "lab_compiled": compiled(amounts.tunes),
        "lab_compiled_one": compiled(1),
        "lab_loop": one_by_one(loop),
        "peer_loop": one_by_one(other),
    }
    speeds = speed(ways, amounts.repeats)
    return {
        "tunes_at_once": amounts.tunes,
        "repeats": amounts.repeats,
        "characters_per_second": speeds,
        "ratios": {
            "to_own_loop": speeds["lab_compiled"] / speeds["lab_loop"],
            "to_peer": speeds["lab_compiled"] / speeds["peer_loop"],
        },
    }


def load(model: Any, weights: Path) -> None:
    """Put the trained weights into the model. NotTrained if they are of a model of other sizes."""
    try:
        model.load_weights(weights)
    except ValueError:
        raise NotTrained(
            f"{weights.name} was trained with other settings: run `python -m bench --only music`."
        ) from None


def speed(ways: dict[str, Callable[[int], int]], repeats: int) -> dict[str, float]:
    """Median characters per processor second; the repeats of the ways take turns.

    The first call of each, which compiles, is not counted.
    """
    found: dict[str, list[float]] = {name: [] for name in ways}
    for write in ways.values():
        write(0)
    for seed in range(1, repeats + 1):
        for name, write in ways.items():
            start = time.process_time()
            characters = write(seed)
            found[name].append(characters / (time.process_time() - start))
    return {name: statistics.median(values) for name, values in found.items()}


def with_state(model: Any) -> Any:
    """A copy of a chain of layers, for one character at a time: batch 1, the state is kept."""
    import keras

    copies = [keras.Input(batch_shape=(1, None), dtype="int32")]
    for layer in model.layers:
        config = layer.get_config()
        if isinstance(layer, keras.layers.RNN):
            config["stateful"] = True
        copies.append(type(layer).from_config(config))
    copy = keras.Sequential(copies)
    for old, new in zip(model.trainable_variables, copy.trainable_variables, strict=True):
        new.assign(old)
    return copy
