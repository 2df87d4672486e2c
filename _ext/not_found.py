"""The page for an address that does not exist. It may be shown at any depth, so it holds no
relative address and needs no other file."""

from __future__ import annotations

from html import escape
from pathlib import Path

from sphinx.application import Sphinx

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>No such page · {title}</title>
<style>
body {{ margin: 18vh auto; max-width: 30rem; padding: 0 1.2rem; background: #fffdf9; color: #23262b;
  font: 1.15rem/1.6 "Iowan Old Style", Charter, Georgia, serif; }}
h1 {{ font-size: 1.9rem; line-height: 1.2; }}
a {{ color: #0f58a8; }}
@media (prefers-color-scheme: dark) {{
  body {{ background: #15181d; color: #d9dde3; }}
  a {{ color: #86b8f2; }}
}}
</style>
</head>
<body>
<main>
<h1>There is no page here</h1>
<p>The address may have been mistyped, or the page has moved. The
<a href="{base}">first page</a> lists the chapters and labs, the
<a href="{base}book/concepts.html">concept index</a> says where each idea is taught, and the
<a href="{base}search.html">search</a> looks through all of it.</p>
</main>
</body>
</html>
"""


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write 404.html, which GitHub Pages shows for an unknown address."""
    if exception or app.builder.name != "html":
        return
    page = PAGE.format(title=escape(app.config.html_title), base=escape(app.config.html_baseurl))
    (Path(app.outdir) / "404.html").write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
