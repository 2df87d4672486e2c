"""Checks 1.1 to 2.2: from tunes to batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...checking import FaultModel
from ...music.recipe import END
from .lab import LAB, Faults, named

# 1.1 ---------------------------------------------------------------------------------------------

TUNES = [f"M:4/4\nK:G\n{'ABcdefga'[i % 8]}{i}|{'GFED'[i % 4]}{i * i}|" for i in range(40)]

SPLIT_HINTS = {
    "cut in characters": "the text of the tunes is cut, not the list: both parts must be lists of "
    "whole tunes. A tune cut in two would be half seen in training.",
    "tune twice": "a tune is drawn more than once: a permutation has each tune once, `choice` and "
    "`integers` may repeat.",
    "swapped": "the two parts are in the wrong order: training tunes first, then the held-out "
    "ones.",
    "leak": "held-out tunes are among the training tunes. What the model has seen cannot test it: "
    "leave them out of the first part.",
    "lost tunes": "some tunes are in neither part. What is not held out is for training.",
    "wrong share": "the held-out part has the wrong size: it should be `share` of all tunes.",
    "unseeded": "two calls with the same seed give two splits: draw from "
    "`np.random.default_rng(seed)`.",
    "not shuffled": "the held-out tunes stand side by side in the list. It is ordered by book, so "
    "one book would be tested and another trained on: shuffle first.",
    "seed ignored": "another seed gives the same split: use the argument `seed`.",
    "list changed": "the caller's own list was shuffled: work on a copy.",
}


def blocks(places: list[int], of: int) -> bool:
    """Do the places follow a plain rule: one block, or every so many?"""
    gaps = set(np.diff(sorted(places)).tolist())
    return len(gaps) == 1 and 2 < len(places) < of


@LAB.exercise("1.1", "Whole tunes are held out, at random and without a leak.")
def split_tunes(answer: Callable[..., Any]) -> Faults | str | None:
    """`answer(tunes, share, seed) → (training, validation)`."""
    given = list(TUNES)
    got = answer(given, 0.25, 3)
    if not isinstance(got, list | tuple) or len(got) != 2:
        return "two lists are expected: training tunes, held-out tunes."
    train, held = got
    found: list[str] = []
    if any(isinstance(part, str) for part in got):
        return named(SPLIT_HINTS, ["cut in characters"])
    try:
        train, held = [[str(t) for t in part] for part in got]
    except TypeError:
        return "two lists of tunes are expected: training tunes, held-out tunes."
    if set(train + held) - set(TUNES):
        return named(SPLIT_HINTS, ["cut in characters"])
    if len(set(train)) < len(train) or len(set(held)) < len(held):
        return named(SPLIT_HINTS, ["tune twice"])
    if len(held) > len(train):
        found.append("swapped")
        train, held = held, train
    if set(train) & set(held):
        found.append("leak")
    if set(TUNES) - set(train) - set(held):
        found.append("lost tunes")
    if abs(len(held) - 10) > 1:
        found.append("wrong share")
    again, other = answer(list(TUNES), 0.25, 3), answer(list(TUNES), 0.25, 4)
    held_now = [sorted(map(str, min(pair, key=len))) for pair in (got, again, other)]
    if held_now[0] != held_now[1]:
        found.append("unseeded")
    elif blocks([TUNES.index(tune) for tune in held], len(TUNES)):
        found.append("not shuffled")
    elif held_now[0] == held_now[2]:
        found.append("seed ignored")
    tenth = min(answer(list(TUNES), 0.1, 3), key=len)
    if "wrong share" not in found and abs(len(tenth) - 4) > 1:
        found.append("wrong share")
    if given != TUNES:
        found.append("list changed")
    return named(SPLIT_HINTS, found) or None


# 1.2 ---------------------------------------------------------------------------------------------

FEW = ["M:3/4\nK:D\nfed cba|AB", "M:C\nK:G\n|: GAGe z2 ^d :|", "M:2/4\nK:Em\n(3efg [Bd]"]

VOCABULARY_HINTS = {
    "dictionary": "a list is expected: the number of a character is its place in it.",
    "a set": "a set has no order, and a character's number is its place: make a sorted list.",
    "whole tunes": "the entries are longer than one character: the vocabulary is of the characters "
    "in the tunes, not of the tunes, lines or words.",
    "no END": f"END ({END!r}) is missing: it must come first, so that its number is 0.",
    "END twice": f"END ({END!r}) is there more than once.",
    "END not first": f"END ({END!r}) must come first, before the sorted characters.",
    "duplicates": "some characters are there twice, so one would have two numbers: take each once.",
    "blanks lost": "spaces or line ends are missing. They are characters of a tune too: do not "
    "strip or split.",
    "lower case": "capital letters are missing. In ABC, c and C are an octave apart: do not change "
    "the case.",
    "letters only": "digits and signs are missing: bar lines and note lengths are characters too.",
    "first tune only": "characters that the first tune does not use are missing: go through all.",
    "lost characters": "some characters of the tunes are missing.",
    "extra characters": "there are characters that no tune uses: the model would carry rows that "
    "are never trained.",
    "unsorted": "the characters are not sorted. Without an order of its own the list can change "
    "from run to run, and a saved model would read other letters.",
}


@LAB.exercise("1.2", "The vocabulary has every character once, END first, the rest sorted.")
def build_vocabulary(answer: Callable[..., Any]) -> Faults | str | None:
    """`answer(tunes) → list of characters`."""
    got = answer(list(FEW))
    if isinstance(got, Mapping):
        return named(VOCABULARY_HINTS, ["dictionary"])
    if isinstance(got, set | frozenset):
        return named(VOCABULARY_HINTS, ["a set"])
    if got is None:
        return "your code returned nothing. Does it end with `return`?"
    try:
        entries = list(got)
    except TypeError:
        return f"a list of characters is expected, a {type(got).__name__} came back."
    if not entries or not all(isinstance(entry, str) for entry in entries):
        return "a list of characters is expected."
    if any(len(entry) > 1 for entry in entries):
        return named(VOCABULARY_HINTS, ["whole tunes"])
    wanted, have = set("".join(FEW)), set(entries) - {END}
    marks = entries.count(END)
    found = ["no END"] if not marks else ["END twice"] if marks > 1 else []
    if marks == 1 and entries[0] != END:
        found.append("END not first")
    rest = [entry for entry in entries if entry != END]
    if len(set(rest)) < len(rest):
        found.append("duplicates")
    lost = wanted - have
    if lost:
        signs = {c for c in wanted if not c.isalpha()}
        found.append(
            "blanks lost" if lost <= {" ", "\n"}
            else "lower case" if lost == {c for c in wanted if c.isupper()}
            else "letters only" if lost in (signs, signs - {" ", "\n"})
            else "first tune only" if lost == wanted - set(FEW[0])
            else "lost characters"
        )  # fmt: skip
    if have - wanted and "lower case" not in found:
        found.append("extra characters")
    unique = list(dict.fromkeys(rest))
    if unique != sorted(unique):
        found.append("unsorted")
    return named(VOCABULARY_HINTS, found) or None


# 1.3 ---------------------------------------------------------------------------------------------


def encode_reference(text: str, vocabulary: list[str], faults: frozenset[str]) -> dict[str, Any]:
    order = list(vocabulary)
    if "numbered by the text" in faults:
        order = list(dict.fromkeys(text))
    if "numbered anew" in faults:
        order = sorted(set(text))
    ids = np.array([ord(c) if "character codes" in faults else order.index(c) for c in text])
    if "counted from 1" in faults:
        ids = ids + 1
    if "each once" in faults:
        ids = np.unique(ids)
    if "one-hot" in faults:
        ids = np.eye(len(vocabulary))[ids % len(vocabulary)]
    return {"the numbers": ids}


ENCODE_HINTS = {
    "counted from 1": "encode counts from 1: the first entry of the vocabulary has number 0.",
    "character codes": "encode gives the computer's codes of the characters (`ord`): a character's "
    "number is its place in the vocabulary.",
    "numbered by the text": "encode numbers the characters in the order in which this text has "
    "them: the same letter would get another number in another tune. Use the vocabulary.",
    "numbered anew": "encode makes a vocabulary of this text alone: use the one that is given.",
    "each once": "encode gives each character of the text once: the text has an order, keep it.",
    "one-hot": "encode gives rows of 0 and 1: whole numbers are wanted, the Embedding does the "
    "rest.",
}
ARRAY_HINTS = {
    "encode gives a list": "encode gives a list: make it an array, `np.array(..., dtype='int32')`, "
    "so that windows can be cut out of it by index.",
    "encode gives floats": "encode gives numbers with a decimal point: use dtype='int32'. They are "
    "places in a list.",
}
WORDS = [
    ("cab|$dac", ["$", "|", "a", "b", "c", "d"]),
    ("Gag\nGe", ["$", "\n", "A", "G", "a", "e", "g"]),
]
ENCODE = FaultModel(encode_reference, ENCODE_HINTS, WORDS)


def decode_reference(
    ids: np.ndarray, vocabulary: list[str], faults: frozenset[str]
) -> dict[str, Any]:
    ids = np.asarray(ids)
    if "decode drops END" in faults:
        ids = ids[ids != 0]
    if "decode stops at END" in faults:
        ids = ids[: [*ids, 0].index(0)]
    if "decode goes backward" in faults:
        ids = ids[::-1]
    shift = 1 if "decode counts from 1" in faults else 0
    letters = [vocabulary[i - shift] for i in ids]
    if "decode uses codes" in faults:
        letters = [chr(i) for i in ids]
    if "decode gives a list" in faults:
        return {"the text": letters}
    return {"the text": (" " if "decode puts spaces" in faults else "").join(letters)}


DECODE_HINTS = {
    "decode counts from 1": "decode counts from 1: number 0 is the first entry of the vocabulary.",
    "decode uses codes": "decode takes the numbers for the computer's codes (`chr`): look them up "
    "in the vocabulary.",
    "decode gives a list": "decode gives a list of characters: join them, `''.join(...)`.",
    "decode puts spaces": "decode puts a space between the characters: join them with nothing, ''.",
    "decode drops END": "decode leaves END out: it must give back what encode was given.",
    "decode stops at END": "decode stops at END: it must give back all that encode was given.",
    "decode goes backward": "decode gives the text backward.",
}
NUMBERS = [
    (np.array([4, 2, 3, 1, 0, 5, 2], "int32"), ["$", "|", "a", "b", "c", "d"]),
    (np.array([3, 4, 6, 1, 3, 0, 5, 0, 2], "int32"), ["$", "\n", "A", "G", "a", "e", "g"]),
]
DECODE = FaultModel(decode_reference, DECODE_HINTS, NUMBERS)


@LAB.exercise("1.3", "Text turns into whole numbers, and back into the same text.")
def encode_decode(encode: Callable[..., Any], decode: Callable[..., Any]) -> Faults | str | None:
    """`encode(text, vocabulary) → ids` and `decode(ids, vocabulary) → text`."""
    there, back = ENCODE.judge(encode), DECODE.judge(decode)
    if isinstance(there, list) and isinstance(back, list):
        return there + back
    if there is not None or back is not None:
        if there is None:
            return back
        return there if isinstance(there, list) else f"encode: {there}"
    ids = encode(*WORDS[0])
    if isinstance(ids, list | tuple):
        return named(ARRAY_HINTS, ["encode gives a list"])
    if np.asarray(ids).dtype.kind not in "iu":
        return named(ARRAY_HINTS, ["encode gives floats"])
    return None


# 2.1 ---------------------------------------------------------------------------------------------


def window_reference(
    ids: np.ndarray, start: int, length: int, faults: frozenset[str]
) -> dict[str, Any]:
    if "start ignored" in faults:
        start = 0
    if "start counts windows" in faults:
        start = start * length
    if "one too short" in faults:
        length -= 1
    if "one too long" in faults:
        length += 1
    if "ends at length" in faults:
        length = max(0, length - start)
    shift = 1
    if "targets are the inputs" in faults:
        shift = 0
    if "targets one too early" in faults:
        shift = -1
    if "targets two ahead" in faults:
        shift = 2
    if "targets are the next window" in faults:
        shift = length
    if start + min(0, shift) < 0 or start + length + max(0, shift) > len(ids):
        raise ValueError("out of range")
    inputs = ids[start : start + length]
    targets = ids[start + shift : start + shift + length]
    if "targets wrapped" in faults:
        targets = np.roll(inputs, -1)
    if "last target zero" in faults:
        targets = np.append(inputs[1:], 0)
    if "one target only" in faults:
        targets = ids[start + length]
    if "zeros" in faults:
        inputs, targets = np.zeros_like(inputs), np.zeros_like(targets)
    if "swapped" in faults:
        inputs, targets = targets, inputs
    return {"inputs": inputs, "targets": targets}


WINDOW_HINTS = {
    "targets are the inputs": "the targets are the inputs themselves, and copying is no "
    "prediction: "
    "start the targets one character later.",
    "targets one too early": "the targets are shifted the wrong way: they are the character "
    "before. "
    "A target is the character that comes after its input.",
    "targets wrapped": "the last target is the window's own first character (that is what "
    "`np.roll` "
    "does): it must be the next character of the text.",
    "last target zero": "the last target is 0, a filler: take the next character of the text.",
    "targets two ahead": "the targets are two characters ahead: one is right.",
    "targets are the next window": "the targets are the following window: they must be the same "
    "window, one character later.",
    "one target only": "there is one target, the character after the window: each of its "
    "characters "
    "has one of its own.",
    "start ignored": "the window is always from the beginning of the text: it must begin at "
    "`start`.",
    "start counts windows": "start is taken for the number of a window: it is a place in the text.",
    "ends at length": "the window ends at the place `length`: it must end at `start + length`.",
    "one too short": "both are one character too short: each has `length` of them.",
    "one too long": "both are one character too long: each has `length` of them.",
    "swapped": "inputs and targets are the wrong way round: inputs first.",
    "zeros": "everything is 0: return pieces of `ids`.",
}
TEXT = np.array([5, 3, 8, 1, 9, 2, 7, 4, 6, 12, 11, 10, 15, 13, 14, 17, 16], "int32")
WINDOW = FaultModel(window_reference, WINDOW_HINTS, [(TEXT, 2, 4), (TEXT, 1, 6)], most=2)


@LAB.exercise("2.1", "Each input's target is the next character of the text.")
def window(answer: Callable[..., Any]) -> Any:
    """`answer(ids, start, length) → (inputs, targets)`, each (length,)."""
    return WINDOW.judge(answer)


# 2.2 ---------------------------------------------------------------------------------------------

LENGTH, SIZE, PERIOD = 6, 8, 10
# Every window of 6 is in it once; END, which is 0, stands at every tenth place.
BATCH_TEXT = np.array([0 if i % PERIOD == 0 else i for i in range(41)], "int32")
PLACES = len(BATCH_TEXT) - LENGTH

BATCH_HINTS = {
    "one array": "two arrays are expected: inputs and targets.",
    "transposed": "time comes first: the shape must be (size, length), one window a row.",
    "wrong shape": "inputs and targets must both have the shape (size, length).",
    "ragged": "some windows are shorter: a start too near the end leaves no room. The last start "
    "with room for a window and its last target is len(ids) - length - 1.",
    "floats": "the batch is of floats: indices for an Embedding are whole numbers.",
    "not from the text": "the rows are no pieces of `ids`: cut windows out of it.",
    "targets are the inputs": "the targets equal the inputs: they must be one character later.",
    "targets wrapped": "the last target of each row is its own first input (`np.roll`): it must be "
    "the next character of the text.",
    "targets one too early": "the targets are the characters before: shift the other way.",
    "wrong targets": "the targets are not the characters that follow the inputs.",
    "rows alike": "all rows are the same window: draw a start for each row.",
    "always the same": "every batch is the same one: take the starts from `rng`, anew in each "
    "call.",
    "rng ignored": "two generators with the same seed give different batches: draw from `rng`, so "
    "that a run can be repeated.",
    "new generator": "every generator gives the same batches: draw from `rng`, do not make another "
    "one inside.",
    "next to each other": "the rows of a batch follow each other in the text: draw each start by "
    "itself, or the batch is one long piece.",
    "blocks only": "the windows start at multiples of `length` only: any place may begin one, "
    "which "
    "gives many more windows.",
    "tune starts only": "the windows start only where a tune starts: the model would never see the "
    "rest of a long tune. Let them begin anywhere.",
    "last start missing": "the last possible window is never drawn: `integers` leaves out its "
    "upper "
    "end, so that is len(ids) - length.",
    "first start missing": "the first window is never drawn: the starts begin at 0.",
    "few starts": "many places of the text never begin a window: draw from all.",
}


def start_of(row: np.ndarray) -> int:
    """Where in the text of the check a row begins, -1 if it is not from it."""
    for start in range(len(BATCH_TEXT) - len(row) + 1):
        if np.array_equal(BATCH_TEXT[start : start + len(row)], row):
            return start
    return -1


def batch_faults(x: np.ndarray, y: np.ndarray) -> list[str]:
    """What is wrong with one batch of the right shape."""
    starts = [start_of(row) for row in x]
    if min(starts) < 0:
        return ["not from the text"]
    if np.array_equal(x, y):
        return ["targets are the inputs"]
    if np.array_equal(y, np.roll(x, -1, axis=1)):
        return ["targets wrapped"]
    if np.array_equal(y[:, 1:], x[:, :-1]):
        return ["targets one too early"]
    after = [BATCH_TEXT[start + 1 : start + 1 + LENGTH] for start in starts]
    if any(len(right) < LENGTH for right in after):
        return ["ragged"]
    return [] if np.array_equal(y, np.stack(after)) else ["wrong targets"]


def start_faults(starts: np.ndarray) -> list[str]:
    """What is wrong with the places drawn, (batches, size), of many calls with one generator."""
    first, size = starts[0], starts.shape[1]
    seen = set(starts.ravel().tolist())
    gaps = np.diff(starts, axis=1)
    if (starts == first).all():
        return (
            ["rows alike", "always the same"] if (first == first[0]).all() else ["always the same"]
        )
    if all(len(set(row.tolist())) == 1 for row in starts):
        return ["rows alike"]
    if size > 2 and (gaps == gaps[0, 0]).all():
        return ["next to each other"]
    missing = set(range(PLACES)) - seen
    if not missing:
        return []
    if all(start % LENGTH == 0 for start in seen):
        return ["blocks only"]
    if all(start % PERIOD in (0, 1) for start in seen):
        return ["tune starts only"]
    ends = {PLACES - 1: "last start missing", 0: "first start missing"}
    return [ends[place] for place in missing] if missing <= set(ends) else ["few starts"]


@LAB.exercise("2.2", "A batch is of windows from random places, the same for the same generator.")
def make_batch(answer: Callable[..., Any]) -> Faults | str | None:
    """`answer(ids, size, length, rng) → (inputs, targets)`, each (size, length)."""

    def call(rng: np.random.Generator) -> Any:
        got = answer(BATCH_TEXT.copy(), SIZE, LENGTH, rng)
        if not isinstance(got, list | tuple) or len(got) != 2:
            return "one array"
        try:
            pair = tuple(np.asarray(part) for part in got)
        except ValueError:
            return "ragged"
        if any(part.dtype == object for part in pair):
            return "ragged"
        if any(part.shape != (SIZE, LENGTH) for part in pair):
            turned = all(part.shape == (LENGTH, SIZE) for part in pair)
            return "transposed" if turned else "wrong shape"
        return pair

    rng = np.random.default_rng(1)
    starts = []
    for _ in range(250):  # 2,000 windows from 35 places: none is missed by chance
        try:
            got = call(rng)
        except (ValueError, IndexError) as error:
            if starts:  # it worked before: this start was too near the end
                return named(BATCH_HINTS, ["ragged"])
            text = str(error)
            if "same shape" in text or "out of bounds" in text or "inhomogeneous" in text:
                return named(BATCH_HINTS, ["ragged"])
            raise
        if isinstance(got, str):
            return named(BATCH_HINTS, [got])
        x, y = got
        found = batch_faults(x, y)
        if found:
            return named(BATCH_HINTS, found)
        starts.append([start_of(row) for row in x])
    found = start_faults(np.array(starts))
    if "always the same" not in found:
        same = [call(np.random.default_rng(seed)) for seed in (5, 5, 6, 7)]
        if not np.array_equal(same[0][0], same[1][0]):
            found.append("rng ignored")
        elif all(np.array_equal(same[0][0], other[0]) for other in same[2:]):
            found.append("new generator")
    if not found and any(part.dtype.kind not in "iu" for part in (x, y)):
        found.append("floats")
    return named(BATCH_HINTS, found) or None
