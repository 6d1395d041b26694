"""A consultation without a conversation kept: the next question, the recommendation, and its explanation.

The caller holds the workload and what was asked; whichever process gets the next call answers it alike.
"""

from datetime import date
from typing import Any

from agent.advice import explained
from agent.evidence import evidence_book
from agent.interview import Asked
from agent.reply import AskedQuestion
from agent.turn_policy import asked_ids, question_due
from knowledge import Knowledge
from knowledge.aliases import nearest
from tools.assessment import Conflict
from tools.ranking import rank

from .advisor import Advisor
from .citations import Source, citations
from .mcp_knowledge import Field, field_of
from .mcp_offer import Answer, DatedInput, Offer, WholeWorkload, own_offer
from .summarise import summarise
from .summary import Summary


class QuestionInput(DatedInput):
    workload: dict[str, Any] = {}
    """Fields of the workload."""
    asked: tuple[str, ...] = ()
    """What the last answer of this tool said under `asked`; left out at the start."""


class Part(Answer):
    slot: str
    text: str
    """The question about this slot alone."""
    default: str
    """What is assumed if the user doesn't know."""
    fields: tuple[Field, ...]
    """Fields of the workload that hold the answer; one of them is enough."""


class Put(Answer):
    """A question to put to the user."""

    id: str
    number: int
    """1 for the first."""
    text: str
    why: str
    """What the answer decides, and in how many of the likely answers the winner changes."""
    choices: tuple[str, ...] = ()
    """Answers in plain words."""
    parts: tuple[Part, ...]


class NextQuestion(Answer):
    as_of: date
    knowledge_hash: str
    done: bool
    """No further answer would change the recommendation much: assess now."""
    question: Put | None
    asked: tuple[str, ...]
    """To be passed to the next call, whether or not the user knew the answer."""
    conflicts: tuple[Conflict, ...] = ()
    """Requirements so far that exclude each other."""


class Sentence(Answer):
    text: str
    role: str
    """verdict, conflict, why, tradeoff, number, against, trigger, violation, relaxation, risk, unneeded, compliance"""
    evidence: tuple[str, ...]


class Explanation(Answer):
    as_of: date
    knowledge_hash: str
    workload_hash: str
    sentences: tuple[Sentence, ...]
    """In the order in which they are told; each one was checked against its evidence."""
    assumptions: tuple[str, ...]
    evidence: tuple[Source, ...]
    """What stands behind every evidence id above."""
    notices: tuple[str, ...] = ()


def next_question(given: QuestionInput, advisor: Advisor) -> NextQuestion:
    knowledge, as_of = advisor.knowledge, advisor.day(given.as_of)
    workload = advisor.workload(given.workload, "next_question", empty=True)
    asked = _asked(given.asked, knowledge)
    question = question_due(workload, asked, knowledge, as_of, advisor.profile)
    conflicts = rank(workload, knowledge, as_of, advisor.profile).conflicts if workload.history else ()
    now = question.slots if question is not None else ()
    return NextQuestion(
        as_of=as_of,
        knowledge_hash=knowledge.hash,
        done=question is None,
        question=None if question is None else _put(question, knowledge),
        asked=tuple(dict.fromkeys((*given.asked, *now))),
        conflicts=conflicts,
    )


def _asked(slots: tuple[str, ...], knowledge: Knowledge) -> Asked:
    known = {part.slot for question in knowledge.questions.values() for part in question.parts}
    for slot in slots:
        if slot not in known:
            raise nearest(slot, known, "slot of a question")
    return Asked(frozenset(slots), len(asked_ids(slots, knowledge)))


def _put(question: AskedQuestion, knowledge: Knowledge) -> Put:
    parts = [part for part in knowledge.questions[question.id].parts if part.slot in question.slots]
    return Put(
        id=question.id,
        number=question.number,
        text=question.text,
        why=question.why,
        choices=tuple(choice.label for choice in question.choices),
        parts=tuple(
            Part(
                slot=part.slot,
                text=part.text,
                default=part.default,
                fields=tuple(field_of(knowledge.fields[name]) for name in part.fields),
            )
            for part in parts
        ),
    )


def assess(given: WholeWorkload, advisor: Advisor) -> Summary:
    workload = advisor.workload(given.workload, "assess")
    context = advisor.context(advisor.day(given.as_of))
    return summarise(context.assess(workload), workload, advisor.knowledge)


def explain(given: WholeWorkload, advisor: Advisor) -> Explanation:
    workload = advisor.workload(given.workload, "explain")
    context = advisor.context(advisor.day(given.as_of))
    told = explained(workload, context)
    assessment = context.assess(workload)
    ids = (identity for claim in told.claims for identity in claim.evidence)
    notices = [*context.retriever.notices]
    if told.dropped:
        notices.append(f"{told.dropped} sentence(s) had no support in the sources and were left out.")
    return Explanation(
        as_of=assessment.as_of,
        knowledge_hash=assessment.knowledge_hash,
        workload_hash=assessment.workload_hash,
        sentences=tuple(
            Sentence(text=claim.text, role=claim.role, evidence=claim.evidence) for claim in told.claims
        ),
        assumptions=assessment.assumptions,
        evidence=citations(
            ids, evidence_book(workload, told.record_ids, context), advisor.knowledge, assessment.as_of
        ),
        notices=tuple(notices),
    )


CONSULTATION: tuple[Offer, ...] = (
    own_offer(
        "next_question",
        "The question to put to the user next, why it matters, and the workload fields that hold its answer. "
        "It is the one whose answer would most change the recommendation. Start with an empty workload or with "
        "what is known; write answers into the workload, leave out what the user doesn't know, and pass `asked` "
        "back. When `done` is true, call assess.",
        QuestionInput,
        next_question,
    ),
    own_offer(
        "assess",
        "The recommended infrastructure stack for a workload: what fills each slot and in which size, costs, "
        "latency and energy as ranges with units, alternatives, conflicts between requirements, what would flip "
        "the choice, what is not needed, and the sources. Deterministic: the same workload, date and knowledge "
        "give the same answer.",
        WholeWorkload,
        assess,
    ),
    own_offer(
        "explain",
        "The recommendation in sentences, each with the evidence that supports it: verdict, trade-offs, costs, "
        "what speaks against it, what would change it, risks, what to confirm before a contract.",
        WholeWorkload,
        explain,
    ),
)
