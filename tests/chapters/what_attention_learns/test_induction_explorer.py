"""InductionExplorer: its numbers against NumPy's and Keras', layers switched off, typing, keys."""

from __future__ import annotations

import gzip
import re

import keras
import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.text_generation.taught import softmax
from seqbook.chapters.what_attention_learns.induction_explorer import (
    LONGEST,
    ROW,
    InductionExplorer,
    curve,
    graph_of,
    stored,
    weights,
)
from seqbook.chapters.what_attention_learns.taught import (
    ROUNDS,
    SYMBOLS,
    TIME,
    read,
    repeats,
    stack,
)
from seqbook.graph import pack, run, unpack

FIGURE = ".sq-induction-explorer"


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def letters(ids):
    return "".join(SYMBOLS[k] for k in ids)


def check(figure, explorer, off=()):
    """All numbers of the page are NumPy's; gives the page's state."""
    found = state(figure)
    assert (found["on1"], found["on2"]) == (0 not in off, 1 not in off)
    for key, silent in [("both", ()), ("p", off)]:
        trace = explorer.trace(found["ids"], silent)
        np.testing.assert_allclose(found[key], softmax(trace.outputs), rtol=0, atol=1e-7)
    for rows, node in zip(found["weights"], ["attention", "attention_2"], strict=True):
        wanted = trace.values[node]["weights"][:, 0]
        for t, row in enumerate(rows):
            np.testing.assert_allclose(row, wanted[t, : t + 1], rtol=0, atol=1e-7)
    return found


def untrained(seed=3):
    """A model of the chapter whose weights are far from zero."""
    keras.utils.set_random_seed(seed)
    model = stack(2, len(SYMBOLS), TIME, outputs=len(SYMBOLS), d_model=16)
    for weight in model.trainable_variables:
        weight.assign(weight + keras.random.normal(weight.shape, stddev=0.3))
    return model


def loaded(seed):
    model = stack(2, len(SYMBOLS), TIME, outputs=len(SYMBOLS))
    model.set_weights(weights(seed))
    return model


# --- The stored models ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_the_stored_weights_are_the_ones_that_were_measured(seed):
    """Rounded to eight bits, a model has the accuracy that its training ended with."""
    x, y, repeated, _ = repeats(300, np.random.default_rng(99))
    right = loaded(seed)(x).numpy().argmax(axis=-1) == y
    assert abs(np.average(right, weights=repeated) - curve(2, seed)[-1]) < 0.01
    assert curve(2, seed)[-1] > 0.95
    for layers, rounds in ROUNDS.items():
        assert len(curve(layers, seed)) == rounds
    assert max(curve(1, seed)) < 0.3


def test_keras_and_the_graph_compute_the_same():
    ids = repeats(4, np.random.default_rng(1))[0]
    for model, graph in [(untrained(), None), (loaded(1), unpack(stored()["models"][1]))]:
        trace = run(graph or graph_of(model), ids)
        logits, maps = read(model, ids)
        np.testing.assert_allclose(trace.outputs, logits, rtol=0, atol=1e-4)
        for node, found in zip(["attention", "attention_2"], maps, strict=True):
            steps = np.swapaxes(trace.values[node]["weights"], 1, 2)
            np.testing.assert_allclose(steps, found, rtol=0, atol=1e-4)


def test_a_layer_is_switched_off_as_in_the_notebook():
    """An output of zeros is a last matrix of zeros."""
    model = untrained()
    explorer = InductionExplorer(model=pack(graph_of(model), bits=32))
    for number in range(2):
        block = model.layers[3 + number]
        kernel = block.attention.to_output.kernel
        learned = kernel.numpy()
        kernel.assign(0 * learned)
        logits = model(np.array([explorer.ids])).numpy()[0]
        kernel.assign(learned)
        found = explorer.trace(explorer.ids, (number,)).outputs
        np.testing.assert_allclose(found, logits, rtol=0, atol=1e-4)


