import re
from html.parser import HTMLParser

import pytest

from evals.case_details import case_details
from evals.case_files import CaseSet
from evals.dialogue import Exchange
from evals.html_report import page
from evals.report import AdviceReport, score_traces
from evals.trace import Trace

HOSTILE = "<script>alert(1)</script><img src=https://evil.example/x onerror=y> {{ 7 * 7 }}"
LOADING = {"script", "img", "link", "iframe", "object", "embed", "audio", "video", "source", "base", "form"}


class Elements(HTMLParser):
    """What a browser would build."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {f"{name}={value}" for name, value in attrs if name in ("href", "src", "style")}
        self.attributes |= {name for name, _ in attrs if name.startswith("on")}
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def report(invented: CaseSet) -> AdviceReport:
    traces = {
        "library-search": Trace(
            id="library-search",
            picks={"vector_store": ["pgvector", HOSTILE], "cluster": ["eks"]},
            alternatives={"vector_store": ["qdrant"]},
            asked=["request_rate"],
            text=f"Titles need exact words[a/b/c]. {HOSTILE}",
            transcript="What the advisor said.",
            numbers={"requests_per_day": 500},
            citations={"vector_store": ["a/b/c"]},
            turns=3,
        ),
        "moving-target": Trace(id="moving-target", exception=HOSTILE, turns=1),
    }
    return score_traces(invented, traces, frozenset({"a/b/c"}))


def test_the_page_loads_nothing_and_runs_nothing(report: AdviceReport) -> None:
    text = page(report, {"library-search": [Exchange(HOSTILE, HOSTILE)]})
    found = Elements(text)
    assert found.open == []
    assert found.names.isdisjoint(LOADING)
    assert not any(name.startswith("on") for name in found.attributes)
    assert all(value.startswith("href=#") for value in found.attributes if value.startswith("href"))
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text
    assert "&lt;script&gt;" in text
    assert "{{ 7 * 7 }}" in text


def test_a_case_shows_what_was_said_picked_argued_and_computed(report: AdviceReport) -> None:
    text = page(report, {"library-search": [Exchange("We run a library.", "How many questions?")]})
    body = text.split("library-search", 1)[1]
    for shown in (
        "We run a library.",
        "How many questions?",
        "pgvector",
        "qdrant",
        "any sql_vector",
        "a/b/c",
    ):
        assert shown in body, shown
    for shown in ("exact_titles", "lock-?in", "requests_per_day", "200 requests/day", "±10 %", "500"):
        assert (shown in body) is (shown != "lock-?in"), shown
    assert "eks: a gate" in body
    assert re.search(r"corpus_size: not asked", body)


def test_without_a_dialogue_the_advisors_words_stand(report: AdviceReport) -> None:
    assert "What the advisor said." in page(report)


def test_details_follow_the_case(report: AdviceReport) -> None:
    detail = case_details(report)["library-search"]
    slots = {slot["slot"]: slot for slot in detail["slots"]}
    assert list(slots)[:4] == ["vector_store", "retrieval", "model_strategy", "cluster"]
    assert slots["vector_store"]["fits"] is False
    assert [pick["acceptable"] for pick in slots["vector_store"]["picked"]] == [True, False]
    assert slots["cluster"]["picked"] == [{"id": "eks", "counts": True, "acceptable": False, "refused": True}]
    assert [(item["id"], item["made"]) for item in detail["mentions"]] == [
        ("exact_titles", True),
        ("exit", False),
    ]
    assert [(check["got"], check["held"]) for check in detail["numbers"]] == [(500, False)]


def test_a_script_shows_its_assertions_and_its_exception(report: AdviceReport) -> None:
    body = page(report).split('id="scripts"', 1)[1]
    assert "no_exception" in body
    assert "Ended in an exception" in body


def test_colours_follow_the_readers_setting_and_small_screens_are_served(report: AdviceReport) -> None:
    text = page(report)
    assert "prefers-color-scheme: dark" in text
    assert "width=device-width" in text
    assert "@media (max-width" in text
