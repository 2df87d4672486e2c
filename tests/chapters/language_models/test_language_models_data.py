"""The manual, the byte-pair encoding that the chapter teaches, and the small language."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pydoc_data.topics import topics

import numpy as np
import pytest
from seqbook.chapters.language_models import data
from seqbook.chapters.language_models.taught import (
    WORD,
    Tokenizer,
    keep_once,
    learn_bpe,
    merge,
    windows,
)


def test_the_manual_is_split_into_whole_topics():
    train, held = data.manual()
    assert len(held) == 8 and len(train) + len(held) == len(topics)
    assert set(train).isdisjoint(held)


def test_each_paragraph_is_kept_once():
    seen: set[str] = set()
    assert keep_once(["one\n\ntwo", "two\n\none"], seen) == ["one\n\ntwo"]
    assert keep_once(["t  wo\n\none\n \nnew\n  line"], seen) == ["t  wo\n\nnew\n  line"]


def test_merges_by_hand():
    assert merge(("a", "a", "a"), ("a", "a")) == ("aa", "a")
    assert merge(tuple("banana"), ("a", "n")) == ("b", "an", "an", "a")
    assert learn_bpe("the then than", 12, sorted(set("the then than")))[0] == ("t", "h")


def recounted(text: str, number: int) -> list[tuple[str, str]]:
    """The merges of a text, all pairs counted anew each time."""
    words, found = [tuple(word) for word in WORD.findall(text)], []
    for _ in range(number):
        pairs = Counter(pair for word in words for pair in pairwise(word))
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        found.append(best)
        words = [merge(word, best) for word in words]
    return found


def test_the_fast_way_finds_the_merges_of_the_slow_one():
    text = data.manual()[0][-1][:20_000]
    alphabet = sorted(set(text))
    assert learn_bpe(text, len(alphabet) + 150, alphabet) == recounted(text, 150)


@pytest.mark.parametrize(
    "text", ["", "a  b\n\n   c\t\n", "don't __stop__ 3.14e5", "\n\n\n", "x " * 9]
)
def test_the_round_trip_is_exact(text):
    alphabet = sorted(set("".join(map(chr, range(32, 127))) + "\n\t"))
    merges = learn_bpe(data.manual()[0][-1][:20_000], 400, [*alphabet, *"–’éλ"])
    tokenizer = Tokenizer(alphabet, merges)
    assert tokenizer.decode(tokenizer.encode(text)) == text


@pytest.mark.parametrize("length", [2, 5, 8, 9, 12, 13, 40])
def test_windows_count_every_token_but_the_first_once(length):
    x, y, weight = windows([list(range(length))], T=8)
    assert x.shape == y.shape == weight.shape
    assert sorted(y[weight == 1]) == list(range(1, length))
    assert (y[weight == 1] == x[weight == 1] + 1).all()


# --- The small language -----------------------------------------------------------------------


def test_the_clauses_and_their_ceilings():
    assert len(data.CLAUSES) == 192
    assert sum(data.CLAUSES.values()) == pytest.approx(1)
    left = data.best_guesses(lambda clause, i: clause[:i])
    both = data.best_guesses(lambda clause, i: (clause[:i], clause[i + 1 :]))
    # Two of the six animals have two sounds: 4/6 + 2/6 · 1/2.
    assert left == pytest.approx([1 / 2, 1 / 4, 1 / 6, 1 / 3, 5 / 6])
    # howl is a wolf's in two of three cases, roar a lion's in one of two.
    animal = (1 / 12) + (1 / 12 + 1 / 6) * 2 / 3 + 1 / 6 + (2 / 6) / 2 + 1 / 6
    assert both == pytest.approx([1, 1 / 4, animal, 1 / 3, 5 / 6])


def test_sentences_are_grammatical_and_damaged_ones_are_not():
    ids = data.sentences(300, np.random.default_rng(0))
    assert ids.shape == (300, data.LENGTH) and data.grammatical(ids).all()
    for place in range(data.LENGTH):
        broken = ids.copy()
        broken[:, place] = data.MASK
        assert not data.grammatical(broken).any()
