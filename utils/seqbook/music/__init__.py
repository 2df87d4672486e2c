"""Folk tunes in ABC notation: real ones to learn from, a validator, sheet music, sound, scores.

Example:
    >>> from seqbook import music
    >>> tunes = music.load_tunes()         # about 3,000 real tunes
    >>> music.validate(tunes[0])           # strict: header, notes, bars, repeats
    >>> music.render(tunes[0])             # sheet music
    >>> music.play(tunes[0])               # a clip to listen to
    >>> music.scores(generated, tunes)     # how good a model's tunes are
"""

from .abc import Problem, Validation, validate
from .corpus import Collection, collection_info, load_tunes
from .engrave import NoteEvent, Score, render, render_many
from .errors import (
    ArgumentError,
    MusicError,
    NotATuneError,
    RenderError,
    UnknownCollectionError,
)
from .scores import Nearest, Scores, nearest_tune, scores
from .synth import Clip, play

__all__ = [
    "ArgumentError",
    "Clip",
    "Collection",
    "MusicError",
    "Nearest",
    "NotATuneError",
    "NoteEvent",
    "Problem",
    "RenderError",
    "Score",
    "Scores",
    "UnknownCollectionError",
    "Validation",
    "collection_info",
    "load_tunes",
    "nearest_tune",
    "play",
    "render",
    "render_many",
    "scores",
    "validate",
]
