"""Texts with a blank: where the cue stands, what lies between, and that nothing else helps."""

import numpy as np
import pytest
from seqbook.chapters.seq2seq import cue_and_blank as cb

LANGUAGES, COUNTRIES = list(cb.LANGUAGE.values()), list(cb.LANGUAGE)


@pytest.mark.parametrize("gap", [10, 15, 40])
def test_the_cue_stands_gap_words_before_the_blank(gap):
    x, y = cb.growing_up(30, gap, seed=2)
    assert x.shape == (30, gap + 1) and x.dtype == y.dtype == np.int32
    for row, answer in zip(x, y, strict=True):
        text = cb.words(row)
        assert " ".join(text[1:7]) == "is where I grew up ."
        assert " ".join(text[-4:]) == "so I speak fluent"
        assert cb.LANGUAGE[text[0]] == LANGUAGES[answer]
        assert all(text[i] == "." for i in range(6, gap - 3, 5))


def test_decoys_name_any_country_the_right_one_as_often_as_others():
    x, y = cb.growing_up(3000, 110, seed=3)
    named = [[c for c in row[7:] if c < 8] for row in x]
    share = sum(map(len, named)) / (3000 * 20)
    assert share == pytest.approx(0.4, abs=0.02)
    same = np.mean([c == a for row, a in zip(named, y, strict=True) for c in row])
    assert same == pytest.approx(1 / 8, abs=0.012)
    assert not (cb.growing_up(20, 60, decoys=0.0)[0][:, 7:] < 8).any()


def test_the_easy_blank_is_three_words_after_its_cue():
    x, y = cb.in_the(100, seed=1)
    assert x.shape == (100, 5)
    for row, answer in zip(x, y, strict=True):
        text = cb.words(row)
        assert " ".join([text[0], *text[2:]]) == "the are in the"
        assert len(text) - 2 == cb.EASY_GAP
        assert list(cb.PLACE)[answer] == text[1]


def test_answers_are_uniform_and_repeat_with_the_seed():
    for make in (lambda seed: cb.growing_up(4000, 10, seed=seed),
                 lambda seed: cb.in_the(4000, seed=seed)):
        x, y = make(5)
        assert np.bincount(y, minlength=8).min() > 400
        np.testing.assert_array_equal(x, make(5)[0])
        assert not np.array_equal(x, make(6)[0])


@pytest.mark.parametrize("gap", [5, 12])
def test_a_gap_that_no_text_has_is_refused(gap):
    with pytest.raises(ValueError, match="10, 15, 20"):
        cb.growing_up(1, gap)
