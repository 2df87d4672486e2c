"""RNNStepper in a sandboxed frame, which is how Colab shows the output of a cell."""

from __future__ import annotations

from html import escape

import pytest
from seqbook.chapters.recurrence.rnn_stepper import RNNStepper
from stepper import FIGURE, check_step, field, is_dark, press


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_a_sandboxed_frame_as_in_colab(open_page, theme):
    inner = f"<!doctype html><html theme='{theme}'><body>{RNNStepper().html()}</body></html>"
    page = open_page(
        f'<iframe title="output" sandbox="allow-scripts" style="width:100%;height:1100px" '
        f'srcdoc="{escape(inner)}"></iframe>'
    )
    figure, f = page.frame_locator("iframe").locator(FIGURE), RNNStepper()
    press(figure, "step")
    check_step(figure, f, 2)
    page.keyboard.press("ArrowRight")
    check_step(figure, f, 3)
    field(figure, "W_hh from unit 1 to unit 2").fill("1")
    f.W_hh[0, 1] = 1
    check_step(figure, f, 3)
    assert is_dark(figure) is (theme == "dark")
