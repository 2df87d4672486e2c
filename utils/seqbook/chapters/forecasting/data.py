"""Series with a clock: the hours of a weather station, the days of a price.

The weather is generated, from a recipe that the docstring of `weather` states in full. One real
series comes with matplotlib and is only read here: daily prices of one share, `google`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

LEAD = 18  # hours between the first fall of the pressure and the front


class Weather(NamedTuple):
    """What `weather` returns; all arrays have one entry per hour, shape (hours,)."""

    time: np.ndarray
    """Whole hours, datetime64[h]."""
    temperature: np.ndarray
    """In degrees Celsius, float32."""
    pressure: np.ndarray
    """In hectopascal, float32."""
    fronts: np.ndarray
    """True in the hour in which a cold front arrives; a forecaster does not get to see this."""


def calendar(time: np.ndarray) -> np.ndarray:
    """Two clock hands an hour, (hours, 4): sine and cosine of the day's and of the year's angle."""
    time = np.asarray(time).astype("datetime64[h]")
    hour = (time - time.astype("datetime64[D]")).astype(float)
    days = (time - time.astype("datetime64[Y]").astype("datetime64[h]")).astype(float) / 24
    day, year = 2 * np.pi * hour / 24, 2 * np.pi * days / 365.25
    hands = [np.sin(day), np.cos(day), np.sin(year), np.cos(year)]
    return np.stack(hands, axis=-1).astype("float32")


def weather(
    years: int = 6, *, start: int = 2015, calm: bool = False, seed: int = 0
) -> Weather:
    """Temperature and pressure of a station that does not exist, hour by hour.

    The temperature is a sum of five parts: the year (mean 10 °C, coldest in late January); the day
    (warmest at 15:00, larger in summer, and larger under high pressure, when the sky is clear);
    cold fronts; slow drift (memory of about four days); fast noise (memory of about three hours).
    A front comes every two to seven days. The pressure begins to fall 18 hours ahead of it, at a
    steady rate, the faster the stronger the front. When it arrives, the temperature drops by 3 to
    12 °C within about three hours and comes back over two days; the pressure rises again.
    `calm` is a world without fronts, where the pressure says nothing about the temperature.
    """
    rng = np.random.default_rng(seed)
    first = np.datetime64(f"{int(start):04d}-01-01T00", "h")
    last = np.datetime64(f"{int(start) + years:04d}-01-01T00", "h")
    time = np.arange(first, last)
    hours = len(time)

    arrives = np.cumsum(rng.uniform(48, 168, size=hours // 48 + 2)).astype(int)
    arrives = arrives[arrives < (0 if calm else hours)]
    strength = rng.uniform(3, 12, size=len(arrives))  # °C
    cold, dip = np.zeros(hours), np.zeros(hours)
    for t, s in zip(arrives, strength, strict=True):
        age = np.arange(min(hours - t, 240))
        cold[t : t + 240] -= s * (1 - np.exp(-(age + 1) / 1.5)) * np.exp(-age / 48)
        dip[t : t + 240] -= 1.6 * s * np.exp(-(age + 1) / 9)
        ahead = np.arange(max(0, t - LEAD), t)
        dip[ahead] -= 1.6 * s * (ahead - (t - LEAD) + 1) / (LEAD + 1)

    pressure = 1016 + dip + _drift(rng, hours, memory=300, size=4) + _drift(rng, hours, 6, 0.3)
    hand = calendar(time - np.timedelta64(15, "h")).T[1]  # the day's peak: 15:00
    late = calendar(time - np.timedelta64(24, "D")).T[3]  # the year's low: around January 25
    clear = 0.65 if calm else 1 / (1 + np.exp(-(pressure - 1012) / 4))
    day = (3.5 - 1.5 * late) * (0.35 + clear) * hand
    temperature = 10 - 9 * late + day + cold + (0 if calm else 3)
    temperature += _drift(rng, hours, memory=96, size=2.5) + _drift(rng, hours, memory=3, size=0.5)
    fronts = np.zeros(hours, dtype=bool)
    fronts[arrives] = True
    return Weather(time, temperature.astype("float32"), pressure.astype("float32"), fronts)


def _drift(rng: np.random.Generator, steps: int, memory: float, size: float) -> np.ndarray:
    """A value that is pulled back to zero: standard deviation `size`, memory in steps."""
    keep = np.exp(-1 / memory)
    push = size * np.sqrt(1 - keep**2) * rng.normal(size=steps)
    out, value = np.empty(steps), size * rng.normal()
    for t in range(steps):
        out[t] = value = keep * value + push[t]
    return out


def google() -> tuple[np.ndarray, np.ndarray]:
    """Real closing prices of Google's share, August 2004 to October 2008, from matplotlib.

    Trading days, datetime64[D], and adjusted closing prices in US dollars, both (days,).
    """
    from matplotlib import cbook

    try:
        path = cbook.get_sample_data("goog.npz", asfileobj=False)
        with np.load(path) as file:
            table = file["price_data"]
    except FileNotFoundError:
        raise ValueError(
            "this matplotlib has no sample data: install it with pip install matplotlib"
        ) from None
    return table["date"].astype("datetime64[D]"), table["adj_close"].astype("float32")


def random_walks(n: int, timesteps: int, *, step: float = 1.0, seed: int = 0) -> np.ndarray:
    """`n` walks from 0, (n, timesteps): every step is independent of everything before it."""
    steps = step * np.random.default_rng(seed).normal(size=(n, timesteps))
    steps[:, 0] = 0
    return steps.cumsum(axis=1).astype("float32")
