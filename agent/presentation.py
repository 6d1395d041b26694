"""A reply as plain text: what a pipe or a screen reader gets, and what other front ends start from."""

from collections.abc import Mapping

from knowledge import Knowledge
from tools.assessment import Stack
from tools.wording import field_label
from tools.workload import Known

from .context import TurnContext
from .decision_record import shown, worked_out
from .evidence import evidence_book, pick_sources, shown_evidence
from .language import Understanding
from .language.locale import unread_text
from .narrator import layer_lines
from .reply import Claim, Reply
from .wording import WHICH_ONE, which_one

ASKED_BACK = {
    "unit": "In which unit is {}?",
    "period": "Is {} a month, a year, or once?",
    "count": "{} is told for one of them; how many are there?",
    "scope": "Is {} for each of them or for all together?",
    "time": "Are {} meant for a second, an hour, a day or a month?",
    "currency": "In which currency is {}?",
}


def render(reply: Reply, understood: Understanding, context: TurnContext) -> Reply:
    """The reply with its text and numbered citations."""
    asked = understood.question_text if reply.kind == "answer" else ""
    book = evidence_book(reply.workload, _record_ids(reply.claims), context, asked) if reply.claims else {}
    winner = reply.assessment.winner if reply.assessment is not None else None
    sources = shown_evidence(reply.claims, book, context.knowledge, winner)
    numbering = {identity: place for place, identity in enumerate(sources, 1)}
    heard = _heard(reply, understood, context.knowledge)
    parts = [*heard, *_body(reply, numbering, context)]
    if reply.question is not None:
        parts.append(_question(reply))
    citations = tuple(sources.values())
    return reply.model_copy(
        update={
            "text": "\n\n".join(part for part in parts if part),
            "heard": tuple(heard),
            "citations": citations,
        }
    )


def _record_ids(claims: tuple[Claim, ...]) -> list[str]:
    return list(dict.fromkeys(identity for claim in claims for identity in claim.evidence))


def _heard(reply: Reply, understood: Understanding, knowledge: Knowledge) -> list[str]:
    """What was taken over, changed, refused or left unused."""
    lines: list[str] = []
    if not understood.readable:
        lines.append(unread_text(understood.language))
    if understood.truncated:
        lines.append("The message is very long; only its first 20,000 characters were read.")
    if understood.injection:
        lines.append(
            "Part of the message was addressed to the advisor as an instruction; it was treated as text."
        )
    changed = {new.field for _, new in reply.replaced}
    fresh = [item for item in reply.updates if item.field not in changed and item.field != "currency"]
    if fresh:
        lines.append(f"Noted: {'; '.join(_noted(item) for item in fresh)}.")
    for old, new in reply.replaced:
        label = field_label(new.field)
        gone = new.unknown and new.stated
        change = f"no longer {shown(old)}" if gone else f"now {worked_out(new)} instead of {shown(old)}"
        lines.append(f"Updated: {label} is {change}.")
    if reply.kind != "recommendation":
        lines += [f"These conflict: {item.text} {item.resolution}" for item in reply.conflicts]
    lines += [
        f"{item.text}: {item.reason}" if item.text and item.text not in item.reason else item.reason
        for item in reply.rejected
    ]
    for slot, text, what in understood.missing_unit:
        lines.append(f"{ASKED_BACK[what].format(text)} I need it for {slot.replace('_', ' ')}.")
    if reply.question is None or reply.question.id != WHICH_ONE:
        lines += [which_one(item) for item in understood.several]
    for field, stated, computed in understood.mismatches:
        lines.append(
            f"For {field_label(field)} I take {stated}, as you said; the other numbers come to {computed}."
        )
    if reply.unused:
        lines.append(f"I did not use: {', '.join(reply.unused)}.")
    return [*lines, *reply.notices]


def _noted(item: Known) -> str:
    mark = "" if item.origin == "stated" else f" ({item.origin})"
    return f"{field_label(item.field)} = {worked_out(item)}{mark}"


def _body(reply: Reply, numbering: dict[str, int], context: TurnContext) -> list[str]:
    told = [_cited(claim, numbering) for claim in reply.claims]
    if reply.assessment is None or reply.assessment.winner is None:
        return told
    verdict = next((index for index, claim in enumerate(reply.claims) if claim.role == "verdict"), -1) + 1
    stack = stack_text(reply.assessment.winner, context.knowledge, numbering)
    assumed = reply.assessment.assumptions
    closing = f"Assumed, tell me if it is otherwise: {'; '.join(assumed)}." if assumed else ""
    return [*told[:verdict], stack, *told[verdict:], closing]


def stack_text(stack: Stack, knowledge: Knowledge, numbering: Mapping[str, int]) -> str:
    """One line a slot: `slot: component, detail [source]`."""
    lines = []
    for name, option in layer_lines(stack, knowledge):
        shared = f" (same {option.name} as above)" if option.bundled_with else ""
        marks = "".join(f" [{numbering[item]}]" for item in pick_sources(option, numbering, knowledge))
        lines.append(f"- {name}: {option.words}{shared}{marks}")
    pattern = stack.retrieval_pattern
    return "\n".join([f"- Retrieval pattern: {pattern.name}", *lines])


def _cited(claim: Claim, numbering: dict[str, int]) -> str:
    marks = "".join(f" [{numbering[identity]}]" for identity in claim.evidence if identity in numbering)
    return f"{claim.text}{marks}"


def _question(reply: Reply) -> str:
    question = reply.question
    assert question is not None
    again = "Still open, question" if question.repeated else "Question"
    lines = [f"{again} {question.number}: {question.text}", f"Why I ask: {question.why}"]
    lines += [f"  {number}. {choice.label}" for number, choice in enumerate(question.choices, 1)]
    lines.append(f'If you don\'t know, I assume: {question.default}. "Just recommend" ends the interview.')
    return "\n".join(lines)
