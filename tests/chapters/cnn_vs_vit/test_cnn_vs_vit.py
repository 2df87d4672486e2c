"""What the chapter on convolution against patches does to images, and what its study says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from seqbook.chapters.cnn_vs_vit import taught
from seqbook.chapters.vit.taught import cut

STUDY = json.loads(Path(taught.__file__).with_name("study.json").read_text(encoding="utf-8"))


def test_moved_by_hand():
    image = np.arange(1.0, 7.0).reshape(1, 2, 3, 1)
    np.testing.assert_array_equal(taught.moved(image, 1)[0, ..., 0], [[0, 1, 2], [0, 4, 5]])
    np.testing.assert_array_equal(taught.moved(image, -2)[0, ..., 0], [[3, 0, 0], [6, 0, 0]])
    np.testing.assert_array_equal(taught.moved(image, 0), image)


@pytest.mark.parametrize("what", ["pixels", "patches"])
def test_an_order_has_every_pixel_once_and_is_the_same_each_time(what):
    order = taught.new_order(what)
    assert sorted(order) == list(range(64)) and list(order) != list(range(64))
    np.testing.assert_array_equal(order, taught.new_order(what))


def test_shuffled_patches_are_whole_and_shuffled_pixels_are_not():
    images = np.arange(128.0).reshape(2, 8, 8, 1)

    def patches(some):
        return {tuple(patch) for patch in cut(some, 2).numpy().reshape(-1, 4)}

    for what, whole in (("patches", True), ("pixels", False)):
        changed = taught.rearranged(images, taught.new_order(what))
        assert changed.shape == images.shape
        assert (patches(changed) == patches(images)) is whole


@pytest.mark.parametrize("network", ["CNN", "ViT"])
def test_the_networks_are_those_of_the_study(network):
    runs = [run for run in STUDY if run["model"].startswith(network)]
    assert {run["parameters"] for run in runs} == {taught.make(network).count_params()}


def test_the_study_is_whole():
    kinds = {f"{network} {rest}" for network in taught.RATES
             for rest in ("100", "300", "1400", "300 patches", "300 pixels")}  # fmt: skip
    found = {(run["model"], run["seed"]) for run in STUDY}
    assert found == {(kind, seed) for kind in kinds for seed in range(3)}
    assert len(STUDY) == 30
    for run in STUDY:
        assert 0.1 < run["accuracy"] <= 1
        assert ("moved_1" in run) is (len(run["model"].split()) == 2)
