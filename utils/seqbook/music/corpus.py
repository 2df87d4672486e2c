"""Real tunes, from the corpus that is installed with music21.

The files are read where they lie; nothing is copied and music21 itself is not imported. Its
licence file says that some encodings have restrictions of their own, so the book loads them
from the reader's own installation.

How a tune is cleaned, so that what is left is melody and nothing a player would not hear:

* The header keeps M:, L: and K:, in this order, with one spelling (``E Minor`` is ``Em``).
* Out go comments, chord symbols and other text in quotes, decorations, bowing and fingering,
  spacers, invisible bar lines, lyrics and the other fields. Slurs, ties, grace notes, chords,
  repeats, endings and changes of key, meter or unit stay.
* One spelling for what can be spelled in several ways: ``A/2`` is ``A/``, ``| [1`` is ``|1``,
  ``:||:`` is ``::``, ``x2`` is ``z2``.
* A tune whose header, tokens or repeats the validator rejects is dropped. One whose bars do not
  all add up stays: real books contain them, and the share of such tunes is what a model's tunes
  are compared with. Slurs that lack their other half are taken out.
* Tunes outside the limits of length are dropped, and so is one whose music, but for spaces,
  was already there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from . import abc
from .errors import ArgumentError, MusicError

__all__ = ["load_tunes"]


SLUR = re.compile(r"\((?!\d)|\)")  # but not "(3", a triplet
COLLECTIONS = {  # name → folder in music21's corpus; the books are in the book's bibliography
    "oneill": "oneills1850",  # O'Neill's Music of Ireland, 1903; ABC by the O'Neill project
    "ryan": "ryansMammoth",  # Ryan's Mammoth Collection, 1883; ABC by Ray Davies, John Chambers
    "aird": "airdsAirs",  # Aird's Selection of Airs, 1782-1801; ABC by Jack Campin
}
DECORATIONS = r"~.H-QS-WYh-wy"


def load_tunes(
    collections: Sequence[str] = ("oneill", "ryan"),
    *,
    max_chars: int = 1200,
    min_chars: int = 80,
    slurs: bool = True,
) -> list[str]:
    """Cleaned tunes in ABC notation, in a fixed order: collection, file, number in the file.

    Args:
        collections: ``"oneill"``, ``"ryan"``, ``"aird"``, or one of these names.
        max_chars, min_chars: tunes longer or shorter than this are left out.
        slurs: keep the round brackets that tie notes under one bow. Without them a tune has the
            same notes in fewer characters.

    Returns:
        One string a tune: the lines ``M:``, ``L:`` and ``K:``, then the music, no line end last.

    Raises:
        ArgumentError: (a ValueError) if there is no such collection.
        MusicError: if music21 or its corpus is not installed.
    """
    names = (collections,) if isinstance(collections, str) else tuple(collections)
    for name in names:
        if name not in COLLECTIONS:
            known = ", ".join(repr(known) for known in COLLECTIONS)
            raise ArgumentError(f"there is no collection {name!r}; the collections are {known}")
    corpus = _corpus_folder()
    tunes: list[str] = []
    seen: set[str] = set()
    for name in names:
        for tune in _collection(corpus / COLLECTIONS[name]):
            music = re.sub(r"\s", "", tune)
            if min_chars <= len(tune) <= max_chars and music not in seen:
                seen.add(music)
                tunes.append(tune if slurs else SLUR.sub("", tune))
    return tunes


def _corpus_folder() -> Path:
    spec = find_spec("music21")
    if spec is None or not spec.origin:
        raise MusicError("the tunes come with music21, which is missing: pip install music21")
    folder = Path(spec.origin).parent / "corpus"
    if not folder.is_dir():
        raise MusicError(
            "this music21 came without its corpus of tunes: pip install --force-reinstall music21"
        )
    return folder


@lru_cache(maxsize=8)
def _collection(folder: Path) -> tuple[str, ...]:
    """All clean tunes of one folder, before the limits of length."""
    files = sorted(folder.rglob("*.abc"), key=lambda path: path.relative_to(folder).as_posix())
    if not files:
        raise MusicError(f"music21's corpus has no tunes in {folder.name}")
    cleaned = (clean(raw) for path in files for raw in _split(path))
    return tuple(tune for tune in cleaned if tune is not None)


def _split(path: Path) -> Iterable[str]:
    """The tunes of one file: each begins with its X: line."""
    text = path.read_text(encoding="utf-8", errors="replace").replace("\r", "")
    return (part for part in re.split(r"(?m)^(?=X:)", text) if part.startswith("X:"))


def clean(raw: str) -> str | None:
    """One tune as published → its cleaned form, or None if it cannot be used."""
    header: dict[str, str] = {}
    body: list[str] = []
    for line in raw.split("\n"):
        line = re.sub(r"%.*", "", line).strip()
        match = re.match(r"([A-Z]|[mrsw]):(?![|:])\s*(.*)", line)
        if "[V:" in line or (match and match[1] == "V"):
            return None  # more than one voice
        if not body and "K" not in header:
            if match and match[1] in "MLK":
                header.setdefault(match[1], _field(match[1], match[2]))
        elif match and match[1] in "MLK":
            body.append(f"{match[1]}:{_field(match[1], match[2])}")
        elif not match:
            music = _music(line)
            if music:
                body.append(music)
    if not body or not {"M", "K"} <= set(header):
        return None
    # the standard's rule for a tune that does not say its unit
    meter = abc.meter_fraction(header["M"])
    header.setdefault("L", "1/16" if meter is not None and meter < Fraction(3, 4) else "1/8")
    body[-1] = re.sub(r"::$", ":|", body[-1])
    tune = "\n".join([f"{name}:{header[name]}" for name in "MLK"] + body)
    problems = abc.parse(tune).errors
    slurs = [problem for problem in problems if problem.kind == "slur"]
    if slurs:
        tune = _without(tune, slurs)
        problems = abc.parse(tune).errors
    return None if any(problem.kind != "bar" for problem in problems) else tune


def _without(tune: str, problems: Iterable[abc.Problem]) -> str:
    """The tune less the one character that each problem points at."""
    lines = tune.split("\n")
    for problem in sorted(problems, reverse=True):
        line = lines[problem.line - 1]
        lines[problem.line - 1] = line[: problem.column - 1] + line[problem.column :]
    return "\n".join(lines)


def _field(name: str, value: str) -> str:
    """``E Minor`` → ``Em``, ``AMix`` → ``Amix``, ``1 / 8`` → ``1/8``."""
    value = value.strip()
    if name != "K":
        return value.replace(" ", "")
    match = abc.KEY.match(value)
    if not match or abc.key_sharps(value) is None:
        return value  # the validator will reject it
    letter, accidental, mode = match.groups()
    mode = "" if mode == "M" else mode.lower()[:3]
    return letter + accidental + {"maj": "", "ion": "", "min": "m", "aeo": "m"}.get(mode, mode)


def _music(line: str) -> str:
    """One line of music without what is not melody, in one spelling."""
    line = line.replace("=3D", "=")  # left over from electronic mail
    line = re.sub(r'"[^"]*"|![^! ]+!|!|\+[a-z]+\+|[`\\]|\[\|\]|=(20)?$', "", line)
    # fields in brackets are kept or dropped whole; elsewhere letters that are no notes go
    line = re.sub(
        rf"(\[[KML]:[^\]]*\])|\[[A-Z]:[^\]]*\]|[{DECORATIONS}]", lambda m: m[1] or "", line
    )
    line = re.sub(r"(?<!i)[xZ]", "z", line)  # "mix" in a key keeps its x
    line = re.sub(r"(?<!:\d)/2(?!\d)", "/", line)  # and [M:2/2] its 2
    line = line.replace(":||:", "::").replace(":|:", "::").replace("|:|", ":|")
    line = line.replace(":||", ":|").replace("||:", "|:").replace("|||", "||")
    line = re.sub(r"\|\s*\[([12])", r"|\1", line)
    return re.sub(r"\s+", " ", line).strip()
