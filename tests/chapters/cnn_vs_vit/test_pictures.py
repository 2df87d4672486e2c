"""The data sets of pictures: Keras' own loading code on small files, and a computer offline."""

from __future__ import annotations

import gzip
import importlib
import pickle
from urllib.error import HTTPError, URLError

import numpy as np
import pytest
from keras.src.utils import file_utils
from seqbook.chapters.cnn_vs_vit import pictures


def from_files(monkeypatch, name, folder):
    """Let Keras' loading code of a data set find its files in a folder."""
    module = importlib.import_module(f"keras.src.datasets.{name}")
    monkeypatch.setattr(module, "get_file", lambda fname, **_: str(folder / fname))


def check(loaded, counts, shape, name):
    *sets, classes = loaded
    for (images, labels), count in zip(sets, counts, strict=True):
        assert images.shape == (count, *shape) and images.dtype == np.float32
        assert labels.shape == (count,) and labels.dtype == np.int32
        assert images.min() >= 0 and images.max() == 1
        assert set(labels) <= set(range(len(classes)))
    assert classes == list(pictures.CLASSES[name])


def test_mnist_from_its_file(monkeypatch, tmp_path):
    rng = np.random.default_rng(0)
    arrays = {
        f"{kind}_{part}": rng.integers(0, 10 if kind == "y" else 256, (n, *size), dtype="uint8")
        for part, n in (("train", 6), ("test", 4))
        for kind, size in (("x", (28, 28)), ("y", ()))
    }
    np.savez(tmp_path / "mnist.npz", **arrays)
    from_files(monkeypatch, "mnist", tmp_path)
    loaded = pictures.load("mnist")
    check(loaded, (6, 4), (28, 28, 1), "mnist")
    np.testing.assert_allclose(loaded[0][0][..., 0] * 255, arrays["x_train"], atol=1e-4)
    np.testing.assert_array_equal(loaded[1][1], arrays["y_test"])


def test_fashion_mnist_from_its_files(monkeypatch, tmp_path):
    rng = np.random.default_rng(0)
    for part, n in (("train", 6), ("t10k", 4)):
        images = rng.integers(0, 256, (n, 28, 28), dtype="uint8")
        labels = rng.integers(0, 10, n, dtype="uint8")
        for kind, head, array in (("images-idx3", 16, images), ("labels-idx1", 8, labels)):
            packed = gzip.compress(bytes(head) + array.tobytes())
            (tmp_path / f"{part}-{kind}-ubyte.gz").write_bytes(packed)
    from_files(monkeypatch, "fashion_mnist", tmp_path)
    check(pictures.load("fashion_mnist"), (6, 4), (28, 28, 1), "fashion_mnist")


def test_cifar10_from_its_files(monkeypatch, tmp_path):
    """Files of one picture each: Keras repeats it in the 10,000 places that it has for a file."""
    folder = tmp_path / "cifar-10-batches-py-target" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    red_corner = np.zeros((3, 32, 32), "uint8")
    red_corner[0, 0, 0] = 255
    for label, stem in enumerate([*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]):
        batch = {b"data": red_corner.reshape(1, -1), b"labels": [label]}
        (folder / stem).write_bytes(pickle.dumps(batch, protocol=4))
    from_files(monkeypatch, "cifar10", tmp_path)
    loaded = pictures.load("cifar10")
    check(loaded, (50_000, 1), (32, 32, 3), "cifar10")
    (images, labels), (test_images, test_labels), classes = loaded
    np.testing.assert_array_equal(test_images[0, 0, 0], [1, 0, 0])
    assert list(labels[::10_000]) == [0, 1, 2, 3, 4] and list(test_labels) == [5]
    assert images[:, 0, 0, 0].min() == 1 and images[:, 1:].max() == 0
    assert classes[5] == "dog"


@pytest.mark.parametrize("name", ["cifar10", "fashion_mnist", "mnist"])
@pytest.mark.parametrize(
    "error",
    [URLError("no address"), HTTPError("u", 503, "busy", None, None), TimeoutError("slow"),
     ConnectionResetError("gone")],
)  # fmt: skip
def test_without_a_network_one_line_says_what_to_do(monkeypatch, tmp_path, name, error):
    def urlretrieve(*_):
        raise error

    monkeypatch.setattr(file_utils, "urlretrieve", urlretrieve)
    monkeypatch.setattr(file_utils.config, "keras_home", lambda: str(tmp_path))
    with pytest.raises(SystemExit) as caught:
        pictures.load(name)
    said = str(caught.value)
    assert name in said and 'load("shapes")' in said and "\n" not in said


def test_another_error_is_not_called_a_missing_network(monkeypatch):
    from keras import datasets

    def load_data():
        raise RuntimeError("out of paper")

    monkeypatch.setattr(datasets.mnist, "load_data", load_data)
    with pytest.raises(RuntimeError, match="out of paper"):
        pictures.load("mnist")


def test_a_name_that_there_is_not():
    with pytest.raises(ValueError, match=r"cifar10.*it is 'cifar'"):
        pictures.load("cifar")


def test_the_drawn_pictures_have_the_interface_of_the_others():
    loaded = pictures.load()
    check(loaded, (800, 200), (32, 32, 3), "shapes")
    assert {len(set(labels)) for _, labels in loaded[:2]} == {4}
    np.testing.assert_array_equal(pictures.load()[0][0], loaded[0][0])
