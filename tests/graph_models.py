"""Keras models of every kind that a graph has, with weights as large as trained ones."""

from __future__ import annotations

import os

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
import keras
from keras import layers, ops

WORDS, STEPS = 17, 9


def sizes(seed: int, count: int) -> list[int]:
    return [int(n) for n in np.random.default_rng(seed).integers(3, 9, count)]


def text_model(*after: object, width: int = 6, mask: bool = False) -> object:
    return keras.Sequential([layers.Embedding(WORDS, width, mask_zero=mask), *after])


def _gru(reset_after: bool, **options: object):
    return lambda a, b: text_model(
        layers.GRU(a, reset_after=reset_after, return_sequences=True, **options),
        layers.Dense(b, activation="softmax"),
    )


# Each builds a model; random sizes from the seed, so that no two axes are equal by luck.
CHAINS = {
    "embedding": lambda a, b: text_model(width=a),
    "dense linear": lambda a, b: keras.Sequential([keras.Input((STEPS, a)), layers.Dense(b)]),
    "dense relu": lambda a, b: text_model(layers.Dense(b, activation="relu"), width=a),
    "dense tanh": lambda a, b: text_model(layers.Dense(b, activation="tanh", use_bias=False)),
    "dense sigmoid": lambda a, b: text_model(layers.Dense(b, activation="sigmoid"), width=a),
    "dense softmax": lambda a, b: text_model(layers.Dense(b, activation="softmax"), width=a),
    "dense gelu": lambda a, b: text_model(layers.Dense(b, activation="gelu"), width=a),
    "dense silu": lambda a, b: text_model(layers.Dense(b, activation="silu"), width=a),
    "simple": lambda a, b: text_model(layers.SimpleRNN(a, return_sequences=True), layers.Dense(b)),
    "simple relu": lambda a, b: text_model(
        layers.SimpleRNN(a, activation="relu", use_bias=False, return_sequences=True), width=b
    ),
    "lstm": lambda a, b: text_model(layers.LSTM(a, return_sequences=True), width=b),
    "lstm no bias": lambda a, b: text_model(
        layers.LSTM(a, use_bias=False, return_sequences=True), width=b
    ),
    "gru after": _gru(True),
    "gru before": _gru(False),
    "gru after no bias": _gru(True, use_bias=False),
    "gru before no bias": _gru(False, use_bias=False),
    "norm": lambda a, b: text_model(layers.LayerNormalization(), width=a),
    "norm bare": lambda a, b: text_model(
        layers.LayerNormalization(center=False, epsilon=0.1), layers.Dense(b), width=a
    ),
    "vectors": lambda a, b: keras.Sequential(
        [keras.Input((STEPS, a)), layers.LSTM(b), layers.Dense(2)]
    ),
    "stacked": lambda a, b: text_model(
        layers.LSTM(a, return_sequences=True),
        layers.LayerNormalization(),
        layers.Dropout(0.5),
        layers.GRU(b, return_sequences=True),
        layers.SimpleRNN(a),
        layers.Dense(3, activation="softmax"),
        mask=True,
    ),
    "last step": lambda a, b: text_model(
        layers.LSTM(a), layers.Dense(b, activation="relu"), layers.Dense(1, activation="sigmoid")
    ),
    "masked gru": lambda a, b: text_model(
        layers.GRU(a, return_sequences=True), layers.Dense(b, activation="softmax"), mask=True
    ),
    "masked lstm, last step": lambda a, b: text_model(layers.LSTM(a), layers.Dense(b), mask=True),
    "bag of words": lambda a, b: text_model(
        layers.GlobalAveragePooling1D(), layers.Dense(a, activation="sigmoid"), mask=True
    ),
}


class Positions(layers.Layer):
    """A learned table of positions, added."""

    def __init__(self, steps: int, width: int):
        super().__init__()
        self.steps, self.width = steps, width

    def build(self, shape):
        self.table = self.add_weight(shape=(self.steps, self.width), name="table")

    def call(self, x):
        return x + self.table[: x.shape[1]]

    def graph_nodes(self, build, x):
        return build.position(x, self.table)


def rotate(x, base: float):
    """(batch, steps, heads, size): entries j and j + size/2 turned by t · base^(−2j/size)."""
    half = x.shape[-1] // 2
    angle = np.arange(x.shape[1])[:, None] * float(base) ** (-np.arange(half) / half)
    cos, sin = (
        ops.convert_to_tensor(f(angle)[:, None].astype("float32")) for f in (np.cos, np.sin)
    )
    a, b = x[..., :half], x[..., half:]
    return ops.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)


class Attention(layers.Layer):
    """Attention written out, as a reader does it, with rotary positions if base is not 0."""

    def __init__(self, width: int, heads: int, base: float = 0, causal: bool = True):
        super().__init__()
        self.heads, self.size, self.base, self.causal = heads, width // heads, base, causal
        self.q, self.k, self.v = (layers.Dense(width, use_bias=b) for b in (True, False, True))
        self.out = layers.Dense(width)

    def build(self, shape):
        for dense in (self.q, self.k, self.v, self.out):
            dense.build((*shape[:-1], self.heads * self.size) if dense is self.out else shape)

    def call(self, x):
        batch, steps = ops.shape(x)[0], x.shape[1]
        q, k, v = (
            ops.reshape(dense(x), (batch, steps, self.heads, self.size))
            for dense in (self.q, self.k, self.v)
        )
        if self.base:
            q, k = rotate(q, self.base), rotate(k, self.base)
        scores = ops.einsum("bthd,bshd->bhts", q, k) / self.size**0.5
        if self.causal:
            scores = scores + np.triu(np.full((steps, steps), -1e9, "float32"), 1)
        mixed = ops.einsum("bhts,bshd->bthd", ops.softmax(scores), v)
        return self.out(ops.reshape(mixed, (batch, steps, self.heads * self.size)))

    def graph_nodes(self, build, x):
        return build.attention(
            x, query=self.q, key=self.k, value=self.v, output=self.out,
            heads=self.heads, causal=self.causal, rotary=self.base,
        )  # fmt: skip


