"""Conditions and formulas of the knowledge files: parsed into closures, never evaluated as code.

Three-valued: a name without a value is None, and None spreads (Kleene logic), so a condition over
what nobody said is *unknown*, neither true nor false. Names are workload fields and derived names.
Grammar: numbers, 'strings', true/false, names, + - * /, comparisons, `x in ('a', 'b')`,
`'a' in set_field`, and/or/not, and the functions of `FUNCTIONS`.
"""

import ast
import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from .errors import KnowledgeInvalid

MAX_LENGTH = 600
MAX_DEPTH = 24

Values = Mapping[str, Any]
Evaluate = Callable[[Values], Any]


class Expression(NamedTuple):
    """A parsed expression and the names that it reads."""

    text: str
    names: frozenset[str]
    evaluate: Evaluate

    def holds(self, values: Values) -> bool:
        """True only when the condition is known to be true."""
        return self.evaluate(values) is True


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _known(value: Any) -> bool:
    return value is not None


def _has(members: Any, *wanted: Any) -> Any:
    return None if members is None else any(item in members for item in wanted)


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: None if any(value is None for value in values) else function(*values)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "first": _first,
    "known": _known,
    "has": _has,
    "count": _strict(len),
    "min": _strict(min),
    "max": _strict(max),
    "ceil": _strict(math.ceil),
    "log10": _strict(lambda value: math.log10(value) if value > 0 else None),
    "either": lambda test, yes, no: None if test is None else (yes if test else no),
}

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b if b else None,
}
_COMPARISON: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Parse `text`; KnowledgeInvalid says what in it is not allowed."""
    if len(text) > MAX_LENGTH:
        raise KnowledgeInvalid(f"The expression has {len(text)} characters, more than {MAX_LENGTH}.")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        raise KnowledgeInvalid(f"The expression {text!r} can't be parsed.") from error
    names: set[str] = set()
    evaluate = _build(tree.body, names, 0)
    return Expression(text, frozenset(names), evaluate)


def _build(node: ast.expr, names: set[str], depth: int) -> Evaluate:
    if depth > MAX_DEPTH:
        raise KnowledgeInvalid(f"The expression is nested deeper than {MAX_DEPTH}.")
    builder = _BUILDERS.get(type(node))
    if builder is None:
        raise KnowledgeInvalid(f"{type(node).__name__} is not allowed in an expression.")
    return builder(node, names, depth + 1)


def _constant(node: Any, names: set[str], depth: int) -> Evaluate:
    value = node.value
    if not isinstance(value, int | float | str):
        raise KnowledgeInvalid(f"{value!r} is not allowed in an expression.")
    return lambda _: value


def _name(node: Any, names: set[str], depth: int) -> Evaluate:
    if node.id in ("true", "false"):
        value = node.id == "true"
        return lambda _: value
    names.add(node.id)
    key = node.id
    return lambda values: values.get(key)


def _tuple(node: Any, names: set[str], depth: int) -> Evaluate:
    items = [_build(item, names, depth) for item in node.elts]
    if _is_fixed(node):
        fixed = tuple(item({}) for item in items)
        return lambda _: fixed
    return lambda values: tuple(item(values) for item in items)


def _unary(node: Any, names: set[str], depth: int) -> Evaluate:
    operand = _build(node.operand, names, depth)
    if isinstance(node.op, ast.Not):
        return lambda values: None if (value := operand(values)) is None else not value
    if isinstance(node.op, ast.USub):
        return lambda values: None if (value := operand(values)) is None else -value
    raise KnowledgeInvalid("Only 'not' and '-' may stand before a value.")


def _binary(node: Any, names: set[str], depth: int) -> Evaluate:
    operation = _ARITHMETIC.get(type(node.op))
    if operation is None:
        raise KnowledgeInvalid(f"{type(node.op).__name__} is not allowed in an expression.")
    left, right = _build(node.left, names, depth), _build(node.right, names, depth)

    def evaluate(values: Values) -> Any:
        a, b = left(values), right(values)
        return None if a is None or b is None else operation(a, b)

    return evaluate


def _compare(node: Any, names: set[str], depth: int) -> Evaluate:
    if len(node.ops) != 1 or type(node.ops[0]) not in _COMPARISON:
        raise KnowledgeInvalid("Write one comparison at a time.")
    operation = _COMPARISON[type(node.ops[0])]
    left, right = _build(node.left, names, depth), _build(node.comparators[0], names, depth)
    if _is_fixed(node.comparators[0]):
        fixed = right({})
        if isinstance(node.left, ast.Name):
            key = node.left.id
            return lambda values: None if (a := values.get(key)) is None else operation(a, fixed)
        return lambda values: None if (a := left(values)) is None else operation(a, fixed)

    def evaluate(values: Values) -> Any:
        a, b = left(values), right(values)
        return None if a is None or b is None else operation(a, b)

    return evaluate


def _is_fixed(node: ast.expr) -> bool:
    """A constant, or a tuple of them: nearly every comparison has one on its right, and most time goes there."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return all(
        isinstance(part, ast.Constant) or (isinstance(part, ast.Name) and part.id in ("true", "false"))
        for part in parts
    )


def _boolean(node: Any, names: set[str], depth: int) -> Evaluate:
    parts = [_build(part, names, depth) for part in node.values]
    decisive = isinstance(node.op, ast.Or)

    def evaluate(values: Values) -> bool | None:
        unknown = False
        for part in parts:
            value = part(values)
            if value is None:
                unknown = True
            elif bool(value) is decisive:
                return decisive
        return None if unknown else not decisive

    return evaluate


def _call(node: Any, names: set[str], depth: int) -> Evaluate:
    function = FUNCTIONS.get(getattr(node.func, "id", ""))
    if function is None or node.keywords:
        raise KnowledgeInvalid(
            f"Unknown function in {ast.unparse(node)!r}; known: {', '.join(sorted(FUNCTIONS))}."
        )
    arguments = [_build(argument, names, depth) for argument in node.args]
    if node.args and isinstance(node.args[0], ast.Name) and all(_is_fixed(part) for part in node.args[1:]):
        quick = _QUICK_CALLS.get(function)
        if quick is not None and node.args[0].id not in ("true", "false"):
            return quick(node.args[0].id, [argument({}) for argument in arguments[1:]])
    if function is _first:
        return _lazy_first(arguments)
    return lambda values: function(*[argument(values) for argument in arguments])


def _first_of_name(key: str, fixed: list[Any]) -> Evaluate:
    otherwise = _first(*fixed)
    return lambda values: otherwise if (value := values.get(key)) is None else value


def _known_name(key: str, fixed: list[Any]) -> Evaluate:
    return lambda values: values.get(key) is not None


def _has_name(key: str, fixed: list[Any]) -> Evaluate:
    if len(fixed) == 1:
        only = fixed[0]
        return lambda values: None if (members := values.get(key)) is None else only in members
    return lambda values: _has(values.get(key), *fixed)


_QUICK_CALLS: dict[Callable[..., Any], Callable[[str, list[Any]], Evaluate]] = {
    _first: _first_of_name,
    _known: _known_name,
    _has: _has_name,
}
"""A name and constants: the form of nearly every call, and most of the time of a ranking goes here."""


def _lazy_first(arguments: list[Evaluate]) -> Evaluate:
    """`first` that evaluates no further than it must: it stands in most conditions."""

    def evaluate(values: Values) -> Any:
        for argument in arguments:
            value = argument(values)
            if value is not None:
                return value
        return None

    return evaluate


_BUILDERS: dict[type[ast.expr], Callable[[Any, set[str], int], Evaluate]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Tuple: _tuple,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.Call: _call,
}
