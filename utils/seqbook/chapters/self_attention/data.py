"""A game of questions: every player asks another one for a number, all at once.

Eight players sit in a row. A card says who a player is, whom the player asks, in which seat the
player sits, and the player's number, a digit. Each has to say two numbers: that of the player
whom the card names, and that of the neighbor on the left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

PLAYERS = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana")
DIGITS = 10
FIELDS = {"name": len(PLAYERS), "asks": len(PLAYERS), "seat": len(PLAYERS), "number": DIGITS}
"""The parts of a card in the order in which they stand, each a one-hot vector, and their sizes."""


class Games(NamedTuple):
    """Games, each a row of eight seats: arrays of shape (games, seats) of whole numbers."""

    names: np.ndarray
    """Which player sits there."""
    asks: np.ndarray
    """The player whom this one asks, never oneself."""
    numbers: np.ndarray
    """The player's number, 0 to 9."""

    @property
    def asked(self) -> np.ndarray:
        """The seat of the player who is asked."""
        seat_of = np.argsort(self.names, axis=1)
        return np.take_along_axis(seat_of, self.asks, axis=1)

    @property
    def left(self) -> np.ndarray:
        """The seat on the left; the row is closed to a circle, so the first one's is the last."""
        seats = np.arange(self.names.shape[1])
        return np.broadcast_to((seats - 1) % len(seats), self.names.shape)

    @property
    def cards(self) -> np.ndarray:
        """What the network reads: one-hot name, asks, seat, number, (games, seats, 34)."""
        count, seats = self.names.shape
        fields = [(self.names, len(PLAYERS)), (self.asks, len(PLAYERS)),
                  (np.broadcast_to(np.arange(seats), (count, seats)), len(PLAYERS)),
                  (self.numbers, DIGITS)]
        return np.concatenate([np.eye(n, dtype="float32")[ids] for ids, n in fields], axis=-1)

    @property
    def answers(self) -> np.ndarray:
        """The number of the player asked, then that of the left neighbor: (games, seats, 2)."""
        found = [np.take_along_axis(self.numbers, at, axis=1) for at in (self.asked, self.left)]
        return np.stack(found, axis=-1)


def games(count: int, seed: int | np.random.Generator = 0) -> Games:
    """Random games: who sits where, who asks whom, which numbers."""
    rng = np.random.default_rng(seed)
    players = len(PLAYERS)
    names = rng.permuted(np.tile(np.arange(players), (count, 1)), axis=1)
    asks = (names + rng.integers(1, players, (count, players))) % players
    return Games(names, asks, rng.integers(0, DIGITS, (count, players)))
