"""Where the launch buttons lead: to the notebooks of this release, in this repository.

``_config.yml`` holds the repository's address. GitHub Actions sets ``GITHUB_REPOSITORY``
(``owner/name``) in any fork, so that the buttons of a fork's site open the fork's own notebooks.
They open them at the release that their first cell installs from: its tag, or ``main`` before one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))
from setup_cell import release


def pages_address(owner: str, name: str) -> str:
    """Where GitHub Pages serves the repository ``owner/name``."""
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def override(_app: Sphinx, config: Config) -> None:
    """Put the release, and a fork's address, in place of what is configured."""
    config.html_theme_options["repository_branch"] = release()
    slug = os.environ.get("GITHUB_REPOSITORY")
    if not slug:
        return
    owner, _, name = slug.partition("/")
    if not owner or not name or "/" in name:
        raise ConfigError(f"GITHUB_REPOSITORY must be owner/name, not {slug!r}")
    config.html_theme_options["repository_url"] = f"https://github.com/{slug}"
    config.html_baseurl = pages_address(owner, name)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("config-inited", override, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
