"""Is a `...` still in the answer?"""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any


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
    return code is not None and blank_in(code) and blank_in_source(answer)


def blank_in(code: Any) -> bool:
    """Is a `...` in this code object or one nested in it?"""
    return any(c is Ellipsis or (inspect.iscode(c) and blank_in(c)) for c in code.co_consts)


def blank_in_source(function: Any) -> bool:
    """Is it a blank and not an index, as in `h[..., tf.newaxis]`? True if that cannot be read."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return True
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
    """Is this an object of a class written in the notebook?"""
    return type(answer).__module__ == "__main__"
