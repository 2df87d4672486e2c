"""Checks 5.1 and 5.2: how good tunes are, and whether they were copied."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache, partial
from typing import Any

import numpy as np

from ...checking import FaultModel, Verdict, same
from ...checking.asked import ASKED
from ...checking.report import shown
from ...music.abc import validate
from .lab import exercise, reference

# 5.1 ---------------------------------------------------------------------------------------------

HEAD = "M:4/4\nL:1/8\nK:G\n"
RIGHT = "GABc dBAG|cBAG F2G2|e2d2 c2B2|G4 G4|"
TUNES = {
    "right": HEAD + RIGHT,
    "long": HEAD + RIGHT + "\nABcd efga|g2f2 e2d2|",
    "repeated": HEAD + "|: GABc dBAG|cBAG F2G2 :|\n|: e2d2 c2B2|G4 G4 :|",
    "a bar too short": HEAD + "GABc dBAG|cBAG F2|e2d2 c2B2|G4 G4|",
    "one bar right": HEAD + "G4 G4|GABc d|cBAG F|e2d2 c|G4 G|cBAG F|GABc d2|",
    "half right": HEAD + "G4 G4|GABc dBAG|cBAG F2G2|e2d2 c|G4 G|cBAG F|G4 G4|",
    "two bars wrong": HEAD + "GABc dBA|cBAG F2G2|e2d2 c2B2 A|GABc d4|e4 d4|G4 G4|",
    "no header": RIGHT,
    "nothing": "",
    "unreadable": HEAD + "GABc dBAG|cB?AG F2G2|e2d2 c2B2|G4 G4|",
}
SETS = [
    ["right", "a bar too short", "long", "two bars wrong", "nothing", "unreadable", "right",
     "repeated", "no header"],
    ["two bars wrong", "half right", "repeated", "nothing", "long", "unreadable", "nothing"],
    ["two bars wrong", "right", "no header", "long", "a bar too short", "one bar right"],
]  # fmt: skip


@lru_cache(maxsize=32)
def verdict(tune: str) -> Any:
    return validate(tune)


@reference
def score_reference(tunes: list[str], faults: frozenset[str]) -> dict[str, Any]:
    if "first tune only" in faults:
        tunes = tunes[:1]
    verdicts = [verdict(tune) for tune in tunes]
    valid = np.array([v.ok for v in verdicts])
    bars = np.array([v.bars for v in verdicts])
    right = np.array([v.bars_ok for v in verdicts])
    if "bar lines counted" in faults:
        bars = np.array([tune.count("|") for tune in tunes])
    if "bars by splitting" in faults:
        bars = np.array([len(tune.split("|")) for tune in tunes])
    every = (bars > 0) & (right == bars)
    share = right.sum() / max(1, bars.sum())
    for slip, other in EVERY.items():
        if slip in faults:
            every = other(valid, bars, right)
    for slip, number in SHARES.items():
        if slip in faults:
            share = number(valid, bars, right)
    for slip, first in VALID.items():
        if slip in faults:
            valid = first(valid, bars, right)
    values: list[Any] = [valid.mean(), share, every.mean()]
    if "tunes without bars left out" in faults:
        values[2] = every.sum() / max(1, (bars > 0).sum())
    if "share of the valid ones" in faults:
        values[2] = every.sum() / max(1, valid.sum())
    if "counts" in faults:
        values = [valid.sum(), right.sum(), every.sum()]
    if "counts of tunes" in faults:
        values = [valid.sum(), values[1], every.sum()]
    if "divided by one too many" in faults:
        values[0], values[2] = (v * len(tunes) / (len(tunes) + 1) for v in (values[0], values[2]))
    if "percent" in faults:
        values = [100 * v for v in values]
    if "tunes in percent" in faults:
        values = [100 * values[0], values[1], 100 * values[2]]
    if "whole numbers" in faults:
        values = [np.floor(v) for v in values]
    if "whole shares of tunes" in faults:
        values = [np.floor(values[0]), values[1], np.floor(values[2])]
    for slip, digits in (("one decimal", 1), ("two decimals", 2), ("no decimal", 0)):
        if slip in faults:
            values = [np.round(v, digits) for v in values]
    for slip, order in ORDERS.items():
        if slip in faults:
            values = [values[i] for i in order]
    return dict(zip(NAMES, values, strict=True))


Numbers = Callable[[np.ndarray, np.ndarray, np.ndarray], Any]
NAMES = ("the share of valid tunes", "the share of right bars",
         "the share of tunes with every bar right")  # fmt: skip
EVERY: dict[str, Numbers] = {
    "no errors for right bars": lambda valid, bars, right: valid,
    "an empty tune is right": lambda valid, bars, right: right == bars,
    "one right bar is enough": lambda valid, bars, right: right > 0,
    "half of the bars is enough": lambda valid, bars, right: (bars > 0) & (right >= bars / 2),
    "one wrong bar is allowed": lambda valid, bars, right: (bars > 0) & (right >= bars - 1),
    "tunes with bars": lambda valid, bars, right: bars > 0,
    "tunes with a wrong bar": lambda valid, bars, right: right < bars,
    "tunes not right": lambda valid, bars, right: ~((bars > 0) & (right == bars)),
}
SHARES: dict[str, Numbers] = {
    "mean of the tunes' shares": lambda valid, bars, right: np.mean(right / np.maximum(bars, 1)),
    "mean of the shares of tunes with bars": lambda valid, bars, right: np.mean(
        right[bars > 0] / bars[bars > 0]
    ),
    "mean with empty tunes right": lambda valid, bars, right: np.mean(
        np.where(bars > 0, right / np.maximum(bars, 1), 1)
    ),
    "wrong bars": lambda valid, bars, right: 1 - right.sum() / bars.sum(),
    "bars of valid tunes": lambda valid, bars, right: right[valid].sum() / max(
        1, bars[valid].sum()),
    "right bars of valid tunes": lambda valid, bars, right: right[valid].sum() / bars.sum(),
    "bars a tune": lambda valid, bars, right: right.sum() / len(bars),
    "bars turned over": lambda valid, bars, right: bars.sum() / max(1, right.sum()),
    "bars in all": lambda valid, bars, right: bars.sum(),
}  # fmt: skip
VALID: dict[str, Numbers] = {
    "valid by its bars": lambda valid, bars, right: (bars > 0) & (right == bars),
    "valid by its bars, empty too": lambda valid, bars, right: right == bars,
    "errors counted": lambda valid, bars, right: ~valid,
    "none valid": lambda valid, bars, right: np.zeros(len(valid), bool),
    "all valid": lambda valid, bars, right: np.ones(len(valid), bool),
    "a bar is enough to be valid": lambda valid, bars, right: bars > 0,
}
ORDERS = {"last two exchanged": (0, 2, 1), "first two exchanged": (1, 0, 2),
          "first and last exchanged": (2, 1, 0)}  # fmt: skip
SCORE_HINTS = {
    "counts": "these are counts: divide by how many there are, tunes or bars.",
    "counts of tunes": "the first and the third value are counts: divide by the number of tunes.",
    "percent": "these are percentages: give shares between 0 and 1.",
    "tunes in percent": "the first and the third value are percentages: give shares between 0 and "
    "1.",
    "whole numbers": "the shares are cut to whole numbers: divide with `/`, not with `//`.",
    "whole shares of tunes": "the first and the third share are cut to whole numbers: divide with "
    "`/`, not with `//`.",
    "one decimal": "the shares are rounded to one decimal: return them as they are.",
    "two decimals": "the shares are rounded to two decimals: return them as they are.",
    "no decimal": "the shares are rounded to whole numbers: return them as they are.",
    "last two exchanged": "the last two values are exchanged: first the right bars, then the tunes "
    "with every bar right.",
    "first two exchanged": "the first two values are exchanged: first the valid tunes, then the "
    "right bars.",
    "first and last exchanged": "the first and the last value are exchanged: the valid tunes come "
    "first.",
    "errors counted": "the first value is the share of tunes with errors: count those without, "
    "a Validation is true if there are none.",
    "valid by its bars": "the first value counts tunes in which every bar is right. A tune may "
    "have an error elsewhere: use `verdict.ok`.",
    "valid by its bars, empty too": "the first value counts tunes whose bars are all right. A tune "
    "may have an error elsewhere: use `verdict.ok`.",
    "none valid": "no tune counts as valid. A Validation is true where there is no error, but it "
    "does not equal True or 1: use `verdict.ok` or `bool(verdict)`.",
    "all valid": "every tune counts as valid: ask each Validation whether it is `ok`. The object "
    "itself is always there.",
    "a bar is enough to be valid": "the first value counts tunes that have bars: count those "
    "without an error, `verdict.ok`.",
    "mean of the tunes' shares": "the second value is the mean of the tunes' own shares, in "
    "which a bar of a short tune counts more: divide all right bars by all bars.",
    "mean of the shares of tunes with bars": "the second value is the mean of the tunes' own "
    "shares, in which a bar of a short tune counts more: divide all right bars by all bars.",
    "mean with empty tunes right": "the second value is the mean of the tunes' own shares, in "
    "which a bar of a short tune counts more: divide all right bars by all bars.",
    "wrong bars": "the second value is the share of wrong bars: count the right ones.",
    "bars a tune": "the second value is right bars per tune: divide by the number of bars.",
    "bars of valid tunes": "the second value leaves out the tunes with errors: count all bars.",
    "right bars of valid tunes": "the second value counts right bars of valid tunes alone: the "
    "right bars of all tunes count.",
    "bars turned over": "the second value is turned over: divide the right bars by all bars.",
    "bars in all": "the second value is the number of bars: it should be the share of right ones.",
    "no errors for right bars": "the third value counts tunes without errors. Compare bars_ok with "
    "bars: a tune may have every bar right and an error elsewhere.",
    "an empty tune is right": "a tune without a bar counts as one with every bar right: 0 of 0 is "
    "no success.",
    "one right bar is enough": "a tune counts as right when one of its bars is: all must be.",
    "half of the bars is enough": "a tune counts as right when half of its bars are: all must be.",
    "one wrong bar is allowed": "a tune with one wrong bar counts as right: all must be.",
    "tunes with bars": "the third value counts tunes that have bars: every bar must be right.",
    "tunes with a wrong bar": "the third value is the share of tunes with a wrong bar: count those "
    "in which every bar is right.",
    "tunes not right": "the third value is the share of tunes that do not have every bar right: "
    "count those that do.",
    "share of the valid ones": "the third value is a share of the valid tunes: divide by all "
    "tunes.",
    "tunes without bars left out": "the third value is a share of the tunes that have bars: divide "
    "by all tunes.",
    "bar lines counted": "bars are counted as the signs `|` in the text, which also begin and "
    "repeat a part: `verdict.bars` is how many there are.",
    "bars by splitting": "bars are counted by cutting the text at `|`, which also begins and "
    "repeats a part: `verdict.bars` is how many there are.",
    "divided by one too many": "the shares of tunes are divided by one tune too many: divide by "
    "`len(tunes)`.",
    "first tune only": "only the first tune is scored: go through all. Is the `return` inside the "
    "loop?",
}
SCORE = FaultModel(
    score_reference, SCORE_HINTS, [([TUNES[name] for name in names],) for names in SETS],
    most=2, families=False,
)  # fmt: skip


@exercise(
    "5.1", "Tunes are scored: valid, bars that add up, tunes with every bar right.",
    crashes=[
        (r"ZeroDivisionError at `[^`]*/[^`]*\.bars", "A tune may have no bar at all: do not divide by "
         "the bars of a single tune."),
        ("'Validation' object has no attribute|'list' object has no attribute '(ok|bars)", "A Validation has `ok`, `bars` and `bars_ok`; there is "
         "one for each tune."),
    ],
)  # fmt: skip
def score_tunes(answer: Callable[..., Any]) -> Verdict:
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


def beginning(a: str, b: str) -> int:
    """Length of the longest beginning of a that stands anywhere in b."""
    return max(n for n in range(len(a) + 1) if a[:n] in b)


def subsequence(a: str, b: str) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], diagonal + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]


def pieces(separator: str | None) -> Callable[[str, str], int]:
    """A measure: the longest of the tune's parts between separators that stands in the text."""
    return lambda a, b: max((len(part) for part in a.split(separator) if part in b), default=0)


