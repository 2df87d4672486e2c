"""The table of run times, read from the notebooks themselves.

``tools/run_notebooks.py`` measures a run and keeps ``{"seconds": …, "memory_mb": …}`` under
``metadata.seqbook`` of the notebook; the directive ``{run-times}`` shows all of them.
"""

from __future__ import annotations

import json
from pathlib import Path

from book_order import reading_order
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective


class run_times(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
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
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def memory(megabytes: float) -> str:
    """``1234`` becomes ``1.2 GB``."""
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{round(megabytes)} MB"


def measured(env: BuildEnvironment) -> list[tuple[str, float, float]]:
    """(document, seconds, megabytes) of each measured notebook, in reading order."""
    rows = []
    for docname in reading_order(env):
        path = Path(env.doc2path(docname))
        if path.suffix != ".ipynb":
            continue
        found = json.loads(path.read_text(encoding="utf-8"))["metadata"].get("seqbook", {})
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
    return {"parallel_read_safe": True, "parallel_write_safe": True}
