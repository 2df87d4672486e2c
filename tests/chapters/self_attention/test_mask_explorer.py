"""MaskExplorer: its numbers against NumPy's, the masks, changed tokens, mouse and keyboard."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.self_attention.mask_explorer import MASKS, MOST, WORDS, MaskExplorer

FIGURE = ".sq-mask-explorer"


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def check(figure, explorer, mask, token, by):
    """Every number of the page is NumPy's."""
    found = state(figure)
    weights, outputs = explorer.computed(mask, token, by)
    np.testing.assert_allclose(found["weights"], weights, atol=1e-12)
    np.testing.assert_allclose(found["outputs"], outputs, atol=1e-12)
    moved = np.abs(outputs - explorer.computed(mask)[1]).max(axis=1)
    np.testing.assert_allclose(found["moved"], moved, atol=1e-12)
    texts = figure.locator(".sq-mw td[data-j]").all_inner_texts()
    may = explorer.allowed(mask).ravel()
    for text, weight, allowed in zip(texts, weights.ravel(), may, strict=True):
        assert (text == "×") is not allowed
        if allowed:
            assert abs(float(text) - weight) < 0.00501
    shown = [float(t) for t in figure.locator(".sq-mm").all_inner_texts()]
    np.testing.assert_allclose(shown, moved, atol=0.00501)
    return moved


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("token", [0, 4, 5])
def test_a_mask_cuts_and_a_change_reaches_only_what_may_look(mask, token):
    explorer = MaskExplorer(mask)
    may = explorer.allowed(mask)
    weights, outputs = explorer.computed(token=token, by=1.0)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-12)
    assert (weights[~may] == 0).all() and (weights[may] > 0).all()
    moved = np.abs(outputs - explorer.computed()[1]).max(axis=1)
    assert (moved[~may[:, token]] == 0).all() and (moved[may[:, token]] > 0.005).all()


def test_the_masks_are_those_of_the_chapter():
    import tensorflow as tf
    from seqbook.chapters.self_attention.taught import causal_mask, masked_attention, padding_mask

    causal, ids = causal_mask(6), tf.constant([[3, 4, 5, 6, 7, 0]])
    wanted = {"none": None, "causal": causal, "padding": padding_mask(ids)[0, 0],
              "both": causal & padding_mask(ids)[0, 0]}  # fmt: skip
    explorer = MaskExplorer()
    given = [tf.constant(a, "float32") for a in (explorer.queries, explorer.keys, explorer.values)]
    for mask in MASKS:
        outputs, weights = masked_attention(*given, wanted[mask])
        np.testing.assert_allclose(explorer.computed(mask)[0], weights, atol=1e-5)
        np.testing.assert_allclose(explorer.computed(mask)[1], outputs, atol=1e-5)


def test_bad_arguments_get_one_line():
    with pytest.raises(ValueError, match="one of none, padding, causal, both, got 'future'"):
        MaskExplorer("future")


def test_static_text_and_table_hold_the_numbers():
    explorer = MaskExplorer()
    lines = explorer.static_text().splitlines()[1:]
    for line, row in zip(lines, explorer.computed()[0], strict=True):
        numbers = [float(n) for n in re.findall(r"\d+\.\d+", line)]
        np.testing.assert_allclose(numbers, row, atol=0.00501)
    assert explorer.static_html().count("<td>×</td>") == 15
    assert len(explorer.html().encode()) < 30_000


def test_the_page_computes_what_numpy_does(open_page):
    explorer = MaskExplorer()
    figure = open_page(explorer.html()).locator(FIGURE)
    check(figure, explorer, "causal", 4, 0)
    for mask in MASKS:
        figure.get_by_role("button", name=mask, exact=True).click()
        for token, by in [(0, 1.0), (4, -MOST), (5, MOST), (2, 0.0)]:
            name = f"change token {token + 1}, {WORDS[token]}"
            figure.get_by_role("button", name=name).click()
            figure.locator("[data-key=by]").fill(str(by))
            check(figure, explorer, mask, token, by)


def test_what_is_said_about_a_changed_token(open_page):
    figure = open_page(MaskExplorer().html()).locator(FIGURE)
    line = figure.locator(".sq-mline")
    expect(line).to_contain_text("Move the slider")
    figure.locator("[data-key=by]").fill("1")
    expect(line).to_contain_text("Token 5, “roll”, is changed. The outputs that move: “roll”, “·”.")
    figure.get_by_role("button", name="change token 6").click()
    figure.get_by_role("button", name="padding", exact=True).click()
    expect(line).to_contain_text("“·”, is changed. No output moves.")
    expect(figure.locator(".sq-live")).to_contain_text("No output moves.")


def test_the_row_is_written_out(open_page):
    explorer = MaskExplorer()
    figure = open_page(explorer.html()).locator(FIGURE)
    figure.get_by_role("button", name="show the row of token 2, saw").click()
    expect(figure.locator(".sq-mrow")).to_have_text("The row of “saw”. 2 of 6 keys are allowed.")
    found = state(figure)
    row = figure.locator("[data-line=weight] td").all_inner_texts()
    assert row[2:] == ["0"] * 4
    np.testing.assert_allclose([float(t) for t in row[:2]], found["weights"][1][:2], atol=0.00501)
    exp = [float(t) for t in figure.locator("[data-line=exp] td").all_inner_texts()]
    total = float(re.search(r"exponentials: ([\d.]+)", figure.locator(".sq-msum").inner_text())[1])
    assert abs(sum(exp) - total) < 0.02


def test_keyboard_alone(open_page):
    explorer = MaskExplorer()
    page = open_page(explorer.html())
    figure = page.locator(FIGURE)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the first button: no mask
    check(figure, explorer, "none", 4, 0)
    figure.locator("[data-key=by]").focus()
    page.keyboard.press("ArrowRight")
    check(figure, explorer, "none", 4, 0.5)
