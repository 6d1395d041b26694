"""The graph as LangGraph Studio opens it, by the path in `langgraph.json`.

Studio loads this file by itself, outside its package: hence the absolute imports. It brings a checkpointer
and messages, but neither a context nor the number of a turn.
"""

from datetime import date
from typing import Any

from agent.context import TurnContext
from agent.graph import build_graph
from agent.state import ConsultationState
from knowledge import load


def graph() -> Any:
    """A graph whose runs take `{"message": "…"}`."""
    from langgraph.graph import END, START, StateGraph

    turn = build_graph(context=TurnContext(knowledge=load(), as_of=date.today()))
    studio = StateGraph(ConsultationState)
    studio.add_node("number", _number)
    studio.add_node("turn", turn)
    studio.add_edge(START, "number")
    studio.add_edge("number", "turn")
    studio.add_edge("turn", END)
    return studio.compile()


def _number(state: ConsultationState) -> dict[str, int]:
    return {"turn": state.get("turn", 0) + 1}
