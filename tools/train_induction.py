"""Train the networks behind `InductionExplorer()` and two of the runs of what_attention_learns.

    .venv/bin/python tools/train_induction.py

Three seeds with one layer and three with two, with the function that the chapter teaches: about
three minutes on one core. The curves of all, and the weights of the two layers rounded to eight
bits, go to `utils/seqbook/chapters/what_attention_learns/induction_models.json`.
"""

from __future__ import annotations

import json
import os
import platform
import time
from importlib.resources import files

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
from seqbook.chapters.what_attention_learns.induction_explorer import graph_of
from seqbook.chapters.what_attention_learns.taught import ROUNDS, repeats, train_on_repeats
from seqbook.graph import pack

SEEDS = (0, 1, 2)
TEST = repeats(300, np.random.default_rng(99))  # the test rows of the chapter


def accuracy(model: keras.Model) -> float:
    """Share of right next letters where the test rows repeat."""
    x, y, repeated, _ = TEST
    right = np.argmax(model(x), axis=-1) == y
    return round(float(np.average(right, weights=repeated)), 4)


def main() -> None:
    curves: dict[str, list[list[float]]] = {str(layers): [] for layers in ROUNDS}
    models = []
    for layers, rounds in ROUNDS.items():
        for seed in SEEDS:
            start = time.process_time()
            model, curve = train_on_repeats(layers, seed, rounds, accuracy)
            seconds = time.process_time() - start
            curves[str(layers)].append(curve)
            if layers == 2:
                models.append(pack(graph_of(model)))
            print(f"{layers} layers, seed {seed}: {curve[-1]}, {seconds:.0f} CPU s", flush=True)
    stored = {"python": platform.python_version(), "curves": curves, "models": models}
    path = files("seqbook.chapters.what_attention_learns").joinpath("induction_models.json")
    path.write_text(json.dumps(stored, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
