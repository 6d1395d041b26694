"""`eval language`: the shipped messages are read well, the scorer tells right from wrong, results are complete."""

import csv
import io
import json
from importlib import resources
from pathlib import Path

import pytest

from agent.language import understand
from evals.frozen import SUMS, frozen, sha256
from evals.language import NO_CASE, RAN, judge, read, run_language
from evals.utterances import Utterance, UtteranceFile, read_utterances
from knowledge import Knowledge
from tools.workload import Workload

SHIPPED = Path(str(resources.files("evals") / "language"))
KNOWLEDGE = Knowledge()
FLOORS = {"utterances": 0.99, "fresh": 0.98, "later": 0.97, "independent": 0.84, "independent_2": 0.66}
INDEPENDENT = ("independent", "independent_2")
FILES = {file.name: file for file in read_utterances(SHIPPED).files}


def report(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, dict[str, float]]]:
    assert run_language(path, json_output=True, knowledge=KNOWLEDGE) == RAN
    content: dict[str, dict[str, dict[str, float]]] = json.loads(capsys.readouterr().out)
    return content


def test_f1_holds_on_every_shipped_set(capsys: pytest.CaptureFixture[str]) -> None:
    by_file = report(SHIPPED, capsys)["by_file"]
    assert set(by_file) == set(FLOORS)
    assert {name for name, floor in FLOORS.items() if by_file[name]["f1"] < floor} == set()


def test_the_independent_sets_are_as_they_were_frozen() -> None:
    assert frozen(SHIPPED / SUMS) == {
        f"{name}.yaml": sha256(SHIPPED / f"{name}.yaml") for name in INDEPENDENT
    }


def test_there_are_enough_messages_and_a_third_is_independent() -> None:
    counts = {name: len(file.utterances) for name, file in FILES.items()}
    assert sum(counts.values()) >= 400
    assert sum(counts[name] for name in INDEPENDENT) >= sum(counts.values()) / 3


@pytest.mark.parametrize("file", FILES.values(), ids=lambda file: file.name)
def test_every_update_is_supported_by_its_span(file: UtteranceFile) -> None:
    """Read alone, in the same context, the quoted words give the same value again."""
    for utterance in file.utterances:
        for item in read(utterance, KNOWLEDGE).updates:
            assert item.span is not None
            assert utterance.text[item.span[0] : item.span[1]] == item.text != ""
            slot = KNOWLEDGE.fields[item.field].slot
            asked = tuple(name for name in (slot, utterance.asked) if name)
            again = understand(item.text, turn=1, asked=asked, workload=Workload(), knowledge=KNOWLEDGE)
            values = {other.field: other.point for other in again.updates}
            written = any(character.isdigit() for character in item.text)
            same = values.get(item.field) == item.point
            assert same or (written and isinstance(item.point, float)), f"{utterance.id}: {item}"


def test_same_message_same_reading() -> None:
    for utterance in FILES["utterances"].utterances[::7]:
        assert read(utterance, KNOWLEDGE) == read(utterance, KNOWLEDGE)


def judged(text: str, **labels: object) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    utterance = Utterance.model_validate({"id": "x", "text": text, **labels})
    found = judge(utterance, read(utterance, KNOWLEDGE), KNOWLEDGE)
    return found.right, found.missed, found.wrong


def test_a_right_value_counts_within_two_percent() -> None:
    expect = [{"field": "request_rate_rps", "value": 0.0118}]
    assert judged("1000 requests a day", expect=expect) == (("request_rate_rps",), (), ())
    expect = [{"field": "request_rate_rps", "value": 0.013}]
    assert judged("1000 requests a day", expect=expect)[1:] == (("request_rate_rps",), ("request_rate_rps",))


def test_a_field_that_was_not_said_is_wrong_unless_it_may_be_read() -> None:
    assert judged("1000 requests a day") == ((), (), ("request_rate_rps",))
    assert judged("1000 requests a day", may=["request_rate_rps"]) == ((), (), ())


def test_refusals_and_dont_know_are_judged() -> None:
    assert judged("uptime 300 %", asked="availability", reject=["availability"])[0] == ("availability",)
    assert judged("uptime 99 %", asked="availability", reject=["availability"])[1] == ("availability",)
    assert judged("no idea", asked="budget", unknown=True)[0] == ("unknown",)
    assert judged("no idea", asked="budget")[1] == ("unknown",)


def test_a_file_without_labels_is_answered_and_left_unscored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, results = tmp_path / "plain.yaml", tmp_path / "results.csv"
    file.write_text(
        "- {id: a, asked: budget, text: 20k EUR a month}\n"
        "- {id: b, asked: null, text: 'Postgres and Kafka on AWS, -5 PDFs'}\n"
        "- {id: c, asked: team, text: dunno}\n",
        encoding="utf-8",
    )
    assert run_language(file, results, knowledge=KNOWLEDGE) == RAN
    assert "not scored: plain" in capsys.readouterr().out
    found = list(csv.DictReader(io.StringIO(results.read_text(encoding="utf-8"))))
    budget = next(row for row in found if row["field"] == "budget_usd_month")
    assert (float(budget["value"]), budget["unit"], budget["origin"]) == (20_000, "USD/month", "stated")
    assert {"id": "a", "field": "currency", "value": "EUR"}.items() <= found[1].items()
    assert next(row for row in found if row["field"] == "existing_components")["value"] == "postgresql|kafka"
    assert [row["field"] for row in found if row["rejected"] == "true"] == ["corpus_documents"]
    assert [row["field"] for row in found if row["origin"] == "unknown"] == ["team"]


def test_no_message_is_no_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_language(tmp_path, knowledge=KNOWLEDGE) == NO_CASE
    (tmp_path / "bad.yaml").write_text("- {id: a, txt: x}\n", encoding="utf-8")
    assert run_language(tmp_path, knowledge=KNOWLEDGE) == 4
    assert "entry 1: text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("latin.yaml", b"- {id: a, text: caf\xe9}\n", "not readable as YAML"),
        ("intake.json", b'{"scenarios": [{"id": "s"}]}', "a scenario isn't complete"),
        ("intake.json", b'{"scenarios": ["s"]}', "a scenario isn't complete"),
    ],
)
def test_what_cannot_be_read_is_said_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert run_language(tmp_path, knowledge=KNOWLEDGE) == NO_CASE + 1
    assert f"{name}: {said}" in capsys.readouterr().err


def test_intake_scenarios_are_read_by_their_fixed_list_of_fields(tmp_path: Path) -> None:
    scenario = {
        "id": "s",
        "user_message": "It needs to answer 200 users",
        "conversation_history": [{"role": "user", "content": "A chatbot with Qwen 32B."}],
        "expected": {
            "use_case": "chatbot_conversational",
            "user_count": {"min": 100, "max": 500},
            "preferred_models": {"contains_any_partial": ["qwen"]},
            "cost_priority": {"one_of": ["medium"]},
        },
    }
    (tmp_path / "intake.json").write_text(json.dumps({"scenarios": [scenario]}), encoding="utf-8")
    utterance = read_utterances(tmp_path).files[0].utterances[0]
    assert judge(utterance, read(utterance, KNOWLEDGE), KNOWLEDGE).exact
