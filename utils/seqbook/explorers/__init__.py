"""Live figures that need no kernel: the same HTML works in the book, in JupyterLab and in Colab.

    from seqbook.explorers import RNNStepper

    RNNStepper()

A new explorer is a subclass of `Explorer` with a `.js` and a `.css` file of its name beside it, and
a line below.
"""

from importlib import import_module
from typing import Any

from .base import Explorer

_MODULES = {
    "BallPuzzle": "ball_puzzle",
    "GateExplorer": "gate_explorer",
    "GradientFlow": "gradient_flow",
    "RNNStepper": "rnn_stepper",
    "SamplingExplorer": "sampling_explorer",
    "SentimentExplorer": "sentiment_explorer",
}

__all__ = ["Explorer", *_MODULES]


def __getattr__(name: str) -> Any:
    """Import an explorer when it is asked for."""
    if name in _MODULES:
        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
