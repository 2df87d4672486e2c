"""Measure the models of `notebooks/video.ipynb` on three seeds: chapters/video/study.json.

    python tools/measure_video.py       all of it; about six minutes on a quiet machine
    python tools/measure_video.py GRU 1 one model with one seed; the other runs are kept

The models and their training are the chapter's own saved cells.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import keras
from seqbook.chapters.video import data, taught
from studies import measure_into

STUDY = Path(taught.__file__).with_name("study.json")


def measure(kind: str, seed: int) -> dict[str, object]:
    """One model, trained, and how it answers the same clips changed in several ways."""
    train_x, train_y = data.clips(4000, seed=seed)
    keras.utils.set_random_seed(seed)
    model = taught.make_model(kind)
    start = time.process_time()
    taught.train(model, train_x, train_y, epochs=taught.EPOCHS.get(kind, 6))
    seconds = time.process_time() - start
    x, y = data.forward_and_backward(500, seed=1000)
    answer = taught.answers(model, x)
    backward = taught.answers(model, x[:, ::-1])
    right = {}
    if not kind.endswith("frame"):  # these need a clip of the length that they were trained on
        longer, longer_y = data.clips(1000, seed=1000, frames=16)
        right = {
            "shuffled": taught.answers(model, taught.shuffled(x, seed=0)) == y,
            "sixteen_frames": taught.answers(model, longer) == longer_y,
            "first_four": taught.answers(model, x[:, :4]) == y,
            "every_second": taught.answers(model, x[:, ::2]) == y,
        }
    return {
        "model": kind, "seed": seed, "parameters": model.count_params(),
        "cpu_seconds": round(seconds, 1), "accuracy": float((answer == y).mean()),
        "same_when_backward": float((backward == answer).mean()),
        "opposite_when_backward": float((backward == (answer + 4) % 8).mean()),
        **{what: float(hits.mean()) for what, hits in right.items()},
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(measure_into(STUDY, taught.KINDS, measure, sys.argv[1:]))
