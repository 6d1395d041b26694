"""How much one caller may ask for."""

import asyncio

import httpx
import pytest

from service.http.desk import Desk
from service.http.limits import Limits, Refused, Turnstile
from tests.service.http.conftest import open_client


def test_a_bucket_empties_and_fills(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("service.http.limits.time.monotonic", lambda: now)
    turnstile = Turnstile(Limits(requests_per_minute=30))

    def asked() -> bool:
        try:
            with turnstile.passed("ada"):
                return True
        except Refused as refused:
            return not 0 < refused.retry_s <= 2

    assert [asked() for _ in range(32)] == [True] * 30 + [False] * 2
    with turnstile.passed("eve"):
        pass
    now += 2.0
    assert [asked(), asked()] == [True, False]
    now += 3600.0
    assert [asked() for _ in range(31)] == [True] * 30 + [False]


def test_what_runs_counts_until_it_ends() -> None:
    turnstile = Turnstile(Limits(requests_at_once=2))
    with turnstile.passed("ada"), turnstile.passed("ada"):
        with pytest.raises(Refused, match="at once"), turnstile.passed("ada"):
            pass
        with turnstile.passed("eve"):
            pass
    with pytest.raises(ValueError, match="broke"), turnstile.passed("ada"):
        raise ValueError("broke")
    with turnstile.passed("ada"), turnstile.passed("ada"):
        pass


async def test_a_caller_is_told_when_to_come_again(desk: Desk, key: str, other_key: str) -> None:
    desk.limits = Limits(requests_per_minute=3)
    async with open_client(desk, key) as client:
        statuses = [(await client.get("/v1/models")).status_code for _ in range(4)]
        refused = await client.get("/v1/consultations")
        assert (await client.get("/healthz")).status_code == 200
        other = await client.get("/v1/models", headers={"Authorization": f"Bearer {other_key}"})
    assert statuses == [200, 200, 200, 429]
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert other.status_code == 200


async def test_a_stream_counts_as_long_as_it_runs(desk: Desk, key: str) -> None:
    desk.limits = Limits(requests_at_once=1, stream_s=1)
    async with open_client(desk, key) as client:
        path = (await client.post("/v1/consultations", json={})).headers["Location"]
        stream = asyncio.create_task(client.get(f"{path}/events"))
        await asyncio.sleep(0.3)
        assert (await client.get(path)).status_code == 429
        assert (await stream).status_code == 200
        assert (await client.get(path)).status_code == 200


async def test_whoever_does_not_come_in_is_not_counted(
    desk: Desk, key: str, client: httpx.AsyncClient
) -> None:
    desk.limits = Limits(requests_per_minute=2)
    async with open_client(desk) as stranger:
        for _ in range(5):
            assert (await stranger.get("/v1/models")).status_code == 401
    async with open_client(desk, key) as ada:
        assert (await ada.get("/v1/models")).status_code == 200


async def test_a_reply_that_does_not_come_is_said(
    desk: Desk, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        return None

    monkeypatch.setattr(desk.reception, "reply", never)
    asked = {"model": "stackwright", "messages": [{"role": "user", "content": "hello"}]}
    async with open_client(desk, key) as client:
        whole = await client.post("/v1/chat/completions", json=asked)
        streamed = await client.post("/v1/chat/completions", json={**asked, "stream": True})
    assert whole.status_code == 504
    assert whole.json()["error"]["type"] == "server_error"
    assert '"server_error"' in streamed.text
    assert "[DONE]" not in streamed.text
