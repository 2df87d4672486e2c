"""Packing lists in two languages: the rule, the encoding, and what a chapter relies on."""

import numpy as np
import pytest
from seqbook.chapters.seq2seq import translation
from seqbook.chapters.seq2seq.translation import SOURCE, TARGET


def french(text: str) -> list[str]:
    return translation.translate(text.split())


@pytest.mark.parametrize(
    ("english", "expected"),
    [
        ("a white shirt", "une chemise blanche"),
        ("two green coats", "deux manteaux verts"),
        ("six gray hats and a gray hat", "six chapeaux gris et un chapeau gris"),
        ("a red dress , four blue bags and three black shoes",
         "une robe rouge , quatre sacs bleus et trois chaussures noires"),
    ],
)
def test_the_rule_on_lists_translated_by_hand(english, expected):
    assert " ".join(french(english)) == expected


def test_pairs_obey_the_rule_and_have_the_promised_lengths():
    for things in (1, 2, 5):
        for pair in translation.pairs(50, things, seed=3):
            assert len(pair.english) == len(pair.french) == 4 * things - 1
            assert translation.translate(pair.english) == pair.french
            assert set(pair.english) <= set(SOURCE) and set(pair.french) <= set(TARGET)


def test_lengths_and_words_are_uniform():
    made = translation.pairs(6000, (1, 2, 3), seed=4)
    counts = np.bincount([len(p.english) // 4 + 1 for p in made])[1:]
    # 2000 each; five standard deviations are 183.
    np.testing.assert_allclose(counts, 2000, atol=190)
    numbers = [p.english[0] for p in made]
    for number in translation.NUMBERS:
        assert abs(numbers.count(number) - 1000) < 150
    colors = [p.english[1] for p in made]
    for color in translation.COLORS:
        assert abs(colors.count(color) - 6000 / 7) < 140


def test_the_same_seed_gives_the_same_pairs_and_a_generator_goes_on():
    assert translation.pairs(5, seed=1) == translation.pairs(5, seed=1)
    rng = np.random.default_rng(1)
    assert translation.pairs(5, seed=rng) != translation.pairs(5, seed=rng)


def test_vocabularies_begin_with_the_marks_and_hold_each_word_once():
    assert SOURCE[0] == TARGET[0] == "<pad>" and TARGET[1:3] == ["<start>", "<end>"]
    assert len(SOURCE) == len(set(SOURCE)) == 40
    assert len(TARGET) == len(set(TARGET)) == 59


def test_encode_and_decode_are_inverse():
    made = translation.pairs(40, seed=5)
    for words, vocabulary, ends in [
        ([p.english for p in made], SOURCE, False), ([p.french for p in made], TARGET, True)
    ]:
        ids = translation.encode(words, vocabulary, ends=ends)
        assert ids.dtype == np.int32
        assert ids.shape == (40, max(map(len, words)) + 2 * ends)
        assert [translation.decode(row, vocabulary) for row in ids] == words


def test_start_stands_first_and_end_right_after_the_last_word():
    ids = translation.encode([["un", "et"], ["un"]], TARGET, ends=True)
    assert [[TARGET[i] for i in row] for row in ids] == [
        ["<start>", "un", "et", "<end>"], ["<start>", "un", "<end>", "<pad>"]
    ]


def test_what_comes_after_the_end_is_not_decoded():
    ids = [TARGET.index(w) for w in ("<start>", "un", "<end>", "et", "<end>")]
    assert translation.decode(ids, TARGET) == ["un"]


def test_cut_takes_a_list_apart_and_nothing_is_lost():
    text = "a red hat , two gray bags and six blue socks"
    words = text.split(" ")
    things, joints = translation.cut(words)
    assert [len(t) for t in things] == [3, 3, 3] and joints == [",", "and"]
    assert [*things[0], ",", *things[1], "and", *things[2]] == words
    assert translation.cut(words[:3]) == ([words[:3]], [])


def test_a_first_word_can_depend_on_the_last_one():
    one = {noun: translation.translate(["a", "red", noun])[0] for noun in translation.NOUNS}
    assert sorted(one.values()).count("un") == sorted(one.values()).count("une") == 6


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: translation.translate([]), "no packing list"),
        (lambda: french("a red"), "no packing list"),
        (lambda: french("a red hat ,"), "no packing list"),
        (lambda: french("a red hat two"), "no packing list"),
        (lambda: french("a red hat or a red bag"), "no packing list"),
        (lambda: french("a red hats"), "do not agree"),
        (lambda: french("two red hat"), "do not agree"),
        (lambda: translation.encode([["pink"]], SOURCE), "'pink'"),
    ],
)
def test_bad_input_is_named_in_one_line(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
