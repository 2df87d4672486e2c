"""Mutants of a solution: each is the solution with one slip, and a hint that says which.

`mutants(source, visible)` yields them in a fixed order. A hint says what the slip is and where it
stands, with the exercise's own names; it never quotes the solution.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# Functions that are taken for one another.
ALIKE = [
    words.split() for words in (
        "sum mean max min prod", "reduce_sum reduce_mean reduce_max", "tanh sigmoid relu tan sin",
        "zeros ones", "zeros_like ones_like", "exp log", "log log2 log10 log1p", "sqrt abs square",
        "min max", "floor ceil round", "stack concatenate", "cumsum cumprod", "any all",
        "shape size", "argmax argmin",
    )
]  # fmt: skip
WORDS = {
    "sum": "the sum", "mean": "the mean", "max": "the maximum", "min": "the minimum",
    "reduce_sum": "the sum", "reduce_mean": "the mean", "sqrt": "the square root",
    "exp": "the exponential", "log": "the logarithm", "tanh": "tanh", "zeros": "zeros",
    "ones": "ones", "zeros_like": "zeros", "ones_like": "ones", "abs": "the absolute value",
    "prod": "the product", "square": "the square", "cumsum": "the running sum",
}  # fmt: skip
OPERATORS = {
    ast.Add: "sum", ast.Sub: "difference", ast.Mult: "product", ast.Div: "quotient",
    ast.MatMult: "matrix product", ast.Pow: "power", ast.FloorDiv: "whole quotient",
    ast.Mod: "remainder",
}  # fmt: skip


@dataclass
class Mutant:
    """One slip.

    Attributes:
        source: the changed cell.
        hint: what to tell a learner whose answer gives the same results.
        rank: how likely the slip is; 0 is the likeliest.
        place: which statement it changes.
    """

    source: str
    hint: str
    rank: int
    place: str


Change = tuple[ast.AST, Any, str, int]  # (node, what stands there instead, hint, rank)


def mutants(source: str, most: int = 2) -> Iterator[Mutant]:
    """All single mutants of the functions and methods in a cell, up to this rank."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for function in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
        if function.name == "__init__":
            continue
        for statement, (node, new, hint, rank) in changes(function):
            if rank > most:
                continue
            put = replaced_block if isinstance(node, Block) else replaced
            changed = ast.fix_missing_locations(put(tree, node, new))
            text = ast.unparse(changed)
            if text not in seen:
                seen.add(text)
                yield Mutant(text, hint, rank, statement)


def replaced(tree: Any, node: ast.AST, new: Any) -> Any:
    """The tree with one node replaced; a statement by a list of them."""
    if tree is node:
        return new
    if isinstance(tree, list):
        done: list[Any] = []
        for item in tree:
            put = replaced(item, node, new)
            done += put if isinstance(put, list) else [put]
        return done
    if not isinstance(tree, ast.AST):
        return tree
    fields = {key: replaced(value, node, new) for key, value in ast.iter_fields(tree)}
    if fields.get("body") == []:
        fields["body"] = [ast.Pass()]
    return type(tree)(**fields)


def changes(function: ast.FunctionDef) -> Iterator[tuple[str, Change]]:
    """(statement, change) for every slip in one function."""
    parameters = [a.arg for a in function.args.args if a.arg != "self"]
    local = [
        n.id for n in ast.walk(function) if isinstance(n, ast.Name) and type(n.ctx) is ast.Store
    ]
    names = list(dict.fromkeys([*parameters, *local]))
    for body in bodies(function):
        for i, statement in enumerate(body):
            if is_docstring(statement):
                continue
            label = ast.unparse(statement).splitlines()[0]
            for change in of_statement(body, i):
                yield label, change
            heads = [n for n in ast.iter_child_nodes(statement) if isinstance(n, ast.expr)]
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                continue
            where = place(statement)
            for head in heads:
                for e in values(head):
                    if type(getattr(e, "ctx", None)) is not ast.Store:
                        for new, hint, rank in of_expression(e, names):
                            if rank > 1 and (function.name == "build" or counts(statement)):
                                continue
                            yield label, (e, new, f"{where}{hint}", rank)
    last = function.body[-1]
    if isinstance(last, ast.Return) and last.value is not None:
        for name in names:
            hint = f"`{name}` is returned, and something else should be. Look at what is asked for."
            yield "return", (last, [ast.Return(load(name))], hint, 1)


