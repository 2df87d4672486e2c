"""The styles and fonts of maths: early where there is maths, not at all elsewhere."""

from __future__ import annotations

from bs4 import BeautifulSoup

# Nearly every formula uses these two.
EARLY = ("Main-Regular", "Math-Italic")


def treat(soup: BeautifulSoup) -> None:
    """Ask for the main fonts early, or drop the style sheets."""
    head = soup.head
    if head is None:
        return
    if soup.select_one(".katex") is None:
        for link in head.select('link[href*="katex"]'):
            link.decompose()
        return
    folder = head.select_one('link[href*="katex.min.css"]')["href"].split("katex.min.css")[0]
    for name in EARLY:
        href = f"{folder}fonts/KaTeX_{name}.woff2"
        attributes = {"as": "font", "type": "font/woff2", "crossorigin": ""}
        head.insert(0, soup.new_tag("link", rel="preload", href=href, attrs=attributes))
