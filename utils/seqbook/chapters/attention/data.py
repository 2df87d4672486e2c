"""The manual that every Python carries, as paragraphs of words; a library of talks; a card game."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

TALKS = {
    "Strings: characters, encodings and the formatting of text": (31, "#4477aa"),
    "Lists and tuples: append, sort, slice and index a sequence": (24, "#66ccee"),
    "Dictionaries: hash tables that map keys to values": (18, "#228833"),
    "Loops: iterate with for and while, break and continue": (12, "#ccbb44"),
    "Functions: parameters, arguments, defaults and return": (27, "#ee6677"),
    "Classes: methods, attributes, instances and inheritance": (45, "#aa3377"),
    "Exceptions: raise and catch an error, try and finally": (22, "#cc3311"),
    "Imports: modules, packages and where Python finds them": (35, "#009988"),
    "Coroutines: async, await and generators": (52, "#7766dd"),
    "Numbers: integers, floating point and arithmetic": (15, "#ee7733"),
    "Debugging: breakpoints and stepping through a program": (40, "#777777"),
}
"""Invented talks on Python, each with its minutes and the color of its cover."""

# What a reader might type, with the talk that should be found. No word stands in any title.
QUERIES = {
    "Strings": "unicode; letters; lowercase; print; suffix; utf; ascii",
    "Lists": "array; reverse; subscript; mutable; comprehension; elements; starred",
    "Dictionaries": "mapping; lookup; hashable; items; view; missing; insertion order",
    "Loops": "repeat; iteration; terminate; iterator; else; executed again",
    "Functions": "def; call; lambda; positional; signature; keyword only; annotations",
    "Classes": "subclass; object oriented; metaclass; base; super; derived; descriptor",
    "Exceptions": "failure; handler; except; caught; traceback; occurred",
    "Imports": "library; path; loader; namespace; directory; finder; submodule",
    "Coroutines": "asyncio; concurrent; awaitable; yield; asynchronous; suspended; send",
    "Numbers": "decimal; complex; addition; precision; division; multiply; rounding",
    "Debugging": "pdb; step; debugger; bug; line by line; post mortem; stack frame",
}


def words_of(text: str) -> list[str]:
    """The words of a text in lower case; digits and marks are left out."""
    return re.findall("[a-z]+", text.lower())


COMMON = words_of(
    "the a an is are be was been has have had of in to and for if or as with not by it its this "
    "that these those can may will on at from when which but no one also only any all into so "
    "than then such other there they their some more same used use using s t x e g i my how what "
    "does do"
)
"""Words that say little about what a text is about."""


def manual() -> list[list[str]]:
    """The paragraphs of Python's own manual as lists of words, each paragraph once."""
    from pydoc_data.topics import topics

    found = {}
    for name in sorted(topics):
        for paragraph in re.split(r"\n\s*\n", topics[name]):
            found.setdefault(" ".join(paragraph.split()), None)
    return [words_of(paragraph) for paragraph in found]


def rgb(color: str) -> list[int]:
    """#4477aa as three numbers from 0 to 255."""
    return [int(color[k : k + 2], 16) for k in (1, 3, 5)]


def queries() -> tuple[list[str], np.ndarray]:
    """All queries, and for each the row of the talk that should be found."""
    asked = [(q, row) for row, texts in enumerate(QUERIES.values()) for q in texts.split("; ")]
    return [q for q, _ in asked], np.array([row for _, row in asked])


NAMES = [
    "Ada", "Ben", "Cai", "Dee", "Eli", "Fay", "Gus", "Hal",
    "Ida", "Jon", "Kim", "Lou", "Max", "Nia", "Oki", "Pia",
]  # fmt: skip
COLORS = ["red", "green", "blue", "gold"]


def cards(
    rng: np.random.Generator, number: int, T: int = 8, places: Sequence[int] | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rows of T cards, each with a name (all different) and a color; the card asked for is at one
    of `places`. Names and colors (number, T), names asked for and their colors (number,)."""
    names = np.argsort(rng.random((number, len(NAMES))), axis=1)[:, :T]
    colors = rng.integers(0, len(COLORS), (number, T))
    place = rng.choice(np.arange(T) if places is None else places, number)
    row = np.arange(number)
    return names, colors, names[row, place], colors[row, place]
