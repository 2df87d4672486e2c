"""Packing lists in English and in French: a translation whose rule is known.

A list names things, each with a number and a color: ``two green coats , a white shirt and six red
hats``. In French the color follows the noun, and the words agree: a noun is masculine or feminine,
``a`` becomes ``un`` or ``une``, and the color takes the gender and the number of its noun. So the
first French word may depend on the last English one, and no word can be translated alone. Since
the rule is known, a translation is right or wrong, word by word and as a whole.

    pairs(2, things=2)       -> [Pair(english=[...], french=[...]), ...]
    encode(sentences, SOURCE) -> ids of shape (sentences, longest)

Shapes and ids are those of the Keras layers: id 0 is padding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

PAD, START, END = "<pad>", "<start>", "<end>"

NUMBERS = {"a": "un", "two": "deux", "three": "trois", "four": "quatre", "five": "cinq",
           "six": "six"}
# Masculine, feminine, masculine plural, feminine plural.
COLORS = {
    "white": ("blanc", "blanche", "blancs", "blanches"),
    "black": ("noir", "noire", "noirs", "noires"),
    "gray": ("gris", "grise", "gris", "grises"),
    "green": ("vert", "verte", "verts", "vertes"),
    "blue": ("bleu", "bleue", "bleus", "bleues"),
    "red": ("rouge", "rouge", "rouges", "rouges"),
    "yellow": ("jaune", "jaune", "jaunes", "jaunes"),
}
# English plural, French singular, French plural, gender.
NOUNS = {
    "coat": ("coats", "manteau", "manteaux", "m"),
    "shirt": ("shirts", "chemise", "chemises", "f"),
    "hat": ("hats", "chapeau", "chapeaux", "m"),
    "dress": ("dresses", "robe", "robes", "f"),
    "sweater": ("sweaters", "pull", "pulls", "m"),
    "skirt": ("skirts", "jupe", "jupes", "f"),
    "glove": ("gloves", "gant", "gants", "m"),
    "shoe": ("shoes", "chaussure", "chaussures", "f"),
    "bag": ("bags", "sac", "sacs", "m"),
    "sock": ("socks", "chaussette", "chaussettes", "f"),
    "book": ("books", "livre", "livres", "m"),
    "towel": ("towels", "serviette", "serviettes", "f"),
}

# Each English noun, in both forms: its French, whether it is plural, whether it is feminine.
_FORMS = {}
for _noun, (_plural, *_french, _gender) in NOUNS.items():
    _FORMS[_noun] = (_french[0], False, _gender == "f")
    _FORMS[_plural] = (_french[1], True, _gender == "f")


def vocabularies() -> tuple[list[str], list[str]]:
    """The words of both languages, marks first; a word's id is its place."""
    english = [PAD, *NUMBERS, *COLORS]
    english += [form for noun, (plural, *_) in NOUNS.items() for form in (noun, plural)]
    french = [PAD, START, END, *NUMBERS.values(), "une"]
    french += [form for forms in COLORS.values() for form in forms]
    french += [form for _, singular, plural, _ in NOUNS.values() for form in (singular, plural)]
    english, french = [*english, ",", "and"], [*french, ",", "et"]
    # A word that is two forms at once, such as "gris", is one word.
    return list(dict.fromkeys(english)), list(dict.fromkeys(french))


SOURCE, TARGET = vocabularies()


class Pair(NamedTuple):
    """A sentence in both languages, each a list of words."""

    english: list[str]
    french: list[str]


def translate(english: Sequence[str]) -> list[str]:
    """The French of a packing list, by the rule."""
    words, french = list(english), []
    for start in range(0, max(len(words), 1), 4):
        number, color, noun, joint = (*words[start : start + 4], "", "", "", "")[:4]
        last = start + 4 > len(words)
        if (
            number not in NUMBERS or color not in COLORS or noun not in _FORMS
            or (joint not in {",", "and"}) != last or start + 4 == len(words)
        ):
            raise ValueError(
                f"{' '.join(words)!r} is no packing list: write number, color and noun, and a "
                "comma or 'and' between two things"
            )
        word, many, feminine = _FORMS[noun]
        if many == (number == "a"):
            raise ValueError(f"{number!r} and {noun!r} do not agree in {' '.join(words)!r}")
        article = "une" if number == "a" and feminine else NUMBERS[number]
        french += [article, word, COLORS[color][2 * many + feminine]]
        if not last:
            french.append("," if joint == "," else "et")
    return french


def pairs(
    number: int,
    things: int | Sequence[int] = (1, 2, 3, 4, 5),
    *,
    seed: int | np.random.Generator = 0,
) -> list[Pair]:
    """Packing lists with their translations.

    Every number of things is equally likely, and in each thing every number, color and noun. A
    list of n things has 4n - 1 words, in both languages.
    """
    allowed = [things] if np.ndim(things) == 0 else list(things)
    rng = np.random.default_rng(seed)
    counts = rng.choice(allowed, number)
    numbers, colors, nouns = list(NUMBERS), list(COLORS), list(NOUNS)
    sizes = (len(numbers), len(colors), len(nouns))
    drawn = iter(rng.integers(0, sizes, (int(counts.sum()), 3)).tolist())
    made = []
    for count in counts.tolist():
        words: list[str] = []
        for thing in range(count):
            n, c, k = next(drawn)
            noun = nouns[k] if n == 0 else NOUNS[nouns[k]][0]
            words += [numbers[n], colors[c], noun, "and" if thing == count - 2 else ","]
        made.append(Pair(words[:-1], translate(words[:-1])))
    return made


def encode(
    sentences: Iterable[Sequence[str]], vocabulary: Sequence[str], *, ends: bool = False
) -> np.ndarray:
    """Words to int32 ids (sentences, longest), shorter sentences padded with 0 at the end.

    `ends` puts ``<start>`` before each sentence and ``<end>`` after it.
    """
    index = {word: i for i, word in enumerate(vocabulary)}
    rows = [[START, *words, END] if ends else list(words) for words in sentences]
    unknown = sorted({word for row in rows for word in row} - set(index))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not in this vocabulary of {len(index)} words")
    ids = np.zeros((len(rows), max(map(len, rows))), "int32")
    for row, words in zip(ids, rows, strict=True):
        row[: len(words)] = [index[word] for word in words]
    return ids


def decode(ids: np.ndarray, vocabulary: Sequence[str]) -> list[str]:
    """Ids of one sentence to words, up to ``<end>``; ``<start>`` and padding are left out."""
    words = [vocabulary[i] for i in ids]
    words = words[: words.index(END)] if END in words else words
    return [word for word in words if word not in {PAD, START}]


def cut(english: Sequence[str]) -> tuple[list[list[str]], list[str]]:
    """A list taken apart: three words for each thing, and the joints between the things."""
    words = list(english)
    return [words[i : i + 3] for i in range(0, len(words), 4)], words[3::4]
