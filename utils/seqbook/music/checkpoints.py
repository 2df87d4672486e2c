"""Checkpoints of a training run: written whole or not at all, and never taken for another run's.

A file holds every variable of model and optimizer, the step, the losses so far, and the facts of
the run: settings, vocabulary, tunes, code. A hash of the facts is part of the file's name, so a
run with one number changed has files of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import json
import os
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .errors import MusicError

__all__ = ["CheckpointError", "Checkpoints", "fingerprint", "source"]

KEPT = 2  # files of a run: the newest, and the one before in case it is damaged
DAMAGE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, NotImplementedError)


class CheckpointError(MusicError):
    """A checkpoint that cannot be used here; the message says why and what to do."""


def tell(line: str) -> None:
    """A line for the reader beside the output: logs are not part of a notebook's results."""
    print(line, file=sys.stderr)


def reason(error: Exception) -> str:
    """``No space left on device``, ``Read-only file system``, ..."""
    return getattr(error, "strerror", None) or str(error)


def fingerprint(*values: Any) -> str:
    """10 hexadecimal digits that differ if any of the values does."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:10]


def source(function: Callable[..., Any]) -> str:
    """The text of a function and of the functions beside it that it calls.

    Where the text cannot be read, the name stands for it.
    """
    texts: dict[str, str] = {}
    waiting = [inspect.unwrap(function)]
    while waiting:
        function = waiting.pop()
        name = getattr(function, "__qualname__", type(function).__name__)
        if name in texts:
            continue
        try:
            texts[name] = inspect.getsource(function)
        except (OSError, TypeError):
            texts[name] = name
        code, space = getattr(function, "__code__", None), getattr(function, "__globals__", {})
        for called in map(space.get, code.co_names if code else ()):
            if inspect.isfunction(called) and called.__module__ == function.__module__:
                waiting.append(called)
    return "\n".join(texts[name] for name in sorted(texts))


class Checkpoints:
    """The files of one run.

    Args:
        folder: where they are kept.
        facts: name → what must be the same for a file to be this run's (anything JSON can hold).
        tell: is called with a line when the reader should know something.
    """

    def __init__(
        self, folder: str | Path, facts: Mapping[str, Any], tell: Callable[[str], None] = tell
    ):
        if not isinstance(folder, str | os.PathLike) or not str(folder):
            raise CheckpointError(f"folder is the name of a folder, not {folder!r}")
        self.folder, self.facts, self.tell = Path(folder), dict(facts), tell
        self.name = fingerprint(self.facts)

    @property
    def paths(self) -> list[Path]:
        """This run's files, the newest first."""
        return sorted(self._files(f"{self.name}-*.npz"), reverse=True)

    def _files(self, pattern: str) -> list[Path]:
        try:
            return list(self.folder.glob(pattern))
        except (OSError, ValueError):  # no such folder can be: `try_to_write` says why
            return []

    def try_to_write(self, size: int) -> None:
        """Make the folder and write `size` bytes into it once: now is better than in an hour.

        Raises:
            CheckpointError: if that fails.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write("trial", lambda file: file.write(bytes(size))).unlink()
        except (OSError, ValueError) as error:
            raise CheckpointError(
                f"no checkpoint can be written to the folder {str(self.folder)!r} "
                f"({reason(error)}): choose another, or train without one, with folder=None"
            ) from None

    def save(self, step: int, variables: Sequence[Any], losses: Sequence[float]) -> Path:
        """Write the state after `step` steps, then drop all but the last two files.

        Raises:
            CheckpointError: if that fails; the line says what is there instead.
        """
        arrays = {f"v{i}": np.asarray(variable) for i, variable in enumerate(variables)}
        arrays |= {"step": step, "losses": np.asarray(losses, "f8")}
        facts = json.dumps(self.facts, sort_keys=True)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            half = self._write("half", lambda file: np.savez(file, facts=facts, **arrays))
            path = half.replace(self.folder / f"{self.name}-{step:07d}.npz")
        except OSError as error:
            last = [int(path.stem[-7:]) for path in self.paths[:1]]
            there = f"the last one is of step {last[0]}" if last else "there is none"
            raise CheckpointError(
                f"The checkpoint of step {step} could not be written ({reason(error)}); {there}."
            ) from None
        for old in self.paths[KEPT:]:
            with contextlib.suppress(OSError):
                old.unlink()
        return path

    def _write(self, kind: str, fill: Callable[[Any], Any]) -> Path:
        """A file on the disk, complete, under a name of its own; none if that fails."""
        path = self.folder / f"{self.name}.{os.getpid()}.{kind}"
        try:
            with path.open("wb") as file:
                fill(file)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        return path

    def load(self, shapes: Sequence[tuple[int, ...]]) -> tuple[int, list[np.ndarray], list[float]]:
        """(step, values of the variables, losses) of the newest sound file; step 0 if none is.

        Raises:
            CheckpointError: if a file with this run's name holds another run.
        """
        for path in self.paths:
            try:
                return self.read(path, shapes)
            except DAMAGE as error:
                self.tell(f"{path.name} is damaged ({type(error).__name__}); the one before it "
                          "is used, if there is one.")  # fmt: skip
        if not self.paths:
            self._tell_of_others()
        return 0, [], []

    def read(
        self, path: Path, shapes: Sequence[tuple[int, ...]]
    ) -> tuple[int, list[np.ndarray], list[float]]:
        """One file: raises CheckpointError if it is another run's, another error if damaged."""
        with np.load(path, allow_pickle=False) as file:
            facts = json.loads(str(file["facts"]))
            values = [file[f"v{i}"] for i in range(sum(n[:1] == "v" for n in file.files))]
            step, losses = int(file["step"]), file["losses"].tolist()
        different = self.differences(facts)
        if not different and [v.shape for v in values] != [tuple(s) for s in shapes]:
            different = "the sizes of the model's weights"
        if different:
            raise CheckpointError(
                f"{path.name} belongs to another run: it differs in {different}. "
                "Use another folder, or delete that file."
            )
        return step, values, losses

    def differences(self, facts: Mapping[str, Any]) -> str:
        """In what the facts of another run differ, in words; empty if in nothing."""
        found = []
        for name, here in self.facts.items():
            there = facts.get(name)
            if there != here:
                numbers = isinstance(here, int | float)
                found.append(f"{name} ({there} there, {here} here)" if numbers else f"the {name}")
        return ", ".join(found[:3]) + (" and more" if len(found) > 3 else "")

    def _tell_of_others(self) -> None:
        """Say in one line why nothing is resumed although there are checkpoints."""
        others = sorted(self._files("*.npz"), key=lambda path: path.stat().st_mtime)
        for path in reversed(others):
            try:
                with np.load(path, allow_pickle=False) as file:
                    different = self.differences(json.loads(str(file["facts"])))
            except DAMAGE:
                continue
            self.tell(f"A new run: the last checkpoint in {self.folder.name}/ differs in "
                      f"{different}.")  # fmt: skip
            return
