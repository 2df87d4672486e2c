"""PatchExplorer: the page's patches and answers are NumPy's, whatever the reader does."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.vit.patch_explorer import LARGEST, PatchExplorer, cut
from seqbook.chapters.vit.taught import cut as taught_cut

FIGURE = ".sq-patch-explorer"


@pytest.fixture(scope="module")
def explorer():
    return PatchExplorer.example()


@pytest.fixture
def figure(open_page, explorer):
    page = open_page(explorer.html(), width=390)
    page.set_viewport_size({"width": 390, "height": 700})
    return page.locator(FIGURE)


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def press(figure, name):
    figure.get_by_role("button", name=name, exact=True).click()


def place(figure, t):
    return figure.locator(f"[data-place='{t}']")


def check(figure, explorer):
    """Everything that the page has computed, against NumPy."""
    found = state(figure)
    label, side, order = found["picture"], found["side"], found["order"]
    now, before = explorer.computed(label, side, order), explorer.computed(label, side)
    np.testing.assert_allclose(found["patches"], now["patches"], rtol=0, atol=1e-12)
    assert (found["length"], found["numbers"]) == now["patches"].shape
    for name in ("without", "with"):
        np.testing.assert_allclose(found[name], now[name], rtol=0, atol=1e-7)
        np.testing.assert_allclose(found[f"{name}Before"], before[name], rtol=0, atol=1e-7)
    return found


@pytest.mark.parametrize("side", [2, 4, 8])
@pytest.mark.parametrize("label", ["photograph", "digit"])
def test_numbers_are_those_of_numpy(figure, explorer, label, side):
    press(figure, label)
    height = len(explorer.pictures[label])
    press(figure, f"{height // side} × {height // side}")
    found = check(figure, explorer)
    assert found["order"] == list(range(side**2))
    press(figure, "Shuffle")
    found = check(figure, explorer)
    assert sorted(found["order"]) == list(range(side**2)) != found["order"]
    np.testing.assert_allclose(found["without"], found["withoutBefore"], atol=1e-9)
    assert np.abs(np.subtract(found["with"], found["withBefore"])).max() > 0.005
    shown = figure.locator(".sqv-count")
    expect(shown).to_contain_text(f"{side**2} patches = {height}² / {height // side}²")
    expect(shown).to_contain_text(f"{side**4} scores")
    press(figure, "In order")
    assert check(figure, explorer)["order"] == list(range(side**2))


def test_the_cut_is_that_of_the_chapter(explorer):
    for picture in explorer.pictures.values():
        for side in (2, 4, 8):
            ours = taught_cut(picture[None].astype("float32"), len(picture) // side)[0]
            np.testing.assert_array_equal(cut(picture, side), ours)


def test_two_patches_are_swapped_by_pressing_them(figure, explorer):
    place(figure, 1).click()
    expect(place(figure, 1)).to_have_attribute("aria-pressed", "true")
    expect(figure.locator(".sqv-one")).to_contain_text("Place 2 holds patch 2")
    place(figure, 6).click()
    found = check(figure, explorer)
    assert [found["order"][1], found["order"][6]] == [6, 1] and found["chosen"] == -1
    expect(place(figure, 1)).to_have_attribute("aria-label", "place 2: patch 7")
    assert figure.locator(".sqv-moved").count() == 2
    place(figure, 3).click()
    place(figure, 3).click()  # the same again: nothing is swapped
    assert check(figure, explorer)["order"] == found["order"]


def test_by_keyboard(figure, explorer):
    place(figure, 0).focus()
    for key in ["ArrowRight", "ArrowDown", "Enter", "ArrowDown", "ArrowLeft", "Enter"]:
        figure.page.keyboard.press(key)
    order = check(figure, explorer)["order"]
    assert (order[5], order[8]) == (8, 5)
    for key in ["ArrowLeft", "ArrowLeft", "Enter", "Escape"]:  # at the left edge it stays
        figure.page.keyboard.press(key)
    expect(place(figure, 8)).to_be_focused()
    assert state(figure)["chosen"] == -1
    figure.get_by_role("button", name="Swap two").press("Enter")
    assert sorted(check(figure, explorer)["order"]) == list(range(16))


def test_controls_and_what_they_change_are_seen_together_on_a_phone(figure):
    figure.evaluate("e => e.scrollIntoView()")
    for part in ["[data-key=side]", ".sqv-grid", "[data-do=shuffle]", ".sqv-count", "tbody",
                 ".sqv-row"]:
        box = figure.locator(part).first.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 700, part
        assert box["x"] + box["width"] <= 390


def test_the_table_says_what_the_figure_computes(explorer):
    found = explorer.computed("digit", 4)
    line = next(k for k in explorer.static_text().splitlines() if k.startswith("digit: 2 × 2"))
    assert line.startswith("digit: 2 × 2; 16; 4; 256;")
    assert line.endswith(", ".join(f"{v:.2f}" for v in found["with"]))
    assert "<td>768</td>" in explorer.static_html()


def test_pictures_of_ones_own(open_page):
    picture = np.random.default_rng(0).random((16, 16, 3))
    own = PatchExplorer({"<b>noise</b>": picture}, side=8)
    figure = open_page(own.html()).locator(FIGURE)
    assert check(figure, own)["picture"] == "<b>noise</b>"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"side": 3}, "side must be one of"),
        ({"seed": 0}, "seed must be from 1"),
        ({"pictures": {}}, "Give 1 to 3 pictures, got 0"),
        ({"pictures": {"a": np.zeros((8, 8))}}, r"a: a picture is \(height, height, 1 or 3\)"),
        ({"pictures": {"a": np.zeros((8, 16, 1))}}, "a: a picture is"),
        ({"pictures": {"a": np.zeros((12, 12, 1))}}, f"8, 16, ... or {LARGEST}, got 12"),
        ({"pictures": {"a": np.full((8, 8, 1), 255.0)}}, "from 0 to 1"),
        ({"pictures": {"a": np.full((8, 8, 1), np.nan)}}, "from 0 to 1"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        PatchExplorer(**arguments)
