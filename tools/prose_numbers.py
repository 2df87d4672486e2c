"""Hold the numbers of a notebook's prose to what its cells print.

    python tools/prose_numbers.py notebooks/gates.ipynb ...     (no names: all notebooks)
    python tools/prose_numbers.py --all notebooks/gates.ipynb   (also says what binds the others)

A measured number is a decimal (0.14, .9), a percentage (13%), a multiple (3 times) or a share
(98 times in 100) in a Markdown cell. One of these has to bind it:

- an output of the notebook prints a number that rounds to it, in the digits that the prose gives:
  0.1312 is "0.13", "about 0.1" and "13%", and 3.1 is "3 times";
- a literal in the notebook's code is equal to it: a setting, or the bound of an assert;
- the same Markdown cell has it in a formula or in code;
- the cell's metadata says where it comes from, by one of four words or by a file:

      "numbers": {"by hand": ["0.76"], "cited": ["13%"], "setting": ["3 times"],
                  "example": ["0.5"], "from": {"notebooks/gates.ipynb": ["0.98"]}}
      "numbers": "by hand"                                   every number of the cell

  A number is written as the report shows it. `cited` needs a citation or a link in the cell. What
  stands under `from` has to be printed there: in a notebook's outputs, or in a page's text.

Numbers in code, formulas, headings, addresses, versions and the line of the run time are not
measured; a formula that consists of one number is. One line for each number that nothing binds
names its cell (all cells counted from 0), its sentence and the nearest printed numbers. The exit
status is 1 if there is any.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat
from bs4 import BeautifulSoup
from printed_numbers import NUMBER, Number, numbers
from spell import blank, prose, split_code

ROOT = Path(__file__).resolve().parents[1]
REASONS = ("by hand", "cited", "setting", "example")
RUN_TIME = "<!-- run-time -->"

# --- What the prose says ------------------------------------------------------------------------

FORMULA = re.compile(r"\$\$.*?\$\$|(?<![\\$])\$(?!\s)(?:[^$\n]|\n(?!\s*\n))+?(?<!\s)\$(?!\$)", re.S)
HEADING = re.compile(r"^#+ .*$|^\s*[`:]{3,}\{.*$", re.M)
ONE_NUMBER = re.compile(r"\$(?:\\approx|\\sim|\\pm|[=<>~+]|\\leq?|\\geq?|\s)*"
                        r"[-−]?[\d.,]*\d\s*(?:\\?%|\\times)?\$")  # fmt: skip
# Before a number that is the name of something.
NAMES = re.compile(
    r"(?:\b(?:Python|TensorFlow|Keras|NumPy|Ubuntu|version|v|Figures?|Fig\.|Sections?|Chapters?|"
    r"Parts?|TODO|Labs?|Exercises?|Tables?|Eq\.|Equations?|CC[ -]BY(?:-SA)?)\s*)$", re.I
)  # fmt: skip
WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "hundred": 100, "thousand": 1000,
}  # fmt: skip
# After "times": it compares, and does not count how often something was done.
COMPARES = (
    r"(?=\s+(?:(?:as(?!\s+well)|the|its|their|that|what|more|less|fewer|better|worse|longer|shorter|"
    r"larger|smaller|bigger|greater|faster|slower|higher|lower|deeper|wider|cheaper|stronger|weaker)"
    r"\b)|\s*[×x]\b)"
)
TIMES = re.compile(
    rf"\b(?P<share>\d+|{'|'.join(WORDS)})\s+times\s+in\s+(?:an?\s+)?"
    rf"(?P<of>\d[\d,]*|{'|'.join(WORDS)})\b"
    rf"|(?<![\w.])(?P<digits>\d[\d,]*(?:\.\d+)?)(?:(?P<sign>\s?×)(?!\s*[\d$])|[\s-]+times\b)"
    rf"(?!\s+(?:an?|per|each|every|in)\b)(?P<than>{COMPARES})?"
    rf"|\b(?P<word>{'|'.join(WORDS)})\s+times\b{COMPARES}",
    re.I,
)
TENS = re.compile(
    r"(?<![\w.])(?P<digits>\d+(?:\.\d+)?)\s*[·×]\s*10(?P<power>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
)
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


class Claim(NamedTuple):
    """A measured number of the prose."""

    text: str  # as a mark in the metadata names it
    kind: str  # decimal, percent, times or share
    value: float
    reach: float  # how far a printed number may be
    start: int
    end: int


def plain(match: re.Match) -> str:
    """A formula that is one number, as text of the same length; other formulas are blanked."""
    if not ONE_NUMBER.fullmatch(match[0]):
        return blank(match)
    text = re.sub(r"\\(?!%|times)[a-z]+|[$=<>~]", lambda m: " " * len(m[0]), match[0])
    return text.replace("\\%", "% ").replace("\\times", "×     ")


def amount(said: str) -> float:
    """The value of `12,800` or of `twelve`."""
    return float(WORDS.get(said.lower()) or said.replace(",", ""))


def measured(source: str) -> list[Claim]:
    """The measured numbers of a Markdown cell, in order."""
    text = HEADING.sub(blank, split_code(source)[0])
    text = re.sub(rf"^{re.escape(RUN_TIME)}.*$", blank, text, flags=re.M)
    text = re.sub(r"\bpercent\b", "%      ", prose(FORMULA.sub(plain, text)))
    found: list[Claim] = []

    def take(match: re.Match, kind: str, value: float, reach: float) -> None:
        nonlocal text
        shown = " ".join(match[0].split())
        found.append(Claim(shown, kind, value, reach, match.start(), match.end()))
        text = text[: match.start()] + blank(match) + text[match.end() :]

    for match in list(TIMES.finditer(text)):
        if match["share"]:
            whole = amount(match["of"])
            take(match, "share", amount(match["share"]) / whole, 0.5 / whole)
            continue
        said = match["digits"] or match["word"]
        value = amount(said)
        if "." in said:
            reach = 0.5 * 10.0 ** -len(said.split(".")[1])
        else:  # of 20 the last digit that says something is the 2, but 14 is not 20
            zeros = len(str(int(value))) - len(str(int(value)).rstrip("0"))
            reach = min(0.5 * 10**zeros, value / 4) if zeros else 0.5
        compares = match["word"] or match["sign"] or match["than"] is not None
        take(match, "times" if compares else "repeats", value, reach)
    for match in list(TENS.finditer(text)):
        power = int(match["power"].translate(SUPERSCRIPTS))
        digits = len(match["digits"].partition(".")[2])
        take(match, "decimal", float(match["digits"]) * 10.0**power, 0.5 * 10.0 ** (power - digits))
    for match in list(NUMBER.finditer(text)):
        number = Number.read(match)
        if number.whole or NAMES.search(text[: match.start()]):
            continue
        kind = "percent" if number.percent else "decimal"
        take(match, kind, abs(number.value), number.unit / 2)
    return sorted(found, key=lambda claim: claim.start)


def sentence(source: str, claim: Claim, width: int = 60) -> str:
    """The claim's sentence, cut around the number."""
    before = re.split(r"(?<=[.!?:])\s+(?=[A-Z*`$])|\n\s*\n", source[: claim.start])[-1]
    after = re.split(r"(?<=[.!?])\s|\n\s*\n", source[claim.end :])[0]
    before = before if len(before) <= width else "… " + before[-width:]
    after = after if len(after) <= width else after[:width] + " …"
    return " ".join(f"{before}{source[claim.start : claim.end]}{after}".split())


