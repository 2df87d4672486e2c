"""Color names come polite, sorted and with their colors."""

import numpy as np
from seqbook.chapters.text_generation import data as colors


def test_the_names_are_plain_text_each_once():
    names = colors.color_names()
    assert len(names) > 850 and names == sorted(set(names))
    assert set("".join(names)) == set("abcdefghijklmnopqrstuvwxyz ")
    assert not {"shit", "puke green", "robin's egg blue"} & set(names)
    names.clear()
    assert colors.color_names()  # the caller's list is the caller's


def test_a_name_has_its_color():
    found = colors.rgb(["red", "grass green", "black"])
    assert found.shape == (3, 3) and found.dtype == np.float32
    assert found[0].argmax() == 0 and found[1].argmax() == 1 and not found[2].any()
    assert colors.rgb([]).shape == (0, 3)
