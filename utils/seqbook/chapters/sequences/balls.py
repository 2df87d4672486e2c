"""A ball that flies, with or without a floor and walls, and a film of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SECONDS = 0.1  # between two frames
GRAVITY = 9.81  # on Earth, in meters per second squared
COURT = (4.0, 3.0)  # width and height in meters
RADIUS = 0.1  # of the ball, in meters
FLOOR, WALL = 0.85, 0.9  # share of the speed that is left after a bounce
SUBSTEPS = 50  # of one frame, to find the bounces


def throws(
    count: int, frames: int, *, gravity: float | Sequence[float] = GRAVITY, seed: int = 0
) -> np.ndarray:
    """Balls in free flight, without a floor: (count, frames, 2) in meters.

    Place and speed are drawn for the last frame but one, the "present"; the last frame is what
    comes next, the others are the past. A pair of gravities is a range to draw from.
    """
    rng = np.random.default_rng(seed)
    present = rng.uniform((0.5, 0.5), (3.5, 2.5), (count, 1, 2))
    velocity = rng.uniform(-4.0, 4.0, (count, 1, 2))
    low, high = np.broadcast_to(gravity, 2)
    fall = rng.uniform(low, high, (count, 1, 1)) * np.array([0.0, 0.5])
    t = SECONDS * np.arange(2 - frames, 2)[:, None]
    return present + velocity * t - fall * t**2


def bouncing(count: int, frames: int, *, seed: int = 0) -> np.ndarray:
    """Balls that bounce off the floor and the walls of a court, a little slower each time."""
    rng = np.random.default_rng(seed)
    left, right = RADIUS, COURT[0] - RADIUS
    top = rng.uniform(0.8, COURT[1] - RADIUS, count)  # how high it would fly
    x, y = rng.uniform(left, right, count), rng.uniform(RADIUS, top)
    vx = rng.uniform(-4.0, 4.0, count)
    vy = rng.choice([-1.0, 1.0], count) * np.sqrt(2 * GRAVITY * (top - y))

    h, path = SECONDS / SUBSTEPS, []
    for _ in range(frames):
        path.append(np.stack([x, y], axis=1))
        for _ in range(SUBSTEPS):
            x, y, vy = x + vx * h, y + vy * h - GRAVITY * h * h / 2, vy - GRAVITY * h
            on_floor, at_wall = y < RADIUS, (x < left) | (x > right)
            y = np.where(on_floor, 2 * RADIUS - y, y)
            vy = np.where(on_floor, FLOOR * np.abs(vy), vy)
            x = np.where(x < left, 2 * left - x, np.where(x > right, 2 * right - x, x))
            vx = np.where(at_wall, -WALL * vx, vx)
    return np.stack(path, axis=1)


def film(path: np.ndarray, *, height: int = 48, width: int = 64) -> np.ndarray:
    """A ball's path as a film: one small color picture for each position.

    The ball is drawn twice as large as it is, so that it can be seen in a small picture.
    """
    path = np.asarray(path, dtype=float)
    up = COURT[1] * (1 - (np.arange(height) + 0.5) / height)
    across = COURT[0] * (np.arange(width) + 0.5) / width
    pixel = COURT[0] / width
    distance = np.hypot(
        across[None, None, :] - path[:, None, None, 0], up[None, :, None] - path[:, None, None, 1]
    )
    ball = np.clip((2 * RADIUS - distance) / pixel + 0.5, 0, 1)[..., None]
    sky, leather = np.array([222.0, 235.0, 247.0]), np.array([194.0, 87.0, 12.0])
    return np.round(sky * (1 - ball) + leather * ball).astype("uint8")
