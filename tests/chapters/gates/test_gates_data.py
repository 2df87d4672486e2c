"""The travelers' diaries: the answer is where it should be, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from seqbook.chapters.gates import data as recall


def test_shapes_types_and_vocabulary():
    x, y = recall.diaries(50, longest=20, seed=1)
    assert x.shape == (50, 23) and y.shape == (50,)
    assert x.dtype == y.dtype == np.int32
    assert x.min() >= 0 and x.max() < len(recall.VOCABULARY)
    assert len(set(recall.VOCABULARY)) == len(recall.VOCABULARY) == 41
    assert len(recall.COUNTRIES) == len(recall.LANGUAGES) == 8
    assert recall.VOCABULARY[:8] == recall.COUNTRIES  # a country's id is its language's id


@pytest.mark.parametrize("lag", [None, 1, 7, 100])
@pytest.mark.parametrize("decoys", [True, False])
def test_the_answer_follows_the_only_from(lag, decoys):
    x, y = recall.diaries(400, lag=lag, decoys=decoys, seed=2)
    home = recall.home_position(x)
    assert ((x == recall.FROM).sum(1) == 1).all()
    assert ((x == recall.SPEAK).sum(1) == 1).all() and (x[:, -1] == recall.SPEAK).all()
    np.testing.assert_array_equal(x[np.arange(400), home + 1], y)
    between = x.shape[1] - 1 - (home + 2)
    if lag is None:
        assert between.min() >= 1 and between.max() <= 100
        assert between.std() > 20  # spread over the whole range
        assert len(np.unique(between)) > 80
    else:
        assert (between == lag).all()


def test_every_country_follows_from_or_visited():
    x, _ = recall.diaries(400, longest=60, seed=3)
    row, column = np.nonzero(x < len(recall.COUNTRIES))
    assert (column > 0).all()
    before = x[row, column - 1]
    assert np.isin(before, [recall.FROM, recall.VISITED]).all()
    visited = x == recall.VISITED
    assert not visited[:, -1].any()
    assert (x[:, 1:][visited[:, :-1]] < len(recall.COUNTRIES)).all()


def test_decoys_say_nothing_about_home():
    x, y = recall.diaries(4000, seed=4)
    decoy = np.where(np.roll(x == recall.VISITED, 1, axis=1), x, -1)
    per_diary = (decoy >= 0).sum(1)
    assert per_diary.min() >= 9 and per_diary.max() <= 12
    same = (decoy == y[:, None]).sum() / per_diary.sum()
    assert abs(same - 1 / 8) < 0.02
    plain, _ = recall.diaries(20, decoys=False, seed=4)
    assert not (plain == recall.VISITED).any()


def test_homes_are_equally_likely():
    _, y = recall.diaries(8000, seed=5)
    assert np.bincount(y, minlength=8).min() > 850


def test_same_seed_same_diaries_and_a_generator_goes_on():
    first, again = recall.diaries(5, seed=6)[0], recall.diaries(5, seed=6)[0]
    np.testing.assert_array_equal(first, again)
    assert (recall.diaries(5, seed=7)[0] != first).any()
    rng = np.random.default_rng(6)
    np.testing.assert_array_equal(recall.diaries(5, seed=rng)[0], first)
    assert (recall.diaries(5, seed=rng)[0] != first).any()


def test_words_reads_a_diary_back():
    x, y = recall.diaries(1, longest=10, lag=10, decoys=False, seed=8)
    read = recall.words(x[0])
    assert read[0] == "from" and read[-1] == "speak" and len(read) == 13
    assert recall.HOMES[read[1]] == recall.LANGUAGES[y[0]]


@pytest.mark.parametrize("lag", [0, 11])
def test_a_lag_that_does_not_fit_is_named(lag):
    with pytest.raises(ValueError, match="does not fit"):
        recall.diaries(3, longest=10, lag=lag)
