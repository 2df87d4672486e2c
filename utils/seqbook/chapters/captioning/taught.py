"""What `notebooks/captioning.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import numpy as np

SHAPES = ["circle", "square", "triangle", "cross"]
INKS = {
    "red": (1.0, 0.2, 0.2), "green": (0.2, 0.8, 0.2),
    "blue": (0.3, 0.4, 1.0), "yellow": (1.0, 0.9, 0.1),
    "purple": (0.7, 0.2, 0.9),
}  # fmt: skip


def drawn(shape, x, y, radius, side):
    """(side, side) booleans: the pixels of a shape around (x, y)."""
    row, column = np.mgrid[0:side, 0:side]
    right, down = column - x, row - y
    if shape == "circle":
        return np.hypot(right, down) <= radius
    if shape == "square":
        return np.maximum(abs(right), abs(down)) <= 0.88 * radius
    if shape == "triangle":
        inside = abs(right) <= 0.55 * (down + radius)
        return (down <= 0.8 * radius) & inside
    thin, long = radius / 3, radius  # a cross: two bars
    flat = (abs(down) <= thin) & (abs(right) <= long)
    return flat | (abs(right) <= thin) & (abs(down) <= long)
