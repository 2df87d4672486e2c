"""Clips whose frames say nothing, the networks over time, and the study of the chapter on video."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from seqbook.chapters.video import data, figures, taught

BLIND = ("mean of frames", "no positions")
SEES_ORDER = ("GRU", "temporal CNN", "transformer")


def places(clips: np.ndarray) -> np.ndarray:
    """The center of the shape on the wallpaper as angles: (clips, time, 2), across and down."""
    ink = np.clip(clips[..., 0], 0.5, 1) - 0.5
    turn = np.exp(2j * np.pi * np.arange(data.SIZE) / data.SIZE)
    return np.angle(np.stack([ink.sum(2) @ turn, ink.sum(3) @ turn], axis=-1))


def pixels(angle: np.ndarray) -> np.ndarray:
    return (angle + np.pi) % (2 * np.pi) * data.SIZE / (2 * np.pi) - data.SIZE / 2


def test_a_clip_moves_in_its_direction_at_a_constant_speed():
    clips, labels = data.clips(60, seed=4)
    assert clips.shape == (60, 8, 24, 24, 1) and clips.dtype == np.float32
    assert set(labels) == set(range(8)) and labels.dtype == np.int32
    moves = pixels(np.diff(places(clips), axis=1)).mean(axis=1)
    speed = np.hypot(*moves.T)
    assert speed.min() > 0.9 and speed.max() < 2.1
    np.testing.assert_allclose(moves / speed[:, None], data.STEPS[labels], atol=0.12)


def test_names_and_steps_agree():
    steps = dict(zip(data.NAMES, data.STEPS.round(1).tolist(), strict=True))
    assert steps["→"] == [1, 0] and steps["↑"] == [0, -1] and steps["↙"] == [-0.7, 0.7]


def gives_away(clips: np.ndarray, labels: np.ndarray, frame: int) -> float:
    """How far the places of a direction are from uniform: 0, or 1 if all are the same."""
    turned = np.exp(1j * places(clips)[:, frame])
    return max(np.abs(turned[labels == d].mean(axis=0)).max() for d in range(8))


@pytest.mark.parametrize("frame", [0, 4, 7])
def test_a_single_frame_has_the_same_places_for_all_directions(frame):
    assert gives_away(*data.clips(3000, seed=0), frame) < 0.2


def test_a_shape_that_stays_inside_gives_its_direction_away():
    clips, labels = data.clips(3000, seed=0, inside=True)
    assert gives_away(clips, labels, 7) > 0.4
    for axis in (2, 3):  # never cut in two: not at both of two opposite edges
        edges = np.take(clips, [0, -1], axis=axis).max(axis=5 - axis) > 0.5
        assert not edges.all(axis=2).any()


def test_the_test_set_holds_each_clip_backward_in_the_opposite_direction():
    clips, labels = data.forward_and_backward(20, seed=1)
    np.testing.assert_array_equal(clips[20:], clips[:20, ::-1])
    np.testing.assert_allclose(data.STEPS[labels[20:]], -data.STEPS[labels[:20]], atol=1e-12)


def test_no_clips_is_told():
    with pytest.raises(ValueError, match="a clip and a frame; got 0 and 8"):
        data.clips(0, seed=0)


def test_every_frame_goes_through_the_same_network():
    keras.utils.set_random_seed(0)
    network = taught.frame_cnn()
    clips, _ = data.clips(3, seed=0)
    vectors = taught.EachFrame(network)(clips)
    assert vectors.shape == (3, 8, 48)
    for t in range(8):
        np.testing.assert_allclose(vectors[:, t], network(clips[:, t]), atol=1e-5)


@pytest.mark.parametrize("kind", taught.KINDS[3:])
def test_which_networks_see_the_order_of_the_frames(kind):
    keras.utils.set_random_seed(0)
    model = taught.make_model(kind)
    clips, _ = data.clips(20, seed=2)
    mixed = taught.shuffled(clips, seed=0)
    np.testing.assert_allclose(np.sort(clips, 1), np.sort(mixed, 1))
    apart = np.abs(model(clips) - model(mixed)).max()
    assert (apart < 1e-4) == (kind in BLIND)
    assert apart < 1e-4 or apart > 1e-3


@pytest.mark.parametrize("frame, place", [("first", 0), ("middle", 4), ("last", 7)])
def test_a_single_frame_is_all_that_these_networks_see(frame, place):
    keras.utils.set_random_seed(0)
    model = taught.make_model(f"{frame} frame")
    clips, _ = data.clips(4, seed=2)
    other = np.zeros_like(clips)
    other[:, place] = clips[:, place]
    np.testing.assert_allclose(model(clips), model(other), atol=1e-6)


def test_the_study_has_every_model_and_seed_and_no_blind_one_passes_the_ceiling():
    path = Path(taught.__file__).with_name("study.json")
    study = json.loads(path.read_text(encoding="utf-8"))
    runs = {(run["model"], run["seed"]): run for run in study}
    assert set(runs) == {(kind, seed) for kind in taught.KINDS for seed in range(3)}
    for (kind, _), run in runs.items():
        if kind in BLIND:
            assert run["accuracy"] < 0.51 and run["same_when_backward"] > 0.99
        elif kind in SEES_ORDER:
            assert run["accuracy"] > 0.95 and run["opposite_when_backward"] > 0.9
        else:
            assert abs(run["accuracy"] - 1 / 8) < 0.05


def test_the_figures_can_be_drawn():
    clips, labels = data.clips(8, seed=0)
    labels = np.arange(8)
    figures.single_frames(clips, 4)
    figures.strips(clips[:2], ["→", "↑"])
    figures.confusion(labels, {"one": labels, "two": labels[::-1]})
    shares = plt.gcf().axes[0].images[0].get_array()
    assert (np.diag(shares) == 1).all() and shares.sum() == 8
    axes = figures.accuracies([{"model": "GRU", "seed": 0, "accuracy": 0.9}])
    assert axes.lines[0].get_xdata()[0] == 0.9
    plt.close("all")
