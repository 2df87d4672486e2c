"""The checks of Lab 2: every slip is named, every other right answer passes."""

from __future__ import annotations

import re

import nbformat
import numpy as np
import pytest
from checker_cases import (
    ROOT,
    TODO,
    Case,
    LabCases,
    confusions,
    execute,
    mutate,
    shaped_guesses,
)
from seqbook.checking import FaultModel
from seqbook.labs import lab2_music_generation as check
from seqbook.labs.lab2_music_generation import batches, data, judging, learning, writing
from seqbook.music import recipe

SPLIT = "def split_tunes(tunes, share, seed):\n"
VOCABULARY = "def build_vocabulary(tunes):\n    return "
ENCODE = 'return np.array([number[c] for c in text], dtype="int32")'
BATCH = "def make_batch(ids, size, length, rng):\n"
PLACES = (
    "    places = starts[:, None] + np.arange(length)\n    return ids[places], ids[places + 1]\n"
)
MODEL = "def build_model(vocabulary_size, embedding, units):\n    L = keras.layers\n"
LOSS = "def cross_entropy(logits, targets):\n"
STEP = "def train_step(model, optimizer, inputs, targets, clip_norm):\n"
BITS = "def bits_per_character(nats, mask):\n    return "
P = "def probabilities(logits, temperature):\n    return "
DRAW = "def draw(p, u):\n"
SCORE = "def score_tunes(tunes):\n    v = [music.validate(t) for t in tunes]\n"
COPY = "def longest_copy(tune, training):\n"

