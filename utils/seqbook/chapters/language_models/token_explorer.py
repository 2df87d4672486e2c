"""A small transformer that writes in the page, token by token, with every head in view."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, ClassVar

import numpy as np

from ...graph import Builder, Graph, Trace, pack, run, unpack
from ...live.base import Explorer
from .taught import Tokenizer

LONGEST = 64
"""Tokens that the figure holds; the stored model was trained on windows of 96."""
PROMPTS = ("The built-in function", "If the object is a", "class Point:")


class TokenExplorer(Explorer):
    """Text, the probabilities of the next token, and what each head of each block looks at.

    Without arguments: two blocks of four heads that were trained on the manual of Python
    (`tools/train_manual_model.py`).

        TokenExplorer()
        TokenExplorer(["def __init__", "A list is"])

    Args:
        prompts: 1 to 4 beginnings in the characters of the manual, each with a button; the first
            stands there at first.
        model: another packed transformer over the stored tokens, for tests.

    Raises:
        ValueError: no prompt, too many, or one that the tokens cannot write or that is too long.
    """

    name: ClassVar[str] = "token-explorer"
    scripts: ClassVar[tuple[str, ...]] = ("nn.js",)

    def __init__(self, prompts: Sequence[str] = PROMPTS, *, model: dict | None = None) -> None:
        self.model = model or stored()["model"]
        self.prompts = list(prompts)
        if not 1 <= len(self.prompts) <= 4:
            raise ValueError(f"Give 1 to 4 prompts, got {len(self.prompts)}.")
        for prompt in self.prompts:
            if unknown := sorted(set(prompt) - set(stored()["alphabet"])):
                raise ValueError(f"The manual has no character {unknown[0]!r}: {prompt!r}.")
            if len(self.ids(prompt)) > LONGEST // 2:
                raise ValueError(f"A prompt may have {LONGEST // 2 - 1} tokens: {prompt!r}.")

    @classmethod
    def example(cls) -> TokenExplorer:
        """The figure with a network of a tenth of the size, whose weights are random."""
        return cls(model=pack(_untrained(width=8, heads=4, blocks=2)))

    def ids(self, text: str) -> list[int]:
        """The ids of a text, after the new line that begins every text of the manual."""
        return tokenizer().encode("\n" + text)

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """The text of each id."""
        return [tokenizer().vocabulary[i] for i in ids]

    def trace(self, ids: Sequence[int]) -> Trace:
        """Every number behind the figure for these tokens, in NumPy."""
        return run(unpack(self.model), list(ids))

    def config(self) -> dict[str, Any]:
        """The packed model, the alphabet, the merges as pairs of ids, the prompts."""
        kept = stored()
        return {
            "model": self.model,
            "alphabet": kept["alphabet"],
            "merges": kept["merges"],
            "prompts": self.prompts,
            "longest": LONGEST,
        }

    def _rows(self) -> tuple[list[str], list[tuple[str, float]], list[tuple[str, np.ndarray]]]:
        """The first prompt's tokens, the ten likeliest next, the last weights of each head."""
        ids = self.ids(self.prompts[0])
        trace, vocabulary = self.trace(ids), tokenizer().vocabulary
        p = np.exp(trace.outputs[-1] - trace.outputs[-1].max())
        p /= p.sum()
        likely = [(vocabulary[i], float(p[i])) for i in np.argsort(-p, kind="stable")[:10]]
        heads = []
        attending = [node["name"] for node in self.model["nodes"] if node["op"] == "attention"]
        for block, name in enumerate(attending, 1):
            for head, weights in enumerate(trace.values[name]["weights"][-1], 1):
                heads.append((f"block {block}, head {head}", weights))
        return self.tokens(ids), likely, heads

    def static_html(self) -> str:
        """Two tables: the likeliest next tokens, and what the last token looks at."""
        tokens, likely, heads = self._rows()
        names = "".join(f'<th scope="col">{escape(_shown(t))}</th>' for t in tokens)
        next_rows = "".join(
            f'<tr><th scope="row">{escape(_shown(t))}</th><td>{100 * p:.1f}%</td></tr>'
            for t, p in likely
        )
        head_rows = "".join(
            f'<tr><th scope="row">{name}</th>'
            + "".join(f"<td>{100 * w:.0f}</td>" for w in weights)
            + "</tr>"
            for name, weights in heads
        )
        return (
            "<p><strong>A small transformer, trained on the manual of Python.</strong> After "
            f"“{escape(self.prompts[0])}” it finds these tokens likeliest; the second table holds "
            "what each head looks at from the last token, in percent. A dot stands for a blank. "
            "Where scripts run, it writes.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Tables of the model">'
            f"<table><tbody>{next_rows}</tbody></table>"
            f"<table><thead><tr><td></td>{names}</tr></thead><tbody>{head_rows}</tbody></table>"
            "</div>"
        )

    def static_text(self) -> str:
        """The same numbers, a line for each."""
        tokens, likely, heads = self._rows()
        lines = ["TokenExplorer: " + "|".join(map(_shown, tokens))]
        lines.append("next: " + "  ".join(f"{_shown(t)} {100 * p:.1f}%" for t, p in likely))
        for name, weights in heads:
            lines.append(f"{name}: " + " ".join(f"{100 * w:.0f}" for w in weights))
        return "\n".join(lines)


def _shown(token: str) -> str:
    return token.replace(" ", "·").replace("\n", "⏎")


@cache
def stored() -> dict[str, Any]:
    """What `tools/train_manual_model.py` stored: alphabet, merges as pairs of ids, model."""
    path = files(__package__).joinpath("manual_model.json")
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def tokenizer() -> Tokenizer:
    """The tokenizer of the stored model."""
    kept = stored()
    vocabulary, pairs = list(kept["alphabet"]), []
    for first, second in kept["merges"]:
        pairs.append((vocabulary[first], vocabulary[second]))
        vocabulary.append(vocabulary[first] + vocabulary[second])
    return Tokenizer(kept["alphabet"], pairs)


def _untrained(width: int, heads: int, blocks: int) -> Graph:
    """A network of the stored one's form with random weights."""
    rng, build = np.random.default_rng(0), Builder()
    size = len(tokenizer().vocabulary)
    square = {k: rng.normal(size=(width, width)) for k in ("query", "key", "value", "output")}
    x = build.node("embedding", build.input, weights={"embeddings": rng.normal(size=(size, width))})
    for _ in range(blocks):
        y = build.node("layer_norm", x)
        y = build.node("attention", y, weights=square, heads=heads, rotary=10_000.0)
        x = build.add(x, y)
    build.node("dense", x, weights={"kernel": rng.normal(size=(width, size))})
    return build.graph()
