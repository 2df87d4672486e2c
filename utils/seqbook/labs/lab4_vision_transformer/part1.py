"""Part 1: an image cut into patches, and put together again."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...checking import FaultModel, numbers
from ..lab3_attention.lab import switched, trainable
from .lab import LAB, Array

IMAGE_AXES = "batch height width channels"
PATCH_AXES = "batch patches numbers"

# 1.1 · Cut --------------------------------------------------------------------------------------

CUT_HINTS = {
    "reshape only": "the shape is right, but a `reshape` alone cuts the image into runs of pixels, "
    "row by row, and not into squares. Reshape to (batch, rows, size, columns, size, channels), "
    "exchange the two axes in the middle with a transpose, then reshape again.",
    "column-major": "the patches come column by column. Reading order goes along the first row of "
    "patches, then along the second: `rows` stands before `columns` in the transpose.",
    "pixels column-major": "inside each patch the pixels come column by column. They should come "
    "row by row: in the transpose, keep the two axes of `size` in their order.",
    "image transposed": "patches and pixels both come column by column, as if the image were "
    "transposed. Keep height before width.",
    "channels first": "inside each patch the channels stand before the pixels: all of red, then all "
    "of green. The numbers of one pixel stay together, so channels is the last axis.",
    "height and width swapped": "height and width are exchanged. (A square image would not show "
    "it.) There are height // size rows and width // size columns.",
    "size is the number of patches": "`size` is taken for the number of patches along a side. It is "
    "the number of pixels along the side of one patch.",
    "overlapping": "the patches overlap: a new one begins at every pixel. The next one begins where "
    "the last one ends, `size` pixels on.",
    "pixels from far apart": "a patch takes pixels from all over the image, one here and one there. "
    "It is a square of neighbors: in the first reshape `size` comes after `rows` and after `columns`.",
    "not flattened": "the patches are right, but still squares. Flatten each into size · size · "
    "channels numbers.",
    "grid kept": "the patches are right, but still stand in a grid. Make one axis of rows and "
    "columns: (batch, rows · columns, numbers).",
    "batch lost": "the patches of all images stand in one list. Keep the batch as the first axis.",
    "patches last": "the axes of patches and of numbers are exchanged: (batch, patches, numbers).",
    "averaged": "each patch is only its mean. Keep all of its pixels.",
    "one channel": "only the first channel is left. Keep all channels of each pixel.",
    "gray": "the channels are averaged. Keep all channels of each pixel.",
    "first row of patches": "only the first row of patches came back. Cut the whole image.",
    "upper left pixel": "of each patch only the pixel in its upper left corner is left. Keep them all.",
}


def windows(x: Array, size: int, step: int) -> Array:
    """Squares of the images, a new one at every `step` pixels: (batch, squares, numbers)."""
    _, height, width, _ = x.shape
    found = [
        x[:, i : i + size, j : j + size].reshape(len(x), -1)
        for i in range(0, height - size + 1, step) for j in range(0, width - size + 1, step)
    ]  # fmt: skip
    return np.stack(found, axis=1)


def patches(images: Array, size: int, faults: frozenset[str] = frozenset()) -> Array:
    """(batch, height, width, channels) → (batch, patches, size · size · channels)."""
    batch, height, width, channels = images.shape
    rows, columns = height // size, width // size
    last = size * size * channels
    x = images.reshape(batch, rows, size, columns, size, channels)

    def turned(*axes: int) -> Array:
        return x.transpose(axes).reshape(batch, rows * columns, last)

    right = turned(0, 1, 3, 2, 4, 5)

    def number_of_patches() -> Array:
        if height % size or width % size:
            raise ValueError("does not divide")
        y = images.reshape(batch, size, height // size, size, width // size, channels)
        return y.transpose(0, 1, 3, 2, 4, 5).reshape(batch, size * size, -1)

    def far() -> Array:
        y = images.reshape(batch, size, rows, size, columns, channels)
        return y.transpose(0, 2, 4, 1, 3, 5).reshape(right.shape)

    def swapped() -> Array:
        y = images.reshape(batch, columns, size, rows, size, channels)
        return y.transpose(0, 1, 3, 2, 4, 5).reshape(right.shape)

    squares = right.reshape(batch, rows * columns, size * size, channels)
    wrong = {
        "reshape only": lambda: images.reshape(right.shape),
        "column-major": lambda: turned(0, 3, 1, 2, 4, 5),
        "pixels column-major": lambda: turned(0, 1, 3, 4, 2, 5),
        "image transposed": lambda: turned(0, 3, 1, 4, 2, 5),
        "channels first": lambda: turned(0, 1, 3, 5, 2, 4),
        "height and width swapped": swapped,
        "size is the number of patches": number_of_patches,
        "overlapping": lambda: windows(images, size, 1),
        "pixels from far apart": far,
        "not flattened": lambda: right.reshape(batch, rows * columns, size, size, channels),
        "grid kept": lambda: right.reshape(batch, rows, columns, last),
        "batch lost": lambda: right.reshape(-1, last),
        "patches last": lambda: right.swapaxes(1, 2),
        "averaged": lambda: squares.mean(2),
        "one channel": lambda: squares[..., 0],
        "gray": lambda: squares.mean(3),
        "first row of patches": lambda: right[:, :columns],
        "upper left pixel": lambda: squares[:, :, 0],
    }
    return switched(wrong, faults, lambda: right)()


def cut_model(images: Array, size: int, faults: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The patches of the images."""
    return {"the patches": patches(images, size, faults)}


