"""Writing tunes: the compiled loop, the state that it carries, and the player."""

from __future__ import annotations

import html
import math
from dataclasses import replace

import numpy as np
import pytest
from seqbook.music import generation, recipe, training
from seqbook.music.player import TunePlayer

TUNES = [f"M:4/4\nK:{k}\n{''.join(n)}|{a}2{a}2:|" for k in "GDA" for a in "ABce"
         for n in (a + "Bcd", "d" + a + "BA", "efg" + a)]  # fmt: skip
HELD = ["M:4/4\nK:G\nABcd|e2e2:|", "M:4/4\nK:D\ndcBA|B2:|"]
SMALL = training.Settings(steps=12, batch=4, window=8, carry=5, units=6, embedding=4, warmup=3)


@pytest.fixture(scope="module")
def trained():
    return training.train(replace(SMALL, steps=150, learning_rate=0.02), TUNES, HELD)


@pytest.fixture(autouse=True)
def nothing_printed(capsys):
    """The progress bar's last line is no part of a test's output."""
    yield
    capsys.readouterr()


@pytest.fixture(scope="module")
def writer(trained):
    return generation.Generator(trained.model, trained.vocabulary)


def test_the_same_seed_writes_the_same_tunes(writer, trained):
    first = writer(6, 1.0, seed=3, max_chars=60)
    assert first == writer(6, 1.0, seed=3, max_chars=60)
    again = generation.Generator(trained.model, trained.vocabulary)
    assert first == again(6, 1.0, seed=3, max_chars=60)
    assert first != writer(6, 1.0, seed=4, max_chars=60)
    assert len(set(first)) > 1


def by_hand(trained, row, n, temperature, seed, limit):
    """The same loop in Python, a character at a time."""
    step = generation.step_by_step(trained.model)
    token, state, text = 0, None, ""
    for t in range(limit):
        logits, state = step(token, state)
        u = generation.uniforms(n, seed, t)[row : row + 1]
        token = int(recipe.draw(recipe.probabilities(logits, temperature), u)[0])
        if token == 0:
            break
        text += trained.vocabulary[token]
    return text


@pytest.mark.parametrize("temperature", [0.7, 1.0])
def test_the_compiled_loop_writes_what_a_loop_in_python_does(writer, trained, temperature):
    for row, tune in enumerate(writer(4, temperature, seed=9, max_chars=50)):
        assert tune == by_hand(trained, row, 4, temperature, 9, 50)


def test_a_step_at_a_time_gives_the_logits_of_the_whole_window(trained):
    ids = recipe.encode("$" + TUNES[0], trained.vocabulary)
    step, state, logits = generation.step_by_step(trained.model), None, []
    for token in ids:
        out, state = step(int(token), state)
        logits.append(np.asarray(out)[0])
    np.testing.assert_allclose(logits, trained.model(ids[None])[0], rtol=1e-4, atol=1e-5)


def test_a_temperature_near_zero_takes_the_likeliest(writer, trained):
    step, token, state, text = generation.step_by_step(trained.model), 0, None, ""
    while len(text) < 40:
        logits, state = step(token, state)
        token = int(np.argmax(logits))
        if token == 0:
            break
        text += trained.vocabulary[token]
    assert writer(3, 1e-4, seed=1, max_chars=40) == [text] * 3


def test_a_high_temperature_writes_every_character_about_as_often(writer, trained):
    text = "".join(writer(100, 1e5, seed=1, max_chars=100))
    counts = np.array([text.count(c) for c in trained.vocabulary[1:]])
    assert counts.min() > 0.7 * counts.mean()


def test_tunes_end_at_the_mark_or_at_the_limit(writer):
    tunes = writer(20, 1.0, seed=2, max_chars=30)
    assert all(len(t) <= 30 and "$" not in t for t in tunes)
    long = writer(20, 1.0, seed=2, max_chars=200)
    assert [t[:30] for t in long] == tunes


