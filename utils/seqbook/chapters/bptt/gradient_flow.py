"""How long the gradient is at each step of a small RNN, computed while the knobs are turned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ...live.base import Explorer

UNITS = 16
MAX_STEPS = 100
RADIUS = (0.2, 2.0)
STEPS = (5, MAX_STEPS)
ACTIVATIONS = ("linear", "tanh", "relu")
STARTS = ("orthogonal", "gaussian", "identity")
CLIP = 1.0
"""The limit of the figure's clipping: the largest norm that is allowed for the gradient of W_hh."""


@dataclass(frozen=True)
class GradientTrace:
    """One pass forward and one back; row t belongs to step t, row 0 to the start."""

    h: np.ndarray
    """The states, shape (timesteps + 1, units)."""
    dh: np.ndarray
    """∂L/∂h_t, shape (timesteps + 1, units)."""
    dW_hh: np.ndarray
    """∂L/∂W_hh, summed over the steps, shape (units, units)."""

    @property
    def norms(self) -> np.ndarray:
        """‖∂L/∂h_t‖ for t = 0 ... T, shape (timesteps + 1,)."""
        return np.linalg.norm(self.dh, axis=1)


def gradient_trace(
    W_hh: np.ndarray, projected: np.ndarray, v: np.ndarray, activation: str
) -> GradientTrace:
    """h_t = g(W_hhᵀ h_{t-1} + projected_t) from h_0 = 0, L = v · h_T, and the way back.

    Shapes: `W_hh` (units, units), `projected` (timesteps, units), `v` (units,); `activation` is
    one of `ACTIVATIONS`.
    """
    g = {"linear": lambda z: z, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}[activation]
    slope = {
        "linear": np.ones_like,
        "tanh": lambda h: 1 - h**2,
        "relu": lambda h: (h > 0).astype(float),
    }[activation]
    h = [np.zeros(len(v))]
    for p in projected:
        h.append(g(h[-1] @ W_hh + p))
    dh, dW_hh = [v], np.zeros_like(W_hh)
    for before, here in zip(h[-2::-1], h[:0:-1], strict=True):
        dz = slope(here) * dh[-1]
        dW_hh = dW_hh + np.outer(before, dz)
        dh.append(W_hh @ dz)
    return GradientTrace(np.array(h), np.array(dh[::-1]), dW_hh)


def base_matrices(seed: int = 0, units: int = UNITS) -> dict[str, np.ndarray]:
    """One matrix (units, units) of spectral radius 1 for each of `STARTS`."""
    rng = np.random.default_rng(seed)
    orthogonal = np.linalg.qr(rng.normal(size=(units, units)))[0]
    gaussian = rng.normal(size=(units, units))
    gaussian /= np.abs(np.linalg.eigvals(gaussian)).max()
    return {"orthogonal": orthogonal, "gaussian": gaussian, "identity": np.eye(units)}


