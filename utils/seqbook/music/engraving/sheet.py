"""A tune as sheet music and as notes: what a notebook calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, NamedTuple

from .. import abc
from ..errors import NoEngraverError, RenderError, number
from .client import client

__all__ = ["NoteEvent", "Score", "render", "render_many"]

MAX_CHARS = 6000
MAX_SECONDS = 3600.0


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
        timeout: seconds it may take, once the process that draws is running; at most an hour.

    Raises:
        RenderError: with one line that says why, if the tune is malformed, too long or takes
            too long. The caller's process goes on.
        NoEngraverError: (a RenderError) if music21 or verovio is missing or does not start.
        ArgumentError: if the timeout is out of range.
    """
    _need_packages()
    text = _checked(tune)
    title, meter, key, bars = _facts(text)
    timeout = number("timeout", timeout, most=MAX_SECONDS)
    label = _describe("Sheet music", title, meter, key, bars)
    answer = client.ask({"abc": text, "label": label, "limit": timeout}, timeout)
    if "refused" in answer:
        raise RenderError(answer["refused"])
    if "unreadable" in answer:
        raise RenderError(_reason(text, answer["unreadable"]))
    notes = tuple(NoteEvent(*note) for note in answer["notes"])
    return Score(answer["svg"], notes, title, meter, key, bars)


def render_many(tunes: Iterable[str], *, timeout: float = 10.0) -> list[Score | RenderError]:
    """Draw many tunes: for each its `Score`, or the `RenderError` that `render` would raise.

    Raises:
        NoEngraverError: if no tune can be drawn here, whatever is in it.
    """
    results: list[Score | RenderError] = []
    for tune in tunes:
        try:
            results.append(render(tune, timeout=timeout))
        except NoEngraverError:
            raise
        except RenderError as error:
            results.append(error)
    return results


def _need_packages() -> None:
    missing = [name for name in ("music21", "verovio") if find_spec(name) is None]
    if missing:
        named = " and ".join(missing)
        raise NoEngraverError(f"sheet music needs {named}: pip install {' '.join(missing)}")


def _checked(tune: str) -> str:
    if not isinstance(tune, str):
        raise RenderError(f"a tune is a string in ABC notation, not {type(tune).__name__}")
    if not tune.strip():
        raise RenderError("the tune is empty")
    if len(tune) > MAX_CHARS:
        raise RenderError(f"the tune has {len(tune)} characters, the most is {MAX_CHARS}")
    return abc.with_newlines(tune).strip()


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


def _reason(tune: str, said: str) -> str:
    """What the validator says of this tune, if it knows; else what the library said."""
    problems = [problem for problem in abc.parse(tune).errors if problem.kind != "bar"]
    if problems:
        return f"this tune cannot be read: {problems[0]}"
    return f"this tune cannot be drawn, and `validate` does not see why; the library says: {said}"
