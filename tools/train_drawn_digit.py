"""Train the network behind `DrawnDigit()`.

    .venv/bin/python tools/train_drawn_digit.py

The digit reader of `notebooks/vit_attention.ipynb`, seed 0, by the chapter's own saved cell, but
without dropout, four times as long, and on images that are moved by up to one pixel, since a reader
does not draw in the exact middle: about a minute on one core. Its weights, rounded to eight bits,
its accuracy on the test images with these weights, and eleven test images (the first of each digit,
then the first that it gets wrong) go to
`utils/seqbook/chapters/vit_attention/drawn_digit_model.json`.
"""

from __future__ import annotations

import json
import os
import platform
from importlib.resources import files

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
from seqbook.chapters.vit.data import digits
from seqbook.chapters.vit_attention.drawn_digit import INK, graph_of, put_into
from seqbook.chapters.vit_attention.taught import share_right, train_on_digits
from seqbook.graph import pack, unpack

EPOCHS = 120


def shifted(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each image moved by at most one pixel up or down, and left or right."""
    padded = np.pad(images, [(0, 0), (1, 1), (1, 1), (0, 0)])
    moves = rng.integers(0, 3, (len(images), 2))
    return np.stack(
        [image[i : i + 8, j : j + 8] for image, (i, j) in zip(padded, moves, strict=True)]
    )


def main() -> None:
    train, (images, labels) = digits(seed=0)
    model = train_on_digits(*train, seed=0, epochs=EPOCHS, dropout=0.0, change=shifted)
    packed = pack(graph_of(model))
    put_into(model, unpack(packed))
    logits = model.predict_on_batch(images)
    wrong = np.flatnonzero(logits.argmax(axis=1) != labels)
    shown = [(str(digit), int(np.flatnonzero(labels == digit)[0])) for digit in range(10)]
    shown += [(f"a {labels[k]} that it gets wrong", int(k)) for k in wrong[:1]]
    presets = [
        {
            "name": name,
            "label": int(labels[k]),
            "image": np.rint(INK * images[k]).astype(int).ravel().tolist(),
        }
        for name, k in shown
    ]
    stored = {
        "python": platform.python_version(), "accuracy": float(share_right(logits, labels)),
        "presets": presets, "model": packed,
    }  # fmt: skip
    path = files("seqbook.chapters.vit_attention").joinpath("drawn_digit_model.json")
    path.write_text(json.dumps(stored, sort_keys=True) + "\n", encoding="utf-8")
    print(f"accuracy {stored['accuracy']:.3f}, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
