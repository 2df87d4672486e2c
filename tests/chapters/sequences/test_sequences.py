"""Balls and samples of sequences: what the chapter says of them."""

import numpy as np
import pytest
from seqbook import music
from seqbook.chapters.sequences import balls, data

# --- Balls ------------------------------------------------------------------------------------


def test_a_throw_bends_by_its_gravity_and_by_nothing_else():
    earth = balls.throws(50, 6, seed=1)
    assert earth.shape == (50, 6, 2)
    bend = np.diff(earth, n=2, axis=1)
    np.testing.assert_allclose(bend, np.broadcast_to([0, -0.0981], bend.shape), atol=1e-12)
    paths = balls.throws(400, 6, gravity=(1.6, 24.8), seed=1)
    planets = np.diff(paths, n=2, axis=1)[..., 1] / -0.01
    np.testing.assert_allclose(planets, np.repeat(planets[:, :1], 4, axis=1), atol=1e-9)
    assert 1.6 <= planets.min() < 3 and 23 < planets.max() <= 24.8


def test_present_place_and_speed_have_nothing_to_do_with_each_other():
    paths = balls.throws(20_000, 9, seed=2)
    step = paths[:, 7] - paths[:, 6]
    for k in (0, 1):
        assert abs(np.corrcoef(paths[:, 7, k], step[:, k])[0, 1]) < 0.03


def test_a_bouncing_ball_stays_in_the_court_and_loses_speed():
    paths = balls.bouncing(500, 60, seed=3)
    assert paths.shape == (500, 60, 2)
    assert paths.min() > 0.1 - 1e-9 and paths[..., 0].max() < 3.9 + 1e-9
    assert paths[..., 1].max() < 2.95
    speed = np.abs(np.diff(paths[..., 0], axis=1)).mean(axis=0)
    assert speed[-10:].mean() < 0.8 * speed[:10].mean()
    height = paths[..., 1].max(axis=0)
    assert height[-10:].max() < 0.8 * height[:10].max()


def test_between_bounces_it_flies_like_any_ball():
    bend = np.diff(balls.bouncing(500, 12, seed=4), n=2, axis=1)
    free = np.abs(bend - [0, -0.0981]).max(axis=2) < 1e-9
    assert 0.5 < free.mean() < 0.9


def test_balls_repeat_with_the_seed():
    for make in (balls.throws, balls.bouncing):
        np.testing.assert_array_equal(make(3, 4, seed=5), make(3, 4, seed=5))
        assert not np.array_equal(make(3, 4, seed=5), make(3, 4, seed=6))


def test_the_ball_is_where_the_film_shows_it():
    path = np.array([[1.0, 2.0], [3.0, 0.5]])
    film = balls.film(path, height=60, width=80)
    assert film.shape == (2, 60, 80, 3) and film.dtype == np.uint8
    for (x, y), picture in zip(path, film, strict=True):
        row, column = np.argwhere(picture[..., 2] < 100).mean(axis=0) + 0.5
        assert column / 20 == pytest.approx(x, abs=0.03)
        assert 3 - row / 20 == pytest.approx(y, abs=0.03)


# --- Samples ----------------------------------------------------------------------------------


def test_the_voice_has_its_pitch_and_its_two_vowels():
    voice = data.voice(16_000)
    assert voice.samples.shape == (16_000,) and voice.samples.dtype == np.float32
    assert 0.7 < np.abs(voice.samples).max() <= 0.81 and voice.seconds == 1
    for start, formant in [(0.1, 730), (0.7, 2290)]:  # the one that the other vowel has not
        part = voice.samples[int(start * 16000) :][:3200]
        power = np.abs(np.fft.rfft(part * np.hanning(3200))) ** 2
        hertz = np.fft.rfftfreq(3200, 1 / 16000)
        band = power[np.abs(hertz - formant) < 150].sum()
        other = power[np.abs(hertz - (2290 if formant == 730 else 730)) < 150].sum()
        assert band > 5 * other
        low = (hertz > 60) & (hertz < 200)
        assert 95 < hertz[low][power[low].argmax()] < 135
    kind, sound = voice.encode()
    assert kind == "audio/mpeg" and len(sound) < 10_000
    bundle = voice._repr_mimebundle_()
    assert "<audio controls" in bundle["text/html"] and "eye" in bundle["text/plain"]


def test_insulin_and_the_gene_are_what_they_are_called():
    # The two cysteines that hold the A chain, and the ends of the human chain.
    assert len(data.INSULIN_B) == 30 and set(data.INSULIN_B) <= set(data.AMINO_ACIDS)
    assert [i for i, a in enumerate(data.INSULIN_B, 1) if a == "C"] == [7, 19]
    assert data.INSULIN_B[0] == "F" and data.INSULIN_B[-1] == "T"
    code = {
        "ATG": "M", "GTG": "V", "CAT": "H", "CTG": "L", "ACT": "T", "CCT": "P", "GAG": "E",
        "AAG": "K", "TCT": "S", "GCC": "A", "GTT": "V",
    }  # fmt: skip
    gene = data.BETA_GLOBIN
    assert "".join(code[gene[i : i + 3]] for i in range(0, len(gene), 3)) == "MVHLTPEEKSAVTA"
    assert len(data.AMINO_ACIDS) == len(set(data.AMINO_ACIDS)) == 20


def test_the_heart_beats_about_sixty_six_times_a_minute():
    heart = data.heart(60, 250)
    assert heart.shape == (15_000, 1) and heart.dtype == np.float32
    high = heart[:, 0] > 0.8
    beats = np.flatnonzero(high[1:] & ~high[:-1]) / 250
    assert 62 <= len(beats) <= 72
    assert 0.02 < np.diff(beats).std() < 0.1


def test_weather_has_seasons_and_a_memory():
    dates, weather = data.weather(1461)
    assert dates.shape == (1461,) and weather.shape == (1461, 2)
    assert str(dates[0]) == "2023-01-01" and (np.diff(dates) == np.timedelta64(1, "D")).all()
    month = dates.astype("datetime64[M]").astype(int) % 12
    assert weather[month == 6, 0].mean() > weather[month == 0, 0].mean() + 14
    assert (weather[:, 1] >= 0).all() and 0.5 < (weather[:, 1] == 0).mean() < 0.8


def test_the_share_moves_at_random_on_working_days():
    dates, price = data.prices(2000)
    assert price.shape == (2000, 1) and price[0] == 100 and (price > 0).all()
    assert np.is_busday(dates).all() and len(set(dates)) == 2000
    moves = np.diff(np.log(price[:, 0]))
    assert abs(np.corrcoef(moves[:-1], moves[1:])[0, 1]) < 0.06
    assert moves.std() == pytest.approx(0.014, rel=0.1)


def test_the_arm_keeps_its_energy():
    rate = 500
    angles = data.arm(2, rate).astype(float)
    assert angles.shape == (1000, 2)
    p, q = angles[1:-1].T
    vp, vq = ((angles[2:] - angles[:-2]) * rate / 2).T
    length, g = data.FOREARM, 9.81
    moving = length**2 * (vp**2 + vq**2 / 2 + vp * vq * np.cos(p - q))
    lifted = -g * length * (2 * np.cos(p) + np.cos(q))
    total = moving + lifted
    assert np.ptp(total) < 0.01 * np.ptp(lifted)
    # Fewer samples a second are the same movement.
    np.testing.assert_allclose(data.arm(2, 50), angles[::10], atol=1e-3)


def test_the_tune_is_real_and_every_bar_adds_up():
    tune = data.tune()
    assert tune in music.load_tunes("oneill") and len(tune) == 109
    assert music.validate(tune)
