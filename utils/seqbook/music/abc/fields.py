"""The values of the fields M: (meter), L: (unit length) and K: (key)."""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = [
    "HEADER_FIELD", "KEY", "STEPS", "key_name", "key_sharps", "meter_fraction", "scale", "tonic",
    "unit_fraction",
]  # fmt: skip

# re.ASCII: elsewhere \d also matches the digits of other scripts
HEADER_FIELD = re.compile(r"([A-Za-z]):[ \t]*([^\n%]{0,200})", re.ASCII)
METER = re.compile(r"([1-9]\d?)/(1|2|4|8|16|32)", re.ASCII)
UNIT = re.compile(r"1(?:/(1|2|4|8|16|32|64))?", re.ASCII)
KEY = re.compile(r"([A-G])([#b]?)\s?([A-Za-z]{0,10})$", re.ASCII)

STEPS = {letter: step for step, letter in enumerate("CDEFGAB")}
SHARPS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
# How many sharps a mode on C has (negative: flats). The first three letters name a mode.
MODES = {"": 0, "maj": 0, "ion": 0, "m": -3, "min": -3, "aeo": -3, "mix": -1, "dor": -2,
         "phr": -4, "lyd": 1, "loc": -5}  # fmt: skip
MODE_NAMES = ("major", "minor", "ionian", "aeolian", "mixolydian", "dorian", "phrygian", "lydian",
              "locrian")  # fmt: skip


def meter_fraction(meter: str) -> Fraction | None:
    """The length of a bar in whole notes: ``C`` is 4/4 and ``C|`` is 2/2; None if illegal."""
    match = METER.fullmatch({"C": "4/4", "C|": "2/2"}.get(meter, meter))
    return Fraction(int(match[1]), int(match[2])) if match else None


def unit_fraction(length: str) -> Fraction | None:
    """The length that a bare letter has, in whole notes; None if illegal."""
    match = UNIT.fullmatch(length)
    return Fraction(1, int(match[1] or 1)) if match else None


def key_sharps(key: str) -> int | None:
    """Sharps in a key signature (negative: flats), or None if there is no such key.

    >>> key_sharps("G"), key_sharps("Ddor"), key_sharps("Bb minor"), key_sharps("H")
    (1, 0, -5, None)
    """
    match = KEY.match(key.strip())
    if not match:
        return None
    letter, accidental, word = match.groups()
    mode = "m" if word == "m" else "" if word == "M" else word.lower()
    if mode not in MODES and (len(mode) < 3 or not _mode_word(mode)):
        return None
    sharps = SHARPS[letter] + {"#": 7, "b": -7, "": 0}[accidental] + MODES[mode[:3]]
    return sharps if -7 <= sharps <= 7 else None


def key_name(key: str) -> str:
    """``Gm`` → ``G minor``; a key that does not exist is given back as it is.

    >>> key_name("Bb"), key_name("Ador")
    ('B flat major', 'A dorian')
    """
    match = KEY.match(key.strip())
    if not match or key_sharps(key) is None:
        return key.strip()
    letter, accidental, word = match.groups()
    mode = "m" if word == "m" else word.lower()[:3]
    if word in ("", "M"):
        mode = "maj"
    name = "minor" if mode == "m" else next(w for w in MODE_NAMES if w.startswith(mode))
    return letter + {"#": " sharp", "b": " flat", "": ""}[accidental] + f" {name}"


def scale(key: str) -> dict[int, int]:
    """What a key signature alters: step 0 to 6 (C to B) → 1 or -1. The key must be a legal one.

    >>> scale("D")
    {3: 1, 0: 1}
    """
    sharps = key_sharps(key) or 0
    order, sign = ("FCGDAEB", 1) if sharps > 0 else ("BEADGCF", -1)
    return {STEPS[letter]: sign for letter in order[: abs(sharps)]}


def tonic(key: str) -> int | None:
    """The step, 0 to 6 (C to B), on which a key's scale begins; None if there is no such key."""
    return STEPS[key.strip()[0]] if key_sharps(key) is not None else None


def _mode_word(mode: str) -> bool:
    return any(word.startswith(mode) for word in MODE_NAMES)
