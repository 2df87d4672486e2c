"""The music of a tune, token by token: bars, notes and what joins them."""

from __future__ import annotations

import re
from fractions import Fraction

from .bars import MIN_BARS, MIN_NOTES, bar_message, check_bars, joined
from .fields import STEPS
from .model import Bar, Note, Tune, count
from .repeats import Repeats
from .scanner import Place, Scanner
from .tokens import ALTERS, BAR_LINES, TOKEN, kind, note_length, tuplet

__all__ = ["Reader"]

COMPOUND = re.compile(r"(6|9|12|15|18)/(8|16|32)", re.ASCII)


class Reader(Scanner):
    """Reads one tune; `read` gives what was found. There is a method `on_…` for each token."""

    def __init__(self, text: str):
        super().__init__(text)
        self.repeats = Repeats(lambda message, at: self.error("repeat", message, at))
        # the bar being read
        self.left = ""
        self.start: Place | None = None
        self.ending = 0
        self.before_ending: Fraction | None = None
        self.accidentals: dict[int, int] = {}
        # what is open
        self.slurs: list[Place] = []
        self.chord: Place | None = None
        self.chord_length: Fraction | None = None
        self.grace: Place | None = None
        self.tie: Place | None = None
        self.tuplet_left, self.tuplet_factor = 0, Fraction(1)
        self.tuplet_at: Place = (1, 1)
        self.last: Fraction | None = None  # the note before, which > or < may change
        self.broken: tuple[str, Place] | None = None

    def read(self) -> Tune:
        self.header()
        self.body()
        self.finish()
        self.out.errors.sort(key=lambda problem: problem[:2])
        return self.out

    # ---- the music

    def body(self) -> None:
        text, size = self.text, len(self.text)
        while self.position < size:
            match = TOKEN.match(text, self.position)
            if match is None:
                self.unknown()
                continue
            getattr(self, f"on_{kind(match)}")(match)
            if text[match.end() - 1] == "\n":
                self.position = match.end() - 1
                self.next_line()
            else:
                self.position = match.end()

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

    # ---- notes and what joins them

    def on_note(self, match: re.Match) -> None:
        length = note_length(match["length"])
        if length is None:
            self.error("token", f"{match['length']!r} is not a note length")
            length = Fraction(1)
        if self.grace is not None:
            return
        self.pitch(match)
        self.tie = None
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
            # for the rest of the bar, in every octave: so says the standard
            self.accidentals[step % 7] = ALTERS[match["accidental"]]
        in_key = self.scale.get(step % 7, 0)
        self.out.notes.append(Note(step, self.accidentals.get(step % 7, in_key) != in_key))

    def on_rest(self, match: re.Match) -> None:
        length = note_length(match["rest_length"])
        self.no_tie()
        if length is None:
            self.error("token", f"{match['rest_length']!r} is not a note length")
        elif self.chord is not None or self.grace is not None:
            self.error("token", "a rest inside a chord or grace notes")
        else:
            self.begin()
            self.add(length)

    def on_bars_rest(self, match: re.Match) -> None:
        self.begin()
        self.no_tie()
        if self.total:
            self.error("token", "Z (a rest of whole bars) does not begin its bar")
        elif self.meter is not None:
            self.total = self.meter

    def on_tie(self, match: re.Match) -> None:
        if self.last is None and self.chord is None:
            self.error("token", "a tie '-' with no note before it")
        else:
            self.tie = self.here()

    def no_tie(self) -> None:
        if self.tie is not None:
            self.error("token", "a tie '-' with no note after it", self.tie)
        self.tie = None

    def on_slur_open(self, match: re.Match) -> None:
        self.begin()
        self.slurs.append(self.here())

    def on_slur_close(self, match: re.Match) -> None:
        if self.slurs:
            self.slurs.pop()
        else:
            self.error("slur", "')' closes a slur that was never opened")

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
        factor = note_length(match["chord_length"])
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
        self.short_tuplet()
        compound = COMPOUND.fullmatch(self.meter_text) is not None
        self.tuplet_left, self.tuplet_factor = tuplet(match["tuplet"], compound)
        self.tuplet_at = self.here()

    def short_tuplet(self) -> None:
        if self.tuplet_left:
            missing = count(self.tuplet_left, "note")
            self.error("bar", f"this tuplet lacks {missing}", self.tuplet_at)
            self.tuplet_left = 0

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

    # ---- bar lines and endings

    def on_bar(self, match: re.Match) -> None:
        line = BAR_LINES[match["bar"]]
        at = self.here()
        self.close_bar(line)
        self.repeats.bar_line(line, at)
        if match["bar_ending"]:
            self.begin_ending(int(match["bar_ending"]), at)

    def on_ending(self, match: re.Match) -> None:
        if self.chord is not None:
            self.error("token", f"'[{match['ending']}' inside a chord")
            return
        if self.total:
            self.before_ending = self.total
        self.begin_ending(int(match["ending"]), self.here())

    def begin_ending(self, number: int, at: Place) -> None:
        self.ending = number
        self.repeats.ending(number, at)

    def close_bar(self, right: str) -> None:
        if self.broken:
            self.error("token", "nothing follows this broken rhythm", self.broken[1])
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
            self.left = joined(self.left, right)
        self.start, self.total, self.before_ending = None, Fraction(0), None
        self.chord = self.grace = self.broken = self.last = None
        self.accidentals = {}

    # ---- the whole tune

    def finish(self) -> None:
        self.close_bar("")
        self.no_tie()
        for at in self.slurs:
            self.error("slur", "this slur '(' is never closed", at)
        self.repeats.end()
        check_bars(self.out.bars)
        for number, bar in enumerate(self.out.bars, start=1):
            if not bar.ok and bar.meter is not None:
                self.error("bar", bar_message(number, bar), (bar.line, bar.column))
        bars, notes = len(self.out.bars), len(self.out.notes)
        if bars < MIN_BARS or notes < MIN_NOTES:
            self.error(
                "bar",
                f"too little music: {count(bars, 'bar')} and {count(notes, 'note')}; at least "
                f"{MIN_BARS} bars and {MIN_NOTES} notes make a tune",
            )
