"""GateExplorer: the stored model, the numbers in the page against NumPy's, mouse and keyboard."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.gates.gate_explorer import (
    ANSWERS,
    ASK,
    MARK,
    SENTENCES,
    SYMBOLS,
    WORDS,
    GateExplorer,
    journeys,
)
from seqbook.graph import Builder, Graph, run, unpack

FIGURE = ".sq-gate-explorer"
LANGUAGE = dict(zip(SYMBOLS, ANSWERS, strict=True))
TWO = SENTENCES["Two journeys"].split()


def due(words: list[str], t: int) -> str | None:
    """What should be said at step t, read off the words."""
    if words[t] != ASK:
        return None
    homes = [b for a, b in pairwise(words[:t]) if a == MARK and b in LANGUAGE]
    return LANGUAGE[homes[-1]] if homes else None


def hold(gates: dict[tuple[str, int | None, int | None], float]):
    """An `edit` that holds gates; None as a unit or a step means all of them."""

    def edit(values, t, node, name):
        values = values.copy()
        for (gate, unit, step), v in gates.items():
            if node == "lstm" and name == gate and step in (t, None):
                values[:, slice(None) if unit is None else unit] = v
        return values

    return edit


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def cell(figure, row: str, step: int):
    """row: gate and unit counted from 1, "f0" for all units; step from 1, 0 for the row's name."""
    return figure.locator(f'[data-row="{row[0]}{int(row[1:]) - 1}"][data-t="{step - 1}"]')


def check(figure, sentence: str, gates=None):
    """All numbers of the page are NumPy's for this sentence with these gates held."""
    trace = GateExplorer(sentence).trace(hold(gates or {}))
    found = state(figure)
    for key in "ifgoch":
        got = [step[key] for step in found["now"]]
        np.testing.assert_allclose(got, trace.values["lstm"][key], rtol=0, atol=1e-9)
    got = [step["p"] for step in found["now"]]
    np.testing.assert_allclose(got, trace.outputs, rtol=0, atol=1e-9)
    texts = figure.locator("[role=gridcell]").evaluate_all(
        "all => all.map(e => [e.dataset.row, +e.dataset.t, e.textContent.replace('−', '-')])"
    )
    for row, t, text in texts:
        key, unit = row[0], int(row[1:])
        if key == "p":
            assert abs(int(text) - 100 * trace.outputs[t, unit]) < 0.501
        elif unit >= 0:
            assert abs(float(text) - trace.values["lstm"][key][t, unit]) < 0.0501
        else:
            assert abs(float(text) - trace.values["lstm"][key][t].mean()) < 0.0501
    assert len(texts) == len(trace.outputs) * 23
    return trace


# --- The model --------------------------------------------------------------------------------


def test_the_stored_model_solves_its_task():
    ids, targets = journeys(np.random.default_rng(5), 1500, 10)
    p = run(unpack(GateExplorer().model), ids).outputs
    right, asked, idle = [], [], []
    for k, sequence in enumerate(ids):
        words = [WORDS[i] for i in sequence]
        for t in range(10):
            answer = due(words, t)
            if answer is None:
                np.testing.assert_array_equal(targets[k, t], 0.25)
                idle.append(p[k, t].max())
            else:
                assert targets[k, t].argmax() == ANSWERS.index(answer) and targets[k, t].max() == 1
                right.append(p[k, t].argmax() == ANSWERS.index(answer))
                asked.append(p[k, t, ANSWERS.index(answer)])
    assert len(right) > 500 and len(idle) > 5000
    assert np.mean(right) > 0.995
    assert np.mean(asked) > 0.95
    assert np.mean(idle) < 0.3


def test_what_each_gate_does_in_the_stored_model():
    """The claims of the figure, for every country at home and as a decoy."""
    for home in SYMBOLS:
        for other in set(SYMBOLS) - {home}:
            words = f"from {home} we visited {other} and then we and speak"
            figure = GateExplorer(words)
            mine, theirs = (ANSWERS.index(LANGUAGE[c]) for c in (home, other))

            def answer(gates, figure=figure):
                return figure.trace(hold(gates)).outputs[-1]

            assert answer({})[mine] > 0.9
            # Forgotten in the middle: chance. So it is if the output stays shut.
            assert answer({("f", None, 6): 0}).max() < 0.35
            assert answer({("o", None, 9): 0}).max() < 0.35
            # A decoy that is let in, with the old memory gone, takes its place.
            assert answer({("i", None, 4): 1, ("f", None, 4): 0})[theirs] > 0.9
            # With the input shut at the home country nothing was stored.
            assert answer({("i", None, 1): 0}).max() < 0.5


