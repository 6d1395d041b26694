"""What a turn does with a message: take back, repeat the open question, ask the next one, answer, or advise."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from knowledge import Knowledge
from tools.profile import Profile
from tools.ranking import rank
from tools.workload import Workload

from .admission import holds_words
from .context import TurnContext
from .interview import Asked, Candidate, next_question
from .language import Understanding
from .reply import AskedQuestion
from .state import ConsultationState
from .wording import asked_question, which_question

Update = dict[str, Any]
ENOUGH_UNPROMPTED = 12
"""Workload slots in an opening message that make an interview superfluous but for one follow-up."""
PURPOSE = "purpose"
COMMANDS = {"undo": "undo", "skip": "skip", "recommend": "just_recommend", "why": "why"}
"""Slash commands that a message may be, and what they mean."""
ASIDE = frozenset({"just_recommend", "skip", "dont_know", "refuse", "undo"})
"""Intents of messages that hold no word of our subject and still answer."""
ENDING = frozenset({"just_recommend"})
BY_ITSELF = "Ask it by itself to have it answered: {}"


def commanded(understood: Understanding) -> Understanding:
    """A slash command as the intent or question that it stands for."""
    name, _, rest = understood.command.removeprefix("/").partition(" ")
    if name not in COMMANDS:
        return understood
    if name == "why" and rest.strip():
        return understood.model_copy(update={"command": "", "question_text": f"why {rest.strip()}?"})
    return understood.model_copy(update={"command": "", "intents": frozenset({COMMANDS[name]})})


def taken_back(state: ConsultationState, workload: Workload) -> Update:
    """The state before the last answer: its values are gone, and its question may be asked again."""
    turns = [item.turn for item in workload.history] + [item.turn for item in workload.slots]
    last = max(turns, default=0)
    if not last:
        notices = [*state["notices"], "There is nothing to take back."]
        return {"workload": workload.model_dump(mode="json"), "notices": notices}
    asked = state.get("asked_at", [])
    answered = max((place for place, (turn, _) in enumerate(asked) if turn < last), default=0)
    kept = asked[:answered]
    return {
        "workload": workload.without_turn(last).model_dump(mode="json"),
        "asked_at": kept,
        "asked_slots": [slot for _, slots in kept for slot in slots],
        "questions": len(kept),
        "asked_now": [],
        "pending": {},
        "notices": [*state["notices"], f"What you said in message {last} is taken back."],
    }


def decision(state: ConsultationState, workload: Workload, context: TurnContext) -> Update:
    """The route of this turn, with the question that it poses or repeats."""
    understood = Understanding.model_validate(state["understanding"])
    recommended = state.get("phase") == "recommended"
    beside = bool(understood.updates)  # of a question that is answered
    if (
        understood.question_text
        and not understood.intents & ENDING
        and (not beside or understood.asks_catalogue)
    ):
        waiting = None if recommended else _open_question(state, workload, understood, context)
        if not beside or waiting:
            return {"route": "answer", "question": waiting or {}}
    pending = state.get("pending") or {}
    aside = understood.idle and not understood.intents & ASIDE and not pending.get("repeated")
    unclear = "affirmation" in understood.intents and not pending.get("repeated")
    if (_says_nothing(understood, state["message"]) or aside or unclear) and pending:
        return {"route": "ask", "question": {**pending, "repeated": True}}
    if understood.several and not recommended and not understood.intents & ENDING:
        number = state.get("questions", 0) + 1
        which = which_question(understood.several, number, context.knowledge)
        return {"route": "ask", "question": which.model_dump(mode="json")}
    if recommended and not _adds(understood):
        return {"route": "answer"}
    ended = recommended or bool(understood.intents & ENDING)
    known = bool(workload.history) or PURPOSE in asked_ids(state.get("asked_slots", ()), context.knowledge)
    if ended and known:
        return {"route": "advise"}
    question = _next(state, workload, context)
    return {"route": "ask", "question": question} if question else {"route": "advise"}


def _adds(understood: Understanding) -> bool:
    """Whether a message after a recommendation can change it, or asks for it again."""
    return bool(understood.updates or understood.unknown_slots or understood.intents & {*ENDING, "undo"})


def remark(understood: Understanding, state: ConsultationState) -> list[str]:
    """What is said about a message that states nothing."""
    pending = state.get("pending") or {}
    if "why" in understood.intents and not understood.updates:
        return [pending.get("why") or "No question is open now."]
    if understood.asks_catalogue and understood.updates and state.get("phase") == "recommended":
        return [BY_ITSELF.format(" ".join(understood.question_text.splitlines()))]
    if "affirmation" in understood.intents:
        return ["A yes alone leaves open which of the questions it answers; please say it for each."]
    if understood.command:
        return [f"{understood.command.split(' ')[0]} is not something I can do here."]
    if not holds_words(state["message"]):
        return ["There are no words in that message; describe the workload in a sentence or two."]
    return []


def _says_nothing(understood: Understanding, message: str) -> bool:
    """Neither a value nor an answer: the open question stays open."""
    if understood.updates or understood.unknown_slots:
        return False
    return (
        not understood.readable
        or bool(understood.command)
        or bool(understood.intents & {"why", "greeting", "undo"})
        or not holds_words(message)
    )


def _open_question(
    state: ConsultationState, workload: Workload, understood: Understanding, context: TurnContext
) -> Update | None:
    """The question that waits, to be repeated, or the next one where none does or the message answers it."""
    pending = state.get("pending") or {}
    told = {context.knowledge.fields[item.field].slot for item in understood.updates}
    if pending and told.isdisjoint(pending["slots"]):
        return {**pending, "repeated": True}
    return _next(state, workload, context)


def _next(state: ConsultationState, workload: Workload, context: TurnContext) -> Update | None:
    """The next question as plain values, or None when advice is due."""
    asked = Asked(frozenset(state.get("asked_slots", ())), state.get("questions", 0))
    said = {item.slot for item in workload.slots}
    told_much = state["turn"] <= 2 and len(said) >= ENOUGH_UNPROMPTED and asked.questions
    if told_much and not _purpose_open(workload, asked, context.knowledge):
        return None
    question = question_due(workload, asked, context.knowledge, context.as_of, context.profile)
    return None if question is None else question.model_dump(mode="json")


def question_due(
    workload: Workload, asked: Asked, knowledge: Knowledge, as_of: date, profile: Profile
) -> AskedQuestion | None:
    """The question to put next, the purpose before all else; None when advice is due."""
    if _purpose_open(workload, asked, knowledge):
        purpose = knowledge.questions[PURPOSE]
        return asked_question(Candidate(purpose, purpose.parts, 0.0, 0, 0), asked.questions + 1)
    ranking = rank(workload, knowledge, as_of, profile)
    chosen = next_question(ranking, workload, asked, knowledge, as_of, profile)
    return None if chosen is None else asked_question(chosen, asked.questions + 1)


def _purpose_open(workload: Workload, asked: Asked, knowledge: Knowledge) -> bool:
    """Whether nothing says what the work is, and nobody asked yet."""
    known = any(knowledge.fields[field].slot == "use_case" for field in workload.known)
    return not known and PURPOSE not in asked_ids(asked.slots, knowledge)


def asked_ids(slots: Iterable[str], knowledge: Knowledge) -> set[str]:
    """Questions of which a part was asked."""
    asked = set(slots)
    return {
        item.id for item in knowledge.questions.values() if any(part.slot in asked for part in item.parts)
    }


def posed(state: ConsultationState, understood: Understanding) -> Update:
    """What is noted when this turn poses a question: its slots, and those whose unit is missing."""
    question = state["question"]
    if not question:
        return {}
    units = [item.slot for item in understood.missing_unit]
    slots = list(question["slots"])
    waiting = {"asked_now": list(dict.fromkeys([*slots, *units])), "phase": "interviewing"}
    if question.get("repeated"):
        return {**waiting, "pending": question}
    return {
        **waiting,
        "pending": question,
        "asked_slots": [*state.get("asked_slots", ()), *slots],
        "asked_at": [*state.get("asked_at", ()), [state["turn"], slots]],
        "questions": state.get("questions", 0) + 1,
    }
