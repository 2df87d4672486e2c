"""Real pictures that come inside scikit-learn: handwritten digits and two photographs."""

from __future__ import annotations

import numpy as np

TEST_IMAGES = 390
PHOTOGRAPHS = ("china", "flower")


def _datasets():
    """scikit-learn's data sets, or one line that says what is missing."""
    try:
        from sklearn import datasets
    except ModuleNotFoundError:
        raise SystemExit("scikit-learn is missing. Run: pip install scikit-learn") from None
    return datasets


def digits(
    number: int | None = None, seed: int = 0
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """scikit-learn's 1,797 handwritten digits, split: (images, labels) to train on and to test.

    The images are (number, 8, 8, 1), float32 from 0 (paper) to 1 (ink); the labels are (number,),
    int32 from 0 to 9. The 390 test images depend on the seed alone; `number` training images are
    taken from the other 1,407, all of them if None. Source: E. Alpaydin and C. Kaynak, Optical
    Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.
    """
    images, labels = _datasets().load_digits(return_X_y=True)
    most = len(images) - TEST_IMAGES
    if number is not None and not 1 <= number <= most:
        raise ValueError(f"number is from 1 to {most} training images; it is {number}.")
    images = (images / 16).astype("float32").reshape(-1, 8, 8, 1)
    order = np.random.default_rng(seed).permutation(len(images))
    test, train = order[:TEST_IMAGES], order[TEST_IMAGES:][:number]
    labels = labels.astype("int32")
    return (images[train], labels[train]), (images[test], labels[test])


def photograph(name: str = "china", size: int = 224) -> np.ndarray:
    """One of scikit-learn's photographs: (size, size, 3), float32 from 0 to 1.

    It is the square in the middle of "china" (a temple) or "flower", made smaller by averaging
    over the pixels that fall together.
    """
    if name not in PHOTOGRAPHS:
        raise ValueError(f'name is "china" or "flower"; it is {name!r}.')
    image = _datasets().load_sample_image(f"{name}.jpg").astype("float32") / 255
    edge = min(image.shape[:2])
    if not 1 <= size <= edge:
        raise ValueError(f"size is from 1 to {edge} pixels; it is {size}.")
    top, left = (image.shape[0] - edge) // 2, (image.shape[1] - edge) // 2
    square = image[top : top + edge, left : left + edge]
    edges = (np.arange(size) * edge) // size
    counts = np.diff([*edges, edge])
    square = np.add.reduceat(square, edges, axis=0) / counts[:, None, None]
    return (np.add.reduceat(square, edges, axis=1) / counts[None, :, None]).astype("float32")
