"""The engine of the TODO cells: what it says, what it finds, and what it leaves alone."""

from __future__ import annotations

import random
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from checker_cases import execute
from seqbook.checking import FaultModel, Lab, Result, Todo, numbers, same
from seqbook.checking.blanks import has_blank, unread
from seqbook.checking.report import blame, describe, kind, shown
from seqbook.checking.surroundings import random_state_kept

HINTS = {
    "no bias": "the bias is missing.",
    "times two": "the result is twice what it should be.",
    "transposed": "`W` is transposed.",
    "one column": "only one column came back.",
}


def affine(x, W, b, faults=frozenset()):
    """x @ W + b, and the slips of `HINTS`."""
    out = x @ (W.T if "transposed" in faults else W)
    if "no bias" not in faults:
        out = out + b
    if "times two" in faults:
        out = 2 * out
    return {"the output": out[:, :1] if "one column" in faults else out}


def probe(batch, inputs, units):
    return numbers(batch, inputs), numbers(inputs, units, phase=0.4), numbers(units, phase=0.9)


PROBES = [probe(3, 3, 3), probe(2, 4, 3)]
MODEL = FaultModel(affine, HINTS, PROBES)


def judged(answer, model=MODEL):
    """The Result of a check with one fault model behind it."""
    lab = Lab("A lab")
    return lab.exercise("1.1", "It is right.")(lambda a: model.judge(a))(answer)


def written(source: str, name: str = "answer"):
    """A function written in a notebook's cell."""
    space = {"__name__": "__main__", "np": np, "tf": tf, "keras": keras, "Todo": Todo}
    execute(source, space)
    return space[name]


# --- Todo and Result ----------------------------------------------------------------------------


def test_a_todo_is_one_line_that_names_its_number():
    todo = Todo("2.1")
    assert todo.numbers == ["2.1"] and str(todo) == "TODO 2.1 is not done yet."
    (line,) = todo._render_traceback_()
    assert "TODO 2.1 is not done yet" in line and "\n" not in line
    assert str(Todo("2.1", "3.4")) == "TODO 2.1, 3.4 are not done yet."
    assert isinstance(todo, NotImplementedError)


def test_a_todo_keeps_its_number_through_a_keras_layer():
    class Blank(keras.layers.Layer):
        def call(self, x):
            raise Todo("2.3")

    with pytest.raises(Todo) as caught:
        keras.Sequential([Blank()])(tf.ones((1, 2)))
    assert caught.value.numbers == ["2.3"]
    assert "\n" not in caught.value._render_traceback_()[0]
    wrapped = "TODO 2.3 is not done yet.\n\nArguments received by Blank.call():\n  • rate=0.25"
    assert Todo(wrapped).numbers == ["2.3"]


def test_a_result_is_true_only_when_passed():
    assert Result("1.1", "passed", "Well.")
    assert not Result("1.1", "todo", "") and not Result("1.1", "wrong", "")


def test_a_result_shows_code_and_escapes_the_rest():
    result = Result("1.2", "wrong", "use `x @ W`, not <b>\nand: more", ["a"])
    html = result._repr_html_()
    assert "<code>x @ W</code>" in html and "&lt;b&gt;" in html and "<br>and: more" in html
    assert 'role="status"' in html and "TODO 1.2" in repr(result)
    assert repr(result) != repr(Result("1.2", "passed", result.message))


# --- Slips --------------------------------------------------------------------------------------


def test_a_right_answer_passes_and_says_the_goal():
    result = judged(lambda x, W, b: x @ W + b)
    assert result and result.message == "It is right." and result.faults == ()


@pytest.mark.parametrize(
    "answer, slips",
    [
        (lambda x, W, b: x @ W, {"no bias"}),
        (lambda x, W, b: x @ W.T + b, {"transposed"}),
        (lambda x, W, b: (2 * x) @ W, {"no bias", "times two"}),
        (lambda x, W, b: 2 * (x @ W + b)[:, :1], {"times two", "one column"}),
        (lambda x, W, b: 2 * (x @ W.T), {"no bias", "times two", "transposed"}),
    ],
)
def test_slips_are_found_alone_and_together(answer, slips):
    result = judged(answer)
    assert result.status == "wrong" and set(result.faults) == slips
    for name in slips:
        assert HINTS[name] in result.message
    assert result.message.count("\nand: ") == len(slips) - 1


