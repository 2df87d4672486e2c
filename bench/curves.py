"""Training curves: processor seconds against validation bits per character."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Curve = Sequence[Mapping[str, Any]]
"""Points with ``cpu_seconds``, ``steps`` and ``bits``, in the order of time."""


class NotReached(ValueError):
    """The curve does not come to this quality or to this time."""


def bits_at(curve: Curve, seconds: float) -> float:
    """Bits per character at a time, on the straight line between two measured points.

    Raises:
        NotReached: if the curve begins later or ends before.
    """
    if not curve or not curve[0]["cpu_seconds"] <= seconds <= curve[-1]["cpu_seconds"]:
        raise NotReached(f"the curve has no value at {seconds:g} s")
    before = curve[0]
    for point in curve:
        if point["cpu_seconds"] >= seconds:
            return _between(seconds, before, point, "cpu_seconds", "bits")
        before = point
    raise AssertionError  # the last point is at `seconds` or later


def seconds_to_reach(curve: Curve, bits: float) -> float:
    """When the curve is at this quality for the first time, between points on a straight line.

    A curve that is there at its first point took that long, although it may have been sooner.

    Raises:
        NotReached: if no point is as good.
    """
    before = None
    for point in curve:
        if point["bits"] <= bits:
            if before is None:
                return float(point["cpu_seconds"])
            return _between(bits, before, point, "bits", "cpu_seconds")
        before = point
    raise NotReached(f"the curve does not come to {bits:.3f} bits per character")


def _between(
    at: float, a: Mapping[str, Any], b: Mapping[str, Any], known: str, wanted: str
) -> float:
    """The value of `wanted` where `known` is `at`, on the line from a to b."""
    if a[known] == b[known]:
        return float(b[wanted])
    share = (at - a[known]) / (b[known] - a[known])
    return float(a[wanted] + share * (b[wanted] - a[wanted]))
