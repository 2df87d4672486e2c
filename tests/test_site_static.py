"""The built site as files: `make test` builds it first. And the checker itself can fail."""

from __future__ import annotations

import importlib.metadata
import json
import re
from functools import cache
from pathlib import Path

import check_site
import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
NOTEBOOKS = [
    path for folder in check_site.NOTEBOOKS for path in sorted((ROOT / folder).glob("*.ipynb"))
]
LOOKED_UP = ["notation", "glossary", "cheatsheet", "bibliography", "how-to-use"]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# Every row of the syllabus, part by part.
CONCEPTS = [
    "where-next", "in-the-wild", "four-shapes", "perceptron", "feed-forward", "no-memory",
    "recurrence", "state-update", "unrolled", "rnn-from-scratch", "keras-rnn", "design-criteria",
    "next-word", "encoding-text", "variable-length", "order-matters", "long-range", "bptt",
    "exploding", "vanishing", "gates", "sentiment", "forecasting", "text-generation", "seq2seq",
    "music-generation", "rnn-limits", "desired-capabilities", "attention-as-search",
    "scaled-dot-product", "self-attention-from-scratch", "multi-head", "positions",
    "relative-positions", "transformer", "cross-attention", "tokens", "bert-gpt",
    "attention-weights", "in-context", "biological", "rnn-vs-attention", "fast-generation",
    "selective-recurrence", "hybrid",
    "three-places", "vit", "vit-attention", "cnn-vs-vit", "pretrain-finetune", "captioning",
    "video", "detr", "diffusion", "guided-diffusion", "misconceptions", "scaling", "cost",
]  # fmt: skip
# What the chapters that exist have to teach.
TAUGHT = [
    "perceptron", "feed-forward", "no-memory", "recurrence", "state-update", "unrolled",
    "rnn-from-scratch", "keras-rnn",
]  # fmt: skip


@pytest.fixture(scope="module")
def site() -> check_site.Site:
    try:
        return check_site.read(SITE)
    except FileNotFoundError as error:
        pytest.fail(str(error), pytrace=False)


@cache
def page(name: str) -> BeautifulSoup:
    """A page of the built site."""
    path = SITE / name
    if not path.is_file():
        pytest.fail(f"There is no {name} in _build/html: run `make book` first.", pytrace=False)
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


# --- The site -----------------------------------------------------------------------------------


def test_site_has_no_fault(site):
    assert check_site.check(site) == []


def test_first_page_is_a_page_and_no_redirect():
    first = page("index.html")
    assert not first.select("meta[http-equiv=refresh]")
    assert len(first.select_one("article").get_text()) > 300


@pytest.mark.parametrize("name", LOOKED_UP)
def test_page_that_is_looked_up_has_something_on_it(name):
    assert len(page(f"book/{name}.html").select_one("article").get_text()) > 300


def test_concept_index_lists_the_whole_syllabus():
    parts = yaml.safe_load((ROOT / "book" / "concepts.yml").read_text(encoding="utf-8"))
    listed = [concept["id"] for part in parts for concept in part["concepts"]]
    assert listed == CONCEPTS
    index = page("book/concepts.html")
    for name in CONCEPTS:
        term = index.select_one(f"#index-{name}")
        assert term is not None, name
        links = term.find_next_sibling("dd").select("a[href]")
        assert bool(links) != bool(term.select(".planned")), name


@pytest.mark.parametrize("name", TAUGHT)
def test_concept_leads_to_the_section_that_teaches_it(name):
    link = page("book/concepts.html").select_one(f"#index-{name} + dd a")
    assert link is not None, f"{name} is still marked as planned"
    address, _, anchor = link["href"].partition("#")
    found = page((Path("book") / address).as_posix().replace("book/../", "")).find(id=anchor)
    section = found if found.name == "section" else found.find_parent("section")
    assert section.find(["h1", "h2", "h3"], recursive=False).get_text().startswith(link.get_text())


