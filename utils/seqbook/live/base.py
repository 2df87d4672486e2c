"""What every live figure shares: one HTML output, complete in itself, with a table inside.

An explorer is drawn by JavaScript with no library and no request, from `base.js` and a file of
its own name. Where no script runs (a mail, GitHub, a notebook that is not trusted) the reader
sees `static_html`; where no HTML is shown (PDF, a terminal) `static_text`.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, ClassVar


class Explorer(ABC):
    """A figure that the reader drives. Make one the last expression of a cell to show it.

    A subclass sets `name`, the stem of the `.js` and `.css` files beside its module, and gives
    `config`, `static_html` and `static_text`. Its JavaScript calls
    `mountExplorers(name, (root, config) => …)`, which `base.js` defines. `scripts` names the other
    `.js` files of this package that it needs.
    """

    name: ClassVar[str]
    scripts: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """What the JavaScript needs to know: JSON types only, no NaN."""

    @abstractmethod
    def static_html(self) -> str:
        """What is shown until the script replaces it, or for good where none runs."""

    @abstractmethod
    def static_text(self) -> str:
        """The same in plain text, equal from run to run."""

    def config_json(self) -> str:
        """The configuration as JSON. ValueError if it holds NaN or infinity."""
        return json.dumps(self.config(), separators=(",", ":"), sort_keys=True, allow_nan=False)

    @property
    def element_id(self) -> str:
        """The id of the element on the page: equal arguments, equal id.

        Two equal figures on one page are told apart by `base.js`.
        """
        digest = hashlib.sha256(self.config_json().encode()).hexdigest()
        return f"{self.name}-{digest[:8]}"

    def html(self) -> str:
        """The whole figure: element, style and script. It may stand many times on one page."""
        own = f"{self.name.replace('-', '_')}.js"
        # The files stand beside the class that gives the name; a subclass of it may be anywhere.
        named = next(cls for cls in type(self).__mro__ if "name" in vars(cls))
        home = named.__module__.rpartition(".")[0]
        script = "".join(_source(__package__, file) for file in ("base.js", *self.scripts))
        script += _source(home, own)
        style = _source(__package__, "base.css") + _source(home, own.replace(".js", ".css"))
        # In an attribute, escaped, no string in the data can end the element or the script.
        return (
            f'<div class="sq sq-{self.name}" id="{self.element_id}" '
            f'data-explorer="{self.name}" data-config="{escape(self.config_json())}">'
            f"{self.static_html()}</div>\n"
            f"<style>\n{style}</style>\n"
            f"<script>\n(() => {{\n{script}}})();\n</script>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.static_text()}


@cache
def _source(package: str, filename: str) -> str:
    """A file of a package, less indentation, blank lines and whole-line comments."""
    text = files(package).joinpath(filename).read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    kept = [line for line in lines if line and not line.startswith(("//", "/*"))]
    source = "\n".join(kept) + "\n"
    if "</" in source and any(end in source.lower() for end in ("</script", "</style")):
        raise ValueError(f"{filename} must not contain an end tag of script or style.")
    return source
