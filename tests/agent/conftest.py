"""What the tests of the agent share: the knowledge, one date, and a consultation in memory."""

from collections.abc import Callable
from datetime import date

import pytest

from agent.consultation import Consultation, open_consultation
from agent.context import TurnContext
from knowledge import Knowledge, load

AS_OF = date(2026, 11, 24)


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load()


@pytest.fixture(scope="session")
def context(knowledge: Knowledge) -> TurnContext:
    """Handles without a model; the retriever is opened once for all tests."""
    return TurnContext(knowledge=knowledge, as_of=AS_OF)


def share(context: TurnContext, consultation: Consultation) -> None:
    """Give a consultation the retriever and the assessments of `context`: both depend on the knowledge alone."""
    consultation.context.shared_retriever = context.retriever
    consultation.context.assessments = context.assessments


@pytest.fixture
def consult(knowledge: Knowledge, context: TurnContext) -> Callable[[], Consultation]:
    """Opens consultations in memory that share what is slow to make."""

    def opened() -> Consultation:
        consultation = open_consultation(knowledge=knowledge, as_of=AS_OF)
        share(context, consultation)
        return consultation

    return opened
