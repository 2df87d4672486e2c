"""Check the built site: links, anchors, launch links, alt texts, structure, nothing from elsewhere.

    python tools/check_site.py _build/html

Prints one line for each fault and exits with 1 if there is any. The tests use the same functions.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag
from setup_cell import ROOT, repository

# Folders of notebooks, each of which has to be on the site with buttons that open it.
NOTEBOOKS = ("notebooks", "labs", "solutions")
COLAB, BINDER = "colab.research.google.com", "mybinder.org"
# Elements that make a browser fetch what they name.
LOADS = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "audio": "src",
    "video": "src", "embed": "src", "object": "data", "input": "src", "track": "src",
}  # fmt: skip
FETCHED_LINKS = {"stylesheet", "preload", "icon", "shortcut icon", "prefetch", "modulepreload",
                 "preconnect", "dns-prefetch", "apple-touch-icon", "manifest"}  # fmt: skip
IN_STYLE = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
LEFT_OVER = re.compile(r"\{[a-z:]+\}`|^:{3,}|`{3}|<!--|\$\$")
FILE_NAME = re.compile(r"\.(png|svg|jpe?g|webp|gif)$", re.I)


class Page(NamedTuple):
    """One page of the site, read once."""

    name: str
    path: Path
    soup: BeautifulSoup
    ids: list[str]
    anchors: set[str]


class Site(NamedTuple):
    """All pages of the site by the path of their file; `home` is `owner/name` of the source."""

    root: Path
    pages: dict[Path, Page]
    home: str
    source: Path


def read(root: Path, source: Path = ROOT, home: str = "") -> Site:
    """Parse every page under `root`.

    Raises:
        FileNotFoundError: if there is no site, with what to do.
    """
    root = root.resolve()
    if not (root / "index.html").is_file():
        raise FileNotFoundError(f"There is no site in {root.name}/: run `make book` first.")
    pages = {}
    for path in sorted(root.rglob("*.html")):
        name = path.relative_to(root).as_posix()
        if name.startswith(("_static/", "_sources/")):
            continue
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        ids = [str(tag["id"]) for tag in soup.select("[id]")]
        anchors = {*ids, *(str(tag["name"]) for tag in soup.select("a[name]"))}
        pages[path] = Page(name, path, soup, ids, anchors)
    home = home or repository().removeprefix("https://github.com/")
    return Site(root, pages, home, source)


def is_elsewhere(address: str) -> bool:
    """Does the address lead to another host?"""
    return bool(urlsplit(address).netloc)


def target(page: Page, address: str) -> Path:
    """The file that a relative address leads to."""
    path = unquote(urlsplit(address).path)
    found = (page.path.parent / path).resolve() if path else page.path
    return found / "index.html" if found.is_dir() else found


# --- The checks: each takes the site and one page, and yields what is wrong -------------------


def links(site: Site, page: Page) -> Iterator[str]:
    """Links inside the site lead to a file, and to an anchor in it."""
    for link in page.soup.select("a[href]"):
        address = str(link["href"])
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        if parts.path.startswith("/"):
            yield f"link from the root of the host, which breaks on a project page: {address}"
            continue
        file = target(page, address)
        if not file.is_file() or site.root not in file.parents:
            yield f"broken link: {address}"
        elif (
            parts.fragment
            and file in site.pages
            and unquote(parts.fragment) not in site.pages[file].anchors
        ):
            yield f"no such anchor: {address}"


def resources(site: Site, page: Page) -> Iterator[str]:
    """What the browser fetches by itself is on this site and is there."""
    found: list[str] = []
    for name, attribute in LOADS.items():
        found += [str(tag[attribute]) for tag in page.soup.select(f"{name}[{attribute}]")]
    for link in page.soup.select("link[href]"):
        if " ".join(link.get("rel", [])).lower() in FETCHED_LINKS:
            found.append(str(link["href"]))
    for image in page.soup.select("[srcset]"):
        found += [part.split()[0] for part in str(image["srcset"]).split(",") if part.strip()]
    styles = [style.get_text() for style in page.soup.select("style")]
    styles += [str(tag["style"]) for tag in page.soup.select("[style]")]
    for style in styles:
        found += [a or b for a, b in IN_STYLE.findall(style)]
    for address in found:
        if address.startswith(("data:", "#")):
            continue
        if is_elsewhere(address):
            yield f"loads from another host: {address}"
        elif not target(page, address).is_file():
            yield f"missing file: {address}"


def launch(site: Site, page: Page) -> Iterator[str]:
    """A notebook's page opens that very notebook, in this repository, in Colab and in Binder."""
    hosts = set()
    for link in page.soup.select("a[href]"):
        address = str(link["href"])
        parts = urlsplit(address)
        if parts.netloc == COLAB:
            found = re.fullmatch(r"/github/([^/]+/[^/]+)/blob/([^/]+)/(.+)", parts.path)
            home, file = (found[1], found[3]) if found else ("", "")
        elif parts.netloc == BINDER:
            found = re.fullmatch(r"/v2/gh/([^/]+/[^/]+)/([^/]+)", parts.path)
            place = parse_qs(parts.query).get("urlpath", [""])[0]
            home, file = (found[1] if found else ""), place.removeprefix("lab/tree/")
        else:
            continue
        if home != site.home:
            yield f"launch link is not for {site.home}: {address}"
        elif not (site.source / unquote(file)).is_file():
            yield f"launch link to a file that is not in the repository: {address}"
        elif link.find_parent("article") is None or "launch" in link.get("class", []):
            hosts.add(parts.netloc)
            if unquote(file) != page.name.removesuffix(".html") + ".ipynb":
                yield f"launch link opens another notebook: {address}"
    if page.name.split("/")[0] in NOTEBOOKS:
        for host in sorted({COLAB, BINDER} - hosts):
            yield f"no launch link for {host}"


