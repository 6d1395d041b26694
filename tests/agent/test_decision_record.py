"""Decision records: complete, round-trip, and harmless whatever the user wrote."""

import html.parser
import json
import re
from datetime import date
from typing import Any

import pytest

from agent import nodes
from agent.context import TurnContext
from agent.decision_record import record_html, record_json, record_markdown
from agent.narrator import explanation
from agent.reply import Claim
from knowledge import Knowledge
from tests.agent.workloads import WORKLOADS
from tools.assessment import Assessment
from tools.workload import Known, Workload, from_mapping

EVIL = (
    "<script>alert(1)</script> | `code` **bold** [link](https://evil.example) "
    "<img src=x onerror=alert(2)> # head\nnew"
)
Told = tuple[Assessment, Workload, list[Claim]]


@pytest.fixture(scope="module", params=["support assistant over documents", "visual inspection at the edge"])
def told(request: pytest.FixtureRequest, context: TurnContext) -> Told:
    values: dict[str, Any] = WORKLOADS[request.param]
    workload = from_mapping(values).with_known(
        Known(field="model_named", value=EVIL, text=EVIL, stated=EVIL, turn=1, span=(0, len(EVIL)))
    )
    assessment = context.assess(workload)
    knowledge = context.knowledge
    return assessment, workload, explanation(assessment, workload, knowledge, frozenset(knowledge.facts))


def test_json_round_trips(told: Told, knowledge: Knowledge) -> None:
    assessment, workload, claims = told
    record = json.loads(json.dumps(record_json(assessment, workload, claims, knowledge), allow_nan=False))
    assert record["schema"] == "stackwright-decision/1"
    assert Assessment.model_validate(record["assessment"]) == assessment
    assert [Claim.model_validate(item) for item in record["explanation"]] == claims
    assert [Known.model_validate(item) for item in record["workload"]] == list(workload.known.values())
    held = {item["id"] for item in record["evidence"]}
    assert {identity for claim in claims for identity in claim.evidence} == held
    assert all(item["text"] for item in record["evidence"])


def test_records_are_the_same_each_time(told: Told, knowledge: Knowledge) -> None:
    assessment, workload, claims = told
    for write in (record_html, record_markdown):
        assert write(assessment, workload, claims, knowledge) == write(
            assessment, workload, claims, knowledge
        )


def test_a_record_says_how_much_of_its_choice_is_told_by_facts(told: Told, knowledge: Knowledge) -> None:
    assessment, workload, claims = told
    (share,) = re.findall(r"Evidence coverage (\d+) %", record_markdown(*told, knowledge))
    assert 50 < int(share) <= 100
    assert f"Evidence coverage {share} %" in record_html(*told, knowledge)
    assert record_json(*told, knowledge)["evidence_coverage"] == pytest.approx(int(share) / 100, abs=0.005)
    later = assessment.model_copy(update={"as_of": date(2099, 1, 1)})
    (aged,) = re.findall(r"Evidence coverage (\d+) %", record_markdown(later, workload, claims, knowledge))
    assert int(share) // 2 <= int(aged) < int(share) * 0.6


