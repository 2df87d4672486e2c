"""DiffusionSlider: the schedule, the noise, the network and a walk back are Python's."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect
from seqbook.chapters.diffusion import diffusion_slider as module
from seqbook.chapters.diffusion.diffusion_slider import STEPS, DiffusionSlider

FIGURE = ".sq-diffusion-slider"
SLIDER = DiffusionSlider.example()


@pytest.fixture
def figure(open_page):
    return open_page(SLIDER.html()).locator(FIGURE)


def call(figure, name: str, *arguments):
    values = [a.tolist() if isinstance(a, np.ndarray) else a for a in arguments]
    return figure.evaluate("(e, [name, values]) => e.explorer[name](...values)", [name, values])


def state(figure):
    return figure.evaluate("e => e.explorer.state()")


def close(got, wanted, atol=1e-9):
    np.testing.assert_allclose(got, wanted, rtol=0, atol=atol)


def test_the_schedule_is_that_of_the_chapter():
    from seqbook.chapters.diffusion import taught

    beta, alpha_bar = module.schedule()
    assert taught.STEPS == STEPS
    close(beta, taught.BETA, 1e-6)
    close(alpha_bar, taught.ALPHA_BAR, 1e-6)


def test_the_code_of_a_step_is_that_of_the_chapter_on_positions():
    from seqbook.chapters.positions.taught import sinusoidal

    table = sinusoidal(STEPS + 1, module.SINES)
    close([module.time_code(t) for t in range(STEPS + 1)], table, 1e-5)


@pytest.mark.parametrize("label", [None, 0, 7])
@pytest.mark.parametrize("scale", [0, 2.5])
def test_the_page_computes_as_numpy_does(figure, label, scale):
    rng = np.random.default_rng(0)
    close(figure.evaluate("e => e.explorer.left"), SLIDER.alpha_bar)
    for t in [1, 40, STEPS]:
        image, noise, fresh = module.images()[3], *rng.normal(size=(2, 64))
        x = SLIDER.noised(image, t, noise)
        close(call(figure, "noised", image, t, noise), x)
        predicted = SLIDER.predict(x, t, label, scale)
        close(call(figure, "predict", x, t, -1 if label is None else label, scale), predicted)
        close(call(figure, "guess", x, t, predicted), SLIDER.guess(x, t, predicted), 1e-8)
        back = SLIDER.step_back(x, t, predicted, fresh)
        close(call(figure, "stepBack", x, t, predicted, fresh), back)


def test_numpys_network_is_keras_with_the_rounded_weights():
    """The layers of the tool that trains it, with the stored weights."""
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))
    import train_denoiser
    from seqbook.graph import unpack
    from seqbook.graph.from_keras import write_back

    model = train_denoiser.make_denoiser()
    write_back(unpack(SLIDER.model), model)
    x = np.random.default_rng(1).normal(size=64)
    for t, label in [(3, None), (60, 4)]:
        read = module.network_input(x, t, label)[None, None].astype("float32")
        close(np.asarray(model(read))[0, 0], SLIDER.predict(x, t, label), 1e-3)


def test_the_network_finds_noise():
    """Its squared error on stored digits is that of a trained network, and far below 1."""
    rng = np.random.default_rng(2)
    for t, most in [(10, 0.45), (40, 0.2), (90, 0.1)]:
        noise = rng.normal(size=(10, 64))
        found = [SLIDER.predict(SLIDER.noised(x, t, e), t, k)
                 for k, (x, e) in enumerate(zip(module.images(), noise, strict=True))]  # fmt: skip
        assert np.mean((np.array(found) - noise) ** 2) < most, t


def test_the_noise_of_a_seed_is_normal_and_repeats(figure):
    numbers = np.array(call(figure, "normals", 5, 20_000))
    assert abs(numbers.mean()) < 0.03 and abs(numbers.std() - 1) < 0.03
    assert abs((np.abs(numbers) < 1).mean() - 0.683) < 0.02
    assert call(figure, "normals", 5, 10) == numbers[:10].tolist()
    assert call(figure, "normals", 6, 10) != numbers[:10].tolist()


def test_the_slider_is_the_closed_form_with_the_numbers_below(figure):
    for t in [0, 25, STEPS]:
        figure.get_by_label("step t").fill(str(t))
        now = state(figure)
        assert now["t"] == t and not now["walked"]
        close(now["x"], SLIDER.noised(module.images()[3], t, np.array(now["noise"])))
        said = figure.locator(".sq-dnums b").all_inner_texts()
        a = SLIDER.alpha_bar[t]
        assert said[:2] == [f"{np.sqrt(a):.2f}", f"{np.sqrt(1 - a):.2f}"]
        assert said[2] == ("∞" if t == 0 else f"{a / (1 - a):.{3 if a / (1 - a) < 0.1 else 2}f}")


def test_steps_back_lead_to_zero_and_stop(figure):
    figure.get_by_label("step t").fill("12")
    one = figure.get_by_role("button", name="‹ 1 step back")
    one.click()
    assert state(figure)["t"] == 11 and state(figure)["walked"]
    figure.get_by_role("button", name="‹ 10 steps").click()
    assert state(figure)["t"] == 1
    one.click()
    now = state(figure)
    assert now["t"] == 0
    one.click(force=True)
    assert state(figure)["x"] == now["x"]
    expect(one).to_have_attribute("aria-disabled", "true")


def test_a_step_in_the_page_is_a_step_in_numpy(figure):
    """The fresh noise of the page is the next of its seed, after the 64 of the first noise."""
    figure.get_by_label("step t").fill("60")
    figure.get_by_label("ask for").select_option("8")
    before = np.array(state(figure)["x"])
    fresh = np.array(call(figure, "normals", state(figure)["seed"], 128))[64:]
    figure.get_by_role("button", name="‹ 1 step back").click()
    wanted = SLIDER.step_back(before, 60, SLIDER.predict(before, 60, 8), fresh)
    close(state(figure)["x"], wanted)


def test_new_noise_and_another_digit(figure):
    old = state(figure)
    figure.get_by_role("button", name="New noise").click()
    new = state(figure)
    assert new["noise"] != old["noise"] and new["t"] == old["t"]
    figure.locator("[data-key=digit]").select_option("8")
    now = state(figure)
    assert now["noise"] == new["noise"]
    close(now["x"], SLIDER.noised(module.images()[8], now["t"], np.array(now["noise"])))


def test_with_reduced_motion_the_walk_is_made_at_once(open_page):
    figure = open_page(SLIDER.html(), reduced_motion="reduce").locator(FIGURE)
    figure.get_by_label("step t").fill("100")
    figure.get_by_role("button", name="Walk back").click()
    now = state(figure)
    assert now["t"] == 0 and not now["playing"]
    assert np.abs(now["x"]).max() < 3


def test_the_walk_can_be_paused(figure):
    figure.get_by_label("step t").fill("100")
    figure.get_by_role("button", name="Walk back").click()
    figure.get_by_role("button", name="Pause").click()
    now = state(figure)
    assert 0 < now["t"] < 100 and not now["playing"]


def test_control_and_effect_stand_together_on_a_phone(open_page):
    page = open_page(DiffusionSlider(guidance=True).html(), width=390, is_mobile=True)
    assert page.locator(FIGURE).bounding_box()["height"] <= 560


def test_the_guidance_slider_changes_the_walk(open_page):
    figure = open_page(DiffusionSlider(guidance=True).html()).locator(FIGURE)
    figure.get_by_label("step t").fill("60")
    figure.get_by_label("ask for").select_option("8")
    figure.get_by_label("guidance").fill("2")
    before = np.array(state(figure)["x"])
    fresh = np.array(call(figure, "normals", state(figure)["seed"], 128))[64:]
    figure.get_by_role("button", name="‹ 1 step back").click()
    wanted = SLIDER.step_back(before, 60, SLIDER.predict(before, 60, 8, 2.0), fresh)
    close(state(figure)["x"], wanted)


def test_images_survive_packing():
    images = module.images()
    assert images.shape == (10, 64) and images.min() == -1 and images.max() == 1
    close(module.images(), [[(ord(c) - 97) / 8 - 1 for c in text]
                            for text in module.pack_images(images)])  # fmt: skip


@pytest.mark.parametrize(
    ("options", "message"),
    [({"digit": 10}, "digit is from 0 to 9"), ({"step": 101}, "step is from 0 to 100")],
)
def test_bad_arguments_get_one_line(options, message):
    with pytest.raises(ValueError, match=message):
        DiffusionSlider(**options)
