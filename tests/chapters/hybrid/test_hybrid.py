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


@pytest.mark.parametrize("kind", list(taught.STEPS))
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
    expected = [(kind, seed) for kind in taught.STEPS for seed in range(3)]
    assert [(r["model"], r["seed"]) for r in runs] == expected
    for run in runs:
        assert run["steps"] == taught.STEPS[run["model"]]
        parts = run["bits_bar_lines"], run["bits_others"]
        assert min(parts) < run["bits"] < max(parts)
        assert len(run["eighths_off"]) == len(taught.make_model(run["model"], 56).layers) - 1
