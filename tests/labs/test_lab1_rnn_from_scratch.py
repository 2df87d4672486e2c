"""The checks of Lab 1: each slip is named, other right answers pass, nothing else does."""

from __future__ import annotations

import random

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf
from checker_cases import ROOT, Case, LabCases, confusions, execute, mutate, shaped_guesses
from seqbook.labs import lab1_rnn_from_scratch as check
from seqbook.labs.lab1_rnn_from_scratch import (
    part1,
    part2_layer,
    part2_state,
    part3_back,
    part3_loss,
    part4,
)

NOTEBOOK = "lab1_rnn_from_scratch"
HELPERS = ("def log_softmax(", "def gradients(")  # cells that give functions to the answers


def given() -> str:
    """The code of the notebook's cells that hold what answers may use."""
    book = nbformat.read(ROOT / "solutions" / f"{NOTEBOOK}.ipynb", 4)
    cells = [c.source for c in book.cells if c.source.startswith(HELPERS)]
    assert len(cells) == len(HELPERS)
    return "\n\n".join(cells) + "\n"


LOOP = "for t in range(xs.shape[1]):"
STEP = "rnn_step(xs[:, t], h, W_xh, W_hh, b)"
CELL = "tf.tanh(xs[:, t] @ self.W_xh + h @ self.W_hh + self.b)"
START = "h = tf.zeros((tf.shape(xs)[0], self.units))"
UNROLL = """
def unroll(xs, W_xh, W_hh, b):
{}
"""
LOSS = "-np.sum(right * log_p) / len(logits)"
CARRY = "dh = dh + dstates[:, t]"

