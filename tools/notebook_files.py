"""Notebooks as the tools read them: a fault of the file is one line that names it."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat


class NotebookFault(ValueError):
    """What is wrong with a notebook, in one line that begins with the file's name."""


def name(path: Path) -> str:
    """The last folder and the file, as the reader of a message looks for it."""
    return f"{path.parent.name}/{path.name}"


def read(path: Path) -> nbformat.NotebookNode:
    """The notebook. Raises NotebookFault if the file holds none."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise NotebookFault(f"{name(path)}: cannot be read ({error})") from None
    except json.JSONDecodeError as error:
        said = f"line {error.lineno}, {error.msg}"
        raise NotebookFault(f"{name(path)}: not a notebook, its JSON is broken ({said})") from None
    if not isinstance(stored, dict) or not isinstance(stored.get("cells"), list):
        raise NotebookFault(f"{name(path)}: not a notebook, it has no list of cells")
    try:
        book = nbformat.reads(json.dumps(stored), 4)
        nbformat.validate(book)
    except (nbformat.ValidationError, AttributeError, KeyError, TypeError, ValueError) as error:
        said = str(error).strip().splitlines()[0]
        raise NotebookFault(f"{name(path)}: not a valid notebook ({said})") from None
    return book
