"""ABC notation: a tokenizer and a strict validator.

The dialect is the part of the ABC standard 2.1 (https://abcnotation.com/wiki/abc:standard:v2.1)
that single-voice folk tunes use: the fields M:, L: and K:, notes, rests, chords, grace notes,
tuplets, broken rhythm, slurs, ties, decorations, bar lines, repeats, first and second endings.

`validate` accepts any string, never raises on one, and takes time proportional to its length:
every pattern matches a bounded number of characters.
"""

from .bars import MIN_BARS, MIN_NOTES
from .fields import KEY, key_name, key_sharps, meter_fraction, tonic
from .model import Bar, Note, Problem, Tune, Validation
from .validator import parse, validate, with_newlines

__all__ = [
    "KEY", "MIN_BARS", "MIN_NOTES", "Bar", "Note", "Problem", "Tune", "Validation", "key_name",
    "key_sharps", "meter_fraction", "parse", "tonic", "validate", "with_newlines",
]  # fmt: skip
