"""Conditions compare a name with values that it can have: a misspelt one would never hold, and nobody would notice."""

import ast
from collections.abc import Iterator

from ..aliases import nearest
from .expressions import Condition, conditions
from .finding import Finding, error
from .tables import Tables

COMPONENT_FIELDS = frozenset({"existing_components", "avoid_components"})


def check_values(tables: Tables) -> Iterator[Finding]:
    """Words in conditions and formulas that the name beside them never has, and words compared by size."""
    for condition in conditions(tables):
        yield from _strange_words(condition, tables)
        yield from _misplaced(condition, tables)
    for placed in tables.derived.values():
        formula = Condition(placed.file, placed.record.name, "formula", placed.record.formula)
        yield from _strange_words(formula, tables)


def _strange_words(condition: Condition, tables: Tables) -> Iterator[Finding]:
    for name, words in _compared(_tree(condition.text)):
        possible = _possible(name, tables)
        for word in words if possible else ():
            if word not in possible:
                message = f"{condition.key} compares {name} with {word!r}, which it never is."
                hint = nearest(word, possible, "value").hint
                yield error(condition.file, condition.identity, f"{message} {hint}".rstrip())


def _misplaced(condition: Condition, tables: Tables) -> Iterator[Finding]:
    """Comparisons of size with a word, or of a field that is none: they can't be computed."""
    for part in ast.walk(_tree(condition.text)):
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            for side in (part.left, *part.comparators):
                name = _subject(side)
                field = tables.fields.get(name)
                if _words(side) or (field is not None and field.record.kind != "number"):
                    told = f"{condition.key} compares {ast.unparse(part)} by size, and {ast.unparse(side)} has none."
                    yield error(condition.file, condition.identity, told)


def _tree(text: str) -> ast.AST:
    """The syntax of an expression; of one that can't be parsed nothing, since `check_expressions` says so."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return ast.Pass()


def _compared(tree: ast.AST) -> Iterator[tuple[str, list[str]]]:
    """(name, words) of `name == 'a'`, `name in ('a', 'b')`, `'a' in name`, `has(name, 'a')`, `first(name, 'a')`."""
    for part in ast.walk(tree):
        match part:
            case ast.Compare(left=ast.Constant() as word, comparators=[subject]):
                yield _subject(subject), _words(word)
            case ast.Compare(left=subject, comparators=[words]):
                yield _subject(subject), _words(words)
            case ast.Call(func=ast.Name(id="has" | "first"), args=[subject, *words]):
                yield _subject(subject), [word for item in words for word in _words(item)]


def _subject(node: ast.expr) -> str:
    """The name that is compared; of `first(name, …)` its first."""
    match node:
        case ast.Call(func=ast.Name(id="first"), args=[first, *_]):
            return _subject(first)
        case ast.Name(id=name):
            return name
    return ""


def _words(node: ast.AST) -> list[str]:
    match node:
        case ast.Constant(value=str() as word):
            return [word]
        case ast.Tuple(elts=items):
            return [word for item in items for word in _words(item)]
    return []


def _possible(name: str, tables: Tables) -> frozenset[str]:
    """What `name` can be; empty where that isn't a list of words."""
    if name in COMPONENT_FIELDS:
        return frozenset(tables.components)
    if name in tables.fields:
        return frozenset(tables.fields[name].record.values)
    if name in tables.derived:
        return frozenset(_results(_tree(tables.derived[name].record.formula)))
    return frozenset()


def _results(node: ast.AST) -> list[str]:
    """Words that a formula can come to: the branches of `either`."""
    match node:
        case ast.Call(func=ast.Name(id="either"), args=[_, yes, no]):
            return [*_results(yes), *_results(no)]
    return _words(node)