def test_no_more_slips_than_asked_for_are_put_together():
    two = FaultModel(affine, HINTS, PROBES, most=1)
    result = judged(lambda x, W, b: (2 * x) @ W, two)
    assert result.status == "wrong" and "times two" not in result.faults


def test_a_slip_must_explain_every_probe():
    """What looks like a known slip on the square probe alone is not taken for it."""
    result = judged(lambda x, W, b: x @ W if len(x) == 3 else x @ W + b + 1)
    assert result.faults == ()


def test_a_slip_that_cannot_run_on_a_probe_is_found_by_the_others():
    result = judged(lambda x, W, b: np.matmul(x, W.T) + b)  # stops on the second probe
    assert result.faults == ("transposed",)


def test_the_same_hint_is_said_once():
    model = FaultModel(affine, dict.fromkeys(HINTS, "one hint."), PROBES)
    result = judged(lambda x, W, b: (2 * x) @ W, model)
    assert len(result.faults) == 2 and result.message == "one hint."


def test_an_answer_cannot_change_the_input_of_the_next_probe():
    def greedy(x, W, b):
        out = x @ W + b
        x[:], W[:], b[:] = 0, 0, 0
        return out

    for _ in range(2):  # the second check has the same inputs
        result = judged(greedy)
        assert result.faults == ("in place",) and "`x`" in result.message
    free = FaultModel(affine, HINTS, PROBES, in_place=True)
    assert judged(greedy, free) and judged(greedy, free)


def test_tensors_are_given_when_asked_for_and_arrays_if_they_do_not_serve():
    model = FaultModel(affine, HINTS, PROBES, tensors=True)
    seen = []

    def on_tensors(x, W, b):
        seen.append(tf.is_tensor(x))
        return tf.matmul(x, W) + b

    assert judged(on_tensors, model) and all(seen)
    assert judged(lambda x, W, b: x.copy() @ W + b, model)  # a tensor has no copy()


# --- Fallbacks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer, words",
    [
        (lambda x, W, b: (x @ W * x @ W)[0], ["shape (3,)", "should be (3, 3)"]),
        (lambda x, W, b: x @ W * b * x @ W, ["right shape", "9 of 9", "[0, 0] should be"]),
        (lambda x, W, b: np.log(x @ W * 0 - 1), ["NaN"]),
        (lambda x, W, b: None, ["returns nothing", "`return`"]),
        (lambda x, W, b: "text", ["should be", "a str came back: 'text'"]),
        (lambda x, W, b: (x, b), ["should be one array", "a tuple of 2 came back"]),
        (lambda x, W, b: {"out": (x @ W)[0]}, ["should be", "a dict came back"]),
    ],
)
def test_an_unknown_mistake_is_described(answer, words):
    message = judged(answer).message
    assert "\n" not in message
    for word in words:
        assert word in message, message


def test_the_wrong_number_of_values_is_described():
    want = {"h": np.ones(2), "c": np.zeros(3)}
    assert describe(np.ones(2), want).startswith("2 values are expected (h, c); one array")
    assert "a list of 3" in describe([1, 2, 3], want)
    assert describe([np.ones(2), None], want) == "h is right. c is None: it was never computed."
    said = describe([np.ones(2), np.ones(4)], want)
    assert said.endswith("c has shape (4,), it should be (3,).")
    assert "should be 1 " in describe(2.0, {"L": np.float64(1)})


def test_only_some_numbers_wrong_is_said_so():
    got, want = np.zeros((2, 3)), np.zeros((2, 3))
    got[1, 2] = 0.25
    message = describe(got, {"the output": want})
    assert "1 of 6 differ" in message and "[1, 2] should be 0; yours is 0.25" in message


def test_values_are_shown_in_few_characters_and_one_line():
    assert shown(np.arange(6.0)) == "[0, 1, 2, 3, ...]" and shown(2.5) == "2.5"
    assert "\n" not in shown([np.zeros((3, 3)), "a"]) and len(shown("a" * 99)) == 60
    assert kind((1, 2)) == "a tuple of 2" and kind(np.ones((2, 1))) == "one array of shape (2, 1)"


def test_what_is_not_a_function_is_explained():
    assert "given None" in judged(None).message
    assert "the function itself" in judged(np.ones(2)).message


