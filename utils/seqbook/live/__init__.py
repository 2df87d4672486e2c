"""Live figures that need no kernel: the same HTML works in the book, in JupyterLab and in Colab.

A live figure belongs to its chapter: a subclass of `Explorer` in `chapters/<chapter>/`, with a
`.js` and a `.css` file of its name beside it. What all of them stand on is here.
"""

from .base import Explorer

__all__ = ["Explorer"]
