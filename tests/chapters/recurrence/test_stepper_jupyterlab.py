"""RNNStepper in JupyterLab: stored and not trusted, then freshly run."""

from __future__ import annotations

from in_jupyterlab import write_notebook
from playwright.sync_api import expect
from seqbook.chapters.recurrence.rnn_stepper import RNNStepper
from stepper import FIGURE, check_step, field, press

SOURCE = "from seqbook.chapters.recurrence.rnn_stepper import RNNStepper\n\nRNNStepper()"


def drive_in_lab(page) -> None:
    figure, f = page.locator(f".jp-OutputArea {FIGURE}"), RNNStepper()
    step = figure.locator("[data-do=step]")
    expect(step).to_be_visible()
    check_step(figure, f, 1)
    press(figure, "step")
    check_step(figure, f, 2)
    cells = page.locator(".jp-Notebook .jp-Cell")
    active = "cells => cells.map(c => c.matches('.jp-mod-active'))"
    before = cells.evaluate_all(active)
    step.focus()
    for key, t in [("ArrowRight", 3), ("ArrowDown", 3), ("ArrowUp", 3), ("ArrowLeft", 2)]:
        page.keyboard.press(key)
        check_step(figure, f, t)
        assert cells.evaluate_all(active) == before
    for key in "ddab":  # delete and insert cells, pressed outside the figure
        page.keyboard.press(key)
    slider = figure.locator("input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    check_step(figure, f, 4)
    weight = field(figure, "W_hh from unit 1 to unit 1")
    weight.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("-0.5")
    f.W_hh[0, 0] = -0.5
    check_step(figure, f, 4)
    expect(weight).to_be_focused()
    page.keyboard.press("ArrowDown")
    f.W_hh[0, 0] = -0.6
    check_step(figure, f, 4)
    assert cells.evaluate_all(active) == before
    expect(cells).to_have_count(3)


def test_not_trusted_in_jupyterlab_then_run(open_lab, lab):
    path = lab.folder / "received.ipynb"
    write_notebook(path, {SOURCE: RNNStepper()})
    page = open_lab(path)
    # Scripts are removed, the numbers stay.
    table = page.locator(".jp-OutputArea table")
    expect(table).to_be_visible()
    expect(table).to_contain_text("−0.46")
    expect(page.locator("[data-do=step]")).to_have_count(0)
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    drive_in_lab(page)
