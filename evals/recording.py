"""From a conversation to its trace."""

import math
import re
from collections.abc import Iterable

from agent.reply import Claim, Rejected, Reply
from knowledge import Knowledge
from tools.assessment import Assessment
from tools.workload import Workload

from .conversation import Conversation
from .mapping import mapping, translate
from .profile_summary import plain, summarise
from .trace import Trace
from .vocabulary import vocabulary

RECOMMENDATION = "recommendation"
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])")


def record(case_id: str, conversation: Conversation, knowledge: Knowledge) -> Trace:
    """The trace of `conversation`; it reads nothing else of the case."""
    replies = conversation.replies
    workload = replies[-1].workload if replies else Workload()
    assessment = next((reply.assessment for reply in reversed(replies) if reply.assessment), None)
    recommended = any(reply.kind == RECOMMENDATION for reply in replies)
    words = translate(assessment.stacks if assessment and recommended else (), workload, knowledge)
    rejected = [item for reply in replies for item in reply.rejected]
    return Trace(
        id=case_id,
        picks=words.picks,
        alternatives=words.alternatives,
        citations=words.citations,
        asked=list(conversation.asked),
        text=cited_text(_final_claims(replies)),
        transcript="\n\n".join(reply.text for reply in replies),
        numbers=numbers(assessment),
        profile=summarise(workload, knowledge),
        turns=len(conversation.messages),
        conflicts=_conflicts(replies),
        assumptions=list(assessment.assumptions) if assessment else [],
        rejected_values=_unique(item.slot for item in rejected if item.slot and not _is_component(item)),
        rejected_components=_unique(
            item.unknown_name or item.text or item.component for item in rejected if _is_component(item)
        ),
        reply_language=replies[-1].language if replies else "",
        exception=conversation.exception,
    )


def cited_text(claims: Iterable[Claim]) -> str:
    """The claims that argue for the stack, every sentence with the evidence that its claim cites."""
    return " ".join(
        _cited(sentence, claim.evidence)
        for claim in claims
        if claim.evidence and claim.role not in mapping().roles_left_out
        for sentence in _SENTENCE_END.split(claim.text.strip())
    )


def numbers(assessment: Assessment | None) -> dict[str, float | int]:
    """Every quantity of the list that the assessment knows: typical values, finite, in the list's units."""
    if assessment is None:
        return {}
    known = dict(assessment.requirements)
    if assessment.winner is not None:
        known.update(assessment.winner.estimates)
    values = {name: item.typical for name, item in known.items() if math.isfinite(item.typical)}
    for rule in mapping().conversions:
        if rule.to not in values and rule.from_ in values:
            values[rule.to] = values[rule.from_] * rule.factor
    for name, quantity in vocabulary().quantities.items():
        if name not in values and quantity.same_as in values:
            values[name] = values[quantity.same_as]
    return {name: plain(values[name]) for name in vocabulary().quantities if name in values}


def _final_claims(replies: tuple[Reply, ...]) -> tuple[Claim, ...]:
    final = [reply for reply in replies if reply.claims and reply.kind == RECOMMENDATION]
    return final[-1].claims if final else ()


def _cited(sentence: str, evidence: tuple[str, ...]) -> str:
    """The evidence ids stand before the full stop and without a space: they aren't words of the sentence."""
    end = sentence[-1] if sentence[-1:] in ".!?" else "."
    return f"{sentence.rstrip('.!?')}[{','.join(evidence)}]{end}"


def _conflicts(replies: tuple[Reply, ...]) -> list[list[str]]:
    """Workload slots of every conflict that was said, in the order in which they came up."""
    found: list[list[str]] = []
    for reply in replies:
        said = (*reply.conflicts, *(reply.assessment.conflicts if reply.assessment else ()))
        for conflict in said:
            slots = list(conflict.slots)
            if slots not in found:
                found.append(slots)
    return found


def _is_component(item: Rejected) -> bool:
    return bool(item.component) or item.field in mapping().component_fields


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