CASES = {
    "1.1": Case(
        "split_tunes",
        slips={
            "cut in characters": SPLIT + "    text = ''.join(tunes)\n"
            "    n = int(len(text) * share)\n    return text[n:], text[:n]",
            "tune twice": SPLIT + "    rng = np.random.default_rng(seed)\n"
            "    order = rng.integers(0, len(tunes), len(tunes))\n    n = round(share * "
            "len(tunes))\n"
            "    return [tunes[i] for i in order[n:]], [tunes[i] for i in order[:n]]",
            "swapped": [
                ("order[held_out:]", "order[KEEP]"),
                ("order[:held_out]", "order[held_out:]"),
                ("order[KEEP]", "order[:held_out]"),
            ],
            "leak": [("[tunes[i] for i in order[held_out:]]", "list(tunes)")],
            "lost tunes": [("order[held_out:]", "order[held_out:-5]")],
            "wrong share": [("round(share * len(tunes))", "5")],
            "unseeded": [("np.random.default_rng(seed)", "np.random.default_rng()")],
            "not shuffled": [
                ("np.random.default_rng(seed).permutation(len(tunes))", "range(len(tunes))")
            ],
            "seed ignored": [("default_rng(seed)", "default_rng(0)")],
            "list changed": SPLIT + "    np.random.default_rng(seed).shuffle(tunes)\n"
            "    n = round(share * len(tunes))\n    return tunes[n:], tunes[:n]",
            ("leak", "not shuffled"): SPLIT + "    n = round(share * len(tunes))\n"
            "    return tunes, tunes[-n:]",
            ("swapped", "seed ignored"): SPLIT + "    order = np.random.default_rng(0).permutation("
            "len(tunes))\n    n = round(share * len(tunes))\n"
            "    return [tunes[i] for i in order[:n]], [tunes[i] for i in order[n:]]",
        },
        others={
            "the random module": "import random\n" + SPLIT + "    mixed = list(tunes)\n"
            "    random.Random(seed).shuffle(mixed)\n    n = int(len(tunes) * share)\n"
            "    return mixed[:-n], mixed[-n:]",
            "sets of indices": SPLIT + "    rng = np.random.default_rng(seed)\n"
            "    n = round(share * len(tunes))\n"
            "    held = set(rng.choice(len(tunes), n, replace=False).tolist())\n"
            "    return ([t for i, t in enumerate(tunes) if i not in held],\n"
            "            [t for i, t in enumerate(tunes) if i in held])",
            "arrays": SPLIT
            + "    mixed = np.random.default_rng(seed).permutation(np.array(tunes))\n"
            "    n = round(share * len(tunes))\n    return mixed[n:], mixed[:n]",
        },
    ),
    "1.2": Case(
        "build_vocabulary",
        slips={
            "dictionary": VOCABULARY
            + "{c: i for i, c in enumerate([END, *sorted(set(''.join(tunes)))])}",
            "a set": VOCABULARY + "{END, *''.join(tunes)}",
            "whole tunes": VOCABULARY + "[END, *sorted(set(tunes))]",
            "no END": [('[END, *sorted(set("".join(tunes)))]', "sorted(set(''.join(tunes)))")],
            "END twice": VOCABULARY + "[END, *sorted(set(''.join(tunes))), END]",
            "END not first": VOCABULARY + "[*sorted(set(''.join(tunes))), END]",
            "duplicates": VOCABULARY + "[END, *sorted(''.join(tunes))]",
            "blanks lost": VOCABULARY + "[END, *sorted(set(''.join(''.join(tunes).split())))]",
            "lower case": VOCABULARY + "[END, *sorted(set(''.join(tunes).lower()))]",
            "letters only": VOCABULARY
            + "[END, *sorted(c for c in set(''.join(tunes)) if c.isalpha())]",
            "one tune only": VOCABULARY + "[END, *sorted(set(tunes[0]))]",
            "lost characters": VOCABULARY + "[END, *sorted(set(''.join(tunes)) - set('|:'))]",
            "extra characters": "import string\n"
            + VOCABULARY
            + "[END, *sorted(set(string.printable) - {END})]",
            "unsorted": VOCABULARY + "[END, *dict.fromkeys(''.join(tunes))]",
            ("END not first", "unsorted"): VOCABULARY + "[*dict.fromkeys(''.join(tunes)), END]",
            ("duplicates", "unsorted"): VOCABULARY + "[END, *''.join(tunes)]",
        },
        others={
            "a loop": "def build_vocabulary(tunes):\n    seen = set()\n    for tune in tunes:\n"
            "        seen.update(tune)\n    return [END] + sorted(seen)",
            "a tuple": VOCABULARY + "(END, *sorted(set().union(*tunes)))",
            "NumPy": VOCABULARY + "[END] + np.unique(list(''.join(tunes))).tolist()",
        },
    ),
    "1.3": Case(
        ("encode", "decode"),
        check="encode_decode",
        given={"encode": recipe.encode, "decode": recipe.decode},
        slips={
            "counted from 1": [("number[c] for", "number[c] + 1 for")],
            "character codes": [("number[c] for", "ord(c) for")],
            "numbered by the text": [("enumerate(vocabulary)", "enumerate(dict.fromkeys(text))")],
            "numbered anew": [("enumerate(vocabulary)", "enumerate(sorted(set(text)))")],
            "each once, sorted": [(ENCODE, "return np.array(sorted({number[c] for c in text}))")],
            "one-hot": [
                (ENCODE, "return np.eye(len(vocabulary), dtype='int32')[[number[c] for c in text]]")
            ],
            "encode gives a list": [(ENCODE, "return [number[c] for c in text]")],
            "encode gives floats": [('dtype="int32"', "dtype='float32'")],
            "decode counts from 1": [
                ("vocabulary[i] for i in ids", "vocabulary[i - 1] for i in ids")
            ],
            "decode uses codes": [("vocabulary[i] for i in ids", "chr(i) for i in ids")],
            "decode gives a list": [
                ('"".join(vocabulary[i] for i in ids)', "[vocabulary[i] for i in ids]")
            ],
            "decode puts spaces": [('"".join(voc', '" ".join(voc')],
            "decode drops END": [("for i in ids)", "for i in ids if i != 0)")],
            "decode stops at END": [
                ("for i in ids)", "for i in list(ids)[:(list(ids) + [0]).index(0)])")
            ],
            "decode goes backward": [("for i in ids)", "for i in ids[::-1])")],
            ("counted from 1", "decode counts from 1"): [
                ("number[c] for", "number[c] + 1 for"),
                ("vocabulary[i] for i in ids", "vocabulary[i - 1] for i in ids"),
            ],
        },
        others={
            "index": "def encode(text, vocabulary):\n"
            "    return np.array([vocabulary.index(c) for c in text], dtype='int32')\n"
            "def decode(ids, vocabulary):\n    return ''.join(np.array(vocabulary)[ids])",
            "searching": "def encode(text, vocabulary):\n    order = np.argsort(vocabulary)\n"
            "    at = np.searchsorted(np.array(vocabulary)[order], list(text))\n"
            "    return order[at].astype('int32')\n"
            "def decode(ids, vocabulary):\n    return ''.join(map(vocabulary.__getitem__, ids))",
            "a loop": "def encode(text, vocabulary):\n    ids = np.zeros(len(text), 'int32')\n"
            "    for i, c in enumerate(text):\n        ids[i] = vocabulary.index(c)\n    return "
            "ids\n"
            "def decode(ids, vocabulary):\n    text = ''\n    for i in ids:\n"
            "        text += vocabulary[int(i)]\n    return text",
        },
    ),
    "2.1": Case(
        "window",
        slips={
            "targets are the inputs": [("ids[start + 1 : start + length + 1]", "inputs")],
            "targets one too early": [
                ("start + 1 : start + length + 1", "start - 1 : start + length - 1")
            ],
            "targets wrapped": [("ids[start + 1 : start + length + 1]", "np.roll(inputs, -1)")],
            "last target zero": [
                ("ids[start + 1 : start + length + 1]", "np.append(inputs[1:], 0)")
            ],
            "targets two ahead": [
                ("start + 1 : start + length + 1", "start + 2 : start + length + 2")
            ],
            "targets are the next window": [
                ("start + 1 : start + length + 1", "start + length : start + 2 * length")
            ],
            "one target only": [("ids[start + 1 : start + length + 1]", "ids[start + length]")],
            "start ignored": [
                ("start : start + length]", ":length]"),
                ("start + 1 : start + length + 1", "1 : length + 1"),
            ],
            "start counts windows": [("    inputs =", "    start = start * length\n    inputs =")],
            "ends at length": [
                ("start : start + length]", "start:length]"),
                ("start + 1 : start + length + 1", "start + 1 : length + 1"),
            ],
            "one too short": [("    inputs =", "    length = length - 1\n    inputs =")],
            "one too long": [("    inputs =", "    length = length + 1\n    inputs =")],
            "swapped": [("return inputs, targets", "return targets, inputs")],
            "zeros": "def window(ids, start, length):\n    return np.zeros(length), "
            "np.zeros(length)",
            ("start ignored", "targets are the inputs"): "def window(ids, start, length):\n"
            "    return ids[:length], ids[:length]",
        },
        others={
            "one piece": "def window(ids, start, length):\n    piece = ids[start:start + length "
            "+ 1]\n"
            "    return piece[:-1], piece[1:]",
            "TensorFlow": "def window(ids, start, length):\n    piece = tf.constant(ids)[start:]\n"
            "    return piece[:length], piece[1:length + 1]",
            "indices": "def window(ids, start, length):\n    at = np.arange(start, start + "
            "length)\n"
            "    return np.take(ids, at), np.take(ids, at + 1)",
        },
    ),
    "2.2": Case(
        "make_batch",
        slips={
            "one array": [("return pairs[:, 0], pairs[:, 1]", "return pairs[:, 0]")],
            "transposed": [("pairs[:, 0], pairs[:, 1]", "pairs[:, 0].T, pairs[:, 1].T")],
            "wrong shape": BATCH + "    starts = rng.integers(0, len(ids) - length, size)\n"
            "    return ids[starts], ids[starts + 1]",
            "ragged": [("len(ids) - length, size", "len(ids), size")],
            "floats": [("pairs[:, 0], pairs[:, 1]", "pairs[:, 0] * 1.0, pairs[:, 1] * 1.0")],
            "not from the text": BATCH + "    x = rng.random((size, length))\n    return x, x",
            "targets are the inputs": [("pairs[:, 1]", "pairs[:, 0]")],
            "targets wrapped": [("pairs[:, 1]", "np.roll(pairs[:, 0], -1, axis=1)")],
            "targets one too early": BATCH
            + "    starts = rng.integers(1, len(ids) - length, size)\n"
            "    places = starts[:, None] + np.arange(length)\n    return ids[places], "
            "ids[places - 1]",
            "wrong distance": BATCH + "    starts = rng.integers(0, len(ids) - length - 1, size)\n"
            "    places = starts[:, None] + np.arange(length)\n    return ids[places], "
            "ids[places + 2]",
            "rows alike": [
                (
                    "rng.integers(0, len(ids) - length, size)",
                    "np.full(size, rng.integers(0, len(ids) - length))",
                )
            ],
            "always the same": [
                ("rng.integers(0, len(ids) - length, size)", "np.array([3, 1, 4, 15, 9, 2, 6, 5])")
            ],
            "rng ignored": [("rng.integers", "np.random.default_rng().integers")],
            "new generator": BATCH + "    make_batch.rng = getattr(make_batch, 'rng', None) or {}\n"
            "    own = make_batch.rng.setdefault(id(rng), np.random.default_rng(0))\n"
            "    make_batch.kept = getattr(make_batch, 'kept', []) + [rng]\n"
            "    starts = own.integers(0, len(ids) - length, size)\n" + PLACES,
            "next to each other": BATCH
            + "    first = rng.integers(0, len(ids) - length - size + 1)\n"
            "    starts = first + np.arange(size)\n" + PLACES,
            "blocks only": BATCH
            + "    starts = length * rng.integers(0, (len(ids) - 1) // length, size)\n"
            + PLACES,
            "tune starts only": BATCH + "    begin = np.flatnonzero(ids[:len(ids) - length] == 0)\n"
            "    starts = rng.choice(begin, size)\n" + PLACES,
            "last start missing": [("len(ids) - length, size", "len(ids) - length - 1, size")],
            "first start missing": [("rng.integers(0,", "rng.integers(1,")],
            "few starts": [("len(ids) - length, size", "len(ids) // 2, size")],
            ("rows alike", "always the same"): BATCH
            + "    starts = np.zeros(size, int)\n"
            + PLACES,
        },
        others={
            "indices": BATCH + "    starts = rng.integers(0, len(ids) - length, size)\n" + PLACES,
            "a loop": BATCH + "    x, y = [], []\n    for _ in range(size):\n"
            "        s = int(rng.integers(len(ids) - length))\n"
            "        x.append(ids[s:s + length])\n        y.append(ids[s + 1:s + length + 1])\n"
            "    return np.array(x), np.array(y)",
            "no start twice": BATCH
            + "    starts = rng.choice(len(ids) - length, size, replace=False)\n"
            + PLACES,
            "sliding windows": BATCH
            + "    every = np.lib.stride_tricks.sliding_window_view(ids, length + 1)\n"
            "    rows = every[rng.integers(0, len(every), size)]\n    return rows[:, :-1], "
            "rows[:, 1:]",
            "TensorFlow": BATCH + "    starts = rng.integers(0, len(ids) - length, size)\n"
            "    rows = tf.gather(ids, starts[:, None] + np.arange(length + 1))\n"
            "    return rows[:, :-1], rows[:, 1:]",
        },
    ),
    "3.1": Case(
        "build_model",
        slips={
            "return_sequences missing": [(", return_sequences=True", "")],
            "softmax at the end": [
                ("Dense(vocabulary_size)", "Dense(vocabulary_size, activation='softmax')")
            ],
            "activation at the end": [
                ("Dense(vocabulary_size)", "Dense(vocabulary_size, activation='relu')")
            ],
            "stateful": [("return_sequences=True", "return_sequences=True, stateful=True")],
            "reads the future": [
                (
                    "keras.layers.GRU(units, return_sequences=True)",
                    "keras.layers.Bidirectional(keras.layers.GRU(units, return_sequences=True))",
                )
            ],
            "no memory": [("GRU(units, return_sequences=True)", "Dense(units, activation='tanh')")],
            "plain RNN": [("GRU(", "SimpleRNN(")],
            "END is masked": [
                (
                    "Embedding(vocabulary_size, embedding)",
                    "Embedding(vocabulary_size, embedding, mask_zero=True)",
                )
            ],
            "wrong outputs": [("Dense(vocabulary_size)", "Dense(units)")],
            "embedding rows": [
                ("Embedding(vocabulary_size, ", "Embedding(vocabulary_size - 1, ")
            ],
            "sizes swapped": [
                ("(vocabulary_size, embedding)(", "(vocabulary_size, units)("),
                ("GRU(units", "GRU(embedding"),
            ],
            "wrong embedding": [("(vocabulary_size, embedding)(", "(vocabulary_size, 64)(")],
            "wrong units": [("GRU(units", "GRU(256")],
            ("wrong units", "softmax at the end"): [
                ("GRU(units", "GRU(256"),
                ("Dense(vocabulary_size)", "Dense(vocabulary_size, activation='softmax')"),
            ],
            ("return_sequences missing", "sizes swapped"): [
                ("(vocabulary_size, embedding)(", "(vocabulary_size, units)("),
                ("GRU(units, return_sequences=True", "GRU(embedding"),
            ],
        },
        others={
            "Sequential": MODEL
            + "    return keras.Sequential([keras.Input((None,), dtype='int32'),\n"
            "        L.Embedding(vocabulary_size, embedding), L.GRU(units, "
            "return_sequences=True),\n"
            "        L.Dense(vocabulary_size)])",
            "LSTM, no Input": MODEL
            + "    return keras.Sequential([L.Embedding(vocabulary_size, embedding),\n"
            "        L.LSTM(units, return_sequences=True), L.Dense(vocabulary_size)])",
            "two layers and dropout": MODEL + "    return keras.Sequential([\n"
            "        L.Embedding(vocabulary_size, embedding), L.GRU(units, "
            "return_sequences=True),\n"
            "        L.Dropout(0.1), L.LSTM(units, return_sequences=True),\n"
            "        L.LayerNormalization(), L.Dense(vocabulary_size)])",
            "a cell": MODEL + "    return keras.Sequential([\n"
            "        L.Embedding(vocabulary_size, embedding),\n"
            "        L.RNN(L.GRUCell(units), return_sequences=True),\n"
            "        L.TimeDistributed(L.Dense(vocabulary_size))])",
        },
    ),
    "3.2": Case(
        "cross_entropy",
        slips={
            "from_logits missing": [(", from_logits=True", "")],
            "softmax twice": [("targets, logits,", "targets, tf.nn.softmax(logits),")],
            "no softmax": LOSS
            + "    return -tf.reduce_mean(tf.gather(logits, targets, batch_dims=2))",
            "sum": [("reduce_mean", "reduce_sum")],
            "sum over time": [
                ("tf.reduce_mean(nats)", "tf.reduce_mean(tf.reduce_sum(nats, axis=1))")
            ],
            "sum over the batch": [
                ("tf.reduce_mean(nats)", "tf.reduce_mean(tf.reduce_sum(nats, axis=0))")
            ],
            "not averaged": [("tf.reduce_mean(nats)", "nats")],
            "divided by the vocabulary": LOSS + "    hot = tf.one_hot(targets, logits.shape[-1])\n"
            "    return -tf.reduce_mean(hot * tf.nn.log_softmax(logits))",
            "sign": [("tf.reduce_mean(nats)", "-tf.reduce_mean(nats)")],
            "probability for its logarithm": LOSS
            + "    return -tf.reduce_mean(tf.gather(tf.nn.softmax(logits), targets, batch_dims=2))",
            "bits": [("tf.reduce_mean(nats)", "tf.reduce_mean(nats) / np.log(2)")],
            "squared error": LOSS + "    hot = tf.one_hot(targets, logits.shape[-1])\n"
            "    return tf.reduce_mean((tf.nn.softmax(logits) - hot) ** 2)",
            "error rate": LOSS + "    guess = tf.argmax(logits, -1, output_type=targets.dtype)\n"
            "    return tf.reduce_mean(tf.cast(guess != targets, tf.float32))",
            "softmax over time": LOSS
            + "    return -tf.reduce_mean(tf.gather(tf.nn.log_softmax(logits, axis=1), targets, "
            "batch_dims=2))",
            "last character only": [("targets, logits,", "targets[:, -1:], logits[:, -1:],")],
            "shifted again": [("targets, logits,", "targets[:, 1:], logits[:, :-1],")],
            "no gradient": LOSS + "    z = np.asarray(logits)\n"
            "    z = z - np.log(np.exp(z).sum(-1, keepdims=True))\n"
            "    return -np.take_along_axis(z, np.asarray(targets)[..., None], -1).mean()",
            "not compilable": [("    return", "    print(nats.numpy())\n    return")],
            ("softmax twice", "sum"): [
                ("targets, logits,", "targets, tf.nn.softmax(logits),"),
                ("reduce_mean", "reduce_sum"),
            ],
        },
        others={
            "TensorFlow": LOSS + "    return tf.reduce_mean(\n"
            "        tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits))",
            "one-hot": LOSS + "    hot = tf.one_hot(targets, logits.shape[-1])\n"
            "    return -tf.reduce_mean(tf.reduce_sum(hot * tf.nn.log_softmax(logits), -1))",
            "a loss object": LOSS
            + "    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(targets, "
            "logits)",
            "from probabilities": LOSS + "    p = ops.softmax(logits)\n"
            "    return ops.mean(keras.losses.sparse_categorical_crossentropy(targets, p))",
        },
    ),
    "3.3": Case(
        "train_step",
        slips={
            "not clipped": [("gradients, _ = tf.clip", "clipped, _ = tf.clip")],
            "each by itself": [
                (
                    "gradients, _ = tf.clip_by_global_norm(gradients, clip_norm)",
                    "gradients = [tf.clip_by_norm(g, clip_norm) for g in gradients]",
                )
            ],
            "by value": [
                (
                    "gradients, _ = tf.clip_by_global_norm(gradients, clip_norm)",
                    "gradients = [tf.clip_by_value(tf.convert_to_tensor(g), -clip_norm, "
                    "clip_norm) for g in gradients]",
                )
            ],
            "always scaled": [
                (
                    "gradients, _ = tf.clip_by_global_norm(gradients, clip_norm)",
                    "gradients = [clip_norm * tf.convert_to_tensor(g) / "
                    "tf.linalg.global_norm(gradients) for g in gradients]",
                )
            ],
            "clip_norm ignored": [("(gradients, clip_norm)", "(gradients, 1.0)")],
            "not applied": [("    optimizer.apply(gradients, model.trainable_variables)\n", "")],
            "applied twice": [
                (
                    "    return loss",
                    "    with tf.GradientTape() as tape:\n"
                    "        loss = cross_entropy(model(inputs), targets)\n"
                    "    gradients = tape.gradient(loss, model.trainable_variables)\n"
                    "    gradients, _ = tf.clip_by_global_norm(gradients, clip_norm)\n"
                    "    optimizer.apply(gradients, model.trainable_variables)\n"
                    "    return loss",
                )
            ],
            "uphill": [
                ("apply(gradients,", "apply([-tf.convert_to_tensor(g) for g in gradients],")
            ],
            "first variable only": [
                (
                    "apply(gradients, model.trainable_variables)",
                    "apply(gradients[:1], model.trainable_variables[:1])",
                )
            ],
            "optimizer not used": [
                (
                    "optimizer.apply(gradients, model.trainable_variables)",
                    "[v.assign_sub(0.5 * tf.convert_to_tensor(g)) for g, v in zip(gradients, "
                    "model.trainable_variables)]",
                )
            ],
            "targets ignored": [("training=True), targets)", "training=True), inputs)")],
            "inputs and targets swapped": [
                ("model(inputs, training=True), targets)", "model(targets, training=True), inputs)")
            ],
            "loss after the step": [
                ("return loss", "return cross_entropy(model(inputs), targets)")
            ],
            "returns nothing": [("return loss", "return None")],
            "no gradient": [
                (
                    "        loss = cross_entropy(model(inputs, training=True), targets)",
                    "        pass\n    loss = cross_entropy(model(inputs, training=True), targets)",
                )
            ],
            "not compilable": [("return loss", "return loss.numpy()")],
            ("not clipped", "returns nothing"): [
                ("gradients, _ = tf.clip", "clipped, _ = tf.clip"),
                ("return loss", "return None"),
            ],
        },
        others={
            "apply": STEP + "    with tf.GradientTape() as tape:\n"
            "        loss = cross_entropy(model(inputs), targets)\n"
            "    g = tape.gradient(loss, model.trainable_weights)\n"
            "    optimizer.apply(tf.clip_by_global_norm(g, clip_norm)[0], "
            "model.trainable_weights)\n"
            "    return loss",
            "clipped by hand": STEP + "    with tf.GradientTape() as tape:\n"
            "        loss = cross_entropy(model(inputs), targets)\n"
            "    g = [tf.convert_to_tensor(x) for x in tape.gradient(loss, "
            "model.trainable_variables)]\n"
            "    length = tf.sqrt(sum(tf.reduce_sum(x ** 2) for x in g))\n"
            "    g = [x * tf.minimum(1.0, clip_norm / length) for x in g]\n"
            "    optimizer.apply_gradients(zip(g, model.trainable_variables))\n    return loss",
            "a persistent tape": STEP + "    v = model.trainable_variables\n"
            "    with tf.GradientTape(persistent=True) as tape:\n"
            "        logits = model(inputs)\n        loss = cross_entropy(logits, targets)\n"
            "    g, norm = tf.clip_by_global_norm(tape.gradient(loss, v), clip_norm)\n    del "
            "tape\n"
            "    optimizer.apply_gradients(list(zip(g, v)))\n    return loss",
        },
    ),
    "3.4": Case(
        "bits_per_character",
        slips={
            "nats": [(" / np.log(2)", "")],
            "multiplied": [("/ np.log(2)", "* np.log(2)")],
            "perplexity": BITS + "np.exp(np.sum(nats * mask) / np.sum(mask))",
            "decimal digits": [("np.log(2)", "np.log(10)")],
            "logarithm of the loss": BITS + "np.log2(np.sum(nats * mask) / np.sum(mask))",
            "padding counted": BITS + "np.mean(nats) / np.log(2)",
            "divided by all places": BITS + "np.mean(nats * mask) / np.log(2)",
            "padding summed": BITS + "np.sum(nats) / np.sum(mask) / np.log(2)",
            "mean of the tunes' means": BITS
            + "np.mean(np.sum(nats * mask, 1) / np.sum(mask, 1)) / np.log(2)",
            "bits of a tune": BITS + "np.mean(np.sum(nats * mask, 1)) / np.log(2)",
            "sum": BITS + "np.sum(nats * mask) / np.log(2)",
            "mask turned around": BITS + "np.sum(nats * (1 - mask)) / np.sum(1 - mask) / np.log(2)",
            ("nats", "padding counted"): BITS + "np.mean(nats)",
            ("nats", "mean of the tunes' means"): BITS
            + "np.mean(np.sum(nats * mask, 1) / np.sum(mask, 1))",
        },
        others={
            "an average": BITS + "np.average(nats, weights=mask) / np.log(2)",
            "picked": BITS + "np.mean(nats[mask > 0]) * np.log2(np.e)",
            "TensorFlow": BITS
            + "tf.reduce_sum(tf.convert_to_tensor(nats) * mask) / tf.reduce_sum(mask) / np.log(2)",
            "a loop": "def bits_per_character(nats, mask):\n    total = count = 0\n"
            "    for row, real in zip(nats, mask):\n        n = int(real.sum())\n"
            "        total += row[:n].sum()\n        count += n\n    return total / count / "
            "np.log(2)",
        },
    ),
    "4.1": Case(
        "probabilities",
        slips={
            "multiplied": [("logits / temperature", "logits * temperature")],
            "temperature ignored": [("logits / temperature", "logits")],
            "after the softmax": P + "tf.nn.softmax(logits) / temperature",
            "probabilities divided, then softmax": P
            + "tf.nn.softmax(tf.nn.softmax(logits) / temperature)",
            "power not normalized": P + "tf.nn.softmax(logits) ** (1 / temperature)",
            "subtracted": P + "tf.nn.softmax(logits / temperature) - temperature",
            "argmax": P + "tf.one_hot(tf.argmax(logits, -1), logits.shape[-1])",
            "no softmax": P + "logits / temperature",
            "log-probabilities": [("tf.nn.softmax", "tf.nn.log_softmax")],
            "sigmoid": [("tf.nn.softmax", "tf.nn.sigmoid")],
            "logits normalized without exp": P
            + "logits / tf.reduce_sum(logits, -1, keepdims=True)",
            "over the batch": [("/ temperature", "/ temperature, axis=0")],
            "not compilable": "def probabilities(logits, temperature):\n"
            "    e = np.exp(logits / temperature)\n    return e / e.sum(-1, keepdims=True)",
            ("multiplied", "over the batch"): P + "tf.nn.softmax(logits * temperature, axis=0)",
        },
        others={
            "by hand": "def probabilities(logits, temperature):\n"
            "    e = tf.exp(logits / temperature - tf.reduce_max(logits / temperature, -1, "
            "keepdims=True))\n"
            "    return e / tf.reduce_sum(e, axis=-1, keepdims=True)",
            "Keras": P + "ops.softmax(ops.divide(logits, temperature), axis=-1)",
            "powers": "def probabilities(logits, temperature):\n"
            "    p = tf.nn.softmax(logits) ** (1 / temperature)\n"
            "    return p / tf.reduce_sum(p, -1, keepdims=True)",
            "logarithms": P + "tf.exp(tf.nn.log_softmax(tf.nn.log_softmax(logits) / temperature))",
        },
    ),
    "4.2": Case(
        "draw",
        slips={
            "argmax": DRAW + "    return tf.argmax(p, axis=-1)",
            "all alike": DRAW + "    return tf.cast(u * p.shape[-1], tf.int32)",
            "no running sum": [("tf.cumsum(p, axis=-1)", "p")],
            "sum over the batch": [("axis=-1) <=", "axis=0) <=")],
            "next one": [
                ("axis=-1)\n", "axis=-1) + 1\n"),
                ("<= u[:, tf.newaxis]", "<= u[:, tf.newaxis]"),
            ],
            "one before": [('"int32"), axis=-1)', '"int32"), axis=-1) - 1')],
            "counts the other side": [("<= u", "> u")],
            "the first u for all": [("u[:, tf.newaxis]", "u[0]")],
            "a column": [('"int32"), axis=-1)', '"int32"), axis=-1, keepdims=True)')],
            "the sum, not the place": DRAW + "    sums = tf.cumsum(p, axis=-1)\n"
            "    at = tf.reduce_sum(tf.cast(sums <= u[:, None], tf.int32), axis=-1)\n"
            "    return tf.gather(sums, at, batch_dims=1)",
            "u not used": DRAW + "    return tf.random.categorical(tf.math.log(p), 1)[:, 0]",
            "not compilable": DRAW
            + "    return np.array([np.searchsorted(np.cumsum(a), b, 'right')\n"
            "        for a, b in zip(np.asarray(p), np.asarray(u))])",
            ("no running sum", "a column"): [
                ("tf.cumsum(p, axis=-1)", "p"),
                ('"int32"), axis=-1)', '"int32"), axis=-1, keepdims=True)'),
            ],
        },
        others={
            "searchsorted": DRAW + "    sums = tf.cumsum(p, axis=-1)\n"
            "    return tf.searchsorted(sums, u[:, None], side='right')[:, 0]",
            "first above": DRAW
            + "    return tf.argmax(tf.cumsum(p, axis=-1) > tf.reshape(u, [-1, 1]), axis=-1)",
            "from the other end": DRAW + "    sums = tf.cumsum(p, axis=-1, reverse=True)\n"
            "    return tf.reduce_sum(tf.cast(sums > u[:, None], tf.int32), axis=-1) - 1",
            "Keras": DRAW + "    sums = ops.cumsum(p, axis=-1)\n"
            "    return ops.sum(ops.cast(sums <= ops.expand_dims(u, 1), 'int32'), axis=-1)",
        },
    ),
    "4.3": Case(
        "write_tune",
        slips={
            "state forgotten": [("step(token, state)", "step(token, None)")],
            "state of the first step": [
                (
                    "logits, state = step(token, state)",
                    "logits, new = step(token, state)\n        state = new if state is None else "
                    "state",
                )
            ],
            "END fed every time": [("step(token, state)", "step(0, state)")],
            "fed twice": [
                (
                    "logits, state = step(token, state)",
                    "logits, state = step(token, state)\n        logits, state = step(token, "
                    "state)",
                )
            ],
            "argmax": [("choose(logits)", "int(np.argmax(logits))")],
            "goes on after END": [("        if token == 0:\n            break\n", "")],
            "END kept": [
                (
                    "        if token == 0:\n            break\n        tokens.append(token)",
                    "        tokens.append(token)\n        if token == 0:\n            break",
                )
            ],
            "END at the front": [
                ("    while len(tokens) <", "    tokens.append(token)\n    while len(tokens) - 1 <")
            ],
            "first character lost": [("return tokens", "return tokens[1:]")],
            "one too many": [("< limit", "<= limit")],
            "one too few": [("< limit", "< limit - 1")],
            "one character": [("while len(tokens) < limit", "for _ in range(1)")],
            "backward": [("tokens.append(token)", "tokens.insert(0, token)")],
            "no limit": [("while len(tokens) < limit", "while True")],
            ("one too many", "backward"): [
                ("< limit", "<= limit"),
                ("tokens.append(token)", "tokens.insert(0, token)"),
            ],
        },
        others={
            "a for loop": "def write_tune(step, choose, limit):\n    tokens = []\n    t, s = 0, "
            "None\n"
            "    for _ in range(limit):\n        out, s = step(t, s)\n        t = choose(out)\n"
            "        if t == 0:\n            return tokens\n        tokens += [t]\n    return "
            "tokens",
            "cut afterwards": "def write_tune(step, choose, limit):\n    tokens, state = [0], "
            "None\n"
            "    while len(tokens) <= limit and (len(tokens) == 1 or tokens[-1] != 0):\n"
            "        logits, state = step(tokens[-1], state)\n        "
            "tokens.append(choose(logits))\n"
            "    return [t for t in tokens[1:] if t != 0]",
            "recursion": "def write_tune(step, choose, limit, token=0, state=None):\n"
            "    if limit == 0:\n        return []\n    logits, state = step(token, state)\n"
            "    token = choose(logits)\n    if token == 0:\n        return []\n"
            "    return [token, *write_tune(step, choose, limit - 1, token, state)]",
            "an array": "def write_tune(step, choose, limit):\n    tokens = np.zeros(limit, int)\n"
            "    token, state, n = 0, None, 0\n    while n < limit:\n"
            "        logits, state = step(token, state)\n        token = choose(logits)\n"
            "        if token == 0:\n            break\n        tokens[n] = token\n        n += 1\n"
            "    return tokens[:n]",
        },
    ),
    "5.1": Case(
        "score_tunes",
        slips={
            "counts": SCORE + "    return (sum(x.ok for x in v), sum(x.bars_ok for x in v),\n"
            "        sum(x.bars > 0 and x.bars == x.bars_ok for x in v))",
            "percent": [
                ("return valid, bars, every", "return 100 * valid, 100 * bars, 100 * every")
            ],
            "errors counted": [("[v.ok for", "[not v.ok for")],
            "mean of the tunes' shares": [
                (
                    "sum(v.bars_ok for v in verdicts) / sum(v.bars for v in verdicts)",
                    "np.mean([x.bars_ok / x.bars if x.bars else 0 for x in verdicts])",
                )
            ],
            "wrong bars": [("bars = sum(", "bars = 1 - sum(")],
            "bars a tune": [("/ sum(v.bars for v in verdicts)", "/ len(tunes)")],
            "bars of valid tunes": [
                (
                    "sum(v.bars_ok for v in verdicts) / sum(v.bars for v in verdicts)",
                    "sum(x.bars_ok for x in verdicts if x) / sum(x.bars for x in verdicts if x)",
                )
            ],
            "no errors for right bars": [
                ("v.bars > 0 and v.bars_ok == v.bars", "v.ok")
            ],
            "an empty tune is right": [("v.bars > 0 and ", "")],
            "one right bar is enough": [
                ("v.bars > 0 and v.bars_ok == v.bars", "v.bars_ok > 0")
            ],
            "share of the valid ones": [
                (
                    "every = np.mean([v.bars > 0 and v.bars_ok == v.bars for v in verdicts])",
                    "every = sum(x.bars > 0 and x.bars == x.bars_ok for x in verdicts) / "
                    "sum(map(bool, verdicts))",
                )
            ],
            ("errors counted", "an empty tune is right"): [
                ("[v.ok for", "[not v.ok for"),
                ("v.bars > 0 and ", ""),
            ],
        },
        others={
            "bool": SCORE + "    n = len(tunes)\n    return (sum(map(bool, v)) / n,\n"
            "        sum(x.bars_ok for x in v) / sum(x.bars for x in v),\n"
            "        sum(0 < x.bars <= x.bars_ok for x in v) / n)",
            "arrays": SCORE
            + "    a = np.array([[len(x.errors) == 0, x.bars, x.bars_ok] for x in v], float)\n"
            "    return np.array([a[:, 0].mean(), a[:, 2].sum() / a[:, 1].sum(),\n"
            "        np.mean((a[:, 1] > 0) & (a[:, 1] == a[:, 2]))]).tolist()",
            "a loop": SCORE
            + "    ok = bars = right = every = 0\n    for x in v:\n        ok += x.ok\n"
            "        bars += x.bars\n        right += x.bars_ok\n"
            "        every += x.bars == x.bars_ok and x.bars != 0\n"
            "    return ok / len(v), right / bars, every / len(v)",
        },
    ),
    "5.2": Case(
        "longest_copy",
        slips={
            "from the start only": COPY + "    import os\n"
            "    return max(len(os.path.commonprefix([tune, t])) for t in training)",
            "first tune only": [("END.join(training)", "training[0]")],
            "last tune only": [("END.join(training)", "training[-1]")],
            "shortest": COPY + "    return min(own(tune, t) for t in training)\n"
            "def own(a, b):\n    return max(n for n in range(len(a) + 1)\n"
            "        if any(a[i:i + n] in b for i in range(len(a) - n + 1)))",
            "summed over tunes": COPY + "    return sum(own(tune, t) for t in training)\n"
            "def own(a, b):\n    return max(n for n in range(len(a) + 1)\n"
            "        if any(a[i:i + n] in b for i in range(len(a) - n + 1)))",
            "across tunes": [("END.join", '"".join')],
            "with gaps": COPY + "    from functools import lru_cache\n    def lcs(a, b):\n"
            "        @lru_cache(None)\n        def f(i, j):\n"
            "            if i == len(a) or j == len(b):\n                return 0\n"
            "            if a[i] == b[j]:\n                return 1 + f(i + 1, j + 1)\n"
            "            return max(f(i + 1, j), f(i, j + 1))\n        return f(0, 0)\n"
            "    return max(lcs(tune, t) for t in training)",
            "same places": COPY
            + "    return max(sum(a == b for a, b in zip(tune, t)) for t in training)",
            "letters in common": COPY
            + "    return max(len(set(tune) & set(t)) for t in training)",
            "similarity": COPY + "    from difflib import SequenceMatcher as S\n"
            "    return max(S(None, tune, t, autojunk=False).ratio() for t in training)",
            "whole tune or nothing": COPY
            + "    return max(len(tune) * (tune in t) for t in training)",
            "share of the tune": [("return longest", "return longest / len(tune)")],
            "spaces dropped": [
                (
                    "text, longest",
                    "tune = ''.join(tune.split())\n    training = [''.join(t.split()) for t in "
                    "training]\n    text, longest",
                )
            ],
            "one too many": [("return longest", "return longest + 1")],
            "one too few": [("return longest", "return longest - 1")],
            ("across tunes", "share of the tune"): [
                ("END.join", '"".join'),
                ("return longest", "return longest / len(tune)"),
            ],
        },
        others={
            "every length": COPY
            + "    return max(n for n in range(len(tune) + 1) for t in training\n"
            "        if any(tune[i:i + n] in t for i in range(len(tune) - n + 1)))",
            "difflib": COPY + "    from difflib import SequenceMatcher as S\n"
            "    return max(S(None, tune, t, autojunk=False).find_longest_match(\n"
            "        0, len(tune), 0, len(t)).size for t in training)",
            "a table": COPY
            + "    best = 0\n    for t in training:\n        row = [0] * (len(t) + 1)\n"
            "        for a in tune:\n            new = [0] * (len(t) + 1)\n"
            "            for j, b in enumerate(t):\n                if a == b:\n"
            "                    new[j + 1] = row[j] + 1\n            best = max(best, *new)\n"
            "            row = new\n    return best",
        },
    ),
}
LAB = LabCases(
    "lab2_music_generation",
    check,
    CASES,
    setup="import numpy as np\nimport keras\nimport tensorflow as tf\nfrom keras import ops\n"
    "from seqbook import Todo, music\nfrom seqbook.music.recipe import END\n",
)
MODELS = {
    f"{module.__name__.rpartition('.')[2]} {name}": model
    for module in (data, batches, learning, writing, judging)
    for name, model in vars(module).items()
    if isinstance(model, FaultModel)
}
TODOS = pytest.mark.parametrize("todo", CASES)


