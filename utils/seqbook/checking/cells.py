"""Which answers are older than the cell that should have written them.

After an edit that does not compile, Python still holds the function of before. A check would
judge that one and call it right, or wrong, with no word on what the learner has just written.
"""

from __future__ import annotations

import re
from typing import Any

from .limits import notebook

WRITES = re.compile(r"^(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*=[^=]", re.M)
WAS_BEFORE = (
    "the cell that writes `{name}` did not run: it stopped with {error}. What Python knows is "
    "still the version of before. Mend the cell and run it, then check again."
)


class Cells:
    """Watches the cells of a notebook for names that they meant to write and did not."""

    def __init__(self) -> None:
        self.shell: Any = None
        self.before: dict[str, Any] = {}
        self.failed: dict[str, str] = {}

    def watch(self) -> None:
        """Begin, if this is a notebook and it is not watched yet."""
        shell = notebook()
        if shell is not None and shell is not self.shell:
            self.shell = shell
            shell.events.register("pre_run_cell", self.begins)
            shell.events.register("post_run_cell", self.ended)

    def begins(self, info: Any) -> None:
        """Remember what the names stand for that this cell is about to write."""
        names = {a or b for a, b in WRITES.findall(str(getattr(info, "raw_cell", "")))}
        self.before = {name: self.shell.user_ns.get(name) for name in names}

    def ended(self, result: Any) -> None:
        """After an error, which of the names still stand for what they did before?"""
        error = result.error_before_exec or result.error_in_exec
        for name, value in self.before.items():
            self.failed.pop(name, None)
            if error is not None and value is self.shell.user_ns.get(name):
                line = getattr(error, "lineno", None)
                where = f" in its line {line}" if line else ""
                self.failed[name] = f"a {type(error).__name__}{where}"
        self.before = {}

    def said(self, names: list[str]) -> str | None:
        """What to tell the learner if the last cell that writes one of the names did not run."""
        for name in names:
            if name in self.failed:
                return WAS_BEFORE.format(name=name, error=self.failed[name])
        return None


CELLS = Cells()
