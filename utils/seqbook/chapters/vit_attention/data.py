"""Two small random glyphs on an image: are they the same?"""

from __future__ import annotations

import numpy as np

SIZE = 32
PATCH = 8
CELLS = 4
GRID = SIZE // PATCH
NOISE = 0.05


def glyphs(
    number: int, rng: np.random.Generator, different: int | None = None, gray: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images of two glyphs each: (images, same, places).

    A glyph is a random pattern of 4 x 4 cells, each cell ink with probability 1/2 and drawn as
    2 x 2 pixels. The two stand in two of the sixteen squares of 8 x 8 pixels, without touching
    other squares. In half of the images, on average, the second is a copy of the first, otherwise
    it is drawn anew, or, with `different`, it is a copy with so many cells turned over. Noise of
    standard deviation 0.05 is added to every pixel.

    Args:
        number: how many images.
        rng: where the random numbers come from.
        different: in how many of the 16 cells two different glyphs differ; None for any number.
        gray: in how many cells, drawn at random for each image, both glyphs are gray (1/2).

    Returns:
        images, (number, 32, 32, 3) float32; same, (number,) int32, 1 where the two are the same;
        and places, (number, 2) int32, the squares of the two, 0 to 15 in reading order.
    """
    if not 0 <= gray <= CELLS * CELLS:
        raise ValueError(f"gray is from 0 to {CELLS * CELLS} cells; it is {gray}.")
    if different is not None and not 1 <= different <= CELLS * CELLS:
        raise ValueError(f"different is from 1 to {CELLS * CELLS} cells; it is {different}.")
    same = rng.integers(0, 2, number).astype("int32")
    places = np.argsort(rng.random((number, GRID * GRID)), axis=1)[:, :2].astype("int32")
    first, second = rng.integers(0, 2, (2, number, CELLS * CELLS))
    if different is not None:
        turned = np.argsort(rng.random(first.shape), axis=1) < different
        second = np.where(turned, 1 - first, first)
    # Two drawn anew are the same once in 65,536 times; then they count as the same.
    second = np.where(same[:, None] == 1, first, second)
    same = (first == second).all(axis=1).astype("int32")
    if gray:
        both = np.argsort(rng.random(first.shape), axis=1) < gray
        first, second = np.where(both, 0.5, first), np.where(both, 0.5, second)

    squares = np.zeros((number, GRID * GRID, PATCH, PATCH), "float32")
    scale = PATCH // CELLS
    for glyph, place in zip((first, second), places.T, strict=True):
        drawn = glyph.reshape(-1, CELLS, CELLS).repeat(scale, axis=1).repeat(scale, axis=2)
        squares[np.arange(number), place] = drawn
    images = squares.reshape(number, GRID, GRID, PATCH, PATCH).transpose(0, 1, 3, 2, 4)
    images = images.reshape(number, SIZE, SIZE, 1).repeat(3, axis=-1)
    images += rng.normal(0, NOISE, images.shape).astype("float32")
    return images, same, places
