"""The tools that are offered: schemas, units, structured results with their evidence, refusals that say why."""

import json
import socket
from datetime import date
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, Tool

from knowledge import load
from service.advisor import Advisor
from service.mcp_server import FAILED, MOST_SAID, build_server
from service.office import Office
from tests.service.mcp_interview import consult
from tests.service.mcp_processes import answer, refusal, said
from tools.profile import Profile
from tools.registered import unit_of
from tools.registry import REGISTRY, cited_ids

KNOWLEDGE = load()
AS_OF = date(2026, 11, 24)
OWN = ("next_question", "assess", "explain", "search_knowledge", "show_knowledge", "workload_fields")
RAG = {"use_case": "rag", "users_total": 500}

CALLS: dict[str, dict[str, Any]] = {
    "size-llm-serving": {
        "models": ["llama 3.3 70b"], "accelerators": ["L40S"], "mean_rps": 2, "input_tokens": 1000,
        "output_tokens": 300,
    },
    "llm-memory": {"model": "llama 3.3 70b", "accelerator": "H100", "devices": 2, "context_tokens": 8192},
    "size-vectors": {"count": 10_000_000, "dims": 1024},
    "size-training": {"params_b": 8, "tokens": 1e9, "accelerator": "H100", "mode": "lora"},
    "size-encoder": {"model": "bge-m3", "accelerator": "L4", "items_per_s": 50},
    "size-classical": {"peak_rps": 500},
    "size-data": {"rows": 1e8, "row_bytes": 200, "mean_rps": 50, "response_bytes": 20_000},
    "size-request": {"steps": [{"kind": "network"}, {"name": "crm", "p95_ms": 300}], "mean_rps": 3},
    "size-api": {"model": "claude-opus-5", "mean_rps": 3, "input_tokens": 2000, "output_tokens": 300},
    "model-quality": {"model": "Llama-3.3-70B", "task_class": "rag"},
    "accelerator-price": {"accelerator": "H100"},
    "api-cost": {"model": "gpt-6-luna", "input_tokens_month": 1e8, "output_tokens_month": 1e7},
    "service-cost": {"component": "qdrant-cloud", "workload": {"use_case": "rag", "vector_count": 1e7}},
    "convert-currency": {"amount": 100, "source": "EUR"},
    "tco": {"services_usd_month": 1000, "model_usd_month": [500, 900, 2000], "growth_pct_month": 3},
    "break-even": {
        "api_usd_per_million": 2, "selfhost_usd_month": [4000, 5000, 7000], "capacity_tokens_month": 1e10,
    },
    "break-even-curve": {
        "api_usd_per_million": 2, "replica_usd_month": 4000, "replica_capacity_tokens_month": 3e9,
        "volumes": [1e8, 1e10],
    },
    "deployment-energy": {"accelerator": "H100", "count": 4, "utilisation": 0.4, "region": "DE"},
    "api-energy": {"model": "gpt-6-luna", "requests_month": 1e6, "input_tokens": 1000, "output_tokens": 300},
    "training-carbon": {"energy_kwh": 1000, "region": "FR"},
    "compliance": {"components": ["openai-api"], "regimes": ["hipaa", "soc2"]},
    "risk-register": {"components": ["qdrant", "vllm"], "workload": {"team_engineers": 2}},
    "requirements": {"workload": RAG},
    "rank": {"workload": RAG},
    "assess-full": {"workload": RAG},
    "weights": {"priorities": ["cost", "risk"]},
    "bench-plan": {
        "workload": {"use_case": "chat", "request_rate_rps": 2}, "model": "Qwen3-32B", "accelerator": "H100",
    },
    "next_question": {"workload": RAG},
    "assess": {"workload": RAG},
    "explain": {"workload": RAG},
    "search_knowledge": {"question": "pgvector limits", "k": 3, "slot": "sto.vector_db"},
    "show_knowledge": {"id": "pgvector"},
    "workload_fields": {"about": "latency"},
}  # fmt: skip


class EachCallAnew:
    """The SDK's client, connected for one call at a time: nothing may depend on an earlier one."""

    def __init__(self, advisor: Advisor) -> None:
        self._server = build_server(advisor)

    async def call_tool(self, name: str, arguments: dict[str, Any]) -> CallToolResult:
        async with Client(self._server) as client:
            return await client.call_tool(name, arguments)

    async def tools(self) -> dict[str, Tool]:
        async with Client(self._server) as client:
            return {tool.name: tool for tool in (await client.list_tools()).tools}


@pytest.fixture
def client() -> EachCallAnew:
    return EachCallAnew(Advisor(Office(KNOWLEDGE, as_of=AS_OF)))


async def test_every_deterministic_tool_is_offered_beside_the_servers_own(client: EachCallAnew) -> None:
    names = set(await client.tools())
    assert names == {*OWN, *REGISTRY, "assess-full"} == set(CALLS)


