"""Find cells that show a verdict where they could show a number.

    python tools/printed_verdicts.py notebooks/gates.ipynb ...     (no names: all notebooks)

A line of a shown output with the word True or False fails, since the number behind it says more.
Where the truth value is itself what the cell shows, such as a mask, the cell's metadata says why:

    "verdict": "the mask of the padded places"

A `verdict` in the metadata of a cell that prints none fails, and so does a hidden cell with an
`assert` (tagged `remove-cell`) that does not begin with the comment HIDDEN: it is read in Colab.

Two things are only reported, because a program cannot tell a claim about a result from a check of
a shape: an `assert` in a shown cell that compares with a number by <, >, <= or >=, and a sentence
without a value that is printed after an `assert`. Both belong into a cell that is tagged
`remove-cell`, and the number into the one that is shown.

Nothing else is read of cells tagged `remove-cell`, nor outputs tagged `remove-output`. Cells are
counted from 0. The exit status is 1 if something fails.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import nbformat
from prose_numbers import notebooks, printed_text

HIDDEN = "# Checks of the numbers above; the page does not show this cell."
TRUTH = re.compile(r"\b(?:True|False)\b")
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def verdict_lines(cell: nbformat.NotebookNode) -> list[str]:
    """The lines of a cell's outputs that have a truth value in them."""
    lines = [line for output in cell.outputs for line in printed_text(output).splitlines()]
    return [" ".join(line.split()) for line in lines if TRUTH.search(line)]


def bounds(source: str) -> list[str]:
    """The asserts that compare by order with a written number, as source."""
    return [
        " ".join(ast.unparse(node.test).split())
        for node in ast.walk(parsed(source))
        if isinstance(node, ast.Assert) and any(
            isinstance(compare, ast.Compare)
            and any(isinstance(op, ORDER) for op in compare.ops)
            and any(is_number(side) for side in (compare.left, *compare.comparators))
            for compare in ast.walk(node.test)
        )
    ]


def fixed_sentences(source: str) -> list[str]:
    """What is printed without any value after an `assert`."""
    found, asserted = [], False
    for node in parsed(source).body:
        asserted = asserted or any(isinstance(inner, ast.Assert) for inner in ast.walk(node))
        call = node.value if isinstance(node, ast.Expr) else None
        if (
            asserted and isinstance(call, ast.Call) and call.args
            and isinstance(call.func, ast.Name) and call.func.id == "print"
            and all(isinstance(a, ast.Constant) and isinstance(a.value, str) for a in call.args)
        ):
            found.append(" ".join(argument.value for argument in call.args))
    return found


def parsed(source: str) -> ast.Module:
    """The code without IPython's own commands; empty if Python cannot read it."""
    try:
        return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.M))
    except SyntaxError:
        return ast.Module([], [])


def is_number(node: ast.expr) -> bool:
    """A number as it is written, with or without a sign."""
    node = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def check(book: nbformat.NotebookNode) -> tuple[list[str], list[str]]:
    """What fails in a notebook, and what is only reported; one line each."""
    failing, notes = [], []
    for index, cell in enumerate(book.cells):
        tags = set(cell.metadata.get("tags", ()))
        if cell.cell_type != "code":
            continue
        if "remove-cell" in tags:
            checks = any(isinstance(node, ast.Assert) for node in ast.walk(parsed(cell.source)))
            if checks and not cell.source.startswith(HIDDEN):
                failing.append(f"cell {index}: is hidden, so it has to begin with: {HIDDEN}")
            continue
        lines = [] if "remove-output" in tags else verdict_lines(cell)
        reason = cell.metadata.get("verdict")
        if reason is None:
            failing += [f"cell {index}: prints a verdict: {line}" for line in lines]
        elif not isinstance(reason, str) or not reason.strip():
            failing.append(f"cell {index}: `verdict` has to say why, in words")
        elif not lines:
            failing.append(f"cell {index}: has a `verdict`, but prints neither True nor False")
        if "remove-input" in tags:
            continue
        notes += [
            f"cell {index}: shows the bound of a claim: {text}" for text in bounds(cell.source)
        ]
        notes += [
            f"cell {index}: prints a fixed sentence after an assert: {text}"
            for text in fixed_sentences(cell.source)
        ]
    return failing, notes


def main(arguments: list[str]) -> int:
    """Print the report; returns the exit status."""
    left = 0
    for path in [Path(name) for name in arguments] or notebooks():
        try:
            failing, notes = check(nbformat.read(path, 4))
        except (OSError, ValueError) as error:
            print(f"{path} cannot be read as a notebook: {error}")
            return 2
        left += len(failing)
        print(f"{path.name}: {len(failing)} to mend, {len(notes)} to look at")
        for line in failing:
            print("  " + line)
        for line in notes:
            print("  look: " + line)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
