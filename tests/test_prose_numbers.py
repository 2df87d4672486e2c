"""Measured numbers in the prose are printed by the notebook, or say where they come from."""

import nbformat
import prose_numbers
import pytest
from nbformat import v4


@pytest.mark.parametrize("path", prose_numbers.notebooks(), ids=lambda p: p.stem)
def test_each_number_of_the_prose_is_bound(path):
    unbound, _ = prose_numbers.check(nbformat.read(path, 4))
    if unbound:
        command = f"python tools/prose_numbers.py {path.parent.name}/{path.name}"
        pytest.fail("\n".join([f"{len(unbound)} unbound, see {command}", *unbound]), pytrace=False)


def test_there_are_notebooks_to_hold_to_this():
    assert prose_numbers.notebooks()


# --- What counts as measured --------------------------------------------------------------------

MEASURED = {
    "It reaches 0.98 and .14.": ["0.98", ".14"],
    "It falls to −0.5, or by -1.25.": ["−0.5", "-1.25"],
    "Right in 13%, 99.5 % or 5 percent of cases.": ["13%", "99.5 %", "5 %"],
    "Only $0.97$ or $\\approx 12\\%$ or $3\\times$ it.": ["0.97", "12%", "3×"],
    "About 3 times as fast, 20 times more, 2.5 times.": ["3 times", "20 times", "2.5 times"],
    "It is ten times as slow.": ["ten times"],
    "Right about 98 times in 100, or nine times in ten.": ["98 times in 100", "nine times in ten"],
    "```{exercise} A\n:label: ex-a\n\nFrom 0.1.\n```\n\nTo 0.2.\n\n```{tip}\nTo 0.3.\n```":
        ["0.1", "0.2", "0.3"],
    "````{solution-start} a\n```\nx = 0.1\n```\nit is 0.2\n````": ["0.2"],
    "A gradient of 2.5 · 10⁻⁷.": ["2.5 · 10⁻⁷"],
    "12,800.5 steps": ["12,800.5"],
    "| GRU | 0.98 |\n|---|---|": ["0.98"],
}
NOT_MEASURED = [
    "300 steps, 64 units, 1,169 weights",
    "`0.98` and ``0.5``\n\n```python\nx = 0.98\n```\n~~~\n```\n0.5\n~~~",
    "```{code-block} python\nx = 0.98\n```\n\n```{math}\nx = 0.98\n```",
    "$x = 0.98$ and\n\n$$y = 0.5$$\n\n$a\n= 0.5$",
    "### 2.1 · A number of 0.98",
    "```{exercise} Longer · ●●○ · 2.5 min\n```",
    "[a link](https://a.org/0.98) and https://a.org/1.5",
    "{cite:p}`paper0.98`, {ref}`x-1.5`",
    "Python 3.11, Keras 3.12.1, Figure 2.1, CC BY 4.0, Part 1.2",
    "<!-- run-time --><em>Runs in about 1.7 minutes, with 0.8 GB of memory.</em>",
    "the error times its input; *error times input*, six times, at other times",
    "sampled 8,000 times a second, there is room eight times over",
]


@pytest.mark.parametrize("source", MEASURED)
def test_measured_numbers_are_found(source):
    assert [claim.text for claim in prose_numbers.measured(source)] == MEASURED[source]


@pytest.mark.parametrize("source", NOT_MEASURED)
def test_other_numbers_are_not(source):
    assert prose_numbers.measured(source) == []


# --- What binds them ----------------------------------------------------------------------------


def book(source, *, output="", code="pass", html="", glued="", **metadata):
    cell = v4.new_code_cell(code)
    if output:
        cell.outputs.append(v4.new_output("stream", name="stdout", text=output))
    data = {"text/html": html, "application/papermill.record/text/plain": glued}
    for kind, text in data.items():
        if text:
            cell.outputs.append(v4.new_output("display_data", data={kind: text}))
    return v4.new_notebook(cells=[v4.new_markdown_cell(source, metadata=metadata), cell])


def unbound(*arguments, **keywords):
    return prose_numbers.check(book(*arguments, **keywords))[0]


BOUND = [
    ("about 0.3", "0.31"),
    ("about 0.3", "0.2501"),
    ("it is 0.76", "0.7616"),
    ("13%", "0.1312"),
    ("13%", "13.1%"),
    ("13%", "accuracy in %\n  13.1"),
    ("0.13", "13%"),
    ("99.5%", "0.9951"),
    (".9", "0.88"),
    ("1.50", "[1.  1.5 2. ]"),
    ("3 times as fast", "ratio 3.1"),
    ("three times as fast", "ratio 2.8"),
    ("200 times faster", "209 times"),
    ("98 times in 100", "0.984"),
    ("it falls by 0.3", "-0.30"),
    ("−0.3", "-0.30"),
    ("2.5 · 10⁻⁷", "2.48e-07"),
    ("$12\\%$", "0.12"),
]
LOOSE = [
    ("about 0.3", "0.36"),
    ("it is 0.76", "0.77"),
    ("it is 0.762", "0.76"),  # more digits than are printed
    ("13%", "13"),
    ("13%", "0.136"),
    ("99.5%", "0.994"),
    ("3 times as fast", "ratio 3.6"),
    ("3 times as fast", "seed 3"),
    ("98 times in 100", "0.96"),
    ("2.5 · 10⁻⁷", "2.5e-06"),
    ("0.5", ""),
]


