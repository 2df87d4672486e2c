"""Lab 2's tunes and split, as windows of tokens, and where in its bar each character stands."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np

from ...music import load_tunes
from ...music.abc.tokens import note_length
from ...music.recipe import END, build_vocabulary, encode

HEAD = 24  # characters that stay in view in a long tune: its header, and the first notes


def split() -> tuple[list[str], list[str], list[str]]:
    """Training tunes, held-out tunes and vocabulary, exactly those of Lab 2."""
    tunes = load_tunes(slurs=False)
    order = np.random.default_rng(0).permutation(len(tunes))
    held_out = round(0.1 * len(tunes))
    return (
        [tunes[i] for i in order[held_out:]],
        [tunes[i] for i in order[:held_out]],
        build_vocabulary(tunes),
    )


def windows(tunes: list[str], vocabulary: list[str], number: int, size: int, seed: int):
    """(number, size + 1) int32: each row begins where a tune begins, and the next tunes follow."""
    text = encode(END + END.join(tunes) + END, vocabulary)
    begins = np.flatnonzero(text[: -size - 1] == vocabulary.index(END))
    chosen = np.random.default_rng(seed).choice(begins, number)
    return text[chosen[:, None] + np.arange(size + 1)]


def in_view(tune: str, vocabulary: list[str], size: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows (size + 1,) that score each character of a tune once, and where (size,) they do.

    The first row begins at the tune's beginning. A later one has the tune's first `HEAD`
    characters, then those just before the ones that it scores.
    """
    ids = encode(END + tune + END, vocabulary)
    rows, done, last = [], 0, len(ids) - 1
    while done < last:
        new = min(size if not done else size // 2, last - done)
        row, scored = np.zeros(size + 1, "int32"), np.zeros(size, bool)
        if not done:
            row[: new + 1], scored[:new] = ids[: new + 1], True
        else:
            row[:HEAD] = ids[:HEAD]
            row[HEAD:] = ids[done + new - (size - HEAD) : done + new + 1]
            scored[-new:] = True
        rows.append((row, scored))
        done += new
    return rows


def eighths_into_the_bar(tune: str) -> dict[int, float]:
    """Where a note or a bar line begins → how many eighths have passed since the last bar line.

    Empty for a tune with triplets, chords, grace notes, dotted pairs or a second meter.
    """
    unit = re.search(r"^L:(\d+/\d+)$", tune, re.M)
    body = re.search(r"^(?:[A-Z]:.*\n)+", tune).end()
    if not unit or re.search(r"[(<>{[\]%]|[A-Z]:", tune[body:]):
        return {}
    places, passed = {}, Fraction(0)
    for match in re.finditer(r"(?P<bar>[|:]+\d?)|[_^=]*[A-Ga-gz][,']*(?P<length>\d*/*\d*)", tune):
        if match.start() < body:
            continue
        places[match.start()] = float(passed * Fraction(unit[1]) * 8)
        passed = Fraction(0) if match["bar"] else passed + note_length(match["length"])
    return places