def test_stacked_layers_and_lstm_carry_all_their_states(trained):
    import keras

    model = keras.Sequential(
        [keras.layers.Embedding(len(trained.vocabulary), 4),
         keras.layers.LSTM(5, return_sequences=True), keras.layers.Dropout(0.5),
         keras.layers.GRU(3, return_sequences=True), keras.layers.Dense(len(trained.vocabulary))]
    )  # fmt: skip
    ids = recipe.encode(TUNES[0], trained.vocabulary)
    whole = np.asarray(model(ids[None], training=False)[0])
    step, state = generation.step_by_step(model), None
    for token, wanted in zip(ids, whole, strict=True):
        logits, state = step(int(token), state)
        np.testing.assert_allclose(np.asarray(logits)[0], wanted, rtol=1e-4, atol=1e-5)
    assert len(generation.Generator(model, trained.vocabulary)(2, max_chars=5)) == 2


def from_scratch(logits_of, vocabulary, row, n, temperature, seed, limit):
    """No state: the whole text so far is read anew for each character."""
    tokens = [0]
    for t in range(limit):
        logits = logits_of(np.array([tokens], "int32"))[:, -1]
        u = generation.uniforms(n, seed, t)[row : row + 1]
        tokens.append(int(recipe.draw(recipe.probabilities(logits, temperature), u)[0]))
        if tokens[-1] == 0:
            break
    return recipe.decode([token for token in tokens if token], vocabulary)


@pytest.mark.parametrize("kinds", [["GRU"], ["LSTM"], ["SimpleRNN"], ["GRU", "LSTM"]])
def test_a_recurrent_model_writes_what_it_would_if_it_read_all_anew(kinds):
    import keras

    keras.utils.set_random_seed(1)
    vocabulary = ["$", *"ABCDEFG"]
    layers = [getattr(keras.layers, kind)(12, return_sequences=True) for kind in kinds]
    model = keras.Sequential([keras.layers.Embedding(8, 6), *layers, keras.layers.Dense(8)])
    model.build((None, None))
    for variable in model.trainable_variables:  # far from the even odds of a new model
        variable.assign(3 * variable)
    model.layers[-1].bias.assign([-2.0] + 7 * [0.0])  # the end mark is rare
    written = generation.Generator(model, vocabulary)(4, 0.8, seed=2, max_chars=25)
    assert len(set(written)) == 4 and max(map(len, written)) > 12
    for row, tune in enumerate(written):
        assert tune == from_scratch(model, vocabulary, row, 4, 0.8, 2, 25)


class Attention:
    """One head of causal attention over tokens and places; its state: keys, values, the time."""

    vocabulary_size, max_steps, size = 8, 20, 5

    def __init__(self):
        rng = np.random.default_rng(0)
        shapes = {"E": (8, 5), "P": (20, 5), "Q": (5, 5), "K": (5, 5), "V": (5, 5), "O": (5, 8)}
        self.w = {name: rng.normal(0, 1, s).astype("float32") for name, s in shapes.items()}

    def first_state(self, n):
        import tensorflow as tf

        empty = tf.zeros([n, self.max_steps, self.size])
        return {"keys": empty, "values": empty, "time": tf.constant(0)}

    def step(self, tokens, state):
        import tensorflow as tf

        t = state["time"]
        x = tf.gather(self.w["E"], tokens) + tf.gather(self.w["P"], t)
        here = tf.one_hot(t, self.max_steps)[:, None]
        keys = state["keys"] + here * (x @ self.w["K"])[:, None]
        values = state["values"] + here * (x @ self.w["V"])[:, None]
        scores = tf.einsum("nd,ntd->nt", x @ self.w["Q"], keys)
        scores = tf.where(tf.range(self.max_steps) <= t, scores, -1e9)
        x += tf.einsum("nt,ntd->nd", tf.nn.softmax(scores), values)
        return x @ self.w["O"], {"keys": keys, "values": values, "time": t + 1}

    def __call__(self, ids):
        """(1, time) → logits (1, time, 8), without a cache."""
        w, time = self.w, ids.shape[1]
        x = w["E"][ids] + w["P"][:time]
        scores = np.einsum("ntd,nsd->nts", x @ w["Q"], x @ w["K"])
        scores = np.where(np.tri(time) > 0, scores, -1e9)
        p = np.exp(scores - scores.max(-1, keepdims=True))
        return (x + p / p.sum(-1, keepdims=True) @ (x @ w["V"])) @ w["O"]


