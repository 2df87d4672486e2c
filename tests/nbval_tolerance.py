"""Numbers within a cell's stated tolerance count as equal for nbval (a pytest plugin).

A code cell whose metadata has

    "tolerance": 0.05                                    decimals and percentages
    "tolerance": {"numbers": 0.05, "integers": 0.2}      whole numbers too

passes when the text of its outputs is the stored one and each number is near the stored one:

- a decimal is off by at most the tolerance, absolute up to 1 and relative above;
- a percentage is its hundredth: 13% and 0.13 have the same tolerance;
- a number in scientific notation, such as 3e-07, is compared relative to the stored one;
- a whole number, such as a seed or a shape, has to be equal unless `integers` is stated.

There have to be as many numbers as before, and the words between them have to be the same. Blanks
beside a number do not count, nor how many there are in a row: a column moves when a number gets
a sign or a digit more. `nan` and `inf` are words. Durations and the like are taken out before, by
sanitize.cfg. Only text is compared in this way: streams, text/plain, text/html and their like.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest

from nbval.plugin import IPyNbCell
from printed_numbers import NUMBER, Number, numbers

BLANKS = re.compile(r"[^\S\n]+")


@dataclass(frozen=True)
class Tolerance:
    """How far a number may be from the stored one."""

    numbers: float = 0.0
    integers: float = 0.0

    @classmethod
    def read(cls, stated: object) -> Tolerance:
        """From a cell's metadata.

        Raises:
            ValueError: it is neither a number nor made of `numbers` and `integers`.
        """
        parts = stated if isinstance(stated, dict) else {"numbers": stated}
        wrong = [
            value for value in parts.values()
            if isinstance(value, bool) or not isinstance(value, int | float)
            or not math.isfinite(value) or value < 0
        ]
        if wrong or not parts or not set(parts) <= {"numbers", "integers"}:
            raise ValueError(
                f"the cell's tolerance is {stated!r}: write a number such as 0.05, or "
                '{"numbers": 0.05, "integers": 0.2}'
            )
        return cls(**parts)

    def fault(self, stored: Number, new: Number) -> str | None:
        """What is wrong with `new`, in one line; None if it is near enough."""
        whole = stored.whole and new.whole
        allowed = self.integers if whole else self.numbers
        off = abs(new.value - stored.value)
        relative = abs(stored.value) > 1 or stored.power or new.power
        if relative and stored.value:
            off /= abs(stored.value)
        # A tenth of a millionth for the binary rounding of decimals.
        if off <= allowed * (1 + 1e-7) + 1e-12 * (not relative):
            return None
        how = f"{off:.3g} of it" if relative else f"{off:.3g}"
        kind = "whole numbers" if whole else "numbers"
        return (
            f"{stored.text.strip()} is stored, {new.text.strip()} came out: off by {how}, "
            f"the tolerance for {kind} is {allowed:g}"
        )


def words(text: str) -> str:
    """The text without its numbers: each is a mark, without the blanks around it."""
    marked = BLANKS.sub(" ", NUMBER.sub("\0", text))
    return re.sub(r" ?(\0) ?| (?=\n|$)|(?:(?<=\n)|^) ", r"\1", marked)


def faults(stored: str, new: str, tolerance: Tolerance) -> list[str]:
    """What keeps `new` from counting as equal to `stored`; one line each."""
    theirs, mine = list(numbers(stored)), list(numbers(new))
    if len(theirs) != len(mine):
        return [f"how many numbers: {len(theirs)} stored, {len(mine)} came out"]
    found = []
    lines = zip_longest(words(stored).split("\n"), words(new).split("\n"))
    for line, (before, after) in enumerate(lines, 1):
        if before != after:
            shown = [
                "no line" if text is None else repr(text.replace("\0", "#"))
                for text in (before, after)
            ]
            found.append(
                f"line {line}, a # for each number: {shown[0]} is stored, {shown[1]} came out"
            )
            break
    for place, (a, b) in enumerate(zip(theirs, mine, strict=True), 1):
        fault = tolerance.fault(a, b)
        if fault:
            found.append(f"number {place} of {len(mine)}: {fault}")
    return found


def texts(outputs: list) -> dict[str, list[tuple[dict, str]]]:
    """Where text stands in outputs: from a stream's name or a MIME type to (its home, the key)."""
    places = defaultdict(list)
    for output in outputs:
        if output["output_type"] == "stream":
            places[output["name"]].append((output, "text"))
        for kind, value in output.get("data", {}).items():
            if kind.startswith("text/") and isinstance(value, str):
                places[kind].append((output["data"], kind))
    return places


def compare(cell: IPyNbCell, new: list, stored: list, skip_compare: tuple | None = None) -> bool:
    """nbval's comparison, in which text that is near enough is replaced by the stored text."""
    try:
        tolerance = Tolerance.read(cell.cell.metadata["tolerance"])
    except ValueError as error:
        cell.comparison_traceback = [str(error)]
        return False
    new, found = deepcopy(new), []
    mine, theirs = texts(new), texts(stored)
    for kind in set(mine) & set(theirs) - set(skip_compare or cell.parent.skip_compare):
        for (home, key), (other, other_key) in zip(mine[kind], theirs[kind], strict=False):
            before, after = cell.sanitize(other[other_key]), cell.sanitize(home[key])
            wrong = faults(before, after, tolerance)
            if not wrong:
                home[key] = other[other_key]
            found += [f" {kind}: {fault}" for fault in wrong]
    equal = IPyNbCell.compare_outputs(cell, new, stored, skip_compare)
    if not equal:
        cell.comparison_traceback = [*found, *cell.comparison_traceback]
    return equal


def pytest_itemcollected(item) -> None:
    """Cells with a tolerance get this comparison; all others keep nbval's."""
    if isinstance(item, IPyNbCell) and "tolerance" in item.cell.metadata:
        item.compare_outputs = partial(compare, item)
