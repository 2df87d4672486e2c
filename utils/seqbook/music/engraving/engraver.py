"""From ABC to notes and a picture: music21 reads, verovio draws. Used in `worker`.

verovio's own ABC reader is quicker, but a damaged tune ends its process.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Any

from ..abc import meter_fraction, parse
from .svg import slim

__all__ = ["Engraver", "TuneError"]

MAX_NOTES = 4000
MAX_SVG = 4_000_000
GRACE = 0.07  # seconds that a grace note takes from what comes before it


class TuneError(Exception):
    """What is wrong with this tune, in one line."""


class Engraver:
    """music21 and verovio. Loading them takes a second or two."""

    def __init__(self) -> None:
        import verovio
        from music21 import abcFormat, spanner, tie
        from music21.abcFormat import translate
        from music21.musicxml.m21ToXml import GeneralObjectExporter

        self.abc, self.translate, self.exporter = abcFormat, translate, GeneralObjectExporter
        self.slur, self.tie = spanner.Slur, tie.Tie
        verovio.enableLog(verovio.LOG_OFF)
        self.toolkit = verovio.toolkit()
        self.toolkit.setOptions(
            {
                "inputFrom": "xml",
                "pageWidth": 1700,
                "pageHeight": 60000,
                "adjustPageHeight": True,
                "pageMarginLeft": 20,
                "pageMarginRight": 20,
                "pageMarginTop": 30,
                "pageMarginBottom": 30,
                "scale": 40,
                "header": "none",
                "footer": "none",
                "mnumInterval": 10000,
                "svgViewBox": True,
                "svgRemoveXlink": True,
                "svgFormatRaw": True,
                "smuflTextFont": "none",
            }
        )

    def engrave(self, abc: str, label: str) -> dict[str, Any]:
        score = self.read(abc)
        answer: dict[str, Any] = {"notes": note_events(score, quarter_seconds(abc))}
        if not answer["notes"]:
            raise TuneError("there is no note in this tune")
        if len(answer["notes"]) > MAX_NOTES:
            raise TuneError(f"more than {MAX_NOTES} notes in one tune")
        return answer | {"svg": self.draw(score, label)}

    def read(self, abc: str) -> Any:
        # from version 2 of the standard an accidental holds until the bar line
        handler = self.abc.ABCFile(abcVersion=(2, 1, 0)).readstr(prepared(abc))
        score = self.translate.abcToStreamScore(handler)
        for part in score.parts:
            self.mend_ties(part)
            tidy_bars(part)
        return score

    def mend_ties(self, part: Any) -> None:
        """A tie to another note is a slur, as old books meant it; one to nothing is dropped."""
        notes = [n for n in part.flatten().notes if not n.duration.isGrace]
        joined = False  # the note before is tied to this one
        for before, after in zip_longest(notes, notes[1:]):
            opens = before.tie is not None and before.tie.type in ("start", "continue")
            same = after is not None and set(before.pitches) & set(after.pitches)
            ties = bool(opens and same)
            if opens and not same and after is not None:
                part.insert(0, self.slur([before, after]))
            if ties or joined:
                kind = "continue" if ties and joined else "start" if ties else "stop"
                before.tie = self.tie(kind)
            else:
                before.tie = None
            joined = ties

    def draw(self, score: Any, label: str) -> str:
        xml = self.exporter(score).parse().decode("utf-8")
        if not self.toolkit.loadData(xml):
            raise TuneError("verovio cannot draw this tune")
        if self.toolkit.getPageCount() != 1:
            raise TuneError("the tune does not fit on one page")
        drawn = self.toolkit.renderToSVG(1)
        if 'class="note' not in drawn:
            raise TuneError("verovio drew no note of this tune")
        if len(drawn) > MAX_SVG:
            raise TuneError("the tune is too long to draw")
        return slim(drawn, label)


def prepared(abc: str) -> str:
    """The tune in a spelling that music21 reads rightly.

    It passes over fields in brackets, so they get lines of their own. It may take a field before
    a note for the end of a bar, so empty grace notes part them. It takes the note and the colon
    of `A::` and `A:|` for a field, so a space parts those. It counts grace notes at the start of
    a tuplet among the tuplet's, so they go before it, and it fails at a tuplet that no note
    follows. It reads `A//` but not `A////`, so lengths in slashes are spelled with a number.
    """
    text = abc if abc.startswith("X:") else f"X:1\n{abc}"
    text = re.sub(r"(?<=[A-Za-z])(?=:[:|])", " ", text)
    key = re.search(r"^K:.*\n", text, flags=re.MULTILINE)
    start = key.end() if key else len(text)
    header, music = text[:start], text[start:]
    music = re.sub(r"[ \t]*\[([KLM]):[ \t]*([^\]\n]*)\][ \t]*", r"\n\1:\2\n", music)
    music = re.sub(r"\n{2,}", "\n", music)
    music = re.sub(r"^([KLM]:.*\n)(?![A-Z]:)", r"\1{}", music, flags=re.MULTILINE)
    music = re.sub(r"(\([2-9](?::\d?){0,2})[ \t]*(\{[^{}\n]*\})", r"\2\1", music)
    music = re.sub(r"\([2-9](?::\d?){0,2}(?=[^A-Ga-gxz]*\Z)", "", music)
    music = re.sub(r"/{2,4}(?!\d)", lambda slashes: f"/{2 ** len(slashes[0])}", music)
    return header + music


def tidy_bars(part: Any) -> None:
    """Number the bars as `validate` does; draw half bars half as wide, not filled with rests."""
    for number, measure in enumerate(part.getElementsByClass("Measure"), start=1):
        measure.number = number
        missing = measure.barDuration.quarterLength - measure.highestTime
        if missing > 0 and not measure.paddingLeft:
            measure.paddingRight = missing
        left = measure.leftBarline
        if number > 1 and left is not None and "Repeat" not in left.classes:
            measure.leftBarline = None  # the bar before has drawn it


def quarter_seconds(abc: str) -> float:
    """How long a quarter note lasts at a tempo that dancers would accept, in seconds."""
    tune = parse(abc)
    meter = meter_fraction(tune.meter)
    if tune.meter in ("C|", "2/2"):
        return 60 / 168
    if meter is not None and tune.meter.endswith("/8"):
        return 60 / 156
    return 60 / 96 if tune.unit == "1/16" else 60 / 120


def note_events(score: Any, quarter: float) -> list[tuple[float, float, int]]:
    """(start, duration, MIDI pitch) of every note that sounds; tied notes are one. No repeats."""
    events: list[list[float]] = []
    for part in score.parts:
        tied: dict[int, list[float]] = {}
        graces: list[int] = []
        for element in part.flatten().notes:
            pitches = [pitch.midi for pitch in element.pitches]
            if element.duration.isGrace:
                graces += pitches[:1]
                continue
            start = float(element.offset) * quarter
            length = float(element.duration.quarterLength) * quarter
            for back, pitch in enumerate(reversed(graces), start=1):
                if start - back * GRACE >= 0:
                    events.append([start - back * GRACE, GRACE, pitch])
            graces = []
            tie = element.tie.type if element.tie is not None else ""
            for pitch in pitches:
                before = tied.pop(pitch, None)
                if before and abs(before[0] + before[1] - start) < 1e-6:
                    before[1] += length
                    event = before
                else:
                    event = [start, length, pitch]
                    events.append(event)
                if tie in ("start", "continue"):
                    tied[pitch] = event
    events.sort()
    return [
        (round(start, 4), round(length, 4), int(pitch))
        for start, length, pitch in events
        if length > 0 and 0 <= pitch <= 127
    ]
