"""The registry: every tool runs on plain values, documents its arguments and refuses wrong ones by name."""

import json
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from knowledge import load
from knowledge.errors import InputRefused, UnknownName
from tools.estimate import Estimate
from tools.profile import Profile
from tools.registered import unit_of
from tools.registered.sizing import ServingPlans
from tools.registry import REGISTRY, evidence_of, run_tool
from tools.sizing import media_rate

KNOWLEDGE = load()
AS_OF = date(2026, 11, 24)

CALLS: dict[str, dict[str, Any]] = {
    "size-llm-serving": {
        "models": "llama 3.3 70b", "accelerators": "H100, L40S", "mean_rps": 2, "input_tokens": 1000,
        "output_tokens": 300,
    },
    "llm-memory": {"model": "llama 3.3 70b", "accelerator": "H100", "devices": 2, "context_tokens": 8192},
    "size-vectors": {"count": "1e7", "dims": 1024},
    "size-training": {"params_b": 8, "tokens": 1e9, "accelerator": "H100", "mode": "lora"},
    "size-encoder": {"model": "bge-m3", "accelerator": "L4", "items_per_s": 50},
    "size-classical": {"peak_rps": 500},
    "size-data": {"rows": 1e8, "row_bytes": 200, "mean_rps": 50, "response_bytes": 20_000},
    "size-request": {"steps": [{"kind": "network"}, {"name": "crm", "p95_ms": 300}], "mean_rps": 3},
    "size-api": {"model": "claude-opus-5", "mean_rps": 3, "input_tokens": 2000, "output_tokens": 300},
    "model-quality": {"model": "Llama-3.3-70B", "task_class": "rag"},
    "accelerator-price": {"accelerator": "H100"},
    "api-cost": {"model": "gpt-6-luna", "input_tokens_month": 1e8, "output_tokens_month": 1e7},
    "service-cost": {"component": "qdrant-cloud", "use_case": "rag", "vector_count": 1e7},
    "convert-currency": {"amount": 100, "source": "EUR"},
    "tco": {"services_usd_month": 1000, "model_usd_month": [500, 900, 2000], "growth_pct_month": 3},
    "break-even": {
        "api_usd_per_million": 2, "selfhost_usd_month": [4000, 5000, 7000], "capacity_tokens_month": 1e10,
    },
    "break-even-curve": {
        "api_usd_per_million": 2, "replica_usd_month": 4000, "replica_capacity_tokens_month": 3e9,
        "volumes": "1e8,1e10",
    },
    "deployment-energy": {"accelerator": "H100", "count": 4, "utilisation": 0.4, "region": "DE"},
    "api-energy": {"model": "gpt-6-luna", "requests_month": 1e6, "input_tokens": 1000, "output_tokens": 300},
    "training-carbon": {"energy_kwh": 1000, "region": "FR"},
    "compliance": {"components": ["openai-api"], "regimes": ["hipaa", "soc2"]},
    "risk-register": {"components": "qdrant,vllm", "team_engineers": 2},
    "requirements": {"use_case": "rag", "users_total": 500},
    "rank": {"use_case": "rag", "users_total": 500},
    "assess": {"workload": {"use_case": "rag"}, "users_total": 500},
    "weights": {"priorities": "cost,risk"},
    "bench-plan": {"use_case": "chat", "request_rate_rps": 2, "model": "Qwen3-32B", "accelerator": "H100"},
}  # fmt: skip


def run(name: str, **changes: Any) -> BaseModel:
    return run_tool(name, {**CALLS[name], **changes}, KNOWLEDGE, AS_OF)


def test_a_model_without_a_rating_has_a_reason() -> None:
    unrated = run_tool("model-quality", {"model": "Falcon-180B", "task_class": "rag"}, KNOWLEDGE, AS_OF)
    assert "No result of Falcon-180B that tells of rag" in unrated.model_dump()["reason"]
    rated = run_tool("model-quality", {"model": "Llama-3.3-70B", "task_class": "rag"}, KNOWLEDGE, AS_OF)
    assert rated.model_dump()["reason"] == ""


def test_every_tool_is_tried_here() -> None:
    assert set(CALLS) == set(REGISTRY)


@pytest.mark.parametrize("name", CALLS)
def test_runs_and_gives_the_same_bytes_again(name: str) -> None:
    first = run(name).model_dump_json()
    assert json.loads(first)
    assert run(name).model_dump_json() == first


