"""Measure the models of `notebooks/vit_attention.ipynb`: chapters/vit_attention/study.json.

    python tools/measure_vit_attention.py               all of it; about twenty minutes on one core
    python tools/measure_vit_attention.py "ViT 0.001"   one model; the other runs are kept
    python tools/measure_vit_attention.py "ViT 0.001" 1 one model with one seed

The name of a model that compares glyphs ends with its learning rate. Every rate is tried with
seed 0, and the best one, `TUNED`, with seeds 1 and 2. The models, their training and their
measures are the chapter's own saved cells. Seconds are CPU seconds of the training alone, without
the tracing of its first step.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
from seqbook.chapters.vit.data import digits
from seqbook.chapters.vit_attention import data, taught
from studies import SEEDS, measure_into

STUDY = Path(taught.__file__).with_name("study.json")
TUNED = {"ViT": 0.001, "CNN": 0.001, "patches, mean": 0.001, "patches, products": 0.001}
RATES = (0.0003, 0.001, 0.003)
SECONDS = {"ViT": 15, "CNN": 60, "patches, mean": 10, "patches, products": 10}
TRIAL = {"ViT": 8, "CNN": 20, "patches, mean": 5, "patches, products": 5}
"""CPU seconds for the tuned rate, and for the other rates."""
ENOUGH = 0.995
DIGITS = "digits"
KINDS = [DIGITS, *(f"{name} {rate}" for name in TUNED for rate in RATES)]


def compare(name: str, rate: float, seed: int) -> dict[str, object]:
    """A model trained on glyphs until its time is over or it is right on 0.995 of the pairs."""
    test, same, places = data.glyphs(1000, np.random.default_rng(77))
    keras.utils.set_random_seed(seed)
    model = taught.compiled(taught.MODELS[name](), rate)
    _trace(model)
    rng, seconds, curve = np.random.default_rng(seed), 0.0, []
    most = SECONDS[name] if rate == TUNED[name] else TRIAL[name]
    while seconds < most and (not curve or curve[-1][1] < ENOUGH):
        start = time.process_time()
        taught.train_on_glyphs(model, rng)
        seconds += time.process_time() - start
        right = taught.share_right(model.predict_on_batch(test), same)
        curve.append((round(seconds, 1), float(right)))
    run = {
        "model": f"{name} {rate}", "seed": seed, "rate": rate,
        "parameters": model.count_params(), "steps": 50 * len(curve), "curve": curve,
    }  # fmt: skip
    for number in (1, 2, 4):
        near = data.glyphs(1000, np.random.default_rng(78), different=number)
        right = model.predict_on_batch(near[0]).argmax(axis=-1) == near[1]
        run[f"differ in {number}"] = float(right[near[1] == 0].mean())
    for number in (0, 2, 4):
        gray = data.glyphs(1000, np.random.default_rng(79), gray=number)
        says = model.predict_on_batch(gray[0]).argmax(axis=-1)
        run[f"gray {number}"] = float(says[gray[1] == 1].mean())
    if name == "ViT":
        run |= inside(model, test, same, places)
    return run


def _trace(model: keras.Model) -> None:
    """Have TensorFlow trace the training step, which takes seconds; the model stays untrained."""
    model.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *model.optimizer.variables]
    before = [variable.numpy() for variable in variables]
    taught.train_on_glyphs(model, np.random.default_rng(0), steps=1)
    for variable, value in zip(variables, before, strict=True):
        variable.assign(value)


def inside(model: keras.Model, images: np.ndarray, same: np.ndarray, places: np.ndarray):
    """For each block the weight of glyph on glyph in pairs that are the same and that are not.

    For each cut: the share right if it is made in block 1, block 2 or both; and, made in both, the
    share of different pairs that are called the same.
    """
    weights = taught.partner_weight(model, images, places)
    whole, cut, says_same = taught.cut(places, []), {}, {}
    for name, pairs in taught.cuts(places, np.random.default_rng(0)).items():
        gone = taught.cut(places, pairs)
        found = [
            taught.logits_with(model, images, masks)
            for masks in [(gone, whole), (whole, gone), (gone, gone)]
        ]
        cut[name] = [float(taught.share_right(logits, same)) for logits in found]
        says_same[name] = float(found[2][same == 0].argmax(axis=1).mean())
    kinds = [[float(w[same == k].mean()) for k in (1, 0)] for w in weights]
    uneven = taught.unevenness(model, images, places).mean(axis=2)
    learned, equal = taught.evenly(model, images, places)
    return {
        "partner": kinds, "cut": cut, "says same": says_same,
        "uneven": [[float(u[same == k].mean()) for k in (1, 0)] for u in uneven.T],
        "only glyphs": _shares(learned, same), "equal weights": _shares(equal, same),
    }  # fmt: skip


def _shares(logits: np.ndarray, same: np.ndarray) -> list[float]:
    """The share right, and the share of different pairs that are called the same."""
    says = logits.argmax(axis=1)
    return [float(np.mean(says == same)), float(says[same == 0].mean())]


def read_digits(seed: int) -> dict[str, object]:
    """The digit reader: its accuracy, and how its maps agree with ink and with blanked patches."""
    train, (images, labels) = digits(seed=0)
    start = time.process_time()
    model = taught.train_on_digits(*train, seed)
    seconds = time.process_time() - start
    weights = taught.class_attention(model, images).mean(axis=2)
    ink = images.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(-1, 16)
    fall = taught.drops(model, images, labels)
    maps = {
        "block 1": weights[:, 0], "block 2": weights[:, 1],
        "rollout": taught.rollout(model, images), "ink": ink,
    }  # fmt: skip
    return {
        "model": DIGITS, "seed": seed, "parameters": model.count_params(),
        "cpu_seconds": round(seconds, 1),
        "right": float(taught.share_right(model.predict_on_batch(images), labels)),
        "with ink": {k: float(taught.correlation(m, ink).mean()) for k, m in maps.items()},
        "with drops": {k: float(taught.correlation(m, fall).mean()) for k, m in maps.items()},
    }  # fmt: skip


def measure(kind: str, seed: int) -> dict[str, object]:
    """One run, by the name of its model."""
    if kind == DIGITS:
        run = read_digits(seed)
    else:
        name, _, rate = kind.rpartition(" ")
        run = compare(name, float(rate), seed)
    return run


def main(arguments: list[str]) -> int:
    """All runs, or those that are asked for."""
    if arguments:
        return measure_into(STUDY, KINDS, measure, arguments)
    for kind in KINDS:
        name, _, rate = kind.rpartition(" ")
        tuned = kind == DIGITS or float(rate) == TUNED[name]
        for seed in SEEDS if tuned else SEEDS[:1]:
            measure_into(STUDY, KINDS, measure, [kind, str(seed)])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