CASES = {
    "1.1": Case(
        "perceptron",
        slips={
            "no bias": [(" + b", "")],
            "bias per input": [("np.sum(w * x) + b", "np.sum(w * x + b)")],
            "bias subtracted": [(" + b", " - b")],
            "bias multiplied": [(" + b", " * b")],
            "not summed": [("np.sum(w * x)", "w * x")],
            "mean": [("np.sum", "np.mean")],
            "last input only": "def perceptron(x, w, b):\n"
            "    for i in range(len(x)):\n"
            "        z = w[i] * x[i]\n"
            "    return 1 / (1 + np.exp(-(z + b)))\n",
            "inputs added": [("w * x", "w + x")],
            "no sigmoid": [("1 / (1 + np.exp(-z))", "z")],
            "tanh": [("1 / (1 + np.exp(-z))", "np.tanh(z)")],
            "step": [("1 / (1 + np.exp(-z))", "1 if z > 0 else 0")],
            "exp(z)": [("np.exp(-z)", "np.exp(z)")],
            ("no bias", "tanh"): [(" + b", ""), ("1 / (1 + np.exp(-z))", "np.tanh(z)")],
            ("bias multiplied", "step"): [
                (" + b", " * b"), ("1 / (1 + np.exp(-z))", "float(z > 0)")
            ],
        },
        others={
            "dot product": [("np.sum(w * x)", "np.dot(w, x)")],
            "matrix product": [("np.sum(w * x)", "x @ w")],
            "a loop": "def perceptron(x, w, b):\n"
            "    z = b\n"
            "    for i in range(len(x)):\n"
            "        z += w[i] * x[i]\n"
            "    return 1 / (1 + np.exp(-z))\n",
            "exp(z) on both sides": [("1 / (1 + np.exp(-z))", "np.exp(z) / (1 + np.exp(z))")],
            "TensorFlow": "def perceptron(x, w, b):\n"
            "    return tf.sigmoid(tf.reduce_sum(x * w) + b)\n",
            "keras.ops": "def perceptron(x, w, b):\n"
            "    return ops.sigmoid(ops.dot(x, w) + b)\n",
        },
    ),
    "1.2": Case(
        "dense",
        slips={
            "W elementwise": [("X @ W", "X * W")],
            "W transposed": [("X @ W", "X @ W.T")],
            "W first": [("X @ W", "W @ X")],
            "no bias": [(" + b", "")],
            "bias twice": [(" + b", " + b + b")],
            "bias subtracted": [(" + b", " - b")],
            "bias on the weights": [("X @ W + b", "X @ (W + b)")],
            "bias per example": [(" + b", " + b[:, None]")],
            "sigmoid": [("X @ W + b", "1 / (1 + np.exp(-(X @ W + b)))")],
            "tanh": [("X @ W + b", "np.tanh(X @ W + b)")],
            "first example": [("X @ W", "np.stack([X[0] for _ in X]) @ W")],
            "mean": [("X @ W", "X @ W / X.shape[1]")],
            ("W elementwise", "no bias"): [("X @ W + b", "tf.multiply(X, W)")],
            ("W transposed", "tanh"): [("X @ W + b", "np.tanh(np.dot(X, W.T) + b)")],
        },
        others={
            "einsum": [("X @ W", "np.einsum('bi,iu->bu', X, W)")],
            "TensorFlow": [("X @ W + b", "tf.matmul(X, W) + b")],
            "transposed twice": [("X @ W", "(W.T @ X.T).T")],
            "two loops": "def dense(X, W, b):\n"
            "    out = np.zeros((len(X), W.shape[1]))\n"
            "    for n in range(len(X)):\n"
            "        for u in range(W.shape[1]):\n"
            "            out[n, u] = sum(X[n, i] * W[i, u] for i in range(len(W))) + b[u]\n"
            "    return out\n",
            "a list of rows": [("X @ W + b", "[x @ W + b for x in X]")],
            "bias in the matrix": "def dense(X, W, b):\n"
            "    return np.c_[X, np.ones(len(X))] @ np.r_[W, b[None]]\n",
        },
    ),
    "1.3": Case(
        "echo_targets",
        slips={
            "wraps around": "def echo_targets(symbols, lag):\n"
            "    return np.roll(symbols, lag, axis=1)\n",
            "rows run together": "def echo_targets(symbols, lag):\n"
            "    return np.roll(symbols, lag)\n",
            "same as the input": "def echo_targets(symbols, lag):\n    return symbols\n",
            "future": [("[:, lag:] = symbols[:, :-lag]", "[:, :-lag] = symbols[:, lag:]")],
            "future, wraps around": "def echo_targets(symbols, lag):\n"
            "    return np.roll(symbols, -lag, axis=1)\n",
            "one step too many": [("targets[:, lag:]", "lag = lag + 1; targets[:, lag:]")],
            "one step too few": "def echo_targets(symbols, lag):\n"
            "    zeros = np.zeros((len(symbols), lag - 1), int)\n"
            "    return np.hstack([zeros, symbols])[:, :symbols.shape[1]]\n",
            "lag ignored": [("lag:]", "1:]"), (":-lag", ":-1")],
            "first repeated": "def echo_targets(symbols, lag):\n"
            "    return np.pad(symbols, [(0, 0), (lag, 0)], mode='edge')[:, :-lag]\n",
            "start not zero": [("np.zeros_like(symbols)", "symbols.copy()")],
            "shifts examples": "def echo_targets(symbols, lag):\n"
            "    targets = np.zeros_like(symbols)\n"
            "    for i in range(lag, len(symbols)):\n"
            "        targets[i] = symbols[i - lag]\n"
            "    return targets\n",
            "not shifted": [("symbols[:, :-lag]", "symbols[:, lag:]")],
            "too short": [("return targets", "return targets[:, lag:]")],
            "all zeros": [("targets[:, lag:] = symbols[:, :-lag]", "pass")],
            ("future", "one step too many"): [
                ("targets[:, lag:] = symbols[:, :-lag]",
                 "lag += 1; targets[:, :-lag] = symbols[:, lag:]")
            ],
        },
        others={
            "concatenate": "def echo_targets(symbols, lag):\n"
            "    zeros = np.zeros((len(symbols), lag), dtype=symbols.dtype)\n"
            "    return np.concatenate([zeros, symbols[:, :-lag]], axis=1)\n",
            "roll, then zeros": "def echo_targets(symbols, lag):\n"
            "    targets = np.roll(symbols, lag, axis=1)\n"
            "    targets[:, :lag] = 0\n"
            "    return targets\n",
            "two loops": "def echo_targets(symbols, lag):\n"
            "    return [[row[t - lag] if t >= lag else 0 for t in range(len(row))]\n"
            "            for row in symbols]\n",
            "TensorFlow": "def echo_targets(symbols, lag):\n"
            "    return tf.pad(symbols[:, :-lag], [[0, 0], [lag, 0]])\n",
            "in floats": [("np.zeros_like(symbols)", "np.zeros(symbols.shape)")],
        },
    ),
    "2.1": Case(
        "rnn_step",
        slips={
            "W_xh elementwise": [("x @ W_xh", "x * W_xh")],
            "W_hh elementwise": [("h @ W_hh", "h * W_hh")],
            "W_xh transposed": [("x @ W_xh", "x @ W_xh.T")],
            "W_hh transposed": [("h @ W_hh", "h @ W_hh.T")],
            "columns": [("x @ W_xh + h @ W_hh", "W_xh.T @ x + W_hh.T @ h")],
            "W_xh for the state": [("h @ W_hh", "h @ W_xh")],
            "no tanh": [("np.tanh", "")],
            "sigmoid for tanh": [("np.tanh", "tf.sigmoid")],
            "relu for tanh": [("np.tanh", "tf.nn.relu")],
            "tanh twice": [("np.tanh(", "np.tanh(np.tanh("), ("+ b)", "+ b))")],
            "tanh of each part": [
                ("x @ W_xh + h @ W_hh + b", "x @ W_xh) + np.tanh(h @ W_hh) + np.tanh(b")
            ],
            "input ignored": [("x @ W_xh + ", "")],
            "state ignored": [("h @ W_hh + ", "")],
            "no bias": [(" + b", "")],
            "bias outside tanh": [(" + b)", ") + b")],
            "bias twice": [("x @ W_xh", "x @ W_xh + b")],
            "old state added": [("return ", "return h + ")],
            ("W_xh elementwise", "W_hh elementwise"): [("x @", "x *"), ("h @", "h *")],
            ("W_xh elementwise", "W_hh elementwise", "no bias"): [
                ("x @", "x *"), ("h @", "h *"), (" + b", "")
            ],
            ("no tanh", "no bias"): [("np.tanh", ""), (" + b", "")],
        },
        others={
            "transposed twice": [("h @ W_hh", "(W_hh.T @ h.T).T")],
            "einsum": [("x @ W_xh", "np.einsum('bi,iu->bu', x, W_xh)")],
            "TensorFlow": [
                ("np.tanh(x @ W_xh + h @ W_hh + b)",
                 "tf.tanh(tf.matmul(x, W_xh) + tf.matmul(h, W_hh) + b)")
            ],
            "keras.ops": [("np.tanh", "ops.tanh"), ("x @ W_xh", "ops.matmul(x, W_xh)")],
            "one product": [
                ("x @ W_xh + h @ W_hh",
                 "np.concatenate([x, h], axis=1) @ np.concatenate([W_xh, W_hh])")
            ],
            "example by example": "def rnn_step(x, h, W_xh, W_hh, b):\n"
            "    rows = [np.tanh(W_xh.T @ x[n] + W_hh.T @ h[n] + b) for n in range(len(x))]\n"
            "    return np.array(rows)\n",
            "the earlier layer": [("x @ W_xh + h @ W_hh + b", "dense(x, W_xh, b) + h @ W_hh")],
        },
    ),
    "2.2": Case(
        "unroll",
        slips={
            "state leaks": "carried = {}\n" + UNROLL.format(
                "    h = carried.get('h', np.zeros((len(xs), len(W_hh))))[:1]\n"
                "    h = np.repeat(h, len(xs), axis=0) if 'h' not in carried else carried['h']\n"
                "    states = []\n"
                "    for t in range(xs.shape[1]):\n"
                "        h = carried['h'] = rnn_step(xs[:, t], h, W_xh, W_hh, b)\n"
                "        states.append(h)\n"
                "    return np.stack(states, axis=1)"
            ),
            "state not updated": [("h = " + STEP, "new = " + STEP), ("append(h)", "append(new)")],
            "starts from ones": [("np.zeros(", "np.ones(")],
            "starts from the bias": [
                ("np.zeros((len(xs), len(W_hh)), dtype=\"float32\")",
                 "np.tile(b, (len(xs), 1))")
            ],
            "stored too early": [
                ("h = " + STEP + "\n        states.append(h)",
                 "states.append(h)\n        h = " + STEP)
            ],
            "initial state kept": [("states = []", "states = [h]")],
            "only the last state": [("np.stack(states, axis=1)", "h")],
            "first step only": [("    return np.stack", "        return np.stack")],
            "last step missing": [("xs.shape[1])", "xs.shape[1] - 1)")],
            "first step missing": [("range(xs", "range(1, xs")],
            "time first": [(", axis=1)", ")")],
            "time last": [("axis=1", "axis=-1")],
            "backward": [("range(xs.shape[1])", "reversed(range(xs.shape[1]))")],
            "returned backward": [("(states,", "(states[::-1],")],
            "over the batch": [("range(xs.shape[1])", "range(len(xs))"), ("xs[:, t]", "xs[t]")],
            "sequence by sequence": UNROLL.format(
                "    h = np.zeros(len(W_hh))\n"
                "    states = []\n"
                "    for x in xs:\n"
                "        h = rnn_step(x, h, W_xh, W_hh, b)\n"
                "        states.append(h)\n"
                "    return np.stack(states)"
            ),
            "same input": [("xs[:, t]", "xs[:, 0]")],
            "states added up": [
                ("np.stack(states, axis=1)", "np.cumsum(states, 0).swapaxes(0, 1)")
            ],
            ("starts from ones", "time first"): [("np.zeros(", "np.ones("), (", axis=1)", ")")],
            ("state not updated", "only the last state"): [
                ("h = " + STEP, "new = " + STEP), ("np.stack(states, axis=1)", "new")
            ],
        },
        others={
            "a plain formula": [(STEP, "np.tanh(xs[:, t] @ W_xh + h @ W_hh + b)")],
            "over time-first data": [
                (LOOP, "for x in np.swapaxes(xs, 0, 1):"), ("xs[:, t]", "x")
            ],
            "an array filled in": UNROLL.format(
                "    batch, T, _ = xs.shape\n"
                "    states = np.zeros((batch, T + 1, len(b)))\n"
                "    for t in range(T):\n"
                "        states[:, t + 1] = rnn_step(xs[:, t], states[:, t], W_xh, W_hh, b)\n"
                "    return states[:, 1:]"
            ),
            "TensorFlow": UNROLL.format(
                "    h = tf.zeros((xs.shape[0], W_hh.shape[0]))\n"
                "    states = []\n"
                "    for x in tf.unstack(xs, axis=1):\n"
                "        h = tf.tanh(x @ W_xh + h @ W_hh + b)\n"
                "        states.append(h)\n"
                "    return tf.stack(states, axis=1)"
            ),
            "sequence by sequence": UNROLL.format(
                "    def one(x):\n"
                "        h, out = np.zeros((1, len(b))), []\n"
                "        for row in x:\n"
                "            h = rnn_step(row[None], h, W_xh, W_hh, b)\n"
                "            out.append(h[0])\n"
                "        return out\n"
                "    return np.array([one(x) for x in xs])"
            ),
            "recursion": UNROLL.format(
                "    if xs.shape[1] == 0:\n"
                "        return np.zeros((len(xs), 0, len(b)))\n"
                "    before = unroll(xs[:, :-1], W_xh, W_hh, b)\n"
                "    h = before[:, -1] if before.shape[1] else np.zeros((len(xs), len(b)))\n"
                "    new = rnn_step(xs[:, -1], h, W_xh, W_hh, b)\n"
                "    return np.concatenate([before, new[:, None]], axis=1)"
            ),
        },
    ),
    "2.3": Case(
        "MyRNN",
        check="my_rnn",
        slips={
            "state leaks": [
                (START, "h = getattr(self, 'h', tf.zeros((xs.shape[0], self.units)))[:1]\n"
                 "        h = self.h if hasattr(self, 'h') else tf.repeat(h, xs.shape[0], 0)"),
                ("return tf", "self.h = h\n        return tf"),
            ],
            "state not updated": [("h = " + CELL, "new = " + CELL), ("append(h)", "append(new)")],
            "stored too early": [
                ("h = " + CELL + "\n            states.append(h)",
                 "states.append(h)\n            h = " + CELL)
            ],
            "only the last state": [("tf.stack(states, axis=1)", "h")],
            "time first": [(", axis=1)", ")")],
            "backward": [("range(xs.shape[1])", "reversed(range(xs.shape[1]))")],
            "sequence by sequence": [("xs[:, t]", "xs[t]")],
            "W_xh elementwise": [("@ self.W_xh", "* self.W_xh")],
            "W_hh elementwise": [("@ self.W_hh", "* self.W_hh")],
            "W_xh transposed": [("@ self.W_xh", "@ tf.transpose(self.W_xh)")],
            "W_hh transposed": [("@ self.W_hh", "@ tf.transpose(self.W_hh)")],
            "no tanh": [("tf.tanh", "")],
            "sigmoid for tanh": [("tf.tanh", "tf.sigmoid")],
            "relu for tanh": [("tf.tanh", "tf.nn.relu")],
            "input ignored": [("xs[:, t] @ self.W_xh + ", "")],
            "no bias": [(" + self.b)", ")")],
            "bias twice": [("+ self.b)", "+ self.b + self.b)")],
            "weight missing": [('self.b = self.add_weight(shape=(units,), initializer="zeros", '
                                'name="b")', "pass"), (" + self.b)", ")")],
            "wrong shape": [("shape=(inputs, units)", "shape=(units, inputs)")],
            "not a weight": [('self.b = self.add_weight(shape=(units,), initializer="zeros", '
                              'name="b")', "self.b = tf.zeros((units,))")],
            "weights frozen": [('initializer="orthogonal"',
                                'initializer="orthogonal", trainable=False')],
            "too many weights": [
                ('name="b")', 'name="b")\n        self.c = self.add_weight(shape=(units,))')
            ],
            "zero start": [('"glorot_uniform"', '"zeros"'), ('"orthogonal"', '"zeros"')],
            ("W_xh elementwise", "W_hh elementwise"): [
                ("@ self.W_xh", "* self.W_xh"), ("@ self.W_hh", "* self.W_hh")
            ],
        },
        others={
            "bias before the kernel": """
class MyRNN(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.b = self.add_weight(shape=(self.units,), initializer="zeros")
        self.W_hh = self.add_weight(shape=(self.units, self.units), initializer="orthogonal")
        self.W_xh = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, xs):
        h, states = tf.zeros((tf.shape(xs)[0], self.units)), []
        for x in tf.unstack(xs, axis=1):
            h = tf.tanh(tf.matmul(x, self.W_xh) + tf.matmul(h, self.W_hh) + self.b)
            states.append(h)
        return tf.stack(states, 1)
""",
            "keras.ops": [
                ("tf.zeros((tf.shape(xs)[0], self.units))",
                 "ops.zeros((ops.shape(xs)[0], self.units))"),
                ("tf.tanh", "ops.tanh"), ("tf.stack", "ops.stack"),
            ],
            "one product over all inputs first": [
                ("states = []", "states, parts = [], xs @ self.W_xh + self.b"),
                (CELL, "tf.tanh(parts[:, t] + h @ self.W_hh)"),
            ],
            "other initializers": [('"glorot_uniform"', '"random_normal"'),
                                   ('"orthogonal"', '"identity"')],
            "tf.scan": """
class MyRNN(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        new = self.add_weight
        self.W_hh = new(shape=(self.units, self.units), initializer="orthogonal")
        self.W_xh = new(shape=(input_shape[-1], self.units), initializer="he_normal")
        self.b = new(shape=(self.units,), initializer="ones")

    def call(self, xs):
        def step(h, x):
            return tf.tanh(x @ self.W_xh + h @ self.W_hh + self.b)

        start = tf.zeros((tf.shape(xs)[0], self.units))
        states = tf.scan(step, tf.transpose(xs, [1, 0, 2]), initializer=start)
        return tf.transpose(states, [1, 0, 2])
""",
        },
    ),
    "2.4": Case(
        ("copy_weights", "MyRNN"),
        check="copy_weights",
        slips={
            "nothing copied": [("theirs.set_weights([mine.W_xh, mine.W_hh, mine.b])", "pass")],
            "wrong direction": [
                ("theirs.set_weights([mine.W_xh, mine.W_hh, mine.b])",
                 "mine.set_weights(theirs.get_weights())")
            ],
            "W_xh transposed": [("mine.W_xh", "tf.transpose(mine.W_xh)")],
            "W_hh transposed": [("mine.W_hh", "tf.transpose(mine.W_hh)")],
            "exchanged": [("mine.W_xh, mine.W_hh", "mine.W_hh, mine.W_xh")],
            "kernel not copied": [("mine.W_xh", "theirs.get_weights()[0]")],
            "recurrent kernel not copied": [("mine.W_hh", "theirs.get_weights()[1]")],
            "bias not copied": [("mine.b", "theirs.get_weights()[2]")],
            "bias set to zero": [("mine.b", "np.zeros(mine.b.shape)")],
        },
        others={
            "get_weights, in its own order": [
                ("[mine.W_xh, mine.W_hh, mine.b]", "mine.get_weights()")
            ],
            "one by one": "def copy_weights(mine, theirs):\n"
            "    theirs.cell.kernel.assign(mine.W_xh)\n"
            "    theirs.cell.recurrent_kernel.assign(mine.W_hh)\n"
            "    theirs.cell.bias.assign(mine.b)\n",
            "as arrays": [("[mine.W_xh, mine.W_hh, mine.b]",
                           "[w.numpy() for w in (mine.W_xh, mine.W_hh, mine.b)]")],
            "in a loop": "def copy_weights(mine, theirs):\n"
            "    ours = (mine.W_xh, mine.W_hh, mine.b)\n"
            "    for to, value in zip(theirs.trainable_weights, ours):\n"
            "        to.assign(value)\n",
        },
    ),
    "3.1": Case(
        "sequence_loss",
        slips={
            "mean over time": [("len(logits)", "targets.size")],
            "sum over the batch": [(" / len(logits)", "")],
            "mean of everything": [(LOSS, "-np.mean(right * log_p)")],
            "last step only": [("right * log_p", "(right * log_p)[:, -1]")],
            "log twice": [("right * log_p", "right * np.log(log_p)")],
            "nothing summed": [(LOSS, "-np.sum(right * log_p, axis=2)")],
            "sign": [("-np.sum", "np.sum")],
            "no log": [("right * log_p", "right * np.exp(log_p)")],
            "no softmax": [("right * log_p", "right * logits")],
            "log2": [(LOSS, LOSS + " / np.log(2)")],
            "all symbols": [("right * log_p", "log_p")],
            "targets one step late": [("right * log_p", "right[:, :-1] * log_p[:, 1:]")],
            "targets one step early": [("right * log_p", "right[:, 1:] * log_p[:, :-1]")],
            "logits as probabilities": [
                (LOSS, "np.sum(keras.losses.sparse_categorical_crossentropy(targets, logits))"
                 " / len(logits)")
            ],
            "softmax twice": [("log_softmax(logits)", "log_softmax(np.exp(log_softmax(logits)))")],
            "softmax over time": [
                ("log_softmax(logits)", "log_softmax(logits.swapaxes(1, 2)).swapaxes(1, 2)")
            ],
            "batch not averaged away": [(LOSS, "-np.sum(right * log_p, axis=(1, 2))")],
            "time not summed": [(LOSS, "-np.mean(np.sum(right * log_p, axis=2), axis=0)")],
            ("mean over time", "sign"): [("-np.sum", "np.sum"), ("len(logits)", "targets.size")],
        },
        others={
            "pick by index": [
                (LOSS, "-np.take_along_axis(log_p, targets[..., None], -1).sum() / len(logits)")
            ],
            "Keras": [
                (LOSS, "tf.reduce_mean(tf.reduce_sum(keras.losses.sparse_categorical_crossentropy("
                 "targets, logits, from_logits=True), axis=1))")
            ],
            "three loops": "def sequence_loss(logits, targets):\n"
            "    total = 0.0\n"
            "    for z, y in zip(logits, targets):\n"
            "        for t in range(len(y)):\n"
            "            p = np.exp(z[t]) / sum(np.exp(v) for v in z[t])\n"
            "            total -= np.log(p[y[t]])\n"
            "    return total / len(logits)\n",
            "mean of sums": [(LOSS, "np.mean(np.sum(-np.sum(right * log_p, 2), 1))")],
            "TensorFlow": "def sequence_loss(logits, targets):\n"
            "    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)\n"
            "    return tf.reduce_sum(losses) / len(logits)\n",
        },
    ),
    "3.2": Case(
        "logits_gradient",
        slips={
            "not divided by the batch": [(" / len(logits)", "")],
            "divided by the steps": [("len(logits)", "targets.size")],
            "sign": [("(p - one_hot(targets, logits.shape[-1]))",
                      "(one_hot(targets, logits.shape[-1]) - p)")],
            "no one-hot": [("(p - one_hot(targets, logits.shape[-1]))", "p")],
            "only the right symbol": [
                ("(p - one_hot(targets, logits.shape[-1]))",
                 "(p - 1) * one_hot(targets, logits.shape[-1])")
            ],
            "no softmax": [("np.exp(log_softmax(logits))", "logits")],
            "targets not one-hot": [("one_hot(targets, logits.shape[-1])", "targets")],
            "brackets": [("(p - one_hot(targets, logits.shape[-1]))",
                          "p - one_hot(targets, logits.shape[-1])")],
            "log probabilities": [("np.exp(log_softmax(logits))", "log_softmax(logits)")],
            "last step only": [
                ("return ", "every = np.arange(logits.shape[1])[:, None]\n"
                 "    return (every == logits.shape[1] - 1) * ")
            ],
            "targets one step late": [("(targets,", "(np.roll(targets, 1, axis=1),")],
            "softmax over time": [
                ("np.exp(log_softmax(logits))",
                 "np.exp(log_softmax(logits.swapaxes(1, 2))).swapaxes(1, 2)")
            ],
            ("not divided by the batch", "sign"): [
                ("(p - one_hot(targets, logits.shape[-1])) / len(logits)",
                 "one_hot(targets, logits.shape[-1]) - p")
            ],
        },
        others={
            "subtract 1 in place": "def logits_gradient(logits, targets):\n"
            "    p = np.exp(log_softmax(logits))\n"
            "    for n in range(len(targets)):\n"
            "        for t in range(targets.shape[1]):\n"
            "            p[n, t, targets[n, t]] -= 1\n"
            "    return p / len(targets)\n",
            "TensorFlow": "def logits_gradient(logits, targets):\n"
            "    y = tf.one_hot(targets, logits.shape[-1])\n"
            "    return (tf.nn.softmax(logits) - y) / len(logits)\n",
            "the tape": "def logits_gradient(logits, targets):\n"
            "    z = tf.constant(logits)\n"
            "    with tf.GradientTape() as tape:\n"
            "        tape.watch(z)\n"
            "        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, z)\n"
            "        loss = tf.reduce_sum(losses) / len(logits)\n"
            "    return tape.gradient(loss, z)\n",
            "own softmax": [
                ("np.exp(log_softmax(logits))",
                 "np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)")
            ],
        },
    ),
    "3.3": Case(
        "step_back",
        slips={
            "no slope of tanh": [("dh * (1 - h**2)", "dh")],
            "slope from the old state": [("h**2", "h_before**2")],
            "slope not squared": [("h**2", "h")],
            "tanh again": [("h**2", "np.tanh(h)**2")],
            "slope as a matrix product": [("dh * (", "dh @ (")],
            "slope of the sigmoid": [("(1 - h**2)", "h * (1 - h)")],
            "slope upside down": [("dh * ", "dh / ")],
            "W_hh not transposed": [("W_hh.T", "W_hh")],
            "dh_before elementwise": [("dz @ W_hh.T", "dz * W_hh")],
            "dh_before the wrong way round": [("dz @ W_hh.T", "W_hh.T @ dz")],
            "dh_before skips tanh": [("dz @ W_hh.T", "dh @ W_hh.T")],
            "dW_hh from the new state": [("h_before.T @", "h.T @")],
            "dW_xh skips tanh": [("x.T @ dz", "x.T @ dh")],
            "dW_hh skips tanh": [("h_before.T @ dz", "h_before.T @ dh")],
            "db skips tanh": [("dz.sum", "dh.sum")],
            "x not transposed": [("x.T @ dz", "x @ dz")],
            "h_before not transposed": [("h_before.T @ dz", "h_before @ dz")],
            "dW_xh transposed": [("x.T @ dz", "dz.T @ x")],
            "dW_hh transposed": [("h_before.T @ dz", "dz.T @ h_before")],
            "db not summed": [("dz.sum(axis=0)", "dz")],
            "db summed over units": [("dz.sum(axis=0)", "dz.sum(axis=1)")],
            "db one number": [("dz.sum(axis=0)", "dz.sum()")],
            "db averaged": [("dz.sum", "dz.mean")],
            "weights averaged": [("x.T @ dz", "x.T @ dz / len(x)"),
                                 ("h_before.T @ dz", "h_before.T @ dz / len(x)")],
            ("slope not squared", "W_hh not transposed"): [("h**2", "h"), ("W_hh.T", "W_hh")],
            ("dW_xh transposed", "dW_hh transposed"): [
                ("x.T @ dz", "dz.T @ x"), ("h_before.T @ dz", "dz.T @ h_before")
            ],
        },
        others={
            "einsum": [("x.T @ dz", "np.einsum('bi,bu->iu', x, dz)"),
                       ("dz @ W_hh.T", "np.einsum('bu,vu->bv', dz, W_hh)")],
            "TensorFlow": [
                ("x.T @ dz", "tf.matmul(x, dz, transpose_a=True)"),
                ("h_before.T @ dz", "tf.matmul(h_before, dz, transpose_a=True)"),
                ("dz.sum(axis=0)", "tf.reduce_sum(dz, axis=0)"),
                ("dz @ W_hh.T", "tf.matmul(dz, W_hh, transpose_b=True)"),
            ],
            "sum of outer products": [
                ("x.T @ dz", "sum(np.outer(a, d) for a, d in zip(x, dz))"),
                ("h_before.T @ dz", "sum(np.outer(a, d) for a, d in zip(h_before, dz))"),
            ],
            "the tape": "def step_back(dh, x, h_before, h, W_hh):\n"
            "    W_xh = tf.zeros((x.shape[1], h.shape[1]))\n"
            "    W, b = tf.constant(W_hh), tf.constant(np.arctanh(h) - h_before @ W_hh)\n"
            "    s, one = tf.constant(h_before), tf.zeros((h.shape[1],))\n"
            "    with tf.GradientTape() as tape:\n"
            "        tape.watch([W_xh, W, one, s])\n"
            "        new = tf.tanh(x @ W_xh + s @ W + one + b)\n"
            "    return tape.gradient(new, [W_xh, W, one, s], output_gradients=dh)\n",
            "a dictionary": [
                ("return dW_xh, dW_hh, db, dh_before",
                 "return {'dW_xh': dW_xh, 'dW_hh': dW_hh, 'db': db, 'dh_before': dh_before}")
            ],
        },
    ),
    "3.4": Case(
        "bptt",
        slips={
            "not carried back": [(CARRY, "dh = dstates[:, t]")],
            "own output ignored": [
                (CARRY, "dh = dh + dstates[:, t] if t == xs.shape[1] - 1 else dh")
            ],
            "own output never added": [(CARRY, "pass")],
            "carry kept": [("step_b, dh = ", "step_b, before = "),
                           ("db += step_b", "db += step_b\n        dh = dh + before")],
            "overwritten": [("dW_xh += ", "dW_xh = "), ("dW_hh += ", "dW_hh = "),
                            ("db += ", "db = ")],
            "averaged over time": [
                ("return dW_xh, dW_hh, db", "return [g / xs.shape[1] for g in (dW_xh, dW_hh, db)]")
            ],
            "forward": [("reversed(range(xs.shape[1]))", "range(xs.shape[1])")],
            "state before the first wraps": [(" if t > 0 else np.zeros_like(dh)", "")],
            "old state is the new one": [("states[:, t - 1] if t > 0 else np.zeros_like(dh)",
                                          "states[:, t]")],
            "old state is the next one": [
                ("states[:, t - 1] if t > 0", "states[:, t + 1] if t < xs.shape[1] - 1")
            ],
            "first step skipped": [("reversed(range(", "reversed(range(1, ")],
            "last step skipped": [("xs.shape[1])", "xs.shape[1] - 1)")],
            "same input": [("xs[:, t]", "xs[:, 0]")],
            ("overwritten", "forward"): [
                ("dW_xh += ", "dW_xh = "), ("dW_hh += ", "dW_hh = "), ("db += ", "db = "),
                ("reversed(range(xs.shape[1]))", "range(xs.shape[1])"),
            ],
        },
        others={
            "states with a zero in front": "def bptt(xs, states, dstates, W_hh):\n"
            "    old = np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)\n"
            "    total, dh = [0, 0, 0], 0\n"
            "    for t in range(xs.shape[1] - 1, -1, -1):\n"
            "        *parts, dh = step_back(dh + dstates[:, t], xs[:, t], old[:, t], "
            "states[:, t], W_hh)\n"
            "        total = [a + b for a, b in zip(total, parts)]\n"
            "    return total\n",
            "all dz first, then one product": "def bptt(xs, states, dstates, W_hh):\n"
            "    dz, dh = np.zeros_like(states), 0\n"
            "    for t in reversed(range(xs.shape[1])):\n"
            "        dz[:, t] = (dh + dstates[:, t]) * (1 - states[:, t] ** 2)\n"
            "        dh = dz[:, t] @ W_hh.T\n"
            "    return (np.einsum('bti,btu->iu', xs, dz),\n"
            "            np.einsum('bti,btu->iu', states[:, :-1], dz[:, 1:]), dz.sum((0, 1)))\n",
            "in place": [(CARRY, "dh += dstates[:, t]")],
            "TensorFlow": "def bptt(xs, states, dstates, W_hh):\n"
            "    dh, total = tf.zeros_like(states[:, 0]), [0.0, 0.0, 0.0]\n"
            "    for t in range(xs.shape[1])[::-1]:\n"
            "        old = states[:, t - 1] if t else tf.zeros_like(dh)\n"
            "        dz = (dh + dstates[:, t]) * (1 - states[:, t] ** 2)\n"
            "        parts = tf.transpose(xs[:, t]) @ dz, tf.transpose(old) @ dz, "
            "tf.reduce_sum(dz, 0)\n"
            "        total = [a + b for a, b in zip(total, parts)]\n"
            "        dh = dz @ tf.transpose(W_hh)\n"
            "    return tuple(total)\n",
        },
    ),
    "4.1": Case(
        "clip",
        slips={
            "each value": "def clip(grads, max_norm):\n"
            "    return [np.clip(g, -max_norm, max_norm) for g in grads]\n",
            "each array": "def clip(grads, max_norm):\n"
            "    return [tf.clip_by_norm(g, max_norm) for g in grads]\n",
            "always rescaled": [("min(1.0, max_norm / (norm + 1e-12))", "max_norm / norm")],
            "never clipped": [("factor * g", "g")],
            "only when small": [("min(1.0, max_norm / (norm + 1e-12))",
                                 "max_norm / norm if norm < max_norm else 1")],
            "sums squared": [("np.sum(g**2)", "np.sum(g)**2")],
            "no root": [("np.sqrt(sum(np.sum(g**2) for g in grads))",
                         "sum(np.sum(g**2) for g in grads)")],
            "norms added": [("np.sqrt(sum(np.sum(g**2) for g in grads))",
                             "sum(np.linalg.norm(g) for g in grads)")],
            "absolute values": [("np.sqrt(sum(np.sum(g**2) for g in grads))",
                                 "sum(np.abs(g).sum() for g in grads)")],
            "largest value": [("np.sqrt(sum(np.sum(g**2) for g in grads))",
                               "max(np.abs(g).max() for g in grads)")],
            "mean of squares": [("np.sqrt(sum(np.sum(g**2) for g in grads))",
                                 "np.sqrt(np.mean(np.hstack([g.ravel() for g in grads])**2))")],
            "to length 1": [("min(1.0, max_norm / (norm + 1e-12))",
                             "1 / norm if norm > max_norm else 1")],
            "factor upside down": [("min(1.0, max_norm / (norm + 1e-12))",
                                    "max(1.0, norm / max_norm)")],
            "set to zero": [("min(1.0, max_norm / (norm + 1e-12))",
                             "1.0 if norm <= max_norm else 0.0")],
            ("always rescaled", "to length 1"): [("min(1.0, max_norm / (norm + 1e-12))",
                                                  "1 / norm")],
        },
        others={
            "an if": "def clip(grads, max_norm):\n"
            "    norm = np.linalg.norm(np.concatenate([np.ravel(g) for g in grads]))\n"
            "    if norm <= max_norm:\n"
            "        return grads\n"
            "    return [g * max_norm / norm for g in grads]\n",
            "TensorFlow": "def clip(grads, max_norm):\n"
            "    return tf.clip_by_global_norm(grads, max_norm)[0]\n",
            "in place": "def clip(grads, max_norm):\n"
            "    norm = sum((g ** 2).sum() for g in grads) ** 0.5\n"
            "    for g in grads:\n"
            "        g *= min(1, max_norm / norm)\n"
            "    return grads\n",
            "a generator": "def clip(grads, max_norm):\n"
            "    norm = sum((g ** 2).sum() for g in grads) ** 0.5\n"
            "    return (g / max(1, norm / max_norm) for g in grads)\n",
            "a tuple": [("return [factor * g for g in grads]",
                         "return tuple(factor * g for g in grads)")],
        },
    ),
    "4.2": Case(
        "train_step",
        slips={
            "uphill": [("w - learning_rate", "w + learning_rate")],
            "not clipped": [("clip(grads, max_norm)", "grads")],
            "clipped after scaling": [
                ("clip(grads, max_norm)", "clip([learning_rate * g for g in grads], max_norm)"),
                ("w - learning_rate * g", "w - g"),
            ],
            "weights clipped": [("clip(grads, max_norm)", "grads"),
                                ("return new,", "return clip(new, max_norm),")],
            "no learning rate": [("learning_rate * g", "g")],
            "divided by the rate": [("learning_rate * g", "g / learning_rate")],
            "only the step": [("[w - learning_rate * g", "[learning_rate * g")],
            "only the last weight": [
                ("return new,", "return [*weights[:-1], new[-1]],")
            ],
            "not updated": [("return new,", "return weights,")],
            "state weights frozen": [
                ("return new,", "return [new[0], weights[1], *new[2:]],")
            ],
            "loss after the step": [("return new, loss",
                                     "return new, gradients(new, xs, targets)[0]")],
            "two steps": [
                ("return new, loss",
                 "again = clip(gradients(new, xs, targets)[1], max_norm)\n"
                 "    return [w - learning_rate * g for w, g in zip(new, again)], loss")
            ],
            ("uphill", "not clipped"): [("w - learning_rate", "w + learning_rate"),
                                        ("clip(grads, max_norm)", "grads")],
        },
        others={
            "a loop": "def train_step(weights, xs, targets, learning_rate, max_norm):\n"
            "    loss, grads = gradients(weights, xs, targets)\n"
            "    new = []\n"
            "    for i, g in enumerate(clip(grads, max_norm)):\n"
            "        new.append(weights[i] - g * learning_rate)\n"
            "    return new, loss\n",
            "in place": "def train_step(weights, xs, targets, learning_rate, max_norm):\n"
            "    loss, grads = gradients(weights, xs, targets)\n"
            "    for w, g in zip(weights, clip(grads, max_norm)):\n"
            "        w -= learning_rate * g\n"
            "    return weights, loss\n",
            "TensorFlow": "def train_step(weights, xs, targets, learning_rate, max_norm):\n"
            "    loss, grads = gradients(weights, xs, targets)\n"
            "    grads, _ = tf.clip_by_global_norm(grads, max_norm)\n"
            "    return [w - learning_rate * g for w, g in zip(weights, grads)], loss\n",
            "a tuple": [("return new, loss", "return tuple(new), loss")],
            "a Keras optimizer": "def train_step(weights, xs, targets, learning_rate, max_norm):\n"
            "    loss, grads = gradients(weights, xs, targets)\n"
            "    params = [keras.Variable(w) for w in weights]\n"
            "    sgd = keras.optimizers.SGD(learning_rate, global_clipnorm=max_norm)\n"
            "    sgd.apply([tf.constant(g, 'float32') for g in grads], params)\n"
            "    return [p.numpy() for p in params], loss\n",
        },
    ),
}  # fmt: skip

