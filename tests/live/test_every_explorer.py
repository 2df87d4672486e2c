"""What every live figure must do: be reachable, fit a phone, survive a sandbox, say its numbers."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import pytest
from examples import EXAMPLES, selector
from playwright.sync_api import expect

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
EVERY = pytest.mark.parametrize("figure", EXAMPLES.values(), ids=EXAMPLES)
CONTROLS = ":is(button, input, select, textarea, [tabindex='0'])"

# What sticks out of the card to the right, except inside a box that scrolls by itself.
STICKS_OUT = """root => [...root.querySelectorAll("*")].filter(e => {
    for (let box = e.parentElement; box !== root; box = box.parentElement)
        if (["auto", "scroll", "hidden"].includes(getComputedStyle(box).overflowX)) return false;
    return !e.matches(".sq-live") && !e.closest("svg") &&
        e.getBoundingClientRect().right > root.getBoundingClientRect().right + 0.5;
}).map(e => e.outerHTML.slice(0, 200))"""


def everything() -> str:
    return "".join(figure.html() for figure in EXAMPLES.values())


@EVERY
def test_is_small_and_the_same_each_time(figure):
    assert figure.html() == figure.html()
    assert len(figure.html()) < 120_000
    json.loads(figure.config_json())
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert len(bundle["text/plain"]) > 20 and "object at 0x" not in bundle["text/plain"]


@EVERY
def test_without_scripts_there_is_something_to_read(open_page, figure):
    page = open_page(figure.html(), java_script_enabled=False)
    assert len(page.locator(selector(figure)).inner_text()) > 60


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_with_all_of_them_on_one_page(open_page, theme, width):
    assert AXE.is_file(), "axe-core is missing: run `npm ci` in the root of the repository."
    static = "".join(figure.html().split("<script>")[0] for figure in EXAMPLES.values())
    # Colors that are still fading would be measured half-way.
    page = open_page(
        everything() + static.replace("data-explorer", "data-was"), width=width,
        attributes=f"data-theme={theme}", reduced_motion="reduce",
    )  # fmt: skip
    # The static ones are copies, so their ids would be there twice.
    page.evaluate("document.querySelectorAll('[data-was]').forEach((e, i) => e.id = 'static-' + i)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
    assert any(check["id"] == "color-contrast" for check in found["passes"])


@EVERY
@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("scripts", [True, False])
def test_a_phone_need_not_scroll_sideways(open_page, figure, width, scripts):
    page = open_page(figure.html(), width=width, is_mobile=True, java_script_enabled=scripts)
    root = page.locator(selector(figure))
    box = root.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    if scripts:
        assert root.evaluate(STICKS_OUT) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


@EVERY
def test_controls_are_large_enough(open_page, figure):
    page = open_page(figure.html(), width=390)
    small = page.locator(f"{selector(figure)} {CONTROLS}").evaluate_all(
        """all => all.filter(e => {
            const {width, height} = (e.type === "checkbox" ? e.closest("label") : e)
                .getBoundingClientRect();
            return width > 0 && Math.min(width, height) < 24;
        }).map(e => e.outerHTML)"""
    )
    assert small == []


@EVERY
def test_the_keyboard_gets_in_and_out_and_keys_stay_inside(open_page, figure):
    page = open_page(figure.html() + "<button id='after'>After</button>")
    page.evaluate(
        "window.leaked = []; document.addEventListener('keydown', e => leaked.push(e.key))"
    )
    root = page.locator(selector(figure))
    inside = f"document.activeElement.closest('{selector(figure)}') !== null"
    page.keyboard.press("Tab")
    assert page.evaluate(inside)
    for key in ["ArrowRight", "ArrowDown", "ArrowUp", "ArrowLeft"]:
        page.keyboard.press(key)
    for _ in range(120):
        if page.evaluate("document.activeElement.id") == "after":
            break
        page.keyboard.press("Tab")
    expect(page.locator("#after")).to_be_focused()
    assert set(page.evaluate("leaked")) <= {"Tab", "Shift"}
    # Everything that can be pressed has a name.
    for control in root.locator(CONTROLS).all():
        if control.is_visible():
            name = control.evaluate(
                "e => e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || "
                "e.labels?.[0]?.textContent || e.textContent"
            )
            assert name and name.strip(), control.evaluate("e => e.outerHTML")


@EVERY
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_a_sandboxed_frame_as_in_colab(open_page, figure, theme):
    inner = f"<!doctype html><html theme='{theme}'><body>{figure.html()}</body></html>"
    page = open_page(
        f'<iframe title="output" sandbox="allow-scripts" style="width:100%;height:1100px" '
        f'srcdoc="{escape(inner)}"></iframe>'
    )
    root = page.frame_locator("iframe").locator(selector(figure))
    expect(root).to_have_attribute("data-live", "")
    expect(root.locator(CONTROLS).first).to_be_visible()
    ground = root.evaluate("e => getComputedStyle(e).backgroundColor")
    channels = [int(v) for v in ground.removeprefix("rgb(").removesuffix(")").split(", ")]
    assert (max(channels) < 90) is (theme == "dark")


def test_two_equal_ones_on_a_page_do_not_share_ids(open_page):
    page = open_page(everything() + everything())
    double = page.evaluate(
        "[...document.querySelectorAll('[id]')].map(e => e.id)"
        ".filter((id, i, all) => all.indexOf(id) !== i)"
    )
    assert double == []
