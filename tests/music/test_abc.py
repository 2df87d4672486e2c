"""The ABC validator: what is right, what is wrong and where, and nothing that stops it."""

from fractions import Fraction

import pytest
from seqbook import music
from seqbook.music import abc

HEADER = "M:4/4\nL:1/8\nK:D\n"
FULL = "DEFG ABcd|"  # a bar of 4/4


def tune(body: str, meter: str = "4/4", key: str = "D", unit: str = "1/8") -> str:
    return f"M:{meter}\nL:{unit}\nK:{key}\n{body}"


# Each is a whole tune of at least two bars and eight notes, and right.
RIGHT = {
    "plain": tune("DEFG ABcd|d8|]"),
    "common time": tune("DEFG ABcd|d8|]", meter="C"),
    "cut time": tune("DEFG ABcd|d8|]", meter="C|"),
    "other fields in the header": "X:1\nT:A tune\n" + tune("DEFG ABcd|d8|]"),
    "comment": tune("DEFG ABcd|% the end\nd8|]"),
    "note lengths": tune("D2E F/G/ A3/2B/ c//c//c/c|d16/2|]"),
    "octaves": tune("D,E,F,G, d'e'f'g'|d8|]"),
    "accidentals": tune("^D_E=F^^G __ABcd|d8|]"),
    "rests": tune("DEFG z4|z2 ABcd e2|Z|x8|]"),
    "spaces and line ends": tune("DE FG\nAB cd |\n d8 |]"),
    "pickup": tune("d|DEFG ABcd|d7|]"),
    "pickup alone": tune("d|DEFG ABcd|d8|]"),
    "pickup at a repeat": tune("A|:DEFG ABcd|d7:|"),
    "pickup of the second part": tune("A|DEFG ABcd|d7:|B|ABcd efga|d7:|"),
    "half bars across a repeat": tune("DEFG ABcd|d4:|:A4|DEFG ABcd:|"),
    "half bars across a double bar": tune("DEFG ABcd|d6||A2|DEFG ABcd|d8|]"),
    "repeat": tune("|:DEFG ABcd|d8:|"),
    "repeat back to the beginning": tune("DEFG ABcd|d8:|"),
    "two repeats": tune("|:DEFG ABcd|d8::ABcd efga|d8:|"),
    "endings": tune("|:DEFG ABcd|1d8:|2D8|]"),
    "endings in brackets": tune("|:DEFG ABcd|[1 d8:|[2 D8|]"),
    "endings inside a bar": tune("|:DEFG AB[1cd:|[2ef|d8|]"),
    "endings and a pickup": tune("A|:DEFG ABcd|1 d7A:|2 d7|]"),
    "long endings": tune("|:DEFG ABcd|1 D8|E8:|2 F8|G8|]"),
    "triplet": tune("(3DEF GA (3Bcd ef|d8|]"),
    "triplet with a rest": tune("(3DzF GA (3Bcd ef|d8|]"),
    "duplet in 6/8": tune("(2DE FGA|d6|(2DE FGA|]", meter="6/8"),
    "quadruplet in 6/8": tune("(4DEFG ABc|d6|]", meter="6/8"),
    "quintuplet in 6/8 takes three": tune("(5DEFGA ABc|d6|]", meter="6/8"),
    "quintuplet in 4/4 takes two": tune("(5DEFGA ABcdef|d8|]"),
    "quintuplet in 3/4 takes two": tune("(5DEFGA ABcd|d6|]", meter="3/4"),
    "tuplet p:q:r": tune("(3:2:3DEF A2 (6:4:6DEFGAB|d8|]"),
    "broken rhythm": tune("D>EF<G A>>Bc<<d|d8|]"),
    "broken rhythm twice": tune("D>E>F2 ABcd G3/4|DEFG ABcd|]"),
    "broken rhythm with spaces": tune("D > EFG ABcd|d8|]"),
    "grace notes last nothing": tune("{AB}DEFG {/c}ABcd|{d2e2}d8|]"),
    "grace note in broken rhythm": tune("D>{F}EFG ABcd|d8|]"),
    "chords": tune("[DFA]2[DF]2 [df]/[df]/ A B2|[D4A2]2|]"),
    "chord times its first note": tune("[D2F4]2 ABcd|d4D4|]"),
    "slurs": tune("(DE(FG)) (ABcd|d8)|]"),
    "ties": tune("DEFG ABc2-|c8|]"),
    "tie inside a bar": tune("D2-DE FG AB|d8|]"),
    "tie to another note, as old books write slurs": tune("D-EF-G ABcd|d8|]"),
    "decorations": tune('~D.EuFvG !trill!A+fermata+B "Am"cTd|d8|]'),
    "meter changes": tune("DEFG ABcd|[M:3/4]DEF GAB|\nM:2/4\nd4|]"),
    "unit changes": tune("DEFG ABcd|[L:1/16]d16|\nL:1/4\nd4|]"),
    "key changes": tune("DEFG ABcd|[K:G]d8|\nK:Ador\nd8|]"),
    "mixolydian, spelled out": tune("DEFG ABcd|d8|]", key="D mixolydian"),
    "line continued": tune("DEFG \\\nABcd|d8|]"),
    "windows line ends": tune("DEFG ABcd|\nd8|]").replace("\n", "\r\n"),
}  # fmt: skip

