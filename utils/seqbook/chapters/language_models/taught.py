"""What `notebooks/language_models.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import re
from collections import Counter
from collections import defaultdict
from seqbook.chapters.language_models import data

WORD = re.compile(
    r" ?[A-Za-z]+"  # a word, with the blank before it
    r"| ?[0-9]+"  # a number
    r"| ?[^\sA-Za-z0-9]+"  # brackets, dots, signs
    r"|\n *"  # a new line, and how far it is indented
    r"|\s+"  # any other white space
)


def merge(pieces, pair):
    """The pieces of a word, with each such pair of neighbors joined."""
    merged = []
    for piece in pieces:
        if merged and (merged[-1], piece) == pair:
            merged[-1] += piece
        else:
            merged.append(piece)
    return tuple(merged)


def learn_bpe(text, size, alphabet):
    """The merges, in order, that bring the vocabulary to this size."""
    counts = Counter(WORD.findall(text))
    spelled = {word: tuple(word) for word in counts}
    pairs, where, merges = Counter(), defaultdict(set), []

    def count(word, sign):
        for pair in zip(spelled[word], spelled[word][1:]):
            pairs[pair] += sign * counts[word]
            where[pair].add(word)

    for word in counts:
        count(word, +1)
    while len(alphabet) + len(merges) < size:
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        for word in where.pop(best):
            count(word, -1)
            spelled[word] = merge(spelled[word], best)
            count(word, +1)
        del pairs[best]
    return merges


class Tokenizer:
    """Text to ids and back, by merges in the order they were learned."""

    def __init__(self, alphabet, merges):
        joined = [first + second for first, second in merges]
        self.vocabulary = sorted(alphabet) + joined
        self.ids = {token: i for i, token in enumerate(self.vocabulary)}
        self.rank = {pair: i for i, pair in enumerate(merges)}
        self.known = {}  # words that were cut before

    def cut(self, word):
        pieces = tuple(word)
        while True:
            pairs = [p for p in zip(pieces, pieces[1:]) if p in self.rank]
            if not pairs:
                return pieces
            pieces = merge(pieces, min(pairs, key=self.rank.get))

    def encode(self, text):
        ids = []
        for word in WORD.findall(text):
            if word not in self.known:
                self.known[word] = [self.ids[p] for p in self.cut(word)]
            ids += self.known[word]
        return ids

    def decode(self, ids):
        return "".join(self.vocabulary[i] for i in ids)


def keep_once(texts, seen):
    """The texts, less every paragraph that was seen before."""
    kept = []
    for text in texts:
        fresh = []
        for paragraph in re.split(r"\n\s*\n", text):
            words = " ".join(paragraph.split())
            if words not in seen:
                fresh.append(paragraph.rstrip())
            seen.add(words)
        kept.append("\n\n".join(fresh))
    return [text for text in kept if text]


def windows(sequences, T):
    """Inputs, targets, weights, each (windows, T), for held-out texts."""
    rows = []
    for ids in sequences:
        for start in range(0, max(1, len(ids) - 1 - T // 2), T // 2):
            piece = ids[start : start + T + 1]
            counts = np.zeros(T)
            counts[T // 2 if start else 0 : len(piece) - 1] = 1
            padded = np.pad(piece, (0, T + 1 - len(piece)))
            rows.append((padded[:-1], padded[1:], counts))
    return [np.array(column) for column in zip(*rows)]


def total_bits(model, sequences, T):
    """Surprise of the model at all tokens of these texts, less the first."""
    x, y, weight = windows(sequences, T)
    logits = model.predict(x, batch_size=16, verbose=0)
    log_p = np.array(keras.ops.log_softmax(logits))
    log_p = np.take_along_axis(log_p, y[..., None], axis=-1)[..., 0]
    return -(log_p * weight).sum() / np.log(2)


def causal_batch(words, rng):
    """Inputs, targets, weights, each (batch, 11)."""
    start = np.full((len(words), 1), data.START)
    inputs = np.concatenate([start, words[:, :-1]], axis=1)
    return inputs, words, np.ones(words.shape)


def masked_batch(words, rng):
    chosen = rng.random(words.shape) < 0.15
    dice = rng.random(words.shape)
    random_word = rng.integers(2, len(data.WORDS), words.shape)
    inputs = np.where(chosen & (dice < 0.8), data.MASK, words)
    inputs = np.where(chosen & (dice >= 0.9), random_word, inputs)
    return inputs, words, chosen.astype("float32")
