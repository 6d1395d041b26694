"""One conversation: messages in, replies out, turns serialised, nothing lost.

`open_consultation` builds it: in memory for evaluations and one-shot advice, or on a session store
whose checkpoints are written at every step (`sync`) so that a crash loses no message.
"""

import threading
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge import Knowledge, load
from knowledge.errors import StackwrightError
from tools.assessment import Assessment
from tools.profile import Profile
from tools.workload import Known, Workload

from .context import TurnContext
from .graph import build_graph
from .language import Understanding
from .presentation import render
from .reply import AskedQuestion, Claim, Reply
from .sessions import SessionStore

if TYPE_CHECKING:
    from .model_port import ChatModel

MEMORY_THREAD = "memory"


@dataclass
class Consultation:
    """A conversation about one workload."""

    context: TurnContext
    graph: Any
    thread: str
    store: SessionStore | None = None
    turns: int = 0
    asked: list[str] = field(default_factory=list)
    """Workload slots asked so far, in order."""
    last: Reply | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def turn(self, message: str) -> Reply:
        """Answer one message. The message is stored first; if no answer comes about it can be sent again."""
        with self._lock:
            number = self.store.begin(self.thread, message) if self.store else self.turns + 1
            try:
                reply = self._run(message, number)
            except StackwrightError:
                if self.store:
                    self.store.discard(self.thread, number)
                raise
            self._remember(reply, number)
            return reply

    def resume(self) -> list[tuple[str, dict[str, Any] | None]]:
        """(message, reply) of the stored turns; a turn that was cut off is answered now."""
        if self.store is None:
            return []
        rows = self.store.turns(self.thread)
        for row in rows:
            if row.reply is None:
                self._remember(self._run(row.message, row.turn), row.turn)
        if rows:
            self.turns = rows[-1].turn
        return [(row.message, row.reply) for row in self.store.turns(self.thread)]

    def workload(self) -> Workload:
        """Everything known now."""
        state = self.graph.get_state(self._config()).values
        return Workload.model_validate(state.get("workload") or {})

    def _run(self, message: str, number: int) -> Reply:
        state = self.graph.invoke(
            {"message": message, "turn": number},
            self._config(),
            context=self.context,
            durability="sync" if self.store else "exit",
        )
        return to_reply(state, self.context)

    def _remember(self, reply: Reply, number: int) -> None:
        self.turns, self.last = number, reply
        if reply.question is not None:
            self.asked.extend(reply.question.slots)
        if self.store is not None:
            stored = reply.model_dump(mode="json", exclude={"assessment"})
            verdict = reply.assessment.winner.title if reply.assessment and reply.assessment.winner else ""
            title = _title(self.store.turns(self.thread)[0].message)
            phase = "recommended" if reply.done else "interviewing"
            self.store.finish(self.thread, number, stored, phase, title, verdict)

    def _config(self) -> dict[str, Any]:
        return {"configurable": {"thread_id": self.thread}}


def open_consultation(
    knowledge: Knowledge | None = None,
    profile: Profile | None = None,
    as_of: date | None = None,
    store: Path | SessionStore | None = None,
    session: str | None = None,
    model: "ChatModel | None" = None,
) -> Consultation:
    """A new consultation, or `session` of `store` opened again."""
    context = TurnContext(
        knowledge=knowledge or load(),
        as_of=as_of or date.today(),
        profile=profile or Profile(),
        model=model,
    )
    if store is None:
        from langgraph.checkpoint.memory import InMemorySaver

        return Consultation(context, build_graph(InMemorySaver(serde=_serializer())), MEMORY_THREAD)
    sessions = store if isinstance(store, SessionStore) else SessionStore(store)
    if session is None:
        session = sessions.create({"as_of": context.as_of.isoformat(), "profile": context.profile.name})
    else:
        sessions.settings(session)
    from langgraph.checkpoint.sqlite import SqliteSaver

    saver = SqliteSaver(sessions.connection, serde=_serializer())
    return Consultation(context, build_graph(saver), session, sessions)


def _serializer() -> Any:
    """Strict msgpack: nothing but plain values is ever loaded from a checkpoint."""
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    return JsonPlusSerializer(allowed_msgpack_modules=[])


def to_reply(state: dict[str, Any], context: TurnContext) -> Reply:
    """The state after a turn as a reply."""
    workload = Workload.model_validate(state["workload"])
    understood = Understanding.model_validate(state["understanding"])
    assessment = context.assess(workload) if state["kind"] == "recommendation" else None
    question = AskedQuestion.model_validate(state["question"]) if state["question"] else None
    claims = tuple(Claim.model_validate(claim) for claim in state["claims"])
    plain = Reply(
        turn=state["turn"],
        kind=state["kind"],
        text="",
        claims=claims,
        question=question,
        updates=tuple(item for item in workload.history if item.turn == state["turn"]),
        replaced=tuple(
            (Known.model_validate(old), Known.model_validate(new)) for old, new in state["replaced"]
        ),
        conflicts=_conflicts(assessment, workload, context),
        rejected=understood.rejected,
        unused=understood.unused,
        notices=tuple(state["notices"]),
        workload=workload,
        assessment=assessment,
        engine=context.model.name if context.model is not None else "rules",
        language=understood.language,
        done=state["kind"] == "recommendation",
    )
    return render(plain, understood, context)


def _conflicts(assessment: Assessment | None, workload: Workload, context: TurnContext) -> Any:
    if assessment is not None:
        return assessment.conflicts
    from tools.ranking import rank

    return rank(workload, context.knowledge, context.as_of, context.profile).conflicts


def _title(message: str) -> str:
    words = " ".join(message.split())
    return words if len(words) <= 60 else f"{words[:57]}..."
