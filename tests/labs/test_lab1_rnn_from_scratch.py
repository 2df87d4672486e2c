"""The checks of Lab 1: each slip is named, other right answers pass, nothing else does."""

from __future__ import annotations

import random
import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
from checker_cases import LabCases, confusions, execute, mutate, shaped_guesses
from lab1_cases import CASES, EQUIVALENT
from make_mutants import accepted_mutants, write
from seqbook.labs import lab1_rnn_from_scratch as check
from seqbook.labs.lab1_rnn_from_scratch import (
    part1,
    part2_layer,
    part2_state,
    part3_back,
    part3_loss,
    part4,
)

NOTEBOOK = "lab1_rnn_from_scratch"
LAB = LabCases(NOTEBOOK, check, CASES)
TODOS = pytest.mark.parametrize("todo", list(CASES))

MODELS = {
    "1.1": part1.PERCEPTRON, "1.2": part1.DENSE, "1.3": part1.ECHO, "2.1": part2_state.STEP,
    "2.2": part2_state.UNROLL, "2.3": part2_layer.LAYER, "2.4": part2_layer.COPY,
    "3.1": part3_loss.LOSS, "3.2": part3_loss.LOGITS, "3.3": part3_back.BACK,
    "3.4": part3_back.BPTT, "4.1": part4.CLIP, "4.2": part4.TRAIN,
}  # fmt: skip


def test_every_exercise_has_its_cases():
    assert list(CASES) == list(check.LAB.goals) == list(MODELS) and len(CASES) >= 10


@TODOS
def test_every_known_slip_is_among_the_cases(todo):
    named = {name for name in CASES[todo].slips if isinstance(name, str)}
    assert set(MODELS[todo].hints) <= named, set(MODELS[todo].hints) - named
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


@pytest.mark.parametrize("todo, name", LAB.others())
def test_what_passes_carries_the_lab_to_its_end(todo, name, monkeypatch):
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: plt.close("all"))
    monkeypatch.setattr(check.LAB, "seconds", 120)  # a busy machine is no endless loop
    LAB.run_through({todo: name}, {"steps=300": "steps=2", "size=20_000": "size=50"})


@TODOS
def test_only_what_computes_the_same_is_accepted(todo):
    """The likely mutants of the solution measure the probes: which does the check let pass?"""
    assert accepted_mutants(NOTEBOOK, todo) == EQUIVALENT.get(todo, set())


def test_the_mutants_belong_to_these_solutions():
    assert write(NOTEBOOK, redo=False, check=True), "run `make labs`"


@TODOS
def test_every_slip_has_a_hint_of_its_own(todo):
    LAB.assert_hints_differ(todo)


@TODOS
def test_an_unfilled_answer_is_still_to_do(todo):
    LAB.assert_blank(todo)


@pytest.mark.parametrize("todo", [t for t in CASES if t not in ("2.3", "2.4")])
def test_a_crash_names_the_line(todo):
    LAB.assert_crash(todo)


@pytest.mark.parametrize("todo", list(CASES))
def test_guesses_fail(todo):
    LAB.assert_guesses_fail(todo)


@TODOS
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_right_shapes_with_wrong_numbers_fail(todo):
    model = MODELS[todo]
    for guess in shaped_guesses(model):
        said = model.judge(guess)
        assert said, todo
        hints = [said] if isinstance(said, str) else [hint for _, hint in said]
        assert all(hint and "\n" not in hint for hint in hints)


def test_a_crash_in_the_layer_names_the_line():
    right = LAB.right("2.3")
    for line in ("states = []", "inputs, units = input_shape[-1], self.units"):
        source = mutate(right, [(line, f"{line}; undefined_name")])
        result = check.my_rnn(*LAB.build("2.3", source))
        assert result.status == "wrong" and "NameError" in result.message, result
        assert f"{line}; undefined_name" in result.message and "\n" not in result.message


def test_a_crash_in_the_copy_names_the_line():
    result = LAB.run("2.4", [("mine.W_hh, ", "")])
    assert result.status == "wrong" and "`theirs.set_weights(" in result.message, result


def test_a_layer_is_checked_as_a_class():
    space = LAB.space("2.4")
    assert "class itself" in check.my_rnn(space["MyRNN"](3)).message
    assert "class itself" in check.my_rnn(lambda x: x).message
    result = check.copy_weights(space["MyRNN"], lambda mine, theirs: None)
    assert not result and "copy_weights(copy_weights, MyRNN)" in result.message


def test_a_result_in_place_of_the_function_is_explained():
    result = check.dense(np.ones((2, 3)))
    assert "the function itself" in result.message and "(2, 3)" in result.message
    assert "None" in check.dense(None).message


