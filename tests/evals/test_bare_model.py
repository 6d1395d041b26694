"""The model without our tools, against an endpoint of our own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from agent.model_port import open_model
from evals.bare_model import run_bare_model
from evals.case import RealCase
from evals.case_files import CaseSet
from tests.agent.fake_openai import Answer, FakeOpenAI, fake_openai, json_answer

RIGHT = {
    "vector_store": ["pgvector"],
    "retrieval": ["hybrid"],
    "model_strategy": ["managed_api"],
    "cluster": ["none"],
}


@pytest.fixture(scope="module")
def server() -> Iterator[FakeOpenAI]:
    with fake_openai() as running:
        yield running


@pytest.fixture
def case(invented: CaseSet) -> RealCase:
    found = invented.cases["library-search"]
    assert isinstance(found, RealCase)
    return found


def ask(server: FakeOpenAI, case: RealCase, answer: Answer) -> Any:
    server.reset()
    server.say(answer)
    return run_bare_model(open_model("openai/local-model", server.base_url), [case])


def test_a_right_answer_passes(server: FakeOpenAI, case: RealCase) -> None:
    run = ask(server, case, json_answer(RIGHT))
    assert run.scores[case.id].passed
    assert run.unanswered == {}


@pytest.mark.parametrize("answer", [{**RIGHT, "cluster": ["eks"]}, {}, [], {"vector_store": "pgvector"}])
def test_a_wrong_or_shapeless_answer_fails(server: FakeOpenAI, case: RealCase, answer: Any) -> None:
    run = ask(server, case, json_answer(answer))
    assert not run.scores[case.id].passed


def test_the_prompt_holds_the_persona_and_every_known_fact_but_nothing_expected(
    server: FakeOpenAI, case: RealCase
) -> None:
    ask(server, case, json_answer(RIGHT))
    (sent,) = server.requests
    system, user = (message["content"] for message in sent["messages"])
    assert user.startswith(case.persona)
    assert "request_rate: 200 questions a day" in user
    assert "unknown" not in user
    assert "pgvector" in system
    told = json.dumps(sent)
    assert not any(mention.why in told for mention in case.expectations.required_mentions)


def test_a_case_without_an_answer_counts_for_nobody(server: FakeOpenAI, case: RealCase) -> None:
    run = ask(server, case, Answer("overloaded", status=500))
    assert run.scores == {}
    assert "failed" in run.unanswered[case.id]
