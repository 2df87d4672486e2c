"""The tunes as windows, the place in the bar, and the stepper of the chapter on hybrids."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from seqbook.chapters.hybrid import taught, tunes
from seqbook.chapters.positions.taught import rotate

TUNE = "M:6/8\nL:1/8\nK:Em\nEFE G2A|B2A B^cd|\nd/e/f2 z :|\n"


@pytest.fixture(scope="module")
def split():
    return tunes.split()


def test_rows_begin_where_tunes_begin(split):
    train, _, vocabulary = split
    rows = tunes.windows(train, vocabulary, 6, 256, seed=3)
    assert rows.shape == (6, 257) and {vocabulary[i] for i in rows[:, 0]} == {"$"}
    text = "".join(vocabulary[i] for i in rows[0, 1:]).split("$")[0]
    assert any(tune.startswith(text) for tune in train)


def test_each_character_of_a_long_tune_is_scored_once(split):
    _, held_out, vocabulary = split
    tune = max(held_out, key=len)
    rows = tunes.in_view(tune, vocabulary, 256)
    scored = "".join(vocabulary[i] for row, mask in rows for i in row[1:][mask])
    assert len(rows) > 2 and scored == tune + "$"
    for row, _ in rows:
        assert "".join(vocabulary[i] for i in row[1:20]) == tune[:19]


def test_eighths_into_the_bar_by_hand():
    places = tunes.eighths_into_the_bar(TUNE)
    body = TUNE.index("EFE")
    assert [places[body + k] for k in (0, 1, 2, 4, 6, 7, 8)] == [0, 1, 2, 3, 5, 6, 0]
    last = TUNE.index("d/e/")
    assert [places[last + k] for k in (0, 2, 4, 7, 9)] == [0, 0.5, 1, 3, 4]
    assert tunes.eighths_into_the_bar(TUNE.replace("EFE", "(3EFE")) == {}


def test_later_rows_show_the_header_and_a_piece_from_a_bar_line_on(split):
    train, _, vocabulary = split
    plain = tunes.windows(train, vocabulary, 60, 256, seed=0)
    rows = tunes.windows(train, vocabulary, 60, 256, seed=0, later=1.0)
    end = vocabulary.index("$")
    long = [i for i, row in enumerate(plain) if end not in row[1:]]
    changed = np.flatnonzero((rows != plain).any(axis=1))
    assert len(changed) > 5 and set(changed) <= set(long)
    np.testing.assert_array_equal(rows[:, : tunes.HEAD], plain[:, : tunes.HEAD])
    for row in rows[changed]:
        piece = "".join(vocabulary[i] for i in row[tunes.HEAD :]).split("$")[0]
        assert any("|" + piece in tune for tune in train)


def test_time_left_by_hand():
    full, shorter = tunes.time_left(TUNE)
    body = TUNE.index("EFE")
    assert (full[:body] == -1).all() and (shorter[: body + 7] == -1).all()
    # E F E _ G 2 A |   and in sixteenths d / e / f 2 _ z
    assert list(full[body : body + 8]) == [30, 24, 18, 18, -1, 6, 0, 36]
    last = TUNE.index("d/e/")
    assert list(full[last + 1 : last + 9 : 2]) == [33, 30, 18, 12]


def test_time_left_in_dotted_pairs_triplets_and_after_a_pickup():
    tune = "M:2/4\nL:1/8\nK:D\nA|d>e (3fed|d2d:|A4|"
    full, shorter = tunes.time_left(tune)
    first = tune.index("d>e")
    assert list(full[first : first + 3]) == [18, 15, 12]
    assert list(full[first + 6 : first + 10]) == [8, 4, 0, 24]  # f e d |
    assert list(shorter[first : first + 3]) == [12, 9, 6]
    assert shorter[tune.index("d:|")] == 0 and full[tune.index("d:|")] == 6
    assert shorter[tune.index("A4") + 1] == -1  # a new section: its pickup is not known yet
    assert full[tune.index("A4") + 1] == 0


def test_the_labels_belong_to_the_characters_of_the_same_rows(split):
    train, _, vocabulary = split
    which = train, vocabulary, 20, 256, 5, 0.5
    rows, left = tunes.windows(*which), tunes.time_left_in_windows(*which)
    assert left.shape == (2, *rows.shape) and left.max() < tunes.LEFT
    text = "".join(vocabulary[i] for i in rows[0, 1:]).split("$")[0]
    tune = next(tune for tune in train if tune.startswith(text[: tunes.HEAD]) and text in tune)
    expected = tunes.time_left(tune)[:, : len(text)]
    np.testing.assert_array_equal(left[:, 0, 1 : len(text) + 1], expected)


def test_the_clock_moves_the_layers_below_and_leaves_the_model_as_it_was(split):
    train, _, vocabulary = split
    which = train, vocabulary, 8, 64, 0
    rows, left = tunes.windows(*which), tunes.time_left_in_windows(*which)
    after = []
    for weight in (0.0, 1.0):
        keras.utils.set_random_seed(0)
        model = taught.make_model("wider GRU below", len(vocabulary), d_model=16)
        both = taught.train_with_clock(model, rows, left, weight=weight)
        assert [o.shape[-1] for o in both.outputs] == [len(vocabulary), tunes.LEFT, tunes.LEFT]
        assert len(model.outputs) == 1
        after.append(model.layers[1].get_weights()[0])
    assert np.abs(after[0] - after[1]).max() > 1e-5


@pytest.mark.parametrize("kind", [*taught.STEPS, "wider GRU below"])
def test_one_step_at_a_time_is_the_whole_model(kind):
    keras.utils.set_random_seed(0)
    model = taught.make_model(kind, 20, d_model=32)
    tokens = np.random.default_rng(0).integers(0, 20, (3, 30))
    stepper = taught.TuneStepper(model, window=30, head=4)
    state = stepper.first_state(3)
    for t in range(30):
        logits, state = stepper.step(tf.constant(tokens[:, t], tf.int32), state)
        np.testing.assert_allclose(logits, model(tokens[:, : t + 1])[:, -1], atol=1e-4)


def test_past_the_window_the_header_stays_and_the_rest_moves_up():
    keras.utils.set_random_seed(0)
    model = taught.make_model("GRU below", 20, d_model=32)
    model(np.zeros((1, 2), "int32"))
    block = model.layers[2]
    raw = tf.random.normal((9, 2, 4, 8))  # nine steps, two rows, four heads
    turned = tf.stack([taught.turned(raw[t], t) for t in range(8)])
    keys, values = taught.slide(turned, raw[:8], head=3)
    kept = [0, 1, 2, 4, 5, 6, 7]
    for place, step in enumerate(kept):
        wanted = rotate(raw[step][:, :, None], start=place)[:, :, 0]
        np.testing.assert_allclose(keys[place], wanted, atol=1e-5)
        np.testing.assert_array_equal(values[place], raw[step])
    x, cache = tf.random.normal((2, 32)), (turned, raw[:8])
    y, after = taught.step_block(block, x, cache, 8, window=8, head=3)
    assert y.shape == x.shape and after[0].shape == turned.shape


def test_the_probe_reads_what_is_there_and_nothing_else():
    rng = np.random.default_rng(0)
    eighths, learn = rng.integers(0, 6, 400).astype(float), np.arange(400) < 200
    noise = rng.normal(size=(400, 5))
    assert taught.off(np.concatenate([noise, 2 - 3 * eighths[:, None]], 1), eighths, learn) < 0.01
    assert taught.off(noise, eighths, learn) > 1


def test_the_study_has_every_model_and_seed():
    runs = json.loads(Path(taught.__file__).with_name("study.json").read_text(encoding="utf-8"))
    steps = taught.STEPS | taught.CLOCK_STEPS
    expected = [(kind, seed) for kind in steps for seed in range(3)]
    assert [(r["model"], r["seed"]) for r in runs] == expected
    for run in runs:
        assert run["steps"] == steps[run["model"]]
        parts = run["bits_bar_lines"], run["bits_others"]
        assert min(parts) < run["bits"] < max(parts)
        model = taught.make_model(run["model"].removesuffix(" + clock"), 56)
        assert len(run["eighths_off"]) == len(model.layers) - 1
