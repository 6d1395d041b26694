"""`stackwright knowledge`: search, show, stats, verify and stale, at the date that is set."""

import json
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import knowledge.index
from knowledge import load
from knowledge.files import DataFiles
from knowledge.index import Hit, SearchResult
from knowledge.manifest import write
from tui.main import main


class Found:
    """A retriever that finds what the test prepared."""

    result = SearchResult(hits=())
    asked: tuple[str, int] = ("", 0)
    inside: dict[str, list[str]]

    def __init__(self, _knowledge: Any) -> None:
        pass

    def search(self, question: str, *, k: int, **inside: list[str]) -> SearchResult:
        Found.asked, Found.inside = (question, k), inside
        return Found.result


HIT = Hit(
    record_id="component:qdrant", fact_ids=("qdrant/limit/dims",), score=0.07, text="Qdrant. A vector store."
)


@pytest.fixture(autouse=True)
def _own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKWRIGHT_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setattr(knowledge.index, "Retriever", Found)


def test_a_search_gives_records_text_and_facts(capsys: pytest.CaptureFixture[str]) -> None:
    Found.result = SearchResult(hits=(HIT,), notices=("The cache can't be written.",))
    assert main(["knowledge", "search", "qdrant", "limits", "-k", "3"]) == 0
    said = capsys.readouterr()
    assert Found.asked == ("qdrant limits", 3)
    for words in ("component:qdrant", "Qdrant. A vector store.", "qdrant/limit/dims"):
        assert words in said.out
    assert "The cache can't be written." in said.err


