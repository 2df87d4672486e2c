"""Find and start the Chromium that the tests of the site and of the live figures drive.

from browser import open_browser

with open_browser() as browser:
    page = browser.new_page()
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome")

# A container has no user namespaces for the sandbox, no graphics card and a small /dev/shm.
# The rest keeps the browser from talking to anything that a page did not ask for.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
)

MISSING = (
    "These tests need Chromium, and none was found: install it (Debian and Ubuntu: "
    "`apt install chromium`; anywhere: `playwright install chromium`) or name it in CHROMIUM."
)


class NoBrowser(RuntimeError):
    """There is no Chromium on this machine, or CHROMIUM names none."""


def find_chromium(playwright: Playwright) -> str:
    """Path of the browser: the variable CHROMIUM, then PATH, then Playwright's own download.

    Raises NoBrowser, in one line that says how to install one.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise NoBrowser(f"CHROMIUM is {named!r}, which is no program on this machine.")
        return found
    for command in COMMANDS:
        if found := shutil.which(command):
            return found
    downloaded = playwright.chromium.executable_path
    if downloaded and Path(downloaded).is_file():
        return downloaded
    raise NoBrowser(MISSING)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A headless Chromium with an empty profile, closed at the end. Raises NoBrowser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(playwright), args=list(FLAGS)
        )
        try:
            yield browser
        finally:
            browser.close()
