"""Cells tagged `save` are kept, whole and in sync, for later chapters to import."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import make_taught
import nbformat
import pytest
from chapter_list import ROOT, chapters
from nbformat import v4

SAVED = [c for c in chapters() if (make_taught.CHAPTERS / c / "taught.py").exists()]


def notebook(folder: Path, *cells: tuple[str, bool]) -> Path:
    """A chapter of the given code cells; True marks one that is saved."""
    made = [v4.new_code_cell(s, metadata={"tags": ["save"] if save else []}) for s, save in cells]
    path = folder / "chapter.ipynb"
    nbformat.write(v4.new_notebook(cells=made), path)
    return path


def test_what_is_kept_is_what_the_chapters_say():
    assert make_taught.main(check=True) == 0
    assert SAVED


@pytest.mark.parametrize("chapter", SAVED)
def test_the_module_can_be_imported(chapter):
    assert import_module(f"seqbook.chapters.{chapter}.taught")


def test_only_later_chapters_import_what_was_taught():
    order = chapters()
    for place, chapter in enumerate(order):
        book = nbformat.read(ROOT / f"notebooks/{chapter}.ipynb", 4)
        for other in order[place:]:
            sign = f"seqbook.chapters.{other}.taught"
            assert not any(sign in c.source for c in book.cells if c.cell_type == "code"), sign


def test_only_the_imports_that_are_used_stand_above(tmp_path):
    path = notebook(
        tmp_path,
        ("import numpy as np\nimport tensorflow as tf\nfrom math import pi, tau", False),
        ("SIZE = 3\n\n\ndef ring(n):\n    return np.ones(n) * pi * SIZE", True),
        ("print(ring(2))", False),
    )
    text = make_taught.taught(path)
    tree = ast.parse(text)
    assert make_taught.imported(tree).keys() == {"np", "pi"}
    space: dict = {}
    exec(compile(tree, "taught", "exec"), space)
    assert space["ring"](2).shape == (2,)


def test_without_a_saved_cell_there_is_no_module(tmp_path):
    assert make_taught.taught(notebook(tmp_path, ("x = 1", False))) is None


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("def f():\n    return 1\n\nprint(f())", r"cell 0 .* more than define: print\(f\(\)\)"),
        ("def f(x):\n    return x + offset", "cell 0 .* no saved cell defines: offset"),
    ],
)
def test_a_cell_that_cannot_be_kept_is_named(tmp_path, cell, said):
    with pytest.raises(ValueError, match=said):
        make_taught.taught(notebook(tmp_path, (cell, True)))
