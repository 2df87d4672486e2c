"""The checks of Lab 3: each slip is named, other right answers pass, nothing else does."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from checker_cases import LabCases, confusions, execute, mutate, shaped_guesses
from lab3_cases import CASES, EQUIVALENT
from make_mutants import accepted_mutants, write
from seqbook.labs import lab3_attention as check
from seqbook.labs.lab3_attention import dates, lab, part1, part2, part3, part4

NOTEBOOK = "lab3_attention"
LAB = LabCases(NOTEBOOK, check, CASES)
TODOS = pytest.mark.parametrize("todo", list(CASES))
OTHERS = pytest.mark.parametrize("todo, name", LAB.others())
CLASSES = ("3.3", "4.2")

MODELS = {
    "1.1": part1.SCORES, "1.2": part1.WEIGHTS, "1.3": part1.ATTENTION, "2.1": part2.PADDING,
    "2.2": part2.CAUSAL, "2.3": part2.MASKED, "3.1": part3.SPLIT, "3.2": part3.JOIN,
    "3.3": part3.LAYER, "4.1": part4.POSITIONS, "4.2": part4.BLOCK, "4.3": part4.WRITE,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _time(monkeypatch):
    monkeypatch.setattr(check.LAB, "seconds", 600)  # a busy machine is no endless loop


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


@OTHERS
def test_other_right_answers_pass(todo, name):
    LAB.assert_other(todo, name)


ONE = {"lost = Translator(places=lambda x: x)": "lost = model",
       "lost_losses = train(lost)": "lost_losses = losses"}  # fmt: skip
SHORT = {"steps=600": "steps=2", "steps - 60": "steps", "size=300": "size=4", "size=32": "size=2"}


@pytest.mark.parametrize("turn", LAB.turns)
def test_what_passes_carries_the_lab_to_its_end(turn, monkeypatch):
    """The other right answers, one to each TODO at a time, through all that follows."""
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: plt.close("all"))
    LAB.run_through(LAB.in_turn(turn), ONE | SHORT)


def test_what_passes_learns_what_the_solution_learns(monkeypatch):
    """The whole training, with a network of which every part is written in another way."""
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: plt.close("all"))
    space = LAB.run_through(LAB.in_turn(0), ONE)
    assert space["scores"]["with positions"] > 0.97


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


@pytest.mark.parametrize("todo", [t for t in CASES if t not in CLASSES])
def test_a_crash_names_the_line(todo):
    LAB.assert_crash(todo)


@pytest.mark.parametrize("todo", CLASSES)
def test_a_crash_in_a_layer_names_the_line(todo):
    source = mutate(LAB.right(todo), [("        return ", "        undefined_name\n        return ")])
    result = LAB.check(todo)(*LAB.build(todo, source))
    assert result.status == "wrong" and "at `undefined_name`" in result.message, result
    assert "class itself" in LAB.check(todo)(lambda x: x).message


@TODOS
def test_guesses_fail(todo):
    LAB.assert_guesses_fail(todo)


@TODOS
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_right_shapes_with_wrong_numbers_fail(todo):
    model = MODELS[todo]
    if todo in CLASSES:  # a layer is more than called
        model = type(model)(
            model.reference, model.hints, model.probes, most=model.most, families=model.families
        )
    for guess in shaped_guesses(model):
        said = model.judge(guess)
        assert said, todo
        hints = [said] if isinstance(said, str) else [hint for _, hint in said]
        assert all(hint and "\n" not in hint for hint in hints)


@TODOS
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_slip_is_told_apart_from_all_others(todo):
    assert confusions(MODELS[todo], size=1) == []


@pytest.mark.parametrize("todo", ["1.1", "1.2", "1.3", "2.3", "3.3", "4.2"])
def test_the_inputs_of_the_checks_do_not_saturate_the_softmax(todo):
    """Else a check would pass without scaling, and with a hard choice."""
    seen = 0
    for probe in MODELS[todo].probes:
        want = MODELS[todo].expected(probe)
        scores = want.get("the scores")
        weights = want["the weights"] if scores is None else lab.softmax(scores)
        free = weights[(weights > 0) & (weights < 1)]
        seen += free.size
        assert free.max() < 0.97 and np.quantile(free, 0.1) > 0.005
    assert seen > 30


def test_the_examples_by_hand_come_out():
    """The small numbers that the lab works out on paper before each TODO."""
    import tensorflow as tf

    space = LAB.space("4.3")
    execute(LAB.right("4.3"), space)

    def near(got, *want):
        assert np.allclose(np.ravel(got), want, atol=0.006), (got, want)

    q, K = tf.constant([[1.0, 0.0]]), tf.constant([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    scores = space["scaled_scores"](q, K)
    near(scores, 0.71, 0, 0.71)
    near(np.exp(scores), 2.03, 1, 2.03)
    near(space["attention_weights"](scores), 0.40, 0.20, 0.40)
    outputs, weights = space["attention"](q, K, K)
    near(np.round(weights, 3), 0.401, 0.198, 0.401)
    assert np.allclose(outputs, [[0.802, 0.599]], atol=0.0005)
    assert np.ravel(space["padding_mask"](tf.constant([[0, 0, 7, 3]]))).tolist() == [
        False, False, True, True]  # fmt: skip
    assert np.array_equal(space["causal_mask"](3), [[1, 0, 0], [1, 1, 0], [1, 1, 1]])
    outputs, weights = space["masked_attention"](q, K, K, tf.constant([True, True, False]))
    near(weights, 0.67, 0.33, 0)
    near(outputs, 0.67, 0.33)
    x = tf.constant([[[1.0, 2, 3, 4], [5, 6, 7, 8]]])
    heads = space["split_heads"](x, 2)
    near(heads, 1, 2, 5, 6, 3, 4, 7, 8)
    near(space["join_heads"](heads), *range(1, 9))
    layer = space["MyAttention"](64, 4)
    layer(tf.zeros((1, 3, 64)), tf.constant(True))
    assert layer.count_params() == 16_640
    near(space["add_positions"](tf.ones((1, 2, 4))), 1, 1, 2, 2, 1.84, 1.01, 1.54, 2.00)
    near(part4.norm(np.array([[1.0, 3.0]]), [1, 0]), -1, 1)

    def one_more(tokens):
        return np.eye(8)[(np.asarray(tokens) + 1) % 8]

    near(space["write"](one_more, np.array([[5, 3, 0, 0]]), 2), 5, 3, 4, 5)


def test_dates_are_questions_with_their_answers():
    texts, tokens = dates.examples(np.random.default_rng(5), 200)
    _, held_out = dates.examples(np.random.default_rng(5), 200, held_out=True)
    assert tokens.shape == (200, 35) and tokens.dtype == np.int32
    answers = [{dates.decode(row[dates.START :]) for row in rows} for rows in (tokens, held_out)]
    assert not answers[0] & answers[1]
    assert dates.decode(tokens[0]).startswith(texts[0] + "=")
    empty = dates.questions(*texts)
    assert np.array_equal(empty[:, : dates.START], tokens[:, : dates.START])
    assert not empty[:, dates.START :].any()
    months = {month for names, _ in dates.LANGUAGES.values() for month in names.split()}
    assert all(len(names.split()) == 12 for names, _ in dates.LANGUAGES.values())
    assert all(dates.encode(month) for month in months)


@pytest.mark.parametrize("text, said", [
    ("the 30th of september, 1998", "at most 24"), ("3 марта 1998", "no symbol for а м р т"),
])  # fmt: skip
def test_a_question_that_cannot_be_asked_is_refused_in_one_line(text, said):
    with pytest.raises(ValueError, match=said) as error:
        dates.questions(text)
    assert "\n" not in str(error.value)
