"""Worker, Slack's front end and MCP tell the collector what they do, without anybody's words."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.office import Office
from service.telemetry import ENDPOINT, measured
from tests.agent.fake_openai import Answer, facts, fake_openai

from .collector import Collector
from .fake_slack import FakeSlack, until
from .http.conftest import serving
from .mcp_processes import http_client, over_http
from .slack_front import working
from .test_slack_crash import process

SECRET = "ocelot"


def named(collector: Collector, span: str) -> dict[str, str]:
    """Attributes of the last span of this name."""
    found = [each for each in collector.spans() if each.name == span]
    return {item.key: item.value.string_value for item in found[-1].attributes}


def test_a_worker_tells_of_its_answers_and_of_the_model(tmp_path: Path, collector: Collector) -> None:
    answers = iter([facts(), Answer(SECRET, status=500)])
    with fake_openai() as server:
        server.script = lambda body: next(answers)
        settings = {
            ENDPOINT: collector.address,
            "STACKWRIGHT_MODEL": "openai/fake",
            "STACKWRIGHT_BASE_URL": server.base_url,
        }
        with serving(tmp_path, "--workers", "1", **settings) as served:
            path = httpx.post(f"{served.url}/v1/consultations", json={}).headers["Location"]
            for message in (f"RAG for an {SECRET}", "GDPR applies"):
                body, headers = {"message": message}, {"Prefer": "wait=50"}
                reply = httpx.post(f"{served.url}{path}/turns", json=body, headers=headers, timeout=60)
                assert reply.json()["reply"]["kind"] == "question"
            assert served.stop() == 0
    assert {"stackwright.answer.duration", "stackwright.model.duration"} <= collector.measures()
    failed = named(collector, "stackwright.model")
    assert failed["stackwright.model.name"] == "openai/fake"
    assert failed["stackwright.model.error"] == "ModelUnavailable"
    assert [each.name for each in collector.spans()].count("stackwright.answer") == 2
    assert SECRET not in str(collector.received)


async def test_slack_tells_of_its_postings(
    tmp_path: Path, collector: Collector, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeSlack().running() as slack:
        with working(tmp_path, office):
            monkeypatch.setenv(ENDPOINT, collector.address)
            with process(slack, tmp_path) as front:
                await slack.connected()
                await slack.say(f"RAG for an {SECRET}", "D1ONE")
                await until(lambda: bool(slack.replies("D1ONE")), 60)
                front.send_signal(signal.SIGTERM)
                assert await asyncio.to_thread(front.wait, 30) == 0
    assert "stackwright.posting.duration" in collector.measures()
    assert named(collector, "stackwright.posting") == {"stackwright.posting.state": "posted"}
    assert SECRET not in str(collector.received)


async def test_mcp_tells_of_its_tools(tmp_path: Path, collector: Collector) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("search_knowledge", {"question": SECRET}),
        ("size-vectors", {"count": SECRET}),
    ]
    with over_http(tmp_path, **{ENDPOINT: collector.address}) as server:
        async with http_client(server.url) as client:
            for tool, arguments in calls:
                await client.call_tool(tool, arguments)
            with pytest.raises(Exception, match="tool"):
                await client.call_tool(SECRET, {})
        server.process.terminate()
        assert await asyncio.to_thread(server.process.wait, 30) == 0
    assert "stackwright.tool.duration" in collector.measures()
    assert named(collector, "stackwright.tool") == {
        "stackwright.tool.name": "size-vectors",
        "stackwright.tool.outcome": "refused",
    }
    assert SECRET not in str(collector.received)


def test_nothing_is_imported_where_no_collector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT, raising=False)
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry", None)
    with measured("work", kind="test") as attributes:
        attributes["more"] = "1"
    assert attributes == {"kind": "test", "more": "1"}
