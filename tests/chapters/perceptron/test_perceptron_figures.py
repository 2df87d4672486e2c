"""Figures of the first chapter: what they show, not how they look."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.patches import Circle, FancyArrowPatch
from seqbook.chapters.perceptron import data, hidden, segments
from seqbook.chapters.perceptron import figures as nets


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(ax):
    return [t.get_text() for t in ax.texts]


def offsets(ax):
    """The marks of each scatter, as sets of points."""
    return [{tuple(map(float, p)) for p in np.asarray(c.get_offsets())}
            for c in ax.collections if len(c.get_offsets())]


def test_points_show_each_class_with_its_own_mark():
    ax = nets.points(*data.xor(), labels=["same", "different"])
    zeros, ones = ax.collections
    assert offsets(ax) == [{(0, 0), (1, 1)}, {(0, 1), (1, 0)}]
    assert len(zeros.get_facecolors()) == 0 and len(ones.get_facecolors()) == 1
    assert zeros.get_paths()[0].vertices.shape != ones.get_paths()[0].vertices.shape
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["same", "different"]


def test_the_boundary_is_drawn_where_the_network_is_undecided():
    x, y = data.blobs(50)
    ax = nets.decision_regions(lambda p: 1 / (1 + np.exp(-3 * (p[:, 0] - 0.25))), x, y)
    line = next(c for c in ax.collections if len(c.get_paths()) == 1
                and np.ptp(c.get_paths()[0].vertices[:, 1]) > 2
                and np.ptp(c.get_paths()[0].vertices[:, 0]) < 0.01)
    np.testing.assert_allclose(line.get_paths()[0].vertices[:, 0], 0.25, atol=0.01)
    assert ax.get_xlim()[0] == pytest.approx(x[:, 0].min() - 0.5)


def test_a_network_that_says_one_half_everywhere_has_no_boundary():
    x, y = data.xor()
    flat = nets.decision_regions(lambda p: np.full(len(p), 0.5), x, y)
    tilted = nets.decision_regions(lambda p: 0.1 + 0.5 * p[:, 0], x, y)
    assert len(tilted.collections) == len(flat.collections) + 1


def test_neuron_has_an_arrow_and_a_weight_for_each_input():
    for n in (1, 3, 5):
        ax = nets.neuron([f"$x_{k}$" for k in range(n)])
        assert [t for t in texts(ax) if t.startswith("$w_")] == [
            f"$w_{{{k}}}$" for k in range(1, n + 1)
        ]
        assert sum(isinstance(p, FancyArrowPatch) for p in ax.patches) == n + 3


def test_network_joins_every_neuron_to_every_neuron():
    ax = nets.network((2, 4, 3), names=["a", "b", "c"], weights=["$V$", "$W$"])
    assert len(ax.lines) == 2 * 4 + 4 * 3
    assert sum(isinstance(p, Circle) for p in ax.patches) == 2 * (2 + 4 + 3)
    assert texts(ax) == ["a", "b", "c", "$V$", "$W$"]


def test_memoryless_draws_one_input_arrow_per_symbol_in_the_window():
    for window, into_f in [(1, 4), (2, 4 + 3), (3, 4 + 3 + 2)]:
        ax = nets.memoryless(list("1011"), list("?101"), window=window)
        arrows = sum(isinstance(p, FancyArrowPatch) for p in ax.patches)
        assert arrows == 4 + into_f
        assert texts(ax).count("$f$") == 4


def test_activations_are_the_four_with_their_slopes():
    axes = nets.activations().axes
    assert [ax.get_title(loc="left") or ax.get_title() for ax in axes] == [
        "step", "sigmoid", "tanh", "ReLU"
    ]
    for ax in axes[1:3]:
        value, slope = ax.lines
        z = value.get_xdata()
        numeric = np.gradient(value.get_ydata(), z)
        np.testing.assert_allclose(slope.get_ydata()[1:-1], numeric[1:-1], atol=1e-3)


def test_the_third_puzzle_is_the_echo():
    *_, right = nets.three_puzzles().axes
    shown = [t for t in texts(right) if t in {"0", "1", "?", ""}]
    upper, lower = shown[0::2], shown[1::2]
    assert len(upper) == 8 and lower[0] == "" and lower[-1] == "?"
    assert lower[1:-1] == upper[:6], "each answer is the symbol before"


W1, W2 = np.array([[1.0, -1.0], [-0.25, 1.0]]), np.array([[1.0], [-1.0]])


def test_backprop_writes_every_value_weight_and_gradient():
    got = texts(hidden.backprop([1, 2], [0.46, 0.76], 0.43, (W1, W2), (W1 / 8, W2 / 8)))
    values = ["1.00", "2.00", "0.46", "0.76", "0.43"]
    on_edges = ["1", "−1", "−0.25", "1", "1", "−1", "+0.12", "−0.12", "−0.03"]
    assert set(values) | set(on_edges) <= set(got)
    # 5 values, 6 weights and 6 gradients, 3 names and the 2 words of the key.
    assert len(got) == 5 + 12 + 3 + 2


def test_the_folded_plane_shows_the_points_at_each_stage_and_a_straight_boundary_last():
    x, y = data.xor()
    w1, b1 = 4 * np.array([[-1.0, 1.0], [1.0, -1.0]]), np.array([2.0, 2.0])
    w2, b2 = np.array([[-5.0], [-5.0]]), np.array([5.0])
    axes = hidden.folded_plane((w1, b1), (w2, b2), x, y).axes
    for ax, at in zip(axes, [x, x @ w1 + b1, np.tanh(x @ w1 + b1)], strict=True):
        for k, cloud in enumerate(c for c in ax.collections if isinstance(c, PathCollection)):
            np.testing.assert_allclose(cloud.get_offsets(), at[y[:, 0] == k], atol=1e-5)
    line = axes[2].lines[-1].get_xydata()
    np.testing.assert_allclose(line @ w2 + b2, 0, atol=1e-9)
    # (0, 0) and (1, 1) land on the same spot, and share their label.
    assert sorted(texts(axes[2])) == ["00, 11", "01", "10"]
    assert sorted(texts(axes[0])) == ["00", "01", "10", "11"]


def test_segments_light_what_is_lit():
    lit, _ = data.seven_segments()
    ax = segments.segments(lit[[1, 8]], labels=["1", "8"])
    bright = [line.get_alpha() == 1 for line in ax.lines]
    assert bright == [bool(v) for v in lit[[1, 8]].ravel()] and texts(ax) == ["1", "8"]
    top, *_, middle = ax.lines[7:]
    assert top.get_ydata()[0] > middle.get_ydata()[0] > 0


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: nets.points(np.zeros((3, 3)), np.zeros(3)), r"\(n, 2\)"),
        (lambda: nets.points(np.zeros((3, 2)), np.zeros(4)), "n classes"),
        (lambda: nets.points(np.zeros((2, 2)), np.array([0, 2])), "classes are 0 and 1"),
        (lambda: nets.decision_regions(lambda p: p, *data.xor()), "one number per point"),
        (lambda: nets.neuron([]), "at least one input"),
        (lambda: nets.network([3]), "two layers"),
        (lambda: nets.network([3, 20]), "1 to 12"),
        (lambda: nets.network([3, 2], names=["a"]), "1 names for 2"),
        (lambda: nets.network([3, 2], weights=["a", "b"]), "2 weights for 1"),
        (lambda: nets.memoryless(["1"], []), "1 inputs for 0"),
        (lambda: nets.memoryless(["1"], ["0"], window=0), "at least 1"),
        (lambda: hidden.backprop([1], [1, 2], 0, (W1, W2), (W1, W2)), r"not \[\(1,\)"),
        (lambda: hidden.backprop([1, 2], [1, 2], 0, (W1, W1), (W1, W2)), r"has shapes"),
        (lambda: hidden.folded_plane((W1, [0]), (W2, [0]), *data.xor()), r"have shapes"),
        (lambda: segments.segments(np.zeros((2, 6))), r"\(displays, 7\), not \(2, 6\)"),
        (lambda: segments.segments(np.zeros(7), labels=["a", "b"]), "2 labels for 1"),
    ],
)
def test_bad_input_is_named_in_one_line(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
