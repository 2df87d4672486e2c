"""A graph in NumPy, in double precision: whole sequences with every value, or step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .arithmetic import NUMPY, State, keys_and_values
from .description import INPUT, Graph
from .stepper import Stepper

Edit = Callable[[np.ndarray, int, str, str], "np.ndarray | None"]


@dataclass(frozen=True)
class Trace:
    """Every step of a pass. The leading axes are those of the input: (steps,) or (batch, steps)."""

    outputs: np.ndarray
    """What the network answers after each step, shape (..., steps, outputs).

    With `last` or `average` in it, row t is its answer to the first t + 1 steps. If a node looks
    ahead, then only the last row is an answer.
    """
    values: dict[str, dict[str, np.ndarray]]
    """For each node its named values, each (..., steps, units), as nn.js gives them.

    `weights` of attention have shape (..., steps, heads, steps), with zeros for steps to come.
    A recurrent node's gates are NaN at a masked step; its state is the state before.
    """


class NumPyStepper(Stepper):
    """A graph in NumPy, one token at a time or whole.

    stepper = NumPyStepper(graph)
    state = stepper.first_state(1)
    logits, state = stepper.step([3], state)
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph, NUMPY, lambda w: w.astype(float))

    def step(self, tokens: npt.ArrayLike, state: State) -> tuple[np.ndarray, State]:
        """As `Stepper.step`. ValueError for what the graph cannot read."""
        x = np.asarray(tokens)
        self._check(x[:, None] if x.ndim else x, state["t"] + 1)
        return super().step(x, state)

    def run(self, x: npt.ArrayLike, edit: Edit | None = None) -> Trace:
        """All steps of one sequence, (steps,) or (steps, size), or of a batch of them.

        Args:
            x: ids, or vectors if the graph begins with no embedding.
            edit: called as edit(values, t, node, name) for each named value, of shape
                (batch, units), right after it is computed; what it returns replaces it, None
                leaves it.
        """
        x = np.asarray(x)
        alone = x.ndim == (1 if self.graph.inputs == "ids" else 2)
        x = x[None] if alone else x
        self._check(x, x.shape[1] if x.ndim > 1 else 0)
        columns = [{INPUT: x[:, t]} for t in range(x.shape[1])]
        state, found = self.first_state(len(x)), {}
        for node in self.graph.nodes:
            now, w, steps = state.get(node.name), self._weights[node.name], []
            if not node.settings.get("causal", True):
                for t, read in enumerate(columns):
                    now = keys_and_values(node, w, read[node.inputs[0]], now, t, NUMPY)
            for t, read in enumerate(columns):
                use = _editing(edit, t, node.name)
                read[node.name], values, now = self._advance(node, read, now, t, use)
                steps.append(values)
            found[node.name] = {k: _stack([s[k] for s in steps], alone) for k in steps[0]}
        return Trace(_stack([read[self.graph.output.name] for read in columns], alone), found)

    def _check(self, x: np.ndarray, steps: int) -> None:
        ids, size = self.graph.inputs == "ids", self.graph.size
        wanted = "(steps,) or (batch, steps)" if ids else "(steps, size) or (batch, steps, size)"
        if x.ndim != (2 if ids else 3) or not steps or not len(x):
            raise ValueError(f"x must have shape {wanted}, got {x.shape}.")
        if ids and (x.dtype.kind not in "iu" or x.min() < 0 or x.max() >= size):
            raise ValueError(f"x must hold whole numbers from 0 to {size - 1}.")
        if not ids and x.shape[-1] != size:
            raise ValueError(f"The graph reads {size} inputs a step, got {x.shape[-1]}.")
        if self.max_steps is not None and steps > self.max_steps:
            raise ValueError(f"The graph has positions for {self.max_steps} steps, got {steps}.")


def run(graph: Graph, x: npt.ArrayLike, edit: Edit | None = None) -> Trace:
    """All steps of a sequence or of a batch: `NumPyStepper.run`."""
    return NumPyStepper(graph).run(x, edit)


def _editing(edit: Edit | None, t: int, node: str) -> Callable[[str, np.ndarray], np.ndarray]:
    def use(name: str, value: np.ndarray) -> np.ndarray:
        changed = edit(value, t, node, name) if edit else None
        return value if changed is None else np.asarray(changed, float)

    return use


def _stack(steps: list[np.ndarray], alone: bool) -> np.ndarray:
    """(batch, steps, …) from arrays (batch, …), which may grow along their last axis."""
    longest = max(a.shape[-1] for a in steps)
    padded = [np.pad(a, [(0, 0)] * (a.ndim - 1) + [(0, longest - a.shape[-1])]) for a in steps]
    whole = np.stack(padded, axis=1)
    return whole[0] if alone else whole
