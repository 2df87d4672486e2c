"""The generated data sets: shapes, values, and what the chapters prove with them."""

import numpy as np
import pytest
from seqbook.chapters.perceptron import data


def test_blobs_have_the_promised_shapes_classes_and_middles():
    x, y = data.blobs(2001, spread=0.5, seed=4)
    assert x.shape == (2001, 2) and y.shape == (2001, 1)
    assert x.dtype == y.dtype == np.float32
    assert y.sum() == 1001 and set(np.unique(y)) == {0.0, 1.0}
    for k, middle in enumerate([(-1.0, -0.6), (1.0, 0.6)]):
        # The mean of 1000 points is within 5 standard errors, 5 × 0.5 / √1000.
        np.testing.assert_allclose(x[y[:, 0] == k].mean(0), middle, atol=0.08)
        np.testing.assert_allclose(x[y[:, 0] == k].std(0), 0.5, rtol=0.12)
    assert 400 < y[:1000].sum() < 600, "classes are not mixed"


def test_blobs_repeat_with_the_seed_and_change_with_it():
    np.testing.assert_array_equal(data.blobs(seed=1)[0], data.blobs(seed=1)[0])
    assert not np.array_equal(data.blobs(seed=1)[0], data.blobs(seed=2)[0])
    np.testing.assert_array_equal(
        data.blobs(2, spread=0, centers=((1, 2), (3, 4)))[0].sum(0), [4, 6]
    )


def test_xor_is_one_or_the_other_but_not_both():
    x, y = data.xor()
    assert x.shape == (4, 2) and y.shape == (4, 1) and x.dtype == y.dtype == np.float32
    assert {(*map(int, a), int(b)) for a, (b,) in zip(x, y, strict=True)} == {
        (0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)
    }


def test_the_ten_digits_of_a_seven_segment_display_all_look_different():
    x, y = data.seven_segments()
    assert x.shape == (10, 7) and x.dtype == np.float32 and y.tolist() == list(range(10))
    assert len({tuple(row) for row in x}) == 10
    # What everybody knows of such a display: how many lamps each digit lights, and that 7 is
    # 1 with the top, 0 is 8 without the middle, 6 and 9 are 8 without one upright.
    assert x.sum(1).tolist() == [6, 2, 5, 5, 4, 5, 6, 3, 7, 6]
    top, upper_right, _, _, lower_left, _, middle = np.eye(7)
    np.testing.assert_array_equal(x[7] - x[1], top)
    np.testing.assert_array_equal(x[8] - x[0], middle)
    np.testing.assert_array_equal(x[8] - x[6], upper_right)
    np.testing.assert_array_equal(x[8] - x[9], lower_left)


@pytest.mark.parametrize("p", [0.0, 0.3, 0.5, 1.0])
def test_flips_come_up_1_as_often_as_asked(p):
    stream = data.flips(20_000, p=p, seed=5)
    assert stream.shape == (20_000,) and stream.dtype == np.float32
    assert set(np.unique(stream)) <= {0.0, 1.0}
    assert stream.mean() == pytest.approx(p, abs=0.02)


@pytest.mark.parametrize("stay", [0.0, 0.5, 0.9, 1.0])
def test_flips_stay_as_often_as_asked(stay):
    stream = data.flips(20_000, stay=stay, seed=6)
    assert (stream[1:] == stream[:-1]).mean() == pytest.approx(stay, abs=0.02)
    assert set(np.unique(stream)) <= {0.0, 1.0}


def test_the_first_symbol_of_a_sticky_stream_follows_p():
    first = [data.flips(1, p=0.2, stay=0.9, seed=s)[0] for s in range(1000)]
    assert np.mean(first) == pytest.approx(0.2, abs=0.07)


def test_windows_are_neighbors_in_order():
    got = data.windows(np.arange(6.0), 3)
    np.testing.assert_array_equal(got, [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]])
    got[0, 0] = 9  # a copy, which may be written to
    np.testing.assert_array_equal(data.windows([7], 1), [[7]])


def test_all_windows_holds_each_once():
    for size in (1, 2, 6):
        rows = data.all_windows(size)
        assert rows.shape == (2**size, size) and rows.dtype == np.float32
        assert len({tuple(r) for r in rows}) == 2**size
    np.testing.assert_array_equal(data.all_windows(2), [[0, 0], [0, 1], [1, 0], [1, 1]])


def test_no_function_of_the_newest_symbol_beats_chance_on_the_one_before():
    """The bound of the chapter, for all four functions that there are."""
    pairs = data.all_windows(2)
    for on_zero in (0, 1):
        for on_one in (0, 1):
            answer = np.where(pairs[:, 1] == 1, on_one, on_zero)
            assert (answer == pairs[:, 0]).mean() == 0.5
