"""A soft search: the reader types a query and sees its weight on each of a list of titles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, ClassVar

import numpy as np

from ...live.base import Explorer
from .data import TALKS, rgb, words_of

LEVELS = 4  # a number in a vector is one of -4 to 4 quarters of its largest
LIKE = 0.5  # letters in common, from which an unknown word is taken for a known one
QUERY = "a subclass and its base"
OFFERED = ("mapping", "exeption handling", "object oriented", "asyncio", "decimal", "line by line")


def letters(word: str) -> set[str]:
    """The groups of three letters in a word, with its ends marked."""
    word = f"<{word}>"
    return {word[k : k + 3] for k in range(len(word) - 2)}


class SoftSearch(Explorer):
    """Weights of a typed query over titles, and the weighted mean of what belongs to the titles.

    A text is the sum of the vectors of its words, made as long as 1. A word without a vector takes
    that of the known word with which it shares most groups of three letters.

    Args:
        words: the words that have a vector, the most frequent first.
        vectors: their vectors, shape (words, d), kept in the page as one of 9 levels each.
        titles: the minutes and the color (#rrggbb) of each title.
        ignored: words that say nothing, such as "the".
        factor: what the dot products are multiplied by at first, from 1 to 40.
        query: what stands in the field at first.
        offered: queries offered as buttons.

    Raises:
        ValueError: not one vector for each word, or a title without a known word.
    """

    name: ClassVar[str] = "soft-search"

    def __init__(
        self,
        words: Sequence[str],
        vectors: np.ndarray,
        titles: Mapping[str, tuple[int, str]] = TALKS,
        *,
        ignored: Sequence[str] = (),
        factor: float = 10,
        query: str = QUERY,
        offered: Sequence[str] = OFFERED,
    ) -> None:
        self.words, self.ignored = list(words), sorted(set(ignored))
        vectors = np.asarray(vectors, float)
        if vectors.ndim != 2 or len(vectors) != len(self.words):
            raise ValueError("SoftSearch needs one vector for each word: shape (words, d).")
        largest = np.abs(vectors).max(axis=1, keepdims=True)
        rounded = np.round(LEVELS * vectors / np.where(largest > 0, largest, 1))
        self.levels = rounded.astype("int8")
        self.vectors = self.levels / np.linalg.norm(rounded, axis=1, keepdims=True).clip(1)
        self.titles = dict(titles)
        self.factor, self.query, self.offered = float(factor), query, list(offered)
        self._index = {word: i for i, word in enumerate(self.words)}
        self._letters = [letters(word) for word in self.words]
        self.keys = np.stack([self.vector(title) for title in self.titles])
        for title, key in zip(self.titles, self.keys, strict=True):
            if not key.any():
                raise ValueError(f"No word of the title {title!r} has a vector.")
        self.values = np.array([[minutes, *rgb(color)] for minutes, color in self.titles.values()])

    @classmethod
    def example(cls) -> SoftSearch:
        """A dozen words with random vectors, for tests; it finds nothing of use."""
        rng = np.random.default_rng(0)
        words = sorted({word for title in TALKS for word in words_of(title) if len(word) > 3})
        return cls(words, rng.normal(size=(len(words), 6)), ignored=["the", "and"])

    def stand_in(self, word: str) -> str | None:
        """The known word that a word is taken for; None if there is none or the word is ignored."""
        if word in self._index or word in self.ignored:
            return None if word in self.ignored else word
        own = letters(word)
        like = [2 * len(own & other) / (len(own) + len(other)) for other in self._letters]
        best = int(np.argmax(like))
        return self.words[best] if like[best] >= LIKE else None

    def vector(self, text: str) -> np.ndarray:
        """The vector of a text, of length 1; zeros if it has no word that counts."""
        known = [self.stand_in(word) for word in words_of(text)]
        rows = [self._index[word] for word in known if word is not None]
        total = self.vectors[rows].sum(axis=0)
        return total / max(np.linalg.norm(total), 1e-12)

    def weights(self, query: str, factor: float | None = None) -> np.ndarray:
        """The weight of each title, shape (titles,)."""
        scores = (self.factor if factor is None else factor) * (self.keys @ self.vector(query))
        e = np.exp(scores - scores.max())
        return e / e.sum()

    def config(self) -> dict[str, Any]:
        """The words, their vectors as letters from a to i, the titles, and what is offered."""
        as_letters = (self.levels + (ord("a") + LEVELS)).astype("uint8")
        return {
            "words": " ".join(self.words),
            "vectors": as_letters.tobytes().decode("ascii"),
            "levels": LEVELS,
            "d": self.levels.shape[1],
            "ignored": " ".join(self.ignored),
            "like": LIKE,
            "titles": [[title, m, rgb(color)] for title, (m, color) in self.titles.items()],
            "factor": self.factor,
            "query": self.query,
            "offered": self.offered,
        }

    def static_html(self) -> str:
        """The weights of the first query, for a page without scripts."""
        rows = "".join(
            f'<tr><th scope="row">{escape(title)}</th><td>{w:.2f}</td></tr>'
            for title, w in zip(self.titles, self.weights(self.query), strict=True)
        )
        return (
            f"<p><strong>A soft search for “{escape(self.query)}”.</strong> "
            "Where scripts run, another query can be typed.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Weights of the titles">'
            '<table><thead><tr><th scope="col">title</th><th scope="col">weight</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )

    def static_text(self) -> str:
        """What the figure shows, in words that are equal on every machine."""
        return f"SoftSearch: the weights of “{self.query}” over {len(self.titles)} titles."
