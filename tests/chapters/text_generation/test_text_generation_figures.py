"""Figures of the chapter on text generation."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from seqbook.chapters.text_generation import figures as generation


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_each_patch_has_the_color_and_the_name_it_was_given():
    names, colors = ["rose", "sky", "moss"], np.array([[1, 0.5, 0.5], [0.5, 0.7, 1], [0.4, 0.5, 0]])
    generation.swatches(names, colors, columns=2)
    ax = plt.gca()
    assert [text.get_text() for text in ax.texts] == names
    for patch, text, color in zip(ax.patches, ax.texts, colors, strict=True):
        assert np.allclose(to_rgb(patch.get_facecolor()), color)
        middle = patch.get_x() + patch.get_width() / 2
        assert np.isclose(text.get_position()[0], middle)
        assert text.get_position()[1] < patch.get_y()


def test_patches_need_a_color_each():
    with pytest.raises(ValueError, match="2 names need colors"):
        generation.swatches(["rose", "sky"], np.zeros((3, 3)))


def test_bars_are_the_probabilities_and_blanks_can_be_read():
    _, ax = plt.subplots()
    generation.letters(ax, np.array([0.1, 0.2, 0.7]), ["\n", " ", "a"])
    assert np.allclose([bar.get_height() for bar in ax.patches], [0.1, 0.2, 0.7])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["⏎", "␣", "a"]


def test_a_plain_process_can_show_a_figure_in_color():
    generation.swatches(["rose"], np.ones((1, 3)))
    generation.show_in_color()
