"""The page ``licenses.html``: the fonts and libraries that the site carries, each with its license.

Nothing is listed by hand. From npm comes what ``tools/vendor_assets.py`` copies; from Python comes
each loaded extension that brings styles, scripts or fonts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path
from typing import Any, NamedTuple

from sphinx.application import Sphinx

PAGE = "licenses"
SAID = "The fonts and libraries that this site carries, each with its version and its license."
LICENSE = re.compile(r"(licen[cs]e|copying|notice)[^/]*$", re.I)
NOTICE = re.compile(r"/\*!((?:(?!\*/).)*licensed?\b(?:(?!\*/).)*)\*/", re.S | re.I)
BROUGHT = (".css", ".js", ".woff2")
HOME = re.compile(r"(?:home|source|repository|code)\b.*?,\s*(\S+)", re.I)


class Carried(NamedTuple):
    """A package with files on the site."""

    name: str
    version: str
    home: str
    texts: list[str]


def from_npm(root: Path) -> Iterator[Carried]:
    """The packages whose files ``vendor_assets`` copies."""
    for name in sorted(json.loads((root / "_assets/vendor/packages.json").read_text("utf-8"))):
        folder = root / "node_modules" / name
        facts = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        texts = [file.read_text("utf-8") for file in sorted(folder.iterdir())
                 if LICENSE.match(file.name)]  # fmt: skip
        yield Carried(name, facts["version"], f"https://www.npmjs.com/package/{name}", texts)


def home(of: Distribution) -> str:
    """The address of a Python package's home, as it states it."""
    addresses = of.metadata.get_all("Project-URL") or []
    stated = [found[1] for address in addresses if (found := HOME.match(address))]
    return of.metadata.get("Home-page") or (stated or [f"https://pypi.org/project/{of.name}/"])[0]


def notices(file: Path) -> list[str]:
    """What a script or style says of others whose work is in it."""
    found = NOTICE.findall(file.read_text(encoding="utf-8", errors="ignore"))
    said = [re.sub(r"^[ *!]+", "", text, flags=re.M).strip() for text in found]
    return [text for text in said if "For license information please see" not in text]


def from_python(app: Sphinx) -> Iterator[Carried]:
    """The loaded extensions with styles, scripts or fonts, and what these in turn carry."""
    owners = packages_distributions()
    modules = {"sphinx", *(name.split(".")[0] for name in app.config.extensions)}
    # The theme and those that it is built on, which are extensions too.
    for folder in app.builder.theme.get_theme_dirs():
        modules |= {name for name in app.extensions if f"/{name}/" in Path(folder).as_posix()}
    for name in sorted({owner for module in modules for owner in owners.get(module, ())}):
        package = distribution(name)
        files = package.files or []
        brought = [Path(file.locate()) for file in files if file.suffix in BROUGHT]
        if not brought:
            continue
        texts = [file.read_text(encoding="utf-8") for file in files
                 if LICENSE.search(file.name) and file.suffix not in {".py", *BROUGHT}]  # fmt: skip
        inside = {said for file in brought if file.suffix != ".woff2" for said in notices(file)}
        yield Carried(package.name, package.version, home(package), texts + sorted(inside))


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The one page, in the theme's frame."""
    if app.builder.name != "html":
        return
    root = Path(app.srcdir)
    parts = [
        f"<section><h1>Licenses</h1><p>{SAID} The book's own code is under the MIT License, its "
        "text and figures under CC BY 4.0. Fonts are cut down to the signs that the book uses. "
        "Where a package's notice only names the MIT License or the SIL Open Font License, the "
        "full text stands under KaTeX or under Source Serif 4.</p>"
    ]
    for one in [*from_npm(root), *from_python(app)]:
        if not one.texts:
            raise FileNotFoundError(f"The license of {one.name} is not in its package.")
        parts.append(
            f'<h2><a href="{escape(one.home)}">{escape(one.name)}</a> {escape(one.version)}</h2>'
        )
        parts += [f'<pre class="license">{escape(text.strip())}</pre>' for text in one.texts]
    parts.append("</section>")
    tags = f'<meta name="description" content="{escape(SAID)}">'
    yield PAGE, {"title": "Licenses", "body": "\n".join(parts), "metatags": tags}, "page.html"


def in_footer(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Link the page at the foot of every other."""
    link = f'<p><a href="{context["pathto"](PAGE)}">Licenses of what this site carries</a></p>'
    context["theme_extra_footer"] = context.get("theme_extra_footer", "") + link


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("html-collect-pages", pages)
    app.connect("html-page-context", in_footer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