# (images, size): a square one first; then height and width differ, by more than one patch.
IMAGES = [
    (numbers(2, 4, 4, 2), 2), (numbers(3, 4, 8, 3, phase=0.7), 2), (numbers(2, 9, 6, 2, phase=1.9), 3),
]  # fmt: skip
CUT = FaultModel(
    cut_model, CUT_HINTS, IMAGES, most=1, tensors=True,
    axes={"images": IMAGE_AXES, "the patches": PATCH_AXES},
)  # fmt: skip


@LAB.exercise("1.1", "Cut: squares in reading order, each flattened.")
def cut(answer: Any) -> Any:
    """Check `cut(images, size)`."""
    return CUT.judge(answer) or trainable(answer, CUT)


# 1.2 · Paste ------------------------------------------------------------------------------------

PASTE_HINTS = {
    "reshape only": "the shape is right, but a `reshape` alone lays the numbers of a patch side by "
    "side in one row of pixels. Reshape to (batch, rows, columns, size, size, channels), exchange "
    "the two axes in the middle with a transpose, then reshape to the image.",
    "column-major": "the patches are put down column by column. They come in reading order: reshape "
    "to rows first, then columns.",
    "pixels column-major": "inside each patch, rows and columns are exchanged. In the transpose, "
    "keep the two axes of `size` in their order.",
    "image transposed": "the image comes out transposed. Rows of patches and rows of pixels belong "
    "to the height.",
    "channels first": "the channels of the pixels are mixed up: in a patch the numbers of one pixel "
    "stand together, so channels is the last axis in the first reshape.",
    "rows and columns swapped": "rows and columns of patches are exchanged. (A square image would "
    "not show it.) There are height // size rows and width // size columns.",
    "height and width swapped": "the image has the shape (batch, width, height, channels). Height "
    "stands before width.",
    "grid kept": "the pixels are right, but not joined: make one axis of rows and size, and one of "
    "columns and size, (batch, height, width, channels).",
    "not transposed": "the patches still stand one by one, (batch, rows, columns, size, size, "
    "channels). Bring each `size` behind its axis, then reshape to the image.",
    "one below the other": "the patches stand one below the other, in a single column. Put them "
    "into rows and columns.",
    "side by side": "the patches stand side by side, in a single row. Put them into rows and "
    "columns.",
    "first patch for all": "every place shows the first patch. Give each place its own.",
    "flattened": "the pixels are right, but still in one row. Reshape to (batch, height, width, "
    "channels).",
}


def pasted(
    patches: Array, size: int, height: int, width: int, faults: frozenset[str] = frozenset()
) -> Array:
    """(batch, patches, numbers) → (batch, height, width, channels)."""
    batch, count, last = patches.shape
    rows, columns, channels = height // size, width // size, last // size**2
    image = batch, height, width, channels
    x = patches.reshape(batch, rows, columns, size, size, channels)
    squares = x.reshape(batch, count, size, size, channels)
    right = x.transpose(0, 1, 3, 2, 4, 5)
    by_column = patches.reshape(batch, columns, rows, size, size, channels)
    apart = patches.reshape(batch, rows, columns, channels, size, size)
    wrong = {
        "reshape only": lambda: patches.reshape(image),
        "column-major": lambda: by_column.transpose(0, 2, 3, 1, 4, 5).reshape(image),
        "pixels column-major": lambda: x.transpose(0, 1, 4, 2, 3, 5).reshape(image),
        "image transposed": lambda: right.reshape(image).swapaxes(1, 2),
        "channels first": lambda: apart.transpose(0, 1, 4, 2, 5, 3).reshape(image),
        "rows and columns swapped": lambda: by_column.transpose(0, 1, 3, 2, 4, 5).reshape(image),
        "height and width swapped": lambda: right.reshape(batch, width, height, channels),
        "grid kept": lambda: right,
        "not transposed": lambda: x,
        "one below the other": lambda: squares.reshape(batch, -1, size, channels),
        "side by side": lambda: squares.swapaxes(1, 2).reshape(batch, size, -1, channels),
        "first patch for all": lambda: np.tile(squares[:, 0], (1, rows, columns, 1)),
        "flattened": lambda: right.reshape(batch, -1),
    }
    return switched(wrong, faults, lambda: right.reshape(image))()


def paste_model(
    patches: Array, size: int, height: int, width: int, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The images that the patches were cut from."""
    return {"the images": pasted(patches, size, height, width, faults)}


PASTE = FaultModel(
    paste_model,
    PASTE_HINTS,
    [(patches(x, size), size, *x.shape[1:3]) for x, size in IMAGES],
    most=1,
    tensors=True,
    axes={"patches": PATCH_AXES, "the images": IMAGE_AXES},
)


@LAB.exercise("1.2", "Paste: the patches back in their places.")
def paste(answer: Any) -> Any:
    """Check `paste(patches, size, height, width)`."""
    return PASTE.judge(answer) or trainable(answer, PASTE)
