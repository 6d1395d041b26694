"""Published benchmark results of models, and the fixed anchors that put them on one scale."""

import math
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from .aliases import table_cache, validated
from .records import Tier

if TYPE_CHECKING:
    from .library import Knowledge


class BenchmarkResult(BaseModel):
    """One published, dated result in percent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    benchmark: str
    score: float
    as_of: date | None = None
    source: str
    tier: Tier


class Anchors(BaseModel):
    """The results that count as 0 and as 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zero: float
    one: float
    about: str

    def place(self, score: float) -> float:
        """`score` on the scale, within 0 and 1, linear in its logit."""
        span = _logit(self.one) - _logit(self.zero)
        return min(max((_logit(score) - _logit(self.zero)) / span, 0.0), 1.0)


def _logit(percent: float) -> float:
    """Log odds; results at the very ends count as 0.5 and 99.5 %."""
    share = min(max(percent, 0.5), 99.5) / 100
    return math.log(share / (1 - share))


class TaskClass(BaseModel):
    """Which benchmarks speak for a class of task."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    direct: tuple[str, ...]
    related: tuple[str, ...]


class QualityRange(BaseModel):
    """A published range, on the scale or as a relative loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float
    typical: float
    high: float
    source: str = ""
    as_of: date | None = None


class Spread(BaseModel):
    """Half-widths added around published results."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    one_result: float
    several_results: float
    related: float
    source: str


class QualityScale(BaseModel):
    """Everything of perf/quality.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: date
    benchmarks: dict[str, Anchors]
    classes: dict[str, TaskClass]
    spread: Spread
    sufficient: dict[str, float]
    """Level of each class above which a better model changes little: judgement."""
    use_cases: dict[str, str]
    quantisation: dict[str, QualityRange]
    quantisation_source: str
    alternatives: dict[str, dict[str, QualityRange]]


def results_of(knowledge: "Knowledge", model: str) -> dict[str, tuple[BenchmarkResult, ...]]:
    """Published results of a model by benchmark."""
    return table_cache(knowledge, _results).get(model, {})


def scale(knowledge: "Knowledge") -> QualityScale:
    """Anchors, task classes and ranges."""
    return table_cache(knowledge, _scale)


def _results(knowledge: "Knowledge") -> dict[str, dict[str, tuple[BenchmarkResult, ...]]]:
    found: dict[str, dict[str, list[BenchmarkResult]]] = defaultdict(lambda: defaultdict(list))
    for row in knowledge.files.rows("perf/quality.csv"):
        result = validated(BenchmarkResult, row, "perf/quality.csv")
        found[result.model][result.benchmark].append(result)
    return {
        model: {name: tuple(items) for name, items in by_name.items()} for model, by_name in found.items()
    }


def _scale(knowledge: "Knowledge") -> QualityScale:
    content: dict[str, Any] = knowledge.files.yaml("perf/quality.yaml")
    sufficient = {name: value for name, value in content["sufficient"].items() if name != "source"}
    losses = dict(content["quantisation"])
    source = losses.pop("source")
    losses.pop("as_of")
    own = {"quantisation": losses, "quantisation_source": source, "sufficient": sufficient}
    return QualityScale.model_validate({**content, **own})
