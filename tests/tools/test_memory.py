"""Memory against what engines logged, what people reported, and what can never be."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import load
from knowledge.errors import InputRefused
from knowledge.hardware import accelerators
from knowledge.measured import measured_runs
from knowledge.memory_data import loaded_gb, visible_gb, widths
from knowledge.models import ModelSpec, models
from tests.tools.memory_reports import log_checks, memory_checks, unasked, with_cache
from tools.registry import run_tool
from tools.sizing.engine_memory import EngineSettings, engine_memory, working_gib
from tools.sizing.fit import fit_of, lacking_gib
from tools.sizing.weights import weights_gb

KNOWLEDGE = load()
MODELS, MACHINES = models(KNOWLEDGE), accelerators(KNOWLEDGE)
SIZEABLE = [model for model in MODELS.values() if model.sizeable]
NEAR = 0.1
AS_OF = date(2026, 11, 26)
LOGS_NEAR, FRESH_NEAR, REPORTS_HELD = 15, 7, 23
"""How many hold of 21 logs that the model was improved with, 8 found afterwards, and 28 reports."""


def test_published_runs_fit() -> None:
    by_architecture = {model.arch_key: model for model in reversed(MODELS.values())}
    fits = [
        fit_of(
            KNOWLEDGE, by_architecture[run.arch_key], MACHINES[run.accelerator], run.precision, run.devices,
            tokens=run.input_tokens + run.output_tokens,
        ).fits
        for run in measured_runs(KNOWLEDGE)
    ]  # fmt: skip
    assert sum(fits) >= 0.995 * len(fits)


def test_room_for_caches_is_near_what_engines_logged() -> None:
    checks = log_checks(KNOWLEDGE)
    near = [item for item in checks if abs(item.error) <= NEAR]
    assert sum(not item.fresh for item in near) >= LOGS_NEAR
    assert sum(item.fresh for item in near) >= FRESH_NEAR
    assert len(checks) == 29


def _near(cache: str) -> tuple[int, int]:
    """Logs and reports that hold with the settings that engines take unasked, at one precision of the cache."""
    settings = with_cache(unasked, cache)
    return (
        sum(abs(item.error) <= NEAR for item in log_checks(KNOWLEDGE, settings)),
        sum(item.lacking > 0 for item in memory_checks(KNOWLEDGE, settings)),
    )


def test_what_engines_do_unasked_holds_as_well_as_what_pages_state() -> None:
    logs, reports = _near("bf16")
    assert logs >= LOGS_NEAR + FRESH_NEAR
    assert reports >= 25


@pytest.mark.parametrize("cache", ["fp8", ""])
def test_another_precision_of_the_cache_holds_less_often(cache: str) -> None:
    assert all(other < kept for other, kept in zip(_near(cache), _near("bf16"), strict=True))


def test_what_ran_out_of_memory_does_not_fit() -> None:
    checks = memory_checks(KNOWLEDGE)
    assert len(checks) == 28
    assert sum(item.lacking > 0 for item in checks) >= REPORTS_HELD


def test_reports_and_logs_would_notice_a_device_of_twice_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tools.sizing.engine_memory.visible_gb", lambda known, device: 2 * visible_gb(known, device)
    )
    assert sum(abs(item.error) <= NEAR for item in log_checks(KNOWLEDGE)) < 3
    assert sum(item.lacking > 0 for item in memory_checks(KNOWLEDGE)) < REPORTS_HELD


def test_every_fact_about_memory_is_of_something_known() -> None:
    files = KNOWLEDGE.files
    assert {row["key"] for row in files.rows("perf/visible_memory.csv")} <= MACHINES.keys()
    known = {model.arch_key for model in SIZEABLE}
    for name in ("perf/loaded_weights.csv", "perf/model_widths.csv"):
        assert {row["arch_key"] for row in files.rows(name)} <= known
    for key, machine in MACHINES.items():
        assert 0.9 <= visible_gb(KNOWLEDGE, machine) / machine.memory_gb <= 1.08, key
    for model in SIZEABLE:
        if wide := widths(KNOWLEDGE, model):
            assert 2 * wide.vocab * (model.hidden or 0) < 1.2e9 * (model.params_b or 0)


def test_checkpoints_of_few_bits_keep_some_layers_whole() -> None:
    dense, experts = MODELS["Llama-3.1-8B"], MODELS["DeepSeek-V3"]
    assert weights_gb(KNOWLEDGE, dense, "int4") > 0.56 * (dense.params_b or 0)
    assert weights_gb(KNOWLEDGE, experts, "fp4") == pytest.approx(400, rel=0.02)
    assert loaded_gb(KNOWLEDGE, MODELS["gpt-oss-20b"], "fp4") == 13.83
    assert weights_gb(KNOWLEDGE, MODELS["gpt-oss-20b"], "fp4") == 13.83


def test_work_is_the_prompt_or_the_logits() -> None:
    model = MODELS["Llama-3.1-8B"]
    few = EngineSettings(prompt_tokens=1, sequences=1)
    prompts = working_gib(KNOWLEDGE, model, 1, few._replace(prompt_tokens=20_000))
    assert prompts == pytest.approx(2.07, rel=0.1), "vllm-project/vllm issue 10517: peak beside the weights"
    assert working_gib(KNOWLEDGE, model, 2, few._replace(prompt_tokens=20_000)) < prompts
    logits = working_gib(KNOWLEDGE, model, 1, few._replace(sequences=1024, sorts=True))
    assert logits == pytest.approx(4.76, rel=0.1), "llm-d-planner, empirical results: activation"


def test_pipelines_split_what_latent_attention_copies() -> None:
    model, machine = MODELS["DeepSeek-V3"], MACHINES["H100-SXM-80GB"]
    whole, staged = (
        engine_memory(KNOWLEDGE, model, machine, "fp8", 16, 4096, EngineSettings(pipeline=stages))
        for stages in (1, 2)
    )
    assert staged.token_gib == pytest.approx(whole.token_gib / 2)


def test_tokens_come_in_whole_blocks_and_never_below_zero() -> None:
    model = MODELS["Llama-3.1-8B"]
    roomy = engine_memory(KNOWLEDGE, model, MACHINES["L40S"], "bf16", 1, 8192)
    assert roomy.tokens > 0
    assert roomy.tokens % 16 == 0
    assert engine_memory(KNOWLEDGE, MODELS["Llama-3.1-405B"], MACHINES["T4"], "bf16", 1, 8192).tokens == 0


def account(**given_: object) -> dict[str, Any]:
    asked = {"model": "Llama-3.1-70B", "accelerator": "H100", "devices": 4, "context_tokens": 8192}
    return run_tool("llm-memory", asked | given_, KNOWLEDGE, AS_OF).model_dump()


def test_the_tool_says_what_it_assumes() -> None:
    found = account(precision="fp8")
    assert found["cache_precision"] == "bf16"
    assert (found["engine"], found["prompt_tokens"], found["batch_rows"], found["sorts_logits"]) == (
        "vllm", 8192, 1024, True,
    )  # fmt: skip
    assert account(precision="fp8", cache_precision="fp8")["tokens"] > 1.9 * found["tokens"]
    assert account(accelerator="A100")["batch_rows"] == 256
    assert account(engine="sglang")["sorts_logits"] is False
    assert account(accelerator="L40S", context_tokens=20_000)["prompt_tokens"] == 20_000
    assert account(accelerator="L40S", context_tokens=40_000)["prompt_tokens"] == 2048


@pytest.mark.parametrize(
    ("changes", "sign"),
    [({"batch_rows": 64}, -1), ({"sorts_logits": False}, -1), ({"prompt_tokens": 200_000}, 1)],
)
def test_settings_of_the_engine_change_its_work(changes: dict[str, object], sign: int) -> None:
    assert (account(**changes)["working_gib"] - account()["working_gib"]) * sign > 0.1


def test_published_starts_that_ran_out_of_memory_dont_fit_unasked() -> None:
    asked = {"model": "gpt-oss-120b", "devices": 1, "context_tokens": 131_072}
    assert not account(**asked)["fits"]
    assert not account(**asked, memory_share=0.95)["fits"]
    logged = account(
        model="Qwen3-235B-A22B", precision="fp8", context_tokens=40_960, memory_share=0.93, engine="sglang"
    )
    assert logged["tokens"] == pytest.approx(367_404, rel=0.1)


def _settings_of(words: str) -> dict[str, str]:
    return dict(word.split("=") for word in words.split(", ")) if words else {}


@settings(max_examples=60, deadline=None)
@given(
    model=st.sampled_from(["gpt-oss-120b", "gpt-oss-20b", "Llama-3.3-70B", "Qwen3-32B", "DeepSeek-V3"]),
    machine=st.sampled_from(["H100", "A100", "L40S", "RTX-4090", "B200"]),
    context=st.sampled_from([2000, 8192, 32_768, 40_960]),
    rate=st.sampled_from([0.01, 1, 50]),
)
def test_plan_and_memory_agree_on_what_the_engine_is_told(
    model: str, machine: str, context: int, rate: float
) -> None:
    asked = {
        "models": [model], "accelerators": [machine], "context_tokens": context,
        "input_tokens": 1000, "output_tokens": 200, "mean_rps": rate,
    }  # fmt: skip
    (plan,) = run_tool("size-llm-serving", asked, KNOWLEDGE, AS_OF).model_dump()["plans"]
    if not plan["feasible"]:
        return
    same = {
        "model": model, "accelerator": machine, "precision": plan["precision"],
        "devices": plan["accelerators_per_replica"], "context_tokens": context,
    }  # fmt: skip
    found = account(**same)
    assert found["fits"] or found["fits_with"]
    assert found["fits"] or plan["engine_settings"]
    assert account(**same, **_settings_of(found["fits_with"]))["fits"]
    assert account(**same, **_settings_of(plan["engine_settings"]))["fits"]


def test_a_plan_on_less_than_the_defaults_says_so() -> None:
    asked = {"model": "gpt-oss-120b", "devices": 1, "context_tokens": 131_072}
    assert account(**asked)["fits_with"] == "batch_rows=256, cache_precision=fp8"
    assert account(**asked, batch_rows=1024, cache_precision="bf16")["fits_with"] == ""
    assert account(**asked | {"context_tokens": 10**6})["fits_with"] == ""
    load_of = {
        "models": ["gpt-oss-120b"],
        "accelerators": ["H100"],
        "input_tokens": 1000,
        "output_tokens": 300,
    }
    plans = [
        run_tool("size-llm-serving", load_of | more, KNOWLEDGE, AS_OF).model_dump()["plans"][0]
        for more in ({"mean_rps": 0.1, "context_tokens": 131_072}, {"mean_rps": 0.1}, {"mean_rps": 20})
    ]
    long, short, busy = (plan["engine_settings"] for plan in plans)
    assert long == "batch_rows=256, cache_precision=fp8"
    assert short == "sorts_logits=no"
    assert busy


def test_no_more_stages_than_layers() -> None:
    with pytest.raises(InputRefused, match=r"Llama-3\.1-8B has 32 layers, too few for 64 stages"):
        account(model="Llama-3.1-8B", devices=64, pipeline=64)
    with pytest.raises(InputRefused, match="Give pipeline=48"):
        account(model="Llama-3.1-70B", devices=96, pipeline=96)
    assert account(model="Llama-3.1-8B", devices=32, pipeline=32)["fits"]


def test_no_model_reads_more_than_its_context() -> None:
    found = account(model="Llama-3.1-8B", devices=1, context_tokens=500_000)
    assert (found["fits"], found["reason"]) == (
        False, "Llama-3.1-8B reads 131,072 tokens at most, 500,000 are asked for.",
    )  # fmt: skip
    assert account(model="Llama-3.1-8B", devices=1, context_tokens=131_072)["fits"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"devices": 3},
            "3 devices can't share the 64 attention heads of Llama-3.1-70B evenly. Give devices=2",
        ),
        ({"devices": 6, "pipeline": 2}, "3 devices can't share .* Give devices=4"),
        ({"split": "expert"}, "Llama-3.1-70B has no experts to split by"),
        ({"model": "DeepSeek-V3", "devices": 12, "split": "expert"}, "the 256 experts of DeepSeek-V3 evenly"),
        ({"accelerator": "T4", "precision": "fp8"}, "T4 doesn't multiply in fp8.* Give precision=bf16"),
        ({"model": "SDXL-base-1.0"}, "SDXL-base-1.0 is an image model, not a language model"),
        ({"model": "gpt-4o"}, "The size of gpt-4o isn't published. Its maker serves it"),
    ],
)
def test_what_engines_cant_split_or_load_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(InputRefused, match=said):
        account(**changes)


def test_whole_experts_copy_attention_and_keep_a_cache_on_each_device() -> None:
    asked = {"model": "DeepSeek-V3", "accelerator": "H200", "devices": 16}
    split, tensor = account(**asked, split="expert"), account(**asked)
    attention = split["weights_gib"] - tensor["weights_gib"]
    assert attention == pytest.approx(15 / 16 * 17, rel=0.1), "17 billion parameters are no expert, in 8 bit"
    assert split["tokens"] > 10 * tensor["tokens"], "a latent cache is copied to every device otherwise"
    most = int(split["tokens"] // 8192)
    assert account(**asked, split="expert", sequences=most - 16)["fits"]
    assert not account(**asked, split="expert", sequences=most + 16)["fits"]


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(SIZEABLE), st.sampled_from(sorted(MACHINES)), st.sampled_from(["bf16", "fp8", "int4"]),
    st.sampled_from([1, 2, 4, 8]), st.floats(1, 2e5), st.floats(1, 4), st.floats(0.3, 0.97),
)  # fmt: skip
def test_longer_sequences_lack_more_and_a_larger_share_less(
    model: ModelSpec, machine: str, precision: str, devices: int, tokens: float, factor: float, share: float
) -> None:
    def lacking(length: float, part: float) -> float:
        return lacking_gib(
            KNOWLEDGE, model, MACHINES[machine], precision, devices,
            tokens=length, settings=EngineSettings(memory_share=part),
        )  # fmt: skip

    assert lacking(tokens * factor, share) >= lacking(tokens, share)
    assert lacking(tokens, share) >= lacking(tokens, min(share * 1.03, 1.0))
