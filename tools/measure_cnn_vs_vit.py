"""Measure the networks of `notebooks/cnn_vs_vit.ipynb`: chapters/cnn_vs_vit/study.json.

    python tools/measure_cnn_vs_vit.py              three seeds; about six minutes of one processor
    python tools/measure_cnn_vs_vit.py "CNN 300" 1  one network with one seed; the others are kept

A name is a network, a number of training images and, for some, how their pixels are reordered.
The networks and their training are the chapter's own saved cells.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import keras
from seqbook.chapters.cnn_vs_vit import taught
from seqbook.chapters.vit import data
from studies import measure_into

STUDY = Path(taught.__file__).with_name("study.json")
KINDS = [f"{network} {number}" for number in (100, 300, 1400) for network in taught.RATES]
KINDS += [f"{network} 300 {what}" for what in ("patches", "pixels") for network in taught.RATES]


def measure(kind: str, seed: int) -> dict[str, object]:
    """One network, trained and measured on the test digits, also moved to the side."""
    network, number, *what = kind.split()
    (images, labels), (test_images, test_labels) = data.digits(int(number), seed)
    if what:
        order = taught.new_order(what[0])
        images = taught.rearranged(images, order)
        test_images = taught.rearranged(test_images, order)
    start = time.process_time()
    model = taught.trained(network, images, labels, seed)
    seconds = time.process_time() - start
    run: dict[str, object] = {
        "model": kind, "seed": seed, "parameters": model.count_params(),
        "cpu_seconds": round(seconds, 1),
        "accuracy": taught.accuracy(model, test_images, test_labels),
    }  # fmt: skip
    if not what:
        for pixels in (1, 2):
            run[f"moved_{pixels}"] = sum(
                taught.accuracy(model, taught.moved(test_images, right), test_labels)
                for right in (-pixels, pixels)
            ) / 2  # fmt: skip
    keras.backend.clear_session()
    return run


if __name__ == "__main__":
    sys.exit(measure_into(STUDY, KINDS, measure, sys.argv[1:]))
