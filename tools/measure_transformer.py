"""Measure what the chapter on the transformer compares on three seeds: its study.json.

    python tools/measure_transformer.py translators   seeds 1 and 2 of the three translators
    python tools/measure_transformer.py norms         sorters with pre-norm and with post-norm

Without an argument both, about eight minutes on one core. The models, their training and their
measures are the chapter's own saved cells.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
from seqbook.chapters.transformer import taught

STUDY = Path(taught.__file__).with_name("study.json")
TRANSLATORS = {
    "recurrent": lambda seed: taught.train_recurrent(True, seed),
    "sinusoidal": lambda seed: taught.train_transformer(False, seed),
    "rotary": lambda seed: taught.train_transformer(True, seed),
}
NORM_STEPS, WARM_UP, RATE = 200, 100, 0.003


def translators() -> list[dict[str, object]]:
    """For each kind and seed the lists that are right, by their things, and where it points."""
    runs = []
    for kind, train in TRANSLATORS.items():
        for seed in (1, 2):  # seed 0 is trained in the notebook
            model, weights = train(seed)
            run = {
                "kind": kind, "seed": seed,
                "lists": {n: float(taught.lists_right(model, n)) for n in range(1, 9)},
            }  # fmt: skip
            if kind == "recurrent":  # it has one head
                run["pointing"] = [float(share[0]) for share in taught.pointing(weights)]
            runs.append(run)
            print(run, flush=True)
    return runs


def norms() -> list[dict[str, object]]:
    """Places sorted right by pre-norm and post-norm sorters, three seeds each."""
    runs = []
    for blocks in (2, 8):
        for warm_up in (0, WARM_UP):
            for post_norm in (False, True):
                # Up to the full rate in so many steps, and constant from there on.
                rate = RATE if not warm_up else keras.optimizers.schedules.PolynomialDecay(
                    RATE / warm_up, warm_up, end_learning_rate=RATE
                )  # fmt: skip
                keras.utils.set_random_seed(0)
                scores = taught.sort_scores(
                    "nothing", NORM_STEPS, rate, num_blocks=blocks, post_norm=post_norm
                )
                run = {
                    "post_norm": post_norm, "blocks": blocks, "warm_up": warm_up,
                    "steps": NORM_STEPS, "scores": [float(score) for score in scores],
                }  # fmt: skip
                runs.append(run)
                print(run, flush=True)
    return runs


MEASURES = {"translators": translators, "norms": norms}


def main(arguments: list[str]) -> int:
    """Measure what is asked for; the other part of the study is kept."""
    if unknown := [name for name in arguments if name not in MEASURES]:
        print(f"There is no part {unknown[0]!r}: {', '.join(MEASURES)}.", file=sys.stderr)
        return 2
    for name in arguments or MEASURES:
        measured = MEASURES[name]()
        study = json.loads(STUDY.read_text(encoding="utf-8")) if STUDY.exists() else {}
        study[name] = measured
        STUDY.write_text(json.dumps(study, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
