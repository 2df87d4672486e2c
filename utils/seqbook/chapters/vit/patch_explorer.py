"""A picture cut into patches that the reader shuffles, and what one attention makes of them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from typing import Any, ClassVar

import numpy as np

from ...live import _text
from ...live.base import Explorer
from . import data

SIDES = (2, 4, 8)  # patches in a row of the picture
LARGEST = 64  # pixels
WIDTH = 2  # numbers per embedded patch
QUERY = np.array([3.0, -2.0])  # of the class token


def cut(picture: np.ndarray, side: int) -> np.ndarray:
    """(height, height, channels) → (side², numbers), in reading order."""
    size = picture.shape[0] // side
    x = picture.reshape(side, size, side, size, -1).transpose(0, 2, 1, 3, 4)
    return x.reshape(side * side, -1)


def projection(numbers: int) -> np.ndarray:
    """Fixed weights (numbers, WIDTH) that look random and are the same in every language."""
    entry = np.arange(numbers * WIDTH).reshape(numbers, WIDTH)
    return np.sqrt(2 / numbers) * np.cos(0.618034 * entry**2 + 1)


def positions(length: int) -> np.ndarray:
    """Fixed vectors (length, WIDTH), one for each place of the sequence."""
    return np.cos(78.233 * np.arange(length * WIDTH).reshape(length, WIDTH) + 2)


def answer(patches: np.ndarray, placed: bool) -> np.ndarray:
    """What a class token collects from a sequence (length, numbers) by attention: (WIDTH,)."""
    x = patches @ projection(patches.shape[1])
    if placed:
        x = x + positions(len(x))
    scores = x @ QUERY
    weights = np.exp(scores - scores.max())
    return weights @ x / weights.sum()


def _examples() -> dict[str, np.ndarray]:
    (digits, labels), _ = data.digits(seed=0)
    return {"photograph": data.photograph("flower", LARGEST), "digit": digits[labels == 5][0]}


class PatchExplorer(Explorer):
    """The patches of a picture as a sequence, to swap, to shuffle and to put back.

    Args:
        pictures: square pictures (height, height, channels) by their labels, from 0 to 1, with 1
            or 3 channels; the height is a multiple of 8, at most 64. None: a photograph and a
            handwritten digit of scikit-learn's.
        side: patches in a row of the picture at first: 2, 4 or 8.
        seed: of the shuffling, 1 to 2147483646.

    Raises:
        ValueError: a picture or an argument is not one of these.
    """

    name: ClassVar[str] = "patch-explorer"

    def __init__(
        self, pictures: dict[str, np.ndarray] | None = None, side: int = 4, seed: int = 7
    ) -> None:
        if side not in SIDES:
            raise ValueError(f"side must be one of {SIDES}, got {side!r}.")
        if not 1 <= seed < 2**31 - 1:
            raise ValueError(f"seed must be from 1 to 2147483646, got {seed!r}.")
        self.side, self.seed = int(side), int(seed)
        pictures = _examples() if pictures is None else pictures
        if not 1 <= len(pictures) <= 3:
            raise ValueError(f"Give 1 to 3 pictures, got {len(pictures)}.")
        # A page gets one byte for each number; what is computed here begins with the same bytes.
        self.pictures = {label: self._bytes(label, picture) for label, picture in pictures.items()}

    @staticmethod
    def _bytes(label: str, picture: np.ndarray) -> np.ndarray:
        picture = np.asarray(picture, dtype=float)
        shape = picture.shape
        if len(shape) != 3 or shape[0] != shape[1] or shape[2] not in (1, 3):
            raise ValueError(f"{label}: a picture is (height, height, 1 or 3), got {shape}.")
        if shape[0] % 8 or not 8 <= shape[0] <= LARGEST:
            raise ValueError(f"{label}: the height is 8, 16, ... or {LARGEST}, got {shape[0]}.")
        if not (picture.min() >= 0 and picture.max() <= 1):
            raise ValueError(f"{label}: the numbers of a picture are from 0 to 1.")
        return np.round(picture * 255).astype(np.uint8)

    @classmethod
    def example(cls) -> PatchExplorer:
        """The figure of the chapter."""
        return cls()

    def computed(
        self, label: str, side: int, order: Sequence[int] | None = None
    ) -> dict[str, np.ndarray]:
        """The sequence of patches in this order, and both answers of the class token."""
        patches = cut(self.pictures[label] / 255, side)
        patches = patches[list(order)] if order is not None else patches
        return {
            "patches": patches,
            "without": answer(patches, placed=False),
            "with": answer(patches, placed=True),
        }

    def config(self) -> dict[str, Any]:
        """The pictures as bytes, and the fixed numbers of the attention."""
        return {
            "pictures": [
                {"label": label, "height": len(picture), "channels": picture.shape[2],
                 "bytes": base64.b64encode(picture.tobytes()).decode()}
                for label, picture in self.pictures.items()
            ],
            "sides": list(SIDES), "side": self.side, "seed": self.seed, "width": WIDTH,
            "query": QUERY.tolist(),
        }  # fmt: skip

    def _rows(self) -> list[tuple[str, list[str]]]:
        rows = []
        for label, picture in self.pictures.items():
            height, channels = len(picture), picture.shape[2]
            for side in SIDES:
                size, length = height // side, side**2
                found = self.computed(label, side)
                answers = [", ".join(map(_text.number, found[k])) for k in ("without", "with")]
                cells = [f"{size} × {size}", length, size * size * channels, length**2, *answers]
                rows.append((label, [str(cell) for cell in cells]))
        return rows

    def static_html(self) -> str:
        """A table of lengths, numbers and costs for each picture and patch size."""
        names = ["picture", "patch", "patches", "numbers each", "scores",
                 "without positions", "with positions"]  # fmt: skip
        head = "".join(f'<th scope="col">{name}</th>' for name in names)
        body = "".join(
            f'<tr><th scope="row">{escape(label)}</th>'
            + "".join(f"<td>{cell.replace('-', chr(0x2212))}</td>" for cell in cells) + "</tr>"
            for label, cells in self._rows()
        )  # fmt: skip
        return (
            "<p><strong>A picture as a sequence of patches.</strong> The last two columns hold "
            "what a class token collects by one attention with fixed weights. Where scripts run, "
            "the patches can be swapped and shuffled: without positions the answer stays.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Table of patches">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def static_text(self) -> str:
        """The same, a line for each picture and patch size."""
        lines = ["PatchExplorer: patch, number of patches, numbers, scores, two answers"]
        lines += [f"{label}: {'; '.join(cells)}" for label, cells in self._rows()]
        return "\n".join(lines)
