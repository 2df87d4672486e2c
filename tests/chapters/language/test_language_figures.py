"""Figures of the chapters on language and on design criteria: what is drawn, and bad input."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from seqbook.chapters.design_criteria import figures as design
from seqbook.chapters.language import figures as language


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(ax) -> list[str]:
    return [t.get_text() for t in ax.texts if t.get_text()]


def test_a_sentence_has_a_box_a_word_and_an_arc_a_link():
    words = ["this", "cat", "for", "a", "?", "and"]
    ax = language.linked_sentence(words, [(1, 4), (0, 5)])
    assert texts(ax) == words
    assert len(ax.patches) == len(words) + 2


def test_next_words_draws_the_probabilities_that_it_is_given():
    figure = language.next_words({"a": [("walk", 0.6), ("run", 0.2)], "b": [("ride", 0.5)]})
    left, right = figure.axes
    assert [bar.get_width() for bar in left.patches] == [0.6, 0.2]
    assert [t.get_text() for t in left.get_yticklabels()] == ["walk", "run"]
    assert left.get_xlim() == right.get_xlim() == (0, 1)


def test_word_map_puts_each_word_beside_its_point():
    points = np.array([[0.0, 0.0], [1.0, 2.0], [1.0, 2.01]])
    ax = language.word_map(points, ["cat", "dog", "Monday"], ["animal", "animal", "day"])
    assert [(a.get_text(), a.xy) for a in ax.texts] == [
        ("cat", pytest.approx(points[0])), ("dog", pytest.approx(points[1])),
        ("Monday", pytest.approx(points[2])),
    ]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["animal", "day"]
    (_, dog, monday) = (a.xyann for a in ax.texts)
    assert dog != monday  # two labels at one place would cover each other


def test_padded_batches_fill_each_batch_to_its_own_longest():
    figure = language.padded_batches({"as is": np.array([3, 5, 2, 2])}, 2)
    (ax,) = figure.axes
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == [3, 5, 2, 0, 2, 2, 0, 0]  # words, then padding, batch by batch


def test_key_presses_colors_the_code_and_its_reversal():
    ax = design.key_presses(np.array([[0, 3, 1, 4], [4, 1, 3, 0]]), [3, 1, 4], ["yes", "no"])
    colors = [patch.get_edgecolor() for patch in ax.patches]
    first, second = colors[:4], colors[4:]
    assert first[1] == first[2] == first[3] != first[0]
    assert second[0] == second[1] == second[2] != second[3]
    assert first[1] != second[0] and {"yes", "no"} <= set(texts(ax))


def test_lines_and_curves_carry_their_numbers():
    ax = design.accuracy_lines([1, 2], {"GRU": [0.9, 1.0], "dense": [0.5, np.nan]}, xlabel="n")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0.9, 1.0])
    ax = language.count_curve({1: 4.0, 2: 3.0}, {"floor": 2.0})
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [4.0, 3.0])


@pytest.mark.parametrize(("call", "says"), [
    (lambda: language.linked_sentence(["a", "b"], [(1, 0)]), "later one"),
    (lambda: language.linked_sentence(["a", "b"], [(0, 2)]), "later one"),
    (lambda: language.next_words({}), "at least one guess"),
    (lambda: language.next_words({"x": [("a", 1.5)]}), "between 0 and 1"),
    (lambda: language.word_map(np.zeros((2, 3)), ["a", "b"], ["x", "x"]), r"\(2, 2\)"),
    (lambda: language.padded_batches({"x": np.array([1])}, 0), "batch size"),
    (lambda: design.key_presses(np.zeros(3, int), [1], ["x"]), "streams, timesteps"),
    (lambda: design.accuracy_lines([1], {"x": [1, 2]}, xlabel=""), "2 values for 1"),
])
def test_bad_input_is_named_in_one_line(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
