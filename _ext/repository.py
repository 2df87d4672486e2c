"""The repository's address: ``_config.yml`` holds it; a fork's continuous integration overrides it.

GitHub Actions sets ``GITHUB_REPOSITORY`` (``owner/name``) and ``GITHUB_REF_NAME`` in any fork, so
that the launch buttons of a fork's site open the fork's own notebooks.
"""

from __future__ import annotations

import os

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError


def pages_address(owner: str, name: str) -> str:
    """Where GitHub Pages serves the repository ``owner/name``."""
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def override(_app: Sphinx, config: Config) -> None:
    """Put the fork's address in place of the configured one."""
    slug = os.environ.get("GITHUB_REPOSITORY")
    if not slug:
        return
    owner, _, name = slug.partition("/")
    if not owner or not name or "/" in name:
        raise ConfigError(f"GITHUB_REPOSITORY must be owner/name, not {slug!r}")
    config.html_theme_options["repository_url"] = f"https://github.com/{slug}"
    # On a pull request the name is not that of a branch, so the configured branch is kept.
    if os.environ.get("GITHUB_REF_TYPE") == "branch" and "GITHUB_HEAD_REF" not in os.environ:
        config.html_theme_options["repository_branch"] = os.environ["GITHUB_REF_NAME"]
    config.html_baseurl = pages_address(owner, name)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("config-inited", override, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
