"""The rule of the generated families: partners, rings, and letters that follow the rule."""

from __future__ import annotations

import numpy as np
from seqbook.chapters.proteins import families


def test_every_letter_has_one_class_and_partners_are_mutual():
    assert "".join(sorted("".join(families.CLASSES.values()))) == families.AMINO
    assert all(families.PARTNER[families.PARTNER[name]] == name for name in families.CLASSES)
    likes = families.likes()
    np.testing.assert_array_equal(likes, likes.T)
    place = families.AMINO.index
    assert likes[place("K"), place("D")] == likes[place("C"), place("C")] == 1
    assert likes[place("K"), place("K")] == likes[place("K"), place("F")] == 0


def test_rings_give_each_position_two_contacts_of_one_strength():
    strength = families.rings(9, 5, seed=0, bonds=(2.0, 1.0))
    np.testing.assert_array_equal(strength, strength.T)
    assert (np.count_nonzero(strength, axis=1) == 2).all()
    assert np.count_nonzero(strength == 2.0) == 2 * 5 * 4
    contacts = strength > 0
    across = (contacts @ contacts).astype(bool) & ~np.eye(36, dtype=bool)
    assert not (across & contacts).any()
    assert (across.sum(axis=1) == 1).all()  # the position on the other side of the ring


def test_a_conditional_by_hand():
    strength = np.array([[0.0, 2.0], [2.0, 0.0]])
    x = np.array([[0, families.AMINO.index("D")]])
    p = families.conditional(x, 0, strength, np.zeros((2, 20)))[0]
    e = np.exp(2.0)  # three letters are liked by D, seventeen are not
    np.testing.assert_allclose(p.sum(), 1)
    np.testing.assert_allclose(p[families.AMINO.index("K")], e / (3 * e + 17))
    np.testing.assert_allclose(p[families.AMINO.index("A")], 1 / (3 * e + 17))


def test_a_family_follows_its_rule():
    """Two positions: the exact joint distribution against counted pairs."""
    strength = np.array([[0.0, 1.5], [1.5, 0.0]])
    taste = np.random.default_rng(0).normal(0, 0.5, (2, 20))
    z = taste[0][:, None] + taste[1] + 1.5 * families.likes()
    exact = np.exp(z) / np.exp(z).sum()
    x = families.family(20_000, strength, taste, seed=1)
    counted = np.zeros((20, 20))
    np.add.at(counted, (x[:, 0], x[:, 1]), 1 / len(x))
    deviation = np.sqrt(exact.max() / len(x))  # of the likeliest pair's share, at the most
    assert np.abs(counted - exact).max() < 6 * deviation < 0.01
    partners = families.likes() > 0
    assert abs(counted[partners].sum() - exact[partners].sum()) < 0.03


def test_equal_seeds_give_equal_families():
    strength = families.rings(2, 1, seed=3, bonds=(2.0, 1.0))
    taste = np.zeros((8, 20))
    first, second, other = (families.family(50, strength, taste, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()
    assert first.shape == (50, 8) and first.min() >= 0 and first.max() < 20
