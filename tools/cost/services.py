"""Monthly cost of a component from its price model: lines with intervals, and a fast point for ranking.

Formulas are parsed once per knowledge base. Names resolve lazily in this order: prices, the quantities of
price_models.yaml, then the workload's values. What reads an unknown name or an unpublished price is unpriced.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, cast

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.expressions import Expression, Values, parse
from knowledge.records import Component
from knowledge.service_prices import PriceModel, price_models, service_prices

from ..estimate import Estimate, Kind
from ..operation import operator
from .lines import USD_MONTH, CostLine
from .machines import VM_GIB, VM_VCPU, vm_hourly

FREE = "free_oss"
OPEN_LICENCES = frozenset(
    {"permissive", "weak-copyleft", "copyleft", "network-copyleft", "source-available", "mixed"}
)
PRACTICE = "n/a"
"""Licence class of what is no product: a practice, a control, hardware that is priced elsewhere."""
EMBEDDED = "in_process"
LIBRARY_MODES = frozenset({EMBEDDED, "edge"})
LIGHT = 2
"""Up to this complexity, software that can run inside the application is taken to do so."""
ENDS = ("low", "typical", "high")


class CompiledLine(NamedTuple):
    """One line ready to evaluate; `constant` where no workload value is read."""

    item: str
    note: str
    expression: Expression
    constant: float | None


class CompiledModel(NamedTuple):
    """A price model ready to evaluate."""

    source: PriceModel
    lines: tuple[CompiledLine, ...]
    minimum: float


class PriceBook(NamedTuple):
    """Prices by end, and the quantities that formulas share."""

    prices: dict[str, dict[str, float | None]]
    """`low`, `typical`, `high` -> price id -> USD."""
    names: dict[str, Expression]


class Scope:
    """What a formula can read for one workload: prices, shared quantities (computed on first use), values."""

    __slots__ = ("_known", "_names", "_prices", "_values")

    def __init__(self, book: PriceBook, values: Mapping[str, Any], end: str) -> None:
        self._prices, self._names, self._values = book.prices[end], book.names, values
        self._known: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        if name in self._prices:
            return self._prices[name]
        expression = self._names.get(name)
        if expression is None:
            return self._values.get(name)
        if name not in self._known:
            self._known[name] = expression.evaluate(cast(Values, self))
        return self._known[name]


def typical_scope(knowledge: Knowledge, values: Mapping[str, Any]) -> Scope:
    """What the formulas of many components read at typical prices: shared quantities are computed once."""
    return Scope(_book(knowledge), values, "typical")


def service_cost_point(
    knowledge: Knowledge, component_id: str, values: Mapping[str, Any], scope: Scope | None = None
) -> float | None:
    """Typical USD a month at list price; None where nothing is priced. Unpriced lines are left out."""
    model = _model_of(knowledge, component_id, values)
    if model is None:
        return None
    if not model.lines:
        return 0.0
    priced = []
    for line in model.lines:
        if line.constant is not None:
            priced.append(line.constant)
            continue
        scope = scope or typical_scope(knowledge, values)
        usd = line.expression.evaluate(cast(Values, scope))
        if usd is not None:
            priced.append(usd)
    if not priced and not model.minimum:
        return None
    return max(sum(priced), model.minimum)


def service_cost(
    knowledge: Knowledge,
    component_id: str,
    values: Mapping[str, Any],
    as_of: date | None = None,
    discount: float = 0.0,
) -> tuple[CostLine, ...]:
    """The component's lines of the monthly bill; `discount` is the organisation's fraction off list price."""
    model = _model_of(knowledge, component_id, values)
    if model is None:
        return (_unpriced(component_id, "price", "Other", "no price model"),)
    scopes = [Scope(_book(knowledge), values, end) for end in ENDS]
    lines = [_line(knowledge, component_id, model, line, scopes, as_of, discount) for line in model.lines]
    top_up = _minimum_line(knowledge, component_id, model, lines, discount)
    return tuple(lines) if top_up is None else (*lines, top_up)


def priced_elsewhere(knowledge: Knowledge, component_id: str) -> str:
    """`tokens` or `accelerators` where another line of the bill carries the component's cost."""
    models = price_models(knowledge)
    model = models.by_component.get(component_id)
    if model is not None:
        return model.elsewhere
    component = knowledge.components.get(component_id)
    return models.elsewhere_slots.get(component.slots[0], "") if component is not None else ""


def _model_of(knowledge: Knowledge, component_id: str, values: Mapping[str, Any]) -> CompiledModel | None:
    hosted, own, component = _choices(knowledge, component_id)
    if hosted is not None and component is not None and operator(component, values) != "self":
        return hosted
    return own


@lru_cache(maxsize=4096)
def _choices(
    knowledge: Knowledge, component_id: str
) -> tuple[CompiledModel | None, CompiledModel | None, Component | None]:
    """Model of the hosted edition (where there is one), of the component itself, and its record."""
    models = price_models(knowledge)
    component = knowledge.components.get(component_id)
    hosted = models.by_component.get(models.hosted_editions.get(component_id, ""))
    own = models.by_component.get(component_id) or _default(knowledge, component)
    return (
        _compiled(knowledge, hosted) if hosted is not None else None,
        _compiled(knowledge, own) if own is not None else None,
        component,
    )


