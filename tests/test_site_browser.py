"""The built site in a browser, page by page: `make test` builds it first.

Every page is opened in Chromium from a server that compresses as GitHub Pages does. Nothing waits
for a fixed time; every wait is for a condition, with a generous limit.
"""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser import NoBrowser, open_browser
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NAMES = [
    name
    for path in sorted(SITE.rglob("*.html"))
    if not (name := path.relative_to(SITE).as_posix()).startswith(("_static/", "_sources/"))
]
HTML = {name: (SITE / name).read_text(encoding="utf-8") for name in NAMES}
# The live figures of the book: (page, figure) for each.
LIVE = [
    (name, figure)
    for name, text in HTML.items()
    for figure in sorted(set(re.findall(r'class="sq sq-([a-z-]+)"', text)))
]
LIMIT = 120_000  # milliseconds; a busy machine with two cores is slow
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LARGEST_PAGE = 300_000  # bytes to fetch before anything is played or searched
# The page in which a trained transformer writes: its 132,608 weights take 150 kB of it.
# The two pages on diffusion: the denoiser of the live figure takes 70 kB.
LARGER = {
    "notebooks/language_models.html": 420_000,
    "notebooks/diffusion.html": 355_000,
    "notebooks/guided_diffusion.html": 355_000,
}
COMPRESSED = {".html", ".css", ".js", ".svg", ".xml", ".json"}


