"""The probability of a good mood after each word of a sentence that the reader writes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, ClassVar

import numpy as np

from ...graph import Builder, pack, run, unpack
from ...live.base import Explorer
from .data import tokenize

UNKNOWN = 1  # the id of a word that is not in the vocabulary; 0 is padding
LONGEST = 60  # words that are read
SENTENCE = "The food was good, not bad at all"
SENTENCES = (
    SENTENCE,
    "The food was bad, not good at all",
    "It was not what my sister would call terrible soup, and it was what my sister would call "
    "excellent soup, and it was raining",
    "I expected the staff to be rude but it was very friendly",
    "Far from boring, the place was charming",
    "Nobody at our table found the dessert delicious",
)
WORDS = tokenize(
    "the food soup staff place was is not never far from nothing neither nor but yet although "
    "very good great lovely friendly cozy bad awful bland rude noisy , ."
)


class SentimentExplorer(Explorer):
    """The score of a review, word by word, while the reader edits it.

    The network runs in the page. It answers after every word as if the text ended there.

    Args:
        model: a Keras model or a `Graph` that reads ids and ends in a `Dense` layer of two logits
            (negative, positive) or of one, without activation; or what `graph.pack` made of it.
        vocabulary: the word of each id: the padding first, then the entry for unknown words.
        sentence: what stands in the text field at first.
        sentences: offered as buttons; None for a choice of the book's.
        words: offered as buttons, as far as the model knows them; None for a choice.

    Raises:
        ValueError: the model does not end in such a layer, or does not fit the vocabulary; or the
            sentence has more than 60 words.
    """

    name: ClassVar[str] = "sentiment-explorer"
    scripts: ClassVar[tuple[str, ...]] = ("nn.js",)

    def __init__(
        self,
        model: Any,
        vocabulary: Sequence[str],
        *,
        sentence: str = SENTENCE,
        sentences: Sequence[str] | None = None,
        words: Sequence[str] | None = None,
    ) -> None:
        self.model = model if isinstance(model, dict) else pack(model)
        self.vocabulary = [str(word) for word in vocabulary]
        known = set(self.vocabulary[2:])
        if len(self.vocabulary) < 3 or len(known) != len(self.vocabulary) - 2:
            raise ValueError(
                "vocabulary must be the padding, the unknown word, then words, each of them once."
            )
        if self.model["inputs"] != "ids" or self.model["size"] != len(self.vocabulary):
            raise ValueError(
                f"The model reads {self.model['size']} {self.model['inputs']}, "
                f"but the vocabulary has {len(self.vocabulary)} entries."
            )
        last = self.model["nodes"][-1]
        if last["op"] != "dense" or last["units"] > 2 or last["activation"] != "linear":
            raise ValueError(
                "The model must end in Dense(1) or Dense(2) without activation: logits."
            )
        if len(tokenize(sentence)) > LONGEST:
            raise ValueError(f"sentence must have at most {LONGEST} words and marks.")
        self.sentence = sentence
        self.sentences = list(SENTENCES if sentences is None else sentences)
        self.words = [word for word in (WORDS if words is None else words) if word in known]

    @classmethod
    def example(cls) -> SentimentExplorer:
        """A tiny network set by hand that knows a dozen words; needs no TensorFlow.

        One unit holds the mood, another "not"; no training, no claim.
        """
        vocabulary = ["", "[unk]", *tokenize("the food was is good great bad awful not very , .")]
        vectors = np.zeros((len(vocabulary), 2), "float32")
        for word, value in {"good": 1.5, "great": 2.5, "bad": -1.5, "awful": -2.5}.items():
            vectors[vocabulary.index(word), 0] = value
        vectors[vocabulary.index("not"), 1] = 1.0
        kernel = np.array([[1.0, 0.0], [-0.4, 2.0]], "float32")
        recurrent = np.array([[0.9, 0.0], [-0.7, 0.3]], "float32")
        out = np.array([[-2.0, 2.0], [0.3, -0.3]], "float32")

        build = Builder()
        x = build.node("embedding", build.input, weights={"embeddings": vectors}, mask_zero=True)
        weights = {"kernel": kernel, "recurrent_kernel": recurrent}
        x = build.node("last", build.node("simple_rnn", x, weights=weights))
        build.node("dense", x, weights={"kernel": out})
        return cls(build.graph(), vocabulary)

    def encode(self, text: str) -> list[int]:
        """The ids of a text, at most 60 of them."""
        index = {word: i for i, word in enumerate(self.vocabulary) if i > UNKNOWN}
        return [index.get(word, UNKNOWN) for word in tokenize(text)[:LONGEST]]

    def scores(self, text: str) -> np.ndarray:
        """Probability of positive after each word, shape (words,), as the page computes it."""
        ids = self.encode(text)
        if not ids:
            return np.zeros(0)
        logits = run(unpack(self.model), ids).outputs
        z = logits[:, 0] if logits.shape[1] == 1 else logits[:, 1] - logits[:, 0]
        return (1 + np.tanh(z / 2)) / 2

    def config(self) -> dict[str, Any]:
        """The packed network, its vocabulary, and what is offered."""
        return {
            "longest": LONGEST,
            "model": self.model,
            "sentence": self.sentence,
            "sentences": self.sentences,
            "vocabulary": self.vocabulary,
            "words": self.words,
        }

    def static_html(self) -> str:
        """A table of the first sentence, for a page without scripts."""
        pairs = zip(tokenize(self.sentence), self.scores(self.sentence), strict=True)
        rows = "".join(
            f'<tr><th scope="row">{escape(word)}</th><td>{p:.2f}</td></tr>' for word, p in pairs
        )
        return (
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Sentiment, word by word">'
            '<table><thead><tr><th scope="col">after the word</th>'
            '<th scope="col">probability of positive</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )

    def static_text(self) -> str:
        """The verdict on the first sentence, in words, so that it is the same on every machine."""
        scores = self.scores(self.sentence)
        verdict = "no word yet" if not len(scores) else _verdict(scores[-1])
        return f"The mood of a sentence, word by word. “{self.sentence}”: {verdict}."


def _verdict(p: float) -> str:
    return "positive" if p > 0.5 else "negative"
