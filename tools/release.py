"""Make the notebooks belong to a release: `python tools/release.py 0.2.0` (or `0.3.0.dev0`).

Writes the version into pyproject.toml and CITATION.cff, dates the changelog's entry, and puts the
tag that Colab installs from into the first cell of every notebook. A version that ends in `.dev0`
opens the work on the next release: its notebooks install from `main`. Commits and tags nothing.
"""

from __future__ import annotations

import datetime
import re
import sys

import setup_cell
from setup_cell import ROOT, release

VERSION = re.compile(r"\d+\.\d+\.\d+(\.dev0)?")
STATED = {"pyproject.toml": r'^(version = ").*(")$', "CITATION.cff": r"^(version: ).*()$"}


def main(names: list[str]) -> int:
    """Write the version everywhere; returns the exit status."""
    if len(names) != 1 or not VERSION.fullmatch(names[0]):
        print("Name the version: make release VERSION=0.2.0 (or 0.3.0.dev0 for work on the next)")
        return 2
    version = names[0]
    log = ROOT / "CHANGELOG.md"
    text = log.read_text(encoding="utf-8")
    if release(version) != "main":
        title = re.compile(rf"^## {re.escape(version)}(?: \(.*\))?$", re.M)
        if not title.search(text):
            print(f"CHANGELOG.md has no entry `## {version}`: say what is new, then try again")
            return 2
        today = datetime.date.today().isoformat()
        log.write_text(title.sub(f"## {version} ({today})", text), encoding="utf-8")
    for name, old in STATED.items():
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(old, rf"\g<1>{version}\2", text, flags=re.M), encoding="utf-8")
    status = setup_cell.main(["--write"])
    if not status and release() != "main":
        print(f"Now: git commit -am 'Release {version}' && git tag {release()}")
        print(f"     git push origin main {release()}      (tests, then the site is published)")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
