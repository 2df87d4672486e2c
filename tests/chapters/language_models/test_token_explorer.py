"""TokenExplorer: its tokens, probabilities and heads against Python's, mouse and keyboard."""

from __future__ import annotations

import gzip
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.language_models import data
from seqbook.chapters.language_models.taught import WORD
from seqbook.chapters.language_models.token_explorer import (
    LONGEST,
    PROMPTS,
    TokenExplorer,
    stored,
    tokenizer,
)
from seqbook.chapters.text_generation.taught import softmax, top

FIGURE = ".sq-token-explorer"


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def press(figure, name):
    figure.get_by_role("button", name=name, exact=True).click()


def slide(figure, key, value):
    figure.locator(f"[data-key={key}]").evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }", value
    )


def check(figure, explorer, at=None):
    """All numbers of the page at the chosen token are NumPy's; gives the page's state."""
    found = state(figure)
    at = len(found["ids"]) - 1 if at is None else at
    assert found["at"] == at
    trace = explorer.trace(found["ids"])
    np.testing.assert_allclose(found["logits"], trace.outputs[at], rtol=0, atol=1e-6)
    np.testing.assert_allclose(found["p"], softmax(trace.outputs[at]), rtol=0, atol=1e-7)
    nodes = [n["name"] for n in explorer.model["nodes"] if n["op"] == "attention"]
    wanted = np.concatenate([trace.values[node]["weights"][at] for node in nodes])
    np.testing.assert_allclose(found["weights"], wanted[:, : at + 1], rtol=0, atol=1e-7)
    return found


# --- The model --------------------------------------------------------------------------------


def test_the_stored_model_has_read_the_manual():
    """On a page that it never saw: far better than the 9 bits of an even choice among 512."""
    page = next(text for text in data.manual()[1] if text.startswith("Truth Value"))
    ids = TokenExplorer().ids(page)[:97]
    p = softmax(TokenExplorer().trace(ids[:-1]).outputs)
    bits = -np.log2(p[np.arange(len(ids) - 1), ids[1:]]).mean()
    assert bits < 5.5
    assert stored()["measured"]["bits per held-out character"] < 2.1


def test_what_keras_computes_is_what_the_page_shows(open_page):
    import keras
    from seqbook.chapters.language_models.packing import pack_transformer
    from seqbook.chapters.positions.taught import RotaryAttention
    from seqbook.chapters.transformer.taught import attention_maps, make_transformer
    from seqbook.graph import unpack
    from seqbook.graph.from_keras import write_back

    keras.utils.set_random_seed(3)
    model = make_transformer(512, 16, 2, 2, attention=RotaryAttention, causal=True, mlp_units=24)
    for weight in model.trainable_variables:
        weight.assign(weight + keras.random.normal(weight.shape, stddev=0.2))
    packed = pack_transformer(model)
    write_back(unpack(packed), model)
    explorer = TokenExplorer(["A list is an"], model=packed)
    figure = open_page(explorer.html()).locator(FIGURE)
    for _ in range(5):
        press(figure, "Step")
    found = check(figure, explorer)
    ids = np.array([found["ids"]])
    np.testing.assert_allclose(found["logits"], model(ids)[0, -1], rtol=0, atol=1e-3)
    maps = np.concatenate([np.array(m)[0, :, -1] for m in attention_maps(model, ids)])
    np.testing.assert_allclose(found["weights"], maps, rtol=0, atol=1e-3)


def test_another_attention_cannot_be_packed():
    from seqbook.chapters.language_models.packing import pack_transformer
    from seqbook.chapters.transformer.taught import make_transformer

    with pytest.raises(ValueError, match="needs attention=RotaryAttention"):
        pack_transformer(make_transformer(20, 8, 2, 1, causal=True))


def test_it_is_small_enough_for_a_page():
    html = TokenExplorer().html()
    assert len(html) < 300_000
    assert len(gzip.compress(html.encode(), 6)) < 180_000


