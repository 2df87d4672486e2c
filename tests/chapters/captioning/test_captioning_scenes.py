"""The scenes, the two kinds of writer and the measures of the chapter on captions."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from seqbook.chapters.captioning import figures, taught

WORDS = taught.WORDS


@pytest.fixture(scope="module")
def looking():
    keras.utils.set_random_seed(0)
    return taught.make_captioner(taught.make_looking_writer())


def test_shapes_by_hand():
    square = taught.drawn("square", 4, 4, radius=2.5, side=9)
    assert square.sum() == 25 and square[2:7, 2:7].all()
    cross = taught.drawn("cross", 4, 4, radius=3, side=9)
    assert cross.sum() == 3 * 7 + 3 * 7 - 9 and not cross[1, 1] and cross[1, 3:6].all()
    circle = taught.drawn("circle", 4, 4, radius=1, side=9)
    assert circle.sum() == 5
    triangle = taught.drawn("triangle", 4, 4, radius=3, side=9)
    widths = triangle.sum(axis=1)
    assert widths[1] == 1 and (np.diff(widths[1:7]) >= 0).all() and widths[7:].sum() == 0


def test_a_caption_says_what_is_in_each_quarter():
    pictures, captions = taught.scenes(40, seed=3)
    assert pictures.shape == (40, 32, 32, 3) and captions.shape == (40, 13)
    for pixels, ids in zip(pictures, captions, strict=True):
        words = [WORDS[k] for k in ids]
        assert words[0] == "<start>"
        for quadrant in range(4):
            size, ink, shape = words[1 + 3 * quadrant : 4 + 3 * quadrant]
            row, column = divmod(quadrant, 2)
            quarter = pixels[16 * row : 16 * row + 16, 16 * column : 16 * column + 16]
            there = quarter.any(axis=-1)
            assert size in taught.SIZES and shape in taught.SHAPES
            np.testing.assert_allclose(quarter[there], np.tile(taught.INKS[ink], (there.sum(), 1)))
            height = np.flatnonzero(there.any(axis=1))
            assert (np.ptp(height) + 1 <= 7.5) == (size == "small")


def test_training_scenes_have_no_held_out_object_and_unseen_ones_have_one():
    assert len(taught.KINDS) == 40 and len(taught.USUAL) == 36
    assert not taught.is_held_out(taught.scenes(300, seed=1)[1]).any()
    held_out = taught.is_held_out(taught.scenes(300, seed=1, unseen=True)[1])
    np.testing.assert_array_equal(held_out.sum(axis=1), 1)
    assert held_out.any(axis=0).all()  # in each of the four quarters


def test_the_mean_does_not_know_the_order_and_the_flat_vector_does():
    keras.utils.set_random_seed(0)
    regions = np.random.default_rng(0).normal(size=(2, 16, 96)).astype("float32")
    words = np.zeros((2, 12), "int32")
    for vector, same in ((layers.GlobalAveragePooling1D(), True), (layers.Flatten(), False)):
        writer = taught.make_writer(vector)
        there, back = (writer([r, words]).numpy() for r in (regions, regions[:, ::-1].copy()))
        assert there.shape == (2, 12, len(WORDS))
        assert np.allclose(there, back, atol=1e-5) == same


def test_a_look_by_hand():
    look = taught.Look(d_k=2)
    states = np.array([[[1.0, 0.0]]], "float32")
    regions = np.array([[[2.0, 0.0], [0.0, 1.0]]], "float32")
    look(states, regions)
    look.set_weights([np.eye(2, dtype="float32")] * 2)
    found, weights = look(states, regions)
    first = np.exp(2 / 2**0.5) / (np.exp(2 / 2**0.5) + 1)
    np.testing.assert_allclose(weights[0, 0], [first, 1 - first], rtol=1e-5)
    np.testing.assert_allclose(found[0, 0], [2 * first, 1 - first], rtol=1e-5)


def test_what_is_written_is_the_likeliest_word_after_what_was_written(looking):
    pictures, _ = taught.scenes(3, seed=4)
    written = taught.write(looking, pictures)
    assert written.shape == (3, 13) and (written[:, 0] == 0).all()
    logits = looking([pictures, written[:, :-1]]).numpy()
    np.testing.assert_array_equal(logits.argmax(axis=-1), written[:, 1:])


def test_maps_are_shares(looking):
    pictures, captions = taught.scenes(3, seed=4)
    weights = taught.maps(looking, pictures, captions)
    assert weights.shape == (3, 12, 16)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)


def test_the_share_on_the_own_quarter_by_hand():
    np.testing.assert_allclose(taught.on_own_quadrant(np.full((2, 12, 16), 1 / 16)), 0.25)
    weights = np.zeros((1, 12, 16))
    for word, region in enumerate([0, 1, 4, 2, 3, 6, 8, 9, 13, 10, 15, 0]):
        weights[0, word, region] = 1.0
    np.testing.assert_array_equal(taught.on_own_quadrant(weights), [1] * 11 + [0])


def test_a_few_steps_of_training_lower_the_loss(looking):
    pictures, captions = taught.scenes(64, seed=5)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss():
        return float(loss_of(captions[:, 1:], looking([pictures, captions[:, :-1]])))

    before = loss()
    taught.train(looking, 20, 0, pictures, captions)
    assert loss() < before - 0.2


def test_figures_mark_what_is_wrong():
    pictures, captions = taught.scenes(1, seed=6)
    right = [WORDS[k] for k in captions[0, 1:]]
    wrong = ["big" if right[0] == "small" else "small", *right[1:]]
    figure = figures.with_captions(pictures, [wrong], [right])
    said = [text.get_text() for text in figure.axes[0].texts]
    assert said == [f"{wrong[0]} ×", *right[1:]]
    maps = figures.map_of_each_word(pictures[0], right, np.eye(16)[:12])
    # The house style, which another test may have set, puts titles on the left.
    assert [ax.get_title("left") or ax.get_title() for ax in maps.axes] == right


def test_the_study_has_three_seeds_of_each_model():
    path = Path(taught.__file__).with_name("study.json")
    study = json.loads(path.read_text(encoding="utf-8"))
    runs = sorted((run["model"], run["seed"]) for run in study)
    assert runs == sorted((kind, k) for kind in ("mean", "flat", "attention") for k in range(3))
    assert all(len(run["wrong_at"]) == 12 for run in study)
    for run in study:
        assert run["words"] == pytest.approx(1 - np.mean(run["wrong_at"]), abs=1e-3)
