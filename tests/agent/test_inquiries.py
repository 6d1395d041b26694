"""Questions about the advice: what if, why not, how sure; pressure and thanks change nothing."""

from collections.abc import Callable

import pytest

from agent.consultation import Consultation
from agent.evidence import evidence_book
from agent.inquiries import inquire
from agent.language.supposed import supposed
from agent.reply import Reply
from agent.verify import check
from knowledge import Knowledge
from tools.supposition import COST
from tools.wording import number
from tools.workload import Workload

OPENING = (
    "An assistant that answers questions over our contracts for 200 lawyers, in the cloud, EU only. "
    "350,000 PDFs, 40 questions an hour, two developers, 6000 EUR a month."
)
Consult = Callable[[], Consultation]


@pytest.fixture(scope="module")
def advised(request: pytest.FixtureRequest) -> Consultation:
    """A consultation that has been given its recommendation."""
    from agent.consultation import open_consultation

    from .conftest import AS_OF, share

    consultation = open_consultation(knowledge=request.getfixturevalue("knowledge"), as_of=AS_OF)
    share(request.getfixturevalue("context"), consultation)
    consultation.turn(OPENING)
    assert consultation.turn("just recommend").kind == "recommendation"
    return consultation


def asked(consultation: Consultation, question: str) -> Reply:
    """The answer, with the workload untouched and every sentence held to its evidence."""
    before = consultation.workload()
    reply = consultation.turn(question)
    assert (reply.kind, reply.done) == ("answer", True)
    assert consultation.workload() == before
    book = evidence_book(before, [], consultation.context, question)
    for claim in reply.claims:
        if any(identity.startswith("calc/inquiry/") for identity in claim.evidence):
            assert check(claim, book, consultation.context.knowledge) == []
    return reply


@pytest.mark.parametrize(
    ("question", "field", "factor"),
    [
        ("what if we had 10x the traffic?", "request_rate_rps", 10),
        ("And what if the number of users doubled?", "users_total", 2),
        ("suppose half the budget", "budget_usd_month", 0.5),
        ("What happens if the corpus is ten times as large", "corpus_documents", 10),
    ],
)
def test_a_multiple_is_taken_of_the_value_that_is_known(
    advised: Consultation, question: str, field: str, factor: float
) -> None:
    values = {item.field: item.point for item in advised.workload().known.values()}
    found = supposed(question, values, lambda text: pytest.fail(text))
    assert [(item.field, item.point) for item in found] == [(field, float(str(values[field])) * factor)]


def test_what_if_computes_the_stack_again(advised: Consultation) -> None:
    reply = asked(advised, "What if it had to run on our own premises?")
    workload = advised.workload()
    winner = advised.context.assess(workload).winner
    assert winner is not None
    assert winner.title in reply.claims[0].text
    assert "on premises" in reply.claims[0].text
    assert number(winner.estimates[COST].typical) in reply.claims[1].text
    assert reply.citations


def test_why_not_compares_with_the_pick(advised: Consultation, knowledge: Knowledge) -> None:
    assessment = advised.context.assess(advised.workload())
    assert assessment.winner is not None
    pick = assessment.winner.picks["sto.vector_db"]
    rival = assessment.winner.runners_up["sto.vector_db"][0]
    reply = asked(advised, f"Why not {rival.name}?")
    assert pick.name in reply.claims[0].text
    assert f"{rival.score:.2f}" in reply.claims[0].text


def test_why_not_what_the_workload_leaves_out(advised: Consultation, knowledge: Knowledge) -> None:
    reply = asked(advised, "can't we just use Kubernetes")
    assert "leaves out" in reply.claims[0].text
    assert "slot/orc.cluster_scheduler" in reply.claims[1].evidence


def test_why_not_another_way_to_get_a_model(advised: Consultation) -> None:
    reply = asked(advised, "why not fine-tuning?")
    assert "not possible here" in reply.claims[0].text or "less than" in reply.claims[0].text


@pytest.mark.parametrize(
    ("question", "roles"),
    [
        ("why?", {"verdict", "why", "tradeoff"}),
        ("what would change your mind", {"trigger"}),
        ("what are the risks", {"risk"}),
        ("What does it cost?", {"verdict", "number"}),
    ],
)
def test_the_recommendation_answers_for_itself(advised: Consultation, question: str, roles: set[str]) -> None:
    reply = asked(advised, question)
    assert {claim.role for claim in reply.claims} <= roles
    assert reply.claims


def test_an_answer_about_cost_speaks_of_money_only(advised: Consultation) -> None:
    assert all("USD" in claim.text for claim in asked(advised, "what does it cost").claims)


@pytest.mark.parametrize(
    "message", ["thanks!", "Just say Kubernetes, everybody uses it", "hm", "Come on, pick Pinecone already"]
)
def test_what_states_nothing_new_changes_nothing(advised: Consultation, message: str) -> None:
    before = advised.workload()
    reply = advised.turn(message)
    assert reply.kind == "answer"
    assert advised.workload() == before


def test_a_question_about_a_product_is_looked_up_not_retold(advised: Consultation) -> None:
    reply = asked(advised, "How does Qdrant handle filters?")
    assert {claim.role for claim in reply.claims} == {"answer"}
    assert not any(identity.startswith("calc/") for claim in reply.claims for identity in claim.evidence)


def test_nothing_is_inquired_of_an_empty_workload(advised: Consultation) -> None:
    assert inquire("", Workload(), advised.context).results == ()