def run(hits: list[bool]) -> int:
    """The most that are true in a row."""
    return max(map(len, "".join("x" if hit else " " for hit in hits).split()), default=0)


def blocks(a: str, b: str) -> int:
    """The sum of all pieces that difflib finds."""
    return sum(m.size for m in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())


MEASURES: dict[str, Callable[[str, str], float]] = {
    "from the start only": prefix,
    "the tune's beginning only": beginning,
    "the tune's end only": lambda a, b: beginning(a[::-1], b[::-1]),
    "with gaps": subsequence,
    "same places in a row": lambda a, b: run([x == y for x, y in zip(a, b, strict=False)]),
    "same places": lambda a, b: sum(x == y for x, y in zip(a, b, strict=False)),
    "similarity": lambda a, b: SequenceMatcher(None, a, b, autojunk=False).ratio(),
    "common characters ignored": lambda a, b: (
        SequenceMatcher(None, a, b).find_longest_match().size),
    "all pieces": blocks,
    "letters in common": lambda a, b: len(set(a) & set(b)),
    "characters found": lambda a, b: sum(c in b for c in a),
    "whole tune or nothing": lambda a, b: len(a) * (a in b),
    "whole bars": pieces("|"),
    "whole lines": pieces("\n"),
    "whole words": pieces(None),
    "last character never reached": lambda a, b: longest(a[:-1], b),
    "first character never reached": lambda a, b: longest(a[1:], b),
    "last of the training tune never reached": lambda a, b: longest(a, b[:-1]),
}  # fmt: skip