@TODOS
def test_the_solution_passes(todo):
    LAB.assert_right(todo)


@pytest.mark.parametrize("todo, name", LAB.slips())
def test_each_slip_is_named(todo, name):
    LAB.assert_slip(todo, name)


@pytest.mark.parametrize("todo, name", LAB.others())
def test_other_right_answers_pass(todo, name):
    LAB.assert_other(todo, name)


@TODOS
def test_there_are_six_slips_with_a_hint_each_and_three_other_answers(todo):
    LAB.assert_hints_differ(todo)
    assert len(CASES[todo].others) >= 3


@TODOS
def test_the_blank_cell_is_still_to_do(todo):
    LAB.assert_blank(todo)


@TODOS
def test_a_crash_is_one_line(todo):
    LAB.assert_crash(todo)


@TODOS
def test_guesses_fail(todo):
    LAB.assert_guesses_fail(todo)


@pytest.mark.parametrize("name", MODELS)
def test_slips_are_told_apart(name):
    assert not confusions(MODELS[name], 1)


@pytest.mark.parametrize("name", [n for n in MODELS if n != "data DECODE"])
def test_numbers_of_the_right_shape_do_not_pass(name):
    for guess in shaped_guesses(MODELS[name]):
        assert MODELS[name].judge(guess) is not None


