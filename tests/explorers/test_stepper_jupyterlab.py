"""RNNStepper in JupyterLab: stored and trusted, stored and not trusted, freshly run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.request import urlopen

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import expect
from seqbook.explorers import RNNStepper
from stepper import FIGURE, check_step, field, press

SOURCE = "from seqbook.explorers import RNNStepper\n\nRNNStepper()"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab with a home of its own."""
    home = tmp_path_factory.mktemp("lab")
    settings = home / "settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True})
    )
    env = os.environ | {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    folder = home / "notebooks"
    folder.mkdir()
    log = (home / "log.txt").open("w")
    options = ["--ip=127.0.0.1", "--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}"]
    options += ["--IdentityProvider.token=", "--ServerApp.password="]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options], env=env, stdout=log, stderr=log
    )
    try:
        # The server picks a free port and writes it down.
        record = home / f"runtime/jpserver-{server.pid}.json"
        deadline = time.monotonic() + 120
        while True:
            assert server.poll() is None, (home / "log.txt").read_text()
            assert time.monotonic() < deadline, "JupyterLab did not start in two minutes."
            try:
                address = json.loads(record.read_text())["url"]
                with urlopen(address + "api/status", timeout=5):
                    break
            except (OSError, ValueError):
                time.sleep(0.2)
        yield SimpleNamespace(address=address, folder=folder, data=home / "data")
    finally:
        server.terminate()
        server.wait(60)
        log.close()


def write_notebook(path: Path, trusted_by: Path | None = None) -> None:
    """A run notebook; `trusted_by` is the data folder of the Jupyter that ran it."""
    data = RNNStepper()._repr_mimebundle_()
    output = new_output("execute_result", data, execution_count=1)
    cell = new_code_cell(SOURCE, id="figure", execution_count=1, outputs=[output])
    cells = [cell, new_markdown_cell("Text.", id="text"), new_code_cell("1 + 1", id="other")]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, path)
    if trusted_by:
        notary = NotebookNotary(data_dir=str(trusted_by))
        notary.sign(notebook)
        notary.store.close()


@pytest.fixture
def open_lab(browser, lab):
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    context.set_default_timeout(120_000)

    def opener(path):
        page = context.new_page()
        page.goto(f"{lab.address}lab/tree/{path.name}?reset")
        # A cell run before the kernel is there would open a dialog that asks for a kernel.
        expect(page.get_by_text("(ipykernel) | Idle")).to_be_visible(timeout=120_000)
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        return page

    yield opener
    context.close()


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
    write_notebook(path)
    page = open_lab(path)
    # Scripts are removed, the numbers stay.
    table = page.locator(".jp-OutputArea table")
    expect(table).to_be_visible()
    expect(table).to_contain_text("−0.46")
    expect(page.locator("[data-do=step]")).to_have_count(0)
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    drive_in_lab(page)


def test_trusted_in_jupyterlab(open_lab, lab):
    path = lab.folder / "own.ipynb"
    write_notebook(path, trusted_by=lab.data)
    drive_in_lab(open_lab(path))
