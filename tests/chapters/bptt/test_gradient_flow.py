"""GradientFlow: its arithmetic against the definition, the page's against NumPy's, its knobs."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.bptt.gradient_flow import ACTIVATIONS, STARTS, GradientFlow, gradient_trace

FIGURE = ".sq-gradient-flow"


def last_state(W, projected, h, activation):
    g = {"linear": lambda z: z, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}[activation]
    for p in projected:
        h = g(h @ W + p)
    return h


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradients_are_what_moving_a_number_does(activation):
    rng = np.random.default_rng(0)
    W, projected, v = rng.normal(size=(3, 3)) * 0.6, rng.normal(size=(6, 3)), rng.normal(size=3)
    trace, eps = gradient_trace(W, projected, v, activation), 1e-6
    for t in range(7):  # from each state on, to the end
        for i, step in enumerate(eps * np.eye(3)):
            ends = [last_state(W, projected[t:], trace.h[t] + s, activation) @ v
                    for s in (step, -step)]
            assert (ends[0] - ends[1]) / (2 * eps) == pytest.approx(trace.dh[t, i], abs=1e-7)
    for i in range(3):
        for j in range(3):
            step = np.zeros((3, 3))
            step[i, j] = eps
            ends = [last_state(W + s, projected, np.zeros(3), activation) @ v
                    for s in (step, -step)]
            assert (ends[0] - ends[1]) / (2 * eps) == pytest.approx(trace.dW_hh[i, j], abs=1e-7)
    assert trace.h.shape == trace.dh.shape == (7, 3) and trace.norms.shape == (7,)


@pytest.mark.parametrize("radius", [0.5, 1.0, 1.5])
def test_a_linear_orthogonal_network_gives_powers_of_the_radius(radius):
    figure = GradientFlow(steps=100, radius=radius)
    wanted = radius ** np.arange(100, -1, -1.0)
    np.testing.assert_allclose(figure.trace().norms, wanted, rtol=1e-3)  # 6 digits are stored


def test_the_matrices_have_the_radius_that_they_are_said_to_have():
    for seed in (0, 1):
        for kind, matrix in GradientFlow(seed=seed).matrices.items():
            assert np.abs(np.linalg.eigvals(matrix)).max() == pytest.approx(1, abs=1e-4), kind
    norm = np.linalg.norm(GradientFlow().matrices["gaussian"], 2)
    assert norm > 1.3  # larger than its radius: this is what "gaussian" is there to show


def test_what_the_chapter_says_about_the_knobs():
    figure = GradientFlow(steps=100)

    def share(**knobs):
        norms = figure.trace(**knobs).norms
        return norms[1] / norms[-1]

    assert share(radius=1.0) == pytest.approx(1, abs=1e-3)
    assert share(radius=1.0, activation="tanh") < 0.1
    assert share(radius=1.5) > 1e17
    assert share(radius=1.5, activation="tanh") < 1e4
    assert share(radius=1.5, activation="tanh", start="identity") < 1e-20  # all units saturated
    assert share(radius=1.0, activation="relu") < 1e-5  # half of the units are off
    assert share(radius=1.0, activation="relu", start="identity") > 1e-3


def test_bundle_is_stable_and_complete_in_itself():
    bundle = GradientFlow()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle == GradientFlow()._repr_mimebundle_()
    html = bundle["text/html"]
    assert len(html.encode()) <= 40_000
    assert not re.search(r"https?:|//[a-z]|\bimport\b|\bfetch\b|\bsrc=|\bhref=|url\(", html)
    assert GradientFlow.example().element_id == GradientFlow(steps=20).element_id
    assert GradientFlow(radius=1.1).element_id != GradientFlow().element_id


def test_static_text_and_table_hold_the_numbers():
    figure = GradientFlow(radius=0.9, steps=30, activation="tanh")
    lines = figure.static_text().splitlines()
    assert [float(r) for r in re.findall(r"radius ([\d.]+)", lines[1])] == [0.5, 0.9, 1.0, 1.5]
    rows = {int(line.split()[0]): [float(v) for v in line.split()[1:]] for line in lines[2:]}
    assert list(rows) == [30, 20, 10, 1]
    for t, row in rows.items():
        wanted = [np.log10(figure.trace(radius=r).norms[t]) for r in (0.5, 0.9, 1.0, 1.5)]
        np.testing.assert_allclose(row, wanted, atol=0.0501)
    cells = re.findall(r"<td>([^<]+(?:<sup>[^<]+</sup>)?)</td>", figure.static_html())
    number = [float(c.replace("·10<sup>", "e").replace("</sup>", "").replace("−", "-"))
              for c in cells]
    wanted = [figure.trace(radius=r).norms[t] for t in rows for r in (0.5, 0.9, 1.0, 1.5)]
    np.testing.assert_allclose(number, wanted, rtol=0.06)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"radius": 0.1}, "radius must be a number from 0.2 to 2, got 0.1"),
        ({"radius": float("nan")}, "radius must be a number"),
        ({"radius": True}, "radius must be a number"),
        ({"radius": "1"}, "radius must be a number"),
        ({"steps": 4}, "steps must be a whole number from 5 to 100, got 4"),
        ({"steps": 10.0}, "steps must be a whole number"),
        ({"activation": "sigmoid"}, "activation must be one of linear, tanh, relu"),
        ({"start": "zeros"}, "start must be one of orthogonal, gaussian, identity"),
        ({"scale": 3}, "scale must be a number from 0 to 2, got 3"),
        ({"seed": -1}, "seed must be a whole number from 0"),
    ],
)
def test_bad_arguments_get_one_line(arguments, says):
    with pytest.raises(ValueError, match=says) as caught:
        GradientFlow(**arguments)
    assert "\n" not in str(caught.value)


# --- In a page --------------------------------------------------------------------------------


def knob(figure, key):
    return figure.locator(f"[data-key={key}]")


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def agrees(found, trace) -> None:
    np.testing.assert_allclose(found["h"], trace.h, rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(found["norms"], trace.norms, rtol=1e-9, atol=1e-300)
    scale = max(np.abs(trace.dW_hh).max(), 1e-300)
    np.testing.assert_allclose(np.array(found["dW"]) / scale, trace.dW_hh / scale, atol=1e-9)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_page_computes_what_numpy_computes(open_page, activation, start):
    f = GradientFlow(activation=activation, start=start, seed=3)
    figure = open_page(f.html()).locator(FIGURE)
    agrees(state(figure), f.trace())
    for knobs in [{"radius": 0.2, "steps": 5, "scale": 2.0},
                  {"radius": 1.0, "steps": 60, "scale": 0.1},
                  {"radius": 1.1, "steps": 100, "scale": 0.5}]:
        given = {**knobs, "activation": activation, "start": start}
        agrees(figure.evaluate("(e, s) => e.explorer.compute(s)", given), f.trace(**knobs))


def test_every_knob_moves_the_line_and_the_words(open_page):
    f = GradientFlow(steps=50)
    figure = open_page(f.html()).locator(FIGURE)
    read = figure.locator(".sq-read")
    expect(read).to_contain_text("∂L/∂h₁ is 5.7·10⁻³ of ∂L/∂h₅₀")
    expect(read).to_contain_text("× 0.90 at each step back")
    knobs: dict = {}
    for key, value in [("radius", 1.5), ("steps", 80), ("scale", 0.5)]:
        knob(figure, key).fill(str(value))
        knobs[key] = value
        agrees(state(figure), f.trace(**knobs))
    for key, value in [("activation", "tanh"), ("start", "gaussian")]:
        knob(figure, key).select_option(value)
        knobs[key] = value
        agrees(state(figure), f.trace(**knobs))
    trace = f.trace(**knobs)
    slope = (1 - trace.h[1:] ** 2).mean()
    expect(read).to_contain_text(f"Mean slope of tanh: {slope:.2f}.")
    points = figure.locator("path.sq-now").get_attribute("d")
    assert len(re.findall("[ML]", points)) == 81
    figure.locator("[data-do=reset]").click()
    agrees(state(figure), f.trace())


def test_the_line_is_drawn_where_its_numbers_are(open_page):
    """Heights on the axis: read back from the path and the labels of the two outer ticks."""
    f = GradientFlow(steps=40, radius=1.2)
    figure = open_page(f.html()).locator(FIGURE)
    path = figure.locator("path.sq-now").get_attribute("d")
    heights = np.array([float(p.split()[1]) for p in path[1:].split("L")])
    ticks = figure.locator("svg").evaluate(
        """s => [...s.querySelectorAll("text[text-anchor=end]")].map(
            e => [e.textContent, +e.getAttribute("y") - 4])"""
    )
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    known = {0 if name == "1" else int(name[2:].translate(digits)): y
             for name, y in ticks if name.startswith("10") or name == "1"}
    (k1, y1), (k2, y2) = min(known.items()), max(known.items())
    logs = k1 + (heights - y1) * (k2 - k1) / (y2 - y1)
    np.testing.assert_allclose(logs, np.log10(f.trace().norms), atol=0.05)


def test_an_exact_zero_is_said_and_ends_the_line(open_page):
    f = GradientFlow(activation="relu", start="identity", radius=0.5, steps=60)
    norms = f.trace().norms
    assert norms[1] == 0 and norms[-1] > 0
    figure = open_page(f.html()).locator(FIGURE)
    expect(figure.locator(".sq-read")).to_contain_text("∂L/∂h₁ is exactly 0.")
    points = re.findall("[ML]", figure.locator("path.sq-now").get_attribute("d"))
    assert len(points) == (norms > 0).sum()


def test_clipping_scales_the_whole_line_and_is_said(open_page):
    f = GradientFlow(radius=1.5, steps=50)
    figure = open_page(f.html()).locator(FIGURE)
    assert figure.locator("path.sq-clip").count() == 0
    knob(figure, "clip").check()
    factor = 1 / np.linalg.norm(f.trace().dW_hh)
    assert state(figure)["factor"] == pytest.approx(factor)
    assert figure.locator("path.sq-clip").count() == 1
    expect(figure.locator(".sq-read")).to_contain_text("keeps its shape")
    knob(figure, "radius").fill("0.2")
    expect(figure.locator(".sq-read")).to_contain_text("Clipping does nothing here")
    assert figure.locator("path.sq-clip").count() == 0


def test_a_line_can_be_kept_for_comparison(open_page):
    f = GradientFlow()
    figure = open_page(f.html()).locator(FIGURE)
    figure.locator("[data-do=keep]").click()
    knob(figure, "radius").fill("1.3")
    np.testing.assert_allclose(state(figure)["kept"], f.trace().norms, rtol=1e-9)
    agrees(state(figure), f.trace(radius=1.3))
    assert figure.locator("path.sq-kept").count() == 1
    figure.get_by_role("button", name="Drop the gray line").click()
    assert figure.locator("path.sq-kept").count() == 0


def test_by_keyboard_and_what_is_read_out(open_page):
    page = open_page(GradientFlow().html())
    page.evaluate(
        "window.leaked = []; document.addEventListener('keydown', e => leaked.push(e.key))"
    )
    figure = page.locator(FIGURE)
    page.keyboard.press("Tab")
    radius = figure.get_by_label("spectral radius")
    expect(radius).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(radius).to_have_attribute("aria-valuetext", "0.95")
    page.keyboard.press("End")
    assert state(figure)["radius"] == 2
    expect(figure.locator(".sq-live")).to_contain_text("times ∂L/∂h₅₀")
    for label in ["length T", "input size", "activation", "matrix", "clip to norm 1"]:
        page.keyboard.press("Tab")
        expect(figure.get_by_label(label)).to_be_focused()
    page.keyboard.press("Space")
    assert state(figure)["clip"] is True
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(figure.locator(".sq-live")).to_have_text("Line kept, in gray.")
    assert set(page.evaluate("leaked")) <= {"Tab"}


def test_two_on_a_page_do_not_share_their_settings(open_page):
    figures = open_page(2 * GradientFlow.example().html()).locator(FIGURE)
    assert figures.nth(0).get_attribute("id") != figures.nth(1).get_attribute("id")
    knob(figures.nth(0), "radius").fill("1.5")
    assert [state(figures.nth(k))["radius"] for k in (0, 1)] == [1.5, 0.9]
