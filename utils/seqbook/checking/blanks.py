"""What an answer's code holds: a `...` still, or the names of other answers."""

from __future__ import annotations

import ast
import dis
import inspect
import textwrap
from typing import Any

LOADS = ("LOAD_GLOBAL", "LOAD_NAME")


def is_blank(answer: Any) -> bool:
    """Is the answer itself a `...`?"""
    return answer is Ellipsis


def has_blank(answer: Any) -> bool:
    """Is a `...` still in the code of this function, class or object?"""
    if not (inspect.isfunction(answer) or inspect.ismethod(answer) or inspect.isclass(answer)):
        answer = type(answer) if is_users(answer) else getattr(answer, "python_function", answer)
    if inspect.isclass(answer):
        return any(
            has_blank(getattr(member, "__func__", member))
            for member in vars(answer).values()
            if inspect.isfunction(getattr(member, "__func__", member))
        )
    answer = inspect.unwrap(answer) if callable(answer) else answer
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    # A line that is only `...` leaves nothing in the code, so the learner's source is looked at
    # first. A library's own functions are no blanks of the learner's.
    in_source = blank_in_source(answer) if is_users(answer) else False
    return blank_in(code) if in_source is None else in_source


def functions_in(answer: Any) -> list[Any]:
    """The functions that the learner wrote in this answer: itself, or the methods of its class."""
    if is_users(answer) and not inspect.isfunction(answer) and not inspect.ismethod(answer):
        answer = type(answer)
    if inspect.isclass(answer) and answer.__module__ == "__main__":
        members = [getattr(m, "__func__", m) for m in vars(answer).values()]
    else:
        members = [getattr(answer, "python_function", answer)]  # a tf.function has one
    members = [inspect.unwrap(m) for m in members if callable(m)]
    return [m for m in members if inspect.isfunction(m) and m.__module__ == "__main__"]


def names_used(answer: Any) -> set[str]:
    """The names that an answer looks up, `rnn_step` for instance, also by way of helpers."""
    found: set[str] = set()
    waiting = functions_in(answer)
    while waiting:
        function = waiting.pop()
        new = names_of(function.__code__) - found
        found |= new
        for name in new:
            waiting += functions_in(function.__globals__.get(name))
    return found


def names_of(code: Any) -> set[str]:
    """The global names in this code object and those nested in it; no attributes."""
    own = {i.argval for i in dis.get_instructions(code) if i.opname in LOADS}
    return own.union(*(names_of(c) for c in code.co_consts if inspect.iscode(c)))


def blank_in(code: Any) -> bool:
    """Is a `...` in this code object or one nested in it?"""
    return any(c is Ellipsis or (inspect.iscode(c) and blank_in(c)) for c in code.co_consts)


def blank_in_source(function: Any) -> bool | None:
    """Is there a blank, not an index as in `h[..., tf.newaxis]`? None if it cannot be read."""
    tree = tree_of(function)
    if not getattr(tree, "body", None):
        return None
    indexed = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        for part in ast.walk(node.slice)
    }
    return any(
        isinstance(node, ast.Constant) and node.value is Ellipsis and id(node) not in indexed
        for node in ast.walk(tree)
    )


def is_users(answer: Any) -> bool:
    """Is this a function, or an object of a class, written in the notebook?"""
    if inspect.isfunction(answer) or inspect.ismethod(answer):
        return answer.__module__ == "__main__"
    return type(answer).__module__ == "__main__"


def unread(function: Any) -> list[str]:
    """The parameters that this function never reads, in their order.

    Empty where the code alone cannot tell: without a code of its own, or with `locals` and the
    like, which reach a parameter without its name.
    """
    function = getattr(function, "python_function", function)
    code = getattr(inspect.unwrap(function) if callable(function) else None, "__code__", None)
    if code is None or names_of(code) & {"locals", "vars", "eval", "exec"}:
        return []
    count = code.co_argcount + code.co_kwonlyargcount
    read = locals_read(code)
    return [name for name in code.co_varnames[:count] if name not in read]


def locals_read(code: Any) -> set[str]:
    """The local names whose values are read in this code object or in those nested in it."""
    found: set[str] = set()
    for step in dis.get_instructions(code):
        if "LOAD" in step.opname and step.opname not in LOADS:
            found.update(step.argval if isinstance(step.argval, tuple) else [step.argval])
    inner = (locals_read(c) for c in code.co_consts if inspect.iscode(c))
    return {name for name in found if isinstance(name, str)}.union(*inner)


def calls_helpers(function: Any) -> bool:
    """Does this function look up another one that was written in the notebook?"""
    space = getattr(function, "__globals__", {})
    code = getattr(function, "__code__", None)
    return code is not None and any(functions_in(space.get(name)) for name in names_of(code))


def tree_of(function: Any) -> ast.AST:
    """The source of a function as a tree, an empty one if it cannot be read."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return ast.Module([], [])
