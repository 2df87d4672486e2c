"""What `notebooks/selective_recurrence.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import math
import numpy as np
import tensorflow as tf
from keras import layers
from seqbook.chapters.selective_recurrence import data

def earlier(x, back, fill):
    """Each step's entry from `back` steps before; `fill` where none is."""
    return tf.pad(x[:, :-back], [[0, 0], [back, 0], [0, 0]],
                  constant_values=fill)


def scan(a, b):
    """h[t] = a[t] * h[t-1] + b[t] for all t: (batch, time, units)."""
    back = 1
    while back < a.shape[1]:
        a, b = a * earlier(a, back, 1.0), a * earlier(b, back, 0.0) + b
        back = 2 * back
    return b


class SelectiveRecurrence(layers.Layer):
    """h = a h + (1 - a) v, in a block's place for attention."""

    def __init__(
        self, d_model, num_heads=None, units=None, longest=100, **kwargs
    ):
        super().__init__(**kwargs)
        units = units or d_model  # numbers in the state
        spread = keras.initializers.RandomUniform(0.0, math.log(longest))
        self.to_gate = layers.Dense(units, bias_initializer=spread)
        self.to_value = layers.Dense(units)
        self.to_output = layers.Dense(d_model)

    def keep(self, x):
        return tf.sigmoid(self.to_gate(x))

    def write(self, a):
        return 1 - a

    def call(
        self, x, attention_mask=None, use_causal_mask=True,
        return_attention_scores=False,
    ):
        if attention_mask is not None:
            raise ValueError("no mask here: put the padding at the end")
        a = self.keep(x)  # (batch, time, units)
        h = scan(a, self.write(a) * self.to_value(x))
        y = self.to_output(h)
        return (y, a) if return_attention_scores else y


class FixedRecurrence(SelectiveRecurrence):
    """a is one learned number per unit: the gate sees only zeros."""

    def keep(self, x):
        return super().keep(tf.zeros_like(x))

    def write(self, a):
        return tf.sqrt(1 - a**2)


from seqbook.chapters.positions.taught import RotaryAttention
from seqbook.chapters.transformer.taught import Block

KINDS = {"selective": SelectiveRecurrence, "fixed": FixedRecurrence,
         "attention": RotaryAttention}


def make_model(kind, vocabulary, length, answers, d_model=48):
    """Tokens (batch, length) → logits (batch, answers, 8), the last ones."""
    tokens = keras.Input((length,), dtype="int32")
    start = keras.initializers.RandomNormal(stddev=0.3)
    x = layers.Embedding(vocabulary, d_model, start)(tokens)
    x = x + layers.Conv1D(d_model, 2, padding="causal")(x)
    mlp_units = 2 * d_model + (d_model // 2 if kind == "fixed" else 0)
    for _ in range(2):
        x = Block(d_model, 4, KINDS[kind], True, mlp_units)(x)
    x = layers.LayerNormalization()(x)
    return keras.Model(tokens, layers.Dense(8)(x[:, -answers:]))


BATCH, EVERY = 16, 40  # rows in a batch, batches between two checks


def accuracy(model, x, y):
    return np.mean(model(x).numpy().argmax(axis=-1) == y)


def compiled_step(model, optimizer):
    weights = model.trainable_variables
    optimizer.build(weights)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))

    return step


def learn(kind, task, vocabulary, batches, rate, seed):
    """A trained model, and its accuracy after every 40 batches."""
    keras.utils.set_random_seed(seed)
    test_x, test_y = task(300, seed=10_000)
    x, y = task(BATCH * batches, seed=seed)
    model = make_model(kind, vocabulary, x.shape[1], y.shape[1])
    cosine = keras.optimizers.schedules.CosineDecay(
        rate / 10, batches - 30, 0.02, warmup_target=rate, warmup_steps=30
    )
    adam = keras.optimizers.Adam(cosine, clipnorm=1.0)
    step, curve = compiled_step(model, adam), []
    for done in range(1, batches + 1):
        rows = slice(BATCH * (done - 1), BATCH * done)
        step(x[rows], y[rows])
        if done % EVERY == 0:
            curve.append(accuracy(model, test_x, test_y))
    return model, curve


COPY_BATCHES = 800
COPY_RATES = {"selective": 0.007, "fixed": 0.007, "attention": 0.004}


def copy_task(number, seed):
    return data.copying(number, places=24, letters=4, seed=seed)


def learn_to_copy(kind, seed):
    """A model trained to copy, and its accuracy after every 40 batches."""
    return learn(kind, copy_task, len(data.VOCABULARY), COPY_BATCHES,
                 COPY_RATES[kind], seed)