@reference
def copy_reference(tune: str, training: list[str], faults: frozenset[str]) -> dict[str, Any]:
    for slip, change in CHANGED.items():
        if slip in faults:
            tune, training = change(tune), [change(other) for other in training]
    chosen = {"first tune only": training[:1], "last tune only": training[-1:],
              "last tune left out": training[:-1], "first tune left out": training[1:]}  # fmt: skip
    for slip, few in chosen.items():
        if slip in faults:
            training = few
    for slip, seam in SEAMS.items():
        if slip in faults:
            training = [seam.join(training)]
    measure: Callable[[str, str], float] = longest
    for slip, other in MEASURES.items():
        if slip in faults:
            measure = other
    found = [measure(tune, other) for other in training] or [0]
    value = max(found)
    everything = "".join(training)
    if "letters of all" in faults:
        value = len(set(tune) & set(everything))
    if "characters of all" in faults:
        value = sum(c in everything for c in tune)
    if "the last start only" in faults:
        value = int(tune[-1] in everything)
    if "whole training tunes" in faults:
        value = max((len(other) for other in training if other in tune), default=0)
    if "summed over tunes" in faults:
        value = sum(found)
    if "mean over tunes" in faults:
        value = sum(found) / len(found)
    if "shortest" in faults:
        value = min(found)
    if "share of the tune" in faults:
        value = value / len(tune)
    if "in percent" in faults:
        value = 100 * value / len(tune)
    return {"the length of the longest copy": value + ("one too many" in faults) - (
        "one too few" in faults)}  # fmt: skip


