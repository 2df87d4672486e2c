"""Drawn scenes of one to three shapes, and the box around each."""

from __future__ import annotations

import numpy as np

from ..captioning.taught import INKS, SHAPES, drawn

SIDE = 48  # pixels
MOST = 3  # shapes in a scene
NOTHING = len(SHAPES)  # the kind of a place in the list that no shape takes
GROUND, NOISE = 0.1, 0.03


def scene(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An image (48, 48, 3), the boxes (3, 4) and the kinds (3,) of its shapes.

    A box is the center and the size, x before y, as fractions of the side; where there is no shape
    the box is zero and the kind is `NOTHING`. The circles around two shapes do not touch.
    """
    image = np.full((SIDE, SIDE, 3), GROUND, "float32")
    boxes, kinds = np.zeros((MOST, 4), "float32"), np.full(MOST, NOTHING, "int32")
    number, places = rng.integers(1, MOST + 1), []
    while len(places) < number:
        radius = rng.uniform(4, 8)
        x, y = rng.uniform(radius + 1, SIDE - radius - 1, 2)
        if all(np.hypot(x - a, y - b) > radius + r for a, b, r in places):
            places.append((x, y, radius))
    for k, (x, y, radius) in enumerate(places):
        kinds[k] = rng.integers(len(SHAPES))
        pixels = drawn(SHAPES[kinds[k]], x, y, radius, SIDE)
        image[pixels] = list(INKS.values())[rng.integers(len(INKS))]
        rows, columns = np.nonzero(pixels)
        low = np.array([columns.min(), rows.min()])
        high = np.array([columns.max(), rows.max()]) + 1
        boxes[k] = np.concatenate([(low + high) / 2, high - low]) / SIDE
    return image + rng.normal(0, NOISE, image.shape).astype("float32"), boxes, kinds


def scenes(number: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images (number, 48, 48, 3), boxes (number, 3, 4) and kinds (number, 3)."""
    if number < 1:
        raise ValueError(f"number is at least 1 scene; it is {number}.")
    rng = np.random.default_rng(seed)
    images, boxes, kinds = zip(*(scene(rng) for _ in range(number)), strict=True)
    return np.stack(images), np.stack(boxes), np.stack(kinds)


def mirrored(
    images: np.ndarray, boxes: np.ndarray, kinds: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same scenes with left and right exchanged."""
    boxes = boxes.copy()
    boxes[..., 0] = np.where(kinds < NOTHING, 1 - boxes[..., 0], 0)
    return images[:, :, ::-1], boxes, kinds
