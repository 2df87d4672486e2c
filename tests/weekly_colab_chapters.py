"""Each chapter and each long solution, alone in an empty folder, with only what Colab has.

Not a part of `make test`, since that runs all of them already; a weekly workflow runs it, and a
maintainer may: `pytest tests/weekly_colab_chapters.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_colab import (  # noqa: F401, colab is a fixture
    BOOKS,
    RUN,
    SOLUTIONS,
    colab,
    runs_alone,
    sh,
)

CHAPTERS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("book", CHAPTERS, ids=lambda p: p.stem)
def test_runs_alone_in_colab(book, colab, tmp_path):  # noqa: F811
    (tmp_path / "lab.ipynb").write_text(book.read_text(encoding="utf-8"), encoding="utf-8")
    sh("python", "-m", "pip", "uninstall", "-qy", "seqbook", "verovio", env=colab)
    errors = json.loads(sh("python", "-c", RUN, cwd=tmp_path, env=colab).splitlines()[-1])
    assert not errors, "\n\n".join(trace for _, trace in errors)[-4000:]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("book", [s for s in SOLUTIONS if s not in BOOKS], ids=lambda p: p.stem)
def test_long_solution_runs_alone_in_colab(book, colab, tmp_path):  # noqa: F811
    runs_alone(book, colab, tmp_path)
