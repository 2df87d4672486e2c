"""The live figures: right numbers, every way in, every place they are shown."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from html import escape
from pathlib import Path
from urllib.request import urlopen

import nbformat
import numpy as np
import pytest
from browser import NoBrowser, open_browser
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import expect
from seqbook.explorers import Explorer, RNNStepper
from seqbook.explorers.rnn_stepper import rnn_forward

ROOT = Path(__file__).resolve().parents[1]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
FIGURE = ".sq-rnn-stepper"


# --- Without a browser ------------------------------------------------------------------------


def by_hand(f: RNNStepper) -> tuple[np.ndarray, np.ndarray]:
    """States and outputs entry by entry, by the definition, with no matrix product."""
    units, outputs = f.W_hy.shape
    h, states, ys = list(f.h_0), [list(f.h_0)], []
    for x in f.x:
        h = [
            np.tanh(
                sum(f.W_hh[i][j] * h[i] for i in range(units))
                + sum(f.W_xh[i][j] * x[i] for i in range(len(x)))
                + f.b_h[j]
            )
            for j in range(units)
        ]
        states.append(h)
        ys.append([sum(f.W_hy[i][k] * h[i] for i in range(units)) for k in range(outputs)])
    return np.array(states), np.array(ys)


def random_stepper(rng: np.random.Generator) -> RNNStepper:
    inputs, units, outputs = rng.integers(1, 3, size=3)
    steps = int(rng.integers(1, 9))
    return RNNStepper(
        rng.uniform(-2, 2, (steps, inputs)),
        W_xh=rng.uniform(-1.5, 1.5, (inputs, units)),
        W_hh=rng.uniform(-1.5, 1.5, (units, units)),
        b_h=rng.uniform(-1, 1, units),
        W_hy=rng.uniform(-2, 2, (units, outputs)),
        h_0=rng.uniform(-1, 1, units),
        start=int(rng.integers(0, steps + 1)),
    )


def test_forward_pass_is_the_definition():
    rng = np.random.default_rng(0)
    for figure in [RNNStepper(), *(random_stepper(rng) for _ in range(20))]:
        states, ys = by_hand(figure)
        trace = figure.trace()
        np.testing.assert_allclose(trace.h, states, rtol=0, atol=1e-12)
        np.testing.assert_allclose(trace.y, ys, rtol=0, atol=1e-12)
        np.testing.assert_allclose(np.tanh(trace.total), states[1:], rtol=0, atol=1e-12)
        np.testing.assert_allclose(
            trace.recurrent + trace.projected + figure.b_h, trace.total, rtol=0, atol=1e-12
        )


def test_bundle_is_stable_small_and_complete_in_itself():
    bundle = RNNStepper()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle == RNNStepper()._repr_mimebundle_()
    html = bundle["text/html"]
    assert len(html.encode()) <= 25_000
    assert len(RNNStepper(np.ones((8, 2)))._repr_mimebundle_()["text/html"].encode()) <= 25_000
    assert not re.search(r"https?:|//[a-z]|\bimport\b|\bfetch\b|\bsrc=|\bhref=|url\(", html)
    assert html.count("<script>") == html.count("</script>") == 1


def test_id_comes_from_the_arguments():
    same, other = RNNStepper(), RNNStepper(start=2)
    assert same.element_id == RNNStepper().element_id != other.element_id
    assert re.fullmatch(r"rnn-stepper-[0-9a-f]{8}", same.element_id)


def test_static_text_and_table_hold_the_numbers():
    figure = RNNStepper()
    states, ys = by_hand(figure)
    text = figure.static_text()
    lines = [line for line in text.splitlines() if line.startswith("t = ")]
    assert len(lines) == len(figure.x)
    for line, x, h, y in zip(lines, figure.x, states[1:], ys, strict=True):
        numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", line)]
        np.testing.assert_allclose(numbers, [*x, *h, *y], atol=0.0051)
    assert "-0.00" not in RNNStepper([[-0.001, 0.0]]).static_text()
    cells = re.findall(r"<td>([^<]+(?:<br>[^<]+)*)</td>", figure.static_html())
    shown = [float(n.replace("−", "-")) for cell in cells for n in cell.split("<br>")]
    trace = figure.trace()
    blocks = (figure.x, trace.recurrent, trace.projected, trace.total, states[1:], ys)
    wanted = np.concatenate([block.ravel() for block in blocks])
    np.testing.assert_allclose(shown, wanted, atol=0.0051)


BAD = [
    ({"x": [[1.0, 0.0, 0.0]]}, r"x must have shape \(timesteps, 2\), got \(1, 3\)"),
    ({"x": [1.0, 0.0]}, r"x must have shape \(timesteps, 2\), got \(2,\)"),
    ({"x": [[1.0, 0.0], [1.0]]}, r"x must be an array of shape"),
    ({"x": np.zeros((0, 2))}, r"x must have shape \(timesteps, 2\), got \(0, 2\)"),
    ({"x": np.zeros((9, 2))}, r"1 to 8 steps, got 9"),
    ({"x": "abba"}, r"x must be an array of numbers"),
    ({"x": [["1", "0"]]}, r"x must be an array of numbers"),
    ({"x": [[True, False]]}, r"x must be an array of numbers"),
    ({"x": [[float("nan"), 0.0]]}, r"x must hold numbers from -5 to 5"),
    ({"x": [[float("inf"), 0.0]]}, r"x must hold numbers from -5 to 5"),
    ({"W_xh": [[6.0, 0.0], [0.0, 0.0]]}, r"W_xh must hold numbers from -5 to 5"),
    ({"W_xh": np.ones((3, 2))}, r"at most 2 inputs, got 3"),
    ({"W_xh": np.ones((2, 3))}, r"at most 2 units, got 3"),
    ({"W_xh": np.ones((2, 1))}, r"W_hh must have shape \(1, 1\), got \(2, 2\)"),
    ({"W_hh": np.ones((2, 1))}, r"W_hh must have shape \(2, 2\), got \(2, 1\)"),
    ({"W_hh": [[1j, 0], [0, 0]]}, r"W_hh must be an array of numbers"),
    ({"b_h": 0.0}, r"b_h must have shape \(2,\), got \(\)"),
    ({"W_hy": [1.0, 0.0]}, r"W_hy must have shape \(2, outputs\), got \(2,\)"),
    ({"W_hy": np.ones((2, 3))}, r"at most 2 outputs, got 3"),
    ({"h_0": [0.0]}, r"h_0 must have shape \(2,\), got \(1,\)"),
    ({"start": 6}, r"start must be from 0 to 5, got 6"),
    ({"start": -1}, r"start must be from 0 to 5, got -1"),
    ({"start": 1.5}, r"start must be a whole number from 0 to 5, got 1.5"),
    ({"start": True}, r"start must be a whole number"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_arguments_get_one_line(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        RNNStepper(**arguments)
    assert "\n" not in str(caught.value)


def test_the_figure_keeps_its_own_copy_of_the_arguments():
    x = np.ones((2, 2))
    figure = RNNStepper(x)
    x[:] = 0
    assert figure.x.sum() == 4


# --- In Chromium ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    try:
        with open_browser() as started:
            yield started
    except NoBrowser as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def open_page(browser):
    """Opens HTML as a page; at the end nothing may have failed or left the page."""
    contexts, faults = [], []

    def opener(body, *, width=1280, attributes="", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.on("request", lambda request: faults.append(f"request: {request.url}"))
        page.set_content(
            f'<!doctype html><html lang="en" {attributes}><head><title>t</title><meta '
            'name="viewport" content="width=device-width, initial-scale=1"></head>'
            f'<body style="margin:16px"><main><h1>Figure</h1>{body}</main></body></html>'
        )
        return page

    yield opener
    for context in contexts:
        context.close()
    assert faults == []


def fmt(value: float) -> str:
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def par(value: float) -> str:
    return f"({fmt(value)})" if fmt(value).startswith("−") else fmt(value)


def vec(values) -> str:
    return "(" + ", ".join(map(fmt, values)) + ")"


def products(weights, values) -> str:
    terms = [f"{fmt(weights[0])}·{par(values[0])}"]
    terms += [f"{par(w)}·{par(v)}" for w, v in zip(weights[1:], values[1:], strict=True)]
    return " + ".join(terms)


def shown(figure) -> list[str]:
    """Every line of the worked example, as read on the screen."""
    lines = figure.locator(".sq-l").all()
    return [
        " ".join(" ".join(line.locator("> span").all_text_contents()).split()) for line in lines
    ]


def expected(f: RNNStepper, t: int) -> list[str]:
    """The same, from the formula; f holds the weights that the page should now have."""
    states, ys = by_hand(f)
    was, now, x, y = states[t - 1], states[t], f.x[t - 1], ys[t - 1]
    lines = []
    for j in range(len(f.b_h)):
        r, p, b = was @ f.W_hh[:, j], x @ f.W_xh[:, j], f.b_h[j]
        lines += [
            f"Whhᵀh{t - 1} {products(f.W_hh[:, j], was)} = {fmt(r)}",
            f"Wxhᵀx{t} {products(f.W_xh[:, j], x)} = {fmt(p)}",
            f"bh = {fmt(b)}",
            f"sum {fmt(r)} + {par(p)} + {par(b)} = {fmt(r + p + b)}",
            f"h{t} tanh({fmt(r + p + b)}) = {fmt(now[j])}",
        ]
    many = len(y) > 1
    return lines + [
        f"ŷ{t}{f', {k + 1}' if many else ''} {products(f.W_hy[:, k], now)} = {fmt(v)}"
        for k, v in enumerate(y)
    ]


def step_of(figure) -> int:
    return figure.evaluate("e => e.explorer.state().t")


def check_step(figure, f: RNNStepper, t: int) -> None:
    """Slider, marked column, worked example and the strip all show step t of f."""
    states, ys = by_hand(f)
    expect(figure.locator("output")).to_have_text(f"{t} of {len(f.x)}")
    expect(figure.locator("input[type=range]")).to_have_value(str(t))
    marked = figure.locator("[aria-current=step]")
    expect(marked).to_have_count(1)
    expect(marked).to_have_text(f"t={t}")
    if t:
        assert shown(figure) == expected(f, t)
    for k in range(len(f.x) + 1):
        column = figure.locator(f"[data-t='{k}']")
        cells = column.locator(".sq-c").all_text_contents()
        values = [*(ys[k - 1] if k else []), *states[k]]
        assert cells == ([fmt(v) for v in values] if k <= t else ["·"] * len(values))


def field(figure, label):
    return figure.get_by_label(label, exact=True)


def test_step_and_back_by_click(open_page):
    figure = open_page(RNNStepper().html()).locator(FIGURE)
    f = RNNStepper()
    check_step(figure, f, 1)
    step, back = figure.get_by_text("Step ›"), figure.get_by_text("‹ Back")
    # The last press is on a button that says it is disabled: it must do nothing, not be lost.
    for t in (2, 3, 4, 5, 5):
        step.click(force=True)
        check_step(figure, f, t)
    expect(step).to_have_attribute("aria-disabled", "true")
    for t in (4, 3, 2, 1, 0, 0):
        back.click(force=True)
        check_step(figure, f, t)
    expect(back).to_have_attribute("aria-disabled", "true")
    expect(figure.locator(".sq-before")).to_contain_text("h0 = (0.00, 0.00)")
    figure.get_by_label("Go to step 4").click()
    check_step(figure, f, 4)


def test_keyboard_alone(open_page):
    page = open_page(RNNStepper().html() + "<button id='after'>After</button>")
    page.evaluate(
        "window.leaked = []; document.addEventListener('keydown', e => leaked.push(e.key))"
    )
    figure, f = page.locator(FIGURE), RNNStepper()
    page.keyboard.press("Tab")  # Back
    page.keyboard.press("Tab")
    expect(figure.get_by_text("Step ›")).to_be_focused()
    outline = figure.get_by_text("Step ›").evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    check_step(figure, f, 2)
    page.keyboard.press("Space")
    check_step(figure, f, 3)
    for key, t in [("ArrowRight", 4), ("ArrowLeft", 3), ("Home", 0), ("End", 5)]:
        page.keyboard.press(key)
        check_step(figure, f, t)
    slider = figure.locator("input[type=range]")
    slider.focus()
    for key, t in [("ArrowLeft", 4), ("Home", 0), ("ArrowRight", 1), ("ArrowUp", 2)]:
        page.keyboard.press(key)
        check_step(figure, f, t)
        expect(slider).to_have_attribute("aria-valuetext", f"step {t} of 5")
    # In a number field the arrows belong to the field.
    weight = field(figure, "W_hh from unit 1 to unit 1")
    weight.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    expect(weight).to_have_value("0.6")
    assert step_of(figure) == 2
    # No trap: Tab leaves the figure, and Shift+Tab leads back in.
    for _ in range(40):
        if page.evaluate("document.activeElement.id") == "after":
            break
        page.keyboard.press("Tab")
    expect(page.locator("#after")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(f"document.activeElement.closest('{FIGURE}') !== null")
    # The page's own shortcuts hear nothing of this, except keys held with Ctrl.
    assert set(page.evaluate("leaked")) <= {"Tab", "Shift"}
    page.evaluate("leaked.length = 0")
    page.keyboard.press("Control+b")
    assert page.evaluate("leaked.includes('b')")


def test_slider_by_mouse_and_tap(open_page):
    page = open_page(RNNStepper().html(), has_touch=True, width=390)
    figure, f = page.locator(FIGURE), RNNStepper()
    box = figure.locator("input[type=range]").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    check_step(figure, f, 5)
    page.mouse.click(box["x"] + 4, box["y"] + box["height"] / 2)
    check_step(figure, f, 0)
    figure.get_by_text("Step ›").tap()
    check_step(figure, f, 1)
    figure.get_by_label("Go to step 3").tap()
    check_step(figure, f, 3)


def test_a_changed_weight_recomputes_every_step(open_page):
    figure = open_page(RNNStepper(start=3).html()).locator(FIGURE)
    f = RNNStepper()
    changes = [
        ("W_hh from unit 2 to unit 1", f.W_hh, (1, 0), "-0.7"),
        ("W_xh from input 1 to unit 2", f.W_xh, (0, 1), "1.25"),
        ("b_h of unit 1", f.b_h, 0, "0.3"),
        ("W_hy from unit 2 to output 1", f.W_hy, (1, 0), "2"),
    ]
    for label, array, place, value in changes:
        field(figure, label).fill(value)
        array[place] = float(value)
        check_step(figure, f, 3)
    # Weights stay put while the state changes.
    values = "e => [...e.querySelectorAll('.sq-ws input')].map(i => i.value)"
    before = figure.evaluate(values)
    figure.get_by_text("Step ›").click()
    check_step(figure, f, 4)
    assert figure.evaluate(values) == before
    assert {"-0.7", "1.25", "0.3", "2"} <= set(before)


def test_a_changed_input_recomputes_from_there(open_page):
    figure = open_page(RNNStepper(start=5).html()).locator(FIGURE)
    f = RNNStepper()
    field(figure, "input 2 at step 3").fill("1")
    f.x[2, 1] = 1
    check_step(figure, f, 5)
    field(figure, "input 1 at step 1").fill("-0.5")
    f.x[0, 0] = -0.5
    check_step(figure, f, 5)


def test_ten_zero_inputs(open_page):
    page = open_page(RNNStepper(start=2).html())
    figure, f = page.locator(FIGURE), RNNStepper()

    def check(t):
        h = by_hand(f)[0][t]
        path = rnn_forward(np.zeros((10, 2)), f.W_xh, f.W_hh, f.b_h, f.W_hy, h).h
        expect(figure.locator(".sq-later")).to_contain_text(
            f"h{t} = {vec(h)} to h{t + 10} = {vec(path[-1])}"
        )
        for j, row in enumerate(figure.locator(".sq-fade > div").all()):
            strength = row.evaluate(
                "e => [...e.querySelectorAll('span')].map(s => +s.style.getPropertyValue('--a'))"
            )
            np.testing.assert_allclose(strength, np.abs(path[:, j]), atol=0.0011)

    check(2)
    field(figure, "W_hh from unit 2 to unit 2").fill("1.5")
    f.W_hh[1, 1] = 1.5
    check(2)
    expect(figure.locator("[role=status]")).to_contain_text("After ten zero inputs")
    figure.get_by_text("Step ›").click()
    check(3)


def test_what_is_not_a_number_changes_nothing(open_page):
    page = open_page(RNNStepper(start=3).html())
    figure, f = page.locator(FIGURE), RNNStepper()
    weight = field(figure, "W_hh from unit 1 to unit 1")
    for text in ("", "7", "-5.1", "-"):
        weight.focus()
        weight.select_text()
        page.keyboard.press("Backspace")
        page.keyboard.type(text)
        expect(weight).to_have_attribute("aria-invalid", "true")
        expect(figure.locator("[role=status]")).to_have_text("Use a number from −5 to 5.")
        check_step(figure, f, 3)
        weight.blur()
        expect(weight).to_have_attribute("aria-invalid", "false")
        expect(weight).to_have_value("0.5")


def test_play_and_pause(open_page):
    page = open_page("<p>wait</p>")
    page.clock.install()
    page.evaluate(
        """html => {
            document.body.innerHTML = html;
            const old = document.querySelector("script"), script = document.createElement("script");
            script.textContent = old.textContent;
            old.replaceWith(script);
        }""",
        RNNStepper(start=2).html(),
    )
    figure, f = page.locator(FIGURE), RNNStepper()
    play = figure.locator("[data-do=play]")
    playing = "e => e.explorer.state().playing"
    play.click()
    expect(play).to_have_text("Pause")
    check_step(figure, f, 2)
    page.clock.run_for(1500)
    check_step(figure, f, 3)
    play.click()
    expect(play).to_have_text("Play")
    page.clock.run_for(10_000)
    check_step(figure, f, 3)
    play.click()
    page.clock.run_for(10_000)
    check_step(figure, f, 5)
    expect(play).to_have_text("Play")
    assert figure.evaluate(playing) is False
    play.click()  # at the end: from the beginning
    check_step(figure, f, 0)
    page.clock.run_for(1500)
    check_step(figure, f, 1)
    figure.get_by_text("Step ›").click()  # a step by hand ends the playing
    check_step(figure, f, 2)
    assert figure.evaluate(playing) is False
    page.clock.run_for(10_000)
    check_step(figure, f, 2)


def test_reset_brings_back_numbers_and_step(open_page):
    figure = open_page(RNNStepper(start=2).html()).locator(FIGURE)
    field(figure, "W_hh from unit 1 to unit 1").fill("2")
    field(figure, "input 1 at step 1").fill("-1")
    figure.get_by_text("Step ›").click()
    assert shown(figure) != expected(RNNStepper(), 3)
    figure.get_by_text("Reset").click()
    check_step(figure, RNNStepper(), 2)
    expect(field(figure, "W_hh from unit 1 to unit 1")).to_have_value("0.5")
    expect(field(figure, "input 1 at step 1")).to_have_value("1")


def test_figures_on_one_page_are_independent(open_page):
    other = RNNStepper([[0.5], [0.0], [0.0]], W_xh=[[1.0]], W_hh=[[0.5]])
    page = open_page(RNNStepper().html() * 2 + other.html())
    first, second, third = page.locator(FIGURE).all()
    first.get_by_text("Step ›").click()
    first.get_by_text("Step ›").click()
    field(first, "b_h of unit 1").fill("1")
    check_step(second, RNNStepper(), 1)
    check_step(third, other, 1)
    third.get_by_text("Step ›").click()
    check_step(third, other, 2)
    changed = RNNStepper(b_h=[1.0, 0.0])
    check_step(first, changed, 3)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids)) >= 6


def test_javascript_agrees_with_numpy(open_page):
    rng = np.random.default_rng(7)
    figures = [random_stepper(rng) for _ in range(24)]
    page = open_page("".join(f.html() for f in figures))
    states = page.evaluate(
        f"[...document.querySelectorAll('{FIGURE}')].map(e => e.explorer.state())"
    )
    assert len(states) == len(figures)
    for f, state in zip(figures, states, strict=True):
        trace = f.trace()
        got = {k: [step[k] for step in state["steps"][1:]] for k in "rpshy"}
        want = dict(zip("rpshy", (trace.recurrent, trace.projected, trace.total,
                                  trace.h[1:], trace.y), strict=True))  # fmt: skip
        for key, values in want.items():
            np.testing.assert_allclose(got[key], values, rtol=0, atol=1e-6)
        assert state["t"] == f.start
        zeros = np.zeros((10, f.x.shape[1]))
        later = rnn_forward(zeros, f.W_xh, f.W_hh, f.b_h, f.W_hy, trace.h[f.start]).h[-1]
        np.testing.assert_allclose(state["later"], later, rtol=0, atol=1e-6)


def test_each_size_is_written_out(open_page):
    rng = np.random.default_rng(3)
    for f in (random_stepper(rng) for _ in range(4)):
        figure = open_page(f.html()).locator(FIGURE)
        figure.get_by_label("Go to step 1").click()
        # Two libraries may round a tie apart; random numbers have none.
        check_step(figure, f, 1)


def test_summary_is_read_out(open_page):
    figure = open_page(RNNStepper().html()).locator(FIGURE)
    live = figure.locator("[aria-live=polite]")
    figure.get_by_text("Step ›").click()
    states, ys = by_hand(RNNStepper())
    expect(live).to_have_text(
        f"Step 2 of 5. Input (0.00, 1.00). State was {vec(states[1])}, "
        f"is now {vec(states[2])}. Output {vec(ys[1])}."
    )


class Hostile(RNNStepper):
    """Data that would end the element, the attribute or the script if it were not escaped."""

    text = "\"'</div></script><script>window.broken = 1</script><!-- \u2028 &quot; `${1}`"

    def config(self):
        return {**super().config(), "note": self.text}


def test_data_cannot_break_out(open_page):
    page = open_page(Hostile().html())
    check_step(page.locator(FIGURE), RNNStepper(), 1)
    assert page.evaluate("window.broken === undefined")
    config = page.locator(FIGURE).get_attribute("data-config")
    assert json.loads(config)["note"] == Hostile.text


def test_explorer_refuses_nan_in_its_data():
    class Bad(RNNStepper):
        def config(self):
            return {"x": float("nan")}

    assert issubclass(Bad, Explorer)
    with pytest.raises(ValueError):
        Bad().html()


def test_in_a_sandboxed_frame_as_in_colab(open_page):
    inner = f"<!doctype html><html theme='dark'><body>{RNNStepper().html()}</body></html>"
    page = open_page(
        f'<iframe title="output" sandbox="allow-scripts" style="width:100%;height:1100px" '
        f'srcdoc="{escape(inner)}"></iframe>'
    )
    figure, f = page.frame_locator("iframe").locator(FIGURE), RNNStepper()
    figure.get_by_text("Step ›").click()
    check_step(figure, f, 2)
    page.keyboard.press("ArrowRight")
    check_step(figure, f, 3)
    field(figure, "W_hh from unit 1 to unit 2").fill("1")
    f.W_hh[0, 1] = 1
    check_step(figure, f, 3)
    assert is_dark(figure)


def is_dark(figure) -> bool:
    """Whether the card is darker than the text on it."""
    back, text = figure.evaluate(
        "e => { const s = getComputedStyle(e); return [s.backgroundColor, s.color]; }"
    )
    return sum(map(int, re.findall(r"\d+", back)[:3])) < sum(map(int, re.findall(r"\d+", text)[:3]))


@pytest.mark.parametrize(
    ("page_attributes", "body_attributes", "dark"),
    [
        ("", "", False),
        ("data-theme=light", "", False),
        ("data-theme=dark", "", True),
        ("theme=dark", "", True),
        ("", "data-jp-theme-light=true", False),
        ("", "data-jp-theme-light=false", True),
    ],
)
def test_follows_the_theme_of_its_host(open_page, page_attributes, body_attributes, dark):
    page = open_page(RNNStepper().html(), attributes=page_attributes)
    if body_attributes:
        page.evaluate(
            "([k, v]) => document.body.setAttribute(k, v)", list(body_attributes.split("="))
        )
    assert is_dark(page.locator(FIGURE)) is dark


def test_without_javascript_the_table_is_shown(open_page):
    page = open_page(RNNStepper().html(), java_script_enabled=False, width=390)
    rows = page.locator(f"{FIGURE} tbody tr").all_inner_texts()
    states, ys = by_hand(RNNStepper())
    numbers = [[float(n) for n in re.findall(r"-?\d+\.\d+", r.replace("−", "-"))] for r in rows]
    assert len(rows) == 6
    np.testing.assert_allclose(numbers[4], states[1:].ravel(), atol=0.0051)
    np.testing.assert_allclose(numbers[5], ys.ravel(), atol=0.0051)
    assert page.locator(f"{FIGURE} button").count() == 0
    expect(page.locator(FIGURE)).to_contain_text("0.50, −0.40")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(open_page, theme, width):
    assert AXE.is_file(), "axe-core is missing: run `npm ci` in the root of the repository."
    static = RNNStepper().html().split("<script>")[0]
    eight = RNNStepper(np.ones((8, 2)), W_hy=[[1, 0], [0, 1]])
    page = open_page(
        RNNStepper(start=0).html() + RNNStepper(start=2).html() + eight.html() + static,
        width=width,
        attributes=f"data-theme={theme}",
        # Colors that are still fading would be measured half-way.
        reduced_motion="reduce",
    )
    invalid = page.locator(FIGURE).nth(1).get_by_label("b_h of unit 1")
    invalid.fill("9")
    # The fourth is the bare table: take what made it live off, as on a page without scripts.
    assert page.locator(f"{FIGURE} table").count() == 1
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
    assert any(check["id"] == "color-contrast" for check in found["passes"])


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_need_not_scroll_sideways(open_page, width):
    for html in (
        RNNStepper(start=2).html(),
        RNNStepper(-5 * np.ones((8, 2)), W_hh=-5 * np.ones((2, 2)), start=8).html(),
    ):
        for scripts in (True, False):
            page = open_page(html, width=width, is_mobile=True, java_script_enabled=scripts)
            box = page.locator(FIGURE).bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width
            if scripts:
                sizes = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
                assert sizes == [width, width]
                # Nothing sticks out of the card, except in the strip, which scrolls by itself.
                out = page.locator(FIGURE).evaluate(
                    """root => [...root.querySelectorAll("*")].filter(e =>
                        !e.closest(".sq-strip") && !e.matches(".sq-live") &&
                        e.getBoundingClientRect().right > root.getBoundingClientRect().right
                    ).map(e => e.outerHTML)"""
                )
                assert out == []
            else:
                assert box["width"] <= width - 32


def test_controls_are_large_enough_and_motion_is_off_when_asked(open_page):
    page = open_page(RNNStepper().html(), width=390, reduced_motion="reduce")
    for control in page.locator(f"{FIGURE} :is(button, input)").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24, control.evaluate("e => e.outerHTML")
    duration = "e => getComputedStyle(e).transitionDuration"
    cell = page.locator(f"{FIGURE} .sq-c").first
    assert cell.evaluate(duration) == "0s"
    moving = open_page(RNNStepper().html(), reduced_motion="no-preference")
    assert moving.locator(f"{FIGURE} .sq-c").first.evaluate(duration) != "0s"


# --- In JupyterLab ----------------------------------------------------------------------------

SOURCE = "from seqbook.explorers import RNNStepper\n\nRNNStepper()"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of its own: (address, folder, environment)."""
    home = tmp_path_factory.mktemp("lab")
    settings = home / "settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True})
    )
    env = os.environ | {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    folder = home / "notebooks"
    folder.mkdir()
    log = (home / "log.txt").open("w")
    options = ["--ip=127.0.0.1", "--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}"]
    options += ["--IdentityProvider.token=", "--ServerApp.password="]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options], env=env, stdout=log, stderr=log
    )
    try:
        # The server picks a free port and writes it down.
        record = home / f"runtime/jpserver-{server.pid}.json"
        deadline = time.monotonic() + 120
        while True:
            assert server.poll() is None, (home / "log.txt").read_text()
            assert time.monotonic() < deadline, "JupyterLab did not start in two minutes."
            try:
                address = json.loads(record.read_text())["url"]
                with urlopen(address + "api/status", timeout=5):
                    break
            except (OSError, ValueError):
                time.sleep(0.2)
        yield address, folder, env
    finally:
        server.terminate()
        server.wait(60)
        log.close()


