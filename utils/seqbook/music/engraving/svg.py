"""Make verovio's SVG small and fit for a page: one color, few elements, no ids but its own.

All of a score has one color, so the order in which it is painted does not matter. Staff lines,
stems and bar lines become one path for each line width, beams and slurs one path for each
style; a glyph is defined once for each size. That is about a tenth of the elements.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from html import escape
from xml.etree import ElementTree

__all__ = ["slim"]

MARK = "@"  # stands for the beginning of every id
SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
NUMBER = re.compile(r"-?\d+\.\d+")
LINE = re.compile(r"M\s*-?[\d.]+[ ,]-?[\d.]+\s*L\s*-?[\d.]+[ ,]-?[\d.]+\s*$")
PLACE = re.compile(r"translate\((-?[\d.]+),\s*(-?[\d.]+)\)\s*scale\((-?[\d.]+),\s*(-?[\d.]+)\)\s*$")
KEPT = ("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray",
        "fill-opacity", "stroke-opacity", "opacity", "transform", "x", "y", "cx", "cy", "rx", "ry",
        "r", "width", "height", "x1", "x2", "y1", "y2", "d", "points", "font-size", "font-family",
        "font-style", "font-weight", "text-anchor")  # fmt: skip


def slim(svg: str, label: str) -> str:
    """The score as one `<svg role="img">` that takes its container's width and text color.

    Args:
        svg: what verovio wrote for one page (with `svgViewBox`).
        label: the text a screen reader says in its place.
    """
    root = ElementTree.fromstring(svg)
    inner = root.find(f"{SVG}svg")
    if inner is None:
        raise ValueError("verovio's SVG has no inner svg element")
    glyphs = {glyph.get("id", ""): glyph for glyph in root.iter(f"{SVG}g") if glyph.get("id")}
    box = [float(x) for x in inner.get("viewBox", "0 0 1 1").split()]
    writer = _Writer(glyphs)
    body = "".join(writer.element(child) for child in inner)
    drawn = f"<title>{escape(label)}</title>{writer.defs()}{body}"
    # All scores of a page share one space of ids: take them from what is drawn.
    prefix = "s" + hashlib.sha1(drawn.encode("utf-8", "replace")).hexdigest()[:6]
    drawn = re.sub(rf'((?:id|href)="#?){MARK}', rf"\g<1>{prefix}", drawn)
    width = root.get("viewBox", "0 0 720 0").split()[2]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" '
        f'viewBox="{" ".join(f"{x:g}" for x in box)}" '
        f'style="display:block;width:100%;max-width:{width}px;height:auto" '
        f'fill="currentColor" stroke="currentColor" font-family="Times, serif">'
        f"{drawn}</svg>"
    )


class _Writer:
    def __init__(self, glyphs: dict[str, ElementTree.Element]):
        self.glyphs = glyphs
        self.used: dict[tuple[str, str, str], str] = {}

    def defs(self) -> str:
        out = []
        for (name, across, down), short in self.used.items():
            for path in self.glyphs[name].iter(f"{SVG}path"):
                turned = f"scale({_round(across)},-{_round(down)})"
                d = re.sub(r"\s+", " ", path.get("d", ""))
                out.append(f'<path id="{short}" transform="{turned}" d="{d}"/>')
        return f"<defs>{''.join(out)}</defs>"

    def element(self, node: ElementTree.Element) -> str:
        """One group with a transform of its own, with everything under it merged by style."""
        merged: dict[str, list[str]] = defaultdict(list)
        rest: list[str] = []
        self.collect(node, {}, merged, rest)
        paths = [f'<path{style} d="{"".join(parts)}"/>' for style, parts in merged.items()]
        content = "".join(paths + rest)
        transform = node.get("transform")
        if not content or not transform:
            return content
        return f'<g transform="{_round(transform)}">{content}</g>'

    def collect(self, node, style: dict[str, str], merged: dict, rest: list[str]) -> None:
        tag = node.tag.removeprefix(SVG)
        if tag in ("desc", "style", "defs", "title") or "placeholder" in node.get("class", ""):
            return
        own = {name: node.get(name) for name in KEPT if node.get(name) is not None}
        if tag == "g":
            own.pop("transform", None)
            for child in node:
                if child.tag == f"{SVG}g" and child.get("transform"):
                    inherited = "".join(f' {k}="{v}"' for k, v in {**style, **own}.items())
                    inside = self.element(child)
                    rest.append(f"<g{inherited}>{inside}</g>" if inherited else inside)
                else:
                    self.collect(child, {**style, **own}, merged, rest)
        elif tag == "use":
            rest.append(self.use(node))
        elif tag == "path" and not own.get("transform"):
            d = _round(own.pop("d", ""))
            if LINE.match(d):
                own.pop("fill", None)  # a line has no inside
            merged[_style({**style, **own})].append(_tight(d))
        elif tag in ("polygon", "polyline") and not own.get("transform"):
            points = _round(own.pop("points", "")).split()
            d = f"M{' L'.join(points)}".replace(",", " ") + ("Z" if tag == "polygon" else "")
            merged[_style({**style, **own})].append(_tight(d))
        elif tag in ("text", "tspan"):
            rest.append(self.text(node, style))
        else:
            attributes = "".join(f' {k}="{_round(v)}"' for k, v in {**style, **own}.items())
            rest.append(f"<{tag}{attributes}/>")

    def use(self, node: ElementTree.Element) -> str:
        name = (node.get("href") or node.get(HREF) or "").lstrip("#")
        place = PLACE.match(node.get("transform", ""))
        if name not in self.glyphs or not place:
            raise ValueError("a glyph that verovio did not define")
        x, y, across, down = place.groups()
        key = (name, across, down)
        short = self.used.setdefault(key, f"{MARK}{len(self.used)}")
        return f'<use href="#{short}" x="{_round(x)}" y="{_round(y)}"/>'

    def text(self, node: ElementTree.Element, style: dict[str, str]) -> str:
        tag = node.tag.removeprefix(SVG)
        own = {name: node.get(name) for name in KEPT if node.get(name) is not None}
        if own.get("font-size") == "0px":  # verovio sizes the text in a tspan inside
            del own["font-size"]
        if tag == "text":
            own = {**style, **own, "stroke": "none"}
        attributes = "".join(f' {k}="{escape(_round(v))}"' for k, v in own.items())
        words = escape((node.text or "").strip())
        children = "".join(self.text(child, {}) for child in node)
        return f"<{tag}{attributes}>{words}{children}</{tag}>" if words or children else ""


def _style(style: dict[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in sorted(style.items()))


def _tight(d: str) -> str:
    """``M0 571 L2612 571`` → ``M0 571H2612``; no space before a command."""
    d = re.sub(r"\s+", " ", d.strip())
    line = re.fullmatch(r"M(\S+) (\S+) L(\S+) (\S+)", d)
    if line:
        x0, y0, x1, y1 = line.groups()
        d = f"M{x0} {y0}" + (f"H{x1}" if y0 == y1 else f"V{y1}" if x0 == x1 else f"L{x1} {y1}")
    return re.sub(r" (?=[MLCZHV])", "", d)


def _round(text: str) -> str:
    """Two decimals are a hundredth of a hairline."""
    return NUMBER.sub(lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), text)
