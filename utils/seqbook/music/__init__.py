"""Folk tunes in ABC notation: real ones to learn from, a validator, sheet music, sound, quality.

Example:
    >>> from seqbook import music
    >>> tunes = music.load_tunes()         # about 3,000 real tunes
    >>> music.validate(tunes[0])           # strict: header, notes, bars, repeats
    >>> music.render(tunes[0])             # sheet music
    >>> music.play(tunes[0])               # a clip to listen to
    >>> music.quality(generated, tunes)    # how good a model's tunes are
"""

from .abc import Problem, Validation, validate
from .corpus import load_tunes
from .engraving import NoteEvent, Score, render, render_many
from .errors import ArgumentError, MusicError, NoEngraverError, NotATuneError, RenderError
from .quality import Nearest, Quality, nearest_tune, quality
from .synth import Clip, play

__all__ = [
    "ArgumentError", "Clip", "MusicError", "Nearest", "NoEngraverError", "NotATuneError",
    "NoteEvent", "Problem", "Quality", "RenderError", "Score",
    "Validation", "load_tunes", "nearest_tune", "play", "quality", "render", "render_many",
    "validate",
]  # fmt: skip
