"""Checks 5.1 and 5.2: how good tunes are, and whether they were copied."""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

import numpy as np

from ...checking import FaultModel
from ...music.abc import validate
from .lab import LAB

# 5.1 ---------------------------------------------------------------------------------------------

HEAD = "M:4/4\nL:1/8\nK:G\n"
RIGHT = "GABc dBAG|cBAG F2G2|e2d2 c2B2|G4 G4|"
TUNES = {
    "right": HEAD + RIGHT,
    "long": HEAD + RIGHT + "\nABcd efga|g2f2 e2d2|",
    "a bar too short": HEAD + "GABc dBAG|cBAG F2|e2d2 c2B2|G4 G4|",
    "two bars wrong": HEAD + "GABc dBA|cBAG F2G2|e2d2 c2B2 A|GABc d4|e4 d4|G4 G4|",
    "no header": RIGHT,
    "nothing": "",
    "unreadable": HEAD + "GABc dBAG|cB?AG F2G2|e2d2 c2B2|G4 G4|",
}
SETS = [
    ["right", "a bar too short", "long", "two bars wrong", "nothing", "unreadable", "right"],
    ["two bars wrong", "no header", "right", "nothing", "long", "unreadable"],
]


@lru_cache(maxsize=32)
def verdict(tune: str) -> Any:
    return validate(tune)


def score_reference(tunes: list[str], faults: frozenset[str]) -> dict[str, Any]:
    verdicts = [verdict(tune) for tune in tunes]
    valid = [v.ok for v in verdicts]
    every = [0 < v.bars == v.bars_ok for v in verdicts]
    if "no errors for right bars" in faults:
        every = valid
    if "an empty tune is right" in faults:
        every = [v.bars == v.bars_ok for v in verdicts]
    if "one right bar is enough" in faults:
        every = [v.bars_ok > 0 for v in verdicts]
    bars, right = [v.bars for v in verdicts], [v.bars_ok for v in verdicts]
    share = sum(right) / sum(bars)
    if "mean of the tunes' shares" in faults:
        share = np.mean([r / b if b else 0.0 for r, b in zip(right, bars, strict=True)])
    if "wrong bars" in faults:
        share = 1 - share
    if "bars of valid tunes" in faults:
        kept = [(r, b) for r, b, ok in zip(right, bars, valid, strict=True) if ok]
        share = sum(r for r, _ in kept) / max(1, sum(b for _, b in kept))
    if "bars a tune" in faults:
        share = sum(right) / len(tunes)
    values = [np.mean(valid), share, np.mean(every)]
    if "share of the valid ones" in faults:
        values[2] = sum(every) / max(1, sum(valid))
    if "counts" in faults:
        values = [sum(valid), sum(right), sum(every)]
    if "percent" in faults:
        values = [100 * v for v in values]
    if "errors counted" in faults:
        values[0] = np.mean([not ok for ok in valid])
    return dict(
        zip(("the share of valid tunes", "the share of right bars",
             "the share of tunes with every bar right"), values, strict=True)
    )  # fmt: skip


SCORE_HINTS = {
    "counts": "these are counts: divide by how many there are, tunes or bars.",
    "percent": "these are percentages: give shares between 0 and 1.",
    "errors counted": "the first value is the share of tunes with errors: count those without, "
    "a Validation is true if there are none.",
    "mean of the tunes' shares": "the second value is the mean of the tunes' own shares, in "
    "which a "
    "bar of a short tune counts more: divide all right bars by all bars.",
    "wrong bars": "the second value is the share of wrong bars.",
    "bars a tune": "the second value is right bars per tune: divide by the number of bars.",
    "bars of valid tunes": "the second value leaves out the tunes with errors: count all bars.",
    "no errors for right bars": "the third value counts tunes without errors. Compare bars_ok with "
    "bars: a tune may have every bar right and an error elsewhere.",
    "an empty tune is right": "a tune without a bar counts as one with every bar right: 0 of 0 is "
    "no success.",
    "one right bar is enough": "a tune counts as right when one of its bars is: all must be.",
    "share of the valid ones": "the third value is a share of the valid tunes: divide by all "
    "tunes.",
}
SCORE = FaultModel(
    score_reference, SCORE_HINTS, [([TUNES[name] for name in names],) for names in SETS], most=2
)


