"""A query, keys and values in the plane, and every number between them and the output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ...live import _text
from ...live.base import Explorer

LIMIT = 2.0  # the plane goes from -2 to 2 in both directions
SIZES = (2, 8, 32, 128, 512)  # what d_k can be
MAX_KEYS = 4
WORKED = {"q": [1.0, 0.0], "K": [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]}
PRESETS = (
    {"label": "Worked example", **WORKED},
    {"label": "d_k = 512, not scaled", **WORKED, "d_k": 512, "scaled": False},
    {"label": "The same, scaled", **WORKED, "d_k": 512},
    {
        "label": "Cosine disagrees",
        "q": [1.0, 0.0],
        "K": [[0.6, 0.0], [0.4, 1.2], [2.0, 1.5]],
        "V": [[-1.5, 1.0], [0.0, -1.5], [1.5, -0.5]],
    },
)


class AttentionExplorer(Explorer):
    """One query against a few keys: scores, scaled scores, exponentials, weights and the output.

    The reader moves the vectors and chooses d_k. The plane shows two of the d_k numbers. With
    independent numbers scores grow with the square root of d_k, so the figure multiplies the
    scores of the plane by √(d_k / 2), which is 1 for the plane itself.

    Args:
        q: the query, two numbers from -2 to 2.
        K: one to four keys, shape (keys, 2).
        V: as many values, shape (keys, 2); None: the values are the keys.
        d_k: 2, 8, 32, 128 or 512.
        scaled: whether the scores are divided by √d_k.

    Raises:
        ValueError: vectors of another shape or outside the plane, or another d_k.
    """

    name: ClassVar[str] = "attention-explorer"

    def __init__(
        self,
        q: Sequence[float] = WORKED["q"],
        K: Sequence[Sequence[float]] = WORKED["K"],
        V: Sequence[Sequence[float]] | None = None,
        *,
        d_k: int = 2,
        scaled: bool = True,
    ) -> None:
        self.q, self.K = np.asarray(q, float), np.asarray(K, float)
        self.V = None if V is None else np.asarray(V, float)
        if self.q.shape != (2,) or self.K.ndim != 2 or self.K.shape[1] != 2:
            raise ValueError("q must be two numbers, and K rows of two numbers.")
        if not 1 <= len(self.K) <= MAX_KEYS:
            raise ValueError(f"K must have 1 to {MAX_KEYS} rows, got {len(self.K)}.")
        if self.V is not None and self.V.shape != self.K.shape:
            raise ValueError(f"V must have the shape of K, {self.K.shape}, got {self.V.shape}.")
        every = np.concatenate([self.q[None], self.K, *([] if V is None else [self.V])])
        if not (np.abs(every) <= LIMIT).all():
            raise ValueError(f"All numbers must be from {-LIMIT:g} to {LIMIT:g}.")
        if d_k not in SIZES:
            raise ValueError(f"d_k must be one of {', '.join(map(str, SIZES))}, got {d_k}.")
        self.d_k, self.scaled = int(d_k), bool(scaled)

    @classmethod
    def example(cls) -> AttentionExplorer:
        """The worked example of the chapter."""
        return cls()

    def numbers(self) -> dict[str, np.ndarray]:
        """Every number that the figure shows at first, by name."""
        values = self.K if self.V is None else self.V
        scores = self.K @ self.q * np.sqrt(self.d_k / 2)
        scaled = scores / np.sqrt(self.d_k) if self.scaled else scores
        exponentials = np.exp(scaled)
        weights = exponentials / exponentials.sum()
        lengths = np.linalg.norm(self.K, axis=1) * np.linalg.norm(self.q)
        cosine = np.divide(self.K @ self.q, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
        return {
            "cosine": cosine,
            "scores": scores,
            "scaled": scaled,
            "exponentials": exponentials,
            "weights": weights,
            "output": weights @ values,
        }

    def config(self) -> dict[str, Any]:
        """The vectors, the settings, and the presets."""
        return {
            "q": self.q.tolist(),
            "K": self.K.tolist(),
            "V": None if self.V is None else self.V.tolist(),
            "d_k": self.d_k,
            "scaled": self.scaled,
            "limit": LIMIT,
            "sizes": list(SIZES),
            "presets": list(PRESETS) if len(self.K) == 3 else [],
        }

    def static_html(self) -> str:
        """A table of the numbers, for a page without scripts."""
        found = self.numbers()
        columns = ["cosine", "scores", "scaled", "exponentials", "weights"]
        head = "".join(f'<th scope="col">{c}</th>' for c in ["key", *columns])
        body = "".join(
            f'<tr><th scope="row">({", ".join(map(_text.html_number, key))})</th>'
            + "".join(f"<td>{_number(found[c][i])}</td>" for c in columns)
            + "</tr>"
            for i, key in enumerate(self.K)
        )
        return (
            "<p><strong>One query against its keys.</strong> The query is "
            f"({', '.join(map(_text.html_number, self.q))}), d_k is {self.d_k}, and the output is "
            f"({', '.join(map(_number, found['output']))}). Where scripts run, the vectors can "
            "be moved.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Table of attention">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def static_text(self) -> str:
        """The same numbers with three decimals."""
        found = self.numbers()
        lines = [f"AttentionExplorer: {name} {_row(values)}" for name, values in found.items()]
        return "\n".join(lines)


def _number(value: float) -> str:
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "\N{MINUS SIGN}")


def _row(values: np.ndarray) -> str:
    return "  ".join(f"{v:.3f}" for v in np.round(values, 3) + 0.0)
