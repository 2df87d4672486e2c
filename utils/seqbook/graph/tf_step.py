"""A graph in TensorFlow, one token at a time, for generation inside a compiled loop."""

from __future__ import annotations

from .arithmetic import tensorflow
from .description import Graph
from .stepper import Stepper


class TensorFlowStepper(Stepper):
    """A graph that reads ids, for `seqbook.music.generation.Generator` and loops of one's own.

    The cache of keys and values has its full length from the beginning, so that no shape changes
    from step to step.

    Args:
        graph: what is stepped.
        max_steps: the length of the cache. Needed if a node attends and no table of positions
            says how long a sequence may be.

    Raises:
        ValueError: the graph reads no ids, looks ahead, or needs `max_steps`.
    """

    def __init__(self, graph: Graph, max_steps: int | None = None) -> None:
        import tensorflow as tf

        super().__init__(graph, tensorflow(), lambda w: tf.Variable(w, trainable=False))
        self._check_steps_alone()
        if graph.inputs != "ids":
            raise ValueError("Only a graph that reads ids can be stepped by tokens.")
        limits = [n for n in (graph.max_steps, max_steps) if n is not None]
        self.max_steps = min(limits, default=None)
        attending = next((n.name for n in graph.nodes if n.op == "attention"), None)
        if attending and self.max_steps is None:
            raise ValueError(f"{attending} keeps all steps: say how many with max_steps.")

    def load(self, graph: Graph) -> None:
        """Take over the weights of a graph of the same form, such as after more training."""
        for node in graph.nodes:
            for name, array in node.weights.items():
                self._weights[node.name][name].assign(array)
