"""Attention weights under a mask: what is cut, how the rest shares out, what a change reaches."""

from __future__ import annotations

from html import escape
from typing import Any, ClassVar

import numpy as np

from ...live import _text
from ...live.base import Explorer

WORDS = ("we", "saw", "the", "ball", "roll", "·")
MASKS = ("none", "padding", "causal", "both")
MOST = 2.0  # how far a token can be changed


class MaskExplorer(Explorer):
    """Six tokens, the last of them padding, whose weights the reader masks and disturbs.

    Queries and keys have four numbers and values two; all are random and rounded to one decimal.

    Args:
        mask: the mask at first, one of "none", "padding", "causal" and "both".
        seed: for the random numbers.

    Raises:
        ValueError: a mask that there is not.
    """

    name: ClassVar[str] = "mask-explorer"

    def __init__(self, mask: str = "causal", *, seed: int = 3) -> None:
        if mask not in MASKS:
            raise ValueError(f"mask must be one of {', '.join(MASKS)}, got {mask!r}.")
        rng = np.random.default_rng(seed)
        self.mask = mask
        self.queries, self.keys = rng.normal(size=(2, len(WORDS), 4)).round(1)
        self.values = rng.normal(size=(len(WORDS), 2)).round(1)

    @classmethod
    def example(cls) -> MaskExplorer:
        """The figure of the chapter."""
        return cls()

    @staticmethod
    def allowed(mask: str) -> np.ndarray:
        """Which query (row) may look at which key (column), as truth values."""
        size = len(WORDS)
        may = np.ones((size, size), bool)
        if mask in ("causal", "both"):
            may &= np.tri(size, dtype=bool)
        if mask in ("padding", "both"):
            may[:, -1] = False
        return may

    def computed(
        self, mask: str | None = None, token: int = 0, by: float = 0.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """Weights (6, 6) and outputs (6, 2), with `by` added to the key and value of a token."""
        bump = np.zeros((len(WORDS), 1))
        bump[token] = by
        scores = self.queries @ (self.keys + bump).T / 2
        grown = np.where(self.allowed(mask or self.mask), np.exp(scores), 0)
        weights = grown / grown.sum(axis=1, keepdims=True)
        return weights, weights @ (self.values + bump)

    def config(self) -> dict[str, Any]:
        """The words and the three matrices."""
        return {
            "words": list(WORDS), "mask": self.mask, "most": MOST,
            "q": self.queries.tolist(), "k": self.keys.tolist(), "v": self.values.tolist(),
        }  # fmt: skip

    def static_html(self) -> str:
        """A table of the weights under the mask of the beginning."""
        weights, _ = self.computed()
        head = "".join(f'<th scope="col">{escape(word)}</th>' for word in WORDS)
        rows = "".join(
            f'<tr><th scope="row">{escape(word)}</th>'
            + "".join(f"<td>{_text.html_number(w) if w else '×'}</td>" for w in row) + "</tr>"
            for word, row in zip(WORDS, weights, strict=True)
        )  # fmt: skip
        return (
            f"<p><strong>Attention weights, mask: {self.mask}.</strong> A row is a query, a column "
            "a key; × is cut by the mask. Where scripts run, the mask, the row and a changed token "
            "can be chosen.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Table of weights">'
            f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def static_text(self) -> str:
        """The same in plain text."""
        weights, _ = self.computed()
        lines = [f"MaskExplorer, mask: {self.mask}. A line is a query, a number a key's weight."]
        lines += [f"{w:5} {_text.vector(row)}" for w, row in zip(WORDS, weights, strict=True)]
        return "\n".join(lines)