class Block(layers.Layer):
    """A transformer block made of Keras layers: a graph opens it by itself."""

    def __init__(self, width: int, attention: object, activation: str = "gelu"):
        super().__init__()
        self.before = layers.LayerNormalization(epsilon=1e-5)
        self.between = layers.LayerNormalization(epsilon=1e-5)
        self.attention, self.drop = attention, layers.Dropout(0.2)
        self.up, self.down = layers.Dense(2 * width, activation=activation), layers.Dense(width)

    def build(self, shape):
        for layer in (self.before, self.between, self.up):
            layer.build(shape)
        self.down.build((*shape[:-1], self.up.units))
        if isinstance(self.attention, layers.MultiHeadAttention):
            self.attention.build(shape, shape)
        else:
            self.attention.build(shape)

    def call(self, x, training=None):
        normed = self.before(x)
        if isinstance(self.attention, layers.MultiHeadAttention):
            mixed = self.attention(normed, normed, use_causal_mask=True, training=training)
        else:
            mixed = self.attention(normed)
        x = x + self.drop(mixed, training=training)
        return x + self.down(self.up(self.between(x)))


def _decoder(width: int, *blocks: object, learned: bool = True) -> object:
    ids = keras.Input((STEPS,), dtype="int32")
    x = layers.Rescaling(width**0.5)(layers.Embedding(WORDS, width)(ids))
    x = Positions(STEPS, width)(x) if learned else x
    for block in blocks:
        x = block(x)
    return keras.Model(ids, layers.Dense(WORDS)(layers.LayerNormalization()(x)))


def _post_norm(width: int) -> object:
    """Functional all through: the residual sums are Add layers, and the last step is cut out."""
    ids = keras.Input((STEPS,), dtype="int32")
    x = Positions(STEPS, width)(layers.Embedding(WORDS, width)(ids))
    mixed = layers.MultiHeadAttention(2, 3, value_dim=2, use_bias=False)(
        query=x, value=x, use_causal_mask=True
    )
    x = layers.LayerNormalization()(layers.Add()([x, mixed]))
    wide = layers.Activation("relu")(layers.Dense(7)(x))
    x = layers.Concatenate()([x, wide])
    return keras.Model(ids, ops.softmax(layers.Dense(4)(x[:, -1])))


def _encoder(width: int) -> object:
    """Every step sees every other, as in a vision transformer; vectors in, one answer out."""
    patches = keras.Input((STEPS, 5))
    x = Positions(STEPS, width)(layers.Dense(width)(patches))
    x = Block(width, Attention(width, 2, causal=False))(x)
    return keras.Model(patches, layers.Dense(3)(layers.GlobalAveragePooling1D()(x)))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.table, self.read = layers.Embedding(WORDS, 5), layers.GRU(4, return_sequences=True)
        self.answer = layers.Dense(WORDS)

    def call(self, ids):
        x = self.table(ids)
        return self.answer(ops.tanh(self.read(x) * 2.0))


TRANSFORMERS = {
    "one block": lambda: _decoder(8, Block(8, layers.MultiHeadAttention(2, 4))),
    "two blocks": lambda: _decoder(
        6, *(Block(6, layers.MultiHeadAttention(3, 2), "silu") for _ in range(2))
    ),
    "rotary": lambda: _decoder(
        8, *(Block(8, Attention(8, 2, base=100), "relu") for _ in range(2)), learned=False
    ),
    "post-norm, last step": lambda: _post_norm(6),
}
AHEAD = {"encoder": lambda: _encoder(6)}
MODELS = {
    **{name: lambda make=make, k=k: make(*sizes(k, 2))
       for k, (name, make) in enumerate(CHAINS.items())},
    **TRANSFORMERS,
    **AHEAD,
    "subclassed": Subclassed,
}  # fmt: skip


def build(name: str, seed: int = 0) -> object:
    """A model with weights as large as trained ones, biases too."""
    model = MODELS[name]()
    rng = np.random.default_rng(seed)
    if not model.built:
        model(np.zeros((1, STEPS), int))
    for weight in model.weights:
        if "seed" not in weight.name:
            weight.assign(weight + rng.normal(0, 0.4, weight.shape))
    return model


def inputs(model: object, seed: int = 0) -> np.ndarray:
    """Two sequences. Of ids, the first is full and the second has a gap and padding behind."""
    rng = np.random.default_rng(seed + 1)
    shape = getattr(model, "input_shape", (None, STEPS))
    if len(shape) == 3:
        return rng.normal(0, 1, (2, STEPS, shape[-1]))
    ids = rng.integers(1, WORDS, (2, STEPS))
    ids[1, [3, 7, 8]] = 0
    return ids
