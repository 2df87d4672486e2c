"""A small LSTM whose gates the reader holds open or closed, over a sequence of words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, ClassVar

import numpy as np

from ...graph import Trace, pack, run, unpack
from ...graph.numpy_run import Edit
from ...live import _text
from ...live.base import Explorer

MAX_STEPS, MAX_UNITS, MAX_WORDS, MAX_ANSWERS = 12, 8, 40, 8

# The task of the stored model. The answer to "speak" belongs to the last country right after
# "from"; countries elsewhere are decoys.
MARK, ASK = "from", "speak"
SYMBOLS = ("France", "Spain", "Italy", "Japan")
ANSWERS = ("French", "Spanish", "Italian", "Japanese")
WORDS = (MARK, ASK, "visited", "saw", "and", "then", "we", *SYMBOLS)
SENTENCES = {
    "One journey": "from France we visited Spain and then saw Japan speak",
    "Two journeys": "from France saw Japan speak then from Italy we speak",
}
RULE = (
    "The network reads one word after another. At “speak” it should name the language of the "
    "country that came right after the last “from”; at any other word, give no answer: 25% to each."
)


def journeys(rng: np.random.Generator, count: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Random sequences of the words of the stored model, and what it should say at each step.

    Returns:
        ids, shape (count, steps), and targets, shape (count, steps, 4): the language with
        probability 1 where "speak" asks for a country that is known, 1/4 each elsewhere.
    """
    mark, ask, first = WORDS.index(MARK), WORDS.index(ASK), WORDS.index(SYMBOLS[0])
    share = {MARK: 0.16, ASK: 0.14, **dict.fromkeys(SYMBOLS, 0.1)}
    ids = rng.choice(len(WORDS), (count, steps), p=[share.get(word, 0.06) for word in WORDS])
    # Most marks are followed by a country, and in half of the sequences a second mark is rare.
    rare = rng.random(count) < 0.6
    for t in range(1, steps):
        again = rare & (t > 1) & (ids[:, t] == mark) & (rng.random(count) < 0.85)
        ids[:, t] = np.where(again, rng.integers(2, len(WORDS), count), ids[:, t])
        named = (ids[:, t - 1] == mark) & (rng.random(count) < 0.8)
        ids[:, t] = np.where(named, rng.integers(first, len(WORDS), count), ids[:, t])
    home = np.full(count, -1)
    targets = np.full((count, steps, len(ANSWERS)), 1 / len(ANSWERS))
    for t in range(steps):
        if t:
            home = np.where((ids[:, t - 1] == mark) & (ids[:, t] >= first), ids[:, t] - first, home)
        due = (ids[:, t] == ask) & (home >= 0)
        targets[due, t] = np.eye(len(ANSWERS))[home[due]]
    return ids, targets