def test_markdown_keeps_user_text_as_text(told: Told, knowledge: Knowledge) -> None:
    text = record_markdown(*told, knowledge)
    assert "<script" not in text
    assert "<img" not in text
    assert not re.search(r"(?<!\\)\]\(", text)
    assert "https://evil" not in text
    assert "**bold**" not in text
    assert "\n# head" not in text
    (row,) = [line for line in text.splitlines() if "alert(1)" in line and line.startswith("|")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


def test_markdown_tables_have_equal_rows(told: Told, knowledge: Knowledge) -> None:
    columns = 0
    for line in record_markdown(*told, knowledge).splitlines():
        if not line.startswith("|"):
            columns = 0
            continue
        found = len(re.findall(r"(?<!\\)\|", line))
        assert columns in (0, found), line
        columns = found


@pytest.mark.parametrize("write", [record_markdown, record_html])
def test_every_mark_has_its_source(told: Told, knowledge: Knowledge, write: Any) -> None:
    text = write(*told, knowledge)
    _, _, sources = text.rpartition("Sources")
    if write is record_markdown:
        marks = {int(found) for found in re.findall(r"(?<!\\) \[(\d+)\]", text)}
        numbered = {int(found) for found in re.findall(r"^(\d+)\. `", sources, re.M)}
    else:
        marks = {int(found) for found in re.findall(r'href="#s(\d+)"', text)}
        numbered = {int(found) for found in re.findall(r'<li id="s(\d+)"', sources)}
    assert marks == numbered
    assert len(numbered) > 20


def test_every_sentence_is_marked(told: Told, knowledge: Knowledge) -> None:
    text = record_markdown(*told, knowledge)
    why = text.partition("## Why")[2].partition("\n## ")[0]
    sentences = [line for line in why.splitlines() if line.startswith("- ")]
    assert len(sentences) == len(told[2])
    assert all(re.search(r"\[\d+\]$", line) for line in sentences)


class _Page(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_html_loads_and_runs_nothing(told: Told, knowledge: Knowledge) -> None:
    page = _Page()
    text = record_html(*told, knowledge)
    page.feed(text)
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "link", "iframe", "object", "embed", "form", "base", "svg"}
    policies = [
        a.get("content") or "" for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none'")
    for tag, attributes in page.tags:
        assert not [
            name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset")
        ]
        if "href" in attributes:
            assert tag == "a"
            assert re.match(r"#s\d+$|https://", attributes["href"] or "")
    assert "@import" not in text
    assert "url(" not in text
    assert "&lt;script&gt;" in text


def test_html_links_only_to_sources_of_the_catalogue(told: Told, knowledge: Knowledge) -> None:
    page = _Page()
    page.feed(record_html(*told, knowledge))
    known = {fact.source.url for fact in knowledge.facts.values()}
    known |= {item.source for item in told[0].evidence}
    linked = {a["href"] for tag, a in page.tags if tag == "a" and (a.get("href") or "").startswith("http")}
    assert linked
    assert linked <= known


def test_an_empty_index_leaves_the_ranking_and_says_what_has_no_source(
    consult: Any, knowledge: Knowledge
) -> None:
    opening = "A support assistant over 80,000 documents, 4 requests per second. Just recommend something."
    full, bare = consult(), consult()
    bare.context.__dict__["retriever"] = _NoRecords()
    one, two = full.turn(opening), bare.turn(opening)
    assert one.assessment == two.assessment
    assert two.claims[0] == one.claims[0]
    assert len(two.claims) < len(one.claims)
    ledger = {item.id for item in two.assessment.evidence}
    facts = {identity for claim in two.claims for identity in claim.evidence if identity in knowledge.facts}
    assert facts <= ledger
    assert any("had no support in the sources and were left out" in notice for notice in two.notices)
    assert not any("left out" in notice for notice in one.notices)


class _NoRecords:
    notices: tuple[str, ...] = ()

    def by_ids(self, ids: Any) -> tuple[()]:
        return ()

    def fetch_for(self, *_: Any, **__: Any) -> tuple[()]:
        return ()


def test_an_infeasible_workload_is_said_and_recorded(context: TurnContext, knowledge: Knowledge) -> None:
    values = {
        "use_case": "rag",
        "corpus_documents": 100_000,
        "avoid_components": sorted(knowledge.components),
    }
    workload = from_mapping(values)
    assessment = context.assess(workload)
    assert assessment.winner is None
    claims = explanation(assessment, workload, knowledge, frozenset(knowledge.facts))
    assert [claim.role for claim in claims[:2]] == ["conflict", "verdict"]
    assert claims[0].text.startswith("No stack is left: avoid components ")
    assert " and " in claims[0].text
    assert len(claims[0].text) < 200
    assert claims[1].text == "No stack meets all of these limits at once."
    assert _verified(claims, workload, context) == len(claims)
    for write in (record_markdown, record_html):
        assert "No stack meets all" in write(assessment, workload, claims, knowledge)


def test_a_conflict_is_told_and_stands(context: TurnContext, knowledge: Knowledge) -> None:
    workload = from_mapping({"use_case": "rag", "deployment": ["edge"], "model_params_b": 400})
    assessment = context.assess(workload)
    claims = explanation(assessment, workload, knowledge, frozenset(knowledge.facts))
    assert claims[0].role == "conflict"
    assert _verified(claims[:1], workload, context) == 1


def _verified(claims: list[Claim], workload: Workload, context: TurnContext) -> int:
    """How many of `claims` the verifier keeps."""
    runtime: Any = type("Runtime", (), {"context": context})
    state: Any = {
        "claims": [claim.model_dump(mode="json") for claim in claims],
        "workload": workload.model_dump(mode="json"),
        "record_ids": [],
        "notices": [],
    }
    return len(nodes.verify(state, runtime)["claims"])
