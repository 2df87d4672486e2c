"""Sequences as they occur: a voice, letters, bases, temperatures, prices, a heart, an arm, a tune.

The texts, the protein, the gene and the tune are real. The rest is generated, so that nothing is
downloaded and everybody sees the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...music.corpus import load_tunes
from ...music.synth import PEAK, Clip

OPENING = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, "
    "must be in want of a wife."
)  # Jane Austen, Pride and Prejudice, 1813

INSULIN_B = "FVNQHLCGSHLVEALYLVCGERGFFYTPKT"  # human insulin, B chain
AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
BETA_GLOBIN = "ATGGTGCATCTGACTCCTGAGGAGAAGTCTGCCGTTACTGCC"  # where human HBB starts to code
BASES = "ACGT"

TUNE = 104  # among the tunes of "oneill": short, and every bar adds up

# Peterson and Barney (1952): the first three resonances of a man's voice, in hertz.
AH, EE = (730.0, 1090.0, 2440.0), (270.0, 2290.0, 3010.0)

# McSharry and others (2003): where in a beat each wave stands (radians), its height, its width.
WAVES = (
    (-np.pi / 3, 0.12, 0.25),  # P
    (-np.pi / 12, -0.15, 0.1),  # Q
    (0.0, 1.2, 0.1),  # R
    (np.pi / 12, -0.25, 0.1),  # S
    (np.pi / 2, 0.3, 0.4),  # T
)

FOREARM = 0.3  # meters; the upper arm is as long and as heavy


class Sound(Clip):
    """A sound that is no tune. In a notebook it shows itself as a player."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": f"{self.label} (audio player)"}


def voice(sample_rate: int = 16_000) -> Sound:
    """A generated voice that says "ah", turns into "ee", and so says "eye".

    The vocal cords give a tone of about 120 Hz with all its multiples; the mouth lets some of
    them through better than others, and which ones makes the vowel.
    """
    t = np.arange(sample_rate) / sample_rate
    pitch = 128 - 26 * t  # hertz; it sinks, as at the end of a sentence
    phase = 2 * np.pi * np.cumsum(pitch) / sample_rate
    turn = np.clip((t - 0.4) / 0.25, 0, 1)
    sound = np.zeros(sample_rate)
    for k in range(1, 32):
        loudness = 0.0
        for from_, to, gain, width in zip(AH, EE, (1, 0.6, 0.3), (80, 100, 140), strict=True):
            center = from_ + (to - from_) * turn
            loudness = loudness + gain / (1 + ((k * pitch - center) / width) ** 2)
        sound += loudness * np.sin(k * phase)
    sound *= np.minimum(1, t / 0.06) * np.clip((1 - t) / 0.2, 0, 1)
    sound = (PEAK * sound / np.abs(sound).max()).astype(np.float32)
    return Sound(sound, sample_rate, 'A generated voice that says "eye"')


def heart(seconds: int = 5, sample_rate: int = 250, *, seed: int = 0) -> np.ndarray:
    """A generated electrocardiogram in millivolts, (time, 1): five waves in every beat."""
    rng = np.random.default_rng(seed)
    lengths = 0.9 + 0.05 * rng.standard_normal(2 * seconds + 2)  # seconds from beat to beat
    beats = np.cumsum(lengths) - lengths[0] / 2
    t = np.arange(seconds * sample_rate) / sample_rate
    phase = 2 * np.pi * np.interp(t, beats, np.arange(len(beats)), left=0)
    phase += np.where(t < beats[0], 2 * np.pi * (t - beats[0]) / lengths[0], 0)
    signal = 0.01 * rng.standard_normal(len(t))
    for place, height, width in WAVES:
        away = (phase - place + np.pi) % (2 * np.pi) - np.pi
        signal += height * np.exp(-0.5 * (away / width) ** 2)
    return signal[:, None].astype("float32")


def weather(days: int = 730, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Dates from 1 January 2023, and generated temperature (°C) and rain (mm), (days, 2)."""
    rng = np.random.default_rng(seed)
    dates = np.datetime64("2023-01-01") + np.arange(days)
    season = 10.5 - 9.5 * np.cos(2 * np.pi * (np.arange(days) - 20) / 365.25)
    mood, moods = 0.0, []  # a warm day is followed by a warm day, more often than not
    for shock in rng.normal(0, 2.0, days):
        mood = 0.75 * mood + shock
        moods.append(mood)
    wet = rng.random(days) < 0.35
    rain = np.where(wet, rng.exponential(5.0, days), 0.0)
    return dates, np.stack([season + moods, rain], axis=1).astype("float32")


def prices(days: int = 260, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Working days from 1 January 2024, and a share that moves at random each day, (days, 1)."""
    rng = np.random.default_rng(seed)
    dates = np.busday_offset("2024-01-01", np.arange(days))
    moves = rng.normal(0.0003, 0.014, days)
    moves[0] = 0
    return dates, 100 * np.exp(np.cumsum(moves))[:, None].astype("float32")


def arm(seconds: int = 4, sample_rate: int = 50) -> np.ndarray:
    """Angles (radians) of upper arm and forearm of a loose arm, a double pendulum, (time, 2)."""
    substeps = -(-500 // sample_rate)
    h = 1 / (sample_rate * substeps)
    state, angles = np.array([1.7, 1.2, 0.0, 0.0]), []  # two angles, two speeds
    for _ in range(seconds * sample_rate):
        angles.append(state[:2])
        for _ in range(substeps):  # the classical Runge-Kutta step
            a = _arm_slope(state)
            b = _arm_slope(state + h / 2 * a)
            c = _arm_slope(state + h / 2 * b)
            d = _arm_slope(state + h * c)
            state = state + h / 6 * (a + 2 * b + 2 * c + d)
    return np.array(angles, dtype="float32")


def _arm_slope(state: np.ndarray) -> np.ndarray:
    """Speeds and accelerations of two equal rods of no mass, each with a weight at its end."""
    p, q, vp, vq = state
    g, cos, sin = 9.81 / FOREARM, np.cos(p - q), np.sin(p - q)
    right = np.array([-vq * vq * sin - 2 * g * np.sin(p), vp * vp * sin - g * np.sin(q)])
    return np.array([vp, vq, *np.linalg.solve([[2, cos], [cos, 1]], right)])


def tune() -> str:
    """One real tune in ABC notation, from O'Neill's collection of 1903, installed with music21."""
    return load_tunes("oneill")[TUNE]
