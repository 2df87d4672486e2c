"""Where we are in the text, what is wrong with it, and the fields M:, L: and K:."""

from __future__ import annotations

from fractions import Fraction

from .fields import HEADER_FIELD, key_sharps, meter_fraction, scale, unit_fraction
from .model import MAX_ERRORS, Problem, Tune
from .tokens import TOKEN

__all__ = ["Place", "Scanner"]

Place = tuple[int, int]  # (line, column), both from 1


class Scanner:
    """A place in the text that moves on; reads the header and obeys fields."""

    def __init__(self, text: str):
        self.text = text
        self.out = Tune()
        self.position = 0
        self.line, self.line_start = 1, 0
        self.meter: Fraction | None = None
        self.meter_text = ""
        self.unit = Fraction(1, 8)
        self.scale: dict[int, int] = {}
        self.total = Fraction(0)  # of the bar being read

    def error(self, kind: str, message: str, at: Place | None = None) -> None:
        if len(self.out.errors) < MAX_ERRORS:
            self.out.errors.append(Problem(*(at or self.here()), kind, message))

    def here(self) -> Place:
        return self.line, self.position - self.line_start + 1

    def next_line(self) -> None:
        if self.position < len(self.text):
            self.position += 1
            self.line += 1
            self.line_start = self.position

    def unknown(self) -> None:
        """A run of characters that are no token: one error for the run."""
        start = self.position
        end = start + 1
        while end < len(self.text) and end - start < 1000 and not TOKEN.match(self.text, end):
            end += 1
        shown = self.text[start : min(end, start + 12)]
        self.error("token", f"{shown!r} means nothing here")
        self.position = end

    def header(self) -> None:
        """Fields up to and including K:. Music that begins too early ends the header."""
        seen: set[str] = set()
        while self.position < len(self.text):
            end = self.text.find("\n", self.position)
            end = len(self.text) if end < 0 else end
            match = HEADER_FIELD.match(self.text, self.position, end)
            blank = not self.text[self.position : min(end, self.position + 200)].strip()
            comment = self.text.startswith("%", self.position)
            if match:
                name, value = match[1], match[2].strip()
                if name in seen and name in "MLK":
                    self.error("header", f"{name}: is given twice")
                seen.add(name)
                if name in "MLK":
                    self.set_field(name, value, "header")
            elif not blank and not comment:
                break
            self.position = end
            self.next_line()
            if match and match[1] == "K":
                break
        missing = [name for name in "MLK" if name not in seen]
        if missing:
            names = ", ".join(f"{name}:" for name in missing)
            self.error("header", f"the header lacks {names}", (1, 1))

    def set_field(self, name: str, value: str, kind: str) -> None:
        """Obey an M:, L: or K: field, in the header or in the body."""
        if name == "M":
            if self.total:
                self.error(kind, "M: the meter changes inside a bar")
            self.meter, self.meter_text = meter_fraction(value), value
            if self.meter is None:
                self.error(kind, f"M:{value[:20]} is not a meter: write M:4/4, M:6/8, M:C or M:C|")
            self.out.meter = self.out.meter or value
        elif name == "L":
            unit = unit_fraction(value)
            if unit is None:
                self.error(kind, f"L:{value[:20]} is not a note length: write L:1/8 or L:1/16")
            else:
                self.unit = unit
            self.out.unit = self.out.unit or value
        else:
            if key_sharps(value) is None:
                self.error(kind, f"K:{value[:20]} is not a key: write K:G, K:Em or K:Ador")
            else:
                self.scale = scale(value)
                self.out.last_key = value
            self.out.key = self.out.key or value
