"""Does every bar add up? A bar, a pickup, or two halves that complete each other."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from .model import Bar

__all__ = ["MIN_BARS", "MIN_NOTES", "bar_message", "check_bars", "joined"]

MIN_BARS, MIN_NOTES = 2, 8  # less is no tune


def check_bars(bars: list[Bar]) -> None:
    """Set `ok` of every bar.

    A bar is right when it fills its meter. A short one is right

    * at the very start, as a pickup;
    * next to a repeat, a double bar or an ending, if the bar across it is the missing half:
      the next bar, or the one that begins the section which is played again;
    * at the very end, if it and the pickup at the start make a bar.
    """
    section = 0  # index of the bar that begins the section being repeated
    ending_pickup: Fraction | None = None  # what the bar of a first ending began with
    for i, bar in enumerate(bars):
        after_line = bar.left not in ("", "|")
        if after_line and not bar.ending:
            section = i
        if bar.ending == 1:
            # "A2 [1 B2 :|[2 c2 |": the second ending's bar also begins with A2
            ending_pickup = bar.before_ending
            if ending_pickup is None and i and _short(bars[i - 1]):
                ending_pickup = bars[i - 1].duration
        if bar.meter is None or bar.duration > bar.meter:
            continue
        if bar.duration == bar.meter or i == 0:
            bar.ok = True
            continue
        if after_line or bar.ending:
            before = bars[i - 1]
            if _short(before) and before.duration + bar.duration == bar.meter:
                bar.ok = before.ok = True
            if bar.ending == 2 and ending_pickup is not None:
                bar.ok |= ending_pickup + bar.duration == bar.meter
        last = i == len(bars) - 1
        if bar.right not in ("", "|") or last:
            opening = bars[section]
            if section != i and opening.duration + bar.duration == bar.meter:
                bar.ok = opening.ok = True
            elif last and bars[0].duration + bar.duration == bar.meter:
                bar.ok = True


def _short(bar: Bar) -> bool:
    return bar.meter is not None and bar.duration < bar.meter


def bar_message(number: int, bar: Bar) -> str:
    """`bar 3 adds up to 5/8, the meter is 6/8: 1/8 too short`, in the meter's own terms."""
    assert bar.meter is not None
    beat = {"C": 4, "C|": 2}.get(bar.meter_text) or int(bar.meter_text.split("/")[1])
    common = lcm(bar.duration.denominator, beat)
    difference = bar.duration - bar.meter
    size = abs(difference)
    return (
        f"bar {number} adds up to {bar.duration * common}/{common}, the meter is "
        f"{bar.meter_text}: {size.numerator}/{size.denominator} too "
        f"{'long' if difference > 0 else 'short'}"
    )


def joined(left: str, right: str) -> str:
    """Two bar lines in a row: `:|` and `|:` make `::`; a plain one adds nothing."""
    if right in ("", "|"):
        return left or right
    pair = {left, right}
    if pair in ({":|", "|:"}, {"::", ":|"}, {"::", "|:"}):
        return "::"
    return right if left in ("", "|", "||", "|]", "[|") else left
