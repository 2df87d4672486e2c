"""The styles and fonts of maths: early where there is maths, not at all elsewhere, and small."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

from slim.fonts import cut

# Nearly every formula uses these two.
EARLY = ("Main-Regular", "Math-Italic")
FONTS = "_static/vendor/katex/fonts"


def signs(soup: BeautifulSoup) -> set[int]:
    """The code points of what is drawn in the formulas of a page."""
    drawn = soup.select(".katex .katex-html")
    return {ord(sign) for formula in drawn for sign in formula.get_text()}


def cut_fonts(out: Path, points: set[int]) -> None:
    """Keep of the fonts the signs that some formula of the book shows."""
    for font in sorted((out / FONTS).glob("*.woff2")):
        cut(font, font, points)


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
