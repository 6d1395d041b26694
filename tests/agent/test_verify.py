"""The verifier lets true sentences stand and catches damaged ones, kind by kind."""

import random
from collections import Counter
from datetime import date
from typing import Any

import pytest

from agent import nodes
from agent.asked_words import AskedWords
from agent.context import TurnContext
from agent.evidence import EvidenceBook, assessment_book, evidence_book
from agent.narrator import explanation
from agent.reply import Claim
from agent.verify import check
from knowledge import Knowledge
from tests.agent.mutations import KINDS, Ground
from tests.agent.workloads import WORKLOADS
from tools.compliance import compliance_state
from tools.evidence_book import fact_evidence
from tools.workload import from_mapping

Told = list[tuple[str, list[Claim], EvidenceBook]]


class _Runtime:
    def __init__(self, context: TurnContext) -> None:
        self.context = context


@pytest.fixture(scope="module")
def told(context: TurnContext) -> Told:
    """(workload, what the narrator tells of it, what it may cite)."""
    runtime: Any = _Runtime(context)
    result = []
    for name, values in WORKLOADS.items():
        workload = from_mapping(values)
        state: Any = {"workload": workload.model_dump(mode="json"), "route": "advise", "notices": []}
        ids = nodes.retrieve(state, runtime)["record_ids"]
        claims = explanation(context.assess(workload), workload, context.knowledge, frozenset(ids))
        result.append((name, claims, evidence_book(workload, ids, context)))
    return result


def test_every_sentence_of_the_narrator_stands(told: Told, knowledge: Knowledge) -> None:
    wrong = [
        (name, claim.text, found)
        for name, claims, book in told
        for claim in claims
        if (found := check(claim, book, knowledge))
    ]
    assert not wrong
    assert sum(len(claims) for _, claims, _ in told) > 250


def test_an_offer_without_the_demanded_regime_is_told_with_its_source(context: TurnContext) -> None:
    workload = from_mapping(WORKLOADS["support assistant over documents"])
    known = context.knowledge
    state = compliance_state(known, "openai-api", "hipaa", date(2026, 11, 26))
    assert state.state == "evidenced"
    fact = fact_evidence(known.facts["openai-api/compliance/web-search-hipaa"], known)
    assessed = context.assess(workload)
    assessed = assessed.model_copy(update={"compliance": (state,), "evidence": (*assessed.evidence, fact)})
    claims = explanation(assessed, workload, known, frozenset())
    told = next(claim for claim in claims if claim.role == "compliance")
    assert told.text == f"Not covered: web search of {known.components['openai-api'].name} (HIPAA)."
    assert fact.id in told.evidence
    assert not check(told, assessment_book(assessed, workload, known), known)
    whole = assessed.model_copy(update={"compliance": (state.model_copy(update={"offers": ()}),)})
    assert all(claim.role != "compliance" for claim in explanation(whole, workload, known, frozenset()))


def test_damaged_sentences_are_caught(told: Told, knowledge: Knowledge) -> None:
    chance = random.Random(7)
    tried: Counter[str] = Counter()
    missed: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for _, claims, book in told:
        ground = Ground(book, knowledge, chance)
        for claim in claims:
            for kind, mutation in KINDS.items():
                for mutant in mutation(claim, ground):
                    tried[kind] += 1
                    if not check(mutant, book, knowledge):
                        missed[kind].append(f"{claim.text}  ->  {mutant.text} {mutant.evidence}")
    table = "\n".join(
        f"{kind:20} {tried[kind]:5} tried {len(missed[kind]):4} missed  {'; '.join(missed[kind][:3])}"
        for kind in KINDS
    )
    print(f"\n{table}\n{'all':20} {sum(tried.values()):5} tried")
    assert sum(tried.values()) >= 2000
    assert min(tried.values()) >= 20
    for kind, slipped in missed.items():
        assert len(slipped) <= 0.01 * tried[kind], f"{kind}\n{table}"


def test_harmless_rewording_stands(told: Told, knowledge: Knowledge) -> None:
    rewordings = (
        ("It ", "This "),
        (": ", "; "),
        ("; ", ", "),
        ("Keep", "Retain"),
        ("is what", "can be what"),
    )
    tried, stands = 0, 0
    for _, claims, book in told:
        for claim in claims:
            for word, other in rewordings:
                if word in claim.text and not any(word in title for title in book.titles):
                    reworded = claim.model_copy(update={"text": claim.text.replace(word, other, 1)})
                    tried += 1
                    stands += not check(reworded, book, knowledge)
    assert tried > 50
    assert stands >= 0.9 * tried


def test_citation_marks_are_no_numbers(told: Told, knowledge: Knowledge) -> None:
    _, claims, book = told[0]
    marked = claims[0].model_copy(update={"text": f"{claims[0].text} [1] [23]"})
    assert not check(marked, book, knowledge)


def test_abstaining_states_nothing(told: Told, knowledge: Knowledge) -> None:
    _, _, book = told[0]
    assert not check(
        Claim(text="The catalogue has no source for that.", evidence=(), role="abstain"), book, knowledge
    )
    for text in ("It costs 5 USD.", "Take Qdrant.", "See https://evil.example."):
        assert check(Claim(text=text, evidence=(), role="abstain"), book, knowledge)
        assert check(Claim(text=text, evidence=(), role="number"), book, knowledge)


def test_that_nothing_covers_what_was_asked_may_repeat_the_question(knowledge: Knowledge) -> None:
    """Its names and numbers are the asker's own; others still need a source."""
    book = EvidenceBook()
    book.asked = AskedWords(frozenset({6.0}), frozenset({"qdrant"}))
    for text, stands in (
        ("The catalogue doesn't know gpt-6 mini.", True),
        ("The catalogue has no source for that on Qdrant.", True),
        ("The catalogue has no source for that on Milvus.", False),
        ("The catalogue has no source for that; it costs 7 USD.", False),
    ):
        assert (check(Claim(text=text, evidence=(), role="abstain"), book, knowledge) == []) is stands