SETUP = (
    "import numpy as np\nimport keras\nimport tensorflow as tf\nfrom keras import ops\n"
    "from seqbook import Todo\n" + given()
)
LAB = LabCases(NOTEBOOK, check, CASES, setup=SETUP)
TODOS = pytest.mark.parametrize("todo", list(CASES))

MODELS = {
    "1.1": part1.PERCEPTRON, "1.2": part1.DENSE, "1.3": part1.ECHO, "2.1": part2_state.STEP,
    "2.2": part2_state.UNROLL, "2.3": part2_layer.LAYER, "2.4": part2_layer.COPY,
    "3.1": part3_loss.LOSS, "3.2": part3_loss.LOGITS, "3.3": part3_back.BACK,
    "3.4": part3_back.BPTT, "4.1": part4.CLIP, "4.2": part4.TRAIN,
}  # fmt: skip


def test_every_exercise_has_its_cases():
    assert list(CASES) == list(check.LAB.goals) == list(MODELS) and len(CASES) >= 10


@TODOS
def test_every_known_slip_is_among_the_cases(todo):
    named = {name for name in CASES[todo].slips if isinstance(name, str)}
    assert set(MODELS[todo].hints) <= named
    assert len(named) >= 6 and len(CASES[todo].others) >= 3


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
def test_every_slip_has_a_hint_of_its_own(todo):
    LAB.assert_hints_differ(todo)


