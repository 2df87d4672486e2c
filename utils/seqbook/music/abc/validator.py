"""`validate` and `parse`: what other modules ask."""

from __future__ import annotations

from ..errors import NotATuneError
from .model import Tune, Validation
from .reader import Reader

__all__ = ["parse", "validate", "with_newlines"]


def validate(tune: str) -> Validation:
    """Check a tune in ABC notation strictly. Never raises on a string, whatever is in it.

    A tune is valid when its header has a legal M:, L: and K: (K: last), every character belongs
    to a token, slurs, chords and grace notes are closed, repeats and endings are balanced, and
    every bar adds up to the meter. A bar may be short only

    * as the very first one (a pickup),
    * beside a repeat, a double bar or an ending, when the other half is across it (the next
      bar, or the first bar of the section that is repeated),
    * as the very last one, when it and the first pickup make a bar.

    A tie between two different notes passes: old books and their ABC write slurs that way.

    Raises:
        NotATuneError: (a TypeError) if the tune is not a string.

    Example:
        >>> validate("M:4/4\\nL:1/8\\nK:D\\nD2 F2 A2 d2|A2 F2 D3|]").errors[0].column
        12
    """
    parsed = parse(tune)
    return Validation(
        errors=parsed.errors,
        bars=len(parsed.bars),
        bars_ok=sum(bar.ok for bar in parsed.bars),
        notes=len(parsed.notes),
    )


def parse(tune: str) -> Tune:
    """Read a tune: header, bars, notes and everything wrong with it. Never raises on a string."""
    if not isinstance(tune, str):
        raise NotATuneError(f"a tune is a string in ABC notation, not {type(tune).__name__}")
    return Reader(with_newlines(tune)).read()


def with_newlines(text: str) -> str:
    """The line ends of Windows and of old Macs (CR alone) made newlines."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
