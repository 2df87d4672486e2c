"""Figures that compute what they show: the boundary of a network, and the folded plane."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from seqbook.chapters.perceptron import data, figures, hidden


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_boundary_is_drawn_where_the_network_is_undecided():
    x, y = data.blobs(50)
    ax = figures.decision_regions(lambda p: 1 / (1 + np.exp(-3 * (p[:, 0] - 0.25))), x, y)
    line = next(c for c in ax.collections if len(c.get_paths()) == 1
                and np.ptp(c.get_paths()[0].vertices[:, 1]) > 2
                and np.ptp(c.get_paths()[0].vertices[:, 0]) < 0.01)
    np.testing.assert_allclose(line.get_paths()[0].vertices[:, 0], 0.25, atol=0.01)
    assert ax.get_xlim()[0] == pytest.approx(x[:, 0].min() - 0.5)


def test_a_network_that_says_one_half_everywhere_has_no_boundary():
    x, y = data.xor()
    flat = figures.decision_regions(lambda p: np.full(len(p), 0.5), x, y)
    tilted = figures.decision_regions(lambda p: 0.1 + 0.5 * p[:, 0], x, y)
    assert len(tilted.collections) == len(flat.collections) + 1


def texts(ax):
    return [t.get_text() for t in ax.texts]


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
