"""Fault models: which slip, or which slips together, give the numbers that came back."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .probes import as_tensors, copied, same
from .report import blame, describe, kind, outputs

if TYPE_CHECKING:
    from .lab import Verdict


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
    ):
        self.reference, self.hints = reference, dict(hints)
        self.probes, self.most, self.close = list(probes), most, close
        self.tensors = tensors

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
        runs = [(probe, self._run(answer, probe)) for probe in self.probes]
        wants = [self.expected(probe) for probe, _ in runs]
        if all(self.matches(got, want) for (_, got), want in zip(runs, wants, strict=True)):
            return None
        found = self.diagnose(runs)
        if found:
            return [(name, self.hints[name]) for name in found]
        for (_, got), want in zip(runs, wants, strict=True):
            if isinstance(got, Exception):
                return f"your code stopped with {blame(got)}"
            if not self.matches(got, want):
                return describe(got, want, self.close)
        raise AssertionError("unreachable: some run did not match")

    def _run(self, answer: Callable[..., Any], probe: tuple) -> Any:
        """What the answer returns on a probe, or the exception it stopped with."""
        try:
            return answer(*(as_tensors(probe) if self.tensors else copied(probe)))
        except NotImplementedError:
            raise
        except Exception as error:
            if self.tensors:
                with suppress(Exception):
                    return answer(*copied(probe))
            return error

    def matches(self, got: Any, want: Mapping[str, Any]) -> bool:
        """Do the answer's outputs equal the expected ones, shapes included?"""
        if isinstance(got, Exception):
            return False
        values = outputs(got, len(want))
        return values is not None and all(
            same(a, b, *self.close) for a, b in zip(values, want.values(), strict=True)
        )

    def diagnose(self, runs: Sequence[tuple[tuple, Any]]) -> tuple[str, ...]:
        """The smallest set of slips that explains every run, empty if none does."""
        if all(isinstance(got, Exception) for _, got in runs):
            return ()
        for size in range(1, self.most + 1):
            for chosen in itertools.combinations(self.hints, size):
                if all(self._explains(chosen, probe, got) for probe, got in runs):
                    return chosen
        return ()

    def _explains(self, chosen: Sequence[str], probe: tuple, got: Any) -> bool:
        try:
            want = self.expected(probe, chosen)
        except ValueError:  # this slip cannot run here: then the answer must have crashed too
            return isinstance(got, Exception)
        # An answer that crashed says nothing: TensorFlow may refuse what NumPy broadcasts.
        return isinstance(got, Exception) or self.matches(got, want)
