"""The checks of Lab 4: each slip is named, other right answers pass, nothing else does."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from checker_cases import LabCases, confusions, execute, mutate, shaped_guesses
from lab4_cases import CASES
from seqbook.labs import lab4_vision_transformer as check
from seqbook.labs.lab4_vision_transformer import part1, part2, part3, part4, part5

NOTEBOOK = "lab4_vision_transformer"
LAB = LabCases(NOTEBOOK, check, CASES)
TODOS = pytest.mark.parametrize("todo", list(CASES))

MODELS = {
    "1.1": part1.CUT, "1.2": part1.PASTE, "2.1": part2.EMBED, "2.2": part2.CLASS,
    "2.3": part2.POSITIONS, "3.1": part3.ENCODE, "3.2": part3.CLASSIFY, "4.1": part4.TRAIN,
    "5.1": part4.GRID,
}  # fmt: skip
HINTS = {todo: model.hints for todo, model in MODELS.items()} | {"6.1": part5.TUNE_HINTS}
MODELED = pytest.mark.parametrize("todo", list(MODELS))


def test_every_exercise_has_its_cases():
    assert list(CASES) == list(check.LAB.goals) == list(HINTS) and len(CASES) >= 10


@TODOS
def test_every_known_slip_is_among_the_cases(todo):
    named = {name for name in CASES[todo].slips if isinstance(name, str)}
    assert set(HINTS[todo]) <= named, set(HINTS[todo]) - named
    assert len(named) >= 6 and len(CASES[todo].others) >= 3


@TODOS
def test_the_solution_passes(todo):
    LAB.assert_right(todo)


@pytest.mark.parametrize("todo, name", LAB.slips())
def test_each_slip_is_named(todo, name):
    LAB.assert_slip(todo, name)


@pytest.mark.parametrize("todo, name", LAB.others())
def test_other_right_answers_pass(todo, name):
    LAB.assert_other(todo, name)


SHORT = {"steps=300": "steps=2", "steps=60)": "steps=2)", "steps=120": "steps=2",
         "(0, 1, 2)": "(0,)", "steps // 10": "1"}  # fmt: skip


@pytest.mark.parametrize("turn", range(2))
def test_what_passes_carries_the_lab_to_its_end(turn, monkeypatch):
    """The other right answers, one to each TODO at a time, through all that follows."""
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: plt.close("all"))
    LAB.run_through(LAB.in_turn(turn), SHORT)


@TODOS
def test_every_slip_has_a_hint_of_its_own(todo):
    LAB.assert_hints_differ(todo)


@TODOS
def test_an_unfilled_answer_is_still_to_do(todo):
    LAB.assert_blank(todo)


@pytest.mark.parametrize("old, left", [
    ('self.add_weight((steps, d_model), "normal")', "..."), ("x + self.table", "..."),
])  # fmt: skip
def test_a_half_filled_layer_is_still_to_do(old, left):
    source = mutate(LAB.right("2.3"), [(old, left)])
    result = check.my_positions(*LAB.build("2.3", source))
    assert result.status == "todo" and "\n" not in result.message, result


@pytest.mark.parametrize("todo", [t for t in CASES if t != "2.3"])
def test_a_crash_names_the_line(todo):
    LAB.assert_crash(todo)


def test_a_crash_in_a_layer_names_the_line():
    source = mutate(LAB.right("2.3"), [("return x + self.table", "return undefined_name")])
    result = check.my_positions(*LAB.build("2.3", source))
    assert result.status == "wrong" and "at `return undefined_name" in result.message, result
    assert "class itself" in check.my_positions(lambda x: x).message


@TODOS
def test_guesses_fail(todo):
    LAB.assert_guesses_fail(todo)


@MODELED
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_right_shapes_with_wrong_numbers_fail(todo):
    model = MODELS[todo]
    if model.call:  # the answer itself gives the numbers
        model = type(model)(
            model.reference, model.hints, model.probes, most=model.most, families=model.families
        )
    for guess in shaped_guesses(model):
        said = model.judge(guess)
        assert said, todo
        hints = [said] if isinstance(said, str) else [hint for _, hint in said]
        assert all(hint and "\n" not in hint for hint in hints)


@MODELED
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_slip_is_told_apart_from_all_others(todo):
    assert confusions(MODELS[todo], size=1) == []


@pytest.mark.parametrize("todo", ["1.1", "1.2", "2.1"])
def test_the_inputs_of_the_checks_show_what_a_square_gray_image_hides(todo):
    """Else a check would pass with height and width exchanged, or with channels mixed up."""
    images = [probe[0] for probe in part1.CUT.probes]
    assert all(image.shape[0] > 1 and image.shape[3] > 1 for image in images)
    assert any(image.shape[1] < image.shape[2] for image in images)
    assert any(image.shape[1] > image.shape[2] for image in images)
    assert len(MODELS[todo].probes) == len(images)


def test_an_answer_that_never_ends_is_cut_off(monkeypatch):
    monkeypatch.setattr(check.LAB, "seconds", 0.3)
    endless = "def cut(images, size):\n    while True:\n        pass\n"
    result = LAB.run("1.1", endless)
    assert result.status == "wrong" and "was stopped after 0.3 seconds" in result.message


def test_the_examples_by_hand_come_out():
    """The small numbers that the lab works out on paper before each TODO."""
    import tensorflow as tf

    space = LAB.space("6.1")

    def near(got, *want):
        assert np.allclose(np.ravel(got), want, atol=0.006), (got, want)

    image = tf.reshape(tf.range(1.0, 9.0), [1, 2, 4, 1])
    patches = space["cut"](image, 2)
    near(patches, 1, 2, 5, 6, 3, 4, 7, 8)
    assert patches.shape == (1, 2, 4)
    near(space["paste"](patches, 2, 2, 4), *range(1, 9))
    near(space["paste"](patches, 2, 4, 2), 1, 2, 5, 6, 3, 4, 7, 8)
    kernel = tf.constant([[1.0, -1], [0, 0], [0, 0], [0, 1]])
    near(space["embed"](image, 2, kernel, tf.constant([0.0, 10])), 1, 15, 3, 15)
    x = tf.constant([[[4.0], [5]], [[6], [7]]])
    x = space["add_class_token"](x, tf.constant([[[9.0]]]))
    near(x, 9, 4, 5, 9, 6, 7)
    layer = space["MyPositions"](3, 1)
    layer.table.assign([[0.1], [0.2], [0.3]])
    near(layer(x), 9.1, 4.2, 5.3, 9.1, 6.2, 7.3)
    blocks = [lambda x, **_: (2 * x, None), lambda x, **_: (x + 3, None)]
    near(space["encode"](tf.constant([5.0]), blocks, lambda x: x / 2, False)[0], 6.5)
    steps = tf.constant([[[1.0, 2], [30, 40], [50, 60]]])
    near(space["classify"](steps, lambda x: x), 1, 2)
    near(tf.reduce_mean(steps, axis=1), 27, 34)
    for logits, p, loss in (([0.0, 0], 0.5, 0.69), ([0, 2.0], 0.88, 0.13)):
        near(np.exp(logits[1]) / np.sum(np.exp(logits)), p)
        near(-np.log(np.exp(logits[1]) / np.sum(np.exp(logits))), loss)
    rows = tf.constant([[0.5, 0.1, 0.1, 0.1, 0.2], [0.1, 0.3, 0.1, 0.1, 0.4]])
    weights = tf.repeat(rows[None, :, None], 5, axis=2)
    near(space["attention_grid"](weights, 2, 2), 0.2, 0.1, 0.1, 0.3)


def test_the_parameters_said_in_the_text_are_counted():
    space = LAB.space("6.1")
    execute(LAB.right("6.1"), space)
    model = space["Classifier"](space["Body"](), 2)
    model(np.zeros((1, 8, 8, 1), "float32"))
    assert model.head.count_params() == 98 and space["MyPositions"](10, 4).table.shape == (10, 4)
