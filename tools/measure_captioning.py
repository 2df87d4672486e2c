"""Measure the models of `notebooks/captioning.ipynb` on three seeds, into the chapter's study.json.

    python tools/measure_captioning.py             all of it; about ten minutes on a quiet machine
    python tools/measure_captioning.py attention 1 one model with one seed; the others are kept

The models, their training and their scenes are the chapter's own saved cells.
"""

from __future__ import annotations

import sys
from pathlib import Path

from seqbook import runtime

runtime.quiet()

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402
from nltk.translate.bleu_score import corpus_bleu  # noqa: E402
from seqbook.chapters.captioning import taught  # noqa: E402
from studies import measure_into  # noqa: E402

STUDY = Path(taught.__file__).with_name("study.json")
MODELS = {
    "mean": lambda: taught.make_writer(layers.GlobalAveragePooling1D()),
    "flat": lambda: taught.make_writer(layers.Flatten()),
    "attention": taught.make_looking_writer,
}
STEPS = 500
LONGER = {"mean": 1500, "flat": 1500}  # more steps after those


def results(model: keras.Model) -> dict[str, object]:
    """What a model writes about unseen scenes, usual ones and ones with a held-out object."""
    pictures, captions = taught.scenes(500, seed=9)
    written = taught.write(model, pictures)
    right = written[:, 1:] == captions[:, 1:]
    objects = [np.sort(ids[:, 1:].reshape(-1, 4, 3) @ [144, 12, 1]) for ids in (written, captions)]
    references = [[list(caption)] for caption in captions[:, 1:]]
    found = {
        "exact": float(right.all(axis=1).mean()), "words": float(right.mean()),
        "bleu": corpus_bleu(references, [list(caption) for caption in written[:, 1:]]),
        "wrong_at": [round(float(x), 4) for x in 1 - right.mean(axis=0)],
        "right_objects": float((objects[0] == objects[1]).all(axis=1).mean()),
    }  # fmt: skip
    pictures, captions = taught.scenes(500, seed=10, unseen=True)
    right = (taught.write(model, pictures) == captions)[:, 1:].reshape(-1, 4, 3)
    new = taught.is_held_out(captions)  # (scenes, 4)
    found |= {
        "unseen_exact": float(right.all(axis=(1, 2)).mean()),
        "unseen_words": right[new].mean(axis=0).tolist(),  # size, ink, shape
        "unseen_others": float(right[~new].mean()),
    }
    return found


def measure(kind: str, seed: int) -> dict[str, object]:
    """One model, trained and measured, and, where there is more to train, measured again."""
    pictures, captions = taught.scenes(6000, seed=1)
    keras.utils.set_random_seed(seed)
    model = taught.make_captioner(MODELS[kind]())
    seconds = taught.train(model, STEPS, seed, pictures, captions)
    run = {"model": kind, "seed": seed, "parameters": model.count_params(), "steps": STEPS,
           "cpu_seconds": round(seconds, 1), **results(model)}  # fmt: skip
    if kind == "attention":
        unseen, truth = taught.scenes(500, seed=9)
        run["own_quadrant"] = taught.on_own_quadrant(taught.maps(model, unseen, truth)).tolist()
    if kind in LONGER:
        more = taught.train(model, LONGER[kind], seed + 100, pictures, captions)
        run["longer"] = {"steps": STEPS + LONGER[kind],
                         "cpu_seconds": round(seconds + more, 1), **results(model)}  # fmt: skip
    return run


if __name__ == "__main__":
    sys.exit(measure_into(STUDY, list(MODELS), measure, sys.argv[1:]))
