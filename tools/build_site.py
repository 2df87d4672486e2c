"""Build the site from the stored outputs: beside the one that stands, which is then replaced.

    python tools/build_site.py

A build that fails, or that warns of anything, leaves `_build/html` as it was.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 1800  # seconds
BOOK = "from jupyter_book.cli.main import main; main()"
COLOR = re.compile(r"\x1b\[[0-9;]*m")
PROGRESS = re.compile(r"(reading sources|writing output)\.\.\. \[ *(\d+)%\] (\S+)")


def show(line: str) -> None:
    """Of what Sphinx says, the pages that are read and written."""
    if found := PROGRESS.match(COLOR.sub("", line)):
        said = f"{found[1]} {found[2]:>3}%  {found[3]}"
        print(f"\r\x1b[K{said}" if sys.stdout.isatty() else said,
              end="" if sys.stdout.isatty() else "\n", flush=True)  # fmt: skip


def build(root: Path, out: Path) -> bool:
    """Let Jupyter Book write the pages under `out`; returns whether it had nothing to say."""
    command = [sys.executable, "-c", BOOK, "build", str(root), "--path-output", str(out)]
    process = subprocess.Popen(
        [*command, "-W", "-n", "--keep-going"], cwd=root, text=True, stdout=subprocess.PIPE
    )
    watch = threading.Timer(LIMIT, process.kill)
    watch.start()
    try:
        for line in process.stdout:
            show(line)
        return process.wait() == 0
    finally:
        watch.cancel()
        process.kill()
        if sys.stdout.isatty():
            print("\r\x1b[K", end="")


def replace(site: Path, new: Path) -> None:
    """Put a copy of `new` where `site` stands. `new` itself stays for the next build."""
    fresh, old = site.with_name("html.new"), site.with_name("html.old")
    for left in (fresh, old):
        shutil.rmtree(left, ignore_errors=True)
    shutil.copytree(new, fresh)
    if site.exists():
        site.rename(old)
    fresh.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def main(root: Path = ROOT) -> int:
    """Build and replace; returns the exit status."""
    out = root / "_build" / "next"
    if not build(root, out):
        # What was read is kept for the next build, except after a warning: that would be forgotten.
        shutil.rmtree(out / "_build" / ".doctrees", ignore_errors=True)
        stands = " The site that stood is unchanged." if (root / "_build" / "html").exists() else ""
        print(f"The book was not built; the reason stands above.{stands}")
        return 1
    replace(root / "_build" / "html", out / "_build" / "html")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
