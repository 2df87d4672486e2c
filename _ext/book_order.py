"""The documents of the book in reading order."""

from __future__ import annotations

from collections.abc import Iterator

from sphinx.environment import BuildEnvironment


def reading_order(env: BuildEnvironment) -> list[str]:
    """Names of all documents, as the table of contents lists them, the first page first."""

    def walk(docname: str) -> Iterator[str]:
        yield docname
        for child in env.toctree_includes.get(docname, []):
            yield from walk(child)

    return list(dict.fromkeys(walk(env.config.root_doc)))
