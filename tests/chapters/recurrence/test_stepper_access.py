"""RNNStepper for everyone: keyboard, screen reader, phone, no motion, no color fault."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.recurrence.rnn_stepper import RNNStepper
from stepper import FIGURE, check_step, field

AXE = Path(__file__).resolve().parents[3] / "node_modules/axe-core/axe.min.js"


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
    assert figure.evaluate("e => e.explorer.state().t") == 2
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


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
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


# What sticks out of the card to the right, except in the strip, which scrolls by itself.
STICKS_OUT = """root => [...root.querySelectorAll("*")].filter(e =>
    !e.closest(".sq-strip") && !e.matches(".sq-live") &&
    e.getBoundingClientRect().right > root.getBoundingClientRect().right
).map(e => e.outerHTML)"""


@pytest.mark.parametrize("scripts", [True, False])
def test_a_phone_need_not_scroll_sideways_with_long_numbers(open_page, scripts, width=320):
    wide = RNNStepper(-5 * np.ones((8, 2)), W_hh=-5 * np.ones((2, 2)), start=8)
    html = RNNStepper(start=2).html() + wide.html()
    page = open_page(html, width=width, is_mobile=True, java_script_enabled=scripts)
    for figure in page.locator(FIGURE).all():
        box = figure.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        if scripts:
            assert figure.evaluate(STICKS_OUT) == []
    if scripts:
        assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width]


def test_motion_is_off_when_asked(open_page):
    page = open_page(RNNStepper().html(), width=390, reduced_motion="reduce")
    duration = "e => getComputedStyle(e).transitionDuration"
    cell = page.locator(f"{FIGURE} .sq-c").first
    assert cell.evaluate(duration) == "0s"
    moving = open_page(RNNStepper().html(), reduced_motion="no-preference")
    assert moving.locator(f"{FIGURE} .sq-c").first.evaluate(duration) != "0s"