SHORT = [
    ("tunes = music.load_tunes(slurs=False)",
     "tunes = music.load_tunes(slurs=False)\nmusic.play = music.render = lambda tune: None"),
    ("# TODO 1.1", "tunes = tunes[:60]\n# TODO 1.1"),
    ("training.Settings(seed=0",
     "training.Settings(seed=0, steps=4, batch=4, window=16, carry=2, units=16, embedding=8"),
    ('folder="checkpoints"', "folder=None"),
    ("limit=600", "limit=60"), ("limit=300", "limit=30"),
    ("writer(200,", "writer(4, max_chars=60,"),
    ("seed=2, max_chars=600", "seed=2, max_chars=40"),
    ("[0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4]", "[1.]"),
    ("render=True", "render=False"),
]  # fmt: skip


@pytest.mark.parametrize("turn", range(max(len(case.others) for case in CASES.values())))
def test_accepted_answers_carry_the_lab_to_its_end(turn, monkeypatch, tmp_path):
    """In each turn another right answer stands in every TODO; training is shortened."""
    import matplotlib

    matplotlib.use("agg")
    monkeypatch.setattr(check.LAB, "seconds", 120)  # a busy machine is no endless loop
    monkeypatch.chdir(tmp_path)
    from seqbook import music

    for name in ("play", "render"):  # engraving has tests of its own
        monkeypatch.setattr(music, name, getattr(music, name))
    space = {"__name__": "__main__"}
    execute(LAB.setup, space)
    book = nbformat.read(ROOT / "solutions" / "lab2_music_generation.ipynb", 4)
    for cell in book.cells:
        source = cell.source
        if cell.cell_type != "code" or "%pip" in source or "remove-cell" in cell.metadata.get(
            "tags", []
        ):
            continue
        todo = TODO.search(source)
        if todo:
            others = list(CASES[todo[1]].others.values())
            source = f"# TODO {todo[1]}\n" + mutate(source, others[turn % len(others)])
        for long, short in SHORT:
            source = source.replace(long, short)
        execute(source, space)
        if "written = writer(" in source:  # what four steps of training write is no music
            space["written"] = [*space["tunes"][:3], "M:4/4\nK:G\nGAB|"]
    assert len(check.progress()) == len(CASES)


