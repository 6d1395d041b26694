"""The tool that holds a load against the rate limits that providers of hosted models publish."""

from collections.abc import Iterator
from typing import Annotated, NamedTuple, Self

from pydantic import model_validator

from knowledge import Knowledge
from knowledge.aliases import nearest
from knowledge.errors import InputRefused
from knowledge.llm_prices import llm_prices, prices_of_model
from knowledge.rate_tiers import Ladder, ladders_for, ladders_of, rate_tiers, tiered_providers
from knowledge.sizing_data import constant

from ..cost import api_monthly_cost
from ..estimate import Estimate
from ..month import MONTH_S
from ..sizing.hosted_limits import refuse_untaken, takes
from ..sizing.rate_limits import ApiLoad, RateFit, rate_fit
from .declaration import Context, Tool, ToolInput, ToolResult, in_unit, refuse_low_peak


class ApiInput(ToolInput):
    model: str = ""
    """Hosted model, as the provider or the price list spells it; left out: every class of models of the provider."""
    provider: str = ""
    """Component id of the model API, or the name that price lists have for it; left out: all that host the model."""
    mean_rps: Annotated[float, in_unit("requests/s", gt=0)]
    """Mean rate of model calls."""
    peak_rps: Annotated[float | None, in_unit("requests/s", gt=0)] = None
    """Peak rate; left out: the mean."""
    input_tokens: Annotated[float, in_unit("tokens", ge=1)]
    """Prompt of one call."""
    output_tokens: Annotated[float, in_unit("tokens", ge=1)]
    """Answer of one call, thinking included."""
    shared_prefix_tokens: Annotated[float, in_unit("tokens", ge=0)] = 0
    """Leading tokens that every call shares: the prompt cache serves them, and some limits don't count them."""
    headroom: Annotated[float | None, in_unit("share of the peak", ge=0, le=10)] = None
    """What must fit on top of the peak; left out: 0.2."""
    seconds_per_request: Annotated[float | None, in_unit("s", gt=0)] = None
    """From the request to the end of the answer, for limits on requests in flight; left out: assumed."""
    other_spend_usd_month: Annotated[float, in_unit("USD/month", ge=0)] = 0
    """What the provider is paid for other work a month: caps and tiers count it too."""
    paid_usd: Annotated[float, in_unit("USD", ge=0)] = 0
    """Paid to the provider so far in all."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.model and not self.provider:
            raise ValueError("it needs model or provider")
        if self.shared_prefix_tokens > self.input_tokens:
            raise ValueError(
                f"shared_prefix_tokens {self.shared_prefix_tokens:g} is above input_tokens {self.input_tokens:g}, "
                "of which it is a part"
            )
        refuse_low_peak(self.mean_rps, self.peak_rps)
        return self


class ApiPlan(ToolResult):
    """One provider, model and kind of deployment."""

    model: str
    usd_month: Estimate | None
    """Bill of the calls; None where the model isn't priced, or a class of models is asked about."""
    rates: RateFit


class ApiPlans(ToolResult):
    """As the table lists them; those that are known to carry the load first."""

    requests_per_min: float
    """At the peak, headroom left out."""
    input_tokens_per_min: float
    output_tokens_per_min: float
    plans: tuple[ApiPlan, ...]


class Subject(NamedTuple):
    """A model at a provider, and the name under which it is priced."""

    provider: str
    model: str
    priced: str


def _size_api(given: ApiInput, context: Context) -> ApiPlans:
    knowledge = context.knowledge
    plans = [
        _plan(knowledge, given, subject, ladder)
        for subject in _subjects(knowledge, given)
        for ladder in _ladders(knowledge, subject)
    ]
    peak = 60 * (given.peak_rps or given.mean_rps)
    return ApiPlans(
        requests_per_min=round(peak, 4),
        input_tokens_per_min=round(peak * given.input_tokens, 4),
        output_tokens_per_min=round(peak * given.output_tokens, 4),
        plans=tuple(sorted(plans, key=lambda plan: plan.rates.verdict != "carried")),
    )


def _plan(knowledge: Knowledge, given: ApiInput, subject: Subject, ladder: Ladder) -> ApiPlan:
    bill = _bill(knowledge, given, subject.priced or _named_price(knowledge, ladder))
    calls = given.mean_rps * MONTH_S
    headroom = given.headroom
    if headroom is None:
        headroom = constant(knowledge, "planning", "rate_headroom").value
    load = ApiLoad(
        mean_rps=given.mean_rps,
        peak_rps=given.peak_rps or given.mean_rps,
        input_tokens=given.input_tokens,
        output_tokens=given.output_tokens,
        cached_tokens=given.shared_prefix_tokens,
        headroom=headroom,
        seconds=given.seconds_per_request or _assumed_s(knowledge, given.output_tokens),
        usd_per_request=bill.typical / calls if bill is not None else None,
        other_usd_month=given.other_spend_usd_month,
        paid_usd=given.paid_usd,
    )
    component = knowledge.components.get(ladder.provider)
    name = component.name if component is not None else ladder.provider
    return ApiPlan(model=subject.model or ladder.models, usd_month=bill, rates=rate_fit(ladder, load, name))


