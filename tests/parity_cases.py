"""What the parity tests share: code read from stored cells of the chapters, and arrays for it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
TOLERANCE = 1e-5

# batch, timesteps, inputs, units
SHAPES = {
    "all different": (3, 7, 5, 4),
    "one example": (1, 6, 2, 3),
    "one step": (4, 1, 3, 2),
    "all ones": (1, 1, 1, 1),
    "all equal": (3, 3, 3, 3),
    "more inputs than units": (2, 5, 9, 2),
    "long": (2, 60, 3, 6),
}
EVERY_SHAPE = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def cell_source(chapter: str, tag: str) -> str:
    """The code of the one cell of a chapter that has this tag."""
    cells = nbformat.read(NOTEBOOKS / f"{chapter}.ipynb", 4).cells
    (cell,) = [c for c in cells if tag in c.metadata.get("tags", [])]
    return cell.source


def run(*codes: str) -> SimpleNamespace:
    """What the code defines where `tf`, `keras` and `np` are imported and nothing else."""
    names: dict = {"tf": tf, "keras": keras, "np": np, "__name__": "chapter"}
    for code in codes:
        exec(compile(code, "chapter", "exec"), names)
    return SimpleNamespace(**names)


def changed(code: str, changes: list[tuple[str, str]]) -> str:
    """The code with each old text, which must be there once, replaced by the new."""
    for old, new in changes:
        assert code.count(old) == 1, f"the cell of the notebook no longer has: {old}"
        code = code.replace(old, new)
    return code


def arrays(*shapes: tuple[int, ...], scale: float = 0.5, seed: int = 0) -> list[np.ndarray]:
    """Random float32 arrays of the given shapes."""
    rng = np.random.default_rng(seed)
    return [rng.normal(scale=scale, size=s).astype("float32") for s in shapes]
