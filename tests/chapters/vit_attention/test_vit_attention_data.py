"""The glyph puzzle: half of the pairs are equal, and the labels and places are what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from seqbook.chapters.vit.taught import cut
from seqbook.chapters.vit_attention import data


def drawn(images, places):
    """The cells of the two glyphs, read off the images: two arrays (number, 4, 4) of 0 and 1."""
    squares = np.asarray(cut(images, data.PATCH)).reshape(-1, 16, 4, 2, 4, 2, 3)
    cells = squares.mean(axis=(3, 5, 6))  # (number, squares, 4, 4)
    rows = np.arange(len(images))
    return [(cells[rows, place] > 0.5).astype(int) for place in places.T]


def test_labels_and_places_are_what_is_drawn():
    images, same, places = data.glyphs(400, np.random.default_rng(0))
    assert images.shape == (400, 32, 32, 3) and images.dtype == np.float32
    assert same.shape == (400,) and same.dtype == np.int32 and places.shape == (400, 2)
    assert (places[:, 0] != places[:, 1]).all() and set(places.ravel()) == set(range(16))
    first, second = drawn(images, places)
    np.testing.assert_array_equal((first == second).all(axis=(1, 2)), same == 1)
    assert 0.4 < same.mean() < 0.6 and 0.45 < first.mean() < 0.55
    # Outside of the two squares there is nothing but noise.
    ink = np.asarray(cut(images, data.PATCH)).mean(axis=2)
    ink[np.arange(400)[:, None], places] = 0
    assert np.abs(ink).max() < 0.03
    assert abs(images[:, :, :, 0].min() + 0.25) < 0.1


def test_near_misses_differ_in_as_many_cells_as_asked():
    for number in (1, 3, 16):
        images, same, places = data.glyphs(200, np.random.default_rng(1), different=number)
        first, second = drawn(images, places)
        count = (first != second).sum(axis=(1, 2))
        np.testing.assert_array_equal(count, np.where(same == 1, 0, number))


def test_the_same_generator_gives_the_same_images_and_another_does_not():
    first, again, other = (data.glyphs(8, np.random.default_rng(s))[0] for s in (2, 2, 3))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.5


@pytest.mark.parametrize("different", [0, 17])
def test_a_bad_number_of_cells_gets_one_line(different):
    with pytest.raises(ValueError, match="1 to 16 cells") as caught:
        data.glyphs(2, np.random.default_rng(0), different=different)
    assert "\n" not in str(caught.value)


def test_gray_cells_are_gray_in_both_glyphs():
    images, same, places = data.glyphs(200, np.random.default_rng(4), gray=3)
    squares = np.asarray(cut(images, data.PATCH)).reshape(-1, 16, 4, 2, 4, 2, 3)
    cells = squares.mean(axis=(3, 5, 6))
    first, second = (cells[np.arange(200), place] for place in places.T)
    gray = [np.abs(glyph - 0.5) < 0.2 for glyph in (first, second)]
    assert (gray[0] == gray[1]).all() and (gray[0].sum(axis=(1, 2)) == 3).all()
    differ = (np.abs(first - second) > 0.5).any(axis=(1, 2))
    assert (differ <= (same == 0)).all() and differ.sum() > 70
    with pytest.raises(ValueError, match="gray is from 0 to 16"):
        data.glyphs(2, np.random.default_rng(0), gray=17)
