"""Figures of the chapter on recurrent layers: what they show, not how they look."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch, Rectangle
from seqbook.chapters.keras_rnn import figures as recurrent
from seqbook.plots.style import COLORS


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(ax):
    return [t.get_text() for t in ax.texts]


def test_only_a_name_right_after_the_gong_is_strong():
    ax = recurrent.announcements(np.array([0, 3, 5, 1]), np.array([0, 3, 3, 3]))
    heard = [t for t in ax.texts if t.get_position()[1] == 1.3]
    assert [t.get_text() for t in heard] == ["♪", "C", "·", "A"]
    strong = [t.get_color() == COLORS["accent"] for t in heard]
    assert strong == [True, True, False, False]
    assert [t.get_text() for t in ax.texts if t.get_position()[1] == 0] == ["–", "C", "C", "C"]


def test_without_a_board_it_asks():
    assert texts(recurrent.announcements(np.array([0, 3, 5]))).count("?") == 3


def test_each_call_returns_what_its_panel_says():
    first, sequences, state = recurrent.what_comes_back(3).axes
    outputs = [f"$h_{t}$" for t in (1, 2, 3)]
    assert [t for t in texts(first) if t in outputs] == ["$h_3$"]
    assert [t for t in texts(sequences) if t in outputs] == outputs
    assert [t for t in texts(state) if t in [*outputs, "$c_3$"]] == ["$h_3$", "$h_3$", "$c_3$"]


def test_windows_in_order_continue_their_row_and_crops_do_not():
    ordered, crops = recurrent.batch_layout(rows=3, windows=5).axes
    assert texts(ordered) == [f"{batch}{row}" for row in "abc" for batch in "12345"]
    assert sorted(texts(crops)) == sorted(texts(ordered)) and texts(crops) != texts(ordered)
    for ax in (ordered, crops):
        assert sum(isinstance(p, Rectangle) for p in ax.patches) == 15
    edges = [p.get_edgecolor() for p in ordered.patches]
    assert len(set(edges[:5])) == 1 and edges[0] != edges[5]


def test_two_directions_join_every_step_to_both_chains():
    ax = recurrent.two_directions(4)
    arrows = sum(isinstance(p, FancyArrowPatch) for p in ax.patches)
    assert arrows == 4 * 4 + 2 * 3
    assert texts(ax).count("→") == texts(ax).count("←") == 4


def test_accuracy_has_a_line_per_seed_and_their_mean():
    runs = [np.array([1.0, 0.6]), np.array([0.8, 0.2])]
    ax = recurrent.accuracy_by_wait({"GRU": runs, "LSTM": runs[:1]})
    assert len(ax.lines) == (2 + 1) + (1 + 1) + 1  # and the one of chance
    np.testing.assert_allclose(ax.lines[2].get_ydata(), [0.9, 0.4])
    _, labels = ax.get_legend_handles_labels()
    assert labels == ["GRU", "LSTM"]


def test_bars_keep_their_order_also_in_two_axes_that_share_it():
    _, axes = plt.subplots(1, 2, sharey=True)
    for ax in axes:
        recurrent.bars({"first": 2.0, "second": 0.5}, ax=ax)
        bottom, top = ax.get_ylim()
        assert bottom > top, "the first is on top"
        assert [p.get_width() for p in ax.patches] == [2.0, 0.5]
        assert texts(ax) == ["2.0×", "0.5×"]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: recurrent.announcements(np.array([0, 9])), "0 to 5"),
        (lambda: recurrent.announcements(np.array([0, 1]), np.array([0])), "2 words"),
        (lambda: recurrent.what_comes_back(1), "2 or more"),
        (lambda: recurrent.batch_layout(rows=0), "at least 1"),
        (lambda: recurrent.two_directions(0), "at least 1"),
        (lambda: recurrent.accuracy_by_wait({"GRU": []}), "GRU has no curve"),
        (lambda: recurrent.bars({}), "at least one value"),
        (lambda: recurrent.bars({"a": -1.0}), "none below 0"),
    ],
)
def test_bad_input_is_named_in_one_line(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
