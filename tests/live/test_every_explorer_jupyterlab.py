"""Every live figure in JupyterLab, all in one notebook, where arrow keys and letters move cells."""

from __future__ import annotations

import pytest
from examples import EXAMPLES, selector
from in_jupyterlab import write_notebook
from playwright.sync_api import expect

CONTROLS = ":is(button, input, select, textarea, [tabindex='0']):visible"


@pytest.mark.parametrize("trusted", [True, False])
def test_all_in_one_notebook(open_lab, lab, trusted):
    path = lab.folder / f"all-{trusted}.ipynb"
    # Trust hangs on the contents, so the two differ.
    figures = {f"# {name}, {trusted}": figure for name, figure in EXAMPLES.items()}
    write_notebook(path, figures, trusted_by=lab.data if trusted else None)
    page = open_lab(path)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    cells = page.locator(".jp-Notebook .jp-Cell")
    expect(cells).to_have_count(len(EXAMPLES) + 2)
    active = "cells => cells.map(c => c.matches('.jp-mod-active'))"
    for figure in EXAMPLES.values():
        root = page.locator(f".jp-OutputArea {selector(figure)}")
        root.scroll_into_view_if_needed()
        if not trusted:  # no script runs, and what can be read without one is there
            assert root.get_attribute("data-live") is None
            assert len(root.inner_text()) > 60
            continue
        expect(root).to_have_attribute("data-live", "")
        first = root.locator(CONTROLS).first
        first.click()
        before = cells.evaluate_all(active)
        first.focus()
        # Keys that would move between cells, insert cells, and delete them.
        for key in ["ArrowDown", "ArrowUp", "a", "b", "d", "d"]:
            page.keyboard.press(key)
        assert cells.evaluate_all(active) == before
        expect(cells).to_have_count(len(EXAMPLES) + 2)
    assert faults == []
