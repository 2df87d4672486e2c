"""Data sets that are generated or come inside an installed package: nothing is downloaded.

One module for each kind of data; the smallest are also here, as ``data.xor()``. Examples are rows,
arrays are float32 (what Keras computes in), and the same seed gives the same numbers on every
machine.
"""

from .points import blobs, seven_segments, xor
from .streams import all_windows, flips, windows

__all__ = ["all_windows", "blobs", "flips", "seven_segments", "windows", "xor"]
