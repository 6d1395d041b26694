"""What one process's consultations share: a model that fails is left alone by all of them, for a while."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

from agent import assessments
from agent.breaker import ALLOWED, Breaker
from agent.model_port import Message
from agent.sessions import SessionStore
from knowledge import Knowledge
from knowledge.errors import ModelUnavailable
from service.backend import Backend
from service.office import Office

from .conftest import AS_OF


class Away:
    """A model that is never there."""

    name = "away"
    timeout_s = 1.0

    def __init__(self) -> None:
        self.asked = 0

    def complete(self, messages: Sequence[Message], schema: dict[str, Any], most_s: float = 0.0) -> NoReturn:
        self.asked += 1
        raise ModelUnavailable("The model doesn't answer.")


def answer_anew(office: Office, store: SessionStore) -> None:
    session = store.create({}, "ada")
    store.accept(session, "RAG over 50,000 documents on AWS")
    assert office.answer(store, session) == 1


def test_a_model_that_failed_elsewhere_is_left_alone(tmp_path: Path, knowledge: Knowledge) -> None:
    model = Away()
    office = Office(knowledge, model=model, as_of=AS_OF, breaker=Breaker(quiet_s=0.0))
    with Backend(folder=tmp_path).opened() as store:
        for _ in range(ALLOWED + 1):
            answer_anew(office, store)
        tried_again = model.asked - ALLOWED
        office = Office(knowledge, model=model, as_of=AS_OF)
        model.asked = 0
        for _ in range(2 * ALLOWED):
            answer_anew(office, store)
    assert tried_again == 1
    assert model.asked == ALLOWED


def test_a_message_after_a_recommendation_finds_its_assessment(
    tmp_path: Path, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though every message opens the consultation anew."""
    office = Office(knowledge, as_of=AS_OF)
    with Backend(folder=tmp_path).opened() as store:
        session = store.create({}, "ada")
        store.accept(session, "RAG over 50,000 documents on AWS, just recommend")
        assert office.answer(store, session) == 1
        monkeypatch.setattr(assessments, "assess", None)
        turn = store.accept(session, "Why do I need no Kubernetes?").turn
        assert office.answer(store, session) == 1
        row = store.turn(session, turn)
    assert row is not None
    assert row.reply is not None
    assert row.reply["kind"] == "answer"
