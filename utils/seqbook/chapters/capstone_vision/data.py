"""The shell game as films: a ball under one of three cups that look alike, and swaps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

CUPS = 3
HEIGHT, WIDTH = 16, 24  # pixels of a frame
LEFT = (4.0, 12.0, 20.0)  # the middle of each place, in pixels
PAIRS = ((0, 1), (1, 2), (0, 2))
STILL = 0.25  # how often no cup moves
_ROW, _COLUMN = np.mgrid[0:HEIGHT, 0:WIDTH].astype("float32")


class Games(NamedTuple):
    """What `games` returns: n films of T = swaps + 1 frames."""

    films: np.ndarray
    """Gray values, about 0 (table) to 1 (ball): float32 (n, T, 16, 24, 1)."""
    where: np.ndarray
    """The place of the ball after each frame, 0 left to 2 right: int32 (n, T)."""


def _cup(x: float, y: float) -> np.ndarray:
    """(16, 24) booleans: a cup whose middle is at (x, y), narrower at the top."""
    down, right = _ROW - y, np.abs(_COLUMN + 0.5 - x)
    return (np.abs(down) <= 2) & (right <= 2.3 + 0.3 * down)


def _lifted(ball: int) -> np.ndarray:
    """The first frame: all cups lifted, and the ball on the table."""
    frame = np.zeros((HEIGHT, WIDTH), "float32")
    for x in LEFT:
        frame[_cup(x, 5.0)] = 0.6
    frame[np.hypot(_ROW - 11, _COLUMN + 0.5 - LEFT[ball]) <= 1.6] = 1.0
    return frame


def _moving(pair: tuple[int, int] | None) -> np.ndarray:
    """One swap caught halfway: one cup passes behind (above), the other in front (below)."""
    frame = np.zeros((HEIGHT, WIDTH), "float32")
    for place, x in enumerate(LEFT):
        if pair is None or place not in pair:
            frame[_cup(x, 8.0)] = 0.6
    if pair is not None:
        middle = (LEFT[pair[0]] + LEFT[pair[1]]) / 2
        frame[_cup(middle, 3.0)] = 0.6
        frame[_cup(middle, 13.0)] = 0.6
    return frame


def games(n: int, swaps: int = 8, *, noise: float = 0.15, seed: int = 0) -> Games:
    """`n` games: the ball is shown, then `swaps` frames, each of one swap caught halfway.

    In a quarter of the frames no cup moves; otherwise two of the three places are drawn, and the
    cups on them change places. The camera shakes by up to a pixel sideways, and every pixel has
    Gaussian noise with standard deviation `noise`.
    """
    if n < 1 or swaps < 0:
        raise ValueError(f"n is at least 1 and swaps at least 0; they are {n} and {swaps}.")
    rng = np.random.default_rng(seed)
    choices = [None, *PAIRS]
    drawn = np.stack([_moving(pair) for pair in choices])
    after = np.array([[0, 1, 2], [1, 0, 2], [0, 2, 1], [2, 1, 0]])  # after[move, place]
    shares = [STILL, *[(1 - STILL) / 3] * 3]
    moves = rng.choice(4, size=(n, swaps), p=shares)
    where = np.zeros((n, swaps + 1), "int32")
    where[:, 0] = rng.integers(0, CUPS, n)
    for t in range(swaps):
        where[:, t + 1] = after[moves[:, t], where[:, t]]
    first = np.stack([_lifted(ball) for ball in range(CUPS)])[where[:, 0]]
    films = np.concatenate([first[:, None], drawn[moves]], axis=1)
    shakes = rng.integers(-1, 2, (n, swaps + 1))
    for shake in (-1, 1):
        films[shakes == shake] = np.roll(films[shakes == shake], shake, axis=-1)
    films = films + rng.normal(0, noise, films.shape)
    return Games(films[..., None].astype("float32"), where)
