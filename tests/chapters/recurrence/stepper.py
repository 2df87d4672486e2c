"""What an RNNStepper must show, worked out from the definition, and how it is read off a page."""

from __future__ import annotations

import re

import numpy as np
from playwright.sync_api import Locator, expect
from seqbook.chapters.recurrence.rnn_stepper import RNNStepper

FIGURE = ".sq-rnn-stepper"


def by_hand(f: RNNStepper) -> tuple[np.ndarray, np.ndarray]:
    """States and outputs entry by entry, by the definition, with no matrix product."""
    units, outputs = f.W_hy.shape
    h, states, ys = list(f.h_0), [list(f.h_0)], []
    for x in f.x:
        h = [
            np.tanh(
                sum(f.W_hh[i][j] * h[i] for i in range(units))
                + sum(f.W_xh[i][j] * x[i] for i in range(len(x)))
                + f.b_h[j]
            )
            for j in range(units)
        ]
        states.append(h)
        ys.append([sum(f.W_hy[i][k] * h[i] for i in range(units)) for k in range(outputs)])
    return np.array(states), np.array(ys)


def random_stepper(rng: np.random.Generator) -> RNNStepper:
    inputs, units, outputs = rng.integers(1, 3, size=3)
    steps = int(rng.integers(1, 9))
    return RNNStepper(
        rng.uniform(-2, 2, (steps, inputs)),
        W_xh=rng.uniform(-1.5, 1.5, (inputs, units)),
        W_hh=rng.uniform(-1.5, 1.5, (units, units)),
        b_h=rng.uniform(-1, 1, units),
        W_hy=rng.uniform(-2, 2, (units, outputs)),
        h_0=rng.uniform(-1, 1, units),
        start=int(rng.integers(0, steps + 1)),
    )


# --- Numbers as the figure writes them --------------------------------------------------------


def fmt(value: float) -> str:
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def par(value: float) -> str:
    return f"({fmt(value)})" if fmt(value).startswith("−") else fmt(value)


def vec(values) -> str:
    return "(" + ", ".join(map(fmt, values)) + ")"


def products(weights, values) -> str:
    terms = [f"{fmt(weights[0])}·{par(values[0])}"]
    terms += [f"{par(w)}·{par(v)}" for w, v in zip(weights[1:], values[1:], strict=True)]
    return " + ".join(terms)


def expected(f: RNNStepper, t: int) -> list[str]:
    """Every line of the worked example of step t; f holds the weights the page should have."""
    states, ys = by_hand(f)
    was, now, x, y = states[t - 1], states[t], f.x[t - 1], ys[t - 1]
    lines = []
    for j, b in enumerate(f.b_h):
        r, p = was @ f.W_hh[:, j], x @ f.W_xh[:, j]
        lines += [
            f"Whhᵀh{t - 1} {products(f.W_hh[:, j], was)} = {fmt(r)}",
            f"Wxhᵀx{t} {products(f.W_xh[:, j], x)} = {fmt(p)}",
            f"bh = {fmt(b)}",
            f"sum {fmt(r)} + {par(p)} + {par(b)} = {fmt(r + p + b)}",
            f"h{t} tanh({fmt(r + p + b)}) = {fmt(now[j])}",
        ]
    many = len(y) > 1
    return lines + [
        f"ŷ{t}{f', {k + 1}' if many else ''} {products(f.W_hy[:, k], now)} = {fmt(v)}"
        for k, v in enumerate(y)
    ]


# --- Reading the page -------------------------------------------------------------------------


def shown(figure: Locator) -> list[str]:
    """Every line of the worked example, as read on the screen."""
    lines = figure.locator(".sq-l").evaluate_all(
        "lines => lines.map(l => [...l.children].map(e => e.textContent).join(' '))"
    )
    return [" ".join(line.split()) for line in lines]


def strip(figure: Locator) -> list[list[str]]:
    """The output and state cells of every column, first column t = 0."""
    return figure.locator("[data-t]").evaluate_all(
        "cols => cols.map(c => [...c.querySelectorAll('.sq-c')].map(e => e.textContent))"
    )


def check_step(figure: Locator, f: RNNStepper, t: int) -> None:
    """Slider, marked column, worked example and the strip all show step t of f."""
    expect(figure.locator("output")).to_have_text(f"{t} of {len(f.x)}")
    expect(figure.locator("input[type=range]")).to_have_value(str(t))
    marked = figure.locator("[aria-current=step]")
    expect(marked).to_have_count(1)
    expect(marked).to_have_text(f"t={t}")
    if t:
        assert shown(figure) == expected(f, t)
    states, ys = by_hand(f)
    columns = [states[0], *(np.concatenate(pair) for pair in zip(ys, states[1:], strict=True))]
    assert strip(figure) == [
        [fmt(v) if k <= t else "·" for v in column] for k, column in enumerate(columns)
    ]


def field(figure: Locator, label: str) -> Locator:
    return figure.get_by_label(label, exact=True)


def press(figure: Locator, name: str) -> None:
    """Clicks Back, Step, Play or Reset, even while it says that it is disabled."""
    figure.locator(f"[data-do={name}]").click(force=True)


def is_dark(figure: Locator) -> bool:
    """Whether the card is darker than the text on it."""
    back, text = figure.evaluate(
        "e => { const s = getComputedStyle(e); return [s.backgroundColor, s.color]; }"
    )
    return sum(map(int, re.findall(r"\d+", back)[:3])) < sum(map(int, re.findall(r"\d+", text)[:3]))
