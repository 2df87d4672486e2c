"""The figures of the chapter on encoders and decoders: what is drawn, not how it looks."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from seqbook.chapters.seq2seq import figures as seq2seq


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def texts(ax):
    return [t.get_text() for t in ax.texts if t.get_text()]


def test_each_word_written_goes_in_again_one_step_later():
    ax = seq2seq.one_vector(["a", "red", "hat"], ["un", "chapeau"])
    assert texts(ax) == ["a", "red", "hat", "one vector", "<start>", "un", "un", "chapeau",
                         "chapeau", "<end>", "encoder", "decoder"]


def test_the_words_between_cue_and_blank_are_counted():
    ax = seq2seq.cue_and_blank([(["the", "clouds", "are", "in", "the"], 1), (["France", "is"], 0)])
    assert "3 words between" in texts(ax) and "1 words between" in texts(ax)
    assert texts(ax).count("▢") == 2 and len(ax.patches) == 2


def test_accuracy_draws_every_point_in_order():
    ax = seq2seq.accuracy({"GRU": {10: 0.5, 3: 1.0}, "LSTM": {3: 0.9}}, xlabel="gap", chance=0.1)
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[3, 1.0], [10, 0.5]])
    np.testing.assert_allclose(ax.lines[1].get_xydata(), [[3, 0.9]])
    assert [t.get_text() for t in ax.get_xticklabels()] == ["3", "10"]
    assert ax.get_legend_handles_labels()[1] == ["GRU", "LSTM", "chance"]


def test_times_are_milliseconds():
    ax = seq2seq.times({"GRU": {128: 0.01, 256: 0.02}})
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[128, 10], [256, 20]])
    assert ax.get_xscale() == ax.get_yscale() == "log"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: seq2seq.one_vector([], ["un"]), "at least one word"),
        (lambda: seq2seq.cue_and_blank([]), "no sentence"),
        (lambda: seq2seq.cue_and_blank([(["a"], 1)]), "a cue at 1"),
        (lambda: seq2seq.accuracy({}, xlabel="x"), "at least one curve"),
        (lambda: seq2seq.accuracy({"GRU": {}}, xlabel="x"), "at least one point"),
        (lambda: seq2seq.times({}), "at least one layer"),
        (lambda: seq2seq.times({"GRU": {1: 0.0}}), "above 0"),
    ],
)
def test_bad_input_is_named_in_one_line(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
