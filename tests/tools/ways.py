"""Ways to make a condition of the knowledge files true or false, drawn from the condition itself.

A goal maps names to values: fields as a user would state them, and names that decisions and sizes set. What
stands in it stays. Whether a goal does what it was drawn for, only the product says: draws may fail.
"""

import ast
import operator
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from knowledge import Knowledge

Goal = dict[str, Any]
UNSAID = object()
"""The value of a field that nobody may state."""
NEAR = (0.0, 1e-4, 0.01, 0.1, 0.5, 0.9, 1.0, 1.1, 2.0, 5.0, 20.0, 100.0, 1e4)
"""Values of a number, as multiples of what it is compared with."""
OPEN_SETS = {"residency": ("DE", "US", "CA"), "owned_accelerators": ("8xH100-SXM-80GB", "2xL40S")}
"""Members of sets without a list of values; the others hold component ids."""
_TESTS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


@cache
def tree(text: str) -> ast.expr:
    """The syntax of a condition or formula that `knowledge.expressions` accepts."""
    return ast.parse(text.strip(), mode="eval").body


class Ways:
    """Draws goals for conditions of one knowledge base."""

    def __init__(self, knowledge: Knowledge, random: Random) -> None:
        self.knowledge = knowledge
        self.random = random

    def hold(self, node: ast.expr, wanted: bool, goal: Goal) -> None:
        """Extend `goal` by one way in which `node` may be `wanted`."""
        match node:
            case ast.BoolOp(op=junction, values=values):
                parts = self.random.sample(values, len(values))
                for part in parts if isinstance(junction, ast.And) is wanted else parts[:1]:
                    self.hold(part, wanted, goal)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.hold(operand, not wanted, goal)
            case ast.Compare(left=left, ops=[kind], comparators=[right]):
                self._compare(left, type(kind), right, wanted, goal)
            case ast.Call(func=ast.Name(id="has"), args=[ast.Name(id=name), *members]):
                self._has(name, [ast.literal_eval(item) for item in members], wanted, goal)
            case ast.Call(func=ast.Name(id="known"), args=[about]):
                self.reach(about, self._some(about), goal) if wanted else self._unsay(about, goal)
            case ast.Call(args=[*_, condition, _]):
                self.hold(condition, wanted, goal)
            case ast.Name(id=name) if name in self.knowledge.derived:
                self.hold(tree(self.knowledge.derived[name].formula), wanted, goal)
            case ast.Name(id=name) if name not in ("true", "false"):
                goal.setdefault(name, wanted)

    def reach(self, node: ast.expr, value: Any, goal: Goal) -> None:
        """Extend `goal` by one way in which `node` may have `value`."""
        match node:
            case ast.Name(id=name) if name in self.knowledge.derived:
                self.reach(tree(self.knowledge.derived[name].formula), value, goal)
            case ast.Name(id=name):
                self._put(name, value, goal)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                share = self.random.choice(_levels(left))
                self.reach(left, share, goal)
                self.reach(right, value - share, goal)
            case ast.BinOp(left=left, op=operation, right=right):
                known = self._value(right, goal) or 1.0
                self.reach(right, known, goal)
                self.reach(left, value * known if isinstance(operation, ast.Div) else value / known, goal)
            case ast.Call(func=ast.Name(id="either"), args=[test, yes, no]):
                fixed = [branch for branch in (yes, no) if _is_constant(branch, value)]
                branch = fixed[0] if fixed else self.random.choice((yes, no))
                self.hold(test, branch is yes, goal)
                self.reach(branch, value, goal)
            case ast.Call(func=ast.Name(id="first"), args=args):
                said = [part for part in args if not isinstance(part, ast.Constant)]
                chosen = self.random.randrange(len(said))
                for earlier in said[:chosen]:
                    self._unsay(earlier, goal)
                self.reach(said[chosen], value, goal)
            case ast.Call(func=ast.Name(id="count"), args=[ast.Name(id=name)]):
                self._put(name, self._members(name)[: int(value)], goal)
            case ast.Call(args=[only]):
                self.reach(only, value, goal)

    def _compare(
        self, left: ast.expr, kind: type[ast.cmpop], right: ast.expr, wanted: bool, goal: Goal
    ) -> None:
        if isinstance(left, ast.Constant):
            self._has(getattr(right, "id", ""), [str(left.value)], (kind is ast.In) is wanted, goal)
            return
        fitting: list[Any]
        named = list(ast.literal_eval(right)) if isinstance(right, ast.Tuple) else [self._value(right, goal)]
        inside = (kind in (ast.In, ast.Eq)) is wanted
        if isinstance(named[0], bool):
            self.hold(left, named[0] is inside, goal)
            return
        if isinstance(named[0], float | int):
            bound = named[0]
            self.reach(right, bound, goal)
            around = (*(bound * factor for factor in NEAR), bound - 1, bound + 1)
            fitting = [value for value in around if value >= 0 and _TESTS[kind](value, bound) is wanted]
        else:
            fitting = named if inside else [item for item in self._choices(left) if item not in named]
        if fitting:
            self.reach(left, self.random.choice(fitting), goal)

    def _has(self, name: str, named: list[str], wanted: bool, goal: Goal) -> None:
        others = [item for item in self._members(name) if item not in named]
        if wanted:
            self._put(name, (self.random.choice(named),), goal)
        elif others and self.random.random() < 0.5:
            self._put(name, (self.random.choice(others),), goal)

    def _put(self, name: str, value: Any, goal: Goal) -> None:
        field = self.knowledge.fields.get(name)
        if field is not None and field.kind in ("set", "ranking"):
            kept = goal.get(name, ())
            goal[name] = tuple(dict.fromkeys((*(() if kept is UNSAID else kept), *value)))
        elif field is not None and field.kind == "number":
            low, high = field.minimum, field.maximum
            at_least = value if low is None else max(value, low)
            goal.setdefault(name, float(at_least if high is None else min(at_least, high)))
        else:
            goal.setdefault(name, value)

    def _unsay(self, node: ast.expr, goal: Goal) -> None:
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and part.id in self.knowledge.fields:
                goal.setdefault(part.id, UNSAID)

    def _value(self, node: ast.expr, goal: Goal) -> Any:
        """What `node` is, or what it may be taken for."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name) if name in ("true", "false"):
                return name == "true"
            case ast.Name(id=name):
                prior = self.knowledge.priors["fields"].get(name, {}).get("point", 10.0)
                return prior if goal.get(name, UNSAID) is UNSAID else goal[name]
            case ast.Call(func=ast.Name(id="first"), args=[first, *_, last]):
                said = goal.get(getattr(first, "id", ""), UNSAID)
                return self._value(last, goal) if said is UNSAID else said
        return 10.0

    def _choices(self, node: ast.expr) -> list[str]:
        """Values that an enumerated name can have."""
        name = getattr(node.args[0] if isinstance(node, ast.Call) else node, "id", "")
        if name in self.knowledge.derived:
            formula = ast.walk(tree(self.knowledge.derived[name].formula))
            return [
                part.value
                for part in formula
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
        return list(self.knowledge.fields[name].values) if name in self.knowledge.fields else []

    def _members(self, name: str) -> list[str]:
        return list(self.knowledge.fields[name].values or OPEN_SETS.get(name, ("postgresql", "kubernetes")))

    def _some(self, node: ast.expr) -> Any:
        choices = self._choices(node)
        return self.random.choice(choices) if choices else 1000.0


def _levels(node: ast.expr) -> list[float]:
    """The values that a sum of `either` with constants can have."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return [value]
        case ast.Call(func=ast.Name(id="either"), args=[_, yes, no]):
            return [*_levels(yes), *_levels(no)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [a + b for a in _levels(left) for b in _levels(right)]
    return [0.0]


def _is_constant(node: ast.expr, value: Any) -> bool:
    return isinstance(node, ast.Constant) and node.value == value
