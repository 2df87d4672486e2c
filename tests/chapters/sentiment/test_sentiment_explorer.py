"""SentimentExplorer: the scores are NumPy's, the words are Python's, the controls work."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.sentiment import data as reviews
from seqbook.chapters.sentiment.sentiment_explorer import UNKNOWN, SentimentExplorer
from seqbook.graph import Builder, Graph

FIGURE = ".sq-sentiment-explorer"
TEXTS = [
    "The food was good, not bad at all",
    "the food was BAD , not good at all !",
    "It wasn’t “bad” — it isn't great... (really) [7/10]",
    "won't can't don't zzz <b>good</b> & not\tbad\n\nété",
    "İstanbul'da  GOOD*food*",
    "not",
    "?!;:",
]


@pytest.fixture
def figure(open_page):
    return open_page(SentimentExplorer.example().html()).locator(FIGURE)


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def gru(outputs, seed):
    """An Embedding, GRU and Dense with random weights, and its vocabulary."""
    rng = np.random.default_rng(seed)
    vocabulary = ["", "[unk]", *sorted({w for t in TEXTS[:3] for w in reviews.tokenize(t)})]
    size, dim, units = len(vocabulary), 5, 4

    def random(**shapes):
        return {name: rng.normal(size=shape) for name, shape in shapes.items()}

    build = Builder()
    x = build.node("embedding", build.input, weights=random(embeddings=(size, dim)), mask_zero=True)
    gates = random(
        kernel=(dim, 3 * units), recurrent_kernel=(units, 3 * units), bias=(2, 3 * units)
    )
    x = build.node("last", build.node("gru", x, weights=gates))
    build.node("dense", x, weights=random(kernel=(units, outputs), bias=(outputs,)))
    return build.graph(), vocabulary


@pytest.mark.parametrize("outputs", [1, 2])
def test_words_and_scores_are_those_of_python(open_page, outputs):
    f = SentimentExplorer(*gru(outputs, seed=outputs))
    figure = open_page(f.html()).locator(FIGURE)
    for text in TEXTS:
        found = figure.evaluate("(e, text) => e.explorer.read(text)", text)
        assert found["words"] == reviews.tokenize(text)
        assert found["ids"] == f.encode(text)
        assert len(found["scores"]) == len(found["words"]) > 0
        np.testing.assert_allclose(found["scores"], f.scores(text), atol=1e-5)
    assert np.ptp(f.scores(TEXTS[0])) > 0.01


def test_what_is_typed_is_scored_and_drawn(figure):
    f = SentimentExplorer.example()
    figure.get_by_label("your review").fill("The food was not great")
    scores = f.scores("The food was not great")
    items = figure.locator(".sqm-words li")
    expect(items).to_have_count(5)
    assert items.locator("b").all_text_contents() == [f"{p:.2f}" for p in scores]
    heights = items.locator(".sqm-bar i").evaluate_all("all => all.map(e => e.style.height)")
    np.testing.assert_allclose(
        [float(h[:-1]) for h in heights], 100 * np.abs(scores - 0.5), atol=1e-3
    )
    assert [("sqm-up" in c) for c in items.evaluate_all("all => all.map(e => e.className)")] == [
        bool(p > 0.5) for p in scores
    ]
    side = "positive" if scores[-1] > 0.5 else "negative"
    expect(figure.locator(".sqm-verdict")).to_contain_text(f"{side}, with probability")
    expect(figure.locator("[role=status]")).to_contain_text(f"{side}, with probability")


def test_turns_are_marked(figure):
    text = "the good food is awful , awful"
    scores, words = SentimentExplorer.example().scores(text), reviews.tokenize(text)
    held, turns = None, []
    for word, p in zip(words, scores, strict=True):
        if abs(p - 0.5) >= 0.2 and (p > 0.5) != held:
            held = p > 0.5
            turns.append(word)
    assert turns == ["good", "awful"]
    figure.get_by_label("your review").fill(text)
    expect(figure.locator(".sqm-turn")).to_have_count(2)
    expect(figure.locator(".sqm-verdict")).to_contain_text(
        "takes a side at “good” and changes its mind at “awful”."
    )
    figure.get_by_label("your review").fill("good great")
    expect(figure.locator(".sqm-turn")).to_have_count(1)
    expect(figure.locator(".sqm-verdict")).to_contain_text("takes a side at “good”.")
    figure.get_by_label("your review").fill("the food")
    expect(figure.locator(".sqm-verdict")).to_contain_text("takes no side.")


def test_unknown_words_are_marked(figure):
    figure.get_by_label("your review").fill("The penguin was good, penguin!")
    expect(figure.locator(".sqm-unknown")).to_have_count(3)
    expect(figure.locator(".sqm-note")).to_have_text("Not in its vocabulary: penguin, !.")
    assert state(figure)["ids"].count(UNKNOWN) == 3
    figure.get_by_label("your review").fill("The food was good")
    expect(figure.locator(".sqm-unknown")).to_have_count(0)


@pytest.mark.parametrize("text", ["", "   ", "()"])
def test_nothing_to_read_gives_one_line(figure, text):
    figure.get_by_label("your review").fill(text)
    expect(figure.locator(".sqm-verdict")).to_have_text("Type a review, or choose one below.")
    expect(figure.locator(".sqm-words li")).to_have_count(0)
    figure.get_by_text("Take the last word away").click(force=True)  # it says that it is disabled
    expect(figure.locator(".sqm-words li")).to_have_count(0)


def test_a_long_text_is_cut_and_says_so(figure):
    figure.get_by_label("your review").fill("good " * 61)
    expect(figure.locator(".sqm-words li")).to_have_count(60)
    expect(figure.locator(".sqm-note")).to_contain_text("Only the first 60 words")


def test_buttons(figure):
    f = SentimentExplorer.example()
    figure.get_by_text("The food was bad, not good at all", exact=True).click()
    assert state(figure)["text"] == "The food was bad, not good at all"
    before = sorted(state(figure)["words"])
    figure.get_by_text("Shuffle the words").click()
    assert sorted(state(figure)["words"]) == before
    figure.get_by_text("Take the last word away").click()
    assert len(state(figure)["words"]) == len(before) - 1
    chips = figure.locator(".sqm-chips button")
    assert chips.all_text_contents() == f.words and set(f.words) <= set(f.vocabulary)
    figure.get_by_role("button", name="comma").click()
    assert state(figure)["words"][-1] == ","
    figure.get_by_text("Reset").click()
    assert state(figure)["text"] == f.sentence
    np.testing.assert_allclose(state(figure)["scores"], f.scores(f.sentence), atol=1e-5)


def test_markup_that_is_typed_stays_text(figure):
    figure.get_by_label("your review").fill("&lt;img src=x onerror=alert(1)&gt; <i>good</i>")
    assert figure.locator(".sqm-words img").count() == 0


def test_it_fits_a_phone(open_page):
    page = open_page(SentimentExplorer.example().html(), width=390)
    field = page.get_by_label("your review")
    for text in ("w" * 200, "the food was not " * 12):
        field.fill(text)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.locator(f"{FIGURE} button").evaluate_all(
        "all => all.filter(e => e.getBoundingClientRect().height < 24).length"
    )
    assert small == 0


def test_without_javascript_there_is_a_table(open_page):
    f = SentimentExplorer.example()
    page = open_page(f.html(), java_script_enabled=False)
    rows = page.locator(f"{FIGURE} tbody tr").all_inner_texts()
    words, scores = reviews.tokenize(f.sentence), f.scores(f.sentence)
    assert [r.split() for r in rows] == [
        [w, f"{p:.2f}"] for w, p in zip(words, scores, strict=True)
    ]
    assert f.static_text().endswith("negative." if scores[-1] < 0.5 else "positive.")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m, v: SentimentExplorer(m, v[:-1]), "vocabulary has"),
        (lambda m, v: SentimentExplorer(m, [*v[:-1], v[2]]), "each of them once"),
        (lambda m, v: SentimentExplorer(m, v, sentence="good " * 61), "at most 60"),
        (lambda m, v: SentimentExplorer(Graph(m.nodes[:-1]), v), "must end in Dense"),
    ],
)
def test_bad_input_is_named_in_one_line(change, says):
    with pytest.raises(ValueError, match=says) as caught:
        change(*gru(2, seed=0))
    assert "\n" not in str(caught.value)
