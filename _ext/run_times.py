"""How long a notebook runs: under its title, and in one table for all of them.

``tools/run_notebooks.py`` measures a run and keeps ``{"seconds": …, "memory_mb": …}`` under
``metadata.seqbook`` of the notebook. The directive ``{run-times}`` shows all of them; the line of a
notebook that begins with ``<!-- run-time -->`` shows its own, and where the notebook can be run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from book_order import reading_order
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

MARK = "<!-- run-time -->"


class run_times(nodes.General, nodes.Element):
    """Stands where the table will be."""


class RunTimes(SphinxDirective):
    """``{run-times}``: a row for each notebook of the book that was run."""

    def run(self) -> list[nodes.Node]:
        """Leave a placeholder and remember the page."""
        self.env.metadata[self.env.docname]["has_run_times"] = True
        return [run_times()]


def pages_to_renew(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The table depends on every notebook, so it is written again in each build."""
    return [name for name in env.found_docs if "has_run_times" in env.metadata.get(name, {})]


def duration(seconds: float) -> str:
    """``75`` becomes ``1 min 15 s``."""
    minutes, rest = divmod(max(1, round(seconds)), 60)
    parts = [f"{minutes} min"] * bool(minutes) + [f"{rest} s"] * bool(rest)
    return " ".join(parts)


def memory(megabytes: float) -> str:
    """``1234`` becomes ``1.2 GB``."""
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{round(megabytes)} MB"


def facts(path: Path) -> dict[str, Any]:
    """What was measured of one notebook; empty if it was not run yet."""
    return json.loads(path.read_text(encoding="utf-8"))["metadata"].get("seqbook", {})


def measured(env: BuildEnvironment) -> list[tuple[str, float, float]]:
    """(document, seconds, megabytes) of each measured notebook, in reading order."""
    rows = []
    for docname in reading_order(env):
        path = Path(env.doc2path(docname))
        if path.suffix != ".ipynb":
            continue
        # A lab is its solution with gaps: the solution is what was measured.
        if docname.startswith("labs/"):
            continue
        found = facts(path)
        if "seconds" in found:
            rows.append((docname, found["seconds"], found.get("memory_mb", 0)))
    return rows


def table(app: Sphinx, here: str) -> nodes.table:
    """The whole table: the page, its time, its memory; the sum of the times last."""

    def row(*cells: nodes.Node) -> nodes.row:
        return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", c)) for c in cells))

    body = nodes.tbody()
    total = 0.0
    for docname, seconds, megabytes in measured(app.env):
        link = nodes.reference(
            "", app.env.titles[docname].astext(), internal=True,
            refuri=app.builder.get_relative_uri(here, docname),
        )  # fmt: skip
        body += row(link, nodes.Text(duration(seconds)), nodes.Text(memory(megabytes)))
        total += seconds
    body += row(nodes.strong("", "All"), nodes.strong("", duration(total)), nodes.Text(""))
    head = nodes.thead("", row(*(nodes.Text(t) for t in ("Page", "Time", "Peak memory"))))
    columns = [nodes.colspec(colwidth=width) for width in (60, 20, 20)]
    group = nodes.tgroup("", *columns, head, body, cols=3)
    return nodes.table("", group, classes=["run-times"])


def launch_links(app: Sphinx, docname: str) -> list[nodes.Node]:
    """``Open it in Colab or in Binder.``, by the addresses that the buttons at the top have."""
    theme = app.config.html_theme_options
    slug = theme["repository_url"].removeprefix("https://github.com/").rstrip("/")
    branch, buttons = theme.get("repository_branch", "main"), theme.get("launch_buttons", {})
    links = []
    if colab := buttons.get("colab_url"):
        links.append(("Colab", f"{colab}/github/{slug}/blob/{branch}/{docname}.ipynb"))
    if binder := buttons.get("binderhub_url"):
        links.append(("Binder", f"{binder}/v2/gh/{slug}/{branch}?urlpath=lab/tree/{docname}.ipynb"))
    out: list[nodes.Node] = [nodes.Text(" Open it in " if links else "")]
    for number, (name, address) in enumerate(links):
        out += [nodes.Text(" or in " if number else ""),
                nodes.reference("", name, refuri=address, classes=["launch"])]  # fmt: skip
    return [*out, nodes.Text("." if links else "")]


def under_title(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say in place of the mark how long this notebook runs."""
    for raw in list(doctree.findall(nodes.raw)):
        if not raw.astext().startswith(MARK):
            continue
        found = facts(Path(app.env.doc2path(docname)))
        said = ""
        if "seconds" in found:
            said = (
                f"Runs in about {duration(found['seconds'])} on two processor cores, "
                f"with {memory(found.get('memory_mb', 0))} of memory."
            )
        raw.replace_self(nodes.paragraph(
            "", "", nodes.Text(said), *launch_links(app, docname), classes=["run-time"]
        ))  # fmt: skip


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the table in place of the placeholder."""
    for holder in list(doctree.findall(run_times)):
        holder.replace_self(table(app, docname))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.add_node(run_times)
    app.add_directive("run-times", RunTimes)
    app.connect("env-updated", pages_to_renew)
    app.connect("doctree-resolved", fill)
    app.connect("doctree-resolved", under_title)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
