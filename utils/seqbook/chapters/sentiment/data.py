"""Restaurant reviews from a small grammar: the same words in another order mean the opposite.

Every sentence has an adjective that decides its class, 1 for positive, 0 for negative. Most have a
second one that says the opposite, so that the words alone do not tell which of the two counts. A
sentence is a string of words and marks with spaces between them: ``sentence.split()`` is its
list of tokens. `tokenize` brings what a reader types into the same form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

# Adjectives that fit every noun, positive and negative.
GENERAL = (
    "good great lovely excellent wonderful perfect superb charming pleasant fine splendid "
    "decent brilliant fantastic nice",
    "bad awful terrible horrible dreadful poor unpleasant disappointing mediocre miserable "
    "dull nasty lousy boring dismal",
)
POSITIVE, NEGATIVE = (words.split() for words in GENERAL)
# Adjectives that fit some nouns only: (nouns, positive, negative).
GROUPS = (
    (
        "food soup bread fish pasta salad dessert coffee",
        "tasty delicious fresh",
        "bland stale cold",
    ),
    ("service staff waiter kitchen", "friendly quick polite", "rude slow careless"),
    ("room music table place", "warm cozy quiet", "gloomy noisy shabby"),
)
NOUNS = [noun for nouns, _, _ in GROUPS for noun in nouns.split()]

# Near: between "not" and its adjective there is no word. {a} decides the class, {b} is opposite.
NEAR = (
    "the {n} was {a} , not {b} at all",
    "the {n} was not {b} , it was {a}",
    "the {n} , not {b} this time , was {a}",
    "we found the {n} {a} and not {b}",
)
# Far: the same frame stands before both adjectives, so "not" is 3, 4 or 5 words away from its own.
FRAMES = (
    "what i call",
    "what people call",
    "what i would call",
    "something i would call",
    "what my sister would call",
    "what you and i call",
)
OPENINGS = ("", "last night", "to be fair ,", "on our first visit", "for the record ,")
ENDINGS = ("late", "a monday", "raining", "my birthday", "half past nine")

# The wider language, for the classifier: one adjective, two that agree, denial, contrast.
PLAIN = (
    "the {n} was {v} {a}",
    "the {n} is {v} {a}",
    "i found the {n} {v} {a}",
    "what a {a} {n}",
    "{v} {a} {n} and {a2} {m}",
    "the {n} was {a} and the {m} was {v} {a2}",
)
AGREED = (
    "i expected the {n} to be {a} and it was {v} {a2}",
    "they say the {n} is {a} , and i found it {a2}",
    "the {n} looks {a} and it is {v} {a2}",
)
NEGATED = (
    "the {n} was not {v} {b}",
    "the {n} is never {b}",
    "i would not call the {n} {b}",
    "i can not say that the {n} was {v} {b}",
    "nobody at our table found the {n} {b}",
    "there was nothing {b} about the {n}",
    "i do not think that the {n} in this place was {b}",
    "the {n} was neither {b} nor {b2}",
)
CONTRAST = (
    "i expected the {n} to be {b} but it was {v} {a}",
    "they say the {n} is {b} , yet i found it {a}",
    "far from {b} , the {n} was {v} {a}",
    "the {n} was {a} , far from {b}",
    "the {n} looks {b} but it is {a}",
    "the {n} used to be {b} , but now it is {v} {a}",
    "the {n} was {b} last year , but this time it was {v} {a}",
    "the {n} was {v} {b} , or so they say , but i found it {a}",
    "the {n} was {v} {a} , nothing {b} about it",
    "although my brother called it {b} , the {n} was {a}",
    "the {n} was {a} , although my brother called it {b}",
)
VERY = ("", "", "very", "really", "so", "quite")
BEFORE = (
    "", "", "honestly ,", "to be fair ,", "last night", "on our second visit",
    "as a regular guest i must say", "well ,",
)  # fmt: skip
AFTER = (
    "", "", ".", "!", ", if you ask me", ", and we told them so", "as my friend said",
    "and we will talk about it",
)  # fmt: skip

_SHORT = (("won't", "will not"), ("can't", "can not"), ("n't", " not"))
_TOKEN = re.compile(r"""[,.!?;:]|[^\s,.!?;:"“”„«»()\[\]{}…–—*/\\<>-]+""")


