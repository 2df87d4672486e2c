"""The grammar of the chapter: what decides a word is known, and the famous sentence is held out."""

from __future__ import annotations

import numpy as np
from seqbook.chapters.what_attention_learns import data


def clauses(words: list[str]) -> list[list[str]]:
    return [part.split() for part in " ".join(words).split("while")]


def test_the_famous_sentence_has_the_two_links():
    words = data.FAMOUS.split()
    meanings, links = data.annotate(words)
    assert meanings == ["-", "-", "-", "-", "toy", "-", "rally"]
    assert [words[k] for k in links if k >= 0] == ["tossed", "tennis"]
    assert set(words) <= set(data.WORDS)


def test_a_word_is_decided_within_its_own_clause():
    for words in data.sentences(300, seed=3):
        meanings, links = data.annotate(words)
        for t, link in enumerate(links):
            if words[t] not in ("ball", "serve"):
                assert (link, meanings[t]) == (-1, "-")
                continue
            assert "while" not in words[link:t]
            table = data.VERBS if words[t] == "ball" else data.TOPICS
            assert words[link] in table[meanings[t]]


def test_nobody_tosses_a_tennis_ball_to_serve_in_the_training_data():
    for words in data.sentences(4000, seed=0):
        for clause in clauses(words):
            assert not {"tossed", "tennis", "ball", "serve"} <= set(clause)


def test_one_meaning_is_as_frequent_as_another_and_independent_of_the_other_word():
    ids, meanings, links = data.encode(data.sentences(2000, seed=4))
    assert ids.shape == meanings.shape == links.shape == (2000, data.LONGEST)
    counts = np.bincount(meanings.ravel(), minlength=len(data.MEANINGS))[1:]
    ball, serve = counts[:2] / counts[:2].sum(), counts[2:] / counts[2:].sum()
    assert np.abs(ball - 1 / 2).max() < 0.05 and np.abs(serve - 1 / 3).max() < 0.05
    rows, places = np.nonzero(links >= 0)
    assert (links[rows, places] < places).all()


def test_the_vocabulary_has_no_word_twice():
    assert len(set(data.WORDS)) == len(data.WORDS)
    assert len(set(data.MEANINGS)) == len(data.MEANINGS)
