"""The process that engraves: reads tunes as JSON lines, answers with JSON lines.

It runs as ``python -m seqbook.music._worker``. music21 parses the ABC and writes MusicXML,
verovio draws that. (verovio's own ABC reader is quicker, but a damaged tune ends its process.)
Whatever happens here, the process that asked goes on: see `_client`.

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

from ._engraver import Engraver, TuneError

MEMORY = 3 << 30  # bytes of address space, where the system can limit it


def limit_memory() -> None:
    """A tune with a note of a million bars must not take the machine's memory."""
    with contextlib.suppress(Exception):  # Windows has no `resource`, macOS ignores this limit
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


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
