"""Scales and thresholds of the risk register, as the data file holds them."""

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from .aliases import table_cache
from .files import DataFiles
from .records import Record

if TYPE_CHECKING:
    from .library import Knowledge

Severity = Literal["low", "medium", "high"]
FILE = "cost/risk.yaml"


class RiskScales(Record):
    """What decides how severe a risk is and how far a vendor can be relied on."""

    as_of: object
    maturity: dict[str, float]
    recency: tuple[tuple[int, float], ...]
    recency_unknown: float
    vendor_type: dict[str, float]
    exit_path: dict[str, float]
    weights: dict[str, float]
    status_cap: dict[str, float]
    fact_words: tuple[tuple[str, tuple[str, ...]], ...]
    fact_default_severity: Severity
    """Of a fact whose words name no kind: it counts as a matter of maturity."""
    severe_words: tuple[str, ...]
    fact_severity: dict[str, Severity]
    thresholds: dict[str, float]
    status_severity: dict[str, Severity]
    licence_severity: dict[str, Severity]
    exit_severity: dict[str, Severity]
    texts: dict[str, str]
    words: dict[str, dict[str | int, str]]
    mitigations: dict[str, str]


def risk_scales(knowledge: "Knowledge") -> RiskScales:
    """The scales of `knowledge`."""
    return table_cache(knowledge, _read)


@lru_cache(maxsize=1)
def packaged_risk_scales() -> RiskScales:
    """The packaged scales, for scores that are asked for without a knowledge base."""
    return RiskScales.model_validate(DataFiles().yaml(FILE))


def _read(knowledge: "Knowledge") -> RiskScales:
    return RiskScales.model_validate(knowledge.files.yaml(FILE))
