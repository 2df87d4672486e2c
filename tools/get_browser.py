"""See to it that the tests have a Chromium: one that is there, Playwright's own, or Debian's.

Says in one line what to install where none can be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
from browser import MISSING, NoBrowser, find_chromium, open_browser
from playwright.sync_api import Error, sync_playwright

LIMIT = 600  # seconds for a download
PACKAGE = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]


def is_there() -> bool:
    """Is a Chromium named, on the path, or downloaded? Raises NoBrowser if CHROMIUM names none."""
    try:
        with sync_playwright() as playwright:
            find_chromium(playwright)
    except NoBrowser:
        if os.environ.get("CHROMIUM"):
            raise
        return False
    return True


def starts() -> bool:
    """Does it start? A download may lack libraries of the system."""
    try:
        with open_browser():
            return True
    except (NoBrowser, Error):
        return False


def run(*command: str) -> bool:
    """Run a command quietly; returns whether it succeeded in time."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def fetch() -> bool:
    """Playwright's own browser, else Debian's package; returns whether it then starts."""
    if run(sys.executable, "-m", "playwright", "install", "chromium") and starts():
        return True
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update", "-qq")
        # A browser from Playwright that lacks libraries finds them with the package.
        return run(*PACKAGE) and starts()
    return False


def main() -> int:
    """Returns the exit status: 0 if there is a browser."""
    try:
        if is_there():
            return 0
    except NoBrowser as error:
        print(error)
        return 1
    print("Fetching Chromium for the tests ...", flush=True)
    if fetch():
        return 0
    print(MISSING)
    return 1


if __name__ == "__main__":
    sys.exit(main())
