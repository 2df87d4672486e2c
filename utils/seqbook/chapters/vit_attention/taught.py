"""What `notebooks/vit_attention.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from seqbook import runtime
from seqbook.chapters.transformer.taught import Block
from seqbook.chapters.transformer.taught import attention_maps
from seqbook.chapters.vit.taught import make_vit
from seqbook.chapters.vit_attention import data

def make_matcher():
    """The chapter's Vision Transformer: images → logits (batch, 2)."""
    return make_vit((32, 32, 3), size=8, d_model=64, num_heads=4,
                    num_blocks=2, classes=2)


def compiled(model, rate=0.001):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    adam = keras.optimizers.Adam(rate, clipnorm=1.0)
    model.compile(adam, loss, jit_compile=False)
    return model


def train_on_glyphs(model, rng, steps=50):
    """So many steps, each on 64 images that the model never saw."""
    images, same, _ = data.glyphs(64 * steps, rng)
    model.fit(images, same, batch_size=64, verbose=0)


def share_right(logits, labels):
    return np.mean(np.argmax(logits, axis=-1) == labels)


def make_cnn(width=34):
    """Three convolutions, each followed by pooling → logits."""
    images = keras.Input((32, 32, 3))
    x = images
    for channels in [width, 2 * width, 4 * width]:
        x = layers.Conv2D(channels, 3, padding="same",
                          activation="relu")(x)
        x = layers.MaxPooling2D()(x)  # half the height and the width
    x = layers.GlobalAveragePooling2D()(x)  # the mean over all places
    x = layers.Dense(64, activation="relu")(x)
    return keras.Model(images, layers.Dense(2)(x))


def make_from_patches(products):
    """One convolution as large as a patch, then no attention at all."""
    images = keras.Input((32, 32, 3))
    x = layers.Conv2D(128, 8, strides=8)(images)  # (batch, 4, 4, 128)
    x = layers.Reshape((16, 128))(x)
    if products:  # of each of the 16 places with each: (batch, 16, 16)
        x = layers.Flatten()(layers.Dot(axes=2)([x, x]))
    else:
        x = layers.GlobalAveragePooling1D()(x)
    x = layers.Dense(256, activation="relu")(x)
    return keras.Model(images, layers.Dense(2)(x))


MODELS = {
    "ViT": make_matcher,
    "CNN": make_cnn,
    "patches, mean": lambda: make_from_patches(products=False),
    "patches, products": lambda: make_from_patches(products=True),
}


def class_attention(model, images):
    """What the class token looks at: (batch, blocks, heads, patches).

    A row sums to 1 less the weight on the class token itself.
    """
    maps = attention_maps(model, tf.constant(images))
    return np.stack([w[:, :, 0, 1:] for w in maps], axis=1)


def logits_with(model, images, masks):
    """Logits, if each block's attention is limited by its mask.

    masks: one for each block, (batch, 1, queries, keys), True = may look.
    """
    x, masks = tf.constant(images), iter(masks)
    for layer in model.layers[1:]:  # the first is the input
        if isinstance(layer, Block):
            x = layer(x, attention_mask=next(masks))
        else:
            x = layer(x)
    return x.numpy()


def partner_weight(model, images, places):
    """For each block: (images, heads) weights of a glyph on the other."""
    first, second = places.T + 1  # step 0 is the class token
    rows = np.arange(len(images))
    maps = attention_maps(model, tf.constant(images))
    return [w.numpy()[rows, :, first, second] for w in maps]


def cut(places, pairs):
    """Masks (batch, 1, 17, 17): each (query, key) in pairs is cut."""
    mask = np.ones((len(places), 1, 17, 17), bool)
    for query, key in pairs:
        mask[np.arange(len(places)), 0, query, key] = False
    return mask


