"""Keep the icons that are in use: their CSS rules and their glyphs."""

from __future__ import annotations

import re
from pathlib import Path

import pydata_sphinx_theme

from slim.fonts import cut

STATIC = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
STYLE = "styles/pydata-sphinx-theme.css"
FONTS = "vendor/fontawesome/webfonts"

# Many selectors may share one rule: .fa-a:before,.fa-b:before{content:"\f000"}
RULE = re.compile(r'((?:\.fa-[a-z0-9-]+:{1,2}before,?)+)\{content:"\\([0-9a-f]{1,5}) ?"\}')
RULE_BY_VARIABLE = re.compile(r'((?:\.fa-[a-z0-9-]+,?)+)\{--fa:"\\([0-9a-f]{1,5}) ?"\}')
NAME = re.compile(r"\bfa-[a-z0-9-]+")
ESCAPED = re.compile(r'"\\(f[0-9a-f]{3}) ?"')
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")


def names_in_use(out: Path, pages: list[Path]) -> set[str]:
    """Every icon name that a page or a script of the site mentions."""
    static = out / "_static"
    scripts = [*static.glob("*.js"), *(static / "scripts").glob("*theme.js")]
    names: set[str] = set()
    for file in [*pages, *scripts]:
        names |= set(NAME.findall(file.read_text(encoding="utf-8", errors="ignore")))
    return names


def cut_rules(css: str, names: set[str]) -> tuple[str, set[int]]:
    """The style sheet without the rules of unused icons, and the code points of the used ones."""
    points: set[int] = set()

    def keep(match: re.Match[str]) -> str:
        if names.isdisjoint(NAME.findall(match[1])):
            return ""
        points.add(int(match[2], 16))
        return match[0]

    return RULE_BY_VARIABLE.sub(keep, RULE.sub(keep, css)), points


def points_in_styles(out: Path) -> set[int]:
    """Code points that style sheets use by number."""
    points: set[int] = set()
    for file in (out / "_static").rglob("*.css"):
        css = file.read_text(encoding="utf-8", errors="ignore")
        if file.name == Path(STYLE).name:
            css = RULE_BY_VARIABLE.sub("", RULE.sub("", css))
        points |= {int(found, 16) for found in ESCAPED.findall(css)}
        points |= {ord(found) for found in PRIVATE_USE.findall(css)}
    return points


def keep_used(out: Path, pages: list[Path]) -> None:
    """Write the style sheet and the fonts anew from the theme's originals, cut to what is used."""
    static = out / "_static"
    css, points = cut_rules(
        (STATIC / STYLE).read_text(encoding="utf-8"), names_in_use(out, pages)
    )
    (static / STYLE).write_text(css, encoding="utf-8")
    points |= points_in_styles(out)
    for original in sorted((STATIC / FONTS).glob("*.woff2")):
        cut(original, static / FONTS / original.name, points)
