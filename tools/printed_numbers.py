"""Numbers as they stand in printed text: `0.98`, `13%`, `-1.2e-07`, `12,800`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A sign belongs to a number only where nothing stands before it that it could be subtracted from.
# Digits in a name (W2), in a color (#1a7f37) or in a version (2.20.1) are words. A point without
# digits is NumPy's in an array, `[1. 2.]`, and a full stop elsewhere.
NUMBER = re.compile(
    r"""(?<![\w.\#])(?:(?<![)\]])[-+−])?
        (?:(?>\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?P<point>\.(?:\d+|(?=[,\]]|[ ]+[-\d\]])))?
           |(?P<bare>\.\d+))
        (?P<power>[eE][-+]?\d+)?(?!\.?\d)
        (?P<percent>(?:[^\S\n]|&nbsp;)?\\?%)?""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Number:
    """One number."""

    text: str
    value: float  # 0.13 for 13%
    unit: float  # what one more in its last digit is worth: 0.01 for 0.98 and for 13%
    whole: bool  # without a point, a power and a percent sign
    power: bool  # in scientific notation
    percent: bool

    @classmethod
    def read(cls, match: re.Match) -> Number:
        """From a match of NUMBER."""
        plain = match[0].removesuffix(match["percent"] or "").replace(",", "").replace("−", "-")
        digits = (match["point"] or match["bare"] or ".")[1:]
        hundredth = 0.01 if match["percent"] else 1.0
        unit = hundredth * 10.0 ** (int((match["power"] or "e0")[1:]) - len(digits))
        return cls(
            text=match[0],
            value=float(plain) * hundredth,
            unit=unit,
            whole=not any(match[part] for part in ("percent", "point", "bare", "power")),
            power=bool(match["power"]),
            percent=bool(match["percent"]),
        )


def numbers(text: str) -> Iterator[Number]:
    """All numbers of a text, in order."""
    return map(Number.read, NUMBER.finditer(text))
