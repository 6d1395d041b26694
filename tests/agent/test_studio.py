"""`langgraph.json` names a graph that a program like LangGraph Studio can load and run."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agent.state import serializer

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def graph() -> Any:
    """The named graph, loaded as Studio does: the file by its path, under a name of no package, and called."""
    named = json.loads((ROOT / "langgraph.json").read_text())
    path, _, variable = named["graphs"]["consultation"].partition(":")
    assert named["dependencies"] == ["."]
    spec = importlib.util.spec_from_file_location("graph_loaded_by_path", ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = getattr(module, variable)()
    made.checkpointer = InMemorySaver(serde=serializer())
    return made


def test_a_thread_is_a_consultation(graph: Any) -> None:
    thread = {"configurable": {"thread_id": "one"}}
    first = graph.invoke({"message": "RAG over 50,000 documents on AWS, GDPR applies"}, thread)
    assert first["kind"] == "question"
    last = graph.invoke({"message": "just recommend"}, thread)
    assert last["kind"] == "recommendation"
    assert last["turn"] == 2
    assert last["claims"]
    assert graph.invoke({"message": "hello"}, {"configurable": {"thread_id": "two"}})["turn"] == 1


def test_studio_sees_every_step(graph: Any) -> None:
    drawn = graph.get_graph(xray=True)
    steps = {name.rpartition(":")[2] for name in drawn.nodes}
    assert {
        "admit",
        "understand",
        "reconcile",
        "decide",
        "ask",
        "advise",
        "retrieve",
        "explain",
        "verify",
    } <= steps
