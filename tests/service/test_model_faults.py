"""Each fault of a model's endpoint at each place where it is asked: the rules' own answer, and an honest word."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from agent.model_port import EndpointModel
from agent.sessions import SessionStore
from service.backend import Backend
from service.office import Office
from tests.agent.endpoint_faults import FAULTS, HARMLESS, SLOW
from tests.agent.fake_openai import (
    Answer,
    Body,
    FakeOpenAI,
    facts,
    fake_openai,
    is_reading,
    phrased,
    sentences,
)
from tests.service.http.conftest import serving

LIMIT_S = 0.8
"""For an answer of the fake endpoint where the test waits for the limit; else there is no hurry."""


class Cell(NamedTuple):
    """A message of the consultation, and where its turn meets the fault."""

    message: str
    site: str
    kind: str


TURNS = (
    Cell("RAG assistant for 200 lawyers, 50,000 documents, EU only", "read", "question"),
    Cell("just recommend", "phrase", "recommendation"),
    Cell("The budget is 6,000 EUR a month, just recommend", "repair", "recommendation"),
    Cell("Why do I need no Kubernetes?", "read", "answer"),
)


class Endpoint:
    """An endpoint that answers well, but at one place."""

    def __init__(self, server: FakeOpenAI) -> None:
        self.server, self.model = server, EndpointModel("openai/fake", server.base_url, "sk-test")
        self.site, self.fault, self.met = "", Answer(), 0
        server.script = self._answer

    def _answer(self, body: Body) -> Answer:
        site = "read" if is_reading(body) else "repair" if len(body["messages"]) > 2 else "phrase"
        if site == self.site:
            self.met += 1
            return self.fault
        if site == "read":
            return facts()
        harm = " It saves 40 %." if self.site == "repair" else ""
        return phrased({key: text + harm for key, text in sentences(body).items()})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SessionStore]:
    with Backend(folder=tmp_path).opened() as store:
        yield store


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with fake_openai() as server:
        yield Endpoint(server)


def office_with(office: Office, model: EndpointModel | None) -> Office:
    """An office with this model, on the index of the other one."""
    own = Office(office.knowledge, model=model, as_of=office.as_of, assessments=office.assessments)
    vars(own)["retriever"] = office.retriever
    return own


def answered(office: Office, store: SessionStore, session: str, message: str) -> dict[str, Any]:
    """The stored reply to one more message, answered as a worker answers it."""
    turn = store.accept(session, message).turn
    assert office.answer(store, session) == 1
    row = store.turn(session, turn)
    assert row is not None
    assert row.reply is not None
    return row.reply


@pytest.fixture(scope="module")
def plain(office: Office, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The replies where no model is used."""
    with Backend(folder=tmp_path_factory.mktemp("plain")).opened() as store:
        session = store.create({})
        replies = [answered(office, store, session, cell.message) for cell in TURNS]
    assert [reply["kind"] for reply in replies] == [cell.kind for cell in TURNS]
    return replies


def told(reply: dict[str, Any]) -> dict[str, Any]:
    """What a reply says of the workload: all but the notices."""
    return {name: reply[name] for name in ("kind", "updates", "question", "claims", "rejected")}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_costs_a_notice_and_no_answer(
    name: str, endpoint: Endpoint, office: Office, store: SessionStore, plain: list[dict[str, Any]]
) -> None:
    served = office_with(office, endpoint.model)
    endpoint.fault = FAULTS[name]
    if name in SLOW:
        endpoint.model.timeout_s = LIMIT_S
    session = store.create({})
    for cell, expected in zip(TURNS, plain, strict=True):
        endpoint.site, endpoint.met = cell.site, 0
        reply = answered(served, store, session, cell.message)
        place = f"{name} at {cell.site} of a {cell.kind}"
        assert told(reply) == told(expected), place
        assert endpoint.met, place
        assert sum("built-in" in notice for notice in reply["notices"]) == 1, place
        assert reply["engine"] == "rules", place
        assert served.breaker.failures == (2 if name in SLOW else 1), place
        served.breaker.answered()


@pytest.mark.parametrize("name", HARMLESS)
def test_rows_that_cannot_be_used_change_nothing(
    name: str, endpoint: Endpoint, office: Office, store: SessionStore, plain: list[dict[str, Any]]
) -> None:
    served = office_with(office, endpoint.model)
    endpoint.fault = HARMLESS[name]
    session = store.create({})
    for cell, expected in zip(TURNS, plain, strict=True):
        endpoint.site, endpoint.met = cell.site, 0
        reply = answered(served, store, session, cell.message)
        assert told(reply) == told(expected), f"{name} at {cell.site} of a {cell.kind}"
        assert endpoint.met
        assert reply["engine"] == endpoint.model.name
    assert served.breaker.failures == 0


