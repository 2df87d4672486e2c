"""Checks 1.1 to 1.3: from tunes to numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...checking import FaultModel, Verdict
from ...music.recipe import END
from .lab import exercise, named, reference

NOTHING = "your function returns nothing, None. End it with `return` and the result."

# 1.1 ---------------------------------------------------------------------------------------------

TUNES = [f"M:4/4\nK:G\n{'ABcdefga'[i % 8]}{i}|{'GFED'[i % 4]}{i * i}|" for i in range(40)]

SPLIT_HINTS = {
    "nothing": NOTHING,
    "not two": "two lists are expected: the training tunes, then the held-out tunes. {what} came "
    "back.",
    "cut in characters": "what came back holds {piece}, a piece of the tunes' text and no whole "
    "tune. Both parts must be lists of whole tunes: one cut in two would be half seen in training.",
    "not the tunes": "what came back holds {piece}, and that is not in the list that was given. "
    "Both parts must hold tunes of the list, as they stand there.",
    "places": "the parts hold the places of the tunes in the list, not the tunes. Look each up: "
    "`tunes[i]`.",
    "tune twice": "a tune stands more than once in the same part. Each must be there once, as in a "
    "permutation; `choice` and `integers` may repeat.",
    "swapped": "the two parts are in the wrong order: the training tunes come first, then the "
    "held-out ones, and `share` is the share of those that are held out.",
    "leak": "{many} among the training tunes. What the model has seen cannot test it. The training "
    "part must begin exactly where the held-out part ends.",
    "lost tunes": "{lost} in neither part. What is not held out is for training: one part must "
    "begin where the other ends.",
    "two shuffles": "{many} among the training tunes too, and as many tunes are in neither part. "
    "Shuffle once, then cut that one list: one part must begin where the other ends.",
    "wrong share": "of {of} tunes with share={share}, {held} are held out; it should be {right}. "
    "Take `share` of `len(tunes)`.",
    "unseeded": "two calls with the same seed give two splits: draw from "
    "`np.random.default_rng(seed)`.",
    "not shuffled": "the held-out tunes stand side by side in the list. It is ordered by book, so "
    "one book would be tested and another trained on: shuffle before you cut.",
    "every so many": "the held-out tunes follow a plain rule, one in every few. Shuffle the list "
    "with a generator made from `seed`, then cut it.",
    "seed ignored": "another seed gives the same split: use the argument `seed`, no fixed number.",
    "list changed": "the caller's own list is changed by your code (shuffled, or tunes are taken "
    "out of it). Work on a copy, `list(tunes)`.",
}


def count(n: int, what: str) -> str:
    return f"one {what} is" if n == 1 else f"{n} {what}s are"


@exercise("1.1", "Whole tunes are held out, at random and without a leak.")
def split_tunes(answer: Callable[..., Any]) -> Verdict:
    """`answer(tunes, share, seed) → (training, validation)`."""
    found: list[str] = []
    words: dict[str, Any] = {}

    def parts(of: int, share: float, seed: int) -> tuple[list[str], list[str]] | list[str]:
        """The two parts as lists, or the slip that makes it impossible to read them."""
        given, whole = TUNES[:of], TUNES[:of]
        got = answer(given, share, seed)
        if given != whole:
            found.append("list changed")
        if got is None:
            return ["nothing"]
        if isinstance(got, Mapping):
            words["what"] = "A dictionary"
            return ["not two"]
        try:
            pair = [part if isinstance(part, str) else list(part) for part in got]
        except TypeError:
            pair = []
        if len(pair) != 2:
            words["what"] = f"{len(pair)} things" if len(pair) > 1 else "Something else"
            return ["not two"]
        if any(isinstance(part, str) for part in pair):
            words["piece"] = "one string"
            return ["cut in characters"]
        if any(isinstance(t, int | np.integer) for part in pair for t in part):
            return ["places"]
        strange = [t for part in pair for t in part if str(t) not in whole]
        if strange:
            piece = repr(strange[0])
            words["piece"] = f"`{piece[:30]}...`" if len(piece) > 33 else f"`{piece}`"
            cut = isinstance(strange[0], str) and strange[0] in "".join(whole)
            return ["cut in characters" if cut else "not the tunes"]
        train, held = [[str(t) for t in part] for part in pair]
        if len(held) > len(train):
            found.append("swapped")
            train, held = held, train
        exact = share * of
        if not exact - 1 < len(held) < exact + 1:
            found.append("wrong share")
            words.setdefault("share", share)
            words.update(of=of, share=share, held=len(held), right=round(exact))
        return train, held

    runs = [parts(40, 0.25, 3), parts(40, 0.25, 3), parts(40, 0.25, 4), parts(40, 0.1, 3),
            parts(37, 0.3, 5)]  # fmt: skip
    for run in runs:
        if isinstance(run, list):
            return named(SPLIT_HINTS, [*run, *(f for f in found if f == "list changed")], **words)
    train, held = runs[0]
    if len(set(train)) < len(train) or len(set(held)) < len(held):
        return named(SPLIT_HINTS, ["tune twice"])
    both, lost = set(train) & set(held), set(TUNES) - set(train) - set(held)
    if both and lost and len(both) == len(lost):
        found.append("two shuffles")
    elif both or lost:  # then the sizes are wrong too, and for that reason
        found += ["leak"] * bool(both) + ["lost tunes"] * bool(lost)
        found = [slip for slip in found if slip != "wrong share"]
    words.update(many=count(len(both), "held-out tune"), lost=count(len(lost), "tune"))
    places = [sorted(TUNES.index(t) for t in run[1]) for run in runs]
    gaps = set(np.diff(places[0]).tolist())
    if places[0] != places[1]:
        found.append("unseeded")
    elif len(gaps) == 1 and len(held) > 2:
        found.append("not shuffled" if gaps == {1} else "every so many")
    elif places[0] == places[2]:
        found.append("seed ignored")
    order = [f for f in SPLIT_HINTS if f in found]
    return named(SPLIT_HINTS, order, **words) or None


# 1.2 ---------------------------------------------------------------------------------------------

FEW = ["M:3/4\nK:D\nfed cba|AB", "M:C\nK:G\n|: GAGe z2 ^d :|", "M:2/4\nK:Em\n(3efg [Bd]"]

VOCABULARY_HINTS = {
    "nothing": NOTHING + " `list.sort()` changes its list and returns None: `sorted(...)` returns "
    "a list.",
    "dictionary": "a dictionary came back. A list is expected: the number of a character is its "
    "place in it.",
    "a set": "a set came back. It has no order, and a character's number is its place: make a "
    "sorted list.",
    "a string": "one string came back. Make it a list of one-character strings, `list(...)`.",
    "not a list": "a list of one-character strings is expected; {what} came back.",
    "not characters": "the entries must be one-character strings; one of yours is {entry}.",
    "END in quotes": "the word {entry} is written in quotes. END without quotes is a name, and it "
    f"stands for the sign {END!r}.",
    "whole tunes": "the entries are longer than one character: the vocabulary is of the characters "
    "in the tunes, not of the tunes, lines or words.",
    "no END": f"END ({END!r}) is missing: it must come first, so that its number is 0.",
    "END twice": f"END ({END!r}) is there more than once.",
    "END not first": f"END ({END!r}) must come first, before the sorted characters. Sort only the "
    "characters of the tunes, and put END in front.",
    "duplicates": "some characters are there twice, so one would have two numbers: take each once.",
    "blanks lost": "{lost} missing: blanks are characters of a tune too. Do not strip or split.",
    "lower case": "capital letters are missing. In ABC, c and C are an octave apart: do not change "
    "the case.",
    "upper case": "small letters are missing. In ABC, c and C are an octave apart: do not change "
    "the case.",
    "letters only": "{lost} missing: bar lines and note lengths are characters too. Keep every "
    "character.",
    "one tune only": "only the characters of the {which} tune are there. Go through all tunes, and "
    "keep what was found before.",
    "a tune left out": "characters that only the {which} tune uses are missing: go through all "
    "tunes.",
    "lost characters": "some characters of the tunes are missing: {lost}.",
    "extra characters": "there are characters that no tune uses: {extra}. The model would carry "
    "rows that are never trained. Take the characters out of the tunes themselves.",
    "unsorted": "the characters are not in the order of Python's `sorted`. Without an order of its "
    "own the list can change from run to run, and a saved model would read other letters.",
    "list changed": "the caller's own list of tunes is changed by your code: work on a copy.",
}
ORDINALS = ("first", "second", "third")


def some(characters: set[str]) -> str:
    """A few characters, as they are written."""
    shown = ", ".join(f"`{c!r}`" for c in sorted(characters)[:4])
    return shown + (" and others" if len(characters) > 4 else "")


def lost_of(lost: set[str]) -> tuple[str, str]:
    """(slip, in words) of the characters that are not in the vocabulary."""
    wanted = set("".join(FEW))
    upper, lower = ({c for c in wanted if test(c)} for test in (str.isupper, str.islower))
    signs = {c for c in wanted if not c.isalpha()}
    blanks = {" ", "\n"}
    if lost <= blanks:
        words = {frozenset(" "): "spaces are", frozenset("\n"): "the line end is"}
        return "blanks lost", words.get(frozenset(lost), "spaces and line ends are")
    if lost in (upper, lower):
        return "lower case" if lost == upper else "upper case", ""
    digits = {c for c in wanted if c.isdigit()}
    if lost - blanks in (signs - blanks, digits, signs - blanks - digits):
        kinds = [("digits", digits), ("signs such as | and :", signs - blanks - digits),
                 ("spaces and line ends", blanks)]  # fmt: skip
        return "letters only", " and ".join(w for w, k in kinds if k & lost) + " are"
    for i, tune in enumerate(FEW):
        if lost == wanted - set(tune):
            return "one tune only", ORDINALS[i]
        if lost == wanted - set("".join(t for t in FEW if t != tune)):
            return "a tune left out", ORDINALS[i]
    return "lost characters", some(lost)


@exercise("1.2", "The vocabulary has every character once, END first, the rest sorted.")
def build_vocabulary(answer: Callable[..., Any]) -> Verdict:
    """`answer(tunes) → list of characters`."""
    given = list(FEW)
    got = answer(given)
    kinds = [(type(None), "nothing"), (Mapping, "dictionary"), (set | frozenset, "a set"),
             (str, "a string")]  # fmt: skip
    for kind, slip in kinds:
        if isinstance(got, kind):
            return named(VOCABULARY_HINTS, [slip])
    if not isinstance(got, list | tuple) or not len(got):
        kind = f"an object of the type {type(got).__name__}"
        what = "an empty list" if isinstance(got, list) else kind
        return named(VOCABULARY_HINTS, ["not a list"], what=what)
    odd = next((entry for entry in got if not isinstance(entry, str)), None)
    if odd is not None:
        return named(VOCABULARY_HINTS, ["not characters"], entry=repr(odd)[:20])
    entries = list(map(str, got))
    long = [entry for entry in entries if len(entry) != 1]
    if long:
        quoted = len(long) == 1 and "end" in long[0].lower() and len(long[0]) < 8
        slip = "END in quotes" if quoted else "whole tunes"
        return named(VOCABULARY_HINTS, [slip], entry=repr(long[0]))
    wanted, have = set("".join(FEW)), set(entries) - {END}
    marks = entries.count(END)
    found = ["no END"] if not marks else ["END twice"] if marks > 1 else []
    if marks == 1 and entries[0] != END:
        found.append("END not first")
    rest = [entry for entry in entries if entry != END]
    if len(set(rest)) < len(rest):
        found.append("duplicates")
    slip, lost = lost_of(wanted - have) if wanted - have else ("", "")
    found += [slip] * bool(slip)
    if have - wanted and slip not in ("lower case", "upper case"):
        found.append("extra characters")
    unique = list(dict.fromkeys(rest))
    if unique != sorted(unique):
        found.append("unsorted")
    if given != FEW:
        found.append("list changed")
    extra = some(have - wanted)
    return named(VOCABULARY_HINTS, found, lost=lost, which=lost, extra=extra) or None


# 1.3 ---------------------------------------------------------------------------------------------


@reference
def encode_reference(text: str, vocabulary: list[str], faults: frozenset[str]) -> dict[str, Any]:
    order, shift = list(vocabulary), "counted from 1" in faults
    if "sorted again" in faults:
        order = sorted(order)
    if "numbered by the text" in faults:
        order = list(dict.fromkeys(text))
    if "numbered anew" in faults:
        order = sorted(set(text))
    if "vocabulary backward" in faults:
        order = order[::-1]
    if "END left out of the count" in faults:
        order = order[1:]
    for slip, change in TEXT_CHANGES.items():
        if slip in faults:
            text = change(text)
    if "each once" in faults:
        text = "".join(dict.fromkeys(text))
    if set(text) - set(order) and "character codes" not in faults:
        raise ValueError("a character without a number")
    codes = "character codes" in faults
    ids = np.array([ord(c) if codes else order.index(c) for c in text], dtype=int) + shift
    if "places in the text" in faults:
        ids = np.array([text.rindex(c) for c in text], dtype=int)
    if "first places in the text" in faults:
        ids = np.array([text.index(c) for c in text], dtype=int)
    if "counted along the text" in faults:
        ids = np.arange(len(text))
    if "each once, sorted" in faults:
        ids = np.unique(ids)
    if "one-hot" in faults:
        ids = np.eye(len(vocabulary))[ids % len(vocabulary)]
    ids = ids[:, None] if "a column" in faults else ids[None] if "a row" in faults else ids
    return {"encode's result": ids}


TEXT_CHANGES: dict[str, Callable[[str], str]] = {
    "END added": lambda t: END + t + END,
    "END added in front": lambda t: END + t,
    "END added behind": lambda t: t + END,
    "stripped": str.strip,
    "line ends lost": lambda t: t.replace("\n", ""),
    "spaces lost": lambda t: "".join(t.split()),
    "END dropped": lambda t: t.replace(END, ""),
    "small letters": str.lower,
    "last character lost": lambda t: t[:-1],
    "first character lost": lambda t: t[1:],
    "backward": lambda t: t[::-1],
    "sorted text": lambda t: "".join(sorted(t)),
    "first line only": lambda t: t.split("\n")[0],
}
ENCODE_HINTS = {
    "counted from 1": "encode counts from 1: the first entry of the vocabulary has number 0.",
    "character codes": "encode gives the computer's codes of the characters (`ord`): a character's "
    "number is its place in the vocabulary.",
    "sorted again": "encode sorts the vocabulary again, so END is no longer number 0. The numbers "
    "are places in the list as it is given.",
    "numbered by the text": "encode numbers the characters in the order in which this text has "
    "them: the same letter would get another number in another tune. Use the vocabulary.",
    "vocabulary backward": "encode goes through the vocabulary backward: its first entry has "
    "number 0.",
    "places in the text": "encode gives the places of the characters in the text: their places in "
    "the vocabulary are wanted.",
    "first places in the text": "encode gives the places of the characters in the text: their "
    "places in the vocabulary are wanted.",
    "counted along the text": "encode counts the characters of the text: their places in the "
    "vocabulary are wanted.",
    "numbered anew": "encode makes a vocabulary of this text alone: use the one that is given.",
    "END left out of the count": "encode leaves END out of the count, so every number is one too "
    "small.",
    "END added": "encode puts an END before and after the text: it must give a number for each "
    "character of the text, and no more. The next cell puts the ENDs in.",
    "END added in front": "encode puts an END before the text: the next cell does that.",
    "END added behind": "encode puts an END behind the text: the next cell does that.",
    "stripped": "encode strips the text: spaces and line ends at its two ends are characters too.",
    "line ends lost": "encode leaves out the line ends. They are characters of the text too.",
    "spaces lost": "encode leaves out spaces and line ends. They are characters of the text too.",
    "END dropped": "encode leaves END out: it is a character like all others here.",
    "small letters": "encode changes capital letters to small ones: c and C are different notes.",
    "last character lost": "encode leaves out the last character.",
    "first character lost": "encode leaves out the first character.",
    "backward": "encode goes through the text backward: keep its order.",
    "sorted text": "encode sorts the text: keep its order.",
    "first line only": "encode stops at the first line end: go through the whole text.",
    "each once": "encode gives each character of the text once: the text has an order, keep it.",
    "each once, sorted": "encode gives each character of the text once: the text has an order, "
    "keep it.",
    "a column": "encode gives a column, one number a row: the shape must be (characters,). Leave "
    "the second pair of brackets, or the new axis, out.",
    "a row": "encode gives an array in an array, of the shape (1, characters): it must be "
    "(characters,). Leave the outer pair of brackets, or the new axis, out.",
    "one-hot": "encode gives rows of 0 and 1: whole numbers are wanted, the Embedding does the "
    "rest.",
}
ARRAY_HINTS = {
    "encode gives text": "encode gives a string: an array of whole numbers is wanted, one for each "
    "character.",
    "encode gives a list": "encode gives a list: make it an array, `np.array(..., dtype='int32')`, "
    "so that windows can be cut out of it by index.",
    "encode gives a tensor": "encode gives a TensorFlow tensor: a NumPy array is wanted, "
    "`np.array(..., dtype='int32')`, so that windows can be cut out of it by index.",
    "encode gives floats": "encode gives numbers with a decimal point. They are places in a list: "
    "make the array with dtype='int32'.",
    "not int32": "encode's numbers are right, but of the type {dtype}. The function says int32: "
    "write `dtype='int32'` where the array is made.",
}
WORDS = [
    ("\nGag\nCc Ge$a ", ["$", "\n", " ", "C", "G", "a", "c", "e", "g", "z"]),
    (" C|ca$\nc2\n", ["$", "\n", " ", "2", "B", "C", "a", "c", "|"]),
    ("caC\n C", ["$", "\n", " ", "C", "a", "b", "c"]),
]
ENCODE = FaultModel(encode_reference, ENCODE_HINTS, WORDS, most=2, families=False)


@reference
def decode_reference(
    ids: np.ndarray, vocabulary: list[str], faults: frozenset[str]
) -> dict[str, Any]:
    ids, order = np.asarray(ids), list(vocabulary)
    if "decode drops END" in faults:
        ids = ids[ids != 0]
    if "decode stops at END" in faults:
        ids = ids[: [*ids, 0].index(0)]
    if "decode sorts again" in faults:
        order = sorted(order)
    shift = ("decode counts from 1" in faults) - ("decode is one too far" in faults)
    letters = [order[(i - shift) % len(order)] for i in ids]
    if "decode uses codes" in faults:
        letters = [chr(i) for i in ids]
    if "decode gives the numbers" in faults:
        letters = [str(i) for i in ids]
    if "decode gives each once" in faults:
        letters = list(dict.fromkeys(letters))
    if "decode gives a list" in faults:
        return {"decode's result": letters}
    between = " " if "decode puts spaces" in faults else ""
    between = "\n" if "decode puts line ends" in faults else between
    between = "," if "decode puts commas" in faults else between
    text = between.join(letters)
    changes = {"decode strips": str.strip, "decode loses the last": lambda t: t[:-1],
               "decode loses the first": lambda t: t[1:],
               "decode gives the first only": lambda t: t[:1],
               "decode gives the last only": lambda t: t[-1:],
               "decode goes backward": lambda t: t[::-1],
               "decode gives small letters": str.lower,
               "decode drops line ends": lambda t: t.replace("\n", "")}  # fmt: skip
    for slip, change in changes.items():
        if slip in faults:
            text = change(text)
    return {"decode's result": text}


DECODE_HINTS = {
    "decode counts from 1": "decode counts from 1: number 0 is the first entry of the vocabulary.",
    "decode is one too far": "decode looks one place too far: number 0 is the first entry of the "
    "vocabulary.",
    "decode uses codes": "decode takes the numbers for the computer's codes (`chr`): look them up "
    "in the vocabulary.",
    "decode sorts again": "decode sorts the vocabulary again. The numbers are places in the list "
    "as it is given.",
    "decode gives the numbers": "decode writes the numbers themselves: look each up in the "
    "vocabulary.",
    "decode gives a list": "decode gives a list of characters: join them, `''.join(...)`.",
    "decode puts spaces": "decode puts a space between the characters: join them with nothing, ''.",
    "decode puts line ends": "decode puts a line end between the characters: join them with "
    "nothing, ''.",
    "decode puts commas": "decode puts a comma between the characters: join them with nothing, ''.",
    "decode drops END": "decode leaves END out: it must give back what encode was given.",
    "decode stops at END": "decode stops at END: it must give back all that encode was given.",
    "decode strips": "decode strips the text: spaces and line ends at its two ends belong to it.",
    "decode drops line ends": "decode leaves out line ends: they belong to the text.",
    "decode gives small letters": "decode changes capital letters to small ones.",
    "decode gives each once": "decode gives each character once: the text repeats them.",
    "decode loses the last": "decode leaves out the last character.",
    "decode loses the first": "decode leaves out the first character.",
    "decode gives the first only": "decode gives the first character alone: is the `return` "
    "inside the loop?",
    "decode gives the last only": "decode gives the last character alone: add each one to the "
    "text, `+=`, or join them.",
    "decode goes backward": "decode gives the text backward.",
}
DECODE = FaultModel(
    decode_reference, DECODE_HINTS,
    [(encode_reference(t, v, frozenset())["encode's result"].astype("int32"), v) for t, v in WORDS],
    most=2, families=False,
)  # fmt: skip


@exercise(
    "1.3", "Text turns into whole numbers, and back into the same text.", ("encode", "decode")
)
def encode_decode(encode: Callable[..., Any], decode: Callable[..., Any]) -> Verdict:
    """`encode(text, vocabulary) → ids` and `decode(ids, vocabulary) → text`."""
    there, back = ENCODE.judge(encode), DECODE.judge(decode)
    if isinstance(back, str):  # its inputs are those of the second function
        back = back.replace("`encode(", "`decode(")
    if isinstance(there, str) and "came back" in there:
        text = isinstance(encode(*WORDS[0]), str)
        there = named(ARRAY_HINTS, ["encode gives text"]) if text else there
    if there is None:
        ids = encode(*WORDS[0])
        dtype = np.asarray(ids).dtype
        slip = (
            "encode gives a list" if isinstance(ids, list | tuple)
            else "encode gives floats" if dtype.kind == "f"
            else "encode gives a tensor" if not isinstance(ids, np.ndarray)
            else "not int32" if dtype != "int32" else ""
        )  # fmt: skip
        there = named(ARRAY_HINTS, [slip], dtype=dtype) if slip else None
    if isinstance(there, list) and isinstance(back, list):
        return there + back
    if isinstance(there, list) or isinstance(back, list):
        return there if isinstance(there, list) else back
    return f"encode: {there}" if there else f"decode: {back}" if back else None
