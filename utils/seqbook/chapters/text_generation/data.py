"""Names that people gave to colors, from a survey that Matplotlib has inside."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

# Some answers of the survey are not fit for a classroom.
_IMPOLITE = re.compile(r"sh[i1]t|piss|pu[kc]e|poo|vomit|barf|snot|booger|diarrhea|bile")


@cache
def _survey() -> dict[str, tuple[float, ...]]:
    from matplotlib.colors import XKCD_COLORS, to_rgb

    names = {name.removeprefix("xkcd:"): to_rgb(code) for name, code in XKCD_COLORS.items()}
    return {
        name: names[name]
        for name in sorted(names)
        if re.fullmatch("[a-z ]+", name) and not _IMPOLITE.search(name)
    }


def color_names() -> list[str]:
    """The names, sorted: small letters and spaces only, about 900.

    Source: the xkcd color survey of 2010 (public domain), in which visitors named colors freely.
    Names with an apostrophe or a slash are left out, and so are the impolite ones.
    """
    return list(_survey())


def rgb(names: list[str]) -> np.ndarray:
    """Red, green and blue from 0 to 1, shape (len(names), 3), float32."""
    return np.array([_survey()[name] for name in names], dtype="float32").reshape(-1, 3)