# --- What the notebook prints and sets ----------------------------------------------------------


class Printed(NamedTuple):
    """A printed number and the cell that prints it."""

    number: Number
    cell: int
    ratio: bool  # "3.1x", "3×" or "3 times"
    percents: bool  # the same output speaks of percentages


def printed_text(output: nbformat.NotebookNode) -> str:
    """What a reader sees of an output as text."""
    if output.output_type == "stream":
        return output.text
    texts = []
    for kind, value in output.get("data", {}).items():
        kind = kind.removeprefix("application/papermill.record/")  # a value kept by `glue`
        value = "".join(value) if isinstance(value, list) else value
        if kind == "text/html":
            soup = BeautifulSoup(value, "html.parser")
            for hidden in soup(["script", "style", "svg", "template"]):
                hidden.decompose()
            texts.append(soup.get_text(" "))
        elif kind.startswith("text/") and not value.startswith(("<Figure ", "<IPython.")):
            texts.append(value)
    return "\n".join(texts)


def printed_numbers(text: str, cell: int) -> list[Printed]:
    """All numbers of a text."""
    percents = "%" in text or "percent" in text
    found = []
    for match in NUMBER.finditer(text):
        ratio = bool(re.match(r"\s?(?:x\b|×|times\b)", text[match.end():]))
        found.append(Printed(Number.read(match), cell, ratio, percents))
    return found


