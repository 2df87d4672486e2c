"""Check the spelling of the prose: Markdown pages, and the Markdown cells of notebooks.

Uses cspell with its American English dictionary and the book's own words in tools/words.txt.
Code, formulas, citations and addresses are left out. Labs are not read: they are made from the
solutions.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]

NOT_PROSE = re.compile(
    r"""
    ^(?P<fence>`{3,}|~{3,})(?!\{).*?^(?P=fence)\s*$      # a block of code; directives stay
    | ^```\{(?:code-cell|code-block|math|bibliography|eval-rst|tableofcontents).*?^```\s*$
    | \$\$.*?\$\$ | \$[^$\n]+\$                          # formulas
    | \{[\w:+-]+\}`[^`]*`                                # roles: citations, references
    | `[^`\n]+`                                          # code
    | <!--.*?-->  | <[^>\n]+>                            # HTML
    | \]\([^)\s]*\) | https?://\S+                       # addresses
    | ^\([\w-]+\)=$ | ^:[\w-]+:.*$ | ^[\w-]+:\s\S*$      # targets, options, front matter
    | \[\#?\w[\w:.-]*\]\{                                # attributes
    """,
    re.M | re.S | re.X,
)


def prose(text: str) -> str:
    """The text with everything that is not prose blanked out, line numbers kept."""
    return NOT_PROSE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def pages() -> dict[str, str]:
    """Relative path → prose, of every page and notebook."""
    found = {}
    for path in [*ROOT.glob("*.md"), *(ROOT / "book").glob("*.md")]:
        found[path.relative_to(ROOT).as_posix()] = prose(path.read_text(encoding="utf-8"))
    for folder in ("notebooks", "solutions"):
        for path in (ROOT / folder).glob("*.ipynb"):
            cells = nbformat.read(path, 4).cells
            text = "\n\n".join(prose(c.source) for c in cells if c.cell_type == "markdown")
            found[path.relative_to(ROOT).as_posix() + ".md"] = text
    return found


def main() -> int:
    """Returns the exit status: 1 if a word is unknown."""
    cspell = ROOT / "node_modules" / ".bin" / "cspell"
    if not cspell.exists():
        print("The spell checker is missing: run `make test`, or `npm ci`")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        for name, text in pages().items():
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [cspell, "--config", ROOT / "tools" / "cspell.json", "--no-progress", "--no-color",
             "--show-suggestions", "--root", folder, "**"],
            cwd=folder, text=True, capture_output=True, check=False, timeout=600,
        )
    print((done.stdout + done.stderr).replace(folder + "/", "").strip())
    if done.returncode:
        print("Right after all? Add the word to tools/words.txt.")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
