"""Let no script delay the page."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

# The theme draws its icons from a font; this 1.5 MB script would draw them a second time.
UNUSED = "fontawesome.js"
# What the page of results needs, and no other.
SEARCH = ("searchindex.js", "searchtools.js", "language_data.js")
# Read at once by scripts in the page itself.
AT_ONCE = "documentation_options"


def treat(soup: BeautifulSoup) -> None:
    """Drop the unused scripts, and run the others after the page has been read."""
    for script in soup.select(f'script[src*="{UNUSED}"]'):
        script.decompose()
    if soup.select_one("#search-results") is None:
        for name in SEARCH:
            for script in soup.select(f'script[src*="{name}"]'):
                script.decompose()
    for script in soup.select("head script[src]"):
        if AT_ONCE not in script["src"] and not script.has_attr("async"):
            script["defer"] = ""
    for meta in soup.select("meta[name=viewport]")[1:]:
        meta.decompose()


def remove_unused_files(out: Path) -> None:
    """Files that no page asks for: the script, source maps, fonts in the older format."""
    static = out / "_static"
    (static / "scripts" / UNUSED).unlink(missing_ok=True)
    for pattern in ("*.map", "*.ttf", "*.LICENSE.txt", "locales/**/*.po"):
        for file in static.rglob(pattern):
            file.unlink()
