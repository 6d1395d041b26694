"""Result files of benchmark tools: units and percentiles read rightly, what is missing asked for, nonsense refused.

The files are written here in the tools' formats; their numbers are made up.
"""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge import load
from knowledge.errors import InputRefused
from knowledge.own_runs import OwnRun
from tools.benchmarks.claims import Added, precision_named
from tools.benchmarks.importing import Imported, import_files
from tools.benchmarks.reading import read_results

KNOWLEDGE = load()
TODAY = date(2026, 11, 26)
WHERE = Added(accelerator="H100", devices=4, precision="fp8")
SERVE: dict[str, Any] = {
    "date": "20261120-101530", "backend": "openai", "model_id": "meta-llama/Llama-3.3-70B-Instruct",
    "num_prompts": 1000, "request_rate": 2.7, "burstiness": 1.0, "max_concurrency": None, "duration": 370.0,
    "completed": 1000, "failed": 0, "total_input_tokens": 1024000, "total_output_tokens": 256000,
    "request_throughput": 2.7, "output_throughput": 691.2, "mean_ttft_ms": 412.5, "median_ttft_ms": 380.0,
    "p95_ttft_ms": 702.0, "p99_ttft_ms": 911.0, "mean_tpot_ms": 38.5, "p95_tpot_ms": 45.1, "p99_tpot_ms": 49.0,
    "mean_itl_ms": 99.0, "mean_e2el_ms": 10230.0, "p99_e2el_ms": 12500.0,
}  # fmt: skip


def summary(mean: float, **percentiles: float) -> dict[str, Any]:
    told = {"mean": mean, "percentiles": percentiles}
    return {"successful": told, "errored": {"mean": 0.0}, "total": {"mean": 7 * mean}}


def guidellm_benchmark(kind: str, in_flight: float, tpot: float, **strategy: Any) -> dict[str, Any]:
    return {
        "type_": "generative_benchmark",
        "config": {
            "strategy": {"type_": kind, **strategy},
            "backend": {"model": "Qwen/Qwen3-8B", "target": "http://127.0.0.1:8000"},
        },
        "start_time": 1795000000.0,
        "metrics": {
            "request_totals": {"successful": 400, "errored": 0, "incomplete": 3, "total": 403},
            "request_concurrency": summary(in_flight),
            "request_latency": summary(0.1 + tpot * 0.2, p95=0.2 + tpot * 0.2, p99=0.3 + tpot * 0.2),
            "prompt_token_count": summary(512.0),
            "output_token_count": summary(200.0),
            "time_to_first_token_ms": summary(100.0, p95=180.0, p99=240.0),
            "time_per_output_token_ms": summary(3 * tpot),
            "inter_token_latency_ms": summary(tpot, p95=1.1 * tpot, p99=1.2 * tpot),
            "output_tokens_per_second": summary(1e3 * in_flight / (tpot + 1)),
        },
    }