def test_the_file_is_small():
    from importlib.resources import files

    text = files("seqbook.chapters.gates").joinpath("gate_model.json").read_text(encoding="utf-8")
    assert len(text) < 30_000
    assert set(json.loads(text)) == {"model", "training"}
    assert len(GateExplorer().html().encode()) < 45_000


# --- Python -----------------------------------------------------------------------------------


def test_bundle_is_stable_and_complete_in_itself():
    bundle = GateExplorer()._repr_mimebundle_()
    assert bundle == GateExplorer.example()._repr_mimebundle_()
    html = bundle["text/html"]
    assert not re.search(r"https?:|//[a-z]|\bimport\b|\bfetch\b|\bsrc=|\bhref=|url\(", html)
    assert html.count("<script>") == html.count("</script>") == 1
    other = GateExplorer("from Japan speak")
    assert other.element_id != GateExplorer().element_id


def test_static_text_and_table_hold_the_numbers():
    figure = GateExplorer()
    trace = figure.trace()
    lines = figure.static_text().splitlines()[1:]
    assert [line.split()[1] for line in lines] == SENTENCES["One journey"].split()
    wanted = np.concatenate([*(trace.values["lstm"][k] for k in "ifco"), trace.outputs], axis=1)
    for line, row in zip(lines, wanted, strict=True):
        numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", line)]
        np.testing.assert_allclose(numbers, row, atol=0.0051)
    cells = re.findall(r"<td>([^<]+(?:<br>[^<]+)*)</td>", figure.static_html())
    shown = [[float(n.replace("−", "-")) for n in c.split("<br>")] for c in cells]
    blocks = [*(trace.values["lstm"][k] for k in "ifco"), trace.outputs]
    np.testing.assert_allclose(np.concatenate(shown), np.concatenate(blocks).ravel(), atol=0.0051)


def own_model(units: int = 3, words: int = 5, answers: int = 2) -> Graph:
    """A model made without Keras."""
    rng, build = np.random.default_rng(units), Builder()
    shapes = {"kernel": (4, 4 * units), "recurrent_kernel": (units, 4 * units), "bias": 4 * units}
    x = build.node("embedding", build.input, weights={"embeddings": rng.normal(size=(words, 4))})
    x = build.node("lstm", x, weights={k: rng.normal(size=shape) for k, shape in shapes.items()})
    out = {"kernel": rng.normal(size=(units, answers)), "bias": rng.normal(size=answers)}
    build.node("dense", x, weights=out, activation="softmax")
    return build.graph()


