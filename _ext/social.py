"""What a search engine or a chat shows of a page: description, title, picture; and the sitemap."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from book_order import reading_order
from docutils import nodes
from sphinx.application import Sphinx

LONGEST = 200
META = '<meta {key}="{name}" content="{value}">'


def description(doctree: nodes.document) -> str:
    """The first paragraph of running text, cut at a word."""
    for paragraph in doctree.findall(nodes.paragraph):
        text = re.sub(r"\s+", " ", paragraph.astext()).strip()
        if len(text) < 40 or isinstance(paragraph.parent, nodes.Admonition | nodes.entry):
            continue
        if len(text) > LONGEST:
            text = text[:LONGEST].rsplit(" ", 1)[0].rstrip(",;:") + " …"
        return text
    return ""


def quoted(text: str) -> str:
    """Safe inside a double-quoted attribute."""
    return escape(text, {'"': "&quot;"})


def add_meta(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Write the meta elements of one page."""
    base = app.config.html_baseurl
    if doctree is None:
        return
    said = description(doctree)
    page = "" if pagename == app.config.root_doc else f"{pagename}.html"
    title = nodes.document.astext(app.env.titles[pagename])
    facts = [
        ("name", "description", said),
        ("property", "og:type", "website" if not page else "article"),
        ("property", "og:site_name", app.config.html_title),
        ("property", "og:title", title),
        ("property", "og:description", said),
        ("property", "og:url", base + page),
        ("property", "og:image", f"{base}_static/social.png"),
        ("property", "og:image:alt", "A network unrolled over the notes of a tune"),
        ("name", "twitter:card", "summary_large_image"),
    ]
    lines = [META.format(key=k, name=n, value=quoted(v)) for k, n, v in facts if v]
    context["metatags"] = context.get("metatags", "") + "\n".join(lines)


def write_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """``sitemap.xml`` with every page, and ``robots.txt`` that names it."""
    if exception or app.builder.name != "html":
        return
    base, root = app.config.html_baseurl, app.config.root_doc
    pages = ["" if name == root else f"{name}.html" for name in reading_order(app.env)]
    urls = "\n".join(f"  <url><loc>{escape(base + page)}</loc></url>" for page in pages)
    out = Path(app.outdir)
    (out / "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}\n</urlset>\n',
        encoding="utf-8",
    )
    (out / "robots.txt").write_text(
        f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n", encoding="utf-8"
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("html-page-context", add_meta)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
