"""Labeled pictures: three data sets that Keras downloads, one drawn here for want of a network."""

from __future__ import annotations

import numpy as np

from ..captioning.taught import INKS, SHAPES, drawn

CLASSES = {
    "shapes": SHAPES,
    "cifar10": ["airplane", "automobile", "bird", "cat", "deer",
                "dog", "frog", "horse", "ship", "truck"],
    "fashion_mnist": ["T-shirt", "trousers", "pullover", "dress", "coat",
                      "sandal", "shirt", "sneaker", "bag", "ankle boot"],
    "mnist": [str(digit) for digit in range(10)],
}  # fmt: skip
Labeled = tuple[np.ndarray, np.ndarray]


def load(name: str = "shapes") -> tuple[Labeled, Labeled, list[str]]:
    """A data set: (training images, labels), (test images, labels), the names of the classes.

    "cifar10" has 50,000 training and 10,000 test images of 32 by 32 pixels in 3 channels; "mnist"
    and "fashion_mnist" have 60,000 and 10,000 of 28 by 28 in 1 channel. Keras downloads each once
    and keeps it. "shapes" is drawn here: 800 and 200 images with CIFAR-10's shape.

    Images are (number, height, width, channels), float32 from 0 to 1; labels (number,), int32.
    """
    if name not in CLASSES:
        raise ValueError(f"name is one of {', '.join(CLASSES)}; it is {name!r}.")
    train, test = _shapes() if name == "shapes" else _download(name)
    return _prepared(*train), _prepared(*test), list(CLASSES[name])


def _download(name: str) -> tuple[Labeled, Labeled]:
    from keras import datasets

    try:
        return getattr(datasets, name).load_data()
    except Exception as error:  # Keras raises a bare Exception for a download that fails
        if not (isinstance(error, OSError) or "URL fetch failure" in str(error)):
            raise
        raise SystemExit(
            f'"{name}" could not be downloaded: is this computer online? '
            'Without a network use load("shapes").'
        ) from None


def _prepared(images: np.ndarray, labels: np.ndarray) -> Labeled:
    """Keras' bytes as this book uses them: with a channel axis, from 0 to 1; labels in one axis."""
    images = images[..., None] if images.ndim == 3 else images
    return (images / np.float32(255)).astype("float32"), labels.reshape(-1).astype("int32")


def _shapes(side: int = 32) -> tuple[Labeled, Labeled]:
    """One shape in each picture, of any color, size and place, on a noisy ground; as bytes."""
    rng = np.random.default_rng(0)
    inks, sets = np.array(list(INKS.values())), []
    for number in (800, 200):
        labels = rng.integers(0, len(SHAPES), (number, 1))
        images = rng.uniform(0.0, 0.3, (number, side, side, 3))
        for image, label in zip(images, labels[:, 0], strict=True):
            radius = rng.uniform(5, 9)
            x, y = rng.uniform(radius, side - radius, 2)
            image[drawn(SHAPES[label], x, y, radius, side)] = inks[rng.integers(len(inks))]
        sets.append(((255 * images).astype("uint8"), labels.astype("uint8")))
    return sets[0], sets[1]
