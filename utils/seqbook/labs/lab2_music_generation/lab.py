"""The lab all checks of this package belong to, and what several of them use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...checking import FaultModel, Lab, Todo

__all__ = ["LAB", "Faults", "compiles", "judge_compiled", "named"]

LAB = Lab("Lab 2")
Faults = list[tuple[str, str]]

NOT_TENSORFLOW = (
    "the numbers are right, but this stops inside `tf.function`: a NumPy or Python operation "
    "cannot "
    "be compiled. Use TensorFlow's, such as `tf.exp` for `np.exp`, and no `.numpy()`."
)


def named(hints: dict[str, str], found: list[str]) -> Faults:
    """Slips with their hints, each once."""
    return [(name, hints[name]) for name in dict.fromkeys(found)]


def compiles(answer: Callable[..., Any], *inputs: Any) -> bool:
    """Does a call with these tensors work inside `tf.function`?"""
    import tensorflow as tf

    try:
        tf.function(lambda *given: answer(*given))(*inputs)
    except Todo:
        raise
    except Exception:  # NotImplementedError too: that is what NumPy says of a symbolic tensor
        return False
    return True


def judge_compiled(model: FaultModel, answer: Callable[..., Any]) -> Any:
    """A fault model's verdict; a right answer must also work inside `tf.function`."""
    import tensorflow as tf

    said = model.judge(answer)
    if said is not None:
        return said
    probe = tuple(tf.constant(part) for part in model.probes[-1])
    return None if compiles(answer, *probe) else [("not compilable", NOT_TENSORFLOW)]
