"""Train the small LSTM behind `GateExplorer()` and store it: about a minute, one core.

    .venv/bin/python tools/train_gate_model.py [--seed 0] [--steps 4000]

The weights go to `utils/seqbook/chapters/gates/gate_model.json`, rounded to eight bits. An LSTM
solves the task in many ways, most of them hard to read. Two terms make its gates readable: noise
in front of the sigmoids, which pushes gates to 0 or 1 (Salakhutdinov & Hinton, 2009, did it for
codes), and
a small cost for every gate that stores, forgets or shows. Both are only in the training.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from importlib.resources import files

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
import tensorflow as tf
from seqbook.chapters.gates.gate_explorer import (
    ANSWERS,
    ASK,
    MARK,
    SENTENCES,
    WORDS,
    GateExplorer,
    journeys,
)
from seqbook.graph import pack, run, unpack

UNITS, WIDTH, TIMESTEPS, BATCH = 4, 6, 12, 64
GATED = np.repeat([1.0, 1.0, 0.0, 1.0], UNITS).astype("float32")  # i, f, o, but not g


def build(seed: int) -> keras.Sequential:
    """Gates begin closed to input and output and open to memory."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((TIMESTEPS,)),
            keras.layers.Embedding(len(WORDS), WIDTH, embeddings_initializer=normal(0.7)),
            keras.layers.LSTM(
                UNITS,
                return_sequences=True,
                kernel_initializer=normal(0.5),
                recurrent_initializer=normal(0.3),
            ),
            keras.layers.Dense(len(ANSWERS), "softmax", kernel_initializer=normal(1.0)),
        ]
    )
    bias = np.repeat([-1.0, 3.0, 0.0, -1.0], UNITS)
    model.layers[1].cell.bias.assign(bias)
    return model


def normal(stddev: float) -> keras.initializers.Initializer:
    return keras.initializers.RandomNormal(stddev=stddev)


def unroll(model: keras.Sequential, ids: tf.Tensor, noise: tf.Tensor) -> tuple:
    """Logits (batch, steps, answers) and gates i, f, o (batch, steps, units) of this LSTM."""
    embedding, kernel, recurrent, bias, dense, dense_bias = model.trainable_variables
    h = c = tf.zeros((BATCH, UNITS))
    logits, gates = [], []
    for t in range(TIMESTEPS):
        z = tf.gather(embedding, ids[:, t]) @ kernel + h @ recurrent + bias
        z += noise * GATED * tf.random.normal(tf.shape(z))
        i, f, g, o = tf.split(z, 4, axis=-1)
        i, f, o = tf.sigmoid(i), tf.sigmoid(f), tf.sigmoid(o)
        c = f * c + i * tf.tanh(g)
        h = o * tf.tanh(c)
        logits.append(h @ dense + dense_bias)
        gates.append(tf.stack([i, f, o]))
    return tf.stack(logits, axis=1), tf.unstack(tf.stack(gates, axis=2))


def train(model: keras.Sequential, steps: int, seed: int) -> None:
    weights = model.trainable_variables
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.02, steps))

    @tf.function
    def update(ids: tf.Tensor, targets: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            logits, (i, f, o) = unroll(model, ids, strength)
            error = tf.nn.softmax_cross_entropy_with_logits(targets, logits)
            loss = tf.reduce_mean(tf.where(ids == WORDS.index(ASK), 4.0, 1.0) * error)
            undecided = sum(tf.reduce_mean(gate * (1 - gate)) for gate in (i, f, o)) / 3
            use = tf.reduce_mean(i) + tf.reduce_mean(1 - f) + tf.reduce_mean(o)
            decay = sum(tf.reduce_sum(w**2) for w in weights[:3])
            total = loss + strength * (0.4 * undecided + 0.02 * use) + 3e-5 * decay
        gradients, _ = tf.clip_by_global_norm(tape.gradient(total, weights), 1.0)
        optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return loss

    rng = np.random.default_rng(seed)
    for step in range(steps):
        ids, targets = journeys(rng, BATCH, TIMESTEPS)
        strength = np.clip((step / steps - 0.35) / 0.35, 0, 1).astype("float32")
        loss = update(
            tf.constant(ids, tf.int32), tf.constant(targets, tf.float32), tf.constant(strength)
        )
        if (step + 1) % 1000 == 0:
            print(f"step {step + 1}: loss {float(loss):.3f}, {time.process_time():.0f} CPU s")


def units_in_order(packed: dict) -> list[int]:
    """First the units that stay hidden at the mark; last those that then tell of it."""
    o = run(unpack(packed), [WORDS.index(MARK)]).values["lstm"]["o"][0]
    return sorted(range(UNITS), key=lambda u: (o[u] >= 0.5, u))


def reorder(model: keras.Sequential, order: list[int]) -> None:
    """The same network with its units in another order."""
    embedding, kernel, recurrent, bias, dense, dense_bias = model.get_weights()
    columns = [gate * UNITS + u for gate in range(4) for u in order]
    model.set_weights(
        [
            embedding,
            kernel[:, columns],
            recurrent[order][:, columns],
            bias[columns],
            dense[order],
            dense_bias,
        ]
    )


def measure(packed: dict) -> dict[str, float]:
    """Shares of right answers, and how far from 1/4 the answers stay when none is due."""
    ids, targets = journeys(np.random.default_rng(99), 2000, 10)
    p = run(unpack(packed), ids).outputs
    due = targets.max(axis=-1) == 1
    right = (p.argmax(-1) == targets.argmax(-1))[due]
    return {
        "right": round(float(right.mean()), 4),
        "mean probability of the right answer": round(float((p * targets).sum(-1)[due].mean()), 3),
        "largest probability elsewhere, mean": round(float(p[~due].max(-1).mean()), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--dry-run", action="store_true", help="measure, but store nothing")
    options = parser.parse_args()
    model = build(options.seed)
    train(model, options.steps, options.seed)
    reorder(model, units_in_order(pack(model)))
    packed = pack(model)
    found = measure(packed)
    print(json.dumps(found, indent=1))
    for sentence in SENTENCES.values():
        print(GateExplorer(sentence, model=packed, words=WORDS, answers=ANSWERS).static_text())
    if not options.dry_run:
        stored = {"training": {"seed": options.seed, "steps": options.steps}, "model": packed}
        path = files("seqbook.chapters.gates").joinpath("gate_model.json")
        text = json.dumps(stored, indent=1, sort_keys=True) + "\n"
        path.write_text(text, encoding="utf-8")
        print(f"{path}: {len(text)} characters")


if __name__ == "__main__":
    main()
