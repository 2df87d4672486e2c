"""Where does the ball go next? The reader guesses, against a rule with memory and one without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ...live.base import Explorer
from . import balls

SEEN = 5  # frames before the one to be guessed
AFTER = 3  # frames shown after it, once the guess is made
FITTED_ON = 4000  # balls
MAX_BALLS = 40


class BallPuzzle(Explorer):
    """A ball in a court; the reader says where the next frame will show it.

    Two rivals guess as well. *Position only* knows the present frame: a least-squares fit to
    4,000 other balls of the same court. *Two frames* makes the last step again, lowered by what
    gravity takes off in one frame. Neither has heard of walls and floor.

    Args:
        count: how many balls there are to guess, 1 to 40.
        shown: how many frames the reader may choose to see, from 1 to 5, growing.
        seed: the same seed, the same balls.

    Raises:
        ValueError: an argument is out of its range.
    """

    name: ClassVar[str] = "ball-puzzle"

    def __init__(self, count: int = 24, *, shown: Sequence[int] = (1, 2, 3, 5), seed: int = 260):
        if isinstance(count, bool) or not isinstance(count, (int, np.integer)):
            raise ValueError(f"count must be a whole number from 1 to {MAX_BALLS}, got {count!r}.")
        if not 1 <= count <= MAX_BALLS:
            raise ValueError(f"count must be from 1 to {MAX_BALLS}, got {count}.")
        shown = list(shown)
        whole = all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in shown)
        in_range = whole and set(shown) <= set(range(1, SEEN + 1))
        if not shown or not in_range or shown != sorted(set(shown)):
            raise ValueError(f"shown must be growing whole numbers from 1 to {SEEN}, got {shown}.")
        self.shown = tuple(map(int, shown))
        # Rounded to millimeters, so that the page and NumPy compute from the same numbers.
        self.paths = balls.bouncing(count, SEEN + 1 + AFTER, seed=seed).round(3)
        """Positions in meters, shape (count, 9, 2): five seen, the answer, three more."""
        self.weights = _position_only(seed + 1).round(4)
        """Of the rival without history, shape (3, 2): next = [1, across, up] @ weights."""
        self.drop = round(balls.GRAVITY * balls.SECONDS**2, 4)
        """How much lower each step is than the one before it, in meters."""

    @classmethod
    def example(cls) -> BallPuzzle:
        """A small one, for tests."""
        return cls(3, shown=(1, 2, 5))

    def guesses(self) -> dict[str, np.ndarray]:
        """What the rivals say, for each ball: "position only" and "two frames", (count, 2)."""
        now, before = self.paths[:, SEEN - 1], self.paths[:, SEEN - 2]
        design = np.column_stack([np.ones(len(now)), now])
        return {
            "position only": design @ self.weights,
            "two frames": now + (now - before) - [0.0, self.drop],
        }

    def errors(self) -> dict[str, np.ndarray]:
        """How far off the rivals are, in centimeters, shape (count,) each."""
        truth = self.paths[:, SEEN]
        return {
            rival: 100 * np.linalg.norm(guess - truth, axis=1)
            for rival, guess in self.guesses().items()
        }

    def config(self) -> dict[str, Any]:
        """Paths, sizes in meters, and what the rivals know."""
        return {
            "paths": self.paths.tolist(),
            "weights": self.weights.tolist(),
            "drop": self.drop,
            "seen": SEEN,
            "shown": list(self.shown),
            "court": list(balls.COURT),
            "radius": balls.RADIUS,
        }

    def static_html(self) -> str:
        """The mean errors of the rivals and a table of the first balls."""
        errors = self.errors()
        means = {rival: e.mean() for rival, e in errors.items()}
        rows = "".join(
            f'<tr><th scope="row">ball {i + 1}</th>'
            + "".join(f"<td>({p[0]:.2f}, {p[1]:.2f})</td>" for p in path[SEEN - 2 : SEEN + 1])
            + f"<td>{a:.0f}</td><td>{b:.0f}</td></tr>"
            for i, (path, a, b) in enumerate(
                zip(self.paths[:6], *errors.values(), strict=False)
            )
        )
        return (
            "<p><strong>Where does the ball go next?</strong> Positions in meters, across and "
            "up, in a court 4 m wide and 3 m high, a tenth of a second apart. One rule knows the "
            "present position only, the other the last two. Over "
            f"{len(self.paths)} balls they are off by {means['position only']:.0f} cm and "
            f"{means['two frames']:.0f} cm on average. Where scripts run, this table is a figure "
            "in which you guess.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Table of balls"><table>'
            '<thead><tr><td></td><th scope="col">one frame ago</th><th scope="col">now</th>'
            '<th scope="col">next</th><th scope="col">position only is off by (cm)</th>'
            '<th scope="col">two frames is off by (cm)</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )

    def static_text(self) -> str:
        """Mean errors of the rivals."""
        means = {rival: e.mean() for rival, e in self.errors().items()}
        return "\n".join(
            [f"BallPuzzle: {len(self.paths)} balls, where does each go next?"]
            + [f"{rival}: off by {mean:.0f} cm on average" for rival, mean in means.items()]
        )


def _position_only(seed: int) -> np.ndarray:
    """Least squares from one position to the next, on balls that are not in the puzzle."""
    paths = balls.bouncing(FITTED_ON, 2, seed=seed)
    design = np.column_stack([np.ones(FITTED_ON), paths[:, 0]])
    return np.linalg.lstsq(design, paths[:, 1], rcond=None)[0]
