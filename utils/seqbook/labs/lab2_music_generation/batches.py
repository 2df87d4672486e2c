"""Checks 2.1 and 2.2: windows of the text, and batches of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...checking import FaultModel, Verdict
from .data import NOTHING
from .lab import called, calls_in, exercise, kind_of, named, reference

# 2.1 ---------------------------------------------------------------------------------------------

# Longer than any number a learner may have written for `length`; no two entries are alike.
TEXT = ((np.arange(150) * 37 + 5) % 151 + 1).astype("int32")


@reference
def window_reference(
    ids: np.ndarray, start: int, length: int, faults: frozenset[str]
) -> dict[str, Any]:
    whole = length
    if "start ignored" in faults:
        start = 0
    if "start counts windows" in faults:
        start = start * length
    if "start one too far" in faults:
        start += 1
    for slip, n in (("64 for length", 64), ("to the end", len(ids) - start - 1)):
        if slip in faults:
            length = n
    if "one too short" in faults:
        length -= 1
    if "one too long" in faults:
        length += 1
    if "ends at length" in faults:
        length = max(0, length - start)
    shift = 1
    for slip, by in SHIFTS.items():
        if slip in faults:
            shift = by
    if "targets are the next window" in faults:
        shift = whole
    stop = None if "to the end" in faults else start + length
    inputs = ids[start:stop]
    targets = ids[start + shift : None if stop is None else stop + shift]
    if "to the end but one" in faults:
        inputs, targets = ids[start:-1], ids[start + 1 :]
    if "inputs one too long" in faults:
        inputs = ids[start : start + length + 1]
    if "targets one too short" in faults:
        targets = targets[:-1]
    if "targets one too long" in faults:
        targets = ids[start + shift : start + shift + length + 1]
    for slip, last in LASTS.items():
        if slip in faults:
            targets = np.append(inputs[1:], last(inputs, ids))
    if "one target only" in faults:
        targets = ids[start + length]
    if "one added to the numbers" in faults:
        targets = inputs + 1
    if "one added in place" in faults:
        inputs = targets = inputs + 1
    if "text turned the wrong way" in faults:
        targets = np.roll(ids, 1)[start : start + length]
    if "every second" in faults:
        inputs, targets = inputs[::2], targets[::2]
    if "targets backward" in faults:
        targets = inputs[::-1]
    if "zeros" in faults:
        inputs, targets = np.zeros_like(inputs), np.zeros_like(targets)
    if "swapped" in faults:
        inputs, targets = targets, inputs
    return {"inputs": inputs, "targets": targets}


SHIFTS = {"targets are the inputs": 0, "targets one too early": -1, "targets two ahead": 2}
LASTS: dict[str, Callable[[np.ndarray, np.ndarray], Any]] = {
    "targets wrapped": lambda inputs, ids: inputs[0],
    "last target zero": lambda inputs, ids: 0,
    "last target minus one": lambda inputs, ids: -1,
    "last target repeated": lambda inputs, ids: inputs[-1],
    "last target of the text": lambda inputs, ids: ids[-1],
    "last target of the beginning": lambda inputs, ids: ids[0],
}
WINDOW_HINTS = {
    "targets are the inputs": "the targets are the inputs themselves, and copying is no "
    "prediction: start the targets one character later.",
    "swapped": "inputs and targets are exchanged: the targets must be the later ones, one "
    "character on, and they are returned second.",
    "targets one too early": "the targets are shifted the wrong way: they are the character "
    "before. A target is the character that comes after its input.",
    "text turned the wrong way": "the targets are shifted the wrong way: they are the character "
    "before. A target is the character that comes after its input.",
    "every second": "every second character is left out: take all of them.",
    "targets wrapped": "the last target is the window's own first character (that is what "
    "`np.roll` does): it must be the next character of the text.",
    "last target zero": "the last target is 0, a filler: take the next character of the text.",
    "last target minus one": "the last target is −1, a filler: take the next character of the "
    "text.",
    "last target repeated": "the last target is the last input once more: take the next character "
    "of the text.",
    "last target of the text": "the last target is the end of the whole text: take the character "
    "that follows the window.",
    "last target of the beginning": "the last target is the first character of the whole text: "
    "take the character that follows the window.",
    "targets two ahead": "the targets are two characters ahead: one is right.",
    "targets are the next window": "the targets are the following window: they must be the same "
    "window, one character later.",
    "one target only": "there is one target, the character after the window: each of its "
    "characters has one of its own.",
    "targets one too short": "the last target is missing: it lies outside the inputs, one "
    "character further on in the text.",
    "targets one too long": "there is one target too many: their slice ends one character later "
    "than that of the inputs, and no further.",
    "inputs one too long": "there is one input too many: the window's last target belongs to the "
    "targets alone.",
    "one added to the numbers": "1 is added to the numbers: that makes other characters of them. "
    "Move one place on in the text, not in the vocabulary.",
    "one added in place": "1 is added to the numbers, in the text itself: move one place on in the "
    "text instead.",
    "targets backward": "the targets are the inputs in reverse order: they must be the same "
    "window, one character later.",
    "start ignored": "the window is always from the beginning of the text: it must begin at "
    "`start`.",
    "start counts windows": "start is taken for the number of a window: it is a place in the text.",
    "start one too far": "the window begins one place too late: its first input is `ids[start]`.",
    "64 for length": "the window is 64 long whatever `length` says: use the argument.",
    "to the end": "the window has no end: everything from `start` on is taken. Stop at "
    "`start + length`.",
    "to the end but one": "the window has no end: everything from `start` on is taken. Stop at "
    "`start + length`.",
    "ends at length": "the window ends at the place `length`: it must end at `start + length`.",
    "one too short": "both are one character too short: each has `length` of them.",
    "one too long": "both are one character too long: each has `length` of them.",
    "zeros": "everything is 0: return pieces of `ids`.",
}


def whole_numbers(got: Any) -> str | None:
    """Windows go into an Embedding, and can be stacked."""
    if any(kind_of(part) not in "iu" for part in got):
        return "the numbers are right, but they are floats: keep the whole numbers of `ids`."
    return None


WINDOW = FaultModel(
    window_reference, WINDOW_HINTS, [(TEXT, 2, 4), (TEXT, 1, 6), (TEXT, 0, 3), (TEXT, 144, 5)],
    most=2, usable=whole_numbers, families=False,
    call=lambda answer, *given: pair_of(answer(*given)),
)  # fmt: skip


def pair_of(got: Any) -> Any:
    """Two windows in one array are unpacked as two are."""
    array = hasattr(got, "shape") and len(got.shape) == 2 and got.shape[0] == 2
    return [got[0], got[1]] if array else got


@exercise(
    "2.1", "Each input's target is the next character of the text.",
    crashes=[(r"at `[^`]*\[[^\]:`]*,[^\]:`]*\][^`]*`.*too many indices", "A piece of the text is a slice, with a colon: "
              "`ids[first:last]`.")],
)  # fmt: skip
def window(answer: Callable[..., Any]) -> Verdict:
    """`answer(ids, start, length) → (inputs, targets)`, each (length,)."""
    return WINDOW.judge(answer)


# 2.2 ---------------------------------------------------------------------------------------------

LENGTH, SIZE, PERIOD = 6, 8, 10
# Every window of 6 is in it once, and no number stands at its own place; END, which is 0, stands
# at every tenth place.
BATCH_TEXT = ((np.arange(41) * 17 + 3) % 43 + 50).astype("int32")
BATCH_TEXT[::PERIOD] = 0
PLACES = len(BATCH_TEXT) - LENGTH
CALLS = 250  # 2,000 windows from 35 places: none is missed by chance
SKEWED = 120.0  # the sum of squares is 34 ± 8 for equal chances; 10 such steps away is no chance

BATCH_HINTS = {
    "nothing": NOTHING,
    "one array": "two arrays are expected, inputs and targets; {what} came back.",
    "lists": "lists came back: make two arrays of them, `np.stack(...)` or `np.array(...)`.",
    "transposed": "the windows stand in columns: the shape must be (size, length), one window a "
    "row.",
    "cut across the pairs": "the stacked pairs are cut the wrong way: you return the first two "
    "windows, each with its targets. Take the first entry of *every* pair, `pairs[:, 0]`.",
    "one row": "only one window came back: is the `return` inside the loop?",
    "fixed size": "the batch has {rows} windows whatever `size` says: use the argument.",
    "fixed length": "the windows have {columns} characters whatever `length` says: use the "
    "argument.",
    "wrong shape": "inputs have the shape {shapes[0]} and targets {shapes[1]}. Both must be "
    "(size, length), here (8, 6).",
    "ragged": "some windows are shorter or do not fit: a start too near the end leaves no room. "
    "The last start with room for a window and its last target is len(ids) - length - 1, and "
    "`integers` leaves out its upper end.",
    "wrapped text": "windows near the end go on at the beginning of the text. Draw only starts "
    "with room for a window and its last target.",
    "floats": "the batch is of floats: indices for an Embedding are whole numbers.",
    "text changed": "your code changes the caller's `ids`, the text itself (`rng.shuffle` does "
    "that): shuffle nothing, draw the places where windows begin.",
    "places": "these are the places in the text, not the characters that stand there: "
    "`ids[places]`.",
    "single characters": "the rows are no pieces of the text: their characters come from places "
    "that are not side by side. Draw one start for each row, and take `length` characters from "
    "there on.",
    "not from the text": "the rows are no pieces of `ids`: cut windows out of it.",
    "targets are the inputs": "the targets equal the inputs: they must be one character later.",
    "targets wrapped": "the last target of each row is its own first input (`np.roll`): it must be "
    "the next character of the text.",
    "targets one too early": "the targets are the characters before the inputs. Shift the other "
    "way, or, if inputs and targets are exchanged, return the inputs first.",
    "targets elsewhere": "inputs and targets come from different places of the text: draw the "
    "starts once, and use them for both.",
    "wrong distance": "the targets are {shift} characters later than the inputs: it must be 1.",
    "wrong targets": "the targets are not the characters that follow the inputs. Each row's "
    "targets are the same window, one character later.",
    "rows alike": "all rows are the same window: draw a start for each row.",
    "always the same": "every batch is the same one. Take the starts from `rng`, anew in each "
    "call; a generator made inside with a fixed seed begins anew each time.",
    "rng ignored": "two generators with the same seed give different batches: draw from `rng`, so "
    "that a run can be repeated.",
    "new generator": "every generator gives the same batches: draw from `rng`, do not make another "
    "one inside.",
    "next to each other": "the rows of a batch follow each other in the text: draw each start by "
    "itself, or the batch is one long piece.",
    "blocks only": "the windows start at multiples of `length` only: any place may begin one, "
    "which gives many more windows.",
    "tune starts only": "the windows start only where a tune starts: the model would never see the "
    "rest of a long tune. Let them begin anywhere.",
    "last start missing": "the last possible window is never drawn: `integers` leaves out its "
    "upper end, so that is len(ids) - length.",
    "last starts missing": "windows near the end of the text are never drawn: the starts go up to "
    "{last}, they should go up to {right}, which is len(ids) - length - 1.",
    "first start missing": "the first window is never drawn: the starts begin at 0.",
    "few starts": "of the {places} places that may begin a window, {missing} never do in {draws:,} "
    "draws: draw from all, with the same chance for each.",
    "crowded": "one start, {start}, is drawn {times} times as often as it should be, and all "
    "others alike. Draw each start from the right range at once, so that none has to be moved.",
    "early starts": "early places of the text begin a window much more often than late ones: the "
    "first half of them has {share:.0%} of all draws. `rng.integers` gives each the same chance.",
    "late starts": "late places of the text begin a window much more often than early ones: the "
    "first half of them has {share:.0%} of all draws. `rng.integers` gives each the same chance.",
    "skewed": "not all starts are equally likely: {start} is drawn {times} times as often as it "
    "should be. `rng.integers` gives each place the same chance.",
}


ONE_START = "Draw as many starts as there are rows: `rng.integers(..., size=size)`."


def start_of(row: np.ndarray) -> int:
    """Where in the text of the check a row begins, -1 if it is not from it."""
    for start in range(len(BATCH_TEXT) - len(row) + 1):
        if np.array_equal(BATCH_TEXT[start : start + len(row)], row):
            return start
    return -1


def batch_faults(x: np.ndarray, y: np.ndarray) -> tuple[list[str], dict[str, Any]]:
    """What is wrong with one batch of the right shape."""
    starts = [start_of(row) for row in x]
    if min(starts) < 0:
        rows = [row for row, start in zip(x, starts, strict=True) if start < 0]
        twice = np.concatenate([BATCH_TEXT, BATCH_TEXT])
        circle = {tuple(twice[i : i + LENGTH]) for i in range(len(BATCH_TEXT))}
        if all(tuple(row) in circle for row in rows):
            return ["wrapped text"], {}
        if (np.diff(x, axis=1) == 1).all():
            return ["places"], {}
        known = np.isin(x, BATCH_TEXT).all() and not (x == x[:1, :1]).all()
        return ["single characters" if known else "not from the text"], {}
    if np.array_equal(x, y):
        return ["targets are the inputs"], {}
    if np.array_equal(y, np.roll(x, -1, axis=1)):
        return ["targets wrapped"], {}
    after = [BATCH_TEXT[start + 1 : start + 1 + LENGTH] for start in starts]
    if any(len(right) < LENGTH for right in after):
        return ["ragged"], {}
    if np.array_equal(y, np.stack(after)):
        return [], {}
    theirs = np.array([start_of(row) for row in y])
    if theirs.min() < 0:
        return ["wrong targets"], {}
    shifts = set((theirs - starts).tolist())
    if shifts == {-1}:
        return ["targets one too early"], {}
    if len(shifts) == 1:
        return ["wrong distance"], {"shift": shifts.pop()}
    return ["targets elsewhere"], {}


def start_faults(starts: np.ndarray) -> tuple[list[str], dict[str, Any]]:
    """What is wrong with the places drawn, (batches, size), of many calls with one generator."""
    first = starts[0]
    gaps = np.diff(starts, axis=1)
    alike = ["rows alike"] if all((row == row[0]).all() for row in starts) else []
    if (starts == first).all():
        return [*alike, "always the same"], {}
    if alike:
        return alike, {}
    if (gaps == gaps[0, 0]).all():
        return ["next to each other"], {}
    counts = np.bincount(starts.ravel(), minlength=PLACES)[:PLACES]
    seen = set(np.flatnonzero(counts).tolist())
    missing = set(range(PLACES)) - seen
    if missing:
        if all(start % LENGTH == 0 for start in seen):
            return ["blocks only"], {}
        if all(start % PERIOD in (0, 1) for start in seen):
            return ["tune starts only"], {}
        if not even(counts[sorted(seen)]):  # then a missing one may have had bad luck
            return slanted(counts)
        if missing == {PLACES - 1, 0}:
            return ["last start missing", "first start missing"], {}
        if missing == {0}:
            return ["first start missing"], {}
        if missing == {PLACES - 1}:
            return ["last start missing"], {}
        if missing == set(range(max(seen) + 1, PLACES)) and max(seen) > PLACES // 2 + 3:
            return ["last starts missing"], {"last": max(seen), "right": PLACES - 1}
        words = {"places": PLACES, "missing": len(missing), "draws": int(counts.sum())}
        return ["few starts"], words
    return ([], {}) if even(counts) else slanted(counts)


def even(counts: np.ndarray) -> bool:
    """Are these numbers of draws what equal chances give?"""
    return bool(((counts - counts.mean()) ** 2 / counts.mean()).sum() < SKEWED)


def slanted(counts: np.ndarray) -> tuple[list[str], dict[str, Any]]:
    """In which way not all starts are equally likely."""
    most, right = int(counts.argmax()), counts.mean()
    words = {"start": most, "times": f"{counts[most] / right:.1f}"}
    if even(np.delete(counts, most)):
        return ["crowded"], words
    quarters = [part.mean() for part in np.array_split(counts, 4)]
    share = counts[: (PLACES + 1) // 2].sum() / counts.sum()
    falls, rises = (np.diff(quarters) < 0).all(), (np.diff(quarters) > 0).all()
    if abs(share - 0.5) > 0.1 and (falls or rises):
        return ["early starts" if falls else "late starts"], {"share": share}
    return ["skewed"], words


def batch_of(answer: Callable[..., Any], rng: np.random.Generator, size: int, length: int) -> Any:
    """(inputs, targets) as arrays, the slips in their form, and words for the hints."""
    ids = BATCH_TEXT.copy()
    got = answer(ids, size, length, rng)
    changed = ["text changed"] if not np.array_equal(ids, BATCH_TEXT) else []
    if got is None:
        return None, ["nothing"], {}
    if not isinstance(got, list | tuple) and not (np.ndim(got) == 3 and len(got) == 2):
        what = f"one array of shape {got.shape}" if hasattr(got, "shape") else "something else"
        return None, ["one array"], {"what": what}
    if len(got) != 2:
        return None, ["one array"], {"what": f"{len(got)} things"}
    try:
        x, y = (np.asarray(part) for part in got)
    except ValueError:
        return None, ["ragged"], {}
    if x.dtype == object or y.dtype == object:
        return None, ["ragged"], {}
    right, words = (size, length), {"shapes": (x.shape, y.shape)}
    if x.shape != right or y.shape != right:
        if x.shape == y.shape == right[::-1]:
            return (x.T, y.T), ["transposed"], words
        slip = (
            "cut across the pairs" if x.shape == y.shape == (2, length)
            else "one row" if x.shape == y.shape and x.shape in ((1, length), (length,))
            else "wrong shape"
        )  # fmt: skip
        return None, [*changed, slip], words
    lists = ["lists"] if any(isinstance(part, list | tuple) for part in got) else []
    return (x, y), [*changed, *lists], words


@exercise(
    "2.2", "A batch is of windows from random places, the same for the same generator.",
    crashes=[("invalid index to scalar|len\\(\\) of unsized|not iterable", lambda answer: ONE_START
              if any(called(c) == "integers" and len(c.args) < 3 and not c.keywords
                     for c in calls_in(answer)) else ""),
             ("unsupported operand.*Generator", "Draw numbers from the "
              "generator: `rng.integers(...)`.")],
)  # fmt: skip
def make_batch(answer: Callable[..., Any]) -> Verdict:
    """`answer(ids, size, length, rng) → (inputs, targets)`, each (size, length)."""
    rng = np.random.default_rng(1)
    starts: list[list[int]] = []
    form: list[str] = []
    for _ in range(CALLS):
        try:
            batch, form, words = batch_of(answer, rng, SIZE, LENGTH)
        except (ValueError, IndexError) as error:
            text = str(error)
            if starts or "same shape" in text or "out of bounds" in text or "inhomog" in text:
                # This start was too near the end, or the length is not the one that was asked for.
                words = {}
                return named(BATCH_HINTS, fixed(answer, ["ragged"], words), **words)
            raise
        if batch is None:
            return named(BATCH_HINTS, fixed(answer, form, words), **words)
        found, more = batch_faults(*batch)
        if found or "text changed" in form:
            found = [] if "text changed" in form else found
            return named(BATCH_HINTS, [*form, *found], **more)
        starts.append([start_of(row) for row in batch[0]])
    found, more = start_faults(np.array(starts))
    if not {"always the same", "rows alike"} & set(found):
        first = [batch_of(answer, np.random.default_rng(seed), SIZE, LENGTH)[0][0]
                 for seed in (5, 5, 6, 7)]  # fmt: skip
        if not np.array_equal(first[0], first[1]):
            found.append("rng ignored")
        elif all(np.array_equal(first[0], other) for other in first[2:]):
            found.append("new generator")
    if not found and any(part.dtype.kind not in "iu" for part in batch):
        found.append("floats")
    if not found and not form:
        other, form, words = batch_of(answer, np.random.default_rng(1), 5, 9)
        if other is None:
            return named(BATCH_HINTS, fixed(answer, form, words), **words)
    return named(BATCH_HINTS, [*form, *found], **more) or None


def fixed(answer: Callable[..., Any], form: list[str], words: dict[str, Any]) -> list[str]:
    """Is a shape wrong because a size is written out? Then that is said instead."""
    if form not in (["wrong shape"], ["ragged"]):
        return form
    long = np.arange(3000, dtype="int32")
    try:
        shapes = [np.shape(answer(long.copy(), size, length, np.random.default_rng(1))[0])
                  for size, length in ((5, 9), (7, 11))]  # fmt: skip
    except Exception:
        return form
    if any(len(shape) != 2 for shape in shapes):
        return form
    (rows, columns), other = shapes
    words.update(rows=rows, columns=columns)
    slips = ["fixed size"] * (other[0] == rows) + ["fixed length"] * (other[1] == columns)
    return slips or form
