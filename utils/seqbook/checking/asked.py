"""The check that is running: shared by the lab, its fault models and what they report."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .lab import Lab


@dataclass
class Asked:
    """The check that is running: what fault models need to know of it, and tell it.

    Attributes:
        lab: the exercise's lab.
        todo: the exercise's number.
        inputs: the arguments on which a fault model found the answer wrong.
        answers: what the check was given.
        runs: if a list, fault models put what they saw there and look for no slip.
    """

    lab: Lab
    todo: str
    inputs: tuple[Any, ...] | None = None
    answers: Sequence[Any] = ()
    runs: list[tuple[Any, list[Any]]] | None = None


ASKED: ContextVar[Asked | None] = ContextVar("asked", default=None)