def test_run_times_are_the_notebooks_own():
    rows = page("book/run-times.html").select("table tbody tr")
    shown = {row.select_one("a")["href"]: row.get_text(" ", strip=True) for row in rows[:-1]}
    for path in NOTEBOOKS:
        if path.parent.name == "labs":
            continue
        facts = json.loads(path.read_text(encoding="utf-8"))["metadata"]["seqbook"]
        row = shown[f"../{path.parent.name}/{path.stem}.html"]
        minutes, seconds = divmod(facts["seconds"], 60)
        assert (f"{seconds} s" in row) == bool(seconds)
        assert (f"{minutes} min" in row) == bool(minutes)
        assert re.search(r"\d (MB|GB)$", row)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_chapter_says_how_long_it_runs(path):
    line = page(f"notebooks/{path.stem}.html").select_one("p.run-time")
    assert re.search(r"Runs in about (\d+ min )?\d+ (s|min) on .* [MG]B of memory", line.get_text())
    assert {a.get_text() for a in line.select("a")} == {"Colab", "Binder"}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_chapter_is_whole_without_scripts(path):
    chapter = page(f"notebooks/{path.stem}.html")
    assert chapter.select(".katex .katex-mathml math") and chapter.select(".katex .katex-html")
    assert chapter.select(".exercise .difficulty[aria-label]")
    assert chapter.select("details.solution > summary")
    assert chapter.select("article img[alt]")
    assert chapter.select_one(".prev-next-footer a.right-next, .prev-next-footer a.left-prev")


def test_every_page_asks_for_its_letters_early(site):
    for found in site.pages.values():
        early = found.soup.select("link[rel=preload][as=font][crossorigin]")
        files = {check_site.target(found, link["href"]) for link in early}
        if found.name == "404.html":  # has to do without any other file
            assert not early
        else:
            upright = SITE / "_static/vendor/fonts/source-serif-4-normal.woff2"
            assert upright.is_file() and upright in files, found.name


def test_what_the_site_carries_is_named_with_its_license(site):
    """Each script, style and font is ours or of a package on the page of licenses."""
    licenses = "\n" + page("licenses.html").select_one("article").get_text()
    for text in ("SIL OPEN FONT LICENSE Version 1.1", "Permission is hereby granted",
                 "Redistribution and use in source and binary forms"):  # fmt: skip
        assert text in licenses
    packages = json.loads((ROOT / "_assets/vendor/packages.json").read_text(encoding="utf-8"))
    assert packages and all(name in licenses for name in packages)
    named = [p for p in importlib.metadata.distributions() if f"\n{p.name} {p.version}" in licenses]
    theirs = {
        re.sub(r"(_t|\.jinja)$", "", file.name) for p in named for file in p.files or ()
    }  # less the ending of a template
    # Written during the build, from the book's settings.
    written = {"pygments.css", "language_data.js", "katex-math.css"}
    ours = {file.name for file in (ROOT / "_assets").rglob("*")}
    carried = {
        re.sub(r"\.[0-9a-f]{64}\.", ".", file.name)  # a digest that the build puts in
        for file in (SITE / "_static").rglob("*")
        if file.suffix in {".js", ".css", ".woff2"}
    }
    assert carried - theirs - ours - written == set()


def test_every_page_leads_to_the_licenses(site):
    for found in site.pages.values():
        if found.name not in {"404.html", "licenses.html"}:
            links = {check_site.target(found, a["href"]) for a in found.soup.select("footer a")}
            assert SITE / "licenses.html" in links, found.name


def test_what_others_show_of_a_page():
    for name in ("index.html", f"notebooks/{CHAPTERS[0].stem}.html"):
        head = page(name).head
        for wanted in ("title", "description", "url", "image", "type"):
            assert head.select_one(f"meta[property='og:{wanted}']")["content"]
        picture = head.select_one("meta[property='og:image']")["content"]
        base = head.select_one("link[rel=canonical]")["href"].removesuffix(name)
        assert (SITE / picture.removeprefix(base)).is_file()
        assert head.select("link[rel~=icon]")


def test_sitemap_names_every_notebook():
    text = (SITE / "sitemap.xml").read_text(encoding="utf-8")
    for path in NOTEBOOKS:
        assert f"{path.parent.name}/{path.stem}.html</loc>" in text


def test_page_for_unknown_addresses_needs_nothing_beside_it():
    lost = page("404.html")
    assert not lost.select("script, img, link[rel=stylesheet]")
    assert all(a["href"].startswith("https://") for a in lost.select("a"))


def test_no_path_of_this_machine_is_published():
    for path in SITE.rglob("*"):
        if path.suffix in {".html", ".js", ".css", ".xml", ".txt", ".ipynb"}:
            assert str(ROOT) not in path.read_text(encoding="utf-8"), path.name


# --- The checker, on a small site ---------------------------------------------------------------

LAUNCH = (
    '<a href="https://colab.research.google.com/github/o/r/blob/main/labs/a.ipynb">Colab</a>'
    '<a href="https://mybinder.org/v2/gh/o/r/main?urlpath=lab/tree/labs/a.ipynb">Binder</a>'
)
LAB = f"""<!DOCTYPE html><html lang="en"><head>
<title>A</title><link rel="stylesheet" href="../s.css">
<meta name="description" content="A lab."></head><body>{LAUNCH}<article><h1 id="a">A</h1>
<h2>B</h2><p>Text <img src="../p.png" alt="A dot." width="1" height="1"></p>
<a href="#a">up</a> <a href="../index.html">home</a> <a href="https://example.org/">out</a>
</article></body></html>"""
HOME = LAB.replace(LAUNCH, "").replace("../", "")


