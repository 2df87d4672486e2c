"""What every generator asks of its arguments."""

from __future__ import annotations


def at_least(name: str, value: int, least: int) -> int:
    """`value` as an int. ValueError, naming the argument, if it is not a whole number >= least."""
    if isinstance(value, bool) or int(value) != value or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}")
    return int(value)
