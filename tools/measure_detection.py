"""Measure the detectors of `notebooks/detection.ipynb` on three seeds: detection/study.json.

    python tools/measure_detection.py          all of it; about five minutes on one core
    python tools/measure_detection.py long 1   one seed; the others are kept

The model, its training and its measures are the chapter's own saved cells.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
from seqbook.chapters.detection import data, taught
from seqbook.chapters.detection.coco import coco_scores
from studies import measure_into

STUDY = Path(taught.__file__).with_name("study.json")
STEPS = {"long": 3300}  # the chapter trains for 1,000
TEST_SCENES = 400


def measure(kind: str, seed: int) -> dict[str, object]:
    """One detector, trained, and measured on scenes that it has not seen."""
    images, boxes, kinds = data.scenes(TEST_SCENES, seed=7)
    keras.utils.set_random_seed(seed)
    model = taught.make_detector()
    start = time.process_time()
    taught.train(model, STEPS[kind], seed)
    seconds = time.process_time() - start
    found = taught.detections(model, images)
    return {
        "model": kind, "seed": seed, "steps": STEPS[kind], "cpu_seconds": round(seconds, 1),
        **coco_scores(found, boxes, kinds),
        "duplicates": float(taught.duplicates(found, kinds)), "parameters": model.count_params(),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(measure_into(STUDY, list(STEPS), measure, sys.argv[1:]))
