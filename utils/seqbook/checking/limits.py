"""A check ends after a stated time, and in a stated way, whatever the answer does."""

from __future__ import annotations

import contextlib
import ctypes
import io
import signal
import sys
import threading
from collections.abc import Iterator

LINES, CHARACTERS = 30, 4000  # as much of what an answer prints is shown
AGAIN = 0.05  # seconds after which the alarm goes off again, for code that catches everything


class OutOfTime(BaseException):
    """The time of a check is over. No `except Exception` catches it."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in this block if it runs longer than `seconds`.

    With an alarm of the system where there is one; in other threads and on Windows from a second
    thread, which can stop Python code, but not a single long call into a library.
    """
    main = threading.current_thread() is threading.main_thread()
    with _alarm(seconds) if main and hasattr(signal, "setitimer") else _watcher(seconds):
        yield


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    running = True

    def late(*_: object) -> None:
        if running:
            raise OutOfTime

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        try:
            yield
        finally:
            running = False
    finally:  # an alarm may have gone off in the line above
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _watcher(seconds: float) -> Iterator[None]:
    over, watched = threading.Event(), ctypes.c_ulong(threading.get_ident())
    throw = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def watch() -> None:
        left = seconds
        while not over.wait(left):
            throw(watched, ctypes.py_object(OutOfTime))
            left = AGAIN

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        try:
            yield
        finally:
            over.set()
    finally:
        over.set()
        thread.join()
        throw(watched, None)


class _Shortened(io.TextIOBase):
    """Passes on the first lines, and drops the rest."""

    def __init__(self, to: io.TextIOBase):
        self.to, self.lines, self.characters, self.full = to, 0, 0, False

    def write(self, text: str) -> int:
        if not self.full:
            self.lines, self.characters = self.lines + text.count("\n"), self.characters + len(text)
            self.full = self.lines > LINES or self.characters > CHARACTERS
            more = f"\n(More was printed: the check shows {LINES} lines.)\n"
            self.to.write(more if self.full else text)
        return len(text)

    def flush(self) -> None:
        self.to.flush()


@contextlib.contextmanager
def output_limit() -> Iterator[None]:
    """Show only the beginning of what is printed."""
    with contextlib.redirect_stdout(_Shortened(sys.stdout)):  # type: ignore[type-var]
        yield


@contextlib.contextmanager
def no_exit() -> Iterator[None]:
    """In a notebook `exit()` raises nothing and ends the kernel later: let it raise SystemExit."""
    shell = notebook()

    def ask_exit() -> None:
        raise SystemExit

    if shell is None:
        yield
        return
    shell.ask_exit = ask_exit
    try:
        yield
    finally:
        del shell.ask_exit


def notebook() -> object | None:
    """The running IPython, if there is one."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None
