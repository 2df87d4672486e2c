"""A release: one version, named in every notebook's first cell, in the metadata, by a tag."""

import re
import tomllib
from pathlib import Path

import make_labs
import nbformat
import pytest
import release
import set_repository
import setup_cell
from nbformat import v4

ROOT = Path(__file__).resolve().parents[1]

BEFORE = "try:\n    import seqbook\nexcept ImportError:\n    %pip install {package} @ git+old"


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A small book: two notebooks, one of them a lab's solution that renders tunes."""
    for module in (setup_cell, release, make_labs, set_repository):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    files = {
        "_config.yml": "repository:\n  url: https://github.com/a/b\n",
        "pyproject.toml": '[project]\nname = "seqbook"\nversion = "0.1.0"\n',
        "CITATION.cff": "cff-version: 1.2.0\nversion: 0.1.0\n",
        "CHANGELOG.md": "# Changelog\n\n## 0.2.0 (unreleased)\n\n- New.\n\n## 0.1.0 (2026-01-01)\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    for folder, package in [("notebooks", "seqbook"), ("solutions", "seqbook[music]")]:
        (tmp_path / folder).mkdir()
        first = v4.new_code_cell(BEFORE.format(package=package), metadata={"tags": ["setup"]})
        cells = [v4.new_markdown_cell("# A"), first, v4.new_code_cell("import seqbook")]
        nbformat.write(v4.new_notebook(cells=cells), tmp_path / folder / "a.ipynb")
    return tmp_path


def first_cell(path):
    return nbformat.read(path, 4).cells[1].source


def test_the_cell_names_the_release_and_fits_the_page():
    cell = setup_cell.setup_cell(music=True)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"{setup_cell.repository()}.git@{setup_cell.release(version)}" in cell
    assert max(map(len, cell.splitlines())) <= 79


def test_writing_changes_the_first_cells_only_and_makes_the_labs(book):
    assert setup_cell.main(["--write"]) == 0
    for folder, package in [("notebooks", "seqbook"), ("solutions", "seqbook[music]"),
                            ("labs", "seqbook[music]")]:  # fmt: skip
        cell = first_cell(book / folder / "a.ipynb")
        assert "git+https://github.com/a/b.git@v0.1.0" in cell and f'"{package} @' in cell
        assert nbformat.read(book / folder / "a.ipynb", 4).cells[2].source == "import seqbook"
    assert setup_cell.write() == [], "a second time there is nothing to do"


def test_a_release_is_named_everywhere(book, capsys):
    assert release.main(["0.2.0"]) == 0
    assert setup_cell.version() == "0.2.0"
    assert "version: 0.2.0" in (book / "CITATION.cff").read_text()
    assert "cff-version: 1.2.0" in (book / "CITATION.cff").read_text()
    assert re.search(r"^## 0\.2\.0 \(\d{4}-\d\d-\d\d\)$", (book / "CHANGELOG.md").read_text(), re.M)
    assert "@v0.2.0" in first_cell(book / "labs" / "a.ipynb")
    assert "git tag v0.2.0" in capsys.readouterr().out


def test_between_releases_notebooks_install_from_main(book):
    log = (book / "CHANGELOG.md").read_text()
    assert release.main(["0.3.0.dev0"]) == 0
    assert "b.git@main" in first_cell(book / "notebooks" / "a.ipynb")
    assert (book / "CHANGELOG.md").read_text() == log


@pytest.mark.parametrize("names", [[], ["0.2"], ["v0.2.0"], ["0.2.0", "0.3.0"], ["0.9.0"]])
def test_what_is_no_release_changes_nothing(book, names, capsys):
    before = {p: p.read_bytes() for p in book.rglob("*.*") if p.is_file()}
    assert release.main(names) == 2
    assert capsys.readouterr().out.count("\n") == 1
    assert {p: p.read_bytes() for p in book.rglob("*.*") if p.is_file()} == before


def test_a_fork_keeps_the_release(book):
    setup_cell.main(["--write"])
    assert set_repository.main(["someone/course"]) == 0
    assert "github.com/someone/course.git@v0.1.0" in first_cell(book / "labs" / "a.ipynb")
    assert setup_cell.write() == [], "the cells are what the fork's settings ask for"


def test_the_book_states_one_version():
    version = setup_cell.version()
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    if setup_cell.release() != "main":
        assert f"\n## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
