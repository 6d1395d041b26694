"""The MCP server as others meet it: a process of its own, spoken to by the SDK's client."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

AS_OF = "2026-11-24"
START_S = 60.0
"""How long a server may take to listen on a busy machine."""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tui.main", "mcp", "--as-of", AS_OF, *arguments]


def environment(home: Path, **extra: str) -> dict[str, str]:
    """Nothing of the user's settings; servers of one test run share the cache beside their homes."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home.parent / "cache"), **extra}


def over_stdio(home: Path, *arguments: str, **extra: str) -> StdioServerParameters:
    whole = command(*arguments)
    return StdioServerParameters(command=whole[0], args=whole[1:], env=environment(home, **extra))


class Caller(Protocol):
    """Who can call tools: the SDK's client, or one that connects anew for each call."""

    async def call_tool(self, name: str, arguments: dict[str, Any]) -> Any: ...


class Listening(NamedTuple):
    url: str
    process: "subprocess.Popen[str]"
    said: Path
    """Its standard error so far."""


@contextmanager
def over_http(home: Path, *arguments: str, **extra: str) -> Iterator[Listening]:
    """A server on a free port; stopped at the end."""
    home.mkdir(parents=True, exist_ok=True)
    said = home / "stderr.txt"
    with said.open("w") as errors:
        process = subprocess.Popen(
            command("--http", "--port", "0", *arguments),
            env=environment(home, **extra),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        yield Listening(_url(said, process), process, said)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _url(said: Path, process: "subprocess.Popen[str]") -> str:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        found = re.search(r"MCP on (http://\S+)", said.read_text())
        url = found[1].replace("//0.0.0.0:", "//127.0.0.1:") if found else ""
        if url and _accepts(url):
            return url
        time.sleep(0.05)
    raise AssertionError(f"The server did not start: {said.read_text()}")


def _accepts(url: str) -> bool:
    parts = httpx2.URL(url)
    try:
        with socket.create_connection((parts.host, parts.port or 80), timeout=1):
            return True
    except OSError:
        return False


def http_client(url: str, key: str = "") -> Client:
    """The SDK's client, with a key if there is one."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    session = httpx2.AsyncClient(headers=headers, timeout=60)
    return Client(streamable_http_client(url, http_client=session))


async def answer(client: Caller, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured content of a call that must succeed."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert not result.is_error, said(result)
    content: dict[str, Any] = result.structured_content
    return content


async def refusal(client: Caller, tool: str, **arguments: Any) -> str:
    """The words of a call that must be refused."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert result.is_error
    assert result.structured_content is None
    return said(result)


def said(result: CallToolResult) -> str:
    return "\n".join(item.text for item in result.content if item.type == "text")
