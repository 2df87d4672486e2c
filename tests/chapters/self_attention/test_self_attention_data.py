"""The game of two questions: its cards say what its answers need."""

from __future__ import annotations

import numpy as np
from seqbook.chapters.self_attention.data import DIGITS, FIELDS, PLAYERS, games


def fields(card: np.ndarray) -> list[int]:
    """Name, asks, seat and number of a card, which holds a single one in each part."""
    parts = np.split(card, np.cumsum(list(FIELDS.values()))[:-1])
    assert all(sorted(part)[-2:] == [0, 1] and part.sum() == 1 for part in parts)
    return [int(part.argmax()) for part in parts]


def test_answers_are_read_off_the_cards_one_by_one():
    g = games(60, seed=1)
    assert g.cards.shape == (60, 8, 34) and g.cards.dtype == np.float32
    for cards, answers in zip(g.cards, g.answers, strict=True):
        read = [fields(card) for card in cards]
        assert sorted(name for name, *_ in read) == list(range(len(PLAYERS)))
        number_of = {name: number for name, _, _, number in read}
        for seat, (name, asks, card_seat, _) in enumerate(read):
            assert asks != name and card_seat == seat
            assert list(answers[seat]) == [number_of[asks], read[seat - 1][3]]


def test_seeds_repeat_and_everything_occurs():
    a, b, c = games(300, 5), games(300, 5), games(300, 6)
    assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    assert not np.array_equal(a.names, c.names)
    assert np.bincount(a.numbers.ravel(), minlength=DIGITS).min() > 150
    steps = (a.asks - a.names) % len(PLAYERS)
    assert set(np.unique(steps)) == set(range(1, len(PLAYERS)))
