"""Sheet music from ABC: music21 reads it and writes MusicXML, verovio draws that.

A model writes tunes that no program was tested with. So another process reads and draws, with a
limit on time and memory; if it dies or hangs it is started anew, and the caller gets a
`RenderError`. The process is kept: after a start of one to two seconds a tune takes about a tenth
of a second.

`sheet` is what a notebook calls, `client` the caller's side of the process, `worker` its own side,
`engraver` what it does, and `svg` makes the picture small.
"""

from .sheet import NoteEvent, Score, render, render_many

__all__ = ["NoteEvent", "Score", "render", "render_many"]
