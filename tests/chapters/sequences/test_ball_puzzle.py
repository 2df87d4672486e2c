"""BallPuzzle: its balls, its two rivals, and every way to guess."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.sequences import balls
from seqbook.chapters.sequences.ball_puzzle import BallPuzzle

FIGURE = ".sq-ball-puzzle"


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def row(figure, n):
    return figure.locator(f"[data-row='{n}'] td").all_inner_texts()


def tap(page, figure, x, y):
    """Click at x, y in meters."""
    figure.locator(".sq-court svg").scroll_into_view_if_needed()
    box = figure.locator(".sq-court svg").bounding_box()
    page.mouse.click(box["x"] + box["width"] * x / 4, box["y"] + box["height"] * (1 - y / 3))


# --- Without a browser ------------------------------------------------------------------------


def test_rivals_follow_their_rules():
    f = BallPuzzle()
    now, before, truth = f.paths[:, 4], f.paths[:, 3], f.paths[:, 5]
    two = f.guesses()["two frames"]
    np.testing.assert_allclose(two[:, 0], 2 * now[:, 0] - before[:, 0])
    np.testing.assert_allclose(two[:, 1], 2 * now[:, 1] - before[:, 1] - 0.0981)
    only = f.guesses()["position only"]
    for i in range(2):
        by_hand = f.weights[0, i] + now[:, 0] * f.weights[1, i] + now[:, 1] * f.weights[2, i]
        np.testing.assert_allclose(only[:, i], by_hand)
    errors = f.errors()["two frames"]
    np.testing.assert_allclose(errors, 100 * np.hypot(*(two - truth).T))


def test_history_wins_and_loses_only_at_a_bounce():
    f = BallPuzzle()
    errors = f.errors()
    assert errors["two frames"].mean() < 0.4 * errors["position only"].mean()
    step = np.diff(f.paths[:, 3:6], axis=1)  # (balls, 2 steps, 2)
    bend = step[:, 1] - step[:, 0] + [0, f.drop]
    bounced = np.abs(bend).max(axis=1) > 0.005
    assert 2 <= bounced.sum() <= len(f.paths) / 2
    assert (errors["two frames"][~bounced] < 0.5).all()
    assert (errors["two frames"][bounced] > 1).all()


def test_the_fit_has_not_seen_the_puzzle():
    fitted = balls.bouncing(4000, 2, seed=261)
    design = np.column_stack([np.ones(4000), fitted[:, 0]])
    wanted = np.linalg.lstsq(design, fitted[:, 1], rcond=None)[0]
    np.testing.assert_allclose(BallPuzzle().weights, wanted, atol=1e-4)


def test_bundle_is_stable_small_and_complete_in_itself():
    bundle = BallPuzzle()._repr_mimebundle_()
    assert bundle == BallPuzzle()._repr_mimebundle_()
    html = bundle["text/html"]
    assert len(html.encode()) <= 25_000
    assert not re.search(r"https?:|//[a-z]|\bimport\b|\bfetch\b|\bsrc=|\bhref=|url\(", html)
    assert BallPuzzle(seed=1).element_id != BallPuzzle(seed=2).element_id
    assert "position only: off by 27 cm" in bundle["text/plain"]
    assert "two frames: off by 8 cm" in bundle["text/plain"]


def test_table_without_scripts_holds_the_numbers():
    f = BallPuzzle.example()
    cells = re.findall(r"<td>([^<]+)</td>", f.static_html())
    assert cells[:2] == [f"({x:.2f}, {y:.2f})" for x, y in f.paths[0, 3:5]]
    errors = f.errors()
    assert cells[3:5] == [f"{errors[k][0]:.0f}" for k in ("position only", "two frames")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 0}, r"count must be from 1 to 40, got 0"),
        ({"count": 41}, r"count must be from 1 to 40, got 41"),
        ({"count": 2.5}, r"count must be a whole number from 1 to 40, got 2.5"),
        ({"count": True}, r"count must be a whole number"),
        ({"shown": []}, r"shown must be growing whole numbers from 1 to 5, got \[\]"),
        ({"shown": [0, 2]}, r"got \[0, 2\]"),
        ({"shown": [2, 6]}, r"got \[2, 6\]"),
        ({"shown": [3, 2]}, r"got \[3, 2\]"),
        ({"shown": [1.5]}, r"got \[1.5\]"),
    ],
)
def test_bad_arguments_get_one_line(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        BallPuzzle(**arguments)
    assert "\n" not in str(caught.value)


# --- In a page --------------------------------------------------------------------------------


def test_javascript_agrees_with_numpy(open_page):
    figures = [BallPuzzle(), BallPuzzle(7, seed=5)]
    page = open_page("".join(f.html() for f in figures))
    for f, figure in zip(figures, page.locator(FIGURE).all(), strict=True):
        predictions = state(figure)["predictions"]
        for key, rival in [("only", "position only"), ("two", "two frames")]:
            got = [p[key] for p in predictions]
            np.testing.assert_allclose(got, f.guesses()[rival], rtol=0, atol=1e-9)


def test_a_click_guesses_and_errors_add_up(open_page):
    f = BallPuzzle()
    page = open_page(f.html())
    figure = page.locator(FIGURE)
    places, mine = [(1.0, 2.0), (3.0, 0.5), (2.0, 1.5)], []
    for i, place in enumerate(places):
        tap(page, figure, *place)
        guess = state(figure)["guess"]
        np.testing.assert_allclose(guess, place, atol=0.02)
        mine.append(100 * np.hypot(*(np.array(guess) - f.paths[i, 5])))
        only, two = (f.errors()[k][i] for k in ("position only", "two frames"))
        expect(figure.locator(".sq-result")).to_contain_text(
            f"You were {mine[-1]:.0f} cm off, position only {only:.0f} cm, two frames {two:.0f} cm."
        )
        errors = state(figure)["answered"]["errors"].values()
        np.testing.assert_allclose(list(errors), [mine[-1], only, two])
        tap(page, figure, 0.5, 0.5)  # a second click does not count
        assert state(figure)["totals"]["1"]["count"] == i + 1
        figure.locator("[data-do=go]").click()
    wanted = [np.mean(mine), *(f.errors()[k][:3].mean() for k in f.errors())]
    assert row(figure, 1) == ["3", *(f"{v:.0f}" for v in wanted)]
    assert row(figure, 2) == ["0", "·", "·", "·"]


def test_frames_are_counted_apart_and_a_spent_ball_is_left(open_page):
    f = BallPuzzle()
    page = open_page(f.html())
    figure = page.locator(FIGURE)
    visible = figure.locator(".sq-court .sq-ball")
    for n in (1, 2, 3, 5):
        figure.locator(f"[data-value='{n}']").click()
        expect(visible).to_have_count(n)
        expect(figure.locator(f"[data-value='{n}']")).to_have_attribute("aria-pressed", "true")
        expect(figure.locator("[aria-pressed=true]")).to_have_count(1)
        numbers = ", ".join(f"({x:.2f}, {y:.2f})" for x, y in f.paths[0, 5 - n : 5])
        expect(figure.locator(".sq-seen")).to_contain_text(numbers)
    figure.locator("[data-do=go]").click()
    assert row(figure, 5)[0] == "1" and row(figure, 1)[0] == "0"
    figure.locator("[data-value='2']").click()
    assert state(figure)["ball"] == 1
    figure.locator("[data-do=reset]").click()
    assert state(figure)["ball"] == 0 and row(figure, 5)[0] == "0"


def test_keyboard_alone(open_page):
    f = BallPuzzle.example()
    page = open_page(f.html())
    page.evaluate("window.leaked = []; addEventListener('keydown', e => leaked.push(e.key))")
    figure = page.locator(FIGURE)
    figure.locator("[data-value='5']").focus()
    page.keyboard.press("Tab")
    expect(figure.locator(".sq-court")).to_be_focused()
    for key, times in [("ArrowRight", 3), ("ArrowUp", 2), ("Shift+ArrowLeft", 1)]:
        for _ in range(times):
            page.keyboard.press(key)
    want = f.paths[0, 4] + [0.29, 0.2]
    np.testing.assert_allclose(state(figure)["guess"], np.clip(want, 0, [4, 3]), atol=1e-9)
    x, y = state(figure)["guess"]
    expect(figure.locator(".sq-live")).to_have_text(f"Your mark: ({x:.2f}, {y:.2f}).")
    page.keyboard.press("Enter")
    assert state(figure)["totals"]["1"]["count"] == 1
    page.keyboard.press("ArrowUp")  # too late
    assert state(figure)["guess"] == [x, y]
    for ball in (1, 2, 0):
        page.keyboard.press("Space")
        assert state(figure)["ball"] == ball
        page.keyboard.press("Enter")
    assert page.evaluate("leaked.filter(k => k !== 'Tab')") == []
    # The mark stays in the court.
    page.keyboard.press("Enter")
    for _ in range(45):
        page.keyboard.press("ArrowDown")
    assert state(figure)["guess"][1] == 0


def test_result_and_next_ball_are_read_out(open_page):
    figure = open_page(BallPuzzle.example().html()).locator(FIGURE)
    for kind in (".sq-result", ".sq-live"):
        expect(figure.locator(kind)).to_have_attribute("aria-live", "polite")
    figure.locator("[data-do=go]").click()
    expect(figure.locator(".sq-result")).to_contain_text("The ball went to (")
    figure.locator("[data-do=go]").click()
    expect(figure.locator(".sq-live")).to_contain_text("Ball 2 of 3. Frame: (")


def test_a_tap_on_a_phone(open_page):
    page = open_page(BallPuzzle().html(), width=390, has_touch=True, is_mobile=True)
    figure = page.locator(FIGURE)
    box = figure.locator(".sq-court svg").bounding_box()
    figure.locator(".sq-court").tap(position={"x": box["width"] / 2, "y": box["height"] / 3})
    np.testing.assert_allclose(state(figure)["guess"], [2, 2], atol=0.05)
    assert row(figure, 1)[0] == "1"
    assert page.evaluate("document.documentElement.scrollWidth") == 390
