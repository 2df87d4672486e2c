"""The saved code of the chapter: the closed form, the reverse step, the walk, the U-Net."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from seqbook.chapters.diffusion.taught import (
    ALPHA_BAR,
    BETA,
    STEPS,
    alphas_bar,
    make_unet,
    noised,
    sample,
    spoil,
    step_back,
)


def test_the_schedule_begins_with_data_and_ends_in_noise():
    assert len(BETA) == len(ALPHA_BAR) == STEPS + 1
    assert ALPHA_BAR[0] == 1 and BETA[0] == 0
    assert (np.diff(ALPHA_BAR) < 0).all() and ALPHA_BAR[-1] < 0.01
    assert alphas_bar(1000)[-1] == pytest.approx(ALPHA_BAR[-1], abs=0.002)


@pytest.mark.parametrize("t", [1, 7, 60])
def test_single_steps_have_the_mean_and_variance_of_the_closed_form(t):
    rng = np.random.default_rng(0)
    x = np.full(200_000, -0.6)
    for s in range(1, t + 1):
        x = np.sqrt(1 - BETA[s]) * x + np.sqrt(BETA[s]) * rng.normal(size=x.shape)
    ones = np.ones(2, "float32")
    clean = noised(-0.6 * ones, np.array([t, 0]), 0 * ones).numpy()
    assert clean[1] == pytest.approx(-0.6)
    assert x.mean() == pytest.approx(clean[0], abs=0.01)
    size = noised(0 * ones, np.array([t, 0]), ones).numpy()
    assert size[1] == 0
    assert x.std() == pytest.approx(size[0], abs=0.01)


def test_images_of_one_batch_have_steps_of_their_own():
    rng = np.random.default_rng(1)
    x, noise = rng.normal(size=(2, 3, 8, 8, 1)).astype("float32")
    t = np.array([1, 50, 100])
    got = noised(x, t, noise).numpy()
    for k in range(3):
        a = ALPHA_BAR[t[k]]
        np.testing.assert_allclose(got[k], a**0.5 * x[k] + (1 - a) ** 0.5 * noise[k], atol=1e-5)


def test_spoil_makes_what_the_closed_form_says_and_hands_labels_on():
    keras.utils.set_random_seed(0)
    x = tf.random.normal((512, 4, 4, 1))
    labels = tf.range(512)
    (got, t, handed), noise = spoil(x, labels)
    np.testing.assert_allclose(got, noised(x, t, noise), atol=1e-6)
    np.testing.assert_array_equal(handed, labels)
    assert t.numpy().min() >= 1 and t.numpy().max() <= STEPS and len(set(t.numpy())) > 90
    (_, _), noise = spoil(x)
    assert abs(float(tf.math.reduce_std(noise)) - 1) < 0.05


@pytest.mark.parametrize("t", [2, 30, 100])
def test_with_the_true_noise_a_step_back_has_the_posterior_mean(t):
    """The mean of x_{t-1} given x_t and x_0, from the product of two Gaussian densities."""
    x0, noise, fresh = np.random.default_rng(t).normal(size=(3, 9))
    before, now = float(ALPHA_BAR[t - 1]), float(ALPHA_BAR[t])
    x = np.sqrt(now) * x0 + np.sqrt(1 - now) * noise
    keep, beta = 1 - float(BETA[t]), float(BETA[t])
    # x_{t-1} ~ N(√ᾱ_{t-1} x0, 1 − ᾱ_{t-1}), and x_t ~ N(√keep · x_{t-1}, β).
    precision = 1 / (1 - before) + keep / beta
    mean = (np.sqrt(before) * x0 / (1 - before) + np.sqrt(keep) * x / beta) / precision
    np.testing.assert_allclose(step_back(x, t, noise, 0), mean, atol=1e-4)
    away = step_back(x, t, noise, fresh) - step_back(x, t, noise, 0)
    np.testing.assert_allclose(away, np.sqrt(beta) * fresh, atol=1e-5)


def gaussian(center: float, spread: float):
    """The expected noise in numbers from one bump, and a walk's end from it."""

    def predict(x, t):
        left = ALPHA_BAR[t]
        return np.sqrt(1 - left) * (x - np.sqrt(left) * center) / (left * spread**2 + 1 - left)

    return predict


def test_a_walk_ends_in_the_distribution_whose_noise_is_predicted():
    pure = np.random.default_rng(0).normal(size=20_000)
    states = sample(gaussian(-0.4, 0.5), pure)
    assert states.shape == (STEPS + 1, 20_000) and states.dtype == np.float32
    np.testing.assert_allclose(states[0], pure, atol=1e-6)
    assert states[-1].mean() == pytest.approx(-0.4, abs=0.02)
    assert states[-1].std() == pytest.approx(0.5, abs=0.02)
    again = sample(gaussian(-0.4, 0.5), pure)
    np.testing.assert_array_equal(states, again)
    assert not np.array_equal(states[-1], sample(gaussian(-0.4, 0.5), pure, seed=1)[-1])
    assert sample(gaussian(-0.4, 0.5), pure, fresh=0.0)[-1].std() < 0.25
    assert len(sample(gaussian(-0.4, 0.5), pure, start=30)) == 31


def test_the_last_step_adds_no_noise():
    still = sample(lambda x, t: 0 * x, np.zeros((4, 2)), start=1)
    assert not still.any()


@pytest.mark.parametrize(("shape", "classes"), [((8, 8, 1), 0), ((12, 8, 3), 4)])
def test_the_u_net_answers_for_each_pixel_and_knows_step_and_class(shape, classes):
    keras.utils.set_random_seed(0)
    model = make_unet(shape, classes=classes)
    # The mixing blocks begin as the identity: turn what is zero into something.
    rng = np.random.default_rng(0)
    model.set_weights([w + 0.1 * rng.normal(size=w.shape) for w in model.get_weights()])
    x = rng.normal(size=(1, *shape)).astype("float32")

    def answer(t, label=0):
        inputs = (x, np.array([t])) + ((np.array([label]),) if classes else ())
        return np.asarray(model(inputs))

    assert answer(3).shape == (1, *shape)
    assert np.abs(answer(3) - answer(90)).max() > 1e-3
    if classes:
        assert np.abs(answer(3, 0) - answer(3, classes)).max() > 1e-3