@TODOS
def test_an_unfilled_answer_is_still_to_do(todo):
    LAB.assert_blank(todo)


@pytest.mark.parametrize("todo", [t for t in CASES if t not in ("2.3", "2.4")])
def test_a_crash_names_the_line(todo):
    LAB.assert_crash(todo)


@pytest.mark.parametrize("todo", list(CASES))
def test_guesses_fail(todo):
    LAB.assert_guesses_fail(todo)


@TODOS
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_right_shapes_with_wrong_numbers_fail(todo):
    model = MODELS[todo]
    for guess in shaped_guesses(model):
        said = model.judge(guess)
        assert said, todo
        hints = [said] if isinstance(said, str) else [hint for _, hint in said]
        assert all(hint and "\n" not in hint for hint in hints)


def test_a_crash_in_the_layer_names_the_line():
    right = LAB.right("2.3")
    for line in ("states = []", "inputs, units = input_shape[-1], self.units"):
        source = mutate(right, [(line, f"{line}; undefined_name")])
        result = check.my_rnn(*LAB.build("2.3", source))
        assert result.status == "wrong" and "NameError" in result.message, result
        assert f"{line}; undefined_name" in result.message and "\n" not in result.message


def test_a_crash_in_the_copy_names_the_line():
    result = LAB.run("2.4", [("mine.W_hh, ", "")])
    assert result.status == "wrong" and "`theirs.set_weights(" in result.message, result


