"""Write chapters/X/taught.py from the cells of notebooks/X.ipynb that are tagged `save`.

`--check` only compares. A saved cell holds only what a later chapter can import: imports,
functions, classes and constants. The module begins with those imports of the notebook that its
code uses. A later chapter says

    from seqbook.chapters.recurrence.taught import RNNCell

and so goes on with the code that the reader wrote, not with a second copy of it.
"""

from __future__ import annotations

import ast
import builtins
import sys
from pathlib import Path

import notebook_files

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "utils" / "seqbook" / "chapters"
HEAD = '''\
"""What `notebooks/{chapter}.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa
'''
DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
IMPORTS = (ast.Import, ast.ImportFrom)


def imported(tree: ast.Module) -> dict[str, str]:
    """Name → the import statement that brings it, for the statements at the top of a cell."""
    found = {}
    for node in tree.body:
        if isinstance(node, IMPORTS):
            for alias in node.names:
                one = type(node)(**{**vars(node), "names": [alias]})
                found[alias.asname or alias.name.split(".")[0]] = ast.unparse(one)
    return found


def defined(tree: ast.Module) -> set[str]:
    """The names that a cell's functions, classes and constants have."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    return names


def used(tree: ast.Module) -> set[str]:
    """The names that a cell reads and does not itself bind anywhere."""
    read, bound = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
    return read - bound


def taught(path: Path) -> str | None:
    """The text of the chapter's module, None if no cell is saved.

    Raises:
        ValueError: a saved cell does more than define, or uses a name that nothing saved defines.
    """
    imports, cells = {}, []
    for number, cell in enumerate(notebook_files.read(path).cells):
        # A magic is no Python, and no saved cell has one.
        if cell.cell_type != "code" or "%pip" in cell.source:
            continue
        tree = ast.parse(cell.source, f"cell {number}")
        imports |= imported(tree)
        if "save" in cell.metadata.get("tags", []):
            more = [n for n in tree.body if not isinstance(n, DEFINITIONS + IMPORTS)]
            if more:
                raise ValueError(
                    f"{path.name}, cell {number} is tagged `save` but does more than define: "
                    f"{ast.unparse(more[0])[:60]}"
                )
            cells.append((number, tree, cell.source.strip("\n")))
    if not cells:
        return None
    known = set().union(*(defined(tree) for _, tree, _ in cells)) | set(dir(builtins))
    needed = set()
    for number, tree, _ in cells:
        names = used(tree) - known
        if names - set(imports):
            raise ValueError(
                f"{path.name}, cell {number} is tagged `save` but uses names that no saved cell "
                f"defines: {', '.join(sorted(names - set(imports)))}"
            )
        needed |= names - set(imported(tree))
    lines = sorted({imports[name] for name in needed}, key=lambda s: (s.startswith("from"), s))
    body = "\n\n\n".join(source for *_, source in cells)
    parts = [HEAD.format(chapter=path.stem), "\n".join(lines), body]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def main(check: bool) -> int:
    """Write or compare; returns the exit status."""
    stale, count = [], 0
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        target = CHAPTERS / path.stem / "taught.py"
        try:
            text = taught(path)
        except (ValueError, SyntaxError) as error:
            print(error if isinstance(error, ValueError) else f"{path.name}: {error}")
            return 1
        count += text is not None
        old = target.read_text(encoding="utf-8") if target.exists() else None
        if text == old:
            continue
        stale.append(f"{path.stem}/taught.py")
        if check:
            continue
        if text is None:
            target.unlink()
        else:
            target.write_text(text, encoding="utf-8")
    if check and stale:
        print("saved cells have changed since (run `make labs`):", ", ".join(stale))
    else:
        print(f"taught: {count} in sync" + (f", {len(stale)} written" if stale else ""))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
