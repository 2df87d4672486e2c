"""A model's next-symbol distribution, under the reader's temperature and top-k."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, ClassVar

import numpy as np

from ...graph import Builder, pack, run, unpack
from ...live.base import Explorer

END = "\n"  # the symbol before the first one and after the last


def reshape(logits: np.ndarray, temperature: float, top_k: int) -> np.ndarray:
    """Probabilities of shape (symbols,): the `top_k` highest logits, divided by `temperature`.

    Of equal logits at the cut, the one with the lower index stays.
    """
    kept = np.argsort(-logits, kind="stable")[:top_k]
    e = np.exp((logits[kept] - logits.max()) / temperature)
    p = np.zeros(len(logits))
    p[kept] = e / e.sum()
    return p


class SamplingExplorer(Explorer):
    """The distribution of the next symbol, drawn from at a temperature and with a cut.

    The reader types a beginning, moves temperature and top-k, draws one symbol, or has five texts
    written from a seed. The network runs in the page.

    Args:
        model: a Keras model or a `Graph` that reads ids and gives logits of the next symbol, or
            what `graph.pack` made of one.
        symbols: the characters of ids 0, 1, …; id 0 is the line break that begins and ends a text.
        beginning: what stands in the text field at first.
        longest: texts end here at the latest, in symbols, 2 to 60.
        painter: a model, or a packed one, that reads a text's ids and gives red, green and blue
            from 0 to 1: each text written is shown in its color. None: no color.
        seed: the first seed, 0 to 999.

    Raises:
        ValueError: `symbols` do not fit the model, or the beginning has others in it.
    """

    name: ClassVar[str] = "sampling-explorer"
    scripts: ClassVar[tuple[str, ...]] = ("nn.js",)

    def __init__(
        self,
        model: Any,
        symbols: Sequence[str],
        *,
        beginning: str = "",
        longest: int = 26,
        painter: Any = None,
        seed: int = 1,
    ) -> None:
        self.symbols = list(symbols)
        if not self.symbols or self.symbols[0] != END:
            raise ValueError("symbols must begin with the line break, id 0.")
        if any(len(s) != 1 for s in self.symbols) or len(set(self.symbols)) != len(self.symbols):
            raise ValueError("symbols must be single characters, each of them once.")
        if not 2 <= longest <= 60:
            raise ValueError(f"longest must be from 2 to 60 symbols, got {longest!r}.")
        if unknown := sorted(set(beginning) - set(self.symbols[1:])):
            raise ValueError(f"The beginning has {unknown[0]!r} in it, not a symbol.")
        if len(beginning) >= longest:
            raise ValueError(f"The beginning must be shorter than {longest} symbols.")
        self.model = model if isinstance(model, dict) else pack(model)
        self.painter = painter
        if painter is not None and not isinstance(painter, dict):
            self.painter = pack(painter)
        for label, packed in [("model", self.model), ("painter", self.painter)]:
            if packed and (packed["inputs"] != "ids" or packed["size"] != len(self.symbols)):
                raise ValueError(
                    f"The {label} reads {packed['size']} {packed['inputs']}, "
                    f"but there are {len(self.symbols)} symbols."
                )
        self.beginning, self.longest, self.seed = beginning, int(longest), int(seed)

    @classmethod
    def example(cls) -> SamplingExplorer:
        """A table of letter pairs in place of a network; needs no TensorFlow."""
        symbols = [END, *" abcdeilnoprt"]
        words = ["red", "opal", "pale red", "teal", "coral", "pale coral", "apricot", "blonde"]
        logits = np.full((len(symbols), len(symbols)), -3.0, "float32")
        for word in words:
            ids = [symbols.index(s) for s in END + word + END]
            np.add.at(logits, (ids[:-1], ids[1:]), 1.5)
        build = Builder()
        build.node("embedding", build.input, weights={"embeddings": logits})
        return cls(build.graph(), symbols, beginning="pa", longest=12)

    def config(self) -> dict[str, Any]:
        """The packed networks and what the figure begins with."""
        return {
            "beginning": self.beginning,
            "longest": self.longest,
            "model": self.model,
            "painter": self.painter,
            "seed": self.seed,
            "symbols": self.symbols,
        }

    def logits(self, text: str) -> np.ndarray:
        """Logits of what follows `text`, shape (symbols,), as the page computes them."""
        ids = [0, *(self.symbols.index(s) for s in text)]
        return run(unpack(self.model), ids).outputs[-1]

    def _likeliest(self, n: int = 5) -> list[tuple[str, float]]:
        p = reshape(self.logits(self.beginning), 1.0, len(self.symbols))
        return [(self.symbols[k], p[k]) for k in np.argsort(-p, kind="stable")[:n]]

    def static_html(self) -> str:
        """The five likeliest next symbols, for a page without scripts."""
        names = {" ": "space", END: "end"}
        rows = "".join(
            f'<tr><th scope="row">{escape(names.get(s, s))}</th><td>{p:.2f}</td></tr>'
            for s, p in self._likeliest()
        )
        return (
            f"<p>What may follow “{escape(self.beginning)}”, with its probability. In a page that "
            "runs scripts you can change temperature and top-k here, and draw.</p>"
            f"<table><thead><tr><th scope='col'>next</th><th scope='col'>probability</th></tr>"
            f"</thead><tbody>{rows}</tbody></table>"
        )

    def static_text(self) -> str:
        return f"SamplingExplorer: {len(self.symbols)} symbols, beginning {self.beginning!r}"
