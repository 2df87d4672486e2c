"""Cases for the checkers of a lab, as plain data: what was written wrongly → the slip's name.

A slip or another right answer is either a list of edits to the solution notebook's own answer,
`[("@ W", "* W")]`, or a whole answer as source text. So the tests hold what learners are given:

    CASES = {
        "1.2": Case(
            "dense",
            slips={"elementwise": [("x @ W", "x * W")],
                   ("elementwise", "no bias"): [("x @ W", "x * W"), (" + b", "")]},
            others={"einsum": "def dense(x, W, b): return tf.einsum('bi,io->bo', x, W) + b"},
        ),
    }
    LAB = LabCases("lab1_rnn_from_scratch", check, CASES)

    @pytest.mark.parametrize("todo, name", LAB.slips())
    def test_each_slip_is_named(todo, name):
        LAB.assert_slip(todo, name)
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib.util
import itertools
import linecache
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import numpy as np
from make_labs import blank_out

ROOT = Path(__file__).resolve().parents[2]
TODO = re.compile(r"# TODO (\d+\.\d+)")

Edits = Sequence[tuple[str, str]]
_numbers = itertools.count(1)


@dataclass
class Case:
    """What one exercise must catch and accept.

    Attributes:
        answer: the name or names that the check is given.
        slips: a slip's name (or a tuple of names, when several are made at once) → edits or source.
        others: description of another right answer → edits or source.
        check: the check's name, if it is not that of the answer.
        given: names the answer may use besides the imports and the earlier answers.
    """

    answer: str | tuple[str, ...]
    slips: Mapping[str | tuple[str, ...], Edits | str]
    others: Mapping[str, Edits | str]
    check: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.answer,) if isinstance(self.answer, str) else tuple(self.answer)


def execute(source: str, space: dict[str, Any]) -> None:
    """Run a cell as a notebook would: its names belong to `__main__`, its lines can be quoted."""
    filename = f"{tempfile.gettempdir()}/ipykernel_0/{next(_numbers)}.py"
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    exec(compile(source, filename, "exec"), space)


def mutate(source: str, change: Edits | str) -> str:
    """The source with its edits made, each of which must apply; or a whole other source."""
    if isinstance(change, str):
        return change
    for old, new in change:
        assert old in source, f"{old!r} is not in the answer:\n{source}"
        source = source.replace(old, new)
    return source


@functools.cache
def answers(notebook: str) -> dict[str, str]:
    """TODO → source of the solution's cell, in the notebook's order."""
    book = nbformat.read(ROOT / "solutions" / f"{notebook}.ipynb", 4)
    cells = [c.source for c in book.cells if c.cell_type == "code"]
    return {found[1]: source for source in cells if (found := TODO.search(source))}


def cases_of(notebook: str) -> Mapping[str, Case]:
    """The cases that the tests hold of a lab, in `<lab>_cases.py` or in its test."""
    names = (f"{notebook.partition('_')[0]}_cases", f"test_{notebook}")
    name = next((n for n in names if importlib.util.find_spec(n)), None)
    return importlib.import_module(name).CASES if name else {}


@functools.cache
def check_cells(notebook: str) -> dict[str, str]:
    """TODO → the cell that checks it, such as `check.dense(dense)`."""
    book = nbformat.read(ROOT / "solutions" / f"{notebook}.ipynb", 4)
    found, todo = {}, None
    for source in (c.source for c in book.cells if c.cell_type == "code"):
        todo = match[1] if (match := TODO.search(source)) else todo
        if source.startswith("check.") and todo and todo not in found:
            found[todo] = source
    return found


@functools.cache
def definitions(notebook: str) -> list[tuple[str | None, str]]:
    """(TODO or None, source) of all that stands ready for a learner, in the notebook's order.

    Answers are kept whole. Of the other cells only what defines something: functions, classes,
    and names for numbers and texts. What loads, trains or draws is left out.
    """
    book = nbformat.read(ROOT / "solutions" / f"{notebook}.ipynb", 4)
    found: list[tuple[str | None, str]] = []
    for source in (c.source for c in book.cells if c.cell_type == "code"):
        todo = TODO.search(source)
        if todo:
            found.append((todo[1], source))
        elif "%pip" not in source:
            nodes = [node for node in ast.parse(source).body if defines(node)]
            found.append((None, "\n\n\n".join(ast.unparse(node) for node in nodes)))
    return [(todo, source) for todo, source in found if source]


def defines(node: ast.stmt) -> bool:
    """Is this a function, an import, or a name for a number or a text?"""
    if isinstance(node, ast.Assign):
        try:
            ast.literal_eval(node.value)
        except ValueError:
            return False
        return True
    kinds = ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
    return isinstance(node, kinds)


@dataclass
class LabCases:
    """All cases of one lab.

    Args:
        notebook: stem of the solution notebook.
        module: the lab's module of checks.
        cases: TODO → Case.
        setup: code that stands before every answer (imports, sizes the lab defines).
    """

    notebook: str
    module: ModuleType
    cases: Mapping[str, Case]
    setup: str = (
        "import numpy as np\nimport keras\nimport tensorflow as tf\nfrom keras import ops\n"
        "from seqbook import Todo\n"
    )
    _said: dict[tuple[str, Any], Any] = field(default_factory=dict, init=False)

    # For pytest.mark.parametrize ---------------------------------------------------------------

    def slips(self) -> list[tuple[str, Any]]:
        """(todo, slip) of every slip."""
        return [(todo, name) for todo, case in self.cases.items() for name in case.slips]

    def others(self) -> list[tuple[str, str]]:
        """(todo, description) of every other right answer."""
        return [(todo, name) for todo, case in self.cases.items() for name in case.others]

    @property
    def turns(self) -> range:
        """As many turns as `in_turn` needs to have named every other right answer."""
        return range(max(len(case.others) for case in self.cases.values()))

    # Building ----------------------------------------------------------------------------------

    def right(self, todo: str) -> str:
        """The solution's own answer."""
        return answers(self.notebook)[todo]

    def space(self, todo: str) -> dict[str, Any]:
        """The names a learner has when reaching `todo`: imports and the earlier answers."""
        space: dict[str, Any] = {"__name__": "__main__"}
        execute(self.setup, space)
        for earlier, source in definitions(self.notebook):
            if earlier == todo:
                break
            execute(source, space)
        space.update(self.cases[todo].given)
        return space

    def build(self, todo: str, source: str) -> tuple[Any, ...]:
        """Run a source in the place of the answer to `todo`, and take what the check wants."""
        space = self.space(todo)
        execute(source, space)
        return tuple(space[name] for name in self.cases[todo].names)

    def run(self, todo: str, change: Edits | str = ()) -> Any:
        """The check's Result on a changed answer."""
        return self.check(todo)(*self.build(todo, mutate(self.right(todo), change)))

    def said(self, todo: str, name: str | tuple[str, ...]) -> Any:
        """The check's Result on a slip, which is asked for once."""
        if (todo, name) not in self._said:
            self._said[todo, name] = self.run(todo, self.cases[todo].slips[name])
        return self._said[todo, name]

    def check(self, todo: str) -> Callable[..., Any]:
        """The check of `todo`."""
        case = self.cases[todo]
        return getattr(self.module, case.check or case.names[0])

    def in_turn(self, turn: int) -> dict[str, str]:
        """TODO → the name of the other right answer whose turn it is; behind the last the first."""
        chosen = {}
        for todo, case in self.cases.items():
            names = list(case.others)
            chosen[todo] = names[turn % len(names)]
        return chosen

    def run_through(
        self, others: Mapping[str, str], shorter: Mapping[str, str]
    ) -> dict[str, Any]:
        """Run the whole lab with other right answers in the place of the solution's.

        What the lab saves goes into a folder of this run, so that runs side by side do not write
        the same file.

        Args:
            others: TODO → the name of its other right answer.
            shorter: text of the notebook → what stands there instead, to train for less long.

        Returns:
            The names that the lab's cells defined.
        """
        book = nbformat.read(ROOT / "solutions" / f"{self.notebook}.ipynb", 4)
        unused = set(shorter)
        space: dict[str, Any] = {"__name__": "__main__"}
        execute(self.setup, space)
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            for cell in (c for c in book.cells if c.cell_type == "code"):
                tags = cell.metadata.get("tags", ())
                if "%pip" in cell.source or "remove-cell" in tags:
                    continue
                found, text = TODO.search(cell.source), cell.source
                if found and found[1] in others:
                    text = mutate(text, self.cases[found[1]].others[others[found[1]]])
                for long, short in shorter.items():
                    unused -= {long} if long in text else set()
                    text = text.replace(long, short)
                execute(text, space)
        assert not unused, f"not in the notebook any more: {unused}"
        assert len(self.module.LAB.results) == len(self.cases)
        assert all(self.module.LAB.results.values())
        return space

    # Assertions --------------------------------------------------------------------------------

    def assert_right(self, todo: str) -> None:
        """The solution's answer passes."""
        result = self.run(todo)
        assert result, result

    def assert_other(self, todo: str, name: str) -> None:
        """Another right answer passes."""
        result = self.run(todo, self.cases[todo].others[name])
        assert result, result

    def assert_slip(self, todo: str, name: str | tuple[str, ...]) -> None:
        """A wrong answer is recognized as exactly this slip, or these."""
        result = self.said(todo, name)
        wanted = {name} if isinstance(name, str) else set(name)
        assert result.status == "wrong", result
        assert set(result.faults) == wanted, (result.faults, result.message)

    def assert_hints_differ(self, todo: str) -> None:
        """Every single slip of an exercise has a hint of its own."""
        said: dict[str, str] = {}
        for name in self.cases[todo].slips:
            if isinstance(name, str):
                message = self.said(todo, name).message
                assert message not in said, f"{name} and {said[message]} both get: {message}"
                said[message] = name
        assert len(said) >= 6, f"only {len(said)} slips"

    def assert_blank(self, todo: str) -> None:
        """The unfilled cell of the generated lab is 'todo', or raises Todo itself."""
        source = blank_out(self.right(todo))
        assert source != self.right(todo), "nothing is left to the learner"
        space = self.space(todo)
        execute(source, space)
        result = self.check(todo)(*(space.get(name, ...) for name in self.cases[todo].names))
        assert result.status == "todo", result

    def assert_crash(self, todo: str) -> None:
        """An answer that stops with an error gets one line that quotes the line it stopped at."""
        for name in self.cases[todo].names:
            answer = self.build(todo, f"def {name}(*args, **kwargs):\n    return undefined_name\n")
            result = self.check(todo)(*answer)
            assert result.status == "wrong" and "undefined_name" in result.message, result
            assert "return undefined_name" in result.message and "\n" not in result.message, result

    def assert_guesses_fail(self, todo: str) -> None:
        """Constants, zeros, random numbers and the inputs themselves never pass."""
        for guess in guesses():
            result = self.check(todo)(*(guess for _ in self.cases[todo].names))
            assert not result, (guess, result)
            assert result.faults or "\n" not in result.message, (guess, result)


