"""Print the first code cell of a notebook (`--music` for one that renders tunes).

The repository's address stands in _config.yml; tests hold every notebook to this text.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

CELL = """\
try:
    import seqbook
except ModuleNotFoundError:  # on Colab: install the book's helpers, and nothing else
    %pip install -q "{package} @ git+{url}.git"
    import seqbook"""


def repository() -> str:
    """The address of the repository, without a trailing slash or `.git`."""
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    return re.search(r"^repository:\s*\n(?:\s+.*\n)*?\s+url:\s*(\S+)", config, re.M)[1].rstrip("/")


def setup_cell(music: bool = False) -> str:
    """The source of the set-up cell."""
    return CELL.format(package="seqbook[music]" if music else "seqbook", url=repository())


if __name__ == "__main__":
    print(setup_cell("--music" in sys.argv[1:]))