class GateExplorer(Explorer):
    """The gates of an LSTM over a sequence: seen as a heatmap, held open or closed by the reader.

    Without arguments: four units that were trained (`tools/train_gate_model.py`) to name the
    language of the country after the last "from" when they read "speak".

        GateExplorer()
        GateExplorer("from Japan and visited Italy speak")
        GateExplorer("a b a c", model=model, words="abc", answers=["no", "yes"])

    Args:
        sentence: the words at first, one string or a list, 2 to 12 of `words`; or a dictionary of
            up to three such, all equally long, by the labels of their buttons.
        model: a Keras model or a `Graph` of Embedding, LSTM and Dense with softmax, or what
            `graph.pack` made of one.
        words: the word of each id of the model's Embedding, at most 40.
        answers: what each output of the model stands for, 2 to 8.
        rule: one or two sentences that say what the model should do.
        mark, ask, symbols: words with a role, if there are such: a word of `symbols` right after
            `mark` is what should be stored, elsewhere a decoy; `ask` is where the answer is due
            (else at the last step).

    Raises:
        ValueError: a word that the model does not know, a sentence of another length, or a model
            that is not of this kind or does not fit `words` and `answers`.
    """

    name: ClassVar[str] = "gate-explorer"
    scripts: ClassVar[tuple[str, ...]] = ("nn.js",)

    def __init__(
        self,
        sentence: str | Sequence[str] | dict[str, str | Sequence[str]] | None = None,
        *,
        model: Any = None,
        words: Sequence[str] | None = None,
        answers: Sequence[str] | None = None,
        rule: str = "",
        mark: str | None = None,
        ask: str | None = None,
        symbols: Sequence[str] = (),
    ) -> None:
        if model is None:
            if words is not None or answers is not None:
                raise ValueError("words and answers belong to a model of your own: give model too.")
            model, words, answers = _stored()["model"], WORDS, ANSWERS
            mark, ask, symbols, rule = MARK, ASK, SYMBOLS, rule or RULE
            sentence = SENTENCES if sentence is None else sentence
        if sentence is None or words is None or answers is None:
            raise ValueError("With a model of your own, give sentence, words and answers too.")
        self.model = model if isinstance(model, dict) else pack(model)
        self.rule, self.mark, self.ask = rule, mark, ask
        self.words, self.answers, self.symbols = list(words), list(answers), list(symbols)
        self._check_model()
        for word in (mark, ask, *symbols):
            if word is not None:
                self._id(word)
        labeled = sentence if isinstance(sentence, dict) else {"This sentence": sentence}
        self.sentences = {label: self._ids(text) for label, text in labeled.items()}
        if not 1 <= len(self.sentences) <= 3:
            raise ValueError(f"Give 1 to 3 sentences, got {len(self.sentences)}.")
        lengths = {len(ids) for ids in self.sentences.values()}
        if len(lengths) > 1:
            raise ValueError(f"All sentences must be equally long, got {sorted(lengths)} words.")

    @classmethod
    def example(cls) -> GateExplorer:
        """The figure with its stored model; needs no TensorFlow."""
        return cls()

    def _check_model(self) -> None:
        nodes = self.model["nodes"]
        kinds = [node["op"] for node in nodes]
        if kinds != ["embedding", "lstm", "dense"] or nodes[2]["activation"] != "softmax":
            raise ValueError(
                f"GateExplorer shows Embedding, LSTM and Dense with softmax, got {kinds}."
            )
        for what, got, most in [
            ("LSTM units", nodes[1]["units"], MAX_UNITS),
            ("words", len(self.words), MAX_WORDS),
            ("answers", len(self.answers), MAX_ANSWERS),
        ]:
            if got > most:
                raise ValueError(f"GateExplorer shows at most {most} {what}, got {got}.")
        if len(set(self.words)) != len(self.words) or len(self.words) != self.model["size"]:
            raise ValueError(
                f"words must be {self.model['size']} different words, one for each id of the model."
            )
        if len(self.answers) != nodes[2]["units"]:
            raise ValueError(
                f"answers must be {nodes[2]['units']} words, one for each output of the model, "
                f"got {len(self.answers)}."
            )

    def _id(self, word: str) -> int:
        if word not in self.words:
            raise ValueError(f"The model does not know {word!r}; it knows {', '.join(self.words)}.")
        return self.words.index(word)

    def _ids(self, sentence: str | Sequence[str]) -> list[int]:
        words = sentence.split() if isinstance(sentence, str) else list(sentence)
        if not 2 <= len(words) <= MAX_STEPS:
            raise ValueError(f"A sentence must have 2 to {MAX_STEPS} words, got {len(words)}.")
        return [self._id(word) for word in words]

    def trace(self, edit: Edit | None = None) -> Trace:
        """Every number of the figure as it begins; `values["lstm"]` holds i, f, g, o, c, h."""
        return run(unpack(self.model), next(iter(self.sentences.values())), edit)

    def config(self) -> dict[str, Any]:
        """The packed model, the words, and the sentences as ids."""
        return {
            "model": self.model,
            "words": self.words,
            "answers": self.answers,
            "rule": self.rule,
            "sentences": [{"label": k, "ids": ids} for k, ids in self.sentences.items()],
            "task": {
                "mark": -1 if self.mark is None else self._id(self.mark),
                "ask": -1 if self.ask is None else self._id(self.ask),
                "symbols": [self._id(word) for word in self.symbols],
            },
        }

    def _table(self) -> tuple[list[str], list[tuple[str, np.ndarray]]]:
        """The words, and for each row of the static table its name and numbers (steps, units)."""
        trace = self.trace()
        cell = trace.values[self.model["nodes"][1]["name"]]
        rows = [(f"{_NAMES[k]} {k}", cell[k]) for k in _NAMES]
        first = next(iter(self.sentences.values()))
        return [self.words[k] for k in first], [*rows, ("answers", trace.outputs)]

    def static_html(self) -> str:
        """A table of all gates, cell states and answers, from NumPy."""
        words, rows = self._table()
        head = "".join(f'<th scope="col">{t}. {escape(w)}</th>' for t, w in enumerate(words, 1))
        body = "".join(
            f'<tr><th scope="row">{name}</th>'
            + "".join(f"<td>{'<br>'.join(map(_text.html_number, step))}</td>" for step in values)
            + "</tr>"
            for name, values in rows
        )
        return (
            f"<p><strong>The gates of an LSTM, word by word.</strong> {escape(self.rule)} "
            "In each cell of the table the units stand one above the other; the last row holds "
            f"the probabilities of {escape(', '.join(self.answers))}. "
            "Where scripts run, the gates can be held open or closed.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Table of all gates">'
            f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def static_text(self) -> str:
        """The same numbers with two decimals, a line for each word."""
        words, rows = self._table()
        lines = ["GateExplorer: i input gate, f forget gate, c cell state, o output gate, answers"]
        for t, word in enumerate(words):
            parts = [f"{name.split()[-1]} {_text.vector(values[t])}" for name, values in rows]
            lines.append(f"{t + 1:>2} {word:<8} " + "  ".join(parts))
        return "\n".join(lines)


_NAMES = {"i": "input gate", "f": "forget gate", "c": "cell state", "o": "output gate"}


@cache
def _stored() -> dict[str, Any]:
    return json.loads(files(__package__).joinpath("gate_model.json").read_text(encoding="utf-8"))
