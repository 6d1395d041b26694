"""Rate limits against a load: what binds, on which tier, what it takes, and what is said where nothing is published."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import load
from knowledge.errors import InputRefused, UnknownName
from knowledge.llm_prices import prices_of_model
from knowledge.rate_tiers import Ladder, RateTier, ladders_of, tiered_providers
from tools.api_tier import assumed_tier
from tools.compute import Compute
from tools.registered.rate_limits import ApiPlan, ApiPlans
from tools.registry import evidence_of, run_tool
from tools.sizing.rate_limits import ApiLoad, RateFit, rate_fit

KNOWLEDGE = load()
AS_OF = date(2026, 11, 26)
LOAD = ApiLoad(mean_rps=1, peak_rps=2, input_tokens=1000, output_tokens=200)


def tier(name: str, rank: int, kind: str = "tier", **limits: Any) -> RateTier:
    return RateTier.model_validate(
        {
            "id": f"acme/{name.lower().replace(' ', '-')}", "provider": "acme", "models": "*", "tier": name,
            "rank": rank, "kind": kind, "requirement": "an account", "source": "https://acme.example",
            "read_at": AS_OF, "note": "Not told.", **limits,
        }
    )  # fmt: skip


def fit(load: ApiLoad, *rows: RateTier) -> RateFit:
    reserved = tuple(row for row in rows if row.kind == "reserved")
    tiers = tuple(row for row in rows if row.kind != "reserved")
    return rate_fit(Ladder("acme", "*", "", tiers, reserved), load, "Acme")


def plans(**arguments: Any) -> tuple[ApiPlan, ...]:
    given_all = {"mean_rps": 1, "input_tokens": 1000, "output_tokens": 200, **arguments}
    found = run_tool("size-api", given_all, KNOWLEDGE, AS_OF)
    assert isinstance(found, ApiPlans)
    return found.plans


@pytest.mark.parametrize(
    ("load", "limits", "binding", "asked"),
    [
        (LOAD, {"requests_per_min": 200, "tokens_per_min": 1e6}, "requests a minute", 120),
        (LOAD, {"requests_per_min": 1000, "tokens_per_min": 150_000}, "tokens a minute", 144_000),
        (
            LOAD,
            {"input_tokens_per_min": 200_000, "output_tokens_per_min": 25_000},
            "output tokens a minute",
            24_000,
        ),
        (
            LOAD._replace(output_tokens=20),
            {"input_tokens_per_min": 200_000, "output_tokens_per_min": 25_000},
            "counted input tokens a minute",
            120_000,
        ),
        (LOAD, {"requests_per_min": 1000, "requests_per_day": 90_000}, "requests a day", 86_400),
        (LOAD._replace(seconds=30), {"concurrent_requests": 100}, "requests in flight", 60),
        (LOAD._replace(usd_per_request=0.001), {"usd_per_month": 3000}, "USD a month", 2592),
        (LOAD._replace(usd_per_request=0.001), {"usd_per_10_min": 2}, "USD in ten minutes", 1.2),
        (LOAD._replace(headroom=0.5), {"requests_per_min": 200}, "requests a minute", 180),
    ],
)
def test_the_limit_that_is_used_most_binds(
    load: ApiLoad, limits: dict[str, Any], binding: str, asked: float
) -> None:
    found = fit(load, tier("Only", 1, **limits))
    assert found.verdict == "carried"
    assert found.binding is not None
    assert found.binding.name == binding
    assert found.binding.asked == pytest.approx(asked)
    assert found.binding.share == max(use.share for use in found.limits)


def test_cached_tokens_count_where_the_provider_counts_them() -> None:
    load = LOAD._replace(cached_tokens=800)
    limits: dict[str, Any] = {"input_tokens_per_min": 30_000, "cached_weight": 0}
    assert fit(load, tier("Exempt", 1, **limits)).verdict == "carried"
    assert fit(load, tier("Counted", 1, **{**limits, "cached_weight": 1})).verdict == "refused"
    both = fit(load, tier("Both", 1, **limits, all_input_tokens_per_min=100_000))
    assert [use.asked for use in both.limits] == [24_000, 120_000]
    assert both.verdict == "refused"


def test_the_lowest_tier_that_carries_the_load_is_chosen() -> None:
    ladder = [tier(f"T{n}", n, requests_per_min=100 * n, paid_usd=50 * n) for n in (1, 2, 3)]
    assert [fit(LOAD._replace(peak_rps=rps), *ladder).tier for rps in (1, 2, 4)] == ["T1", "T2", "T3"]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([row for name in tiered_providers(KNOWLEDGE) for row in ladders_of(KNOWLEDGE, name)]),
    st.floats(0.001, 2000),
    st.floats(1, 50),
    st.floats(1, 3),
)
def test_more_load_never_needs_a_lower_tier(ladder: Ladder, rps: float, more: float, tokens: float) -> None:
    if not ladder.tiers:
        return
    small = LOAD._replace(mean_rps=rps, peak_rps=2 * rps, seconds=4, usd_per_request=0.002)
    large = small._replace(
        mean_rps=rps * more,
        peak_rps=2 * rps * more,
        input_tokens=1000 * tokens,
        usd_per_request=0.002 * tokens,
    )
    places = []
    for one in (small, large):
        steps = rate_fit(ladder, one, "Acme").ladder
        carried = [number for number, step in enumerate(steps) if step.share is not None and step.share <= 1]
        places.append(min(carried, default=len(steps)))
    assert places[0] <= places[1]


@pytest.mark.parametrize("extra", [{}, {"headroom": 0.2}, {"seconds": 5.0}])
def test_the_most_that_a_tier_carries_is_just_carried(extra: dict[str, float]) -> None:
    row = tier("Top", 1, requests_per_min=500, tokens_per_min=300_000, concurrent_requests=20)
    load = LOAD._replace(peak_rps=40, **extra)
    most = fit(load, row).most_rps
    assert most is not None
    assert fit(load._replace(peak_rps=most * 0.999), row).verdict == "carried"
    assert fit(load._replace(peak_rps=most * 1.001), row).verdict == "refused"


def test_what_is_not_published_is_not_guessed() -> None:
    row = tier("T1", 1, requests_per_min=60)
    unread = tier("T2", 2, "unpublished")
    asked = tier("Custom", 9, "ask", requirement="a contract")
    assert fit(LOAD._replace(peak_rps=1), row, unread, asked).verdict == "carried"
    unknown = fit(LOAD, row, unread, asked)
    assert (unknown.verdict, unknown.tier) == ("unknown", "T2")
    assert "Not told." in unknown.text
    beyond = fit(LOAD, row, asked)
    assert (beyond.verdict, beyond.tier, beyond.requirement) == ("ask", "Custom", "a contract")
    assert "carries at most 1 requests a second" in beyond.text
    partial = fit(LOAD._replace(peak_rps=1), tier("T1", 1, requests_per_min=60, complete="no"))
    assert partial.verdict == "unknown"


def test_further_regions_carry_what_one_does_not() -> None:
    row = tier("Top", 1, tokens_per_min=50_000, pool="region")
    found = fit(LOAD, row)
    assert (found.verdict, found.pools, found.pool) == ("refused", 3, "region")
    assert "3 regions would carry it together" in found.text
    assert fit(LOAD, tier("Top", 1, tokens_per_min=50_000)).pools is None


@pytest.mark.parametrize(("rps", "units"), [(0.1, 15), (2, 30), (10, 145)])
def test_reserved_units_are_bought_in_steps(rps: float, units: int) -> None:
    unit = tier(
        "PTU", 1, "reserved", tokens_per_min=5000, output_weight=1, cached_weight=0, min_units=15, unit_step=5
    )
    found = fit(LOAD._replace(peak_rps=rps), tier("T", 1, requests_per_min=1), unit)
    assert found.reserved[0].units == units


def test_what_is_still_to_be_paid_is_told_at_this_bill() -> None:
    row = tier("T3", 1, requests_per_min=1000, paid_usd=100, wait_days=7)
    load = LOAD._replace(usd_per_request=1e-4)
    assert "100 USD are still to be paid: 12 days' work" in fit(load, row).reach
    assert "not before day 7" in fit(load, row).reach
    assert fit(load._replace(paid_usd=100), row).reach == ""
    rolling = tier("T2", 1, requests_per_min=1000, spend_usd_30d=250)
    assert fit(load, rolling).reach == "259 USD a month reach it"
    assert "fall short of 250" in fit(load._replace(usd_per_request=5e-5), rolling).reach


def test_other_spend_fills_the_cap_on_the_bill() -> None:
    row = tier("T1", 1, usd_per_month=300)
    load = LOAD._replace(usd_per_request=1e-4)
    assert fit(load, row).verdict == "carried"
    full = fit(load._replace(other_usd_month=100), row)
    assert full.verdict == "refused"
    assert full.most_rps == pytest.approx(2 * 200 / 259.2, rel=1e-3)


def test_claude_with_its_prefix_cached() -> None:
    """3 requests a second at the peak, 36,000 of 40,000 tokens cached, a fifth spare: 864,000 of 2,000,000 counted."""
    found = plans(
        model="claude-haiku-4-5", mean_rps=0.001, peak_rps=3, input_tokens=40_000, output_tokens=1000,
        shared_prefix_tokens=36_000,
    )  # fmt: skip
    rates = found[0].rates
    assert (rates.verdict, rates.tier) == ("carried", "Start")
    counted = {use.name: use.asked for use in rates.limits}
    assert counted["counted input tokens a minute"] == pytest.approx(864_000)
    assert plans(
        model="claude-haiku-4-5", mean_rps=0.001, peak_rps=3, input_tokens=40_000, output_tokens=1000
    )[0].rates.tier == "Scale"  # fmt: skip


def test_the_price_is_that_of_the_cost_tool() -> None:
    found = plans(model="gpt-4o-mini", mean_rps=2)[0]
    bill = run_tool(
        "api-cost",
        {
            "model": "gpt-4o-mini", "input_tokens_month": 2 * 2_592_000 * 1000,
            "output_tokens_month": 2 * 2_592_000 * 200,
        },
        KNOWLEDGE,
        AS_OF,
    )  # fmt: skip
    assert found.usd_month is not None
    assert found.usd_month.typical == pytest.approx(bill.model_dump()["price"]["typical"])


def test_a_model_that_several_host_is_held_against_each_of_them() -> None:
    assert {plan.rates.provider for plan in plans(model="gpt-oss-120b")} == {"groq", "together-ai"}
    assert [plan.rates.provider for plan in plans(model="gpt-oss-120b", provider="cerebras")] == ["cerebras"]


@pytest.mark.parametrize("provider", tiered_providers(KNOWLEDGE))
def test_every_provider_answers_for_all_that_it_limits(provider: str) -> None:
    found = run_tool(
        "size-api",
        {"provider": provider, "mean_rps": 5, "input_tokens": 1000, "output_tokens": 200},
        KNOWLEDGE,
        AS_OF,
    )
    assert isinstance(found, ApiPlans)
    assert found.plans
    cited = {item.id for item in evidence_of(found, KNOWLEDGE)}
    for plan in found.plans:
        assert plan.rates.text.endswith(".")
        assert {identity for step in plan.rates.ladder for identity in step.evidence} <= cited


@pytest.mark.parametrize(
    ("changes", "near"),
    [
        ({"model": "claude-opus-five"}, "claude-opus-5"),
        ({"provider": "antropic"}, "anthropic-api"),
        ({"provider": "openai", "model": "gpt-6-lunar"}, "gpt-6-luna"),
    ],
)
def test_an_unknown_name_is_refused_with_near_ones(changes: dict[str, str], near: str) -> None:
    with pytest.raises(UnknownName) as refused:
        plans(**changes)
    assert near in refused.value.nearest


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "model or provider"),
        ({"model": "gpt-4o", "peak_rps": 0.5}, "peak_rps 0.5 is below mean_rps 1"),
        ({"model": "gpt-4o", "shared_prefix_tokens": 2000}, "above input_tokens"),
    ],
)
def test_wrong_arguments_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        plans(**changes)


def api(model: str, provider: str) -> Compute:
    return Compute(
        kind="api",
        deployment="managed-api",
        model=model,
        provider=provider,
        usd_month=100,
        ttft_ms=800,
        tpot_ms=15,
    )


VALUES = {"mean_rps": 0.05, "peak_rps": 0.2, "prompt_tokens": 1000.0, "output_tokens": 200.0}


def test_the_advice_says_which_tier_it_takes_for_granted() -> None:
    told = assumed_tier(api("claude-opus-5", "anthropic-api"), VALUES, KNOWLEDGE)
    assert told.startswith("usage tier Start at Anthropic API")
    much = {**VALUES, "mean_rps": 100.0, "peak_rps": 500.0}
    assert "ask before you build" in assumed_tier(api("claude-opus-5", "anthropic-api"), much, KNOWLEDGE)
    assert "check your account" in assumed_tier(api("mistral-large-4", "mistral-api"), much, KNOWLEDGE)


def test_the_advice_is_silent_where_it_has_nothing_to_say() -> None:
    compute = api("claude-opus-5", "anthropic-api")
    assert assumed_tier(compute, {**VALUES, "batch_only": True}, KNOWLEDGE) == ""
    assert assumed_tier(compute._replace(kind="llm"), VALUES, KNOWLEDGE) == ""
    assert assumed_tier(api("x", "nobody"), VALUES, KNOWLEDGE) == ""
    assert assumed_tier(api("m", "mistral-api"), {**VALUES, "small_scale": True}, KNOWLEDGE) == ""


def test_an_assessment_names_the_limits_of_its_hosted_model() -> None:
    found = run_tool(
        "assess", {"workload": {"use_case": "chat", "request_rate_rps": 30}}, KNOWLEDGE, AS_OF
    ).model_dump()
    provider = found["stacks"][0]["picks"]["cmp.model_api"]["name"]
    assert any(provider in text and "calls a minute" in text for text in found["assumptions"])


def test_a_cap_that_has_no_price_to_be_held_against_leaves_the_answer_open() -> None:
    """Neither a named model nor a class of models may pass a cap on the bill because no price is known."""
    rows = [tier("Start", 1, requests_per_min=200, usd_per_month=500), tier("Scale", 2, requests_per_min=900)]
    unpriced, priced = fit(LOAD, *rows), fit(LOAD._replace(usd_per_request=1e-5), *rows)
    assert (unpriced.verdict, unpriced.tier, priced.verdict) == ("unknown", "Start", "carried")
    assert [step.carries for step in unpriced.ladder] == [None, True]
    assert "500 USD a month can't be checked" in unpriced.text
    only = fit(LOAD, tier("Only", 1, requests_per_min=20, usd_per_month=500))
    assert (only.verdict, only.most_rps) == ("refused", None)


@pytest.mark.parametrize("who", [{"model": "claude-sonnet-4-5"}, {"provider": "anthropic-api"}])
def test_a_tier_with_an_unpriced_cap_is_not_said_to_carry_a_load(who: dict[str, str]) -> None:
    found = [plan for plan in plans(mean_rps=5, input_tokens=2000, output_tokens=500, **who)
             if plan.rates.models == "claude-sonnet-4-*"]  # fmt: skip
    assert [(plan.usd_month, plan.rates.verdict) for plan in found] == [(None, "unknown")]


def test_a_model_is_answered_alike_by_its_name_and_in_the_list_of_its_provider() -> None:
    load = {"mean_rps": 5, "input_tokens": 2000, "output_tokens": 500}
    (named,) = plans(model="claude-opus-5-5", provider="anthropic-api", **load)
    listed = {plan.model: plan for plan in plans(provider="anthropic-api", **load)}
    assert listed["claude-opus-5-5"] == named


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            {"model": "gpt-4o", "input_tokens": 300_000},
            "gpt-4o reads at most 128,000 tokens a call; 300,000 are",
        ),
        ({"model": "gpt-4o", "output_tokens": 20_000}, "gpt-4o writes at most 16,384 tokens"),
        (
            {"model": "claude-sonnet-4-5", "input_tokens": 5_000_000},
            "No hosted model with a known limit reads more",
        ),
    ],
)
def test_a_call_that_no_offer_takes_is_refused(call: dict[str, Any], words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        plans(**call)


def test_the_longest_call_that_is_taken_is_planned_and_offers_that_take_less_are_left_out() -> None:
    assert plans(model="gpt-4o", input_tokens=128_000, output_tokens=16_384)
    offers = [row for row in prices_of_model(KNOWLEDGE, "gpt-oss-120b") if row.max_output_tokens]
    shortest, longest = (end(row.max_output_tokens or 0 for row in offers) for end in (min, max))
    assert shortest < longest
    told = {plan.model for plan in plans(model="gpt-oss-120b", output_tokens=longest)}
    assert told < {plan.model for plan in plans(model="gpt-oss-120b", output_tokens=shortest)}


def test_a_model_of_others_is_not_called_unknown() -> None:
    call = {"model": "gpt-6-luna", "mean_rps": 1, "input_tokens": 100, "output_tokens": 10}
    with pytest.raises(
        InputRefused, match="No price and no rate tier of gpt-6-luna is known at anthropic-api"
    ) as refused:
        run_tool("size-api", call | {"provider": "anthropic-api"}, KNOWLEDGE, AS_OF)
    assert "provider=openai-api" in refused.value.hint
