"""One small instance of every live figure, for the tests that all of them must pass."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import seqbook.chapters
from seqbook.live import Explorer


def every_explorer() -> list[type[Explorer]]:
    """The live figures of all chapters: the classes in modules with a `.js` file beside them."""
    home = Path(seqbook.chapters.__file__).parent
    found = []
    for script in sorted(home.glob("*/*.js")):
        module = import_module(f"seqbook.chapters.{script.parent.name}.{script.stem}")
        found += [
            thing
            for thing in vars(module).values()
            if isinstance(thing, type)
            and issubclass(thing, Explorer)
            and thing.__module__ == module.__name__
        ]
    return found


EXAMPLES: dict[str, Explorer] = {cls.__name__: cls.example() for cls in every_explorer()}


def selector(figure: Explorer) -> str:
    return f".sq-{figure.name}"