def literals(source: str) -> set[float]:
    """The numbers written in Python code; in code that Python cannot read, all numbers."""
    source = re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.M)
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return {abs(number.value) for number in numbers(source)}
    return {
        abs(float(node.value)) for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    }


@dataclass
class Evidence:
    """What a notebook's numbers can be bound to."""

    printed: list[Printed] = field(default_factory=list)
    code: dict[float, int] = field(default_factory=dict)  # literal → cell
    sections: set[str] = field(default_factory=set)  # "2.3" of "### 2.3 · A layer"

    @classmethod
    def of(cls, book: nbformat.NotebookNode) -> Evidence:
        found = cls()
        for index, cell in enumerate(book.cells):
            if cell.cell_type == "code":
                for output in cell.outputs:
                    found.printed += printed_numbers(printed_text(output), index)
                for value in literals(cell.source):
                    found.code.setdefault(value, index)
            elif cell.cell_type == "markdown":
                found.sections |= set(re.findall(r"^#+ (\d+\.\d+)\b", cell.source, re.M))
        return found


@cache
def elsewhere(name: str) -> Evidence:
    """The printed numbers of another notebook or page of the book.

    Raises:
        ValueError: there is no such file.
    """
    path = ROOT / name
    if not path.is_file():
        raise ValueError(f"there is no {name}")
    if path.suffix == ".ipynb":
        return Evidence.of(nbformat.read(path, 4))
    return Evidence(printed=printed_numbers(path.read_text(encoding="utf-8"), 0))


def near(claim: Claim, printed: Printed) -> bool:
    """Whether a printed number rounds to what the prose says."""
    number, value = printed.number, abs(printed.number.value)
    if claim.kind in ("times", "repeats") and number.percent:
        return False
    if claim.kind == "times" and number.whole and value < 10 and not printed.ratio:
        return False  # a 3 that counts something else stands in every notebook
    if claim.kind in ("percent", "share") and not number.percent:
        if number.whole and value > 1:
            return False
        if value > 1 and printed.percents:  # a table whose heading has the percent sign
            value, number = value / 100, Number("", 0, number.unit / 100, False, False, False)
    if number.unit > 2.01 * claim.reach:  # fewer digits are printed than the prose gives
        return abs(value - claim.value) < 1e-12  # 1.5 is "1.50" all the same
    return abs(value - claim.value) <= claim.reach * (1 + 1e-9) + 1e-12


def binding(claim: Claim, evidence: Evidence, source: str, cell: int) -> str | None:
    """What binds a number of this cell that is not marked, in words."""
    prints = [printed for printed in evidence.printed if near(claim, printed)]
    if prints:
        best = min(prints, key=lambda printed: abs(printed.cell - cell))
        return f"printed as {best.number.text.strip()} by cell {best.cell}"
    equal = [cell for value, cell in evidence.code.items() if abs(value - claim.value) < 1e-12]
    if equal and claim.kind != "times":
        return f"set in cell {equal[0]}"
    text, code = split_code(source)
    formulas = [m[0] for m in FORMULA.finditer(text) if not ONE_NUMBER.fullmatch(m[0])]
    beside = re.sub(r"[\\{}$`_^&]|\\cdot", " ", " ".join([*formulas, code]))
    if any(abs(abs(number.value) - claim.value) < 1e-12 for number in numbers(beside)):
        return "in a formula or code beside it"
    if claim.text in evidence.sections:
        return "the number of a section"
    return None


# --- Marks --------------------------------------------------------------------------------------


