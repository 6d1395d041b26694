"""One user message is one run of this graph, from admission to a reply; a question ends the run.

admit → understand → reconcile → decide ─┬→ ask ─────────────────────────────┐
                                         ├→ retrieve → answer ───────────────┼→ verify → END
                                         └→ advise → retrieve → explain ─────┘
"""

import os
from collections.abc import Callable
from typing import Any

from .context import TurnContext
from .state import ConsultationState

STEPS = (
    "admit",
    "understand",
    "reconcile",
    "decide",
    "ask",
    "answer",
    "advise",
    "explain",
    "verify",
    "retrieve",
)
Step = Callable[..., dict[str, Any]]


def build_graph(checkpointer: Any = None, context: TurnContext | None = None) -> Any:
    """The compiled graph; langgraph is imported here, not when a program starts.

    Each run brings its own context, unless one is given here, for programs that can't bring any.
    """
    os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
    from langgraph.graph import END, START, StateGraph

    from . import nodes

    graph = StateGraph(ConsultationState, context_schema=TurnContext if context is None else None)
    for name in STEPS:
        step: Step = getattr(nodes, name)
        graph.add_node(name, step if context is None else _bound(step, context))
    graph.add_edge(START, "admit")
    graph.add_edge("admit", "understand")
    graph.add_edge("understand", "reconcile")
    graph.add_edge("reconcile", "decide")
    graph.add_conditional_edges(
        "decide", lambda state: state["route"], {"ask": "ask", "answer": "retrieve", "advise": "advise"}
    )
    graph.add_edge("advise", "retrieve")
    graph.add_conditional_edges(
        "retrieve", lambda state: state["route"], {"answer": "answer", "advise": "explain"}
    )
    for name in ("ask", "answer", "explain"):
        graph.add_edge(name, "verify")
    graph.add_edge("verify", END)
    return graph.compile(checkpointer=checkpointer)


def _bound(step: Step, context: TurnContext) -> Step:
    """The step with this context."""

    def run(state: ConsultationState, runtime: Any) -> dict[str, Any]:
        return step(state, runtime.override(context=context))

    return run
