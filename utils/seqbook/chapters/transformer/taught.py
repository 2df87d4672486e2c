"""What `notebooks/transformer.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
from keras import layers
from seqbook import runtime
from seqbook.chapters.positions.taught import Positions
from seqbook.chapters.positions.taught import RotaryAttention
from seqbook.chapters.self_attention.taught import MultiHeadAttention
from seqbook.chapters.seq2seq.taught import SOURCE
from seqbook.chapters.seq2seq.taught import TARGET
from seqbook.chapters.seq2seq.taught import batch
from seqbook.chapters.seq2seq.taught import make_step

def make_translator(units, attend=True, embedding_dim=32):
    """(English, French so far) → logits; and a model of the weights."""
    source = keras.Input((None,), dtype="int32")
    x = layers.Embedding(len(SOURCE), embedding_dim)(source)
    reader = layers.GRU(units, return_sequences=True, return_state=True)
    notes, vector = reader(x)  # (batch, words, units), (batch, units)

    so_far = keras.Input((None,), dtype="int32")
    y = layers.Embedding(len(TARGET), embedding_dim)(so_far)
    writer = layers.GRU(units, return_sequences=True)
    states = writer(y, initial_state=vector)
    found, weights = MultiHeadAttention(units, num_heads=1)(
        states, context=notes, return_attention_scores=True
    )
    both = layers.concatenate([states, found]) if attend else states
    logits = layers.Dense(len(TARGET))(both)
    inputs = [source, so_far]
    return keras.Model(inputs, logits), keras.Model(inputs, weights)


def train(model, steps, rate, lists, seed):
    """Train on lists of one to five things, a new batch at each step."""
    rng = np.random.default_rng(seed)
    warm_up = steps // 10
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm_up, alpha=0.02,
        warmup_target=rate, warmup_steps=warm_up,
    )  # fmt: skip
    optimizer = keras.optimizers.Adam(schedule, clipnorm=1.0)
    step = make_step(model, optimizer)
    for _ in runtime.Progress(steps, f"seed {seed}"):
        english, french = batch(lists, rng.integers(1, 6), rng)
        step([english, french[:, :-1]], french[:, 1:])


def lists_right(model, things, number=200):
    """The share of lists with every word right, up to <end>."""
    english, french = batch(number, things, seed=100 + things)
    logits = model([english, french[:, :-1]]).numpy()
    right = logits.argmax(axis=-1) == french[:, 1:]  # (number, words)
    return right.all(axis=1).mean()


def train_recurrent(attend, seed):
    keras.utils.set_random_seed(seed)
    model, weights = make_translator(64, attend)
    train(model, steps=400, rate=0.01, lists=64, seed=seed)
    return model, weights


def pointing(weights, things=3, number=200):
    """Per head: how often the largest weight is at the right word."""
    english, french = batch(number, things, seed=100 + things)
    table = weights([english, french[:, :-1]]).numpy()
    where = table[:, :, :-1].argmax(axis=-1)  # without <end>
    step = np.arange(4 * things - 1)
    finger = step + np.array([0, 1, -1, 0])[step % 4]
    hit = (where == finger).mean(axis=0)  # (heads, words)
    return [hit[:, kind::4].mean(axis=1) for kind in range(4)]


class Block(layers.Layer):
    """Attention, then an MLP; each adds to the stream what it computes."""

    def __init__(
        self, d_model, num_heads, attention=MultiHeadAttention, causal=False,
        mlp_units=None, dropout=0.0, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.causal = causal
        self.attention = attention(d_model, num_heads)
        self.norm_attention = layers.LayerNormalization()
        self.norm_mlp = layers.LayerNormalization()
        hidden = layers.Dense(mlp_units or 4 * d_model, activation="relu")
        self.mlp = keras.Sequential([hidden, layers.Dense(d_model)])
        self.dropout = layers.Dropout(dropout)

    def call(
        self, x, attention_mask=None, training=False,
        return_attention_scores=False,
    ):  # fmt: skip
        y, weights = self.attention(
            self.norm_attention(x), attention_mask=attention_mask,
            use_causal_mask=self.causal, return_attention_scores=True,
        )  # fmt: skip
        x = x + self.dropout(y, training=training)
        y = self.mlp(self.norm_mlp(x))
        x = x + self.dropout(y, training=training)
        return (x, weights) if return_attention_scores else x


def digits(number, seed):
    """Eight digits, and the same digits sorted: both (number, 8)."""
    x = np.random.default_rng(seed).integers(0, 10, (number, 8))
    return x.astype("int32"), np.sort(x, axis=1).astype("int32")


def ablated_block(x, without, post_norm=False, d_model=32):
    """A block, written out, with one of its pieces taken out."""
    attention = MultiHeadAttention(d_model, num_heads=4)
    mlp = keras.Sequential([layers.Dense(4 * d_model, activation="relu"),
                            layers.Dense(d_model)])
    for layer in [attention] if without == "MLP" else [attention, mlp]:
        norm = layers.LayerNormalization()
        before = without != "normalization" and not post_norm
        y = layer(norm(x) if before else x)
        x = y if without == "residual" else x + y
        x = norm(x) if post_norm else x
    return x


def make_sorter(without, num_blocks=4, post_norm=False, d_model=32):
    """Eight digits (batch, 8) → logits (batch, 8, 10)."""
    numbers = keras.Input((8,), dtype="int32")
    small = keras.initializers.RandomNormal(stddev=0.3)
    x = layers.Embedding(10, d_model, small)(numbers)
    x = Positions(8, learned=False)(x)
    for _ in range(num_blocks):
        x = ablated_block(x, without, post_norm)
    x = x if post_norm else layers.LayerNormalization()(x)
    return keras.Model([numbers], layers.Dense(10)(x))


def sort_scores(without, steps=150, rate=0.003, **sorter):
    """The share of places that are right, for three seeds."""
    model = make_sorter(without, **sorter)
    optimizer = keras.optimizers.Adam(rate, clipnorm=1.0)
    step, scores = make_step(model, optimizer), []
    at_start = [variable.numpy() for variable in optimizer.variables]
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        model.set_weights(make_sorter(without, **sorter).get_weights())
        for variable, value in zip(optimizer.variables, at_start):
            variable.assign(value)
        rng = np.random.default_rng(seed)
        for _ in range(steps):
            x, y = digits(32, rng)
            step([x], y)
        x, y = digits(500, seed=99_999)
        scores.append((model.predict_on_batch(x).argmax(-1) == y).mean())
    return scores


class DecoderBlock(layers.Layer):
    """Causal self-attention, attention to the encoder's output, an MLP."""

    def __init__(
        self, d_model, num_heads, mlp_units=None,
        attention=MultiHeadAttention, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.self_attention = attention(d_model, num_heads)
        self.cross_attention = attention(d_model, num_heads)
        self.norm_self = layers.LayerNormalization()
        self.norm_cross = layers.LayerNormalization()
        self.norm_mlp = layers.LayerNormalization()
        hidden = layers.Dense(mlp_units or 4 * d_model, activation="relu")
        self.mlp = keras.Sequential([hidden, layers.Dense(d_model)])

    def call(
        self, x, context, context_mask=None, return_attention_scores=False
    ):
        x = x + self.self_attention(self.norm_self(x), use_causal_mask=True)
        y, weights = self.cross_attention(
            self.norm_cross(x), context, attention_mask=context_mask,
            return_attention_scores=True,
        )  # fmt: skip
        x = x + y
        x = x + self.mlp(self.norm_mlp(x))
        return (x, weights) if return_attention_scores else x


def make_transformer(
    vocabulary_size, d_model, num_heads, num_blocks, positions=None,
    outputs=None, **block,
):  # fmt: skip
    """Tokens (batch, time) → logits (batch, time, outputs)."""
    tokens = keras.Input((None,), dtype="int32")
    x = layers.Embedding(vocabulary_size, d_model)(tokens)
    if positions is not None:
        x = positions(x)
    for _ in range(num_blocks):
        x = Block(d_model, num_heads, **block)(x)
    x = layers.LayerNormalization()(x)
    return keras.Model(tokens, layers.Dense(outputs or vocabulary_size)(x))


def attention_maps(model, tokens):
    """The weights (batch, heads, queries, keys) of each block in turn."""
    x, maps = tokens, []
    for layer in model.layers[1:]:  # the first is the input
        if isinstance(layer, Block):
            x, weights = layer(x, return_attention_scores=True)
            maps.append(weights)
        else:
            x = layer(x)
    return maps


def embed(ids, vocabulary, d_model, rotary):
    start = keras.initializers.RandomNormal(stddev=0.3)
    x = layers.Embedding(len(vocabulary), d_model, start)(ids)
    return x if rotary else Positions(64, learned=False)(x)


def make_transformer_translator(rotary, d_model=64, num_heads=4):
    """(English, French so far) → logits; and a model of the weights."""
    kind = RotaryAttention if rotary else MultiHeadAttention
    source = keras.Input((None,), dtype="int32")
    x = embed(source, SOURCE, d_model, rotary)
    x = Block(d_model, num_heads, attention=kind)(x)
    notes = layers.LayerNormalization()(x)

    so_far = keras.Input((None,), dtype="int32")
    y = embed(so_far, TARGET, d_model, rotary)
    decoder = DecoderBlock(d_model, num_heads, attention=kind)
    y, weights = decoder(y, notes, return_attention_scores=True)
    logits = layers.Dense(len(TARGET))(layers.LayerNormalization()(y))
    inputs = [source, so_far]
    return keras.Model(inputs, logits), keras.Model(inputs, weights)


def train_transformer(rotary, seed):
    keras.utils.set_random_seed(seed)
    model, weights = make_transformer_translator(rotary)
    train(model, steps=500, rate=0.004, lists=16, seed=seed)
    return model, weights
