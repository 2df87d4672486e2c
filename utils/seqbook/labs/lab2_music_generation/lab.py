"""The lab all checks of this package belong to, and what several of them use."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...checking import Fault, FaultModel, Lab, Todo, Verdict
from ...checking.blanks import functions_in, names_used, tree_of, unread
from ...checking.report import blame

LAB = Lab("Lab 2")

# What the cells of the notebook leave behind. An answer must do with its arguments.
NOTEBOOK = {
    "tunes", "train_tunes", "val_tunes", "vocabulary", "ids", "inputs", "targets", "untrained",
    "settings", "run", "written", "logits", "start", "writer",
}  # fmt: skip
OTHERS_DATA = (
    "your code uses `{name}` of the notebook, and never reads its own {unread}: so it gives the same "
    "whatever it is given there. Use what it is given."
)
NOT_TENSORFLOW = (
    "the numbers are right, but this stops inside `tf.function`: a NumPy or Python operation "
    "cannot be compiled. Use TensorFlow's, such as `tf.exp` for `np.exp`, and no `.numpy()`."
)
# What an error's line and text hold → what to do about it; each says no more than they show.
CRASHES = [
    (r'can only concatenate (list \(not "str"\)|str \(not "list"\))',
     "A string cannot be added to a list: put it into a list of its own first, `[...]`."),
    (r"""(KeyError.*: |ValueError.*: )(['"])(?!\\.\2)[^'"]{2,}\2( is not in list)?\.""",
     "Look up one character at a time."),
    (r"whole number: there ", "`round(...)` makes a whole number of it."),
    (r"sequence item \d+: expected str instance, \w*int\w* found",
     "`join` takes strings alone: look the numbers up first."),
]  # fmt: skip
CHANGERS = {"sort", "append", "shuffle", "reverse", "extend", "insert"}
NO_RESULT = "`.{method}(...)` changes its list and returns None: its result is of no use."


def calls_in(answer: Sequence[Any]) -> list[ast.Call]:
    """The calls in the source of an answer."""
    return [node for one in answer for f in functions_in(one) for node in ast.walk(tree_of(f))
            if isinstance(node, ast.Call)]  # fmt: skip


def called(call: ast.AST) -> str:
    """The last part of the name of what is called, `sort` of `list.sort()`; that of a loss object
    too, which is made and called at once."""
    of = call.func if isinstance(call, ast.Call) else call
    of = of.func if isinstance(of, ast.Call) else of
    return of.attr if isinstance(of, ast.Attribute) else getattr(of, "id", "")


def result_of_none(answer: Sequence[Any]) -> str:
    """The method whose result, None, is used in an answer; empty if there is none."""
    for one in answer:
        for f in functions_in(one):
            tree = tree_of(f)
            alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    if node.func.attr in CHANGERS and id(node) not in alone:
                        return node.func.attr
    return ""


def notebook_for_argument(answer: Sequence[Any]) -> Verdict:
    """A name of the notebook that is used by a function which never reads an argument of its."""
    for one in answer:
        used, never = names_used(one) & NOTEBOOK, [p for f in functions_in(one) for p in unread(f)]
        if used and never and inspect.isfunction(one):
            its = "argument" if len(never) == 1 else "arguments"
            listed = " and ".join(f"`{name}`" for name in never)
            words = {"name": min(used), "unread": f"{its} {listed}"}
            return [("notebook's name", OTHERS_DATA.format(**words))]
    return None


Advice = str | Callable[[Sequence[Any]], str]


def named(hints: Mapping[str, str], found: Sequence[str], **words: Any) -> list[Fault]:
    """Slips with their hints, each once; words fill the gaps in them."""
    return [(name, hints[name].format(**words)) for name in dict.fromkeys(found)]


def exercise(
    todo: str, goal: str, names: str | Sequence[str] = (),
    crashes: Sequence[tuple[str, Advice] | tuple[str, Advice, str]] = (),
) -> Callable[[Callable[..., Verdict]], Callable[..., Any]]:
    """`LAB.exercise`, with more to say of errors and of names that an answer should not use.

    Args:
        crashes: (pattern of the error's line and text, what to do), looked through before
            `CRASHES`; with a slip's name as a third part, what to do is told without the error's
            own text. What to do may be a function of the answer that says it, or nothing where the
            source does not show the cause.
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
            of_notebook = notebook_for_argument(answer)
            if of_notebook is not None:
                return of_notebook
            if isinstance(said, str) and "stopped with" in said:
                return advised(said, answer, (*crashes, *CRASHES))
            return said

        return LAB.exercise(todo, goal, names)(judged)

    return wrap


def advised(said: str, answer: Sequence[Any], crashes: Sequence[Any]) -> Verdict:
    """What is said of an error, with the first advice that its text and the source bear out."""
    for pattern, hint, *name in crashes:
        if re.search(pattern, said):
            hint = hint(answer) if callable(hint) else hint
            if hint:
                return [(name[0], hint) if name else ("crash", f"{said} {hint}")]
    method = result_of_none(answer) if "None" in said else ""
    return [("crash", f"{said} {NO_RESULT.format(method=method)}")] if method else said


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
