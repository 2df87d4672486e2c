"""ABC notation: a tokenizer and a strict validator.

The dialect is the part of the ABC standard 2.1 (https://abcnotation.com/wiki/abc:standard:v2.1)
that single-voice folk tunes use: the fields M:, L: and K:, notes, rests, chords, grace notes,
tuplets, broken rhythm, slurs, ties, decorations, bar lines, repeats, first and second endings.

`validate` accepts any string, never raises, and takes time proportional to its length: every
pattern below matches a bounded number of characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import NamedTuple

__all__ = ["Bar", "Note", "Problem", "Tune", "Validation", "parse", "validate"]

MAX_ERRORS = 100  # a hostile text could have one a character
MIN_BARS, MIN_NOTES = 2, 8

HEADER_FIELD = re.compile(r"([A-Za-z]):[ \t]*([^\n%]{0,200})")
METER = re.compile(r"([1-9]\d?)/(1|2|4|8|16|32)$")
LENGTH = re.compile(r"1(?:/(1|2|4|8|16|32|64))?$")
KEY = re.compile(r"([A-G])([#b]?)\s?([A-Za-z]{0,10})$")
# How many sharps a mode on C has (negative: flats). The first three letters name a mode.
MODES = {"": 0, "maj": 0, "ion": 0, "m": -3, "min": -3, "aeo": -3, "mix": -1, "dor": -2,
         "phr": -4, "lyd": 1, "loc": -5}  # fmt: skip
MODE_NAMES = ("major", "minor", "ionian", "aeolian", "mixolydian", "dorian", "phrygian", "lydian",
              "locrian")  # fmt: skip
SHARPS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
STEPS = {letter: step for step, letter in enumerate("CDEFGAB")}
ALTERS = {"": 0, "^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
# p notes in the time of q. For 5, 7 and 9 it depends on the meter: 3 if compound, else 2.
TUPLETS = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}

TOKEN = re.compile(
    r"""
      (?P<comment>%[^\n]{0,500})
    | (?P<field>(?:(?<=\n)|^)[A-Zmrsw]:(?![|:])[ \t]*(?P<value>[^\n%]{0,200}))
    | \[(?P<inline>[A-Z]):[ ]?(?P<inline_value>[^\]\n]{0,30})\]
    | (?P<bar>\|\]|\[\||:\|\]|::|:\|{1,2}:|:\|{1,2}|\|{1,2}:|\|{1,2})
      (?:[ \t]{0,4}\[?(?P<bar_ending>[1-9])(?![\d:/]))?
    | \[(?P<ending>[1-9])
    | (?P<tuplet>\([2-9](?::[1-9]?(?::[1-9]?)?)?)
    | (?P<note>(?P<accidental>\^{1,2}|_{1,2}|=)?(?P<letter>[A-Ga-g])(?P<octave>,{1,4}|'{1,4})?
        (?P<length>\d{0,3}/{0,4}\d{0,3}))
    | (?P<rest>[zx](?P<rest_length>\d{0,3}/{0,4}\d{0,3}))
    | (?P<bars_rest>Z\d{0,2})
    | (?P<broken>>{1,3}|<{1,3})
    | (?P<chord_open>\[)
    | \](?P<chord_close>)(?P<chord_length>\d{0,3}/{0,4}\d{0,3})
    | (?P<grace_open>\{/?) | (?P<grace_close>\})
    | (?P<slur_open>\() | (?P<slur_close>\))
    | (?P<tie>-)
    | (?P<decoration>[~.HLMOPSTuv]|![^!\n]{1,30}!|\+[a-z]{1,20}\+|"[^"\n]{0,60}")
    | (?P<newline>\\?[ \t]{0,8}\n)
    | (?P<space>[ \t`y]+)
    """,
    re.VERBOSE,
)
NOTE_LENGTH = re.compile(r"(\d*)(/*)(\d*)$")


class Problem(NamedTuple):
    """One thing wrong with a tune.

    Attributes:
        line, column: where, both counted from 1.
        kind: ``"header"``, ``"token"``, ``"bar"`` or ``"repeat"``.
        message: what is wrong, for a reader.
    """

    line: int
    column: int
    kind: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message} [{self.kind}]"


class Note(NamedTuple):
    """A note as written: its step (7 a octave, middle C is 0) and its alteration against the key.

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
    """A parsed tune: see `parse`."""

    meter: str = ""
    unit: str = ""
    key: str = ""
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
            return f"valid: {_count(self.bars, 'bar')}, each adds up"
        shown = [f"  {problem}" for problem in self.errors[:5]]
        if len(self.errors) > 5:
            more = "or more " if len(self.errors) == MAX_ERRORS else ""
            shown.append(f"  and {len(self.errors) - 5} {more}others")
        head = (
            f"not valid: {_count(len(self.errors), 'problem')}; "
            f"{self.bars_ok} of {_count(self.bars, 'bar')} add up"
        )
        return "\n".join([head, *shown])


def validate(tune: str) -> Validation:
    """Check a tune in ABC notation strictly. Never raises on a string, whatever is in it.

    A tune is valid when its header has a legal M:, L: and K: (K: last), every character belongs
    to a token, slurs, chords and grace notes are closed, repeats and endings are balanced, and
    every bar adds up to the meter. A bar may be short only

    * as the very first one (a pickup),
    * beside a repeat, a double bar or an ending, when the other half is across it (the next
      bar, or the first bar of the section that is repeated),
    * as the very last one, when it and the first pickup make a bar.

    Example:
        >>> validate("M:4/4\\nL:1/8\\nK:D\\nD2 F2 A2 d2|A2 F2 D3|]").errors[0].column
        12
    """
    parsed = parse(tune)
    return Validation(
        errors=parsed.errors,
        bars=len(parsed.bars),
        bars_ok=sum(bar.ok for bar in parsed.bars),
        notes=len(parsed.notes),
    )


def parse(tune: str) -> Tune:
    """Read a tune: header, bars, notes and everything wrong with it. Never raises on a string."""
    if not isinstance(tune, str):
        raise TypeError(f"a tune is a string in ABC notation, not {type(tune).__name__}")
    reader = _Reader(tune.replace("\r\n", "\n").replace("\r", "\n"))
    reader.header()
    reader.body()
    reader.finish()
    out = reader.out
    out.errors.sort(key=lambda problem: problem[:2])
    return out


def key_sharps(key: str) -> int | None:
    """Sharps in a key signature (negative: flats), or None if there is no such key.

    >>> key_sharps("G"), key_sharps("Ddor"), key_sharps("Bb minor"), key_sharps("H")
    (1, 0, -5, None)
    """
    match = KEY.match(key.strip())
    if not match:
        return None
    letter, accidental, word = match.groups()
    mode = "m" if word == "m" else "" if word == "M" else word.lower()
    if mode not in MODES and (len(mode) < 3 or not _mode_word(mode)):
        return None
    sharps = SHARPS[letter] + {"#": 7, "b": -7, "": 0}[accidental] + MODES[mode[:3]]
    return sharps if -7 <= sharps <= 7 else None


def key_name(key: str) -> str:
    """``Gm`` → ``G minor``; a key that does not exist is given back as it is.

    >>> key_name("Bb"), key_name("Ador")
    ('B flat major', 'A dorian')
    """
    match = KEY.match(key.strip())
    if not match or key_sharps(key) is None:
        return key.strip()
    letter, accidental, word = match.groups()
    mode = "m" if word == "m" else word.lower()[:3]
    if word in ("", "M"):
        mode = "maj"
    name = "minor" if mode == "m" else next(w for w in MODE_NAMES if w.startswith(mode))
    return letter + {"#": " sharp", "b": " flat", "": ""}[accidental] + f" {name}"


def meter_fraction(meter: str) -> Fraction | None:
    """The length of a bar in whole notes: ``C`` is 4/4 and ``C|`` is 2/2; None if illegal."""
    match = METER.match({"C": "4/4", "C|": "2/2"}.get(meter, meter))
    return Fraction(int(match[1]), int(match[2])) if match else None


def _mode_word(mode: str) -> bool:
    return any(word.startswith(mode) for word in MODE_NAMES)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _length(text: str) -> Fraction | None:
    """``3/2`` → 3/2, ``/`` → 1/2, ``//`` → 1/4; None for a length no note can have."""
    if not text:
        return Fraction(1)
    match = NOTE_LENGTH.match(text)
    if not match:
        return None
    top, slashes, bottom = match.groups()
    numerator = int(top) if top else 1
    if bottom:
        denominator = int(bottom) if len(slashes) == 1 else 0
    else:
        denominator = 2 ** len(slashes)
    # only powers of two are note values; the bound also keeps sums of fractions small
    if denominator not in (1, 2, 4, 8, 16, 32) or not 1 <= numerator <= 64:
        return None
    return Fraction(numerator, denominator)


class _Reader:
    """One pass over the text; what is found goes into `out`."""

    def __init__(self, text: str):
        self.text = text
        self.out = Tune()
        self.position = 0
        self.line, self.line_start = 1, 0
        self.meter: Fraction | None = None
        self.meter_text = ""
        self.unit = Fraction(1, 8)
        self.scale: dict[int, int] = {}
        # the bar being read
        self.left = ""
        self.start: tuple[int, int] | None = None
        self.total = Fraction(0)
        self.ending = 0
        self.before_ending: Fraction | None = None
        self.accidentals: dict[int, int] = {}
        # what is open
        self.slurs: list[tuple[int, int]] = []
        self.chord: tuple[int, int] | None = None
        self.chord_length: Fraction | None = None
        self.grace: tuple[int, int] | None = None
        self.tuplet_left, self.tuplet_factor = 0, Fraction(1)
        self.tuplet_at = (1, 1)
        self.last: Fraction | None = None  # the note before, which > or < may change
        self.broken: tuple[str, tuple[int, int]] | None = None
        # repeats
        self.repeat: tuple[int, int] | None = None
        self.first_ending: tuple[int, int] | None = None
        self.first_closed = False

    # ---- errors

    def error(self, kind: str, message: str, at: tuple[int, int] | None = None) -> None:
        if len(self.out.errors) < MAX_ERRORS:
            self.out.errors.append(Problem(*(at or self.here()), kind, message))

    def here(self) -> tuple[int, int]:
        return self.line, self.position - self.line_start + 1

    # ---- header

    def header(self) -> None:
        """Fields up to and including K:. Music that begins too early ends the header."""
        seen: set[str] = set()
        while self.position < len(self.text):
            end = self.text.find("\n", self.position)
            end = len(self.text) if end < 0 else end
            match = HEADER_FIELD.match(self.text, self.position, end)
            blank = not self.text[self.position : min(end, self.position + 200)].strip()
            comment = self.text.startswith("%", self.position)
            if match:
                name, value = match[1], match[2].strip()
                if name in seen and name in "MLK":
                    self.error("header", f"{name}: is given twice")
                seen.add(name)
                if name in "MLK":
                    self.set_field(name, value, "header")
            elif not blank and not comment:
                break
            self.position = end
            self.next_line()
            if match and match[1] == "K":
                break
        missing = [name for name in "MLK" if name not in seen]
        if missing:
            names = " and ".join(f"{name}:" for name in missing)
            self.error("header", f"the header has no {names} line", (1, 1))

    def set_field(self, name: str, value: str, kind: str) -> None:
        """Obey an M:, L: or K: field, in the header or in the body."""
        if name == "M":
            self.meter, self.meter_text = meter_fraction(value), value
            if self.meter is None:
                self.error(kind, f"M:{value[:20]} is not a meter: write M:4/4, M:6/8, M:C or M:C|")
            self.out.meter = self.out.meter or value
        elif name == "L":
            match = LENGTH.match(value)
            if match:
                self.unit = Fraction(1, int(match[1] or 1))
            else:
                self.error(kind, f"L:{value[:20]} is not a note length: write L:1/8 or L:1/16")
            self.out.unit = self.out.unit or value
        else:
            sharps = key_sharps(value)
            if sharps is None:
                self.error(kind, f"K:{value[:20]} is not a key: write K:G, K:Em or K:Ador")
            else:
                order = "FCGDAEB" if sharps > 0 else "BEADGCF"
                sign = 1 if sharps > 0 else -1
                self.scale = {STEPS[letter]: sign for letter in order[: abs(sharps)]}
            self.out.key = self.out.key or value

    # ---- body

    def body(self) -> None:
        text, size = self.text, len(self.text)
        while self.position < size:
            match = TOKEN.match(text, self.position)
            if match is None:
                self.unknown()
                continue
            for token in self.read(match):
                getattr(self, f"on_{token}")(match)
            if text[match.end() - 1] == "\n":
                self.position = match.end() - 1
                self.next_line()
            else:
                self.position = match.end()

    @staticmethod
    def read(match: re.Match) -> Iterator[str]:
        for name in KINDS:
            if match[name] is not None:
                yield name
                return

    def next_line(self) -> None:
        if self.position < len(self.text):
            self.position += 1
            self.line += 1
            self.line_start = self.position

    def unknown(self) -> None:
        """A run of characters that are no token: one error for the run."""
        start = self.position
        end = start + 1
        while end < len(self.text) and end - start < 1000 and not TOKEN.match(self.text, end):
            end += 1
        shown = self.text[start : min(end, start + 12)]
        self.error("token", f"{shown!r} means nothing here")
        self.position = end

    def on_comment(self, match: re.Match) -> None:
        pass

    on_space = on_decoration = on_newline = on_comment

    def on_field(self, match: re.Match) -> None:
        name, value = match["field"][0], match["value"].strip()
        if name in "MLK":
            self.set_field(name, value, "token")
        elif name == "X":
            self.error("token", "a second tune begins here: validate one tune at a time")
        elif name == "V":
            self.error("token", "V: more than one voice is not supported")

    def on_inline(self, match: re.Match) -> None:
        name = match["inline"]
        if name in "MLK":
            self.set_field(name, match["inline_value"].strip(), "token")
        elif name == "V":
            self.error("token", "[V:] more than one voice is not supported")

    def on_tie(self, match: re.Match) -> None:
        if self.last is None and self.chord is None:
            self.error("token", "a tie '-' with no note before it")

    def on_slur_open(self, match: re.Match) -> None:
        self.begin()
        self.slurs.append(self.here())

    def on_slur_close(self, match: re.Match) -> None:
        if self.slurs:
            self.slurs.pop()
        else:
            self.error("token", "')' closes a slur that was never opened")

    def on_chord_open(self, match: re.Match) -> None:
        if self.chord is not None:
            self.error("token", "'[' inside a chord")
            return
        self.begin()
        self.chord, self.chord_length = self.here(), None

    def on_chord_close(self, match: re.Match) -> None:
        if self.chord is None:
            self.error("token", "']' closes a chord that was never opened")
            return
        at, first = self.chord, self.chord_length
        self.chord = None
        factor = _length(match["chord_length"])
        if first is None:
            self.error("token", "a chord with no note in it", at)
        elif factor is None:
            self.error("token", f"{match['chord_length']!r} is not a note length")
        else:
            self.add(first * factor)

    def on_grace_open(self, match: re.Match) -> None:
        if self.grace is not None:
            self.error("token", "'{' inside grace notes")
            return
        self.begin()
        self.grace = self.here()

    def on_grace_close(self, match: re.Match) -> None:
        if self.grace is None:
            self.error("token", "'}' closes grace notes that were never opened")
        self.grace = None

    def on_tuplet(self, match: re.Match) -> None:
        self.begin()
        if self.tuplet_left:
            self.short_tuplet()
        numbers = match["tuplet"][1:].split(":")
        count = int(numbers[0])
        compound = self.meter is not None and self.meter.denominator in (8, 16) and (
            (self.meter * self.meter.denominator) % 3 == 0
        )
        time = TUPLETS.get(count, 3 if compound else 2)
        if len(numbers) > 1 and numbers[1]:
            time = int(numbers[1])
        self.tuplet_left = int(numbers[2]) if len(numbers) > 2 and numbers[2] else count
        self.tuplet_factor, self.tuplet_at = Fraction(time, count), self.here()

    def short_tuplet(self) -> None:
        self.error("bar", f"this tuplet lacks {_count(self.tuplet_left, 'note')}", self.tuplet_at)
        self.tuplet_left = 0

    def on_note(self, match: re.Match) -> None:
        length = _length(match["length"])
        if length is None:
            self.error("token", f"{match['length']!r} is not a note length")
            length = Fraction(1)
        if self.grace is not None:
            return
        self.pitch(match)
        if self.chord is not None:
            # a chord lasts as long as its first note
            self.chord_length = self.chord_length or length
        else:
            self.begin()
            self.add(length)

    def pitch(self, match: re.Match) -> None:
        letter, octave = match["letter"], match["octave"] or ""
        step = STEPS[letter.upper()] + (7 if letter.islower() else 0)
        step += 7 * (len(octave) if octave.startswith("'") else -len(octave))
        if match["accidental"] is not None:
            self.accidentals[step] = ALTERS[match["accidental"]]
        in_key = self.scale.get(step % 7, 0)
        self.out.notes.append(Note(step, self.accidentals.get(step, in_key) != in_key))

    def on_rest(self, match: re.Match) -> None:
        length = _length(match["rest_length"])
        if length is None:
            self.error("token", f"{match['rest_length']!r} is not a note length")
        elif self.chord is not None or self.grace is not None:
            self.error("token", "a rest inside a chord or grace notes")
        else:
            self.begin()
            self.add(length)

    def on_bars_rest(self, match: re.Match) -> None:
        self.begin()
        if self.total:
            self.error("token", "Z (a rest of whole bars) does not begin its bar")
        elif self.meter is not None:
            self.total = self.meter

    def on_broken(self, match: re.Match) -> None:
        if self.last is None or self.chord is not None or self.grace is not None or self.broken:
            self.error("token", f"{match['broken']!r} does not stand between two notes")
        else:
            self.broken = match["broken"], self.here()

    def begin(self) -> None:
        """The bar being read has content from here on."""
        if self.start is None:
            self.start = self.here()

    def add(self, length: Fraction) -> None:
        """A note, chord or rest of so many units."""
        duration = length * self.unit
        if self.tuplet_left:
            duration *= self.tuplet_factor
            self.tuplet_left -= 1
        if self.broken:
            mark = self.broken[0]
            small = Fraction(1, 2 ** len(mark))
            before, after = (2 - small, small) if mark[0] == ">" else (small, 2 - small)
            assert self.last is not None  # on_broken made sure of it
            self.total += self.last * (before - 1)
            duration *= after
            self.broken = None
        self.total += duration
        self.last = duration

    # ---- bar lines, endings, repeats

    def close_bar(self, right: str) -> None:
        if self.broken:
            self.error("token", "nothing follows this broken rhythm", self.broken[1])
        if self.tuplet_left:
            self.short_tuplet()
        for what, at in (("chord '['", self.chord), ("grace group '{'", self.grace)):
            if at is not None:
                self.error("token", f"this {what} is not closed before the bar ends", at)
        if self.start is not None and self.total:
            self.out.bars.append(
                Bar(*self.start, self.total, self.meter, self.left, self.meter_text, right,
                    self.ending, self.before_ending)
            )  # fmt: skip
            self.left, self.ending = right, 0
        else:
            self.left = _stronger(self.left, right)
        self.start, self.total, self.before_ending = None, Fraction(0), None
        self.chord = self.grace = self.broken = self.last = None
        self.accidentals = {}

    def on_bar(self, match: re.Match) -> None:
        line = BAR_LINES[match["bar"]]
        at = self.here()
        self.close_bar(line)
        if line in (":|", "::"):
            self.first_closed = self.first_ending is not None
            self.repeat = None
        if line in ("|:", "::"):
            if self.repeat is not None:
                self.error("repeat", "this '|:' comes before the last '|:' was closed", at)
            if self.first_ending is not None:
                self.one_ending()
            self.repeat = at
        if match["bar_ending"]:
            self.begin_ending(int(match["bar_ending"]), at)

    def on_ending(self, match: re.Match) -> None:
        if self.chord is not None:
            self.error("token", f"'[{match['ending']}' inside a chord")
            return
        if self.total:
            self.before_ending = self.total
        self.begin_ending(int(match["ending"]), self.here())

    def begin_ending(self, number: int, at: tuple[int, int]) -> None:
        self.ending = number
        if number == 1:
            if self.first_ending is not None:
                self.one_ending()
            self.first_ending, self.first_closed = at, False
        elif number == 2:
            if self.first_ending is None:
                self.error("repeat", "a second ending without a first", at)
            elif not self.first_closed:
                self.error("repeat", "the first ending must close with ':|'", self.first_ending)
            self.first_ending = None
        else:
            self.error("repeat", f"ending {number}: only 1 and 2 are used here", at)

    def one_ending(self) -> None:
        self.error("repeat", "a first ending without a second", self.first_ending)
        self.first_ending = None

    # ---- the whole tune

    def finish(self) -> None:
        self.close_bar("")
        for at in self.slurs:
            self.error("token", "this slur '(' is never closed", at)
        if self.first_ending is not None:
            self.one_ending()
        if self.repeat is not None:
            self.error("repeat", "this '|:' is never closed by ':|'", self.repeat)
        check_bars(self.out.bars)
        for number, bar in enumerate(self.out.bars, start=1):
            if not bar.ok and bar.meter is not None:
                self.error("bar", _bar_message(number, bar), (bar.line, bar.column))
        if len(self.out.bars) < MIN_BARS or len(self.out.notes) < MIN_NOTES:
            self.error(
                "bar",
                f"too little music: {_count(len(self.out.bars), 'bar')} and "
                f"{_count(len(self.out.notes), 'note')}; at least {MIN_BARS} bars and "
                f"{MIN_NOTES} notes make a tune",
            )


# In the order in which a match is asked; `lastgroup` would give an inner group.
KINDS = ("note", "space", "bar", "slur_open", "slur_close", "broken", "newline", "rest",
         "decoration", "tuplet", "tie", "grace_open", "grace_close", "chord_open", "chord_close",
         "ending", "inline", "field", "comment", "bars_rest")  # fmt: skip
BAR_LINES = {"|": "|", "||": "||", "|]": "|]", "[|": "[|", ":|]": ":|", "::": "::",
             ":|": ":|", ":||": ":|", "|:": "|:", "||:": "|:", ":|:": "::", ":||:": "::"}  # fmt: skip


def _stronger(left: str, right: str) -> str:
    """Two bar lines with nothing between them: `:|` and `|:` make `::`; a plain one adds nothing."""
    if right in ("", "|"):
        return left or right
    pair = {left, right}
    if pair in ({":|", "|:"}, {"::", ":|"}, {"::", "|:"}):
        return "::"
    return right if left in ("", "|", "||", "|]", "[|") else left


def _bar_message(number: int, bar: Bar) -> str:
    """`bar 3 adds up to 5/8, the meter is 6/8: 1/8 too short`, in the meter's own terms."""
    assert bar.meter is not None
    beat = 4 if bar.meter_text == "C" else 2 if bar.meter_text == "C|" else int(
        bar.meter_text.split("/")[1]
    )
    common = lcm(bar.duration.denominator, beat)
    difference = bar.duration - bar.meter
    relation = "long" if difference > 0 else "short"
    return (
        f"bar {number} adds up to {bar.duration * common}/{common}, the meter is "
        f"{bar.meter_text}: {_plain(difference)} too {relation}"
    )


def _plain(difference: Fraction) -> str:
    size = abs(difference)
    return f"{size.numerator}/{size.denominator}"


def check_bars(bars: list[Bar]) -> None:
    """Set `ok` of every bar: full, a pickup, or one of two halves that complete each other."""
    section = 0  # index of the bar that begins the section being repeated
    split: Fraction | None = None  # what came before a first ending that began inside a bar
    first_ending_pickup: Fraction | None = None
    for i, bar in enumerate(bars):
        meter = bar.meter
        inside = bool(bar.left) and bar.left != "|"
        if inside and not bar.ending:
            section = i
        if bar.ending == 1:
            # "A2 [1 B2 :|[2 c2 |": the second ending's bar also begins with A2
            split = bar.before_ending
            if split is None and i and meter is not None and bars[i - 1].duration < meter:
                first_ending_pickup = bars[i - 1].duration
            else:
                first_ending_pickup = split
        if meter is None:
            continue
        duration = bar.duration
        if duration == meter:
            bar.ok = True
        if duration >= meter:
            continue
        if i == 0:
            bar.ok = True
            continue
        boundary_left = inside or bar.ending > 0
        if boundary_left:
            before = bars[i - 1]
            if before.duration < meter and before.duration + duration == meter:
                bar.ok = before.ok = True
            if bar.ending == 2 and first_ending_pickup is not None:
                bar.ok |= first_ending_pickup + duration == meter
        ends = bar.right not in ("", "|") or i == len(bars) - 1
        if ends:
            opening = bars[section]
            if section != i and opening.duration + duration == meter:
                bar.ok = opening.ok = True
            elif i == len(bars) - 1 and bars[0].duration + duration == meter:
                bar.ok = True