OWN = {"model": own_model(), "words": list("abcde"), "answers": ["no", "yes"]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sentence": "from Peru speak"}, "does not know 'Peru'; it knows from, speak"),
        ({"sentence": "from"}, "2 to 12 words, got 1"),
        ({"sentence": ["we"] * 13}, "2 to 12 words, got 13"),
        ({"sentence": {}}, "1 to 3 sentences, got 0"),
        ({"sentence": {"a": "we we", "b": "we we we"}}, r"equally long, got \[2, 3\] words"),
        ({"words": list("ab")}, "belong to a model of your own"),
        ({"model": OWN["model"], "sentence": "a b"}, "give sentence, words and answers too"),
        ({**OWN}, "give sentence, words and answers too"),
        ({**OWN, "sentence": "a b", "words": list("abcd")}, "must be 5 different words"),
        ({**OWN, "sentence": "a b", "words": list("abcda")}, "must be 5 different words"),
        ({**OWN, "sentence": "a b", "answers": ["no"]}, "must be 2 words"),
        ({**OWN, "sentence": "a b", "mark": "z"}, "does not know 'z'"),
        ({**OWN, "sentence": "a b", "model": own_model(9)}, "at most 8 LSTM units, got 9"),
    ],
)
def test_bad_arguments_get_one_line(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        GateExplorer(**arguments)
    assert "\n" not in str(caught.value)


def test_another_kind_of_model_is_refused():
    model = Graph(own_model().nodes[:-1])
    with pytest.raises(ValueError, match=r"shows Embedding, LSTM and Dense with softmax, got \['e"):
        GateExplorer("a b", model=model, words=list("abcde"), answers=["no", "yes"])


# --- The page ---------------------------------------------------------------------------------


def test_the_page_begins_with_the_numbers_of_numpy(open_page):
    figure = open_page(GateExplorer().html()).locator(FIGURE)
    check(figure, SENTENCES["One journey"])
    expect(figure.locator(".sq-ganswer")).to_contain_text("Asked at step 10 (speak) it answers: Fr")
    figure.get_by_role("button", name="Two journeys").click()
    check(figure, SENTENCES["Two journeys"])
    expect(figure.locator(".sq-ganswer")).to_contain_text("it answers: Italian")


def test_a_press_goes_from_learned_to_the_other_side_and_back(open_page):
    figure = open_page(GateExplorer().html()).locator(FIGURE)
    one = SENTENCES["One journey"]
    forget = cell(figure, "f1", 5)  # learned open, so it closes first
    expect(forget).to_have_attribute(
        "aria-label", re.compile(r"^forget gate, unit 1, step 5, Spain: [01]\.\d, learned$")
    )
    for v, name in [(0, "held closed"), (1, "held open"), (None, "learned")]:
        forget.click()
        expect(forget).to_have_attribute("aria-label", re.compile(f"{name}$"))
        check(figure, one, {} if v is None else {("f", 0, 4): v})
    enter = cell(figure, "i2", 5)  # learned closed, so it opens first
    for v, name in [(1, "held open"), (0, "held closed"), (None, "learned")]:
        enter.click()
        expect(enter).to_have_attribute("aria-label", re.compile(f"{name}$"))
        check(figure, one, {} if v is None else {("i", 1, 4): v})


def test_columns_and_rows_are_held_together(open_page):
    figure = open_page(GateExplorer().html()).locator(FIGURE)
    one = SENTENCES["One journey"]
    cell(figure, "f0", 6).click()
    check(figure, one, {("f", None, 5): 0})
    expect(figure.locator(".sq-ganswer")).to_contain_text("no answer stands out")
    expect(figure.locator(".sq-ganswer")).to_contain_text("With the learned gates: French")
    cell(figure, "o3", 0).click()  # a row: unit 3 of the output gate at all steps
    check(figure, one, {("f", None, 5): 0, ("o", 2, None): 1})
    expect(cell(figure, "o0", 2)).to_have_attribute("aria-label", re.compile("partly held$"))
    figure.get_by_role("button", name="All as learned").click()
    check(figure, one)
    button = figure.get_by_role("button", name="All as learned")
    expect(button).to_have_attribute("aria-disabled", "true")
    cell(figure, "i0", 0).click()  # a whole gate
    check(figure, one, {("i", None, None): 1})


def test_the_buttons_do_what_they_say(open_page):
    figure = open_page(GateExplorer().html()).locator(FIGURE)
    one = SENTENCES["One journey"]
    for label, gates in [
        ("Forget in the middle", {("f", None, 5): 0}),
        ("Let Spain in", {("i", None, 4): 1}),
        ("Let Spain in and forget", {("i", None, 4): 1, ("f", None, 4): 0}),
        ("Shut the output", {("o", None, 9): 0}),
        ("All as learned", {}),
    ]:
        figure.get_by_role("button", name=label, exact=True).click()
        check(figure, one, gates)
    figure.get_by_role("button", name="Let Spain in and forget").click()
    expect(figure.locator(".sq-ganswer")).to_contain_text("it answers: Spanish")
    # Without a decoy there is none to let in, and nothing happens.
    figure.get_by_label("word 5", exact=True).select_option(label="we")
    figure.get_by_label("word 9", exact=True).select_option(label="we")
    button = figure.get_by_role("button", name="Let a decoy in", exact=True)
    expect(button).to_have_attribute("aria-disabled", "true")
    before = state(figure)
    button.click(force=True)
    assert state(figure) == before


def test_words_can_be_changed_and_gates_stay_held(open_page):
    figure = open_page(GateExplorer().html()).locator(FIGURE)
    cell(figure, "f0", 3).click()
    figure.get_by_label("word 2", exact=True).select_option(label="Japan")
    words = SENTENCES["One journey"].replace("France", "Japan", 1)
    check(figure, words, {("f", None, 2): 0})
    expect(figure.locator("[data-col='1']")).to_have_text("Japan")
    figure.get_by_role("button", name="All as learned").click()
    check(figure, words)
    expect(figure.locator(".sq-ganswer")).to_contain_text("it answers: Japanese")


def test_keyboard_alone(open_page):
    page = open_page(GateExplorer().html() + "<button id='after'>After</button>")
    page.evaluate(
        "window.leaked = []; document.addEventListener('keydown', e => leaked.push(e.key))"
    )
    figure, one = page.locator(FIGURE), SENTENCES["One journey"]
    # The grid is one stop of the Tab key.
    assert figure.locator("[role=grid] [tabindex='0']").count() == 1
    page.locator("#after").focus()
    page.keyboard.press("Shift+Tab")
    at = "document.activeElement.dataset.row + ' ' + document.activeElement.dataset.t"
    assert page.evaluate(at) == "f-1 1"
    for key, place in [
        ("ArrowDown", "f0 1"), ("ArrowRight", "f0 2"), ("ArrowUp", "f-1 2"), ("Home", "f-1 -1"),
        ("ArrowLeft", "f-1 -1"), ("End", "f-1 9"), ("ArrowRight", "f-1 9"), ("ArrowUp", "i3 9"),
        ("ArrowDown", "f-1 9"), ("ArrowLeft", "f-1 8"),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate(at) == place
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    check(figure, one, {("f", None, 8): 0})
    expect(figure.get_by_role("status")).to_contain_text(
        "forget gate, all units, step 9: held closed. Asked at step 10"
    )
    page.keyboard.press("1")
    check(figure, one, {("f", None, 8): 1})
    page.keyboard.press("0")
    check(figure, one, {("f", None, 8): 0})
    page.keyboard.press("Backspace")
    check(figure, one)
    # From the name of a row down into the rows that have no such name, and on to the end.
    page.keyboard.press("Home")
    for _ in range(30):
        page.keyboard.press("ArrowDown")
    assert page.evaluate(at) == "p3 0"
    page.keyboard.press("Enter")
    check(figure, one)
    assert set(page.evaluate("leaked")) <= {"Tab", "Shift"}
    page.keyboard.press("Tab")
    expect(page.locator("#after")).to_be_focused()


def test_the_arithmetic_is_written_out(open_page):
    figure = open_page(GateExplorer().html()).locator(FIGURE)
    cell(figure, "i1", 2).click()
    found = state(figure)
    now, was = found["now"][1], found["now"][0]

    def fmt(v):
        return re.sub(r"^-(0\.00)$", r"\1", f"{v:.2f}").replace("-", "−")

    def par(v):
        return f"({fmt(v)})" if fmt(v).startswith("−") else fmt(v)

    text = " ".join(figure.locator(".sq-gwhy").inner_text().split())
    assert "Step 2, France." in text
    f, i, o, g, c, h = (now[k][0] for k in "fiogch")
    assert f"{fmt(f)}·{par(was['c'][0])} + {fmt(i)}·{par(g)} = {fmt(c)}" in text
    assert f"{fmt(o)}·tanh({fmt(c)}) = {fmt(h)}" in text


def test_a_model_of_ones_own(open_page):
    rng = np.random.default_rng(1)
    figures = []
    for units, answers in [(1, 2), (3, 2), (8, 5)]:
        model = own_model(units, 5, answers)
        labels = [f"<b>{k}</b>" for k in range(answers)]
        words = ["a", "b", "c</script>", "d'\"", "e"]
        sentence = [words[k] for k in rng.integers(0, 5, 7)]
        figures.append(GateExplorer(sentence, model=model, words=words, answers=labels))
    page = open_page("".join(f.html() for f in figures))
    for figure, shown in zip(figures, page.locator(FIGURE).all(), strict=True):
        found, trace = state(shown), figure.trace()
        for key in "ifgoch":
            got = [step[key] for step in found["now"]]
            np.testing.assert_allclose(got, trace.values["lstm"][key], rtol=0, atol=1e-9)
        assert found["asked"] == 6 and found["decoy"] == -1
        expect(shown.locator(".sq-ganswer")).to_contain_text("After step 7 it answers")
        expect(shown.locator(".sq-gbars > span").first).to_have_text("<b>0</b>")
        shown.get_by_role("button", name="Forget in the middle").click()
        np.testing.assert_allclose(
            [step["c"] for step in state(shown)["now"]],
            figure.trace(hold({("f", None, 3): 0})).values["lstm"]["c"], rtol=0, atol=1e-9,
        )  # fmt: skip


def test_a_phone_need_not_scroll_sideways(open_page):
    html = GateExplorer().html() + GateExplorer(["visited"] * 12).html()
    page = open_page(html, width=390, is_mobile=True, has_touch=True)
    assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [390, 390]
    small = page.locator(f"{FIGURE} :is(button, select)").evaluate_all(
        """all => all.filter(e => {
            const {width, height} = e.getBoundingClientRect();
            return Math.min(width, height) < 24;
        }).map(e => e.outerHTML)"""
    )
    assert small == []
    figure = page.locator(FIGURE).first
    box = cell(figure, "f1", 5).bounding_box()
    assert min(box["width"], box["height"]) >= 24
    cell(figure, "f0", 6).tap()
    check(figure, SENTENCES["One journey"], {("f", None, 5): 0})
