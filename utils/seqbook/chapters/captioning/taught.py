"""What `notebooks/captioning.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import itertools
import keras
import numpy as np
import time
from keras import layers
from keras import ops
from seqbook import runtime
from seqbook.chapters.attention.taught import attention
from seqbook.chapters.positions.taught import Positions
from seqbook.chapters.seq2seq.taught import make_step

SHAPES = ["circle", "square", "triangle", "cross"]
INKS = {
    "red": (1.0, 0.2, 0.2), "green": (0.2, 0.8, 0.2),
    "blue": (0.3, 0.4, 1.0), "yellow": (1.0, 0.9, 0.1),
    "purple": (0.7, 0.2, 0.9),
}  # fmt: skip


def drawn(shape, x, y, radius, side):
    """(side, side) booleans: the pixels of a shape around (x, y)."""
    row, column = np.mgrid[0:side, 0:side]
    right, down = column - x, row - y
    if shape == "circle":
        return np.hypot(right, down) <= radius
    if shape == "square":
        return np.maximum(abs(right), abs(down)) <= 0.88 * radius
    if shape == "triangle":
        inside = abs(right) <= 0.55 * (down + radius)
        return (down <= 0.8 * radius) & inside
    thin, long = radius / 3, radius  # a cross: two bars
    flat = (abs(down) <= thin) & (abs(right) <= long)
    return flat | (abs(right) <= thin) & (abs(down) <= long)


SIZES = {"small": 3.4, "big": 5.8}  # radius in pixels
KINDS = list(itertools.product(SIZES, INKS, SHAPES))
HELD_OUT = [
    ("big", "purple", "cross"), ("small", "blue", "triangle"),
    ("big", "yellow", "circle"), ("small", "green", "square"),
]  # fmt: skip
USUAL = [kind for kind in KINDS if kind not in HELD_OUT]
WORDS = ["<start>", *SIZES, *INKS, *SHAPES]


def paint(objects, rng):
    """A picture (32, 32, 3) of four objects, in reading order."""
    picture = np.zeros((32, 32, 3), "float32")
    for quadrant, (size, ink, shape) in enumerate(objects):
        row, column = divmod(quadrant, 2)
        x, y = np.array([16 * column + 8, 16 * row + 8]) \
            + rng.uniform(-1.5, 1.5, size=2)
        picture[drawn(shape, x, y, SIZES[size], side=32)] = INKS[ink]
    return picture


def scenes(number, seed, unseen=False):
    """Pictures (number, 32, 32, 3) and captions (number, 13) of ids.

    With `unseen`, one object of each scene is of a held-out kind.
    """
    rng = np.random.default_rng(seed)
    pictures, captions = [], []
    for _ in range(number):
        objects = [USUAL[k] for k in rng.integers(len(USUAL), size=4)]
        if unseen:
            objects[rng.integers(4)] = HELD_OUT[rng.integers(len(HELD_OUT))]
        pictures.append(paint(objects, rng))
        sentence = ["<start>", *itertools.chain(*objects)]
        captions.append([WORDS.index(word) for word in sentence])
    return np.stack(pictures), np.array(captions, "int32")


REGIONS, CHANNELS = 16, 96


def make_encoder():
    """Pictures (32, 32, 3) → 16 regions of 96 numbers each."""
    options = {"padding": "same", "activation": "relu"}
    image = keras.Input((32, 32, 3))
    x = layers.Conv2D(24, 3, strides=2, **options)(image)  # (16, 16, 24)
    x = layers.Conv2D(48, 3, strides=2, **options)(x)  # (8, 8, 48)
    x = layers.Conv2D(CHANNELS, 3, **options)(x)  # (8, 8, 96)
    x = layers.MaxPooling2D(2)(x)  # (4, 4, 96)
    x = layers.Reshape((REGIONS, CHANNELS))(x)
    x = layers.LayerNormalization()(x)
    return keras.Model(image, Positions(REGIONS)(x), name="encoder")


def make_writer(vector, units=96):
    """(regions, 12 words) → logits of each next word, from one vector.

    `vector` is a Keras layer that turns the 16 regions into one vector.
    """
    regions = keras.Input((REGIONS, CHANNELS))
    words = keras.Input((12,), dtype="int32")
    v = vector(regions)
    start = layers.Dense(units, activation="tanh")(v)  # (batch, units)
    y = layers.Embedding(len(WORDS), 48)(words)
    gru = layers.GRU(units, return_sequences=True, unroll=True)
    states = gru(y, initial_state=start)  # (batch, 12, units)
    logits = layers.Dense(len(WORDS))(states)
    return keras.Model([regions, words], logits, name="writer")


def make_captioner(writer):
    """(pictures, 12 words) → logits of each next word."""
    image = keras.Input((32, 32, 3))
    words = keras.Input((12,), dtype="int32")
    logits = writer([make_encoder()(image), words])
    return keras.Model([image, words], logits)


def train(model, steps, seed, pictures, captions, rate=0.003):
    """Teacher forcing, 64 scenes a step. Returns the CPU seconds."""
    rng, start = np.random.default_rng(seed), time.process_time()
    warm_up = steps // 10
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm_up, alpha=0.02,
        warmup_target=rate, warmup_steps=warm_up,
    )  # fmt: skip
    step = make_step(model, keras.optimizers.Adam(schedule, clipnorm=1.0))
    for _ in runtime.Progress(steps, f"seed {seed}"):
        chosen = rng.integers(len(pictures), size=64)
        x, y = pictures[chosen], captions[chosen]
        step([x, y[:, :-1]], y[:, 1:])
    return time.process_time() - start


def write(model, pictures):
    """Caption ids (pictures, 13): each word is the likeliest."""
    regions = model.get_layer("encoder")(pictures)
    writer = model.get_layer("writer")
    written = np.zeros((len(pictures), 13), "int32")  # <start> is 0
    for t in range(12):  # the words after t are still 0, and not read
        words = ops.convert_to_tensor(written[:, :-1])
        logits = writer([regions, words])
        written[:, t + 1] = np.argmax(logits[:, t], axis=-1)
    return written


class Look(layers.Layer):
    """Each state looks at the regions: what it found, and where."""

    def __init__(self, d_k=96):
        super().__init__(name="look")
        self.to_query = layers.Dense(d_k, use_bias=False)
        self.to_key = layers.Dense(d_k, use_bias=False)

    def build(self, states_shape, regions_shape):
        self.to_query.build(states_shape)
        self.to_key.build(regions_shape)

    def call(self, states, regions):
        queries, keys = self.to_query(states), self.to_key(regions)
        return attention(queries, keys, regions)


def make_looking_writer(units=96):
    """(regions, 12 words) → logits, with a look for every word."""
    regions = keras.Input((REGIONS, CHANNELS))
    words = keras.Input((12,), dtype="int32")
    y = layers.Embedding(len(WORDS), 48)(words)
    gru = layers.GRU(units, return_sequences=True, unroll=True)
    states = gru(y)  # starts from zeros
    found, _ = Look()(states, regions)  # (batch, 12, 96)
    both = layers.concatenate([states, found])
    logits = layers.Dense(len(WORDS), name="logits")(both)
    return keras.Model([regions, words], logits, name="writer")


def maps(model, pictures, captions):
    """Where each word looks: (pictures, 12 words, 16 regions)."""
    writer, encoder = model.get_layer("writer"), model.get_layer("encoder")
    _, weights = writer.get_layer("look").output
    where = keras.Model(writer.inputs, weights)
    words = ops.convert_to_tensor(captions[:, :-1])
    return where([encoder(pictures), words]).numpy()


def on_own_quadrant(weights):
    """(12,) mean share of each word's weight in its object's quadrant."""
    grid = weights.reshape(-1, 12, 2, 2, 2, 2)  # row, in it, column, in it
    quadrants = grid.sum(axis=(3, 5)).reshape(-1, 12, 4)
    word = np.arange(12)
    return quadrants[:, word, word // 3].mean(axis=0)


def is_held_out(captions):
    """(scenes, 4) booleans: which of the objects are of a held-out kind."""
    held = [[WORDS.index(word) for word in kind] for kind in HELD_OUT]
    objects = captions[:, 1:].reshape(-1, 4, 1, 3)
    return (objects == np.array(held)).all(axis=-1).any(axis=-1)
