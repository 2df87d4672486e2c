"""Sheet music: what is drawn, and that no tune, however bad, ends or hangs the caller."""

import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
from xml.etree import ElementTree

import pytest
from seqbook import music
from seqbook.music.engraving import client as process_of
from seqbook.music.engraving import sheet, worker
from seqbook.music.engraving.engraver import Engraver

TUNE = "T:A tune\nM:4/4\nL:1/8\nK:D\nDEFG ABcd|edcB AGFE|D8|]"
POSIX = os.name == "posix"


@pytest.fixture(scope="module")
def tunes():
    return music.load_tunes()


def process() -> subprocess.Popen:
    assert process_of.client.process is not None
    return process_of.client.process


def refuse_constant(name: str):
    return lambda *args: name


# --- what is drawn -------------------------------------------------------------------------------


def test_a_score_and_what_it_says_of_itself():
    score = music.render(TUNE)
    assert (score.title, score.meter, score.key, score.bars) == ("A tune", "4/4", "D major", 3)
    assert repr(score) == "Score of “A tune”: meter 4/4, D major, 3 bars"
    bundle = score._repr_mimebundle_()
    assert bundle["text/plain"] == repr(score) and score.svg in bundle["text/html"]


def test_the_picture_is_accessible_small_and_takes_the_color_of_its_place(tunes):
    for tune in tunes[10:400:40]:
        svg = music.render(tune).svg
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img" and root.get("aria-label", "").startswith("Sheet music")
        assert root.find("{http://www.w3.org/2000/svg}title").text == root.get("aria-label")
        colors = {e.get(a) for e in root.iter() for a in ("fill", "stroke") if e.get(a)}
        assert colors <= {"currentColor", "none"}
        assert "style=" not in svg.replace('style="display', "", 1) and "<style" not in svg
        assert "<script" not in svg and 'href="http' not in svg
        assert len(svg) < 60_000
        ids = [e.get("id") for e in root.iter() if e.get("id")]
        used = {e.get("href") for e in root.iter() if e.get("href")}
        assert len(set(ids)) == len(ids) and used <= {f"#{name}" for name in ids}


def test_ids_of_two_scores_do_not_clash():
    def ids(tune):
        root = ElementTree.fromstring(music.render(tune).svg)
        return {e.get("id") for e in root.iter() if e.get("id")}

    assert not ids(TUNE) & ids(TUNE.replace("K:D", "K:Eb"))
    assert music.render(TUNE).svg == music.render(TUNE).svg


def test_a_title_is_text_not_markup():
    score = music.render(TUNE.replace("A tune", '</svg><script>alert("1")</script>'))
    assert "<script" not in score.svg
    assert ElementTree.fromstring(score.svg).get("aria-label").count("<script>") == 1


@pytest.fixture(scope="module")
def reader():
    """music21 in this process, to look at what it read."""
    return Engraver()


def test_bars_and_notes_are_those_of_the_validator(reader, tunes):
    """Two independent readers agree on every bar's length and every note's step."""
    from seqbook.music import abc

    valid = [tune for tune in tunes[::30] if music.validate(tune)]
    assert len(valid) > 60
    differ = 0
    for tune in valid[:40]:
        part, parsed = reader.read(tune).parts[0], abc.parse(tune)
        bars = [float(m.highestTime) / 4 for m in part.getElementsByClass("Measure")]
        steps = sorted(
            pitch.diatonicNoteNum - 29
            for note in part.flatten().notes
            if not note.duration.isGrace
            for pitch in note.pitches
        )
        differ += not (
            [b for b in bars if b] == pytest.approx([float(bar.duration) for bar in parsed.bars])
            and steps == sorted(note.step for note in parsed.notes)
        )
    assert differ <= 1


def read(reader, body: str, header: str = "M:4/4\nL:1/8\nK:D\n"):
    return reader.read(header + body).parts[0]


def test_fields_inside_a_tune_are_obeyed(reader):
    part = read(reader, "DEFG ABcd|[M:3/4]D2F2A2||[K:G]c6|[M:2/4][L:1/16]c8|[K:F]B8|]")
    bars = list(part.getElementsByClass("Measure"))
    assert [b.timeSignature.ratioString if b.timeSignature else None for b in bars] == [
        "4/4", "3/4", None, "2/4", None,
    ]  # fmt: skip
    assert [b.keySignature.sharps if b.keySignature else None for b in bars] == [
        2, None, 1, None, -1,
    ]  # fmt: skip
    assert [n.pitch.midi for n in part.flatten().notes][-3:] == [72, 72, 70]


def test_a_note_before_a_repeat_is_not_taken_for_a_field(reader):
    assert len(read(reader, "DEFG ABcA::DEFG ABcA:|").flatten().notes) == 16


