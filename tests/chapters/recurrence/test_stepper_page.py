"""RNNStepper in a page of the book: every way in, and the same numbers as NumPy's."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.recurrence.rnn_stepper import RNNStepper, rnn_forward
from stepper import (
    FIGURE,
    by_hand,
    check_step,
    expected,
    field,
    is_dark,
    press,
    random_stepper,
    shown,
    vec,
)


def test_step_and_back_by_click(open_page):
    figure, f = open_page(RNNStepper().html()).locator(FIGURE), RNNStepper()
    check_step(figure, f, 1)
    # The last press is on a button that says it is disabled: it must do nothing, not be lost.
    for name, path in [("step", (2, 3, 4, 5, 5)), ("back", (4, 3, 2, 1, 0, 0))]:
        for t in path:
            press(figure, name)
            check_step(figure, f, t)
        expect(figure.locator(f"[data-do={name}]")).to_have_attribute("aria-disabled", "true")
    expect(figure.locator(".sq-before")).to_contain_text("h0 = (0.00, 0.00)")
    figure.get_by_label("go to step 4").click()
    check_step(figure, f, 4)


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
    figure.get_by_label("go to step 3").tap()
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
    press(figure, "step")
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
        strength = figure.locator(".sq-fade > div").evaluate_all(
            """rows => rows.map(row => [...row.querySelectorAll("span")]
                .map(s => +s.style.getPropertyValue("--a")))"""
        )
        np.testing.assert_allclose(strength, np.abs(path).T, atol=0.0011)

    check(2)
    field(figure, "W_hh from unit 2 to unit 2").fill("1.5")
    f.W_hh[1, 1] = 1.5
    check(2)
    expect(figure.locator("[role=status]")).to_contain_text("After ten zero inputs")
    press(figure, "step")
    check(3)


def test_what_is_not_a_number_changes_nothing(open_page):
    page = open_page(RNNStepper(start=3).html())
    figure, f = page.locator(FIGURE), RNNStepper()
    weight = field(figure, "W_hh from unit 1 to unit 1")
    for text in ("", "7", "-5.1", "-", "0.77777e2"):
        weight.focus()
        weight.select_text()
        page.keyboard.press("Backspace")
        page.keyboard.type(text)
        expect(weight).to_have_attribute("aria-invalid", "true")
        expect(figure.locator("[role=status]")).to_have_text("Use a number from −5 to 5.")
        check_step(figure, f, 3)
        weight.blur()
        check_step(figure, f, 3)
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
    press(figure, "step")  # a step by hand ends the playing
    check_step(figure, f, 2)
    assert figure.evaluate(playing) is False
    page.clock.run_for(10_000)
    check_step(figure, f, 2)


def test_reset_brings_back_numbers_and_step(open_page):
    figure = open_page(RNNStepper(start=2).html()).locator(FIGURE)
    field(figure, "W_hh from unit 1 to unit 1").fill("2")
    field(figure, "input 1 at step 1").fill("-1")
    press(figure, "step")
    assert shown(figure) != expected(RNNStepper(), 3)
    press(figure, "reset")
    check_step(figure, RNNStepper(), 2)
    expect(field(figure, "W_hh from unit 1 to unit 1")).to_have_value("0.5")
    expect(field(figure, "input 1 at step 1")).to_have_value("1")


def test_figures_on_one_page_are_independent(open_page):
    other = RNNStepper([[0.5], [0.0], [0.0]], W_xh=[[1.0]], W_hh=[[0.5]])
    page = open_page(RNNStepper().html() * 2 + other.html())
    first, second, third = page.locator(FIGURE).all()
    press(first, "step")
    press(first, "step")
    field(first, "b_h of unit 1").fill("1")
    check_step(second, RNNStepper(), 1)
    check_step(third, other, 1)
    press(third, "step")
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
        figure.get_by_label("go to step 1").click()
        # Two libraries may round a tie apart; random numbers have none.
        check_step(figure, f, 1)


def test_summary_is_read_out(open_page):
    figure = open_page(RNNStepper().html()).locator(FIGURE)
    live = figure.locator("[aria-live=polite]")
    press(figure, "step")
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
