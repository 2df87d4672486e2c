"""A cell's stated tolerance, in real nbval runs of small notebooks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import run_notebooks
from nbformat import v4
from nbval_tolerance import Tolerance, faults

ROOT = Path(__file__).resolve().parents[1]


def cell(source, outputs, tolerance=None):
    made = v4.new_code_cell(source, outputs=outputs, execution_count=1)
    if tolerance is not None:
        made.metadata["tolerance"] = tolerance
    return made


def printed(text):
    return [v4.new_output("stream", name="stdout", text=text)]


def result(data):
    return [v4.new_output("execute_result", data=data, execution_count=1)]


# --- One text against another -------------------------------------------------------------------

NEAR = [
    ("GRU 0.98   SimpleRNN 0.14", "GRU 0.97   SimpleRNN 0.18"),
    ("GRU   9.98\nLSTM  0.50", "GRU  10.02\nLSTM  0.50"),  # a column moves with a digit more
    (" 9.98", "10.02"),
    ("[ 0.02 -0.5 ]", "[-0.01 -0.52]"),
    ("[0.98 1.  ]", "[0.98 0.99]"),
    ("-0.00", "0.00"),
    ("+0.02", "-0.02"),
    ("13%", "16%"),
    ("46 %", "47 %"),
    ("100%", "99.8%"),
    ("loss .14", "loss .15"),
    ("1", "0.998"),  # {:.3g} prints a whole number for a decimal
    ("3.00e-07", "3.10e-07"),
    ("1e-07 of", "1.02e-07 of"),
    ("perplexity 200.0", "perplexity 208.0"),
    ("12,800.5", "12,900.5"),
    ("3.1x faster, 0.3–0.5", "3.2x faster, 0.31–0.52"),
    ("−0.51", "-0.52"),
    ("nan 0.5 inf", "nan  0.51 inf"),
    ("<td>0.91</td>", "<td>0.94</td>"),
    ("seed 3, T=100: 0.91", "seed 3, T=100: 0.94"),
]
FAR = [
    ("GRU 0.98", "GRU 0.92", "off by 0.06, the tolerance for numbers is 0.05"),
    ("13%", "20%", "off by 0.07"),
    ("0.5", "-0.5", "off by 1"),
    ("3e-07", "4e-07", "off by 0.333 of it"),
    ("perplexity 200.0", "perplexity 215.0", "off by 0.075 of it"),
    ("12,800.5", "1,280.5", "off by 0.9"),
    ("seed 3: 0.9", "seed 4: 0.9", "the tolerance for whole numbers is 0"),
    ("in 12 steps.", "in 13 steps.", "whole numbers"),
    ("(64, 100)", "(64, 101)", "number 2 of 2"),
    ("0.9", "nan", "how many numbers: 1 stored, 0 came out"),
    ("nan 0.5", "inf 0.5", "'nan#' is stored, 'inf#' came out"),
    ("0.9 0.8", "0.9", "how many numbers: 2 stored, 1 came out"),
    ("GRU 0.98", "LSTM 0.98", "'GRU#' is stored, 'LSTM#' came out"),
    ("0.98 above", "0.98 below", "line 1"),
    ("0.98\n0.97", "0.98 0.97", "line 1"),
    ("W2 0.5", "W3 0.5", "'W2#'"),
    ("color #1a7f37", "color #1a7f38", "line 1"),
    ("Keras 3.12.1", "Keras 3.12.2", "line 1"),
    ("a b 0.5", "ab 0.5", "line 1"),
]


@pytest.mark.parametrize(("stored", "new"), NEAR)
def test_near_numbers_pass(stored, new):
    assert faults(stored, new, Tolerance(0.05)) == []


@pytest.mark.parametrize(("stored", "new", "said"), FAR)
def test_far_numbers_and_other_words_do_not(stored, new, said):
    assert said in "\n".join(faults(stored, new, Tolerance(0.05)))


def test_whole_numbers_may_have_a_tolerance_of_their_own():
    tolerance = Tolerance.read({"numbers": 0.05, "integers": 0.2})
    assert faults("solved after 300 steps", "solved after 350 steps", tolerance) == []
    assert faults("solved after 300 steps", "solved after 370 steps", tolerance)
    assert faults("0.90", "0.98", tolerance), "decimals keep theirs"
    assert faults("seed 1: 0.5", "seed 2: 0.5", Tolerance.read({"numbers": 0.05}))


@pytest.mark.parametrize(
    "stated", [True, "0.05", -0.1, float("nan"), None, {}, {"decimals": 0.1}, {"numbers": "0.1"}]
)
def test_what_is_no_tolerance_is_refused(stated):
    with pytest.raises(ValueError, match=r"write a number such as 0\.05"):
        Tolerance.read(stated)


# --- Through nbval ------------------------------------------------------------------------------

PASS = [
    cell("print(0.98)\nprint('seed', 3)", printed("0.96\nseed 3\n"), 0.05),
    cell("print('a', 0.5)\n1", printed("a 0.5\n") + result({"text/plain": "1"})),
    cell("print('x', 0.5, flush=True)\nprint('y 12.0')",
         [*printed("x 0.51\n"), *printed("y 11.9\n")], 0.05),
    cell("print('0.5 in 3.1 s')", printed("0.52 in 1 min 12 s\n"), 0.05),
    cell("from IPython.display import HTML\nHTML('<td>0.98</td>')",
         result({"text/html": "<td>0.95</td>", "text/plain": "<IPython.core.display.HTML object>"}),
         0.05),
    cell("print(120)", printed("110\n"), {"numbers": 0.05, "integers": 0.1}),
    cell("import sys\nprint('log 0.9', file=sys.stderr)\nprint(0.9)", printed("0.91\n"), 0.05),
]
FAIL = [
    cell("print('GRU', 0.98)", printed("GRU 0.90\n"), 0.05),
    cell("print('GRU', 0.98)", printed("GRU 0.97\n")),  # no tolerance is stated
    cell("print('seed', 4)", printed("seed 3\n"), 0.05),
    cell("print(0.5, 0.6)", printed("0.5\n"), 0.05),
    cell("print('now 0.5')", printed("then 0.5\n"), 0.05),
    cell("print(0.5)\n0.5", printed("0.5\n"), 0.05),
    cell("print(0.5)", [], 0.05),
    cell("from IPython.display import HTML\nHTML('<td>0.98</td>')",
         result({"text/html": "<td>0.5</td>", "text/plain": "<IPython.core.display.HTML object>"}),
         0.05),
    cell("print(0.5)", printed("0.5\n"), "about 0.05"),
]


@pytest.fixture
def project(tmp_path):
    """A folder with the book's own pytest settings."""
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("tests", "tools"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def nbval(project, name, cells, *options):
    """What pytest, called for one notebook, says."""
    book = v4.new_notebook(cells=cells)
    book.metadata.kernelspec = run_notebooks.KERNEL
    nbformat.write(book, project / name)
    command = [sys.executable, "-m", "pytest", "--nbval", "--color=no", *options, name]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, timeout=300,
        check=False,
    )
    return done.stdout + done.stderr


def test_near_outputs_pass_in_a_run(project):
    out = nbval(project, "near.ipynb", PASS)
    assert f"{len(PASS)} passed" in out, out


def test_far_outputs_fail_in_a_run_and_say_how_far(project):
    out = nbval(project, "far.ipynb", FAIL, "-n", "2", "--dist", "loadfile")
    assert f"{len(FAIL)} failed" in out and "passed" not in out, out
    for said in (
        "stdout: number 1 of 1: 0.90 is stored, 0.98 came out: off by 0.08",
        "text/html: number 1 of 1: 0.5 is stored, 0.98 came out: off by 0.48",
        "the tolerance for numbers is 0.05",
        "the cell's tolerance is 'about 0.05': write a number such as 0.05",
    ):
        assert said in out, out


def test_running_a_notebook_anew_keeps_its_tolerance():
    book = v4.new_notebook(cells=[cell("print(0.5)", [], 0.05)])
    run_notebooks.clean(book)
    assert book.cells[0].metadata["tolerance"] == 0.05