def cuts(places, rng):
    """Which weights to cut: by name, the pairs of steps."""
    first, second = places.T + 1
    other = rng.integers(0, 14, len(places)) + 1  # any other square
    for place in np.sort(places, axis=1).T + 1:
        other += other >= place
    across = [(first, second), (second, first)]
    return {
        "nothing": [],
        "glyph to glyph": across,
        "glyph to empty": [(first, other), (second, other)],
        "class to glyphs": [(0, first), (0, second)],
        "class to empty": [(0, other)],
        "all but one glyph": [(0, second), *across],
    }


def unevenness(model, images, places):
    """For each block: (images, heads), how far the class token's weights
    on the two glyphs lie apart."""
    found = class_attention(model, images)
    first, second = places.T
    rows = np.arange(len(images))
    return np.abs(found[rows, :, :, first] - found[rows, :, :, second])


def only_glyphs(places):
    """Masks: the class token sees the two glyphs, a patch only itself."""
    mask = np.tile(np.eye(17, dtype=bool), (len(places), 1, 1, 1))
    mask[:, 0, 0] = False
    for place in places.T + 1:
        mask[np.arange(len(places)), 0, 0, place] = True
    return mask


def evenly(model, images, places):
    """Logits with these masks, and with equal weights on both glyphs."""
    masks = [only_glyphs(places)] * 2
    as_learned = logits_with(model, images, masks)
    blocks = [layer for layer in model.layers if isinstance(layer, Block)]
    kernels = [block.attention.to_query.kernel for block in blocks]
    learned = [kernel.numpy() for kernel in kernels]
    for kernel in kernels:  # all scores 0, so all weights are equal
        kernel.assign(tf.zeros_like(kernel))
    equal = logits_with(model, images, masks)
    for kernel, value in zip(kernels, learned):
        kernel.assign(value)
    return as_learned, equal


def make_reader(dropout=0.1):
    """A small Vision Transformer for digits, with patches of 2 x 2."""
    return make_vit((8, 8, 1), size=2, d_model=32, num_heads=4,
                    num_blocks=2, classes=10, mlp_units=64,
                    dropout=dropout)


def train_on_digits(
    images, labels, seed, epochs=30, dropout=0.1, change=None
):
    """The reader; change(images, rng) may alter them in each epoch."""
    keras.utils.set_random_seed(seed)
    model, rng = make_reader(dropout), np.random.default_rng(seed)
    steps = epochs * -(-len(images) // 32)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - 100, warmup_target=3e-3, warmup_steps=100)
    compiled(model, rate)
    for _ in runtime.Progress(epochs, f"seed {seed}"):
        x = images if change is None else change(images, rng)
        model.fit(x, labels, batch_size=32, verbose=0)
    return model


def margin(logits, labels):
    """The right class's logit less the largest of the others."""
    right = np.arange(logits.shape[-1]) == labels[:, None]
    return logits[right] - np.where(right, -np.inf, logits).max(axis=-1)


def drops(model, images, labels):
    """(batch, 16): how much the margin falls if a patch is blanked."""
    whole = margin(model(images).numpy(), labels)
    found = []
    for row in range(0, 8, 2):
        for column in range(0, 8, 2):
            blanked = images.copy()
            blanked[:, row : row + 2, column : column + 2] = 0
            logits = model(blanked).numpy()
            found.append(whole - margin(logits, labels))
    return np.stack(found, axis=1)


def rollout(model, images):
    """Attention rollout of the class token: (batch, patches)."""
    found = np.eye(17)
    for weights in attention_maps(model, tf.constant(images)):
        mixed = (weights.numpy().mean(axis=1) + np.eye(17)) / 2
        found = mixed @ found
    return found[:, 0, 1:]


def correlation(a, b):
    """For each image: the correlation of two maps of its patches."""
    a = a - a.mean(axis=1, keepdims=True)
    b = b - b.mean(axis=1, keepdims=True)
    size = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return (a * b).sum(axis=1) / np.maximum(size, 1e-9)
