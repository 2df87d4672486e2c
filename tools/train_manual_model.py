"""Train the small transformer behind `TokenExplorer()` and store it: about eight minutes, one core.

    .venv/bin/python tools/train_manual_model.py [--seed 0] [--steps 7000]

It learns to continue the manual of Python (`pydoc_data.topics`), cut into 512 tokens by byte-pair
encoding, with the code that notebooks/language_models.ipynb teaches. The weights go to
`utils/seqbook/chapters/language_models/manual_model.json`, rounded to eight bits.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from importlib.resources import files

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
from seqbook.chapters.language_models import data
from seqbook.chapters.language_models.packing import pack_transformer
from seqbook.chapters.language_models.taught import Tokenizer, keep_once, learn_bpe, total_bits
from seqbook.chapters.positions.taught import RotaryAttention
from seqbook.chapters.transformer.taught import make_transformer
from seqbook.graph import unpack
from seqbook.graph.from_keras import write_back

TOKENS, WIDTH, HEADS, BLOCKS, WINDOW, BATCH = 512, 64, 4, 2, 96, 8


def corpus() -> tuple[Tokenizer, np.ndarray, list[list[int]], int]:
    """The tokenizer, the training text as ids, the held-out texts as ids, their characters."""
    train, held = data.manual()
    seen: set[str] = set()
    held = keep_once(held, seen)
    train = keep_once(train, seen)
    alphabet = sorted(set("".join(train + held)))
    merges = learn_bpe("\n\n".join(train), TOKENS, alphabet)
    tokenizer = Tokenizer(alphabet, merges)
    ids = np.array(tokenizer.encode("\n" + "\n\n\n".join(train)), "int32")
    return tokenizer, ids, [tokenizer.encode("\n" + t) for t in held], sum(map(len, held))


def build(seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return make_transformer(
        TOKENS, WIDTH, HEADS, BLOCKS,
        attention=RotaryAttention, causal=True, mlp_units=2 * WIDTH, dropout=0.1,
    )  # fmt: skip


def train(model: keras.Model, ids: np.ndarray, steps: int, seed: int) -> None:
    rng, every = np.random.default_rng(seed), 500
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps, alpha=0.01, warmup_target=4e-3, warmup_steps=100
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=0.02, clipnorm=1.0)
    model.compile(optimizer, loss, jit_compile=False)
    for done in range(0, steps, every):
        starts = rng.integers(0, len(ids) - WINDOW, every * BATCH)
        rows = ids[starts[:, None] + np.arange(WINDOW + 1)]
        history = model.fit(rows[:, :-1], rows[:, 1:], batch_size=BATCH, shuffle=False, verbose=0)
        print(
            f"step {done + every}: loss {history.history['loss'][0]:.3f}, "
            f"{time.process_time():.0f} CPU s",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=7000, help="a multiple of 500")
    parser.add_argument("--dry-run", action="store_true", help="measure, but store nothing")
    options = parser.parse_args()
    tokenizer, ids, held, characters = corpus()
    model = build(options.seed)
    train(model, ids, options.steps, options.seed)
    packed = pack_transformer(model)
    write_back(unpack(packed), model)  # measured as it is stored
    measured = {
        "bits per held-out character": round(total_bits(model, held, WINDOW) / characters, 3),
        "CPU seconds": round(time.process_time()),
        "weights": model.count_params(),
    }
    print(json.dumps(measured))
    if not options.dry_run:
        stored = {
            "training": {
                "python": platform.python_version(), "seed": options.seed, "steps": options.steps,
            },
            "measured": measured,
            "alphabet": "".join(tokenizer.vocabulary[: TOKENS - len(tokenizer.rank)]),
            "merges": [[tokenizer.ids[piece] for piece in pair] for pair in tokenizer.rank],
            "model": packed,
        }  # fmt: skip
        path = files("seqbook.chapters.language_models").joinpath("manual_model.json")
        text = json.dumps(stored, sort_keys=True, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {len(text)} characters")


if __name__ == "__main__":
    main()
