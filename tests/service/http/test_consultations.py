"""The native API: a consultation from its first message to its record, delivered once, resumed exactly."""

import asyncio
from typing import Any

import httpx
import pytest

from service.http.desk import Desk
from tests.service.http.conftest import events_of

OPENING = "RAG assistant over 50,000 documents on AWS, GDPR applies"
WAIT = {"Prefer": "respond-async, wait=30"}


@pytest.fixture
async def here(client: httpx.AsyncClient) -> str:
    """The path of a new consultation."""
    return str((await client.post("/v1/consultations", json={})).headers["Location"])


async def say(client: httpx.AsyncClient, here: str, message: str, **headers: str) -> dict[str, Any]:
    answer = await client.post(f"{here}/turns", json={"message": message}, headers={**WAIT, **headers})
    assert answer.status_code == 200, answer.text
    turn: dict[str, Any] = answer.json()
    return turn


async def test_a_consultation_from_opening_to_deletion(client: httpx.AsyncClient, here: str) -> None:
    first = await say(client, here, OPENING)
    assert first["reply"]["kind"] == "question"
    assert first["reply"]["question"]["number"] == 1
    assert {item["field"] for item in first["reply"]["updates"]} >= {
        "use_case",
        "corpus_documents",
        "compliance",
    }
    last = await say(client, here, "just recommend")
    assert last["reply"]["kind"] == "recommendation"
    assert last["reply"]["done"]
    assert last["reply"]["claims"]
    assert last["reply"]["citations"]
    assert (await client.get(f"{here}/turns/2")).json() == last
    assert (await client.get(f"{here}/turns")).json() == {"turns": [first, last]}
    assert (await client.get(f"{here}/turns?after=1")).json() == {"turns": [last]}
    shown = (await client.get(here)).json()
    assert shown["phase"] == "recommended"
    assert shown["turns"] == 2
    assert (await client.get("/v1/consultations")).json() == {"consultations": [shown]}
    assert (await client.get("/v1/consultations?offset=1")).json() == {"consultations": []}
    assert (await client.delete(here)).status_code == 204
    for method, path in (
        ("GET", here),
        ("DELETE", here),
        ("GET", f"{here}/turns/1"),
        ("GET", f"{here}/events"),
    ):
        assert (await client.request(method, path)).status_code == 404


async def test_a_message_that_is_not_waited_for_is_answered_all_the_same(
    client: httpx.AsyncClient, here: str
) -> None:
    receipt = await client.post(f"{here}/turns", json={"message": OPENING})
    assert receipt.status_code == 202
    assert receipt.json()["state"] == "waiting"
    assert receipt.headers["Location"] == f"{here}/turns/1"
    for _ in range(300):
        turn = (await client.get(receipt.headers["Location"])).json()
        if turn["state"] == "answered":
            break
        await asyncio.sleep(0.1)
    assert turn["reply"]["kind"] == "question"


async def test_a_key_is_one_message_however_often_it_comes(client: httpx.AsyncClient, here: str) -> None:
    first, *others = await asyncio.gather(
        *(say(client, here, OPENING, **{"Idempotency-Key": "event-1"}) for _ in range(5))
    )
    assert others == [first] * 4
    again = await client.post(
        f"{here}/turns", json={"message": "something else"}, headers={"Idempotency-Key": "event-1"}
    )
    assert again.status_code == 409
    assert "another message" in again.json()["detail"]
    assert len((await client.get(f"{here}/turns")).json()["turns"]) == 1


async def test_a_key_opens_one_consultation(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "ticket-7"}
    opened = [
        await client.post("/v1/consultations", json={"message": OPENING}, headers=headers) for _ in range(3)
    ]
    assert [answer.status_code for answer in opened] == [201] * 3
    assert len({answer.json()["consultation"]["id"] for answer in opened}) == 1
    assert [answer.json()["turn"]["turn"] for answer in opened] == [1, 1, 1]


async def test_undo_is_a_message(client: httpx.AsyncClient, here: str) -> None:
    await say(client, here, OPENING)
    await say(client, here, "Oh, and HIPAA applies too")
    undone = await say(client, here, "/undo")
    assert "taken back" in undone["reply"]["text"]
    record = (await client.get(f"{here}/record?form=json")).json()
    compliance = next(item["value"] for item in record["workload"] if item["field"] == "compliance")
    assert compliance == ["gdpr"]