class GradientFlow(Explorer):
    """The length of ∂L/∂h_t at every step, on a logarithmic axis, while the reader sets the RNN.

    A real RNN of 16 units is run forward and backward at every change: L = v · h_T, inputs and
    matrices fixed by the seed. The knobs are the spectral radius of W_hh (0.2 to 2), the number
    of steps (5 to 100), the activation, the kind of matrix, and the size of the inputs, which
    decides how far tanh is saturated. The readouts say what is left of the gradient at h_1, how
    flat the tanh is, how long the gradient of W_hh is, and what clipping to 1 makes of it.

    Args:
        radius: the spectral radius shown first, 0.2 to 2.
        steps: the length T shown first, 5 to 100.
        activation: ``"linear"``, ``"tanh"`` or ``"relu"``.
        start: ``"orthogonal"``, ``"gaussian"`` or ``"identity"``.
        scale: size of the inputs shown first, 0 to 2.
        seed: of the matrices, the inputs and v.

    Raises:
        ValueError: an argument is not one of these.
    """

    name: ClassVar[str] = "gradient-flow"

    def __init__(
        self,
        *,
        radius: float = 0.9,
        steps: int = 50,
        activation: str = "linear",
        start: str = "orthogonal",
        scale: float = 0.1,
        seed: int = 0,
    ) -> None:
        self.radius = _number("radius", radius, *RADIUS)
        self.scale = _number("scale", scale, 0.0, 2.0)
        self.steps = _whole("steps", steps, *STEPS)
        self.seed = _whole("seed", seed, 0, 2**31)
        self.activation = _one_of("activation", activation, ACTIVATIONS)
        self.start = _one_of("start", start, STARTS)
        # Rounded once, here: the page and NumPy then compute with the very same numbers.
        rng = np.random.default_rng([self.seed, 1])
        self.matrices = {k: np.round(m, 6) for k, m in base_matrices(self.seed).items()}
        self.inputs = np.round(rng.normal(size=(MAX_STEPS, UNITS)), 3)
        v = rng.normal(size=UNITS)
        self.v = np.round(v / np.linalg.norm(v), 6)

    @classmethod
    def example(cls) -> GradientFlow:
        """A small instance for tests of all figures."""
        return cls(steps=20)

    def trace(
        self,
        *,
        radius: float | None = None,
        steps: int | None = None,
        activation: str | None = None,
        start: str | None = None,
        scale: float | None = None,
    ) -> GradientTrace:
        """The pass of the figure's network at these settings, those of the start where left out.

        The inputs are aligned at the end: a longer sequence only adds steps before the others.
        """
        radius = self.radius if radius is None else radius
        steps = self.steps if steps is None else steps
        scale = self.scale if scale is None else scale
        matrix = self.matrices[start or self.start]
        projected = scale * self.inputs[MAX_STEPS - steps :]
        return gradient_trace(radius * matrix, projected, self.v, activation or self.activation)

    def config(self) -> dict[str, Any]:
        """The start of the knobs, the matrices, the inputs and v, as lists of floats."""
        return {
            "radius": self.radius,
            "steps": self.steps,
            "activation": self.activation,
            "start": self.start,
            "scale": self.scale,
            "clip": CLIP,
            # An identity needs no list, and inputs of three digits travel as whole numbers.
            "matrices": {k: m.tolist() for k, m in self.matrices.items() if k != "identity"},
            "inputs": np.rint(1000 * self.inputs).astype(int).tolist(),
            "v": self.v.tolist(),
        }

    def static_html(self) -> str:
        """A table: ‖∂L/∂h_t‖ at some steps, for three or four radii, the rest as at the start."""
        radii, steps = sorted({0.5, 1.0, 1.5, self.radius}), self._rows()
        head = "".join(f'<th scope="col">radius {r:g}</th>' for r in radii)
        norms = [self.trace(radius=r).norms for r in radii]
        body = "".join(
            f'<tr><th scope="row">t = {t}</th>'
            + "".join(f"<td>{_scientific(n[t])}</td>" for n in norms)
            + "</tr>"
            for t in steps
        )
        return (
            "<p><strong>How long is the gradient, t steps in?</strong> ‖∂L/∂h<sub>t</sub>‖ in an "
            f"RNN of {UNITS} units, {self.activation}, {self.start} W<sub>hh</sub>, "
            f"T = {self.steps}. Where scripts run, this table is a figure with knobs.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Table of gradient norms">'
            f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def static_text(self) -> str:
        """The same table with powers of ten, which no rounding error changes."""
        radii = sorted({0.5, 1.0, 1.5, self.radius})
        lines = [
            f"GradientFlow: log10 of |dL/dh_t|, {self.activation}, {self.start} W_hh, "
            f"T = {self.steps}, {UNITS} units",
            "t      " + "  ".join(f"radius {r:<4g}" for r in radii),
        ]
        logs = [np.log10(np.maximum(self.trace(radius=r).norms, 1e-300)) for r in radii]
        for t in self._rows():
            cells = "  ".join(f"{v[t] + 0.0:11.1f}".replace("-0.0", " 0.0") for v in logs)
            lines.append(f"{t:<6} {cells}")
        return "\n".join(lines)

    def _rows(self) -> list[int]:
        return sorted({1, *range(10, self.steps, 10), self.steps}, reverse=True)


def _scientific(value: float) -> str:
    """1.2·10⁻⁷; plain between 0.01 and 1000."""
    if value == 0 or 0.01 <= value < 999.5:
        return f"{value:.2g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}·10<sup>{int(exponent)}</sup>".replace("-", "−")


def _number(name: str, value: float, low: float, high: float) -> float:
    good = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not good or not low <= value <= high:  # also for NaN
        raise ValueError(f"{name} must be a number from {low:g} to {high:g}, got {value!r}.")
    return float(value)


def _whole(name: str, value: npt.ArrayLike, low: int, high: int) -> int:
    good = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not good or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}, got {value!r}.")
    return int(value)


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}.")
    return value
