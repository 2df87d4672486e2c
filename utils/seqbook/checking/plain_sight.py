"""Mistakes that stand in the source for anybody to see, whatever numbers they give.

They are told of a wrong answer where its numbers fit no single slip: a combination of slips may
give the same numbers and say what is not there.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from .blanks import functions_in
from .results import Fault

LOOPS = (ast.For, ast.While)


def trees(answers: Sequence[Any]) -> Iterator[ast.FunctionDef]:
    """The syntax trees of the functions that the learner wrote in these answers."""
    for answer in answers:
        for function in functions_in(answer):
            try:
                tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
            except (OSError, TypeError, SyntaxError, IndexError):
                continue
            if isinstance(tree, ast.FunctionDef):
                yield tree


def in_plain_sight(answers: Sequence[Any]) -> Fault | None:
    """A slip and its hint, if the source of one of the answers shows one."""
    for tree in trees(answers):
        for node in ast.walk(tree):
            # A `return` behind an `if` may be meant: the loop looks for something.
            if isinstance(node, LOOPS) and any(isinstance(s, ast.Return) for s in node.body):
                return "return in the loop", (
                    f"in `{tree.name}` a `return` stands inside the loop, which so ends in its "
                    "first round. Put the `return` behind the loop, one level to the left."
                )
        positional = [*tree.args.posonlyargs, *tree.args.args]
        pairs = zip(positional[::-1], tree.args.defaults[::-1], strict=False)
        for argument, default in [*pairs, *zip(tree.args.kwonlyargs, tree.args.kw_defaults,
                                               strict=True)]:
            if isinstance(default, ast.List | ast.Dict | ast.Set):
                return "kept default", (
                    f"the default `{argument.arg}={ast.unparse(default)}` is made once and kept "
                    "from call to call, with what the last call put into it. Make it inside the "
                    "function."
                )
    return None


def returns_something(answers: Sequence[Any]) -> bool:
    """Does a `return` with a value stand in one of the answers?"""
    return any(
        isinstance(node, ast.Return) and node.value is not None
        and not (isinstance(node.value, ast.Constant) and node.value.value is None)
        for tree in trees(answers) for node in ast.walk(tree)
    )