def test_a_right_sampler_never_fails_whatever_it_is_seeded_with():
    """The batch maker is random: 2,000 windows from 35 places leave none out by chance."""
    chance = batches.PLACES * (1 - 1 / batches.PLACES) ** (batches.CALLS * batches.SIZE)
    assert chance < 1e-6
    assert np.isclose(writing.SHARES.sum(), 1)


# Hints that say no more than was seen ------------------------------------------------------------


def said_of(todo: str, source: str) -> check.Result:
    """What the check says of an answer."""
    return LAB.check(todo)(*LAB.build(todo, source))


def test_a_name_of_the_notebook_is_told_only_with_an_argument_that_is_never_read():
    begin = "def build_vocabulary(tunes):\n    "
    vocabulary = "vocabulary = ['$']\n"
    other = vocabulary + begin + "return vocabulary"
    result = said_of("1.2", other)
    assert result.faults == ("notebook's name",) and "argument `tunes`" in result.message
    both = vocabulary + begin + "return vocabulary + sorted(set(''.join(tunes)))[:-1]"
    assert "notebook's name" not in said_of("1.2", both).faults


@pytest.mark.parametrize(
    "body, said",
    [
        ("return keras.losses.sparse_categorical_crossentropy(logits, targets)", "targets first"),
        ("return keras.losses.categorical_crossentropy(targets, logits)", "*sparse*"),
        ("return tf.reduce_mean(tf.matmul(logits, tf.one_hot(targets, 3)))", None),
    ],
)
def test_advice_on_the_loss_is_borne_out_by_the_source(body, said):
    message = said_of("3.2", LOSS + "    " + body).message
    assert "stopped with" in message
    assert said in message if said else "sparse" not in message and "first" not in message