@pytest.mark.parametrize("name", REGISTRY)
def test_every_argument_is_documented_in_the_schema(name: str) -> None:
    tool = REGISTRY[name]
    schema = tool.schema()
    assert schema["additionalProperties"] is False
    assert tool.arguments.model_config["frozen"] is True
    for field, described in schema["properties"].items():
        assert described.get("description"), f"{name}.{field}"
        numeric = {described.get("type"), *(item.get("type") for item in described.get("anyOf", ()))}
        if {"number", "integer"} & numeric:
            assert described["unit"], f"{name}.{field} has no unit"
    assert tool.description
    assert "\n" not in tool.description


def test_units_are_converted_to_the_arguments_own() -> None:
    hourly = run("size-llm-serving", mean_rps="7200 requests/h", ttft_limit_ms="2 s")
    assert hourly == run("size-llm-serving", mean_rps=2, ttft_limit_ms=2000)


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("size-llm-serving", {"mean_rps": "5 requests/fortnight"}, "mean_rps: the unit 'requests/fortnight'"),
        ("size-llm-serving", {"mean_rps": "many"}, "Give it in requests/s"),
        ("size-llm-serving", {"precision": "fp7"}, "precision"),
        ("size-llm-serving", {"shared_prefix_tokens": 5000}, "5000 is above input_tokens 1000"),
        ("size-llm-serving", {"peak_rps": 1}, "peak_rps 1 is below mean_rps 2"),
        ("llm-memory", {"memory_share": 90}, "memory_share: input should be less than or equal to 1"),
        ("llm-memory", {"model": "gpt-4o"}, "isn't published"),
        ("llm-memory", {"devices": 3, "pipeline": 2}, "can't be split into 2 equal stages"),
        ("size-vectors", {"count": -3}, "count: input should be greater than 0. Give it in vectors"),
        ("size-vectors", {"count": float("nan")}, "count"),
        ("size-vectors", {"count": float("inf")}, "count"),
        ("size-training", {"accelerator": "A100", "precision": "fp8"}, "doesn't multiply in fp8"),
        ("size-training", {"mode": "dora"}, "'lora'"),
        ("deployment-energy", {"utilisation": 40}, "utilisation"),
        ("tco", {"services_usd_month": [3, 2, 1]}, "not in order"),
        ("tco", {"services_usd_month": "much"}, "Give it in USD/month"),
        ("break-even", {"api_usd_per_million": 0}, "above 0"),
        ("rank", {"workload": "rag"}, "workload"),
        ("rank", {"request_rate_rps": {"low": 3, "high": 1}}, "low 3 is above high 1"),
    ],
)
def test_a_wrong_argument_is_refused_by_name(name: str, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputRefused) as refused:
        run(name, **changes)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("name", "changes"), [("size-llm-serving", {"peak_rps": 1}), ("size-vectors", {"lists": 10})]
)
def test_what_no_single_argument_causes_names_the_tool_alone(name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InputRefused) as refused:
        run(name, **changes)
    assert refused.value.message.startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("name", "changes", "near"),
    [
        ("size-vectors", {"cuont": 3}, "count"),
        ("size-llm-serving", {"models": "Lama-3.3-70B"}, "Llama-3.3-70B"),
        ("size-training", {"accelerator": "H1000"}, "H100-SXM-80GB"),
        ("api-cost", {"model": "gpt-6-lunar"}, "gpt-6-luna"),
        ("service-cost", {"component": "qdrant-clod"}, "qdrant-cloud"),
        ("convert-currency", {"source": "EURO"}, "EUR"),
        ("compliance", {"regimes": ["hippa"]}, "hipaa"),
        ("model-quality", {"task_class": "ragg"}, "rag"),
        ("weights", {"priorities": "costs"}, "cost"),
        ("rank", {"use_cas": "rag"}, "use_case"),
    ],
)
def test_an_unknown_name_is_met_with_the_nearest_three(name: str, changes: dict[str, Any], near: str) -> None:
    with pytest.raises(UnknownName) as refused:
        run(name, **changes)
    assert near in refused.value.nearest
    assert len(refused.value.nearest) == 3


