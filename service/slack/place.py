"""Where a conversation is in Slack, and whose it is: a thread of a channel of a workspace."""

import re
from typing import Self

from pydantic import BaseModel, ConfigDict

_ID = re.compile(r"[A-Z][A-Z0-9]{1,30}")
_TS = re.compile(r"\d{1,12}\.\d{1,9}")
NO_ENTERPRISE = "-"


class Place(BaseModel):
    """A thread. Its members share a consultation; nobody outside its channel can reach it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enterprise: str = NO_ENTERPRISE
    team: str
    channel: str
    thread: str
    """Time stamp of the thread's first message, which is its name in Slack."""

    @property
    def session(self) -> str:
        return f"slack:{self.enterprise}:{self.team}:{self.channel}:{self.thread}"

    @property
    def owner(self) -> str:
        return f"{team_owner(self.team)}{self.channel}"

    @property
    def is_direct(self) -> bool:
        """A conversation between one person and the app."""
        return self.channel.startswith("D")

    @classmethod
    def of_session(cls, session: str) -> Self | None:
        """The place of a session's name; None for a name that isn't one of ours."""
        head, *parts = session.split(":")
        return cls.named(*parts) if head == "slack" and len(parts) == 4 else None

    @classmethod
    def named(cls, enterprise: object, team: object, channel: object, thread: object) -> Self | None:
        """A place from what an event says; None where a part isn't what Slack names things."""
        enterprise = enterprise or NO_ENTERPRISE
        known = enterprise == NO_ENTERPRISE or is_id(enterprise)
        if not (known and is_id(team) and is_id(channel) and is_ts(thread)):
            return None
        return cls(enterprise=str(enterprise), team=str(team), channel=str(channel), thread=str(thread))


def team_owner(team: str) -> str:
    """What the owners of all sessions of a workspace start with."""
    return f"slack:{team}:"


def is_id(value: object) -> bool:
    """Whether it is an id as Slack gives to workspaces, channels and people."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def is_ts(value: object) -> bool:
    """Whether it is a time stamp as Slack names messages by."""
    return isinstance(value, str) and _TS.fullmatch(value) is not None
