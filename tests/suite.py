"""How the whole suite runs: the longest file first, and no notebook twice for nothing.

With several processes a long file that begins last keeps all others waiting, so files are ordered
by the seconds that they took here before; a notebook not run here yet, by those in its metadata.

`--changed-only` (what `make test` asks for on a maintainer's machine, never in CI) leaves out the
notebooks that passed and of which nothing has changed since: the file itself, the locked versions,
the package, and how notebooks are compared. Of the package, the folder of a chapter or a lab counts
where it is imported, by the notebook or by what that imports.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "utils" / "seqbook"
# What decides how a notebook is run and compared.
AROUND = ["requirements.txt", "conftest.py", "labs/conftest.py", "pyproject.toml"]
AROUND += ["tests/sanitize.cfg", "tests/suite.py", "tests/nbval_tolerance.py"]
AROUND += ["tests/offline/sitecustomize.py"]
IMPORT = re.compile(rb"\b(?:from|import|import_module)\b[^\n(]*(?:\([^)]*\))?")
SECONDS, PASSED = "suite/seconds", "suite/passed"


def files(folder: Path) -> list[Path]:
    """The files of a folder, less what Python leaves behind."""
    return [p for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts]


def content(paths: list[Path]) -> bytes:
    """Names and contents."""
    parts = [(str(path.relative_to(ROOT)).encode(), path.read_bytes()) for path in paths]
    return b"\0".join(part for pair in parts for part in pair)


def imported(code: bytes) -> set[bytes]:
    """The words of all import statements, a few too many rather than too few."""
    return {word for line in IMPORT.findall(code) for word in re.findall(rb"\w+", line)}


class State:
    """What notebooks depend on, read once."""

    def __init__(self) -> None:
        units = [p for kind in ("chapters", "labs") for p in sorted((PACKAGE / kind).glob("*"))]
        self.units = {p.name: content(files(p)) for p in units if p.is_dir()}
        self.units.pop("__pycache__", None)
        inside = {file for unit in units if unit.is_dir() for file in files(unit)}
        around = [ROOT / name for name in AROUND if (ROOT / name).is_file()]
        self.common = content([*around, *(p for p in files(PACKAGE) if p not in inside)])
        self.common += sys.version.encode()

    def digest(self, notebook: Path) -> str:
        """Changes with anything that the notebook's outputs may depend on."""
        text = notebook.read_bytes()
        cells = json.loads(text)["cells"]
        code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        words = imported(code.encode()) | imported(self.common) | {notebook.stem.encode()}
        used: set[str] = set()
        while more := {name for name in set(self.units) - used if name.encode() in words}:
            used |= more
            words |= {word for name in more for word in imported(self.units[name])}
        parts = [text, self.common, *(self.units[name] for name in sorted(used))]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()


def cells_to_run(notebook: Path) -> int:
    """How many cells nbval runs."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return sum(cell["cell_type"] == "code" for cell in cells)


def expected_seconds(path: Path, items: int, before: dict[str, float]) -> float:
    """How long a file will run: as before, else as its notebook says, else by its tests."""
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
    if name in before:
        return before[name]
    if path.suffix != ".ipynb":
        return 0.5 * items
    # A lab is its solution with gaps: most of it runs.
    stored = ROOT / "solutions" / path.name if path.parent.name == "labs" else path
    stored = stored if stored.is_file() else path
    facts = json.loads(stored.read_text(encoding="utf-8")).get("metadata", {}).get("seqbook", {})
    return float(facts.get("seconds", 30))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--changed-only", action="store_true",
        help="leave out notebooks that passed and of which nothing has changed since",
    )  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The same in every process, which read the same cache."""
    if config.getoption("changed_only"):
        passed, state = config.cache.get(PASSED, {}), State()
        books = {item.path for item in items if item.path.suffix == ".ipynb"}
        same = {path for path in books if passed.get(str(path)) == state.digest(path)}
        left_out = [item for item in items if item.path in same]
        items[:] = [item for item in items if item.path not in same]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
    before = config.cache.get(SECONDS, {})
    counts = Counter(item.path for item in items)
    seconds = {path: expected_seconds(path, n, before) for path, n in counts.items()}
    items.sort(key=lambda item: -seconds[item.path])  # stable: a file's tests keep their order


class Ledger:
    """What each file took, and which notebooks passed from the first cell to the last."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.seconds: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()
        self.failed: set[str] = set()
        self.state = State()
        self.before = {p: self.state.digest(p) for p in ROOT.glob("*/*.ipynb")}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.split("::")[0]
        self.seconds[name] += report.duration
        if report.failed:
            self.failed.add(name)
        elif report.when == "call" and report.passed:
            self.passed[name] += 1

    def pytest_sessionfinish(self) -> None:
        seconds = self.config.cache.get(SECONDS, {})
        seconds |= {name: round(taken, 1) for name, taken in self.seconds.items()}
        self.config.cache.set(SECONDS, seconds)
        passed = self.config.cache.get(PASSED, {})
        for path, digest in self.before.items():
            name = path.relative_to(ROOT).as_posix()
            if name in self.failed:
                passed.pop(str(path), None)
            elif self.passed[name] and self.passed[name] == cells_to_run(path):
                passed[str(path)] = digest
        self.config.cache.set(PASSED, passed)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.seconds:
            terminalreporter.section("the slowest files")
        for name, taken in self.seconds.most_common(10):
            terminalreporter.line(f"{taken:7.1f} s  {name}")
        # With several processes it is they that choose, by the same cache.
        if self.config.getoption("changed_only"):
            passed = self.config.cache.get(PASSED, {})
            same = [
                p.stem for p, digest in self.before.items()
                if passed.get(str(p)) == digest and not self.passed[p.relative_to(ROOT).as_posix()]
            ]
            if same:
                terminalreporter.line(
                    f"Passed before and unchanged, so not run: {', '.join(sorted(same))}. "
                    "`make test ALL=1` runs them."
                )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Ledger(config), "seqbook-ledger")