def test_a_missing_argument_is_named_with_its_unit() -> None:
    with pytest.raises(InputRefused, match=r"size-vectors needs dims\. Give it in dimensions"):
        run_tool("size-vectors", {"count": 3}, KNOWLEDGE, AS_OF)
    with pytest.raises(InputRefused, match="rank needs a workload"):
        run_tool("rank", {}, KNOWLEDGE, AS_OF)


def test_an_unknown_tool_is_met_with_the_nearest_three() -> None:
    with pytest.raises(UnknownName) as refused:
        run_tool("size-vector", {}, KNOWLEDGE, AS_OF)
    assert refused.value.nearest[0] == "size-vectors"
    assert len(refused.value.nearest) == 3


def test_unpriced_is_said_and_never_zero() -> None:
    bill = run("service-cost", component="openai-api")
    assert bill.model_dump()["incomplete"] is True
    assert bill.model_dump()["lines"][0]["effective_cost"] is None


def test_prices_bring_their_sources() -> None:
    found = evidence_of(run("api-cost"), KNOWLEDGE)
    assert [item.id for item in found] == ["price/llm/gpt-6-luna"]
    assert found[0].source
    assert found[0].as_of


def test_risks_bring_the_facts_behind_them() -> None:
    register = run("risk-register")
    resolved = {item.id for item in evidence_of(register, KNOWLEDGE)}
    assert {source for risk in register.model_dump()["risks"] for source in risk["evidence"]} <= resolved


def test_a_profile_reaches_the_tools() -> None:
    profile = Profile(discounts={"qdrant-cloud": 0.5})
    full = run("service-cost").model_dump()["monthly_infra"]["typical"]
    less = run_tool("service-cost", CALLS["service-cost"], KNOWLEDGE, AS_OF, profile)
    assert less.model_dump()["monthly_infra"]["typical"] == pytest.approx(full / 2)


def test_a_date_reaches_the_tools() -> None:
    later = run_tool("convert-currency", CALLS["convert-currency"], KNOWLEDGE, date(2028, 1, 1))
    now = run("convert-currency")
    assert isinstance(later, Estimate)
    assert isinstance(now, Estimate)
    assert later.typical == now.typical
    assert later.high > now.high


def test_serving_tries_the_common_accelerators_when_none_is_named() -> None:
    plans = run("size-llm-serving", accelerators=())
    assert isinstance(plans, ServingPlans)
    assert {plan.accelerator for plan in plans.plans} == set(KNOWLEDGE.anchors["serving_accelerators"])


def test_whether_a_model_fits_is_told_with_what_is_lacking() -> None:
    roomy, tight = (run("llm-memory", precision=bits).model_dump() for bits in ("fp8", "bf16"))
    assert roomy["fits"]
    assert not roomy["reason"]
    assert roomy["tokens"] > 8192
    assert tight["tokens"] < roomy["tokens"]
    lacking = run("llm-memory", precision="bf16", context_tokens=131_072).model_dump()
    assert not lacking["fits"]
    assert lacking["reason"].startswith("Each device lacks ")


def test_units_stand_in_the_schema() -> None:
    arguments = REGISTRY["size-llm-serving"].arguments
    assert unit_of(arguments, "ttft_limit_ms") == "ms"
    assert unit_of(arguments, "models") == ""


def test_the_registry_imports_nothing_of_the_layers_above() -> None:
    code = (
        "import sys, tools.registry; "
        "print([n for n in ('agent', 'evals', 'tui', 'langgraph', 'chromadb', 'textual') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_encoder_tool_sizes_speech_by_published_rates() -> None:
    given = {"model": "whisper-large-v3-turbo", "items_per_s": 50, "seconds_per_item": 30}
    plan = run("size-encoder", **given, accelerator="L4").model_dump()
    rate = media_rate(KNOWLEDGE, "Whisper-large-v3-turbo", "L4")
    assert rate is not None
    assert plan["items_per_s"] == rate.estimate.model_dump()
    assert plan["devices"] >= 50 * 30 / rate.estimate.typical
    more = run("size-encoder", **given, accelerator="L4", redundant=True).model_dump()
    assert more["devices"] == plan["devices"] + 1


def test_the_encoder_tool_says_where_no_rate_of_a_speech_model_is_published() -> None:
    plan = run("size-encoder", model="Kokoro-82M", accelerator="L4").model_dump()
    assert plan["devices"] == 0
    assert "No throughput of Kokoro-82M is published" in plan["evidence"]
