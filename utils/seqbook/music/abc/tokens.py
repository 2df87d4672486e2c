"""The tokens of the music: one pattern, tried at one place after the other."""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["ALTERS", "BAR_LINES", "TOKEN", "kind", "note_length", "tuplet"]

ALTERS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
# p notes in the time of q. For 5, 7 and 9 it depends on the meter: 3 if compound, else 2.
TUPLETS = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
BAR_LINES = {"|": "|", "||": "||", "|]": "|]", "[|": "[|", ":|]": ":|", "::": "::",
             ":|": ":|", ":||": ":|", "|:": "|:", "||:": "|:", ":|:": "::",
             ":||:": "::"}  # fmt: skip

# Bounded repetitions everywhere: no text makes a match slow.
TOKEN = re.compile(
    r"""
      (?P<comment>%[^\n]{0,500})
    | (?P<field>(?:(?<=\n)|^)[A-Zmrsw]:(?![|:])[ \t]*(?P<value>[^\n%]{0,200}))
    | \[(?P<inline>[A-Z]):[ ]?(?P<inline_value>[^\]\n]{0,30})\]
    | (?P<bar>:\|\]|\|\]|\[\||::|:\|{1,2}:|:\|{1,2}|\|{1,2}:|\|{1,2})
      (?:[ \t]{0,4}\[?(?P<bar_ending>[1-9])(?![\d:/]))?
    | \[(?P<ending>[1-9])
    | (?P<tuplet>\([2-9](?::[1-9]?(?::[1-9]?)?)?)
    | (?P<note>(?P<accidental>\^{1,2}|_{1,2}|=)?(?P<letter>[A-Ga-g])(?P<octave>,{1,4}|'{1,4})?
        (?P<length>\d{0,3}/{0,4}\d{0,3}))
    | (?P<rest>[zx](?P<rest_length>\d{0,3}/{0,4}\d{0,3}))
    | (?P<bars_rest>Z\d{0,2})
    | (?P<broken>>{1,3}|<{1,3})
    | (?P<chord_open>\[)
    | \](?P<chord_close>)(?P<chord_length>\d{0,3}/{0,4}\d{0,3})
    | (?P<grace_open>\{/?) | (?P<grace_close>\})
    | (?P<slur_open>\() | (?P<slur_close>\))
    | (?P<tie>-)
    | (?P<decoration>[~.HLMOPSTuv]|![^!\n]{1,30}!|\+[a-z]{1,20}\+|"[^"\n]{0,60}")
    | (?P<newline>\\?[ \t]{0,8}\n)
    | (?P<space>[ \t`y]+)
    """,
    re.VERBOSE | re.ASCII,
)
# In the order in which a match is asked; `lastgroup` would give an inner group.
KINDS = ("note", "space", "bar", "slur_open", "slur_close", "broken", "newline", "rest",
         "decoration", "tuplet", "tie", "grace_open", "grace_close", "chord_open", "chord_close",
         "ending", "inline", "field", "comment", "bars_rest")  # fmt: skip
NOTE_LENGTH = re.compile(r"(\d*)(/*)(\d*)", re.ASCII)


def kind(match: re.Match) -> str:
    """Which token was matched."""
    return next(name for name in KINDS if match[name] is not None)


def note_length(text: str) -> Fraction | None:
    """``3/2`` → 3/2, ``/`` → 1/2, ``//`` → 1/4; None for a length no note can have."""
    if not text:
        return Fraction(1)
    match = NOTE_LENGTH.fullmatch(text)
    if not match:
        return None
    top, slashes, bottom = match.groups()
    numerator = int(top) if top else 1
    if bottom:
        denominator = int(bottom) if len(slashes) == 1 else 0
    else:
        denominator = 2 ** len(slashes)
    # only powers of two are note values; the bound also keeps sums of fractions small
    if denominator not in (1, 2, 4, 8, 16, 32) or not 1 <= numerator <= 64:
        return None
    return Fraction(numerator, denominator)


def tuplet(text: str, compound: bool) -> tuple[int, Fraction]:
    """``(3`` → the next 3 notes last 2/3 as long; ``(p:q:r`` → the next r notes q/p.

    Args:
        text: the token.
        compound: whether the meter is 6/8, 9/8, 12/8 or the like.
    """
    numbers = text[1:].split(":")
    notes = int(numbers[0])
    time = TUPLETS.get(notes, 3 if compound else 2)
    if len(numbers) > 1 and numbers[1]:
        time = int(numbers[1])
    many = int(numbers[2]) if len(numbers) > 2 and numbers[2] else notes
    return many, Fraction(time, notes)
