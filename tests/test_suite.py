"""Unchanged notebooks are left out, and only those; the longest file comes first."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import suite
from nbformat import v4

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small book: two notebooks, a library module, three chapters' folders."""
    monkeypatch.setattr(suite, "ROOT", tmp_path)
    monkeypatch.setattr(suite, "PACKAGE", tmp_path / "utils" / "seqbook")
    files = {
        "requirements.txt": "a==1\n",
        "conftest.py": 'pytest_plugins = ["suite"]\n',
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["tests"]\n',
        "tests/test_a.py": "def test_a(): pass\n",
        "utils/seqbook/library.py": "x = 1\n",
        "utils/seqbook/chapters/one/taught.py": "y = 1\n",
        "utils/seqbook/chapters/two/data.py": "from seqbook.chapters import (\n    one,\n)\n",
        "utils/seqbook/chapters/three/data.py": "z = 1\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    shutil.copy(ROOT / "tests" / "suite.py", tmp_path / "tests" / "suite.py")
    (tmp_path / "notebooks").mkdir()
    for name, source in [("two", "1 + 1"), ("other", "from seqbook.chapters import two")]:
        write(tmp_path / "notebooks" / f"{name}.ipynb", source)
    return tmp_path


def write(path, *sources):
    book = v4.new_notebook(cells=[v4.new_code_cell(s, id=f"c{n}") for n, s in enumerate(sources)])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(book, path)


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ("requirements.txt", True),
        ("conftest.py", True),
        ("utils/seqbook/library.py", True),
        ("utils/seqbook/chapters/two/data.py", True),
        ("utils/seqbook/chapters/one/taught.py", True),  # which chapter two uses
        ("utils/seqbook/chapters/three/data.py", False),
        ("utils/seqbook/__pycache__/library.pyc", False),
    ],
)
@pytest.mark.parametrize("book", ["two", "other"])
def test_what_a_notebook_depends_on(project, book, changed, counts):
    path = project / "notebooks" / f"{book}.ipynb"
    before = suite.State().digest(path)
    assert suite.State().digest(path) == before
    (project / changed).parent.mkdir(exist_ok=True)
    (project / changed).write_text("changed = 2\nimport seqbook.chapters.one\n")
    assert (suite.State().digest(path) != before) is counts


def test_its_own_text_counts_and_another_s_does_not(project):
    two, other = (project / "notebooks" / f"{name}.ipynb" for name in ("two", "other"))
    before = suite.State().digest(two), suite.State().digest(other)
    write(other, "2 + 2")
    assert suite.State().digest(two) == before[0]
    assert suite.State().digest(other) != before[1]


def ran(project, *options):
    """How many cells of the notebook `two` a run of pytest ran, and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-v", "tests", "notebooks/two.ipynb", *options],
        cwd=project, text=True, capture_output=True, timeout=300, check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST")},
    )  # fmt: skip
    assert "test_a PASSED" in done.stdout, done.stdout + done.stderr
    return len(re.findall(r"^notebooks/two.*Cell \d+ (?:PASSED|FAILED)", done.stdout, re.M)), done


def test_a_notebook_that_passed_is_run_again_after_a_change_or_when_asked(project):
    path = project / "notebooks" / "two.ipynb"
    write(path, "x = 1", "assert x == 1")
    assert ran(project, "--changed-only")[0] == 2
    cells, done = ran(project, "--changed-only")
    assert cells == 0 and "so not run: two" in done.stdout
    assert ran(project)[0] == 2
    write(path, "x = 2", "assert x == 1")
    assert ran(project, "--changed-only")[1].returncode == 1
    assert ran(project, "--changed-only")[1].returncode == 1, "what failed is always run"


def test_a_part_of_a_notebook_is_not_the_whole(project):
    write(project / "notebooks" / "two.ipynb", "x = 1", "assert x == 1")
    one = ran(project, "--changed-only", "--deselect", "notebooks/two.ipynb::Cell 1")
    assert one[0] == 1
    assert ran(project, "--changed-only")[0] == 2


def test_the_longest_file_comes_first_and_keeps_its_order(project):
    path = project / "notebooks" / "two.ipynb"
    book = nbformat.read(path, 4)
    book.metadata["seqbook"] = {"seconds": 90}
    nbformat.write(book, path)
    stored = {suite.SECONDS: {"tests/test_b.py": 200.0}}
    cache = SimpleNamespace(get=lambda key, none: stored.get(key, none))
    config = SimpleNamespace(getoption=lambda _: False, cache=cache)
    names = ["tests/test_a.py", "tests/test_b.py", "notebooks/two.ipynb"]
    items = [SimpleNamespace(path=project / name, n=n) for name in names for n in range(2)]
    suite.pytest_collection_modifyitems(config, items)
    order = [(item.path.name, item.n) for item in items]
    assert order == [(name, n) for name in ("test_b.py", "two.ipynb", "test_a.py") for n in (0, 1)]
