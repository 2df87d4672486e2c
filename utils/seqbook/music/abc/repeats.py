"""Repeats and endings: does every `|:` find its `:|`, every first ending its second?"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Repeats"]

Place = tuple[int, int]


class Repeats:
    """Told of every bar line and ending in turn; reports what does not fit.

    A `:|` without a `|:` before it goes back to the beginning of the tune or of the section, as
    in printed books.

    Args:
        report: called with a message and the (line, column) it is about.
    """

    def __init__(self, report: Callable[[str, Place], None]):
        self.report = report
        self.opened: Place | None = None
        self.first_ending: Place | None = None
        self.first_closed = False

    def bar_line(self, line: str, at: Place) -> None:
        if line in (":|", "::"):
            self.first_closed = self.first_ending is not None
            self.opened = None
        if line in ("|:", "::"):
            if self.opened is not None:
                self.report("this '|:' comes before the last '|:' was closed", at)
            self.no_second_ending()
            self.opened = at

    def ending(self, number: int, at: Place) -> None:
        if number == 1:
            self.no_second_ending()
            self.first_ending, self.first_closed = at, False
        elif number == 2:
            if self.first_ending is None:
                self.report("a second ending without a first", at)
            elif not self.first_closed:
                self.report("the first ending must close with ':|'", self.first_ending)
            self.first_ending = None
        else:
            self.report(f"ending {number}: only 1 and 2 are used here", at)

    def no_second_ending(self) -> None:
        if self.first_ending is not None:
            self.report("a first ending without a second", self.first_ending)
            self.first_ending = None

    def end(self) -> None:
        self.no_second_ending()
        if self.opened is not None:
            self.report("this '|:' is never closed by ':|'", self.opened)
