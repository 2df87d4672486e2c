"""A trained network as a small graph of named nodes, which runs in NumPy, TensorFlow or a page.

    graph = from_keras(model)             # or Builder, for a network made by hand
    trace = run(graph, ids)               # every value at every step, in NumPy
    packed = pack(graph)                  # JSON for seqbook/live/nn.js, 8 bits a weight
    stepper = TensorFlowStepper(graph)    # from seqbook.graph.tf_step: fast generation

The nodes and their weights are listed in `description.py`; the arithmetic of one step, which
NumPy and TensorFlow share, is in `arithmetic.py`.
"""

from .description import Builder, Graph, Node
from .from_keras import from_keras, write_back
from .numpy_run import NumPyStepper, Trace, run
from .packing import pack, unpack

__all__ = [
    "Builder",
    "Graph",
    "Node",
    "NumPyStepper",
    "Trace",
    "from_keras",
    "pack",
    "run",
    "unpack",
    "write_back",
]
