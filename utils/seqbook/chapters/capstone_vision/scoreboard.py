"""A scoreboard: every model that is put on it plays games that no training has seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .data import CUPS, games

GAMES = 500
FIRST_SEED = 9_000_000  # far from any seed that somebody trains with
# Column of the table: swaps, noise.
TESTS = {"8 swaps": (8, 0.15), "16 swaps": (16, 0.15), "32 swaps": (32, 0.15),
         "dim light": (8, 0.3)}  # fmt: skip
BATCH = 100


class Unfit(ValueError):
    """The model's answer cannot be scored; the message says why, in one line."""


def _answers(model: Callable[[np.ndarray], Any], films: np.ndarray) -> np.ndarray:
    """The places (n,) that a model names for the end of each film."""
    parts = [np.asarray(model(films[i : i + BATCH])) for i in range(0, len(films), BATCH)]
    if parts[0].ndim == 0 or parts[0].dtype == object:
        raise Unfit(f"the model returns no array of logits, but {type(parts[0].item()).__name__}.")
    logits = np.concatenate(parts)
    fits = {(len(films), CUPS), (*films.shape[:2], CUPS)}
    if logits.shape not in fits:
        raise Unfit(
            f"the model returns {logits.shape} for films {films.shape}; it should be"
            f" (n, {CUPS}), or (n, T, {CUPS}) with an answer after every frame."
        )
    if not np.isfinite(logits.astype("float64")).all():
        raise Unfit("some logits are not finite numbers (nan or inf).")
    return (logits[:, -1] if logits.ndim == 3 else logits).argmax(axis=-1)


class Scoreboard:
    """The share of right answers of each model, for each test in TESTS.

    A model is a function, or a Keras model, that takes films (n, T, 16, 24, 1) and returns logits
    (n, 3) for the last place, or (n, T, 3) with an answer after every frame, of which the last
    counts. A test that a model cannot do leaves a dash in the table, and one line says why.
    """

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, float]] = {}
        self._tests = {
            name: games(GAMES, swaps, noise=noise, seed=FIRST_SEED + i)
            for i, (name, (swaps, noise)) in enumerate(TESTS.items())
        }

    def add(self, name: str, model: Callable[[np.ndarray], Any]) -> None:
        """Let a model play, and print the table. A name that is there already is replaced."""
        if not callable(model):
            print(f"{name!r} is not on the board: a model is a function of films, and this is "
                  f"{type(model).__name__}. Did you mean to pass the function itself?")
            return
        scores, faults = {}, {}
        for test, played in self._tests.items():
            try:
                answers = _answers(model, played.films)
            except Exception as fault:  # whatever the reader's own code raises
                lines = [line.strip() for line in str(fault).splitlines() if line.strip()]
                said = lines[0] if lines else "no message"
                kind = "" if isinstance(fault, Unfit) else f"{type(fault).__name__}: "
                faults[test] = kind + said
            else:
                scores[test] = float((answers == played.where[:, -1]).mean())
        if scores:
            self.rows[name] = scores
            print(self)
        else:
            print(f"{name!r} is not on the board, since it could do none of the tests.")
        for said in dict.fromkeys(faults.values()):
            tests = ", ".join(test for test in faults if faults[test] == said)
            print(f"{name!r}, {tests}: {said}")

    def __str__(self) -> str:
        """The table, a row for each model in the order in which they came."""
        wide = max([len("model"), *map(len, self.rows)])
        lines = [f"{'model':{wide}}" + "".join(f"{test:>11}" for test in TESTS)]
        for name, row in self.rows.items():
            scores = [row.get(test) for test in TESTS]
            lines.append(f"{name:{wide}}" + "".join(
                f"{'–' if score is None else format(score, '.2f'):>11}" for score in scores))
        return "\n".join(lines)
