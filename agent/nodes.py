"""The steps of one turn. Each takes the state and the context and returns what changes.

Nothing here calls a tool chosen by a model or follows an instruction in a text: the graph decides.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from langgraph.runtime import Runtime

from knowledge.contradictions import contradicting
from tools.workload import Known, Workload

from .admission import admitted, remarks
from .advice import records_of_advice
from .alternatives import alternatives
from .answers import MOST_LOOKED_AT, answer_claims, answered_by_advice
from .context import TurnContext
from .ellipsis import completed
from .inquiries import asks_about_advice, asks_catalogue, goes_on, is_asked, named_in
from .language import Understanding
from .language import understand as read
from .language.completion import with_units
from .language.locale import unread_text
from .narrator import explanation
from .questions import Asked, asked_apart
from .reconcile import reconcile as merge
from .sides import hits_told
from .state import ConsultationState, migrate
from .turn_policy import BY_ITSELF, commanded, decision, posed, remark, taken_back
from .verify import evidence_book, supported

Update = dict[str, Any]
Context = Runtime[TurnContext]


class Reader(Protocol):
    """Reads a text as the answer to these slots."""

    def __call__(self, message: str, asked: tuple[str, ...]) -> Understanding: ...


def admit(state: ConsultationState, runtime: Context) -> Update:
    """Bring old states up to date, clean the message, clear what belongs to one turn."""
    message = admitted(state["message"])
    cleared: Update = {
        "question": {},
        "record_ids": [],
        "claims": [],
        "kind": "",
        "replaced": [],
        "engine": "rules",
    }
    return {**migrate(state), **cleared, "message": message, "notices": remarks(message)}


def understand(state: ConsultationState, runtime: Context) -> Update:
    """Read the message; with a model, its reading is checked against the words."""
    workload = _workload(state)
    reading = _reader(state, workload, runtime.context)
    asked_now = tuple(state.get("asked_now", ()))
    understood = commanded(reading(state["message"], asked_now))
    message = state["message"]
    said_first: Callable[[str], Understanding] = partial(reading, asked=())
    known = (understood.question_text, bool(understood.updates))
    choice = None if understood.command else alternatives(message, runtime.context, said_first, *known)
    if choice is not None:
        understood = reading(choice.rest, asked_now)
        message = choice.rest
    open_units = [(slot, number) for slot, number in state.get("open_units", [])]
    understood = with_units(message, understood, open_units, reading)
    if choice is None:
        understood = _as_question(state, understood, runtime.context)
    model: Update = {}
    if runtime.context.model is not None and understood.readable and not understood.command:
        from .language_model import read_with_model

        understood, model = read_with_model(
            {**state, "message": message}, understood, workload, runtime.context
        )
    understood = _with_question(message, understood, reading, runtime.context)
    first, asked_before = understood.question_text, state.get("asked_before", "")
    if choice is None:
        understood, asked_before = _going_on(state, understood, reading, runtime.context)
    recommended = state.get("phase") == "recommended"
    asked = Asked(runtime.context, said_first, recommended)
    understood = asked.of_message(message, first, understood, choice.questions if choice else ())
    if recommended and understood.asks_catalogue:
        understood = understood.model_copy(update={"updates": _news(understood, workload)})
    said = [*model.pop("notices", state["notices"]), *remark(understood, state)]
    said += [BY_ITSELF.format(question) for question in asked.left_out]
    if understood.readable and understood.language not in ("en", state.get("language_told")):
        said.append(unread_text(understood.language))
        model["language_told"] = understood.language
    waiting = [[item.slot, item.text] for item in understood.missing_unit]
    return {
        **model,
        "understanding": understood.model_dump(mode="json"),
        "notices": said,
        "open_units": waiting,
        "asked_before": asked.last if choice or len(asked.questions) > 1 else asked_before,
    }


def _news(understood: Understanding, workload: Workload) -> tuple[Known, ...]:
    """The updates that say something else than what is known: what a question is for, told again, changes nothing."""
    known = workload.known
    return tuple(
        item
        for item in understood.updates
        if item.field not in known or known[item.field].value != item.value
    )


def _reader(state: ConsultationState, workload: Workload, context: TurnContext) -> Reader:
    """Reads a text of this turn as the answer to the slots that it is given."""

    def reading(message: str, asked: tuple[str, ...]) -> Understanding:
        return read(
            message,
            turn=state["turn"],
            asked=asked,
            workload=workload,
            knowledge=context.knowledge,
            convert=context.to_usd,
        )

    return reading


def _as_question(state: ConsultationState, understood: Understanding, context: TurnContext) -> Understanding:
    """What asks the catalogue is a question with or without its mark; so is, after a recommendation, what asks about
    that, and after a question what goes on from it (`what about Milvus`)."""
    message = state["message"].strip()
    if understood.question_text or understood.command:
        return understood
    if asks_catalogue(message, understood, context):
        return Understanding(
            question_text=message, intents=frozenset({"question"}), language=understood.language
        )
    may_ask = state.get("phase") == "recommended" or (state.get("asked_before") and goes_on(message, context))
    if understood.updates or not (may_ask and asks_about_advice(message, context.knowledge)):
        return understood
    return understood.model_copy(update={"question_text": message, "intents": frozenset({"question"})})


def _with_question(
    message: str,
    understood: Understanding,
    reading: Reader,
    context: TurnContext,
) -> Understanding:
    """`We have 200 users. Is Qdrant free?`: what is asked of the catalogue is answered beside what the rest tells, and
    the names in it tell nothing."""
    question = understood.question_text
    if not question or not understood.updates or not asks_catalogue(question, reading(question, ()), context):
        return understood
    start = message.find(question)
    asked = range(start, start + len(question)) if start >= 0 else ()
    told = (item for item in understood.updates if item.span is None or item.span[0] not in asked)
    return understood.model_copy(update={"updates": tuple(told), "asks_catalogue": True})


def _going_on(
    state: ConsultationState, understood: Understanding, reading: Reader, context: TurnContext
) -> tuple[Understanding, str]:
    """The reading with its question as the one that it goes on from has it, and the question to go on from next."""
    question, before = understood.question_text, state.get("asked_before", "")
    if not question or not before:
        return understood, question or before
    opening = state["message"].partition(question)[0].split()[-1:]  # of `And is Milvus?` the `And`
    sentence = " ".join((*opening, question))
    if not goes_on(sentence, context):
        return understood, question
    about_advice = state.get("phase") == "recommended" and asks_about_advice(question, context.knowledge)
    of_advice = about_advice and not named_in(question, context.knowledge)  # `what does it cost`
    whole = "" if of_advice else completed(sentence, before, context)
    if whole not in ("", question) and is_asked(whole, partial(reading, asked=()), context):
        return understood.model_copy(update={"question_text": whole}), whole
    if about_advice:
        return understood, before
    return understood.model_copy(update={"question_text": f"{before} {question}"}), before


def reconcile(state: ConsultationState, runtime: Context) -> Update:
    """Take the updates over; undo takes the last answer back."""
    understood = Understanding.model_validate(state["understanding"])
    workload = _workload(state)
    if "undo" in understood.intents:
        return taken_back(state, workload)
    merged = merge(workload, understood, state["turn"], runtime.context.knowledge)
    return {
        "workload": merged.workload.model_dump(mode="json"),
        "replaced": [
            [old.model_dump(mode="json"), new.model_dump(mode="json")] for old, new in merged.replaced
        ],
    }


def decide(state: ConsultationState, runtime: Context) -> Update:
    """Ask, answer or advise. Gates first, then the question that is worth most; stop when the winner is stable."""
    return decision(state, _workload(state), runtime.context)


def ask(state: ConsultationState, runtime: Context) -> Update:
    """Note what is being asked."""
    return {"kind": "question", **posed(state, Understanding.model_validate(state["understanding"]))}


def advise(state: ConsultationState, runtime: Context) -> Update:
    """Compute the assessment; it is remembered outside the state, and computed again after a restart."""
    runtime.context.assess(_workload(state))
    return {"phase": "recommended", "asked_now": [], "pending": {}, "kind": "recommendation"}


def retrieve(state: ConsultationState, runtime: Context) -> Update:
    """Fetch the records that this turn may cite."""
    context = runtime.context
    if state["route"] != "answer":
        return {"record_ids": records_of_advice(_workload(state), context)}
    question = Understanding.model_validate(state["understanding"]).question_text
    if not question:
        return {"record_ids": [], "kind": "answer"}
    records, notices = dict[str, None](), dict.fromkeys(state["notices"])
    says_otherwise = contradicting(context.knowledge)
    for part in asked_apart(question):
        if answered_by_advice(part, state, context):
            records |= dict.fromkeys(records_of_advice(_workload(state), context))
            continue
        found = context.retriever.search(part, k=MOST_LOOKED_AT)
        notices |= dict.fromkeys(found.notices)
        for hit in (*found.hits, *hits_told(found, part, context)):
            records |= dict.fromkeys((hit.record_id, *says_otherwise.get(hit.record_id, ())))
    return {"record_ids": list(records), "notices": list(notices), "kind": "answer"}


def answer(state: ConsultationState, runtime: Context) -> Update:
    """Answer a counter-question from the retrieved records, or say that no source covers it."""
    understood = Understanding.model_validate(state["understanding"])
    claims = answer_claims(state, _workload(state), runtime.context)
    return {"claims": [claim.model_dump(mode="json") for claim in claims], **posed(state, understood)}


def explain(state: ConsultationState, runtime: Context) -> Update:
    """Tell the recommendation; with a model, its sentences replace ours where they hold."""
    context = runtime.context
    assessment = context.assess(_workload(state))
    claims = explanation(assessment, _workload(state), context.knowledge, frozenset(state["record_ids"]))
    model: Update = {}
    if context.model is not None:
        from .language_model import phrase_with_model

        book = evidence_book(_workload(state), state["record_ids"], context)
        claims, model = phrase_with_model(state, claims, book, context)
    return {**model, "claims": [claim.model_dump(mode="json") for claim in claims]}


def verify(state: ConsultationState, runtime: Context) -> Update:
    """Drop every sentence that its evidence doesn't support."""
    if not state["claims"]:
        return {}
    asked = ""
    if state.get("route") == "answer":
        asked = Understanding.model_validate(state["understanding"]).question_text
    kept, dropped = supported(state["claims"], _workload(state), state["record_ids"], runtime.context, asked)
    notices = list(state["notices"])
    if dropped:
        notices.append(f"{len(dropped)} sentence(s) had no support in the sources and were left out.")
    return {"claims": kept, "notices": notices}


def _workload(state: ConsultationState) -> Workload:
    return Workload.model_validate(state.get("workload") or {})
