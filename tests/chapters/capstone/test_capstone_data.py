"""The elevator of the capstone obeys the physics that its chapter argues with."""

import numpy as np
import pytest
from seqbook.chapters.capstone import data


def test_a_ride_ends_exactly_on_its_floor_and_keeps_to_the_speed():
    for floors in range(-7, 8):
        height = data.ride(floors)
        assert height.shape == (40,) and height.dtype == np.float32
        assert height[-1] == pytest.approx(3 * floors)
        speed = np.abs(np.diff(height, prepend=0)) / data.STEP
        assert speed.max() <= 1.5 + 1e-6
        moving = np.flatnonzero(speed > 1e-6)
        # What an exercise uses: a ride over d floors takes 4 d + 3 steps.
        assert len(moving) == (4 * abs(floors) + 3 if floors else 0)


def test_without_noise_acceleration_is_the_second_derivative_of_height():
    quiet = data.recordings(50, noise=0.0, seed=2)
    felt = quiet.felt[..., 0].astype(float)
    felt -= np.median(felt, axis=1, keepdims=True)  # the constant error of each phone
    velocity = np.cumsum(felt, axis=1) * data.STEP
    within = velocity - felt * data.STEP / 2
    height = np.cumsum(within, axis=1) * data.STEP
    np.testing.assert_allclose(height, quiet.height, atol=0.02)


def test_recordings_agree_with_themselves():
    r = data.recordings(300, seed=3)
    assert r.felt.shape == (300, 64, 1) and r.felt.dtype == np.float32
    assert r.motion.shape == r.height.shape == (300, 64) and r.floor.shape == (300,)
    np.testing.assert_allclose(r.height[:, -1], 3 * r.floor, atol=1e-4)
    assert r.floor.min() >= 0 and r.floor.max() <= 7 and r.height.min() > -1e-4
    change = np.diff(r.height, axis=1, prepend=0)
    np.testing.assert_array_equal(r.motion - 1, np.sign(np.round(change, 4)))
    assert (r.motion[:, :3] == 1).all() and (r.motion[:, -2:] == 1).all()


def test_noise_and_offset_have_the_promised_size():
    loud, quiet = (data.recordings(500, noise=s, seed=4) for s in (0.2, 0.0))
    np.testing.assert_array_equal(loud.motion, quiet.motion)
    difference = (loud.felt - quiet.felt)[..., 0]
    assert difference.std() == pytest.approx(0.2, rel=0.03)
    assert np.median(quiet.felt[..., 0], axis=1).std() == pytest.approx(0.05, rel=0.15)


def test_same_seed_same_recordings():
    np.testing.assert_array_equal(data.recordings(5, seed=1).felt,
                                  data.recordings(5, seed=1).felt)
    assert not np.array_equal(data.recordings(5, seed=1).felt,
                              data.recordings(5, seed=2).felt)
