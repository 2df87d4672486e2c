"""Figures of gradients through time: what they show, not how they look."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch
from seqbook import plots
from seqbook.chapters.bptt import figures as gradients
from seqbook.plots.style import COLORS


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


def test_a_gradient_comes_from_each_loss_and_each_later_state():
    ax = gradients.there_and_back(3)
    back = [p for p in ax.patches if isinstance(p, FancyArrowPatch)
            and p.get_edgecolor() == matplotlib.colors.to_rgba(COLORS["accent"])]
    assert len(back) == 6
    assert sum("W_{hh}" in t.get_text() for t in ax.texts) == 3


def test_a_step_off_the_picture_goes_to_its_edge():
    w = np.linspace(0, 1, 11)
    ax = gradients.cliff(w, w**2, 0.8, {"far": -50.0, "near": 0.5})
    far, near = (t for t in ax.texts if hasattr(t, "xyann"))
    assert far.xy == pytest.approx((0, 0.64)) and near.xy == pytest.approx((0.5, 0.25))


def test_a_run_that_leaves_the_numbers_ends_in_a_cross():
    runs = {"wild": np.array([1.0, 50.0, np.nan, np.nan]), "tame": np.array([1.0, 0.5, 0.4, 0.3])}
    ax = gradients.losses(runs, reference=("mean", 0.6))
    crosses = [line for line in ax.lines if line.get_marker() == "x"]
    assert [list(line.get_xdata()) for line in crosses] == [[3]]
    assert list(ax.lines[0].get_ydata()) == [1.0, 50.0]
    labels = [t.get_text() for t in ax.get_legend().get_texts()]
    assert labels == ["wild", "tame", "mean"]
    plt.close("all")
    high = gradients.losses({"from above": np.array([1e9, 1e4, 1.0])})
    assert [line.get_marker() for line in high.lines] == ["None"]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: plots.by_step({}), "at least one curve"),
        (lambda: plots.by_step({"a": [1.0]}), "2 or more numbers"),
        (lambda: plots.by_step({"a": [1.0, np.nan]}), "numbers from 0 up"),
        (lambda: plots.by_step({"a": [1.0, 0.0]}), "last norm is 0"),
        (lambda: gradients.there_and_back(1), "use 2 or more"),
        (lambda: gradients.cliff([0, 1], [0, 1, 2], 0.5, {}), "two equal rows"),
        (lambda: gradients.cliff([0, 1], [0, 1], 2.0, {}), "not between 0 and 1"),
        (lambda: gradients.losses({}), "at least one run"),
    ],
)
def test_bad_input_is_named_in_one_line(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
