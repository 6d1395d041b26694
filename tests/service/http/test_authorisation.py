"""Every route, for everybody who may not: nothing comes out, and another's consultation looks like none."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.datastructures import Headers

from service.http.callers import Callers, CallerUnknown, is_local
from service.http.desk import Desk
from service.loopback import is_loopback
from tests.service.http.conftest import open_client

SECRET = "aardvark"
"""A word of ada's consultation that no one else may see."""
JSON = {"json": {"message": "tell me"}}


@pytest.fixture
async def consultation(client: httpx.AsyncClient) -> str:
    """A consultation of ada's, answered."""
    opened = await client.post("/v1/consultations", json={"message": f"RAG for {SECRET} keepers"})
    identity = opened.json()["consultation"]["id"]
    await client.post(
        f"/v1/consultations/{identity}/turns", json={"message": "hello"}, headers={"Prefer": "wait=30"}
    )
    return str(identity)


def routes(session: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, arguments) of every route behind the gate, about this consultation where it is about one."""
    here = f"/v1/consultations/{session}"
    yield from (
        ("GET", "/v1/models", {}),
        ("GET", "/v1/models/stackwright", {}),
        (
            "POST",
            "/v1/chat/completions",
            {"json": {"model": "stackwright", "messages": [{"role": "user", "content": "hello"}]}},
        ),
        ("POST", "/v1/consultations", JSON),
        ("GET", "/v1/consultations", {}),
        ("GET", here, {}),
        ("GET", f"{here}/turns", {}),
        ("GET", f"{here}/turns/1", {}),
        ("GET", f"{here}/events?follow=false", {}),
        ("GET", f"{here}/events", {}),
        ("GET", f"{here}/record", {}),
        ("POST", f"{here}/turns", JSON),
        ("DELETE", here, {}),
        ("GET", "/openapi.json", {}),
        ("GET", "/nowhere", {}),
    )


def test_the_matrix_knows_every_route(desk: Desk) -> None:
    """A route that is added has to be added here as well."""
    from service.http import chat, consultations

    known = {(method, path.partition("?")[0]) for method, path, _ in routes("{identity}")}
    served = {
        (method, route.path.replace("{model}", "stackwright").replace("{number}", "1"))
        for router in (chat.router, consultations.router)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert served <= known


@pytest.mark.parametrize("who", ["nobody", "wrong", "revoked", "another scheme", "local"])
async def test_without_a_key_nothing_opens(
    desk: Desk, consultation: str, key: str, revoked_key: str, who: str
) -> None:
    sent = {"nobody": "", "wrong": "Bearer swk_wrong", "revoked": f"Bearer {revoked_key}"}
    sent |= {"another scheme": f"Basic {key}", "local": "Bearer local"}
    async with open_client(desk) as client:
        for method, path, arguments in routes(consultation):
            headers = {"Authorization": sent[who]} if sent[who] else {}
            answer = await client.request(method, path, headers=headers, **arguments)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert SECRET not in answer.text
            assert consultation not in answer.text


async def test_anothers_consultation_is_one_that_is_not_there(
    desk: Desk, client: httpx.AsyncClient, consultation: str, other_key: str
) -> None:
    async with open_client(desk, other_key) as eve:
        for (method, path, arguments), (_, nowhere, _) in zip(
            routes(consultation), routes("no-such"), strict=True
        ):
            answer = await eve.request(method, path, **arguments)
            assert SECRET not in answer.text, (method, path)
            if path != nowhere:
                missing = await eve.request(method, nowhere, **arguments)
                assert (answer.status_code, answer.text) == (missing.status_code, missing.text)
                assert answer.status_code == 404
    assert (await client.get(f"/v1/consultations/{consultation}")).status_code == 200


async def test_a_key_that_is_revoked_closes_at_once(
    desk: Desk, client: httpx.AsyncClient, consultation: str
) -> None:
    from service.keys import revoke_key

    assert (await client.get(f"/v1/consultations/{consultation}")).status_code == 200
    revoke_key(desk.store, "ada")
    assert (await client.get(f"/v1/consultations/{consultation}")).status_code == 401


async def test_a_stream_ends_when_its_key_is_revoked(
    desk: Desk, client: httpx.AsyncClient, consultation: str
) -> None:
    from service.http.events import Position, follow
    from service.keys import revoke_key

    events = follow(desk, Headers(client.headers), "key:ada", consultation, Position(), wait=True)
    seen = [await anext(events), await anext(events)]
    revoke_key(desk.store, "ada")
    await desk.reception.accept("key:ada", consultation, "said after the key was revoked")
    seen += [event async for event in events]
    assert not any("after the key was revoked" in str(event.data) for event in seen)


@pytest.mark.parametrize(
    ("headers", "local"),
    [
        ({"Host": "127.0.0.1:8321"}, True),
        ({"Host": "localhost"}, True),
        ({"Host": "[::1]:8321"}, True),
        ({"Host": "127.0.0.1:8321", "Origin": "http://localhost:3000"}, True),
        ({"Host": "127.0.0.1:8321", "Origin": "http://[::1]"}, True),
        ({}, False),
        ({"Host": ""}, False),
        ({"Host": "evil.example"}, False),
        ({"Host": "localhost.evil.example"}, False),
        ({"Host": "127.0.0.1.evil.example"}, False),
        ({"Host": "evil.example@127.0.0.1"}, False),
        ({"Host": "127.0.0.1@evil.example"}, False),
        ({"Host": "0.0.0.0:8321"}, False),
        ({"Host": "10.0.0.1"}, False),
        ({"Host": "[::1"}, False),
        ({"Host": "127.0.0.1", "Origin": "null"}, False),
        ({"Host": "127.0.0.1", "Origin": "https://evil.example"}, False),
        ({"Host": "127.0.0.1", "Origin": "http://localhost.evil.example"}, False),
        ({"Host": "127.0.0.1", "Origin": "file://"}, False),
        ({"Host": "127.0.0.1", "Origin": "http://[bad"}, False),
    ],
)
async def test_without_a_key_only_this_machines_pages_are_answered(
    desk: Desk, headers: dict[str, str], local: bool
) -> None:
    assert is_local(Headers(headers)) is local
    callers = Callers(desk.store, key_needed=False)
    for also in ({}, {"Authorization": "Bearer local"}, {"Authorization": "Bearer "}):
        if local:
            assert await callers.owner(Headers({**headers, **also})) == "local"
        else:
            with pytest.raises(CallerUnknown) as refused:
                await callers.owner(Headers({**headers, **also}))
            assert refused.value.status == 403


def test_two_hosts_or_origins_must_both_be_local() -> None:
    def headers(*pairs: tuple[str, str]) -> Headers:
        return Headers(raw=[(name.encode(), value.encode()) for name, value in pairs])

    assert not is_local(headers(("host", "127.0.0.1"), ("host", "localhost")))
    assert not is_local(
        headers(("host", "127.0.0.1"), ("origin", "http://localhost"), ("origin", "http://evil"))
    )


async def test_on_this_machine_a_key_has_to_open_all_the_same(desk: Desk, key: str) -> None:
    callers = Callers(desk.store, key_needed=False)
    anywhere = {"Host": "advisor.example"}
    assert await callers.owner(Headers({**anywhere, "Authorization": f"bearer {key}"})) == "key:ada"
    with pytest.raises(CallerUnknown, match="doesn't open"):
        await callers.owner(Headers({"Host": "localhost", "Authorization": "Bearer sk-123"}))


@pytest.mark.parametrize(
    ("name", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("LOCALHOST", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.168.0.1", False),
        ("example.com", False),
        ("0x7f000001", False),
    ],
)
def test_what_is_this_machine(name: str, loopback: bool) -> None:
    assert is_loopback(name) is loopback
