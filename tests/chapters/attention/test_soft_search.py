"""SoftSearch: weights and words in the page are Python's; typing, unknown words, the factor."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.attention import data
from seqbook.chapters.attention.soft_search import SoftSearch

FIGURE = ".sq-soft-search"
TEXTS = [
    "catch an error", "exeptions", "Lists & the TABLES!", "qqq zzz", "", "the and", "a1b2",
    "error error key", "İncomming imports", "breakpoint stepps",
]  # fmt: skip


@pytest.fixture
def figure(open_page):
    return open_page(SoftSearch.example().html()).locator(FIGURE)


@pytest.mark.parametrize("factor", [1, 10, 40])
def test_the_page_searches_as_python_does(figure, factor):
    search = SoftSearch.example()
    for text in TEXTS:
        found = figure.evaluate("(e, [t, f]) => e.explorer.search(t, f)", [text, factor])
        assert [word for word, _ in found["found"]] == data.words_of(text)
        assert [taken for _, taken in found["found"]] == [
            search.stand_in(word) for word in data.words_of(text)
        ]
        weights = search.weights(text, factor)
        np.testing.assert_allclose(found["weights"], weights, rtol=0, atol=1e-9)
        mean = weights @ search.values
        np.testing.assert_allclose([found["minutes"], *found["color"]], mean, rtol=0, atol=1e-6)


def test_a_reader_types_and_sees_the_weights(figure):
    search = SoftSearch.example()
    figure.get_by_label("your query").fill("exeptions and dictionaris")
    weights = search.weights("exeptions and dictionaris")
    for bar, weight in zip(figure.locator(".sq-slist b").all(), weights, strict=True):
        assert abs(int(bar.inner_text().removesuffix("%")) - 100 * weight) <= 0.51
    expect(figure.locator(".sq-sread")).to_contain_text("“exeptions” read as “exceptions”")
    expect(figure.locator(".sq-sread")).to_contain_text("“and” left out")
    expect(figure.locator(".sq-sout")).to_contain_text(
        f"{(weights @ search.values)[0]:.1f} minutes"
    )
    best = list(search.titles)[int(weights.argmax())]
    expect(figure.locator(".sq-sbest .sq-stitle")).to_have_text(best)
    expect(figure.locator(".sq-live")).to_contain_text(best)


def test_nothing_typed_means_equal_weights(figure):
    for text in ["", "the", "zzzzzz"]:
        figure.get_by_label("your query").fill(text)
        assert set(figure.locator(".sq-slist b").all_inner_texts()) == {"9%"}
        expect(figure.locator(".sq-sbest")).to_have_count(0)


def test_the_factor_sharpens(figure):
    figure.get_by_label("your query").fill("errors")
    slider = figure.get_by_label("factor")
    most = []
    for factor in ["1", "10", "40"]:
        slider.fill(factor)
        most.append(max(figure.evaluate("e => e.explorer.state().weights")))
    assert most[0] < most[1] < most[2]


def test_offered_queries_are_typed(figure):
    figure.get_by_role("button", name="mapping").click()
    expect(figure.get_by_label("your query")).to_have_value("mapping")


def test_what_is_typed_is_text_and_no_markup(figure):
    figure.get_by_label("your query").fill("<img src=x onerror=alert(1)> and")
    assert figure.locator(".sq-sread img").count() == 0


def test_no_query_of_the_list_shares_a_word_with_a_title():
    titles = {word for title in data.TALKS for word in data.words_of(title)}
    asked, right = data.queries()
    assert len(asked) == len(right) == len(set(asked)) > 60
    for query in asked:
        assert not titles & set(data.words_of(query)) - set(data.COMMON), query
    names = [title.split(":")[0] for title in data.TALKS]
    assert [name.split()[0] for name in names] == list(data.QUERIES)


def test_cards_hold_the_one_that_is_asked_for():
    names, colors, asked, right = data.cards(np.random.default_rng(0), 500, 8, [2, 5])
    at = (names == asked[:, None]).argmax(axis=1)
    assert set(at) == {2, 5}
    np.testing.assert_array_equal(colors[np.arange(500), at], right)
    assert all(len(set(row)) == 8 for row in names)


@pytest.mark.parametrize(
    ("words", "vectors", "message"),
    [
        (["error"], np.ones((2, 3)), "one vector for each word"),
        (["error"], np.ones((1, 3)), "No word of the title 'Strings"),
    ],
)
def test_bad_arguments_get_one_line(words, vectors, message):
    with pytest.raises(ValueError, match=message):
        SoftSearch(words, vectors)
