"""Matching predictions with true objects: costs, a choice by hand, greedy, and every assignment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any, ClassVar

import numpy as np

from ...live.base import Explorer
from ..captioning.taught import SHAPES

SIDE = 48  # pixels of the picture
KINDS = [*SHAPES, "nothing"]
SURE = 0.8  # the probability of the kind that a prediction names; the others share the rest
WEIGHTS = (1.0, 5.0, 2.0)  # of the three parts of the cost
LETTERS = "ABCD"

# (kind, center x, center y, width, height), in pixels.
TRUTHS = (("circle", 16, 14, 14, 14), ("circle", 33, 14, 12, 12), ("square", 25, 37, 12, 12))
PREDICTIONS = (
    ("circle", 22, 15, 14, 14),
    ("circle", 8, 14, 12, 14),
    ("triangle", 27, 36, 14, 12),
    ("nothing", 41, 36, 10, 10),
)


def cost_parts(predictions: Sequence[tuple], truths: Sequence[tuple]) -> np.ndarray:
    """Minus the probability, 5 · L1 and minus 2 · GIoU: shape (3, predictions, truths)."""
    kinds = [[KINDS.index(box[0]) for box in boxes] for boxes in (predictions, truths)]
    rest = (1 - SURE) / (len(KINDS) - 1)
    probability = np.where(np.equal.outer(*kinds), SURE, rest)
    a = np.array([box[1:] for box in predictions], float)[:, None] / SIDE
    b = np.array([box[1:] for box in truths], float)[None] / SIDE
    distance = np.abs(a - b).sum(axis=-1)
    low = [box[..., :2] - box[..., 2:] / 2 for box in (a, b)]
    high = [box[..., :2] + box[..., 2:] / 2 for box in (a, b)]
    both = np.clip(np.minimum(*high) - np.maximum(*low), 0, None).prod(axis=-1)
    either = a[..., 2:].prod(axis=-1) + b[..., 2:].prod(axis=-1) - both
    around = (np.maximum(*high) - np.minimum(*low)).prod(axis=-1)
    giou = both / either - (around - either) / around
    weights = np.array(WEIGHTS)[:, None, None]
    return weights * np.stack([-probability, distance, -giou])


def assignments(predictions: int, truths: int) -> list[tuple[int, ...]]:
    """Every way to give each truth a prediction of its own: a prediction's number for each."""
    return list(permutations(range(predictions), truths))


def greedy(costs: np.ndarray) -> tuple[int, ...]:
    """The lowest cost of the table, then the lowest of what is left, and so on."""
    left, chosen = costs.astype(float).copy(), [-1] * costs.shape[1]
    for _ in chosen:
        row, column = np.unravel_index(left.argmin(), left.shape)
        chosen[column] = int(row)
        left[row], left[:, column] = np.inf, np.inf
    return tuple(chosen)


class MatchingExplorer(Explorer):
    """Predicted and true boxes in one picture, their table of costs, and who belongs to whom.

    Args:
        predictions: 1 to 4 boxes (kind, x, y, width, height): the center and the size in pixels of
            a picture of 48 by 48. The kind is "circle", "square", "triangle", "cross" or "nothing".
        truths: 1 to 3 such boxes, not more than the predictions and none of them "nothing".

    Raises:
        ValueError: a number of boxes, a kind, a place or a size that there cannot be.
    """

    name: ClassVar[str] = "matching-explorer"

    def __init__(
        self, predictions: Sequence[tuple] = PREDICTIONS, truths: Sequence[tuple] = TRUTHS
    ) -> None:
        if not 1 <= len(predictions) <= len(LETTERS):
            raise ValueError(f"MatchingExplorer takes 1 to 4 predictions, got {len(predictions)}.")
        if not 1 <= len(truths) <= min(3, len(predictions)):
            raise ValueError(
                f"MatchingExplorer takes 1 to 3 truths, and a prediction for each; got "
                f"{len(truths)} truths and {len(predictions)} predictions."
            )
        for boxes, kinds in [(predictions, KINDS), (truths, SHAPES)]:
            for kind, x, y, width, height in boxes:
                if kind not in kinds:
                    raise ValueError(f"A kind is one of {', '.join(kinds)}; got {kind!r}.")
                if not (0 <= x <= SIDE and 0 <= y <= SIDE):
                    raise ValueError(f"A center is from 0 to {SIDE} pixels; got ({x}, {y}).")
                if not (2 <= width <= SIDE and 2 <= height <= SIDE):
                    raise ValueError(f"A size is from 2 to {SIDE} pixels; got {width} by {height}.")
        self.predictions = [tuple(box) for box in predictions]
        self.truths = [tuple(box) for box in truths]

    @classmethod
    def example(cls) -> MatchingExplorer:
        """The figure as the chapter shows it."""
        return cls()

    def config(self) -> dict[str, Any]:
        """The boxes, and what the costs are made of."""
        return {
            "kinds": KINDS,
            "letters": LETTERS,
            "predictions": self.predictions,
            "side": SIDE,
            "sure": SURE,
            "truths": self.truths,
            "weights": WEIGHTS,
        }

    def static_html(self) -> str:
        """The table of costs, for a page without scripts."""
        costs = cost_parts(self.predictions, self.truths).sum(axis=0)
        heads = "".join(
            f'<th scope="col">{number}: {kind}</th>'
            for number, (kind, *_) in enumerate(self.truths, 1)
        )
        rows = "".join(
            f'<tr><th scope="row">{letter}: {kind}</th>'
            + "".join(f"<td>{cost:.2f}</td>" for cost in row).replace("-", "−")
            + "</tr>"
            for letter, (kind, *_), row in zip(LETTERS, self.predictions, costs, strict=False)
        )
        ways = assignments(*costs.shape)
        total = {way: sum(costs[row, column] for column, row in enumerate(way)) for way in ways}
        best = min(ways, key=total.__getitem__)
        said = ", ".join(f"{LETTERS[row]} to {number}" for number, row in enumerate(best, 1))
        return (
            "<p>What each prediction (rows) would cost as the answer for each true object "
            "(columns). In a page that runs scripts you can move the predictions and choose.</p>"
            f"<table><thead><tr><th scope='col'>cost</th>{heads}</tr></thead>"
            f"<tbody>{rows}</tbody></table>"
            f"<p>The best of {len(ways)} assignments: {said}, in all "
            f"{total[best]:.2f}. Greedy: {total[greedy(costs)]:.2f}.</p>".replace(" -", " −")
        )

    def static_text(self) -> str:
        return (
            f"MatchingExplorer: {len(self.predictions)} predictions, {len(self.truths)} truths, "
            f"{len(assignments(len(self.predictions), len(self.truths)))} assignments"
        )
