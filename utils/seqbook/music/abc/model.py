"""What is found in a tune: bars, notes, problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

__all__ = ["MAX_ERRORS", "Bar", "Note", "Problem", "Tune", "Validation", "count"]

MAX_ERRORS = 100  # a hostile text could have one a character


class Problem(NamedTuple):
    """One thing wrong with a tune.

    Attributes:
        line, column: where, both counted from 1.
        kind: ``"header"``, ``"token"``, ``"slur"``, ``"bar"`` or ``"repeat"``.
        message: what is wrong, for a reader.
    """

    line: int
    column: int
    kind: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message} [{self.kind}]"


class Note(NamedTuple):
    """A note as written: its step (7 an octave, middle C is 0) and whether it leaves the key.

    ``altered`` is true when an accidental, here or earlier in the bar, takes it out of the scale.
    """

    step: int
    altered: bool


@dataclass(slots=True)
class Bar:
    """What stands between two bar lines. Durations are in whole notes."""

    line: int
    column: int
    duration: Fraction
    meter: Fraction | None
    left: str  # the bar line before it, "" at the start
    meter_text: str = ""
    right: str = ""  # and after it, "" at the end
    ending: int = 0  # 1 or 2 if it begins that ending
    before_ending: Fraction | None = None  # duration up to an ending that begins inside the bar
    ok: bool = False


@dataclass(slots=True)
class Tune:
    """A parsed tune: see `parse`. Meter, unit and key are the first ones, as written."""

    meter: str = ""
    unit: str = ""
    key: str = ""
    last_key: str = ""
    bars: list[Bar] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Validation:
    """What `validate` found. True only if there is nothing wrong.

    Attributes:
        errors: the problems, in the order of the text (at most 100).
        bars: how many bars the tune has.
        bars_ok: how many of them add up to the meter (or complete each other across a repeat).
        notes: how many notes it has (a chord's notes counted one by one; no grace notes).
    """

    errors: list[Problem]
    bars: int
    bars_ok: int
    notes: int = 0

    @property
    def ok(self) -> bool:
        return not self.errors

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        if self.ok:
            return f"valid: {count(self.bars, 'bar')}, each adds up"
        shown = [f"  {problem}" for problem in self.errors[:5]]
        if len(self.errors) > 5:
            more = "or more " if len(self.errors) == MAX_ERRORS else ""
            shown.append(f"  and {len(self.errors) - 5} {more}others")
        head = (
            f"not valid: {count(len(self.errors), 'problem')}; "
            f"{self.bars_ok} of {count(self.bars, 'bar')} add up"
        )
        return "\n".join([head, *shown])


def count(number: int, what: str) -> str:
    """``1 bar``, ``2 bars``."""
    return f"{number} {what}" + ("" if number == 1 else "s")
