"""What the source shows is told where no single slip gives the numbers."""

from __future__ import annotations

import linecache

import pytest
from seqbook.checking.plain_sight import in_plain_sight, returns_something


def learner(source: str):
    """A function as a learner writes it in a notebook."""
    name = f"<cell {hash(source)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    space = {"__name__": "__main__"}
    exec(compile(source, name, "exec"), space)
    return space["f"]


@pytest.mark.parametrize(
    ("source", "slip"),
    [
        ("def f(xs):\n    for x in xs:\n        y = x\n        return y", "return in the loop"),
        ("def f(xs):\n    while xs:\n        return xs", "return in the loop"),
        ("def f(x, states=[]):\n    states.append(x)\n    return states", "kept default"),
        ("def f(x, *, kept={}):\n    return kept", "kept default"),
        ("def f(xs):\n    for x in xs:\n        if x:\n            return x", None),
        ("def f(x, size=3, names=()):\n    return x", None),
    ],
)
def test_what_stands_in_the_source_is_seen(source, slip):
    found = in_plain_sight([learner(source)])
    assert (found and found[0]) == slip


@pytest.mark.parametrize(
    ("source", "does"),
    [
        ("def f(x):\n    return x", True),
        ("def f(x):\n    x + 1", False),
        ("def f(x):\n    return", False),
        ("def f(x):\n    return None", False),
    ],
)
def test_a_return_with_a_value_is_found(source, does):
    assert returns_something([learner(source)]) is does


def test_what_has_no_source_shows_nothing():
    assert in_plain_sight([len, 3, None]) is None
