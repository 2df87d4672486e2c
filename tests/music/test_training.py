"""Training that can be interrupted, and generation that can be repeated."""

from __future__ import annotations

import html
import math
import signal
from dataclasses import replace

import numpy as np
import pytest
from seqbook.music import generation, parts, training
from seqbook.music.carrier import Carrier
from seqbook.music.checkpoints import CheckpointError, Checkpoints, source
from seqbook.music.slider import TunePlayer

TUNES = [f"M:4/4\nK:{k}\n{''.join(n)}|{a}2{a}2:|" for k in "GDA" for a in "ABce"
         for n in (a + "Bcd", "d" + a + "BA", "efg" + a)]  # fmt: skip
HELD = ["M:4/4\nK:G\nABcd|e2e2:|", "M:4/4\nK:D\ndcBA|B2:|"]
SMALL = training.Settings(steps=12, batch=4, window=8, carry=5, units=6, embedding=4, warmup=3)


@pytest.fixture(autouse=True)
def nothing_printed(capsys):
    """The progress bar's last line is no part of a test's output."""
    yield
    capsys.readouterr()


def weights(run):
    return [v.numpy() for v in run.model.variables]


def equal(a, b):
    return all(np.array_equal(x, y) for x, y in zip(weights(a), weights(b), strict=True))


@pytest.fixture(scope="module")
def whole():
    return training.train(SMALL, TUNES, HELD)


class Stop(Exception):
    pass


def told(capsys):
    """What was said beside the progress bar since the last call."""
    lines = capsys.readouterr().err.splitlines()
    return "\n".join(line for line in lines if not line.startswith("Training: "))


def stop_at(step, how):
    def callback(run):
        if run.step == step:
            how()

    return callback


def fail():
    raise Stop


# Resuming ----------------------------------------------------------------------------------------


def test_the_same_settings_give_the_same_run(whole):
    again = training.train(SMALL, TUNES, HELD)
    assert equal(whole, again) and whole.losses == again.losses and whole.bits == again.bits
    other = training.train(replace(SMALL, seed=1), TUNES)
    assert not equal(whole, other)


@pytest.mark.parametrize("at", [1, 5, 6, 11])
def test_a_run_that_died_ends_with_the_same_weights(at, whole, tmp_path):
    with pytest.raises(Stop):
        training.train(SMALL, TUNES, callback=stop_at(at, fail), folder=tmp_path, save_every=3)
    run = training.train(SMALL, TUNES, HELD, folder=tmp_path, save_every=3)
    assert run.resumed == (at - 1) // 3 * 3
    assert equal(run, whole) and run.losses == whole.losses and run.bits == whole.bits


def test_stopping_by_hand_saves_the_step_it_stopped_at(whole, tmp_path):
    interrupt = stop_at(5, lambda: signal.raise_signal(signal.SIGINT))
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt) as stopped:
        training.train(SMALL, TUNES, callback=interrupt, folder=tmp_path, save_every=100)
    assert signal.getsignal(signal.SIGINT) is before
    said = stopped.value._render_traceback_()
    assert len(said) == 1 and "step 5 of 12" in said[0] and "Run this again" in said[0]
    run = training.train(SMALL, TUNES, folder=tmp_path)
    assert run.resumed == 5 and equal(run, whole)


