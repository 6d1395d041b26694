"""From a workload to the values that rules, gates and sizing read.

Stated values first, then inferences from users and rates, then the assumptions of
`workload/priors.yaml`. Of a range the upper end counts where something must fit (`use_upper`), the
middle elsewhere. Derived names are computed last, in file order.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.expressions import Expression, parse

from .profile import Profile
from .users_load import Assumption, load_of_users, peak_above_mean
from .workload import Known, Workload

HOURS_PER_DAY = 24.0
NOTHING = "none"


class Resolved(NamedTuple):
    """Point values by field and derived name, and which of them are assumed."""

    values: dict[str, Any]
    assumed: dict[str, Assumption]
    stated: frozenset[str]


def resolve(workload: Workload, knowledge: Knowledge, profile: Profile | None = None) -> Resolved:
    """All values that the tools read for `workload`, each stated, inferred or assumed."""
    known = {field: item for field, item in workload.known.items() if not item.unknown}
    upper = _upper_fields(knowledge)
    values: dict[str, Any] = {field: _point(item, field in upper) for field, item in known.items()}
    if profile is not None:
        _apply_profile(values, profile)
    assumed = _assume(values, knowledge)
    values.update({field: item.point for field, item in assumed.items() if item.point is not None})
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(value)
    for name, expression in _derivations(knowledge):
        values[name] = expression.evaluate(values)
    return Resolved(values, assumed, frozenset(known))


def with_names(values: Mapping[str, Any], names: Mapping[str, Any], knowledge: Knowledge) -> dict[str, Any]:
    """`values` with decision and sizing names set, and the derived names that read them computed again."""
    merged = {**values, **names}
    for name, expression in _decision_derivations(knowledge):
        merged[name] = expression.evaluate(merged)
    return merged


def _point(item: Known, use_upper: bool) -> Any:
    return item.upper if use_upper and item.upper is not None else item.point


def _apply_profile(values: dict[str, Any], profile: Profile) -> None:
    if profile.regions:
        values.setdefault("residency", profile.regions)
    if profile.licence_policy != "any":
        values.setdefault("licence_policy", profile.licence_policy)
    if profile.existing_stack:
        values["existing_components"] = (*values.get("existing_components", ()), *profile.existing_stack)
    if profile.priorities:
        values.setdefault("priorities", profile.priorities)


def _assume(values: dict[str, Any], knowledge: Knowledge) -> dict[str, Assumption]:
    """Assumptions for fields without a value: by use case first, then in general."""
    priors = knowledge.priors
    by_case = priors["use_cases"].get(values.get("use_case"), priors["use_cases"]["other"])
    found = _assumed_load(values, by_case, priors)
    for field, spread in by_case.items():
        if field not in ("requests_per_user_day", "request_rate_rps") and field not in values:
            found[field] = _spread(field, spread, f"assumed for {values.get('use_case', 'other')}")
    if _corpus_stated(values):
        found.pop("corpus_documents", None)
    windowed = _peak_of_window(values)
    if windowed is not None:
        found[windowed.field] = windowed
    for field, prior in priors["fields"].items():
        if field not in values and "point" in prior and not prior.get("no_point") and field not in found:
            found[field] = Assumption(
                field, prior.get("low"), prior["point"], prior.get("high"), prior["basis"]
            )
    return found


def _has_rate(values: Mapping[str, Any]) -> bool:
    return any(values.get(name) is not None for name in ("request_rate_rps", "peak_rate_rps", "events_per_s"))


def _corpus_stated(values: Mapping[str, Any]) -> bool:
    return any(values.get(name) is not None for name in ("corpus_documents", "corpus_gb", "vector_count"))


def _assumed_load(
    values: Mapping[str, Any], by_case: Mapping[str, Any], priors: Mapping[str, Any]
) -> dict[str, Assumption]:
    """Mean and peak as far as nobody states them: of a batch, of people, or of the use case."""
    if _has_rate(values):
        return peak_above_mean(values, priors)
    batch = _rate_of_batch(values)
    if batch is not None:
        return {batch.field: batch}
    usual = _spread("request_rate_rps", by_case["request_rate_rps"], "assumed for the use case")
    return load_of_users(values, by_case, priors) or {usual.field: usual}


ITEM_COUNTS = ("items_per_run", "corpus_documents", "users_total")
"""Where the number of items of a batch run is found: as such, as documents, as customers."""
PEOPLE_FIRST = ("recommendation", "tabular_scoring")
"""Work that is done once a customer rather than once a document."""
ITEM_WORK = ("extraction", "classification", "summarisation", "translation", "recommendation", "forecasting",
    "tabular_scoring", "vision", "speech", "embedding", "content_generation", "other")  # fmt: skip
"""Work that a batch run does item by item; whoever searches or asks reads a corpus as a whole."""


def _rate_of_batch(values: Mapping[str, Any]) -> Assumption | None:
    """A batch run works through a stated number of items: so many a run, not so many requests a user.

    The mean is over the day; a job with a deadline of more than a day has until then.
    """
    window = values.get("batch_window_h")
    runs = values.get("runs_per_day")
    if values.get("processing_pattern") != "batch" and not window and values.get("items_per_run") is None:
        return None
    if values.get("use_case", "other") not in ITEM_WORK:
        return None
    people = values.get("use_case") in PEOPLE_FIRST
    counts = sorted(ITEM_COUNTS, key=lambda name: people and name == "corpus_documents")
    field = next((name for name in counts if values.get(name)), None)
    if field is None:
        return None
    items = float(values[field])
    hours = max(float(window or 0), HOURS_PER_DAY) / float(runs or 1)
    rate = items / (hours * 3600)
    basis = f"{items:g} {field.split('_')[0]} a run, a run each {hours:g} h (assumed)"
    return Assumption("request_rate_rps", rate, rate, rate, basis)


WAITED_FOR = ("ttft_ms", "e2e_latency_ms")
PEAKS = ("peak_factor", "peak_rate_rps", "users_concurrent")


def _peak_of_window(values: Mapping[str, Any]) -> Assumption | None:
    """Work for which nobody waits is spread over its window, and a day's work is done within it.

    A window may also be that of a job beside a service that people wait for, which it says nothing of.
    """
    window, pattern = values.get("batch_window_h"), values.get("processing_pattern")
    waited = values.get("conversation") == "yes" or pattern in ("interactive", "streaming")
    batched = pattern in ("batch", "offline_training") or values.get("use_case", "other") in ITEM_WORK
    if not window or waited or not batched:
        return None
    if any(values.get(name) is not None for name in (*WAITED_FOR, *PEAKS)):
        return None
    hours = min(float(window), HOURS_PER_DAY)
    factor = HOURS_PER_DAY / hours
    return Assumption("peak_factor", factor, factor, factor, f"a day's work within {hours:g} h")


def _spread(field: str, spread: Any, basis: str) -> Assumption:
    """`[low, point, high]`, a constant, or `{point: value}` of a data file as an assumption."""
    if isinstance(spread, dict):
        return Assumption(field, None, spread["point"], None, basis)
    low, point, high = spread if isinstance(spread, list) else (spread, spread, spread)
    return Assumption(field, low, point, high, basis)


@lru_cache(maxsize=8)
def _upper_fields(knowledge: Knowledge) -> frozenset[str]:
    return frozenset(field.name for field in knowledge.fields.values() if field.use_upper)


@lru_cache(maxsize=8)
def _derivations(knowledge: Knowledge) -> tuple[tuple[str, Expression], ...]:
    return tuple((item.name, parse(item.formula)) for item in knowledge.derived.values())


@lru_cache(maxsize=8)
def _decision_derivations(knowledge: Knowledge) -> tuple[tuple[str, Expression], ...]:
    """Derivations that, directly or through others, read a name that isn't a field."""
    settled = set(knowledge.fields)
    late = []
    for name, expression in _derivations(knowledge):
        if expression.names <= settled:
            settled.add(name)
        else:
            late.append((name, expression))
    return tuple(late)
