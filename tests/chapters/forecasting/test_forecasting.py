"""The series with dates: what the chapter on forecasting says of them is so."""

import numpy as np
import pytest
from seqbook.chapters.forecasting import data


def test_the_station_has_every_hour_of_its_years_once():
    w = data.weather(2, start=2015, seed=1)
    assert w.time[0] == np.datetime64("2015-01-01T00", "h")
    assert w.time[-1] == np.datetime64("2016-12-31T23", "h")
    assert len(w.time) == (365 + 366) * 24 and set(np.diff(w.time).astype(int)) == {1}
    assert w.temperature.shape == w.pressure.shape == w.fronts.shape == w.time.shape
    assert w.temperature.dtype == w.pressure.dtype == np.float32 and w.fronts.dtype == bool


def test_the_station_repeats_with_the_seed_and_changes_with_it():
    first, again, other = (data.weather(1, seed=s).temperature for s in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 1


def test_summer_afternoons_are_warm_and_winter_nights_cold():
    w = data.weather(4)
    month = w.time.astype("datetime64[M]").astype(int) % 12
    hour = w.time.astype(int) % 24
    mean = np.array([[w.temperature[(month == m) & (hour == h)].mean() for h in range(24)]
                     for m in range(12)])
    assert mean.mean() == pytest.approx(10, abs=1)
    assert mean.mean(1).argmin() in (0, 1) and mean.mean(1).argmax() in (6, 7)
    assert (np.abs(mean.argmax(1) - 15) <= 1).all()  # warmest at 15:00
    assert np.ptp(mean[6]) > 1.5 * np.ptp(mean[0])  # the day's swing, July and January


def test_a_front_is_announced_by_the_pressure_and_brings_the_cold():
    w = data.weather(4)
    at = np.flatnonzero(w.fronts)
    at = at[(at > 48) & (at < len(w.time) - 48)]
    gaps = np.diff(at)
    assert gaps.min() >= 47 and gaps.max() <= 168
    assert (w.pressure[at - 1] < w.pressure[at - 19]).mean() > 0.95
    drop = w.temperature[at - 24 + 6] - w.temperature[at + 6]  # same hour, a day apart
    assert 4 < drop.mean() < 8


def test_a_calm_world_has_no_fronts_and_a_pressure_that_says_nothing():
    w = data.weather(4, calm=True)
    assert not w.fronts.any()
    change = w.temperature[24:] - w.temperature[:-24]
    assert abs(np.corrcoef(change, w.pressure[24:] - w.pressure[:-24])[0, 1]) < 0.05
    stormy = data.weather(4)
    change = stormy.temperature[24:] - stormy.temperature[:-24]
    fall = stormy.pressure[6:-18] - stormy.pressure[:-24]
    assert np.corrcoef(change, fall)[0, 1] > 0.2


def test_the_calendar_is_two_hands_of_length_one():
    time = np.arange(np.datetime64("2019-12-31T00", "h"), np.datetime64("2020-01-02T00", "h"))
    hands = data.calendar(time)
    assert hands.shape == (48, 4) and hands.dtype == np.float32
    np.testing.assert_allclose((hands[:, :2] ** 2).sum(1), 1, atol=1e-6)
    np.testing.assert_allclose((hands[:, 2:] ** 2).sum(1), 1, atol=1e-6)
    np.testing.assert_allclose(hands[[0, 6, 12], :2], [[0, 1], [1, 0], [0, -1]], atol=1e-6)
    np.testing.assert_allclose(hands[23, 2:], hands[24, 2:], atol=0.03)  # across New Year


def test_the_real_price_is_the_one_the_chapter_describes():
    day, price = data.google()
    assert day.shape == price.shape == (1047,) and price.dtype == np.float32
    assert str(day[0]) == "2004-08-19" and str(day[-1]) == "2008-10-14"
    assert (np.diff(day).astype(int) > 0).all() and price.max() > 700 > 100 > price.min() - 5


def test_steps_of_a_random_walk_have_no_memory():
    walks = data.random_walks(4000, 50, step=2.0, seed=5)
    assert walks.shape == (4000, 50) and walks.dtype == np.float32
    assert not walks[:, 0].any()
    steps = np.diff(walks, axis=1)
    assert steps.std() == pytest.approx(2, rel=0.02)
    assert abs(np.corrcoef(steps[:, :-1].ravel(), steps[:, 1:].ravel())[0, 1]) < 0.02
    for h in (1, 25):  # the chapter's formula for the error of the last value
        error = np.abs(walks[:, h] - walks[:, 0]).mean()
        assert error == pytest.approx(2 * np.sqrt(2 * h / np.pi), rel=0.06)