def counts(statement: ast.stmt) -> bool:
    """Is this the head of a loop over steps, where little can be written otherwise?"""
    return isinstance(statement, ast.For) and "range" in ast.unparse(statement.iter)


MODULES = ("np", "tf", "keras", "ops", "self", "math", "music")


def values(head: ast.expr) -> Iterator[ast.expr]:
    """The expressions in an expression that are values: no functions, modules, names to store."""
    other = set()
    for node in ast.walk(head):
        if isinstance(node, ast.Call):
            other |= {id(node.func)}
        if isinstance(node, ast.Attribute):
            other |= {id(node.value)} if isinstance(node.value, ast.Name) and (
                node.value.id in MODULES) else set()
        if isinstance(node, ast.comprehension):
            other |= {id(n) for n in ast.walk(node.target)}
    for node in ast.walk(head):
        if isinstance(node, ast.expr) and id(node) not in other:
            yield node


def bodies(function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    """The blocks of statements of a function, the outermost first."""
    for node in ast.walk(function):
        for key in ("body", "orelse"):
            block = getattr(node, key, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def load(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def made(text: str, **parts: ast.expr) -> ast.expr:
    """An expression in which capital letters stand for trees."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return parts.get(node.id, node)

    return Put().visit(ast.parse(text, mode="eval").body)


# Words -----------------------------------------------------------------------------------------


def place(statement: ast.stmt) -> str:
    """Where a statement stands in the argument, as the beginning of a hint."""
    if isinstance(statement, ast.Assign | ast.AugAssign):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        names = [n.id for n in ast.walk(target) if isinstance(n, ast.Name)]
        attributes = [n.attr for n in ast.walk(target) if isinstance(n, ast.Attribute)]
        first = [*attributes, *names][:1]
        return f"where `{first[0]}` is computed, " if first else ""
    if isinstance(statement, ast.Return):
        return "in what is returned, "
    if isinstance(statement, ast.For | ast.While):
        return "in the head of the loop, "
    if isinstance(statement, ast.If):
        return "in the condition, "
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return f"in the call of `{called(statement.value)}`, "
    return ""


def called(e: ast.expr) -> str:
    """The name of the function of a call."""
    f = e.func if isinstance(e, ast.Call) else e
    return f.attr if isinstance(f, ast.Attribute) else f.id if isinstance(f, ast.Name) else "it"


def leaves(e: ast.AST) -> list[str]:
    """The names of the variables in an expression."""
    functions = {id(n.func) for n in ast.walk(e) if isinstance(n, ast.Call)}
    modules = {
        id(n.value)
        for n in ast.walk(e)
        if isinstance(n, ast.Attribute)
        and isinstance(n.value, ast.Name)
        and n.value.id in ("np", "tf", "keras", "self")
    }
    found = [n.id for n in ast.walk(e)
             if isinstance(n, ast.Name) and id(n) not in functions | modules]  # fmt: skip
    own = [n.attr for n in ast.walk(e) if isinstance(n, ast.Attribute)
           and isinstance(n.value, ast.Name) and n.value.id == "self"]  # fmt: skip
    return list(dict.fromkeys([*found, *own]))


def words(e: ast.expr) -> str:
    """An expression in words, never as code."""
    if isinstance(e, ast.Name):
        return f"`{e.id}`"
    if isinstance(e, ast.Attribute):
        if e.attr == "T":
            return f"{words(e.value)} transposed"
        return f"`{e.attr}`" if leaves(e) == [e.attr] else f"the {e.attr} of {words(e.value)}"
    if isinstance(e, ast.Constant):
        return f"the number {e.value}" if isinstance(e.value, int | float) else repr(e.value)
    if isinstance(e, ast.UnaryOp) and isinstance(e.op, ast.USub):
        return f"minus {words(e.operand)}"
    if isinstance(e, ast.Subscript):
        return f"the part of {words(e.value)}"
    names = " and ".join(f"`{name}`" for name in leaves(e)[:3])
    if isinstance(e, ast.Call):
        name = called(e)
        return WORDS.get(name, f"`{name}`") + (f" of {names}" if names else "")
    if isinstance(e, ast.BinOp):
        return f"the {OPERATORS.get(type(e.op), 'term')} of {names}" if names else "a number"
    if isinstance(e, ast.Compare):
        return f"the comparison of {names}"
    return f"the expression with {names}" if names else "an expression"


# Slips -----------------------------------------------------------------------------------------

Slip = tuple[ast.expr, str, int]


def of_expression(e: ast.expr, names: Sequence[str]) -> Iterator[Slip]:
    """(what stands in its place, hint, rank) for one expression."""
    if isinstance(e, ast.BinOp):
        yield from of_operator(e)
    if isinstance(e, ast.UnaryOp) and isinstance(e.op, ast.USub):
        yield e.operand, f"the minus of {words(e.operand)} is missing. Put it there.", 0
    if isinstance(e, ast.Attribute) and e.attr == "T":
        yield e.value, f"{words(e.value)} is not transposed. Transpose it.", 0
    if isinstance(e, ast.Compare) and len(e.ops) == 1:
        yield from of_comparison(e)
    if isinstance(e, ast.IfExp):
        for new, hint in (
            (e.body, "the special case is left out: one rule is used everywhere. Treat it apart."),
            (e.orelse, "the special case is used everywhere. It is for some cases only."),
            (ast.IfExp(e.test, e.orelse, e.body), "the two cases are exchanged. Turn them round."),
        ):
            yield new, hint, 0
    if isinstance(e, ast.Constant):
        yield from of_constant(e)
    if isinstance(e, ast.Name):
        for name in names:
            if name != e.id:
                yield load(name), f"`{name}` is used where `{e.id}` belongs.", 1
    if isinstance(e, ast.Call):
        yield from of_call(e)
    if isinstance(e, ast.Subscript):
        yield from of_index(e)
    if isinstance(e, ast.ListComp | ast.GeneratorExp):
        source = e.generators[0].iter
        for text, what in (
            ("E[:-1]", "leaves out the last"),
            ("E[1:]", "leaves out the first"),
            ("E[:1]", "takes only the first"),
            ("E[::-1]", "runs backward"),
        ):
            new = replaced(e, source, made(text, E=made("list(E)", E=source)))
            yield new, f"going through {words(source)} {what}. Go through all, in order.", 1
    if isinstance(e, ast.Tuple | ast.List) and len(e.elts) > 1 and type(e.ctx) is ast.Load:
        for i in range(len(e.elts) - 1):
            order = [*e.elts[:i], e.elts[i + 1], e.elts[i], *e.elts[i + 2 :]]
            a, b = words(e.elts[i]), words(e.elts[i + 1])
            yield type(e)(order, e.ctx), f"{a} and {b} stand in each other's place.", 0
    if not isinstance(e, ast.Constant):
        yield from wrapped(e)


def of_operator(e: ast.BinOp) -> Iterator[Slip]:
    a, b, op = e.left, e.right, type(e.op)
    wa, wb = words(a), words(b)

    def other(new: type[ast.operator]) -> ast.BinOp:
        return ast.BinOp(a, new(), b)

    def turned(new: type[ast.operator] | None = None) -> ast.BinOp:
        return ast.BinOp(b, (new or op)(), a)

    if op is ast.Add:
        yield a, f"{wb} is not added. Add it.", 0
        yield b, f"{wa} is not added. Add it.", 0
        yield other(ast.Sub), f"{wb} is subtracted. Add it.", 0
        yield turned(ast.Sub), f"{wa} is subtracted. Add it.", 1
        yield other(ast.Mult), f"{wa} and {wb} are multiplied. Add them.", 0
        yield made("A + B + B", A=a, B=b), f"{wb} is added twice. Add it once.", 0
        yield made("A + A + B", A=a, B=b), f"{wa} is added twice. Add it once.", 1
    elif op is ast.Sub:
        yield a, f"{wb} is not subtracted. Subtract it.", 0
        yield b, f"{wb} stands alone. Subtract it from {wa}.", 1
        yield other(ast.Add), f"{wb} is added. Subtract it.", 0
        yield turned(), f"the difference of {wa} and {wb} is the wrong way round. Turn it.", 0
    elif op is ast.Mult:
        yield a, f"the multiplication by {wb} is missing. Multiply by it.", 0
        yield b, f"the multiplication by {wa} is missing. Multiply by it.", 0
        yield other(ast.Add), f"{wa} and {wb} are added. Multiply them.", 0
        yield other(ast.Div), f"{wa} is divided by {wb}. Multiply.", 0
        yield turned(ast.Div), f"{wb} is divided by {wa}. Multiply.", 1
        yield (
            other(ast.MatMult),
            (f"{wa} and {wb} are multiplied as matrices. Multiply them element by element."),
            0,
        )
        yield made("A * B * B", A=a, B=b), f"{wb} is multiplied in twice. Use it once.", 1
        yield made("A * A * B", A=a, B=b), f"{wa} is multiplied in twice. Use it once.", 1
        yield made("A * B**2", A=a, B=b), f"{wb} is squared. Use it as it stands.", 2
    elif op is ast.Div:
        yield a, f"the division by {wb} is missing. Divide by it.", 0
        yield other(ast.Mult), f"{wa} is multiplied by {wb}. Divide by it.", 0
        yield turned(), f"the fraction of {wa} and {wb} is upside down. Turn it.", 0
        yield other(ast.FloorDiv), "`//` cuts the fraction off. Divide with `/`.", 0
        yield other(ast.Sub), f"{wb} is subtracted. Divide by it.", 1
        for k in (0, 1):
            yield made(f"A / B.shape[{k}]" if isinstance(b, ast.Name) else f"A / B / (2 + {k})",
                       A=a, B=b), "the number that is divided by is another one.", 2  # fmt: skip
    elif op is ast.MatMult:
        yield (
            other(ast.Mult),
            (f"{wa} and {wb} are multiplied element by element. Use the matrix product, `@`."),
            0,
        )
        for text, what in (
            ("A @ B.T", f"{wb} is transposed. Take it as it stands."),
            ("A.T @ B", f"{wa} is transposed. Take it as it stands."),
            ("B @ A", f"{wa} and {wb} stand in the wrong order. Turn the product round."),
            ("B.T @ A", f"{wb}, transposed, stands on the left. Turn the product round."),
            ("(A @ B).T", "the product is transposed. Take it as it stands."),
            ("B.T @ A.T", f"{wb} stands on the left, and both are transposed. Turn it round."),
        ):
            if not (isinstance(a, ast.Attribute) and "A.T" in text):
                yield made(text, A=a, B=b), what, 0
        yield a, f"the product with {wb} is missing. Multiply by it.", 1
        yield b, f"{wa} does not come in. Multiply by it.", 1
        if isinstance(a, ast.Attribute) and a.attr == "T":
            inner = words(a.value)
            yield (
                made("B.T @ A", A=a.value, B=b),
                (f"the product of {inner} and {wb} comes out transposed. Turn it round."),
                0,
            )
    elif op is ast.Pow:
        yield a, f"the exponent of {wa} is missing. Put it there.", 0
        yield other(ast.Mult), f"{wa} is multiplied by the exponent. Raise it to the power.", 0
        yield made("A ** (B + 1)", A=a, B=b), f"the exponent of {wa} is too large by one.", 1
        yield made("np.abs(A)", A=a), f"the absolute value of {wa} stands for its power.", 1
    # Brackets: the same letters, read otherwise.
    if isinstance(b, ast.BinOp) or isinstance(a, ast.BinOp):
        yield from brackets(e)


def brackets(e: ast.BinOp) -> Iterator[Slip]:
    """The same terms with the brackets elsewhere."""
    a, b, op = e.left, e.right, e.op
    names = " and ".join(f"`{n}`" for n in leaves(e)[:3])
    hint = f"the brackets around {names} stand elsewhere: what is done first is another operation."
    if isinstance(a, ast.BinOp):
        yield ast.BinOp(a.left, a.op, ast.BinOp(a.right, op, b)), hint, 0
    if isinstance(b, ast.BinOp):
        yield ast.BinOp(ast.BinOp(a, op, b.left), b.op, b.right), hint, 0


def of_comparison(e: ast.Compare) -> Iterator[Slip]:
    a, b, op = e.left, e.comparators[0], type(e.ops[0])
    both = f"{words(a)} and {words(b)}"
    edge = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
    opposite = {
        ast.Lt: ast.GtE,
        ast.LtE: ast.Gt,
        ast.Gt: ast.LtE,
        ast.GtE: ast.Lt,
        ast.Eq: ast.NotEq,
        ast.NotEq: ast.Eq,
        ast.In: ast.NotIn,
        ast.NotIn: ast.In,
    }
    if op in edge:
        yield (
            ast.Compare(a, [edge[op]()], [b]),
            (
                f"the comparison of {both} treats the case that they are equal the wrong way: "
                "look at `<` and `<=`."
            ),
            0,
        )
        for text, word in (("B + 1", "large"), ("B - 1", "small")):
            yield (
                ast.Compare(a, e.ops, [made(text, B=b)]),
                (f"in the comparison of {both} the limit is too {word} by one."),
                1,
            )
    if op in opposite:
        yield (
            ast.Compare(a, [opposite[op]()], [b]),
            (f"the comparison of {both} is the wrong way round. Turn it."),
            0,
        )
    yield ast.Constant(True), f"the comparison of {both} plays no part. Use it.", 1
    yield ast.Constant(False), f"the case that the comparison of {both} picks never comes.", 1


def of_constant(e: ast.Constant) -> Iterator[Slip]:
    v = e.value
    if isinstance(v, bool):
        yield ast.Constant(not v), f"{v} stands turned round.", 1
    elif isinstance(v, int | float):
        for new in dict.fromkeys([v + 1, v - 1, -v, 0, 1, 2, v / 2 if v else 0.5]):
            if new != v or type(new) is not type(v):
                yield ast.Constant(new), f"a number is wrong: it works as {new:g}.", 1


def of_call(e: ast.Call) -> Iterator[Slip]:
    name = called(e)
    for other in dict.fromkeys(o for group in ALIKE if name in group for o in group):
        if other != name:
            f = ast.Attribute(e.func.value, other, ast.Load()) if isinstance(
                e.func, ast.Attribute) else load(other)  # fmt: skip
            yield (
                ast.Call(f, e.args, e.keywords),
                (
                    f"{WORDS.get(other, f'`{other}`')} is used where "
                    f"{WORDS.get(name, f'`{name}`')} belongs."
                ),
                0,
            )
    for a in e.args[:2]:
        if not isinstance(a, ast.Starred | ast.GeneratorExp):
            what = WORDS.get(name, f"`{name}`")
            yield a, f"{what} is left out: {words(a)} is used as it stands. Use {what}.", 0
    if isinstance(e.func, ast.Attribute) and not isinstance(e.func.value, ast.Name):
        yield e.func.value, f"{WORDS.get(name, f'`{name}`')} is left out. Use it.", 0
    for k in e.keywords:
        if k.arg == "axis":
            yield from of_axis(e, k, name)
        elif k.arg not in ("dtype", "strict", "name"):
            new = ast.Call(e.func, e.args, [x for x in e.keywords if x is not k])
            yield new, f"in `{name}`, `{k.arg}` is missing. Set it.", 1
    if len(e.args) > 1 and not any(isinstance(a, ast.Starred) for a in e.args):
        for i in range(len(e.args) - 1):
            order = [*e.args[:i], e.args[i + 1], e.args[i], *e.args[i + 2 :]]
            yield (
                ast.Call(e.func, order, e.keywords),
                (
                    f"in the call of `{name}`, {words(e.args[i])} and {words(e.args[i + 1])} are "
                    "exchanged. Look at the order of its arguments."
                ),
                0,
            )
    if name == "range":
        for text, what in (
            ("range(A - 1)", "ends one round too early"),
            ("range(A + 1)", "goes one round too far"),
            ("range(1, A)", "leaves out the first round"),
            ("range(0, A, 2)", "skips every other"),
            ("range(1)", "has one round only"),
            ("range(A - 1, A)", "has the last round only"),
            ("reversed(range(A))", "runs backward"),
            ("range(2, A)", "leaves out the first two"),
            ("range(A - 2)", "leaves out the last two"),
        ):
            if len(e.args) == 1:
                yield made(text, A=e.args[0]), f"the loop {what}. Look at its `range`.", 0
    if name == "reversed":
        yield e.args[0], "the loop runs forward. It should run backward.", 0
    if name in ("tanh", "exp", "log", "sqrt"):
        what = WORDS.get(name, name)
        yield ast.Call(e.func, [e], []), f"{what} is taken twice. Take it once.", 0
        inner = e.args[0] if e.args else None
        if isinstance(inner, ast.BinOp):
            f = lambda x: ast.Call(e.func, [x], [])  # noqa: E731
            for new, part in (
                (ast.BinOp(f(inner.left), inner.op, inner.right), inner.right),
                (ast.BinOp(inner.left, inner.op, f(inner.right)), inner.left),
            ):
                yield new, f"{words(part)} stands outside {what}. Put it inside.", 0
            terms = summands(inner)
            for i, term in enumerate(terms if len(terms) > 2 else []):
                rest = terms[:i] + terms[i + 1 :]
                new = ast.BinOp(f(total(rest)), ast.Add(), term)
                yield new, f"{words(term)} stands outside {what}. Put it inside.", 0
                new = ast.BinOp(f(term), ast.Add(), total(rest))
                yield new, f"only {words(term)} stands inside {what}. Put all inside.", 0
            both = ast.BinOp(f(inner.left), inner.op, f(inner.right))
            yield both, f"{what} is taken of each part. Take it of the whole.", 0


def summands(e: ast.expr) -> list[ast.expr]:
    """The terms of a sum."""
    if isinstance(e, ast.BinOp) and isinstance(e.op, ast.Add):
        return [*summands(e.left), *summands(e.right)]
    return [e]


def total(terms: Sequence[ast.expr]) -> ast.expr:
    """The sum of some terms."""
    first, *others = terms
    return ast.BinOp(first, ast.Add(), total(others)) if others else first


def of_axis(e: ast.Call, k: ast.keyword, name: str) -> Iterator[Slip]:
    what = WORDS.get(name, f"`{name}`")
    for v in (0, 1, 2, -1, -2):
        new = replaced(e, k, ast.keyword("axis", ast.parse(str(v), mode="eval").body))
        yield new, f"{what} runs along the wrong axis, {v}. Say which axis it should be.", 0
    yield (
        ast.Call(e.func, e.args, [x for x in e.keywords if x is not k]),
        (f"{what} has no axis, so it takes the default. Name the axis."),
        0,
    )


def of_index(e: ast.Subscript) -> Iterator[Slip]:
    value = words(e.value)
    yield e.value, f"all of {value} is used where a part of it belongs. Take the part.", 0
    parts = e.slice.elts if isinstance(e.slice, ast.Tuple) else [e.slice]
    if len(parts) == 2:
        yield (
            replaced(e, e.slice, parts[1]),
            f"the index of {value} stands on the first axis. Put it on the second.",
            0,
        )
        yield (
            replaced(e, e.slice, ast.Tuple([parts[1], parts[0]], ast.Load())),
            (f"the indices of {value} are exchanged. Put each on its own axis."),
            0,
        )
    for p in parts:
        if isinstance(p, ast.Slice):
            for key in ("lower", "upper"):
                x = getattr(p, key)
                end = "begins" if key == "lower" else "ends"
                if x is None:
                    continue
                yield replaced(e, x, None), f"{value} is not cut where it {end}. Cut it.", 0
                for text, what in (("B + 1", "late"), ("B - 1", "early")):
                    yield (
                        replaced(e, x, made(text, B=x)),
                        (f"{value} {end} one too {what}. Look at the slice."),
                        0,
                    )
                yield (
                    replaced(e, x, made("-B", B=x)),
                    (f"where {value} {end}, the place is counted from the other side."),
                    1,
                )
            turned = ast.Slice(p.upper, p.lower, p.step)
            yield replaced(e, p, turned), f"the slice of {value} is at the other end.", 0
        elif not isinstance(p, ast.Constant) or isinstance(p.value, int):
            for text, what in (
                ("B + 1", "is one too large"),
                ("B - 1", "is one too small"),
                ("0", "is always 0"),
                ("-1", "is always the last"),
                ("-B - 1", "counts from the end"),
                ("-B", "counts from the end"),
            ):
                yield replaced(e, p, made(text, B=p)), f"the index of {value} {what}.", 0


# What an expression is wrapped in by mistake: (form, what to say of the expression).
FORMS = [
    ("-E", "has the wrong sign"), ("2 * E", "counts twice"), ("E / 2", "is halved"),
    ("E + 1", "is too large by 1"), ("E - 1", "is too small by 1"), ("1 - E", "is taken from 1"),
    ("1 / E", "is upside down"), ("E**2", "is squared"), ("np.abs(E)", "loses its sign"),
    ("np.sqrt(E)", "goes through a square root"), ("np.exp(E)", "goes through an exponential"),
    ("np.log(E)", "goes through a logarithm"), ("np.tanh(E)", "goes through a tanh"),
    ("1 / (1 + np.exp(-E))", "goes through a sigmoid"), 
    ("np.maximum(E, 0)", "loses what is negative"),
    ("np.exp(E) / np.sum(np.exp(E), axis=-1, keepdims=True)", "goes through a softmax"),
    ("np.clip(E, -1, 1)", "is cut to −1 … 1"), ("np.round(E)", "is rounded"),
    ("np.trunc(E)", "is cut to a whole number"), ("np.sum(E)", "is summed to one number"),
    ("np.mean(E)", "is averaged to one number"), ("np.sign(E)", "keeps only its sign"),
    ("np.sum(E, axis=0)", "is summed along axis 0"),
    ("np.sum(E, axis=1)", "is summed along axis 1"),
    ("np.sum(E, axis=-1)", "is summed along the last axis"),
    ("np.mean(E, axis=0)", "is averaged along axis 0"),
    ("np.mean(E, axis=1)", "is averaged along axis 1"),
    ("np.mean(E, axis=-1)", "is averaged along the last axis"),
    ("np.sum(E, axis=0, keepdims=True)", "is summed along axis 0"),
    ("np.cumsum(E, axis=0)", "is summed up step by step along axis 0"),
    ("np.cumsum(E, axis=1)", "is summed up step by step along axis 1"),
    ("E[0]", "is used for its first entry only"), ("E[-1]", "is used for its last entry only"),
    ("E[:, 0]", "is used for its first column only"),
    ("E[:, -1]", "is used for its last column only"),
    ("E[:1]", "is used for its first entry only"), ("E[:-1]", "loses its last entry"),
    ("E[1:]", "loses its first entry"), ("E[:, :-1]", "loses the end of axis 1"),
    ("E[:, 1:]", "loses the beginning of axis 1"), ("E[::-1]", "is reversed"),
    ("E[:, ::-1]", "is reversed along axis 1"), ("E.T", "is transposed"),
    ("np.repeat(E[:1], len(E), axis=0)", "repeats its first row for all"),
    ("np.roll(E, 1, axis=0)", "is shifted along axis 0"),
    ("np.roll(E, 1, axis=1)", "is shifted along axis 1"),
    ("np.roll(E, -1, axis=1)", "is shifted along axis 1"),
    ("np.swapaxes(E, 0, 1)", "has its first two axes exchanged"),
    ("E / len(E)", "is divided by its length"), ("E * len(E)", "is multiplied by its length"),
    ("E / E.shape[-1]", "is divided by the size of its last axis"),
    ("E / E.shape[1]", "is divided by the size of its axis 1"),
    ("E / np.sum(E)", "is divided by its sum"), ("np.tan(E)", "goes through a tangent"),
    ("E / np.max(E)", "is divided by its maximum"),
    ("E / np.linalg.norm(E)", "is brought to length 1"),
    ("E - np.mean(E)", "loses its mean"), ("E + 1e-3", "has a small number added"),
    ("np.mean(E, axis=0, keepdims=True) + 0 * E", "is averaged along axis 0, so all are alike"),
    ("np.sum(E, axis=0, keepdims=True) + 0 * E", "is summed along axis 0, so all are alike"),
    ("0 * E", "does not come in at all"),
]  # fmt: skip


def wrapped(e: ast.expr) -> Iterator[Slip]:
    for form, what in FORMS:
        do = "Use it." if form == "0 * E" else "It should not."
        yield made(form, E=e), f"{words(e)} {what}. {do}", 2


def of_statement(body: list[ast.stmt], i: int) -> Iterator[Change]:
    """(node, what stands there instead, hint, rank) for the i-th statement of a block."""
    statement, after = body[i], body[i + 1 :]
    where = place(statement).removeprefix("where ").removeprefix("in ").rstrip(", ")
    where = where.replace(" is computed", "") or "a line"
    if not isinstance(statement, ast.Return | ast.FunctionDef):
        yield statement, [], f"the line for {where} is missing, or has no effect.", 0
        yield statement, [statement, copy.deepcopy(statement)], f"{where} is done twice.", 1
    if after and not isinstance(after[0], ast.Return):
        pair = [after[0], statement]
        following = place(after[0]).removeprefix("where ").removeprefix("in ").rstrip(", ")
        hint = f"{following} comes before {where}. Exchange the two steps.".replace(
            " is computed", ""
        )
        yield Block(body, i), pair, hint, 0
    if isinstance(statement, ast.AugAssign):
        plain = ast.Assign([statement.target], statement.value)
        name = ast.unparse(statement.target)
        yield statement, [plain], f"`{name}` is overwritten at each step. Add up the steps.", 0
        minus = ast.AugAssign(statement.target, ast.Sub(), statement.value)
        yield statement, [minus], f"`{name}` is counted down. Add.", 0
    if isinstance(statement, ast.For | ast.While):
        for k, inner in enumerate(statement.body):
            what = place(inner).removeprefix("where ").removeprefix("in ").rstrip(", ")
            what = what.replace(" is computed", "")
            if k:
                loop = type(statement)(**{**dict(ast.iter_fields(statement)),
                                          "body": statement.body[:k]})  # fmt: skip
                yield (
                    statement,
                    [loop, *statement.body[k:]],
                    (f"{what} stands behind the loop, so it is done once. Put it into the loop."),
                    0,
                )
            if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Name):
                name = inner.targets[0].id
                target = ast.parse(f"{name}[...] = 0").body[0].targets[0]
                yield (
                    inner,
                    [ast.Assign([target], inner.value)],
                    (
                        f"`{name}` is one array that every step overwrites, so all stored steps "
                        "are the last one. Make a new array at each step."
                    ),
                    0,
                )
        if after:
            loop = type(statement)(**{**dict(ast.iter_fields(statement)),
                                      "body": [*statement.body, after[0]]})  # fmt: skip
            what = "`return`" if isinstance(after[0], ast.Return) else "the line behind the loop"
            yield Block(body, i), [loop], f"{what} stands inside the loop. Move it to the left.", 0


class Block(ast.AST):
    """Two neighboring statements of a block, to be replaced together."""

    def __init__(self, body: list[ast.stmt], i: int):
        self.body, self.i = body, i


def replaced_block(tree: Any, block: Block, new: list[ast.stmt]) -> Any:
    """The tree with two neighboring statements replaced."""
    if tree is block.body:
        return [*tree[: block.i], *new, *tree[block.i + 2 :]]
    if isinstance(tree, list):
        return [replaced_block(item, block, new) for item in tree]
    if not isinstance(tree, ast.AST):
        return tree
    return type(tree)(**{k: replaced_block(v, block, new) for k, v in ast.iter_fields(tree)})