def test_any_stepper_can_be_plugged_in():
    model, vocabulary = Attention(), ["$", *"ABCDEFG"]
    writer = generation.Generator(model, vocabulary)
    written = writer(5, 1.0, seed=4, max_chars=20)
    assert len(set(written)) > 2 and max(map(len, written)) > 5
    for row, tune in enumerate(written):
        assert tune == from_scratch(model, vocabulary, row, 5, 1.0, 4, 20)
    step, state = generation.step_by_step(model), None
    for t, token in enumerate([0, 3, 1]):
        logits, state = step(token, state)
        np.testing.assert_allclose(logits, model(np.array([[0, 3, 1][: t + 1]]))[:, -1], rtol=1e-4)
    with pytest.raises(generation.GenerationError, match="at most 20 characters: max_chars=20"):
        writer(1, max_chars=21)
    with pytest.raises(generation.GenerationError, match="knows 8 characters"):
        generation.Generator(model, [*vocabulary, "H"])


@pytest.mark.parametrize(
    "change", [{"n": 0}, {"n": 1.5}, {"temperature": 0}, {"temperature": -1},
               {"temperature": math.nan}, {"temperature": "1"}, {"seed": "x"}, {"n": True},
               {"max_chars": 0}],
)  # fmt: skip
def test_bad_wishes_are_one_line(change, writer):
    (name,) = change
    with pytest.raises(generation.GenerationError, match=name):
        writer(**change)


def test_models_that_cannot_write_are_refused_in_one_line(trained):
    import keras

    size = len(trained.vocabulary)
    embedding = keras.layers.Embedding(size, 4)
    both = keras.layers.Bidirectional(keras.layers.GRU(3, return_sequences=True))
    with pytest.raises(generation.GenerationError, match="must be a Keras model, not a str"):
        generation.Generator("model", trained.vocabulary)
    for layers, words in (
        ([keras.layers.Dense(3)], "Embedding"),
        ([embedding, keras.layers.Dense(size)], "recurrent"),
        ([keras.layers.Embedding(size, 4), both, keras.layers.Dense(size)], "Bidirectional"),
    ):
        model = keras.Sequential(layers)
        model(np.zeros((1, 3), "int32"))
        with pytest.raises(generation.GenerationError, match=words):
            generation.Generator(model, trained.vocabulary)
    ids = keras.Input((None,), dtype="int32")
    x = keras.layers.Embedding(size, 4)(ids)
    x = x + keras.layers.GRU(4, return_sequences=True)(x)
    branched = keras.Model(ids, keras.layers.Dense(size)(x))
    with pytest.raises(generation.GenerationError, match="layers alone"):
        generation.Generator(branched, trained.vocabulary)
    with pytest.raises(generation.GenerationError, match="knows"):
        generation.Generator(trained.model, [*trained.vocabulary, "€"])


# The sliders -------------------------------------------------------------------------------------


def test_moving_a_slider_writes_another_tune(writer):
    player = TunePlayer(writer, temperature=0.5, seed=1, training=TUNES, max_chars=60)
    bundle = player._repr_mimebundle_()
    assert "temperature 0.5" in bundle["text/html"] and bundle["text/plain"] == repr(player)
    temperature, seed, shown = player.widget.children
    assert shown.value == bundle["text/html"]
    temperature.value = 1.2
    assert "temperature 1.2" in shown.value
    before = shown.value
    seed.value = 7
    assert shown.value != before


def test_a_tune_that_cannot_be_drawn_is_shown_as_text():
    class Writer:
        def __call__(self, *_, **__):
            return ["<b>not a tune"]

    shown = TunePlayer(Writer()).html(0.7, 1)
    assert html.escape("<b>not a tune") in shown and "<b>not" not in shown
