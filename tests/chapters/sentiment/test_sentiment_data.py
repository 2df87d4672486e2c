"""The generated reviews: what is in them, and what the chapter on sentiment proves with them."""

from collections import Counter

import numpy as np
import pytest
from seqbook.chapters.sentiment import data as reviews

HELD_OUT = reviews.adjective_pairs(held_out=True)
TRAIN = reviews.adjective_pairs(held_out=False)


def grams(sentence, n):
    words = sentence.split()
    return Counter(zip(*(words[i:] for i in range(n)), strict=False))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The food was GOOD, not bad at all!", "the food was good , not bad at all !"),
        ("It wasn't bad; it isn’t cold...", "it was not bad ; it is not cold . . ."),
        ("I can't and won't (really) say “awful”", "i can not and will not really say awful"),
        ("half-baked  café\nà la carte 7/10 ?!", "half baked café à la carte 7 10 ? !"),
        ("don't", "do not"),
        ("my sister's soup", "my sister's soup"),
        ("", ""),
        (" \t - « » \n", ""),
    ],
)
def test_tokenize(text, tokens):
    assert reviews.tokenize(text) == tokens.split()


def test_generated_sentences_are_their_own_tokens():
    sentences, _ = reviews.varied(500, seed=1)
    for sentence in sentences + reviews.far_twins(HELD_OUT, sample=50)[0]:
        assert reviews.tokenize(sentence) == sentence.split()


def test_pairs_are_held_out_but_no_adjective_is():
    assert len(TRAIN) == 180 and len(HELD_OUT) == 45 and not set(TRAIN) & set(HELD_OUT)
    for side, words in enumerate((reviews.POSITIVE, reviews.NEGATIVE)):
        assert len(words) == len(set(words)) == 15
        assert Counter(p[side] for p in TRAIN) == dict.fromkeys(words, 12)
        assert Counter(p[side] for p in HELD_OUT) == dict.fromkeys(words, 3)


def test_no_adjective_means_two_things():
    positive, negative = set(reviews.POSITIVE), set(reviews.NEGATIVE)
    for _, good, bad in reviews.GROUPS:
        positive |= set(good.split())
        negative |= set(bad.split())
    assert len(positive) == len(negative) == 24
    assert not positive & negative and not (positive | negative) & set(reviews.NOUNS)


def test_twins_have_the_same_words_and_opposite_classes():
    sentences, labels = reviews.far_twins(HELD_OUT[:2], ["soup"])
    assert labels.dtype == np.int32 and labels.shape == (len(sentences),)
    assert len(set(sentences)) == len(sentences)
    assert labels[0::2].all() and not labels[1::2].any()
    for positive, negative in zip(sentences[0::2], sentences[1::2], strict=True):
        assert positive != negative and grams(positive, 1) == grams(negative, 1)


def test_class_is_that_of_the_adjective_that_is_not_denied():
    for sentence, label in zip(*reviews.far_twins([("good", "bad")]), strict=True):
        words = sentence.split()
        denied = next(w for w in words[words.index("not") :] if w in ("good", "bad"))
        assert label == (denied == "bad"), sentence


@pytest.mark.parametrize("n", range(1, 8))
def test_short_windows_tell_far_twins_nothing_and_seven_words_everything(n):
    sentences, labels = reviews.far_twins(HELD_OUT[:2], ["soup", "staff"])
    classes = {}
    for sentence, label in zip(sentences, labels, strict=True):
        bag = frozenset(grams(sentence, n).items())
        classes.setdefault(bag, [0, 0])[label] += 1
    best = sum(max(both) for both in classes.values()) / len(sentences)
    assert best == pytest.approx({5: 2 / 3, 6: 5 / 6, 7: 1}.get(n, 1 / 2))


def test_not_is_three_to_five_words_from_its_adjective():
    gaps = Counter(len(frame.split()) for frame in reviews.FRAMES)
    assert gaps == {3: 2, 4: 2, 5: 2}
    sentences, _ = reviews.far_twins([("good", "bad")], ["soup"], sample=100, seed=3)
    for sentence in sentences:
        words = sentence.split()
        after = words[words.index("not") + 1 :]
        assert min(after.index(w) for w in ("good", "bad") if w in after) in (3, 4, 5)


def test_a_sample_is_part_of_the_whole_and_repeats_with_its_seed():
    everything = set(reviews.far_twins(HELD_OUT[:2], ["soup"])[0])
    some, labels = reviews.far_twins(HELD_OUT[:2], ["soup"], sample=40, seed=5)
    assert len(some) == len(set(some)) == len(labels) == 80 and set(some) < everything
    assert some == reviews.far_twins(HELD_OUT[:2], ["soup"], sample=40, seed=5)[0]
    assert some != reviews.far_twins(HELD_OUT[:2], ["soup"], sample=40, seed=6)[0]


def test_varied_reviews_are_different_balanced_and_repeat():
    sentences, labels = reviews.varied(3000, seed=2)
    assert len(set(sentences)) == 3000 and labels.shape == (3000,) and labels.dtype == np.int32
    assert labels.mean() == pytest.approx(0.5, abs=0.05)
    again, same = reviews.varied(3000, seed=2)
    assert sentences == again and np.array_equal(labels, same)
    assert sentences != reviews.varied(3000, seed=3)[0]
    assert max(len(s.split()) for s in sentences) <= 32
    words = Counter(w for s in sentences for w in s.split())
    assert 120 < len(words) < 200 and not {"{", "}", "{n}"} & set(words)


@pytest.mark.parametrize("held_out", [False, True])
def test_varied_reviews_keep_the_pairs_apart(held_out):
    allowed, other = (set(HELD_OUT), set(TRAIN))[:: 1 if held_out else -1]
    seen = set()
    for sentence in reviews.varied(1500, held_out=held_out, seed=4)[0]:
        words = sentence.split()
        positive = [w for w in words if w in reviews.POSITIVE]
        negative = [w for w in words if w in reviews.NEGATIVE]
        seen |= {(p, q) for p in positive for q in negative}
    assert seen and seen <= allowed and not seen & other