AIPERF: dict[str, Any] = {
    "time_to_first_token": {"unit": "ms", "avg": 120.0, "p95": 200.0, "p99": 260.0},
    "inter_token_latency": {"unit": "ms", "avg": 14.0, "p95": 15.0, "p99": 16.0},
    "request_latency": {"unit": "sec", "avg": 2.9, "p95": 3.1, "p99": 3.4},
    "request_throughput": {"unit": "requests/sec", "avg": 5.5},
    "output_token_throughput": {"unit": "tokens/sec", "avg": 1100.0},
    "output_sequence_length": {"unit": "tokens", "avg": 200.0},
    "input_sequence_length": {"unit": "tokens", "avg": 512.0},
    "request_count": {"unit": "requests", "avg": 500.0},
    "input_config": {
        "endpoint": {"model_names": ["Qwen/Qwen3-8B"], "streaming": True},
        "loadgen": {"concurrency": 16, "request_count": 500},
    },
    "was_cancelled": False,
    "start_time": "2026-11-19T09:30:00",
}
GENAI_CSV = """Metric,avg,min,max,p99,p95,p90,p75,p50,p25,p10,p5,p1
Time To First Token (ms),"1,120.00",90,2000,"1,900.00","1,500.00",N/A,N/A,900,N/A,N/A,N/A,N/A
Inter Token Latency (ms),14.00,13,17,16.00,15.00,N/A,N/A,14,N/A,N/A,N/A,N/A
Request Latency (ms),"3,920.00",3000,5000,"4,400.00","4,100.00",N/A,N/A,3900,N/A,N/A,N/A,N/A
Output Sequence Length (tokens),200.00,200,200,200.00,200.00,N/A,N/A,200,N/A,N/A,N/A,N/A
Input Sequence Length (tokens),512.00,512,512,512.00,512.00,N/A,N/A,512,N/A,N/A,N/A,N/A

Metric,Value
Output Token Throughput (tokens/sec),"1,020.41"
Request Throughput (requests/sec),5.10
"""
MLPERF_SERVER = """================================================
MLPerf Results Summary
================================================
SUT name : a system
Scenario : Server
Mode     : PerformanceOnly
Completed samples per second    : 40.00
Completed tokens per second: 11760.00
Result is : VALID
  Performance constraints satisfied : Yes

================================================
Additional Stats
================================================
Mean latency (ns)               : 12000000000
99.00 percentile latency (ns)   : 15000000000
Mean First Token latency (ns)               : 500000000
99.00 percentile first token latency (ns)   : 1500000000
Mean Time per Output Token (ns)               : 39000000
99.00 percentile time to output token (ns)   : 60000000
"""


def imported(
    path: Path, content: Any, added: Added = WHERE, name: str = "run.json", held: Sequence[OwnRun] = ()
) -> Imported:
    file = path / name
    text = content if isinstance(content, str) else json.dumps(content)
    file.write_text(text, encoding="utf-8")
    return import_files([file], added, KNOWLEDGE, held, TODAY)


def only(done: Imported) -> OwnRun:
    assert not done.refused, [str(item) for item in done.refused]
    assert len(done.new) == 1
    return done.new[0]


def why(done: Imported) -> str:
    assert not done.new
    return " | ".join(str(item) for item in done.refused)


def test_vllm_serve_is_read_with_time_per_token_and_littles_law(tmp_path: Path) -> None:
    run = only(imported(tmp_path, SERVE))
    assert (run.model, run.accelerator, run.devices, run.precision) == (
        "Llama-3.3-70B", "H100-SXM-80GB", 4, "fp8",
    )  # fmt: skip
    assert (run.input_tokens, run.output_tokens, run.arrivals) == (1024, 256, "open")
    assert run.concurrency == pytest.approx(2.7 * 10.230)
    assert (run.tpot_ms, run.tpot_p95_ms, run.tpot_p99_ms, run.ttft_p99_ms) == (38.5, 45.1, 49.0, 911.0)
    assert (run.as_of, run.file, run.requests) == (date(2026, 11, 20), "run.json", 1000)
    assert run.citation == "your measurement of 2026-11-20, run.json"


def test_vllm_metadata_says_where_it_ran_and_options_come_first(tmp_path: Path) -> None:
    told = {**SERVE, "accelerator": "H100-SXM-80GB", "devices": "4", "precision": "fp8", "model": "Llama-3.3-70B",
            "model_id": "/models/weights"}  # fmt: skip
    run = only(imported(tmp_path, told, Added()))
    assert (run.accelerator, run.devices) == ("H100-SXM-80GB", 4)
    assert only(imported(tmp_path, told, Added(accelerator="H200"))).accelerator == "H200-SXM-141GB"


def test_a_closed_loop_counts_its_clients_and_a_sweep_its_runs(tmp_path: Path) -> None:
    sweep = [
        {**SERVE, "request_rate": "inf", "max_concurrency": clients, "mean_tpot_ms": 10.0 + clients}
        for clients in (4, 16, 32)
    ]
    lines = "\n".join(json.dumps(item) for item in sweep)
    for content in (sweep, lines):
        done = imported(tmp_path, content)
        assert [(run.concurrency, run.arrivals) for run in done.new] == [
            (4, "closed"), (16, "closed"), (32, "closed"),
        ]  # fmt: skip
        assert len({run.id for run in done.new}) == 3


