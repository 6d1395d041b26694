"""The MCP server: the deterministic tools, the knowledge base and a consultation, for coding agents.

Built on the SDK's low-level server, since the tools are data with schemas of their own and their refusals are
worded here. Every call is complete in itself, so any process can answer it. Results are computed one at a time
in a worker thread: the protocol stays responsive, and nothing shared is used twice at once.
"""

import json
import logging
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from typing import Any

import anyio
import anyio.to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)

from knowledge.aliases import nearest
from knowledge.errors import StackwrightError

from .advisor import Advisor
from .mcp_calculations import calculations
from .mcp_consultation import CONSULTATION
from .mcp_knowledge import KNOWLEDGE
from .mcp_offer import Offer
from .telemetry import measured

NAME = "stackwright"
INSTRUCTIONS = (
    "Sizes, prices and infrastructure choices for AI workloads, computed from dated and sourced data: use these "
    "numbers instead of estimating your own, and pass their ranges, units and sources on. To recommend a stack, "
    "collect the workload's fields (next_question says what to ask the user), then call assess and explain. "
    "Single figures have tools of their own, e.g. size-llm-serving, api-cost, size-vectors, tco. "
    "search_knowledge finds sourced facts about components."
)
FAILED = "The tool failed inside; this is a fault of the server, not of the arguments."
MOST_SAID = 2_000
"""Characters of a refusal: names in it may be as long as the caller's arguments."""
READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)

logger = logging.getLogger(__name__)


class Tools:
    """The offered tools, and the one thread that runs them."""

    def __init__(self, advisor: Advisor) -> None:
        self._advisor = advisor
        self._offers = {offer.name: offer for offer in (*CONSULTATION, *KNOWLEDGE, *calculations())}
        self._one_at_a_time = anyio.CapacityLimiter(1)

    async def listed(
        self, context: ServerRequestContext[Any], parameters: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=[_described(offer) for offer in self._offers.values()])

    async def called(
        self, context: ServerRequestContext[Any], parameters: CallToolRequestParams
    ) -> CallToolResult:
        offer = self._offers.get(parameters.name)
        if offer is None:
            raise MCPError(INVALID_PARAMS, _shortened(str(nearest(parameters.name, self._offers, "tool"))))
        # Models send null for what they leave out.
        given = {name: value for name, value in (parameters.arguments or {}).items() if value is not None}
        run = partial(self._run, offer, given)
        with measured("tool", name=offer.name) as attributes:
            result = await anyio.to_thread.run_sync(run, limiter=self._one_at_a_time)
            attributes["outcome"] = "refused" if result.is_error else "answered"
        return result

    def _run(self, offer: Offer, arguments: Mapping[str, Any]) -> CallToolResult:
        try:
            # Numbers that JSON has no word for become null, in the text and in the structure alike.
            text = offer.call(arguments, self._advisor).model_dump_json()
        except StackwrightError as error:
            return _refused(str(error))
        except Exception:  # the boundary to the caller, who is told that it failed and never how
            logger.exception("A tool failed.")
            return _refused(FAILED)
        return CallToolResult(
            content=[TextContent(type="text", text=text)], structured_content=json.loads(text)
        )


def build_server(advisor: Advisor) -> "Server[Any]":
    """The server with all its tools, ready for a transport."""
    tools = Tools(advisor)
    server: Server[Any] = Server(
        NAME,
        version=version(NAME),
        title="stackwright: infrastructure advice for AI workloads",
        instructions=INSTRUCTIONS,
        on_list_tools=tools.listed,
        on_call_tool=tools.called,
    )
    # The SDK's own spans hold what callers write as names; ours name the tools that there are.
    server.middleware.clear()
    return server


def serve_stdio(advisor: Advisor) -> None:
    """Answer on standard input and output until the input ends."""
    anyio.run(_serve_stdio, build_server(advisor))


async def _serve_stdio(server: "Server[Any]") -> None:
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def _described(offer: Offer) -> Tool:
    return Tool(
        name=offer.name,
        description=offer.description,
        input_schema=offer.input_schema,
        output_schema=offer.output_schema,
        annotations=READ_ONLY,
    )


def _refused(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=_shortened(text))], is_error=True)


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_SAID else f"{text[:MOST_SAID]}…"
