"""Write labs/X.ipynb from solutions/X.ipynb (`--check`: only compare).

In a solution notebook

    h = tf.tanh(...)  # SOLUTION             becomes   h = ...
    return y          # SOLUTION             becomes   return ...
    # BEGIN SOLUTION / # END SOLUTION        becomes   raise Todo("2.1")
    a cell tagged `solution`                 is left out

A `### BEGIN SOLUTION` as nbgrader spells it does the same. Outputs are dropped, cell ids kept;
in prose, ` (solution)` in the title and `(target)=` lines go, so that the book has each label
once. A number comes from the last `# TODO 2.1` comment above. A comment or a tag that nearly reads
like a marker is refused: its answer would stand in the lab.
"""

from __future__ import annotations

import re
import sys
from difflib import SequenceMatcher
from pathlib import Path

import nbformat
import notebook_files
from notebook_files import NotebookFault

ROOT = Path(__file__).resolve().parents[1]

# `name =` or `return` stays, the rest of a line that ends in # SOLUTION goes.
ANSWER = re.compile(r"(?P<keep>\s*(?:return\b|[\w.\[\], :]+?=(?!=))?).*#\s*SOLUTION\s*$")
BEGIN = re.compile(r"\s*#+\s*BEGIN SOLUTION\s*$")
END = re.compile(r"\s*#+\s*END SOLUTION\s*$")
TODO = re.compile(r"#\s*TODO (\d+(?:\.\d+)*)")


def resembles(text: str, marker: str) -> bool:
    """Is the text the marker with a slip or two in it?"""
    return SequenceMatcher(None, text.upper(), marker, autojunk=False).ratio() >= 0.75


def nearly_a_marker(line: str) -> bool:
    """Does the line's comment look like a marker without being one?"""
    if BEGIN.match(line) or END.match(line) or ANSWER.match(line):
        return False
    comment = line.rpartition("#")[2] if "#" in line else ""
    words = re.findall(r"[A-Za-z]+", comment)
    # A sentence with the word in it is no marker; capitals at its beginning are.
    if not words or (len(words) > 3 and not words[0].isupper()):
        return False
    joined = ["".join(words), "".join(words[:2]), words[0], words[-1]]
    return any(
        resembles(text, marker)
        for text in joined for marker in ("SOLUTION", "BEGINSOLUTION", "ENDSOLUTION")
    )


def blank_out(source: str) -> str:
    """The learner's version of one code cell.

    Raises:
        ValueError: a block that is not closed or not opened, an answer under no `# TODO n.m`, a
            comment that is nearly a marker. The message begins with the line's number.
    """
    lines, opened, number = [], 0, None
    for at, line in enumerate(source.splitlines(), 1):
        todo = TODO.search(line)
        number = todo[1] if todo else number
        indent = re.match(r"\s*", line)[0]
        here = f"line {at}, `{line.strip()}`"
        if nearly_a_marker(line):
            raise ValueError(f"{here}: write # SOLUTION, # BEGIN SOLUTION or # END SOLUTION")
        if (BEGIN.match(line) or ANSWER.match(line)) and number is None:
            raise ValueError(f"{here}: an answer without a `# TODO n.m` above it")
        if BEGIN.match(line):
            if opened:
                raise ValueError(f"{here}: a block is open since line {opened}")
            opened = at
            lines.append(f'{indent}raise Todo("{number}")')
        elif END.match(line):
            if not opened:
                raise ValueError(f"{here}: no # BEGIN SOLUTION above it")
            opened = 0
        elif not opened:
            answer = ANSWER.match(line)
            if answer:
                keep = answer["keep"].rstrip()
                line = f"{keep} ..." if keep.strip() else f"{indent}..."
            lines.append(line)
    if opened:
        raise ValueError(f"line {opened}: # BEGIN SOLUTION without # END SOLUTION")
    return "\n".join(lines)


def blank_prose(source: str) -> str:
    """The learner's version of one Markdown cell."""
    source = re.sub(r"^(# .*?) \(solution\)[ \t]*$", r"\1", source, flags=re.M)
    source = re.sub(r"^\([\w-]+\)=\n", "", source, flags=re.M)
    return source.replace("/solutions/", "/labs/")


def left_out(cell: nbformat.NotebookNode) -> bool:
    """Is the whole cell an answer? Raises ValueError at a tag that nearly says so."""
    tags = cell.metadata.get("tags", ())
    for tag in tags:
        if tag != "solution" and resembles(tag, "SOLUTION"):
            raise ValueError(f"the tag `{tag}`: write solution")
    return "solution" in tags


def make_lab(solution: nbformat.NotebookNode) -> str:
    """The text of the lab's file. Raises ValueError; its message begins with the cell."""
    book = nbformat.from_dict(solution)
    kept = []
    for number, cell in enumerate(book.cells, 1):
        try:
            if left_out(cell):
                continue
            if cell.cell_type == "code":
                cell.source = blank_out(cell.source)
                cell.outputs, cell.execution_count = [], None
            else:
                cell.source = blank_prose(cell.source)
        except ValueError as error:
            raise ValueError(f"cell {number}, {error}") from None
        kept.append(cell)
    book.cells = kept
    return nbformat.writes(book) + "\n"


def lab_of(path: Path) -> str:
    """The text of the lab for a solution's file. Raises NotebookFault."""
    try:
        return make_lab(notebook_files.read(path))
    except NotebookFault:
        raise
    except ValueError as error:
        raise NotebookFault(f"{notebook_files.name(path)}: {error}") from None


def main(check: bool) -> int:
    """Write or compare; returns the exit status."""
    solutions = sorted((ROOT / "solutions").glob("*.ipynb"))
    try:
        labs = {path.name: lab_of(path) for path in solutions}
    except NotebookFault as fault:
        print(f"{fault} (no lab was written)")
        return 2
    stale = []
    for name, text in labs.items():
        target = ROOT / "labs" / name
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            stale.append(target.name)
            if not check:
                target.parent.mkdir(exist_ok=True)
                target.write_text(text, encoding="utf-8")
    extra = {p.name for p in (ROOT / "labs").glob("*.ipynb")} - {p.name for p in solutions}
    if extra:
        print("labs without a solution, remove them:", ", ".join(sorted(extra)))
    if check and stale:
        print("labs that differ from their solutions (run `make labs`):", ", ".join(stale))
    else:
        print(f"labs: {len(solutions)} in sync" + (f", {len(stale)} written" if stale else ""))
    return 1 if extra or (check and stale) else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