def test_one_bad_run_of_a_sweep_leaves_the_others(tmp_path: Path) -> None:
    done = imported(tmp_path, [SERVE, {**SERVE, "mean_tpot_ms": 0.1, "p95_tpot_ms": 0.1, "p99_tpot_ms": 0.1}])
    assert len(done.new) == 1
    assert "run.json, run 2: a time per token of 0.1 ms is faster than 4 x H100-SXM-80GB" in str(
        done.refused[0]
    )


def test_vllm_latency_is_in_seconds_and_needs_its_batch(tmp_path: Path) -> None:
    latency = {"avg_latency": 4.2, "latencies": [4.1, 4.3], "percentiles": {"10": 4.1, "50": 4.2, "99": 4.3}}
    said = why(imported(tmp_path, latency))
    assert (
        "vLLM bench latency) doesn't say the model, the tokens of a prompt, the tokens of an answer" in said
    )
    assert "--model-id NAME --input-tokens N --output-tokens N --concurrency N" in said
    added = WHERE._replace(model="Llama-3.3-70B", input_tokens=128, output_tokens=128, concurrency=8)
    run = only(imported(tmp_path, latency, added))
    assert (run.e2e_ms, run.e2e_p99_ms, run.tpot_ms) == (4200, 4300, None)


def test_vllm_throughput_divides_its_tokens(tmp_path: Path) -> None:
    content = {"elapsed_time": 100.0, "num_requests": 1000, "total_num_tokens": 1280000,
               "requests_per_second": 10.0, "tokens_per_second": 12800.0}  # fmt: skip
    added = WHERE._replace(model="Llama-3.3-70B", output_tokens=256)
    run = only(imported(tmp_path, content, added))
    assert (run.input_tokens, run.output_tokens_per_s, run.arrivals) == (1024, 2560, "offline")
    assert run.concurrency is None


def test_a_guidellm_sweep_gives_a_point_for_each_strategy(tmp_path: Path) -> None:
    report = {
        "metadata": {"version": 2},
        "benchmarks": [
            guidellm_benchmark("synchronous", 1.0, 12.0),
            guidellm_benchmark("concurrent", 16.0, 15.0, streams=16),
            guidellm_benchmark("poisson", 31.0, 19.0, rate=8.0),
            guidellm_benchmark("throughput", 200.0, 60.0),
        ],
    }
    done = imported(tmp_path, report, Added(accelerator="A100-SXM-80GB", devices=1, precision="bf16"))
    assert not done.refused
    assert [run.arrivals for run in done.new] == ["closed", "closed", "open", "offline"]
    assert [run.concurrency for run in done.new] == [1, 16, 31, None]
    assert done.new[3].tpot_ms is None
    assert done.new[3].output_tokens_per_s == pytest.approx(200e3 / 61)
    first = done.new[0]
    assert (first.model, first.tpot_ms, first.ttft_p95_ms) == ("Qwen3-8B", 12.0, 180.0)
    assert first.e2e_ms == pytest.approx(2500.0)
    assert first.as_of == date(2026, 11, 18)


def test_aiperf_units_are_converted(tmp_path: Path) -> None:
    added = Added(accelerator="A100-SXM-80GB", devices=1, precision="bf16")
    run = only(imported(tmp_path, AIPERF, added, "profile_export_aiperf.json"))
    assert (run.tool, run.model, run.concurrency, run.arrivals) == ("AIPerf", "Qwen3-8B", 16, "closed")
    assert (run.e2e_ms, run.tpot_ms, run.ttft_ms, run.requests) == (2900, 14, 120, 500)
    assert run.as_of == date(2026, 11, 19)
    rated = {
        **AIPERF,
        "input_config": {"loadgen": {"request_rate": 5.5}, "endpoint": {"model_names": ["Qwen3-8B"]}},
    }
    run = only(imported(tmp_path, rated, added))
    assert run.arrivals == "open"
    assert run.concurrency == pytest.approx(5.5 * 2.9)
    strange = {**AIPERF, "time_to_first_token": {"unit": "fortnights", "avg": 1.0}}
    assert "the unit 'fortnights' of time_to_first_token isn't one of ms" in why(
        imported(tmp_path, strange, added)
    )


