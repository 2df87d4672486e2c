"""The caller's side of the process that engraves: start it, ask it, end it.

The process is started when first asked, kept, and started anew when it has died or hung. Threads
take turns. A child made by `fork` starts a process of its own. Requests and answers are JSON
lines, read and written without Python's file buffers: their locks would not survive a fork.
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

from .errors import RenderError

__all__ = ["Client", "client", "command"]

START_SECONDS = 120.0  # to load music21 and verovio on a slow, busy machine
DIED = "drawing this tune ended the process that draws; the next tune gets a new one"


def command(draw: bool = True) -> list[str]:
    """How the process is started. -P: a `music21.py` of the reader's is not imported."""
    return [sys.executable, "-P", "-m", "seqbook.music._worker", *([] if draw else ["--notes"])]


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
                self.start(draw=request["svg"])
                return self.exchange({"id": self.count, **request}, timeout)
            except RenderError:
                raise
            except BaseException:  # Ctrl-C: do not leave an answer for the next question
                self.stop()
                raise

    def start(self, draw: bool) -> None:
        if self.process is not None and self.process.poll() is None:
            return
        self.stop()
        try:
            self.process = subprocess.Popen(
                command(draw),
                bufsize=0,
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
        assert self.process.stdout is not None
        self.answers = queue.Queue()
        self.listener = threading.Thread(
            target=_listen, args=(self.process.stdout.fileno(), self.answers), daemon=True
        )
        self.listener.start()
        first = self.next(START_SECONDS, f"the process that draws needs over {START_SECONDS:g} s")
        if "ready" not in first:
            self.stop()
            raise RenderError(f"the process that draws cannot start: {first.get('fatal', first)}")

    def exchange(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        assert self.process is not None and self.process.stdin is not None
        line = memoryview(json.dumps(request).encode("ascii") + b"\n")
        try:
            while line:
                line = line[self.process.stdin.write(line) :]
        except OSError:
            self.stop()
            raise RenderError(DIED) from None
        answer = self.next(
            timeout, f"drawing this tune takes more than {timeout:g} s: is it very long?"
        )
        if answer.get("id") != request["id"]:
            self.stop()
            raise RenderError("the process that draws gave no sensible answer; try again")
        return answer

    def next(self, seconds: float, too_late: str) -> dict[str, Any]:
        try:
            answer = self.answers.get(timeout=min(seconds, threading.TIMEOUT_MAX))
        except queue.Empty:
            self.stop()
            raise RenderError(too_late) from None
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
        process.wait()
        if self.listener is not None:  # its pipe must not be closed, and opened anew, under it
            self.listener.join()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError, ValueError):
                pipe.close()

    def forget(self) -> None:
        """In a child made by `fork`: the process, the turn and the listener are the parent's."""
        process, self.process = self.process, None
        self.lock = threading.Lock()
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()
            process.returncode = 0  # it is not ours to wait for


def _listen(pipe: int, answers: queue.Queue) -> None:
    """Put every answer of the process into the queue, then None when it has ended."""
    rest = b""
    with contextlib.suppress(OSError):
        while part := os.read(pipe, 1 << 16):
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                with contextlib.suppress(ValueError):
                    answer = json.loads(line)
                    if isinstance(answer, dict):
                        answers.put(answer)
    answers.put(None)


def _environment() -> dict[str, str]:
    """The caller's, and this very `seqbook` first on the path, however it was imported."""
    here = str(Path(__file__).resolve().parents[2])
    paths = [here, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each takes address space
    return {**os.environ, **one_thread, "PYTHONPATH": os.pathsep.join(paths)}


client = Client()
atexit.register(client.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=client.forget)
