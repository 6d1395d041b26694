"""The command line: what starts, what is refused and how it exits, and what it never imports."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.main import main, parser
from tui.settings import load_settings

AS_OF = "2026-11-24"
HEAVY = ("textual", "langgraph", "litellm", "chromadb", "openai", "numpy", "onnxruntime")
PLAIN = "RAG over 40,000 documents for 200 lawyers, data stays in the EU, 6,000 EUR a month"
Run = Callable[..., int]


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("STACKWRIGHT_") or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("STACKWRIGHT_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("STACKWRIGHT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TERM", "dumb")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    def called(*words: str, stdin: str = "") -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        return main(list(words))

    return called


def start(*words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui.main", *words],
        input=stdin, capture_output=True, text=True, env={**os.environ, **environment}, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "words", [("--help",), ("advise", "--help"), ("tool", "--help"), ("doctor", "--help")]
)
def test_help_imports_nothing_heavy(words: tuple[str, ...]) -> None:
    code = (
        "import sys\nfrom tui.main import main\n"
        f"try: main({list(words)!r})\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "usage: stackwright" in done.stdout
    assert done.stderr.strip() == "[]"


def test_help_teaches() -> None:
    done = start("--help")
    assert done.returncode == 0
    for words in (
        "first steps",
        "stackwright advise",
        "exit codes",
        "request_rate_rps",
        "doctor",
        "knowledge",
    ):
        assert words in done.stdout


def test_the_version_names_the_knowledge(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out.startswith("stackwright 0.")


@pytest.mark.parametrize(
    "words", [("nonsense",), ("advise", "--json", "--markdown"), ("--as-of", "soon"), ("tool", "--x")]
)
def test_wrong_usage_exits_with_two(run: Run, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as left:
        run(*words)
    assert left.value.code == 2


def test_without_a_terminal_line_mode_is_chosen() -> None:
    done = start(stdin="/quit\n")
    assert done.returncode == 0
    assert done.stdout.startswith("Advisor: ")
    assert "\x1b" not in done.stdout


# --- workload files


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("use_cas: rag", "use_case"),
        ("use_case: rag\nuse_case: chat", "stands twice"),
        ("request_rate_rps: .nan", "not a finite number"),
        ("request_rate_rps: .inf", "not a finite number"),
        ("request_rate_rps: {low: 9, high: 2}", "low 9 is above high 2"),
        ("availability_pct: 101", "outside 1 to 100"),
        ("request_rate_rps: {value: 3, unit: parsecs}", "requests/min"),
        ("existing_components: [quadrant]", "qdrant, qdrant-cloud"),
        ("owned_accelerators: [H1000]", "H100-SXM-80GB"),
        ("", "holds no fields"),
        ("use_case: [", "line"),
    ],
)
def test_a_wrong_workload_file_is_refused_in_one_sentence(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str, words: str
) -> None:
    path = tmp_path / "workload.yaml"
    path.write_text(content)
    assert run("advise", str(path)) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert said.err.startswith("stackwright: ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("name", ["image.yaml", "image.txt"])
def test_a_binary_file_is_refused(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(bytes(range(256)) * 20)
    assert run("advise", str(tmp_path / name)) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_a_huge_file_is_refused(run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_text("use_case: rag\n" + "#" * 2_000_000)
    assert run("advise", str(path)) == 1
    assert "larger than" in capsys.readouterr().err


def test_a_missing_file_is_said(run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("advise", str(tmp_path / "nothing.yaml")) == 1
    assert "No such file" in capsys.readouterr().err


def test_a_workload_file_is_advised_on(run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "workload.yaml"
    path.write_text("use_case: rag\ncorpus_documents: 40000\nusers_total: 200\nresidency: [EU]\n")
    assert run("advise", str(path), "--as-of", AS_OF) == 0
    said = capsys.readouterr()
    assert "score" in said.out
    assert "Infrastructure:" in said.out


def test_an_html_record_is_written_where_asked(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "record.html"
    assert run("advise", "-", "--html", str(page), stdin=PLAIN) == 0
    assert "<html" in page.read_text()
    assert capsys.readouterr().out == ""
    assert run("advise", "-", "--html", str(tmp_path / "no" / "folder.html"), stdin=PLAIN) == 1
    assert "can't be written" in capsys.readouterr().err


# --- standard input


def test_plain_text_is_advised_on(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("advise", "-", "--as-of", AS_OF, "--json", stdin=PLAIN) == 0
    record = json.loads(capsys.readouterr().out)
    fields = {item["field"]: item for item in record["workload"]}
    assert fields["corpus_documents"]["value"] == 40_000
    assert record["assessment"]["stacks"]
    assert record["explanation"]


def test_words_are_read_as_in_a_consultation(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    words = "RAG over 50,000 documents, 400,000 requests per day, 1,000 GBP a month"
    assert run("advise", "-", "--as-of", AS_OF, stdin=words) == 0
    said = capsys.readouterr()
    assert "Noted: use case = rag" in said.err
    budget = re.search(r"exceeds your ([\d,]+) USD", said.out)
    assert budget is not None
    assert 1_100 < float(budget[1].replace(",", "")) < 1_600
    stack, _, sources = said.out.partition("\nSources\n")
    cited = {int(number) for number in re.findall(r"\[(\d+)\]", stack)}
    listed = [int(number) for number in re.findall(r"^\[(\d+)\]", sources, re.MULTILINE)]
    assert cited == set(listed)
    assert listed == list(range(1, len(listed) + 1))
    picks = re.findall(r"^  \S.*: .*$", stack, re.MULTILINE)
    assert picks
    assert all(re.search(r"\[\d+\]$", pick) for pick in picks)


def test_fields_on_standard_input_are_read_as_a_file(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("advise", "-", "--json", stdin="use_case: chat\nrequest_rate_rps: 3\n") == 0
    record = json.loads(capsys.readouterr().out)
    assert {item["field"] for item in record["workload"]} == {"use_case", "request_rate_rps"}


@pytest.mark.parametrize("text", ["", "   \n\n", "good morning", "\x00\x01\x02"])
def test_text_without_a_workload_is_refused(run: Run, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert run("advise", "-", stdin=text) == 1
    assert capsys.readouterr().err.startswith("stackwright: ")


def test_the_same_text_gives_the_same_bytes_in_every_process() -> None:
    first, second = (
        start("advise", "-", "--json", "--as-of", AS_OF, stdin=PLAIN, PYTHONHASHSEED=seed).stdout
        for seed in ("1", "4242")
    )
    assert first
    assert first == second


# --- chat


def test_chat_answers_each_line(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("chat", "--json", "--as-of", AS_OF, stdin=f"{PLAIN}\njust recommend\n") == 0
    replies = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [reply["turn"] for reply in replies] == [1, 2]
    assert replies[-1]["done"] is True


def test_an_unwritable_data_folder_falls_back_to_memory(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    assert run("chat", "--data-dir", str(tmp_path / "file" / "below"), stdin=f"{PLAIN}\n") == 0
    said = capsys.readouterr()
    assert "in memory only" in said.err
    assert "Question 1" in said.out


def test_a_session_that_does_not_exist_is_refused(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("chat", "--resume", "zzz") == 1
    assert "zzz" in capsys.readouterr().err


def test_an_unreachable_model_is_said_and_the_answer_given() -> None:
    words = ("chat", "--model", "openai/x", "--base-url", "http://127.0.0.1:9/v1")
    done = start(*words, stdin=f"{PLAIN}\n")
    assert done.returncode == 0
    assert "sent to openai/x at http://127.0.0.1:9/v1" in done.stderr
    assert done.stdout.count("took over") == 1
    assert "Question 1" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "words", [("--offline", "chat", "--model", "openai/x"), ("chat", "--offline", "--model", "openai/x")]
)
def test_offline_forbids_a_model_wherever_it_stands(
    run: Run, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert run(*words, stdin=f"{PLAIN}\n") == 5
    said = capsys.readouterr()
    assert "offline" in said.err
    assert said.out == ""


def test_a_key_in_the_environment_switches_no_model_on(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-a-key")
    assert run("chat", "--json", stdin=f"{PLAIN}\n") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["engine"] == "rules"
    assert "sent to" not in said.err


# --- settings


def test_the_command_line_beats_the_environment_and_that_the_file(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('as_of = "2024-01-01"\n')
    monkeypatch.setenv("STACKWRIGHT_CONFIG", str(config))

    def date_used(*words: str) -> str:
        assert run(*words, "tool", "weights", "--json") == 0
        return str(json.loads(capsys.readouterr().out)["as_of"])

    assert date_used() == "2024-01-01"
    monkeypatch.setenv("STACKWRIGHT_AS_OF", "2025-02-02")
    assert date_used() == "2025-02-02"
    assert date_used("--as-of", "2026-03-03") == "2026-03-03"


@pytest.mark.parametrize("content", ["as_of = soon", "\xff", "= 3"])
def test_a_broken_configuration_exits_with_five(
    run: Run,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: str,
) -> None:
    config = tmp_path / "config.toml"
    config.write_bytes(content.encode("latin-1"))
    monkeypatch.setenv("STACKWRIGHT_CONFIG", str(config))
    assert run("knowledge", "stats") == 5
    assert str(config) in capsys.readouterr().err


def test_an_unknown_setting_is_named(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('modell = "x"\n')
    monkeypatch.setenv("STACKWRIGHT_CONFIG", str(config))
    assert run("knowledge", "stats") in (1, 5)
    assert "modell" in capsys.readouterr().err


def test_a_missing_profile_or_knowledge_folder_is_said(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("advise", "-", "--profile", "/nonexistent.toml", stdin=PLAIN) == 1
    assert "/nonexistent.toml" in capsys.readouterr().err
    assert run("knowledge", "stats", "--knowledge", "/nonexistent") == 1
    assert "/nonexistent" in capsys.readouterr().err


@pytest.mark.parametrize(
    "printed", ["tool --list --json | head -c 10", "--version | true", "tool --list | true"]
)
def test_a_closed_pipe_is_no_failure(printed: str) -> None:
    command = f"{sys.executable} -m tui.main {printed}"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_a_setting_of_nothing_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKWRIGHT_WORKERS", "3")
    assert load_settings(parser().parse_args(["serve", "--workers", "0"])).workers == 0
    assert load_settings(parser().parse_args(["serve"])).workers == 3


@pytest.mark.parametrize("number", ["0", "-1", "1000001"])
def test_a_limit_that_is_none_is_refused(run: Run, number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("serve", "--requests-at-once", number) == 1
    assert "a whole number from 1 to 1,000,000" in capsys.readouterr().err
