"""The chapter's attention layers are Keras': outputs and gradients, with every mask; and what masks
and heads promise.

The code is read from the stored notebook, from the cells tagged `masked`, `causal`, `padding`,
`one-head` and `multi-head`.
"""

from __future__ import annotations

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from parity_cases import TOLERANCE, arrays, cell_source, changed, run

IMPORTS = "from keras import layers\nfrom seqbook.chapters.attention.taught import scaled_scores"
TAGS = ("masked", "causal", "padding", "one-head", "multi-head")

# batch, time, d_model, heads
SHAPES = {
    "usual": (3, 5, 8, 2),
    "as many heads as steps": (2, 4, 8, 4),
    "batch, time and heads equal": (4, 4, 8, 4),
    "one head": (3, 6, 5, 1),
    "one step": (2, 1, 6, 3),
    "one example": (1, 7, 6, 2),
    "long": (2, 40, 12, 3),
}
EVERY_SHAPE = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
MASKS = ("none", "padding", "causal", "both")
EVERY_MASK = pytest.mark.parametrize("mask", MASKS)


@pytest.fixture(scope="module")
def chapter() -> SimpleNamespace:
    return run(IMPORTS, *(cell_source("self_attention", tag) for tag in TAGS))


def token_ids(batch: int, time: int) -> np.ndarray:
    """Ids with padding at the end; the first sequence has none, every one begins with a token."""
    lengths = np.maximum(time - np.arange(batch), 1)
    return (np.arange(time) < lengths[:, None]).astype("int32") * 7


def masks(module: SimpleNamespace, mask: str, batch: int, time: int):
    """Arguments of our layer and of Keras'."""
    padding = module.padding_mask(tf.constant(token_ids(batch, time)))
    ours = {"attention_mask": padding} if mask in ("padding", "both") else {}
    theirs = {"attention_mask": padding[:, 0]} if ours else {}
    causal = {"use_causal_mask": True} if mask in ("causal", "both") else {}
    return ours | causal, theirs | causal