def small_site(folder: Path, lab: str) -> list[str]:
    """Write a site of two pages beside its source, and check it."""
    out = folder / "html"
    for name in ("html/labs", "labs"):
        (folder / name).mkdir(parents=True)
    for name, text in [("index.html", HOME), ("labs/a.html", lab), ("s.css", ""), ("p.png", "")]:
        (out / name).write_text(text, encoding="utf-8")
    (folder / "labs" / "a.ipynb").write_text("{}", encoding="utf-8")
    return check_site.check(check_site.read(out, source=folder, home="o/r"))


def test_small_site_is_right(tmp_path):
    assert small_site(tmp_path, LAB) == []


BROKEN = {
    "dead link": ('href="../index.html"', 'href="../gone.html"', "broken link: ../gone.html"),
    "link out of the site": ('href="../index.html"', 'href="../../labs/a.ipynb"', "broken link"),
    "absolute link": ('href="../index.html"', 'href="/index.html"', "from the root of the host"),
    "dead anchor": ('href="#a"', 'href="#b"', "no such anchor: #b"),
    "dead anchor elsewhere": ("../index.html", "../index.html#b", "no such anchor"),
    "foreign style": ("../s.css", "https://cdn.example.org/s.css", "another host"),
    "foreign script": ("</head>", '<script src="//x.org/a.js"></script></head>', "another host"),
    "foreign font": ("</head>", "<style>@import 'https://x.org/f'</style></head>", "another host"),
    "foreign picture": ("../p.png", "https://x.org/p.png", "another host"),
    "lost picture": ("../p.png", "../q.png", "missing file: ../q.png"),
    "no alt text": (' alt="A dot."', "", "without alt text"),
    "empty alt text": ("A dot.", "", "without alt text"),
    "file name as alt text": ("A dot.", "../p.png", "without alt text"),
    "no size": (' width="1" height="1"', "", "without a size"),
    "unnamed drawing": ("<p>", '<svg role="img"></svg><p>', "no name"),
    "no launch link": ("mybinder.org", "example.org", "no launch link for mybinder.org"),
    "solution launched": ("main/labs/a", "main/solutions/a", "not in the repository"),
    "other repository": ("github/o/r/", "github/o/other/", "is not for o/r"),
    "no language": (' lang="en"', "", "no language"),
    "no title": ("<title>A</title>", "<title></title>", "no title"),
    "no description": ("A lab.", "", "no description"),
    "two first headings": ("<h2>B</h2>", "<h1>B</h1>", "2 headings of level 1"),
    "no first heading": ('<h1 id="a">A</h1>', '<p id="a">A</p>', "0 headings of level 1"),
    "level left out": ("<h2>B</h2>", "<h3>B</h3>", "level 3 after level 1"),
    "empty heading": ("<h2>B</h2>", "<h2></h2>", "empty heading"),
    "id twice": ("<h2>B</h2>", '<h2 id="a">B</h2>', "id given 2 times: a"),
    "formula not set": ("Text", '<span class="katex-error">x</span>', "error message"),
    "role left": ("Text", "{term}`state`", "markup that was not understood"),
    "fence left": ("Text", "```{note}", "markup that was not understood"),
}  # fmt: skip


@pytest.mark.parametrize("old, new, said", BROKEN.values(), ids=BROKEN.keys())
def test_fault_is_found(tmp_path, old, new, said):
    assert old in LAB
    faults = small_site(tmp_path, LAB.replace(old, new, 1))
    assert any(fault.startswith("labs/a.html: ") and said in fault for fault in faults), faults


def test_notebook_without_a_page_is_found(tmp_path):
    small_site(tmp_path, LAB)
    (tmp_path / "labs" / "b.ipynb").write_text("{}", encoding="utf-8")
    found = check_site.check(check_site.read(tmp_path / "html", source=tmp_path, home="o/r"))
    assert found == ["labs/b.ipynb: not on the site"]


def test_command_prints_a_line_per_fault_and_fails(tmp_path, capsys):
    assert check_site.main([str(tmp_path)]) == 2
    assert "make book" in capsys.readouterr().out
    small_site(tmp_path, LAB.replace("#a", "#b").replace("A dot.", ""))
    assert check_site.main([str(tmp_path / "html")]) == 1
    out = capsys.readouterr().out
    assert "no such anchor: #b" in out and "without alt text" in out
