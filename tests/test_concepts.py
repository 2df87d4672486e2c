"""Every concept of Parts I to IV is taught, once, and none is used before it is introduced."""

from __future__ import annotations

import re
from functools import cache

import nbformat
import pytest
import yaml
from chapter_list import ROOT, chapters

PARTS = yaml.safe_load((ROOT / "book/concepts.yml").read_text(encoding="utf-8"))
CONCEPTS = {c["id"]: c for part in PARTS for c in part["concepts"]}
DONE = {c["id"] for part in PARTS[:4] for c in part["concepts"]} - {"pretrain-finetune"}
CHAPTERS = chapters()
TARGET = re.compile(r"^\(concept-([\w-]+)\)=$", re.M)
# Not prose: code, formulas, addresses of links, targets, citations. What a link says is prose.
NOT_PROSE = re.compile(
    r"^```.*?^```\s*$|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]+\$|\]\([^)]*\)|^\([\w-]+\)=$|\{cite\}\S+"
    r"|<!--.*?-->",
    re.M | re.S,
)


@cache
def cells(chapter: str) -> list[tuple[str, str]]:
    book = nbformat.read(ROOT / f"notebooks/{chapter}.ipynb", 4)
    return [(c.cell_type, c.source) for c in book.cells]


@cache
def taught() -> dict[str, list[str]]:
    """Concept id to the notebooks with its target; a lab's solution counts."""
    found: dict[str, list[str]] = {}
    for path in [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "solutions").glob("*.ipynb")]:
        for cell in nbformat.read(path, 4).cells:
            for concept in TARGET.findall(cell.source) if cell.cell_type == "markdown" else ():
                found.setdefault(concept, []).append(path.stem)
    return found


def uses(sources: list[tuple[str, str]], concept: dict[str, str]) -> list[tuple[int, str]]:
    """The cells that use a concept, and what in them does."""
    found = []
    for i, (kind, source) in enumerate(sources):
        pattern = concept.get("code" if kind == "code" else "words")
        text = source if kind == "code" else NOT_PROSE.sub(" ", source)
        if pattern and (hit := re.search(pattern, text)):
            found.append((i, hit[0]))
    return found


def early_uses(
    sources: list[tuple[str, str]], concept: dict[str, str], where: str | None
) -> list[str]:
    """What an earlier chapter takes from a concept without saying where it is introduced."""
    sign = f"]({where}.ipynb" if where else "the part on "
    said = [i for i, (kind, text) in enumerate(sources) if kind == "markdown" and sign in text]
    return [f"cell {i}: {hit}" for i, hit in uses(sources, concept) if not said or i < said[0]]


@pytest.mark.parametrize("concept", sorted(DONE))
def test_is_taught_in_one_place(concept):
    assert len(taught().get(concept, [])) == 1, taught().get(concept)


def test_no_target_is_unknown():
    assert set(taught()) <= set(CONCEPTS)


def test_every_chapter_is_in_the_table_of_contents():
    assert sorted(CHAPTERS) == sorted(p.stem for p in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nothing_is_used_before_it_is_introduced(chapter):
    faults = {}
    for name, concept in CONCEPTS.items():
        homes = [home for home in taught().get(name, []) if home in CHAPTERS]
        where = homes[0] if homes else None
        if where is not None and CHAPTERS.index(where) <= CHAPTERS.index(chapter):
            continue
        if early := early_uses(cells(chapter), concept, where):
            faults[name] = early
    assert faults == {}


# --- The test above can fail ------------------------------------------------------------------

GATES = {"code": "GRUCell", "words": "[Gg]ates?"}


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([("code", "x = GRUCell(3)")], ["cell 0: GRUCell"]),
        ([("markdown", "A gate opens.")], ["cell 0: gate"]),
        ([("markdown", "See [the chapter on gates](gates.ipynb).")], []),
        ([("markdown", "[Later](gates.ipynb#x)."), ("code", "GRUCell(3)")], []),
        ([("code", "GRUCell(3)"), ("markdown", "[Later](gates.ipynb).")], ["cell 0: GRUCell"]),
        ([("markdown", "`gate`, $gate$, [x](gates.md) and\n\n```python\ngate = 1\n```")], []),
        ([("markdown", "Say GRUCell."), ("code", "gate = 1")], []),
    ],
)
def test_an_early_use_is_found(sources, expected):
    assert early_uses(sources, GATES, "gates") == expected


def test_an_idea_of_a_part_that_is_not_written_needs_a_word():
    gate = [("markdown", "A gate opens.")]
    assert early_uses(gate, GATES, None) == ["cell 0: gate"]
    assert early_uses([("markdown", "Gates come in the part on gates.")], GATES, None) == []