def write_notebook(path: Path, stored: bool) -> None:
    cell = new_code_cell(SOURCE, id="figure")
    if stored:
        cell.execution_count = 1
        data = RNNStepper()._repr_mimebundle_()
        cell.outputs = [new_output("execute_result", data, execution_count=1)]
    cells = [cell, new_markdown_cell("Text.", id="text"), new_code_cell("1 + 1", id="other")]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


@pytest.fixture
def open_lab(browser, lab):
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    context.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)

    def opener(path):
        page = context.new_page()
        page.goto(f"{lab[0]}lab/tree/{path.name}?reset")
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        return page

    yield opener
    expect.set_options(timeout=5_000)
    context.close()


def drive_in_lab(page) -> None:
    figure, f = page.locator(f".jp-OutputArea {FIGURE}"), RNNStepper()
    expect(figure.locator("[data-do=step]")).to_be_visible()
    check_step(figure, f, 1)
    step = figure.locator("[data-do=step]")
    step.click()
    check_step(figure, f, 2)
    cells = page.locator(".jp-Notebook .jp-Cell")
    active = "() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')].map(c => c.matches('.jp-mod-active'))"  # noqa: E501
    before = page.evaluate(active)
    step.focus()
    for key, t in [("ArrowRight", 3), ("ArrowDown", 3), ("ArrowUp", 3), ("ArrowLeft", 2)]:
        page.keyboard.press(key)
        check_step(figure, f, t)
        assert page.evaluate(active) == before
    for key in "ddab":  # delete and insert cells, pressed outside the figure
        page.keyboard.press(key)
    slider = figure.locator("input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    check_step(figure, f, 4)
    weight = field(figure, "W_hh from unit 1 to unit 1")
    weight.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("-0.5")
    f.W_hh[0, 0] = -0.5
    check_step(figure, f, 4)
    expect(weight).to_be_focused()
    page.keyboard.press("ArrowDown")
    f.W_hh[0, 0] = -0.6
    check_step(figure, f, 4)
    assert page.evaluate(active) == before
    expect(cells).to_have_count(3)


def test_freshly_run_in_jupyterlab(open_lab, lab):
    path = lab[1] / "fresh.ipynb"
    write_notebook(path, stored=False)
    page = open_lab(path)
    expect(page.locator(FIGURE)).to_have_count(0)
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
    # Shift+Enter before the kernel is there is kept and run when it comes.
    page.keyboard.press("Shift+Enter")
    drive_in_lab(page)


def test_stored_output_in_jupyterlab(open_lab, lab):
    path = lab[1] / "stored.ipynb"
    write_notebook(path, stored=True)
    # Not trusted: scripts are removed, the numbers stay.
    page = open_lab(path)
    table = page.locator(".jp-OutputArea table")
    expect(table).to_be_visible()
    expect(table).to_contain_text("−0.46")
    expect(page.locator("[data-do=step]")).to_have_count(0)
    page.close()
    trust = [sys.executable, "-m", "jupyter", "trust", str(path)]
    subprocess.run(trust, env=lab[2], check=True, capture_output=True)
    drive_in_lab(open_lab(path))
