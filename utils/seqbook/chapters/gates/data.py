"""Diaries of travelers, for networks that should remember where someone comes from.

A diary is a row of words. Somewhere it says ``from`` and a country: that is home. Before and after
it may say ``visited`` and a country, which means nothing. Its last word is ``speak``, and the
target is the language that is spoken at home.
"""

from __future__ import annotations

import numpy as np

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

    Word ids of shape (number, longest + 3) and language ids of shape (number,), both int32. `lag`
    words, 1 to `longest`, lie between the home country and ``speak``; None draws a lag for each
    diary, every one equally likely. With `decoys`, ``visited`` and a random country stand once in
    each stretch of 8 words, but not where they would touch the two words about home.
    """
    if lag is not None and not 1 <= lag <= longest:
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
    return [VOCABULARY[i] for i in ids]
