"""Write labs/X.ipynb from solutions/X.ipynb (`--check`: only compare).

In a solution notebook

    h = tf.tanh(...)  # SOLUTION             becomes   h = ...
    return y          # SOLUTION             becomes   return ...
    # BEGIN SOLUTION / # END SOLUTION        becomes   raise Todo("2.1")
    a cell tagged `solution`                 is left out

A `### BEGIN SOLUTION` as nbgrader spells it does the same. Outputs are dropped, cell ids kept;
in prose, ` (solution)` in the title and `(target)=` lines go, so that the book has each label
once. A number comes from the last `# TODO 2.1` comment above.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]

# `name =` or `return` stays, the rest of a line that ends in # SOLUTION goes.
ANSWER = re.compile(r"(?P<keep>\s*(?:return\b|[\w.\[\], :]+?=(?!=))?).*#\s*SOLUTION\s*$")
BEGIN = re.compile(r"\s*#+\s*BEGIN SOLUTION\s*$")
END = re.compile(r"\s*#+\s*END SOLUTION\s*$")
TODO = re.compile(r"#\s*TODO (\d+(?:\.\d+)*)")


def blank_out(source: str) -> str:
    """The learner's version of one code cell.

    Raises:
        ValueError: a block that is not closed or not opened, or an answer under no `# TODO n.m`.
    """
    lines, inside, number = [], False, None
    for line in source.splitlines():
        todo = TODO.search(line)
        number = todo[1] if todo else number
        indent = re.match(r"\s*", line)[0]
        if (BEGIN.match(line) or ANSWER.match(line)) and number is None:
            raise ValueError(f"an answer without a `# TODO n.m` above it:\n{source}")
        if BEGIN.match(line):
            if inside:
                raise ValueError(f"BEGIN SOLUTION twice:\n{source}")
            inside = True
            lines.append(f'{indent}raise Todo("{number}")')
        elif END.match(line):
            if not inside:
                raise ValueError(f"END SOLUTION without BEGIN:\n{source}")
            inside = False
        elif not inside:
            answer = ANSWER.match(line)
            if answer:
                keep = answer["keep"].rstrip()
                line = f"{keep} ..." if keep.strip() else f"{indent}..."
            lines.append(line)
    if inside:
        raise ValueError(f"BEGIN SOLUTION without END:\n{source}")
    return "\n".join(lines)


def blank_prose(source: str) -> str:
    """The learner's version of one Markdown cell."""
    source = re.sub(r"^(# .*?) \(solution\)[ \t]*$", r"\1", source, flags=re.M)
    source = re.sub(r"^\([\w-]+\)=\n", "", source, flags=re.M)
    return source.replace("/solutions/", "/labs/")


def make_lab(solution: nbformat.NotebookNode) -> str:
    """The text of the lab's file."""
    book = nbformat.from_dict(solution)
    book.cells = [c for c in book.cells if "solution" not in c.metadata.get("tags", ())]
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.source = blank_out(cell.source)
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = blank_prose(cell.source)
    return nbformat.writes(book) + "\n"


def main(check: bool) -> int:
    """Write or compare; returns the exit status."""
    solutions = sorted((ROOT / "solutions").glob("*.ipynb"))
    stale = []
    for path in solutions:
        target = ROOT / "labs" / path.name
        text = make_lab(nbformat.read(path, 4))
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