def test_a_layer_is_checked_as_a_class():
    space = LAB.space("2.4")
    assert "class itself" in check.my_rnn(space["MyRNN"](3)).message
    assert "class itself" in check.my_rnn(lambda x: x).message
    result = check.copy_weights(space["MyRNN"], lambda mine, theirs: None)
    assert not result and "copy_weights(copy_weights, MyRNN)" in result.message


def test_a_result_in_place_of_the_function_is_explained():
    result = check.dense(np.ones((2, 3)))
    assert "the function itself" in result.message and "(2, 3)" in result.message
    assert "None" in check.dense(None).message


def test_an_answer_that_needs_an_earlier_one_waits_for_it():
    space = LAB.space("2.2")
    execute("def rnn_step(*_):\n    raise Todo('2.1')\n", space)
    execute(LAB.right("2.2"), space)
    result = check.unroll(space["unroll"])
    assert result.status == "todo" and "TODO 2.1" in result.message
    assert check.LAB.results["2.2"] is result


def test_a_shape_from_a_wrong_axis_is_told_by_shape():
    result = LAB.run("3.2", [("p - one_hot(targets, logits.shape[-1])", "p.sum(axis=-1)")])
    assert result.status == "wrong" and "(3, 3)" in result.message and "(3, 3, 3)" in result.message