def test_same_compares_shapes_numbers_and_other_things():
    assert same(tf.ones(2), np.ones(2)) and same(1, 1.000001) and same("a", "a")
    assert not same(np.ones(2), np.ones((2, 1))) and not same(1, 1.1)
    assert not same("1", 1) and not same(None, np.ones(2)) and not same("ab", ["a", "b"])
    assert same(np.array([np.nan]), np.array([np.nan])) and not same(np.nan, 1.0)


def test_probe_numbers_are_fixed_without_zeros_and_without_symmetry():
    square = numbers(4, 4)
    assert square.dtype == "float32" and (square == numbers(4, 4)).all()
    assert np.abs(square).min() > 1e-3 and not np.allclose(square, square.T)
    assert not np.allclose(square, numbers(4, 4, phase=1.0))


# --- Errors in the learner's code ---------------------------------------------------------------


def test_a_crash_is_one_line_with_the_learners_own_line():
    source = "def helper(x):\n    return x.nope\n\ndef answer(x, W, b):\n    return helper(x)"
    answer = written(source)
    message = judged(answer).message
    assert "AttributeError at `return x.nope`" in message and "\n" not in message


def test_a_crash_inside_a_library_names_the_line_that_called_it():
    answer = written("def answer(x, W, b):\n    return np.concatenate([x, b])")
    assert "ValueError at `return np.concatenate([x, b])`" in judged(answer).message


def test_a_crash_within_a_keras_layer_loses_keras_own_words():
    source = "class Cell(keras.layers.Layer):\n    def call(self, x):\n        return x @ missing\n"
    source += "def answer(x, W, b):\n    return Cell()(x)"
    message = judged(written(source)).message
    assert "NameError at `return x @ missing`: name 'missing'" in message
    assert "Exception encountered" not in message and "\n" not in message


def test_a_crash_within_a_tf_function_names_the_line():
    source = "@tf.function\ndef answer(x, W, b):\n    y = tf.matmul(x, x, transpose_b=True)\n"
    message = judged(written(source + "    return tf.reshape(y, (7, 5))")).message
    assert "ValueError at `return tf.reshape(y, (7, 5))`" in message and "\n" not in message


def test_a_name_without_a_value_yet_is_explained():
    answer = written("def answer(x, W, b):\n    h = h @ W\n    return h")
    message = judged(answer).message
    assert "UnboundLocalError at `h = h @ W`" in message and "Give it a value before" in message


@pytest.mark.parametrize(
    "body, said, unsaid",
    [
        ("total = x @ W\n    return totl + b", "Is `total` meant?", "spelling"),
        ("return np.concatenat([x, b])", "Is `concatenate` meant?", "spelling"),
        ("return zebra + b", "NameError", "meant"),
        ("return x.append(b)", "AttributeError", "meant"),
        ("n = 1.5\n    return x[:n]", "`n` is 1.5, a float", "round"),
        ("n = None\n    return n[0]", "There `n` is None.", "return`"),
        ("s = 'ab'\n    s[0] = 'c'\n    return s", "A string or a tuple", "tensor"),
        ("return np.sum(x, axis=5)", "counted from 0", "past the end"),
        ("return b[-99]", "before the beginning", "past the end"),
    ],
)
def test_advice_on_an_error_says_what_can_be_seen(body, said, unsaid):
    message = judged(written(f"def answer(x, W, b):\n    {body}")).message
    assert said in message and unsaid not in message, message


def test_a_crash_inside_another_answer_names_the_line_that_called_it():
    lab, space = Lab("A lab"), {"__name__": "__main__", "np": np}
    lab.exercise("1.1", "Goal.", names="affine")(
        lambda a: None if np.shape(a(np.ones((2, 3)), np.ones((3, 4)))) == (2, 4) else "no."
    )
    check = lab.exercise("1.2", "Goal.", names="answer")(lambda a: MODEL.judge(a))
    execute("def affine(x, W):\n    return np.matmul(x, W)", space)
    execute("def answer(x, W, b):\n    return affine(b, W[:1]) + b", space)
    message = check(space["answer"]).message
    assert "inside `affine`, called from `return affine(b, W[:1]) + b` in `answer`" in message
    assert "np.matmul" not in message and "`b` (3,)" in message


def test_a_long_error_is_cut_between_words():
    try:
        raise ValueError("word " * 99)
    except ValueError as error:
        assert len(blame(error)) < 240 and "word ..." in blame(error)


