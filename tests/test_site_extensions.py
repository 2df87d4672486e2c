"""The local extensions of the site, piece by piece and without a build."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "_ext"))

import repository  # noqa: E402
import run_times  # noqa: E402
from slim import aria, boxes, images, scripts, sounds, typeface  # noqa: E402
from sphinx.errors import ConfigError  # noqa: E402


def soup(body: str, head: str = "") -> BeautifulSoup:
    return BeautifulSoup(
        f"<html><head>{head}</head><body><article>{body}</article></body></html>", "html.parser"
    )


# --- A fork --------------------------------------------------------------------------------------


@pytest.fixture
def config(monkeypatch) -> SimpleNamespace:
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    monkeypatch.setattr(repository, "release", lambda: "v1.2.3")
    return SimpleNamespace(
        html_theme_options={
            "repository_url": "https://github.com/a/b", "repository_branch": "main",
        },
        html_baseurl="https://a.github.io/b/",
    )


def test_buttons_open_the_release(config):
    repository.override(None, config)
    assert config.html_theme_options == {
        "repository_url": "https://github.com/a/b", "repository_branch": "v1.2.3",
    }  # fmt: skip
    assert config.html_baseurl == "https://a.github.io/b/"


def test_fork_opens_its_own_notebooks(config, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "Someone/course")
    repository.override(None, config)
    assert config.html_theme_options == {
        "repository_url": "https://github.com/Someone/course", "repository_branch": "v1.2.3",
    }  # fmt: skip
    assert config.html_baseurl == "https://someone.github.io/course/"


def test_site_of_an_account_lies_at_its_root():
    assert repository.pages_address("Someone", "someone.github.io") == "https://someone.github.io/"


@pytest.mark.parametrize("slug", ["nothing", "a/b/c", "/b", "a/"])
def test_address_that_is_none_is_named(config, monkeypatch, slug):
    monkeypatch.setenv("GITHUB_REPOSITORY", slug)
    with pytest.raises(ConfigError, match="owner/name"):
        repository.override(None, config)


# --- Run times -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seconds, said", [(0.2, "1 s"), (45, "45 s"), (60, "1 min"), (75, "1 min 15 s"), (120, "2 min")]
)
def test_duration(seconds, said):
    assert run_times.duration(seconds) == said


@pytest.mark.parametrize("megabytes, said", [(300, "300 MB"), (999, "999 MB"), (1240, "1.2 GB")])
def test_memory(megabytes, said):
    assert run_times.memory(megabytes) == said


# --- What is done to a page ----------------------------------------------------------------------

EXERCISE = """<div class="exercise admonition"><p class="admonition-title"><span
 class="caption-number">Exercise 2.1 </span> (A (longer) memory · ●●○ · 10 min)</p>
<section id="exercise-content"><p>Do it.</p></section></div>
<div class="solution dropdown admonition"><p class="admonition-title">Solution to<a href="#e">
 Exercise 2.1 (A (longer) memory · ●●○ · 10 min)</a></p>
<section id="solution-content"><p>Done.</p></section></div>"""


def test_exercise_gets_a_badge_and_its_solution_folds():
    page = soup(EXERCISE)
    boxes.treat(page)
    title = page.select_one(".exercise > .admonition-title")
    assert " ".join(title.get_text().split()) == "Exercise 2.1 A (longer) memory ●●○ 10 min"
    assert title.select_one(".difficulty")["aria-label"] == "difficulty 2 of 3"
    summary = page.select_one("details.solution > summary")
    assert "●" not in summary.get_text() and not summary.select("a")
    assert not page.select("section")


def test_task_of_a_lab_gets_a_badge():
    page = soup("<h3>1.2 · A dense layer · ●○○ · 4 min<a href='#x'>#</a></h3>")
    boxes.treat(page)
    heading = page.h3
    assert heading.get_text().startswith("1.2 · A dense layer ●○○ 4 min")
    assert heading.select_one("[aria-label='difficulty 1 of 3']")


def test_sound_becomes_a_file(tmp_path):
    data = base64.b64encode(b"sound").decode()
    page = soup(f'<audio preload="metadata" src="data:audio/mpeg;base64,{data}"></audio>')
    sounds.treat(page, tmp_path / "labs" / "a.html", tmp_path)
    player = page.audio
    assert player["preload"] == "none" and player["src"].startswith("../_sounds/")
    assert (tmp_path / "labs" / player["src"]).resolve().read_bytes() == b"sound"


@pytest.mark.parametrize(
    "attributes, size",
    [
        ('width="10" height="20"', (10, 20)),
        ('height="30pt" width="60pt"', (80, 40)),
        ('width="100%" height="20"', None),
        ('viewBox="0 0 1 1"', None),
    ],
)
def test_size_of_a_drawing(attributes, size):
    assert images.svg_size(f"<?xml version='1.0'?><svg {attributes}>") == size


def test_far_pictures_come_late(tmp_path):
    page = soup('<img src="a.svg">' * 4)
    (tmp_path / "a.svg").write_text('<svg width="10" height="20"></svg>', encoding="utf-8")
    images.treat(page, tmp_path)
    assert [p.get("loading") for p in page.select("img")] == [None, None, "lazy", "lazy"]
    assert all((p["width"], p["height"]) == ("10", "20") for p in page.select("img"))


@pytest.mark.parametrize(
    ("body", "files"),
    [("a", ["normal"]), ("<em>a</em>", ["normal", "italic"]), ("<i class='fa'></i>", ["normal"])],
)
def test_letters_are_asked_for_before_any_style(body, files):
    head = '<link rel="stylesheet" href="../_static/theme.css"/><link rel="stylesheet" href="'
    page = soup(body, head + '../_static/vendor/fonts/fonts.css?v=1"/>')
    typeface.treat(page)
    early = page.select("link")[: len(files)]
    assert [link["href"] for link in early] == [
        f"../_static/vendor/fonts/source-serif-4-{name}.woff2" for name in files
    ]
    # A font without `crossorigin` would be fetched a second time.
    assert all("preload" in link["rel"] and "crossorigin" in link.attrs for link in early)
    assert not page.select("link[rel=stylesheet] ~ link[rel=preload]")


def test_a_page_without_our_letters_asks_for_none():
    page = soup("a", '<link rel="stylesheet" href="a.css"/>')
    typeface.treat(page)
    assert not page.select("link[rel=preload]")


def test_scripts_wait_and_search_is_loaded_where_one_searches():
    head = "".join(
        f'<script src="_static/{name}"></script>'
        for name in ("fontawesome.js", "documentation_options.js", "doctools.js", "searchtools.js")
    )
    page, search = soup("", head), soup('<div id="search-results"></div>', head)
    for each in (page, search):
        scripts.treat(each)
    names = [Path(s["src"]).name for s in page.select("script")]
    assert names == ["documentation_options.js", "doctools.js"]
    assert [s.has_attr("defer") for s in page.select("script")] == [False, True]
    assert "searchtools.js" in str(search)


def test_empty_corner_of_a_table_is_no_header():
    page = soup("<table><thead><tr><th></th><th>a</th></tr></thead></table>")
    aria.treat(page)
    assert [cell.name for cell in page.select("tr > *")] == ["td", "th"]
