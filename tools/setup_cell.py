"""The first code cell of every notebook.

    python tools/setup_cell.py [--music]     print it; --music for a notebook that renders tunes
    python tools/setup_cell.py --write       put it into every notebook, and make the labs anew

The repository's address stands in _config.yml, the release in pyproject.toml; tests hold every
notebook to this text.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import nbformat
import notebook_files

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("notebooks", "solutions")  # labs are made from the solutions

CELL = """\
try:
    import seqbook
except ModuleNotFoundError:  # on Colab: install the book's helpers only
    book = "git+{url}.git@{ref}"
    %pip install -q "{package} @ {{book}}"
    import seqbook"""


def repository() -> str:
    """The address of the repository, without a trailing slash or `.git`."""
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    return re.search(r"^repository:\s*\n(?:\s+.*\n)*?\s+url:\s*(\S+)", config, re.M)[1].rstrip("/")


def version() -> str:
    """The version of the book, which pyproject.toml states."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]["version"]


def release(of: str = "") -> str:
    """What notebooks of a version (default: this one) install from: its tag, or `main` for `.dev0`.

    The launch buttons of the site open the notebooks at the same place.
    """
    of = of or version()
    return "main" if ".dev" in of else f"v{of}"


def setup_cell(music: bool = False) -> str:
    """The source of the set-up cell."""
    package = "seqbook[music]" if music else "seqbook"
    return CELL.format(package=package, url=repository(), ref=release())


def write() -> list[Path]:
    """Put the cell into every notebook that has one; returns the files that changed.

    Raises NotebookFault for a file that holds no notebook.
    """
    changed = []
    for path in (p for folder in FOLDERS for p in sorted((ROOT / folder).glob("*.ipynb"))):
        book = notebook_files.read(path)
        before = path.read_text(encoding="utf-8")
        for cell in book.cells:
            if "setup" in cell.metadata.get("tags", ()):
                cell.source = setup_cell(music="seqbook[music]" in cell.source)
        after = nbformat.writes(book) + "\n"
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(path)
    return changed


def main(arguments: list[str]) -> int:
    """Print or write; returns the exit status."""
    if "--write" not in arguments:
        print(setup_cell("--music" in arguments))
        return 0
    try:
        for path in write():
            print("changed", path.relative_to(ROOT))
    except notebook_files.NotebookFault as fault:
        print(fault)
        return 2
    import make_labs  # the printing needs none of it

    return make_labs.main(check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
