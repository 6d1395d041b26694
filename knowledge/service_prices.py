"""Prices of managed services, and per component the formulas that turn a workload into a monthly bill."""

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from .aliases import table_cache
from .errors import KnowledgeInvalid
from .expressions import parse
from .prices import Confidence
from .records import Record
from .tables import read_table

if TYPE_CHECKING:
    from .library import Knowledge

MODELS = "cost/price_models.yaml"


class ServicePrice(Record):
    """One meter of one service; without a number it is known to be unpublished or not found."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    service: str
    meter: str
    components: Annotated[tuple[str, ...], BeforeValidator(lambda given: str(given).split())] = ()
    """Components that it is the price of, parted by spaces in the file; none for what many use (disks, traffic)."""
    price_usd: float | None = Field(default=None, gt=0)
    low: float | None = Field(default=None, ge=0)
    high: float | None = Field(default=None, gt=0)
    unit: str
    region: str = ""
    as_of: str = ""
    confidence: Confidence
    source: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.price_usd is None:
            return self
        if not (self.source and self.as_of):
            raise ValueError("a price needs a source and a date")
        if not (self.low or 0) <= self.price_usd <= (self.high or self.price_usd):
            raise ValueError("low, price and high are not in order")
        return self


class LineFormula(Record):
    """One line of a component's monthly bill."""

    item: str
    formula: str
    note: str = ""


class NamedFormula(Record):
    """A quantity that several lines read."""

    name: str
    formula: str
    meaning: str


class PriceModel(Record):
    """How components are billed."""

    components: tuple[str, ...] = ()
    service_category: str
    """FOCUS ServiceCategory."""
    lines: tuple[LineFormula, ...]
    minimum: str = ""
    """Price id of a monthly minimum."""
    elsewhere: Literal["", "tokens", "accelerators"] = ""
    """Its cost stands in another line of the bill."""


class PriceModels(Record):
    """The content of price_models.yaml."""

    names: tuple[NamedFormula, ...]
    by_component: dict[str, PriceModel]
    elsewhere_slots: dict[str, Literal["tokens", "accelerators"]]
    """Slot -> the line of the bill that carries the cost of what is picked for it."""
    hosted_editions: dict[str, str]
    """Open-source component -> the component id whose model prices its hosted edition."""
    computing_slots: frozenset[str]
    """Slots whose software needs a machine even where it runs inside the application."""
    free_oss: dict[int, PriceModel]
    """By ops_complexity: the machine that open-source software without a model of its own needs."""


def service_prices(knowledge: "Knowledge") -> dict[str, ServicePrice]:
    """Prices by id."""
    return table_cache(knowledge, _prices)


def meters_of(component: str, knowledge: "Knowledge") -> tuple[ServicePrice, ...]:
    """The priced rows of a component: those that name it, and those that only its price model reads."""
    components = components_of_meters(knowledge)
    return tuple(
        row
        for row in service_prices(knowledge).values()
        if row.price_usd is not None and component in components[row.id]
    )


def components_of_meters(knowledge: "Knowledge") -> dict[str, tuple[str, ...]]:
    """Price id -> the components that it is a price of."""
    return table_cache(knowledge, _components)


def _components(knowledge: "Knowledge") -> dict[str, tuple[str, ...]]:
    readers = _only_readers(knowledge)
    return {row.id: row.components or readers.get(row.id, ()) for row in service_prices(knowledge).values()}


def price_models(knowledge: "Knowledge") -> PriceModels:
    """Formulas by component id; a component that two models claim is an error."""
    return table_cache(knowledge, _models)


def _prices(knowledge: "Knowledge") -> dict[str, ServicePrice]:
    return {row.id: row for row in read_table(knowledge, "cost/service_prices.csv", ServicePrice)}


def _only_readers(knowledge: "Knowledge") -> dict[str, tuple[str, ...]]:
    """Price id -> the one component whose price model reads it; none for what several read."""
    readers: dict[str, set[str]] = {}
    if not knowledge.files.is_plain(MODELS):
        return {}
    for component, model in price_models(knowledge).by_component.items():
        for line in model.lines:
            for name in parse(line.formula).names:
                readers.setdefault(name, set()).add(component)
    return {name: tuple(found) for name, found in readers.items() if len(found) == 1}


def _models(knowledge: "Knowledge") -> PriceModels:
    content = knowledge.files.yaml(MODELS)
    by_component: dict[str, PriceModel] = {}
    for block in content["models"]:
        model = PriceModel.model_validate(block)
        for component in model.components:
            if component in by_component:
                raise KnowledgeInvalid(f"{MODELS}: {component!r} has two price models.")
            by_component[component] = model
    category = content["free_oss"]["service_category"]
    free = {
        int(level): PriceModel(
            service_category=category, lines=tuple(LineFormula.model_validate(line) for line in lines)
        )
        for level, lines in content["free_oss"]["by_ops_complexity"].items()
    }
    names = tuple(NamedFormula.model_validate(block) for block in content["names"])
    formulas = [item.formula for item in names]
    formulas += [line.formula for model in (*by_component.values(), *free.values()) for line in model.lines]
    for formula in formulas:
        parse(formula)
    return PriceModels(
        names=names,
        by_component=by_component,
        elsewhere_slots=content["elsewhere_slots"],
        hosted_editions=content["hosted_editions"],
        computing_slots=frozenset(content["free_oss"]["computing_slots"]),
        free_oss=free,
    )
