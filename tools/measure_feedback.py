"""What the checks of a lab say of answers in a file, for a person to judge.

    python tools/measure_feedback.py lab1 answers.jsonl [--out report.md] [--only 2.1]

Each line of the file is an answer: {"id", "todo", "kind": "wrong" or "right", "source"}, where
`source` is the whole TODO cell; "mistake" and "accept" are carried over to the report. An answer is
run as its notebook would run it, behind the solution's earlier answers. The report holds what the
check said; whether a hint names the mistake is for the reader to say. Counted here: wrong answers
that are refused, those with a named slip, right answers that pass.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import sys
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "labs"), str(ROOT / "tools")]

from checker_cases import check_cells, definitions, execute  # noqa: E402
from seqbook.checking.limits import OutOfTime, time_limit  # noqa: E402

CELL_SECONDS = 30


def ask(notebook: str, todo: str, source: str) -> dict[str, Any]:
    """Run one answer and its check. Returns status, faults and message."""
    space: dict[str, Any] = {"__name__": "__main__"}
    for earlier, cell in definitions(notebook):
        if earlier == todo:
            break
        execute(cell, space)
    try:
        with time_limit(CELL_SECONDS):
            execute(source, space)
    except OutOfTime:
        return {"status": "cell", "faults": [], "message": "the cell itself did not end"}
    except (Exception, SystemExit) as error:
        return {"status": "cell", "faults": [], "message": f"{type(error).__name__}: {error}"}
    space["check"] = import_module(f"seqbook.labs.{notebook}")
    try:
        result = eval(check_cells(notebook)[todo], space)
    except NameError as error:  # the cell does not define what the check is given
        return {"status": "cell", "faults": [], "message": f"NameError: {error}"}
    return {"status": result.status, "faults": list(result.faults), "message": result.message}


def line(row: dict[str, Any]) -> str:
    """One answer in the report."""
    mistake = f"\n- mistake: {row['mistake']}" if row.get("mistake") else ""
    accept = f"\n- also: {'; '.join(row['accept'])}" if row.get("accept") else ""
    return (
        f"### {row['id']} · {row['kind']} · {row['status']} · {row['seconds']:.1f} s"
        f"{mistake}{accept}\n- said: {row['message']}"
        f"\n- faults: {', '.join(row['faults']) or 'none'}\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lab", help="a solution notebook's name, or how it begins: lab1")
    parser.add_argument("answers", type=Path, help="JSON lines")
    parser.add_argument("--out", type=Path, help="report: .md, or .jsonl for all that is known")
    parser.add_argument("--only", default="", help="only TODOs that begin like this")
    given = parser.parse_args()
    found = sorted((ROOT / "solutions").glob(f"{given.lab}*.ipynb"))
    if len(found) != 1:
        parser.error(f"{len(found)} notebooks in solutions/ begin with {given.lab!r}")
    if not given.answers.is_file():
        parser.error(f"there is no file {given.answers}")
    rows = []
    for text in given.answers.read_text(encoding="utf-8").splitlines():
        row = json.loads(text)
        if not re.match(re.escape(given.only), row["todo"]):
            continue
        begin = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            row |= ask(found[0].stem, row["todo"], row["source"])
        rows.append(row | {"seconds": time.perf_counter() - begin})
    if given.out:
        as_text = json.dumps if given.out.suffix == ".jsonl" else line
        given.out.write_text("\n".join(map(as_text, rows)) + "\n", encoding="utf-8")
    wrong = [row for row in rows if row["kind"] == "wrong"]
    right = [row for row in rows if row["kind"] == "right"]
    refused = [row for row in wrong if row["status"] != "passed"]
    named = Counter("slip" if row["faults"] else "no slip" for row in refused)
    print(f"wrong answers refused: {len(refused)} of {len(wrong)}")
    print(f"  with a slip that is named: {named['slip']}, described only: {named['no slip']}")
    passed = sum(row["status"] == "passed" for row in right)
    print(f"right answers passed: {passed} of {len(right)}")
    for row in rows:
        if (row["status"] == "passed") != (row["kind"] == "right"):
            print(f"  {row['id']} ({row['kind']}): {row['status']}, {row['message']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