@LAB.exercise("5.1", "Tunes are scored: valid, bars that add up, tunes with every bar right.")
def score_tunes(answer: Callable[..., Any]) -> Any:
    """`answer(tunes) → (valid, right bars, tunes with every bar right)`, shares from 0 to 1."""
    return SCORE.judge(answer)


# 5.2 ---------------------------------------------------------------------------------------------


def longest(tune: str, text: str) -> int:
    """Length of the longest piece of a tune that stands in a text."""
    best = 0
    for start in range(len(tune)):
        while start + best < len(tune) and tune[start : start + best + 1] in text:
            best += 1
    return best


def prefix(a: str, b: str) -> int:
    count = 0
    while count < min(len(a), len(b)) and a[count] == b[count]:
        count += 1
    return count


def subsequence(a: str, b: str) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], diagonal + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]


def copy_reference(tune: str, training: list[str], faults: frozenset[str]) -> dict[str, Any]:
    if "first tune only" in faults:
        training = training[:1]
    if "last tune only" in faults:
        training = training[-1:]
    if "spaces dropped" in faults:
        tune = "".join(tune.split())
        training = ["".join(t.split()) for t in training]
    if "across tunes" in faults:
        training = ["".join(training)]
    measure: Callable[[str, str], float] = longest
    if "from the start only" in faults:
        measure = prefix
    if "with gaps" in faults:
        measure = subsequence
    if "same places" in faults:
        measure = lambda a, b: sum(x == y for x, y in zip(a, b, strict=False))  # noqa: E731
    if "similarity" in faults:
        measure = lambda a, b: SequenceMatcher(None, a, b, autojunk=False).ratio()  # noqa: E731
    if "characters in common" in faults:
        measure = lambda a, b: len(set(a) & set(b))  # noqa: E731
    if "whole tune or nothing" in faults:
        measure = lambda a, b: len(a) * (a in b)  # noqa: E731
    found = [measure(tune, other) for other in training]
    value = sum(found) if "summed over tunes" in faults else max(found)
    if "shortest" in faults:
        value = min(found)
    if "share of the tune" in faults:
        value = value / len(tune)
    if "one too many" in faults:
        value += 1
    if "one too few" in faults:
        value -= 1
    return {"the length of the longest copy": value}


COPY_HINTS = {
    "from the start only": "only the beginnings are compared: a copied piece may stand anywhere in "
    "both.",
    "first tune only": "only the first training tune is searched: go through all.",
    "last tune only": "only the last training tune counts: keep the longest of all.",
    "shortest": "this is the shortest over the training tunes: the longest is wanted.",
    "summed over tunes": "the lengths are summed over the training tunes: take the longest.",
    "across tunes": "the piece runs from the end of one training tune into the next: search each "
    "alone, or join them with END.",
    "with gaps": "the characters are in the same order, but not side by side: a copied piece has "
    "no "
    "gaps.",
    "same places": "equal characters at equal places are counted: find the longest piece in a row.",
    "characters in common": "the letters both use are counted: find the longest piece in a row.",
    "similarity": "this is a likeness from 0 to 1: the length of the longest piece is wanted.",
    "whole tune or nothing": "only a tune copied whole is found: look for the longest piece.",
    "share of the tune": "this is a share of the tune: give the number of characters.",
    "spaces dropped": "spaces or line ends were removed first: compare the tunes as they are.",
    "one too many": "the length is one too many.",
    "one too few": "the length is one too few.",
}
COPY_PROBES = [
    ("xGAB c|dEFz", ["qqFz GAB cv", "eAB c|dEp"]),
    ("abc|deF GA", ["q abc|d", "eF zzGA", "cde F"]),
    ("|:GGA B2", ["|:Gq", "|x:GxGxA xB2", "zGA B2 y", "A |A G B"]),
]
COPY = FaultModel(copy_reference, COPY_HINTS, COPY_PROBES, most=2)


@LAB.exercise("5.2", "The longest piece that a tune shares with a training tune is found.")
def longest_copy(answer: Callable[..., Any]) -> Any:
    """`answer(tune, training) → characters`."""
    return COPY.judge(answer)
