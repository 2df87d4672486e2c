"""The dates that Lab 3 learns to rewrite: as people write them, and as a calendar does.

A sequence is a question, filled up from the left to 24 symbols, then "=" and the answer of ten:
"············3 march 1998=1998-03-03".
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np

SYMBOLS = "·=-0123456789 .,/'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüß"  # "·": padding
QUESTION, ANSWER = 24, 10  # symbols; "=" stands between them
START = QUESTION + 1  # where the answer begins

# Language → (its months, how a date is written). More can be added; `examples` takes them all.
LANGUAGES: dict[str, tuple[str, list[str]]] = {
    "English": (
        "january february march april may june july august september october november december",
        ["{day} {month} {year}", "{month} {day}, {year}"],
    ),
    "French": (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        ["{day} {month} {year}"],
    ),
    "German": (
        "januar februar märz april mai juni juli august september oktober november dezember",
        ["{day}. {month} {year}"],
    ),
    "Spanish": (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        ["{day} de {month} de {year}"],
    ),
}
FIRST, DAYS = datetime.date(1900, 1, 1).toordinal(), 73049  # to the end of 2099


def encode(text: str) -> list[int]:
    """The number of each symbol.

    Raises:
        ValueError: a symbol that is not in `SYMBOLS`.
    """
    unknown = sorted(set(text) - set(SYMBOLS))
    if unknown:
        raise ValueError(f"no symbol for {' '.join(unknown)}: use {SYMBOLS[3:]}")
    return [SYMBOLS.index(symbol) for symbol in text]


def decode(tokens: Sequence[int]) -> str:
    """The text of these numbers, without padding."""
    return "".join(SYMBOLS[int(token)] for token in tokens).replace(SYMBOLS[0], "")


def questions(*texts: str) -> np.ndarray:
    """Questions as tokens (len(texts), 35): each ends in "=", and its answer is still empty.

    Raises:
        ValueError: a question that is too long, or holds a symbol that is not in `SYMBOLS`.
    """
    rows = []
    for text in texts:
        text = " ".join(text.lower().split())
        if len(text) > QUESTION:
            raise ValueError(f"{text!r} has {len(text)} symbols: write at most {QUESTION}")
        rows.append(encode(text.rjust(QUESTION, SYMBOLS[0]) + "=" + ANSWER * SYMBOLS[0]))
    return np.array(rows, dtype="int32")


def examples(
    rng: np.random.Generator, size: int, held_out: bool = False
) -> tuple[list[str], np.ndarray]:
    """Dates of two centuries, each in some language. Every tenth day is held out.

    Args:
        rng: where chance comes from.
        size: how many.
        held_out: days that training never sees, or only days that it may see.

    Returns:
        the questions, and tokens (size, 35) with their answers.
    """
    texts, answers = [], []
    while len(texts) < size:
        number = FIRST + int(rng.integers(DAYS))
        if (number % 10 == 0) != held_out:
            continue
        date = datetime.date.fromordinal(number)
        months, styles = LANGUAGES[rng.choice(list(LANGUAGES))]
        month = months.split()[date.month - 1]
        texts.append(rng.choice(styles).format(day=date.day, month=month, year=date.year))
        answers.append(encode(date.isoformat()))
    tokens = questions(*texts)
    tokens[:, START:] = answers
    return texts, tokens
