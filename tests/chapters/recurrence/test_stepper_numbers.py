"""RNNStepper without a browser: its arithmetic, its output bundle, its refusals."""

from __future__ import annotations

import re

import numpy as np
import pytest
from seqbook.chapters.recurrence.rnn_stepper import RNNStepper
from seqbook.live import Explorer
from stepper import by_hand, random_stepper


def test_forward_pass_is_the_definition():
    rng = np.random.default_rng(0)
    for figure in [RNNStepper(), *(random_stepper(rng) for _ in range(20))]:
        states, ys = by_hand(figure)
        trace = figure.trace()
        total = trace.recurrent + trace.projected + figure.b_h
        for got, wanted in [
            (trace.h, states),
            (trace.y, ys),
            (trace.total, total),
            (np.tanh(trace.total), states[1:]),
        ]:
            np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-12)


def test_bundle_is_stable_small_and_complete_in_itself():
    bundle = RNNStepper()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle == RNNStepper()._repr_mimebundle_()
    html = bundle["text/html"]
    assert len(html.encode()) <= 25_000
    assert len(RNNStepper(np.ones((8, 2)))._repr_mimebundle_()["text/html"].encode()) <= 25_000
    assert not re.search(r"https?:|//[a-z]|\bimport\b|\bfetch\b|\bsrc=|\bhref=|url\(", html)
    assert html.count("<script>") == html.count("</script>") == 1


def test_id_comes_from_the_arguments():
    same, other = RNNStepper(), RNNStepper(start=2)
    assert same.element_id == RNNStepper().element_id != other.element_id
    assert re.fullmatch(r"rnn-stepper-[0-9a-f]{8}", same.element_id)


def test_static_text_and_table_hold_the_numbers():
    figure = RNNStepper()
    states, ys = by_hand(figure)
    text = figure.static_text()
    lines = [line for line in text.splitlines() if line.startswith("t = ")]
    assert len(lines) == len(figure.x)
    for line, x, h, y in zip(lines, figure.x, states[1:], ys, strict=True):
        numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", line)]
        np.testing.assert_allclose(numbers, [*x, *h, *y], atol=0.0051)
    assert "-0.00" not in RNNStepper([[-0.001, 0.0]]).static_text()
    cells = re.findall(r"<td>([^<]+(?:<br>[^<]+)*)</td>", figure.static_html())
    shown = [float(n.replace("−", "-")) for cell in cells for n in cell.split("<br>")]
    trace = figure.trace()
    blocks = (figure.x, trace.recurrent, trace.projected, trace.total, states[1:], ys)
    wanted = np.concatenate([block.ravel() for block in blocks])
    np.testing.assert_allclose(shown, wanted, atol=0.0051)


BAD = [
    ({"x": [[1.0, 0.0, 0.0]]}, r"x must have shape \(timesteps, 2\), got \(1, 3\)"),
    ({"x": [1.0, 0.0]}, r"x must have shape \(timesteps, 2\), got \(2,\)"),
    ({"x": [[1.0, 0.0], [1.0]]}, r"x must be an array of shape"),
    ({"x": np.zeros((0, 2))}, r"x must have shape \(timesteps, 2\), got \(0, 2\)"),
    ({"x": np.zeros((9, 2))}, r"1 to 8 steps, got 9"),
    ({"x": "abba"}, r"x must be an array of numbers"),
    ({"x": [["1", "0"]]}, r"x must be an array of numbers"),
    ({"x": [[True, False]]}, r"x must be an array of numbers"),
    ({"x": [[float("nan"), 0.0]]}, r"x must hold numbers from -5 to 5"),
    ({"x": [[float("inf"), 0.0]]}, r"x must hold numbers from -5 to 5"),
    ({"W_xh": [[6.0, 0.0], [0.0, 0.0]]}, r"W_xh must hold numbers from -5 to 5"),
    ({"W_xh": np.ones((3, 2))}, r"at most 2 inputs, got 3"),
    ({"W_xh": np.ones((2, 3))}, r"at most 2 units, got 3"),
    ({"W_xh": np.ones((2, 1))}, r"W_hh must have shape \(1, 1\), got \(2, 2\)"),
    ({"W_hh": np.ones((2, 1))}, r"W_hh must have shape \(2, 2\), got \(2, 1\)"),
    ({"W_hh": [[1j, 0], [0, 0]]}, r"W_hh must be an array of numbers"),
    ({"b_h": 0.0}, r"b_h must have shape \(2,\), got \(\)"),
    ({"W_hy": [1.0, 0.0]}, r"W_hy must have shape \(2, outputs\), got \(2,\)"),
    ({"W_hy": np.ones((2, 3))}, r"at most 2 outputs, got 3"),
    ({"h_0": [0.0]}, r"h_0 must have shape \(2,\), got \(1,\)"),
    ({"start": 6}, r"start must be from 0 to 5, got 6"),
    ({"start": -1}, r"start must be from 0 to 5, got -1"),
    ({"start": 1.5}, r"start must be a whole number from 0 to 5, got 1.5"),
    ({"start": True}, r"start must be a whole number"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_arguments_get_one_line(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        RNNStepper(**arguments)
    assert "\n" not in str(caught.value)


def test_the_figure_keeps_its_own_copy_of_the_arguments():
    x = np.ones((2, 2))
    figure = RNNStepper(x)
    x[:] = 0
    assert figure.x.sum() == 4


def test_explorer_refuses_nan_in_its_data():
    class Bad(RNNStepper):
        def config(self):
            return {"x": float("nan")}

    assert issubclass(Bad, Explorer)
    with pytest.raises(ValueError):
        Bad().html()