def test_the_tables_hold_the_numbers():
    explorer = TokenExplorer()
    trace = explorer.trace(explorer.ids(PROMPTS[0]))
    lines = explorer.static_text().splitlines()
    assert len(lines) == 10 and lines[0].startswith("TokenExplorer: ⏎|The|·built")
    shown = [float(n) for n in re.findall(r"(\d+\.\d)%", lines[1])]
    likeliest = np.sort(100 * softmax(trace.outputs[-1]))[:-11:-1]
    np.testing.assert_allclose(shown, likeliest, atol=0.051)
    html = explorer.static_html()
    cells = [int(n) for n in re.findall(r"<td>(\d+)</td>", html)]
    assert len(cells) == 8 * len(trace.outputs)
    np.testing.assert_allclose(np.reshape(cells, (8, -1)).sum(axis=1), 100, atol=4)


@pytest.mark.parametrize(
    ("prompts", "message"),
    [
        ([], "1 to 4 prompts, got 0"),
        (["a"] * 5, "1 to 4 prompts, got 5"),
        (["ok", "naïve 🙂"], "no character"),
        (["x y z " * 20], "may have 31 tokens"),
    ],
)
def test_bad_arguments_get_one_line(prompts, message):
    with pytest.raises(ValueError, match=message) as caught:
        TokenExplorer(prompts)
    assert "\n" not in str(caught.value)


# --- The page ---------------------------------------------------------------------------------


def test_the_page_cuts_texts_as_python_does(open_page):
    figure = open_page(TokenExplorer().html()).locator(FIGURE)
    held = "\n\n".join(data.manual()[1])
    texts = [held[i : i + 400] for i in range(0, len(held) - 400, 2_000)]
    texts += ["", " ", "  a  b ", "frobnicate(x)=3.14", "__init__\n\n    tab\n"]
    known = set(stored()["alphabet"])
    for text in texts:
        kept = "".join(c for c in text if c in known)
        got = figure.evaluate("(e, text) => e.explorer.encode(text)", kept)
        assert got == tokenizer().encode("\n" + kept)
        assert figure.evaluate("(e, ids) => e.explorer.decode(ids)", got) == "\n" + kept
    assert WORD.findall("a b") == ["a", " b"]


def test_it_begins_and_goes_on_with_the_numbers_of_numpy(open_page):
    explorer = TokenExplorer()
    figure = open_page(explorer.html()).locator(FIGURE)
    assert check(figure, explorer)["ids"] == explorer.ids(PROMPTS[0])
    for name in PROMPTS[1:]:
        press(figure, name)
        press(figure, "Step")
        press(figure, "Step")
        found = check(figure, explorer)
        assert found["ids"][:-2] == explorer.ids(name)
        expect(figure.locator("[data-t]")).to_have_count(len(found["ids"]))


def test_temperature_and_top_k(open_page):
    explorer = TokenExplorer()
    figure = open_page(explorer.html()).locator(FIGURE)
    for temperature, k in [(0.8, 40), (2.0, 5), (0.1, 3), (1.0, 101)]:
        slide(figure, "temperature", temperature)
        slide(figure, "k", k)
        found = state(figure)
        logits = np.array(found["logits"])
        q = top(512 if k == 101 else k, temperature)(logits[None])[0]
        np.testing.assert_allclose(found["q"], q, rtol=0, atol=1e-9)
    slide(figure, "k", 1)
    for _ in range(4):  # only the likeliest is left
        best = int(np.argmax(state(figure)["p"]))
        press(figure, "Step")
        assert state(figure)["ids"][-1] == best


def test_the_same_beginning_gives_the_same_text_and_back_takes_it_away(open_page):
    figure = open_page(TokenExplorer.example().html()).locator(FIGURE)
    start = state(figure)
    back = figure.get_by_role("button", name="Take one back")
    expect(back).to_have_attribute("aria-disabled", "true")
    for _ in range(6):
        press(figure, "Step")
    written = state(figure)["ids"]
    press(figure, "Take one back")
    assert state(figure)["ids"] == written[:-1]
    press(figure, "Start again")
    assert state(figure) == start
    for _ in range(6):
        press(figure, "Step")
    assert state(figure)["ids"] == written


