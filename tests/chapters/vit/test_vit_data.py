"""The pictures of `vit`, its figures' arithmetic, and its stored runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from seqbook.chapters.vit import data, figures, taught

STUDY = json.loads(Path(taught.__file__).with_name("study.json").read_text(encoding="utf-8"))


def test_the_digits_are_split_by_the_seed_alone():
    (images, labels), (test_images, test_labels) = data.digits(seed=3)
    assert images.shape == (1407, 8, 8, 1) and test_images.shape == (390, 8, 8, 1)
    assert images.dtype == np.float32 and 0 <= images.min() < images.max() <= 1
    assert set(labels) == set(test_labels) == set(range(10))
    (fewer, _), (same_test, _) = data.digits(100, seed=3)
    np.testing.assert_array_equal(fewer, images[:100])
    np.testing.assert_array_equal(same_test, test_images)
    assert (data.digits(seed=4)[1][0] != test_images).any()
    for number in (0, 1408):
        with pytest.raises(ValueError, match=f"from 1 to 1407 training images; it is {number}"):
            data.digits(number)


@pytest.mark.parametrize("name", data.PHOTOGRAPHS)
def test_a_smaller_photograph_is_the_mean_of_a_larger_one(name):
    whole, small = data.photograph(name, 200), data.photograph(name, 40)
    means = whole.reshape(40, 5, 40, 5, 3).mean(axis=(1, 3))
    assert small.shape == (40, 40, 3) and small.dtype == np.float32
    # 427 rows do not divide evenly, so that the means are of nearly the same pixels.
    assert np.abs(small - means).mean() < 0.02
    with pytest.raises(ValueError, match="size is from 1 to 427 pixels; it is 428"):
        data.photograph(name, 428)


def test_an_unknown_photograph_is_named():
    with pytest.raises(ValueError, match='"china" or "flower"; it is \'cat\''):
        data.photograph("cat")


def test_pieces_are_laid_out_in_reading_order():
    patches = np.arange(5 * 4).reshape(5, 2, 2, 1) / 20
    laid = figures.pieces(patches, columns=3, gap=1)
    assert laid.shape == (5, 8, 4)
    np.testing.assert_allclose(laid[:2, 3:5, 0], 1 - patches[1, ..., 0])
    np.testing.assert_allclose(laid[3:, :2, 2], 1 - patches[3, ..., 0])
    assert laid[2, :, 3].max() == 0 and laid[3:, 6:, 3].max() == 0  # a gap, and no sixth


def test_the_study_has_every_kind_and_seed():
    kinds = ["class", "mean", "unplaced", "pixels"]
    assert [(r["model"], r["seed"]) for r in STUDY] == [(k, s) for k in kinds for s in range(3)]
    for run in STUDY:
        assert 0 <= run["accuracy"] <= 1
        sides = {"class": 16, "pixels": 64}
        if run["model"] not in sides:
            assert "similarity" not in run
            continue
        near = np.array(run["similarity"].split(), int).reshape(sides[run["model"]], -1)
        np.testing.assert_array_equal(near, near.T)
        assert (np.diag(near) == 100).all() and np.abs(near).max() <= 100
