"""`stackwright calibrate`: import, list, remove; and the way from a plan through a result file back to the advice."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tui.main import main

WORKLOAD = """use_case: chat
request_rate_rps: 20
input_tokens: 1024
output_tokens: 256
model_named: Llama-3.3-70B
accelerator_wanted: H100-SXM-80GB
deployment: on_prem
"""
AS_OF = ("--as-of", "2026-11-26")
WHERE = ("--accelerator", "H100", "--count", "4", "--precision", "fp8")
SERVE: dict[str, Any] = {
    "date": "20261120-101530", "model_id": "meta-llama/Llama-3.3-70B-Instruct", "num_prompts": 1000,
    "request_rate": 2.7, "max_concurrency": None, "duration": 370.0, "completed": 1000, "failed": 0,
    "total_input_tokens": 1024000, "total_output_tokens": 256000, "request_throughput": 2.7,
    "output_throughput": 691.2, "mean_ttft_ms": 412.5, "p99_ttft_ms": 911.0, "mean_tpot_ms": 38.5,
    "p99_tpot_ms": 49.0, "mean_e2el_ms": 10230.0,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKWRIGHT_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("STACKWRIGHT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("STACKWRIGHT_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def result(tmp_path: Path) -> Path:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(SERVE), encoding="utf-8")
    return path


def said_as_json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert main([*words]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_import_is_told_kept_listed_and_removed(result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--list"]) == 3
    assert main(["calibrate", str(result), *WHERE]) == 0
    said = capsys.readouterr().out
    assert "time per token: measured 38.5 ms, the formula alone" in said
    assert main(["calibrate", "--list"]) == 0
    listed = capsys.readouterr().out
    identity = listed.split()[0]
    assert "run.json (vLLM bench serve): Llama-3.3-70B on 4 x H100-SXM-80GB, fp8" in listed
    assert main(["calibrate", str(result), *WHERE]) == 0
    assert "was imported before" in capsys.readouterr().out
    assert main(["calibrate", "--remove", "run-xyz"]) == 1
    assert f"Did you mean {identity}?" in capsys.readouterr().err
    assert main(["calibrate", "--remove", identity]) == 0
    assert f"Forgot {identity}, your measurement of 2026-11-20, run.json." in capsys.readouterr().out
    assert main(["calibrate", "--list"]) == 3


def test_a_dry_run_keeps_nothing_and_json_holds_all(result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said_as_json(capsys, "calibrate", str(result), *WHERE, "--dry-run", "--json")
    assert told["imported"][0]["tpot_ms"] == 38.5
    assert told["imported"][0]["expected"]["tpot_ms"] > 10
    assert main(["calibrate", "--list"]) == 3


def test_one_bad_file_of_two_is_told_and_exits_with_four(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{", encoding="utf-8")
    assert main(["calibrate", str(bad), str(result), *WHERE]) == 4
    assert "bad.json: its JSON is cut off" in capsys.readouterr().err
    assert main(["calibrate", str(bad), *WHERE]) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Give result files, or --list, or --remove ID."),
        (["--list", "--remove", "run-1"], "Give result files"),
        (["run.json", "--count", "0"], "--count 0 is below 1"),
        (["run.json", "--concurrency", "nan"], "--concurrency nan"),
        (["run.json", "--date", "2026-02-30"], "there is no day 2026-02-30"),
        (["run.json", "--date", "2027-01-01"], "is after 2026-11-26"),
        (["nowhere.json"], "nowhere.json can't be read"),
    ],
)
def test_wrong_words_are_refused(
    words: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["calibrate", *words, *AS_OF]) == 1
    assert told in capsys.readouterr().err


def test_the_help_names_it_and_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "stackwright calibrate run.json" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["calibrate", "--help"])
    assert "--accelerator H100-SXM-80GB --count 4 --precision fp8" in capsys.readouterr().out


def saved_by(command: list[str], serving: dict[str, Any], folder: Path) -> Path:
    """The file that `vllm bench serve` would save, had the replica run just as fast as predicted."""
    options = {word: command[at + 1] for at, word in enumerate(command[:-1]) if word.startswith("--")}
    at = command.index("--metadata")
    metadata = dict(word.split("=", 1) for word in command[at + 1 :] if "=" in word)
    prompts, rate = int(options["--num-prompts"]), float(options["--request-rate"])
    lengths = int(options["--random-input-len"]), int(options["--random-output-len"])
    step, first = serving["tpot_mean_ms"], serving["ttft_mean_ms"]
    content = {
        "date": "20261125-090000", "backend": "openai", "model_id": "/models/weights", "num_prompts": prompts,
        **metadata, "request_rate": rate, "burstiness": 1.0, "max_concurrency": None, "completed": prompts,
        "failed": 0, "total_input_tokens": prompts * lengths[0], "total_output_tokens": prompts * lengths[1],
        "request_throughput": rate, "output_throughput": rate * lengths[1], "mean_ttft_ms": first,
        "p95_ttft_ms": 1.7 * first, "p99_ttft_ms": 2.4 * first, "mean_tpot_ms": step, "p95_tpot_ms": 1.2 * step,
        "p99_tpot_ms": 1.3 * step, "mean_e2el_ms": first + step * lengths[1],
    }  # fmt: skip
    path = folder / options["--result-filename"].replace("$SEED", "1")
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_from_a_plan_to_a_result_to_measured_advice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workload = tmp_path / "workload.yaml"
    workload.write_text(WORKLOAD, encoding="utf-8")
    fields = [line.replace(": ", "=") for line in WORKLOAD.splitlines()]
    before = said_as_json(capsys, "advise", str(workload), "--json", *AS_OF)["assessment"]
    assert before["stacks"][0]["estimates"]["tpot_ms_p95"]["kind"] == "estimated"

    plan = said_as_json(capsys, "tool", "bench-plan", *fields, "--json", *AS_OF)["result"]
    text = plan["script"].replace("\\\n", " ")
    command = shlex.split(
        next(line for line in text.splitlines() if "--request-rate" in line and "vllm" in line)
    )
    serving = plan["serving"]
    sized = said_as_json(
        capsys, "tool", "size-llm-serving", f"models={serving['model']}", f"accelerators={serving['accelerator']}",
        f"mean_rps={serving['rate_rps']}", f"precision={serving['precision']}", "input_tokens=1024",
        "output_tokens=256", "--json", *AS_OF,
    )["result"]["plans"][0]  # fmt: skip
    in_flight = serving["in_flight"]
    sized["tpot_mean_ms"] = (1e3 * in_flight / serving["rate_rps"] - sized["ttft_mean_ms"]) / 256
    result = saved_by(command, sized, tmp_path)

    assert main(["calibrate", str(result)]) == 0
    after = said_as_json(capsys, "advise", str(workload), "--json", *AS_OF)
    estimate = after["assessment"]["stacks"][0]["estimates"]["tpot_ms_p95"]
    assert (estimate["kind"], estimate["formula"]) == ("measured", "own_measurement")
    assert estimate["typical"] == pytest.approx(1.2 * sized["tpot_mean_ms"], rel=0.05)
    (identity,) = estimate["evidence"]
    entry = next(item for item in after["assessment"]["evidence"] if item["id"] == identity)
    assert (entry["kind"], entry["tier"], entry["as_of"]) == ("measurement", "U", "2026-11-25")
    assert entry["text"].startswith(f"Your measurement of 2026-11-25, {result.name}: Llama-3.3-70B on ")
    assert identity in {item["id"] for item in after["evidence"]}
    assert after["assessment"]["knowledge_hash"] != before["knowledge_hash"]

    capsys.readouterr()
    assert main(["advise", str(workload), "--markdown", *AS_OF]) == 0
    record = capsys.readouterr().out
    assert re.search(r"\| Each further token, p95 \| [\d.]+ ms \([\d. to]+\) \| measured \|", record)
    assert f"`{identity}` U 2026-11-25" in record

    assert main(["calibrate", "--remove", identity.removeprefix("measurement/")]) == 0
    again = said_as_json(capsys, "advise", str(workload), "--json", *AS_OF)["assessment"]
    assert again == before


def test_a_conversation_cites_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from agent.consultation import open_consultation
    from tui.settings import Settings

    result = tmp_path / "run.json"
    near = {**SERVE, "request_rate": 6.6, "request_throughput": 6.6, "mean_e2el_ms": 13_400.0, "mean_tpot_ms": 50.0,
            "p99_tpot_ms": 58.0, "mean_ttft_ms": 600.0, "p99_ttft_ms": 1500.0, "output_throughput": 1689.6}  # fmt: skip
    result.write_text(json.dumps(near), encoding="utf-8")
    assert (
        main(["calibrate", str(result), "--accelerator", "H100", "--count", "2", "--precision", "fp8"]) == 0
    )
    settings = Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache")
    consultation = open_consultation(settings.open_knowledge())
    message = (
        "Chat for customers, Llama-3.3-70B on our own H100 on premises, 20 requests a second, 1024 tokens in"
    )
    consultation.turn(f"{message}, 256 tokens out.")
    reply = consultation.turn("just recommend")
    assert any(item.id.startswith("measurement/") for item in reply.citations)
    assert "Your measurement of 2026-11-20, run.json" in reply.text
