"""Selective copying: the letters of a row, in order, are its answers."""

from __future__ import annotations

import numpy as np
import pytest
from seqbook.chapters.selective_recurrence import data


@pytest.mark.parametrize(("places", "letters"), [(24, 4), (6, 6), (50, 1)])
def test_the_answers_are_the_letters_in_order(places, letters):
    x, y = data.copying(200, places, letters, seed=1)
    assert x.shape == (200, places + letters) and y.shape == (200, letters)
    assert x.dtype == y.dtype == np.int32
    assert (x[:, places:] == data.ASK).all() and (x[:, :places] != data.ASK).all()
    for row, said in zip(x, y, strict=True):
        np.testing.assert_array_equal(row[row < data.DOT], said)


def test_places_and_letters_are_even_and_seeded():
    x, y = data.copying(4000, 24, 4, seed=2)
    share = (x[:, :24] < data.DOT).mean(axis=0)
    assert np.abs(share - 4 / 24).max() < 0.04
    assert np.abs(np.bincount(y.ravel(), minlength=8) / y.size - 1 / 8).max() < 0.02
    again, _ = data.copying(4000, 24, 4, seed=2)
    np.testing.assert_array_equal(x, again)


def test_too_many_letters_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        data.copying(1, places=3, letters=4)


def test_a_row_reads_as_text():
    x, y = data.copying(1, 10, 2, seed=0)
    text = data.text(x[0])
    assert len(text) == 12 and text.endswith("??") and text.count("·") == 8
    assert [c for c in text if c in data.LETTERS] == list(data.text(y[0]))
