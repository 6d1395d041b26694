"""Whether a provider's rate limits carry a load: on which usage tier, what binds there, what it takes to get there.

A limit by the minute is held against the peak with headroom on top, one by the day or month against the mean.
The lowest tier all of whose limits hold carries the load; each limit falls short from some load on, so more load
never needs a lower tier.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from knowledge.rate_tiers import LIMITS, Ladder, RateTier

from ..month import DAY_S, MONTH_S
from ..wording import number

MINUTE_S = 60

WORDS = {
    "requests_per_min": "requests a minute",
    "tokens_per_min": "tokens a minute",
    "input_tokens_per_min": "counted input tokens a minute",
    "all_input_tokens_per_min": "input tokens a minute",
    "output_tokens_per_min": "output tokens a minute",
    "requests_per_day": "requests a day",
    "tokens_per_day": "tokens a day",
    "requests_per_month": "requests a month",
    "tokens_per_month": "tokens a month",
    "concurrent_requests": "requests in flight",
    "usd_per_10_min": "USD in ten minutes",
    "usd_per_month": "USD a month",
}

Verdict = Literal["carried", "ask", "unknown", "refused"]
"""carried: on a published tier; ask: only on one that is granted on request; unknown: figures that decide it
aren't published; refused: on none."""


class ApiLoad(NamedTuple):
    """Calls of one hosted model."""

    mean_rps: float
    peak_rps: float
    input_tokens: float
    output_tokens: float
    cached_tokens: float = 0.0
    """Leading input tokens that the provider's prompt cache serves."""
    headroom: float = 0.0
    """Share on top of the peak."""
    seconds: float = 0.0
    """From the request to the end of the answer."""
    usd_per_request: float | None = None
    other_usd_month: float = 0.0
    """What the provider is paid for other work."""
    paid_usd: float = 0.0
    """Paid so far in all."""

    @property
    def usd_month(self) -> float | None:
        """The bill of a month, other work included; None = unpriced."""
        if self.usd_per_request is None:
            return None
        return self.usd_per_request * self.mean_rps * MONTH_S + self.other_usd_month


PRICED_LIMITS = ("usd_per_10_min", "usd_per_month")
"""Limits that only a price can be held against."""


class Tier(NamedTuple):
    """A row and its limits against the load."""

    row: RateTier
    limits: "tuple[LimitUse, ...]"
    unpriced: tuple[str, ...]
    """Caps in money that it has, in words, where the load has no price."""

    @property
    def holds(self) -> bool:
        """Whether no limit that could be checked falls short."""
        return bool(self.limits) and all(use.share <= 1 for use in self.limits)

    @property
    def complete(self) -> bool:
        return self.row.complete == "yes" and not self.unpriced


