"""The sprites keep their rule, and `kept` sees when one does not."""

from __future__ import annotations

import numpy as np
import pytest
from seqbook.chapters.guided_diffusion.data import (
    NAMES,
    PALETTE,
    colors_of,
    kept,
    sprites,
    store,
    stored,
)


def test_sprites_keep_their_rule_and_differ():
    images, labels = sprites(500)
    assert images.shape == (500, 8, 8, 3) and images.dtype == np.float32
    assert images.min() >= -1 and images.max() <= 1
    assert set(labels) == set(range(len(NAMES)))
    assert kept(images) == {"pairs": 1, "symmetric": 1, "eyes": 1, "one color": 1}
    found = colors_of(images)
    assert all(set(np.unique(f)) == {0, k + 1} for f, k in zip(found, labels, strict=True))
    assert len({f.tobytes() for f in found > 0}) > 450
    again, _ = sprites(500)
    other, _ = sprites(500, seed=1)
    np.testing.assert_array_equal(images, again)
    assert not np.array_equal(images, other)


def test_a_broken_rule_is_seen():
    images, labels = sprites(100)
    one = images.copy()
    one[:, 0, 0] = PALETTE[(labels + 1) * (colors_of(images)[:, 0, 0] == 0)]  # one pixel turned
    assert kept(one)["symmetric"] == 0
    assert kept(one)["pairs"] == pytest.approx(31 / 32)
    blind = images.copy()
    blind[:, 3, 2] = PALETTE[1]
    assert kept(blind)["eyes"] == 0
    patched = images.copy()
    patched[:50, 4, 3:5] = PALETTE[1 + (labels[:50, None] + 1) % 4]
    assert kept(patched)["one color"] == 0.5
    noise = np.random.default_rng(0).normal(size=(200, 8, 8, 3))
    assert kept(noise)["symmetric"] == 0 and kept(noise)["pairs"] < 0.4


def test_light_noise_does_not_matter():
    images, _ = sprites(50)
    noise = np.random.default_rng(1).normal(scale=0.1, size=images.shape)
    assert kept(images + noise)["symmetric"] == 1


def test_a_number_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        sprites(0)


def test_weights_survive_eight_bits(tmp_path):
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape) for shape in [(3, 3, 2, 4), (4,), (8, 5), (5,)]]
    weights[2][:, 1] = 0  # a column of zeros
    store(weights, tmp_path / "w.npz")
    again = stored(tmp_path / "w.npz")
    assert [w.shape for w in again] == [w.shape for w in weights]
    for old, new in zip(weights, again, strict=True):
        columns = np.abs(old).max(axis=tuple(range(old.ndim - 1)))
        assert (np.abs(old - new) <= columns / 250 + 1e-6).all()
