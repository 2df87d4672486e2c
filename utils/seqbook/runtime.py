"""Running things: one progress bar for every place, a quiet start."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Iterator
from typing import Any

__all__ = ["FitProgress", "Progress", "quiet"]


def quiet() -> None:
    """Silence TensorFlow's logs and Python's deprecation chatter in a notebook."""
    import logging
    import warnings

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=FutureWarning)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


def clock(seconds: float) -> str:
    """Seconds as ``"0.4 s"``, ``"12 s"`` or ``"3 min 05 s"``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


class Progress:
    """A training progress bar for a terminal, Jupyter, Colab and the static page.

        with Progress(400, "Training") as bar:
            for x, y in batches:
                bar.step(loss=train_step(x, y))

    While it runs it shows the metrics; what stays is how many steps were made and how long they
    took. Iterating over a Progress counts the steps by itself.

    Args:
        total: number of steps, at least 1.
        label: what is going on.
        every: seconds between two drawings.
    """

    def __init__(self, total: int, label: str = "Training", *, every: float = 0.2):
        if int(total) < 1:
            raise ValueError(f"a progress bar needs at least 1 step, not {total!r}")
        self.total, self.label, self.every = int(total), label, every
        self.done = 0
        self.metrics: dict[str, float] = {}
        self._start = self._drawn = time.perf_counter()
        self._handle: Any = None
        self._open = False

    def __enter__(self) -> Progress:
        self._start = time.perf_counter()
        self._open = True
        self._draw()
        return self

    def __exit__(self, kind: type | None, *_: Any) -> None:
        self._open = False
        self._draw()
        if self._handle is None and sys.stderr.isatty():
            sys.stderr.write("\n")

    def __iter__(self) -> Iterator[int]:
        with self:
            for i in range(self.total):
                yield i
                self.step()

    def step(self, n: int = 1, **metrics: float) -> None:
        """Count `n` steps; keep the latest metrics, such as ``loss=0.31``."""
        self.done += n
        if metrics:
            self.metrics.update(metrics)
        if time.perf_counter() - self._drawn >= self.every:
            self._draw()

    # What is shown -------------------------------------------------------------------------

    def _text(self) -> str:
        spent = time.perf_counter() - self._start
        head = f"{self.label}: {self.done} of {self.total} steps"
        if not self._open:
            # No metrics here: this line is stored and compared on other machines.
            return f"{head} in {clock(spent)}"
        values = "".join(f" · {k} {float(v):.3f}" for k, v in self.metrics.items())
        left = spent / self.done * (self.total - self.done) if self.done else None
        return head + values + (f" · {clock(left)} left" if left is not None else "")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        share = 100 * min(1.0, self.done / self.total)
        text = self._text()
        label = html.escape(self.label, quote=True)
        bar = (
            '<div class="seqbook-progress" style="max-width:32em;font-size:.9em">'
            f"{html.escape(text)}"
            f'<div role="progressbar" aria-label="{label}" aria-valuemin="0" aria-valuemax="100" '
            f'aria-valuenow="{share:.0f}" style="height:6px;border-radius:3px;margin-top:4px;'
            f'background:#8884"><div style="height:6px;border-radius:3px;background:#0f5fb8;'
            f'width:{share:.0f}%"></div></div></div>'
        )
        # The plain text is the same at every moment: nbval compares the first one it gets.
        return {"text/plain": f"{self.label}: {self.total} steps", "text/html": bar}

    def _draw(self) -> None:
        self._drawn = time.perf_counter()
        if in_notebook():
            from IPython.display import display

            if self._handle is None:
                self._handle = display(self, display_id=True)
            else:
                self._handle.update(self)
        elif sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[2K{self._text()}")
            sys.stderr.flush()
        elif not self._open:  # a log file: only the last line
            sys.stderr.write(self._text() + "\n")


def in_notebook() -> bool:
    """Does this process show rich output (Jupyter, Colab)?"""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def FitProgress(label: str = "Training") -> Any:
    """The same bar for `model.fit(..., verbose=0, callbacks=[FitProgress("Training")])`.

    Counts batches over all epochs and shows the latest logs of Keras.
    """
    import keras

    class _FitProgress(keras.callbacks.Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            steps = self.params.get("steps") or 1
            self.bar = Progress(self.params["epochs"] * steps, label)
            self.bar.__enter__()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.bar.step(**{k: float(v) for k, v in (logs or {}).items()})

        def on_train_end(self, logs: Any = None) -> None:
            self.bar.__exit__(None)

    return _FitProgress()
