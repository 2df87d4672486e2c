"""Sound from notes: additive synthesis in NumPy, packed as MP3 for an `<audio>` player.

A note is a sum of sine waves at whole multiples of its frequency (its partials), the higher the
quieter, each fading out like a plucked string. MP3 because every browser plays it, Safari on
phones included; 30 seconds are about 90 kB.
"""

from __future__ import annotations

import base64
import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from numbers import Real
from typing import Any

import numpy as np

from .engraving import NoteEvent, Score, render
from .errors import ArgumentError, MusicError

__all__ = ["Clip", "play", "synthesize"]

SAMPLE_RATE = 22_050  # samples a second
MAX_SECONDS = 60.0
RELEASE = 0.15  # seconds in which a note dies away after its end
PARTIALS = ((1, 1.0), (2, 0.5), (3, 0.3), (4, 0.15), (5, 0.08))  # (multiple, loudness)
PEAK = 0.8
ADVICE = "This sound is plain and large: pip install -U soundfile makes it a small MP3."


@dataclass(frozen=True, repr=False)
class Clip:
    """A sound. In a notebook it shows itself as a player.

    Attributes:
        samples: (samples,) float32 between -1 and 1.
        sample_rate: samples a second.
        label: what it is, for a screen reader.
    """

    samples: np.ndarray
    sample_rate: int = SAMPLE_RATE
    label: str = field(default="tune")

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate

    def __repr__(self) -> str:
        return f"Clip: {self.seconds:.1f} s of sound at {self.sample_rate} Hz"

    def encode(self) -> tuple[str, bytes]:
        """(media type, bytes): MP3 through soundfile; a plain WAV if that is missing or too old."""
        try:
            return "audio/mpeg", _mp3(self.samples, self.sample_rate)
        except (ImportError, OSError, RuntimeError, TypeError, ValueError):
            return "audio/wav", _wav(self.samples, self.sample_rate)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        # The text does not depend on the tune: stored outputs are compared by it.
        return {"text/html": self._repr_html_(), "text/plain": "A tune to listen to (audio player)"}

    def _repr_html_(self) -> str:
        kind, data = self.encode()
        source = f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
        label = escape(f"Player: {self.label}, {self.seconds:.0f} seconds")
        advice = "" if kind == "audio/mpeg" else f"<p>{ADVICE}</p>"
        return (
            f'<audio controls preload="metadata" aria-label="{label}" '
            f'style="width:100%;max-width:30em" src="{source}"></audio>{advice}'
        )


def play(score_or_tune: Score | str, *, tempo: float = 1.0, timeout: float = 10.0) -> Clip:
    """Make a tune audible.

    Args:
        score_or_tune: what `render` gave, or a tune in ABC notation.
        tempo: 2 is twice as fast.
        timeout: seconds that `render` may take with a tune.

    Returns:
        A `Clip` of at most a minute.

    Raises:
        RenderError: if the tune cannot be rendered.
        ArgumentError: (a ValueError) if the tempo is not between 0.1 and 10.
    """
    if not isinstance(score_or_tune, Score):
        score_or_tune = render(score_or_tune, timeout=timeout)
    sound = synthesize(score_or_tune.notes, tempo=tempo)
    return Clip(sound, SAMPLE_RATE, score_or_tune.key or "tune")


def synthesize(
    notes: Sequence[NoteEvent], *, tempo: float = 1.0, sample_rate: int = SAMPLE_RATE
) -> np.ndarray:
    """(samples,) float32: the notes, added up. What would sound after a minute is left out.

    Equal notes (same pitch, same length) are computed once and added wherever they occur.
    """
    if not (isinstance(tempo, Real) and 0.1 <= tempo <= 10):
        raise ArgumentError(f"tempo is a factor between 0.1 and 10, not {tempo!r}")
    heard = [
        NoteEvent(start / tempo, min(length / tempo, MAX_SECONDS), pitch)
        for start, length, pitch in notes
        if start / tempo < MAX_SECONDS
    ]
    if not heard:
        raise MusicError("there is no note to play")
    end = min(max(start + length for start, length, _ in heard) + RELEASE, MAX_SECONDS)
    sound = np.zeros(max(1, round(end * sample_rate)))
    known: dict[tuple[float, int], np.ndarray] = {}
    for start, length, pitch in heard:
        key = (round(length, 4), pitch)
        if key not in known:
            known[key] = tone(pitch, length, sample_rate)
        first = round(start * sample_rate)
        part = known[key][: len(sound) - first]
        sound[first : first + len(part)] += part
    if end == MAX_SECONDS:  # cut off: fade instead of a click
        last = min(len(sound), sample_rate // 2)
        sound[-last:] *= np.linspace(1, 0, last)
    return (PEAK * sound / max(np.abs(sound).max(), 1e-9)).astype(np.float32)


def frequency(pitch: int) -> float:
    """Hertz of a MIDI pitch: 69 is the A at 440 Hz, 12 more is an octave up."""
    return 440.0 * 2 ** ((pitch - 69) / 12)


def tone(pitch: int, seconds: float, sample_rate: int) -> np.ndarray:
    """(samples,) one note with its release. Partials above half the sample rate are left out."""
    time = np.arange(max(1, round((seconds + RELEASE) * sample_rate))) / sample_rate
    sound = np.zeros_like(time)
    for multiple, loudness in PARTIALS:
        hertz = frequency(pitch) * multiple
        if hertz < sample_rate / 2:
            sound += loudness * np.exp(-1.2 * multiple * time) * np.sin(2 * np.pi * hertz * time)
    attack = np.minimum(1, time / 0.006)
    release = np.clip((seconds + RELEASE - time) / RELEASE, 0, 1)
    return sound * attack * release


def _mp3(samples: np.ndarray, sample_rate: int) -> bytes:
    import soundfile

    file = io.BytesIO()
    soundfile.write(
        file, samples, sample_rate, format="MP3", subtype="MPEG_LAYER_III",
        bitrate_mode="VARIABLE", compression_level=0.7,
    )  # fmt: skip
    return file.getvalue()


def _wav(samples: np.ndarray, sample_rate: int) -> bytes:
    """8 bits at half the sample rate: 11 kB a second, and it needs nothing but Python."""
    pairs = samples[: len(samples) // 2 * 2].reshape(-1, 2).mean(axis=1)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(sample_rate // 2)
        out.writeframes(np.round(pairs * 127 + 128).clip(0, 255).astype(np.uint8).tobytes())
    return file.getvalue()
