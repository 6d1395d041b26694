"""What the consultations of one process share: knowledge, index, profile, model and clock."""

import time
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from agent.consultation import Consultation, open_consultation
from agent.sessions import SessionStore
from knowledge import Knowledge
from tools.profile import Profile

if TYPE_CHECKING:
    from agent.model_port import ChatModel
    from knowledge.index import Retriever


QUIET_S = 300.0
"""A model that failed too often is left alone for so long."""


@dataclass
class _Failing:
    """How often in a row the model failed in this process, and since when it has been left alone."""

    count: int = 0
    since: float = 0.0

    def now(self) -> int:
        """Failures that still count."""
        return self.count if time.monotonic() - self.since < QUIET_S else 0

    def saw(self, count: int) -> None:
        if count != self.count:
            self.count, self.since = count, time.monotonic()


@dataclass(frozen=True)
class Office:
    """Opens consultations that cost little, since what is heavy is loaded once."""

    knowledge: Knowledge
    profile: Profile = field(default_factory=Profile)
    model: "ChatModel | None" = None
    as_of: date | None = None
    """The date that prices and ages count from; None: today, also tomorrow."""
    _failing: _Failing = field(default_factory=_Failing)

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
        return open_consultation(
            knowledge=self.knowledge,
            profile=self.profile,
            as_of=self.as_of,
            store=store,
            session=session,
            model=self.model,
            retriever=self.retriever,
        )

    def answer(self, store: SessionStore, session: str, wait: bool = True) -> int:
        """Answer every message of a session that waits, in order, alone with it; how many there were.

        SessionUnavailable where it was deleted or, unless `wait`, where somebody else is at it.
        """
        with store.held(session, wait) as held:
            if not held.waiting(session):
                return 0
            consultation = self.open(held, session)
            consultation.context.model_failures = self._failing.now()
            answered = consultation.answer_waiting()
            self._failing.saw(consultation.context.model_failures)
            return answered
