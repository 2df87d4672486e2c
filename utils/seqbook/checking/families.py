"""Slips that need no switch: what the results themselves, or changed inputs, give away.

A family is tried on every exercise that has a fault model. It compares what came back with what
should have (twice as large, one step late, summed over an axis), and it runs the reference on
inputs that a slip would have used (zeros, another order, the first example for all).
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .asked import ASKED
from .blanks import calls_helpers, functions_in, unread
from .probes import copied, same
from .report import agreeing, outputs
from .results import Fault

if TYPE_CHECKING:
    from .faults import FaultModel

Pairs = list[tuple[np.ndarray, np.ndarray]]  # (what came back, what should have) on each probe

# name → function, and what to say if it was applied, or was left out
CURVES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "tanh": (np.tanh, "tanh"),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), "the sigmoid"),
    "relu": (lambda z: np.maximum(z, 0), "a ReLU"),
    "exp": (np.exp, "the exponential"),
    "log": (np.log, "the logarithm"),
    "square": (np.square, "a square"),
    "root": (np.sqrt, "a square root"),
    "absolute": (np.abs, "the absolute value"),
    "rounded": (np.round, "rounding"),
    "cut": (np.trunc, "cutting to whole numbers"),
    "floor": (np.floor, "rounding down"),
    "reciprocal": (lambda z: 1 / z, "1 divided by it"),
    "softmax": (lambda z: np.exp(z) / np.exp(z).sum(-1, keepdims=True), "a softmax"),
    "derivative of the sigmoid": (lambda s: s * (1 - s), "the derivative s · (1 − s)"),
    "derivative of tanh": (lambda h: 1 - h**2, "the derivative 1 − h²"),
}
REDUCTIONS = {
    "sum": (np.sum, "summed"), "mean": (np.mean, "averaged"), "maximum": (np.max, "the largest"),
    "product": (np.prod, "multiplied"),
}  # fmt: skip


def family(
    model: FaultModel, runs: Sequence[tuple[tuple, Any]], wants: Sequence[Mapping[str, Any]],
    inputs: bool = True,
) -> Fault | None:
    """The first family that explains every run.

    Args:
        model: the fault model that asks.
        runs: probes and what came back.
        wants: what should have come back.
        inputs: also try what the reference gives on other inputs.
    """
    names = list(wants[0])
    if any(got is None for _, got in runs):
        some = all(got is None for _, got in runs)
        return ("returns nothing", (
            "your function returns nothing, None. End it with `return` and the result."
            if some else "on some inputs your function returns nothing, None. Every way through it "
            "must end with a `return`: is it inside the `if` or the loop?"
        ))  # fmt: skip
    extra = [too_many(got, want, len(names)) for (_, got), want in zip(runs, wants, strict=True)]
    if all(place is not None for place in extra) and len(set(extra)) == 1:
        return "returns too much", (
            f"the right result is there, as number {extra[0] + 1} of what comes back. Return it "
            "alone."
        )
    ran = [(probe, got, want) for (probe, got), want in zip(runs, wants, strict=True)
           if not isinstance(got, Exception)]  # fmt: skip
    values = [outputs(got, len(names)) for _, got, _ in ran]
    if len(ran) == len(runs) and all(v is not None for v in values):
        found = by_output(model, [p for p, _, _ in ran], names, values, wants)
        if found:
            return found
    return next(by_input(model, runs), None) if inputs else None


def too_many(got: Any, want: Mapping[str, Any], count: int) -> int | None:
    """Which of several values is the one that is wanted, None if it is not so."""
    if count > 1 or not isinstance(got, list | tuple) or len(got) < 2:
        return None
    right = next(iter(want.values()))
    return next((i for i, value in enumerate(got) if same(value, right)), None)


def by_output(
    model: FaultModel, probes: Sequence[tuple], names: Sequence[str],
    values: Sequence[Any], wants: Sequence[Mapping[str, Any]],
) -> Fault | None:
    """A relation between what came back and what should have, alike in all wrong results."""
    if len(names) > 1:
        for order in itertools.islice(itertools.permutations(range(len(names))), 1, 130):
            if all(same(v[i], list(w.values())[j], *model.close) for v, w in
                   zip(values, wants, strict=True) for i, j in enumerate(order)):  # fmt: skip
                return "order of results", (
                    f"the values are right, but not their order: return {', '.join(names)}."
                )
    said: dict[str, list[str]] = {}
    faults = []
    for k, name in enumerate(names):
        pairs: Pairs = []
        for v, w in zip(values, wants, strict=True):
            try:
                pairs.append((np.asarray(v[k], "float64"), np.asarray(w[name], "float64")))
            except (TypeError, ValueError):
                return None
        if all(same(a, b, *model.close) for a, b in pairs):
            continue
        found = next(relations(pairs, model.axes.get(name, ()), sizes(model, probes)), None)
        if found is None:
            return None
        faults.append(found[0])
        said.setdefault(found[1], []).append(name)
    if not said:
        return None
    hint = "; ".join(agreeing(each(who), what) for what, who in said.items())
    return ", ".join(dict.fromkeys(faults)), hint


def each(names: Sequence[str]) -> str:
    """Several results as the subject of one sentence."""
    listed = ", ".join(names[:-1])
    return f"each of {listed} and {names[-1]}" if len(names) > 1 else names[0]


def sizes(model: FaultModel, probes: Sequence[tuple]) -> dict[str, list[int]]:
    """Name of an axis → its size on each probe."""
    found: list[dict[str, int]] = []
    for probe in probes:
        found.append({})
        for name, part in zip(model.names, probe, strict=False):
            if name in model.axes:
                found[-1].update(zip(model.axes[name], np.shape(part), strict=False))
    return {name: [sizes[name] for sizes in found] for name in found[0]}


def along(axes: Sequence[str], k: int, rank: int) -> str:
    """An axis in words."""
    return f"the {axes[k]}" if len(axes) == rank else f"axis {k}"


def relations(
    pairs: Pairs, axes: Sequence[str], named: Mapping[str, list[int]]
) -> Iterator[tuple[str, str]]:
    """(family, hint without its subject) for each relation that holds on all probes."""

    def holds(change: Callable[[np.ndarray], Any], turned: bool = False) -> bool:
        """Is what came back a change of what should have? Turned: the other way round."""
        try:
            with np.errstate(all="ignore"):
                return all(same(b, change(a)) if turned else same(a, change(b)) for a, b in pairs)
        except (ValueError, IndexError, TypeError, np.exceptions.AxisError):
            return False

    rank = pairs[0][1].ndim
    fits = all(a.shape == b.shape for a, b in pairs)
    if fits:
        yield from scaled(pairs, named)
    if rank and len(pairs[0][1]) > 1 and holds(lambda b: np.broadcast_to(b[:1], b.shape)):
        yield "first row for all", (
            f"repeats its first row. Each place along {along(axes, 0, rank)} needs its own: use "
            "the whole array, or the loop's index, where the first one stands now."
        )
    for k in range(rank):
        over = along(axes, k, rank)
        if holds(lambda b, k=k: np.flip(b, k)):
            yield "reversed", f"comes in reverse order along {over}. Keep the input's order."
        for step in (1, -1):
            if fits and pairs[0][1].shape[k] > 2 and holds_shifted(pairs, k, step):
                late = "late" if step > 0 else "early"
                yield "shifted", (
                    f"comes one place too {late} along {over}. Check where the loop or the index "
                    "begins, and whether a value is stored before or after it is updated."
                )
        for name, (f, word) in REDUCTIONS.items():
            if holds(lambda b, k=k, f=f: f(b, axis=k)):
                yield name, f"is {word} over {over}. Leave that out: keep this axis."
            if holds(lambda b, k=k, f=f: np.broadcast_to(f(b, axis=k, keepdims=True), b.shape)):
                yield name, (
                    f"is {word} over {over}, so all are alike. Leave that out: each has its own."
                )
        for i, word in ((0, "first"), (-1, "last")):
            if holds(lambda b, k=k, i=i: np.take(b, i, k)):
                yield "one only", f"holds only the {word} along {over}. Return all of them."
            if holds(lambda b, k=k, i=i: np.take(b, [i], k)):
                yield "one only", f"holds only the {word} along {over}. Return all of them."
            if holds(lambda b, k=k, i=i: np.broadcast_to(np.take(b, [i], k), b.shape)):
                yield "all alike", (
                    f"holds the {word} along {over} again and again. Is one array overwritten and "
                    "stored several times? Make a new one each time."
                )
    if all(same(a.ravel(), b.ravel()) for a, b in pairs):
        shape, wanted = pairs[0][0].shape, pairs[0][1].shape
        yield "shape", f"has the right numbers in the wrong shape: {shape}, it should be {wanted}."
    for k in range(pairs[0][0].ndim):
        for f, word, do in ((np.sum, "summed", "Sum"), (np.mean, "averaged", "Average")):
            if holds(lambda a, k=k, f=f: f(a, axis=k), turned=True):
                yield f"not {word}", (
                    f"has one axis too many: it is not {word} yet. {do} over axis {k}."
                )
    if rank > 1:
        for order in itertools.permutations(range(rank)):
            if list(order) != sorted(order) and holds(lambda b, o=order: b.transpose(o)):
                yield "transposed", "has the axes in another order."
    if fits and all(b.size > 5 and np.any(b % 1) for _, b in pairs) and all(
        same(np.sort(a, None), np.sort(b, None)) for a, b in pairs
    ):
        yield "other places", (
            "has the right numbers in other places. `reshape` does not exchange axes, a transpose "
            "does: is it there, and is its order the right one?"
        )
    yield from sized(pairs, axes, named)
    if rank and fits and all((b == 0).any() for _, b in pairs):
        fills = {float(v) for a, b in pairs for v in a[b == 0]}
        if len(fills) == 1 and all(same(a[b != 0], b[b != 0]) for a, b in pairs):
            yield "filled", f"holds {fills.pop():g} where it should hold 0. Fill in zeros."
    for name, (f, word) in CURVES.items():
        if holds(f):
            yield name, f"went through {word}, which does not belong there. Leave that out."
        if holds(f, turned=True) and name not in ("relu", "absolute", "rounded", "cut", "floor"):
            yield f"no {name}", f"lacks the last step: {word}."


def sized(
    pairs: Pairs, axes: Sequence[str], named: Mapping[str, list[int]]
) -> Iterator[tuple[str, str]]:
    """A size that is fixed, or that of another axis."""
    rank = pairs[0][1].ndim
    if len(pairs) < 2 or any(a.ndim != rank for a, _ in pairs):
        return
    for a, b in pairs:  # only the size is wrong: as far as there are numbers, they are right
        both = tuple(slice(min(m, n)) for m, n in zip(a.shape, b.shape, strict=True))
        if sum(m != n for m, n in zip(a.shape, b.shape, strict=True)) > 1 or not (
            same(a[both], b[both])
        ):
            return
    for k in range(rank):
        got, want = [a.shape[k] for a, _ in pairs], [b.shape[k] for _, b in pairs]
        if got == want:
            continue
        over = along(axes, k, rank)
        if len(set(got)) == 1 and len(set(want)) > 1 and got[0] > 1:
            yield "fixed size", (
                f"always has the size {got[0]} along {over}, whatever the input. Take the size "
                "from the argument's `.shape`."
            )
        for other, size in named.items():
            if got == size[: len(got)] and len(axes) == rank and other != axes[k]:
                yield "another axis' size", (
                    f"has as many entries along {over} as the {other} has. Does the loop go over "
                    "the right axis?"
                )
        for gap in (1, -1):
            if all(g == w - gap for g, w in zip(got, want, strict=True)):
                yield "one short" if gap > 0 else "one too many", (
                    f"has one entry too {'few' if gap > 0 else 'many'} along {over}. Check where "
                    "the loop or the slice begins and ends."
                )


def holds_shifted(pairs: Pairs, axis: int, step: int) -> bool:
    """Are the entries those of one place before or after, whatever stands at the end?"""
    cut, rest = (slice(1, None), slice(None, -1)) if step > 0 else (slice(None, -1), slice(1, None))
    return all(
        same(np.moveaxis(a, axis, 0)[cut], np.moveaxis(b, axis, 0)[rest]) for a, b in pairs
    )


def scaled(pairs: Pairs, named: Mapping[str, list[int]]) -> Iterator[tuple[str, str]]:
    """One factor, or one number more, in all entries."""
    ratios, gaps = [], []
    for a, b in pairs:
        big = np.abs(b) > 1e-3
        if not np.isfinite(a).all() or not big.any():
            return
        ratio = float(np.median(a[big] / b[big]))
        ratios.append(ratio if np.allclose(a, ratio * b, 1e-4, 1e-5) else np.nan)
        gap = float(np.median(a - b))
        gaps.append(gap if np.allclose(a, b + gap, 1e-4, 1e-5) else np.nan)
    r = np.array(ratios)
    if np.isfinite(r).all() and not np.allclose(r, 0):
        if np.allclose(r, -1, 1e-3):
            yield "sign", "has the wrong sign. Turn it round."
        factors = {axis: np.array(s[: len(r)], float) for axis, s in named.items()}
        if len(pairs) > 1:
            for (m, x), (n, y) in itertools.combinations(factors.items(), 2):
                factors = {**factors, f"{m} and of the {n}": x * y}
            for axis, size in factors.items():
                if np.ptp(size) == 0:
                    continue
                for f, done, undo in (
                    (1 / size, "divided", "Leave the division out."),
                    (size, "multiplied", "Divide by it, or leave the factor out."),
                ):
                    if np.allclose(r, f, 1e-3) or np.allclose(r, -f, 1e-3):
                        minus = ", and has the wrong sign" if r[0] < 0 else ""
                        yield f"{done} by the {axis}", (
                            f"is {done} by the size of the {axis} once too often{minus}. {undo}"
                        )
                k = r / size
                if np.allclose(k, k[0], 1e-3) and axis in named and k[0] > 0:
                    yield "fixed size", (
                        f"is divided by a fixed number (about {1 / k[0]:.3g}) where the size of "
                        f"the {axis} belongs. Take the size from the argument: `len(...)` or "
                        "`.shape`."
                    )
        if np.allclose(r, r[0], 1e-3) and len(pairs) > 1:
            yield "factor", (
                f"is {r[0]:.4g} times what it should be. Look for a factor that is missing or one "
                "too many."
            )
    g = np.array(gaps)
    if len(pairs) > 1 and np.isfinite(g).all() and np.allclose(g, g[0], 1e-3) and abs(g[0]) > 1e-3:
        more = "larger" if g[0] > 0 else "smaller"
        yield "offset", f"is {abs(g[0]):.4g} {more} than it should be, everywhere."


def by_input(model: FaultModel, runs: Sequence[tuple[tuple, Any]]) -> Iterator[Fault]:
    """What the reference gives on inputs that a slip would have used."""

    def explains(change: Callable[[tuple], tuple]) -> bool:
        ran = 0
        for probe, got in runs:
            try:
                with np.errstate(all="ignore"):
                    want = model.expected(change(copied(probe)))
            except Exception:
                if type(got).__name__ not in ("ValueError", "InvalidArgumentError", "IndexError"):
                    return False
                continue
            if not model.matches(got, want):
                return False
            ran += 1
        return ran > 0

    def put(i: int, f: Callable[[Any], Any]) -> Callable[[tuple], tuple]:
        return lambda probe: (*probe[:i], f(probe[i]), *probe[i + 1 :])

    names = model.names
    parts = list(zip(names, model.probes[0], strict=False))
    for i, (name, part) in enumerate(parts):
        axes = model.axes.get(name, ())
        if isinstance(part, int | float | np.floating) and not isinstance(part, bool):
            for more in (1, -1) if isinstance(part, int) else ():
                if explains(put(i, lambda v, m=more: v + m)):
                    yield "off by one", (
                        f"it works as if `{name}` were {'larger' if more > 0 else 'smaller'} by "
                        "one. Check the first and the last index."
                    )
            for value in constants():
                if explains(put(i, lambda v, x=value: type(v)(x))):
                    yield "ignored", (
                        f"the result is as if `{name}` were always {value:g}. Use `{name}` there."
                    )
            if explains(put(i, lambda v: -v)):
                yield "sign", f"`{name}` comes in with the wrong sign."
            continue
        if not isinstance(part, np.ndarray) or part.dtype.kind not in "fiu":
            continue
        floats = part.dtype.kind == "f"
        if floats and explains(put(i, np.zeros_like)):
            yield "ignored", (
                f"`{name}` does not reach the result, which is the same as for zeros. Use `{name}`."
            )
        if floats and explains(put(i, np.negative)):
            yield "sign", f"`{name}` comes in with the wrong sign."
        if floats and explains(put(i, lambda v: 2 * v)):
            yield "twice", f"`{name}` counts twice. Use it once."
        if floats and explains(put(i, np.trunc)):
            yield "whole numbers", (
                f"`{name}` is cut to whole numbers on the way. Keep the fractions: no `int`."
            )
        if part.ndim == 2 and explains(put(i, np.transpose)):
            yield "transposed", f"`{name}` is used transposed. Take it as it stands."
        for k in range(part.ndim):
            over = along(axes, k, part.ndim)
            if explains(put(i, lambda v, k=k: np.repeat(np.take(v, [0], k), v.shape[k], k))):
                one = "example" if len(axes) == part.ndim and axes[k] == "batch" else "entry"
                yield "first row for all", (
                    f"of `{name}` only the first {one} along {over} is used, for all of them. "
                    "Each needs its own: use the whole array, or the loop's index."
                )
            if explains(put(i, lambda v, k=k: np.flip(v, k))):
                yield "reversed", f"`{name}` is read backward along {over}. Begin with the first."
            for step in (1, -1):
                if explains(put(i, lambda v, k=k, s=step: np.roll(v, s, k))):
                    what = "before" if step > 0 else "after"
                    yield "shifted", (
                        f"along {over} of `{name}` the entry {what} the right one is used. Check "
                        "the index."
                    )
            if floats and explains(
                put(i, lambda v, k=k: np.broadcast_to(v.mean(k, keepdims=True), v.shape).copy())
            ):
                yield "averaged", (
                    f"`{name}` is averaged over {over} first, so all are alike. Each needs its own."
                )
            if floats and explains(
                put(i, lambda v, k=k: np.broadcast_to(v.sum(k, keepdims=True), v.shape).copy())
            ):
                yield "summed", (
                    f"`{name}` is summed over {over} first, so all are alike. Each needs its own."
                )
    for i, j in itertools.combinations(range(len(parts)), 2):
        akin = all(type(p[i]) is type(p[j]) for p in model.probes)
        if akin and explains(
            lambda p, i=i, j=j: tuple(p[j] if n == i else p[i] if n == j else v
                                      for n, v in enumerate(p))
        ):  # fmt: skip
            yield "order of arguments", (
                f"`{names[i]}` and `{names[j]}` are exchanged: each stands where the other belongs."
            )
        for a, b in ((i, j), (j, i)):
            if akin and explains(lambda p, a=a, b=b: (*p[:a], p[b], *p[a + 1 :])):
                yield "wrong argument", f"`{names[b]}` is used where `{names[a]}` belongs."


def constants() -> list[float]:
    """The numbers that the answer's own code holds, 0 and 1 among them."""
    asked = ASKED.get()
    found = [f.__code__ for a in (asked.answers if asked else ()) for f in functions_in(a)]
    for code in found:
        found += [c for c in code.co_consts if inspect.iscode(c)]
    found = [c for code in found for c in code.co_consts if type(c) in (int, float)]
    return list(dict.fromkeys([0, 1, *found]))[:12]


