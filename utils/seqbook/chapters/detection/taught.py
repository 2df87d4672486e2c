"""What `notebooks/detection.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops
from scipy.optimize import linear_sum_assignment
from seqbook import runtime
from seqbook.chapters.captioning.taught import SHAPES
from seqbook.chapters.detection import data
from seqbook.chapters.positions.taught import sinusoidal
from seqbook.chapters.transformer.taught import Block
from seqbook.chapters.transformer.taught import DecoderBlock

def corners(boxes):
    """Boxes (..., 4), center and size → two corners (..., 2)."""
    center, size = boxes[..., :2], boxes[..., 2:]
    return center - size / 2, center + size / 2


def overlap(a, b):
    """IoU and GIoU of boxes (..., 4), one number for each pair."""
    (a_low, a_high), (b_low, b_high) = corners(a), corners(b)
    shared = tf.minimum(a_high, b_high) - tf.maximum(a_low, b_low)
    both = tf.reduce_prod(tf.maximum(shared, 0), axis=-1)
    areas = tf.reduce_prod(a[..., 2:], -1) + tf.reduce_prod(b[..., 2:], -1)
    either = areas - both
    hull = tf.maximum(a_high, b_high) - tf.minimum(a_low, b_low)
    around = tf.reduce_prod(hull, axis=-1)
    iou = tf.math.divide_no_nan(both, either)
    return iou, iou - tf.math.divide_no_nan(around - either, around)


def cost_table(logits, boxes, true_kinds, true_boxes):
    """What each query would cost as the answer for each object.

    (..., queries, kinds), (..., queries, 4), (..., objects) and
    (..., objects, 4) → (..., queries, objects); 0 for padding.
    """
    kinds = tf.one_hot(true_kinds, len(SHAPES) + 1)
    p = tf.nn.softmax(logits)
    right = tf.matmul(p, kinds, transpose_b=True)  # (..., queries, objects)
    ours, theirs = boxes[..., :, None, :], true_boxes[..., None, :, :]
    distance = tf.reduce_sum(tf.abs(ours - theirs), axis=-1)
    costs = -right + 5 * distance - 2 * overlap(ours, theirs)[1]
    return tf.where(true_kinds[..., None, :] < data.NOTHING, costs, 0.0)


def assign(costs):
    """The best query for each object: (..., objects)."""
    chosen = np.zeros(costs.shape[:-2] + costs.shape[-1:], "int32")
    for scene in np.ndindex(costs.shape[:-2]):
        queries, objects = linear_sum_assignment(costs[scene])
        chosen[scene][objects] = queries
    return chosen


def set_loss(logits, boxes, true_kinds, true_boxes):
    """Loss of the best assignment, a mean over decoder blocks.

    logits (batch, blocks, queries, kinds), boxes (..., 4);
    true_kinds (batch, objects), true_boxes (batch, objects, 4).
    """
    true_kinds, true_boxes = true_kinds[:, None], true_boxes[:, None]
    costs = cost_table(logits, boxes, true_kinds, true_boxes)
    chosen = tf.numpy_function(assign, [costs], tf.int32)
    chosen = tf.ensure_shape(chosen, costs[..., 0, :].shape)
    real = tf.cast(true_kinds < data.NOTHING, tf.float32)  # not padding
    pairs = tf.one_hot(chosen, boxes.shape[-2]) * real[..., None]

    # (batch, blocks, queries): the kind of its object, or NOTHING
    less = true_kinds - data.NOTHING
    target = data.NOTHING + tf.reduce_sum(
        tf.cast(pairs, tf.int32) * less[..., None], axis=-2)
    weight = tf.where(target == data.NOTHING, 0.2, 1.0)
    wrong = tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)
    kind_loss = tf.reduce_sum(weight * wrong) / tf.reduce_sum(weight)

    found = pairs @ boxes  # (batch, blocks, objects, 4)
    distance = tf.reduce_sum(tf.abs(found - true_boxes), axis=-1)
    fit = 1 - overlap(found, true_boxes)[1]
    box_loss = tf.reduce_sum(real * (5 * distance + 2 * fit))
    objects = tf.reduce_sum(tf.ones_like(distance) * real)
    return kind_loss + box_loss / objects


class QueryBlock(DecoderBlock):
    """A decoder block for a set: no order, and a query added to ask."""

    def call(self, x, queries, context):
        x = x + self.self_attention(self.norm_self(x) + queries)
        y, weights = self.cross_attention(
            self.norm_cross(x) + queries, context,
            return_attention_scores=True,
        )  # fmt: skip
        x = x + y
        return x + self.mlp(self.norm_mlp(x)), weights


class Queries(layers.Layer):
    """The same learned vectors for every scene of a batch."""

    def __init__(self, number, **kwargs):
        super().__init__(**kwargs)
        self.number = number

    def build(self, grid_shape):
        start = keras.initializers.RandomNormal(stddev=1.0)
        shape = (self.number, grid_shape[-1])
        self.table = self.add_weight(shape, start, name="table")

    def call(self, grid):
        return tf.repeat(self.table[None], tf.shape(grid)[0], axis=0)


def places(side, d_model):
    """(side * side, d_model): sines of the column, then of the row."""
    one = sinusoidal(side, d_model // 2, base=10.0)
    columns, rows = np.tile(one, (side, 1)), np.repeat(one, side, axis=0)
    return np.concatenate([columns, rows], axis=1)


def make_detector(blocks=2, d_model=64, queries=6, encoder=0):
    """Images → logits (batch, blocks, queries, 5), boxes (..., 4).

    The third output is the attention of the last block:
    (batch, heads, queries, 36).
    """
    images = x = keras.Input((data.SIDE, data.SIDE, 3))
    for filters, size, step in [(48, 6, 4), (64, 4, 2)]:
        x = layers.Conv2D(filters, size, strides=step, padding="same",
                          use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    x = layers.Conv2D(d_model, 3, padding="same")(x)
    x = layers.Reshape((-1, d_model))(x)  # (batch, 36, d_model)
    x = x + places(6, d_model)
    for _ in range(encoder):
        x = Block(d_model, 4, mlp_units=2 * d_model)(x)
    grid = layers.LayerNormalization()(x) + places(6, d_model)

    asked = Queries(queries)(grid)
    x = ops.zeros_like(asked)
    norm = layers.LayerNormalization()
    to_kind = layers.Dense(len(SHAPES) + 1)
    to_box = keras.Sequential([
        layers.Dense(d_model, activation="relu"),
        layers.Dense(4, activation="sigmoid"),
    ])
    logits, boxes = [], []
    for _ in range(blocks):
        block = QueryBlock(d_model, 4, 2 * d_model)
        x, weights = block(x, asked, grid)
        logits.append(to_kind(norm(x)))
        boxes.append(to_box(norm(x)))
    answers = [ops.stack(logits, axis=1), ops.stack(boxes, axis=1)]
    return keras.Model(images, [*answers, weights])


def train(model, steps, seed, rate=0.0025, scenes=6000, batch=32):
    """Train on drawn scenes; a new random batch at each step."""
    warm_up = min(100, steps // 4)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm_up, alpha=0.02,
        warmup_target=rate, warmup_steps=warm_up,
    )  # fmt: skip
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=1e-4, clipnorm=1.0)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(images, boxes, kinds):
        with tf.GradientTape() as tape:
            logits, found, _ = model(images, training=True)
            loss = set_loss(logits, found, kinds, boxes)
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return loss

    drawn, rng = data.scenes(scenes, seed=1), np.random.default_rng(seed)
    with runtime.Progress(steps, f"seed {seed}") as bar:
        for _ in range(steps):
            some = rng.integers(0, scenes, batch)
            chosen = [part[some] for part in drawn]
            if rng.random() < 0.5:
                chosen = data.mirrored(*chosen)
            bar.step(loss=float(step(*map(tf.constant, chosen))))


def detections(model, images, block=-1):
    """For each image (queries, 6): kind, score and box; best first."""
    logits, boxes, _ = model.predict(images, batch_size=50, verbose=0)
    p = ops.softmax(logits[:, block]).numpy()[..., :data.NOTHING]
    rows = np.concatenate([p.argmax(-1)[..., None], p.max(-1)[..., None],
                           boxes[:, block]], axis=-1).astype("float32")
    order = np.argsort(-rows[..., 1], axis=1, kind="stable")
    return np.take_along_axis(rows, order[..., None], axis=1)


def average_precision(scores, hits, objects):
    """Mean precision at 101 recalls from 0 to 1, as COCO takes it."""
    right = np.cumsum(hits[np.argsort(-scores, kind="stable")])
    precision = right / np.arange(1, len(right) + 1)
    # The best precision at this recall or at a larger one.
    best = np.maximum.accumulate(precision[::-1])[::-1]
    recalls = np.linspace(0, 1, 101)
    first = np.searchsorted(right / objects, recalls)
    return np.append(best, 0.0)[first].mean()


def hits_of(rows, kinds, boxes, kind, threshold):
    """Which claims (rows, best first) of a kind are right in a scene."""
    theirs, free = boxes[kinds == kind], set(range((kinds == kind).sum()))
    hits = []
    for row in rows[rows[:, 0] == kind]:
        iou = overlap(row[2:], theirs)[0].numpy() if len(theirs) else []
        best = max(free, key=lambda k: iou[k], default=None)
        hit = best is not None and iou[best] >= threshold
        free -= {best} if hit else set()
        hits.append(hit)
    return hits


def mean_ap(found, true_kinds, true_boxes, threshold):
    """The mean over the kinds of AP at one IoU threshold."""
    of_kinds = []
    for kind in range(data.NOTHING):
        hits = [hits_of(*scene, kind, threshold)
                for scene in zip(found, true_kinds, true_boxes)]
        scores = [rows[rows[:, 0] == kind, 1] for rows in found]
        of_kinds.append(average_precision(
            np.concatenate(scores), np.concatenate(hits),
            (true_kinds == kind).sum()))
    return np.mean(of_kinds)


def duplicates(found, true_kinds, least=0.5):
    """Pairs of claims to one object, for 100 objects: same kind,
    both scores at least `least`, IoU above one half."""
    pairs = 0
    for rows in found:
        sure = rows[rows[:, 1] >= least]
        iou = overlap(sure[:, None, 2:], sure[None, :, 2:])[0].numpy()
        same = sure[:, None, 0] == sure[None, :, 0]
        pairs += (np.triu(same & (iou > 0.5), k=1)).sum()
    return 100 * pairs / (true_kinds < data.NOTHING).sum()
