"""Shown cells print numbers, not verdicts on them; the checks behind them are hidden."""

from pathlib import Path

import nbformat
import printed_verdicts
import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from prose_numbers import notebooks

SITE = Path(__file__).resolve().parents[1] / "_build" / "html"


@pytest.mark.parametrize("path", notebooks(), ids=lambda p: p.stem)
def test_a_shown_cell_prints_no_verdict(path):
    failing, _ = printed_verdicts.check(nbformat.read(path, 4))
    if failing:
        pytest.fail("\n".join(failing), pytrace=False)


def test_the_site_shows_no_hidden_cell():
    pages = list(SITE.rglob("*.html"))
    if not pages:
        pytest.fail("There is no page in _build/html: run `make book` first.", pytrace=False)
    comment = printed_verdicts.HIDDEN.removeprefix("# ")
    for page in pages:
        text = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text()
        assert comment not in " ".join(text.split()), page.name


def book(source, output="", html="", **metadata):
    cell = v4.new_code_cell(source, metadata=metadata)
    if output:
        cell.outputs.append(v4.new_output("stream", name="stdout", text=output))
    if html:
        cell.outputs.append(v4.new_output("display_data", data={"text/html": html}))
    return v4.new_notebook(cells=[cell])


VERDICTS = [
    {"output": "GRU above 0.97: True\nGRU 0.98"},
    {"output": "False"},
    {"output": "[ True False]"},
    {"html": "<td>True</td>"},
    {"output": "0.98", "verdict": "a mask"},
    {"output": "True", "verdict": ""},
    {"output": "True", "verdict": True},
    {"tags": ["remove-cell"]},
]
NO_VERDICTS = [
    {"output": "GRU 0.98   SimpleRNN 0.14"},
    {"output": "Truest, TrueType, is_True"},
    {"html": "<script>x = True</script><td>0.98</td>"},
    {"output": "[ True False]", "verdict": "the mask of the padded places"},
    {"output": "True", "tags": ["remove-output"]},
]


@pytest.mark.parametrize("cell", VERDICTS)
def test_a_verdict_fails(cell):
    failing, _ = printed_verdicts.check(book("assert x == 1", **cell))
    assert len(failing) == 1 and failing[0].startswith("cell 0: ")


@pytest.mark.parametrize("cell", NO_VERDICTS)
def test_anything_else_does_not(cell):
    assert printed_verdicts.check(book("x = 1", **cell))[0] == []


def test_a_hidden_cell_may_check_and_print_what_it_likes():
    source = printed_verdicts.HIDDEN + "\nassert x > 0.9\nprint('good')"
    assert printed_verdicts.check(book(source, output="True", tags=["remove-cell"])) == ([], [])


@pytest.mark.parametrize(
    "source",
    [
        "assert right > 0.97",
        "for _ in x:\n    assert 0.2 < share",
        "assert all(x >= -0.5 for x in y) and z",
        "assert right == 1\nprint('above 0.97 everywhere')",
        "%pip list\nassert right > 0.97",
    ],
)
def test_what_may_guard_a_claim_is_reported(source):
    failing, notes = printed_verdicts.check(book(source))
    assert failing == [] and len(notes) == 1


@pytest.mark.parametrize(
    "source",
    [
        "assert x.shape == (64, 100)",
        "assert np.allclose(a, b)",
        "assert a < b",
        "print('a heading')\nassert a == b",
        "assert a == b\nprint(f'{a:.2f}')\nprint('a', a)",
        "this is not Python",
    ],
)
def test_checks_of_shapes_and_of_equality_are_not(source):
    assert printed_verdicts.check(book(source)) == ([], [])


def test_the_report_has_one_line_for_each(tmp_path, capsys):
    path = tmp_path / "a.ipynb"
    nbformat.write(book("assert x > 0.9", output="above 0.9: True"), path)
    assert printed_verdicts.main([str(path)]) == 1
    out = capsys.readouterr().out
    assert "a.ipynb: 1 to mend, 1 to look at" in out
    assert "cell 0: prints a verdict: above 0.9: True" in out
    assert "look: cell 0: shows the bound of a claim: x > 0.9" in out
    nbformat.write(book("x = 1", output="0.98"), path)
    assert printed_verdicts.main([str(path)]) == 0
    assert printed_verdicts.main([str(tmp_path / "none.ipynb")]) == 2
