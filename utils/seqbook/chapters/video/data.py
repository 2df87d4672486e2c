"""Clips of a moving shape whose single frames say nothing about the direction."""

from __future__ import annotations

import numpy as np

SIZE = 24  # pixels, and the period of the wallpaper
FRAMES = 8
NAMES = ("→", "↗", "↑", "↖", "←", "↙", "↓", "↘")
ANGLES = np.arange(8) * np.pi / 4
STEPS = np.stack([np.cos(ANGLES), -np.sin(ANGLES)], axis=1)  # (8, 2): to the right, downward
SHAPES = ("disk", "square", "diamond")


def clips(
    number: int, seed: int, frames: int = FRAMES, inside: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Clips (number, frames, 24, 24, 1), float32, and directions (number,), int32 from 0 to 7.

    One shape moves along a straight line, 1 to 2 pixels a frame. What leaves the picture on one
    side comes in on the other, as on a wallpaper that repeats every 24 pixels. With `inside` the
    shape starts where it stays in the picture for eight frames, so that the frames give the
    direction away.
    """
    if number < 1 or frames < 1:
        raise ValueError(f"There has to be a clip and a frame; got {number} and {frames}.")
    rng = np.random.default_rng(seed)
    direction = rng.integers(0, 8, number)
    speed = rng.uniform(1.0, 2.0, number)
    start = rng.uniform(0.0, SIZE, (number, 2))
    shape = rng.integers(0, len(SHAPES), number)[:, None, None]
    radius = rng.uniform(2.2, 3.5, number)[:, None, None]
    move = STEPS[direction] * speed[:, None]  # (number, 2), pixels a frame
    if inside:
        way = move * (FRAMES - 1)
        low, high = 3.5 - np.minimum(way, 0), SIZE - 4.5 - np.maximum(way, 0)
        start = low + (high - low) * start / SIZE
    rows, columns = np.mgrid[:SIZE, :SIZE]
    pictures = np.empty((number, frames, SIZE, SIZE, 1), "float32")
    for t in range(frames):
        x, y = (start + t * move).T[:, :, None, None]
        across = np.abs((columns - x + SIZE / 2) % SIZE - SIZE / 2)  # distances on the wallpaper
        down = np.abs((rows - y + SIZE / 2) % SIZE - SIZE / 2)
        distance = np.choose(
            shape, [np.hypot(across, down), np.maximum(across, down) * 1.1, (across + down) / 1.2]
        )
        pictures[:, t, :, :, 0] = distance < radius
    pictures += rng.normal(0.0, 0.05, pictures.shape)
    return pictures, direction.astype("int32")


def forward_and_backward(number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """`number` clips, and then the same clips played backward, in the opposite direction."""
    x, y = clips(number, seed)
    return np.concatenate([x, x[:, ::-1]]), np.concatenate([y, (y + 4) % 8])