CHANGED: dict[str, Callable[[str], str]] = {
    "spaces dropped": lambda t: "".join(t.split()),
    "only spaces dropped": lambda t: t.replace(" ", ""),
    "line ends dropped": lambda t: t.replace("\n", ""),
    "small letters": str.lower,
    "letters only": lambda t: "".join(c for c in t if c.isalpha()),
}
SEAMS = {"across tunes": "", "across tunes by a line end": "\n", "across tunes by a space": " ",
         "across tunes by a bar line": "|"}  # fmt: skip
ACROSS = (
    "the piece runs from the end of one training tune into the next: search each alone, or join "
    "them with END, which no tune contains."
)
COPY_HINTS = {
    "from the start only": "only the beginnings are compared: a copied piece may stand anywhere in "
    "both.",
    "the tune's beginning only": "only pieces from the tune's beginning are searched: a copied "
    "piece may begin anywhere in it.",
    "the tune's end only": "only pieces at the tune's end are searched: a copied piece may stand "
    "anywhere in it.",
    "first tune only": "only the first training tune is searched: go through all.",
    "last tune only": "only the last training tune counts: keep the longest of all.",
    "last tune left out": "the last training tune is left out: go through all.",
    "first tune left out": "the first training tune is left out: go through all.",
    "shortest": "this is the shortest over the training tunes: the longest is wanted.",
    "summed over tunes": "the lengths are summed over the training tunes: take the longest.",
    "mean over tunes": "this is the mean over the training tunes: take the longest.",
    "across tunes": ACROSS,
    "across tunes by a line end": "the training tunes are joined with a line end, and tunes have "
    "line ends too, so " + ACROSS,
    "across tunes by a space": "the training tunes are joined with a space, and tunes have spaces "
    "too, so " + ACROSS,
    "across tunes by a bar line": "the training tunes are joined with a bar line, and tunes have "
    "bar lines too, so " + ACROSS,
    "with gaps": "the characters are in the same order, but not side by side: a copied piece has "
    "no gaps.",
    "same places in a row": "only characters at equal places of both are compared: a copied piece "
    "may stand elsewhere in the other tune.",
    "same places": "equal characters at equal places are counted: find the longest piece in a row.",
    "letters in common": "the letters both use are counted: find the longest piece in a row.",
    "characters found": "the tune's characters that occur somewhere in the other are counted: find "
    "the longest piece in a row.",
    "letters of all": "the letters that the tune shares with the training tunes are counted: find "
    "the longest piece in a row.",
    "characters of all": "the tune's characters that occur somewhere in the training tunes are "
    "counted: find the longest piece in a row.",
    "the last start only": "the length is begun anew at each place of the tune, and that of the "
    "last place is returned: keep the longest of all.",
    "whole training tunes": "a piece is found only where it is a whole training tune. `in` asked "
    "of a list compares whole entries: ask it of each tune, which is a string.",
    "all pieces": "the lengths of several pieces are added up: only the longest one counts.",
    "similarity": "this is a likeness from 0 to 1: the length of the longest piece is wanted.",
    "common characters ignored": "in texts of 200 characters and more, difflib leaves frequent "
    "characters out of its search, unless it is told `autojunk=False`.",
    "whole tune or nothing": "only a tune copied whole is found: look for pieces of it in each "
    "training tune. (`in` asked of a list compares whole entries.)",
    "whole bars": "only whole bars are compared: a copied piece may begin and end anywhere.",
    "whole lines": "only whole lines are compared: a copied piece may begin and end anywhere.",
    "whole words": "only the groups between spaces are compared: a copied piece may begin and end "
    "anywhere.",
    "last character never reached": "the tune's last character is never part of a piece: the end "
    "of a slice may be `len(tune)`.",
    "first character never reached": "the tune's first character is never part of a piece: begin "
    "with place 0.",
    "last of the training tune never reached": "the last character of a training tune is never "
    "part of a piece: check where the loop or the slice ends.",
    "share of the tune": "this is a share of the tune: give the number of characters.",
    "in percent": "this is a percentage of the tune: give the number of characters.",
    "spaces dropped": "spaces or line ends were removed first: compare the tunes as they are.",
    "only spaces dropped": "spaces were removed first: compare the tunes as they are.",
    "line ends dropped": "line ends were removed first: compare the tunes as they are.",
    "small letters": "capital and small letters are taken for the same: in ABC they are an octave "
    "apart.",
    "letters only": "only letters are compared: the piece is of all characters, signs too.",
    "one too many": "the length is one too many.",
    "one too few": "the length is one too few.",
}
# One tune is long enough for difflib to call its frequent characters junk.
LONG = "M:4/4\nK:D\n" + "dABc dfed|" * 21 + "zGA^c B_e"
COPY_PROBES = [
    ("xGAB c|dEFz", ["qqFz GAB cv", "eAB c|dEp", "uFEz"]),
    ("abc|deF GA", ["q abc|d", "cde F", "eF zzGA"]),
    ("|:GGA B2", ["|:Gq", "|x:GxGxA xB2", "zGA B2 y", "A |A G B"]),
    ("K:G\nGAB c\nd2 e|F", ["uK:G", "GAB c", "\nd2", "e|F"]),
    ("wABc dAg DEF", ["vDEF", LONG, "wAB"]),
    ("ABc def", ["abC DEf", "q ABc de"]),
    ("zGAB|cde f", ["uGAB", "cde f", "B|c"]),
    ("a1b2c3e4f5dddd", ["dddd.a.b.c.e.f", "a1b"]),
    ("AB c\nd2 e", ["zB c\nd2 ey", "AB"]),
]
COPY = FaultModel(copy_reference, COPY_HINTS, COPY_PROBES, most=2, families=False)
PIECE = (
    "the piece itself came back, {piece!r}. Return how many characters it has: `len(...)`."
)


