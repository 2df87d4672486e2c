"""Write each lab's mutants.json: slips of its solution, with what the checks see of them.

    python tools/make_mutants.py [--check] [--all] [lab1 ...]

For each TODO the solution's cell, and the other right answers that the tests hold, are changed in
one place (`mutants.py`), run as the check runs them, and kept when the results differ from the
right ones and no switch of a fault model gives the same. Only what has changed since the last time
is made anew; `--check` says whether anything has.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import pickle
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "labs"), str(ROOT / "tools")]

import numpy as np  # noqa: E402
from checker_cases import answers, cases_of, check_cells, definitions, execute, mutate  # noqa: E402
from mutants import Mutant, mutants  # noqa: E402
from seqbook.checking import mutants as lookup  # noqa: E402

SECONDS = 30.0  # a mutant that runs longer, even on a busy machine, has a loop without end
VERBS = ("is", "has", "goes", "loses", "keeps", "counts", "repeats")
SAID_BOTH = "one of two: {}. Or: {}"


class Workshop:
    """One TODO: its names, its check, and what its fault models see of an answer."""

    def __init__(self, notebook: str, todo: str):
        self.notebook, self.todo = notebook, todo
        self.check = import_module(f"seqbook.labs.{notebook}")
        self.lab, self.space = self.check.LAB, {"__name__": "__main__"}
        for earlier, cell in definitions(notebook):
            if earlier == todo:
                break
            execute(cell, self.space)
        self.given = check_cells(notebook)[todo].partition("(")[2].rpartition(")")[0]

    def see(self, source: str) -> tuple[Any, list[tuple[Any, list[Any]]]]:
        """(verdict, what each fault model saw) of an answer."""
        space = dict(self.space)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(source, "mutant", "exec"), space)
        answer = eval(f"({self.given},)", space)
        return self.lab.watch(self.todo, *answer)

    def sources(self) -> list[str]:
        """The solution, and the other right answers of the tests."""
        right = answers(self.notebook)[self.todo]
        case = cases_of(self.notebook).get(self.todo)
        others = [mutate(right, change) for change in case.others.values()] if case else []
        # TensorFlow's tape crashes the whole process when its arguments are exchanged.
        return [right, *(other for other in others if "GradientTape" not in other)]

    def made_from(self) -> str:
        """A sum of all that the mutants depend on."""
        _, runs = self.see(self.sources()[0])
        seen = [
            (m.label, [[plain(p) for p in probe] for probe in m.probes], sorted(m.hints))
            for m, _ in runs
        ]
        probes = pickle.dumps(seen, protocol=4)
        parts = [bare(source) for source in self.sources()]
        parts += [(ROOT / "tools" / name).read_text(encoding="utf-8")
                  for name in ("mutants.py", "make_mutants.py")]  # fmt: skip
        return hashlib.sha256("\n".join(parts).encode() + probes).hexdigest()[:16]


def plain(value: Any) -> Any:
    """A probe's part as text or numbers."""
    return value.tolist() if isinstance(value, np.ndarray) else repr(value)