# (tune, kind, part of the message, line, column) of the first problem
WRONG = {
    "empty": ("", "header", "lacks M:, L:, K:", 1, 1),
    "prose": ("Once upon a time", "header", "lacks M:, L:, K:", 1, 1),
    "no key": ("M:4/4\nL:1/8\n" + FULL * 2, "header", "lacks K:", 1, 1),
    "no meter": ("L:1/8\nK:D\n" + FULL * 2, "header", "lacks M:", 1, 1),
    "no unit": ("M:4/4\nK:D\n" + FULL * 2, "header", "lacks L:", 1, 1),
    "music before the key": ("M:4/4\nL:1/8\nDEFG\nK:D\n" + FULL * 2, "header", "lacks K:", 1, 1),
    "meter twice": ("M:4/4\nM:3/4\nL:1/8\nK:D\n" + FULL, "header", "M: is given twice", 2, 1),
    "no such meter": (tune(FULL * 2, meter="4/5"), "header", "M:4/5 is not a meter", 1, 1),
    "meter zero": (tune(FULL * 2, meter="0/4"), "header", "not a meter", 1, 1),
    "meter of foreign digits": (tune(FULL * 2, meter="٤/4"), "header", "not a meter", 1, 1),
    "no such unit": (tune(FULL * 2, unit="1/7"), "header", "L:1/7 is not a note length", 2, 1),
    "unit zero": (tune(FULL * 2, unit="1/0"), "header", "not a note length", 2, 1),
    "no such key": (tune(FULL * 2, key="H"), "header", "K:H is not a key", 3, 1),
    "key of nine sharps": (tune(FULL * 2, key="D# lydian"), "header", "is not a key", 3, 1),
    "no such mode": (tune(FULL * 2, key="Dfoo"), "header", "is not a key", 3, 1),
    "letters that mean nothing": (tune("DEFG jkqd|d8|]"), "token", "'jkq'", 4, 6),
    "nul": (tune("DEFG\0ABcd|d8|]"), "token", "means nothing", 4, 5),
    "length of foreign digits": (tune("D٢EF ABcd|d8|]"), "token", "means nothing", 4, 2),
    "length that is no note value": (tune("D/3EFG ABcd|d8|]"), "token", "'/3' is not", 4, 1),
    "length zero": (tune("D0EFG ABcd|d8|]"), "token", "'0' is not a note length", 4, 1),
    "two tunes": (tune("DEFG ABcd|d8|]\nX:2"), "token", "a second tune", 5, 1),
    "two voices": (tune("[V:2]DEFG ABcd|d8|]"), "token", "one voice", 4, 1),
    "two voices on lines": (tune("DEFG ABcd|\nV:2\nd8|]"), "token", "one voice", 5, 1),
    "bar too long": (tune("DEFG ABcd|DEFG ABcde|d8|]"), "bar",
                     "bar 2 adds up to 9/8, the meter is 4/4: 1/8 too long", 4, 11),
    "bar too short": (tune("DEFG ABcd|DEFG ABc|d8|]"), "bar", "1/8 too short", 4, 11),
    "first bar too long": (tune("DEFG ABcde|d8|]"), "bar", "bar 1", 4, 1),
    "last bar too short": (tune("DEFG ABcd|d7|]"), "bar", "bar 2", 4, 11),
    "pickup and end make no bar": (tune("d|DEFG ABcd|d6|]"), "bar", "1/4 too short", 4, 13),
    "half bars that make no bar": (tune("DEFG ABcd|d4:|:A3|DEFG ABcd|]"), "bar", "short", 4, 11),
    "bar wrong after a new meter": (tune("DEFG ABcd|[M:3/4]d8|]"), "bar", "meter is 3/4", 4, 18),
    "meter changes inside a bar": (tune("DEFG [M:3/4]AB|DEFGAB|]"), "token", "inside a bar", 4, 6),
    "bad meter inside": (tune("DEFG ABcd|[M:3/5]d8|]"), "token", "M:3/5 is not", 4, 11),
    "bad unit inside": (tune("DEFG ABcd|\nL:x\nd8|]"), "token", "L:x is not", 5, 1),
    "bad key inside": (tune("DEFG ABcd|[K:X]d8|]"), "token", "K:X is not", 4, 11),
    "too little music": (tune("DEFG|"), "bar", "too little music: 1 bar and 4 notes", 4, 6),
    "repeat never closed": (tune("|:DEFG ABcd|d8|]"), "repeat", "never closed", 4, 1),
    "repeat opened twice": (tune("|:DEFG ABcd|:d8:|"), "repeat", "before the last", 4, 12),
    "second ending alone": (tune("|:DEFG ABcd|2d8:|"), "repeat", "without a first", 4, 12),
    "first ending alone": (tune("|:DEFG ABcd|1d8:|]"), "repeat", "without a second", 4, 12),
    "first ending does not go back": (tune("|:DEFG ABcd|1d8|2D8:|"), "repeat", "close with", 4, 12),
    "third ending": (tune("|:DEFG ABcd|1d8:|3D8|]"), "repeat", "without a second", 4, 12),
    "triplet lacks a note": (tune("(3DE|DEFG ABcd|d8|]"), "bar", "tuplet lacks 1 note", 4, 1),
    "tuplet across a bar line": (tune("DEFG AB(3cd|eDEFG ABc|]"), "bar", "lacks 1 note", 4, 8),
    "triplet too long for its bar": (tune("(3DEF GA Bcdef|d8|]"), "bar", "1/8 too long", 4, 1),
    "tuplet of one": (tune("(1D)EFG ABcd|d8|]"), "token", "'1' means nothing", 4, 2),
    "broken rhythm before nothing": (tune("DEFG ABcd>|d8|]"), "token", "nothing follows", 4, 10),
    "broken rhythm after nothing": (tune(">DEFG ABcd|d8|]"), "token", "between two notes", 4, 1),
    "broken rhythm both ways": (tune("D><EFG ABcd|d8|]"), "token", "between two notes", 4, 3),
    "grace notes not closed": (tune("{ADEFG ABcd|d8|]"), "token", "grace group '{'", 4, 1),
    "grace notes never opened": (tune("A}DEFG ABc|d8|]"), "token", "never opened", 4, 2),
    "grace notes in grace notes": (tune("{A{B}}DEFG ABcd|d8|]"), "token", "inside grace", 4, 3),
    "chord not closed": (tune("[DFDEFG ABcd|d8|]"), "token", "chord '['", 4, 1),
    "chord never opened": (tune("D]EFG ABcd|d8|]"), "token", "never opened", 4, 2),
    "chord in a chord": (tune("[D[FA]]EFG ABcd|d8|]"), "token", "inside a chord", 4, 3),
    "chord of nothing": (tune("[]DEFG ABcd|d8|]"), "token", "no note in it", 4, 1),
    "rest in a chord": (tune("[Dz]EFG ABcd|d8|]"), "token", "a rest inside", 4, 3),
    "slur not closed": (tune("(DEFG ABcd|d8|]"), "slur", "never closed", 4, 1),
    "slur never opened": (tune("DEFG) ABcd|d8|]"), "slur", "never opened", 4, 5),
    "tie from nothing": (tune("DEFG ABcd|-d8|]"), "token", "no note before it", 4, 11),
    "tie to nothing": (tune("DEFG ABcd|d8-|]"), "token", "no note after it", 4, 13),
    "tie to a rest": (tune("DEFG ABc-z|d8|]"), "token", "no note after it", 4, 9),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_right(name):
    found = music.validate(RIGHT[name])
    assert found.ok and bool(found), found
    assert found.bars == found.bars_ok >= 2
    assert repr(found) == f"valid: {found.bars} bars, each adds up"


@pytest.mark.parametrize("name", WRONG)
def test_wrong(name):
    text, kind, message, line, column = WRONG[name]
    found = music.validate(text)
    assert not found
    first = found.errors[0]
    assert first.kind == kind and message in first.message, found
    assert (first.line, first.column) == (line, column), found
    assert "\n" not in str(first) and repr(found).startswith("not valid: ")


@pytest.mark.parametrize("name", RIGHT)
def test_one_note_more_is_one_bar_wrong(name):
    """The right tunes are right because they add up, not because nothing was counted."""
    body = RIGHT[name].rstrip("\r\n")
    end = next(e for e in ("|]", ":|") if body.endswith(e))
    assert not music.validate(body.removesuffix(end) + " A16" + end)


def durations(body: str, **fields: str) -> list[Fraction]:
    return [bar.duration for bar in abc.parse(tune(body, **fields)).bars]


@pytest.mark.parametrize(
    ("body", "eighths"),
    [
        ("D", 1), ("D2", 2), ("D/", "1/2"), ("D/2", "1/2"), ("D//", "1/4"), ("D3/2", "3/2"),
        ("D>E", 2), ("D>>E", 2), ("D>E2", "5/2"), ("D2<E", "5/2"), ("(3DEF", 2),
        ("(3D2EF", "8/3"), ("(3:2:2D2E", 2), ("[DF]3", 3), ("[D2F]2", 4), ("{ABc}D", 1), ("Z", 8),
        ("D2>E2", 4), ("(3D>EF", 2), ("z4", 4), ("D-D", 2),
    ],
)  # fmt: skip
def test_durations(body, eighths):
    """Broken rhythm halves one note and adds half to the other, also when their lengths differ."""
    assert durations(body + "|") == [Fraction(eighths) / 8]


def test_where_the_bars_are_and_which_are_right():
    found = abc.parse(tune("d|DEFG ABcd|DEFG|d7:|"))
    assert [bar.ok for bar in found.bars] == [True, True, False, True]
    assert [(bar.line, bar.column) for bar in found.bars] == [(4, 1), (4, 3), (4, 13), (4, 18)]
    counted = music.validate(tune("d|DEFG ABcd|DEFG|d7:|"))
    assert (counted.bars, counted.bars_ok, counted.notes) == (4, 3, 14)


def test_steps_and_accidentals():
    steps = [(n.step, n.altered) for n in abc.parse(tune("C D ^F F =F f c, B'|^F F|")).notes]
    # in D, F is sharp already: ^F is in the key, =F is not, and holds to the bar line, for f too
    assert steps[:6] == [(0, False), (1, False), (3, False), (3, False), (3, True), (10, True)]
    assert steps[6:8] == [(0, False), (13, False)] and steps[8:] == [(3, False), (3, False)]


@pytest.mark.parametrize(
    ("key", "sharps", "name"),
    [
        ("C", 0, "C major"), ("G", 1, "G major"), ("Em", 1, "E minor"), ("F#", 6, "F sharp major"),
        ("Bb", -2, "B flat major"), ("Gm", -2, "G minor"), ("Ador", 1, "A dorian"),
        ("Amix", 2, "A mixolydian"), ("D Mixolydian", 1, "D mixolydian"), ("Ephr", 0, "E phrygian"),
        ("Flyd", 0, "F lydian"), ("Bloc", 0, "B locrian"), ("Cb", -7, "C flat major"),
        ("C#", 7, "C sharp major"), ("G#", None, "G#"), ("Fbm", None, "Fbm"), ("", None, ""),
    ],
)  # fmt: skip
def test_keys(key, sharps, name):
    assert abc.key_sharps(key) == sharps and abc.key_name(key) == name


def test_not_a_string_is_one_line():
    with pytest.raises(music.NotATuneError, match="not NoneType"):
        music.validate(None)
    assert issubclass(music.NotATuneError, TypeError)


HOSTILE = {
    "300,000 characters": HEADER + FULL * 30_000,
    "brackets": HEADER + "[" * 50_000,
    "slurs": HEADER + "(" * 50_000 + "D" + ")" * 50_000,
    "graces": HEADER + "{" * 50_000,
    "tuplets": HEADER + "(9:9:9" * 10_000 + "D|",
    "repeats": HEADER + "|:" * 50_000,
    "endings": HEADER + "|1D8:|2D8" * 10_000,
    "slashes": HEADER + "D" + "/" * 50_000,
    "digits": HEADER + "D" + "9" * 50_000,
    "broken": HEADER + "D" + ">" * 50_000,
    "unknown": HEADER + "?" * 50_000,
    "percent": HEADER + "%" * 50_000,
    "quotes": HEADER + '"' * 50_000,
    "line ends": HEADER + "\n" * 50_000,
    "long field": "M:4/4\nL:1/8\nK:" + "D" * 50_000,
    "fields": "M:4/4\n" * 20_000,
    "surrogates": HEADER + "\ud800" * 100,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_gives_an_answer(name):
    found = music.validate(HOSTILE[name])
    assert len(found.errors) <= 100
    assert found.ok == (name in ("300,000 characters", "endings"))
    assert len(repr(found)) < 2000


def test_time_grows_with_length_only():
    """Twice the text, about twice the steps: counted in tokens looked at, not in seconds."""
    from seqbook.music.abc import reader

    class Counting:
        def __init__(self, pattern):
            self.pattern, self.calls = pattern, 0

        def match(self, *args):
            self.calls += 1
            return self.pattern.match(*args)

    def calls(text: str) -> int:
        counting = Counting(original)
        reader.TOKEN = counting
        try:
            reader.Reader(text).read()
        finally:
            reader.TOKEN = original
        return counting.calls

    original = reader.TOKEN
    for unit in (FULL, "([{", "?", "D/3", "|1", '"'):
        once, twice = calls(HEADER + unit * 500), calls(HEADER + unit * 1000)
        assert twice <= 2.1 * once, unit
