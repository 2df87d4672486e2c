"""Show the difficulty and the minutes of an exercise as a badge.

The title of an exercise reads ``What it says · ●●○ · 10 min``. The dots become an image with a
name that can be spoken, the minutes a quiet label beside it.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import exercise_subtitle, exercise_title

PARTS = re.compile(r"^(?P<title>.*?)\s*·\s*(?P<dots>[●○]{3})\s*·\s*(?P<minutes>\d+ min)(?P<rest>.*)$", re.S)
BADGE = (
    '<span class="badge-difficulty" role="img" aria-label="difficulty {level} of 3">{dots}</span>'
    '<span class="badge-minutes">{minutes}</span>'
)


def split(text: str) -> tuple[str, str] | None:
    """The title without its marks, and the badge in HTML; None where there are no marks."""
    found = PARTS.match(text)
    if not found:
        return None
    dots = found["dots"]
    badge = BADGE.format(level=dots.count("●"), dots=dots, minutes=found["minutes"])
    return found["title"] + found["rest"].strip(), badge


def treat(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Put the badge behind the title of each exercise."""
    for kind in (exercise_title, exercise_subtitle):
        for title in doctree.findall(kind):
            for text in list(title.findall(nodes.Text)):
                if parts := split(text.astext()):
                    text.parent.replace(text, nodes.Text(parts[0]))
                    title += nodes.raw("", parts[1], format="html")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension; titles are resolved by then."""
    app.connect("doctree-resolved", treat, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