def test_an_error_without_words_is_named():
    try:
        raise ZeroDivisionError
    except ZeroDivisionError as error:
        assert "no message" in blame(error) and "ZeroDivisionError" in blame(error)


def test_stopping_a_check_by_hand_is_no_traceback():
    def answer(x, W, b):
        raise KeyboardInterrupt

    result = judged(answer)
    assert result.status == "wrong" and "never end" in result.message


# --- Blanks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "def answer(x, W, b):\n    return ...",
        "def answer(x, W, b):\n    y = ...\n    return y + b",
        "def answer(x, W, b):\n    ...",
        "def answer(x, W, b):\n    def inner():\n        return ...\n    return inner()",
        "answer = tf.function(lambda x, W, b: ...)",
        "answer = ...",
        "def answer(x, W, b):\n    raise Todo('1.1')",
        "def answer(x, W, b):\n    raise NotImplementedError",
        "class answer:\n    def __init__(self, x, W, b):\n        self.y = ...",
    ],
)
def test_a_blank_is_still_to_do(source):
    result = judged(written(source))
    assert result.status == "todo" and "Replace" in result.message.capitalize()


def test_an_index_of_dots_is_no_blank():
    right = written("def answer(x, W, b):\n    h = x @ W\n    return h[..., 0:] + b")
    wrong = written("def answer(x, W, b):\n    h = x @ W\n    return h[..., 0]")
    assert judged(right)
    assert judged(wrong).status == "wrong" and not has_blank(wrong)
    both = written("def answer(x, W, b):\n    h = ...\n    return h[..., 0]")
    assert has_blank(both)


def test_a_right_answer_may_contain_dots():
    assert judged(written("def answer(x, W, b):\n    note = ...\n    return x @ W + b"))


def test_blanks_are_found_in_methods_and_not_in_libraries():
    source = "class answer(keras.layers.Layer):\n    def call(self, x):\n        h = ...\n"
    layer = written(source + "        return h")
    assert has_blank(layer) and has_blank(layer())
    assert not has_blank(np.pad) and not has_blank(keras.layers.Dense) and not has_blank(3)


# --- Families -------------------------------------------------------------------------------------

AXES = {"x": "batch inputs", "W": "inputs units", "b": "units", "the output": "batch units"}
WIDE = [probe(3, 3, 3), probe(2, 4, 3), probe(4, 2, 5)]
NAMED = FaultModel(affine, {}, WIDE, axes=AXES)


@pytest.mark.parametrize(
    "answer, words",
    [
        (lambda x, W, b: -(x @ W + b), ["wrong sign"]),
        (lambda x, W, b: 5 * (x @ W + b), ["5 times"]),
        (lambda x, W, b: x @ W + b + 1, ["1 larger"]),
        (lambda x, W, b: (x @ W + b) / len(x), ["divided by the size of the batch"]),
        (lambda x, W, b: (x @ W + b) * len(x) / 32, ["fixed number (about 32)", "batch"]),
        (lambda x, W, b: (x @ W + b).T, ["transposed"]),
        (lambda x, W, b: (x @ W + b)[::-1], ["reverse order along the batch"]),
        (lambda x, W, b: (x @ W + b).sum(0), ["summed over the batch"]),
        (lambda x, W, b: (x @ W + b)[-1], ["only the last along the batch"]),
        (lambda x, W, b: np.tanh(x @ W + b), ["tanh", "Leave that out"]),
        (lambda x, W, b: np.trunc(x @ W + b), ["whole numbers"]),
        (lambda x, W, b: (x @ W + b)[..., None], ["wrong shape"]),
        (lambda x, W, b: (x @ W + b)[:, :2], ["size 2 along the units"]),
        (lambda x, W, b: x @ W, ["`b` does not reach the result"]),
        (lambda x, W, b: x @ W - b, ["`b` comes in with the wrong sign"]),
        (lambda x, W, b: np.repeat(x[:1], len(x), 0) @ W + b, ["the first"]),
        (lambda x, W, b: (x @ W + b, b), ["number 1 of what comes back"]),
        (lambda x, W, b: x @ W + b if len(x) > 2 else None, ["on some inputs", "None"]),
        (lambda x, W, b: x @ W + b + np.random.rand(), ["random"]),
    ],
)  # fmt: skip
def test_a_family_needs_no_switch(answer, words):
    result = judged(answer, NAMED)
    assert result.status == "wrong" and result.faults, result
    for word in words:
        assert word in result.message, result


