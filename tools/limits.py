"""Hard limits that the typical figures of a stack break: budget, response time, what can't be sized."""

from collections.abc import Iterable, Mapping
from typing import Any

from .draft import Draft
from .estimate import Estimate
from .wording import interval, number

COST = "monthly_infra_cost_usd"
TIMES = (
    ("e2e_latency_ms", "e2e_ms_p95", "the whole answer"),
    ("ttft_ms", "ttft_ms_p95", "the first token"),
)  # fmt: skip
TAIL = 99.0
"""Limits at this percentile and beyond are held against the 99th, all others against the 95th."""


def broken_limits(draft: Draft, estimates: Mapping[str, Estimate]) -> dict[str, str]:
    """Field -> how its limit is broken, in words; `""` where the load itself can't be served."""
    values, found = draft.values, {}
    budget, infra = values.get("budget_usd_month"), estimates.get(COST)
    if budget and infra is not None and infra.typical > budget:
        found["budget_usd_month"] = (
            f"infrastructure at about {number(infra.typical)} USD a month exceeds your "
            f"{number(budget)} USD a month"
        )
    for field, name, words in TIMES:
        limit, estimate, percentile = values.get(field), *_held(name, values, estimates)
        if limit and estimate is not None and estimate.typical > limit:
            found[field] = (
                f"{words} takes {interval(estimate)} at {percentile}, your limit is {number(limit)} ms"
            )
    if not draft.compute.feasible and draft.compute.reason:
        found[""] = draft.compute.reason
    return found


def _held(
    name: str, values: Mapping[str, Any], estimates: Mapping[str, Estimate]
) -> tuple[Estimate | None, str]:
    """The estimate that a limit is held against: at the percentile that it speaks of."""
    if float(values.get("latency_percentile") or 0) >= TAIL:
        beyond = estimates.get(name.replace("p95", "p99"))
        if beyond is not None:
            return beyond, "p99"
    return estimates.get(name), "p95"


def within_limits_first(drafts: Iterable[Draft]) -> list[Draft]:
    """The same drafts, those first whose point figures keep the limits."""
    return sorted(drafts, key=lambda draft: not (in_time(draft) and not over_budget(draft)))


def in_time(draft: Draft) -> bool:
    """True where the response keeps the limits that are demanded; of an assumed speed the quick end counts."""
    compute = draft.compute
    return compute.feasible and all(
        limit is None or taken is None or taken <= limit
        for limit, taken in (
            (draft.values.get("e2e_latency_ms"), compute.quickest_e2e_ms),
            (draft.values.get("ttft_ms"), compute.quickest_ttft_ms),
        )
    )


def excess(draft: Draft) -> float:
    """By which share the limit that is broken most is exceeded: 0 within all, 1 at twice one of them."""
    values, compute = draft.values, draft.compute
    shares = [
        taken / limit - 1
        for limit, taken in (
            (values.get("budget_usd_month"), draft.usd_infra),
            (values.get("e2e_latency_ms"), compute.quickest_e2e_ms),
            (values.get("ttft_ms"), compute.quickest_ttft_ms),
        )
        if limit and taken is not None
    ]
    return float(max([0.0, *shares]))


def surely_broken(draft: Draft, estimates: Mapping[str, Estimate]) -> bool:
    """True where a limit is broken whatever an assumed speed turns out to be."""
    broken = broken_limits(draft, estimates)
    for field, name, _ in TIMES:
        estimate, _ = _held(name, draft.values, estimates)
        if field in broken and estimate is not None and estimate.kind == "assumed":
            broken = {
                key: text
                for key, text in broken.items()
                if key != field or estimate.low > draft.values[field]
            }
    return bool(broken)


def over_budget(draft: Draft) -> bool:
    """True where the typical bill exceeds the budget that is demanded."""
    budget = draft.values.get("budget_usd_month")
    return draft.usd_infra > budget if budget else False