@pytest.mark.parametrize(("source", "output"), BOUND)
def test_a_printed_number_binds_what_it_rounds_to(source, output):
    assert unbound(source, output=output) == []


@pytest.mark.parametrize(("source", "output"), LOOSE)
def test_other_printed_numbers_do_not(source, output):
    (line,) = unbound(source, output=output)
    assert line.startswith("cell 0: ") and "nearest printed: " in line


def test_tables_and_glued_values_count_as_printed():
    assert unbound("0.98", html="<table><td>0.981</td></table>") == []
    assert unbound("0.98", glued="0.981") == []
    assert unbound("0.98", html="<script>x = 0.98</script><svg><text>0.98</text></svg><p>1</p>")


def test_settings_in_code_and_steps_of_a_formula_bind():
    assert unbound("With 0.01.", code="%pip list\nfit(learning_rate=0.01)") == []
    assert unbound("With 0.01.", code="fit(learning_rate=0.012)"), "a literal has to be equal"
    assert unbound("Three times as fast: 3 times as fast.", code="x = 3")
    assert unbound("$y = 0.76 \\cdot 2$, and 0.76 halves.") == []
    assert unbound("It says $0.76$, and 0.76 halves.")
    assert unbound("With `rate=0.3` it is 0.3.") == []
    assert unbound("### 2.3 · A loop\n\nas in 2.3") == []


# --- Marks --------------------------------------------------------------------------------------


def test_a_mark_says_where_a_number_comes_from():
    for reason in ("by hand", "setting", "example"):
        assert unbound("0.76, 13%", numbers={reason: ["0.76", "13%"]}) == []
        assert unbound("0.76, 13%", numbers=reason) == []
        (line,) = unbound("0.76, 13%", numbers={reason: ["0.76"]})
        assert "13%" in line
    assert unbound("0.76 {cite:p}`a2020`", numbers={"cited": ["0.76"]}) == []


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"by hand": ["0.77"]}, "'0.77' is marked, but the cell has no such number"),
        ({"cited": ["0.76"]}, "no citation and no link"),
        ({"because": ["0.76"]}, "the reason 'because' is none of by hand"),
        ({"by hand": "0.76"}, "'by hand' needs a list"),
        ({"by hand": [0.76]}, "'by hand' needs a list"),
        (["0.76"], "see CONTRIBUTING.md"),
        ("because", "the reason 'because'"),
        ({"from": {"notebooks/nothing.ipynb": ["0.76"]}}, "there is no notebooks/nothing.ipynb"),
        ({"from": ["0.76"]}, "the reason 'from'"),
    ],
)
def test_a_wrong_mark_is_reported(stated, said):
    assert said in "\n".join(unbound("It is 0.76.", numbers=stated))


def test_a_number_of_another_notebook_is_looked_up_there(tmp_path, monkeypatch):
    monkeypatch.setattr(prose_numbers, "ROOT", tmp_path)
    prose_numbers.elsewhere.cache_clear()
    nbformat.write(book("x", output="0.761"), tmp_path / "other.ipynb")
    (tmp_path / "page.md").write_text("It took 3.4 minutes.", encoding="utf-8")
    assert unbound("0.76", numbers={"from": {"other.ipynb": ["0.76"]}}) == []
    assert unbound("3.4", numbers={"from": {"page.md": ["3.4"]}}) == []
    (line,) = unbound("0.77", numbers={"from": {"other.ipynb": ["0.77"]}})
    assert "not printed from other.ipynb; nearest printed: 0.761" in line
    prose_numbers.elsewhere.cache_clear()


# --- The command --------------------------------------------------------------------------------


def test_the_report_names_the_cell_the_sentence_and_the_nearest_numbers(tmp_path, capsys):
    path = tmp_path / "a.ipynb"
    nbformat.write(book("First. Then it reaches 0.9 at once.", output="0.5 0.7"), path)
    assert prose_numbers.main([str(path)]) == 1
    out = capsys.readouterr().out
    assert "a.ipynb: 1 unbound, 0 bound" in out
    assert "cell 0: 0.9: “Then it reaches 0.9 at once.”: nearest printed: 0.7 (cell 1)" in out
    nbformat.write(book("It reaches 0.9.", output="0.91"), path)
    assert prose_numbers.main(["--all", str(path)]) == 0
    assert "printed as 0.91 by cell 1" in capsys.readouterr().out
    assert prose_numbers.main([str(tmp_path / "none.ipynb")]) == 2
    assert "none.ipynb cannot be read" in capsys.readouterr().out
