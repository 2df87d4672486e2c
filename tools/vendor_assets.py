"""Copy the styles and fonts of the npm packages into ``_assets/vendor``, where the site takes them.

Run ``npm ci`` first. Nothing here is committed. A second run does nothing while
``package-lock.json`` and this file are unchanged.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "_assets" / "vendor"

KATEX, SERIF = "katex", "@fontsource-variable/source-serif-4"

# What English prose with some French names and typographic signs needs.
TEXT = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2040), 0x20AC, 0x2212]

FACE = """@font-face{{font-family:"Source Serif 4";font-style:{style};font-weight:{weight};\
font-display:swap;src:url({file}) format("woff2")}}
"""
# Upright from regular to bold; italic in one weight, which is half the size.
WEIGHTS = {"normal": (400, 700), "italic": 400}


def stamp() -> str:
    """A digest of all that decides what is copied."""
    digest = hashlib.sha256()
    for file in (ROOT / "package-lock.json", Path(__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def copy_katex(target: Path) -> None:
    """KaTeX' style sheet with its fonts, in the one format that every browser reads."""
    source = MODULES / KATEX / "dist"
    (target / "fonts").mkdir(parents=True)
    css = (source / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\(fonts/[^)]+\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)', "", css)
    (target / "katex.min.css").write_text(css, encoding="utf-8")
    for font in sorted((source / "fonts").glob("*.woff2")):
        shutil.copyfile(font, target / "fonts" / font.name)


def copy_text_face(target: Path) -> None:
    """Source Serif 4, upright and italic, cut down to ``TEXT``."""
    target.mkdir(parents=True)
    css = ""
    for style, weights in WEIGHTS.items():
        name = f"source-serif-4-latin-wght-{style}.woff2"
        source = MODULES / SERIF / "files" / name
        font = TTFont(BytesIO(source.read_bytes()))
        instancer.instantiateVariableFont(font, {"wght": weights}, inplace=True)
        options = subset.Options()
        options.layout_features = ["kern", "liga", "mark", "mkmk", "ccmp", "locl"]
        options.flavor = "woff2"
        cut = subset.Subsetter(options)
        cut.populate(unicodes=TEXT)
        cut.subset(font)
        file = f"source-serif-4-{style}.woff2"
        subset.save_font(font, str(target / file), options)
        weight = "400 700" if style == "normal" else "400"
        css += FACE.format(style=style, weight=weight, file=file)
    (target / "fonts.css").write_text(css, encoding="utf-8")


def main() -> int:
    """Copy what is needed; return the exit status."""
    mark = VENDOR / "stamp"
    if mark.is_file() and mark.read_text(encoding="utf-8") == stamp():
        return 0
    if not (MODULES / KATEX).is_dir():
        print("vendor_assets: node_modules lacks katex: run `npm ci` first", file=sys.stderr)
        return 1
    shutil.rmtree(VENDOR, ignore_errors=True)
    copy_katex(VENDOR / "katex")
    copy_text_face(VENDOR / "fonts")
    # The page of licenses is made from this.
    (VENDOR / "packages.json").write_text(json.dumps([KATEX, SERIF]), encoding="utf-8")
    mark.write_text(stamp(), encoding="utf-8")
    size = sum(file.stat().st_size for file in VENDOR.rglob("*") if file.is_file())
    print(f"vendor_assets: {size / 1000:.0f} kB in {VENDOR.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