def test_an_argument_without_effect_is_found_by_changing_it():
    assert "`W` changes nothing" in judged(lambda x, W, b: x**3 + b[0], NAMED).message
    own = "def answer(x, weights, b):\n    return x**3 + b[0]"
    assert "`weights` changes nothing" in judged(written(own), NAMED).message


@pytest.mark.parametrize(
    "body",
    [
        "return x**3 + b[0] + 0 * W[0, 0]",  # it is read
        "return x**3 * np.nan + b[0]",  # NaN shows nothing
        "return x**3 + b[0] + helper(x)",  # a helper may reach it
        "return x**3 + b[0] + len(locals())",
    ],
)
def test_an_argument_is_not_said_to_have_no_effect_unless_it_is_seen(body):
    space = {"__name__": "__main__", "np": np}
    execute("def helper(x):\n    return 0 * x", space)
    execute(f"def answer(x, W, b):\n    {body}", space)
    result = judged(space["answer"], NAMED)
    assert result.status == "wrong" and "Changing" not in result.message


def test_a_parameter_that_is_read_in_a_nested_function_is_read():
    source = "def answer(x, W, b):\n    def inner(row):\n        return row @ W\n"
    assert unread(written(source + "    return [inner(row) for row in x]")) == ["b"]
    assert unread(written("def answer(x, *, W=1):\n    x += 1\n    return x")) == ["W"]
    assert unread(np.tanh) == []


def test_an_entry_that_is_left_out_is_found_by_changing_it():
    message = judged(lambda x, W, b: x[:, :2] ** 3 @ W[:2] + b, NAMED).message
    assert "The last entry of `x` along the inputs changes nothing" in message