def guesses() -> Iterator[Any]:
    """Answers of somebody who has not understood the question."""
    random = np.random.default_rng(0)
    yield from (None, 0, 3.5, "text", [], {}, np.zeros(3), np.zeros((2, 2)), object())

    def constant(value: Any) -> Callable[..., Any]:
        return lambda *a, **k: value

    for value in (None, 0, 0.0, 1.0, -1, np.nan, "", [], (), [0, 0], {}, np.zeros(1)):
        yield constant(value)
    for count in (1, 2, 3, 4, 5):
        yield lambda *a, n=count: [np.zeros_like(a[i % len(a)]) for i in range(n)]
        yield lambda *a, n=count: tuple(a[i % len(a)] for i in range(n))
        yield lambda *a, n=count: [random.normal(size=np.shape(a[i % len(a)])) for i in range(n)]
    for position in range(6):
        yield lambda *a, i=position: a[i % len(a)]
        yield lambda *a, i=position: np.zeros_like(a[i % len(a)])
        yield lambda *a, i=position: random.normal(size=np.shape(a[i % len(a)]))


def shaped_guesses(model: Any) -> Iterator[Callable[..., Any]]:
    """Answers for a FaultModel whose shapes are right and whose numbers are not."""
    wants = [list(model.expected(probe).values()) for probe in model.probes]

    def answer(make: Callable[[Any], Any]) -> Callable[..., Any]:
        """Goes through the probes in turn, as the checker does."""
        calls = itertools.count()

        def run(*_: Any) -> Any:
            made = [make(want) for want in wants[next(calls) % len(wants)]]
            return made[0] if len(made) == 1 else made

        return run

    random = np.random.default_rng(0)
    yield answer(np.zeros_like)
    yield answer(np.ones_like)
    yield answer(lambda want: np.full(np.shape(want), 0.5))
    yield answer(lambda want: random.normal(size=np.shape(want)))
    # One number is its own mean.
    yield answer(lambda want: np.full(np.shape(want), np.mean(want) + (np.size(want) == 1)))
    first = wants[0]
    yield lambda *_: first[0] if len(first) == 1 else first


def confusions(model: Any, size: int = 2, exclusive: Sequence[set[str]] = ()) -> list[str]:
    """Sets of slips, up to `size`, whose numbers the model would take for something else.

    Args:
        model: a FaultModel.
        size: how many slips at once.
        exclusive: groups of slips that cannot be made together (no tanh, relu for tanh).
    """
    wrong = []
    for count in range(1, size + 1):
        for chosen in itertools.combinations(model.hints, count):
            if any(len(set(chosen) & set(group)) > 1 for group in exclusive):
                continue
            runs = []
            for probe in model.probes:
                try:
                    results = list(model.expected(probe, chosen).values())
                    runs.append((probe, results if len(results) > 1 else results[0]))
                except ValueError as error:
                    runs.append((probe, error))
            found = model.diagnose(runs)
            right = all(model.matches(got, model.expected(probe)) for probe, got in runs)
            if right or set(found) != set(chosen):
                wrong.append(f"{' + '.join(chosen)} is taken for {' + '.join(found) or 'right'}")
    return wrong
