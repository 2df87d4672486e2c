"""HeadSwitches: its arithmetic against NumPy's, switched heads, moved seats, blank seats."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.self_attention.data import DIGITS, Games, games
from seqbook.chapters.self_attention.head_switches import HeadSwitches, by_hand, graph_of
from seqbook.chapters.self_attention.taught import MultiHeadAttention
from seqbook.graph import Builder, run

FIGURE = ".sq-head-switches"
HAND = "two heads, set by hand"


def player(heads: int, seed: int = 0) -> keras.Model:
    """An untrained player of the chapter."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((8, 34))
    x = MultiHeadAttention(32, heads, name="attention")(inputs)
    logits = keras.layers.Dense(20, name="answers")(x)
    return keras.Model(inputs, keras.layers.Reshape((8, 2, 10))(logits))


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def check(figure, explorer, label, off=()):
    """Weights, answers and accuracies of the page are NumPy's."""
    found = state(figure)
    g = explorer.games
    turned = Games(*(np.roll(a, found["turned"], axis=1) for a in g))
    weights, digits = explorer.computed(label, turned, off)
    at = found["game"] - 1
    np.testing.assert_allclose(found["weights"], np.swapaxes(weights[at], 0, 1), atol=1e-9)
    assert found["said"] == digits[at].tolist()
    assert found["due"] == turned.answers[at].tolist()
    score = (digits == turned.answers).mean(axis=(0, 1))
    np.testing.assert_allclose(found["score"], score, atol=1e-12)
    right = (digits[at] == turned.answers[at]).sum(axis=0)
    lines = figure.locator(".sq-hbox p").all_inner_texts()
    for line, rule, here, over in zip(lines, "AB", right, score, strict=True):
        assert line.startswith(f"Question {rule}: {here} of 8 right in this game, ")
        assert abs(int(line.split("game, ")[1].split("%")[0]) - 100 * over) < 0.501
    assert figure.locator(".sq-hok").count() == right.sum()
    return score


# --- The models -------------------------------------------------------------------------------


def test_the_player_by_hand_follows_both_rules():
    explorer = HeadSwitches.example()
    weights, digits = explorer.computed(HAND)
    np.testing.assert_array_equal(digits, explorer.games.answers)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-9)
    for head, target in enumerate([explorer.games.asked, explorer.games.left]):
        on = np.take_along_axis(weights[:, head], target[..., None], 2)
        assert on.min() > 0.99
    assert explorer.accuracy(HAND, (0,))[0] < 0.3 and explorer.accuracy(HAND, (0,))[1] == 1
    assert explorer.accuracy(HAND, (1,))[1] < 0.3 and explorer.accuracy(HAND, (1,))[0] == 1


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_the_graph_of_a_keras_player_computes_the_same(heads):
    model, cards = player(heads), games(20, 3).cards
    trace = run(graph_of(model), cards)
    np.testing.assert_allclose(
        trace.outputs.reshape(20, 8, 2, DIGITS), model(cards).numpy(), atol=1e-5
    )
    _, weights = model.get_layer("attention")(cards, return_attention_scores=True)
    found = np.swapaxes(trace.values["attention"]["weights"], 1, 2)
    np.testing.assert_allclose(found, weights, atol=1e-5)


def test_a_head_is_switched_off_as_in_the_notebook():
    """Zero weights are the same as zero rows of the last matrix."""
    model = player(2)
    explorer = HeadSwitches({"m": graph_of(model)})
    _, digits = explorer.computed("m", off=(1,))
    kernel = model.get_layer("attention").to_output.kernel
    part = kernel.numpy()
    part[16:] = 0
    kernel.assign(part)
    plain = HeadSwitches({"m": graph_of(model)})
    same = (digits == plain.computed("m")[1]).mean()
    assert same > 0.97  # 8 bits round the two matrices differently


