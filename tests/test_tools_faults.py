"""What the tools say to a notebook or a marker that is wrong: a line that names file and place."""

import json

import make_labs
import nbformat
import notebook_files
import pytest
import run_notebooks
from nbformat import v4


def book(*sources: str) -> nbformat.NotebookNode:
    return v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])


NEARLY = [
    "x = 42  # SOLUTON",
    "x = 42  # Solution",
    "x = 42  # SOLUTION.",
    "x = 42  # SOLUTION (see above)",
    "x = 42  # SOLUTION: the mean over all rows of the batch",
    "x = 42  # SOLUTIONS",
    "x = 42  ## SOULTION",
    "# BEGIN SOLUTON\nx = 42\n# END SOLUTION",
    "# BEGIN_SOLUTION\nx = 42\n# END SOLUTION",
    "# BEGN SOLUTION\nx = 42\n# END SOLUTION",
    "# BEGIN SOLUTION\nx = 42\n# END SOLTUION\ny = 1",
    "# begin solution\nx = 42\n# end solution",
    "# BEGINSOLUTION\nx = 42\n# ENDSOLUTION",
]
NO_MARKERS = [
    "x = 42  # the solution of the equation stands in the book",
    "x = 42  # a resolution of 300 dots per inch is enough",
    "x = 42  # ABSOLUTE",
    "# TODO 1.2: solve it",
    "color = '#EVOLUTION'[:7]  # red",
]


@pytest.mark.parametrize("source", NEARLY)
def test_what_nearly_is_a_marker_is_refused(source):
    with pytest.raises(ValueError, match=r"^cell 2, line \d+"):
        make_labs.make_lab(book("1 + 1", "# TODO 1.1: do it\n" + source))


@pytest.mark.parametrize("source", NO_MARKERS)
def test_other_comments_stay(source):
    text = make_labs.blank_out("# TODO 1.1: do it\n" + source)
    assert text == "# TODO 1.1: do it\n" + source


@pytest.mark.parametrize("tag", ["soluton", "Solution", "solutions"])
def test_what_nearly_is_the_tag_is_refused(tag):
    source = book("x = 42")
    source.cells[0].metadata["tags"] = [tag]
    with pytest.raises(ValueError, match=f"^cell 1, the tag `{tag}`"):
        make_labs.make_lab(source)


def test_a_wrong_marker_names_the_file_and_writes_no_lab(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_labs, "ROOT", tmp_path)
    (tmp_path / "solutions").mkdir()
    nbformat.write(book("# TODO 1.1\nx = 42  # SOLUTON"), tmp_path / "solutions" / "a.ipynb")
    assert make_labs.main(check=False) == 2
    said = capsys.readouterr().out
    assert said.startswith("solutions/a.ipynb: cell 1, line 2, `x = 42  # SOLUTON`")
    assert said.count("\n") == 1
    assert not (tmp_path / "labs").exists()


BROKEN = {
    "cut off": json.dumps(nbformat.v4.new_notebook())[:-5],
    "a list": "[]",
    "no cells": "{}",
    "old": json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}),
    "bad cells": json.dumps({"cells": [1], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}),
    "no text": "\0\0",
    "empty": "",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_is_no_notebook_is_one_line(text, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_labs, "ROOT", tmp_path)
    (tmp_path / "solutions").mkdir()
    path = tmp_path / "solutions" / "a.ipynb"
    path.write_text(text)
    with pytest.raises(notebook_files.NotebookFault, match=r"^solutions/a\.ipynb: [^\n]+$"):
        notebook_files.read(path)
    assert make_labs.main(check=True) == 2
    assert run_notebooks.main([str(path)]) == 1
    for line in capsys.readouterr().out.strip().splitlines():
        assert "a.ipynb" in line
    assert path.read_text() == text


def test_an_error_in_a_cell_is_told_in_a_few_lines(tmp_path, capsys):
    path = tmp_path / "a.ipynb"
    source = book("x = 1", "def f(x):\n    return x / 0\n\nf(x)")
    source.metadata.kernelspec = run_notebooks.KERNEL
    nbformat.write(source, path)
    assert run_notebooks.main([str(path)]) == 1
    said = capsys.readouterr().out
    assert "a.ipynb ... failed" in said and "cell 2: ZeroDivisionError: division by zero" in said
    assert "f(x)" in said and said.count("\n") <= 5


def test_a_missing_kernel_is_one_line(tmp_path, monkeypatch, capsys):
    def missing(*_, **__):
        raise run_notebooks.NoSuchKernel("python3")

    monkeypatch.setattr(run_notebooks.NotebookClient, "execute", missing)
    path = tmp_path / "a.ipynb"
    nbformat.write(book("1"), path)
    assert not run_notebooks.run(path)
    assert "the kernel 'python3' is missing" in capsys.readouterr().out
