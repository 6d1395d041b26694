"""Plans of verification: every number of the estimate in the commands, and shell that a shell takes."""

import re
import shlex
import shutil
import subprocess
from datetime import date
from typing import Any

import pytest

from knowledge import load
from knowledge.errors import InputRefused, UnknownName
from tools.bench_plan.commands import bench_data
from tools.bench_plan.result import BenchPlan
from tools.compute.serving import demand_of
from tools.registry import run_tool
from tools.sizing import serving_plans
from tools.values import resolve
from tools.workload_file import workload_of

KNOWLEDGE = load()
AS_OF = date(2026, 11, 26)
CHAT = {"use_case": "chat", "request_rate_rps": 4, "input_tokens": 1500, "output_tokens": 300,
        "model": "Qwen3-32B", "accelerator": "H100"}  # fmt: skip
SEARCH = {
    "use_case": "rag",
    "request_rate_rps": 50,
    "vector_count": 900_000,
    "vector_dim": 1536,
    "engine": "qdrant",
}


def planned(arguments: dict[str, Any], **changes: Any) -> BenchPlan:
    found = run_tool("bench-plan", {**arguments, **changes}, KNOWLEDGE, AS_OF)
    assert isinstance(found, BenchPlan)
    return found


def commands(script: str) -> list[list[str]]:
    """The commands of a script, commented ones too, as words."""
    text = "\n".join(line.removeprefix("# ") for line in script.splitlines()).replace("\\\n", " ")
    starts = ("vllm ", "guidellm ", "aiperf ", "stackwright ", "vectordbbench ", "python ")
    return [shlex.split(line.strip()) for line in text.splitlines() if line.strip().startswith(starts)]


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


def test_the_serving_commands_carry_the_load_of_one_replica() -> None:
    plan = planned(CHAT, ttft_ms=2000)
    bench = plan.serving
    assert bench is not None
    found = commands(plan.script)
    serve = next(item for item in found if item[:2] == ["vllm", "serve"])
    assert option(serve, "--tensor-parallel-size") == str(bench.accelerators_per_replica)
    rate = next(item for item in found if item[:3] == ["vllm", "bench", "serve"] and "--request-rate" in item)
    assert option(rate, "--random-input-len") == "1500"
    assert option(rate, "--random-output-len") == "300"
    assert float(option(rate, "--request-rate")) == bench.rate_rps
    assert option(rate, "--goodput") == "ttft:2000"
    assert int(option(rate, "--num-prompts")) * bench.seeds >= 3000  # 30 beyond the 99th percentile
    assert {"--save-result", "--ignore-eos", "accelerator=H100-SXM-80GB", f"precision={bench.precision}"} <= {
        *rate
    }
    assert plan.script.count("for SEED in 1 2 3; do") == 3
    clients = re.search(r"for CLIENTS in ([\d ]+); do", plan.script)
    assert clients is not None
    assert str(round(bench.in_flight)) in clients[1].split()


def test_the_rate_and_the_prediction_are_those_of_the_estimate() -> None:
    bench = planned(CHAT, peak_rate_rps=12).serving
    assert bench is not None
    fields = {name: value for name, value in CHAT.items() if name not in ("model", "accelerator")}
    workload = workload_of({**fields, "peak_rate_rps": 12}, "test", KNOWLEDGE)
    demand = demand_of(resolve(workload, KNOWLEDGE).values)
    estimate = serving_plans(KNOWLEDGE, demand, ["Qwen3-32B"], ["H100-SXM-80GB"])[0]
    assert bench.rate_rps == pytest.approx(12 / (estimate.replicas - 1), rel=0.01)  # one is spare
    tail = estimate.at(95)
    assert [item.predicted for item in bench.checks] == [tail.ttft_ms, tail.tpot_ms, tail.e2e_ms]
    assert bench.checks[1].metric == "p95_tpot_ms"
    assert "is below" in bench.checks[1].contradicted_if
    hours = bench.accelerators_per_replica * bench.seeds * bench.prompts / bench.rate_rps / 3600
    assert bench.accelerator_hours.typical > hours
    assert bench.price_usd is not None
    assert bench.price_usd.evidence == ("price/accelerator/H100-SXM-80GB/gpu-on-demand",)


