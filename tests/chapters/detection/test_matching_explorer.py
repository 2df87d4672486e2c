"""MatchingExplorer: the page's costs are the chapter's, its best assignment is SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy.optimize import linear_sum_assignment
from seqbook.chapters.detection.matching_explorer import (
    KINDS,
    PREDICTIONS,
    SIDE,
    SURE,
    TRUTHS,
    MatchingExplorer,
    assignments,
    cost_parts,
    greedy,
)

FIGURE = ".sq-matching-explorer"


def some_boxes(rng, number, kinds):
    sizes = rng.integers(4, 20, (number, 2))
    centers = rng.integers(6, SIDE - 6, (number, 2))
    names = rng.choice(kinds, number)
    return [
        (str(name), *map(int, center), *map(int, size))
        for name, center, size in zip(names, centers, sizes, strict=True)
    ]


def cases():
    rng = np.random.default_rng(0)
    pairs = [(1, 1), (4, 1), (3, 3), (4, 2), (4, 3)]
    drawn = [(some_boxes(rng, p, KINDS), some_boxes(rng, t, KINDS[:-1])) for p, t in pairs]
    return [(PREDICTIONS, TRUTHS), *drawn]


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def by_scipy(costs):
    rows, columns = linear_sum_assignment(costs)
    return list(rows[np.argsort(columns)]), costs[rows, columns].sum()


def check_numbers(found, predictions, truths):
    parts = cost_parts(predictions, truths)
    costs = parts.sum(axis=0)
    np.testing.assert_allclose(found["costs"], costs, atol=1e-9)
    for name, part, factor in zip(["probability", "distance", "giou"], parts, [-1, 5, -2],
                                  strict=True):  # fmt: skip
        shown = [[cell[name] for cell in row] for row in found["table"]]
        np.testing.assert_allclose(shown, part / factor, atol=1e-9)
    best, total = by_scipy(costs)
    assert found["best"] == best
    np.testing.assert_allclose(found["bestTotal"], total, atol=1e-9)
    assert tuple(found["greedy"]) == greedy(costs)
    ways = assignments(*costs.shape)
    totals = [sum(costs[row, k] for k, row in enumerate(way)) for way in ways]
    np.testing.assert_allclose(found["totals"], totals, atol=1e-9)


def test_the_costs_are_those_of_the_chapter():
    import tensorflow as tf
    from seqbook.chapters.detection.taught import cost_table

    for predictions, truths in cases():
        probability = np.full((len(predictions), len(KINDS)), (1 - SURE) / (len(KINDS) - 1))
        probability[range(len(predictions)), [KINDS.index(p[0]) for p in predictions]] = SURE
        boxes, true_boxes = (
            np.array([box[1:] for box in boxes], "float32") / SIDE
            for boxes in (predictions, truths)
        )
        kinds = np.array([KINDS.index(box[0]) for box in truths], "int32")
        logits = tf.constant(np.log(probability), tf.float32)
        costs = cost_table(logits, tf.constant(boxes), tf.constant(kinds), tf.constant(true_boxes))
        np.testing.assert_allclose(costs, cost_parts(predictions, truths).sum(axis=0), atol=1e-5)


def test_greedy_loses_in_the_scene_that_is_shown():
    costs = cost_parts(PREDICTIONS, TRUTHS).sum(axis=0)
    _, best = by_scipy(costs)
    mine = sum(costs[row, column] for column, row in enumerate(greedy(costs)))
    assert mine > best + 1


def test_the_numbers_in_the_page_are_numpys(open_page):
    everything = cases()
    page = open_page("".join(MatchingExplorer(*case).html() for case in everything))
    for figure, case in zip(page.locator(FIGURE).all(), everything, strict=True):
        check_numbers(state(figure), *case)


@pytest.fixture
def figure(open_page):
    return open_page(MatchingExplorer.example().html()).locator(FIGURE)


def cell(figure, letter, number):
    return figure.get_by_role("button", name=f"prediction {letter}, object {number}:")


def test_pairs_are_chosen_by_hand(figure):
    costs = cost_parts(PREDICTIONS, TRUTHS).sum(axis=0)
    for letter, number in [("A", 1), ("B", 2), ("D", 3)]:
        cell(figure, letter, number).click()
    assert state(figure)["mine"] == [0, 1, 3]
    total = costs[0, 0] + costs[1, 1] + costs[3, 2]
    expect(figure.locator(".sqm-sums b").first).to_have_text(f"{total:.2f}")
    expect(figure.locator(".sq-live")).to_contain_text("A–1, B–2, D–3; total")
    # A prediction answers for one object, and an object has one prediction.
    cell(figure, "A", 2).click()
    assert state(figure)["mine"] == [-1, 0, 3]
    expect(figure.locator(".sqm-sums b").first).to_have_text("2 of 3 pairs")
    cell(figure, "A", 2).click()  # taken back
    assert state(figure)["mine"] == [-1, -1, 3]
    figure.get_by_role("button", name="Clear").click()
    assert state(figure)["mine"] == [-1, -1, -1]
    expect(cell(figure, "D", 3)).to_have_attribute("aria-pressed", "false")


def test_the_parts_of_a_cost_are_written_out(figure):
    cell(figure, "C", 3).click()
    parts = cost_parts(PREDICTIONS, TRUTHS)[:, 2, 2]
    line = figure.locator(".sqm-why")
    expect(line).to_contain_text(f"L1 = {parts[1] / 5:.2f}, GIoU = {-parts[2] / 2:.2f}")
    expect(line).to_contain_text(f"= {parts.sum():.2f}".replace("-", "−"))


def test_all_assignments_are_stepped_through(figure):
    costs = cost_parts(PREDICTIONS, TRUTHS).sum(axis=0)
    ways = assignments(*costs.shape)
    totals = np.array([sum(costs[row, k] for k, row in enumerate(way)) for way in ways])
    last = figure.locator(".sqm-sums b").nth(3)
    expect(last).to_have_text("?")
    for step in range(1, len(ways) + 1):
        figure.get_by_role("button", name="Step").click()
        found = state(figure)
        assert found["shown"] == list(ways[step - 1])
        np.testing.assert_allclose(found["soFar"], totals[:step].min(), atol=1e-9)
    best = f"{totals.min():.2f}".replace("-", "−")
    expect(last).to_have_text(best)
    expect(figure.locator(".sq-live")).to_contain_text(f"The best is B–1, A–2, C–3, {best}")
    figure.get_by_role("button", name="Greedy’s pairs").click()
    assert state(figure)["shown"] == list(greedy(costs))
    figure.get_by_role("button", name="The best").click()
    assert tuple(state(figure)["shown"]) == ways[totals.argmin()]


def test_a_prediction_moves_by_keys_and_by_hand(open_page):
    page = open_page(MatchingExplorer.example().html())
    figure = page.locator(FIGURE)
    figure.get_by_role("group", name="move").get_by_role("button", name="B").click()
    view = figure.locator(".sqm-view")
    view.focus()
    for key in ["ArrowRight", "ArrowRight", "ArrowDown", "+", "+", "-"]:
        page.keyboard.press(key)
    figure.get_by_label("it says").select_option(label="square")
    _kind, x, y, w, h = PREDICTIONS[1]
    moved = [PREDICTIONS[0], ("square", x + 2, y + 1, w + 1, h + 1), *PREDICTIONS[2:]]
    found = state(figure)
    assert found["predictions"] == [list(box) for box in moved]
    assert found["step"] == 0  # the arrows in the picture do not step
    check_numbers(found, moved, TRUTHS)

    box = view.bounding_box()
    pixel = box["width"] / SIDE
    start = [box["x"] + 27 * pixel, box["y"] + 36 * pixel]  # the center of C
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] - 5 * pixel, start[1] - 3 * pixel)
    page.mouse.up()
    assert state(figure)["predictions"][2] == ["triangle", 22, 33, 14, 12]
    figure.get_by_role("button", name="All as at first").click()
    check_numbers(state(figure), PREDICTIONS, TRUTHS)


def test_on_a_phone_control_and_effect_are_seen_together(open_page):
    page = open_page(MatchingExplorer.example().html(), width=390, is_mobile=True)
    figure = page.locator(FIGURE)
    top = figure.locator(".sqm-top").bounding_box()["y"]
    below = figure.get_by_label("it says").bounding_box()
    assert below["y"] + below["height"] - top <= 600


def test_without_scripts_the_table_holds_the_costs():
    html = MatchingExplorer.example().static_html()
    costs = cost_parts(PREDICTIONS, TRUTHS).sum(axis=0)
    for cost in costs.ravel():
        assert f"<td>{cost:.2f}</td>".replace("-", "−") in html
    assert "B to 1, A to 2, C to 3" in html


@pytest.mark.parametrize(
    ("predictions", "truths", "message"),
    [
        ([], TRUTHS, "1 to 4 predictions, got 0"),
        ([PREDICTIONS[0]] * 5, TRUTHS, "1 to 4 predictions, got 5"),
        (PREDICTIONS[:2], TRUTHS, "3 truths and 2 predictions"),
        (PREDICTIONS, [("nothing", 10, 10, 5, 5)], "got 'nothing'"),
        (PREDICTIONS, [("star", 10, 10, 5, 5)], "got 'star'"),
        (PREDICTIONS, [("cross", 50, 10, 5, 5)], r"got \(50, 10\)"),
        (PREDICTIONS, [("cross", 10, 10, 1, 5)], "got 1 by 5"),
    ],
)
def test_bad_arguments_are_named(predictions, truths, message):
    with pytest.raises(ValueError, match=message) as caught:
        MatchingExplorer(predictions, truths)
    assert "\n" not in str(caught.value)