def test_genai_perf_csv_and_json_of_one_run_are_the_same_measurement(tmp_path: Path) -> None:
    added = Added(model="Qwen3-8B", accelerator="A100-SXM-80GB", devices=1, precision="bf16", concurrency=20)
    table = only(imported(tmp_path, GENAI_CSV, added, "profile_export_genai_perf.csv"))
    assert (table.tool, table.ttft_ms, table.ttft_p99_ms, table.e2e_ms) == ("GenAI-Perf", 1120, 1900, 3920)
    assert (table.input_tokens, table.output_tokens) == (512, 200)
    content = {
        "time_to_first_token": {"unit": "ms", "avg": 1120.0004, "p95": 1500.0, "p99": 1900.0},
        "inter_token_latency": {"unit": "ms", "avg": 14.0, "p95": 15.0, "p99": 16.0},
        "request_latency": {"unit": "ms", "avg": 3920.0, "p95": 4100.0, "p99": 4400.0},
        "output_token_throughput": {"unit": "tokens/sec", "avg": 1020.41},
        "request_throughput": {"unit": "requests/sec", "avg": 5.1},
        "output_sequence_length": {"unit": "tokens", "avg": 200.0},
        "input_sequence_length": {"unit": "tokens", "avg": 512.0},
        "input_config": {
            "model_names": ["Qwen3-8B"], "perf_analyzer": {"stimulus": {"concurrency": 20}},
        },
    }  # fmt: skip
    again = imported(tmp_path, content, added, "profile_export_genai_perf.json", [table])
    assert (again.new, again.known) == ((), (table,))


def test_mlperf_is_in_nanoseconds_and_shared_by_the_replicas(tmp_path: Path) -> None:
    name = "mlperf_log_summary.txt"
    said = why(imported(tmp_path, MLPERF_SERVER, Added(), name))
    assert "doesn't say the model, the accelerator, how many accelerators one replica used" in said
    added = Added(model="Llama-2-70B", accelerator="H100", devices=2, precision="fp8", replicas=4)
    run = only(imported(tmp_path, MLPERF_SERVER, added, name))
    assert (run.ttft_ms, run.tpot_ms, run.tpot_p99_ms, run.e2e_ms) == (500, 39, 60, 12000)
    assert (run.output_tokens, run.output_tokens_per_s) == (294, 2940)
    assert run.concurrency == pytest.approx(40 * 12 / 4)
    assert run.as_of == TODAY


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("VALID", "INVALID", "MLPerf calls the result INVALID"),
        ("PerformanceOnly", "AccuracyOnly", "its mode is 'AccuracyOnly'"),
        (": Server", ": MultiStream", "the scenario 'MultiStream'"),
        ("Result is : VALID\n", "", "MLPerf calls the result unfinished"),
    ],
)
def test_an_mlperf_run_that_doesnt_count_is_refused(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    assert words in why(
        imported(tmp_path, MLPERF_SERVER.replace(before, after), name="mlperf_log_summary.txt")
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "it is empty"),
        ("hello", "neither JSON, nor a table of metrics, nor an MLPerf summary"),
        (json.dumps(SERVE)[:200], "its JSON is cut off at line 1"),
        (json.dumps(SERVE).replace(",", ";", 1), "its JSON is damaged at line 1, column"),
        ("[" * 100_000, "its JSON is"),
        ({"weights": [1, 2]}, "none of the known result files (it holds weights)"),
        ({"experiments": []}, "give profile_export_genai_perf.json"),
        ({"benchmarks": []}, "the report holds no benchmark"),
        ([1, 2], "none of the known result files"),
    ],
)
def test_a_damaged_or_foreign_file_is_told_by_name(tmp_path: Path, content: Any, words: str) -> None:
    said = why(imported(tmp_path, content))
    assert words in said
    assert said.startswith("run.json")


