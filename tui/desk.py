"""What the screen talks to: the consultation in front, the stored ones, and how a record is written.

Everything heavy (knowledge, graph, index) is imported inside the methods, which run beside the screen
after its first frame.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from knowledge.errors import InputRefused, SessionUnavailable

from .settings import Settings

if TYPE_CHECKING:
    from agent.reply import Reply
    from agent.sessions import SessionRow, SessionStore
    from tools.workload import Workload

READING, RANKING, WRITING = "reading", "ranking", "writing"
STEP_WORDS = {
    "admit": READING, "understand": READING, "reconcile": READING, "decide": RANKING, "advise": RANKING,
    "ask": WRITING, "retrieve": WRITING, "answer": WRITING, "explain": WRITING, "verify": WRITING,
}  # fmt: skip
"""Step of the graph -> what the screen says meanwhile."""
Step = Callable[[str], None]


class Conversation(Protocol):
    """What is used of `agent.consultation.Consultation`."""

    thread: str
    context: Any

    def turn(self, message: str) -> "Reply": ...
    def resume(self) -> list[tuple[str, dict[str, Any] | None]]: ...
    def workload(self) -> "Workload": ...


class Opened(NamedTuple):
    """A consultation as the screen starts with it."""

    session: str
    turns: list[tuple[str, "Reply"]]
    decision: "Reply | None"
    """The last recommendation, its assessment computed anew."""
    notices: tuple[str, ...] = ()


class Stepping:
    """A graph that says which step it takes; otherwise the graph itself."""

    def __init__(self, graph: Any, step: Step) -> None:
        self._graph, self._step = graph, step

    def invoke(self, state: Any, config: Any, **options: Any) -> Any:
        final: Any = {}
        for mode, data in self._graph.stream(state, config, stream_mode=["tasks", "values"], **options):
            if mode == "values":
                final = data
            elif "input" in data:
                self._step(STEP_WORDS.get(data["name"], WRITING))
        return final

    def __getattr__(self, name: str) -> Any:
        return getattr(self._graph, name)


class Desk:
    """One window's consultation and the store behind it."""

    def __init__(
        self, settings: Settings, opener: Callable[[str | None], Conversation] | None = None
    ) -> None:
        self.settings = settings
        self.conversation: Conversation | None = None
        self.step: Step = lambda word: None
        """Told from the working thread what is being done."""
        self._opener = opener or self._open_real
        self._store: SessionStore | None = None
        self._notices: list[str] = []

    def store(self) -> "SessionStore | None":
        """The session store, or None (said once) where nothing can be stored."""
        if self._store is None and not self._notices:
            from .storage import open_store

            try:
                self._store = open_store(self.settings)
            except SessionUnavailable as error:
                self._notices.append(f"{error} This consultation is kept in memory only.")
        return self._store

    def sessions(self) -> "list[SessionRow]":
        store = self.store()
        return store.list() if store is not None else []

    def delete(self, session: str) -> None:
        store = self.store()
        if store is not None:
            store.delete(session)

    def session_wanted(self, resume: str | None) -> str | None:
        """The stored consultation that `--resume [ID]` means."""
        from .storage import session_to_resume

        store = self.store()
        return session_to_resume(store, resume) if store is not None else None

    def open(self, session: str | None = None) -> Opened:
        """A new consultation, or a stored one with its decision computed again."""
        self.conversation = self._opener(session)
        stored = self._resumed(self.conversation) if session is not None else []
        turns = [(message, _reply(number, reply)) for number, (message, reply) in enumerate(stored, 1)]
        notices, self._notices = tuple(self._notices), []
        return Opened(self.conversation.thread, turns, self._decision(turns), notices)

    def _open_real(self, session: str | None) -> Conversation:
        from agent.consultation import open_consultation

        consultation = open_consultation(
            knowledge=self.settings.open_knowledge(),
            profile=self.settings.open_profile(),
            as_of=self.settings.date(),
            model=self.settings.open_model(),
            store=self.store(),
            session=session,
        )
        self._notices.extend(self.settings.knowledge_remarks())
        consultation.graph = Stepping(consultation.graph, lambda word: self.step(word))
        return consultation

    def _resumed(self, conversation: Conversation) -> list[tuple[str, dict[str, Any] | None]]:
        """The stored turns; a message that can't be answered is taken out rather than tried forever."""
        try:
            return conversation.resume()
        except Exception:  # noqa: BLE001 - whatever it was, the other turns must open
            self._drop_unanswered(conversation)
            self._notices.append("The last message could not be answered; please send it again.")
            return conversation.resume()

    def _decision(self, turns: "list[tuple[str, Reply]]") -> "Reply | None":
        done = next((reply for _, reply in reversed(turns) if reply.kind == "recommendation"), None)
        if done is None or self.conversation is None:
            return None
        workload = self.conversation.workload()
        assessment = self.conversation.context.assess(workload)
        return done.model_copy(update={"assessment": assessment, "workload": workload})

    def send(self, message: str) -> "Reply":
        """One turn; a turn that failed leaves nothing behind, so that its message can be sent again."""
        assert self.conversation is not None
        try:
            return self.conversation.turn(message)
        except Exception:
            self._drop_unanswered(self.conversation)
            raise

    def _drop_unanswered(self, conversation: Conversation) -> None:
        if self._store is not None:
            for row in self._store.turns(conversation.thread):
                if row.reply is None:
                    self._store.discard(conversation.thread, row.turn)

    def slot_name(self, slot: str) -> str:
        """The role's name without what stands in brackets."""
        context = getattr(self.conversation, "context", None)
        slots = getattr(getattr(context, "knowledge", None), "slots", {})
        name = slots[slot].name if slot in slots else slot
        return str(name).split(" (")[0]

    def record(self, form: str, decision: "Reply | None") -> str:
        """The decision record in `markdown` or `json`."""
        if self.conversation is None:
            raise InputRefused("There is nothing to export yet.", "Describe the workload first.")
        from agent.decision_text import decision_text

        return decision_text(self.conversation, form, decision.claims if decision is not None else ())


def _reply(number: int, stored: "dict[str, Any] | None") -> "Reply":
    """A stored reply; one of another version is shown as text."""
    from pydantic import ValidationError

    from agent.reply import Reply

    try:
        return Reply.model_validate(stored or {})
    except ValidationError:
        return Reply(turn=number, kind="answer", text=str((stored or {}).get("text", "")))
