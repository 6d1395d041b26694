"""What a plan says when there is none: saturation, the reason, the nearest possible, and what isn't validated."""

import json
import math
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge import load
from knowledge.errors import InputRefused, StackwrightError
from knowledge.hardware import accelerators
from knowledge.measured import measured_runs
from knowledge.models import models
from tools.arguments import checked_arguments
from tools.registry import run_tool, tool_named
from tools.sizing import ServingDemand, ServingPlan, serving_plans
from tools.sizing.calibration import validation

KNOWLEDGE = load()
MODELS, MACHINES = models(KNOWLEDGE), accelerators(KNOWLEDGE)
CHAT = ServingDemand(
    mean_rps=20, peak_rps=60, input_tokens=2000, output_tokens=300, ttft_limit_ms=2000, tpot_limit_ms=60
)
AS_OF = date(2026, 11, 26)
BIG, H100 = "Llama-3.3-70B", "H100-SXM-80GB"
TOLD = {"models": [BIG], "accelerators": [H100], "mean_rps": 60, "input_tokens": 2000, "output_tokens": 300}


def plan(model: str = BIG, machine: str = H100, **changes: object) -> ServingPlan:
    return serving_plans(KNOWLEDGE, CHAT.model_copy(update=changes), [model], [machine])[0]


def test_too_few_accelerators_are_called_saturated_with_what_they_carry() -> None:
    found = plan(accelerators=8)
    assert found.saturated
    assert not found.feasible
    assert found.reason.startswith("Saturated: 8 x H100-SXM-80GB carry at most ")
    assert "60 are asked for" in found.reason
    carried = float(re.findall(r"at most ([\d.]+)", found.reason)[0])
    assert found.most_rps == pytest.approx(carried, rel=0.01)
    assert plan(accelerators=8, mean_rps=carried * 0.3, peak_rps=carried * 0.97).feasible
    assert plan(accelerators=8, mean_rps=carried * 0.3, peak_rps=carried * 1.03).saturated


def test_redundancy_carries_no_load() -> None:
    assert plan(accelerators=8, redundant=True).most_rps < plan(accelerators=8).most_rps
    alone = plan(accelerators=1, redundant=True)
    assert "needs at least 2 x H100-SXM-80GB, there are 1" in alone.reason


def test_a_feasible_plan_carries_its_peak_and_says_how_much_more() -> None:
    found = plan()
    assert found.feasible
    assert not found.saturated
    assert CHAT.peak_rps <= found.most_rps < 1.2 * CHAT.peak_rps
    assert plan(accelerators=found.accelerators).accelerators == found.accelerators
    assert plan(accelerators=found.accelerators - 1).saturated


@pytest.mark.parametrize(
    ("model", "machine", "changes", "said"),
    [
        ("Llama-3.1-405B", "T4", {}, r"Nearest: \d+ x \S+ with int4 weights"),
        (BIG, "L4", {"precision": "bf16"}, r"Nearest: int4 weights on 4 x L4"),
        (BIG, H100, {"tpot_limit_ms": 2.0}, r"per token \d+ ms against 2 ms"),
        (
            BIG,
            H100,
            {"context_tokens": 1e7},
            r"^Llama-3.3-70B reads 131,072 tokens at most, 10,000,000 are asked",
        ),
        (
            BIG,
            "A10G",
            {"context_tokens": 1.2e5},
            r"holds the context asked for. Nearest: .* hold one sequence",
        ),
        ("gpt-4o", H100, {}, r"^The size of gpt-4o isn't published. Its maker serves it"),
        (
            "SDXL-base-1.0",
            H100,
            {},
            r"^SDXL-base-1.0 is an image model, not a language model. The tool size-encoder",
        ),
        ("Kimi-K3", H100, {}, r"^The architecture of Kimi-K3 isn't held here in full. Nearest of its family"),
        (BIG, "T4", {"precision": "fp8"}, r"^T4 doesn't multiply in fp8, nor do engines unpack such weights"),
        (
            BIG,
            "A100-SXM-80GB",
            {"precision": "fp8", "tpot_limit_ms": 1.0},
            r"keeps the latency limits. Nearest",
        ),
    ],
)
def test_a_refusal_names_the_nearest_possible(
    model: str, machine: str, changes: dict[str, object], said: str
) -> None:
    found = plan(model, machine, **changes)
    assert not found.feasible
    assert re.search(said, found.reason)


