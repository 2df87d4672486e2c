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

CODE_SPAN = re.compile(r"(?<![`}])(`{1,2})(?!`)[^`\n]+\1(?!`)")
FENCE = re.compile(r"[ ]*(?P<fence>`{3,}|~{3,}|:{3,})[ ]*(?P<info>.*)$")
# Directives whose body is no prose.
NO_PROSE = re.compile(r"\{(?:code(?:-cell|-block)?|math|bibliography|eval-rst|tableofcontents)\}")
NOT_PROSE = re.compile(
    r"""
      \$\$.*?\$\$ | \$[^$\n]+\$                          # formulas
    | \{[\w:+-]+\}`[^`]*`                                # roles: citations, references
    | <!--.*?-->  | <[^>\n]+>                            # HTML
    | \]\([^)\s]*\) | https?://\S+                       # addresses
    | ^\([\w-]+\)=$ | ^:[\w-]+:[^\n]*$ | ^[\w-]+:\s\S*$  # targets, options, front matter
    | \[\#?\w[\w:.-]*\]\{                                # attributes
    """,
    re.M | re.S | re.X,
)


def blank(match: re.Match) -> str:
    """As many blanks as the match is long, on as many lines."""
    return re.sub(r"[^\n]", " ", match[0])


def split_code(source: str) -> tuple[str, str]:
    """The text without blocks and spans of code, line numbers kept; and what was code in it.

    A directive keeps its first line, which may have a title, and its text.
    """
    kept, code, open_fences = [], [], []
    for line in source.split("\n"):
        fence = FENCE.match(line)
        mark, is_code = open_fences[-1] if open_fences else (None, False)
        keep = False
        if mark and fence and not fence["info"] and fence["fence"].startswith(mark):
            open_fences.pop()
        elif is_code:
            code.append(line)
        elif fence:
            keep = fence["info"].startswith("{")
            open_fences.append((fence["fence"], not keep or bool(NO_PROSE.match(fence["info"]))))
        else:
            keep = True
        kept.append(line if keep else " " * len(line))
    text = "\n".join(kept)
    code += [match[0] for match in CODE_SPAN.finditer(text)]
    return CODE_SPAN.sub(blank, text), "\n".join(code)


def prose(text: str) -> str:
    """The text with everything that is not prose blanked out, line numbers kept."""
    return NOT_PROSE.sub(blank, split_code(text)[0])


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