def compared(module, shape, mask="none", use_bias=False, layer=None):
    """Largest difference of the outputs and of each gradient, relative to the reference."""
    batch, time, d_model, heads = shape
    x, weighing = arrays((batch, time, d_model), (batch, time, d_model), scale=1, seed=sum(shape))
    ours = layer or module.MultiHeadAttention(d_model, heads, use_bias=use_bias)
    theirs = keras.layers.MultiHeadAttention(heads, d_model // heads, use_bias=use_bias)
    ours_options, theirs_options = masks(module, mask, batch, time)
    if layer is not None:  # one head: no axis for heads, and no causal option
        causal = ours_options.pop("use_causal_mask", False)
        may = ours_options.pop("attention_mask", tf.ones((batch, 1, 1, time), bool))[:, 0]
        ours_options = {"attention_mask": may & module.causal_mask(time) if causal else may}
    ours(x), theirs(x, x)
    values = arrays(*(tuple(w.shape) for w in ours.weights), scale=0.5, seed=4)
    for a, b, value in zip(ours.weights, theirs.weights, values, strict=True):
        a.assign(value)
        b.assign(value.reshape(b.shape))
    found = []
    for forward, weights in [
        (lambda x: ours(x, **ours_options), ours.weights),
        (lambda x: theirs(x, x, **theirs_options), theirs.weights),
    ]:
        x = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = forward(x)
            loss = tf.reduce_sum(weighing * y)
        gradients = tape.gradient(loss, [x, *weights])
        found.append([y, *(tf.zeros_like(w) if g is None else g
                           for g, w in zip(gradients, [x, *weights], strict=True))])
    differences = []
    for a, b in zip(*found, strict=True):
        # A key's bias adds the same to a whole row of scores: its gradient is only rounding.
        size = np.abs(b).max() if np.abs(b).max() > 1e-4 else 1.0
        differences.append(float(np.abs(np.reshape(a, b.shape) - b).max() / size))
    return max(differences)


# --- Keras --------------------------------------------------------------------------------------


@EVERY_SHAPE
@EVERY_MASK
@pytest.mark.parametrize("use_bias", [False, True])
def test_several_heads_are_those_of_keras(chapter, shape, mask, use_bias):
    assert compared(chapter, shape, mask, use_bias) <= TOLERANCE


@EVERY_MASK
@pytest.mark.parametrize("shape", [(3, 5, 8, 1), (4, 4, 4, 1), (2, 1, 6, 1)], ids=str)
def test_one_head_is_that_of_keras(chapter, shape, mask):
    one = chapter.SelfAttention(shape[2], shape[2])
    assert compared(chapter, shape, mask, layer=one) <= TOLERANCE


def test_another_sequence_as_context_is_that_of_keras(chapter):
    x, context = arrays((3, 5, 8), (3, 7, 8))
    ours = chapter.MultiHeadAttention(8, 2)
    theirs = keras.layers.MultiHeadAttention(2, 4, use_bias=False)
    ours(x), theirs(x, context)
    for a, b in zip(ours.weights, theirs.weights, strict=True):
        b.assign(tf.reshape(a, b.shape))
    y, weights = ours(x, context=context, return_attention_scores=True)
    y_keras, weights_keras = theirs(x, context, return_attention_scores=True)
    assert weights.shape == (3, 2, 5, 7)
    np.testing.assert_allclose(y, y_keras, atol=TOLERANCE)
    np.testing.assert_allclose(weights, weights_keras, atol=TOLERANCE)


def test_the_definition_in_plain_loops(chapter):
    """Number by number in float64: Keras is not the only witness."""
    q, k, v = (a.astype("float64") for a in arrays((4, 3), (5, 3), (5, 2), scale=1))
    may = np.random.default_rng(0).random((4, 5)) < 0.6
    may[:, 0] = True
    given = (tf.constant(a, "float32") for a in (q, k, v))
    outputs, weights = chapter.masked_attention(*given, tf.constant(may))
    for i in range(4):
        e = [np.exp(sum(q[i, d] * k[j, d] for d in range(3)) / 3**0.5) * may[i, j]
             for j in range(5)]
        for j in range(5):
            assert abs(float(weights[i, j]) - e[j] / sum(e)) < TOLERANCE
        for d in range(2):
            wanted = sum(e[j] / sum(e) * v[j, d] for j in range(5))
            assert abs(float(outputs[i, d]) - wanted) < TOLERANCE


def test_the_worked_example(chapter):
    q, K = tf.constant([[1.0, 0.0]]), tf.constant([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    _, weights = chapter.masked_attention(q, K, K)
    np.testing.assert_allclose(weights, [[0.401, 0.198, 0.401]], atol=5e-4)
    _, weights = chapter.masked_attention(q, K, K, tf.constant([[True, True, False]]))
    np.testing.assert_allclose(weights, [[0.670, 0.330, 0]], atol=5e-4)


# --- What masks and heads promise -----------------------------------------------------------


def layer_with(module, heads=2, d_model=8, seed=1):
    layer = module.MultiHeadAttention(d_model, heads)
    layer(np.zeros((1, 2, d_model), "float32"))
    layer.set_weights(arrays(*(tuple(w.shape) for w in layer.weights), seed=seed))
    return layer


@EVERY_MASK
def test_rows_sum_to_one_and_nothing_lies_on_what_is_cut(chapter, mask):
    layer = layer_with(chapter)
    (x,) = arrays((3, 6, 8), scale=2)
    options, _ = masks(chapter, mask, 3, 6)
    _, weights = layer(x, return_attention_scores=True, **options)
    np.testing.assert_allclose(tf.reduce_sum(weights, axis=-1), np.ones((3, 2, 6)), atol=1e-6)
    if "use_causal_mask" in options:
        assert np.abs(np.triu(weights, 1)).max() == 0
    if "attention_mask" in options:
        hidden = np.broadcast_to(token_ids(3, 6)[:, None, None] == 0, weights.shape)
        assert np.abs(weights.numpy()[hidden]).max() == 0


@pytest.mark.parametrize("at", range(6))
def test_a_changed_future_changes_nothing_before_it(chapter, at):
    layer = layer_with(chapter)
    (x,) = arrays((2, 6, 8), scale=1)
    later = x.copy()
    later[:, at] += 3.0
    before, after = (layer(a, use_causal_mask=True).numpy() for a in (x, later))
    np.testing.assert_array_equal(after[:, :at], before[:, :at])
    assert np.abs(after[:, at:] - before[:, at:]).max(axis=(0, 2)).min() > 1e-3


def test_changed_padding_changes_nothing(chapter):
    layer, tokens = layer_with(chapter), token_ids(3, 6)
    (x,) = arrays((3, 6, 8), scale=1)
    other = np.where(tokens[..., None] == 0, x + 5.0, x)
    mask = chapter.padding_mask(tf.constant(tokens))
    before, after = (layer(a, attention_mask=mask).numpy() for a in (x, other))
    np.testing.assert_array_equal(after[tokens != 0], before[tokens != 0])
    assert np.abs(layer(x) - layer(other))[tokens != 0].max() > 1e-3  # unmasked it does


def test_permuted_inputs_give_permuted_outputs(chapter):
    layer = layer_with(chapter)
    (x,) = arrays((2, 7, 8), scale=1)
    order = np.random.default_rng(3).permutation(7)
    np.testing.assert_allclose(layer(x[:, order]), layer(x).numpy()[:, order], atol=1e-6)
    causal = layer(x, use_causal_mask=True).numpy()[:, order]
    assert np.abs(layer(x[:, order], use_causal_mask=True) - causal).max() > 1e-3


def test_a_row_that_may_see_nothing_is_zero_with_finite_gradients(chapter):
    layer = layer_with(chapter)
    x = tf.constant(arrays((2, 5, 8), scale=1)[0])
    left_padded = tf.constant([[0, 0, 4, 5, 6], [1, 2, 3, 4, 5]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, weights = layer(x, attention_mask=chapter.padding_mask(left_padded),
                           use_causal_mask=True, return_attention_scores=True)
        loss = tf.reduce_sum(y**2)
    assert np.abs(y[0, :2]).max() == 0 and np.abs(weights[0, :, :2]).max() == 0
    assert np.abs(y[0, 2:]).min() > 0
    for gradient in tape.gradient(loss, [x, *layer.trainable_weights]):
        assert np.isfinite(gradient).all()


def test_split_moves_entries_and_join_undoes_it(chapter):
    layer = chapter.MultiHeadAttention(6, 3)
    x = 10 * np.arange(4)[:, None] + np.arange(6)  # 10 · token + entry
    cut = layer.split(tf.constant(x[None])).numpy()
    assert cut.shape == (1, 3, 4, 2)
    for head in range(3):
        np.testing.assert_array_equal(cut[0, head], x[:, 2 * head : 2 * head + 2])
    np.testing.assert_array_equal(layer.join(tf.constant(cut))[0], x)


def test_a_model_of_any_length_trains(chapter):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((None, 4))
    outputs = keras.layers.Dense(1)(chapter.MultiHeadAttention(8, 2)(inputs, use_causal_mask=True))
    model = keras.Model(inputs, outputs)
    model.compile("adam", "mse", jit_compile=False)
    x, y = arrays((8, 6, 4), (8, 6, 1))
    before = [w.copy() for w in model.get_weights()]
    model.fit(x, y, epochs=1, verbose=0)
    assert all(np.abs(a - b).max() > 0 for a, b in zip(before, model.get_weights(), strict=True))
    assert model(arrays((2, 9, 4))[0]).shape == (2, 9, 1)


# --- The tests above can fail ------------------------------------------------------------------

SLIPS = {
    "no transpose in split": ("multi-head", "return tf.transpose(x, [0, 2, 1, 3])",
                              "return tf.reshape(x, [-1, self.num_heads, time, d_head])"),
    "no transpose in join": (
        "multi-head", "x = tf.transpose(x, [0, 2, 1, 3])\n",
        "x = tf.reshape(x, [tf.shape(x)[0], tf.shape(x)[2], self.num_heads, x.shape[-1]])\n"),
    "key and value exchanged": ("multi-head", "values = self.split(self.to_value(context))",
                                "keys, values = self.split(self.to_value(context)), keys"),
    "no projection at the end": ("multi-head", "y = self.to_output(self.join(heads))",
                                 "y = self.join(heads) + 0 * self.to_output(x)"),
    "one mask of two left out": ("multi-head", "else causal & mask", "else causal"),
    "mask after the softmax": ("masked", "scores = tf.where(mask, scores, -1e9)", "pass"),
    "mask inverted": ("masked", "tf.where(mask, scores, -1e9)", "tf.where(mask, -1e9, scores)"),
    "future and past exchanged": ("causal", "step[:, None] >= step[None, :]",
                                  "step[:, None] <= step[None, :]"),
    "not even oneself": ("causal", ">=", ">"),
    "padding and words exchanged": ("padding", "tokens != 0", "tokens == 0"),
    "padding of the queries": ("padding", "[:, None, None, :]", "[:, None, :, None]"),
    "softmax over the queries": ("masked", "tf.nn.softmax(scores)", "tf.nn.softmax(scores, -2)"),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_breaks_the_parity(name):
    tag, old, new = SLIPS[name]
    codes = {t: cell_source("self_attention", t) for t in TAGS}
    codes[tag] = changed(codes[tag], [(old, new)])
    assert compared(run(IMPORTS, *codes.values()), SHAPES["usual"], "both") > 100 * TOLERANCE
