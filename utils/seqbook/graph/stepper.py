"""What NumPy and TensorFlow share when a graph goes one step at a time."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from .arithmetic import State, advance, first_state
from .description import INPUT, Graph, Node


class Stepper:
    """A graph, used one token at a time; `seqbook.music.generation` writes tunes with such.

    A state is a dictionary: "t", how many steps were read, and for each node that remembers its
    arrays by name. It is never changed, so it can be kept, and continued from more than once.
    """

    max_steps: int | None
    """How many steps in a row it can read; None if there is no limit."""

    def __init__(self, graph: Graph, xp: SimpleNamespace, array: Callable[[Any], Any]) -> None:
        self.graph, self._xp = graph, xp
        self.vocabulary_size, self.max_steps = graph.size, graph.max_steps
        self._weights = {
            node.name: {k: array(w) for k, w in node.weights.items()} for node in graph.nodes
        }

    def first_state(self, n: Any) -> State:
        """The state of n sequences before anything was read."""
        state: State = {"t": self._xp.start()}
        for node in self.graph.nodes:
            width, steps = self.graph.widths[node.name], self.max_steps or 0
            found = first_state(node, width, n, steps, self._xp)
            state |= {} if found is None else {node.name: found}
        return state

    def step(self, tokens: Any, state: State) -> tuple[Any, State]:
        """Ids (batch,), or vectors (batch, size) → outputs (batch, outputs), and the new state."""
        self._check_steps_alone()
        values, new = {INPUT: tokens}, {"t": state["t"] + 1}
        for node in self.graph.nodes:
            y, _, now = self._advance(node, values, state.get(node.name), state["t"])
            values[node.name] = y
            new |= {} if now is None else {node.name: now}
        return y, new

    def _check_steps_alone(self) -> None:
        if ahead := self.graph.looks_ahead:
            raise ValueError(f"{ahead.name} attends to later steps: it cannot go step by step.")

    def _advance(
        self, node: Node, values: State, state: Any, t: Any, use: Any = lambda name, value: value
    ) -> tuple[Any, State, State | None]:
        """One step of one node, which finds what it reads in `values`."""
        x = [values[i] for i in node.inputs]
        x = x if node.op in ("add", "concat") else x[0]
        mask = (values[INPUT] != 0)[:, None] if node.name in self.graph.masked else None
        return advance(node, self._weights[node.name], x, state, t, self._xp, use, mask)
