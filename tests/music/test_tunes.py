"""The real tunes, and the quality that a model's tunes are held against."""

import random
import re

import pytest
from seqbook import music
from seqbook.music import abc, corpus
from seqbook.music.quality import phrases

COUNTS = {"oneill": 1961, "ryan": 1018, "aird": 1150}


@pytest.fixture(scope="module")
def tunes():
    return music.load_tunes()


# --- loading and cleaning ------------------------------------------------------------------------


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name):
    assert len(music.load_tunes(name)) == COUNTS[name]


def test_oneill_and_ryan_together(tunes):
    assert len(tunes) == COUNTS["oneill"] + COUNTS["ryan"] == 2979
    assert sum(map(len, tunes)) == 716_259
    assert tunes == music.load_tunes(["oneill", "ryan"])
    every = music.load_tunes(["oneill", "ryan", "aird"])
    assert len(every) == 4129 and every[: len(tunes)] == tunes


def test_every_tune_is_clean(tunes):
    header = re.compile(r"M:\S+\nL:1/\d+\nK:[A-G][#b]?(m|[a-z]{3})?\n")
    for tune in tunes:
        assert header.match(tune), tune
        assert 80 <= len(tune) <= 1200 and tune == tune.strip() and "\n\n" not in tune
        assert not re.search(r'["!%~\t]', tune)
    bodies = [re.sub(r"\s", "", tune) for tune in tunes]
    assert len(set(bodies)) == len(bodies)
    # a small vocabulary: what a model has to learn to write
    assert len(set("".join(tunes))) <= 60


def test_only_bars_are_wrong_in_real_tunes(tunes):
    kinds = {problem.kind for tune in tunes[::3] for problem in music.validate(tune).errors}
    assert kinds <= {"bar"}


@pytest.mark.parametrize(("name", "low", "high"), [("oneill", 0.84, 0.88), ("ryan", 0.91, 0.95),
                                                   ("aird", 0.95, 0.98)])  # fmt: skip
def test_share_of_real_tunes_with_every_bar_right(name, low, high):
    found = music.quality(music.load_tunes(name)[::4])
    assert low - 0.02 <= found.all_bars_ok <= high + 0.02
    assert found.bars_ok > 0.97 and found.in_key > 0.97 and 0.6 < found.ends_home < 0.99
    assert abs(found.valid - found.all_bars_ok) < 0.03


def test_limits_of_length():
    short = music.load_tunes("ryan", max_chars=200)
    assert short and all(80 <= len(tune) <= 200 for tune in short)
    assert not music.load_tunes("ryan", min_chars=5000, max_chars=6000)


def test_unknown_collection_names_those_that_exist():
    with pytest.raises(music.ArgumentError, match=r"no collection 'bach'.*'oneill'"):
        music.load_tunes("bach")
    assert list(corpus.COLLECTIONS) == list(COUNTS)


def test_without_music21_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setattr(corpus, "find_spec", lambda name: None)
    with pytest.raises(music.MusicError, match="pip install music21"):
        music.load_tunes()


RAW = """X:17
T:A Tune
C:Trad.
M:4/4
L:1/8
Q:1/4=100
K:E Minor % a comment
"Em"~E2 .B{c}B !trill!AGE2|x2 (EG/2A/2) B2 u`B2|
w: la la la
[M:2/2] e2 e2 {d}e4:||:e8 \\
|[1 B8 :||[2 E8 |]
"""


def test_cleaning():
    assert corpus.clean(RAW) == (
        "M:4/4\nL:1/8\nK:Em\nE2 B{c}B AGE2|z2 (EG/A/) B2 B2|\n[M:2/2] e2 e2 {d}e4::e8\n"
        "|1 B8 :|2 E8 |]"
    )


@pytest.mark.parametrize(
    ("damage", "by"),
    [("K:E Minor", "T:no key"), ("K:E Minor", "K:H"), ("M:4/4", "T:no meter"),
     ("w: la", "V:2"), ("B8 :|", "B8 |"), ("x2", "{x2")],
)  # fmt: skip
def test_a_tune_that_cannot_be_mended_is_dropped(damage, by):
    raw = "X:1\nM:4/4\nL:1/8\nK:E Minor\n|:x2 BB AGEG|\nw: la\n|1 B8 :|2 E8|]\n"
    assert corpus.clean(raw) is not None
    assert corpus.clean(raw.replace(damage, by)) is None


def test_half_a_slur_is_taken_out():
    raw = "X:1\nM:4/4\nL:1/8\nK:D\nD(EFG ABcd|d4)) e4|]"
    assert corpus.clean(raw) == "M:4/4\nL:1/8\nK:D\nD(EFG ABcd|d4) e4|]"


# --- quality -------------------------------------------------------------------------------------

GOOD = "M:4/4\nL:1/8\nK:D\nDEFG ABcd|edcB AGFE|D8|]"
LONG_BAR = "M:4/4\nL:1/8\nK:D\nDEFG ABcde|edcB AGFE|D8|]"
OFF_KEY = "M:4/4\nL:1/8\nK:D\n=FGFG ABcd|edcB AGFE|^D8|]"


def test_quality_counted_by_hand():
    found = music.quality([GOOD, LONG_BAR])
    assert found.tunes == 2
    assert found.valid == found.all_bars_ok == 0.5 and found.bars_ok == 5 / 6
    assert found.in_key == 1 and found.ends_home == 1
    assert found.rendered is None and found.copied is None and found.nearest == ()


