"""Measure the players of `notebooks/capstone_vision.ipynb` on three seeds: their study.json.

    python tools/measure_shell_game.py                all; about five minutes on a quiet machine
    python tools/measure_shell_game.py "2 blocks" 1   one player with one seed; the others are kept

The players and their training are the chapter's own saved cells.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from seqbook import runtime
from studies import measure_into

runtime.quiet()

import keras  # noqa: E402
from seqbook.chapters.capstone_vision import data, taught  # noqa: E402

STUDY = Path(taught.__file__).with_name("study.json")
STEPS = {"GRU, last label": 1500, "GRU": 200, "2 blocks": 1500, "4 blocks": 1500}


def measure(kind: str, seed: int) -> dict[str, object]:
    """One player, trained; its share of right places after each frame of 500 games of 16 swaps."""
    keras.utils.set_random_seed(seed)
    if kind.startswith("GRU"):
        model = taught.with_gru()
    else:
        model = taught.with_attention(num_blocks=int(kind[0]))
    labels = "last" if kind.endswith("last label") else "every"
    rate = 0.003 if kind.startswith("GRU") else 0.001
    start = time.process_time()
    taught.train(model, STEPS[kind], rate, seed, labels)
    seconds = time.process_time() - start
    held_out = data.games(500, swaps=16, seed=77)
    answers = model.predict(held_out.films, verbose=0).argmax(axis=-1)
    right = (answers == held_out.where).mean(axis=0)
    return {
        "model": kind, "seed": seed, "parameters": model.count_params(), "steps": STEPS[kind],
        "cpu_seconds": round(seconds, 1), "right": [round(float(r), 3) for r in right],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(measure_into(STUDY, list(STEPS), measure, sys.argv[1:]))
