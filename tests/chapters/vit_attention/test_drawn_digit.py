"""DrawnDigit: its numbers against NumPy's and Keras', drawing, erasing, undoing, keys, a phone."""

from __future__ import annotations

import gzip
import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from playwright.sync_api import expect
from seqbook.chapters.text_generation.taught import softmax
from seqbook.chapters.transformer.taught import attention_maps
from seqbook.chapters.vit.data import digits
from seqbook.chapters.vit_attention import taught
from seqbook.chapters.vit_attention.drawn_digit import (
    DrawnDigit,
    graph_of,
    patches_of,
    put_into,
    stored,
)
from seqbook.graph import pack, run, unpack

FIGURE = ".sq-drawn-digit"


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def check(figure, explorer):
    """All numbers of the page are NumPy's for the image that is on it; gives the page's state."""
    found = state(figure)
    image = np.array(found["image"])
    assert image.shape == (64,) and image.min() >= 0 and image.max() <= 1
    np.testing.assert_allclose(found["p"], explorer.probabilities(image), rtol=0, atol=1e-5)
    np.testing.assert_allclose(found["weights"], explorer.weights(image), rtol=0, atol=1e-5)
    np.testing.assert_allclose(found["rollout"], explorer.rollout(image), rtol=0, atol=1e-5)
    np.testing.assert_allclose(found["drop"], explorer.drops(image), rtol=0, atol=1e-5)
    return found


def untrained(seed=3):
    """The chapter's digit reader with weights far from zero."""
    keras.utils.set_random_seed(seed)
    model = taught.make_reader()
    for weight in model.trainable_variables:
        weight.assign(weight + keras.random.normal(weight.shape, stddev=0.3))
    return model


def loaded():
    model = taught.make_reader()
    put_into(model, unpack(stored()["model"]))
    return model


# --- The stored network -----------------------------------------------------------------------


@pytest.mark.parametrize("make", [untrained, loaded])
def test_keras_and_the_graph_compute_the_same(make):
    model = make()
    graph = graph_of(model)
    _, (images, _) = digits(seed=0)
    explorer = DrawnDigit(model=pack(graph, bits=32))
    for image in images[:6]:
        trace = run(graph, patches_of(image.ravel()))
        logits = model(image[None]).numpy()[0]
        np.testing.assert_allclose(trace.outputs[0], logits, rtol=0, atol=1e-3)
        np.testing.assert_allclose(
            explorer.probabilities(image.ravel()), softmax(logits), rtol=0, atol=1e-3
        )
        maps = [w.numpy()[0] for w in attention_maps(model, tf.constant(image[None]))]
        np.testing.assert_allclose(explorer.weights(image.ravel()), maps, rtol=0, atol=1e-3)
        np.testing.assert_allclose(
            explorer.rollout(image.ravel()), taught.rollout(model, image[None])[0],
            rtol=0, atol=1e-3,
        )  # fmt: skip


def test_the_class_attention_of_the_chapter_is_a_row_of_these_weights():
    model = loaded()
    _, (images, _) = digits(seed=0)
    found = taught.class_attention(model, images[:3])
    assert found.shape == (3, 2, 4, 16)
    wanted = [DrawnDigit().weights(image.ravel())[:, :, 0, 1:] for image in images[:3]]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-3)


def test_the_stored_weights_read_digits():
    _, (images, labels) = digits(seed=0)
    right = taught.share_right(loaded().predict_on_batch(images), labels)
    assert abs(right - stored()["accuracy"]) < 0.01 and right > 0.93


def test_the_test_images_are_test_images():
    _, (images, labels) = digits(seed=0)
    presets = stored()["presets"]
    assert [p["label"] for p in presets[:10]] == list(range(10)) and len(presets) == 11
    for k, preset in enumerate(presets):
        same = (np.rint(16 * images).reshape(-1, 64) == preset["image"]).all(axis=1)
        assert preset["label"] in labels[same]
        explorer = DrawnDigit(k)
        if k == 10:
            assert explorer.probabilities(explorer.image).argmax() != preset["label"]


def test_it_is_small_enough_for_a_page():
    html = DrawnDigit().html()
    assert len(html) < 120_000
    assert len(gzip.compress(html.encode(), 6)) < 60_000


def test_the_table_holds_the_numbers():
    explorer = DrawnDigit(7)
    lines = explorer.static_text().splitlines()
    p = explorer.probabilities(explorer.image)
    assert lines[0].startswith("DrawnDigit: A test image of a 7.") and len(lines) == 9
    assert f"{p.argmax()} {100 * p.max():.0f}%" in lines[0]
    weights = explorer.weights(explorer.image)[:, :, 0, 1:].reshape(8, 4, 4)
    for line, head in zip(lines[1:], weights, strict=True):
        row, column, shown = map(int, re.search(r"row (\d), column (\d) · (\d+)%", line).groups())
        assert head[row - 1, column - 1] == head.max()
        assert abs(shown - 100 * head.max()) <= 0.501
    assert lines[8].split(" · ")[2] in explorer.static_html()


@pytest.mark.parametrize("preset", [11, -1, "3"])
def test_a_bad_argument_gets_one_line(preset):
    with pytest.raises(ValueError, match="from 0 to 10") as caught:
        DrawnDigit(preset)
    assert "\n" not in str(caught.value)


# --- The page ---------------------------------------------------------------------------------


def drag(page, figure, points):
    """Presses the mouse at the first point, (column, row) in cells, and draws to the others."""
    box = figure.locator(".sqd-paper").bounding_box()
    place = [(box["x"] + box["width"] * x / 8, box["y"] + box["height"] * y / 8) for x, y in points]
    page.mouse.move(*place[0])
    page.mouse.down()
    for x, y in place[1:]:
        page.mouse.move(x, y, steps=4)
    page.mouse.up()