def test_ties_and_what_only_looks_like_one(reader):
    part = read(reader, "D2-D2 D-E-FG|G-GGG- A4|A4 z4|]")
    ties = [note.tie.type if note.tie else None for note in part.flatten().notes]
    assert ties == ["start", "stop", *[None] * 4, "start", "stop", None, None, None, None]
    slurs = [[n.nameWithOctave for n in s.getSpannedElements()]
             for s in part.flatten().getElementsByClass("Slur")]  # fmt: skip
    assert slurs == [["D4", "E4"], ["E4", "F#4"], ["G4", "A4"]]


SPELLED = {  # valid tunes in spellings that music21 does not read by itself
    "old line ends": TUNE.replace("\n", "\r"),
    "line ends of Windows": TUNE.replace("\n", "\r\n"),
    "four slashes": TUNE.replace("AGFE", "A////A////A///A//A/ GFE"),
    "two slashes and a length": TUNE.replace("AGFE", "A3//A// GFE"),
}


@pytest.mark.parametrize("name", SPELLED)
def test_what_validates_is_drawn(name):
    assert music.validate(SPELLED[name])
    score = music.render(SPELLED[name])
    assert score.bars == 3 and score.title == "A tune" and score.notes[-1].start == 4.0
    assert len(score.notes) == music.validate(SPELLED[name]).notes


@pytest.mark.parametrize("end", ["(3", "(3 ", "|(3", "(3|]", "(3:2:3|]\n", "(3 |:|"])
def test_a_tuplet_at_the_end_without_a_note_is_named_and_the_rest_is_drawn(end):
    assert any("tuplet lacks 3 notes" in p.message for p in music.validate(TUNE + end).errors)
    assert len(music.render(TUNE + end).notes) == 17


def test_what_only_the_library_dislikes_is_said_to_be_so():
    assert "this tune cannot be read: line 5" in sheet._reason(TUNE.replace("D8", "?8"), "bad")
    assert sheet._reason(TUNE, "bad index").endswith("the library says: bad index")


# --- errors --------------------------------------------------------------------------------------