def test_nan_is_named():
    result = LAB.run("3.2", [("np.exp(log_softmax(logits))", "np.log(logits - 10)")])
    assert "NaN" in result.message


def test_a_loss_and_weights_in_another_shape_are_explained():
    for wrong in ("return new", "return loss, new", "return [*new, loss, 0]"):
        result = LAB.run("4.2", [("return new, loss", wrong)])
        assert "return two things, `new, loss`" in result.message, result


def test_the_examples_by_hand_come_out():
    """The small numbers that the lab works out on paper before each TODO."""
    space = LAB.space("4.2")
    execute(LAB.right("4.2"), space)
    a = np.array

    def near(got, *want):
        assert np.allclose(np.ravel(got), want, atol=0.005), (got, want)

    near(space["perceptron"](a([1, 2]), a([3, -1]), -1), 0.5)
    near(space["dense"](a([[1, 2]]), a([[1, 0, -1], [0, 1, 1]]), a([0, 0, 10])), 1, 2, 11)
    near(space["echo_targets"](a([[3, 1, 2, 4, 1]]), 2), 0, 0, 3, 1, 2)
    W_hh = a([[0, 1], [0.5, 0]])
    step, one = space["rnn_step"], np.ones((1, 1))
    near(step(one, a([[0, 1]]), a([[1, -1]]), W_hh, a([0, 1])), 0.91, 0)
    near(step(one, a([[0, 1]]), a([[1, -1]]), W_hh.T, a([0, 1])), 0.96, 0)
    near(space["unroll"](a([[[1.0], [0], [0]]]), one, one / 2, a([0])), 0.76, 0.36, 0.18)
    half_and_quarter = np.log(a([[[0.5, 0.5], [0.25, 0.75]]]))
    near(space["sequence_loss"](half_and_quarter, a([[0, 0]])), 2.08)
    sure = np.concatenate([half_and_quarter, [[[50.0, 0], [50, 0]]]])
    near(space["sequence_loss"](sure, a([[0, 0], [0, 0]])), 1.04)
    near(space["logits_gradient"](np.log(a([[[0.7, 0.2, 0.1]]])), a([[0]])), -0.3, 0.2, 0.1)
    back = space["step_back"](one, 2 * one, 0.5 * one, 0.6 * one, 3 * one)
    near(np.hstack([np.ravel(part) for part in back]), 1.28, 0.32, 0.64, 1.92)
    flat_states = np.zeros((1, 2, 1))  # the slope of tanh is 1
    xs, dstates = a([[[1.0], [10.0]]]), a([[[5.0], [1.0]]])
    near(space["bptt"](xs, flat_states, dstates, 3 * one)[0], 18)
    near(space["bptt"](xs, flat_states, dstates, 0 * one)[0], 15)
    near(np.concatenate(space["clip"]([a([3.0]), a([4.0])], 1)), 0.6, 0.8)
    near(np.concatenate(space["clip"]([a([3.0]), a([4.0])], 10)), 3, 4)