def test_the_nearest_possible_is_possible() -> None:
    count, machine, precision = re.findall(
        r"Nearest: (\d+) x (\S+) with (\S+) weights", plan("Llama-3.1-405B", "T4").reason
    )[0]
    easy = {"ttft_limit_ms": None, "tpot_limit_ms": None, "mean_rps": 0.01, "peak_rps": 0.01}
    assert plan("Llama-3.1-405B", machine, precision=precision, accelerators=int(count), **easy).feasible


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(MODELS)), st.sampled_from(sorted(MACHINES)), st.floats(1e-6, 1e5), st.floats(1, 5),
    st.floats(1, 3e5), st.floats(1, 3e4), st.sampled_from([None, 5.0, 60.0]), st.sampled_from([None, 1, 7]),
    st.sampled_from(["even", "random", "bursty"]),
)  # fmt: skip
def test_there_is_always_a_plan_or_a_reason_and_never_nonsense(
    model: str, machine: str, rate: float, factor: float, tokens: float, out: float, limit: float | None,
    there: int | None, arrivals: str,
) -> None:  # fmt: skip
    demand = ServingDemand(
        mean_rps=rate, peak_rps=rate * factor, input_tokens=tokens, output_tokens=out, tpot_limit_ms=limit,
        accelerators=there, arrivals=arrivals,
    )  # fmt: skip
    found = serving_plans(KNOWLEDGE, demand, [model], [machine])[0]
    content = json.loads(found.model_dump_json())
    assert all(math.isfinite(value) for value in _numbers(content))
    assert found.feasible or len(found.reason) > 20
    assert found.percentiles == "not validated on silicon"
    if found.feasible:
        assert found.most_rps >= demand.peak_rps * (1 - 1e-6)
        assert there is None or found.accelerators <= there
        for at in found.latencies:
            assert at.ttft_ms.low <= at.ttft_ms.typical <= at.ttft_ms.high


def _numbers(content: object) -> list[float]:
    if isinstance(content, dict):
        return [number for value in content.values() for number in _numbers(value)]
    if content is None:
        return [math.nan]
    return [float(content)] if isinstance(content, int | float) else []


def test_what_nobody_measured_is_called_unvalidated() -> None:
    run = measured_runs(KNOWLEDGE)[0]
    model = next(item.key for item in MODELS.values() if item.arch_key == run.arch_key)
    assert validation(KNOWLEDGE, model, run.accelerator) == "measured"
    assert plan("Llama-3.1-8B", "T4").validation == "unvalidated"
    assert "unvalidated" in plan("Llama-3.1-8B", "L4").evidence
    assert "unvalidated" not in plan().evidence
    assert plan().validation == "measured"


def test_the_tool_says_so() -> None:
    found = run_tool("size-llm-serving", TOLD | {"available": 4, "arrivals": "bursty"}, KNOWLEDGE, AS_OF)
    told = found.model_dump()["plans"][0]
    assert told["saturated"]
    assert told["most_rps"] > 0
    assert told["accelerators"] == 4
    assert told["validation"] == "measured"
    assert not {"ttft_mean_ms", "concurrency", "watts", "kv_gb"} & told.keys(), "nothing is known of them"


def test_what_isnt_served_has_a_reason_and_no_figures() -> None:
    given_ = {
        "models": ["gpt-4o"],
        "accelerators": [H100],
        "mean_rps": 1,
        "input_tokens": 9,
        "output_tokens": 9,
    }
    told = run_tool("size-llm-serving", given_, KNOWLEDGE, AS_OF).model_dump()["plans"][0]
    assert set(told) == {
        "model", "accelerator", "precision", "feasible", "saturated", "reason", "validation",
    }  # fmt: skip


def test_memory_to_spare_doesnt_lengthen_what_a_model_reads() -> None:
    roomy = {"model": "Llama-3.1-8B", "machine": "B200-SXM-180GB"}
    assert plan(**roomy, context_tokens=131_072).feasible
    assert "reads 131,072 tokens at most" in plan(**roomy, context_tokens=500_000).reason


