"""Sound: each note at its pitch, its time and its length; a clip that every browser plays."""

import base64
import io
import re
import sys
import wave

import numpy as np
import pytest
from seqbook import music
from seqbook.music import engraving, synth
from seqbook.music.engraving import NoteEvent

TUNE = "M:4/4\nL:1/8\nK:D\nDEFG ABcd|edcB AGFE|D8|]"


def loudest(samples: np.ndarray, rate: int) -> float:
    """Hertz of the strongest partial, to a fraction of a hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8 * len(samples)))
    return float(np.argmax(spectrum) * rate / (8 * len(samples)))


@pytest.mark.parametrize(("pitch", "hertz"), [(69, 440.0), (60, 261.63), (81, 880.0), (57, 220.0),
                                              (45, 110.0), (96, 2093.0)])  # fmt: skip
def test_pitch(pitch, hertz):
    sound = synth.synthesize([NoteEvent(0, 1.0, pitch)])
    assert synth.frequency(pitch) == pytest.approx(hertz, rel=1e-4)
    assert loudest(sound, synth.SAMPLE_RATE) == pytest.approx(hertz, abs=0.5)


def test_a_whole_tune_sounds_as_written():
    clip = music.play(TUNE)
    score = music.render(TUNE)
    # D major up and down; an eighth at 120 quarters a minute lasts a quarter of a second
    wanted = [62, 64, 66, 67, 69, 71, 73, 74, 76, 74, 73, 71, 69, 67, 66, 64, 62]
    assert [note.pitch for note in score.notes] == wanted
    assert [note.start for note in score.notes] == [i * 0.25 for i in range(17)]
    assert [note.duration for note in score.notes] == [0.25] * 16 + [2.0]
    assert clip.seconds == pytest.approx(6.0 + synth.RELEASE, abs=1e-3)
    for note in score.notes:
        first = round((note.start + 0.02) * clip.sample_rate)
        part = clip.samples[first : first + round(0.22 * clip.sample_rate)]
        assert loudest(part, clip.sample_rate) == pytest.approx(
            synth.frequency(note.pitch), rel=0.02
        )
    np.testing.assert_array_equal(music.play(score).samples, clip.samples)


def test_a_note_is_heard_when_it_should_be_and_not_after():
    rate = synth.SAMPLE_RATE
    sound = synth.synthesize([NoteEvent(0.5, 0.5, 69), NoteEvent(2.0, 0.5, 72)])
    assert not sound[: rate // 2].any()
    assert np.abs(sound[int(0.51 * rate) : int(0.6 * rate)]).max() > 0.3
    assert not sound[int((1.0 + synth.RELEASE) * rate) + 2 : 2 * rate].any()
    assert len(sound) == round((2.5 + synth.RELEASE) * rate)
    assert np.abs(sound).max() == pytest.approx(synth.PEAK, abs=1e-6) and sound.dtype == np.float32


def test_equal_temperament_and_partials_below_half_the_sample_rate():
    assert synth.frequency(70) / synth.frequency(69) == pytest.approx(2 ** (1 / 12))
    high = synth.tone(120, 0.5, 22_050)  # 8372 Hz: its second partial would be an alias
    spectrum = np.abs(np.fft.rfft(high))
    hertz = np.fft.rfftfreq(len(high), 1 / 22_050)
    assert spectrum[np.abs(hertz - 8372) > 200].max() < 0.05 * spectrum.max()


@pytest.mark.parametrize("tempo", [0.5, 2.0])
def test_tempo(tempo):
    plain, changed = music.play(TUNE), music.play(TUNE, tempo=tempo)
    assert changed.seconds - synth.RELEASE == pytest.approx(
        (plain.seconds - synth.RELEASE) / tempo, abs=1e-3
    )


@pytest.mark.parametrize("tempo", [0, -1, float("nan"), float("inf"), 100, "fast", None])
def test_a_tempo_out_of_range(tempo):
    with pytest.raises(music.ArgumentError, match=r"between 0\.1 and 10"):
        music.play(TUNE, tempo=tempo)


@pytest.mark.parametrize(
    ("meter", "unit", "quarter"),
    [("4/4", "1/8", 60 / 120), ("6/8", "1/8", 60 / 156), ("C|", "1/8", 60 / 168),
     ("2/4", "1/16", 60 / 96)],
)  # fmt: skip
def test_the_speed_of_the_dance(meter, unit, quarter):
    body = "D2 E2 F2|D2 E2 F2|D2 E2 F2|]"
    notes = engraving.render(f"M:{meter}\nL:{unit}\nK:D\n{body}").notes
    length = (0.5 if unit == "1/16" else 1.0) * quarter
    assert notes[1].start == pytest.approx(length, abs=1e-3)


def events(body: str) -> list[tuple[float, float, int]]:
    score = engraving.render(f"M:4/4\nL:1/4\nK:C\n{body}")
    return [tuple(note) for note in score.notes]


def test_ties_chords_rests_and_accidentals():
    assert events("C2-C2|D4|E4|]")[0] == (0.0, 2.0, 60)
    assert events("[CEG]2z2|D4|E4|]")[:3] == [(0.0, 1.0, 60), (0.0, 1.0, 64), (0.0, 1.0, 67)]
    assert events("z2C2|D4|E4|]")[0] == (1.0, 1.0, 60)
    assert [note[2] for note in events("^CC=C_C|^Cc_BB,|D4|]")[:8]] == [
        61, 61, 60, 59, 61, 73, 70, 58,
    ]  # fmt: skip
    assert [note[1] for note in events("(3CDE C>D E|C4|D4|]")[:5]] == pytest.approx(
        [1 / 3, 1 / 3, 1 / 3, 0.75, 0.25], abs=1e-3
    )


def test_grace_notes_are_short_and_come_before():
    notes = events("C2{D}C2|D4|E4|]")
    assert [note[2] for note in notes[:3]] == [60, 62, 60]
    assert notes[1][0] < notes[2][0] == 1.0 and notes[1][1] < 0.1


# --- the clip ------------------------------------------------------------------------------------


def player(clip: music.Clip) -> tuple[str, str, bytes]:
    html = clip._repr_mimebundle_()["text/html"]
    kind, data = re.search(r'src="data:([\w/]+);base64,([\w+/=]+)"', html).groups()
    assert html.startswith("<audio controls") and 'aria-label="Player' in html
    return html, kind, base64.b64decode(data)


def test_the_player_holds_an_mp3_that_decodes_to_the_same_sound():
    import soundfile

    clip = music.play(TUNE)
    html, kind, data = player(clip)
    assert kind == "audio/mpeg" and "pip install" not in html
    samples, rate = soundfile.read(io.BytesIO(data))
    assert rate == clip.sample_rate
    assert len(samples) / rate == pytest.approx(clip.seconds, abs=0.15)
    second = samples[int(4.2 * rate) : int(5.0 * rate)]  # within the last, long D
    assert loudest(second, rate) == pytest.approx(synth.frequency(62), abs=1)


def test_half_a_minute_is_about_a_hundred_kilobytes():
    notes = [NoteEvent(i / 4, 0.25, 60 + (7 * i) % 24) for i in range(120)]
    html, _, _ = player(music.Clip(synth.synthesize(notes)))
    assert 30_000 < len(html) < 200_000


def test_at_most_a_minute_and_it_ends_softly():
    sound = synth.synthesize([NoteEvent(i, 1.0, 60) for i in range(300)])
    assert len(sound) == 60 * synth.SAMPLE_RATE and abs(sound[-1]) < 1e-3
    assert len(synth.synthesize([NoteEvent(0, 1e9, 60)])) == 60 * synth.SAMPLE_RATE


def test_the_text_in_place_of_the_player_is_always_the_same():
    texts = {
        music.Clip(np.zeros(n, np.float32), label=str(n))._repr_mimebundle_()["text/plain"]
        for n in (100, 200)
    }
    assert len(texts) == 1
    assert repr(music.Clip(np.zeros(22_050, np.float32))).startswith("Clip: 1.0 s")


@pytest.mark.parametrize("why", ["missing", "too old"])
def test_without_soundfile_a_plain_sound_and_one_line_of_advice(monkeypatch, why):
    if why == "missing":
        monkeypatch.setitem(sys.modules, "soundfile", None)
    else:
        import soundfile

        monkeypatch.setattr(soundfile, "write", lambda file, data, rate: None)
    clip = music.play(TUNE)
    html, kind, data = player(clip)
    assert kind == "audio/wav" and html.count("pip install -U soundfile") == 1
    with wave.open(io.BytesIO(data)) as file:
        rate, samples = file.getframerate(), file.readframes(file.getnframes())
    assert len(samples) / rate == pytest.approx(clip.seconds, abs=0.01)
    wanted = np.frombuffer(samples, np.uint8)[int(4.2 * rate) : int(5 * rate)] / 128.0 - 1
    assert loudest(wanted, rate) == pytest.approx(synth.frequency(62), abs=1)


def test_a_label_is_text_not_markup():
    html = music.Clip(np.zeros(9, np.float32), label='"><script>')._repr_html_()
    assert "<script" not in html


def test_nothing_to_play():
    with pytest.raises(music.RenderError, match="no note"):
        music.play("M:4/4\nL:1/8\nK:D\nz8|z8|]")
    with pytest.raises(music.MusicError, match="no note to play"):
        synth.synthesize([])
    with pytest.raises(music.RenderError, match="not int"):
        music.play(3)
