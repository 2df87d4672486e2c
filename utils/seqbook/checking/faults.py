"""Fault models: which slip, or which slips together, give the numbers that came back."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from .asked import ASKED
from .families import alike, constants, experiment, family
from .probes import as_tensors, copied, same
from .report import blame, describe, kind, outputs, shown_inputs
from .results import Fault, Todo, Verdict

# What NumPy and TensorFlow raise when shapes do not fit. Only such a crash is a sign of a slip
# that cannot run on some probe: a misspelled name is not.
MISFITS = ("ValueError", "InvalidArgumentError", "IndexError")
FIXED = (
    " Your code holds the number {number}, and sizes differ from call to call: take them from the "
    "arguments, `len(...)` or `.shape`."
)
SURE = ("returns nothing", "returns too much", "order of results")  # families that never guess
NEW_LIST = "Write `a = a - b`, which makes a new array; `a -= b` changes the old one."
NOT_TWICE = (
    "{begin}, and the same call once more gives another one. Something in it is random, or is kept "
    "from one call to the next. Make everything anew inside the function, from its arguments."
)


class FaultModel:
    """A reference solution with a switch for each known slip.

    Args:
        reference: ``reference(*probe, faults=frozenset())`` returns a dict of name → array, in
            the order in which the answer returns them. It may raise ValueError when a slip
            cannot run on that probe (shapes that do not fit).
        hints: slip → what to tell the learner. Order matters: of two slips that give the same
            numbers the first is told.
        probes: argument tuples. The first should let nearly every slip run (all sizes equal),
            another should have all sizes different, so that only right shapes run.
        most: how many slips at once are searched for.
        close: relative and absolute tolerance.
        tensors: give the answer TensorFlow tensors for the probes' arrays. An answer that stops
            with an error on tensors gets NumPy arrays, so both ways of writing it are accepted.
        axes: names of the axes of arguments and results, such as ``{"x": "batch inputs"}``: hints
            then say "over the batch", and not "over axis 0". The families need no more.
        call: ``call(answer, *probe)`` runs the answer where that is more than calling it.
        args: ``args(*probe)`` gives the arguments that the learner may call the answer with.
        in_place: may the answer overwrite its arguments?
        usable: ``usable(result)`` says why a right result is of no use to the next cells.
        families: may families guess at relations between the numbers? Counts, texts and single
            numbers fit too many of them by chance.
        alone: result → the slip to name if this result is wrong and all others are right.
    """

    def __init__(
        self,
        reference: Callable[..., Mapping[str, Any]],
        hints: Mapping[str, str],
        probes: Sequence[tuple],
        *,
        most: int = 3,
        close: tuple[float, float] = (1e-4, 1e-5),
        tensors: bool = False,
        axes: Mapping[str, str] | None = None,
        call: Callable[..., Any] | None = None,
        args: Callable[..., tuple] | None = None,
        in_place: bool = False,
        usable: Callable[[Any], str | None] | None = None,
        alone: Mapping[str, str] | None = None,
        families: bool = True,
    ):
        self.reference, self.hints = reference, dict(hints)
        self.probes, self.most, self.close = list(probes), most, close
        self.tensors, self.call, self.args = tensors, call, args
        self.in_place, self.usable, self.alone = in_place, usable, dict(alone or {})
        self.families = families
        self.axes = {name: tuple(words.split()) for name, words in (axes or {}).items()}
        self.names = tuple(
            name for name, p in inspect.signature(reference).parameters.items()
            if name != "faults" and p.kind is not p.VAR_POSITIONAL
        )  # fmt: skip

    @property
    def label(self) -> str:
        """What its mutants are filed under: the names of the results."""
        return ", ".join(self.expected(self.probes[0]))

    def expected(self, probe: tuple, faults: Sequence[str] = ()) -> dict[str, Any]:
        """The reference's outputs on one probe, with some slips switched on."""
        return dict(self.reference(*copied(probe), faults=frozenset(faults)))

    def judge(self, answer: Callable[..., Any]) -> Verdict:
        """Run `answer(*probe)` on every probe and name what is wrong with it."""
        if not callable(answer):
            if answer is None:
                return "the check was given None. Was the function defined before this cell ran?"
            return (
                f"the check was given {kind(answer)}. Give it the function itself: its name, "
                "without brackets behind it."
            )
        changed: list[int] = []
        runs = [(probe, self._run(answer, probe, changed)) for probe in self.probes]
        asked = ASKED.get()
        if asked and asked.runs is not None:
            asked.runs.append((self, [got for _, got in runs]))
        wants = [self.expected(probe) for probe, _ in runs]
        wrong = [i for i, (_, got) in enumerate(runs) if not self.matches(got, wants[i])]
        if not wrong:
            return self._right_but(answer, runs[0][1], changed)
        if asked and asked.runs is not None:
            return "wrong"
        if asked:
            probe = copied(self.probes[wrong[0]])
            asked.inputs = tuple(self.args(*probe)) if self.args else probe
        found = None
        with suppress(Exception):  # a diagnosis that stumbles over an odd result finds nothing
            found = next(self.explanations(answer, runs, wants), None)
        if found and changed and not self.in_place:
            found = [*found, ("in place", self._overwrites(changed[0], "your code also"))]
        broken = [i for i in wrong if isinstance(runs[i][1], Exception)
                  and type(runs[i][1]).__name__ not in MISFITS]  # fmt: skip
        return found or self._described(answer, runs, wants, (broken or wrong)[0])

    def explanations(
        self, answer: Callable[..., Any], runs: Sequence[tuple[tuple, Any]],
        wants: Sequence[Mapping[str, Any]],
    ) -> Iterator[list[Fault]]:
        """What would explain every run, the simplest first."""
        asked, gots = ASKED.get(), [got for _, got in runs]
        if all(isinstance(got, Exception) for got in gots):
            return
        single = self.diagnose(runs, most=1)
        if single:
            yield [(name, self.hints[name]) for name in single]
        alone = self._alone(gots, wants)
        if alone:
            yield [(alone, self.hints[alone])]
        if not self._repeats(answer, runs[0]):
            yield [("random", NOT_TWICE.format(begin="the result is wrong"))]
        if not any(got is None or finite(got) for got in gots):  # NaN: anything explains that
            return
        named = family(self, runs, wants)
        if named and (self.families or named[0] in SURE):
            yield [named]
        if asked and asked.lab.mutants:
            hint = asked.lab.mutants.hint(f"{asked.todo} {self.label}", gots)
            if hint:
                yield [("mutant", hint)]
        several = self.diagnose(runs, least=2)
        if several:
            yield [(name, self.hints[name]) for name in several]
        for slip in self.hints if self.families else ():
            with suppress(ValueError):
                slipped = [self.expected(probe, [slip]) for probe, _ in runs]
                seen = [some if len(some) > 1 else some[0] for some in
                        (list(results.values()) for results in slipped)]  # fmt: skip
                if not all(map(self.matches, seen, wants)):
                    also = family(self, runs, slipped, inputs=False)
                    if also:  # a family's words speak of a right result: they come next time
                        yield [(slip, self.hints[slip])]

    def _alone(self, gots: Sequence[Any], wants: Sequence[Mapping[str, Any]]) -> str | None:
        """The slip of the one result that is wrong while all others are right, if there is one."""
        wrong = set()
        for got, want in zip(gots, wants, strict=True):
            for value, (name, right) in zip(outputs(got, len(want)) or (), want.items(),
                                            strict=False):  # fmt: skip
                wrong |= set() if same(value, right, *self.close) else {name}
        return self.alone.get(wrong.pop()) if len(wrong) == 1 else None

    def _right_but(self, answer: Any, first: Any, changed: list[int]) -> Verdict:
        """The numbers are right. Can the next cells use the result, and is nothing harmed?"""
        if changed and not self.in_place:
            said = self._overwrites(changed[0], "the result is right, but your code")
            return [("in place", said)]
        if not self._repeats(answer, (self.probes[0], first)):
            return [("not twice", NOT_TWICE.format(begin="the first result is right"))]
        return self.usable(first) if self.usable else None

    def _repeats(self, answer: Callable[..., Any], run: tuple[tuple, Any]) -> bool:
        """Does the same call give the same result again?"""
        again = self._run(answer, run[0], [])
        crashed = isinstance(run[1], Exception), isinstance(again, Exception)
        return crashed[0] == crashed[1] if any(crashed) else alike(again, run[1])

    def _overwrites(self, i: int, begin: str) -> str:
        """What to say of an answer that changes its i-th argument."""
        name = self.names[i] if i < len(self.names) else "x"
        listed = isinstance(self.probes[0][i], list)
        how = NEW_LIST if listed else f"Work on a copy, `{name}.copy()`, or on a new array."
        return f"{begin} overwrites its argument `{name}`, which the caller still needs. {how}"

    def _described(
        self, answer: Any, runs: Sequence[tuple[tuple, Any]], wants: Sequence[Any], at: int
    ) -> str:
        """No slip explains it: what was seen, and on which input."""
        got = runs[at][1]
        if isinstance(got, Exception):
            text = re.findall(r"\d+", str(got))
            fixed = [c for c in constants() if type(c) is int and c > 4 and str(c) in text]
            holds = FIXED.format(number=fixed[0]) if fixed else ""
            return f"your code stopped with {blame(got)}{holds}"
        said = describe(got, wants[at], self.close)
        fact = ""
        with suppress(Exception):
            fact = experiment(self, answer, runs)
        return said + (f" {fact}" if fact else "") + shown_inputs(ASKED.get())

    def _run(self, answer: Callable[..., Any], probe: tuple, changed: list[int]) -> Any:
        """What the answer returns on a probe, or the exception it stopped with."""

        def run(given: tuple) -> Any:
            got = self.call(answer, *given) if self.call else answer(*given)
            # A generator computes only when it is read.
            return list(got) if hasattr(got, "__next__") or isinstance(got, map | zip) else got

        given = copied(probe)
        try:
            got = run(as_tensors(probe) if self.tensors else given)
        except NotImplementedError as error:
            if not error.args or isinstance(error, Todo):
                raise
            got = error
        except Exception as error:
            got = error
        if self.tensors and isinstance(got, Exception):
            with suppress(Exception):
                got = run(given)
        # A result may be the argument itself, changed later.
        got = copied((got,))[0] if isinstance(got, np.ndarray | list | tuple) else got
        changed += [i for i, part in enumerate(given) if not _equal(part, probe[i])]
        return got

    def matches(self, got: Any, want: Mapping[str, Any]) -> bool:
        """Do the answer's outputs equal the expected ones, shapes included?"""
        if isinstance(got, Exception):
            return False
        values = outputs(got, len(want))
        return values is not None and all(
            same(a, b, *self.close) for a, b in zip(values, want.values(), strict=True)
        )

    def diagnose(
        self, runs: Sequence[tuple[tuple, Any]], least: int = 1, most: int | None = None
    ) -> tuple[str, ...]:
        """The smallest set of slips that explains every run, empty if none does."""
        if all(isinstance(got, Exception) for _, got in runs):
            return ()
        for size in range(least, (most or self.most) + 1):
            for chosen in itertools.combinations(self.hints, size):
                if all(self._explains(chosen, probe, got) for probe, got in runs) and not (
                    size > 1 and self.cancel(chosen)
                ):
                    return chosen
        return ()

    def cancel(self, chosen: Sequence[str]) -> bool:
        """Does a result come out right with all of these slips, and wrong with one of them?

        Nobody is told of two slips that undo each other: there is a simpler explanation, which
        this model does not know.
        """
        for probe in self.probes:
            with suppress(ValueError):
                want, together = self.expected(probe), self.expected(probe, chosen)
                right = [n for n in want if n in together and same(together[n], want[n])]
                for slip in chosen:
                    alone = self.expected(probe, [slip])
                    if any(n in alone and not same(alone[n], want[n]) for n in right):
                        return True
        return False

    def _explains(self, chosen: Sequence[str], probe: tuple, got: Any) -> bool:
        crashed = isinstance(got, Exception)
        misfit = crashed and type(got).__name__ in MISFITS
        try:
            want = self.expected(probe, chosen)
        except ValueError:  # this slip cannot run here: then the answer must have crashed too
            return misfit
        # TensorFlow may refuse what NumPy broadcasts: such a crash says nothing.
        return misfit if crashed else self.matches(got, want)


def finite(got: Any) -> bool:
    """Does this result hold anything but NaN and infinite numbers?"""
    if isinstance(got, list | tuple) and any(np.ndim(part) for part in got):
        return any(map(finite, got))
    try:
        return bool(np.isfinite(np.asarray(got, dtype="float64")).any())
    except (TypeError, ValueError):
        return True


def _equal(a: Any, b: Any) -> bool:
    """Is an argument still what it was?"""
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_equal, a, b))
    return np.array_equal(a, b) if isinstance(a, np.ndarray) else a is b or a == b
