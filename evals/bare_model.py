"""The same language model without our tools: one prompt a case, picks back, nothing looked up or computed.

What the product adds is the difference to this. The model gets every fact that the simulated user would
have given, in plain order, so it never loses by asking badly.
"""

from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

from agent.model_port import ChatModel, Message
from knowledge.errors import ModelUnavailable

from .baselines import plausible
from .case import RealCase
from .scoring import CaseScore, score_picks
from .simulated_user import UNKNOWN
from .trace import Trace
from .vocabulary import vocabulary

PROMPT = "bare_model.md"
NAME = "{model} without our tools"


class BareRun(NamedTuple):
    """Scores of the answers, and the cases that got none."""

    scores: dict[str, CaseScore]
    unanswered: dict[str, str]
    """Case id -> why; these count neither for nor against the model."""


def run_bare_model(model: ChatModel, cases: Iterable[RealCase]) -> BareRun:
    """Ask the model once a case and score its choice of stack alone."""
    scores: dict[str, CaseScore] = {}
    unanswered: dict[str, str] = {}
    for case in cases:
        try:
            picks = pick(model, case)
        except ModelUnavailable as error:
            unanswered[case.id] = str(error)
        else:
            scores[case.id] = score_picks(case, Trace(id=case.id, picks=picks))
    return BareRun(scores, unanswered)


def pick(model: ChatModel, case: RealCase) -> dict[str, list[str]]:
    """The ids that the model names by slot, primary first; what isn't a list of ids counts as no pick."""
    answer = model.complete([Message("system", _instructions()), Message("user", _told(case))], _schema())
    slots = answer if isinstance(answer, dict) else {}
    return {
        slot: [str(name) for name in slots[slot] if isinstance(name, str)]
        for slot in plausible()
        if isinstance(slots.get(slot), list)
    }


def _told(case: RealCase) -> str:
    """The opening and all that the user knows, slot by slot."""
    facts = ((slot, (case.hidden_facts.get(slot) or "").strip()) for slot in vocabulary().workload_slots)
    lines = [f"{slot}: {fact}" for slot, fact in facts if fact and not fact.lower().startswith(UNKNOWN)]
    return "\n".join([case.persona.strip(), "", *lines])


@lru_cache(maxsize=1)
def _instructions() -> str:
    text = (resources.files("evals") / "data" / PROMPT).read_text(encoding="utf-8")
    slots = "\n".join(f"- {slot}: {', '.join(ids)}" for slot, ids in plausible().items())
    return text.replace("{slots}", slots)


def _schema() -> dict[str, Any]:
    ids = {"type": "array", "items": {"type": "string"}}
    return {
        "type": "object",
        "properties": dict.fromkeys(plausible(), ids),
        "required": list(plausible()),
        "additionalProperties": False,
    }
