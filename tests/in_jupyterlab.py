"""A JupyterLab with a home of its own, and notebooks with a figure's output stored in them."""

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
from seqbook.live import Explorer


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


def write_notebook(
    path: Path, figures: dict[str, Explorer], trusted_by: Path | None = None
) -> None:
    """A run notebook, a cell for each figure: its source and what it gave.

    `trusted_by` is the data folder of the Jupyter that ran it.
    """
    cells = []
    for n, (source, figure) in enumerate(figures.items()):
        output = new_output("execute_result", figure._repr_mimebundle_(), execution_count=1)
        cells.append(new_code_cell(source, id=f"figure{n}", execution_count=1, outputs=[output]))
    cells += [new_markdown_cell("Text.", id="text"), new_code_cell("1 + 1", id="other")]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, path)
    if trusted_by:
        notary = NotebookNotary(data_dir=str(trusted_by))
        notary.sign(notebook)
        notary.store.close()