def _default(knowledge: Knowledge, component: Component | None) -> PriceModel | None:
    """Model named by the record, or for open software the machine that its complexity needs."""
    if component is None:
        return None
    models = price_models(knowledge)
    named = models.by_component.get(component.price_model)
    if named is not None:
        return named
    if priced_elsewhere(knowledge, component.id) or component.licence_class == PRACTICE:
        return models.free_oss[1]
    if component.price_model != FREE and component.licence_class not in OPEN_LICENCES:
        return None
    light = component.ops_complexity <= LIGHT and component.slots[0] not in models.computing_slots
    embedded = component.modes <= LIBRARY_MODES or (light and EMBEDDED in component.modes)
    return models.free_oss[1 if embedded else component.ops_complexity]


def _compiled(knowledge: Knowledge, model: PriceModel) -> CompiledModel:
    book = _book(knowledge)
    lines = []
    for line in model.lines:
        expression = parse(line.formula)
        fixed = expression.names <= book.prices["typical"].keys()
        constant = expression.evaluate(book.prices["typical"]) if fixed else None
        lines.append(CompiledLine(line.item, line.note, expression, constant))
    minimum = service_prices(knowledge)[model.minimum].price_usd if model.minimum else None
    return CompiledModel(model, tuple(lines), minimum or 0.0)


def _book(knowledge: Knowledge) -> PriceBook:
    return table_cache(knowledge, _read_book)


def _read_book(knowledge: Knowledge) -> PriceBook:
    machines = {meter: vm_hourly(knowledge, meter) for meter in (VM_VCPU, VM_GIB)}
    prices: dict[str, dict[str, float | None]] = {}
    for end in ENDS:
        prices[end] = {meter: getattr(hourly, end) for meter, hourly in machines.items()}
    for row in service_prices(knowledge).values():
        prices["low"][row.id] = row.price_usd if row.low is None else row.low
        prices["typical"][row.id] = row.price_usd
        prices["high"][row.id] = row.price_usd if row.high is None else row.high
    names = {item.name: parse(item.formula) for item in price_models(knowledge).names}
    return PriceBook(prices, names)


def _line(
    knowledge: Knowledge,
    component_id: str,
    model: CompiledModel,
    line: CompiledLine,
    scopes: list[Scope],
    as_of: date | None,
    discount: float,
) -> CostLine:
    category = model.source.service_category
    usd = [line.expression.evaluate(cast(Values, scope)) for scope in scopes]
    if None in usd:
        return _unpriced(component_id, line.item, category, line.note)
    low, typical, high = sorted(float(value) for value in usd)
    read = sorted(line.expression.names & _book(knowledge).prices["typical"].keys())
    cost = Estimate(
        low=low,
        typical=typical,
        high=high,
        unit=USD_MONTH,
        kind=_kind(read),
        formula="service-cost",
        inputs=_dated(knowledge, read, as_of),
        evidence=tuple(_evidence_id(name) for name in read),
    )
    return _priced(component_id, line.item, category, cost, line.note, discount)


def _minimum_line(
    knowledge: Knowledge, component_id: str, model: CompiledModel, lines: list[CostLine], discount: float
) -> CostLine | None:
    """What a monthly minimum adds to the lines that are priced."""
    gap = {
        end: max(0.0, model.minimum - sum(getattr(line.list_cost, end) for line in lines if line.list_cost))
        for end in ENDS
    }
    if not model.minimum or gap["low"] <= 0:
        return None
    low, typical, high = sorted(gap.values())
    cost = Estimate(
        low=low,
        typical=typical,
        high=high,
        unit=USD_MONTH,
        kind="vendor",
        formula="monthly-minimum",
        evidence=(f"price/service/{model.source.minimum}",),
    )
    return _priced(component_id, "monthly minimum", model.source.service_category, cost, "", discount)


def _priced(
    component_id: str, item: str, category: str, cost: Estimate, note: str, discount: float
) -> CostLine:
    return CostLine(
        item=item,
        component=component_id,
        service_category=category,
        list_cost=cost,
        effective_cost=cost.scaled(1 - discount, USD_MONTH),
        note=note,
    )


def _unpriced(component_id: str, item: str, category: str, note: str) -> CostLine:
    return CostLine(
        item=item,
        component=component_id,
        service_category=category,
        pricing_category="Other",
        list_cost=None,
        effective_cost=None,
        note=note,
    )


def _kind(read: list[str]) -> Kind:
    """A vendor's list price alone stays one; a machine that we size makes it an estimate."""
    return "estimated" if not read or {VM_VCPU, VM_GIB} & set(read) else "vendor"


def _dated(knowledge: Knowledge, read: list[str], as_of: date | None) -> dict[str, float | str]:
    """The day of the oldest price that a line reads, and the day it is asked for."""
    days = [service_prices(knowledge)[name].as_of for name in read if name in service_prices(knowledge)]
    found: dict[str, float | str] = {"oldest_price": min(days)} if days else {}
    if as_of is not None:
        found["asked_at"] = as_of.isoformat()
    return found


def _evidence_id(name: str) -> str:
    if name in (VM_VCPU, VM_GIB):
        return f"price/vm/{'general' if name == VM_VCPU else 'memory'}"
    return f"price/service/{name}"


def priced_names(knowledge: Knowledge, component_id: str) -> frozenset[str]:
    """Workload values that the component's point cost may read."""
    book = _book(knowledge)
    found: set[str] = set()
    hosted, own, _ = _choices(knowledge, component_id)
    waiting = [
        name for model in (hosted, own) if model for line in model.lines for name in line.expression.names
    ]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name in book.prices["typical"]:
            continue
        seen.add(name)
        if name in book.names:
            waiting += book.names[name].names
        else:
            found.add(name)
    return frozenset(found)