def experiment(model: FaultModel, answer: Any, runs: Sequence[tuple[tuple, Any]]) -> str:
    """What more calls show of an answer that no slip explains; empty if nothing.

    An argument is said to have no effect only if calls show it, a right answer's result would
    change, and the learner's function never reads it.
    """
    own = written_parameters(model, answer)
    unmoved = [unused(model, answer, probe, got) for probe, got in runs if all_finite(got)]
    found = [own[name] for name in model.names
             if name in own and unmoved and all(name in some for some in unmoved)]  # fmt: skip
    listed = " and ".join(f"`{name}`" for name in found)
    it = "them" if len(found) > 1 else "it"
    if found:
        return (
            f"Changing {listed} changes nothing in your result, and your code never reads {it}: "
            f"use {it}."
        )
    for probe, got in runs:
        if all_finite(got) and not model.matches(got, model.expected(probe)):
            return end_unused(model, answer, probe, got)
    return ""


def end_unused(model: FaultModel, answer: Any, probe: tuple, got: Any) -> str:
    """Is there an axis of an argument whose first or last entry plays no part, and should?"""
    for i, (name, part) in enumerate(zip(model.names, probe, strict=False)):
        if not isinstance(part, np.ndarray) or part.dtype.kind != "f":
            continue
        for axis, (at, word) in itertools.product(range(part.ndim), ((-1, "last"), (0, "first"))):
            if part.shape[axis] < 2:
                continue
            changed = list(copied(probe))
            np.moveaxis(changed[i], axis, 0)[at] = 1.7
            before, after = model.expected(probe), model.expected(tuple(changed))
            if all(same(before[n], after[n]) for n in before):
                continue
            now = model._run(answer, tuple(changed), [])
            if not isinstance(now, Exception) and alike(now, got):
                over = along(model.axes.get(name, ()), axis, part.ndim)
                return (
                    f"The {word} entry of `{name}` along {over} changes nothing in your result: is "
                    "a size fixed, or does a loop leave it out?"
                )
    return ""


