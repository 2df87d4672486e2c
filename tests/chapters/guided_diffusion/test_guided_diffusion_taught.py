"""The saved code of the chapter: labels, guidance and the measures; the stored study."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from seqbook.chapters.diffusion.taught import make_unet
from seqbook.chapters.guided_diffusion import data, taught
from seqbook.chapters.guided_diffusion.taught import (
    ANY,
    CLASSES,
    diversity,
    forget_some,
    frechet,
    guided,
    nearest,
    train_denoiser,
)


def test_one_label_in_ten_is_forgotten():
    keras.utils.set_random_seed(0)
    x, labels = tf.zeros((20_000, 2)), tf.range(20_000) % CLASSES
    same, found = forget_some(x, labels)
    assert same is x and found.dtype == labels.dtype
    lost = found.numpy() == ANY
    assert lost.mean() == pytest.approx(0.1, abs=0.01)
    np.testing.assert_array_equal(found[~lost], labels[~lost])


@pytest.mark.parametrize("scale", [0.0, 1.0, 2.5])
def test_guidance_is_the_formula(scale):
    def model(inputs):
        x, t, label = inputs
        return x + tf.cast(t * (label + 1), tf.float32)[:, None]

    x = np.random.default_rng(0).normal(size=(3, 2)).astype("float32")
    labels, t = np.array([0, 4, 9]), np.array([1, 2, 3], "int32")
    asked, anything = x + (t * (labels + 1))[:, None], x + (t * (ANY + 1))[:, None]
    got = guided(model, labels, scale)(x, t)
    np.testing.assert_allclose(got, asked + scale * (asked - anything), rtol=1e-6)


def test_the_frechet_distance_of_gaussians_is_that_of_the_formula():
    """For independent features: the means' distance, plus the spreads' differences squared."""
    rng = np.random.default_rng(0)
    a = rng.normal([0, 1, 2], [1, 2, 0.5], (200_000, 3))
    b = rng.normal([1, 1, 0], [2, 2, 1.5], (200_000, 3))
    assert frechet(a, b) == pytest.approx(1 + 4 + 1 + 0 + 1, abs=0.1)
    assert frechet(a, a) == pytest.approx(0, abs=1e-6)
    turned, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    assert frechet(a @ turned, b @ turned) == pytest.approx(frechet(a, b), abs=1e-6)
    assert frechet(a, b) == pytest.approx(frechet(b, a), abs=1e-6)
    assert frechet(a[:50], a[1000:1050]) > 10 * frechet(a[:5000], a[5000:10_000])


def test_the_nearest_image_and_the_diversity():
    images = np.zeros((4, 2, 2, 1))
    images[1] += 1
    images[2, 0] += 3
    images[3] += 5
    distances = nearest(images[:2], images[2:])
    np.testing.assert_allclose(distances, [np.sqrt(18), np.sqrt(10)])
    np.testing.assert_allclose(nearest(images, images), 0)
    assert diversity(images, np.array([0, 0, 1, 1])) == pytest.approx((2 + np.sqrt(58)) / 2)
    assert diversity(np.ones((6, 2, 2, 1)), np.arange(6) % 2) == 0


def test_a_short_training_lowers_the_loss_and_reaches_each_weight():
    images, labels = data.sprites(200)
    keras.utils.set_random_seed(0)
    model = make_unet((8, 8, 3), width=4, units=16, classes=CLASSES)
    before = model.get_weights()
    first = train_denoiser(model, images, labels, 2).history["loss"][-1]
    last = train_denoiser(model, images, labels, 60).history["loss"][-1]
    assert last < 0.9 * first
    for variable, old in zip(model.weights, before, strict=True):
        assert np.abs(variable.numpy() - old).max() > 0, variable.path


STUDY = Path(taught.__file__).with_name("study.json")


def test_the_study_has_three_seeds_and_reaches_its_figures():
    runs = json.loads(STUDY.read_text(encoding="utf-8"))
    assert [(run["model"], run["seed"]) for run in runs] == [("digits", k) for k in range(3)]
    for run in runs:
        assert run["updates"] == runs[0]["updates"]
        assert [row["scale"] for row in run["scales"]] == [0.0, 0.5, 1.0, 2.0, 4.0]
        plain = run["scales"][0]
        assert plain["agreement"] >= 0.95 and run["judge"] > 0.97
        assert plain["frechet"] <= 2 * run["real_frechet"]


def test_the_stored_weights_fit_the_chapters_u_net():
    model = make_unet((8, 8, 1), classes=CLASSES)
    model.set_weights(data.stored())
    assert data.WEIGHTS.stat().st_size < 300_000