@pytest.mark.parametrize("rate", [1e12, 1e300])
def test_loads_end_where_no_installation_is_as_large(rate: float) -> None:
    found = plan(mean_rps=rate, peak_rps=rate)
    assert found.saturated
    assert re.search(r"1,000,000 x \S+ carry at most .* no published installation is as large", found.reason)
    assert found.most_rps == pytest.approx(
        plan(mean_rps=rate, peak_rps=rate, accelerators=1_000_000).most_rps
    )


def test_a_precision_that_no_accelerator_loads_is_refused() -> None:
    given_ = {"models": [BIG], "mean_rps": 1, "input_tokens": 9, "output_tokens": 9, "precision": "fp4"}
    with pytest.raises(StackwrightError, match=r"T4 doesn't multiply in fp4.* Give precision=bf16"):
        run_tool("size-llm-serving", given_ | {"accelerators": ["T4"]}, KNOWLEDGE, AS_OF)
    both = run_tool("size-llm-serving", given_ | {"accelerators": ["T4", "B200"]}, KNOWLEDGE, AS_OF)
    assert [item["feasible"] for item in both.model_dump()["plans"]] == [True, False]


def test_headroom_can_be_switched_off() -> None:
    with_, without = (
        run_tool("size-llm-serving", TOLD | {"headroom": on}, KNOWLEDGE, AS_OF).model_dump()["plans"][0]
        for on in (True, False)
    )
    assert without["accelerators"] < with_["accelerators"]


@pytest.mark.parametrize(
    "changes",
    [
        {"accelerators": 0},
        {"arrivals": "often"},
        {"output_tokens": -1},
        {"percentile": 100},
        {"peak_rps": "soon"},
    ],
)
def test_nonsense_is_refused_with_the_field(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(changes))):
        ServingDemand.model_validate(CHAT.model_dump() | changes)


def test_the_tool_refuses_nonsense_in_words() -> None:
    base = {"models": [BIG], "mean_rps": 1, "input_tokens": 10, "output_tokens": 10}
    for changes in (
        {"mean_rps": "-1"},
        {"models": ["no such model"]},
        {"available": "0"},
        {"mean_rps": "nan"},
    ):
        with pytest.raises(StackwrightError) as refused:
            run_tool("size-llm-serving", base | changes, KNOWLEDGE, AS_OF)
        assert str(refused.value)


@settings(max_examples=60, deadline=None)
@given(st.floats(1e-3, 1e5), st.sampled_from([("s", 1), ("min", 60), ("h", 3600), ("day", 86_400)]))
def test_rates_and_times_round_trip_through_their_units(value: float, per: tuple[str, int]) -> None:
    tool = tool_named("size-llm-serving")
    told = {
        "models": [BIG], "input_tokens": 10, "output_tokens": 10,
        "mean_rps": f"{value * per[1]!r} requests/{per[0]}", "ttft_limit_ms": f"{value / 1e3!r} s",
    }  # fmt: skip
    given_ = checked_arguments(tool.name, tool.arguments, told)
    assert given_.model_dump()["mean_rps"] == pytest.approx(value)
    assert given_.model_dump()["ttft_limit_ms"] == pytest.approx(value)


def test_a_run_at_another_precision_doesnt_validate_this_one() -> None:
    pair = ["Llama-3.1-8B"], ["H100-SXM-80GB"]
    demand = ServingDemand(mean_rps=1, peak_rps=1, input_tokens=1000, output_tokens=200)
    found = {
        precision: serving_plans(KNOWLEDGE, demand.model_copy(update={"precision": precision}), *pair)[0]
        for precision in ("bf16", "fp8")
    }
    assert found["bf16"].validation == "measured"
    assert found["fp8"].validation == "measured at another precision"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch": True, "ttft_limit_ms": 200}, "ttft_limit_ms of a batch"),
        (
            {"batch_window_h": 4, "tpot_limit_ms": 20, "e2e_limit_ms": 1e4},
            "tpot_limit_ms and e2e_limit_ms of a batch",
        ),
        ({"batch": False, "batch_window_h": 4}, "leave out batch=no, or the window"),
    ],
)
def test_a_batch_that_somebody_waits_for_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        run_tool("size-llm-serving", TOLD | changes, KNOWLEDGE, AS_OF)
    without = {key: value for key, value in changes.items() if "limit" not in key and value is not False}
    assert run_tool("size-llm-serving", TOLD | without, KNOWLEDGE, AS_OF).model_dump()["plans"][0]["feasible"]