def written_parameters(model: FaultModel, answer: Any) -> dict[str, str]:
    """The model's name of an argument → the learner's own, for those that are never read."""
    asked = ASKED.get()
    given = asked.answers if asked else ()
    functions = [f for a in given for f in functions_in(a)]
    if not functions and inspect.isfunction(answer):
        functions = [answer]
    if model.args or model.call or len(functions) != 1 or calls_helpers(functions[0]):
        return {}
    parameters = list(inspect.signature(functions[0]).parameters)
    if len(parameters) != len(model.names):
        return {}
    never = unread(functions[0])
    return {m: p for m, p in zip(model.names, parameters, strict=True) if p in never}


def all_finite(got: Any) -> bool:
    """Is this a result, and without NaN and infinite numbers?"""
    if got is None or isinstance(got, Exception):
        return False
    if isinstance(got, list | tuple) and any(np.ndim(part) for part in got):
        return all(map(all_finite, got))
    try:
        return bool(np.isfinite(np.asarray(got, "float64")).all())
    except (TypeError, ValueError):
        return True


ENOUGH = 4  # so many other values of an argument, before it is said to have no effect


def others(part: Any) -> Iterator[Any]:
    """Clearly different values of an argument, of the same kind and shape."""
    if isinstance(part, np.ndarray) and part.dtype.kind == "f":
        for scale, more in ((0.6, 0.17), (3.0, 2.3), (1.7, -0.6), (0.25, 1.1)):
            yield (scale * part[..., ::-1] + more).astype(part.dtype)
    elif isinstance(part, np.ndarray) and part.dtype.kind in "iu":
        seen = [part]
        for places in range(1, part.size):
            turned = np.roll(part.ravel(), places).reshape(part.shape)
            if not any(np.array_equal(turned, other) for other in seen):
                seen.append(turned)
                yield turned
    elif isinstance(part, float):
        yield from (scale * part for scale in (0.6, 3.0, 1.7, 0.25))


def unused(model: FaultModel, answer: Any, probe: tuple, got: Any) -> list[str]:
    """The arguments that play no part in this result, and should."""
    found = []
    for i, name in enumerate(model.names[: len(probe)]):
        tried = 0
        for value in others(probe[i]):
            changed = copied((*probe[:i], value, *probe[i + 1 :]))
            try:
                before, after = model.expected(probe), model.expected(changed)
            except (ValueError, IndexError):
                continue
            if all(same(before[n], after[n]) for n in before):
                continue  # it would have no effect in a right answer either
            now = model._run(answer, changed, [])
            if isinstance(now, Exception) or not alike(now, got):
                tried = 0
                break
            tried += 1
            if tried == ENOUGH:
                break
        if tried == ENOUGH:
            found.append(name)
    return found


def alike(a: Any, b: Any) -> bool:
    """Are two results of an answer the same?"""
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(alike, a, b))
    return same(a, b)