def test_two_slips_that_undo_each_other_are_not_told():
    def model(x, faults=frozenset()):
        y = -x if "before" in faults else x
        return {"one": -y if "after" in faults else y, "two": x + len(faults) // 2}

    twice = FaultModel(model, {"before": "a.", "after": "b."}, [(np.ones(2),)])
    assert twice.cancel(["before", "after"]) and not twice.cancel(["before"])
    result = judged(lambda x: [x, x + 1], twice)
    assert result.status == "wrong" and not {"before", "after"} & set(result.faults)


def test_a_misspelled_name_is_no_sign_of_a_slip_that_cannot_run():
    answer = written("def answer(x, W, b):\n    return x @ W.T + b if len(x) == 3 else nope")
    result = judged(answer)
    assert result.faults == () and "NameError" in result.message


def test_a_mutant_names_what_nothing_else_explains(tmp_path):
    import json

    from seqbook.checking.mutants import fingerprint

    def answer(x, W, b):
        return x @ W + b * np.arange(len(b))

    key, sums, _ = fingerprint([answer(*p) for p in PROBES])
    models = {"1.1 the output": {key: [[*sums.tolist(), 0]]}}
    file = tmp_path / "mutants.json"
    file.write_text(json.dumps({"hints": ["the bias is weighted."], "models": models}))
    check = Lab("A lab", mutants=file).exercise("1.1", "Goal.")(lambda a: MODEL.judge(a))
    result = check(answer)
    assert result.faults == ("mutant",) and result.message == "the bias is weighted."
    assert check(lambda x, W, b: answer(x, W, b) + 0.01 * x[0, 0]).faults == ()


def test_a_wrong_answer_can_be_tried_again_on_the_same_input():
    lab = Lab("A lab")
    check = lab.exercise("1.1", "Goal.", names="answer")(lambda a: MODEL.judge(a))
    wrong = lambda x, W, b: x**2 @ W**2 + b  # noqa: E731
    result = check(wrong)
    assert '`answer(*check.inputs("1.1"))`' in result.message
    assert not np.allclose(wrong(*lab.inputs("1.1")), affine(*lab.inputs("1.1"))["the output"])


# --- How a check ends, and what it leaves alone ---------------------------------------------------


def ended(source, seconds=0.3):
    lab = Lab("A lab", seconds=seconds)
    return lab.exercise("1.1", "Goal.")(lambda a: MODEL.judge(a))(written(source))


@pytest.mark.parametrize(
    "body",
    [
        "    while True:\n        x = x + 0",
        "    while True:\n        try:\n            x = x + 0\n        except:\n            pass",
    ],
)
def test_a_loop_without_end_is_stopped_and_named(body):
    message = ended(f"def answer(x, W, b):\n{body}").message
    assert "stopped after 0.3 seconds, at `" in message and "never end" in message


def test_a_loop_without_end_is_stopped_in_another_thread_too():
    import threading

    results = []
    source = "def answer(x, W, b):\n    while True:\n        x = x + 0"
    thread = threading.Thread(target=lambda: results.append(ended(source)))
    thread.start()
    thread.join(30)
    assert "stopped after 0.3 seconds" in results[0].message


@pytest.mark.parametrize("how", ["exit()", "import sys; sys.exit(3)", "raise SystemExit"])
def test_an_answer_that_ends_the_program_does_not(how):
    result = ended(f"def answer(x, W, b):\n    {how}", seconds=10)
    assert result.status == "wrong" and "ends the program" in result.message


def test_only_the_beginning_of_what_is_printed_is_shown(capsys):
    source = "def answer(x, W, b):\n    for i in range(9999):\n        print(i)\n"
    source += "    return x @ W + b"
    assert ended(source, seconds=60)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "0" and len(lines) < 50 and "More was printed" in lines[-1]


def test_what_the_learners_notebook_holds_is_left_as_it_was():
    space = {"__name__": "__main__", "np": np, "rng": np.random.default_rng(3), "calls": []}
    space |= {"count": 0, "kept": np.zeros(2)}
    before = space["rng"].bit_generator.state
    execute(
        "def answer(x, W, b):\n    global count\n    count += 1\n    calls.append(rng.random())\n"
        "    kept[:] = 5\n    return x @ W + b",
        space,
    )
    assert judged(space["answer"])
    assert space["rng"].bit_generator.state == before and space["calls"] == []
    assert space["count"] == 0 and not space["kept"].any()


def test_what_is_kept_between_two_calls_is_noticed():
    answer = written("def answer(x, W, b, seen=[]):\n    seen.append(1)\n"
                     "    return x @ W + b + (len(seen) > 2)")  # fmt: skip
    assert judged(answer).faults == ("not twice",)


# --- A cell that did not run ----------------------------------------------------------------------


def test_after_a_syntax_error_the_old_function_is_not_judged():
    from IPython.core.interactiveshell import InteractiveShell
    from seqbook.checking import cells

    shell, watch = InteractiveShell(), cells.Cells()
    watch.shell = shell
    shell.events.register("pre_run_cell", watch.begins)
    shell.events.register("post_run_cell", watch.ended)
    run = lambda text: shell.run_cell(text, store_history=True)  # noqa: E731
    run("def answer(x):\n    return x")
    assert watch.said(["answer"]) is None
    run("def answer(x):\n    return x +")
    assert "SyntaxError in its line 2" in watch.said(["answer"])
    run("1 / 0")  # another cell that fails
    run("def other(x):\n    return (")
    assert "`answer` did not run" in watch.said(["answer"])
    run("def answer(x):\n    return 2 * x\n1 / 0")  # it was defined before the error
    assert watch.said(["answer"]) is None
    run("1 / 0\ndef answer(x):\n    return 3 * x")
    assert "ZeroDivisionError" in watch.said(["answer"])
    run("def answer(x):\n    return x")
    assert watch.said(["answer"]) is None


# --- The lab ------------------------------------------------------------------------------------


@pytest.fixture
def lab():
    lab = Lab("A lab")
    for todo in ("1.1", "1.2", "2.1"):
        lab.exercise(todo, f"Goal of {todo}.")(lambda answer: None if answer == 1 else "no.")
    return lab


def test_needs_waits_for_what_has_not_passed(lab):
    with pytest.raises(Todo) as caught:
        lab.needs("1.1", "2.1")
    assert caught.value.numbers == ["1.1", "2.1"]
    lab.checks["1.1"](1)
    lab.checks["2.1"](0)
    with pytest.raises(Todo) as caught:
        lab.needs("1.1", "2.1")
    assert caught.value.numbers == ["2.1"]
    lab.checks["2.1"](1)
    lab.needs("1.1", "2.1")
    lab.checks["2.1"](0)  # broken again
    with pytest.raises(Todo):
        lab.needs("2.1")


def test_progress_has_a_line_for_each_exercise(lab):
    lab.checks["1.1"](1)
    lab.checks["1.2"](0)
    progress = lab.progress()
    lines = repr(progress).splitlines()
    assert len(progress) == 1 and lines[0] == "A lab: 1 of 3 passed"
    assert [line[:8].strip() for line in lines[1:]] == ["passed", "not yet", "to do"]
    assert "Goal of 2.1." in lines[3]


@pytest.mark.parametrize("given", [(), (1, 2)])
def test_the_wrong_number_of_arguments_is_said(lab, given):
    result = lab.checks["1.1"](*given)
    assert result.status == "wrong" and f"given {len(given)}" in result.message


def test_an_exercise_waits_for_the_one_it_calls(lab):
    def judge(answer):
        return answer()

    def answer():
        raise Todo("1.2")

    result = lab.exercise("2.2", "Goal.")(judge)(answer)
    assert result.status == "todo" and "TODO 1.2" in result.message and "first" in result.message
    own = lab.exercise("2.3", "Goal.")(judge)(written("def answer():\n    raise Todo('2.3')"))
    assert "replace the `...`" in own.message


def test_a_blank_or_wrong_answer_is_named_wherever_it_is_used():
    lab = Lab("A lab")
    expected = {"half": 2.0, "quarter": 1.0}

    def judge(answer):
        right = expected[answer.__name__]
        return None if answer(4.0) == right else f"{right} is expected."

    check_half = lab.exercise("1.1", "Half.", names="half")(judge)
    check_quarter = lab.exercise("1.2", "Quarter.", names="quarter")(judge)
    space = {"__name__": "__main__"}
    execute("def half(x):\n    return x / 3", space)
    execute("def helper(x):\n    return half(x)", space)
    execute("def quarter(x):\n    return helper(helper(x))", space)
    for _ in range(2):  # whether its own check has run or not, and by way of a helper
        result = check_quarter(space["quarter"])
        assert not result and "`half`" in result.message and "TODO 1.1" in result.message
        assert not check_half(space["half"])
    execute("def half(x):\n    return ...", space)
    result = check_quarter(space["quarter"])
    assert result.status == "todo" and "TODO 1.1" in result.message
    execute("def half(x):\n    return x / 2", space)
    assert check_half(space["half"]) and check_quarter(space["quarter"])
    execute("def quarter(x):\n    return half(x)", space)  # now the mistake is its own
    assert check_quarter(space["quarter"]).message == "1.0 is expected."
    execute("def half(x):\n    return x / 3", space)
    execute("def quarter(x):\n    return x / 5", space)  # both wrong, neither uses the other
    assert check_quarter(space["quarter"]).message == "1.0 is expected."


def test_several_answers_can_be_checked_at_once():
    both = Lab("A lab").exercise("1.1", "Both.")(lambda a, b: None if a + b == 3 else "no.")
    assert both(1, 2) and not both(1, 1)
    assert both(1, ...).status == "todo"


# --- Random states ------------------------------------------------------------------------------


def test_every_generator_is_left_as_it_was():
    def draw():
        layer = keras.layers.Dense(2)
        layer.build((None, 2))
        return [
            random.random(), np.random.rand(), float(tf.random.uniform(())),
            float(tf.random.get_global_generator().uniform(())), float(keras.random.uniform(())),
            np.asarray(layer.kernel).tolist(), layer.name,
        ]  # fmt: skip

    def start():
        keras.backend.clear_session()
        keras.utils.set_random_seed(5)
        tf.random.set_global_generator(tf.random.Generator.from_seed(5))
        draw()

    start()
    plain = draw()
    start()
    with random_state_kept():
        disturbed = draw()
        keras.utils.set_random_seed(99)
        tf.random.set_global_generator(tf.random.Generator.from_seed(99))
        draw()
    assert draw() == plain
    # Within, the generators do move: the comparison above could fail.
    start()
    draw()
    assert draw() != plain and disturbed == plain


def test_generators_are_left_as_they_were_after_an_error_too():
    keras.utils.set_random_seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist()

    def answer(x, W, b):
        random.random(), np.random.rand(3)
        raise RuntimeError("broken")

    assert judged(answer).status == "wrong"
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_numpy_warnings_of_an_answer_stay_away(recwarn):
    judged(lambda x, W, b: np.log(-np.abs(x)) / 0)
    assert not recwarn.list


def test_the_engine_itself_does_not_import_tensorflow():
    import subprocess

    program = (
        "import sys; from seqbook.checking import Lab\n"
        "check = Lab('A lab').exercise('1.1', 'Goal.')(lambda a: None)\n"
        "assert check(1) and 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