def wrong(units: int = 20, causal: bool = False, heads: int = 2):
    rng, build = np.random.default_rng(0), Builder()
    square = {k: rng.normal(size=(34, 20)) for k in ("query", "key", "value")}
    weights = {**square, "output": rng.normal(size=(20, 20))}
    x = build.node("attention", build.input, weights=weights, heads=heads, causal=causal)
    build.node("dense", x, weights={"kernel": rng.normal(size=(20, units))})
    return build.graph()


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ({}, "1 to 3 models, got 0"),
        (dict.fromkeys("abcd", by_hand()), "1 to 3 models, got 4"),
        ({"a": wrong(units=19)}, r"answers with Dense\(20\)"),
        ({"a": wrong(causal=True)}, "attention that is not causal"),
        ({"a": wrong(heads=5)}, "At most 4 heads are shown, got 5"),
    ],
)
def test_bad_arguments_get_one_line(models, message):
    with pytest.raises(ValueError, match=message) as caught:
        HeadSwitches(models)
    assert "\n" not in str(caught.value)


def test_static_table_and_text_hold_the_accuracies():
    explorer = HeadSwitches.example()
    lines = explorer.static_text().splitlines()[1:]
    assert lines[0] == f"{HAND}, all heads on: 100% 100%" and len(lines) == 3
    for head in range(2):
        a, b = explorer.accuracy(HAND, (head,))
        assert f"head {head + 1} off: {a:.0%} {b:.0%}" in lines[head + 1]
        assert f"<td>{a:.0%}</td><td>{b:.0%}</td>" in explorer.static_html()
    assert len(explorer.html().encode()) < 60_000


# --- The page ---------------------------------------------------------------------------------


def test_heads_are_switched_off_and_on(open_page):
    explorer = HeadSwitches.example()
    figure = open_page(explorer.html()).locator(FIGURE)
    assert (check(figure, explorer, HAND) == 1).all()
    for head in range(2):
        figure.get_by_label(f"head {head + 1}", exact=True).uncheck()
        score = check(figure, explorer, HAND, (head,))
        assert score[head] < 0.3 and score[1 - head] == 1
        expect(figure.locator("figcaption").nth(head)).to_have_text(f"head {head + 1}, off")
        figure.get_by_label(f"head {head + 1}", exact=True).check()
    expect(figure.locator(".sq-live")).to_contain_text("100% over all 25 games")


def test_games_seats_and_blank_seats(open_page):
    explorer = HeadSwitches.example()
    figure = open_page(explorer.html()).locator(FIGURE)
    figure.locator("[data-key=game]").fill("9")
    check(figure, explorer, HAND)
    for turned in range(1, 10):
        figure.get_by_role("button", name="Everyone moves one seat").click()
        check(figure, explorer, HAND)
        assert state(figure)["turned"] == turned % 8
    figure.get_by_label("blank seat numbers").check()
    score = state(figure)["score"]
    assert score[0] == 1 and score[1] < 0.5


def test_two_models_of_different_numbers_of_heads(open_page):
    explorer = HeadSwitches({"four <heads>": player(4), "one head": player(1)})
    figure = open_page(explorer.html()).locator(FIGURE)
    check(figure, explorer, "four <heads>")
    assert figure.locator("figure:visible").count() == 4
    figure.get_by_label("head 4", exact=True).uncheck()
    check(figure, explorer, "four <heads>", (3,))
    figure.get_by_role("button", name="one head").click()
    check(figure, explorer, "one head")
    assert figure.locator("figure:visible").count() == 1
    assert figure.locator("label:visible", has_text="head").count() == 1


def test_keyboard_alone(open_page):
    explorer = HeadSwitches.example()
    page = open_page(explorer.html())
    figure = page.locator(FIGURE)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the first switch
    check(figure, explorer, HAND, (0,))
    figure.locator("[data-key=game]").focus()
    page.keyboard.press("ArrowRight")
    assert state(figure)["game"] == 2
    check(figure, explorer, HAND, (0,))
