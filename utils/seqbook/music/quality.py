"""How good are a model's tunes? Valid, in rhythm, in key, and not copied.

Memorization is measured on the melody alone: the steps up and down from note to note. So a
training tune is recognized when it is copied into another key, with other bar lines, note
lengths, slurs or ornaments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

from . import abc
from .errors import MusicError

__all__ = ["Nearest", "Quality", "nearest_tune", "quality"]

NOTES = 9  # a phrase of so many notes in a row, 8 steps, is what is compared
COPIED = 0.5  # a tune that shares this much of its phrases with one training tune is a copy


class Nearest(NamedTuple):
    """The training tune that is most like a tune.

    Attributes:
        index: its place in the training tunes, -1 if no tune shares a phrase.
        similarity: share of the tune's phrases of 9 notes that the training tune contains, 0 to 1.
    """

    index: int
    similarity: float


@dataclass(frozen=True, repr=False)
class Quality:
    """Measures of a set of tunes. In a notebook it shows itself as a table.

    Attributes:
        tunes: how many were measured.
        valid: share that `validate` accepts.
        rendered: share that can be drawn, None unless asked for.
        bars_ok: share of all bars that add up to the meter.
        all_bars_ok: share of tunes with two bars or more, all of which add up.
        in_key: share of all notes in the scale of their tune's key signature.
        ends_home: share of tunes that end on the first note of their key's scale.
        nearest: for each tune the nearest training tune; empty if no training tunes were given.
        similarity: mean similarity to the nearest training tune, None without training tunes.
        copied: share with similarity 0.5 or more, None without training tunes.
    """

    tunes: int
    valid: float
    rendered: float | None
    bars_ok: float
    all_bars_ok: float
    in_key: float
    ends_home: float
    nearest: tuple[Nearest, ...]
    similarity: float | None
    copied: float | None

    def rows(self) -> list[tuple[str, str]]:
        """What is shown: (measure, percentage), those that were asked for."""
        table = [
            ("valid", self.valid),
            ("can be rendered", self.rendered),
            ("bars that add up", self.bars_ok),
            ("tunes with every bar right", self.all_bars_ok),
            ("notes in the key", self.in_key),
            ("tunes that end on the keynote", self.ends_home),
            ("similarity to the nearest training tune", self.similarity),
            ("copied from a training tune", self.copied),
        ]
        return [(name, f"{100 * value:.0f} %") for name, value in table if value is not None]

    def __repr__(self) -> str:
        lines = [f"Quality of {self.tunes} tune" + ("" if self.tunes == 1 else "s")]
        return "\n".join(lines + [f"  {name:40}{value:>6}" for name, value in self.rows()])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{escape(name)}</th><td>{value}</td></tr>'
            for name, value in self.rows()
        )
        plural = "" if self.tunes == 1 else "s"
        return f"<table><caption>Quality of {self.tunes} tune{plural}</caption>{rows}</table>"


def quality(
    tunes: Sequence[str],
    training: Sequence[str] | None = None,
    *,
    render: bool = False,
    timeout: float = 10.0,
) -> Quality:
    """Measure a set of tunes.

    Args:
        tunes: ABC notation, one string a tune.
        training: the tunes a model was trained on, to find copies of them.
        render: also draw every tune (about a twentieth of a second each) and count how many can be.
        timeout: seconds that drawing one tune may take.

    Raises:
        MusicError: if there is no tune, or one of them is not a string.
        NoEngraverError: if tunes are to be drawn, and music21 or verovio is missing.
    """
    tunes = [tunes] if isinstance(tunes, str) else list(tunes)
    if not tunes:
        raise MusicError("there is no tune to measure")
    parsed = [abc.parse(tune) for tune in tunes]
    bars = [tune.bars for tune in parsed]
    right = [sum(bar.ok for bar in some) for some in bars]
    notes = [note for tune in parsed for note in tune.notes]
    index = _index(tuple(training)) if training is not None else None
    nearest = tuple(index.nearest(tune.notes) for tune in parsed) if index else ()
    every = sum(ok == len(some) >= abc.MIN_BARS for ok, some in zip(right, bars, strict=True))
    return Quality(
        tunes=len(tunes),
        valid=_share(sum(not tune.errors for tune in parsed), len(tunes)),
        rendered=_rendered(tunes, timeout) if render else None,
        bars_ok=_share(sum(right), sum(map(len, bars))),
        all_bars_ok=_share(every, len(tunes)),
        in_key=_share(sum(not note.altered for note in notes), len(notes)),
        ends_home=_share(sum(map(_ends_home, parsed)), len(tunes)),
        nearest=nearest,
        similarity=_share(sum(n.similarity for n in nearest), len(tunes)) if index else None,
        copied=_share(sum(n.similarity >= COPIED for n in nearest), len(tunes)) if index else None,
    )


def nearest_tune(tune: str, training: Sequence[str]) -> Nearest:
    """The training tune that shares most phrases with a tune, as (index, similarity).

    A phrase is 9 notes in a row, as 8 steps up or down the scale; only the melody counts. Any
    two tunes of one tradition share some; a copy shares more than half.

    Args:
        tune: ABC notation.
        training: tunes in ABC notation; what is computed from them is kept for the next call.
    """
    return _index(tuple(training)).nearest(abc.parse(tune).notes)


def phrases(notes: Sequence[abc.Note]) -> list[bytes]:
    """All runs of `NOTES` notes, in order: the steps between the notes, a byte each."""
    # wider leaps than 15 octaves do not occur; the mask keeps hostile ones within a byte
    steps = bytes((after.step - before.step) & 255 for before, after in pairwise(notes))
    width = NOTES - 1
    return [steps[i : i + width] for i in range(len(steps) - width + 1)]


class _Index:
    """In which training tunes a phrase occurs."""

    def __init__(self, training: Sequence[str]):
        self.tunes: dict[bytes, set[int]] = {}
        for number, tune in enumerate(training):
            for phrase in phrases(abc.parse(tune).notes):
                self.tunes.setdefault(phrase, set()).add(number)

    def nearest(self, notes: Sequence[abc.Note]) -> Nearest:
        wanted = set(phrases(notes))
        shared: Counter[int] = Counter()
        for phrase in wanted:
            shared.update(self.tunes.get(phrase, ()))
        if not shared:
            return Nearest(-1, 0.0)
        # of equals the first, so that the answer does not depend on the order of a set
        number = min(shared, key=lambda place: (-shared[place], place))
        return Nearest(number, shared[number] / len(wanted))


@lru_cache(maxsize=2)
def _index(training: tuple[str, ...]) -> _Index:
    return _Index(training)


def _ends_home(tune: abc.Tune) -> bool:
    if not tune.notes:
        return False
    last = tune.notes[-1]
    return not last.altered and last.step % 7 == abc.tonic(tune.last_key)


def _rendered(tunes: Sequence[str], timeout: float) -> float:
    from .engraving import Score, render_many

    drawn: list[Any] = render_many(tunes, timeout=timeout)
    return _share(sum(isinstance(result, Score) for result in drawn), len(tunes))


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
