"""What every notebook of the book has, and has not (nbval runs them; this reads them)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import make_labs
import nbformat
import pytest
import run_notebooks
from setup_cell import repository, setup_cell

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
LABS = sorted((ROOT / "labs").glob("*.ipynb"))
PICTURES = {"image/png", "image/svg+xml", "image/jpeg"}

RUN = pytest.mark.parametrize("path", CHAPTERS + SOLUTIONS, ids=lambda p: p.stem)
ALL = pytest.mark.parametrize(
    "path", CHAPTERS + SOLUTIONS + LABS, ids=lambda p: f"{p.parent.name}/{p.stem}"
)
CHAPTER = pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, 4)


def code(book: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [c for c in book.cells if c.cell_type == "code" and c.source.strip()]


def prose(book: nbformat.NotebookNode) -> str:
    return "\n\n".join(c.source for c in book.cells if c.cell_type == "markdown")


def test_there_are_notebooks_and_each_solution_has_its_lab():
    assert CHAPTERS and SOLUTIONS
    assert [p.name for p in SOLUTIONS] == [p.name for p in LABS]
    assert make_labs.main(check=True) == 0


@ALL
def test_begins_with_the_set_up_cell_and_names_one_repository(path):
    book = read(path)
    assert code(book)[0].source in {setup_cell(), setup_cell(music=True)}
    assert {"setup", "hide-input"} <= set(code(book)[0].metadata.get("tags", []))
    slug = repository().removeprefix("https://github.com/")
    for owner in re.findall(r"colab\.research\.google\.com/github/([\w.-]+/[\w.-]+)", prose(book)):
        assert owner == slug


@RUN
def test_was_run_to_the_end_without_errors(path):
    book = read(path)
    assert [c.execution_count for c in code(book)] == list(range(1, len(code(book)) + 1))
    for cell in code(book):
        for output in cell.outputs:
            assert output.output_type != "error", output.get("evalue")
            assert output.get("name") != "stderr"


@RUN
def test_says_how_long_it_takes(path):
    book = read(path)
    facts = book.metadata["seqbook"]
    assert 0 < facts["seconds"] <= 180 and facts["memory_mb"] > 0
    assert run_notebooks.run_time_line(**facts) in book.cells[0].source


@ALL
def test_has_no_machine_in_it(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"/(?:home|root|tmp|work|Users|opt|usr)/[A-Za-z]\w*", text)
    assert set(json.loads(text)["metadata"]) <= {"kernelspec", "language_info", "seqbook"}
    assert path.stat().st_size < 900_000


@RUN
def test_every_picture_has_alt_text_and_a_caption(path):
    for cell in code(read(path)):
        kinds = {kind for o in cell.outputs for kind in o.get("data", {})}
        if kinds & PICTURES:
            meta = cell.metadata.get("mystnb", {})
            alt = meta.get("image", {}).get("alt", "")
            assert len(alt) > 30, f"no alt text:\n{cell.source}"
            assert meta.get("figure", {}).get("caption"), f"no caption:\n{cell.source}"


@RUN
def test_training_is_seeded_where_it_happens(path):
    """A cell that trains, or the cell before it, sets the seed."""
    cells = code(read(path))
    for before, cell in zip([None, *cells], cells, strict=False):
        if re.search(r"\.fit\(|runtime\.Progress\(", cell.source):
            here = cell.source + (before.source if before else "")
            assert "set_random_seed(" in here or "default_rng(" in here, cell.source


@RUN
def test_cells_are_short(path):
    for cell in code(read(path)):
        assert len(cell.source.splitlines()) <= 40, cell.source


@RUN
def test_no_cell_hides_its_value_with_a_semicolon(path):
    """nbval's kernel shows it all the same, so the outputs would differ: assign it to `_`."""
    for cell in code(read(path)):
        assert not cell.source.rstrip().endswith(";"), cell.source


@CHAPTER
def test_chapter_has_its_parts(path):
    book = read(path)
    text = prose(book)
    assert len(re.findall(r"^# ", text, re.M)) == 1
    assert re.search(r"^\((concept|capstone)-[\w-]+\)=$", text, re.M)
    for heading in ("Exercises", "Check yourself", "Further reading"):
        assert re.search(rf"^## {heading}", text, re.M), heading
    assert "{cite" in text


@CHAPTER
def test_every_exercise_has_difficulty_minutes_and_a_hidden_solution(path):
    text = prose(read(path))
    exercises = re.findall(r"^`{3,}\{exercise(?:-start)?\}(.*)\n((?::.*\n)*)", text, re.M)
    solutions = re.findall(r"^`{3,}\{solution(?:-start)?\} (\S+)\n((?::.*\n)*)", text, re.M)
    assert len(exercises) >= 4
    assert any(title.strip().startswith("Break") for title, _ in exercises), "none breaks anything"
    labels = []
    for title, options in exercises:
        assert re.search(r"[●○]{3}.*\d+ min", title), title
        labels.append(re.search(r":label: (\S+)", options)[1])
    assert sorted(labels) == sorted(name for name, _ in solutions)
    for name, options in solutions:
        assert "dropdown" in options, name


def test_names_of_figures_and_exercises_are_used_once():
    names = []
    for path in CHAPTERS + SOLUTIONS:
        book = read(path)
        names += re.findall(r"^(?::label: |\(capstone-)([\w-]+)", prose(book), re.M)
        names += [c.metadata.get("mystnb", {}).get("figure", {}).get("name") for c in code(book)]
    names = [name for name in names if name]
    assert sorted(names) == sorted(set(names)), {n for n in names if names.count(n) > 1}


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
def test_a_lab_has_at_least_ten_todos_each_with_its_check(path):
    from importlib import import_module

    lab = import_module(f"seqbook.labs.{path.stem}").LAB
    source = "\n".join(c.source for c in code(read(path)))
    todos = set(re.findall(r"#\s*TODO (\d+(?:\.\d+)*)", source))
    assert todos == set(lab.goals) and len(todos) >= 10
    for todo, check in lab.checks.items():
        assert f"check.{check.__name__}(" in source, todo


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
def test_every_check_of_a_solution_passed(path):
    shown = [
        "".join(o["data"]["text/plain"])
        for c in code(read(path)) for o in c.outputs if "text/plain" in o.get("data", {})
    ]
    said = [line for text in shown for line in text.splitlines() if line.startswith("TODO ")]
    assert len(said) >= 10 and all(re.match(r"TODO \d+\.\d+ passed: ", line) for line in said)
