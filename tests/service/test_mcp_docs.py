"""docs/mcp.md: every example value is what the server answers, and every configuration starts the server."""

import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from mcp import Client
from mcp.types import CallToolResult

from knowledge import load
from service.advisor import Advisor
from service.mcp_server import build_server
from service.office import Office
from tests.service.mcp_processes import said
from tui.main import parser

KEY_VARIABLE = "STACKWRIGHT_KEY"
"""Where clients keep the key; the server reads no such variable."""
PAGE = (Path(__file__).parents[2] / "docs" / "mcp.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\S+) (\S+)\n(.*?)^```$", PAGE, re.M | re.S)


class Example(NamedTuple):
    tool: str
    arguments: dict[str, Any]
    refused: bool
    shown: Any


def examples() -> list[Example]:
    blocks = [(kind, json.loads(text)) for form, kind, text in BLOCKS if form == "json" and kind != "config"]
    pairs = zip(blocks[::2], blocks[1::2], strict=True)
    return [Example(tool, given, kind == "refusal", shown) for (tool, given), (kind, shown) in pairs]


def missing(shown: Any, actual: Any, place: str = "") -> list[str]:
    """Places where an excerpt says what the answer doesn't; items of a list may be left out, not moved."""
    if isinstance(shown, dict) and isinstance(actual, dict):
        return [
            fault
            for key, value in shown.items()
            for fault in (
                missing(value, actual[key], f"{place}.{key}") if key in actual else [f"{place}.{key}"]
            )
        ]
    if isinstance(shown, list) and isinstance(actual, list):
        rest = iter(actual)
        return [
            f"{place}: {item}"
            for item in shown
            if not any(not missing(item, other) for other in rest)
        ]  # fmt: skip
    return [] if shown == actual else [f"{place}: {shown!r} is {actual!r}"]


@pytest.mark.parametrize("number", range(len(examples())))
async def test_an_example_holds(number: int) -> None:
    tool, arguments, refused, shown = examples()[number]
    async with Client(build_server(Advisor(Office(load(), as_of=date(2026, 11, 24))))) as client:
        result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert bool(result.is_error) == refused
    assert missing(shown, said(result) if refused else result.structured_content) == []
    assert shown


def test_a_value_that_is_not_answered_is_found() -> None:
    actual = {"a": [{"b": 1}, {"b": 2}], "c": None}
    assert missing({"a": [{"b": 2}], "c": None}, actual) == []
    assert missing({"a": [{"b": 2}, {"b": 1}]}, actual)
    assert missing({"a": [{"b": 3}]}, actual)
    assert missing({"d": 1}, actual) == [".d"]


def servers() -> list[dict[str, Any]]:
    """The server's entry in each configuration."""
    read = {"json": json.loads, "toml": tomllib.loads}
    contents = [read[form](text) for form, kind, text in BLOCKS if kind == "config"]
    return [next(content[key] for key in KEYS if key in content)["stackwright"] for content in contents]


KEYS = ("mcpServers", "servers", "mcp_servers")


def test_every_configuration_starts_or_names_the_server() -> None:
    local = [entry for entry in servers() if "command" in entry]
    remote = [entry for entry in servers() if "url" in entry]
    assert (len(local), len(remote)) == (5, 3)
    for entry in local:
        assert entry["command"] == "stackwright"
        assert parser().parse_args(entry["args"]).verb == "mcp"
    for entry in remote:
        assert entry["url"].endswith("/mcp")
        assert "Bearer ${" in json.dumps(entry) or entry["bearer_token_env_var"] == KEY_VARIABLE


def test_every_command_line_is_one_that_the_program_takes() -> None:
    lines = re.findall(r"(?:^|-- )(stackwright mcp[^#\n`]*)", PAGE, re.M)
    assert len(lines) >= 4
    for line in lines:
        assert parser().parse_args(line.split()[1:]).verb == "mcp"


async def test_the_table_names_every_tool_and_no_other() -> None:
    table = "\n".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `"))
    async with Client(build_server(Advisor(Office(load())))) as client:
        offered = {tool.name for tool in (await client.list_tools()).tools}
    assert set(re.findall(r"`([\w-]+)`", table)) == offered
