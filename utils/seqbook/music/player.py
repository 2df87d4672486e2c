"""A player for generated tunes, with sliders for temperature and seed where Python runs."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from .abc import validate
from .engraving import Score, render
from .errors import RenderError
from .generation import Generator
from .quality import nearest_tune
from .synth import play

__all__ = ["TunePlayer"]

WIDGET = "application/vnd.jupyter.widget-view+json"


class TunePlayer:
    """Sheet music, sound and quality of a tune, and sliders for its temperature and seed.

    A running notebook shows the sliders. A page without Python, and a notebook without
    ipywidgets, shows the tune for the values that are given here.

    Args:
        generator: writes the tunes.
        temperature, seed: where the sliders stand first.
        training: training tunes, to say how near the nearest one is.
        max_chars: the longest tune.
    """

    def __init__(
        self,
        generator: Generator,
        *,
        temperature: float = 0.7,
        seed: int = 1,
        training: Sequence[str] = (),
        max_chars: int = 600,
    ):
        self.generator, self.temperature, self.seed = generator, temperature, seed
        self.training, self.max_chars = training, max_chars
        self.widget: Any = None

    def html(self, temperature: float, seed: int) -> str:
        """Quality, sheet music and sound of one tune; its text if it cannot be drawn."""
        tune = self.generator(1, temperature, seed, max_chars=self.max_chars)[0]
        found = validate(tune)
        facts = [f"temperature {temperature:g}", f"{found.bars_ok} of {found.bars} bars right"]
        if not found:
            facts.append(html.escape(str(found.errors[0])))
        if self.training:
            share = nearest_tune(tune, self.training).similarity
            facts.append(f"{share:.0%} of its phrases are in the nearest training tune")
        head = f"<p>{' · '.join(facts)}</p>"
        try:
            score: Score = render(tune)
            return (
                head
                + score._repr_mimebundle_()["text/html"]
                + play(score)._repr_mimebundle_()["text/html"]
            )
        except RenderError as error:
            return f"{head}<p>{html.escape(str(error))}</p><pre>{html.escape(tune)}</pre>"

    def sliders(self, first: str) -> Any:
        """The widget, showing `first`; each move of a slider writes another tune."""
        import ipywidgets as widgets

        temperature = widgets.FloatSlider(
            self.temperature, min=0.1, max=1.5, step=0.05, description="temperature",
            continuous_update=False,
        )  # fmt: skip
        seed = widgets.IntSlider(
            self.seed, min=0, max=50, description="seed", continuous_update=False
        )
        shown = widgets.HTML(first)

        def update(_: Any) -> None:
            shown.value = self.html(temperature.value, seed.value)

        temperature.observe(update, "value")
        seed.observe(update, "value")
        return widgets.VBox([temperature, seed, shown])

    def __repr__(self) -> str:
        return f"TunePlayer at temperature {self.temperature:g}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        first = self.html(self.temperature, self.seed)
        bundle: dict[str, Any] = {"text/html": first, "text/plain": repr(self)}
        try:
            self.widget = self.sliders(first)
        except ImportError:
            return bundle
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        return {WIDGET: view, **bundle}
