"""Make the built pages lean and accessible: runs once, after the HTML has been written.

- ``icons``: the theme ships 1.5 MB of icon fonts and a script for them; keep the icons in use.
- ``typeface``: the letters of the text are asked for first.
- ``scripts``: nothing delays the first picture of the page.
- ``maths``: pages without maths do not load its styles, pages with it ask for its fonts early.
- ``images``: their size is known before they arrive, and the far ones are loaded late.
- ``sounds``: a sound is a file of its own, fetched when it is played.
- ``boxes``: exercises get their badges, and fold without a script.
- ``aria``: mend what the theme tells a screen reader wrongly.

Each page is treated once; a page that an incremental build left alone is not touched again.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from slim import aria, boxes, icons, images, maths, scripts, sounds, typeface

MARK = "data-slim"


def treat(page: Path, out: Path) -> set[int]:
    """Rewrite one page, unless that was done before; return the signs of its formulas."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    if soup.html is None:
        return set()
    if not soup.html.has_attr(MARK):
        typeface.treat(soup)
        scripts.treat(soup)
        maths.treat(soup)
        images.treat(soup, page.parent)
        sounds.treat(soup, page, out)
        boxes.treat(soup)
        aria.treat(soup)
        soup.html[MARK] = ""
        page.write_text(str(soup), encoding="utf-8")
    return maths.signs(soup)


def clear(app: Sphinx) -> None:
    """Remove the styles and scripts of an earlier build, which were cut down."""
    shutil.rmtree(Path(app.outdir) / "_static", ignore_errors=True)


def remove_stale_pages(app: Sphinx, pages: list[Path]) -> list[Path]:
    """Remove the pages of an earlier build that this one no longer has; return the others."""
    out, names = Path(app.outdir), app.env.found_docs | {"search", "404", "licenses"}
    kept = []
    for page in pages:
        if page.relative_to(out).with_suffix("").as_posix() in names:
            kept.append(page)
        else:
            page.unlink()
    return kept


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Treat the static files and every new page."""
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pages = [p for p in sorted(out.rglob("*.html")) if "_static" not in p.parts]
    pages = remove_stale_pages(app, pages)
    signs: set[int] = set()
    for page in pages:
        signs |= treat(page, out)
    maths.cut_fonts(out, signs)
    icons.keep_used(out, pages)
    scripts.remove_unused_files(out)


def digest() -> str:
    """Changes with the local extensions: Sphinx then writes every page anew."""
    code = [file.read_bytes() for file in sorted(Path(__file__).parents[1].rglob("*.py"))]
    return hashlib.sha256(b"".join(code)).hexdigest()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension; it runs after all others."""
    # Jupyter Book sets it even where sphinx_comments, which reads it, is left out.
    app.add_config_value("comments_config", {}, "html")
    app.add_config_value("extensions_digest", digest(), "env", [str])
    app.connect("builder-inited", clear)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
