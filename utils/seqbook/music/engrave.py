"""Sheet music from ABC, drawn in a process of its own.

A model writes tunes that no program was tested with. So another process does the parsing and
drawing (`_worker`), with a limit on time and memory; if it dies or hangs it is started anew, and
the caller gets a `RenderError`. The process is kept: after a start of one to two seconds
a tune takes about a twentieth of a second.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from . import abc
from .errors import RenderError

__all__ = ["NoteEvent", "Score", "note_events", "render", "render_many"]

MAX_CHARS = 6000
START_SECONDS = 120.0  # to load music21 and verovio on a slow, busy machine


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
    title = next((line[2:].strip() for line in tune.split("\n") if line.startswith("T:")), "")
    return title[:100], parsed.meter, abc.key_name(parsed.key), len(parsed.bars)


def _describe(what: str, title: str, meter: str, key: str, bars: int) -> str:
    named = f"{what} of “{title}”" if title else what
    facts = [meter and f"meter {meter}", key, f"{bars} bar" + ("" if bars == 1 else "s")]
    return f"{named}: {', '.join(fact for fact in facts if fact)}"


def _events(answer: dict[str, Any]) -> tuple[NoteEvent, ...]:
    return tuple(NoteEvent(start, duration, pitch) for start, duration, pitch in answer["notes"])


def _ask(tune: str, label: str, *, svg: bool, timeout: float) -> dict[str, Any]:
    if not timeout > 0:
        raise ValueError(f"timeout is in seconds and more than 0, not {timeout!r}")
    answer = _WORKER.ask({"abc": tune, "label": label, "svg": svg, "limit": timeout}, timeout)
    if "error" in answer:
        raise RenderError(_with_place(tune, answer["error"]))
    return answer


def _with_place(tune: str, reason: str) -> str:
    """Rather what the validator says of this place in the tune, if it knows."""
    problems = [p for p in abc.parse(tune).errors if p.kind in ("header", "token")]
    return f"this tune cannot be read: {problems[0]}" if problems else reason


class _Worker:
    """The drawing process: started when first asked, started anew when it has died."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen | None = None
        self.answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.owner = 0
        self.count = 0

    def ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        with self.lock:
            self.count += 1
            try:
                self.start(draw=request["svg"])
                return self.exchange({"id": self.count, **request}, timeout)
            except RenderError:
                raise
            except BaseException:  # Ctrl-C: do not leave an answer for the next question
                self.stop()
                raise

    def start(self, draw: bool) -> None:
        if self.process is not None and self.owner == os.getpid() and self.process.poll() is None:
            return
        self.stop()
        self.owner = os.getpid()
        try:
            self.process = subprocess.Popen(
                command(draw),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                # an interrupt meant for the notebook must not reach it; no window on Windows
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise RenderError(f"the process that draws cannot be started: {error}") from None
        self.answers = queue.Queue()
        threading.Thread(
            target=_listen, args=(self.process.stdout, self.answers), daemon=True
        ).start()
        late = f"the process that draws did not start in {START_SECONDS:g} s"
        first = self.next(START_SECONDS, late)
        if "ready" not in first:
            self.stop()
            raise RenderError(f"the process that draws cannot start: {first.get('fatal', first)}")

    def exchange(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        assert self.process is not None and self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            self.process.stdin.flush()
        except OSError:
            self.stop()
            raise RenderError("drawing this tune ended the process that draws") from None
        answer = self.next(timeout, f"drawing this tune takes more than {timeout:g} s")
        if answer.get("id") != request["id"]:
            self.stop()
            raise RenderError("the process that draws gave no sensible answer")
        return answer

    def next(self, seconds: float, too_late: str) -> dict[str, Any]:
        try:
            answer = self.answers.get(timeout=seconds)
        except queue.Empty:
            self.stop()
            raise RenderError(too_late) from None
        if answer is None:
            self.stop()
            raise RenderError("drawing this tune ended the process that draws")
        return answer

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is None or self.owner != os.getpid():
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError, ValueError):
                pipe.close()


def _listen(stream: Any, answers: queue.Queue) -> None:
    """Put every line of the process in the queue, then None when it has ended."""
    try:
        for line in stream:
            try:
                answer = json.loads(line)
            except ValueError:
                continue
            if isinstance(answer, dict):
                answers.put(answer)
    except (OSError, ValueError):
        pass
    answers.put(None)


def command(draw: bool = True) -> list[str]:
    """How the drawing process is started. -P: a `music21.py` of the reader's is not imported."""
    return [sys.executable, "-P", "-m", "seqbook.music._worker", *([] if draw else ["--notes"])]


def _environment() -> dict[str, str]:
    """The caller's, and this very `seqbook` first on the path, however it was imported."""
    here = str(Path(__file__).resolve().parents[2])
    paths = [here, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each takes address space
    return {**os.environ, **one_thread, "PYTHONPATH": os.pathsep.join(paths)}


_WORKER = _Worker()
atexit.register(_WORKER.stop)