def test_presets_undo_and_clear(open_page):
    explorer = DrawnDigit()
    figure = open_page(explorer.html()).locator(FIGURE)
    first = check(figure, explorer)["image"]
    undo = figure.get_by_role("button", name="Undo")
    expect(undo).to_have_attribute("aria-disabled", "true")
    for k in [0, 10]:
        figure.locator(f"[data-preset='{k}']").click()
        found = check(figure, explorer)
        np.testing.assert_allclose(found["image"], np.array(explorer.presets[k]["image"]) / 16)
        best = int(np.argmax(found["p"]))
        expect(figure.locator(".sqd-best")).to_have_text(str(best))
        shown = figure.locator(".sqd-bars > span").nth(2 * best + 1)
        expect(shown).to_have_text(f"{100 * max(found['p']) + 1e-6:.0f}%")
    figure.get_by_role("button", name="Clear").click()
    assert not any(check(figure, explorer)["image"])
    for _ in range(3):
        undo.click()
    assert check(figure, explorer)["image"] == first
    expect(undo).to_have_attribute("aria-disabled", "true")
    undo.dispatch_event("click")  # it is disabled, so Playwright would wait to click
    assert state(figure)["image"] == first


def test_the_mouse_draws_and_erases(open_page):
    explorer = DrawnDigit()
    page = open_page(explorer.html())
    figure = page.locator(FIGURE)
    figure.get_by_role("button", name="Clear").click()
    drag(page, figure, [(4, 0.5), (4, 7.5)])
    found = check(figure, explorer)
    image = np.array(found["image"]).reshape(8, 8)
    # A line between columns 3 and 4: both are dark, their neighbors empty.
    assert image[:, 3:5].min() > 0.7 and image[:, [0, 1, 6, 7]].max() == 0
    assert found["undo"] == 2
    figure.get_by_role("button", name="Eraser").click()
    drag(page, figure, [(4, 0.5), (4, 2.5)])
    erased = np.array(check(figure, explorer)["image"]).reshape(8, 8)
    assert erased[1].max() < 0.3 and (erased[5:] == image[5:]).all()
    figure.get_by_role("button", name="Undo").click()
    np.testing.assert_array_equal(check(figure, explorer)["image"], image.ravel())


def test_a_finger_draws(open_page):
    explorer = DrawnDigit.example()
    page = open_page(explorer.html(), width=390, is_mobile=True, has_touch=True)
    figure = page.locator(FIGURE)
    figure.get_by_role("button", name="Clear").click()
    box = figure.locator(".sqd-paper").bounding_box()
    page.touchscreen.tap(box["x"] + 0.31 * box["width"], box["y"] + 0.31 * box["height"])
    image = np.array(check(figure, explorer)["image"]).reshape(8, 8)
    assert image[2, 2] == 1 and image[5:].max() == 0


def test_the_keyboard_draws(open_page):
    explorer = DrawnDigit.example()
    page = open_page(explorer.html())
    figure = page.locator(FIGURE)
    figure.get_by_role("button", name="Clear").click()
    assert figure.locator(".sqd-paper [tabindex='0']").count() == 1
    figure.locator("[data-cell='0']").focus()
    for key in ["ArrowDown", "ArrowRight", "ArrowRight", " ", "ArrowRight", "2", "ArrowUp",
                "ArrowUp", "Enter", "Enter", "1"]:  # fmt: skip
        page.keyboard.press(key)
    found = check(figure, explorer)
    wanted = np.zeros(64)
    wanted[[10, 11, 3]] = 1, 0.5, 0.25
    np.testing.assert_array_equal(found["image"], wanted)
    assert found["at"] == 3 and page.evaluate("+document.activeElement.dataset.cell") == 3
    expect(figure.locator("[data-cell='11']")).to_have_attribute(
        "aria-label", "row 2, column 4, ink 50%"
    )
    expect(figure.locator("[role=status].sq-live")).to_contain_text("Likeliest")


def test_the_maps_show_the_weights(open_page):
    explorer = DrawnDigit()
    figure = open_page(explorer.html()).locator(FIGURE)
    found = check(figure, explorer)
    shade = "all => all.map(e => +e.style.getPropertyValue('--w'))"
    for b in range(2):
        for h in range(4):
            row = np.array(found["weights"][b][h][0][1:])
            tile = figure.locator(f"[data-map='{b}-{h}']")
            np.testing.assert_allclose(
                tile.locator("i").evaluate_all(shade), row / row.max(), atol=0.001
            )
            i, j = divmod(int(row.argmax()), 4)
            expect(tile).to_have_attribute(
                "aria-label",
                re.compile(f"Block {b + 1}, head {h + 1}: most at row {i + 1}, column {j + 1}"),
            )
    drop = np.array(found["drop"])
    tile = figure.locator("[data-map='drop'] i")
    np.testing.assert_allclose(
        tile.evaluate_all(shade), np.abs(drop) / np.abs(drop).max(), atol=0.001
    )
    expect(figure.locator("[data-map='drop'] .sqd-minus")).to_have_count(int((drop < 0).sum()))


def test_on_a_phone_the_drawing_and_what_it_changes_are_seen_together(open_page):
    page = open_page(DrawnDigit.example().html(), width=390, is_mobile=True)
    figure = page.locator(FIGURE)
    top = figure.locator(".sqd-paper").bounding_box()["y"]
    for part in [".sqd-bars", ".sqd-maps"]:
        box = figure.locator(part).bounding_box()
        assert box["y"] + box["height"] - top <= 700 and box["x"] + box["width"] <= 390
    box = figure.locator("[data-cell='9']").bounding_box()
    assert min(box["width"], box["height"]) >= 24
