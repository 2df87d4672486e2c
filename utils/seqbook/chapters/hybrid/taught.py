"""What `notebooks/hybrid.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from seqbook.chapters.hybrid import tunes
from seqbook.chapters.positions.taught import RotaryAttention
from seqbook.chapters.positions.taught import rotate
from seqbook.chapters.transformer.taught import Block

class NearPast(layers.Layer):
    """Adds to every step a learned mix of itself and the three before."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.mix = None

    def build(self, input_shape):  # (batch, time, d_model)
        self.mix = layers.Conv1D(input_shape[-1], 4, padding="causal")
        self.mix.build(input_shape)

    def call(self, x):
        return x + self.mix(x)


def make_model(kind, vocabulary_size, d_model=128):
    """Tokens (batch, time) → logits (batch, time, vocabulary_size)."""

    def block(mlp_units=None):
        return Block(d_model, 4, attention=RotaryAttention, causal=True,
                     mlp_units=mlp_units)

    def gru(units):
        return layers.GRU(units, return_sequences=True)

    middle = {
        "GRU alone": lambda: [gru(256)],
        "attention alone": lambda: [NearPast(), block(), block()],
        "GRU below": lambda: [gru(d_model), block()],
        "GRU above": lambda: [
            NearPast(), block(), layers.LayerNormalization(), gru(d_model)
        ],
        "wider GRU below": lambda: [
            gru(d_model * 3 // 2), layers.Dense(d_model), block(2 * d_model)
        ],
    }  # fmt: skip
    return keras.Sequential([
        keras.Input((None,), dtype="int32"),
        layers.Embedding(
            vocabulary_size,
            d_model // 2 if kind == "wider GRU below" else d_model,
        ),
        *middle[kind](),
        layers.LayerNormalization(),
        layers.Dense(vocabulary_size),
    ])  # fmt: skip


STEPS = {
    "GRU alone": 600, "attention alone": 470,
    "GRU below": 470, "GRU above": 430,
}  # fmt: skip


def muon(steps):
    """Muon whose rate rises for fifty steps and then falls."""
    warmup = min(50, steps // 2)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0004, steps - warmup, alpha=0.02,
        warmup_target=0.02, warmup_steps=warmup,
    )  # fmt: skip
    return keras.optimizers.Muon(
        rate, adam_lr_ratio=0.15, global_clipnorm=1.0
    )


def train_on_tunes(model, rows, batch=8, callbacks=()):
    """One pass over rows (steps * batch, time + 1)."""
    model.compile(
        muon(len(rows) // batch),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    history = model.fit(
        rows[:, :-1], rows[:, 1:], batch_size=batch, shuffle=False,
        verbose=0, callbacks=list(callbacks),
    )  # fmt: skip
    return history.history["loss"][-1]


def bits_of_each(model, some_tunes, vocabulary, window=256):
    """Bits and character of every place in the tunes, as two arrays."""
    rows, scored = zip(*(
        pair for tune in some_tunes
        for pair in tunes.in_view(tune, vocabulary, window)
    ), strict=True)  # fmt: skip
    rows, scored = np.stack(rows), np.stack(scored)
    logits = model.predict(rows[:, :-1], batch_size=16, verbose=0)
    nats = keras.losses.sparse_categorical_crossentropy(
        rows[:, 1:], logits, from_logits=True
    )
    characters = np.array(vocabulary)[rows[:, 1:]]
    return np.array(nats)[scored] / np.log(2), characters[scored]


def turned(x, step):
    """(rows, heads, d_head), turned as the given step is."""
    return rotate(x[:, :, None], start=step)[:, :, 0]


def slide(keys, values, head):
    """Forget the oldest step after the header; the rest move up one."""
    moved = rotate(keys[head + 1 :][..., None, :], start=-1)[..., 0, :]
    keys = tf.concat([keys[:head], moved, keys[-1:]], axis=0)
    values = tf.concat([values[:head], values[head + 1 :], values[-1:]], 0)
    return keys, values


def step_block(block, x, cache, t, window, head):
    """One step of a Block: x (rows, d_model) → the same, new cache."""
    attention, (keys, values) = block.attention, cache
    z = block.norm_attention(x)
    shape = (-1, attention.num_heads, keys.shape[-1])
    query = tf.reshape(attention.to_query(z), shape)
    key = tf.reshape(attention.to_key(z), shape)
    value = tf.reshape(attention.to_value(z), shape)
    keys, values = tf.cond(
        t >= window, lambda: slide(keys, values, head),
        lambda: (keys, values),
    )  # fmt: skip
    at = tf.minimum(t, window - 1)  # where this step is written
    keys = tf.tensor_scatter_nd_update(keys, [[at]], [turned(key, at)])
    values = tf.tensor_scatter_nd_update(values, [[at]], [value])
    scores = tf.einsum("nhd,tnhd->nht", turned(query, at), keys[: at + 1])
    weights = tf.nn.softmax(scores / keys.shape[-1] ** 0.5)
    heads = tf.einsum("nht,tnhd->nhd", weights, values[: at + 1])
    x = x + attention.to_output(tf.reshape(heads, tf.shape(x)))
    y = block.mlp(block.norm_mlp(x)[:, None])[:, 0]
    return x + y, (keys, values)


class TuneStepper:
    """A model of these layers, one character at a time."""
    max_steps = None  # a tune may have any length

    def __init__(self, model, window=256, head=tunes.HEAD):
        self.layers, self.window, self.head = model.layers, window, head
        self.vocabulary_size = self.layers[0].input_dim

    def first_state(self, n):
        memories = []
        for layer in self.layers:
            if isinstance(layer, layers.GRU):
                memories.append(tf.zeros((n, layer.units)))
            elif isinstance(layer, NearPast):
                memories.append(tf.zeros((n, *layer.mix.kernel.shape[:2])))
            elif isinstance(layer, Block):
                attend = layer.attention
                heads, width = attend.num_heads, attend.to_key.units
                empty = tf.zeros((self.window, n, heads, width // heads))
                memories.append((empty, empty))
        return [tf.zeros((), tf.int32), memories]

    def step(self, tokens, state):
        t, memories = state
        x, old, new = tokens, iter(memories), []
        for layer in self.layers:
            if isinstance(layer, layers.GRU):
                x, (memory,) = layer.cell(x, [next(old)])
                new.append(memory)
            elif isinstance(layer, NearPast):
                new.append(tf.concat([next(old)[:, 1:], x[:, None]], 1))
                mixed = tf.einsum("ntc,tcd->nd", new[-1], layer.mix.kernel)
                x = x + mixed + layer.mix.bias
            elif isinstance(layer, Block):
                sizes = self.window, self.head
                x, memory = step_block(layer, x, next(old), t, *sizes)
                new.append(memory)
            else:
                x = layer(x)
        return x, [t + 1, new]


def known_of_the_bar(model, some_tunes, vocabulary):
    """After each layer: by how many eighths a linear reader is off."""
    known = []
    for tune in some_tunes:
        places = tunes.eighths_into_the_bar(tune)
        known += [(tune, p, e) for p, e in places.items() if p < 255]
    texts = {tune: i for i, tune in enumerate(dict.fromkeys(
        tune for tune, _, _ in known
    ))}  # fmt: skip
    x = np.stack([
        tunes.in_view(tune, vocabulary, 256)[0][0][:-1] for tune in texts
    ])  # fmt: skip
    row = np.array([texts[tune] for tune, _, _ in known])
    place = np.array([p for _, p, _ in known])  # END stands before it
    eighths = np.array([e for _, _, e in known])
    learn = row < len(texts) // 2
    errors = {"mean": off(np.ones((len(row), 1)), eighths, learn)}
    for layer in model.layers[:-2]:
        x = layer(x)
        vectors = np.array(x)[row, place]
        errors[layer.name] = off(vectors, eighths, learn)
    return errors


def off(vectors, eighths, learn):
    """Mean absolute error of a linear reader on tunes it did not see."""
    ones = np.ones((len(vectors), 1))
    vectors = np.concatenate([vectors, ones], axis=1)
    a, b = vectors[learn], eighths[learn]
    weights = np.linalg.solve(
        a.T @ a + 1e-2 * np.eye(a.shape[1]), a.T @ b
    )
    read = vectors[~learn] @ weights
    return float(np.abs(read - eighths[~learn]).mean())


def train_with_clock(model, rows, left, weight=0.1, batch=8):
    """As train_on_tunes; the GRU also has to say how much is left."""
    gru = next(x for x in model.layers if isinstance(x, layers.GRU))
    clock = [layers.Dense(tunes.LEFT)(gru.output) for _ in left]
    both = keras.Model(model.inputs, [model.outputs[0], *clock])

    def loss(**kwargs):
        return keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, **kwargs
        )

    both.compile(
        muon(len(rows) // batch),
        [loss(), *(loss(ignore_class=-1) for _ in left)],
        loss_weights=[1.0, *(weight for _ in left)],
    )
    both.fit(
        rows[:, :-1], [rows[:, 1:], *(hand[:, :-1] for hand in left)],
        batch_size=batch, shuffle=False, verbose=0,
    )  # fmt: skip
    return both


CLOCK_STEPS = {"wider GRU below": 450, "wider GRU below + clock": 420}
