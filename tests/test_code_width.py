"""Code that the book shows has lines of at most 79 characters: more is cut off beside the columns
of a page that is 1280 wide, and on paper. (test_site_browser.py holds the page to those 79.)"""

from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 79
FOLDERS = ("notebooks", "solutions", "labs")
BOOKS = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.ipynb"))]
NOT_SHOWN = {"remove-cell", "remove-input"}


def too_long(book: nbformat.NotebookNode) -> list[str]:
    """The lines of shown code that are too long, each with the number of its cell."""
    return [
        f"cell {number}: {line}"
        for number, cell in enumerate(book.cells)
        if cell.cell_type == "code" and not NOT_SHOWN & set(cell.metadata.get("tags", ()))
        for line in cell.source.splitlines()
        if len(line) > LONGEST
    ]


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_code_fits_the_page(path):
    assert too_long(nbformat.read(path, 4)) == []


def test_a_line_that_is_too_long_is_found():
    cells = [
        nbformat.v4.new_code_cell("x" * 80, metadata={"tags": ["remove-cell"]}),
        nbformat.v4.new_markdown_cell("x" * 80),
        nbformat.v4.new_code_cell(f"{'y' * 79}\n{'z' * 80}"),
    ]
    assert too_long(nbformat.v4.new_notebook(cells=cells)) == [f"cell 2: {'z' * 80}"]
