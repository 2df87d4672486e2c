"""Measure the denoisers of `notebooks/guided_diffusion.ipynb` on three seeds.

    python tools/measure_diffusion.py            all of it; about ten minutes on a quiet machine
    python tools/measure_diffusion.py digits 1   one seed; the other runs are kept

The networks, their training and the measures are the saved cells of the two chapters. The runs go
to chapters/guided_diffusion/study.json; the weights of the digits' denoiser with seed 0, which the
chapter loads, to digits_denoiser.npz beside it.
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
from seqbook.chapters.diffusion.taught import make_unet, sample
from seqbook.chapters.guided_diffusion import data, taught
from seqbook.chapters.vit.data import digits
from studies import measure_into

HOME = Path(taught.__file__).parent
UPDATES = 6000
SCALES = (0.0, 0.5, 1.0, 2.0, 4.0)
EACH = 39  # samples of each class: as many as there are test images


def measure(kind: str, seed: int) -> dict[str, object]:
    """One denoiser, trained, and its samples at several guidance scales, judged."""
    (train, train_y), (test, test_y) = digits()
    train, test = 2 * train - 1, 2 * test - 1
    keras.utils.set_random_seed(seed)
    judge, features = taught.make_judge()
    judge.fit(train, train_y, batch_size=64, epochs=20, verbose=0)
    right = float((judge.predict(test, verbose=0).argmax(1) == test_y).mean())
    looked = features.predict(test, verbose=0)
    # Real against real: as many training images, drawn twenty times.
    rng = np.random.default_rng(seed)
    seen = features.predict(train, verbose=0)
    parts = [seen[rng.choice(len(seen), len(test), replace=False)] for _ in range(20)]
    real = float(np.mean([taught.frechet(part, looked) for part in parts]))

    keras.utils.set_random_seed(seed)
    model = make_unet(train.shape[1:], classes=taught.CLASSES)
    start = time.process_time()
    past = taught.train_denoiser(model, train, train_y, UPDATES)
    seconds = time.process_time() - start
    if seed == 0:
        data.store(model.get_weights())

    labels = np.repeat(np.arange(taught.CLASSES), EACH).astype("int32")
    scales = []
    for scale in SCALES:
        pure = rng.normal(size=(len(labels), *train.shape[1:])).astype("float32")
        drawn = sample(taught.guided(model, labels, scale), pure, seed=seed)[-1]
        drawn = np.clip(drawn, -1, 1)
        scales.append({
            "scale": scale,
            "agreement": float((judge.predict(drawn, verbose=0).argmax(1) == labels).mean()),
            "frechet": taught.frechet(features.predict(drawn, verbose=0), looked),
            "diversity": taught.diversity(drawn, labels),
            "nearest": float(np.median(taught.nearest(drawn, train))),
        })  # fmt: skip
    return {
        "model": kind, "seed": seed, "parameters": model.count_params(), "updates": UPDATES,
        "cpu_seconds": round(seconds, 1), "loss": float(past.history["loss"][-1]),
        "judge": right, "real_frechet": real,
        "real_diversity": taught.diversity(test, test_y),
        "real_nearest": float(np.median(taught.nearest(test, train))), "scales": scales,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(measure_into(HOME / "study.json", ["digits"], measure, sys.argv[1:]))
