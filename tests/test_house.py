"""Where things live: the library below, chapters and labs on top, each named as its notebook."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from chapter_list import ROOT, chapters

PACKAGE = ROOT / "utils" / "seqbook"
# What each part of the package may import, besides itself: never a part above it.
BELOW = {
    "runtime": set(),
    "checking": set(),
    "plots": set(),
    "graph": set(),
    "live": set(),
    "music": {"graph", "runtime"},
    "labs": {"checking", "music", "plots", "runtime"},
    "chapters": {"graph", "live", "music", "plots", "runtime"},
}
LIBRARY = ("checking", "graph", "live", "music", "plots", "runtime.py")


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The dotted names that a module of the package imports, wherever in it."""
    # The package that a single leading dot stands for.
    here = ("seqbook", *path.relative_to(PACKAGE).parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            stem = ".".join((*base, *([node.module] if node.module else [])))
            found |= {f"{stem}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("seqbook.")}


def modules() -> list[Path]:
    return [p for p in sorted(PACKAGE.rglob("*.py")) if p.parent != PACKAGE or p.stem in BELOW]


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_nothing_imports_what_stands_above_it(path):
    part = part_of(path)
    parts = {name.split(".")[1] for name in imports(path)} & set(BELOW)
    assert parts <= BELOW[part] | {part}


def test_every_part_is_known():
    parts = {p.stem for p in PACKAGE.iterdir() if p.name not in ("__init__.py", "__pycache__")}
    assert parts == set(BELOW)


def folders(part: str) -> list[str]:
    inside = (PACKAGE / part).iterdir()
    return sorted(p.name for p in inside if p.is_dir() and p.name != "__pycache__")


def test_a_chapter_and_a_lab_have_the_folder_of_their_notebook():
    assert folders("chapters") == sorted(chapters())
    labs = sorted(p.stem for p in (ROOT / "solutions").glob("*.ipynb"))
    assert folders("labs") == labs


def test_a_chapter_takes_from_another_only_what_it_taught():
    for path in (PACKAGE / "chapters").glob("*/*.py"):
        for name in imports(path):
            _, part, *rest = name.split(".")
            if part == "chapters" and rest[0] in chapters() and rest[0] != path.parent.name:
                assert rest[1] == "taught", f"{path.parent.name}/{path.name} imports {name}"


def test_the_library_stays_small():
    files = [p for name in LIBRARY for p in (
        [PACKAGE / name] if name.endswith(".py") else sorted((PACKAGE / name).rglob("*.py"))
    )]
    lines = sum(len(p.read_text(encoding="utf-8").splitlines()) for p in files)
    assert 0 < lines <= 7_400


def test_the_picture_of_the_house_names_every_folder():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for part in BELOW:
        assert f"`{part}" in text or f"/{part}" in text, part