@pytest.mark.parametrize("site", ["read", "phrase", "repair"])
def test_an_endpoint_that_goes_away_costs_no_more(
    site: str, endpoint: Endpoint, office: Office, store: SessionStore, plain: list[dict[str, Any]]
) -> None:
    """From this call on nobody listens at its address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    served = office_with(office, endpoint.model)
    answers = endpoint.server.script
    before = {"read": 0, "phrase": 1, "repair": 2}[site]
    endpoint.site, endpoint.fault = "repair", phrased({})
    if not before:
        endpoint.model.base_url = nobody

    def answer(body: Body) -> Answer:
        if len(endpoint.server.requests) == before:
            endpoint.model.base_url = nobody
        return answers(body)

    endpoint.server.script = answer
    message = f"{TURNS[0].message}. {TURNS[1].message}"
    reply = answered(served, store, store.create({}), message)
    assert len(endpoint.server.requests) == before
    assert reply["kind"] == "recommendation"
    known = {(item["field"], str(item["value"])) for item in reply["updates"]}
    assert known >= {(item["field"], str(item["value"])) for item in plain[0]["updates"]}
    assert sum("can't be reached. The built-in" in notice for notice in reply["notices"]) == 1


def test_what_one_consultation_finds_out_holds_for_the_next(
    endpoint: Endpoint, office: Office, store: SessionStore
) -> None:
    served = office_with(office, endpoint.model)
    endpoint.site, endpoint.fault = "read", FAULTS["500"]
    for _ in range(3):
        answered(served, store, store.create({}), TURNS[0].message)
    assert len(endpoint.server.requests) == 3
    session = store.create({})
    replies = [answered(served, store, session, message) for message in (TURNS[0].message, "GDPR applies")]
    assert len(endpoint.server.requests) == 3
    told = [[notice for notice in reply["notices"] if "left alone" in notice] for reply in replies]
    assert [len(notices) for notices in told] == [1, 0]
    assert not any("are sent to" in notice for reply in replies for notice in reply["notices"])


def test_a_model_that_was_given_up_is_tried_again_by_one_call(
    endpoint: Endpoint, office: Office, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = office_with(office, endpoint.model)
    endpoint.site, endpoint.fault = "read", FAULTS["500"]
    for _ in range(3):
        answered(served, store, store.create({}), TURNS[0].message)
    monkeypatch.setattr(served.breaker, "quiet_s", 0.0)
    endpoint.site = ""
    assert answered(served, store, store.create({}), TURNS[0].message)["engine"] == "openai/fake"
    assert served.breaker.failures == 0


@pytest.mark.slow
def test_a_dripping_endpoint_holds_nobody_up(endpoint: Endpoint, tmp_path: Path) -> None:
    """Four consultations meet it, as many as the worker has threads; the fifth one is answered all the same.

    All four must have asked before the first is given up: the model is left alone then.
    """
    seconds = 4.0
    endpoint.server.script = lambda body: (
        Answer(drip="body") if "dripping" in body["messages"][1]["content"] else facts()
    )
    settings = {
        "STACKWRIGHT_MODEL": "openai/fake",
        "STACKWRIGHT_BASE_URL": endpoint.server.base_url,
        "STACKWRIGHT_MODEL_SECONDS": str(seconds),
    }
    with (
        serving(tmp_path, "--workers", "1", **settings) as served,
        httpx.Client(base_url=served.url, timeout=60) as client,
    ):

        def begun(message: str, wait: int = 0) -> dict[str, Any]:
            path = client.post("/v1/consultations", json={}).headers["Location"]
            answer = client.post(
                f"{path}/turns", json={"message": message}, headers={"Prefer": f"wait={wait}"}
            )
            return {"path": path, **answer.json()}

        dripped = [begun(f"A dripping RAG assistant for {number}00 lawyers") for number in (2, 3, 4, 5)]
        until = time.monotonic() + 60
        while len(endpoint.server.requests) < len(dripped) and time.monotonic() < until:
            time.sleep(0.05)
        assert len(endpoint.server.requests) == len(dripped)
        innocent = begun("RAG assistant for 20 lawyers", wait=10 * int(seconds))
        replies = [client.get(f"{each['path']}/turns/1").json()["reply"] for each in dripped]
        assert served.stop() == 0
    assert innocent["reply"]["kind"] == "question"
    for reply in replies:
        assert reply["kind"] == "question", served.lines
        assert any(f"within {seconds:g} s. The built-in reader" in notice for notice in reply["notices"])
    for _ in dripped:
        assert endpoint.server.hung_up.acquire(timeout=30)
