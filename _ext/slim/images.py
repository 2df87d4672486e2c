"""Give every picture its size, so that the text does not jump when it arrives."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup
from PIL import Image

# Pictures after this many are loaded when the reader comes near them.
AT_ONCE = 2
PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3}
LENGTH = re.compile(r"([\d.]+)(px|pt)?$")


def svg_size(text: str) -> tuple[int, int] | None:
    """Width and height in pixels that an SVG states about itself, or None."""
    root = re.search(r"<svg\b[^>]*>", text)
    if root is None:
        return None
    sides = []
    for name in ("width", "height"):
        value = re.search(rf'\s{name}="([^"]+)"', root[0])
        length = value and LENGTH.match(value[1])
        if not length:
            return None
        sides.append(round(float(length[1]) * PIXELS[length[2] or ""]))
    return sides[0], sides[1]


def size(file: Path) -> tuple[int, int] | None:
    """Width and height in pixels of a picture, or None where it does not say."""
    if file.suffix == ".svg":
        return svg_size(file.read_text(encoding="utf-8")[:3000])
    if file.suffix in {".png", ".jpg", ".jpeg", ".webp"}:
        with Image.open(file) as picture:
            return picture.size
    return None


def treat(soup: BeautifulSoup, folder: Path) -> None:
    """Sizes for the pictures of the article, lazy loading for the later ones and the menus'."""
    for picture in soup.select(".dropdown-menu img"):
        picture["loading"] = "lazy"
    for number, picture in enumerate(soup.select("article img")):
        if number >= AT_ONCE:
            picture["loading"] = "lazy"
        picture["decoding"] = "async"
        file = folder / unquote(picture.get("src", ""))
        if picture.has_attr("width") or not file.is_file():
            continue
        if found := size(file):
            picture["width"], picture["height"] = map(str, found)
