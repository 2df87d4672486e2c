"""Measure the models of `notebooks/hybrid.ipynb` on three seeds: chapters/hybrid/study.json.

    python tools/measure_hybrid.py               all of it; about forty minutes on a quiet machine
    python tools/measure_hybrid.py "GRU below" 1 one model with one seed; the other runs are kept

The models, their training and their measures are the chapter's own saved cells.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from seqbook.music import generation, quality, training
from studies import measure_into

training.prepare()

import keras  # noqa: E402
from seqbook.chapters.hybrid import taught, tunes  # noqa: E402

STUDY = Path(taught.__file__).with_name("study.json")
WRITTEN = 150  # tunes of each model
CLOCK = " + clock"
STEPS = taught.STEPS | taught.CLOCK_STEPS


def measure(kind: str, seed: int) -> dict[str, object]:
    """One model, trained, measured on the held-out tunes, and on tunes that it writes."""
    train, held_out, vocabulary = tunes.split()
    keras.utils.set_random_seed(seed)
    model = taught.make_model(kind.removesuffix(CLOCK), len(vocabulary))
    later = 0.5 if kind.startswith("wider") else 0.0
    which = train, vocabulary, 8 * STEPS[kind], 256, seed, later
    rows, left = tunes.windows(*which), tunes.time_left_in_windows(*which)
    start = time.process_time()
    if kind.endswith(CLOCK):
        taught.train_with_clock(model, rows, left)
    else:
        taught.train_on_tunes(model, rows)
    seconds = time.process_time() - start
    bits, characters = taught.bits_of_each(model, held_out, vocabulary)
    lines = characters == "|"
    writer = generation.Generator(taught.TuneStepper(model), vocabulary)
    written = writer(WRITTEN, temperature=0.7, seed=1, max_chars=600)
    score = quality(written, train)
    known = taught.known_of_the_bar(model, held_out, vocabulary)
    return {
        "model": kind, "seed": seed, "parameters": model.count_params(),
        "steps": STEPS[kind], "cpu_seconds": round(seconds, 1),
        "bits": float(bits.mean()), "bits_bar_lines": float(bits[lines].mean()),
        "bits_others": float(bits[~lines].mean()), "bars_right": score.bars_ok,
        "every_bar_right": score.all_bars_ok, "copied": score.copied,
        "shorter_than_the_window": _share_right(written, train, most=255),
        "eighths_off": list(known.values()),
    }  # fmt: skip


def _share_right(written: list[str], train: list[str], most: int) -> float:
    short = [tune for tune in written if len(tune) <= most]
    return quality(short, train).all_bars_ok if short else 0.0


if __name__ == "__main__":
    sys.exit(measure_into(STUDY, list(STEPS), measure, sys.argv[1:]))
