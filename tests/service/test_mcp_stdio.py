"""`stackwright mcp` as a subprocess: a whole consultation by the SDK's client, and nothing but protocol on stdout."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.types import CallToolResult

from tests.service.mcp_interview import USER, consult
from tests.service.mcp_processes import answer, command, environment, over_stdio, refusal, said
from tools.registry import REGISTRY

HELLO = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_whole_consultation(tmp_path: Path, mode: str) -> None:
    async with Client(over_stdio(tmp_path), mode=mode) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert tools > set(REGISTRY)
        workload, asked = await consult(client)
        assert asked[0] == "purpose"
        assert 3 <= len(asked) <= 10
        assert set(workload) >= {"use_case", "residency", "request_rate_rps"}
        summary = await answer(client, "assess", workload=workload)
        told = await answer(client, "explain", workload=workload)
    assert summary["winner"]["slots"]
    assert summary["winner"]["numbers"]["monthly_total_cost_usd"]["unit"] == "USD/month"
    assert summary["workload_hash"] == told["workload_hash"]
    verdict = next(item for item in told["sentences"] if item["role"] == "verdict")
    assert summary["winner"]["title"] in verdict["text"]
    assert set(verdict["evidence"]) <= {item["id"] for item in told["evidence"]}


async def test_a_refusal_leaves_the_server_at_work(tmp_path: Path) -> None:
    async with Client(over_stdio(tmp_path)) as client:
        assert "Did you mean use_case" in await refusal(client, "assess", workload={"use_cases": "rag"})
        assert (await answer(client, "size-vectors", count=1e6, dims=768))["result"]


async def test_two_processes_give_the_same_bytes(tmp_path: Path) -> None:
    texts = []
    for seed in ("0", "4711"):
        async with Client(over_stdio(tmp_path, PYTHONHASHSEED=seed)) as client:
            results = [
                await client.call_tool(tool, {"workload": USER})
                for tool in ("next_question", "assess", "explain")
            ]
            assert all(isinstance(item, CallToolResult) and not item.is_error for item in results)
            texts.append([said(item) for item in results if isinstance(item, CallToolResult)])
    assert texts[0] == texts[1]


def test_stdout_holds_messages_alone_and_stderr_nothing_that_was_sent(tmp_path: Path) -> None:
    secret = "Cobalt-Heron-77"
    lines = [
        json.dumps(HELLO | {"method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": secret, "version": "1"}}}),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json.dumps(HELLO | {"id": 2}),
        f"not JSON: {secret}",
        json.dumps(HELLO | {"id": 3, "method": "tools/call",
                            "params": {"name": "search_knowledge", "arguments": {"question": secret}}}),
        json.dumps(HELLO | {"id": 4, "method": "tools/call", "params": {"name": secret, "arguments": {}}}),
        json.dumps(HELLO | {"id": 5, "method": "tools/call", "params": {"name": 7, "arguments": secret}}),
    ]  # fmt: skip
    with subprocess.Popen(
        command(),
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join([*lines, ""]))
        process.stdin.flush()
        answers: list[dict[str, Any]] = []
        while {item.get("id") for item in answers} < {1, 2, 3, 4, 5}:
            answers.append(json.loads(process.stdout.readline()))
        rest, errors = process.communicate(timeout=60)
    assert all(item["jsonrpc"] == "2.0" for item in answers)
    assert rest == ""
    assert secret not in errors
    assert "Traceback" not in errors
    assert process.returncode == 0
