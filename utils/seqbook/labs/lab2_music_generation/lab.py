"""The lab all checks of this package belong to, and what several of them use."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...checking import Fault, FaultModel, Lab, Todo, Verdict
from ...checking.blanks import names_used
from ...checking.report import blame

LAB = Lab("Lab 2")

# What the cells of the notebook leave behind. An answer must do with its arguments.
NOTEBOOK = {
    "tunes", "train_tunes", "val_tunes", "vocabulary", "ids", "inputs", "targets", "untrained",
    "settings", "run", "written", "logits", "start", "writer",
}  # fmt: skip
OTHERS_DATA = (
    "your code uses `{name}` of the notebook, so it gives the same whatever it is asked. Use the "
    "function's own argument{instead} instead."
)
NOT_TENSORFLOW = (
    "the numbers are right, but this stops inside `tf.function`: a NumPy or Python operation "
    "cannot be compiled. Use TensorFlow's, such as `tf.exp` for `np.exp`, and no `.numpy()`."
)
# What an error's text holds → what to do about it.
CRASHES = [
    (r'can only concatenate (str|list)|can only concatenate .* \(not "(str|list)"\)',
     "A string cannot be added to a list: put it into a list of its own first, `[...]`."),
    (r"is not in list|KeyError", "Look up one character at a time, and in the vocabulary that is "
     "given."),
    (r"slice indices must be integers|cannot be interpreted as an integer|arrays used as indices",
     "A place in a text or a list is a whole number: use `round(...)` or `rng.integers(...)`."),
    (r"sequence item \d+: expected str", "`join` takes strings alone: look the numbers up first."),
    (r"NoneType", "`list.sort()`, `list.append()` and `rng.shuffle()` change their list and return "
     "None."),
]  # fmt: skip


def named(hints: Mapping[str, str], found: Sequence[str], **words: Any) -> list[Fault]:
    """Slips with their hints, each once; words fill the gaps in them."""
    return [(name, hints[name].format(**words)) for name in dict.fromkeys(found)]


def exercise(
    todo: str, goal: str, names: str | Sequence[str] = (),
    crashes: Sequence[tuple[str, str] | tuple[str, str, str]] = (),
) -> Callable[[Callable[..., Verdict]], Callable[..., Any]]:
    """`LAB.exercise`, with more to say of errors and of names that an answer should not use.

    Args:
        crashes: (pattern of the error's text, what to do), looked through before `CRASHES`; with
            a slip's name as a third part, what to do is told without the error's own text.
    """

    def wrap(judge: Callable[..., Verdict]) -> Callable[..., Any]:
        @functools.wraps(judge)
        def judged(*answer: Any) -> Verdict:
            try:
                said = judge(*answer)
            except NotImplementedError:
                raise
            except Exception as error:
                said = f"your code stopped with {blame(error)}"
            if said is None:
                return None
            used = set().union(*map(names_used, answer)) & NOTEBOOK
            if used:
                name = min(used)
                code = getattr(answer[0], "__code__", None)
                own = code.co_varnames[:1] if code is not None and code.co_argcount else ()
                instead = f" `{own[0]}`" if own and own[0] != name else ""
                return [("notebook's name", OTHERS_DATA.format(name=name, instead=instead))]
            if isinstance(said, str) and "stopped with" in said:
                for pattern, hint, *name in (*crashes, *CRASHES):
                    if re.search(pattern, said):
                        return [(name[0], hint) if name else ("crash", f"{said} {hint}")]
            return said

        return LAB.exercise(todo, goal, names)(judged)

    return wrap


def reference(
    function: Callable[..., dict[str, Any]],
) -> Callable[..., dict[str, Any]]:
    """A reference with switches: slips that do not go together, or not on a probe, are misfits."""

    @functools.wraps(function)
    def run(*args: Any, **named_args: Any) -> dict[str, Any]:
        try:
            return function(*args, **named_args)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise ValueError(str(error)) from error

    return run


def compiles(answer: Callable[..., Any], *inputs: Any) -> bool:
    """Does a call with these tensors work inside `tf.function`?"""
    import tensorflow as tf

    try:
        tf.function(lambda *given: answer(*given), reduce_retracing=True)(*inputs)
    except Todo:
        raise
    except Exception:  # NotImplementedError too: that is what NumPy says of a symbolic tensor
        return False
    return True


def judge_compiled(model: FaultModel, answer: Callable[..., Any]) -> Verdict:
    """A fault model's verdict; a right answer must also work inside `tf.function`."""
    import tensorflow as tf

    said = model.judge(answer)
    if said is not None:
        return said
    probe = tuple(tf.constant(part) for part in model.probes[-1])
    return None if compiles(answer, *probe) else [("not compilable", NOT_TENSORFLOW)]


def kind_of(value: Any) -> str:
    """The kind of numbers in an array or tensor: i, u, f, b, or O for anything else."""
    return np.asarray(value).dtype.kind
