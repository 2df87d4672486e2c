"""SamplingExplorer: the probabilities are NumPy's, the seed decides, the controls work."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.text_generation.sampling_explorer import SamplingExplorer, reshape

FIGURE = ".sq-sampling-explorer"


@pytest.fixture
def figure(open_page):
    return open_page(SamplingExplorer.example().html()).locator(FIGURE)


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def slide(figure, label, value):
    figure.get_by_label(label).evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }",
        str(value),
    )


def test_a_cut_and_a_temperature_by_hand():
    logits = np.log(np.array([0.5, 0.3, 0.2]))
    np.testing.assert_allclose(reshape(logits, 1.0, 3), [0.5, 0.3, 0.2])
    np.testing.assert_allclose(reshape(logits, 1.0, 2), [0.625, 0.375, 0])
    np.testing.assert_allclose(reshape(logits, 0.5, 3), np.array([25, 9, 4]) / 38)
    np.testing.assert_allclose(reshape(np.zeros(4), 1.0, 2), [0.5, 0.5, 0, 0])


@pytest.mark.parametrize(
    ("text", "temperature", "k"),
    [("", 1, 14), ("pa", 0.1, 14), ("pa", 2.5, 14), ("red ", 1, 1), ("cora", 0.5, 3)],
)
def test_probabilities_are_those_of_numpy(figure, text, temperature, k):
    f = SamplingExplorer.example()
    figure.get_by_label("text so far").fill(text)
    slide(figure, "temperature", temperature)
    slide(figure, "top-k", k)
    found, logits = state(figure), f.logits(text)
    assert (found["text"], found["temperature"], found["k"]) == (text, temperature, k)
    np.testing.assert_allclose(found["p"], reshape(logits, 1.0, 14), atol=1e-5)
    np.testing.assert_allclose(found["q"], reshape(logits, temperature, k), atol=1e-5)
    assert sum(q > 0 for q in found["q"]) <= k
    best = f.symbols[int(np.argmax(found["q"]))].replace(" ", "space").replace("\n", "end")
    expect(figure.locator(".sqs-top b").first).to_have_text(best)
    heights = figure.locator(".sqs-bar .sqs-q").evaluate_all("all => all.map(e => e.style.height)")
    np.testing.assert_allclose([float(h[:-1]) / 100 for h in heights], found["q"], atol=1e-5)


def test_draws_have_the_frequencies_of_the_distribution(figure):
    figure.get_by_label("text so far").fill("pa")
    slide(figure, "top-k", 3)
    q = np.array(state(figure)["q"])
    # A cut of three leaves a third letter or the end; the first symbol after "pa" is counted.
    firsts = figure.evaluate(
        "e => Array.from({length: 3000}, (_, s) => e.explorer.write('pa', s)[2] ?? '\\n')"
    )
    symbols = SamplingExplorer.example().symbols
    counted = np.array([firsts.count(s) for s in symbols]) / len(firsts)
    assert np.abs(counted - q).max() < 0.05  # five standard deviations at the most


def test_same_seed_same_five_names(figure):
    button, names = figure.get_by_text("Write five names"), figure.locator(".sqs-list li")
    button.click()
    expect(names).to_have_count(5)
    first = names.all_text_contents()
    button.click()
    assert names.all_text_contents() == first
    figure.get_by_label("seed").fill("7")
    button.click()
    assert names.all_text_contents() != first
    assert all(name.startswith("pa") and len(name) <= 12 for name in names.all_text_contents())
    slide(figure, "top-k", 1)
    button.click()
    assert len(set(names.all_text_contents())) == 1  # greedy


def test_draw_and_take_back_with_the_keyboard(figure):
    field, draw = figure.get_by_label("text so far"), figure.get_by_text("Draw a letter")
    slide(figure, "top-k", 1)
    field.fill("r")
    draw.focus()
    figure.page.keyboard.press("Enter")
    likeliest = SamplingExplorer.example().logits("r").argmax()
    drawn = SamplingExplorer.example().symbols[likeliest]
    expect(field).to_have_value("r" + drawn)
    expect(figure.locator(".sqs-note")).to_have_text(f"Drawn: {drawn}.")
    figure.page.keyboard.press("Tab")
    figure.page.keyboard.press("Space")
    figure.page.keyboard.press("Space")
    expect(field).to_have_value("")
    expect(figure.get_by_text("Take one back")).to_have_attribute("aria-disabled", "true")


def test_letters_that_the_model_has_not_are_left_out_with_a_word(figure):
    field = figure.get_by_label("text so far")
    field.fill("Rédx")
    expect(field).to_have_value("rd")
    expect(figure.locator(".sqs-note")).to_contain_text("Only these: ␣ a b c")
    field.fill("red")
    expect(figure.locator(".sqs-note")).to_have_text("")


def test_a_painter_colors_what_is_written(open_page):
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    painter = keras.Sequential(
        [keras.Input((None,)), layers.Embedding(14, 4, mask_zero=True), layers.GRU(3),
         layers.Dense(3, activation="sigmoid")]
    )  # fmt: skip
    plain = SamplingExplorer.example()
    f = SamplingExplorer(plain.model, plain.symbols, painter=painter)
    figure = open_page(f.html()).locator(FIGURE)
    figure.get_by_text("Write five names").click()
    for item in figure.locator(".sqs-list li").all():
        text = item.text_content()
        ids = np.array([[f.symbols.index(s) for s in text]])
        shown = item.locator(".sqs-patch").evaluate("e => getComputedStyle(e).backgroundColor")
        found = [int(v) for v in shown.removeprefix("rgb(").removesuffix(")").split(", ")]
        np.testing.assert_allclose(found, 255 * painter(ids)[0].numpy(), atol=2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"symbols": ["a", "b"]}, "must begin with the line break"),
        ({"symbols": ["\n", "ab"]}, "single characters"),
        ({"symbols": ["\n", "a", "b"]}, "reads 14 ids, but there are 3 symbols"),
        ({"beginning": "xyz"}, "has 'x' in it"),
        ({"beginning": "a" * 30}, "shorter than 26"),
        ({"longest": 1}, "from 2 to 60"),
    ],
)
def test_bad_arguments_are_named(change, message):
    plain = SamplingExplorer.example()
    arguments = {"model": plain.model, "symbols": plain.symbols} | change
    with pytest.raises(ValueError, match=message):
        SamplingExplorer(**arguments)