def test_a_second_interrupt_stops_at_once(tmp_path):
    def twice():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        training.train(SMALL, TUNES, callback=stop_at(2, twice), folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_finished_run_is_not_trained_again(whole, tmp_path):
    training.train(SMALL, TUNES, folder=tmp_path)
    steps = []
    run = training.train(SMALL, TUNES, HELD, lambda r: steps.append(r.step), folder=tmp_path)
    assert steps == [] and run.resumed == 12 and equal(run, whole) and run.bits == whole.bits


def test_a_model_with_dropout_resumes_exactly_too(tmp_path):
    def build(size, embedding, units):
        import keras

        model = keras.Sequential(
            [keras.layers.Embedding(size, embedding), keras.layers.Dropout(0.5),
             keras.layers.LSTM(units, return_sequences=True), keras.layers.Dense(size)]
        )  # fmt: skip
        model.build((None, None))
        return model

    pieces = parts.Parts(build_model=build)
    one = training.train(SMALL, TUNES, parts=pieces)
    with pytest.raises(Stop):
        training.train(SMALL, TUNES, callback=stop_at(8, fail), parts=pieces, folder=tmp_path,
                       save_every=4)  # fmt: skip
    two = training.train(SMALL, TUNES, parts=pieces, folder=tmp_path)
    assert two.resumed == 4 and equal(one, two)


# The state from window to window -----------------------------------------------------------------


def layered(kinds, size=7, units=5):
    import keras

    keras.utils.set_random_seed(1)
    layers = [getattr(keras.layers, kind)(units, return_sequences=True) for kind in kinds]
    return keras.Sequential(
        [keras.Input((None,), dtype="int32"), keras.layers.Embedding(size, 3), *layers,
         keras.layers.Dense(size)]
    )  # fmt: skip


@pytest.mark.parametrize("kinds", [["GRU"], ["LSTM"], ["SimpleRNN"], ["GRU", "LSTM"]])
def test_windows_read_one_after_another_give_what_the_whole_stretch_gives(kinds):
    model = layered(kinds)
    text = np.random.default_rng(0).integers(0, 7, (2, 12)).astype("int32")
    carrier = Carrier(model, batch=2)
    pieces = np.concatenate([carrier(text[:, i : i + 4]) for i in (0, 4, 8)], axis=1)
    np.testing.assert_allclose(pieces, model(text), atol=1e-5)
    assert np.abs(pieces[:, 4:8] - model(text[:, 4:8])).max() > 1e-3  # the state did matter
    carrier.forget()
    np.testing.assert_allclose(carrier(text[:, :4]), model(text[:, :4]), atol=1e-5)


def test_a_carrier_has_what_its_model_has_and_leaves_it_as_it_was():
    model = layered(["LSTM"])
    carrier = Carrier(model, batch=3)
    assert carrier.trainable_variables == model.trainable_variables
    assert [tuple(v.shape) for v in carrier.state_variables] == [(3, 5), (3, 5)]
    carrier(np.zeros((3, 4), "int32"), training=True)
    assert model(np.zeros((3, 4), "int32")).shape == (3, 4, 7)
    assert not model.layers[1].return_state


def test_a_stretch_is_gone_through_in_order_and_its_windows_are_neighbors():
    seen = []

    def train_step(model, optimizer, inputs, targets, clip_norm):
        import tensorflow as tf

        tf.py_function(lambda *pair: seen.append([p.numpy() for p in pair]), [inputs, targets], [])
        return parts.train_step(model, optimizer, inputs, targets, clip_norm)

    training.train(replace(SMALL, steps=7), TUNES, parts=parts.Parts(train_step=train_step))
    inputs, targets = zip(*seen, strict=True)
    stretch = np.concatenate(inputs[:5], axis=1)
    assert stretch.shape == (4, 40) and len(seen) == 7
    assert np.array_equal(stretch[:, 1:], np.concatenate(targets[:5], axis=1)[:, :-1])
    assert not np.array_equal(targets[4][:, -1], inputs[5][:, 0])  # a new stretch, elsewhere


# Other runs' checkpoints -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, words",
    [
        ({"steps": 14}, "steps (12 there, 14 here)"),
        ({"units": 7}, "units (6 there, 7 here)"),
        ({"seed": 1}, "seed (0 there, 1 here)"),
    ],
)
def test_a_changed_number_is_a_run_of_its_own(change, words, whole, tmp_path, capsys):
    training.train(SMALL, TUNES, folder=tmp_path)
    told(capsys)
    changed = replace(SMALL, **change)
    run = training.train(changed, TUNES, folder=tmp_path)
    said = told(capsys)
    assert run.resumed == 0 and words in said and "\n" not in said
    assert equal(run, training.train(changed, TUNES))
    assert training.train(SMALL, TUNES, folder=tmp_path).resumed == 12  # the first is still there


