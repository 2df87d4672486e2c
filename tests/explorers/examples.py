"""One small instance of every live figure, for the tests that all of them must pass."""

from __future__ import annotations

from seqbook import explorers
from seqbook.explorers import Explorer, RNNStepper

EXAMPLES: dict[str, Explorer] = {
    name: RNNStepper(start=2) if name == "RNNStepper" else getattr(explorers, name).example()
    for name in explorers.__all__
    if name != "Explorer"
}


def selector(figure: Explorer) -> str:
    return f".sq-{figure.name}"
