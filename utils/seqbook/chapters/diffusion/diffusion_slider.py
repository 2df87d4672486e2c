"""A digit that turns into noise under a slider, and a small network that walks back."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

import numpy as np

from ...graph import run, unpack
from ...live import _text
from ...live.base import Explorer

STEPS, FIRST, LAST = 100, 0.001, 0.12
PIXELS, SINES, CLASSES = 64, 16, 10
LEVELS = 16  # a pixel of scikit-learn's digits is a whole number from 0 to 16
SHOWN = range(0, STEPS + 1, 10)


def schedule() -> tuple[np.ndarray, np.ndarray]:
    """β and ᾱ from step 0 to the last, shape (steps + 1,) each: the chapter's schedule."""
    beta = np.concatenate([[0.0], np.linspace(FIRST, LAST, STEPS)])
    return beta, np.cumprod(1 - beta)


def time_code(t: int) -> np.ndarray:
    """Sines, then cosines, of a step, shape (16,)."""
    angle = t * 10_000.0 ** (-np.arange(0, SINES, 2) / SINES)
    return np.concatenate([np.sin(angle), np.cos(angle)])


def network_input(x: np.ndarray, t: int, label: int | None) -> np.ndarray:
    """What the network reads, shape (90,): the pixels, the step, the class (None: zeros)."""
    asked = np.zeros(CLASSES) if label is None else np.eye(CLASSES)[label]
    return np.concatenate([np.ravel(x), time_code(t), asked])


class DiffusionSlider(Explorer):
    """Noise on a digit by the closed form, and back with a denoiser that runs in the page.

    The denoiser is stored; `tools/train_denoiser.py` trains it.

    Args:
        guidance: whether there is a slider for the scale of the guidance.

    Raises:
        ValueError: a digit or a step that there is not.
    """

    name: ClassVar[str] = "diffusion-slider"
    scripts: ClassVar[tuple[str, ...]] = ("nn.js",)

    def __init__(self, *, guidance: bool = False, digit: int = 3, step: int = 40) -> None:
        if digit not in range(CLASSES):
            raise ValueError(f"digit is from 0 to 9; it is {digit!r}.")
        if step not in range(STEPS + 1):
            raise ValueError(f"step is from 0 to {STEPS}; it is {step!r}.")
        self.guidance, self.digit, self.step = bool(guidance), digit, step
        self.model = stored()["model"]
        self.beta, self.alpha_bar = schedule()

    @classmethod
    def example(cls) -> DiffusionSlider:
        """The figure with its stored model; needs no TensorFlow."""
        return cls()

    @property
    def weights(self) -> int:
        """How many numbers the network has learned."""
        arrays = [a for node in self.model["nodes"] for a in node["weights"].values()]
        return sum(int(np.prod(a["shape"])) for a in arrays)

    def predict(
        self, x: np.ndarray, t: int, label: int | None = None, scale: float = 0.0
    ) -> np.ndarray:
        """The noise that the network sees in x at step t, shape (64,), with guidance of `scale`."""
        graph = unpack(self.model)
        noise = run(graph, [network_input(x, t, label)]).outputs[0]
        if label is None or not scale:
            return noise
        return noise + scale * (noise - run(graph, [network_input(x, t, None)]).outputs[0])

    def noised(self, x: np.ndarray, t: int, noise: np.ndarray) -> np.ndarray:
        """x at step t by the closed form."""
        return np.sqrt(self.alpha_bar[t]) * x + np.sqrt(1 - self.alpha_bar[t]) * noise

    def guess(self, x: np.ndarray, t: int, noise: np.ndarray) -> np.ndarray:
        """The clean image if `noise` were the noise in x."""
        return (x - np.sqrt(1 - self.alpha_bar[t]) * noise) / np.sqrt(self.alpha_bar[t])

    def step_back(self, x: np.ndarray, t: int, noise: np.ndarray, fresh: np.ndarray) -> np.ndarray:
        """One reverse step from t to t − 1 with the predicted and the fresh noise."""
        beta = self.beta[t]
        mean = (x - beta / np.sqrt(1 - self.alpha_bar[t]) * noise) / np.sqrt(1 - beta)
        return mean + np.sqrt(beta) * fresh

    def config(self) -> dict[str, Any]:
        """The packed model, one image of each class, and the schedule."""
        return {
            "model": self.model, "images": stored()["images"], "steps": STEPS,
            "first": FIRST, "last": LAST, "sines": SINES, "guidance": self.guidance,
            "digit": self.digit, "step": self.step, "weights": self.weights,
        }  # fmt: skip

    def static_html(self) -> str:
        """The schedule as a table."""
        rows = "".join(
            f'<tr><th scope="row">{t}</th>'
            + "".join(f"<td>{_text.html_number(v)}</td>" for v in self._numbers(t))
            + "</tr>"
            for t in SHOWN
        )
        return (
            "<p><strong>A digit turns into noise, and back.</strong> At step t the image has "
            "√ᾱ of the digit and √(1−ᾱ) of the noise in it. Where scripts run, a slider moves "
            "through the steps and a small network walks back.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Table of the schedule">'
            '<table><thead><tr><th scope="col">step t</th><th scope="col">√ᾱ</th>'
            '<th scope="col">√(1−ᾱ)</th><th scope="col">signal to noise</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )

    def _numbers(self, t: int) -> tuple[float, float, float]:
        """√ᾱ, √(1−ᾱ) and their ratio squared; at step 0, without noise, the ratio is 0."""
        a = self.alpha_bar[t]
        return float(np.sqrt(a)), float(np.sqrt(1 - a)), float(a / (1 - a)) if t else 0.0

    def static_text(self) -> str:
        """The same numbers with two decimals, a line for each tenth step."""
        lines = ["DiffusionSlider: step t, share of the digit, share of the noise"]
        for t in SHOWN:
            digit, noise, _ = self._numbers(t)
            lines.append(f"{t:>3}  {digit:.2f}  {noise:.2f}")
        return "\n".join(lines)


def images() -> np.ndarray:
    """The stored image of each class, shape (10, 64), from −1 (paper) to 1 (ink)."""
    levels = [[ord(c) - ord("a") for c in text] for text in stored()["images"]]
    return np.array(levels) / (LEVELS / 2) - 1


def pack_images(pixels: np.ndarray) -> list[str]:
    """Images (number, 64) from −1 to 1 as texts of letters, "a" for paper to "q" for full ink."""
    levels = np.rint((np.reshape(pixels, (-1, PIXELS)) + 1) * LEVELS / 2).astype(int)
    return ["".join(chr(ord("a") + v) for v in row) for row in levels]


@cache
def stored() -> dict[str, Any]:
    """What `tools/train_denoiser.py` stored: "model", packed, and "images", one of each class."""
    path = files(__package__).joinpath("denoiser.json")
    return json.loads(path.read_text(encoding="utf-8"))