def test_the_other_tools_get_the_same_load() -> None:
    plan = planned(CHAT)
    assert plan.serving is not None
    found = {item[0]: item for item in commands(plan.script) if item[0] in ("guidellm", "aiperf")}
    assert "kind=synthetic_text,prompt_tokens=1500,output_tokens=300" in found["guidellm"]
    assert f"kind=poisson,rate={plan.serving.rate_rps:g}" in found["guidellm"]
    assert (option(found["aiperf"], "--isl"), option(found["aiperf"], "--osl")) == ("1500", "300")
    assert option(found["aiperf"], "--request-rate") == f"{plan.serving.rate_rps:g}"


def test_vectors_take_public_data_of_the_same_size_or_ones_own() -> None:
    plan = planned(SEARCH)
    assert plan.serving is None
    (command,) = (item for item in commands(plan.script) if item[0] == "vectordbbench")
    assert command[:2] == ["vectordbbench", "qdrantlocal"]
    assert option(command, "--case-type") == "Performance1536D500K"
    odd = planned(SEARCH, vector_dim=384, results=20)
    (command,) = (item for item in commands(odd.script) if item[0] == "vectordbbench")
    assert option(command, "--case-type") == "PerformanceCustomDataset"
    assert option(command, "--custom-dataset-dim") == "384"
    assert option(command, "--custom-dataset-size") == "900000"
    assert option(command, "--k") == "20"
    filtered = planned(SEARCH, selective_filters="heavy", recall_target_pct=98)
    (command,) = (item for item in commands(filtered.script) if item[0] == "vectordbbench")
    assert option(command, "--dataset-with-size-type") == "Medium OpenAI (1536dim, 500K)"
    assert option(command, "--filter-rate") == "0.99"
    assert "The least EF" in filtered.script
    assert "recall 0.98" in filtered.script


def test_a_library_is_measured_by_ann_benchmarks_and_a_stranger_said() -> None:
    (command, _) = commands(planned(SEARCH, engine="hnswlib").script)
    assert command[:2] == ["python", "run.py"]
    assert option(command, "--dataset") == "dbpedia-openai-1000k-angular"
    assert (
        "No command of VectorDBBench for turbopuffer was verified"
        in planned(SEARCH, engine="turbopuffer").script
    )


@pytest.mark.parametrize("engine", [*bench_data(KNOWLEDGE)["engines"], *bench_data(KNOWLEDGE)["libraries"]])
def test_every_engine_is_in_the_catalogue_and_every_script_is_shell(engine: str) -> None:
    assert engine in KNOWLEDGE.components
    shell = shutil.which("sh")
    assert shell is not None
    for arguments in ({**SEARCH, "engine": engine}, CHAT):
        script = planned(arguments).script
        checked = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        uncommented = "\n".join(line.removeprefix("# ") for line in script.splitlines() if " \\" in line)
        assert "{" not in uncommented.replace("$((", "")


def test_the_recommended_stack_is_meant_where_nothing_is_named() -> None:
    given = {
        "use_case": "chat", "request_rate_rps": 20, "input_tokens": 1024, "output_tokens": 256,
        "model_named": "Llama-3.3-70B", "accelerator_wanted": "H100-SXM-80GB", "deployment": "on_prem",
    }  # fmt: skip
    bench = planned(given).serving
    assert bench is not None
    assert (bench.model, bench.accelerator) == ("Llama-3.3-70B", "H100-SXM-80GB")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({}, InputRefused, "needs a workload"),
        ({"use_case": "chat"}, InputRefused, "Nothing here can be measured"),
        ({"use_case": "chat", "model": "Qwen3-32B"}, InputRefused, "needs the accelerator too"),
        ({**CHAT, "model": "Llama-3.1-405B", "accelerator": "T4"}, InputRefused, "doesn't fit"),
        ({**CHAT, "model": "Qwen9"}, UnknownName, "Unknown model"),
        ({**SEARCH, "engine": "qdrannt"}, UnknownName, "Unknown component"),
        ({"use_case": "chat", "engine": "qdrant"}, InputRefused, "needs the number of vectors"),
    ],
)
def test_what_cant_be_planned_is_refused(
    arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        planned(arguments)