def test_other_tunes_other_vocabulary_and_other_code_are_other_runs(tmp_path, capsys):
    training.train(SMALL, TUNES, folder=tmp_path)
    capsys.readouterr()
    assert training.train(SMALL, TUNES[1:], folder=tmp_path).resumed == 0
    assert "tunes" in told(capsys)
    assert training.train(SMALL, TUNES, ["^h"], folder=tmp_path).resumed == 0
    assert "vocabulary" in told(capsys)

    def make_batch(*args):
        return parts.make_batch(*args)

    other = parts.Parts(make_batch=make_batch)
    assert training.train(SMALL, TUNES, parts=other, folder=tmp_path).resumed == 0
    assert "code" in told(capsys)


def test_a_file_put_in_the_place_of_another_is_refused_in_one_line(tmp_path):
    training.train(SMALL, TUNES, folder=tmp_path / "a")
    training.train(replace(SMALL, steps=13), TUNES, folder=tmp_path / "b")
    (right,), (wrong,) = (list((tmp_path / name).iterdir()) for name in "ab")
    right.write_bytes(wrong.read_bytes())
    with pytest.raises(CheckpointError, match=r"steps \(13 there, 12 here\)") as error:
        training.train(SMALL, TUNES, folder=tmp_path / "a")
    assert len(error.value._render_traceback_()) == 1