class Handler(SimpleHTTPRequestHandler):
    """Serves the site as GitHub Pages does: texts compressed, no directory listings."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, directory=str(SITE), **kwargs)

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file() or path.suffix not in COMPRESSED:
            super().do_GET()
            return
        body = gzip.compress(path.read_bytes(), 6, mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    if not (SITE / "index.html").is_file():
        pytest.fail("There is no site in _build/html: run `make book` first.", pytrace=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with open_browser() as found:
            yield found
    except NoBrowser as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def page(browser, base) -> Iterator[Page]:
    # Without motion no color is caught half way from one theme to the other.
    context = browser.new_context(
        viewport=WIDE, color_scheme="light", reduced_motion="reduce", base_url=base
    )
    context.set_default_timeout(LIMIT)
    yield context.new_page()
    context.close()


def page_with(*parts: str) -> str:
    """The first page of a chapter whose HTML holds all of these."""
    for name, text in HTML.items():
        if name.startswith("notebooks/") and all(part in text for part in parts):
            return name
    pytest.fail(f"No chapter in _build/html has {parts}: run `make book` first.", pytrace=False)


def teaches(concept: str) -> str:
    """The page whose section teaches a concept."""
    return page_with(f'id="concept-{concept}"')


def show(page: Page, theme: str, size: dict[str, int]) -> None:
    """Give the open page another theme and width."""
    page.set_viewport_size(size)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    # Two frames later the new layout is there.
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def violations(page: Page) -> list[str]:
    """What axe finds wrong, one line for each kind, with the first element."""
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    # A formula has thousands of elements, hidden from screen readers, in the color of the text.
    found = page.evaluate(
        "() => axe.run({exclude: ['.katex']}, {resultTypes: ['violations']})"
    )
    lines = []
    for kind in found["violations"]:
        first = kind["nodes"][0]
        said = " ".join(first["failureSummary"].split())
        lines.append(f"{kind['id']} ({len(kind['nodes'])}): {first['target']} {said}")
    return lines


def too_wide(page: Page) -> list[str]:
    """The elements that make the page scroll sideways."""
    return page.evaluate(
        """() => {
          const root = document.documentElement, wide = root.clientWidth;
          if (root.scrollWidth <= wide) return [];
          const scrolls = e => e && e !== document.body && e !== root &&
            (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
          return [...document.querySelectorAll("main *")]
            .filter(e => e.getBoundingClientRect().right > wide + 1 && !scrolls(e.parentElement))
            .map(e => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`)
            .slice(0, 5).concat(`page ${root.scrollWidth}`);
        }"""
    )


# A site that is not built has no pages: this one test then says what to do.
def test_site_is_built(base):
    assert "index.html" in NAMES and "search.html" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_page(page, base, name):
    """No error, nothing missing, nothing from elsewhere, no sideways scrolling, readable by all."""
    errors: list[str] = []
    fetched: dict[str, int] = {}
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(f"script: {error}"))
    page.on("requestfailed", lambda r: errors.append(f"failed: {r.url}"))

    def arrived(response):
        if response.status >= 400:
            errors.append(f"{response.status}: {response.url}")
        fetched[response.url] = int(response.headers.get("content-length") or 0)

    page.on("response", arrived)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(name, wait_until="load")
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    # As a phone gets it, at the first sight; then all pictures, the far ones too.
    weight = sum(size for url, size in fetched.items() if not url.endswith("searchindex.js"))
    page.evaluate("() => [...document.images].forEach(i => i.loading = 'eager')")
    page.wait_for_function("() => [...document.images].every(i => i.complete)")
    broken = page.evaluate(
        "() => [...document.querySelectorAll('main img')].filter(i => !i.naturalWidth)"
        ".map(i => i.src)"
    )
    elsewhere = [url for url in fetched if urlsplit(url).scheme in {"http", "https"}
                 and not url.startswith(base)]  # fmt: skip
    assert not errors
    assert not broken
    assert not elsewhere
    fonts = [url for url in asked if url.endswith(".woff2")]
    assert len(fonts) == len(set(fonts)), "a font asked for early was not the one that is used"
    most = LARGER.get(name, LARGEST_PAGE)
    assert weight <= most, f"{name} takes {weight / 1000:.0f} kB: {fetched}"
    for theme, size in [("light", WIDE), ("dark", NARROW)]:  # each theme and each width once
        show(page, theme, size)
        where = f"{name}, {theme}, {size['width']} pixels"
        assert not too_wide(page), where
        assert not violations(page), where
    assert not errors


def test_first_page_is_at_the_address_itself(page, base):
    response = page.goto("")
    assert response.status == 200 and response.request.redirected_from is None
    assert page.url == base
    expect(page.locator("article h1")).to_be_visible()


def test_search_finds_the_chapter(page):
    page.goto("search.html?q=recurrence")
    expect(page.locator(f"ul.search a[href*='{teaches('recurrence')}']").first).to_be_visible()


def test_search_from_the_button(page):
    page.goto("index.html")
    page.locator("button.search-button-field").click()
    field = page.locator("#pst-search-dialog input[type=search]")
    expect(field).to_be_focused()
    field.fill("perceptron")
    field.press("Enter")
    page.wait_for_url("**/search.html?q=perceptron*")
    expect(page.locator(f"ul.search a[href*='{teaches('perceptron')}']").first).to_be_visible()


def test_search_without_a_server(browser):
    """Opened as a file the search finds the pages too; only the excerpts are missing."""
    context = browser.new_context()
    context.set_default_timeout(LIMIT)
    page = context.new_page()
    page.goto(f"{(SITE / 'search.html').as_uri()}?q=recurrence")
    expect(page.locator(f"ul.search a[href*='{teaches('recurrence')}']").first).to_be_visible()
    context.close()


def theme(page: Page) -> str:
    return page.evaluate("() => document.documentElement.dataset.theme")


def ground(page: Page) -> int:
    """How light the page is, 0 to 765."""
    color = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in color.strip("rgba()").split(",")[:3])


def test_color_mode_is_switched_and_kept(page):
    page.goto("index.html")
    assert theme(page) == "light" and ground(page) > 700
    button = page.locator("button.theme-switch-button").locator("visible=true").first
    for _ in range(3):
        if theme(page) == "dark":
            break
        button.click()
    assert theme(page) == "dark" and ground(page) < 150
    page.goto("book/glossary.html")
    assert theme(page) == "dark" and ground(page) < 150


def test_dark_system_gets_a_dark_page(browser, base):
    context = browser.new_context(color_scheme="dark", base_url=base)
    page = context.new_page()
    page.goto("index.html")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'", timeout=LIMIT)
    context.close()


def test_readable_without_scripts(browser, base):
    context = browser.new_context(java_script_enabled=False, viewport=NARROW, base_url=base)
    context.set_default_timeout(LIMIT)
    page = context.new_page()
    page.goto(page_with("katex-display", 'class="solution', "sq-rnn-stepper"))
    expect(page.locator("article h1")).to_be_visible()
    expect(page.locator(".katex-display .katex-html").first).to_be_visible()
    solution = page.locator("details.solution").first
    inside = solution.locator(":scope > :not(summary)").first
    expect(inside).to_be_hidden()
    solution.locator("summary").click()
    expect(inside).to_be_visible()
    expect(page.locator(".sq-rnn-stepper table").first).to_be_visible()
    context.close()


def test_live_figure_is_alive(page):
    page.goto(page_with("sq-rnn-stepper"))
    figure = page.locator(".sq-rnn-stepper").first
    figure.scroll_into_view_if_needed()
    now = figure.locator(".sq-now")
    expect(now).to_have_count(1)
    before = now.get_attribute("data-t")
    slider = figure.locator("input[type=range]")
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    expect(now).not_to_have_attribute("data-t", before or "")


def test_the_book_has_live_figures():
    assert LIVE


@pytest.mark.parametrize(("name", "figure"), LIVE)
def test_every_live_figure_is_alive_in_its_chapter(page, name, figure):
    page.goto(name)
    root = page.locator(f".sq-{figure}").first
    expect(root).to_have_attribute("data-live", "")
    root.scroll_into_view_if_needed()
    expect(root.locator("button").first).to_be_visible()


def test_launch_menu_opens_by_keyboard(page):
    page.goto(next(name for name in NAMES if name.startswith("labs/")))
    page.locator(".dropdown-launch-buttons > button").press("Enter")
    links = page.locator(".dropdown-launch-buttons a")
    expect(links.first).to_be_visible()
    addresses = [link.get_attribute("href") for link in links.all()]
    assert any("colab.research.google.com" in a and "/labs/" in a for a in addresses)
    assert not any("/solutions/" in a for a in addresses)


def test_skip_link_is_the_first_stop_and_leads_to_the_text(page):
    page.goto(page_with("<article"))
    page.keyboard.press("Tab")
    focused = page.evaluate("() => document.activeElement.getAttribute('href')")
    assert focused == "#main-content"
    expect(page.locator("#pst-skip-link a, a#pst-skip-link").first).to_be_visible()


def test_code_of_79_columns_fits(page):
    """The longest line that test_code_width.py allows, in every place where a chapter has code."""
    page.goto(page_with('class="solution', '<details class="admonition hide'))
    page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.evaluate("() => document.fonts.ready")
    scrolled = page.evaluate(
        """line => [...document.querySelectorAll(".cell_input pre")].map(pre => {
            pre.textContent = line;
            const place = pre.closest(".solution, .hide, .admonition");
            return [place?.className || "cell", pre.scrollWidth - pre.clientWidth];
        })""",
        "x" * 79,
    )
    assert {"cell"} < {place for place, _ in scrolled}, "none of the code is in a box"
    assert not [found for found in scrolled if found[1] > 0]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_cheat_sheet_prints_on_one_sheet(page, paper):
    """Front and back: each half fits its page, so that the second begins with attention."""
    page.goto("book/cheatsheet.html")
    assert page.pdf(format=paper, prefer_css_page_size=True).count(b"/Type /Page\n") == 2
