"""Cut a font down to some of its signs."""

from __future__ import annotations

import logging
from pathlib import Path

from fontTools import subset

logging.getLogger("fontTools").setLevel(logging.ERROR)


def cut(source: Path, target: Path, points: set[int]) -> None:
    """Write to `target` the font `source` with the signs of these code points only."""
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = []
    options.desubroutinize = True
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    subset.save_font(font, str(target), options)