async def test_events_are_the_stored_turns_and_resume_exactly(client: httpx.AsyncClient, here: str) -> None:
    await say(client, here, OPENING)
    await say(client, here, "just recommend")
    answer = await client.get(f"{here}/events?follow=false")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer.text)
    names = [event["event"] for event in events]
    assert names[:4] == ["turn.accepted", "turn.reply.notes", "turn.reply.question", "turn.done"]
    assert names[4:6] == ["turn.accepted", "turn.reply.notes"]
    assert names.count("turn.reply.claim") > 3
    assert names[-1] == "turn.done"
    turns = (await client.get(f"{here}/turns")).json()["turns"]
    assert [event["data"]["text"] for event in events if event["event"] == "turn.done"] == [
        turn["reply"]["text"] for turn in turns
    ]
    assert events == events_of((await client.get(f"{here}/events?follow=false")).text)
    for place, event in enumerate(events):
        rest = await client.get(f"{here}/events?follow=false", headers={"Last-Event-ID": event["id"]})
        assert events_of(rest.text) == events[place + 1 :], event["id"]


async def test_a_follower_sees_turns_as_they_come(desk: Desk, client: httpx.AsyncClient, here: str) -> None:
    following = asyncio.create_task(client.get(f"{here}/events"))
    await asyncio.sleep(0.3)
    await say(client, here, OPENING)
    events = events_of((await following).text)
    assert [event["event"] for event in events] == [
        "turn.accepted",
        "turn.reply.notes",
        "turn.reply.question",
        "turn.done",
    ]


async def test_a_follower_is_let_go_when_the_process_ends(
    desk: Desk, client: httpx.AsyncClient, here: str
) -> None:
    desk.draining = True
    assert (await asyncio.wait_for(client.get(f"{here}/events"), 1.5)).status_code == 200
    assert (await client.get("/readyz")).status_code == 503


@pytest.mark.parametrize("place", ["x", "1", "1.", "-1.0", "1.0.0", "9999999999.1", "١.١"])
async def test_a_place_that_is_none_of_ours_is_refused(
    client: httpx.AsyncClient, here: str, place: str
) -> None:
    sent = httpx.Headers([(b"Last-Event-ID", place.encode())])
    answer = await client.get(f"{here}/events", headers=sent)
    assert answer.status_code == 422


async def test_records_in_each_form(client: httpx.AsyncClient, here: str) -> None:
    nothing = await client.get(f"{here}/record")
    assert nothing.status_code == 409
    assert "nothing to export" in nothing.json()["detail"]
    await say(client, here, "RAG over 5,000 <script>alert(1)</script> documents")
    for form, media in (("markdown", "text/markdown"), ("json", "application/json"), ("html", "text/html")):
        record = await client.get(f"{here}/record?form={form}")
        assert record.status_code == 200
        assert record.headers["content-type"].startswith(media)
        assert record.headers["content-security-policy"].startswith("default-src 'none'")
        assert record.headers["x-content-type-options"] == "nosniff"
        assert form == "json" or "<script>" not in record.text
    assert (await client.get(f"{here}/record?form=pdf")).status_code == 422


async def test_a_state_that_cannot_be_read_is_said(desk: Desk, client: httpx.AsyncClient, here: str) -> None:
    await say(client, here, OPENING)
    with desk.store.transaction() as rows:
        rows("UPDATE checkpoints SET checkpoint = x'c1c1c1c1'")
    answer = await client.get(f"{here}/record")
    assert answer.status_code == 409
    assert "can't be read" in answer.text
    assert len((await client.get(f"{here}/turns")).json()["turns"]) == 1
    assert (await say(client, here, "just recommend"))["reply"]["kind"] == "error"
    assert (await say(client, here, OPENING))["reply"]["kind"] == "question"


async def test_what_is_asked_is_said_to_be_wrong_without_repeating_it(
    client: httpx.AsyncClient, here: str
) -> None:
    wrong: tuple[Any, ...] = (
        {},
        {"message": ""},
        {"message": " \n"},
        {"message": "ocelot" * 4000},
        {"message": {"ocelot": 1}},
        {"message": "hello", "massage": "ocelot"},
        ["ocelot"],
        "ocelot",
    )
    for body in wrong:
        answer = await client.post(f"{here}/turns", json=body)
        assert answer.status_code == 422, body
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["faults"]
        assert "ocelot" not in answer.text
    assert (await client.get(f"{here}/turns")).json() == {"turns": []}
