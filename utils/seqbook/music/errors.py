"""The errors of `seqbook.music`: each is one line, in a notebook too."""

from __future__ import annotations

__all__ = ["ArgumentError", "MusicError", "NotATuneError", "RenderError", "UnknownCollectionError"]


class MusicError(RuntimeError):
    """Something the reader can put right; the message says how. No stack trace in a notebook."""

    def _render_traceback_(self) -> list[str]:  # IPython asks for this before it formats one
        return [f"{type(self).__name__}: {self}"]


class RenderError(MusicError):
    """A tune could not be engraved: malformed, too long, too slow, or a package is missing."""


class ArgumentError(MusicError, ValueError):
    """A number out of its range."""


class NotATuneError(MusicError, TypeError):
    """Where a tune belongs, something else than a string."""


class UnknownCollectionError(MusicError, ValueError):
    """A collection of tunes that does not exist."""
