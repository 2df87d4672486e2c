"""Sheet music from ABC, drawn in a process of its own.

A model writes tunes that no program was tested with. So another process does the parsing and
drawing (`_worker`), with a limit on time and memory; if it dies or hangs it is started anew, and
the caller gets a `RenderError`. The process is kept: after a start of one to two seconds
a tune takes about a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from math import isfinite
from typing import Any, NamedTuple

from . import abc
from ._client import client
from .errors import ArgumentError, RenderError

__all__ = ["NoteEvent", "Score", "note_events", "render", "render_many"]

MAX_CHARS = 6000


class NoteEvent(NamedTuple):
    """A note as it sounds: start and duration in seconds, pitch as a MIDI number (60: middle C)."""

    start: float
    duration: float
    pitch: int


@dataclass(frozen=True, repr=False)
class Score:
    """Sheet music of one tune. In a notebook it shows itself.

    Attributes:
        svg: the picture, complete in itself; it takes the width and text color of its place.
        notes: what sounds, for `play`; repeats are not played twice.
        title, meter, key, bars: of the tune.
    """

    svg: str
    notes: tuple[NoteEvent, ...]
    title: str
    meter: str
    key: str
    bars: int

    def __repr__(self) -> str:
        return _describe("Score", self.title, self.meter, self.key, self.bars)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        html = f'<div class="seqbook-score">{self.svg}</div>'
        return {"text/html": html, "text/plain": repr(self)}


def render(tune: str, *, timeout: float = 10.0) -> Score:
    """Draw one tune.

    Args:
        tune: ABC notation; a missing X: line is added.
        timeout: seconds it may take, once the process that draws is running.

    Raises:
        RenderError: with one line that says why, if the tune is malformed, too long or takes
            too long, or if music21 or verovio is missing. The caller's process goes on.
    """
    _need("music21", "verovio")
    text = _checked(tune)
    title, meter, key, bars = _facts(text)
    label = _describe("Sheet music", title, meter, key, bars)
    answer = _ask(text, label, svg=True, timeout=timeout)
    return Score(answer["svg"], _events(answer), title, meter, key, bars)


def render_many(tunes: Iterable[str], *, timeout: float = 10.0) -> list[Score | RenderError]:
    """Draw many tunes: for each its `Score`, or the `RenderError` that `render` would raise."""
    results: list[Score | RenderError] = []
    for tune in tunes:
        try:
            results.append(render(tune, timeout=timeout))
        except RenderError as error:
            results.append(error)
    return results


def note_events(tune: str, *, timeout: float = 10.0) -> tuple[NoteEvent, ...]:
    """What of a tune sounds, without drawing it (verovio is not needed). Raises `RenderError`."""
    _need("music21")
    return _events(_ask(_checked(tune), "", svg=False, timeout=timeout))


def _need(*packages: str) -> None:
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise RenderError(f"this needs {' and '.join(missing)}: pip install {' '.join(missing)}")


def _checked(tune: str) -> str:
    if not isinstance(tune, str):
        raise RenderError(f"a tune is a string in ABC notation, not {type(tune).__name__}")
    if not tune.strip():
        raise RenderError("the tune is empty")
    if len(tune) > MAX_CHARS:
        raise RenderError(f"the tune has {len(tune)} characters, the most is {MAX_CHARS}")
    return tune.strip()


def _facts(tune: str) -> tuple[str, str, str, int]:
    parsed = abc.parse(tune)
    title = next((line[2:] for line in tune.splitlines() if line.startswith("T:")), "")
    title, meter, key = (_printable(text) for text in (title, parsed.meter, parsed.key))
    return title, meter, abc.key_name(key), len(parsed.bars)


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()[:100]


def _describe(what: str, title: str, meter: str, key: str, bars: int) -> str:
    named = f"{what} of “{title}”" if title else what
    facts = [meter and f"meter {meter}", key, f"{bars} bar" + ("" if bars == 1 else "s")]
    return f"{named}: {', '.join(fact for fact in facts if fact)}"


def _events(answer: dict[str, Any]) -> tuple[NoteEvent, ...]:
    return tuple(NoteEvent(start, duration, pitch) for start, duration, pitch in answer["notes"])


def _ask(tune: str, label: str, *, svg: bool, timeout: float) -> dict[str, Any]:
    if not (isinstance(timeout, (int, float)) and isfinite(timeout) and timeout > 0):
        raise ArgumentError(f"timeout is a number of seconds and more than 0, not {timeout!r}")
    answer = client.ask({"abc": tune, "label": label, "svg": svg, "limit": timeout}, timeout)
    if "error" in answer:
        raise RenderError(_with_place(tune, answer["error"]))
    return answer


def _with_place(tune: str, reason: str) -> str:
    """Rather what the validator says of this place in the tune, if it knows."""
    if not reason.startswith("music21"):
        return reason
    problems = [p for p in abc.parse(tune).errors if p.kind in ("header", "token")]
    return f"this tune cannot be read: {problems[0]}" if problems else reason
