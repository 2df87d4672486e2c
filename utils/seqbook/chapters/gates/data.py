"""Diaries of travelers, for networks that should remember where someone comes from.

A diary is a row of words. Somewhere it says ``from`` and a country: that is home. Before and after
it may say ``visited`` and a country, which means nothing. Its last word is ``speak``, and the
target is the language that is spoken at home.
"""

from __future__ import annotations

import numpy as np

from .._arguments import at_least

HOMES = {
    "France": "French", "Spain": "Spanish", "Italy": "Italian", "Japan": "Japanese",
    "Greece": "Greek", "Poland": "Polish", "Turkey": "Turkish", "Norway": "Norwegian",
}
COUNTRIES = list(HOMES)
LANGUAGES = list(HOMES.values())
OTHER_WORDS = [
    "the", "a", "and", "then", "we", "with", "in", "at", "by", "to", "night", "morning", "train",
    "boat", "road", "rain", "sun", "bread", "tea", "soup", "market", "hill", "river", "old", "new",
    "long", "slow", "warm", "cold", "quiet",
]
VOCABULARY = [*COUNTRIES, *OTHER_WORDS, "from", "visited", "speak"]
FROM, VISITED, SPEAK = (VOCABULARY.index(word) for word in ("from", "visited", "speak"))
EVERY = 8  # one decoy in each stretch of so many words


def diaries(
    number: int,
    longest: int = 100,
    *,
    lag: int | None = None,
    decoys: bool = True,
    seed: int | np.random.Generator = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Diaries, and the language that each traveler speaks at home.

    Args:
        number: how many diaries.
        longest: the most words that can lie between the home country and ``speak``, at least 1.
        lag: how many words lie between them in every diary, 1 to `longest`. None draws a lag for
            each diary, every one equally likely.
        decoys: write ``visited`` and a random country once in each stretch of 8 words (left out
            where it would touch the two words about home).
        seed: a whole number, or a generator that is used up further with every call.

    Returns:
        Word ids of shape (number, longest + 3) and language ids of shape (number,), both int32.

    Raises:
        ValueError: if an argument is too small or too large.
    """
    number, longest = at_least("number", number, 1), at_least("longest", longest, 1)
    if lag is not None and at_least("lag", lag, 1) > longest:
        raise ValueError(f"a lag of {lag} does not fit: choose one from 1 to longest={longest}")
    rng = np.random.default_rng(seed)
    first_other, length = len(COUNTRIES), longest + 3
    x = rng.integers(first_other, first_other + len(OTHER_WORDS), (number, length))
    y = rng.integers(0, len(COUNTRIES), number)
    lags = rng.integers(1, longest + 1, number) if lag is None else np.full(number, lag)
    row, home = np.arange(number), longest - lags  # where `from` stands
    if decoys:
        for start in range(0, length - EVERY, EVERY):
            at = start + rng.integers(0, EVERY - 1, number)
            visited = rng.integers(0, len(COUNTRIES), number)
            free = np.abs(at - home) > 1
            x[row[free], at[free]] = VISITED
            x[row[free], at[free] + 1] = visited[free]
    x[row, home], x[row, home + 1], x[:, -1] = FROM, y, SPEAK
    return x.astype("int32"), y.astype("int32")


def home_position(x: np.ndarray) -> np.ndarray:
    """Where ``from`` stands in each diary: word ids (number, timesteps) to (number,)."""
    return (np.asarray(x) == FROM).argmax(axis=1)


def words(ids: np.ndarray) -> list[str]:
    """The words of one diary, from its ids of shape (timesteps,)."""
    ids = np.asarray(ids)
    if ids.ndim != 1:
        raise ValueError(f"words() takes one diary (timesteps,), this has shape {ids.shape}")
    return [VOCABULARY[i] for i in ids]
