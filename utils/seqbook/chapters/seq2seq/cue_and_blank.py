"""Sentences with a blank at the end, and a cue that says what belongs there.

In ``the clouds are in the ___`` the cue, ``clouds``, stands three words before the blank. In
``France is where I grew up . [...] so I speak fluent ___`` it stands as far away as one likes:
sentences of five words lie between, and some of them name a country that means nothing.
"""

from __future__ import annotations

import numpy as np

LANGUAGE = {
    "France": "French", "Spain": "Spanish", "Italy": "Italian", "Japan": "Japanese",
    "Greece": "Greek", "Poland": "Polish", "Turkey": "Turkish", "Norway": "Norwegian",
}
PLACE = {
    "clouds": "sky", "fish": "sea", "books": "library", "cows": "meadow",
    "cars": "garage", "actors": "theater", "nurses": "hospital", "waiters": "restaurant",
}
ANSWERS = 8  # of either kind
SHORTEST = 10  # the least number of words between a country and the blank
EASY_GAP = 3  # words between the clouds and their blank

_CUE, _END = "is where I grew up .", "so I speak fluent"
_PLAIN = [
    "I live in Boston .", "the soup was good .", "we walked all night .", "my dog likes snow .",
    "it rained for days .", "the train was late .", "she plays the violin .",
    "they moved last May .",
]
_NAMING = ["I once visited ? .", "we flew to ? .", "my boss loves ? .", "? is far away ."]
_AROUND = ["the ? are in the"]


def _vocabulary() -> list[str]:
    words = " ".join([_CUE, _END, *_PLAIN, *_NAMING, *_AROUND]).split()
    named = [*LANGUAGE, *PLACE]
    return [*named, *(word for word in dict.fromkeys(words) if word not in {*named, "?"})]


VOCABULARY = _vocabulary()
_INDEX = {word: i for i, word in enumerate(VOCABULARY)}


def _ids(sentences: list[str]) -> np.ndarray:
    """Shape (sentences, words); the place of a name, ``?``, is -1."""
    return np.array([[_INDEX.get(word, -1) for word in text.split()] for text in sentences])


def growing_up(
    number: int, gap: int, *, decoys: float = 0.4, seed: int | np.random.Generator = 0
) -> tuple[np.ndarray, np.ndarray]:
    """``France is where I grew up . [...] so I speak fluent``, and which language it is.

    The gap counts the words between the country and the blank, periods included: 10, 15, 20, ...;
    `decoys` is the share of sentences in between that name any of the countries. Returns word
    ids (number, gap + 1) and answers (number,), the place of the language in `LANGUAGE`.
    """
    if gap % 5 or gap < SHORTEST:
        raise ValueError(f"a gap is 10, 15, 20, ..., as the sentences have 5 words, not {gap}")
    rng = np.random.default_rng(seed)
    y, shape = rng.integers(0, ANSWERS, number), (number, (gap - SHORTEST) // 5)
    plain, naming = _ids(_PLAIN), _ids(_NAMING)
    between = plain[rng.integers(0, len(plain), shape)]  # (number, sentences, 5)
    other = naming[rng.integers(0, len(naming), shape)]
    other = np.where(other < 0, rng.integers(0, ANSWERS, shape)[:, :, None], other)
    between = np.where((rng.random(shape) < decoys)[:, :, None], other, between)
    cue, end = (np.tile(_ids([text]), (number, 1)) for text in (_CUE, _END))
    x = np.concatenate([y[:, None], cue, between.reshape(number, -1), end], axis=1)
    return x.astype("int32"), y.astype("int32")


def in_the(
    number: int, *, seed: int | np.random.Generator = 0
) -> tuple[np.ndarray, np.ndarray]:
    """``the clouds are in the``: ids (number, 5), answers (number,), the place in `PLACE`."""
    y = np.random.default_rng(seed).integers(0, ANSWERS, number)
    x = np.tile(_ids(_AROUND), (len(y), 1))
    x[x < 0] = len(LANGUAGE) + y  # the things follow the countries in the vocabulary
    return x.astype("int32"), y.astype("int32")


def words(ids: np.ndarray) -> list[str]:
    """The words of one text from its ids."""
    return [VOCABULARY[i] for i in ids]