async def test_every_tool_has_schemas_and_is_marked_as_harmless(client: EachCallAnew) -> None:
    for tool in (await client.tools()).values():
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        assert tool.input_schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema is not None
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.open_world_hint is False
        assert tool.description


async def test_units_stand_in_the_descriptions_of_arguments(client: EachCallAnew) -> None:
    tools = await client.tools()
    told = 0
    for name, registered in REGISTRY.items():
        described = tools["assess-full" if name == "assess" else name].input_schema["properties"]
        for field in registered.arguments.model_fields:
            assert described[field]["description"], f"{name}.{field}"
            unit = unit_of(registered.arguments, field)
            if unit:
                told += 1
                assert described[field]["description"].endswith(f" In {unit}.")
    assert told > 40


@pytest.mark.parametrize("name", CALLS)
async def test_arguments_fit_the_input_schema_and_the_result_the_output_schema(
    client: EachCallAnew, name: str
) -> None:
    tool = (await client.tools())[name]
    jsonschema.validate(CALLS[name], tool.input_schema)
    result = await client.call_tool(name, CALLS[name])
    assert not result.is_error, said(result)
    assert tool.output_schema is not None
    jsonschema.validate(result.structured_content, tool.output_schema)
    assert json.loads(said(result), parse_constant=pytest.fail) == result.structured_content


@pytest.mark.parametrize("name", [name for name in CALLS if name not in OWN])
async def test_a_calculation_is_dated_and_its_evidence_resolved(client: EachCallAnew, name: str) -> None:
    content = await answer(client, name, **CALLS[name])
    assert content["as_of"] == "2026-11-24"
    assert content["knowledge_hash"] == KNOWLEDGE.hash
    registered = REGISTRY["assess" if name == "assess-full" else name]
    result = registered.result_type.model_validate(content["result"])
    known = {item["id"] for item in content["evidence"]}
    assert {identity for identity in cited_ids(result) if identity in KNOWLEDGE.facts} <= known
    assert all(item["text"] for item in content["evidence"])


async def test_a_price_comes_with_its_source(client: EachCallAnew) -> None:
    content = await answer(client, "accelerator-price", accelerator="H100")
    assert content["result"]["price"]["evidence"][0] == content["evidence"][0]["id"]
    assert content["evidence"][0]["source"]
    assert content["evidence"][0]["as_of"] <= "2026-11-24"


async def test_the_date_of_a_call_comes_before_the_servers(client: EachCallAnew) -> None:
    content = await answer(client, "convert-currency", amount=1, source="EUR", as_of="2026-10-01")
    assert content["as_of"] == "2026-10-01"
    assert (await answer(client, "assess", workload=RAG, as_of="2026-10-01"))["as_of"] == "2026-10-01"


async def test_null_means_left_out(client: EachCallAnew) -> None:
    with_null = await answer(client, "accelerator-price", accelerator="H100", clouds=None, as_of=None)
    assert with_null == await answer(client, "accelerator-price", accelerator="H100")


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("size-vectors", {"count": "many", "dims": 8}, "size-vectors, count: input should be a valid number"),
    ("size-vectors", {"count": "many", "dims": 8}, "Give it in vectors."),
    ("size-vectors", {"dims": 8}, "size-vectors needs count."),
    ("size-vectors", {"count": -1, "dims": 8}, "greater than 0"),
    ("size-vectors", {"count": 1, "dims": 8, "replica": 2}, "Did you mean replicas"),
    ("size-llm-serving", {**CALLS["size-llm-serving"], "models": ["llama 33 70b q"]}, "Did you mean"),
    ("accelerator-price", {"accelerator": "H100", "mode": "borrowed"}, "accelerator-price, mode"),
    ("assess", {}, "assess needs workload."),
    ("assess", {"workload": {}}, 'Give fields such as {"use_case": "rag"'),
    ("assess", {"workload": "rag"}, "assess, workload: 'rag' is no object with fields of its own"),
    ("assess", {"workload": {"usecase": "rag"}}, "Did you mean use_case"),
    ("assess", {"workload": {"use_case": "rags"}}, "'rags' is not a value of use_case"),
    ("assess", {"workload": {"use_case": None}}, "there is no value"),
    ("assess", {"workload": {"e2e_latency_ms": {"value": 2, "unit": "miles"}}}, "the unit 'miles' is not one of ms"),
    ("assess", {"workload": {"request_rate_rps": {"low": 5, "high": 2}}}, "low 5 is above high 2"),
    ("assess", {"workload": RAG, "as_of": "2026-02-30"}, "'2026-02-30' is no day of the calendar"),
    ("convert-currency", {"amount": 1, "source": "EUR", "as_of": 7}, "7 is no day of the calendar"),
    ("assess", {"workload": RAG, "date": "2026-02-01"}, "Unknown argument of assess 'date'"),
    ("next_question", {"workload": RAG, "asked": ["use_cas"]}, "Did you mean use_case"),
    ("search_knowledge", {"question": "  "}, "the question is empty"),
    ("search_knowledge", {"question": "x", "k": 51}, "less than or equal to 50"),
    ("search_knowledge", {"question": "x", "slot": "sto.vektor_db"}, "Did you mean sto.vector_db"),
    ("search_knowledge", {"question": "x", "component": "pgvektor"}, "pgvector"),
    ("show_knowledge", {"id": "pgvectr"}, "Did you mean"),
    ("workload_fields", {"about": "latancy"}, "Unknown field 'latancy'"),
]  # fmt: skip


