"""Sinusoidal positions, their dot products, and one rotary pair, under the reader's hand."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ...live.base import Explorer

STEPS = 64
WIDTHS = (4, 8, 16, 32, 64)
BASES = (10, 100, 1000, 10000)
KEY_ANGLE = 40.0  # degrees between the query and the key before either is turned


def rates(d_model: int, base: float) -> np.ndarray:
    """Radians per step of each pair, shape (d_model / 2,), from fast to slow."""
    return base ** (-np.arange(0, d_model, 2) / d_model)


def by_distance(d_model: int, base: float) -> np.ndarray:
    """The dot product of two sinusoidal positions at distances 0 ... STEPS - 1."""
    return np.cos(np.arange(STEPS)[:, None] * rates(d_model, base)).sum(axis=1)


class PositionExplorer(Explorer):
    """Two positions of a sinusoidal table, their dot product, and a query and a key turned by them.

    Args:
        query, key: the two steps at first, 0 to 63.
        d_model: width of the table: 4, 8, 16, 32 or 64.
        base: the largest period is about 2π times this: 10, 100, 1000 or 10000.
        pair: which pair of numbers is shown turning, 0 to d_model / 2 - 1.

    Raises:
        ValueError: an argument is not one of these.
    """

    name: ClassVar[str] = "position-explorer"

    def __init__(
        self, query: int = 12, key: int = 7, d_model: int = 32, base: int = 10000, pair: int = 2
    ) -> None:
        for label, step in [("query", query), ("key", key)]:
            if not 0 <= step < STEPS:
                raise ValueError(f"{label} must be a step from 0 to {STEPS - 1}, got {step!r}.")
        for label, value, allowed in [("d_model", d_model, WIDTHS), ("base", base, BASES)]:
            if value not in allowed:
                raise ValueError(f"{label} must be one of {allowed}, got {value!r}.")
        if not 0 <= pair < d_model // 2:
            raise ValueError(f"pair must be from 0 to {d_model // 2 - 1}, got {pair!r}.")
        self.query, self.key = int(query), int(key)
        self.d_model, self.base, self.pair = int(d_model), int(base), int(pair)

    @classmethod
    def example(cls) -> PositionExplorer:
        """The figure as the chapter shows it."""
        return cls()

    def config(self) -> dict[str, Any]:
        """What the figure begins with, and what can be chosen."""
        return {
            "base": self.base,
            "bases": BASES,
            "d": self.d_model,
            "key": self.key,
            "keyAngle": KEY_ANGLE,
            "pair": self.pair,
            "query": self.query,
            "steps": STEPS,
            "widths": WIDTHS,
        }

    def static_html(self) -> str:
        """Dot products by distance, for a page without scripts."""
        dots = by_distance(self.d_model, self.base)
        rows = "".join(
            f'<tr><th scope="row">{distance}</th><td>{dots[distance]:.2f}</td></tr>'
            for distance in (0, 1, 2, 3, 4, 5, 8, 16, 32, 63)
        )
        return (
            f"<p>The dot product of two sinusoidal positions of width {self.d_model}, base "
            f"{self.base}, by their distance. In a page that runs scripts you can move both "
            "positions here, and see a query and a key turn.</p>"
            "<table><thead><tr><th scope='col'>distance</th><th scope='col'>dot product</th></tr>"
            f"</thead><tbody>{rows}</tbody></table>"
        )

    def static_text(self) -> str:
        return (
            f"PositionExplorer: steps {self.query} and {self.key}, width {self.d_model}, "
            f"base {self.base}"
        )
