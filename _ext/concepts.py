"""The concept index: which section teaches what.

A section that teaches a concept carries the target ``(concept-ID)=`` before its heading. The
directive ``{concept-index}`` lists the concepts of ``book/concepts.yml``, part by part, each linked
to its section. A concept that no section teaches yet is marked as planned; a target whose id the
file does not know is a warning.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

PREFIX = "concept-"
logger = logging.getLogger(__name__)


class concept_index(nodes.General, nodes.Element):
    """Stands where the list will be, until every document has been read."""


class ConceptIndex(SphinxDirective):
    """``{concept-index} FILE``: FILE lists the parts and their concepts, relative to this page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a placeholder and remember the page."""
        relative, absolute = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(relative)
        self.env.metadata[self.env.docname]["has_concept_index"] = True
        return [concept_index("", file=absolute)]


def pages_to_renew(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The index depends on every notebook, so it is written again in each build."""
    return [name for name in env.found_docs if "has_concept_index" in env.metadata.get(name, {})]


def taught(env: BuildEnvironment) -> dict[str, tuple[str, str, str]]:
    """Concept id to (document, anchor, section title) for all targets of the book."""
    labels = env.get_domain("std").labels
    return {
        label.removeprefix(PREFIX): where
        for label, where in labels.items()
        if label.startswith(PREFIX)
    }


def page_for_reading(docname: str, anchor: str) -> tuple[str, str]:
    """Send a reader to the lab, not to the lab's solution, which is where targets are kept."""
    if docname.startswith("solutions/"):
        return docname.replace("solutions/", "labs/", 1), ""
    return docname, anchor


def entry(app: Sphinx, here: str, concept: dict[str, str], found: dict[str, tuple]) -> nodes.Node:
    """One term with its definition: what is taught, and the section that teaches it."""
    term = nodes.term("", concept["title"], ids=[f"index-{concept['id']}"])
    said = nodes.paragraph("", concept["says"])
    if concept["id"] not in found:
        term += [nodes.Text(" "), nodes.inline("", "planned", classes=["planned"])]
        return nodes.definition_list_item("", term, nodes.definition("", said))
    docname, anchor = page_for_reading(*found[concept["id"]][:2])
    section = found[concept["id"]][2]
    uri = app.builder.get_relative_uri(here, docname) + (f"#{anchor}" if anchor else "")
    page = app.env.titles[docname].astext()
    link = nodes.reference("", "", internal=True, refuri=uri)
    link += nodes.Text(section if anchor else page)
    line = nodes.paragraph("", "", link)
    if anchor and section != page:
        line += nodes.inline("", f" · {page}", classes=["concept-page"])
    return nodes.definition_list_item("", term, nodes.definition("", said, line))


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the list in place of the placeholder."""
    for holder in list(doctree.findall(concept_index)):
        found = taught(app.env)
        parts = yaml.safe_load(Path(holder["file"]).read_text(encoding="utf-8"))
        known = {concept["id"] for part in parts for concept in part["concepts"]}
        for unknown in sorted(found.keys() - known):
            logger.warning(
                "target concept-%s is in no part of %s", unknown, Path(holder["file"]).name,
                location=found[unknown][0],
            )  # fmt: skip
        out: list[nodes.Node] = []
        for part in parts:
            items = [entry(app, docname, concept, found) for concept in part["concepts"]]
            out.append(nodes.rubric("", part["part"], **{"heading-level": 2}))
            out.append(nodes.definition_list("", *items, classes=["concepts"]))
        holder.replace_self(out)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.add_node(concept_index)
    app.add_directive("concept-index", ConceptIndex)
    app.connect("env-updated", pages_to_renew)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
