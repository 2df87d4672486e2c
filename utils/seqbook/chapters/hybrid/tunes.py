"""Lab 2's tunes and split, as windows of tokens, and where in its bar each character stands."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np

from ...music import load_tunes
from ...music.abc.reader import Reader
from ...music.abc.tokens import TOKEN, note_length
from ...music.recipe import END, build_vocabulary, encode

HEAD = 24  # characters that stay in view in a long tune: its header, and the first notes
GRID = 48  # parts of a whole note: sixteenths come out whole, and so do triplets of eighths
LEFT = 80  # classes of the time that is left in a bar: 0 to 79 such parts


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


def windows(
    tunes: list[str], vocabulary: list[str], number: int, size: int, seed: int, later: float = 0.0
) -> np.ndarray:
    """(number, size + 1) int32: each row begins where a tune begins, and the next tunes follow.

    In a share `later` of the rows that a tune does not fit into, its first `HEAD` characters are
    followed by what comes after one of its bar lines, as in the later rows of `in_view`.
    """
    text = encode(END + END.join(tunes) + END, vocabulary)
    return text[_places(text, vocabulary, number, size, seed, later)]


def time_left_in_windows(
    tunes: list[str], vocabulary: list[str], number: int, size: int, seed: int, later: float = 0.0
) -> np.ndarray:
    """(2, number, size + 1) int32: `time_left` at every character of the same rows."""
    text = encode(END + END.join(tunes) + END, vocabulary)
    none = np.full((2, 1), -1)
    left = np.concatenate(
        [none, *(part for tune in tunes for part in (time_left(tune), none))], axis=1
    ).astype("int32")
    return left[:, _places(text, vocabulary, number, size, seed, later)]


def _places(text, vocabulary, number, size, seed, later) -> np.ndarray:
    """(number, size + 1): the places in the text that make up the rows."""
    ends, line = np.flatnonzero(text == vocabulary.index(END)), text == vocabulary.index("|")
    begins = np.flatnonzero(text[: -size - 1] == vocabulary.index(END))
    chosen = np.random.default_rng(seed).choice(begins, number)
    places = chosen[:, None] + np.arange(size + 1)
    rng = np.random.default_rng(seed + 100)
    for row, begin in zip(places, chosen, strict=True):
        end = ends[np.searchsorted(ends, begin) + 1]
        if end - begin <= size or rng.random() >= later:
            continue
        # the piece begins in time to show how the tune ends
        last = min(end - size // 3, len(text) - size)
        lines = np.flatnonzero(line[begin + HEAD : last])
        if len(lines):
            row[HEAD:] = begin + HEAD + 1 + rng.choice(lines) + np.arange(size + 1 - HEAD)
    return places


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


class _Clock(Reader):
    """Reads a tune as `music.validate` does, and notes down what is left of the bar."""

    def __init__(self, tune: str):
        super().__init__(tune)
        self.marks: list[tuple[int, int, Fraction, Fraction | None]] = []
        self.opening, self.pickup = True, None

    def mark(self, passed: Fraction) -> None:
        token = TOKEN.match(self.text, self.position)
        if self.meter is not None and token is not None:
            left = self.meter - passed
            shorter = None if self.pickup is None else left - self.pickup
            self.marks.append((self.position, token.end() - 1, left, shorter))

    def add(self, length: Fraction) -> None:
        super().add(length)
        self.mark(self.total)

    def on_bar(self, match: re.Match) -> None:
        passed = self.total
        super().on_bar(match)
        if self.opening and passed:  # the first bar of a section ends here
            short = self.meter is not None and passed < self.meter
            self.opening, self.pickup = False, passed if short else Fraction(0)
        if match["bar"] != "|":
            self.opening, self.pickup = True, None
        self.mark(self.total)

    def on_broken(self, match: re.Match) -> None:
        super().on_broken(match)
        if self.broken and self.last is not None:
            part = Fraction(1, 2 ** len(match["broken"]))
            self.mark(self.total + self.last * (1 - part if ">" in match["broken"] else part - 1))


def time_left(tune: str) -> np.ndarray:
    """(2, characters): how much of the bar is left after each character, in 48ths of a whole note.

    The second row counts to the end of a bar that closes its section: that bar is shorter by the
    pickup with which the section began. -1 where nothing is known or nothing is left over: in the
    header, inside a note ("G" of "G2"), in a bar that is too long.
    """
    clock = _Clock(tune)
    clock.read()
    times = np.full((2, len(tune)), -1)
    ends = [mark[0] for mark in clock.marks[1:]] + [len(tune)]
    for (_, known, *both), end in zip(clock.marks, ends, strict=True):
        for row, time in zip(times, both, strict=True):
            parts = -1 if time is None else time * GRID
            if 0 <= parts < LEFT and parts == int(parts):
                row[known:end] = int(parts)
    return times
