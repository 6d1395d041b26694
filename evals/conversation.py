"""One simulated user and one advisor, until the advice is given, the turns are up, or something breaks."""

from typing import NamedTuple

from agent.reply import Reply

from .advisor import Advisor, OpenAdvisor
from .case import Script
from .simulated_user import OpenUser, SimulatedUser, User, asked_slots
from .vocabulary import vocabulary

MAX_TURNS = 16


class Conversation(NamedTuple):
    """What was said."""

    messages: tuple[str, ...]
    replies: tuple[Reply, ...]
    exception: str | None

    @property
    def asked(self) -> tuple[str, ...]:
        """Workload slots asked about, in order; a question that only still stands open counts once."""
        return tuple(
            slot
            for reply in self.replies
            if not (reply.question is not None and reply.question.repeated)
            for slot in asked_slots(reply, vocabulary())
        )


def converse(script: Script, open_advisor: OpenAdvisor, open_user: OpenUser = SimulatedUser) -> Conversation:
    """Run one script against a fresh advisor."""
    user: User = open_user(script)
    messages: list[str] = []
    replies: list[Reply] = []
    message: str | None = user.open()
    try:
        advisor: Advisor = open_advisor()
        while message is not None and len(messages) < MAX_TURNS:
            messages.append(message)
            replies.append(advisor.turn(message))
            message = user.respond(replies[-1])
    except Exception as error:  # noqa: BLE001 - whatever the advisor raises is a finding about this case
        summary = " ".join(str(error).split())
        return Conversation(tuple(messages), tuple(replies), f"{type(error).__name__}: {summary}")
    return Conversation(tuple(messages), tuple(replies), None)
