"""AttentionExplorer: the numbers in the page against NumPy's; dragging, typing, presets."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.attention.attention_explorer import PRESETS, SIZES, AttentionExplorer

FIGURE = ".sq-attention-explorer"
NAMES = ("cosine", "scores", "scaled", "exponentials", "weights")


@pytest.fixture
def figure(open_page):
    return open_page(AttentionExplorer().html()).locator(FIGURE)


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def check(figure, q, K, V=None, **settings):
    """State and texts of the page are NumPy's for these vectors."""
    wanted = AttentionExplorer(q, K, V, **settings).numbers()
    found = state(figure)
    for name, values in wanted.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-9, atol=1e-12)
    for name in NAMES:
        for i, value in enumerate(wanted[name]):
            text = figure.locator(f'[data-cell="{name}{i}"]').inner_html().replace("−", "-")
            if "sup" in text:
                mantissa, power = re.fullmatch(r"(.+)·10<sup>(\d+)</sup>", text).groups()
                assert float(mantissa) * 10.0 ** int(power) == pytest.approx(value, rel=0.06)
            else:
                assert float(text) == pytest.approx(value, abs=0.00051 if value < 99 else 0.51)
    output = ", ".join(f"{v + 0.0:.3f}".replace("-", "−") for v in np.round(wanted["output"], 3))
    expect(figure.locator("b.sq-ao")).to_have_text(f"({output})")


def test_the_worked_example_to_the_digit():
    found = AttentionExplorer().numbers()
    np.testing.assert_array_equal(found["scores"], [1, 0, 1])
    np.testing.assert_array_equal(np.round(found["scaled"], 3), [0.707, 0, 0.707])
    np.testing.assert_array_equal(np.round(found["weights"], 3), [0.401, 0.198, 0.401])
    np.testing.assert_array_equal(np.round(found["output"], 3), [0.802, 0.599])


def test_cosine_and_scaled_dot_product_rank_differently_in_their_preset():
    preset = {k: v for k, v in PRESETS[3].items() if k != "label"}
    found = AttentionExplorer(**preset).numbers()
    assert list(np.argsort(-found["cosine"])) != list(np.argsort(-found["scaled"]))
    assert found["cosine"].argmax() == 0 and found["weights"].argmax() == 2


@pytest.mark.parametrize("k", range(len(PRESETS)))
def test_every_preset_is_computed_as_in_numpy(figure, k):
    preset = dict(PRESETS[k])
    label = preset.pop("label")
    button = figure.locator(f"[data-do=preset{k}]")
    expect(button).to_have_text(label.replace("d_k", "dk"))
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    check(figure, **preset)


def test_scaling_keeps_the_weights_when_d_k_grows_and_without_it_they_saturate(figure):
    first = state(figure)["weights"]
    for d_k in SIZES:
        figure.get_by_role("button", name=str(d_k), exact=True).click()
        check(figure, **{k: v for k, v in PRESETS[0].items() if k != "label"}, d_k=d_k)
        np.testing.assert_allclose(state(figure)["weights"], first)
    figure.get_by_label("divide by √d_k").uncheck()
    weights = state(figure)["weights"]
    np.testing.assert_allclose(weights, [0.5, 0, 0.5], atol=1e-6)


def test_typed_numbers_count_and_bad_ones_do_not(figure):
    q, K = [1.0, 0.0], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    field = figure.get_by_label("key 2, first number")
    field.fill("-1.5")
    K[1][0] = -1.5
    check(figure, q, K)
    field.blur()
    field.fill("7")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(figure.get_by_role("status")).to_contain_text("Use a number from −2 to 2.")
    check(figure, q, K)
    field.blur()
    expect(field).to_have_value("-1.5")


def test_values_of_ones_own(figure):
    figure.get_by_label("the values are the keys").uncheck()
    figure.get_by_label("value 3, second number").fill("-2")
    q, K = [1.0, 0.0], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    check(figure, q, K, [[1.0, 0.0], [0.0, 1.0], [1.0, -2.0]])
    figure.get_by_label("the values are the keys").check()
    check(figure, q, K)


def drag(figure, grip, to):
    """Take a tip to a place of the plane."""
    page = figure.page
    box = figure.locator(f"[data-grip={grip}]").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    plane = figure.locator("svg").bounding_box()
    unit = plane["width"] / 324 * 70
    middle = plane["x"] + plane["width"] / 2, plane["y"] + plane["height"] / 2
    page.mouse.move(middle[0] + to[0] * unit, middle[1] - to[1] * unit, steps=4)
    page.mouse.up()


def test_a_tip_can_be_dragged(figure):
    K = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    drag(figure, "q0", (-0.5, 1.5))
    check(figure, [-0.5, 1.5], K)
    drag(figure, "K1", (1.5, -1.0))
    K[1] = [1.5, -1.0]
    check(figure, [-0.5, 1.5], K)
    drag(figure, "K2", (5.0, 0.3))  # out of the plane
    K[2] = [2.0, 0.3]
    check(figure, [-0.5, 1.5], K)


def test_a_query_of_zeros_and_the_largest_scores_stay_numbers(open_page):
    page = open_page(
        AttentionExplorer([0, 0], [[0, 0], [1, 1]]).html()
        + AttentionExplorer([2, 2], [[2, 2]], d_k=512, scaled=False).html()
    )
    zeros, large = page.locator(FIGURE).all()
    check(zeros, [0, 0], [[0, 0], [1, 1]])
    check(large, [2, 2], [[2, 2]], d_k=512, scaled=False)


def test_without_scripts_the_numbers_are_there():
    figure = AttentionExplorer()
    for text in ["0.401", "0.198", "0.802", "0.599", "0.707"]:
        assert text in figure.static_html() and text in figure.static_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"q": [1, 2, 3]}, "q must be two numbers"),
        ({"K": []}, "K rows of two numbers"),
        ({"K": [[1, 0]] * 5}, "1 to 4 rows, got 5"),
        ({"V": [[1, 0]]}, "the shape of K"),
        ({"q": [3, 0]}, "from -2 to 2"),
        ({"d_k": 3}, "one of 2, 8, 32, 128, 512, got 3"),
    ],
)
def test_bad_arguments_get_one_line(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        AttentionExplorer(**arguments)
    assert "\n" not in str(caught.value)