BAD = {
    "none": (None, "not NoneType"),
    "bytes": (b"X:1", "not bytes"),
    "empty": ("", "the tune is empty"),
    "blank": (" \n\t", "the tune is empty"),
    "a million notes": (TUNE + "DEFG ABcd|" * 125_000, "the most is 6000"),
    "prose": ("Once upon a time", "the header lacks M:, L:, K:"),
    "no notes": ("M:4/4\nL:1/8\nK:D\n|||||", "no note"),
    "only rests": ("M:4/4\nL:1/8\nK:D\nz8|z8|]", "no note"),
    "chords nested": ("M:4/4\nL:1/8\nK:D\n" + "[" * 2000 + "D", "'[' inside a chord"),
    "tuplet of none": ("M:4/4\nL:1/8\nK:D\n(0:0:0DEF DEFG|", "cannot"),
    "length no note has": (TUNE.replace("D8", "D/999999999"), "'/999' is not a note length"),
    "a bar of a billion notes": (TUNE.replace("D8", "D999999999"), "too much memory"),
    "tempo zero": (TUNE.replace("K:D", "Q:1/4=0\nK:D"), "zero"),
    "meter zero": (TUNE.replace("4/4", "0/0"), "M:0/0 is not a meter"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_tune_is_one_clear_line(name):
    tune, message = BAD[name]
    with pytest.raises(music.RenderError, match=message.replace("[", r"\[")) as caught:
        music.render(tune)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300
    # in a notebook too
    assert caught.value._render_traceback_() == [f"RenderError: {caught.value}"]


HOSTILE = {
    "includes": "M:4/4\nL:1/8\n%%abc-include /etc/hostname\nI:abc-include /etc/hostname\nK:D\n",
    "entities": 'T:<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>&b;\nM:4/4\nL:1/8\nK:D\n',
    "nul": "M:4/4\nL:1/8\nK:D\n\0",
    "surrogate": "M:4/4\nL:1/8\nK:D\n\ud800",
    "control characters": "T:\x01\x0b\x1b[31m\nM:4/4\nL:1/8\nK:D\n",
    "script in a chord name": 'M:4/4\nL:1/8\nK:D\n"<script>alert(1)</script>"',
    "broken": "M:4/4\nL:1/8\nK:D\nD" + ">" * 2000,
    "octaves": "M:4/4\nL:1/8\nK:D\nD" + "," * 2000,
    "tuplets": "M:4/4\nL:1/8\nK:D\n" + "(9:1:9" * 300,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_tunes_are_drawn_safely_or_refused(name):
    try:
        score = music.render(HOSTILE[name] + "DEFG ABcd|edcB AGFE|D8|]")
    except music.RenderError as error:
        assert "\n" not in str(error)
    else:
        ElementTree.fromstring(score.svg)
        assert "<script" not in score.svg and "\0" not in score.svg
        assert all(len(word) < 3 or word not in score.svg for word in host_name())


def host_name() -> list[str]:
    try:
        with open("/etc/hostname") as file:  # noqa: PTH123
            return file.read().split()
    except OSError:
        return []


def damaged(tune: str, rng: random.Random) -> str:
    text = list(tune)
    for _ in range(rng.randint(1, 12)):
        at, what = rng.randrange(len(text)), rng.random()
        if what < 0.4:
            text[at] = rng.choice("|:[](){}-<>123/'^_=,~zZxABCabc\n MLKXVw\0\\\"!%")
        elif what < 0.6:
            text[at] = ""
        elif what < 0.8:
            text[at:at] = text[at : at + rng.randint(1, 40)]
        elif what < 0.9:
            del text[at : at + rng.randint(1, 40)]
        else:
            text[at] = chr(rng.choice([0, 9, 127, 0x660, 0x20AC, 0x1D11E, 0xDC00]))
        text = text or list("X")
    return "".join(text)


def test_a_hundred_and_sixty_damaged_tunes(tunes):
    rng = random.Random(6)
    bad = [damaged(rng.choice(tunes), rng)[:900] for _ in range(160)]
    results = music.render_many(bad)
    assert len(results) == 160
    drawn = [result for result in results if isinstance(result, music.Score)]
    refused = [result for result in results if isinstance(result, music.RenderError)]
    assert len(drawn) + len(refused) == 160 and len(drawn) > 80 and len(refused) > 5
    for score in drawn:
        ElementTree.fromstring(score.svg)
    for error in refused:
        assert "\n" not in str(error) and 10 < len(str(error)) < 300
    assert music.render(TUNE).bars == 3


@pytest.mark.parametrize(
    "timeout", [0, -1, float("nan"), float("inf"), 1e300, 10**400, 3601, True, "1", None]
)
def test_a_time_limit_that_makes_no_sense(timeout):
    with pytest.raises(music.ArgumentError, match="timeout is a number above 0 and at most 3600"):
        music.render(TUNE, timeout=timeout)


@pytest.mark.parametrize(
    ("missing", "call"),
    [("verovio", music.render), ("music21", music.render), ("music21", music.play)],
)
def test_a_missing_package_is_one_line(monkeypatch, missing, call):
    found = sheet.find_spec
    monkeypatch.setattr(sheet, "find_spec", lambda name: None if name == missing else found(name))
    with pytest.raises(music.NoEngraverError, match=f"pip install {missing}$"):
        call(TUNE)
    for of_many in (music.render_many, lambda tunes: music.quality(tunes, render=True)):
        with pytest.raises(music.NoEngraverError, match=f"pip install {missing}$"):
            of_many([TUNE])  # not: none of them can be drawn
    assert music.quality([TUNE]).valid == 1


# --- the process ---------------------------------------------------------------------------------


def test_the_process_is_kept():
    music.render(TUNE)
    first = process().pid
    with pytest.raises(music.RenderError):
        music.render("Once upon a time")
    music.render(TUNE)
    assert process().pid == first


def test_a_tune_that_takes_too_long_is_given_up():
    music.render(TUNE)
    first = process()
    with pytest.raises(music.RenderError, match=r"takes more than 1e-06 s"):
        music.render(TUNE, timeout=1e-6)
    assert first.returncode is not None  # ended, and waited for: no zombie
    assert music.render(TUNE).bars == 3


@pytest.mark.skipif(not POSIX, reason="signals")
def test_a_process_that_hangs_is_replaced():
    music.render(TUNE)
    first = process()
    os.kill(first.pid, signal.SIGSTOP)
    with pytest.raises(music.RenderError, match=r"takes more than 0\.2 s"):
        music.render(TUNE, timeout=0.2)
    assert first.returncode == -signal.SIGKILL
    assert music.render(TUNE).bars == 3 and process().pid != first.pid


def test_a_process_that_died_is_replaced():
    music.render(TUNE)
    first = process()
    first.kill()
    first.wait()
    assert music.render(TUNE).bars == 3 and process().pid != first.pid


@pytest.mark.skipif(not POSIX, reason="signals")
def test_a_process_that_dies_while_drawing():
    music.render(TUNE)
    first = process()
    os.kill(first.pid, signal.SIGSTOP)
    killer = threading.Timer(0.3, first.kill)
    killer.start()
    with pytest.raises(music.RenderError, match="ended the process"):
        music.render(TUNE, timeout=60)
    killer.join()
    assert music.render(TUNE).bars == 3


def test_a_process_that_cannot_start(monkeypatch):
    process_of.client.stop()
    monkeypatch.setattr(process_of, "command", lambda: [sys.executable, "-c", "pass"])
    with pytest.raises(music.NoEngraverError, match="ended before it was ready"):
        music.render(TUNE)
    with pytest.raises(music.NoEngraverError):
        music.quality([TUNE], render=True)
    monkeypatch.setattr(process_of, "command", lambda: ["no-such-program-here"])
    with pytest.raises(music.RenderError, match="cannot be started"):
        music.render(TUNE)
    said = """print('{"fatal": "verovio is broken"}', flush=True)"""
    monkeypatch.setattr(process_of, "command", lambda: [sys.executable, "-c", said])
    with pytest.raises(music.RenderError, match="cannot start: verovio is broken"):
        music.render(TUNE)
    monkeypatch.undo()
    assert music.render(TUNE).bars == 3


def test_an_interrupt_leaves_no_stale_answer(monkeypatch):
    music.render(TUNE)

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(process_of.client, "next", interrupted)
    with pytest.raises(KeyboardInterrupt):
        music.render(TUNE.replace("K:D", "K:G"))
    monkeypatch.undo()
    assert music.render(TUNE).key == "D major"


def test_threads_take_turns(tunes):
    wanted = {tune: music.render(tune).svg for tune in tunes[:6]}
    got: dict[str, str] = {}
    threads = [
        threading.Thread(target=lambda t=tune: got.update({t: music.render(t).svg}))
        for tune in wanted
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == wanted


def test_the_process_ends_with_its_owner():
    done = python(
        "from seqbook import music\n"
        "from seqbook.music.engraving.client import client\n"
        f"music.render({TUNE!r})\n"
        "print(client.process.pid)\n"
    )
    assert done.returncode == 0 and done.stderr == ""
    assert not alive(int(done.stdout))


def test_the_process_ends_when_its_owner_is_killed():
    done = python(
        "import os, signal\n"
        "from seqbook import music\n"
        "from seqbook.music.engraving.client import client\n"
        f"music.render({TUNE!r})\n"
        "print(client.process.pid, flush=True)\n"
        "os._exit(9)\n"  # no clean-up: the process must notice by itself
    )
    assert done.returncode == 9
    assert gone_within(30, int(done.stdout))


STUCK = """
import ctypes, pathlib, sys
from seqbook.music.engraving import worker

class Stuck:
    def engrave(self, *_):
        pathlib.Path(sys.argv[1]).touch()
        {how}

worker.Engraver = Stuck
worker.main()
"""
OWNER = """
import os, pathlib, signal, sys, threading, time
from seqbook import music
from seqbook.music.engraving import client
client.command = lambda: [sys.executable, "-P", "-c", {stuck!r}, sys.argv[1]]
draw = lambda: music.render({tune!r}, timeout={timeout})
threading.Thread(target=draw, daemon=True).start()
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.01)
print(client.client.process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not POSIX, reason="signals")
@pytest.mark.parametrize(
    ("how", "timeout"),
    [("while True: pass", 3600), ("ctypes.PyDLL(None).sleep(3600)", 1)],  # the second keeps the GIL
)
def test_a_busy_process_ends_when_its_owner_is_killed(how, timeout, tmp_path):
    program = OWNER.format(stuck=STUCK.format(how=how), tune=TUNE, timeout=timeout)
    done = python(program, str(tmp_path / "busy"))
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert gone_within(20, int(done.stdout))


def test_a_module_of_the_reader_does_not_stand_in_the_way(tmp_path):
    for name in ("music21.py", "abc.py", "json.py"):
        (tmp_path / name).write_text("raise SystemExit('imported')")
    done = subprocess.run(
        process_of.command(), cwd=tmp_path, env=process_of._environment(), input=b"",
        capture_output=True, timeout=300,
    )  # fmt: skip
    assert done.stdout == b'{"ready": true}\n'


def test_memory_is_limited():
    pytest.importorskip("resource")
    done = python(
        "import resource\n"
        "from seqbook.music.engraving import worker\n"
        "worker.limit_memory()\n"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0])\n"
    )
    assert 0 < int(done.stdout) <= worker.MEMORY


def test_nothing_is_left_open():
    music.render(TUNE)
    before = process()
    process_of.client.stop()
    gc.collect()
    assert before.stdin.closed and before.stdout.closed and before.returncode is not None
    process_of.client.stop()  # twice does no harm


def python(program: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-W", "error::ResourceWarning",
         "-c", program, *arguments],
        text=True, capture_output=True, env=process_of._environment(), timeout=300,
    )  # fmt: skip


def gone_within(seconds: float, pid: int) -> bool:
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pid)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    try:  # dead, but nobody has waited for it yet: when its owner died, that is init's task
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return POSIX and not os.path.isdir("/proc")  # noqa: PTH112
