"""One conversation: messages in, replies out, turns serialised, nothing lost.

`open_consultation` builds it: in memory for evaluations and one-shot advice, or on a session store
whose checkpoints are written at every step (`sync`) so that a crash loses no message. A turn that was cut
off goes on where it stopped, so that its message counts once.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from knowledge import Knowledge, load
from knowledge.errors import SessionUnavailable, StackwrightError, StateNewer, StateUnreadable
from tools.assessment import Assessment
from tools.profile import Profile
from tools.workload import Known, Workload

from .admission import admitted
from .assessments import Assessments
from .context import TurnContext
from .failure_place import place_of
from .graph import build_graph
from .language import Understanding
from .presentation import render
from .reply import AskedQuestion, Claim, Reply
from .sessions import SessionStore, TurnRow
from .sqlite_sessions import SqliteSessions
from .state import SCHEMA_VERSION, check_version, migrate, serializer, version_of

if TYPE_CHECKING:
    from knowledge.index import Retriever

    from .model_port import ChatModel

Found = TypeVar("Found")
MEMORY_THREAD = "memory"
log = logging.getLogger(__name__)
MOST_RESUMPTIONS = 5
"""A turn that was cut off so often is taken to be what kills its process."""
SET_ASIDE = "This message could not be answered and was set aside; what you said before still counts."
LOST = "What this consultation knew can't be read any more, so it begins anew."
LOST_HINT = "Please describe the workload again; what was said before can still be read."


class CutOffTooOften(Exception):
    """Whoever answers this turn dies of it."""


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
        message = admitted(message)
        if self.store is None:
            with self._lock:
                return self._answer(message, self.turns + 1)
        with self._lock, self.store.held(self.thread):
            late = self._catch_up()
            if late and late[-1][0] == message:
                return late[-1][1]
            number = self.store.accept(self.thread, message).turn
            try:
                return self._answer(message, number)
            except StackwrightError:
                self.store.discard(self.thread, number)
                raise

    def resume(self) -> list[tuple[str, dict[str, Any] | None]]:
        """(message, reply) of the stored turns; those that were cut off are answered now."""
        if self.store is None:
            return []
        with self._lock:
            if not self.store.read_only:
                with suppress(SessionUnavailable), self.store.held(self.thread):
                    self._catch_up()
            rows = self.store.turns(self.thread)
            self.turns = rows[-1].turn if rows else 0
            # What was said can be read where the state can't.
            with suppress(StateUnreadable):
                self.asked = list(self._state().get("asked_slots", ()))
        return [(row.message, row.reply) for row in rows]

    def answer_waiting(self) -> int:
        """Answer every message that waits, in order, and count them; the caller holds the session."""
        with self._lock:
            return len(self._catch_up())

    def _catch_up(self) -> list[tuple[str, Reply]]:
        """(message, reply) of the turns that had no reply; a message that fails again is set aside and said."""
        assert self.store is not None
        return [(row.message, self._answer_late(row)) for row in self.store.waiting(self.thread)]

    def _answer_late(self, row: TurnRow) -> Reply:
        assert self.store is not None
        try:
            return self._answer(row.message, row.turn, again=True)
        except self._outages:
            raise
        except StateUnreadable as error:
            text = str(error)
        except StackwrightError as error:
            text = self._set_back(row.turn, str(error))
        except Exception as error:  # noqa: BLE001 - whatever broke the turn must not lock the session for ever
            log.error("a message was set aside: %s", place_of(error))
            text = self._set_back(row.turn, SET_ASIDE)
        reply = Reply(turn=row.turn, kind="error", text=text)
        self._remember(reply, row.turn)
        return reply

    def _set_back(self, number: int, text: str) -> str:
        """Forget what was begun of this turn; `text`, or that more had to be forgotten."""
        try:
            self._forget_unfinished(number)
        except StateUnreadable as error:
            return str(error)
        return text

    def _answer(self, message: str, number: int, again: bool = False) -> Reply:
        reply = self._run(message, number, again)
        self._remember(reply, number)
        return reply

    def workload(self) -> Workload:
        """Everything known now."""
        return Workload.model_validate(self._state().get("workload") or {})

    def _state(self) -> dict[str, Any]:
        values: dict[str, Any] = self._snapshot().values
        return dict(migrate(values)) if values else {}  # type: ignore[arg-type]

    def _snapshot(self) -> Any:
        """The stored state; StateUnreadable where it is damaged or of a newer version."""
        snapshot = self._read(lambda: self.graph.get_state(self._config()))
        check_version(snapshot.values)
        return snapshot

    def _read(self, reading: Callable[[], Found]) -> Found:
        """What `reading` finds in the checkpoints; StateUnreadable where they are damaged."""
        try:
            return reading()
        except SessionUnavailable:
            raise
        except self._outages:
            raise
        except Exception as error:  # what a damaged checkpoint raises depends on where the damage is
            log.error("the state of a consultation can't be read: %s", place_of(error))
            raise StateUnreadable(LOST, LOST_HINT) from error

    @property
    def _outages(self) -> tuple[type[Exception], ...]:
        return self.store.outages if self.store is not None else ()

    def _run(self, message: str, number: int, again: bool = False) -> Reply:
        """Run the graph for one message; `again`: go on with what a crash left of the same turn."""
        snapshot = self._to_go_on_with()
        started: dict[str, Any] | None = {"message": message, "turn": number}
        begun = again and snapshot.values.get("turn") == number
        # `next` leaves out a step whose outcome is stored but not yet taken over; `tasks` has all that is open.
        if begun and not snapshot.tasks:
            return to_reply(dict(migrate(snapshot.values)), self.context)
        if begun:
            self._note_resumption(number)
        if begun and version_of(snapshot.values) == SCHEMA_VERSION:
            started = None
        elif snapshot.tasks:
            # Steps of this version can't go on in the middle of what an older one began.
            self._forget_unfinished(number)
        state = self.graph.invoke(
            started,
            self._config(),
            context=self.context,
            durability="sync" if self.store else "exit",
        )
        return to_reply(state, self.context)

    def _to_go_on_with(self) -> Any:
        """The stored state; one that is damaged is said to be lost, once, and the next message begins anew."""
        try:
            return self._snapshot()
        except StateNewer:
            raise
        except StateUnreadable:
            self._begin_anew()
            raise

    def _begin_anew(self) -> None:
        self.graph.checkpointer.delete_thread(self.thread)

    def _note_resumption(self, number: int) -> None:
        if self.store is not None and self.store.resumed(self.thread, number) > MOST_RESUMPTIONS:
            raise CutOffTooOften

    def _forget_unfinished(self, number: int) -> None:
        """Go back to the state after the last turn that was answered before this one."""
        try:
            history = self._read(lambda: list(self.graph.get_state_history(self._config())))
        except StateUnreadable:
            self._begin_anew()
            raise
        finished = next((item for item in history if not item.tasks and _is_before(item, number)), None)
        if finished is None:
            self._begin_anew()
        else:
            self.graph.update_state(finished.config, {"kind": finished.values["kind"]}, as_node="verify")

    def _remember(self, reply: Reply, number: int) -> None:
        self.turns, self.last = number, reply
        if reply.question is not None and not reply.question.repeated:
            self.asked.extend(reply.question.slots)
        if self.store is not None:
            stored = reply.model_dump(mode="json", exclude={"assessment"})
            verdict = reply.assessment.winner.title if reply.assessment and reply.assessment.winner else ""
            title = _title(self.store.opening(self.thread))
            phase = "recommended" if reply.done else "interviewing"
            self.store.finish(self.thread, number, stored, phase, title, verdict)
            self.store.prune(self.thread)

    def _config(self) -> dict[str, Any]:
        return {"configurable": {"thread_id": self.thread}}


def _is_before(snapshot: Any, number: int) -> bool:
    """Whether it is the state of an earlier turn."""
    return bool(0 < snapshot.values.get("turn", 0) < number)


def open_consultation(
    knowledge: Knowledge | None = None,
    profile: Profile | None = None,
    as_of: date | None = None,
    store: Path | SessionStore | None = None,
    session: str | None = None,
    model: "ChatModel | None" = None,
    retriever: "Retriever | None" = None,
    assessments: Assessments | None = None,
) -> Consultation:
    """A new consultation, or `session` of `store` opened again; `retriever`, `assessments`: shared with others."""
    context = TurnContext(
        knowledge=knowledge or load(),
        as_of=as_of or date.today(),
        profile=profile or Profile(),
        model=model,
        shared_retriever=retriever,
        assessments=assessments or Assessments(),
    )
    if store is None:
        from langgraph.checkpoint.memory import InMemorySaver

        return Consultation(context, build_graph(InMemorySaver(serde=serializer())), MEMORY_THREAD)
    sessions = store if isinstance(store, SessionStore) else SqliteSessions(store)
    if session is None:
        session = sessions.create({"as_of": context.as_of.isoformat(), "profile": context.profile.name})
    else:
        sessions.settings(session)
    return Consultation(context, build_graph(sessions.saver()), session, sessions)


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
        notices=(*state["notices"], *context.told()),
        workload=workload,
        assessment=assessment,
        engine=_engine(state),
        language=understood.language,
        done=state["phase"] == "recommended" and question is None,
    )
    return render(plain, understood, context)


def _engine(state: dict[str, Any]) -> str:
    """rules where no model was used in this turn, or where it failed."""
    used = str(state.get("engine") or "rules")
    return "rules" if used.startswith("rules") else used


def _conflicts(assessment: Assessment | None, workload: Workload, context: TurnContext) -> Any:
    if assessment is not None:
        return assessment.conflicts
    from tools.ranking import rank

    return rank(workload, context.knowledge, context.as_of, context.profile).conflicts


def _title(message: str) -> str:
    words = " ".join(message.split())
    return words if len(words) <= 60 else f"{words[:57]}..."