def test_key_consistency_counted_by_hand():
    # 17 notes; both F and the last D are altered: =F holds for the second F of its bar too
    found = music.quality([OFF_KEY])
    assert found.in_key == 14 / 17
    assert found.ends_home == 0  # D sharp is not the keynote of D
    # the same notes in the key they belong to
    assert music.quality(["M:4/4\nL:1/8\nK:F\nFGAB cdef|fedc BAGF|F8|]"]).in_key == 1
    assert music.quality(["M:4/4\nL:1/8\nK:C\nFGA_B cdef|fedc _BAGF|F8|]"]).in_key == 15 / 17


@pytest.mark.parametrize(
    ("key", "last", "home"),
    [("D", "D", True), ("D", "d'", True), ("D", "A", False), ("Ador", "A", True), ("Bb", "B", True),
     ("Bb", "=B", False), ("Em", "G", False), ("F#m", "F,", True)],
)  # fmt: skip
def test_ends_on_the_keynote(key, last, home):
    tune = f"M:4/4\nL:1/8\nK:{key}\nDEFG ABcd|edcB AGFE|{last}8|]"
    assert music.quality([tune]).ends_home == home
    # the last key counts
    assert music.quality([tune.replace("edcB", "[K:C]edcB")]).ends_home == (last[0] in "Cc")


def test_quality_of_nothing_like_a_tune():
    found = music.quality(["", "???", "\0" * 50])
    assert found.valid == found.bars_ok == found.all_bars_ok == found.in_key == found.ends_home == 0
    with pytest.raises(music.MusicError, match="no tune to measure"):
        music.quality([])
    with pytest.raises(music.NotATuneError, match="not int"):
        music.quality([GOOD, 3])


def test_quality_shows_itself(tunes):
    found = music.quality(tunes[:4], tunes[:50])
    text, html = repr(found), found._repr_html_()
    assert text.startswith("Quality of 4 tunes\n") and "copied from a training tune" in text
    assert html.count("<tr>") == len(found.rows()) == len(text.splitlines()) - 1
    assert 'scope="row"' in html and "<caption>" in html


# --- memorization --------------------------------------------------------------------------------


def random_tune(seed: int, bars: int = 8) -> str:
    rng = random.Random(seed)
    body = "|".join("".join(rng.choices("DEFGABcdefg", k=8)) for _ in range(bars))
    return f"M:4/4\nL:1/8\nK:D\n{body}|]"


TRAINING = [random_tune(seed) for seed in range(40)]


def transposed(tune: str, steps: int) -> str:
    scale = ["B,", *"CDEFGABcdefgab", "c'", "d'"]
    header, body = tune.rsplit("\n", 1)
    return header + "\n" + "".join(scale[scale.index(c) + steps] if c in scale else c for c in body)


def test_a_copy_is_found():
    found = music.nearest_tune(TRAINING[17], TRAINING)
    assert (found.index, found.similarity) == (17, 1.0)


@pytest.mark.parametrize("steps", [-1, 1, 3])
def test_a_copy_in_another_key_is_found(steps):
    assert music.nearest_tune(transposed(TRAINING[5], steps), TRAINING) == (5, 1.0)


def test_a_copy_in_another_rhythm_is_found():
    dressed = TRAINING[8].replace("L:1/8", "L:1/16").replace("D", "{A}D2").replace("|", "||")
    assert music.nearest_tune(dressed, TRAINING) == (8, 1.0)


def test_half_a_copy_is_about_half_similar():
    first, second = TRAINING[3].split("|")[:4], random_tune(999).split("\n")[-1].split("|")[:4]
    found = music.nearest_tune("|".join(first + second) + "|]", TRAINING)
    assert found.index == 3 and 0.35 < found.similarity < 0.5


def test_nothing_shared():
    assert music.nearest_tune(random_tune(1000), TRAINING) == (-1, 0.0)
    assert music.nearest_tune("", TRAINING) == (-1, 0.0)
    assert music.nearest_tune(TRAINING[0], []) == (-1, 0.0)


def test_copies_are_counted():
    found = music.quality([TRAINING[1], random_tune(2000)], TRAINING)
    assert found.copied == 0.5 and found.similarity == 0.5
    assert found.nearest == ((1, 1.0), (-1, 0.0))


def test_real_tunes_are_not_copies_of_each_other(tunes):
    found = music.quality(tunes[2900:], tunes[:1000])
    assert found.similarity < 0.3 and found.copied < 0.2


def test_work_does_not_grow_with_the_tunes_that_share_nothing():
    """Looked up, not compared one by one: only places where a phrase occurs are visited."""
    from seqbook.music.quality import _Index

    index = _Index(TRAINING)
    assert sum(map(len, index.tunes.values())) == sum(
        len(set(phrases(abc.parse(tune).notes))) for tune in TRAINING
    )


def test_without_slurs_a_tune_has_the_same_notes_and_its_triplets():
    with_slurs, without = music.load_tunes(), music.load_tunes(slurs=False)
    assert len(with_slurs) == len(without)
    assert not any(")" in tune for tune in without) and any("(3" in tune for tune in without)
    some = [i for i, tune in enumerate(with_slurs) if ")" in tune][:200:10]
    for i in some:
        before, after = music.validate(with_slurs[i]), music.validate(without[i])
        assert (before.bars, before.bars_ok) == (after.bars, after.bars_ok)
        assert without[i].replace("(", "") == with_slurs[i].replace("(", "").replace(")", "")
