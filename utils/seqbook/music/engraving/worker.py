"""The process that engraves: reads tunes as JSON lines, answers with JSON lines.

It runs as ``python -m seqbook.music.engraving.worker``. Whatever happens here, the process that
asked goes on: see `client`.

Asked:    {"id": 1, "abc": "M:4/4…", "label": "…", "limit": 10.0}
Answered: {"id": 1, "svg": "<svg…", "notes": [[start s, duration s, MIDI pitch], …]}
      or  {"id": 1, "refused": "one line, for the reader"}
      or  {"id": 1, "unreadable": "what music21 or verovio said"}
At first: {"ready": true} or {"fatal": "why nothing can be drawn here"}
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .engraver import Engraver, TuneError

MEMORY = 3 << 30  # bytes of address space, where the system can limit it
LATE = 2.0  # seconds after its limit at which a tune ends this process, if nobody else has


def limit_memory() -> None:
    """A tune with a note of a million bars must not take the machine's memory."""
    with contextlib.suppress(Exception):  # Windows has no `resource`, macOS ignores this limit
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def failure(error: Exception) -> dict[str, str]:
    """An answer in one line."""
    text = " ".join(str(error).split())[:160] or type(error).__name__
    if isinstance(error, TuneError):
        return {"refused": text}
    if isinstance(error, MemoryError):
        return {"refused": "this tune needs too much memory"}
    if isinstance(error, RecursionError):
        return {"refused": "this tune is nested too deeply"}
    return {"unreadable": text}


def asked(pipe: Any) -> Iterator[dict[str, Any]]:
    """The requests in turn. When whoever asks has gone this process ends, also in mid-tune."""
    waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def listen() -> None:
        for line in pipe:
            waiting.put(json.loads(line))
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield waiting.get()


def serve(engraver: Engraver, requests: Any, answers: Any) -> None:
    for request in asked(requests):
        # A call into verovio may keep the listener from its turn; this timer needs none.
        faulthandler.dump_traceback_later(request["limit"] + LATE, exit=True, file=sys.__stderr__)
        try:
            answer = engraver.engrave(request["abc"], request["label"])
        except Exception as error:
            answer = failure(error)
        finally:
            faulthandler.cancel_dump_traceback_later()
        say(answers, {"id": request["id"], **answer})


def say(answers: Any, answer: dict[str, Any]) -> None:
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
        engraver = Engraver()
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        say(answers, {"fatal": f"{type(error).__name__}: {text}"})
        return
    say(answers, {"ready": True})
    serve(engraver, requests, answers)


if __name__ == "__main__":
    main()
