"""Sentences whose ambiguous words are decided by a known other word."""

from __future__ import annotations

import numpy as np

# What decides `ball` is the verb of its clause; what decides `serve` is the topic of its clause.
VERBS = {"toy": ["tossed", "kicked", "dropped"], "dance": ["attended", "hosted", "opened"]}
TOPICS = {
    "rally": ["tennis", "volleyball", "badminton"],
    "food": ["dinner", "lunch", "wedding"],
    "duty": ["army", "navy", "police"],
}
SUBJECTS = ["he", "she", "they", "we"]
ADJECTIVES = ["big", "old", "famous", "yearly"]
OBJECTS = ["bag", "photo", "poster"]
PLACES = ["house", "bridge", "river"]
LAST = ["rest", "wait", "help"]

MEANINGS = ["-", *VERBS, *TOPICS]  # "-": a word with one meaning
DECIDING = [word for table in (VERBS, TOPICS) for words in table.values() for word in words]
WORDS = [*SUBJECTS, *DECIDING, *ADJECTIVES, *OBJECTS, *PLACES, *LAST,
         "the", "near", "to", "while", "ball", "serve"]  # fmt: skip
LONGEST = 24
FAMOUS = "he tossed the tennis ball to serve"
NOUNS = {*DECIDING[6:], *OBJECTS, *PLACES, "ball"}  # the first six are verbs
_MEANS = {w: m for table in (VERBS, TOPICS) for m, words in table.items() for w in words}


def clause(rng: np.random.Generator) -> list[str]:
    """One clause; never one in which a tennis ball is tossed to serve."""
    while True:
        words = [rng.choice(SUBJECTS), rng.choice(VERBS[rng.choice(list(VERBS))]), "the"]
        words += list(rng.choice(ADJECTIVES, rng.integers(0, 3), replace=False))
        words += [rng.choice(TOPICS[rng.choice(list(TOPICS))])]
        words += ["ball" if rng.random() < 0.6 else rng.choice(OBJECTS)]
        if rng.random() < 0.5:
            adjectives = rng.choice(ADJECTIVES, rng.integers(0, 2))
            words += ["near", "the", *adjectives, rng.choice(PLACES)]
        words += ["to", "serve" if rng.random() < 0.7 else rng.choice(LAST)]
        if not {"tossed", "tennis", "ball", "serve"} <= set(words):
            return [str(word) for word in words]


def sentence(rng: np.random.Generator) -> list[str]:
    """Clauses that are joined by `while`, cut off after LONGEST words."""
    words = clause(rng)
    while len(words) < LONGEST:
        words += ["while", *clause(rng)]
    return words[:LONGEST]


def annotate(words: list[str]) -> tuple[list[str], list[int]]:
    """The meaning of each word, and the place of the word that decides it (-1: none)."""
    meanings, links = [], []
    verb = topic = -1
    for t, word in enumerate(words):
        if word in _MEANS:
            verb, topic = (t, topic) if _MEANS[word] in VERBS else (verb, t)
        link = {"ball": verb, "serve": topic}.get(word, -1)
        links.append(link)
        meanings.append(_MEANS[words[link]] if link >= 0 else "-")
    return meanings, links


def encode(sentences: list[list[str]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids, meanings and links of sentences of equal length, each (sentences, words)."""
    known = [annotate(words) for words in sentences]
    ids = [[WORDS.index(word) for word in words] for words in sentences]
    meanings = [[MEANINGS.index(meaning) for meaning in means] for means, _ in known]
    links = [decided_by for _, decided_by in known]
    return np.array(ids, "int32"), np.array(meanings, "int32"), np.array(links)


def sentences(count: int, seed: int) -> list[list[str]]:
    """Sentences of the grammar, each a list of words."""
    rng = np.random.default_rng(seed)
    return [sentence(rng) for _ in range(count)]