def test_what_the_chapter_says_about_the_figure():
    """On the first row: right with both layers, the diagonal gone without the first one."""
    explorer, length = InductionExplorer(), len(ROW)
    steps = np.arange(length, TIME - 1)
    ids = np.array(explorer.ids)
    found = {}
    for off in [(), (0,), (1,)]:
        trace = explorer.trace(explorer.ids, off)
        second = trace.values["attention_2"]["weights"][:, 0]
        copies = sum(
            np.where(steps + 1 >= k * length, second[steps, steps + 1 - k * length], 0)
            for k in (1, 2)
        )
        found[off] = softmax(trace.outputs)[steps, ids[steps + 1]].mean(), copies.mean()
    assert found[()][0] > 0.8 and found[()][1] > 0.7
    assert found[0,][0] < 0.4 and found[0,][1] < 0.3
    assert found[1,][0] < 0.15


def test_it_is_small_enough_for_a_page():
    html = InductionExplorer().html()
    assert len(html) < 110_000
    assert len(gzip.compress(html.encode(), 6)) < 60_000


def test_the_table_holds_the_numbers():
    explorer = InductionExplorer("KDRXKDRX")
    lines = explorer.static_text().splitlines()
    assert lines[0] == "InductionExplorer: KDRXKDRX" and len(lines) == 9
    for column, off in enumerate([(), (0,), (1,)]):
        p = softmax(explorer.trace(explorer.ids, off).outputs)
        for t, line in enumerate(lines[2:]):
            shown = re.findall(r"(\d+)%", line)[column]
            assert line.startswith(f"{'KDRXKDRX'[t]} then {'KDRXKDRX'[t + 1]}: ")
            assert abs(int(shown) - 100 * p[t, explorer.ids[t + 1]]) <= 0.501
    assert all(shown in explorer.static_html() for shown in re.findall(r"\d+%", lines[-1]))


@pytest.mark.parametrize(
    ("text", "message"),
    [("KDR1", "A to Z and 2 to 7, got '1'"), ("K", "2 to 48 letters, got 1"),
     ("K" * 49, "2 to 48 letters, got 49")],
)  # fmt: skip
def test_bad_arguments_get_one_line(text, message):
    with pytest.raises(ValueError, match=message) as caught:
        InductionExplorer(text)
    assert "\n" not in str(caught.value)


# --- The page ---------------------------------------------------------------------------------


def test_switching_layers_off(open_page):
    explorer = InductionExplorer()
    figure = open_page(explorer.html()).locator(FIGURE)
    found = check(figure, explorer)
    assert found["ids"] == explorer.ids and found["at"] == TIME - 1 and found["length"] == 20
    lines = figure.locator(".sqi-box p")
    expect(lines).to_have_count(2)
    figure.get_by_label("layer 1", exact=True).uncheck()
    found = check(figure, explorer, (0,))
    ids, steps = np.array(found["ids"]), np.arange(20, TIME - 1)
    both, now = (np.argmax(found[key], axis=1)[steps] == ids[steps + 1] for key in ("both", "p"))
    expect(lines.nth(1)).to_have_text(
        f"In the repetition {both.sum()} of 27 next letters are the likeliest with both layers, "
        f"{now.sum()} as switched."
    )
    expect(figure.locator(".sqi-hit")).to_have_count(int(now.sum()))
    expect(figure.locator(".sqi-miss")).to_have_count(int((~now).sum()))
    expect(figure.locator("figcaption").first).to_have_text("layer 1, off")
    figure.get_by_label("layer 2", exact=True).uncheck()
    check(figure, explorer, (0, 1))
    figure.get_by_label("layer 1", exact=True).check()
    check(figure, explorer, (1,))


