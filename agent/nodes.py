"""The steps of one turn. Each takes the state and the context and returns what changes.

Nothing here calls a tool chosen by a model or follows an instruction in a text: the graph decides.
"""

from typing import Any

from langgraph.runtime import Runtime

from knowledge.expressions import parse
from tools.ranking import rank
from tools.workload import Workload

from .answers import answer_claims
from .arguments import facts_for
from .context import TurnContext
from .interview import Asked, next_question
from .language import Understanding
from .language import understand as read
from .narrator import explanation, stack_values
from .reconcile import reconcile as merge
from .secrets import mask_secrets
from .state import ConsultationState, migrate
from .verify import evidence_book, supported
from .wording import asked_question

Update = dict[str, Any]
Context = Runtime[TurnContext]
ENOUGH_UNPROMPTED = 12
"""Workload slots in an opening message that make an interview superfluous but for one follow-up."""


def admit(state: ConsultationState, runtime: Context) -> Update:
    """Bring old states up to date, mask secrets, clear what belongs to one turn."""
    message, masked = mask_secrets(state["message"])
    notices = ["A key or password in your message was removed before storing it."] if masked else []
    cleared: Update = {"question": {}, "record_ids": [], "claims": [], "kind": "", "replaced": []}
    return {**migrate(state), **cleared, "message": message, "notices": notices}


def understand(state: ConsultationState, runtime: Context) -> Update:
    """Read the message; with a model, its reading is checked against the words."""
    workload = _workload(state)
    understood = read(
        state["message"],
        turn=state["turn"],
        asked=tuple(state.get("asked_now", ())),
        workload=workload,
        knowledge=runtime.context.knowledge,
        convert=runtime.context.to_usd,
    )
    notices = list(state["notices"])
    if runtime.context.model is not None and understood.readable:
        from .language_model import read_with_model

        understood, remark = read_with_model(state, understood, workload, runtime.context)
        notices += [remark] if remark else []
    return {"understanding": understood.model_dump(mode="json"), "notices": notices}


def reconcile(state: ConsultationState, runtime: Context) -> Update:
    """Take the updates over; undo takes the last answer back."""
    understood = Understanding.model_validate(state["understanding"])
    workload = _workload(state)
    if "undo" in understood.intents:
        last = max((item.turn for item in workload.history), default=0)
        return {
            "workload": workload.without_turn(last).model_dump(mode="json"),
            "notices": [
                *state["notices"],
                f"The answer of turn {last} is taken back." if last else "Nothing to undo.",
            ],
        }
    merged = merge(workload, understood, state["turn"], runtime.context.knowledge)
    return {
        "workload": merged.workload.model_dump(mode="json"),
        "replaced": [
            [old.model_dump(mode="json"), new.model_dump(mode="json")] for old, new in merged.replaced
        ],
    }


def decide(state: ConsultationState, runtime: Context) -> Update:
    """Ask, answer or advise. Gates first, then the question that is worth most; stop when the winner is stable."""
    understood = Understanding.model_validate(state["understanding"])
    if understood.question_text and not understood.updates and state["turn"] > 1:
        return {"route": "answer"}
    workload = _workload(state)
    ended = bool(understood.intents & {"just_recommend", "skip_all"}) or state.get("phase") == "recommended"
    if not ended and understood.readable:
        question = _question(state, workload, runtime.context)
        if question is not None:
            return {"route": "ask", "question": question}
    if not understood.readable or not workload.history:
        return {"route": "ask", "question": _purpose(state, runtime.context)}
    return {"route": "advise"}


def _question(state: ConsultationState, workload: Workload, context: TurnContext) -> Update | None:
    """The next question as plain values, or None when advice is due."""
    ranking = rank(workload, context.knowledge, context.as_of, context.profile)
    asked = Asked(frozenset(state.get("asked_slots", ())), state.get("questions", 0))
    if (
        state["turn"] <= 2
        and len({item.slot for item in workload.slots}) >= ENOUGH_UNPROMPTED
        and asked.questions
    ):
        return None
    chosen = next_question(ranking, workload, asked, context.knowledge, context.as_of, context.profile)
    if chosen is None:
        return None
    return asked_question(chosen, asked.questions + 1).model_dump(mode="json")


