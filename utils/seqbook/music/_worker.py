"""The process that engraves: reads tunes as JSON lines, answers with JSON lines.

It runs as ``python -m seqbook.music._worker``. music21 parses the ABC and writes MusicXML,
verovio draws that. (verovio's own ABC reader is quicker, but a damaged tune ends its process.)
Whatever happens here, the process that asked goes on: see `engrave`.

Asked:    {"id": 1, "abc": "M:4/4…", "label": "…", "svg": true, "limit": 10.0}
Answered: {"id": 1, "svg": "<svg…", "notes": [[start s, duration s, MIDI pitch], …]}
      or  {"id": 1, "error": "one line"}
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import sys
from pathlib import Path
from typing import Any

MEMORY = 3 << 30  # bytes of address space, where the system can limit it
MAX_NOTES = 4000
MAX_SVG = 4_000_000
GRACE = 0.07  # seconds that a grace note takes from what comes before it


def limit_memory() -> None:
    """A tune with a note of a million bars must not take the machine's memory."""
    with contextlib.suppress(Exception):  # Windows has no `resource`, macOS ignores this limit
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


class TuneError(Exception):
    """What is wrong with this tune, in one line."""


class Engraver:
    """music21 and, if scores are wanted, verovio. Loading them takes a second or two."""

    def __init__(self, draw: bool):
        from music21 import abcFormat
        from music21.abcFormat import translate
        from music21.musicxml.m21ToXml import GeneralObjectExporter

        self.abc, self.translate, self.exporter = abcFormat, translate, GeneralObjectExporter
        self.toolkit: Any = None
        if draw:
            self.draw_with_verovio()

    def draw_with_verovio(self) -> None:
        import verovio

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

    def engrave(self, abc: str, label: str, svg: bool) -> dict[str, Any]:
        score = self.read(abc)
        answer: dict[str, Any] = {"notes": note_events(score, quarter_seconds(abc))}
        if not answer["notes"]:
            raise TuneError("there is no note in this tune")
        if len(answer["notes"]) > MAX_NOTES:
            raise TuneError(f"more than {MAX_NOTES} notes in one tune")
        if svg:
            answer["svg"] = self.draw(score, label)
        return answer

    def read(self, abc: str) -> Any:
        text = abc if abc.lstrip().startswith("X:") else f"X:1\n{abc}"
        handler = self.abc.ABCFile().readstr(text)
        score = self.translate.abcToStreamScore(handler)
        for part in score.parts:
            number_bars(part)
        return score

    def draw(self, score: Any, label: str) -> str:
        from ._svg import slim

        if self.toolkit is None:
            self.draw_with_verovio()
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


def number_bars(part: Any) -> None:
    """Number the bars as `validate` does; draw half bars half as wide, not filled with rests."""
    for number, measure in enumerate(part.getElementsByClass("Measure"), start=1):
        measure.number = number
        missing = measure.barDuration.quarterLength - measure.highestTime
        if missing > 0 and not measure.paddingLeft:
            measure.paddingRight = missing


def quarter_seconds(abc: str) -> float:
    """How long a quarter note lasts at a tempo that dancers would accept, in seconds."""
    from .abc import meter_fraction, parse

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


def one_line(error: BaseException) -> str:
    if isinstance(error, TuneError):
        return str(error)
    if isinstance(error, MemoryError):
        return "this tune needs too much memory"
    if isinstance(error, RecursionError):
        return "this tune is nested too deeply"
    text = " ".join(str(error).split())[:160]
    return f"music21 cannot read this tune ({text or type(error).__name__})"


def serve(engraver: Engraver, requests: Any, answers: Any) -> None:
    for line in requests:
        request = json.loads(line)
        answer: dict[str, Any] = {"id": request["id"]}
        # If the process that asked has gone, nobody else would end a tune that hangs.
        faulthandler.dump_traceback_later(request["limit"] + 30, exit=True, file=sys.__stderr__)
        try:
            answer |= engraver.engrave(request["abc"], request["label"], request["svg"])
        except Exception as error:
            answer = {"id": request["id"], "error": one_line(error)}
        finally:
            faulthandler.cancel_dump_traceback_later()
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def main() -> None:
    # Answers go through a copy of stdout; whatever a library prints goes to stderr instead.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    requests = os.fdopen(os.dup(0), encoding="ascii")
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    limit_memory()
    try:
        engraver = Engraver(draw="--notes" not in sys.argv)
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        answers.write(json.dumps({"fatal": f"{type(error).__name__}: {text}"}) + "\n")
        answers.flush()
        return
    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    serve(engraver, requests, answers)


if __name__ == "__main__":
    main()
