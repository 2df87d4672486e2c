"""Run notebooks, store their outputs, and note how long they took.

    python tools/run_notebooks.py notebooks/recurrence.ipynb ...     (no names: all of them)

A notebook's metadata is the one home of its run time: `seqbook: {seconds, memory_mb}`. The line
that starts with `<!-- run-time -->` and the book's table of run times are made from it.
Everything that changes from run to run without meaning anything is dropped, so that running
twice gives the same file. Labs are never run here: they are made from the solutions.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from pathlib import Path

import nbformat
import notebook_files
import psutil
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from notebook_files import NotebookFault

ROOT = Path(__file__).resolve().parents[1]
MARK = "<!-- run-time -->"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LIMIT = 900  # seconds for one cell
COLOR = re.compile(r"\x1b\[[0-9;]*m")
LANGUAGE = {"name": "python", "file_extension": ".py", "pygments_lexer": "ipython3"}


class Watch:
    """Wall time and the largest memory of this process's kernels, sampled twice a second."""

    def __enter__(self) -> Watch:
        self.start, self.bytes, self._stop = time.perf_counter(), 0, threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self

    def _sample(self) -> None:
        while not self._stop.wait(0.5):
            used = 0
            for child in psutil.Process().children(recursive=True):
                try:
                    used += child.memory_info().rss
                except psutil.Error:
                    continue  # it has just ended
            self.bytes = max(self.bytes, used)

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self.start
        self._stop.set()
        self._thread.join()


def rounded(value: float, old: float | None, step: int) -> int:
    """To a multiple of `step`; the old value stays if the new one is within a third of it."""
    new = max(step, round(value / step) * step)
    return int(old) if old and abs(new - old) <= max(step, old / 3) else new


def run_time_line(seconds: int, memory_mb: int) -> str:
    """The line under a notebook's title."""
    took = f"{seconds} seconds" if seconds < 100 else f"{seconds / 60:.1f} minutes"
    # A line that begins with a comment is HTML to Markdown, so the emphasis is HTML too.
    said = f"Runs in about {took} on 2 CPU cores, with {memory_mb / 1000:.1f} GB of memory."
    return f"{MARK}<em>{said}</em>"


def clean(book: nbformat.NotebookNode) -> None:
    """Drop what differs between two runs of the same notebook."""
    seqbook = book.metadata.get("seqbook", {})
    book.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": LANGUAGE, "seqbook": seqbook}
    )
    for cell in book.cells:
        for key in ("execution", "collapsed", "scrolled", "trusted", "ExecuteTime"):
            cell.metadata.pop(key, None)
        if cell.cell_type != "code":
            continue
        cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
        for output in cell.outputs:
            data = output.get("data", {})
            data.pop("application/vnd.jupyter.widget-view+json", None)
            if "image/svg+xml" in data:
                data["image/svg+xml"] = "\n".join(
                    line.rstrip() for line in "".join(data["image/svg+xml"]).splitlines()
                )


def note_time(book: nbformat.NotebookNode, seconds: float, memory_mb: float) -> None:
    """Put the measured figures into the metadata and the run-time line."""
    old = book.metadata.get("seqbook", {})
    facts = {
        "seconds": rounded(seconds, old.get("seconds"), 5),
        "memory_mb": rounded(memory_mb, old.get("memory_mb"), 100),
    }
    book.metadata["seqbook"] = facts
    for cell in book.cells:
        if cell.cell_type == "markdown" and MARK in cell.source:
            cell.source = re.sub(
                rf"^{MARK}.*$", run_time_line(**facts), cell.source, flags=re.M
            )


def told(error: Exception, book: nbformat.NotebookNode) -> str:
    """Why a run ended early, in a line or two: the cell, the exception, the code it stands at."""
    if isinstance(error, NoSuchKernel):
        return f"the kernel {error.name!r} is missing: the book is set up by `make book`"
    number, outputs = next(
        ((n, c.outputs) for n, c in enumerate(book.cells, 1) if failed(c)), ("?", [])
    )
    if isinstance(error, CellTimeoutError):
        return f"a cell ran for more than {LIMIT} seconds"
    if isinstance(error, DeadKernelError):
        return "the kernel died; there may not be enough memory"
    found = next((o for o in outputs if o.output_type == "error"), None)
    text = COLOR.sub("", "\n".join(found.traceback)) if found else ""
    # IPython marks the place in the notebook's own code first.
    at = next((line for line in text.splitlines() if re.match(r"-+> *\d+", line)), "")
    first = (str(error.evalue).strip().splitlines() or [""])[0]
    return "\n".join(filter(None, [f"cell {number}: {error.ename}: {first}", at]))


def failed(cell: nbformat.NotebookNode) -> bool:
    """Did the cell end in an exception?"""
    return any(output.output_type == "error" for output in cell.get("outputs", ()))


def run(path: Path) -> bool:
    """Run one notebook in place; says what happened, returns whether it succeeded."""
    try:
        book = notebook_files.read(path)
    except NotebookFault as fault:
        print(fault)
        return False
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    print(f"{notebook_files.name(path)} ...", end=" ", flush=True)
    client = NotebookClient(
        book, timeout=LIMIT, kernel_name="python3", record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        with Watch() as watch:
            client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError, NoSuchKernel) as error:
        print(f"failed, the file is left as it was\n{told(error, book)}")
        return False
    note_time(book, watch.seconds, watch.bytes / 1e6)
    clean(book)
    path.write_text(nbformat.writes(book) + "\n", encoding="utf-8")
    print(f"{watch.seconds:.0f} s, {watch.bytes / 1e6:.0f} MB")
    return True


def main(names: list[str]) -> int:
    """Run the named notebooks, or all; returns the exit status."""
    paths = [Path(name).resolve() for name in names] or [
        *sorted((ROOT / "notebooks").glob("*.ipynb")), *sorted((ROOT / "solutions").glob("*.ipynb"))
    ]
    for path in paths:
        if not path.is_file() or path.suffix != ".ipynb":
            print(f"{path.name} is not a notebook. Use: make run NB=notebooks/NAME.ipynb")
            return 2
        if path.parent == ROOT / "labs":
            print(f"{path.name} is generated: run solutions/{path.name}, then `make labs`")
            return 2
    os.environ["PYTHONWARNINGS"] = "ignore::FutureWarning"
    failed = [path.name for path in paths if not run(path)]
    if failed:
        print("failed:", ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