def tokenize(text: str) -> list[str]:
    """Words and marks in lower case: ``"It wasn't bad!"`` is ``["it", "was", "not", "bad", "!"]``.

    Of the marks, the comma, the period and ``! ? ; :`` are tokens; quotes, brackets and dashes
    are dropped. The sentiment explorer does the same in JavaScript.
    """
    text = text.lower().replace("’", "'")
    for short, long in _SHORT:
        text = text.replace(short, long)
    return _TOKEN.findall(text)


def adjective_pairs(*, held_out: bool) -> list[tuple[str, str]]:
    """Pairs (positive, negative): 180 to train on, or the 45 that are held out.

    Each adjective is in 12 pairs of the first kind and in 3 of the second.
    """
    return _pairs(POSITIVE, NEGATIVE, held_out)


def _pairs(positive: list[str], negative: list[str], held_out: bool) -> list[tuple[str, str]]:
    numbered = product(enumerate(positive), enumerate(negative))
    return [(p, q) for (i, p), (j, q) in numbered if ((i + j) % 5 == 0) == held_out]


def far_twins(
    pairs: Sequence[tuple[str, str]],
    nouns: Sequence[str] = NOUNS,
    *,
    frames: Sequence[str] = FRAMES,
    sample: int | None = None,
    seed: int = 0,
) -> tuple[list[str], np.ndarray]:
    """Reviews in which "not" stands far from its adjective, each followed by its twin.

    "it was what i call good soup , and it was not what i call bad soup , and it was late".
    The half with "not" comes first or second. Around both adjectives stand the same words: the
    frame before them, the noun and ", and it was" behind them.

    `sample` draws that many different couples. Returns sentences and classes, int32; rows 2k and
    2k + 1 have the same words, and row 2k is positive.
    """
    lists = [OPENINGS, (0, 1), frames, nouns, ENDINGS, pairs]
    sizes = [len(values) for values in lists]
    total = int(np.prod(sizes))
    chosen = np.arange(total)
    if sample is not None:
        chosen = np.random.default_rng(seed).choice(total, sample, replace=False)

    def builders() -> Iterator[tuple]:
        for k in chosen:
            places = np.unravel_index(k, sizes)
            *parts, pair = (values[i] for values, i in zip(lists, places, strict=True))
            yield (lambda a, b, parts=parts: _far(*parts, a, b)), pair

    return _with_twins(builders())


def _far(opening: str, not_first: int, frame: str, noun: str, ending: str, a: str, b: str) -> str:
    """`a` is what is said of the noun, `b` what is denied."""
    halves = [f"it was {frame} {a} {noun}", f"it was not {frame} {b} {noun}"]
    if not_first:
        halves.reverse()
    return f"{opening} {halves[0]} , and {halves[1]} , and it was {ending}".strip()


def varied(n: int, *, held_out: bool = False, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """n different reviews of every kind, and their classes, int32 of shape (n,).

    Opposed adjectives are the pairs that `adjective_pairs(held_out=held_out)` gives.
    """
    rng = np.random.default_rng(seed)

    def one(values: Sequence) -> Any:
        return values[int(rng.integers(len(values)))]

    found: dict[str, int] = {}
    for _ in range(20 * n):
        if len(found) == n:
            return list(found), np.array(list(found.values()), dtype="int32")
        y = int(rng.integers(2))
        nouns, positive, negative = (words.split() for words in one(GROUPS))
        adjectives = [NEGATIVE + negative, POSITIVE + positive]
        a, b = one(_pairs(adjectives[1], adjectives[0], held_out))[:: 1 if y else -1]
        a2 = one([word for word in adjectives[y] if word != a])
        b2 = one([word for word in adjectives[1 - y] if word != b])
        kind = one((PLAIN, PLAIN, AGREED, NEGATED, CONTRAST, NEAR, FRAMES))
        if kind is FRAMES:
            text = _far(one(OPENINGS), one((0, 1)), one(FRAMES), one(nouns), one(ENDINGS), a, b)
        else:
            words = {"n": one(nouns), "m": one(nouns), "v": one(VERY)}
            text = f"{one(BEFORE)} {one(kind)} {one(AFTER)}"
            text = text.format(a=a, b=b, a2=a2, b2=b2, **words)
        found[" ".join(text.split())] = y
    raise ValueError(f"of {n} different sentences the grammar gave {len(found)}: lower n")


def _with_twins(builders: Iterator[tuple]) -> tuple[list[str], np.ndarray]:
    sentences = [build(*ab) for build, (p, q) in builders for ab in ((p, q), (q, p))]
    return sentences, np.tile(np.array([1, 0], dtype="int32"), len(sentences) // 2)
