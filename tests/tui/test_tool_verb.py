"""`stackwright tool`: lists, runs on words or JSON, writes readable lines or JSON, refuses by name."""

import io
import json
import sys
from pathlib import Path

import pytest

from tools.registry import REGISTRY
from tui.main import main

AS_OF = ("--as-of", "2026-11-24")


@pytest.fixture(autouse=True)
def _no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKWRIGHT_CONFIG", str(tmp_path / "none.toml"))


def test_lists_every_tool_with_its_description(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tool", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for tool in REGISTRY.values():
        assert any(line.startswith(tool.name) and tool.description in line for line in lines)


def test_lists_schemas_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tool", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [item["name"] for item in listed] == list(REGISTRY)
    vectors = next(item for item in listed if item["name"] == "size-vectors")
    assert vectors["arguments"]["properties"]["dims"]["unit"] == "dimensions"
    assert vectors["arguments"]["required"] == ["count", "dims"]


def test_lists_the_arguments_of_one_tool(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tool", "size-llm-serving", "--list"]) == 0
    said = capsys.readouterr().out
    assert "ttft_limit_ms [ms]: Limit on the first token." in said
    assert "mean_rps [requests/s]: Mean rate of model calls" in said
    assert "input_tokens [tokens], required" in said


def test_without_a_name_the_tools_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tool"]) == 0
    assert "size-vectors" in capsys.readouterr().out


def test_readable_lines_have_units_ranges_and_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tool", "accelerator-price", "accelerator=L40S", *AS_OF]) == 0
    said = capsys.readouterr().out
    assert "USD/accelerator-hour (" in said
    assert " to " in said
    assert "[price/accelerator/L40S/gpu-on-demand]" in said


def test_plain_numbers_keep_the_unit_of_their_name(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["models=llama-3.1-8b", "accelerators=L4", "mean_rps=30 requests/min", "input_tokens=1000"]
    assert main(["tool", "size-llm-serving", *words, "output_tokens=200"]) == 0
    said = capsys.readouterr().out
    assert "weights: 9.08 GB" in said
    assert "feasible: yes" in said
    assert "tpot: " in said


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_options_stand_anywhere_among_the_arguments(place: int, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["size-vectors", "count=1e6", "dims=768"]
    assert main(["tool", *words[:place], *AS_OF, "--json", *words[place:]]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["as_of"] == "2026-11-24"
    assert found["result"]["raw_vector_storage_gb"]["typical"] == pytest.approx(3.072)


def test_unknown_options_are_still_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["tool", "size-vectors", "--jason", "count=1"], ["doctor", "count=1"]):
        with pytest.raises(SystemExit) as stopped:
            main(words)
        assert stopped.value.code == 2
        assert "unrecognized arguments" in capsys.readouterr().err


def test_counts_are_printed_whole(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["params_b=8", "tokens=1e13", "accelerator=H100", "gpus=2048"]
    assert main(["tool", "size-training", *words]) == 0
    assert "gpus: 2,048" in capsys.readouterr().out.splitlines()


def test_what_isnt_known_isnt_printed(capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "models=llama-3.1-8b",
        "accelerators=A10G",
        "mean_rps=50",
        "input_tokens=1000",
        "output_tokens=200",
    ]
    assert main(["tool", "size-llm-serving", *words, "available=1"]) == 0
    said = capsys.readouterr().out
    assert "saturated: yes" in said
    assert not any(words in said for words in ("ttft", "concurrency", "weights", ": 0", "unknown"))


def test_a_rate_of_speech_keeps_its_label(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["model=whisper-large-v3-turbo", "accelerator=H100", "items_per_s=1"]
    assert main(["tool", "size-encoder", *words]) == 0
    assert "items per s: 404 audio-s/s" in capsys.readouterr().out


def test_json_names_tool_date_and_knowledge(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tool", "size-vectors", "count=1e6", "dims=768", "--json", *AS_OF]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["tool"], found["as_of"]) == ("size-vectors", "2026-11-24")
    assert len(found["knowledge"]) == 64
    assert found["result"]["raw_vector_storage_gb"]["typical"] == pytest.approx(3.072)


def test_words_and_json_on_standard_input_agree(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["tool", "tco", "services_usd_month=[1, 2, 3]", "growth-pct-month=2", "--json", *AS_OF]) == 0
    words = capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"services_usd_month": [1, 2, 3], "growth_pct_month": 2}'))
    assert main(["tool", "tco", "-", "--json", *AS_OF]) == 0
    assert capsys.readouterr().out == words


def test_the_fields_of_a_workload_are_given_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    rate = "request_rate_rps={value: 40, unit: requests/h}"
    assert main(["tool", "requirements", "use_case=rag", rate, "compliance=[gdpr]"]) == 0
    assert "request rate per day: 960 requests a day [user]" in capsys.readouterr().out.replace(
        "rps", "per day"
    )


def test_rank_and_assess_show_stacks(capsys: pytest.CaptureFixture[str]) -> None:
    for name, more in (("rank", "score "), ("assess", "of weightings")):
        assert main(["tool", name, "use_case=rag", "users_total=500", *AS_OF]) == 0
        said = capsys.readouterr().out
        assert said.startswith("1. ")
        assert more in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nope"], "Did you mean"),
        (["size-vector", "count=1"], "size-vectors"),
        (["size-vectors", "count"], "not key=value"),
        (["size-vectors", "count=1", "count=2"], "stands twice"),
        (["size-vectors", "cuont=1"], "count"),
        (["size-vectors", "count=1"], "needs dims"),
        (["size-vectors", "count=many", "dims=3"], "Give it in vectors"),
        (["size-vectors", "count=.nan", "dims=3"], "finite"),
        (["rank"], "needs a workload"),
        (["rank", "use_cas=rag"], "use_case"),
    ],
)
def test_refuses_in_one_sentence(capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert main(["tool", *words]) == 1
    refused = capsys.readouterr()
    assert refused.out == ""
    assert said in refused.err
    assert refused.err.count("\n") == 1


@pytest.mark.parametrize("text", ["", "no json", "[1, 2]", "[" * 50_000])
def test_refuses_what_is_no_json_object(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert main(["tool", "size-vectors", "-"]) == 1
    assert "Standard input" in capsys.readouterr().err
