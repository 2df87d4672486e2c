"""Train the network behind `DrawnDigit()`.

    .venv/bin/python tools/train_drawn_digit.py

The digit reader of `notebooks/vit_attention.ipynb`, seed 0, by the chapter's own saved cell: about
half a minute on one core. Its weights, rounded to eight bits, its accuracy on the test images with
these weights, and eleven test images (the first of each digit, then the first that it gets wrong)
go to `utils/seqbook/chapters/vit_attention/drawn_digit_model.json`.
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


def main() -> None:
    _, (images, labels) = digits(seed=0)
    model = train_on_digits(seed=0)
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
