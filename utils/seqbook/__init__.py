"""Helpers of the book *Deep Sequence Modeling*.

    from seqbook import plots, music, runtime      # figures, tunes, training
    from seqbook.labs import lab1_rnn_from_scratch as check # the checks of a lab

Importing `seqbook` is quick and needs neither TensorFlow nor music21: what needs them imports
them when it is used.
"""

import os

# Both must be set before TensorFlow is imported. Without oneDNN's own kernels the sums come out
# in the same order on every x86 machine, so stored outputs can be compared.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

from importlib.metadata import PackageNotFoundError, version

from .checking import Todo

try:
    __version__ = version("seqbook")
except PackageNotFoundError:  # used straight from a checkout
    __version__ = "0+checkout"

__all__ = ["Todo", "__version__"]
