"""What the consultations of one process share: knowledge, index, profile, model and clock."""

import logging
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from agent.assessments import Assessments
from agent.breaker import Breaker
from agent.consultation import SET_ASIDE, Consultation, open_consultation
from agent.failure_place import place_of
from agent.reply import Reply
from agent.sessions import SessionStore
from knowledge import Knowledge
from knowledge.errors import SessionUnavailable
from tools.profile import Profile

from .measured_model import MeasuredModel
from .telemetry import measured

if TYPE_CHECKING:
    from agent.model_port import ChatModel
    from knowledge.index import Retriever


log = logging.getLogger(__name__)
QUIET_S = 300.0
"""A model that failed too often is left alone for so long; then one call tries again."""
KEPT_ASSESSMENTS = 32
"""A consultation is opened anew for each message: of so many what was assessed for the last one is at hand."""


@dataclass(frozen=True)
class Office:
    """Opens consultations that cost little, since what is heavy is loaded once."""

    knowledge: Knowledge
    profile: Profile = field(default_factory=Profile)
    model: "ChatModel | None" = None
    as_of: date | None = None
    """The date that prices and ages count from; None: today, also tomorrow."""
    breaker: Breaker = field(default_factory=lambda: Breaker(QUIET_S))
    """What one consultation finds out about the model holds for all of this process."""
    assessments: Assessments = field(default_factory=lambda: Assessments(KEPT_ASSESSMENTS))

    @cached_property
    def retriever(self) -> "Retriever":
        from knowledge.index import Retriever

        return Retriever(self.knowledge)

    def warm(self) -> None:
        """Load now what the first answer would have to wait for."""
        from agent.graph import build_graph

        self.retriever.warm()
        build_graph()

    def open(self, store: SessionStore, session: str | None = None) -> Consultation:
        """A new consultation, or a stored one; SessionUnavailable for one that doesn't exist."""
        consultation = open_consultation(
            knowledge=self.knowledge,
            profile=self.profile,
            as_of=self.as_of,
            store=store,
            session=session,
            model=MeasuredModel(self.model) if self.model else None,
            retriever=self.retriever,
            assessments=self.assessments,
        )
        consultation.context.breaker = self.breaker
        return consultation

    def answer(self, store: SessionStore, session: str, wait: bool = True) -> int:
        """Answer every message of a session that waits, in order, alone with it; how many there were.

        SessionUnavailable where it was deleted or, unless `wait`, where somebody else is at it.
        """
        with store.held(session, wait) as held:
            if not held.waiting(session):
                return 0
            try:
                with measured("answer"):
                    return self.open(held, session).answer_waiting()
            except SessionUnavailable:
                raise
            except store.outages:
                raise
            except Exception as error:  # noqa: BLE001 - whatever is wrong with a session, whoever wrote hears of it
                log.error("a session could not be opened: %s", place_of(error))
                return _set_aside(held, session)


def _set_aside(held: SessionStore, session: str) -> int:
    """Say of every message that waits that it can't be answered."""
    rows, phase = held.waiting(session), held.describe(session).phase
    for row in rows:
        reply = Reply(turn=row.turn, kind="error", text=SET_ASIDE).model_dump(mode="json")
        held.finish(session, row.turn, reply, phase, "", "")
    return len(rows)