def bare(source: str) -> str:
    """The source without comments and docstrings, laid out anew."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def build(shop: Workshop) -> dict[str, dict[str, list[Any]]]:
    """{label: {key: rows with hints}} of one TODO."""
    groups: dict[tuple[str, str], list[tuple[np.ndarray, float, list[Mutant], Any, Any]]] = {}
    rights = {}
    for model, gots in shop.see(shop.sources()[0])[1]:
        rights[model.label] = lookup.fingerprint(gots)
    seen = set()
    for number, source in enumerate(shop.sources()):
        # Of the other right answers only the likely slips, and of a layer, which is slow to build.
        for mutant in mutants(source, most=1 if number or "class " in source else 2):
            if mutant.source in seen:
                continue
            seen.add(mutant.source)
            try:
                _, runs = shop.see(mutant.source)
            except (Exception, SystemExit):
                continue
            mutant.rank = 2 * mutant.rank + (number > 0)  # the solution's own form comes first
            for model, gots in runs:
                if all(isinstance(got, Exception) for got in gots):
                    continue
                key, sums, length = lookup.fingerprint(gots)
                right = rights[model.label]
                if key == right[0] and lookup.near(sums, length, right[1]):
                    continue
                row = groups.setdefault((model.label, key), [])
                for theirs, _, found, *_ in row:
                    if lookup.near(sums, length, theirs):
                        found.append(mutant)
                        break
                else:
                    row.append((sums, length, [mutant], model, gots))
    out: dict[str, dict[str, list[Any]]] = {}
    for (label, key), rows in groups.items():
        for sums, _, found, model, gots in rows:
            hint = agreed(found)
            runs = list(zip(model.probes, gots, strict=True))
            if hint and not model.diagnose(runs, most=1):
                rounded = [float(f"{x:.6g}") for x in sums]
                out.setdefault(f"{shop.todo} {label}", {}).setdefault(key, []).append(
                    [*rounded, hint]
                )
    return out


def accepted_mutants(notebook: str, todo: str) -> set[str]:
    """The likely mutants of a solution that its check accepts: the changed line, or the hint."""
    shop, found = Workshop(notebook, todo), set()
    source = shop.sources()[0]
    lines = set(ast.unparse(ast.parse(source)).splitlines())
    for mutant in mutants(source, most=1):
        try:
            verdict, _ = shop.see(mutant.source)
        except (Exception, SystemExit):
            continue
        if verdict is None:
            changed = [line.strip() for line in mutant.source.splitlines() if line not in lines]
            found |= set(changed) or {mutant.hint}
    return found


def agreed(found: Sequence[Mutant]) -> str | None:
    """What all mutants with the same results agree on: the likeliest ones, or the statement."""
    rank = min(m.rank for m in found)
    likely = [m for m in found if m.rank == rank]
    hints = list(dict.fromkeys(m.hint for m in likely))
    if len(hints) == 1:
        return hints[0]
    endings = {hint.partition(", ")[2] for hint in hints}
    if len(endings) == 1 and all(", " in hint for hint in hints):
        return endings.pop()  # the same slip, in another statement
    shared = common_end(hints)
    if shared:
        return f"somewhere on the way a value {shared}"
    if len(hints) == 2:
        return SAID_BOTH.format(hints[0].rstrip("."), hints[1])
    places = {m.place for m in likely}
    where = {m.hint.partition(", ")[0] for m in likely if ", " in m.hint}
    if len(places) == 1 and len(where) == 1:
        return f"{where.pop()}, something is wrong; everything else agrees. Go through that line."
    return None


def common_end(hints: Sequence[str]) -> str:
    """The words from the verb on, if all hints end alike: the same slip, done to another value."""
    ends = list(takewhile(lambda words: len(set(words)) == 1, zip(
        *(reversed(hint.split()) for hint in hints), strict=False)))  # fmt: skip
    shared = [words[0] for words in reversed(ends)]
    verb = next((i for i, word in enumerate(shared) if word in VERBS), None)
    found = shared[verb:] if verb is not None else []
    return " ".join(found) if len(found) > 4 else ""


def write(notebook: str, redo: bool, check: bool) -> bool:
    """Bring one lab's file up to date. Returns whether it was."""
    lab = import_module(f"seqbook.labs.{notebook}").LAB
    if lab.mutants is None:
        return True
    path, lab.seconds = lab.mutants.path, SECONDS
    old = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    made, models, hints = {}, {}, old.get("hints", [])
    current = True
    for todo in answers(notebook):
        shop = Workshop(notebook, todo)
        made[todo] = shop.made_from()
        if not redo and old.get("made from", {}).get(todo) == made[todo]:
            for label, keys in old["models"].items():
                if label.startswith(f"{todo} "):
                    models[label] = {k: [[*r[:-1], hints[r[-1]]] for r in rows]
                                     for k, rows in keys.items()}  # fmt: skip
            continue
        current = False
        if not check:
            new = build(shop)
            models |= new
            count = sum(len(rows) for keys in new.values() for rows in keys.values())
            print(f"{notebook} TODO {todo}: {count} results of mutants", flush=True)
            path.write_text(as_text(made, models), encoding="utf-8")  # what is done is kept
    return current


def as_text(made: dict[str, str], models: dict[str, Any]) -> str:
    """The file's text, one line for each row."""
    hints = sorted({r[-1] for keys in models.values() for rows in keys.values() for r in rows})
    number = {hint: i for i, hint in enumerate(hints)}
    numbered = {
        label: {k: [[*r[:-1], number[r[-1]]] for r in rows] for k, rows in keys.items()}
        for label, keys in models.items()
    }
    return json.dumps(
        {"made from": made, "hints": hints, "models": numbered},
        ensure_ascii=False, separators=(",", ":"),
    ).replace("],[", "],\n[").replace('","', '",\n"') + "\n"  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say whether all is up to date")
    parser.add_argument("--all", action="store_true", help="make all anew")
    parser.add_argument("labs", nargs="*", help="how their names begin; all if none is given")
    given = parser.parse_args()
    names = [p.stem for p in sorted((ROOT / "solutions").glob("*.ipynb"))]
    chosen = [n for n in names if not given.labs or any(map(n.startswith, given.labs))]
    stale = [n for n in chosen if not write(n, given.all, given.check)]
    if given.check and stale:
        print("mutants that differ from their solutions (run `make labs`):", ", ".join(stale))
        return 1
    print(f"mutants: {len(chosen)} labs in sync")
    return 0


if __name__ == "__main__":
    sys.exit(main())