def test_an_answer_that_needs_an_earlier_one_waits_for_it():
    space = LAB.space("2.2")
    execute("def rnn_step(*_):\n    raise Todo('2.1')\n", space)
    execute(LAB.right("2.2"), space)
    result = check.unroll(space["unroll"])
    assert result.status == "todo" and "TODO 2.1" in result.message
    assert check.LAB.results["2.2"] is result


def test_a_loss_and_weights_in_another_shape_are_explained():
    for wrong in ("return new", "return loss, new", "return [*new, loss, 0]"):
        result = LAB.run("4.2", [("return new, loss", wrong)])
        assert "return two things, `new, loss`" in result.message, result


def test_gradients_that_are_all_zero_are_no_reason_to_divide():
    def clip(grads, max_norm):
        norm = np.sqrt(sum(np.sum(g**2) for g in grads))
        return [g / norm * min(norm, max_norm) for g in grads]

    said = check.clip(clip)
    assert said.faults == ("zero norm",) and "NaN" in said.message


def test_the_examples_by_hand_come_out():
    """The small numbers that the lab works out on paper before each TODO."""
    space = LAB.space("4.2")
    execute(LAB.right("4.2"), space)
    a = np.array

    def near(got, *want):
        assert np.allclose(np.ravel(got), want, atol=0.005), (got, want)

    near(space["perceptron"](a([1, 2]), a([3, -1]), -1), 0.5)
    near(space["dense"](a([[1, 2]]), a([[1, 0, -1], [0, 1, 1]]), a([0, 0, 10])), 1, 2, 11)
    near(space["echo_targets"](a([[3, 1, 2, 4, 1]]), 2), 0, 0, 3, 1, 2)
    W_hh = a([[0, 1], [0.5, 0]])
    step, one = space["rnn_step"], np.ones((1, 1))
    near(step(one, a([[0, 1]]), a([[1, -1]]), W_hh, a([0, 1])), 0.91, 0)
    near(step(one, a([[0, 1]]), a([[1, -1]]), W_hh.T, a([0, 1])), 0.96, 0)
    near(space["unroll"](a([[[1.0], [0], [0]]]), one, one / 2, a([0])), 0.76, 0.36, 0.18)
    half_and_quarter = np.log(a([[[0.5, 0.5], [0.25, 0.75]]]))
    near(space["sequence_loss"](half_and_quarter, a([[0, 0]])), 2.08)
    sure = np.concatenate([half_and_quarter, [[[50.0, 0], [50, 0]]]])
    near(space["sequence_loss"](sure, a([[0, 0], [0, 0]])), 1.04)
    near(space["logits_gradient"](np.log(a([[[0.7, 0.2, 0.1]]])), a([[0]])), -0.3, 0.2, 0.1)
    back = space["step_back"](one, 2 * one, 0.5 * one, 0.6 * one, 3 * one)
    near(np.hstack([np.ravel(part) for part in back]), 1.28, 0.32, 0.64, 1.92)
    flat_states = np.zeros((1, 2, 1))  # the slope of tanh is 1
    xs, dstates = a([[[1.0], [10.0]]]), a([[[5.0], [1.0]]])
    near(space["bptt"](xs, flat_states, dstates, 3 * one)[0], 18)
    near(space["bptt"](xs, flat_states, dstates, 0 * one)[0], 15)
    near(np.concatenate(space["clip"]([a([3.0]), a([4.0])], 1)), 0.6, 0.8)
    near(np.concatenate(space["clip"]([a([3.0]), a([4.0])], 10)), 3, 4)


@TODOS
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_slip_is_told_apart_from_all_others(todo):
    assert confusions(MODELS[todo], size=1) == []


def test_a_check_leaves_every_generator_as_it_was():
    def drawn() -> list:
        layer = keras.layers.Dense(2)
        layer.build((None, 3))
        return [
            random.random(), np.random.rand(), tf.random.uniform(()).numpy(),
            float(keras.random.uniform(())), layer.kernel.numpy().tolist(), layer.name,
        ]  # fmt: skip

    answers = {todo: LAB.build(todo, LAB.right(todo)) for todo in CASES}
    names = []
    for checked in (False, True):
        keras.utils.set_random_seed(7)
        keras.backend.clear_session()
        if checked:
            for todo, answer in answers.items():
                assert LAB.check(todo)(*answer)
                wrong = next(iter(CASES[todo].slips.values()))
                assert not LAB.check(todo)(*LAB.build(todo, mutate(LAB.right(todo), wrong)))
        names.append(drawn())
    assert names[0] == names[1]


def test_progress_counts_what_has_passed():
    check.LAB.results.clear()
    assert len(check.progress()) == 0
    LAB.assert_right("1.1")
    assert not LAB.run("1.2", [("X @ W", "X * W")])
    text = repr(check.progress())
    assert "1 of 13 passed" in text and len(text.splitlines()) == 14
