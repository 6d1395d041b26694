"""A reply as what the transcript shows: what was heard, the cited sentences, the question.

Long explanations show their first sentences; the rest is folded by role and one key away.
"""

from datetime import date
from typing import TYPE_CHECKING

from textual.content import Content

from .marks import (
    CONFLICT,
    MUTED,
    NOTE,
    NOTED,
    OPEN,
    REFUSED,
    UNUSED,
    UPDATED,
    cite,
    joined,
    link,
    row,
    words,
)

if TYPE_CHECKING:
    from agent.reply import Claim, Reply
    from tools.workload import Known

REASONS_SHOWN, TRIGGERS_SHOWN = 3, 2
ALWAYS = ("verdict", "conflict", "violation", "relaxation", "abstain", "answer")
"""Roles that are never folded, in the order in which they are told."""
COMPUTED_CHANGE = "calc/flip/"
"""Evidence of a change of this workload that would change the decision."""
HEADINGS = {
    "why": "Why", "tradeoff": "Trade-offs", "bottleneck": "Bottlenecks", "strategy": "How to get it right",
    "practice": "Good practice", "risk": "Risks", "exit": "Way out", "number": "Numbers",
    "compliance": "Compliance", "assumption": "Assumptions", "unneeded": "Not needed", "next": "Next",
    "trigger": "When to revisit", "measurement": "Your measurements",
}  # fmt: skip


def answer_content(reply: "Reply", expanded: bool) -> Content:
    """Everything that the advisor says in one turn, but for the choices."""
    blocks = [joined(lines) for lines in (heard(reply), remarks(reply)) if lines]
    blocks += claims_content(reply, expanded)
    if reply.question is not None:
        blocks.append(question_content(reply))
    return joined(blocks, "\n\n")


def heard(reply: "Reply") -> list[Content]:
    """What was taken over, changed, refused or left unused, each with its own mark."""
    from agent.decision_record import shown, worked_out

    changed = {new.field for _, new in reply.replaced}
    fresh = [item for item in reply.updates if item.field not in changed]
    lines = (
        [row(NOTED, "noted", " · ".join(_noted(item) for item in fresh), "$text-success")] if fresh else []
    )
    for old, new in reply.replaced:
        text = f"{words(new.field)} is now {worked_out(new)} instead of {shown(old)}"
        lines.append(row(UPDATED, "updated", text, "$text-accent"))
    if reply.kind != "recommendation":
        lines += [
            row(CONFLICT, "conflict", f"{c.text} {c.resolution}", "$text-warning") for c in reply.conflicts
        ]
    for item in reply.rejected:
        text = f"{item.text}: {item.reason}" if item.text else item.reason
        lines.append(row(REFUSED, "not taken", text, "$text-error"))
    if reply.unused:
        lines.append(row(UNUSED, "not used", ", ".join(reply.unused), MUTED))
    lines += [row(NOTE, "note", notice, MUTED) for notice in reply.notices]
    return lines


def _noted(item: "Known") -> str:
    from agent.decision_record import worked_out

    mark = "" if item.origin == "stated" else f" ({item.origin})"
    return f"{words(item.field)} = {worked_out(item)}{mark}"


def remarks(reply: "Reply") -> list[Content]:
    """Paragraphs of the text that no other part of the reply holds, such as "In which unit is …?"."""
    told = {claim.text for claim in reply.claims} | set(reply.notices)
    told |= {f"{item.text}: {item.reason}" if item.text else item.reason for item in reply.rejected}
    starts = ("Noted: ", "Updated: ", "These conflict: ", "I did not use: ", "- ", "Question ", "Assumed, ")
    return [
        Content.assemble((f"{OPEN} ", "$text-accent"), paragraph)
        for paragraph in reply.text.split("\n\n")
        if paragraph and not paragraph.startswith(starts) and _unmarked(paragraph) not in told
    ]


def _unmarked(paragraph: str) -> str:
    """A paragraph without the citation marks at its end."""
    text = paragraph
    while text.endswith("]") and " [" in text and text.rsplit(" [", 1)[1][:-1].isdigit():
        text = text.rsplit(" [", 1)[0]
    return text


def claims_content(reply: "Reply", expanded: bool) -> list[Content]:
    """The sentences with citation marks, and a line that unfolds or folds the rest."""
    first, rest = _divided(reply)
    numbers = {item.id: number for number, item in enumerate(reply.citations, 1)}
    blocks = [_sentence(claim, numbers, reply.turn, bold=claim.role == "verdict") for claim in first]
    if not rest:
        return blocks
    action = f"screen.expand({reply.turn})"
    if not expanded:
        roles = list(dict.fromkeys(HEADINGS.get(claim.role, "More").lower() for claim in rest))
        fold = f"▸ {len(rest)} more: {', '.join(roles)} "
        return [*blocks, Content.assemble(link(fold, action), ("(e unfolds)", MUTED))]
    for role in dict.fromkeys(claim.role for claim in rest):
        group = [_sentence(claim, numbers, reply.turn) for claim in rest if claim.role == role]
        blocks.append(joined([Content.styled(HEADINGS.get(role, "More"), "bold"), *group]))
    return [*blocks, Content.assemble(link("▾ fewer ", action), ("(e folds)", MUTED))]


def _divided(reply: "Reply") -> "tuple[list[Claim], list[Claim]]":
    """What is shown at once (verdict, limits, reasons, what would change it), and what is folded."""
    claims = list(reply.claims)
    first = sorted((claim for claim in claims if claim.role in ALWAYS), key=lambda c: ALWAYS.index(c.role))
    changes = [claim for claim in claims if _tells_a_change(claim)][:TRIGGERS_SHOWN]
    others = [claim for claim in claims if claim.role not in (*ALWAYS, "against", "trigger", "number")]
    against = [claim for claim in claims if claim.role == "against"]
    first += [*others[:REASONS_SHOWN], *against, *changes]
    return first, [claim for claim in claims if claim not in first]


def _tells_a_change(claim: "Claim") -> bool:
    return any(item.startswith(COMPUTED_CHANGE) for item in claim.evidence)


def _sentence(claim: "Claim", numbers: dict[str, int], turn: int, bold: bool = False) -> Content:
    marks = [cite(turn, numbers[item]) for item in claim.evidence if item in numbers]
    text = Content.styled(claim.text, "bold") if bold else Content(claim.text)
    return Content.assemble(text, *(part for mark in marks for part in (" ", mark)))


def question_content(reply: "Reply") -> Content:
    """The question and why it is asked; what is assumed otherwise stands with the choices."""
    question = reply.question
    assert question is not None
    parts = [
        Content.assemble((f"Question {question.number}  ", "$text-accent"), (question.text, "bold")),
        Content.assemble(("Why I ask: ", f"{MUTED} italic"), (question.why, f"{MUTED} italic")),
    ]
    return joined(parts)


def answer_text(reply: "Reply", today: date | None = None) -> str:
    """The answer and its sources as plain text, for the clipboard."""
    sources = [
        f"[{number}] {item.id} {item.tier} {item.dated(today)}: {item.text} {item.source}".rstrip()
        for number, item in enumerate(reply.citations, 1)
    ]
    return "\n".join([reply.text, *(["", "Sources", *sources] if sources else [])])
