"""A declared request: its steps composed, its models sized together, its money counted."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from knowledge import load
from knowledge.errors import InputRefused, UnknownName
from tools.registry import run_tool
from tools.request_plan import RequestPlan
from tools.sizing import size_encoder

KNOWLEDGE = load()
AS_OF = date(2026, 11, 26)
SMALL = {
    "name": "planner", "kind": "llm", "model": "llama-3.1-8b", "accelerator": "L4", "input_tokens": 2000,
    "output_tokens": 100, "tpot_limit_ms": 60,
}  # fmt: skip
LARGE = {
    "name": "writer", "kind": "llm", "model": "llama-3.3-70b", "accelerator": "H100", "input_tokens": 4000,
    "output_tokens": 400, "tpot_limit_ms": 60,
}  # fmt: skip

RERANK = {
    "kind": "rerank",
    "model": "Qwen3-Reranker-0.6B",
    "accelerator": "L4",
    "items": 30,
    "input_tokens": 300,
}


def planned(*steps: dict[str, Any], mean_rps: float = 3, peak_rps: float = 10) -> RequestPlan:
    given = {"steps": list(steps), "mean_rps": mean_rps, "peak_rps": peak_rps}
    found = run_tool("size-request", given, KNOWLEDGE, AS_OF)
    assert isinstance(found, RequestPlan)
    return found


def timed(name: str, p95_ms: float, mean_ms: float, **more: Any) -> dict[str, Any]:
    return {"name": name, "p95_ms": p95_ms, "mean_ms": mean_ms, **more}


def test_percentiles_agree_with_a_simulation() -> None:
    """Two tools at once, a look-up before them and three equal calls after them, a million times."""
    found = planned(
        timed("look-up", 80, 40),
        {"parallel": [timed("search", 900, 400), timed("records", 700, 300)]},
        timed("call", 1500, 900, times=3),
    )
    draw = np.random.default_rng(7)

    def times(p95: float, mean: float, count: int = 1) -> Any:
        sigma = 1.6448536 - np.sqrt(1.6448536**2 - 2 * np.log(p95 / mean))
        return draw.lognormal(np.log(mean) - sigma**2 / 2, sigma, (count, 1_000_000)).sum(axis=0)

    whole = times(80, 40) + np.maximum(times(900, 400), times(700, 300)) + times(1500, 900, 3)
    assert found.mean_ms.typical == pytest.approx(whole.mean(), rel=0.01)
    assert found.p95_ms.typical == pytest.approx(np.percentile(whole, 95), rel=0.03)
    assert found.p99_ms.typical == pytest.approx(np.percentile(whole, 99), rel=0.05)


def test_tools_at_once_take_less_time_than_one_after_the_other() -> None:
    tools = [timed("a", 500, 250), timed("b", 400, 200)]
    at_once, in_turn = planned({"parallel": tools}), planned(*tools)
    assert 500 <= at_once.p95_ms.typical < in_turn.p95_ms.typical


def test_two_models_are_two_deployments_and_both_are_paid() -> None:
    both, small, large = planned(SMALL, LARGE), planned(SMALL), planned(LARGE)
    assert [item.model for item in both.deployments] == ["Llama-3.1-8B", "Llama-3.3-70B"]
    assert both.usd_month.typical == pytest.approx(small.usd_month.typical + large.usd_month.typical)
    assert both.usd_per_request.typical == pytest.approx(both.usd_month.typical / (3 * 30 * 86_400))
    assert both.mean_ms.typical == pytest.approx(small.mean_ms.typical + large.mean_ms.typical)


def test_calls_of_one_model_share_a_deployment() -> None:
    twice = planned(SMALL, {**SMALL, "name": "checker"})
    (shared,) = twice.deployments
    assert shared.calls_per_request == 2
    assert planned(SMALL).deployments[0].accelerators <= shared.accelerators
    assert shared.accelerators <= 2 * planned(SMALL).deployments[0].accelerators


def test_a_prefix_that_an_earlier_call_left_saves_its_prompt() -> None:
    fresh, cached = planned(LARGE), planned({**LARGE, "shared_prefix_tokens": 3000})
    assert fresh.ttft_p95_ms is not None
    assert cached.ttft_p95_ms is not None
    assert cached.ttft_p95_ms.typical < 0.7 * fresh.ttft_p95_ms.typical
    assert cached.deployments[0].accelerators <= fresh.deployments[0].accelerators


def test_a_hosted_model_is_billed_by_its_tokens() -> None:
    call = {"kind": "llm", "model": "gpt-5.4-mini", "input_tokens": 3000, "output_tokens": 500}
    once, twice = planned(call), planned({**call, "times": 2})
    assert once.deployments[0].accelerators == 0
    assert once.usd_month.typical > 0
    assert twice.usd_month.typical == pytest.approx(2 * once.usd_month.typical)
    assert twice.mean_ms.typical == pytest.approx(2 * once.mean_ms.typical)


def test_stated_money_is_counted_as_often_as_its_step_runs() -> None:
    inner = {"parallel": [timed("crm", 300, 150, usd=0.001), timed("mail", 200, 90, usd=0.002)], "times": 2}
    assert planned(inner).usd_per_request.typical == pytest.approx(0.006)


def test_the_first_token_waits_for_everything_before_it() -> None:
    alone, after = planned(LARGE), planned(timed("tool", 2000, 1000), LARGE)
    assert alone.ttft_p95_ms is not None
    assert after.ttft_p95_ms is not None
    assert after.ttft_p95_ms.typical > alone.ttft_p95_ms.typical + 900
    assert planned(LARGE, timed("post", 100, 50)).ttft_p95_ms is None


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"name": "tool"}, "'tool' has no time"),
        ({"kind": "llm", "model": "llama-3.1-8b"}, "without its model or its tokens"),
        ({**LARGE, "accelerator": "T4", "model": "Llama-3.1-405B"}, "doesn't fit"),
        ({"name": "tool", "mean_ms": 500, "p95_ms": 100}, "mean_ms 500 is above p95_ms 100"),
        ({"kind": "retrieve", "vectors": 1e6}, "vectors and dims together"),
        ({"kind": "keyword", "vectors": 1e6, "dims": 768}, "vectors and dims are of a retrieve step"),
        ({"kind": "llm", "items": 5}, "items are read by embed, rerank or guardrail"),
        ({"kind": "rerank", "model": "bge-m3", "accelerator": "L4", "input_tokens": 300}, "without items"),
        ({"kind": "embed", "model": "bge-m3", "accelerator": "L4"}, "without input_tokens"),
        ({"kind": "guardrail", "accelerator": "L4"}, "is without its model"),
        (
            {"kind": "embed", "model": "Llama-3.1-8B", "accelerator": "T4", "input_tokens": 300},
            "keeps 16.1 GB",
        ),
        (
            {**RERANK, "model": "bge-large-en-v1.5"},
            "is an embedding model: it scores no texts, and can't rerank",
        ),
        ({**RERANK, "model": "Whisper-large-v3"}, "speech recognition model: it reads no texts"),
        (
            {**RERANK, "model": "mxbai-rerank-large-v1", "input_tokens": 4000},
            "at most 512 tokens; a text has 4,000",
        ),
        ({**LARGE, "shared_prefix_tokens": 5000}, "shared_prefix_tokens 5000 is above input_tokens 4000"),
        (
            {"kind": "llm", "model": "gpt-4o", "input_tokens": 300_000, "output_tokens": 9},
            "reads at most 128,000",
        ),
        (
            {"kind": "llm", "model": "gpt-4o", "input_tokens": 9, "output_tokens": 30_000},
            "writes at most 16,384",
        ),
        ({"kind": "embed", "model": "text-embedding-3-small", "input_tokens": 9000}, "reads at most 8,191"),
        ({"kind": "retrieve", "vectors": 1e15, "dims": 768}, "more than any offer of vector search takes"),
    ],
)
def test_a_step_that_cannot_be_sized_is_named(step: dict[str, Any], words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        planned(step)


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"model": "bge-m3"}, "Give the step kind=embed."),
        ({"model": "bge-reranker-v2-m3"}, "Give the step kind=rerank."),
        ({"model": "resnet-50"}, "size-encoder sizes it. Give the step kind=timed"),
        ({"model": "gpt-4o"}, "Leave accelerator out"),
        ({"input_tokens": 300_000, "output_tokens": 300}, "Give at most 131,072 input_tokens"),
        ({"model": "Llama-3.1-405B", "accelerator": "T4"}, "Give another accelerator"),
    ],
)
def test_a_call_that_cannot_be_served_is_met_with_what_can(changes: dict[str, Any], hint: str) -> None:
    with pytest.raises(InputRefused) as refused:
        planned({**LARGE, **changes})
    assert hint in str(refused.value.hint)


@pytest.mark.parametrize(
    "step",
    [
        {"kind": "llm", "model": "nonsense", "input_tokens": 10, "output_tokens": 10},
        {"kind": "embed", "model": "nonsense"},
        {"parallel": [{"kind": "rerank", "model": "nonsense"}]},
    ],
)
def test_a_model_that_nobody_knows_is_refused_with_near_names(step: dict[str, Any]) -> None:
    with pytest.raises(UnknownName, match="Unknown model 'nonsense'") as refused:
        planned(step)
    assert refused.value.hint.count(",") == 2


def test_the_pieces_that_a_refusal_of_long_items_offers_are_taken() -> None:
    step = {**RERANK, "model": "mxbai-rerank-large-v1", "input_tokens": 4000, "items": 50}
    with pytest.raises(InputRefused) as refused:
        planned(step)
    assert "input_tokens=500 and items=400" in refused.value.hint
    assert planned({**step, "input_tokens": 500, "items": 400}).deployments[0].accelerators > 1


def test_an_encoder_that_is_described_is_sized_and_paid() -> None:
    sized, assumed = planned(RERANK), planned({"kind": "rerank"})
    assert (sized.p95_ms.kind, assumed.p95_ms.kind) == ("estimated", "assumed")
    assert "assumed" in assumed.steps[0]
    (deployment,) = sized.deployments
    assert deployment.accelerators > 1
    assert sized.usd_month.typical > 0
    assert not assumed.deployments


def test_more_and_longer_items_take_longer_and_more_devices() -> None:
    plans = [planned({**RERANK, **more}) for more in ({}, {"items": 90}, {"items": 90, "input_tokens": 600})]
    times = [found.p95_ms.typical for found in plans]
    devices = [found.deployments[0].accelerators for found in plans]
    assert times[0] < times[1] < times[2]
    assert devices[0] < devices[1] < devices[2]


def test_an_idle_encoder_takes_its_floor_and_its_items_at_the_rate_of_a_device() -> None:
    alone = size_encoder(KNOWLEDGE, "Qwen3-Reranker-0.6B", "L4", items_per_s=1e-3, tokens_per_item=300)
    each_ms = 1e3 / alone.items_per_s.typical
    found = planned(RERANK, mean_rps=1e-6, peak_rps=1e-6)
    assert found.mean_ms.typical == pytest.approx(alone.latency_ms.typical + 29 * each_ms, rel=1e-3)


def test_steps_of_one_encoder_share_its_devices() -> None:
    """Half as many items twice are as many items."""
    once, halves = planned(RERANK), planned({**RERANK, "items": 15, "times": 2})
    both = planned({**RERANK, "items": 15, "name": "first"}, {**RERANK, "items": 15, "name": "second"})
    assert len(both.deployments) == 1
    assert once.deployments[0].accelerators == halves.deployments[0].accelerators
    assert once.deployments[0].accelerators == both.deployments[0].accelerators


def test_a_busier_encoder_makes_its_items_wait_longer() -> None:
    light = planned({**RERANK, "items": 5}, peak_rps=3, mean_rps=1)
    busy = planned({**RERANK, "items": 5}, peak_rps=8, mean_rps=1)
    assert light.deployments[0].accelerators == busy.deployments[0].accelerators == 1
    assert busy.p95_ms.typical > light.p95_ms.typical


def test_an_index_that_is_described_is_sized_and_paid() -> None:
    small, large = (planned({"kind": "retrieve", "vectors": n, "dims": 1024}) for n in (1e5, 5e8))
    assert small.p95_ms.kind == "estimated"
    assert "no index is needed" in small.deployments[0].evidence
    assert small.usd_month.typical < large.usd_month.typical / 100
    assert small.p95_ms.typical < large.p95_ms.typical


def test_a_stated_time_comes_before_a_sized_or_assumed_one() -> None:
    assert planned({"kind": "retrieve", "p95_ms": 7}).p95_ms.typical == pytest.approx(7)
    stated = planned({"kind": "retrieve", "vectors": 1e6, "dims": 768, "p95_ms": 7, "mean_ms": 4})
    assert stated.p95_ms.typical == pytest.approx(7)
    assert stated.p95_ms.kind == "user"
    assert (
        stated.usd_month.typical
        == planned({"kind": "retrieve", "vectors": 1e6, "dims": 768}).usd_month.typical
    )


def test_a_hosted_encoder_is_billed_and_one_without_a_price_makes_the_total_a_lower_bound() -> None:
    hosted = planned({"kind": "embed", "model": "text-embedding-3-small", "input_tokens": 200})
    assert hosted.usd_month.typical > 0
    assert not hosted.usd_month.incomplete
    assert planned({"kind": "guardrail", "model": "bge-m3"}).usd_month.incomplete
    assert planned({"kind": "embed", "model": "text-embedding-3-small"}).usd_month.incomplete


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([{"parallel": [timed("a", 9, 5), LARGE]}], "The last steps run at once"),
        ([LARGE, timed("post", 100, 50)], "The last step, post, writes no tokens"),
        ([LARGE], ""),
    ],
)
def test_where_no_first_token_is_told_the_reason_is(steps: list[dict[str, Any]], words: str) -> None:
    found = planned(*steps)
    assert (found.ttft_p95_ms is None) is bool(words)
    assert found.ttft_note.startswith(words)
    assert bool(found.ttft_note) is bool(words)


def test_a_hosted_call_costs_what_the_tool_of_apis_says() -> None:
    call = {"kind": "llm", "model": "gpt-4o-mini", "input_tokens": 1000, "output_tokens": 200, "p95_ms": 3000}
    alone = run_tool(
        "size-api",
        {
            "model": "gpt-4o-mini",
            "provider": "openai",
            "mean_rps": 2,
            "input_tokens": 1000,
            "output_tokens": 200,
        },
        KNOWLEDGE,
        AS_OF,
    ).model_dump()["plans"][0]
    whole = planned(call, mean_rps=2, peak_rps=2)
    assert whole.usd_month.typical == pytest.approx(alone["usd_month"]["typical"])


def test_a_stated_time_takes_nothing_off_the_bill() -> None:
    for step in (RERANK, LARGE):
        sized, stated = planned(step), planned({**step, "p95_ms": 700, "mean_ms": 400})
        assert stated.p95_ms.typical == pytest.approx(700)
        assert stated.usd_month.typical == pytest.approx(sized.usd_month.typical)
        assert stated.deployments == sized.deployments


def test_a_stated_whole_answer_says_nothing_of_its_first_token() -> None:
    stated = planned({**LARGE, "p95_ms": 700})
    assert stated.ttft_p95_ms is None
    assert "states the time of its whole answer" in stated.ttft_note


def test_a_model_without_a_size_has_no_price_where_its_time_is_stated() -> None:
    step = {**RERANK, "kind": "embed", "model": "text-embedding-3-small"}
    with pytest.raises(
        InputRefused, match=r"isn't published.*Give p95_ms of the step, which then has no price"
    ):
        planned(step)
    stated = planned({**step, "p95_ms": 20})
    assert stated.usd_month.incomplete
    assert stated.p95_ms.typical == pytest.approx(20)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (
            {"kind": "timed", "p95_ms": 9, "model": "gpt-4o-mini"},
            "model can't be of a timed step: give kind=llm or",
        ),
        ({"kind": "tool", "output_tokens": 9}, "output_tokens can't be of a tool step"),
        ({**RERANK, "tpot_limit_ms": 9}, "tpot_limit_ms can't be of a rerank step: give kind=llm"),
        ({"parallel": [timed("a", 9, 3)], "p95_ms": 10}, "p95_ms of steps at once: give it to a step inside"),
        (
            {"parallel": [timed("a", 9, 3)], **SMALL},
            "accelerator, input_tokens, kind, model, output_tokens, tpot_",
        ),
    ],
)
def test_what_a_step_would_not_look_at_is_refused(step: dict[str, Any], words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        planned(step)


def test_a_call_of_every_other_request_takes_half_of_its_mean() -> None:
    call = {"kind": "llm", "model": "gpt-4o-mini", "input_tokens": 1000, "output_tokens": 200}
    one, half = planned(call), planned({**call, "times": 0.5})
    assert half.mean_ms.typical == pytest.approx(one.mean_ms.typical / 2)
    assert half.usd_month.typical == pytest.approx(one.usd_month.typical / 2)


def test_of_two_calls_on_one_tier_the_longer_prompt_takes_longer() -> None:
    found = planned(SMALL, {**SMALL, "name": "reader", "input_tokens": 6000})
    planner, reader = (float(step.split(": ")[1].split()[0].replace(",", "")) for step in found.steps)
    assert reader > 1.1 * planner


@pytest.mark.parametrize("kind", ["embed", "rerank", "guardrail", "retrieve"])
def test_what_runs_without_a_price_is_named_and_leaves_the_total_incomplete(kind: str) -> None:
    call = {"kind": "llm", "model": "gpt-5-mini", "input_tokens": 1000, "output_tokens": 200}
    bare = planned({"name": "extra", "kind": kind}, call)
    paid = planned({"name": "extra", "kind": kind, "usd": 0.001}, call)
    assert bare.unpriced == ("extra",)
    assert bare.usd_month.incomplete
    assert paid.unpriced == planned({"name": "extra", "kind": kind, "usd": 0}, call).unpriced == ()
    assert not paid.usd_month.incomplete
    assert paid.usd_month.typical > bare.usd_month.typical


@pytest.mark.parametrize("limit", ["ttft_limit_ms", "tpot_limit_ms"])
def test_a_limit_on_a_model_at_its_provider_is_refused(limit: str) -> None:
    call = {"kind": "llm", "model": "gpt-5-mini", "input_tokens": 1000, "output_tokens": 200, limit: 500}
    with pytest.raises(InputRefused, match=f"{limit} can't be kept at a provider"):
        planned(call)


def test_the_95th_percentile_of_an_encoder_is_never_below_its_mean() -> None:
    """Close to full the mean wait of one device may pass what waits at the percentile by the other formula."""
    for rps in (0.01, 0.5, 2, 5, 9):
        found = planned(RERANK, mean_rps=rps, peak_rps=rps)
        assert found.p95_ms.typical >= found.mean_ms.typical, rps
    idle, busy = (planned(RERANK, mean_rps=rps, peak_rps=rps) for rps in (0.01, 5))
    assert busy.p95_ms.typical > idle.p95_ms.typical
    assert busy.p95_ms.typical > 1.2 * busy.mean_ms.typical, "waiting varies"
