"""Training that can be interrupted, and generation that can be repeated."""

from __future__ import annotations

import errno
import math
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
from seqbook.music import recipe, training
from seqbook.music.checkpoints import CheckpointError, Checkpoints, source
from seqbook.music.recurrent import Carrier

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


def test_a_finished_run_is_read_from_where_nothing_can_be_written(whole, tmp_path, monkeypatch):
    training.train(SMALL, TUNES, folder=tmp_path)

    def read_only(*_):
        raise CheckpointError("read-only")

    monkeypatch.setattr(Checkpoints, "try_to_write", read_only)
    assert equal(training.train(SMALL, TUNES, folder=tmp_path), whole)
    with pytest.raises(CheckpointError, match="read-only"):
        training.train(replace(SMALL, steps=13), TUNES, folder=tmp_path)


def test_a_model_with_dropout_resumes_exactly_too(tmp_path):
    def build(size, embedding, units):
        import keras

        model = keras.Sequential(
            [keras.layers.Embedding(size, embedding), keras.layers.Dropout(0.5),
             keras.layers.LSTM(units, return_sequences=True), keras.layers.Dense(size)]
        )  # fmt: skip
        model.build((None, None))
        return model

    pieces = recipe.Recipe(build_model=build)
    one = training.train(SMALL, TUNES, recipe=pieces)
    with pytest.raises(Stop):
        training.train(SMALL, TUNES, callback=stop_at(8, fail), recipe=pieces, folder=tmp_path,
                       save_every=4)  # fmt: skip
    two = training.train(SMALL, TUNES, recipe=pieces, folder=tmp_path)
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
        return recipe.train_step(model, optimizer, inputs, targets, clip_norm)

    training.train(replace(SMALL, steps=7), TUNES, recipe=recipe.Recipe(train_step=train_step))
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
        return recipe.make_batch(*args)

    other = recipe.Recipe(make_batch=make_batch)
    assert training.train(SMALL, TUNES, recipe=other, folder=tmp_path).resumed == 0
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
    assert "def cross_entropy" in source(recipe.train_step)
    assert "def cross_entropy" not in source(recipe.make_batch)


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
    with pytest.raises(CheckpointError, match=r"step 2 .*no space.*is of step 1"):
        kept.save(2, [np.zeros(3)], [0.5, 0.4])
    monkeypatch.undo()
    assert [p.suffix for p in tmp_path.iterdir()] == [".npz"]
    step, (values,), losses = kept.load([(3,)])
    assert step == 1 and values.tolist() == [1, 1, 1] and losses == [0.5]


def test_a_folder_that_cannot_be_used_is_one_line_before_the_first_step(tmp_path):
    (tmp_path / "file").write_text("x")
    for folder, words in (
        (tmp_path / "file", "File exists"),
        (tmp_path / "file" / "checkpoints", "Not a directory"),
        (tmp_path / ("n" * 5000), "name too long"),
        (str(tmp_path / "a") + "\0", "null byte"),
        ("", "is the name of a folder"),
        (3, "is the name of a folder"),
    ):
        refuse_to_train(folder, words)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def refuse_to_train(folder, words):
    with pytest.raises(CheckpointError, match=words) as error:
        training.train(SMALL, TUNES, callback=lambda run: fail(), folder=folder)
    assert len(error.value._render_traceback_()) == 1 and "\n" not in str(error.value)


def test_a_disk_without_room_is_noticed_before_the_first_step(tmp_path):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        refuse_to_train(tmp_path, "choose another, or train without one, with folder=None")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.iterdir())


def full_from(step, monkeypatch):
    """A callback: from this step on the disk is full."""

    def no_room(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return stop_at(step, lambda: monkeypatch.setattr(np, "savez", no_room))


def test_a_disk_that_fills_up_costs_no_training(whole, tmp_path, monkeypatch, capsys):
    run = training.train(SMALL, TUNES, HELD, full_from(7, monkeypatch), folder=tmp_path,
                         save_every=3)  # fmt: skip
    assert equal(run, whole) and run.bits == whole.bits
    assert told(capsys).splitlines() == [
        f"The checkpoint of step {step} could not be written (No space left on device); "
        "the last one is of step 6."
        for step in (9, 12)
    ]
    monkeypatch.undo()
    assert training.train(SMALL, TUNES, HELD, folder=tmp_path).resumed == 6


def test_stopped_by_hand_with_a_full_disk(tmp_path, monkeypatch, capsys):
    fills = full_from(2, monkeypatch)

    def callback(run):
        fills(run)
        if run.step == 5:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(training.TrainingStopped) as stopped:
        training.train(SMALL, TUNES, callback=callback, folder=tmp_path)
    (said,) = stopped.value._render_traceback_()
    assert "step 5 of 12, not saved: see the line above" in said
    assert "step 5 could not be written (No space left on device); there is none" in told(capsys)


# Settings and losses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"steps": 0}, {"steps": 2.5}, {"batch": True}, {"learning_rate": -1},
               {"clip_norm": 0}, {"clip_norm": math.inf}, {"carry": 0}, {"seed": -1},
               {"units": "many"}],
)  # fmt: skip
def test_bad_settings_are_one_line(change):
    (name,) = change
    with pytest.raises(training.TrainingError, match=name) as error:
        training.Settings(**change)
    assert len(error.value._render_traceback_()) == 1


def test_numpys_numbers_are_settings_too(tmp_path):
    settings = replace(SMALL, steps=np.int64(1), learning_rate=np.float32(0.5))
    assert settings == replace(SMALL, steps=1, learning_rate=0.5) and type(settings.steps) is int
    assert training.train(settings, TUNES, folder=tmp_path).step == 1


@pytest.mark.parametrize("save_every", [0, -5, 2.5])
def test_checkpoints_every_so_many_steps(save_every):
    with pytest.raises(training.TrainingError, match="save_every is a whole number"):
        training.train(SMALL, TUNES, save_every=save_every)


def test_too_little_text_is_one_line():
    with pytest.raises(training.TrainingError, match="a stretch of 5 windows needs more than 321"):
        training.train(replace(SMALL, window=64), ["AB"])


def test_a_loss_that_is_no_number_stops_the_run():
    def train_step(model, optimizer, inputs, targets, clip_norm):
        return recipe.train_step(model, optimizer, inputs, targets, clip_norm) * math.nan

    with pytest.raises(training.TrainingError, match="learning_rate"):
        training.train(SMALL, TUNES, recipe=recipe.Recipe(train_step=train_step))


def test_one_step_is_a_run():
    assert training.train(replace(SMALL, steps=1), TUNES).step == 1


def test_training_learns(whole):
    longer = training.train(replace(SMALL, steps=150, learning_rate=0.02), TUNES, HELD)
    assert longer.bits < whole.bits - 0.5


def test_bits_of_a_model_that_knows_nothing_are_those_of_a_guess(whole):
    for variable in (model := recipe.build_model(len(whole.vocabulary), 4, 6)).variables:
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
