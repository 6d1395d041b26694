"""What a consultation's graph works with, none of it stored: knowledge, retrieval, model, date, profile."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from knowledge import Knowledge
from knowledge.errors import UnknownName
from tools.assessment import Assessment
from tools.profile import Profile
from tools.workload import Workload

from .assessments import Assessments
from .breaker import Breaker

if TYPE_CHECKING:
    from knowledge.index import Retriever

    from .model_port import ChatModel


@dataclass
class TurnContext:
    """Handles and settings of one consultation; heavy parts are loaded when first used."""

    knowledge: Knowledge
    as_of: date
    profile: Profile = field(default_factory=Profile)
    model: "ChatModel | None" = None
    notices: list[str] = field(default_factory=list)
    """Things to tell the user once: index rebuilt, no exchange rate."""
    breaker: Breaker = field(default_factory=Breaker)
    """Of the model; several consultations of one process may share it."""
    model_time: tuple[int, float] = (0, 0.0)
    """(turn, seconds that the calls of the model took in it)"""
    assessments: Assessments = field(default_factory=Assessments)
    """That were asked for before; several consultations of one process may share them."""
    shared_retriever: "Retriever | None" = None
    """The index that several consultations of one process search; without it each opens its own."""

    def told(self) -> list[str]:
        """The notices that wait to be told; each is told once."""
        waiting, self.notices = list(dict.fromkeys(self.notices)), []
        return waiting

    @cached_property
    def retriever(self) -> "Retriever":
        if self.shared_retriever is not None:
            return self.shared_retriever
        from knowledge.index import Retriever

        return Retriever(self.knowledge)

    def to_usd(self, amount: float, currency: str) -> float:
        """`amount` at the dated reference rate; unconverted, and said once, where there is none."""
        from tools.cost import convert

        try:
            return convert(self.knowledge, amount, currency, "USD", self.as_of).typical
        except UnknownName:
            self.notices.append(f"No exchange rate for {currency} is known: the amount counts as USD.")
            return amount

    def assess(self, workload: Workload) -> Assessment:
        """The full assessment."""
        return self.assessments.of(workload, self.knowledge, self.as_of, self.profile)