def test_a_fact_is_printed_with_its_source_and_whether_it_is_overdue(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fact = next(iter(load().facts.values()))
    Found.result = SearchResult(hits=(Hit(record_id=fact.id, fact_ids=(fact.id,), score=0.5, text="Said."),))
    overdue = f"past its review date {fact.review_by}"
    for day, is_stale in ((fact.review_by, False), (fact.review_by + timedelta(days=1), True)):
        assert main(["knowledge", "search", "x", "--as-of", str(day)]) == 0
        said = capsys.readouterr().out
        assert f"source ({fact.tier}, " in said
        assert fact.source.url in said
        assert (overdue in said) == is_stale
        assert main(["knowledge", "search", "x", "--json", "--as-of", str(day)]) == 0
        (source,) = json.loads(capsys.readouterr().out)["hits"][0]["sources"]
        assert source["source"]["url"] == fact.source.url
        assert source["stale"] is is_stale


def test_a_contradicted_fact_names_the_other_side(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = "turbopuffer/perf/cold-warm", "turbopuffer/perf/cold-warm-ten-million"
    Found.result = SearchResult(hits=(Hit(record_id=one, fact_ids=(one,), score=0.5, text="Said."),))
    assert main(["knowledge", "search", "x"]) == 0
    assert f"disagrees with: {other}" in capsys.readouterr().out
    assert main(["knowledge", "search", "x", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["hits"][0]["sources"][0]["conflicts_with"] == [other]


def test_an_abstention_is_said_and_exits_with_three(capsys: pytest.CaptureFixture[str]) -> None:
    Found.result = SearchResult(hits=(HIT,), abstained=True, reason="No sourced fact on the price of Qdrant.")
    assert main(["knowledge", "search", "price of qdrant"]) == 3
    said = capsys.readouterr().out
    assert "doesn't answer this: No sourced fact on the price of Qdrant." in said
    assert "Nearest records" in said


def test_what_a_search_can_not_answer_is_said_before_what_it_can(capsys: pytest.CaptureFixture[str]) -> None:
    Found.result = SearchResult(hits=(HIT,), reason="No sourced fact on the SOC 2 of Service Bus.")
    assert main(["knowledge", "search", "service bus soc 2"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("No sourced fact on the SOC 2 of Service Bus.\n1. ")


def test_a_search_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    Found.result = SearchResult(hits=(HIT,))
    assert main(["knowledge", "search", "qdrant", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["hits"][0]["fact_ids"] == ["qdrant/limit/dims"]


@pytest.mark.parametrize("words", [["  "], ["x", "-k", "0"], ["x", "-k", "-3"]])
def test_an_empty_question_or_count_is_refused(
    capsys: pytest.CaptureFixture[str], words: Sequence[str]
) -> None:
    assert main(["knowledge", "search", *words]) == 1
    assert capsys.readouterr().err.startswith("stackwright: ")


def test_show_a_record(capsys: pytest.CaptureFixture[str]) -> None:
    for identity in ("qdrant", "sto.vector_db", next(iter(load().facts)), next(iter(load().rules))):
        assert main(["knowledge", "show", identity]) == 0
        assert identity in capsys.readouterr().out


def test_an_unknown_record_is_met_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["knowledge", "show", "qdrnt"]) == 3
    assert "qdrant" in capsys.readouterr().err
    assert main(["knowledge", "show", "price:qdrant"]) == 3
    assert "knowledge show qdrant" in capsys.readouterr().err


def test_stats_count_as_of_the_date(capsys: pytest.CaptureFixture[str]) -> None:
    overdue = []
    for day in ("2001-01-01", "2041-01-01"):
        assert main(["knowledge", "stats", "--json", "--as-of", day]) == 0
        overdue.append(json.loads(capsys.readouterr().out)["facts_past_review"])
    assert overdue == [0, len(load().facts)]
    assert main(["knowledge", "stats"]) == 0
    assert f"components: {len(load().components)}" in capsys.readouterr().out


def test_thresholds_lists_every_judged_line_under_what_is_compared(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["knowledge", "thresholds"]) == 0
    said = capsys.readouterr()
    assert "first(gpu_count, 1)" in said.out.splitlines()
    assert "rule:tuning-over-machines" in said.out
    assert "  20,000,000: " in said.out
    assert "e+" not in said.out
    assert "thresholds by judgement" in said.err
    assert main(["knowledge", "thresholds", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"compared", "number", "drawn_by"} == set(listed[0])


def test_stale_lists_the_longest_overdue_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["knowledge", "stale", "--as-of", "2026-11-24"]) == 0
    said = capsys.readouterr()
    days = [int(line.split()[1]) for line in said.out.splitlines()]
    assert days == sorted(days, reverse=True)
    assert f"{len(days)} facts" in said.err
    assert main(["knowledge", "stale", "--as-of", "2026-11-24", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(days)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the packaged knowledge with its manifest."""
    copy = tmp_path / "data"
    shutil.copytree(str(DataFiles().root), copy)
    write(copy)
    return copy


@pytest.mark.slow
def test_a_sound_folder_exits_with_zero_and_a_changed_one_with_four(
    capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    newest = max(fact.read_at for fact in load().facts.values())
    words = ["knowledge", "verify", "--as-of", newest.isoformat(), "--knowledge", str(root)]
    assert main([*words, "--json"]) == 0
    assert not [item for item in json.loads(capsys.readouterr().out) if item["severity"] == "error"]
    slots = root / "catalog" / "slots.yaml"
    slots.write_text(slots.read_text() + "\n# changed\n")
    assert main(words) == 4
    said = capsys.readouterr().out
    assert said.startswith("Errors (")
    assert "catalog/slots.yaml: The file differs" in said


def test_a_search_is_narrowed_to_what_is_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(knowledge.index, "Retriever", Found)
    monkeypatch.setattr(Found, "result", SearchResult(hits=(HIT,)))
    narrowed = ["--component", "qdrant", "--slot", "sto.vector_db", "--kind", "limit", "--kind", "cost"]
    assert main(["knowledge", "search", "memory", *narrowed]) == 0
    assert Found.inside == {"components": ["qdrant"], "slots": ["sto.vector_db"], "kinds": ["limit", "cost"]}
    for part, name, near in (
        ("component", "qdrnt", "qdrant"),
        ("slot", "sto.vectordb", "sto.vector_db"),
        ("kind", "limits", "limit"),
    ):
        assert main(["knowledge", "search", "memory", f"--{part}", name]) != 0
        assert f"Unknown {part} {name!r}. Did you mean {near}" in capsys.readouterr().err
