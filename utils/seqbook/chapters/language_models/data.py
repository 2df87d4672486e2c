"""The manual that every Python carries, and a small language whose ceilings can be computed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from pydoc_data.topics import topics

import numpy as np

# Eight topics, drawn by lot once and named here, so that every version of Python holds out the
# same ones.
HELD_OUT = (
    "attribute-access",
    "binary",
    "class",
    "formatstrings",
    "numbers",
    "operator-summary",
    "strings",
    "truth",
)


def manual() -> tuple[list[str], list[str]]:
    """The texts of the topics to learn from, shortest first, and of those held out."""
    ordered = sorted(topics, key=lambda name: (len(topics[name]), name))
    train = [topics[name].strip() for name in ordered if name not in HELD_OUT]
    held = [topics[name].strip() for name in ordered if name in HELD_OUT]
    return train, held


# --- Animals: sentences of two clauses, the words of a clause bound to each other ----------------

SOUNDS = {
    "dog": ("bark", "howl"),
    "wolf": ("howl",),
    "cat": ("meow", "purr"),
    "lion": ("roar",),
    "tiger": ("roar",),
    "crow": ("caw",),
}
ADJECTIVES = ("old", "small", "gray", "shy")
ADVERBS = ("often", "never", "now")
START, MASK = 0, 1
Clause = tuple[str, ...]


def clauses() -> dict[Clause, float]:
    """Every clause with its probability: each choice is made evenly, one after the other."""
    found = {}
    for many in (False, True):
        for adjective in ADJECTIVES:
            for animal, sounds in SOUNDS.items():
                for adverb in ADVERBS:
                    for sound in sounds:
                        plural = "wolves" if animal == "wolf" else animal + "s"
                        noun, verb = (plural, sound) if many else (animal, sound + "s")
                        words = ("some" if many else "a", adjective, noun, adverb, verb)
                        even = 2 * len(ADJECTIVES) * len(SOUNDS) * len(ADVERBS) * len(sounds)
                        found[words] = 1 / even
    return found


CLAUSES = clauses()
WORDS = ["[start]", "[mask]", "and", *sorted({word for clause in CLAUSES for word in clause})]
_ROWS = np.array([[WORDS.index(word) for word in clause] for clause in CLAUSES])
_KNOWN = {tuple(row) for row in _ROWS.tolist()}
LENGTH = 2 * _ROWS.shape[1] + 1


def sentences(count: int, rng: np.random.Generator) -> np.ndarray:
    """Ids, shape (count, 11): a clause, "and", another clause."""
    p = list(CLAUSES.values())
    first, second = (_ROWS[rng.choice(len(p), count, p=p)] for _ in range(2))
    middle = np.full((count, 1), WORDS.index("and"))
    return np.concatenate([first, middle, second], axis=1).astype("int32")


def grammatical(ids: np.ndarray) -> np.ndarray:
    """For each row of ids (count, 11): is it a sentence of the language?"""
    ok = [
        tuple(row[:5]) in _KNOWN and row[5] == WORDS.index("and") and tuple(row[6:]) in _KNOWN
        for row in ids.tolist()
    ]
    return np.array(ok)


def best_guesses(known: Callable[[Clause, int], tuple]) -> list[float]:
    """For each place of a clause, how often the best guess is right.

    `known(clause, place)` is what the guesser may see of the clause.
    """
    shares = []
    for place in range(5):
        weight: dict[tuple, Counter] = defaultdict(Counter)
        for clause, p in CLAUSES.items():
            weight[known(clause, place)][clause[place]] += p
        shares.append(sum(max(words.values()) for words in weight.values()))
    return shares