def test_the_code_that_a_piece_calls_belongs_to_the_run():
    assert "def cross_entropy" in source(parts.train_step)
    assert "def cross_entropy" not in source(parts.make_batch)


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "text"])
def test_of_a_damaged_checkpoint_the_one_before_is_used(damage, whole, tmp_path, capsys):
    with pytest.raises(Stop):
        training.train(SMALL, TUNES, callback=stop_at(10, fail), folder=tmp_path, save_every=3)
    _, new = sorted(tmp_path.iterdir())
    data = bytearray(new.read_bytes())
    if damage == "flipped":
        data[len(data) // 2] ^= 255
        data[len(data) // 3] ^= 255
    new.write_bytes(
        {"cut": data[: len(data) // 2], "empty": b"", "text": b"hello"}.get(damage, data)
    )
    capsys.readouterr()
    run = training.train(SMALL, TUNES, folder=tmp_path, save_every=3)
    said = told(capsys)
    assert "damaged" in said and "\n" not in said
    assert run.resumed == 6 and equal(run, whole)


def test_when_both_are_damaged_the_run_begins_anew(whole, tmp_path, capsys):
    training.train(SMALL, TUNES, folder=tmp_path, save_every=6)
    for path in tmp_path.iterdir():
        path.write_bytes(b"PK")
    run = training.train(SMALL, TUNES, folder=tmp_path)
    assert run.resumed == 0 and equal(run, whole)


def test_two_files_are_kept_and_no_half_ones(tmp_path):
    training.train(SMALL, TUNES, folder=tmp_path, save_every=2)
    assert [path.name[-11:] for path in sorted(tmp_path.iterdir())] == [
        "0000010.npz",
        "0000012.npz",
    ]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    kept = Checkpoints(tmp_path, {"a": 1})
    kept.save(1, [np.ones(3)], [0.5])

    def no_room(*_, **__):
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", no_room)
    with pytest.raises(OSError, match="no space"):
        kept.save(2, [np.zeros(3)], [0.5, 0.4])
    monkeypatch.undo()
    assert [p.suffix for p in tmp_path.iterdir()] == [".npz"]
    step, (values,), losses = kept.load([(3,)])
    assert step == 1 and values.tolist() == [1, 1, 1] and losses == [0.5]


def test_a_folder_that_is_a_file_is_one_line(tmp_path):
    (tmp_path / "checkpoints").write_text("x")
    with pytest.raises(CheckpointError, match="is a file"):
        training.train(SMALL, TUNES, folder=tmp_path / "checkpoints")


# Settings and losses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"steps": 0}, {"steps": 2.5}, {"batch": True}, {"learning_rate": -1},
               {"clip_norm": 0}, {"carry": 0}, {"seed": -1}, {"units": "many"}],
)  # fmt: skip
def test_bad_settings_are_one_line(change):
    (name,) = change
    with pytest.raises(training.TrainingError, match=name) as error:
        training.Settings(**change)
    assert len(error.value._render_traceback_()) == 1


def test_too_little_text_is_one_line():
    with pytest.raises(training.TrainingError, match="a stretch of 5 windows needs more than 321"):
        training.train(replace(SMALL, window=64), ["AB"])


def test_a_loss_that_is_no_number_stops_the_run():
    def train_step(model, optimizer, inputs, targets, clip_norm):
        return parts.train_step(model, optimizer, inputs, targets, clip_norm) * math.nan

    with pytest.raises(training.TrainingError, match="learning_rate"):
        training.train(SMALL, TUNES, parts=parts.Parts(train_step=train_step))


def test_one_step_is_a_run():
    assert training.train(replace(SMALL, steps=1), TUNES).step == 1


def test_training_learns(whole):
    longer = training.train(replace(SMALL, steps=150, learning_rate=0.02), TUNES, HELD)
    assert longer.bits < whole.bits - 0.5


def test_bits_of_a_model_that_knows_nothing_are_those_of_a_guess(whole):
    for variable in (model := parts.build_model(len(whole.vocabulary), 4, 6)).variables:
        variable.assign(np.zeros(variable.shape))
    bits = training.bits_per_character(model, HELD, whole.vocabulary)
    assert abs(bits - math.log2(len(whole.vocabulary))) < 1e-5


def test_bits_are_the_mean_over_characters_of_tunes_read_alone(whole):
    bits = [training.bits_per_character(whole.model, [t], whole.vocabulary) for t in HELD]
    sizes = [len(t) + 1 for t in HELD]
    together = training.bits_per_character(whole.model, HELD, whole.vocabulary)
    assert abs(together - np.average(bits, weights=sizes)) < 1e-5
    assert together == training.bits_per_character(whole.model, HELD[::-1], whole.vocabulary)
    with pytest.raises(training.TrainingError, match="lacks 'ü'"):
        training.bits_per_character(whole.model, ["ü"], whole.vocabulary)


# Generation --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained():
    return training.train(replace(SMALL, steps=150, learning_rate=0.02), TUNES, HELD)


@pytest.fixture(scope="module")
def writer(trained):
    return generation.Generator(trained.model, trained.vocabulary)


def test_the_same_seed_writes_the_same_tunes(writer, trained):
    first = writer(6, 1.0, seed=3, max_chars=60)
    assert first == writer(6, 1.0, seed=3, max_chars=60)
    assert first == generation.generate(trained.model, trained.vocabulary, 6, 1.0, 3, max_chars=60)
    assert first != writer(6, 1.0, seed=4, max_chars=60)
    assert len(set(first)) > 1


def by_hand(trained, row, n, temperature, seed, limit):
    """The same loop in Python, a character at a time."""
    step = generation.step_by_step(trained.model)
    token, state, text = 0, None, ""
    for t in range(limit):
        logits, state = step(token, state)
        u = generation.uniforms(n, seed, t)[row : row + 1]
        token = int(parts.draw(parts.probabilities(logits, temperature), u)[0])
        if token == 0:
            break
        text += trained.vocabulary[token]
    return text


@pytest.mark.parametrize("temperature", [0.7, 1.0])
def test_the_compiled_loop_writes_what_a_loop_in_python_does(writer, trained, temperature):
    for row, tune in enumerate(writer(4, temperature, seed=9, max_chars=50)):
        assert tune == by_hand(trained, row, 4, temperature, 9, 50)


def test_a_step_at_a_time_gives_the_logits_of_the_whole_window(trained):
    ids = parts.encode("$" + TUNES[0], trained.vocabulary)
    step, state, logits = generation.step_by_step(trained.model), None, []
    for token in ids:
        out, state = step(int(token), state)
        logits.append(np.asarray(out)[0])
    np.testing.assert_allclose(logits, trained.model(ids[None])[0], rtol=1e-4, atol=1e-5)


def test_a_temperature_near_zero_takes_the_likeliest(writer, trained):
    step, token, state, text = generation.step_by_step(trained.model), 0, None, ""
    while len(text) < 40:
        logits, state = step(token, state)
        token = int(np.argmax(logits))
        if token == 0:
            break
        text += trained.vocabulary[token]
    assert writer(3, 1e-4, seed=1, max_chars=40) == [text] * 3


def test_a_high_temperature_writes_every_character_about_as_often(writer, trained):
    text = "".join(writer(100, 1e5, seed=1, max_chars=100))
    counts = np.array([text.count(c) for c in trained.vocabulary[1:]])
    assert counts.min() > 0.7 * counts.mean()


def test_tunes_end_at_the_mark_or_at_the_limit(writer):
    tunes = writer(20, 1.0, seed=2, max_chars=30)
    assert all(len(t) <= 30 and "$" not in t for t in tunes)
    long = writer(20, 1.0, seed=2, max_chars=200)
    assert [t[:30] for t in long] == tunes


def test_stacked_layers_and_lstm_carry_all_their_states(trained):
    import keras

    model = keras.Sequential(
        [keras.layers.Embedding(len(trained.vocabulary), 4),
         keras.layers.LSTM(5, return_sequences=True), keras.layers.Dropout(0.5),
         keras.layers.GRU(3, return_sequences=True), keras.layers.Dense(len(trained.vocabulary))]
    )  # fmt: skip
    ids = parts.encode(TUNES[0], trained.vocabulary)
    whole = np.asarray(model(ids[None], training=False)[0])
    step, state = generation.step_by_step(model), None
    for token, wanted in zip(ids, whole, strict=True):
        logits, state = step(int(token), state)
        np.testing.assert_allclose(np.asarray(logits)[0], wanted, rtol=1e-4, atol=1e-5)
    assert len(generation.generate(model, trained.vocabulary, 2, max_chars=5)) == 2


@pytest.mark.parametrize(
    "change", [{"n": 0}, {"n": 1.5}, {"temperature": 0}, {"temperature": -1},
               {"temperature": math.nan}, {"seed": "x"}, {"max_chars": 0}],
)  # fmt: skip
def test_bad_wishes_are_one_line(change, writer):
    (name,) = change
    with pytest.raises(generation.GenerationError, match=name):
        writer(**change)


def test_models_that_cannot_write_are_refused_in_one_line(trained):
    import keras

    size = len(trained.vocabulary)
    embedding = keras.layers.Embedding(size, 4)
    both = keras.layers.Bidirectional(keras.layers.GRU(3, return_sequences=True))
    for layers, words in (
        ([keras.layers.Dense(3)], "Embedding"),
        ([embedding, keras.layers.Dense(size)], "recurrent"),
        ([keras.layers.Embedding(size, 4), both, keras.layers.Dense(size)], "Bidirectional"),
    ):
        model = keras.Sequential(layers)
        model(np.zeros((1, 3), "int32"))
        with pytest.raises(generation.GenerationError, match=words):
            generation.Generator(model, trained.vocabulary)
    ids = keras.Input((None,), dtype="int32")
    x = keras.layers.Embedding(size, 4)(ids)
    x = x + keras.layers.GRU(4, return_sequences=True)(x)
    branched = keras.Model(ids, keras.layers.Dense(size)(x))
    with pytest.raises(generation.GenerationError, match="layers alone"):
        generation.Generator(branched, trained.vocabulary)
    with pytest.raises(generation.GenerationError, match="knows"):
        generation.Generator(trained.model, [*trained.vocabulary, "€"])


# The sliders -------------------------------------------------------------------------------------


def test_moving_a_slider_writes_another_tune(writer):
    player = TunePlayer(writer, temperature=0.5, seed=1, training=TUNES, max_chars=60)
    bundle = player._repr_mimebundle_()
    assert "temperature 0.5" in bundle["text/html"] and bundle["text/plain"] == repr(player)
    temperature, seed, shown = player.widget.children
    assert shown.value == bundle["text/html"]
    temperature.value = 1.2
    assert "temperature 1.2" in shown.value
    before = shown.value
    seed.value = 7
    assert shown.value != before


def test_a_tune_that_cannot_be_drawn_is_shown_as_text():
    class Writer:
        def __call__(self, *_, **__):
            return ["<b>not a tune"]

    shown = TunePlayer(Writer()).html(0.7, 1)
    assert html.escape("<b>not a tune") in shown and "<b>not" not in shown
