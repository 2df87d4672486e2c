"""Numbers as the figures write them in plain text and in their tables."""

from __future__ import annotations

import numpy as np


def number(value: float) -> str:
    """Two decimals, and never -0.00."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text


def vector(values: np.ndarray) -> str:
    """Numbers of equal width in parentheses."""
    return "(" + ", ".join(f"{number(v):>5}" for v in values) + ")"


def html_number(value: float) -> str:
    """Two decimals with a real minus sign."""
    return number(value).replace("-", "\N{MINUS SIGN}")
