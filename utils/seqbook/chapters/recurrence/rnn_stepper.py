"""A recurrent network stepped through time, with every number of the state update in sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ...live import _text
from ...live.base import Explorer

MAX_SIZE = 2  # inputs, units and outputs: more would not fit a phone with every product written
MAX_STEPS = 8
LIMIT = 5.0  # largest absolute value of a weight or an input, here and in the number fields

_X = [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]
_W_XH = [[1.0, -0.5], [0.6, 0.8]]
_W_HH = [[0.5, -0.4], [0.3, 0.9]]
_W_HY = {1: [[1.0]], 2: [[1.0], [-0.5]]}


@dataclass(frozen=True)
class RNNTrace:
    """Every number of one pass; row t - 1 belongs to step t, except in `h`, whose row 0 is h_0."""

    recurrent: np.ndarray
    """W_hhᵀ h_{t-1}, shape (timesteps, units)."""
    projected: np.ndarray
    """W_xhᵀ x_t, shape (timesteps, units)."""
    total: np.ndarray
    """The sum of both and the bias, shape (timesteps, units)."""
    h: np.ndarray
    """The states, shape (timesteps + 1, units)."""
    y: np.ndarray
    """The outputs W_hyᵀ h_t, shape (timesteps, outputs)."""


def rnn_forward(
    x: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b_h: np.ndarray,
    W_hy: np.ndarray,
    h_0: np.ndarray,
) -> RNNTrace:
    """h_t = tanh(W_hhᵀ h_{t-1} + W_xhᵀ x_t + b_h) and ŷ_t = W_hyᵀ h_t for every step.

    Shapes: `x` (timesteps, inputs), `W_xh` (inputs, units), `W_hh` (units, units), `b_h` and
    `h_0` (units,), `W_hy` (units, outputs).
    """
    states, recurrent = [h_0], []
    projected = x @ W_xh
    for p in projected:
        r = states[-1] @ W_hh
        recurrent.append(r)
        states.append(np.tanh(r + p + b_h))
    r, h = np.array(recurrent), np.array(states)
    return RNNTrace(r, projected, r + projected + b_h, h, h[1:] @ W_hy)


class RNNStepper(Explorer):
    """A small RNN stepped through time: sequence, products, sums, state and output.

    The reader steps, plays and goes back; changes the sequence and the weights; and sees what
    ten zero inputs would leave of the state. All sizes are 1 or 2, so that every factor can be
    written out.

    Args:
        x: the sequence, shape (timesteps, inputs), 1 to 8 steps.
        W_xh: input weights, shape (inputs, units).
        W_hh: recurrent weights, shape (units, units).
        b_h: bias, shape (units,); zeros if left out.
        W_hy: output weights, shape (units, outputs).
        h_0: the state before the first step, shape (units,), zeros if left out.
        start: the step shown first, 0 (before any input) to timesteps.

    Raises:
        ValueError: a shape does not fit, or an entry is not a number from -5 to 5.
    """

    name: ClassVar[str] = "rnn-stepper"

    def __init__(
        self,
        x: npt.ArrayLike | None = None,
        *,
        W_xh: npt.ArrayLike | None = None,
        W_hh: npt.ArrayLike | None = None,
        b_h: npt.ArrayLike | None = None,
        W_hy: npt.ArrayLike | None = None,
        h_0: npt.ArrayLike | None = None,
        start: int = 1,
    ) -> None:
        self.W_xh = _numbers("W_xh", _W_XH if W_xh is None else W_xh, ("inputs", "units"))
        inputs, units = self.W_xh.shape
        _check_size("inputs", inputs)
        _check_size("units", units)

        self.W_hh = _numbers("W_hh", _W_HH if W_hh is None else W_hh, (units, units))
        self.b_h = _numbers("b_h", np.zeros(units) if b_h is None else b_h, (units,))
        self.W_hy = _numbers("W_hy", _W_HY[units] if W_hy is None else W_hy, (units, "outputs"))
        _check_size("outputs", self.W_hy.shape[1])
        self.h_0 = _numbers("h_0", np.zeros(units) if h_0 is None else h_0, (units,))

        self.x = _numbers("x", _X if x is None else x, ("timesteps", inputs))
        timesteps = len(self.x)
        if not 1 <= timesteps <= MAX_STEPS:
            raise ValueError(f"x must have 1 to {MAX_STEPS} steps, got {timesteps}.")
        if isinstance(start, bool) or not isinstance(start, (int, np.integer)):
            raise ValueError(f"start must be a whole number from 0 to {timesteps}, got {start!r}.")
        if not 0 <= start <= timesteps:
            raise ValueError(f"start must be from 0 to {timesteps}, got {start}.")
        self.start = int(start)

    def trace(self) -> RNNTrace:
        """All numbers of the pass that the figure begins with."""
        return rnn_forward(self.x, self.W_xh, self.W_hh, self.b_h, self.W_hy, self.h_0)

    @classmethod
    def example(cls) -> RNNStepper:
        """A small one for tests, two steps in."""
        return cls(start=2)

    def config(self) -> dict[str, Any]:
        """The arguments as lists of floats, with the limit of the number fields."""
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        return {**arrays, "start": self.start, "limit": LIMIT}

    def static_html(self) -> str:
        """Weights and a table of every step, from NumPy."""
        trace = self.trace()
        rows = [
            ("x<sub>t</sub>", self.x),
            ("W<sub>hh</sub>ᵀ h<sub>t−1</sub>", trace.recurrent),
            ("W<sub>xh</sub>ᵀ x<sub>t</sub>", trace.projected),
            ("sum, with b<sub>h</sub>", trace.total),
            ("h<sub>t</sub> = tanh(sum)", trace.h[1:]),
            ("ŷ<sub>t</sub> = W<sub>hy</sub>ᵀ h<sub>t</sub>", trace.y),
        ]
        head = "".join(f'<th scope="col">t = {t}</th>' for t in range(1, len(self.x) + 1))
        body = "".join(
            f'<tr><th scope="row">{label}</th>'
            + "".join(f"<td>{'<br>'.join(map(_text.html_number, row))}</td>" for row in values)
            + "</tr>"
            for label, values in rows
        )
        weights = ", ".join(
            f"{label} = {_nested(getattr(self, name))}" for name, label in _LABELS.items()
        )
        return (
            "<p><strong>An RNN, one step at a time.</strong> h<sub>t</sub> = "
            "tanh(W<sub>hh</sub>ᵀ h<sub>t−1</sub> + W<sub>xh</sub>ᵀ x<sub>t</sub> + "
            "b<sub>h</sub>). The first entry of each vector stands above the second. "
            "Where scripts run, this table is a figure to step through.</p>"
            '<div class="sq-scroll" tabindex="0" role="group" aria-label="Table of all steps">'
            f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
            f"<p>{weights}.</p>"
        )

    def static_text(self) -> str:
        """Weights, states and outputs with two decimals."""
        trace = self.trace()
        lines = ["RNNStepper: h_t = tanh(W_hh^T h_{t-1} + W_xh^T x_t + b_h), y_t = W_hy^T h_t"]
        lines += [f"{name} = {getattr(self, name).tolist()}" for name in _LABELS]
        lines.append(f"h_0 = {_text.vector(self.h_0)}")
        lines += [
            f"t = {t}  x = {_text.vector(x)}  h = {_text.vector(h)}  y = {_text.vector(y)}"
            for t, (x, h, y) in enumerate(zip(self.x, trace.h[1:], trace.y, strict=True), start=1)
        ]
        return "\n".join(lines)


_ARRAYS = ("x", "W_xh", "W_hh", "b_h", "W_hy", "h_0")
_LABELS = {
    "W_hh": "W<sub>hh</sub>",
    "W_xh": "W<sub>xh</sub>",
    "b_h": "b<sub>h</sub>",
    "W_hy": "W<sub>hy</sub>",
}


def _numbers(name: str, value: npt.ArrayLike, shape: tuple[int | str, ...]) -> np.ndarray:
    """`value` as floats of this shape, where a word in `shape` allows any length but 0."""
    wanted = "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of shape {wanted}.") from None
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be an array of numbers of shape {wanted}.")
    fits = array.ndim == len(shape) and all(
        have > 0 if isinstance(want, str) else have == want
        for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name} must have shape {wanted}, got {array.shape}.")
    array = array.astype(float)
    if not np.all(np.abs(array) <= LIMIT):  # also False for NaN
        raise ValueError(f"{name} must hold numbers from {-LIMIT:g} to {LIMIT:g}.")
    return array


def _check_size(what: str, size: int) -> None:
    if size > MAX_SIZE:
        raise ValueError(f"RNNStepper shows at most {MAX_SIZE} {what}, got {size}.")



def _nested(array: np.ndarray) -> str:
    """[[0.50, −0.40], [0.30, 0.90]]"""
    if array.ndim == 0:
        return _text.html_number(float(array))
    return "[" + ", ".join(_nested(row) for row in array) + "]"
