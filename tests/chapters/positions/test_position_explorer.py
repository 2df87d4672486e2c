"""PositionExplorer: the page's numbers are NumPy's, and only the distance matters to them."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.positions.position_explorer import (
    KEY_ANGLE,
    PositionExplorer,
    by_distance,
    rates,
)
from seqbook.chapters.positions.taught import rotate, sinusoidal

FIGURE = ".sq-position-explorer"


@pytest.fixture
def figure(open_page):
    return open_page(PositionExplorer.example().html()).locator(FIGURE)


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def slide(figure, label, value):
    figure.get_by_label(label).evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }",
        str(value),
    )


def press(figure, group, value):
    group = figure.get_by_role("group", name=group, exact=True)
    group.get_by_role("button", name=str(value), exact=True).click()


@pytest.mark.parametrize(
    ("query", "key", "width", "base", "pair"),
    [(12, 7, 32, 10000, 2), (0, 63, 64, 100, 31), (40, 40, 4, 10, 1), (63, 1, 16, 1000, 0)],
)
def test_numbers_are_those_of_the_chapter(figure, query, key, width, base, pair):
    press(figure, "width", width)
    press(figure, "base", base)
    slide(figure, "query at step", query)
    slide(figure, "key at step", key)
    slide(figure, "pair", pair)
    found, table = state(figure), sinusoidal(64, width, float(base))
    np.testing.assert_allclose(found["rowT"], table[query], atol=1e-5)
    np.testing.assert_allclose(found["rowS"], table[key], atol=1e-5)
    np.testing.assert_allclose(found["dot"], table[query] @ table[key], atol=1e-4)
    np.testing.assert_allclose(found["dots"], by_distance(width, base), atol=1e-9)
    np.testing.assert_allclose(found["dots"], table @ table[0], atol=1e-4)
    shown = found["dots"][abs(query - key)]
    expect(figure.locator(".sqp-dot b")).to_have_text(f"{shown:.2f}".replace("-", "−"))


@pytest.mark.parametrize(("query", "key", "pair"), [(12, 7, 2), (63, 0, 0), (3, 60, 7)])
def test_the_turning_pair_is_that_of_rotate(figure, query, key, pair):
    slide(figure, "query at step", query)
    slide(figure, "key at step", key)
    slide(figure, "pair", pair)
    found, angle = state(figure), np.radians(KEY_ANGLE)

    def turned(a, b, step):
        x = np.zeros((1, 1, 1, 32), "float32")
        x[..., pair], x[..., 16 + pair] = a, b
        return rotate(x, start=step).numpy().ravel()

    q, k = turned(1, 0, query), turned(np.cos(angle), np.sin(angle), key)
    np.testing.assert_allclose(found["pairDot"], q @ k, atol=1e-4)
    rate = rates(32, 10000)[pair]
    np.testing.assert_allclose(found["difference"], np.degrees((query - key) * rate))
    expect(figure.locator(".sqp-qk")).to_have_text(f"{found['pairDot']:.2f}".replace("-", "−"))


def test_both_moved_together_change_neither_dot_product(figure):
    before = state(figure)
    for _ in range(3):
        figure.get_by_text("Both one later").press("Enter")
    after = state(figure)
    assert (after["query"], after["key"]) == (before["query"] + 3, before["key"] + 3)
    assert after["queryAngle"] > before["queryAngle"]
    for name in ("dot", "difference", "pairDot"):
        np.testing.assert_allclose(after[name], before[name], atol=1e-9)


def test_at_the_ends_the_pair_of_steps_stops(figure):
    slide(figure, "key at step", 0)
    earlier = figure.get_by_text("Both one earlier")
    expect(earlier).to_have_attribute("aria-disabled", "true")
    earlier.click(force=True)
    assert (state(figure)["query"], state(figure)["key"]) == (12, 0)


def test_a_narrower_table_keeps_the_pair_inside(figure):
    slide(figure, "pair", 15)
    press(figure, "width", 8)
    assert (state(figure)["d"], state(figure)["pair"]) == (8, 3)
    expect(figure.get_by_label("pair")).to_have_value("3")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"query": 64}, "query must be a step from 0 to 63"),
        ({"key": -1}, "key must be a step from 0 to 63"),
        ({"d_model": 12}, "d_model must be one of"),
        ({"base": 5}, "base must be one of"),
        ({"pair": 16}, "pair must be from 0 to 15"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        PositionExplorer(**arguments)
