"""The diary grammar: its sentences, and the probabilities that it says they have."""

import math
from collections import Counter

import numpy as np
import pytest
from seqbook.chapters.language.data import CLASSES, KINDS, PEOPLE, diary

SENTENCES, LOG_P = diary(6000, seed=11)


def test_sentences_end_with_a_full_stop_and_have_the_promised_lengths():
    lengths = [len(words) for words in SENTENCES]
    assert LOG_P.shape == (6000,) and (LOG_P < 0).all()
    assert all(words[-1] == "." and "." not in words[:-1] for words in SENTENCES)
    assert min(lengths) >= 7 and max(lengths) <= 30


def test_the_same_seed_gives_the_same_sentences_and_longer_text_begins_alike():
    again, log_p = diary(50, seed=11)
    assert again == SENTENCES[:50]
    np.testing.assert_array_equal(log_p, LOG_P[:50])
    assert diary(50, seed=12)[0] != again


def test_a_sentence_has_one_probability():
    seen: dict[str, float] = {}
    for words, log_p in zip(SENTENCES, LOG_P, strict=True):
        assert seen.setdefault(" ".join(words), log_p) == pytest.approx(log_p, abs=1e-9)


def test_probabilities_are_those_of_the_text_that_comes_out():
    """The frequent half of some events: what sentences claim must be what is counted.

    Of all sentences whose probability is p, each should come up 6000 p times. The sum of p over
    the *different* sentences of a sample is the chance that a fresh sentence is among them.
    """
    known = {" ".join(words): p for words, p in zip(SENTENCES, np.exp(LOG_P), strict=True)}
    fresh, _ = diary(6000, seed=12)
    hits = np.mean([" ".join(words) in known for words in fresh])
    assert hits == pytest.approx(sum(known.values()), abs=0.02)


def test_a_sentence_by_hand():
    """this morning I fed my dog some meat . : every choice of the grammar, multiplied."""
    index = [" ".join(words) for words in SENTENCES].index("this morning I fed my dog some meat .")
    by_hand = (1 / 3 * 0.8 * 0.5) * (1 / 3 * 0.25 * 0.2 * 0.3 * 0.5) * 0.65 * 0.55
    assert math.exp(LOG_P[index]) == pytest.approx(by_hand)


def test_without_a_time_and_a_meal_the_time_of_day_does_not_count():
    sentences, log_p = diary(20_000, seed=1)
    index = [" ".join(words) for words in sentences].index("I took my duck for a swim .")
    by_hand = 0.2 * (1 / 3 * 0.4 * 0.2 * 0.3 * 0.75 * 0.7 * 0.6) * 0.65 * 0.55
    assert math.exp(log_p[index]) == pytest.approx(by_hand)


def test_what_a_word_decides_holds_in_every_sentence():
    kind_of = {animal: kind for kind in KINDS.values() for animal in kind["animals"]}
    decided = 0
    for words in SENTENCES:
        found = [w for w in words if w in kind_of]
        assert len(set(found)) == 1  # the animal is repeated, not changed
        habits = kind_of[found[0]]
        for singular, plural in [("outing", "outings"), ("food", "foods"), ("place", "places"),
                                 ("bed", "beds")]:
            for word in words:
                if word in CLASSES[singular]:
                    assert word in habits[plural]
                    decided += 1
        if "had" in words:
            at = words.index("had")
            person = next(w for w in words if w in PEOPLE)
            assert words[at - 1] == PEOPLE[person][1]
            meals = {"morning": "breakfast", "noon": "lunch", "evening": "supper"}
            for part, meal in meals.items():
                if part in words:
                    assert words[at + 1] == meal
                    decided += 1
    assert decided > 5000


def test_habits_are_as_frequent_as_the_table_says():
    words = Counter(word for sentence in SENTENCES for word in sentence)
    for kind in KINDS.values():
        for group in ("outings", "beds", "foods"):
            total = sum(words[w] for w in kind[group])
            for word, p in kind[group].items():
                assert words[word] / total == pytest.approx(p, abs=0.08)


def test_classes_do_not_overlap_and_all_occur():
    members = [word for words in CLASSES.values() for word in words]
    assert len(members) == len(set(members))
    assert set(members) <= {word for sentence in SENTENCES for word in sentence}