def test_a_letter_is_chosen_in_the_row_and_in_a_square(open_page):
    explorer = InductionExplorer()
    figure = open_page(explorer.html()).locator(FIGURE)
    figure.locator("[data-t='30']").click()
    found = check(figure, explorer)
    assert found["at"] == 30
    # The letter after the earlier copy, 19 steps back, is marked and gets most of the weight.
    expect(figure.locator(".sqi-copy")).to_have_count(1)
    expect(figure.locator("[data-t='11']")).to_have_class(re.compile("sqi-copy"))
    row = found["weights"][1][30]
    assert int(np.argmax(row)) == 11
    shade = float(figure.locator("[data-t='11']").evaluate("e => e.style.getPropertyValue('--w')"))
    assert abs(shade - row[11]) < 0.001
    figure.get_by_role("button", name="1", exact=True).click()
    shade = float(figure.locator("[data-t='29']").evaluate("e => e.style.getPropertyValue('--w')"))
    assert abs(shade - found["weights"][0][30][29]) < 0.001
    square = figure.locator("[data-map='2']")
    box = square.bounding_box()
    square.click(position={"x": 5, "y": box["height"] * (25.5 / TIME)})
    assert state(figure)["at"] == 25
    alphas = square.evaluate(
        """(e, [n, row]) => [...Array(row + 1).keys()].map(s => e.getContext("2d").getImageData(
            Math.floor((s + .5) * e.width / n), Math.floor((row + .5) * e.width / n), 1, 1
        ).data[3] / 255)""",
        [TIME, 25],
    )
    wanted = 0.05 + 0.95 * np.array(found["weights"][1][25])
    np.testing.assert_allclose(alphas, wanted, atol=0.01)


def test_typing(open_page):
    explorer = InductionExplorer.example()
    figure = open_page(explorer.html()).locator(FIGURE)
    field = figure.get_by_label("Letters, A to Z and 2 to 7")
    field.fill("kdr xkdr")
    found = check(figure, explorer)
    assert letters(found["ids"]) == "KDRXKDR" and found["length"] == 4
    expect(figure.locator(".sqi-due")).to_have_text("X")
    field.fill("AB1<é")
    left_out = "Left out: 1 < É. The letters are A to Z and 2 to 7."
    expect(figure.locator(".sqi-note")).to_have_text(left_out)
    assert letters(check(figure, explorer)["ids"]) == "AB"
    expect(figure.locator(".sqi-box")).to_contain_text("Nothing repeats yet")
    field.fill("")
    expect(figure.locator(".sqi-note")).to_have_text("Type a letter.")
    assert letters(state(figure)["ids"]) == "AB"  # what stood there stays
    field.fill("Q")
    assert check(figure, explorer)["length"] == 1
    field.fill("AAAA")
    assert check(figure, explorer)["length"] == 1


def test_new_letters_repeat_after_the_block(open_page):
    explorer = InductionExplorer.example()
    figure = open_page(explorer.html()).locator(FIGURE)
    seen = set()
    for block in [8, 3, 40]:
        figure.locator("[data-key=block]").evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }",
            block,
        )
        for _ in range(2):
            figure.get_by_role("button", name="New letters").click()
            found = check(figure, explorer)
            ids = found["ids"]
            assert len(ids) == LONGEST and ids[block:] == ids[:-block]
            assert found["length"] <= block
            field = figure.get_by_label("Letters, A to Z and 2 to 7")
            expect(field).to_have_value(letters(ids))
            seen.add(tuple(ids))
    assert len(seen) == 6


def test_the_keyboard_walks_over_the_letters(open_page):
    explorer = InductionExplorer.example()
    page = open_page(explorer.html())
    figure = page.locator(FIGURE)
    last = TIME - 1
    assert figure.locator(".sqi-row [tabindex='0']").count() == 1
    figure.locator(f"[data-t='{last}']").focus()
    for key, at in [("ArrowLeft", last - 1), ("Home", 0), ("ArrowLeft", 0), ("ArrowRight", 1),
                    ("End", last), ("ArrowRight", last)]:  # fmt: skip
        page.keyboard.press(key)
        assert state(figure)["at"] == at
        assert page.evaluate("+document.activeElement.dataset.t") == at
    check(figure, explorer)
    expect(figure.locator("[role=status].sq-live")).to_contain_text("looks most at")