def one_of(*names: str) -> list[set[str]]:
    """Slips of which only one can be made at a time."""
    return [set(names)]


def hides(name: str, *others: str) -> list[set[str]]:
    """A slip that leaves nothing to be seen of some others."""
    return [{name, other} for other in others]


def hides_all(name: str, todo: str) -> list[set[str]]:
    return hides(name, *(other for other in MODELS[todo].hints if other != name))


SQUASH = ("no tanh", "sigmoid for tanh", "relu for tanh", "tanh twice", "tanh of each part")
FACTORS = [
    *one_of("W_xh elementwise", "W_xh transposed", "input ignored"),
    *one_of("W_hh elementwise", "W_hh transposed", "state ignored", "W_xh for the state"),
    *hides("columns", "input ignored", "state ignored", "W_xh elementwise", "W_hh elementwise",
           "W_xh transposed", "W_hh transposed", "W_xh for the state"),
    *one_of("no bias", "bias twice", "bias outside tanh"),
    *one_of(*SQUASH),
    *hides("no tanh", "bias outside tanh"),  # then there is no outside
]
SHIFTS = ("one step too many", "one step too few", "lag ignored")
EXCLUSIVE = {
    "1.1": [
        *one_of("no bias", "bias per input", "bias subtracted", "bias multiplied"),
        *one_of("not summed", "mean", "last input only"),
        *one_of("no sigmoid", "tanh", "step", "exp(z)"),
        # Divided by n: w·x/n + b is the mean of w·x + b. So these are one and the same ...
        *hides("bias per input", "not summed", "mean", "last input only"),
        # ... or have the same sign, which is all that a step leaves.
        *hides("step", "bias subtracted", "mean"),
    ],
    "1.2": [
        *one_of("W elementwise", "W transposed", "W first"),
        *one_of("no bias", "bias twice", "bias subtracted", "bias per example",
                "bias on the weights"),
        *one_of("sigmoid", "tanh"),
    ],
    "1.3": [
        *one_of(*(name for name in part1.ECHO.hints if name not in SHIFTS)),
        *one_of(*SHIFTS),
        *hides("same as the input", *SHIFTS),
        *hides("all zeros", *SHIFTS),
        *hides("lag ignored", "start not zero"),  # one symbol repeated is the symbol itself
    ],
    "2.1": FACTORS,
    "2.2": [
        *one_of("backward", "returned backward", "over the batch", "sequence by sequence"),
        *one_of("only the last state", "time first", "time last"),
        *hides("sequence by sequence", "time first", "time last", "only the last state"),
        *hides("sequence by sequence", "state not updated", "stored too early"),
        *hides("over the batch", "time first", "stored too early"),
        *hides("first step only", "state not updated", "last step missing", "backward",
               "returned backward", "same input", "states added up"),
        *one_of("only the last state", "returned backward"),
        *one_of("stored too early", "initial state kept"),
        *one_of("first step missing", "last step missing"),
        *hides("only the last state", "initial state kept", "last step missing"),
        *hides("initial state kept", "last step missing"),  # is: stored too early
        *hides("same input", "backward", "first step missing"),
        *hides("state not updated", "returned backward", "over the batch"),
    ],
    "2.3": [
        *FACTORS,
        *one_of("only the last state", "time first"),
        *one_of("backward", "sequence by sequence"),
        # xs[t] for every example alike, with nothing remembered: this is time first.
        *hides("sequence by sequence", "state not updated", "input ignored"),
        *hides("state not updated", "W_hh elementwise", "W_hh transposed"),
        *hides("input ignored", "backward"),
    ],
    "2.4": [
        *hides_all("nothing copied", "2.4"),
        *hides_all("wrong direction", "2.4"),
        *hides("kernel not copied", "W_xh transposed"),
        *hides("recurrent kernel not copied", "W_hh transposed"),
        *one_of("bias not copied", "bias set to zero"),
    ],
    "3.1": [
        *one_of("no log", "no softmax", "logits as probabilities", "softmax over time"),
        *hides("no softmax", "softmax twice"),
        *one_of("targets one step late", "targets one step early"),
        *one_of("batch not averaged away", "time not summed", "sum over the batch"),
        *one_of("mean over time", "last step only"),
        *one_of("mean over time", "time not summed"),
        *hides_all("log twice", "3.1"),
        *one_of("nothing summed", "last step only", "time not summed", "batch not averaged away",
                "sum over the batch"),
        *hides("nothing summed", "mean over time", "mean of everything"),
        *one_of("mean of everything", "mean over time", "sum over the batch"),
    ],
    "3.2": [
        *one_of("no softmax", "softmax over time"),
        *one_of("no one-hot", "targets one step late"),
        *one_of("no one-hot", "targets not one-hot", "brackets"),
        *hides("brackets", "not divided by the batch", "divided by the steps", "sign",
               "only the right symbol", "last step only"),
    ],
    "3.3": [
        *one_of("no slope of tanh", "slope from the old state", "slope not squared",
                "slope of the sigmoid", "slope upside down", "tanh again",
                "slope as a matrix product"),
        *hides("no slope of tanh", "dh_before skips tanh", "dW_xh skips tanh", "dW_hh skips tanh",
               "db skips tanh"),
        *one_of("W_hh not transposed", "dh_before elementwise", "dh_before the wrong way round"),
        *one_of("dW_xh transposed", "x not transposed"),
        *one_of("dW_hh transposed", "h_before not transposed"),
        *one_of("db not summed", "db summed over units", "db averaged", "db one number"),
    ],
    "3.4": [
        *one_of("not carried back", "carry kept"),
        *hides_all("own output never added", "3.4"),
        *hides("not carried back", "forward"),
        *hides("overwritten", "same input"),  # the last one computed is step 1
        *one_of("state before the first wraps", "old state is the new one",
                "old state is the next one"),
        *hides("state before the first wraps", "first step skipped"),
    ],
    "4.1": [
        *hides_all("each value", "4.1"),
        *hides_all("never clipped", "4.1"),
        *one_of("no root", "norms added", "absolute values", "largest value", "mean of squares",
                "sums squared"),
        *one_of("factor upside down", "to length 1", "set to zero"),
        *one_of("each array", "norms added"),
        # Thrown away whenever above the limit: two norms that are above it together look alike.
        *hides("set to zero", "norms added", "absolute values", "largest value", "sums squared"),
        *one_of("always rescaled", "only when small"),
    ],
    "4.2": [
        *hides_all("not updated", "4.2"),
        *one_of("not clipped", "clipped after scaling", "weights clipped"),
        *one_of("no learning rate", "divided by the rate", "clipped after scaling"),
        *hides("weights clipped", "only the step"),
        *hides("only the last weight", "state weights frozen"),
    ],
}  # fmt: skip