def marks(stated: object, claims: list[Claim], source: str) -> tuple[dict[str, str], list[str]]:
    """From a cell's `numbers`: each marked number with its reason, and what is wrong with it."""
    marked, faults = {}, []
    names = {claim.text for claim in claims}
    if isinstance(stated, str):
        stated = {stated: sorted(names)}
    if not isinstance(stated, dict):
        return {}, [f"`numbers` is {stated!r}: see CONTRIBUTING.md, 'Numbers'"]
    listed = []
    for reason, texts in stated.items():
        if reason == "from" and isinstance(texts, dict):
            listed += [(f"from {name}", some) for name, some in texts.items()]
        elif reason in REASONS:
            listed.append((reason, texts))
        else:
            known = ", ".join(REASONS)
            faults.append(f"the reason {reason!r} is none of {known}, or from: {{file: [...]}}")
    for reason, texts in listed:
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            faults.append(f"{reason!r} needs a list of numbers in quotes")
            continue
        if reason == "cited" and not re.search(r"\{cite|\]\(http|<http|https?://", source):
            faults.append("a number is marked as cited, but the cell has no citation and no link")
        for text in texts:
            if text not in names:
                faults.append(f"{text!r} is marked, but the cell has no such number")
            marked[text] = reason
    return marked, faults


def holds(claim: Claim, reason: str) -> str | None:
    """What is wrong with a marked number; None if nothing."""
    if not reason.startswith("from "):
        return None
    try:
        found = elsewhere(reason.removeprefix("from "))
    except ValueError as error:
        return str(error)
    if any(near(claim, printed) for printed in found.printed):
        return None
    return f"not printed {reason}; {nearest(claim, found)}"


def nearest(claim: Claim, evidence: Evidence, count: int = 3) -> str:
    """The nearest printed numbers, in words."""
    some = {}
    for printed in evidence.printed:
        if not printed.number.whole or claim.kind in ("times", "repeats"):
            some.setdefault(printed.number.text.strip(), printed)
    ranked = sorted(some.values(), key=lambda p: abs(abs(p.number.value) - claim.value))[:count]
    shown = ", ".join(f"{p.number.text.strip()} (cell {p.cell})" for p in ranked)
    return f"nearest printed: {shown or 'none'}"


# --- The report ---------------------------------------------------------------------------------


def check(book: nbformat.NotebookNode) -> tuple[list[str], list[str]]:
    """What a notebook's prose leaves unbound, and what is bound to what; one line each."""
    evidence = Evidence.of(book)
    unbound, bound = [], []
    for index, cell in enumerate(book.cells):
        if cell.cell_type != "markdown":
            continue
        claims = measured(cell.source)
        marked, faults = {}, []
        if "numbers" in cell.metadata:
            marked, faults = marks(cell.metadata["numbers"], claims, cell.source)
        unbound += [f"cell {index}: {fault}" for fault in faults]
        for claim in claims:
            where = f"cell {index}: {claim.text}: “{sentence(cell.source, claim)}”"
            reason = marked.get(claim.text)
            if reason:
                fault = holds(claim, reason)
                (unbound if fault else bound).append(f"{where}: {fault or reason}")
                continue
            found = binding(claim, evidence, cell.source, index)
            if found:
                bound.append(f"{where}: {found}")
            else:
                unbound.append(f"{where}: {nearest(claim, evidence)}")
    return unbound, bound


def notebooks() -> list[Path]:
    """All that are held to this: chapters and solutions."""
    folders = [ROOT / "notebooks", ROOT / "solutions"]
    return [path for folder in folders for path in sorted(folder.glob("*.ipynb"))]


def main(arguments: list[str]) -> int:
    """Print the report; returns the exit status."""
    show_all = "--all" in arguments
    paths = [Path(name) for name in arguments if name != "--all"] or notebooks()
    left = 0
    for path in paths:
        try:
            unbound, bound = check(nbformat.read(path, 4))
        except (OSError, ValueError) as error:
            print(f"{path} cannot be read as a notebook: {error}")
            return 2
        left += len(unbound)
        print(f"{path.name}: {len(unbound)} unbound, {len(bound)} bound")
        for line in unbound:
            print("  " + line)
        for line in bound if show_all else ():
            print("  bound: " + line)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
