"""The lab generator, the notebook runner's bookkeeping and the small tools."""

import colab_versions
import make_labs
import nbformat
import pytest
import run_notebooks
import spell
from nbformat import v4


def notebook(*cells):
    book = v4.new_notebook(cells=list(cells))
    book.metadata.kernelspec = run_notebooks.KERNEL
    return book


# --- make_labs ----------------------------------------------------------------------------------

BLANKS = {
    "y = x @ W  # SOLUTION": "y = ...",
    "    return y + 1  # SOLUTION": "    return ...",
    "a, b = 1, 2  # SOLUTION": "a, b = ...",
    "self.h = 0  # SOLUTION": "self.h = ...",
    "x[0] = 2  # SOLUTION": "x[0] = ...",
    "h: int = 3  # SOLUTION": "h: int = ...",
    "go(x)  # SOLUTION": "...",
    "if a == b: go()  # SOLUTION": "...",
    "    # BEGIN SOLUTION\n    a = 1\n    return a\n    # END SOLUTION": '    raise Todo("1.1")',
    "### BEGIN SOLUTION\na = 1\n### END SOLUTION": 'raise Todo("1.1")',
    "keep = 1": "keep = 1",
}


@pytest.mark.parametrize("source", BLANKS)
def test_an_answer_becomes_a_blank(source):
    want = "# TODO 1.1: do it\n" + BLANKS[source]
    assert make_labs.blank_out("# TODO 1.1: do it\n" + source) == want


@pytest.mark.parametrize(
    "source",
    [
        "# TODO 1.1\n# BEGIN SOLUTION\na = 1",
        "# TODO 1.1\na = 1\n# END SOLUTION",
        "# TODO 1.1\n# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION",
        "a = 1  # SOLUTION",
        "# BEGIN SOLUTION\na = 1\n# END SOLUTION",
    ],
)
def test_broken_markers_are_refused(source):
    with pytest.raises(ValueError, match=r"SOLUTION|TODO"):
        make_labs.blank_out(source)


def test_a_lab_has_no_outputs_no_answers_and_no_labels():
    answer = v4.new_code_cell("# TODO 2.1\nx = 41 + 1  # SOLUTION")
    answer.outputs, answer.execution_count = [v4.new_output("stream", text="42")], 3
    hidden = v4.new_code_cell("x = 42", metadata={"tags": ["solution"]})
    title = v4.new_markdown_cell("# Lab 9 · Things (solution)\n\n(lab-9)=\n## One\n../solutions/x")
    source = notebook(title, answer, hidden)
    text = make_labs.make_lab(source)
    lab = nbformat.reads(text, 4)
    assert [c.source for c in lab.cells] == [
        "# Lab 9 · Things\n\n## One\n../labs/x", "# TODO 2.1\nx = ..."
    ]
    assert lab.cells[1].outputs == [] and lab.cells[1].execution_count is None
    assert lab.cells[1].id == answer.id
    assert source.cells[1].outputs, "the solution itself is left alone"


def test_check_finds_stale_missing_and_orphaned_labs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_labs, "ROOT", tmp_path)
    for folder in ("solutions", "labs"):
        (tmp_path / folder).mkdir()
    book = notebook(v4.new_code_cell("# TODO 1.1\nx = 1  # SOLUTION"))
    nbformat.write(book, tmp_path / "solutions" / "a.ipynb")
    assert make_labs.main(check=True) == 1
    assert make_labs.main(check=False) == 0
    assert make_labs.main(check=True) == 0
    lab = tmp_path / "labs" / "a.ipynb"
    lab.write_text(lab.read_text().replace("x = ...", "x = 2"))
    assert make_labs.main(check=True) == 1
    assert make_labs.main(check=False) == 0
    (tmp_path / "labs" / "b.ipynb").write_text(lab.read_text())
    assert make_labs.main(check=True) == 1
    assert "b.ipynb" in capsys.readouterr().out


# --- run_notebooks ------------------------------------------------------------------------------

def test_running_stores_outputs_and_the_time_and_is_repeatable(tmp_path, monkeypatch):
    monkeypatch.setattr(run_notebooks, "ROOT", tmp_path)
    path = tmp_path / "a.ipynb"
    mark = v4.new_markdown_cell(f"# A\n{run_notebooks.MARK}old text")
    cell = v4.new_code_cell("import sys\nprint('noise', file=sys.stderr)\n1 + 1")
    nbformat.write(notebook(mark, cell), path)
    assert run_notebooks.run(path)
    first = path.read_text()
    book = nbformat.reads(first, 4)
    assert [o.output_type for o in book.cells[1].outputs] == ["execute_result"]
    assert book.metadata.seqbook.seconds >= 5
    line = run_notebooks.run_time_line(**book.metadata.seqbook)
    assert line in book.cells[0].source and "old text" not in book.cells[0].source
    assert run_notebooks.run(path)
    assert path.read_text() == first


def test_a_failing_notebook_is_left_as_it_was(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run_notebooks, "ROOT", tmp_path)
    path = tmp_path / "a.ipynb"
    nbformat.write(notebook(v4.new_code_cell("1 / 0")), path)
    before = path.read_text()
    assert not run_notebooks.run(path)
    assert path.read_text() == before
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_run_times_move_only_when_they_really_changed():
    assert run_notebooks.rounded(42, None, 5) == 40
    assert run_notebooks.rounded(46, 40, 5) == 40
    assert run_notebooks.rounded(70, 40, 5) == 70
    assert run_notebooks.rounded(0.5, None, 5) == 5


def test_bad_names_give_one_line(capsys):
    assert run_notebooks.main(["nothing.ipynb"]) == 2
    assert "not a notebook" in capsys.readouterr().out


# --- the small ones -----------------------------------------------------------------------------

def test_spelling_reads_prose_only():
    text = "Words $x_t$ and `code_x`, {cite}`elman1990`.\n```python\nzzqx = 1\n```\nMore <b>b</b>."
    left = spell.prose(text).split()
    assert left == ["Words", "and", ",", ".", "More", "b", "."]
    assert spell.prose(text).count("\n") == text.count("\n")


def test_spelling_reads_on_after_a_directive():
    text = "```{tip} One\n:label: zzqx\n\nTwo\n```\n\nThree\n\n```{note}\nFour\n```"
    left = spell.prose(text)
    assert [word for word in left.split() if word.isalpha()] == ["One", "Two", "Three", "Four"]
    assert "zzqx" not in left


def test_colab_pins_follow_colab():
    ours = "# pip-freeze.txt of\n# 2026-01-01\nkeras==3.1\ntensorflow-cpu==2.1\nodd==1\n"
    theirs = "keras==3.2\ntensorflow==2.9.0+cu\nother==5\n"
    want = "# pip-freeze.txt of\n# 2026-02-02\nkeras==3.2\ntensorflow-cpu==2.9.0\nodd==1\n"
    assert colab_versions.updated(ours, theirs, "2026-02-02") == want
    assert colab_versions.updated(want, theirs, "2026-03-03") == want