def _purpose(state: ConsultationState, context: TurnContext) -> Update:
    """What to ask when nothing could be read."""
    from .interview import Candidate

    question = context.knowledge.questions["purpose"]
    parts = tuple(part for part in question.parts if parse(part.ask_when).evaluate({}) is not False)[:1]
    chosen = Candidate(question, parts, 0.0, 0, 0)
    return asked_question(chosen, state.get("questions", 0) + 1).model_dump(mode="json")


def ask(state: ConsultationState, runtime: Context) -> Update:
    """Note which slots are being asked."""
    slots = state["question"]["slots"]
    return {
        "kind": "question",
        "asked_now": list(slots),
        "asked_slots": [*state.get("asked_slots", ()), *slots],
        "questions": state.get("questions", 0) + 1,
        "phase": "interviewing",
    }


def advise(state: ConsultationState, runtime: Context) -> Update:
    """Compute the assessment; it is remembered outside the state, and computed again after a restart."""
    runtime.context.assess(_workload(state))
    return {"phase": "recommended", "asked_now": [], "kind": "recommendation"}


def retrieve(state: ConsultationState, runtime: Context) -> Update:
    """Fetch the records that this turn may cite."""
    context = runtime.context
    if state["route"] == "answer":
        question = Understanding.model_validate(state["understanding"]).question_text
        found = context.retriever.search(question)
        notices = [*state["notices"], *found.notices]
        return {"record_ids": [hit.record_id for hit in found.hits], "notices": notices, "kind": "answer"}
    assessment = context.assess(_workload(state))
    stacks = assessment.stacks[:1]
    picks = [option.component for stack in stacks for option in stack.picks.values()]
    others = [item.component for stack in stacks for row in stack.runners_up.values() for item in row]
    excluded = [item.component for item in assessment.exclusions]
    hits = list(context.retriever.fetch_for(picks, others, excluded))
    for stack in stacks:
        values = stack_values(stack, _workload(state), context.knowledge)
        hits += context.retriever.by_ids(facts_for(stack, values, context.knowledge))
    return {"record_ids": list(dict.fromkeys(hit.record_id for hit in hits))}


def answer(state: ConsultationState, runtime: Context) -> Update:
    """Answer a counter-question from the retrieved records, or say that no source covers it."""
    claims = answer_claims(state, _workload(state), runtime.context)
    return {"claims": [claim.model_dump(mode="json") for claim in claims]}


def explain(state: ConsultationState, runtime: Context) -> Update:
    """Tell the recommendation; with a model, its sentences replace ours where they hold."""
    context = runtime.context
    assessment = context.assess(_workload(state))
    claims = explanation(assessment, _workload(state), context.knowledge, frozenset(state["record_ids"]))
    notices = list(state["notices"])
    if context.model is not None:
        from .language_model import phrase_with_model

        book = evidence_book(_workload(state), state["record_ids"], context)
        claims, remark = phrase_with_model(claims, book, context)
        notices += [remark] if remark else []
    return {"claims": [claim.model_dump(mode="json") for claim in claims], "notices": notices}


def verify(state: ConsultationState, runtime: Context) -> Update:
    """Drop every sentence that its evidence doesn't support."""
    if not state["claims"]:
        return {}
    kept, dropped = supported(state["claims"], _workload(state), state["record_ids"], runtime.context)
    notices = list(state["notices"])
    if dropped:
        notices.append(f"{len(dropped)} sentence(s) had no support in the sources and were left out.")
    return {"claims": kept, "notices": notices}


def _workload(state: ConsultationState) -> Workload:
    return Workload.model_validate(state.get("workload") or {})
