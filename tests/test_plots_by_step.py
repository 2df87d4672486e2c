"""Norms by step: what the lines and ticks show, not how they look."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from seqbook import plots


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_every_line_ends_at_one_and_keeps_its_length():
    t = np.arange(11)
    ax = plots.by_step({"down": 3 * 0.5 ** (10.0 - t), "up": 2.0 ** (5.0 - t[:6])})
    one, down, up = ax.lines
    np.testing.assert_allclose(one.get_ydata(), 1)
    np.testing.assert_allclose(down.get_ydata(), 0.5 ** (10.0 - t))
    np.testing.assert_allclose(up.get_ydata(), 2.0 ** (5.0 - t[:6]))
    assert list(up.get_xdata()) == list(range(6)) and ax.get_yscale() == "log"
    # named from the top, as they begin
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["up", "down"]


def test_absolute_values_zeros_and_no_legend():
    ax = plots.by_step({"a": np.array([0.0, 5.0])}, relative=False, floor=1e-9, legend=False)
    (line,) = ax.lines
    np.testing.assert_allclose(line.get_ydata(), [1e-9, 5.0])
    assert ax.get_legend() is None


@pytest.mark.parametrize("power", [1, 17, -30])
def test_the_ticks_are_powers_of_ten_and_few(power):
    norms = np.logspace(power, 0, 50)
    ax = plots.by_step({"a": norms})
    low, high = ax.get_ylim()
    ticks = [v for v in ax.get_yticks() if low <= v <= high]
    assert 2 <= len(ticks) <= 9 and low <= norms.min() and norms.max() <= high
    np.testing.assert_allclose(np.log10(ticks), np.round(np.log10(ticks)), atol=1e-9)


@pytest.mark.parametrize(
    ("curves", "says"),
    [
        ({}, "at least one curve"),
        ({"a": [1.0]}, "2 or more numbers"),
        ({"a": [1.0, np.nan]}, "numbers from 0 up"),
        ({"a": [1.0, 0.0]}, "last norm is 0"),
    ],
)
def test_bad_input_is_named_in_one_line(curves, says):
    with pytest.raises(ValueError, match=says) as caught:
        plots.by_step(curves)
    assert "\n" not in str(caught.value)