@exercise(
    "5.2", "The longest piece that a tune shares with a training tune is found.",
    crashes=[("string index out of range", "Behind a text's last character there is none: its place "
              "is `len(...) - 1`.")],
)  # fmt: skip
def longest_copy(answer: Callable[..., Any]) -> Verdict:
    """`answer(tune, training) → characters`."""
    pieces_: list[str] = []

    def number(tune: str, training: list[str]) -> Any:
        got = answer(tune, training)
        pieces_.extend([got] if isinstance(got, str) else [])
        return got

    said = COPY.judge(number if callable(answer) else answer)
    if said is not None and any(pieces_):
        return [("the piece", PIECE.format(piece=max(pieces_, key=len)))]
    fallback = isinstance(said, str) and "should be" in said
    return smallest_call(answer, said) if fallback else said


SHRINKING = 1.5  # seconds for making the call that shows a mistake smaller


def smallest_call(answer: Callable[..., Any], said: str) -> str:
    """A short call that shows that the answer is wrong, as a line that can be run."""
    name = getattr(answer, "__name__", "longest_copy")
    until = time.monotonic() + SHRINKING

    def wrong(tune: str, training: Sequence[str]) -> bool:
        try:
            got = answer(tune, list(training))
            return not same(got, max(map(partial(longest, tune), training), default=0))
        except Exception:
            return False

    call: Any = next((probe for probe in COPY_PROBES if wrong(*probe)), None)
    if call is None:
        return said
    smaller = call
    while smaller and time.monotonic() < until:
        call = smaller
        smaller = next((c for c in shorter(*call) if time.monotonic() < until and wrong(*c)), None)
    tune, training = call
    right, got = max(map(partial(longest, tune), training)), answer(tune, list(training))
    asked = ASKED.get()
    if asked:
        asked.inputs = (tune, list(training))
    shown_ = shown(got)
    return f"`{name}({tune!r}, {list(training)!r})` should be {right}; yours is {shown_}."


def shorter(tune: str, training: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The same call with something left out, large pieces first; something stays everywhere."""
    for i in range(len(training) if len(training) > 1 else 0):
        yield tune, [*training[:i], *training[i + 1 :]]
    for which, text in enumerate([tune, *training]):
        size = len(text) // 2
        while size:
            for start in range(0, len(text), size):
                less = text[:start] + text[start + size :]
                if less:
                    kept = [less if i == which else t for i, t in enumerate([tune, *training])]
                    yield kept[0], kept[1:]
            size //= 2
