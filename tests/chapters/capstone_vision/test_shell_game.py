"""The shell game: its rules hold in the films, and its scoreboard takes any answer."""

from __future__ import annotations

import re

import numpy as np
import pytest
from seqbook.chapters.capstone_vision import data
from seqbook.chapters.capstone_vision.scoreboard import TESTS, Scoreboard

SWAPPED = {0: {1: 0, 0: 1, 2: 2}, 1: {0: 0, 1: 2, 2: 1}, 2: {0: 2, 2: 0, 1: 1}}


def clean(n: int, swaps: int, seed: int = 0) -> data.Games:
    return data.games(n, swaps, noise=0.0, seed=seed)


def move_in(frame: np.ndarray) -> int | None:
    """Which pair of places moves in a frame without noise, read off its pixels alone."""
    empty = [frame[7:10, place * 8 + 2 : place * 8 + 6].sum() == 0 for place in range(3)]
    passing = frame[1].any() and frame[14].any()
    if not passing:
        return None
    # In the swap of the outer cups, the passing ones hide the middle, which stays.
    return {(True, True, False): 0, (False, True, True): 1, (True, False, True): 2}[tuple(empty)]


def test_shapes_and_types():
    played = data.games(5, 4, seed=1)
    assert played.films.shape == (5, 5, 16, 24, 1) and played.films.dtype == np.float32
    assert played.where.shape == (5, 5) and set(np.unique(played.where)) <= {0, 1, 2}


def test_the_ball_lies_where_the_first_frame_shows_it():
    played = clean(60, 0)
    ball = played.films[:, 0, 10:13, :, 0].sum(axis=1).argmax(axis=1) // 8
    assert np.array_equal(ball, played.where[:, 0])


def test_every_frame_shows_the_swap_that_moves_the_ball():
    played = clean(100, 6, seed=2)
    for film, where in zip(played.films[..., 0], played.where, strict=True):
        for t in range(1, 7):
            move = move_in(film[t])
            expected = where[t - 1] if move is None else SWAPPED[move][where[t - 1]]
            assert where[t] == expected


def test_later_frames_do_not_show_the_ball():
    played = clean(50, 8)
    assert played.films[:, 1:].max() < 0.7 < played.films[:, 0].max()


def test_a_seed_gives_the_same_games():
    one, two = data.games(3, 8, seed=4), data.games(3, 8, seed=4)
    assert np.array_equal(one.films, two.films)
    assert not np.array_equal(one.films, data.games(3, 8, seed=5).films)


@pytest.mark.parametrize("n, swaps", [(0, 8), (3, -1)])
def test_impossible_games_are_refused(n, swaps):
    with pytest.raises(ValueError, match=r"n is at least 1"):
        data.games(n, swaps)


def cheat(films: np.ndarray) -> np.ndarray:
    """Always the left place."""
    return np.eye(3)[np.zeros(len(films), int)]


@pytest.fixture(scope="module")
def board() -> Scoreboard:
    return Scoreboard()


def test_a_constant_answer_is_right_a_third_of_the_time(board, capsys):
    board.add("left", cheat)
    assert list(board.rows["left"]) == list(TESTS)
    assert all(0.25 < score < 0.42 for score in board.rows["left"].values())
    assert "left" in capsys.readouterr().out


def test_answers_after_every_frame_count_at_the_last(board):
    def every(films):
        return np.repeat(cheat(films)[:, None], films.shape[1], axis=1)

    board.add("every", every)
    assert board.rows["every"] == board.rows["left"]


def test_a_model_that_cannot_read_long_films_gets_a_dash(board, capsys):
    def short(films):
        if films.shape[1] > 9:
            raise ValueError("only nine frames\nand a second line")
        return cheat(films)

    board.add("short", short)
    said = capsys.readouterr().out
    assert "–" in said and "second line" not in said
    assert "'short', 16 swaps, 32 swaps: ValueError: only nine frames" in said


@pytest.mark.parametrize(
    "model, says",
    [
        (lambda films: np.zeros((len(films), 4)), r"it should be \(n, 3\)"),
        (lambda films: np.full((len(films), 3), np.nan), "not finite"),
        ("gru", "a model is a function of films"),
        (lambda films: None, "no array of logits, but NoneType"),
    ],
)
def test_what_cannot_be_scored_gets_one_line_and_no_row(board, capsys, model, says):
    before = dict(board.rows)
    board.add("odd", model)
    said = capsys.readouterr().out
    assert board.rows == before and "Traceback" not in said
    assert re.search(says, said)


def test_a_name_that_is_used_again_is_replaced(board, capsys):
    board.add("left", cheat)
    assert len([name for name in board.rows if name == "left"]) == 1
    assert capsys.readouterr().out.count("left") == 1