def test_a_loop_that_ends_late_is_not_said_to_run_for_ever():
    late = (
        "def write_tune(step, choose, limit):\n    ids, token, state = [], 0, None\n"
        "    for i in range({}):\n        logits, state = step(token, state)\n"
        "        token = choose(logits)\n        if token == 0:\n            break\n"
        "        ids.append(token)\n    return ids"
    )
    ends = said_of("4.3", late.format("60 * limit"))
    assert ends.faults == ("many steps",) and "720 steps" in ends.message
    runs_on = said_of("4.3", late.format("10**9"))
    assert runs_on.faults == ("no limit",) and "5,000" in runs_on.message


@pytest.mark.parametrize(
    "draw, slip",
    [
        ("(rng.random(size) ** 3 * n).astype(int)", "early starts"),
        ("n - 1 - (rng.random(size) ** 3 * n).astype(int)", "late starts"),
        ("(rng.random(size) ** 2 * (n - 1)).astype(int)", "early starts"),
        ("rng.integers(0, n - 1, size)", "last start missing"),
    ],
)
def test_skewed_starts_are_told_from_a_missing_last_one(draw, slip):
    source = BATCH + f"    n = len(ids) - length\n    starts = {draw}\n" + (
        "    x = np.stack([ids[s : s + length] for s in starts])\n"
        "    return x, np.stack([ids[s + 1 : s + 1 + length] for s in starts])"
    )  # fmt: skip
    assert said_of("2.2", source).faults == (slip,)


def test_what_is_no_tune_of_the_list_is_shown():
    source = SPLIT + "    n = round(share * len(tunes))\n    s = [t.upper() for t in tunes]\n"
    result = said_of("1.1", source + "    return s[n:], s[:n]")
    assert result.faults == ("not the tunes",) and "ABCDEFGA" not in result.message
    assert "not in the list" in result.message and "`'M:4/4" in result.message


def test_a_wrong_longest_copy_is_shown_by_a_short_call_that_can_be_run():
    source = COPY + "    return 2 * len(set(tune)) + 7"
    message = said_of("5.2", source).message
    call, right, got = re.match(r"`(.*)` should be (\d+); yours is (\d+)\.", message).groups()
    space: dict = {}
    execute(source, space)
    assert eval(call, space) == int(got) != int(right) and len(call) < 60
    assert eval(call, {"longest_copy": lambda t, a: max(judging.longest(t, o) for o in a)}) == int(
        right
    )
