"""A coding agent that consults the server: it asks its user what the server says, and fills the workload."""

from collections.abc import Mapping
from typing import Any

from tests.service.mcp_processes import Caller, answer

USER: dict[str, Any] = {
    "use_case": "rag",
    "modality": ["text"],
    "users_total": 350,
    "corpus_documents": 146_000,
    "residency": ["EU"],
    "compliance": ["gdpr"],
    "deployment": ["cloud"],
    "request_rate_rps": {"value": 1500, "unit": "requests/day"},
    "e2e_latency_ms": {"value": 4, "unit": "s"},
    "budget_usd_month": 6000,
    "team_engineers": 4,
}
"""What the user knows, by field."""


async def consult(client: Caller, user: Mapping[str, Any] = USER) -> tuple[dict[str, Any], list[str]]:
    """(the workload after the interview, ids of the questions asked)."""
    workload: dict[str, Any] = {}
    asked: list[str] = []
    order: list[str] = []
    for _ in range(20):
        step = await answer(client, "next_question", workload=workload, asked=asked)
        if step["done"]:
            return workload, order
        order.append(step["question"]["id"])
        asked = step["asked"]
        for part in step["question"]["parts"]:
            names = [field["name"] for field in part["fields"]]
            workload |= {name: user[name] for name in names if name in user}
    raise AssertionError(f"The interview does not end: {order}")