def _named_price(knowledge: Knowledge, ladder: Ladder) -> str:
    """The priced model that a ladder names; empty where it speaks of a class, which may hold models without a price."""
    component_of = knowledge.providers["providers"]
    offers = prices_of_model(knowledge, ladder.models)
    return next((row.model for row in offers if component_of.get(row.provider) == ladder.provider), "")


def _bill(knowledge: Knowledge, given: ApiInput, priced: str) -> Estimate | None:
    if not priced:
        return None
    calls = given.mean_rps * MONTH_S
    return api_monthly_cost(
        knowledge,
        priced,
        calls * given.input_tokens,
        calls * given.output_tokens,
        cached_share=given.shared_prefix_tokens / given.input_tokens,
    )


def _assumed_s(knowledge: Knowledge, output_tokens: float) -> float:
    """A hosted model's time to a whole answer, as the ranking assumes it."""
    first, each = knowledge.anchors["api_ttft_ms"][1], knowledge.anchors["api_tpot_ms"][1]
    return float(first + each * output_tokens) / 1e3


def _subjects(knowledge: Knowledge, given: ApiInput) -> list[Subject]:
    """Who hosts the model; the provider alone where none is named."""
    provider = _provider(knowledge, given.provider) if given.provider else ""
    if not given.model:
        return [Subject(provider, "", "")]
    component_of = knowledge.providers["providers"]
    offers = [
        row
        for row in prices_of_model(knowledge, given.model)
        if row.provider in component_of and provider in ("", component_of[row.provider])
    ]
    if offers:
        refuse_untaken(knowledge, given.model, offers, given.input_tokens, given.output_tokens)
        return [
            Subject(component_of[row.provider], row.model, row.model)
            for row in offers
            if takes(row, given.input_tokens, given.output_tokens)
        ]
    named = [
        Subject(host, given.model, "")
        for host in ([provider] if provider else tiered_providers(knowledge))
        if any(ladder.models != "*" for ladder in ladders_for(knowledge, host, given.model))
    ]
    if named:
        refuse_untaken(knowledge, given.model, offers, given.input_tokens, given.output_tokens)
        return named
    _refuse_elsewhere(knowledge, given.model, provider)
    raise nearest(given.model, _known_models(knowledge, provider), "hosted model")


def _refuse_elsewhere(knowledge: Knowledge, model: str, provider: str) -> None:
    """InputRefused for a model that others host, but not this provider."""
    component_of = knowledge.providers["providers"]
    rows = prices_of_model(knowledge, model) if provider else ()
    hosts = dict.fromkeys(component_of[row.provider] for row in rows if row.provider in component_of)
    if hosts:
        raise InputRefused(
            f"No price and no rate tier of {model} is known at {provider}.",
            f"They are of provider={' or provider='.join(hosts)}: give that, or leave it out.",
        )


def _provider(knowledge: Knowledge, name: str) -> str:
    """Component id of a provider, by that id or by the name of price lists or people."""
    known = {
        **knowledge.providers["hosted_families"],
        **knowledge.providers["providers"],
        **{provider: provider for provider in tiered_providers(knowledge)},
    }
    found = known.get(name.strip().casefold())
    if found not in tiered_providers(knowledge):
        raise nearest(name, tiered_providers(knowledge), "provider of hosted models")
    return str(found)


def _known_models(knowledge: Knowledge, provider: str) -> list[str]:
    component_of = knowledge.providers["providers"]
    priced = [
        row.model
        for row in llm_prices(knowledge).values()
        if provider in ("", component_of.get(row.provider))
    ]
    tiered = [
        pattern
        for row in rate_tiers(knowledge).values()
        if provider in ("", row.provider)
        for pattern in row.patterns
        if "*" not in pattern
    ]
    return list(dict.fromkeys([*priced, *tiered]))


def _ladders(knowledge: Knowledge, subject: Subject) -> Iterator[Ladder]:
    if subject.model:
        yield from ladders_for(knowledge, subject.provider, subject.model)
        return
    yield from (ladder for ladder in ladders_of(knowledge, subject.provider) if ladder.tiers)


TOOLS = (
    Tool(
        "size-api",
        "Whether a provider's rate limits carry a load: usage tier, what binds, how to get there, price",
        ApiInput,
        _size_api,
    ),
)
