"""What people cost: wages by country, exams, and the assumptions of the economic model."""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from .aliases import table_cache
from .errors import KnowledgeInvalid
from .prices import Confidence
from .records import Record
from .tables import read_table

if TYPE_CHECKING:
    from .library import Knowledge

HOME_REGION = "US"


class StaffRate(Record):
    """Yearly wage of one role in one country, before benefits."""

    region: str
    role: str
    currency: str
    low: float = Field(gt=0)
    typical: float = Field(gt=0)
    high: float = Field(gt=0)
    ratio_base: float | None = None
    """US average of the same source, where the figure is useful as a ratio only."""
    as_of: str
    confidence: Confidence
    source: str
    note: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.typical <= self.high:
            raise ValueError("low, typical and high are not in order; give all three")
        return self


class TrainingPrice(Record):
    """Price of an exam or course."""

    id: str
    item: str
    price_usd: float = Field(gt=0)
    unit: str
    as_of: str
    confidence: Confidence
    source: str
    note: str = ""


class CostParameter(Record):
    """One assumption of the economic model with its range and basis."""

    name: str
    low: float
    typical: float
    high: float
    unit: str
    basis: Literal["sourced", "assumed", "judgement"]
    source: str
    meaning: str

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.typical <= self.high:
            raise ValueError("low, typical and high are not in order")
        return self


class Hours(Record):
    """A range of engineering hours."""

    low: float
    typical: float
    high: float


def staff_rates(knowledge: "Knowledge") -> dict[str, StaffRate]:
    """Wages by ISO country code."""
    return table_cache(knowledge, _rates)


def training_prices(knowledge: "Knowledge") -> dict[str, TrainingPrice]:
    """Exam prices by id."""
    return table_cache(knowledge, _training)


def cost_parameters(knowledge: "Knowledge") -> dict[str, CostParameter]:
    """The assumptions of the economic model by name."""
    return table_cache(knowledge, _parameters)


def exit_hours(knowledge: "Knowledge") -> dict[str, Hours]:
    """Engineering hours to leave a component, by exit path."""
    return table_cache(knowledge, _exit_hours)


def _rates(knowledge: "Knowledge") -> dict[str, StaffRate]:
    return {row.region: row for row in read_table(knowledge, "cost/staff_rates.csv", StaffRate)}


def _training(knowledge: "Knowledge") -> dict[str, TrainingPrice]:
    return {row.id: row for row in read_table(knowledge, "cost/training_prices.csv", TrainingPrice)}


def _parameters(knowledge: "Knowledge") -> dict[str, CostParameter]:
    content = knowledge.files.yaml("cost/parameters.yaml")
    if not isinstance(content, dict) or not isinstance(content.get("parameters"), list):
        raise KnowledgeInvalid("cost/parameters.yaml must hold a list under 'parameters'.")
    return {item["name"]: CostParameter.model_validate(item) for item in content["parameters"]}


def _exit_hours(knowledge: "Knowledge") -> dict[str, Hours]:
    table = knowledge.files.yaml("cost/parameters.yaml")["exit_hours"]
    return {path: Hours(low=low, typical=typical, high=high) for path, (low, typical, high) in table.items()}