def test_the_formats_are_named_and_bytes_and_missing_files_are_refused(tmp_path: Path) -> None:
    assert "These are read: vLLM bench" in why(imported(tmp_path, {"weights": 1}))
    (tmp_path / "run.bin").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputRefused, match=r"run.bin: it isn't text"):
        read_results(tmp_path / "run.bin")
    with pytest.raises(InputRefused, match="can't be read"):
        read_results(tmp_path / "nowhere.json")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"mean_tpot_ms": 2.0, "p95_tpot_ms": 2.1, "p99_tpot_ms": 2.2},
            "by memory bandwidth and arithmetic alone",
        ),
        ({"mean_ttft_ms": 0.4, "p95_ttft_ms": 0.5, "p99_ttft_ms": 0.6}, "--no-enable-prefix-caching"),
        ({"mean_e2el_ms": 10.23, "p99_e2el_ms": 12.5}, "a whole answer of"),
        ({"mean_tpot_ms": 38500.0, "p95_tpot_ms": 4e4, "p99_tpot_ms": 4e4}, "times what is expected there"),
        ({"output_throughput": 1e6}, "one token of all requests together"),
        ({"p95_tpot_ms": 60.0}, "the 95th percentile of tpot (60 ms) is above the 99th (49 ms)"),
        ({"failed": 400}, "400 of 1,400 requests failed"),
        ({"completed": 0}, "no request was completed"),
        ({"total_input_tokens": 500_000_000}, "more than Llama-3.3-70B reads"),
        ({"ramp_up_strategy": "linear"}, "the rate was ramped up"),
        ({"mean_tpot_ms": float("nan"), "mean_ttft_ms": -3}, ""),
    ],
)
def test_what_cant_be_is_refused_with_the_reason(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    done = imported(tmp_path, {**SERVE, **changes})
    if not words:
        run = only(done)
        assert (run.tpot_ms, run.ttft_ms) == (None, None)
    else:
        assert words in why(done)


def test_a_model_that_doesnt_fit_and_unknown_names_are_refused(tmp_path: Path) -> None:
    assert "GB on each of 1 x L40S" in why(
        imported(tmp_path, SERVE, Added(accelerator="L40S", devices=1, precision="fp8"))
    )
    for added, words in (
        (WHERE._replace(accelerator="H1000"), "Unknown accelerator 'H1000'. Did you mean"),
        (WHERE._replace(model="Lama-3.3-7B"), "Unknown model 'Lama-3.3-7B'. Did you mean"),
        (WHERE._replace(precision="fp9"), "Unknown precision 'fp9'. Did you mean fp8"),
    ):
        said = why(imported(tmp_path, SERVE, added))
        assert words in said
        assert said.count(",") == 2  # three suggestions


def test_engines_words_for_formats() -> None:
    found = {
        word: precision_named(word, KNOWLEDGE) for word in ("FP8", "bfloat16", "fp8-e4m3", "awq", "NVFP4")
    }
    assert found == {"FP8": "fp8", "bfloat16": "bf16", "fp8-e4m3": "fp8", "awq": "int4", "NVFP4": "fp4"}


def test_the_same_file_twice_is_one_measurement_and_cant_be_of_two_places(tmp_path: Path) -> None:
    run = only(imported(tmp_path, SERVE))
    again = imported(tmp_path, SERVE, held=[run], name="copy.json")
    assert (again.new, again.known) == ((), (run,))
    elsewhere = imported(tmp_path, SERVE, WHERE._replace(accelerator="H200"), held=[run])
    assert f"stackwright calibrate --remove {run.id}" in why(elsewhere)


def test_few_requests_are_remarked_on(tmp_path: Path) -> None:
    few = {**SERVE, "completed": 40, "total_input_tokens": 40960, "total_output_tokens": 10240}
    assert (
        "with 40 requests, the 99th percentile is the slowest of them" in imported(tmp_path, few).remarks[0]
    )
