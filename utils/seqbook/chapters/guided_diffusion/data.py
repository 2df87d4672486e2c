"""Sprites drawn by a rule, what of the rule a picture keeps, and the stored denoiser's weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).with_name("digits_denoiser.npz")
"""The weights of the digits' denoiser, written by `tools/measure_diffusion.py`."""

SIZE = 8
COLORS = {
    "red": (0.85, 0.15, 0.15), "green": (0.1, 0.6, 0.25), "blue": (0.15, 0.3, 0.85),
    "gold": (0.9, 0.65, 0.05),
}  # fmt: skip
NAMES = tuple(COLORS)
# Index 0 is the ground, white; then the four colors, all from −1 to 1.
PALETTE = 2 * np.array([(1.0, 1.0, 1.0), *COLORS.values()], "float32") - 1
# How probable ink is in each cell of the left half.
_ROWS = np.array([0.25, 0.6, 0.85, 0.9, 0.85, 0.7, 0.5, 0.35])
_COLUMNS = np.array([0.35, 0.75, 1.0, 1.1])


def sprites(number: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Sprites: (number, 8, 8, 3), float32 from −1 to 1, and the index of their colors, (number,).

    The left half is drawn cell by cell at random, the right half is its mirror image. Two cells of
    the row of the eyes are always empty. All ink of a sprite has one color of four.
    """
    if number < 1:
        raise ValueError(f"number is at least 1; it is {number}.")
    rng = np.random.default_rng(seed)
    share = np.minimum(np.outer(_ROWS, _COLUMNS), 0.97)
    share = share**2 / (share**2 + (1 - share) ** 2)  # most cells are nearly certain
    left = rng.random((number, SIZE, SIZE // 2)) < share
    left[:, 3, 2] = False  # an eye
    ink = np.concatenate([left, left[:, :, ::-1]], axis=2)
    labels = rng.integers(len(COLORS), size=number).astype("int32")
    return PALETTE[ink * (labels[:, None, None] + 1)], labels


def colors_of(images: np.ndarray) -> np.ndarray:
    """The palette's nearest color of each pixel: (number, 8, 8), 0 for the ground."""
    apart = np.asarray(images)[..., None, :] - PALETTE
    return np.argmin(np.sum(apart**2, axis=-1), axis=-1)


def kept(images: np.ndarray) -> dict[str, float]:
    """What of the rule the images keep, as shares between 0 and 1.

    "pairs": mirrored pairs of pixels that are equal; "symmetric": images in which all 32 are;
    "eyes": images with both eyes; "one color": images whose ink has one color.
    """
    found = colors_of(images)
    equal = (found == found[:, :, ::-1])[:, :, : SIZE // 2]
    one = [len(set(image[image > 0])) <= 1 for image in found]
    return {
        "pairs": float(equal.mean()),
        "symmetric": float(equal.all(axis=(1, 2)).mean()),
        "eyes": float((found[:, 3, [2, 5]] == 0).all(axis=1).mean()),
        "one color": float(np.mean(one)),
    }


def store(weights: Sequence[np.ndarray], path: Path = WEIGHTS) -> None:
    """Write a model's weights with matrices rounded to eight bits, one scale for each column."""
    arrays = {}
    for k, w in enumerate(weights):
        if w.ndim < 2:
            arrays[f"w{k:02}"] = w.astype("float32")
            continue
        scale = np.abs(w).max(axis=tuple(range(w.ndim - 1))) / 127
        scale = np.where(scale > 0, scale, 1).astype("float32")
        arrays[f"w{k:02}"] = np.rint(w / scale).astype("int8")
        arrays[f"s{k:02}"] = scale
    np.savez_compressed(path, **arrays)


def stored(path: Path = WEIGHTS) -> list[np.ndarray]:
    """The weights that `store` wrote, in the order of Keras' `set_weights`."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    names = sorted(name for name in arrays if name.startswith("w"))
    return [
        (arrays[name] * arrays.get(f"s{name[1:]}", 1)).astype("float32") for name in names
    ]
