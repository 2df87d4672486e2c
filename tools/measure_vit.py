"""Train the Vision Transformers that notebooks/vit.ipynb compares, three seeds each.

    python tools/measure_vit.py              all twelve runs, about six minutes on one core
    python tools/measure_vit.py pixels 1     one kind, one seed

The kinds: "class" is the chapter's model, "mean" answers from the mean of all patches in place of
a class token, "unplaced" has no positions, and "pixels" is a smaller model whose patches are single
pixels. Each run is stored as soon as it is there: the accuracy on the test images and, for "class"
and "pixels", the cosine similarities of the learned positions of the patches, in hundredths.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
from seqbook.chapters.vit import data, taught
from studies import measure_into

STUDY = Path(taught.__file__).with_name("study.json")
KINDS = {
    "class": {},
    "mean": {"token": False},
    "unplaced": {"positions": False},
    "pixels": {"size": 1, "d_model": 32, "num_blocks": 2, "mlp_units": 64},
}


def measure(kind: str, seed: int) -> dict[str, object]:
    """One run: 600 steps on all training images of this seed's split."""
    (images, labels), (test_images, test_labels) = data.digits(seed=seed)
    keras.utils.set_random_seed(seed)
    model = taught.make_digit_vit(**KINDS[kind])
    start = time.process_time()
    taught.train_vit(model, images, labels)
    run = {
        "model": kind, "seed": seed, "parameters": model.count_params(),
        "accuracy": round(taught.accuracy(model, test_images, test_labels), 4),
        "cpu_seconds": round(time.process_time() - start, 1),
    }  # fmt: skip
    if kind in ("class", "pixels"):
        near = taught.similarity(taught.position_table(model)[1:])
        run["similarity"] = " ".join(f"{100 * s:.0f}" for s in near.ravel())
    return run


if __name__ == "__main__":
    sys.exit(measure_into(STUDY, tuple(KINDS), measure, sys.argv[1:]))