@pytest.mark.parametrize(("tool", "arguments", "words"), REFUSED)
async def test_a_wrong_argument_is_refused_by_name_with_a_hint(
    client: EachCallAnew, tool: str, arguments: dict[str, Any], words: str
) -> None:
    text = await refusal(client, tool, **arguments)
    assert words in text
    assert "Traceback" not in text
    assert "pydantic" not in text


async def test_a_long_wrong_name_is_not_sent_back_whole(client: EachCallAnew) -> None:
    text = await refusal(client, "assess", workload={"x" * 50_000: 1})
    assert len(text) <= MOST_SAID + 1


async def test_an_unknown_tool_is_a_protocol_error_that_names_the_nearest() -> None:
    async with Client(build_server(Advisor(Office(KNOWLEDGE)))) as client:
        with pytest.raises(MCPError, match="Did you mean size-vectors"):
            await client.call_tool("size-vector", {})


async def test_a_fault_of_the_server_tells_the_caller_nothing_of_its_inside(
    client: EachCallAnew, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("the user's secret words")

    monkeypatch.setattr("service.mcp_knowledge.record_of", broken)
    assert await refusal(client, "show_knowledge", id="pgvector") == FAILED


async def test_the_profile_of_the_server_holds_in_every_call() -> None:
    strict = EachCallAnew(
        Advisor(Office(KNOWLEDGE, Profile(name="plant", banned_vendors=("openai-api",)), as_of=AS_OF))
    )
    freely = await answer(EachCallAnew(Advisor(Office(KNOWLEDGE, as_of=AS_OF))), "assess", workload=RAG)
    strictly = await answer(strict, "assess", workload=RAG)
    assert '"openai-api"' in json.dumps(freely["winner"])
    assert '"openai-api"' not in json.dumps(strictly["winner"])
    assert strictly["profile_name"] == "plant"
    assert any("openai-api" in item["components"] for item in strictly["excluded"])


async def test_search_stays_inside_its_filters_and_cites(client: EachCallAnew) -> None:
    content = await answer(
        client, "search_knowledge", question="maximum dimensions", component="pgvector", k=5
    )
    assert {item["component"] for item in content["records"]} == {"pgvector"}
    known = {item["id"] for item in content["evidence"]}
    assert {fact for item in content["records"] for fact in item["evidence"]} <= known
    assert all(item["source"] for item in content["evidence"])


async def test_search_says_when_the_catalogue_lacks_the_fact(client: EachCallAnew) -> None:
    content = await answer(client, "search_knowledge", question="Does Dask have a FedRAMP authorisation?")
    assert content["abstained"] is True
    assert content["reason"]
    near = await answer(client, "search_knowledge", question="pgvector limits")
    assert near["abstained"] is False


async def test_a_record_is_shown_with_its_facts(client: EachCallAnew) -> None:
    fact = next(iter(KNOWLEDGE.facts.values()))
    content = await answer(client, "show_knowledge", id=fact.id)
    assert content["kind"] == "fact"
    assert content["evidence"][0]["text"] == fact.statement
    assert content["evidence"][0]["source"] == fact.source.url
    component = await answer(client, "show_knowledge", id="component:pgvector")
    assert (component["kind"], component["id"]) == ("component", "pgvector")
    assert len(component["evidence"]) > 3


async def test_all_fields_of_a_workload_can_be_listed(client: EachCallAnew) -> None:
    fields = (await answer(client, "workload_fields"))["fields"]
    assert {item["name"] for item in fields} == set(KNOWLEDGE.fields)
    rate = next(item for item in fields if item["name"] == "request_rate_rps")
    assert rate["unit"] == "requests/s"


async def test_nothing_opens_a_connection(client: EachCallAnew, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket.socket, "connect_ex", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    workload, _ = await consult(client)
    assert (await answer(client, "assess", workload=workload))["winner"]
    assert (await answer(client, "explain", workload=workload))["sentences"]
    assert (await answer(client, "search_knowledge", question="pgvector limits"))["records"]
