"""Live figures that need no kernel: the same HTML works in the book, in JupyterLab and in Colab.

    from seqbook.explorers import RNNStepper

    RNNStepper()

A new explorer is a subclass of `Explorer` with a `.js` and a `.css` file of its name beside it.
"""

from .base import Explorer
from .rnn_stepper import RNNStepper

__all__ = ["Explorer", "RNNStepper"]
