"""Measure `stackwright mcp`: from process start to its list of tools, and to its first answers.

    python scripts/time_mcp_start.py [RUNS]

Prints the medians in milliseconds; the client is the MCP SDK's, loaded before the clock starts.
"""

import asyncio
import statistics
import sys
import time
from typing import Any

from mcp import Client, StdioServerParameters

WORKLOAD = {"use_case": "rag", "users_total": 350, "corpus_documents": 146_000, "residency": ["EU"]}
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("next_question", {"workload": WORKLOAD}),
    ("assess", {"workload": WORKLOAD}),
    ("explain", {"workload": WORKLOAD}),
    ("explain", {"workload": {**WORKLOAD, "users_total": 400}}),
    ("search_knowledge", {"question": "pgvector limits"}),
    ("size-vectors", {"count": 1_000_000, "dims": 768}),
)


async def run() -> list[float]:
    """Milliseconds to the list of tools, then of each call."""
    server = StdioServerParameters(command=sys.executable, args=["-m", "tui.main", "mcp"])
    started = time.perf_counter()
    async with Client(server) as client:
        await client.list_tools()
        times = [1000 * (time.perf_counter() - started)]
        for tool, arguments in CALLS:
            started = time.perf_counter()
            await client.call_tool(tool, arguments)
            times.append(1000 * (time.perf_counter() - started))
    return times


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    measured = [asyncio.run(run()) for _ in range(runs)]
    names = ("start to tools/list", *(tool for tool, _ in CALLS))
    for name, times in zip(names, zip(*measured, strict=True), strict=True):
        print(f"{name:<22} median {statistics.median(times):6.0f} ms   worst {max(times):6.0f} ms")


if __name__ == "__main__":
    main()
