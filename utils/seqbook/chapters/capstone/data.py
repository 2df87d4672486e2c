"""A phone in an elevator: what its accelerometer feels, and where the cabin really is.

The building has floors 0 to 7, three meters each. The cabin speeds up at 1 m/s² for 1.5 seconds,
rides at 1.5 m/s, slows down at the same rate and stands. A step is half a second.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

FLOORS = 8
FLOOR_HEIGHT = 3.0  # meters
STEP = 0.5  # seconds
PULSE, PER_FLOOR = 3, 4  # steps of acceleration; steps that one more floor takes


class Recordings(NamedTuple):
    """What `recordings` returns; n recordings of T half seconds."""

    felt: np.ndarray
    """Vertical acceleration as the phone measures it, gravity taken out, in m/s²: (n, T, 1)."""
    motion: np.ndarray
    """0 down, 1 standing, 2 up, in each step: int32 (n, T)."""
    height: np.ndarray
    """Height of the cabin above floor 0 at the end of each step, in meters: (n, T)."""
    floor: np.ndarray
    """The floor on which the cabin stands at the end: int32 (n,)."""


def _pulses(floors: int) -> np.ndarray:
    """Acceleration of one ride over `floors` (down if negative), in m/s²."""
    a = np.zeros(PER_FLOOR * abs(floors) + PULSE)
    a[:PULSE], a[-PULSE:] = np.sign(floors), -np.sign(floors)
    return a


def _motion_and_height(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean velocity within each step and height at its end, along the last axis."""
    after = np.cumsum(a, axis=-1) * STEP
    within = after - a * STEP / 2
    return within, np.cumsum(within, axis=-1) * STEP


def ride(floors: int, timesteps: int = 40) -> np.ndarray:
    """Meters above the start during a ride of -7 to 7 floors, after each step: (timesteps,)."""
    pulses = _pulses(floors) if floors else np.zeros(0)
    a = np.zeros(timesteps)
    a[: len(pulses)] = pulses
    return _motion_and_height(a)[1].astype("float32")


def recordings(
    n: int = 1000, *, timesteps: int = 64, noise: float = 0.2, seed: int = 0
) -> Recordings:
    """`n` recordings of somebody who steps in at floor 0 and rides to and fro.

    After a wait of 1.5 to 4 seconds the cabin goes to another floor, drawn at random; stands for 2
    to 5 seconds; goes on to another floor, as long as the ride fits. The phone adds two errors:
    noise at every step, and an offset (standard deviation 0.05 m/s²) that is constant within a
    recording.
    """
    rng = np.random.default_rng(seed)
    a, ends = np.zeros((n, timesteps)), np.zeros(n, dtype="int32")
    for i in range(n):
        t = int(rng.integers(3, 9))
        while True:
            to = int((ends[i] + rng.integers(1, FLOORS)) % FLOORS)
            pulses = _pulses(to - int(ends[i]))
            if t + len(pulses) > timesteps - 2:
                break
            a[i, t : t + len(pulses)] = pulses
            ends[i] = to
            t += len(pulses) + int(rng.integers(4, 11))
    velocity, height = _motion_and_height(a)
    offset = 0.05 * rng.normal(size=(n, 1))
    felt = a + offset + noise * rng.normal(size=a.shape)
    motion = 1 + np.sign(np.round(velocity, 6))
    return Recordings(
        felt[..., None].astype("float32"), motion.astype("int32"), height.astype("float32"), ends
    )
