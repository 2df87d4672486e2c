"""Ask early for the letters of the text, so that it does not move when they arrive."""

from __future__ import annotations

from bs4 import BeautifulSoup

STYLE = "vendor/fonts/fonts.css"
UPRIGHT, ITALIC = "source-serif-4-normal.woff2", "source-serif-4-italic.woff2"


def treat(soup: BeautifulSoup) -> None:
    """Preload the upright letters, and the italic ones where the text has some."""
    style = soup.select_one(f'head link[href*="{STYLE}"]')
    if style is None:
        return
    folder = style["href"].split(STYLE.rpartition("/")[2])[0]
    first = soup.head.select_one("link[rel=stylesheet]")
    italic = soup.select_one("article :is(em, i:not([class]), cite)")
    for name in [UPRIGHT, *[ITALIC] * bool(italic)]:
        attributes = {"as": "font", "type": "font/woff2", "crossorigin": ""}
        first.insert_before(
            soup.new_tag("link", rel="preload", href=folder + name, attrs=attributes), "\n"
        )
