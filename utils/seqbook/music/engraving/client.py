"""The caller's side of the process that engraves: start it, ask it, end it.

The process is started when first asked, kept, and started anew when it has died or hung. Threads
take turns. Requests and answers are JSON lines.
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
from pathlib import Path
from typing import Any

from ..errors import NoEngraverError, RenderError

__all__ = ["Client", "client", "command"]

START_SECONDS = 120.0  # to load music21 and verovio on a slow, busy machine
STOP_SECONDS = 5.0  # for the system to end a process that was killed
DIED = "drawing this tune ended the process that draws; the next tune gets a new one"


def command() -> list[str]:
    """How the process is started. -P: a `music21.py` of the reader's is not imported."""
    return [sys.executable, "-P", "-m", "seqbook.music.engraving.worker"]


class Client:
    """One process, and the turn to use it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen | None = None
        self.listener: threading.Thread | None = None
        self.answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.count = 0

    def ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """The answer to one request, or a `RenderError` after `timeout` seconds."""
        with self.lock:
            self.count += 1
            try:
                self.start()
                return self.exchange({"id": self.count, **request}, timeout)
            except RenderError:
                raise
            except BaseException:  # Ctrl-C: do not leave an answer for the next question
                self.stop()
                raise

    def start(self) -> None:
        if self.process is not None and self.process.poll() is None:
            return
        self.stop()
        try:
            self.process = subprocess.Popen(
                command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                # an interrupt meant for the notebook must not reach it; no window on Windows
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise NoEngraverError(f"the process that draws cannot be started: {error}") from None
        self.answers = queue.Queue()
        self.listener = threading.Thread(
            target=_listen, args=(self.process.stdout, self.answers), daemon=True
        )
        self.listener.start()
        try:
            first = self.next(START_SECONDS)
        except queue.Empty:
            said = f"the process that draws needs more than {START_SECONDS:g} s to start"
            raise NoEngraverError(said) from None
        except RenderError:
            raise NoEngraverError("the process that draws ended before it was ready") from None
        if "fatal" in first:
            self.stop()
            raise NoEngraverError(f"the process that draws cannot start: {first['fatal']}")

    def exchange(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        assert self.process is not None and self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            self.process.stdin.flush()
            answer = self.next(timeout)
        except OSError:
            self.stop()
            raise RenderError(DIED) from None
        except queue.Empty:
            said = f"drawing this tune takes more than {timeout:g} s: is it very long?"
            raise RenderError(said) from None
        if answer.get("id") != request["id"]:
            self.stop()
            raise RenderError("the process that draws gave no sensible answer; try again")
        return answer

    def next(self, seconds: float) -> dict[str, Any]:
        """What the process says next; if that is nothing, or its end, it is ended and forgotten."""
        try:
            answer = self.answers.get(timeout=seconds)
        except queue.Empty:
            self.stop()
            raise
        if answer is None:
            self.stop()
            raise RenderError(DIED)
        return answer

    def stop(self) -> None:
        """End the process, if there is one. It leaves no zombie."""
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        if self.listener is not None:  # its pipe must not be closed, and opened anew, under it
            self.listener.join(STOP_SECONDS)
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError, ValueError):
                pipe.close()


def _listen(pipe: Any, answers: queue.Queue) -> None:
    """Put every answer of the process into the queue, then None when it has ended."""
    for line in pipe:
        with contextlib.suppress(ValueError):
            answer = json.loads(line)
            if isinstance(answer, dict):
                answers.put(answer)
    answers.put(None)


def _environment() -> dict[str, str]:
    """The caller's, and this very `seqbook` first on the path, however it was imported."""
    here = str(Path(__file__).resolve().parents[3])
    paths = [here, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each takes address space
    return {**os.environ, **one_thread, "PYTHONPATH": os.pathsep.join(paths)}


client = Client()
atexit.register(client.stop)