def pictures(_site: Site, page: Page) -> Iterator[str]:
    """Each picture says what is to be seen, and how large it is."""
    for image in page.soup.select("img"):
        alt, src = image.get("alt"), str(image.get("src", ""))[-60:]
        if alt is None or FILE_NAME.search(alt) or (image.find_parent("article") and not alt):
            yield f"picture without alt text: {src}"
        if image.find_parent("article") and not image.has_attr("width"):
            yield f"picture without a size: {src}"
    for drawing in page.soup.select("svg[role=img]"):
        if not (drawing.get("aria-label") or drawing.select_one("title")):
            yield "drawing with role img and no name"


def structure(_site: Site, page: Page) -> Iterator[str]:
    """One h1, no step between headings left out, ids once, a language, a title, a description."""
    soup = page.soup
    if soup.html is None or not soup.html.get("lang"):
        yield "no language"
    if soup.title is None or not soup.title.get_text(strip=True):
        yield "no title"
    meta = soup.select_one("meta[name=description]")
    if page.name not in {"search.html", "404.html"} and not (meta and meta.get("content")):
        yield "no description"
    main = soup.select_one("article, main") or soup
    headings = [tag for tag in main.select("h1, h2, h3, h4, h5, h6") if not hidden(tag)]
    if (count := sum(tag.name == "h1" for tag in headings)) != 1:
        yield f"{count} headings of level 1"
    level = 0
    for tag in headings:
        if int(tag.name[1]) > level + 1:
            yield f"heading of level {tag.name[1]} after level {level}: {tag.get_text()[:50]}"
        level = int(tag.name[1])
        if not tag.get_text(strip=True):
            yield "empty heading"
    for name, times in Counter(page.ids).items():
        if times > 1:
            yield f"id given {times} times: {name}"


def hidden(tag: Tag) -> bool:
    """Is the element inside a part that is not shown?"""
    return any("hidden" in p.attrs or p.name == "template" for p in [tag, *tag.parents])


def text(_site: Site, page: Page) -> Iterator[str]:
    """Nothing that was to be turned into something else is left in the text."""
    if page.soup.select(".katex-error, .problematic, .system-message"):
        yield "an error message of the build is on the page"
    main = page.soup.select_one("article")
    for said in main.find_all(string=LEFT_OVER) if main else ():
        inside = {parent.name for parent in said.parents}
        unread = {"pre", "code", "script", "style", "math"}
        if type(said) is NavigableString and not inside & unread:
            yield f"markup that was not understood: {' '.join(said.split())[:60]}"


CHECKS: tuple[Callable[[Site, Page], Iterator[str]], ...] = (
    links, resources, launch, pictures, structure, text,
)  # fmt: skip


def missing_pages(site: Site) -> Iterator[str]:
    """Every notebook of the repository has its page."""
    names = {page.name for page in site.pages.values()}
    for folder in NOTEBOOKS:
        for path in sorted((site.source / folder).glob("*.ipynb")):
            if f"{folder}/{path.stem}.html" not in names:
                yield f"{folder}/{path.name}: not on the site"


def check(site: Site) -> list[str]:
    """All faults, one line each: the page, then what is wrong."""
    faults = list(missing_pages(site))
    for page in site.pages.values():
        faults += [f"{page.name}: {said}" for test in CHECKS for said in test(site, page)]
    return faults


def main(arguments: list[str]) -> int:
    """Check the site; returns the exit status."""
    try:
        site = read(Path(arguments[0]) if arguments else ROOT / "_build" / "html")
    except FileNotFoundError as error:
        print(error)
        return 2
    faults = check(site)
    print("\n".join(faults) or f"{len(site.pages)} pages, no fault found")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