def test_it_runs_until_it_is_paused_and_stops_when_full(open_page):
    explorer = TokenExplorer.example()
    page = open_page(explorer.html())
    figure = page.locator(FIGURE)
    begun = len(state(figure)["ids"])
    press(figure, "Run")
    page.wait_for_function(
        f"document.querySelector('{FIGURE}').explorer.state().ids.length >= {begun + 2}"
    )
    press(figure, "Pause")
    assert state(figure)["running"] is False
    for _ in range(LONGEST - len(state(figure)["ids"])):
        press(figure, "Step")
    assert len(check(figure, explorer)["ids"]) == LONGEST
    expect(figure.locator(".sqt-note")).to_contain_text("64 tokens: the figure is full.")
    step = figure.get_by_role("button", name="Step", exact=True)
    expect(step).to_have_attribute("aria-disabled", "true")
    step.click(force=True)
    assert len(state(figure)["ids"]) == LONGEST


def test_typing(open_page):
    explorer = TokenExplorer.example()
    figure = open_page(explorer.html()).locator(FIGURE)
    field = figure.get_by_label("Beginning")
    field.fill("frobnicate the list")
    assert check(figure, explorer)["ids"] == explorer.ids("frobnicate the list")
    field.fill("a 🙂 b")
    left_out = "Left out: 🙂, which the manual does not have."
    expect(figure.locator(".sqt-note")).to_have_text(left_out)
    assert state(figure)["ids"] == explorer.ids("a  b")
    field.fill("")
    assert check(figure, explorer)["ids"] == explorer.ids("")
    field.fill("q" * 120)
    expect(figure.locator(".sqt-note")).to_have_text("Only the first 56 tokens are read.")
    assert len(state(figure)["ids"]) == 56
    field.fill("<b>&amp;")
    assert figure.locator(".sqt-text").inner_text().replace("\n", "") == "⏎<b>&amp;"


def test_heads_and_tokens_are_chosen_with_the_mouse(open_page):
    explorer = TokenExplorer()
    figure = open_page(explorer.html()).locator(FIGURE)
    found = check(figure, explorer)
    assert found["head"] == 7
    figure.locator("[data-head='2']").click()
    expect(figure.locator(".sqt-name")).to_have_text("Block 1, head 3")
    expect(figure.locator("[data-head='2']")).to_have_attribute("aria-pressed", "true")
    figure.locator("[data-t='3']").click()
    found = check(figure, explorer, at=3)
    w = found["weights"][2]
    chip = figure.locator(f"[data-t='{int(np.argmax(w))}']")
    shade = float(chip.evaluate("e => e.style.getPropertyValue('--w')"))
    assert abs(shade - max(w)) < 0.001
    expect(figure.locator("[data-t='3']")).to_have_attribute("aria-selected", "true")
    # The large square: its lowest row is the last token.
    large = figure.locator(".sqt-large")
    box = large.bounding_box()
    large.click(position={"x": 5, "y": box["height"] - 5})
    check(figure, explorer)


def test_what_is_drawn_is_dark_where_the_weight_is(open_page):
    explorer = TokenExplorer()
    figure = open_page(explorer.html()).locator(FIGURE)
    found = state(figure)
    n, size = len(found["ids"]), 512
    for head in range(8):
        figure.locator(f"[data-head='{head}']").click()
        alphas = figure.locator(".sqt-large").evaluate(
            """(e, [n, row]) => [...Array(n).keys()].map(s => e.getContext("2d").getImageData(
                Math.floor((s + .5) * e.width / n), Math.floor((row + .5) * e.width / n), 1, 1
            ).data[3] / 255)""",
            [n, n - 1],
        )
        wanted = 0.05 + 0.95 * np.array(found["weights"][head])
        np.testing.assert_allclose(alphas, wanted, atol=0.01)
    assert figure.locator(".sqt-large").get_attribute("width") == str(size)


def test_the_keyboard_walks_over_the_tokens(open_page):
    explorer = TokenExplorer.example()
    page = open_page(explorer.html())
    figure = page.locator(FIGURE)
    last = len(state(figure)["ids"]) - 1
    assert figure.locator(".sqt-text [tabindex='0']").count() == 1
    figure.locator(f"[data-t='{last}']").focus()
    for key, at in [("ArrowLeft", last - 1), ("Home", 0), ("ArrowLeft", 0), ("ArrowRight", 1),
                    ("End", last), ("ArrowRight", last)]:  # fmt: skip
        page.keyboard.press(key)
        assert state(figure)["at"] == at
        assert page.evaluate("+document.activeElement.dataset.t") == at
    check(figure, explorer)
    expect(figure.locator("[role=status].sq-live")).to_contain_text("looks most at")
