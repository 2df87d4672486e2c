"""Two music models on the same tunes: the peer's published settings, and those of Lab 2.

Both read the same text, see the same vocabulary, and are measured on the same held-out tunes. Lab
2's model begins every tune with zeros. The peer's never sees zeros after its first batch and does
worse with them, so its state is kept from window to window, as in its training; what it does from
zeros is measured once, at the end. Timed is what learning takes: making a batch and the update, the
first one's compilation included. Measuring is outside the time of both.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import peer

PEER_MARKS = (15, 30, 60, 120, 180, 240, 300, 360)
LAB_MARKS = (2, 4, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 60)


@dataclass(frozen=True)
class Budget:
    """What a run may cost: a full one for the page, a quick one to see that all of it works."""

    peer: peer.PeerSettings
    peer_marks: tuple[float, ...]
    lab: dict[str, Any]
    lab_marks: tuple[float, ...]
    tunes: int | None  # how many are used at all
    measured: int  # every how many-th held-out tune a point of a curve is measured on

    @classmethod
    def full(cls) -> Budget:
        return cls(peer.PeerSettings(), PEER_MARKS, {}, LAB_MARKS, None, 4)

    @classmethod
    def quick(cls) -> Budget:
        small = peer.PeerSettings(2, batch_size=2, seq_length=20, embedding_dim=4, rnn_units=8)
        lab = {"steps": 30, "batch": 2, "window": 20, "units": 8, "embedding": 4, "warmup": 1}
        return cls(small, (0.0, 1e9), lab, (0.0, 1e9), 60, 2)


@dataclass(frozen=True)
class Data:
    """Tunes, split once for both models."""

    train: list[str]
    held_out: list[str]
    measured: list[str]
    """The part of `held_out` that the points of the curves are measured on."""
    vocabulary: list[str]
    ids: np.ndarray
    """The text of `train` as numbers, with end marks between the tunes."""

    def facts(self) -> dict[str, int]:
        return {
            "training_tunes": len(self.train),
            "training_characters": len(self.ids),
            "held_out_tunes": len(self.held_out),
            "measured_tunes": len(self.measured),
            "vocabulary": len(self.vocabulary),
        }


def load_data(budget: Budget) -> Data:
    """O'Neill and Ryan from music21's corpus; a tenth of the tunes, drawn once, is held out."""
    from seqbook.music import load_tunes, recipe

    tunes = load_tunes(slurs=False)
    order = np.random.default_rng(0).permutation(len(tunes))[: budget.tunes]
    tunes = [tunes[i] for i in order]
    n = len(tunes) // 10
    held_out, train = tunes[:n], tunes[n:]
    vocabulary = recipe.build_vocabulary(tunes)
    ids = as_numbers(train, vocabulary)
    return Data(train, held_out, held_out[:: budget.measured], vocabulary, ids)


def as_numbers(tunes: list[str], vocabulary: list[str]) -> np.ndarray:
    """(characters,) int32: the tunes in a row, an end mark before each and after the last."""
    from seqbook.music import recipe

    return recipe.encode(recipe.END + recipe.END.join(tunes) + recipe.END, vocabulary)


class Recorder:
    """Measures a model whenever its run passes a mark, and once more at its end."""

    def __init__(self, name: str, marks: tuple[float, ...], measure: Callable[[], float]):
        self.name, self.marks, self.measure = name, list(marks), measure
        self.curve: list[dict[str, float]] = []

    def __call__(self, cpu_seconds: float, steps: int, last: bool = False) -> None:
        passed = [mark for mark in self.marks if cpu_seconds >= mark]
        if not passed and not last:
            return
        self.marks = self.marks[len(passed) :]
        bits = self.measure()
        self.curve.append({"cpu_seconds": round(cpu_seconds, 3), "steps": steps, "bits": bits})
        print(f"  {self.name}: {cpu_seconds:6.1f} s, step {steps}, {bits:.3f} bits", flush=True)


def train_peer(budget: Budget, data: Data, weights: Path) -> dict[str, Any]:
    """The published settings, until the last mark or the published number of iterations."""
    import keras
    import tensorflow as tf
    from seqbook.music import training

    settings = budget.peer
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    model = peer.build_model(len(data.vocabulary), settings, settings.batch_size)
    train_step = peer.make_train_step(model, settings)

    def measure(tunes: list[str] = data.measured) -> float:
        copied = peer.copy_for_measuring(model, settings, settings.batch_size)
        return peer.bits_with_state_kept(copied, as_numbers(tunes, data.vocabulary), settings)

    record = Recorder("peer", budget.peer_marks, measure)
    cpu, step = 0.0, 0
    while record.marks and step < settings.num_training_iterations:
        start = time.process_time()
        x, y = peer.get_batch(data.ids, settings, rng)
        train_step(tf.constant(x, tf.int32), tf.constant(y, tf.int32)).numpy()
        cpu += time.process_time() - start
        step += 1
        record(cpu, step, last=step == settings.num_training_iterations)
    model.save_weights(weights)
    from_zeros = peer.copy_for_measuring(model, settings, None)
    return {
        "settings": asdict(settings),
        "parameters": model.count_params(),
        "data": data.facts(),
        "curve": record.curve,
        "bits": measure(data.held_out),
        "bits_from_zeros": training.bits_per_character(from_zeros, data.held_out, data.vocabulary),
    }


def train_lab(budget: Budget, data: Data, weights: Path) -> dict[str, Any]:
    """Lab 2's own settings and training, from its first step to its last."""
    from seqbook.music import training

    settings = training.Settings(**budget.lab)

    def measure(run: Any) -> float:
        return training.bits_per_character(run.model, data.measured, run.vocabulary)

    record = Recorder("Lab 2", budget.lab_marks, lambda: measure(now[0]))
    now: list[Any] = []

    def after_step(run: Any) -> None:
        now[:] = [run]
        record(run.cpu_seconds, run.step, last=run.step == settings.steps)

    run = training.train(settings, data.train, data.held_out, after_step)
    run.model.save_weights(weights)
    return {
        "settings": asdict(settings),
        "parameters": run.model.count_params(),
        "data": data.facts(),
        "curve": record.curve,
        "bits": run.bits,
    }