@TODOS
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_pair_of_slips_is_told_apart(todo):
    assert confusions(MODELS[todo], exclusive=EXCLUSIVE[todo]) == []


@TODOS
def test_exclusive_slips_exist(todo):
    assert set().union(*EXCLUSIVE[todo]) <= {
        *MODELS[todo].hints, *(part2_state.STEP.hints if todo == "2.3" else ())
    }


def test_a_check_leaves_every_generator_as_it_was():
    def drawn() -> list:
        layer = keras.layers.Dense(2)
        layer.build((None, 3))
        return [
            random.random(), np.random.rand(), tf.random.uniform(()).numpy(),
            float(keras.random.uniform(())), layer.kernel.numpy().tolist(), layer.name,
        ]  # fmt: skip

    answers = {todo: LAB.build(todo, LAB.right(todo)) for todo in CASES}
    names = []
    for checked in (False, True):
        keras.utils.set_random_seed(7)
        keras.backend.clear_session()
        if checked:
            for todo, answer in answers.items():
                assert LAB.check(todo)(*answer)
                wrong = next(iter(CASES[todo].slips.values()))
                assert not LAB.check(todo)(*LAB.build(todo, mutate(LAB.right(todo), wrong)))
        names.append(drawn())
    assert names[0] == names[1]


def test_progress_counts_what_has_passed():
    check.LAB.results.clear()
    assert len(check.progress()) == 0
    LAB.assert_right("1.1")
    assert not LAB.run("1.2", [("X @ W", "X * W")])
    text = repr(check.progress())
    assert "1 of 13" in text and len(text.splitlines()) == 14
