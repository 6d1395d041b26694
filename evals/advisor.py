"""The seam between an evaluation and what it evaluates: messages in, replies out, nothing else."""

from collections.abc import Callable
from datetime import date
from typing import Protocol

from agent.model_port import ChatModel
from agent.reply import Reply
from knowledge import Knowledge
from tools.profile import Profile


class Advisor(Protocol):
    """One consultation."""

    def turn(self, message: str) -> Reply:
        """Answer one user message."""
        ...


OpenAdvisor = Callable[[], Advisor]
"""Begins a consultation that knows nothing of any other."""


def product_advisor(
    knowledge: Knowledge,
    profile: Profile | None = None,
    as_of: date | None = None,
    model: ChatModel | None = None,
) -> OpenAdvisor:
    """Consultations of the product itself, each kept in memory only; by rules unless a model is given."""

    def begin() -> Advisor:
        # Imported when called: the consultation brings the graph library with it.
        from agent.consultation import open_consultation

        return open_consultation(knowledge=knowledge, profile=profile, as_of=as_of, store=None, model=model)

    return begin