class Result(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LimitUse(Result):
    """One limit of a tier against what the load asks of it."""

    name: str
    asked: float
    """At the peak with headroom; of a day or month at the mean."""
    limit: float
    share: float
    """asked / limit."""
    most_rps: float
    """Peak rate that this limit would carry, the headroom kept."""


class TierUse(Result):
    """One tier of the ladder."""

    tier: str
    kind: str
    requirement: str
    carries: bool | None
    """None where its figures aren't published, or have no price to be held against."""
    binding: str = ""
    share: float | None = None
    """Of the limit that binds."""
    note: str = ""
    evidence: tuple[str, ...] = ()


class Units(Result):
    """Reserved capacity that would carry the load instead."""

    unit: str
    units: int
    tokens_per_min_each: float
    at_least: bool
    """Output is left out, because its weight isn't published."""
    requirement: str
    note: str = ""
    evidence: tuple[str, ...] = ()


class RateFit(Result):
    """What the published limits of one provider say to a load."""

    provider: str
    models: str
    """Model or class that the limits hold for."""
    deployment: str = ""
    verdict: Verdict
    tier: str = ""
    """The lowest that carries the load, or has to be asked for."""
    requirement: str = ""
    reach: str = ""
    """What of it is still to come, at this bill."""
    scope: str = ""
    firm: bool = True
    """False: beyond it requests are served as capacity allows, or the limit grows with use."""
    binding: LimitUse | None = None
    """Of that tier, or of the highest published one where none carries the load."""
    limits: tuple[LimitUse, ...] = ()
    most_rps: float | None = None
    """Peak rate that the highest published tier carries, the headroom kept; None where a cap on it has no price."""
    pool: str = ""
    pools: int | None = None
    """Regions, subscriptions or projects that would carry it together, each with the highest tier."""
    reserved: tuple[Units, ...] = ()
    ladder: tuple[TierUse, ...] = ()
    text: str
    """All of it in a sentence or two."""


def rate_fit(ladder: Ladder, load: ApiLoad, name: str) -> RateFit:
    """Hold `load` against the tiers of `ladder`, whose provider is called `name`."""
    used = [Tier(row, tier_limits(row, load), _unpriced(row, load)) for row in ladder.tiers]
    chosen, verdict = _chosen(used)
    top = max(
        (item for item in used if item.limits),
        key=lambda item: (_most(item.limits), item.row.rank),
        default=None,
    )
    told = chosen if chosen is not None and chosen.limits else top
    shown = told.limits if told is not None else ()
    known = top is not None and not top.unpriced
    many = top is not None and known and bool(top.row.pool) and verdict != "carried"
    row = chosen.row if chosen is not None else None
    fit = RateFit(
        provider=ladder.provider,
        models=ladder.models,
        deployment=ladder.deployment,
        verdict=verdict,
        tier=row.tier if row is not None else "",
        requirement=row.requirement if row is not None else "",
        reach=_reach(row, load) if row is not None else "",
        scope=(row or ladder.tiers[-1]).scope,
        firm=row is None or row.firm == "yes",
        binding=max(shown, key=lambda use: use.share, default=None),
        limits=shown,
        most_rps=_most(top.limits) if top is not None and known else None,
        pool=top.row.pool if top is not None and many else "",
        pools=math.ceil(max(use.share for use in top.limits)) if top is not None and many else None,
        reserved=tuple(_units(unit, load) for unit in ladder.reserved),
        ladder=tuple(_step(item) for item in used),
        text="",
    )
    return fit.model_copy(update={"text": _text(fit, chosen, top.row if top else None, load, name)})


def tier_limits(row: RateTier, load: ApiLoad) -> tuple[LimitUse, ...]:
    """Each limit of a tier against the load, in the order of the table; what needs a price is left out without one."""
    found = []
    for name in LIMITS:
        limit = getattr(row, name)
        if row.kind != "tier" or limit is None:
            continue
        asked = _ASKED[name](row, load) or 0.0
        fixed = load.other_usd_month if name == "usd_per_month" else 0.0
        if asked <= fixed:
            continue
        found.append(
            LimitUse(
                name=WORDS[name],
                asked=round(asked, 4),
                limit=limit,
                share=round(asked / limit, 6),
                most_rps=round(load.peak_rps * max(limit - fixed, 0.0) / (asked - fixed), 4),
            )
        )
    return tuple(found)


def _unpriced(row: RateTier, load: ApiLoad) -> tuple[str, ...]:
    if row.kind != "tier" or load.usd_per_request is not None:
        return ()
    caps = ((name, getattr(row, name)) for name in PRICED_LIMITS)
    return tuple(f"{number(cap)} {WORDS[name]}" for name, cap in caps if cap is not None)


def _chosen(used: Sequence[Tier]) -> tuple[Tier | None, Verdict]:
    """The lowest tier that carries the load, else what comes nearest to an answer."""
    for item in used:
        if item.holds:
            return item, "carried" if item.complete else "unknown"
    for item in used:
        if item.row.kind == "unpublished" or (item.row.kind == "tier" and not item.limits):
            return item, "unknown"
    return next(((item, "ask") for item in used if item.row.kind == "ask"), (None, "refused"))


def _counted_input(row: RateTier, load: ApiLoad) -> float:
    """Input tokens of a call that count: the cached ones at their weight."""
    return load.input_tokens - (1 - row.cached_weight) * min(load.cached_tokens, load.input_tokens)


def _minute(load: ApiLoad) -> float:
    """Requests in the minute that is planned for."""
    return load.peak_rps * (1 + load.headroom) * MINUTE_S


_ASKED: dict[str, Callable[[RateTier, ApiLoad], float | None]] = {
    "requests_per_min": lambda row, load: _minute(load),
    "tokens_per_min": lambda row, load: _minute(load) * _tokens(row, load),
    "input_tokens_per_min": lambda row, load: _minute(load) * _counted_input(row, load),
    "all_input_tokens_per_min": lambda row, load: _minute(load) * load.input_tokens,
    "output_tokens_per_min": lambda row, load: _minute(load) * load.output_tokens,
    "requests_per_day": lambda row, load: load.mean_rps * DAY_S,
    "tokens_per_day": lambda row, load: load.mean_rps * DAY_S * _tokens(row, load),
    "requests_per_month": lambda row, load: load.mean_rps * MONTH_S,
    "tokens_per_month": lambda row, load: load.mean_rps * MONTH_S * _tokens(row, load),
    "concurrent_requests": lambda row, load: load.peak_rps * (1 + load.headroom) * load.seconds,
    "usd_per_10_min": lambda row, load: (
        None if load.usd_per_request is None else _minute(load) * 10 * load.usd_per_request
    ),
    "usd_per_month": lambda row, load: load.usd_month,
}


def _tokens(row: RateTier, load: ApiLoad) -> float:
    return _counted_input(row, load) + row.output_weight * load.output_tokens


def _units(row: RateTier, load: ApiLoad) -> Units:
    """Reserved units for the peak, rounded up to what can be bought."""
    assert row.tokens_per_min is not None, "a reserved unit says what it carries"
    each = row.tokens_per_min
    needed = _minute(load) * _tokens(row, load) / each
    steps = max(math.ceil((needed - row.min_units) / row.unit_step), 0)
    return Units(
        unit=row.tier,
        units=row.min_units + steps * row.unit_step,
        tokens_per_min_each=each,
        at_least=row.output_weight == 0,
        requirement=row.requirement,
        note=row.note,
        evidence=(f"price/tier/{row.id}",),
    )


def _most(limits: Sequence[LimitUse]) -> float:
    return min(use.most_rps for use in limits)


def _step(item: Tier) -> TierUse:
    row, binding = item.row, max(item.limits, key=lambda use: use.share, default=None)
    carries = item.holds if item.limits else None
    return TierUse(
        tier=row.tier,
        kind=row.kind,
        requirement=row.requirement,
        carries=None if carries and not item.complete else carries,
        binding=binding.name if binding is not None else "",
        share=binding.share if binding is not None else None,
        note=row.note,
        evidence=(f"price/tier/{row.id}",),
    )


def _reach(row: RateTier, load: ApiLoad) -> str:
    """What is still to be paid or waited for, at this load's own bill."""
    month = load.usd_month
    if row.spend_usd_30d is not None:
        if month is None:
            return ""
        if month >= row.spend_usd_30d:
            return f"{number(month)} USD a month reach it"
        return f"{number(month)} USD a month fall short of {number(row.spend_usd_30d)}: other spend must make up for it"
    missing = (row.paid_usd or 0.0) - load.paid_usd
    if row.kind != "tier" or missing <= 0:
        return ""
    wait = f", not before day {row.wait_days:g}" if row.wait_days else ""
    if not month:
        return f"{number(missing)} USD are still to be paid{wait}"
    days = math.ceil(missing / month * 30)
    work = "a day's work" if days == 1 else f"{days} days' work"
    return f"{number(missing)} USD are still to be paid: {work}, or ahead of it{wait}"


def _text(fit: RateFit, chosen: Tier | None, top: RateTier | None, load: ApiLoad, name: str) -> str:
    use, spare = fit.binding, f" with {100 * load.headroom:g} % headroom" if load.headroom else ""
    where = f"{name}, {fit.deployment}" if fit.deployment else name
    if chosen is not None and use is not None and chosen.holds:
        return f"{where}: {_holding(fit, chosen, use, spare)}"
    beyond = ""
    if use is not None and top is not None and fit.most_rps is not None:
        beyond = (
            f" The highest tier with figures, {top.tier}, carries at most {number(fit.most_rps)} requests a second"
            f" at the peak, {number(load.peak_rps)} are asked for: {use.share:.3g} times its {number(use.limit)}"
            f" {use.name}."
        )
    if fit.pools is not None:
        beyond += f" {fit.pools} {fit.pool}s would carry it together."
    if chosen is None:
        return f"{where}: no tier carries the load.{beyond}"
    if fit.verdict == "ask":
        return f"{where}: only beyond what is published: {fit.tier} ({fit.requirement}).{beyond}"
    return f"{where}: not known, {fit.tier} has no published figures here. {chosen.row.note}{beyond}"


def _holding(fit: RateFit, chosen: Tier, use: LimitUse, spare: str) -> str:
    """The sentence on a tier of which no limit that could be checked falls short."""
    row = chosen.row
    bound = f"{use.name} bind, {100 * use.share:.0f} % of {number(use.limit)}{spare}"
    if fit.verdict == "carried":
        loose = "" if fit.firm else "; the limit isn't firm"
        return f"{row.tier} carries the load ({row.requirement}); {bound}{loose}."
    found = [f"{row.tier} is the lowest that its published limits allow; {bound}."]
    if chosen.unpriced:
        found.append(f"No price is known, so its cap of {' and '.join(chosen.unpriced)} can't be checked.")
    return " ".join([*found, row.note]).rstrip()
