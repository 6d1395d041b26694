"""What Slack tells us, as far as it concerns us: messages of people, edits, threads that are opened."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from agent.language.message import MAX_CHARACTERS

from .place import Place, is_id, is_ts
from .text import heard

READ = (None, "", "file_share", "thread_broadcast", "me_message")
"""Kinds of messages that somebody wrote; joins, pins, topics and the like are no messages to us."""
SLACKBOT = "USLACKBOT"
WORDLESS = "Hello"
"""What a message without words, e.g. a bare mention, is taken for."""
Event = dict[str, Any]


class Origin(BaseModel):
    """Who an event concerns: the workspace that we are installed in, and who we are there."""

    model_config = ConfigDict(frozen=True)

    enterprise: str | None = None
    team: str | None = None
    me: str = ""

    def place(self, channel: object, thread: object) -> Place | None:
        return Place.named(self.enterprise, self.team, channel, thread)


class Message(BaseModel):
    """A message of a person."""

    model_config = ConfigDict(frozen=True)

    place: Place
    sender: str
    text: str
    key: str
    """Its time stamp names it in its channel: the mention, the message and every redelivery are one."""
    remark: str = ""
    starts: bool
    """It may open a consultation; another one only counts in a thread where there is one."""


def origin(body: dict[str, Any], enterprise: str | None, team: str | None, me: str) -> Origin:
    """`me` if it is known, else as the event says."""
    grants = body.get("authorizations")
    if not me and isinstance(grants, list):
        users = (item.get("user_id") for item in grants if isinstance(item, dict) and item.get("is_bot"))
        me = next((str(user) for user in users if is_id(user)), "")
    return Origin(enterprise=enterprise, team=team, me=me)


def message(event: Event, origin: Origin, mentioned: bool) -> Message | None:
    """The message of a person that an event holds; None for anything else."""
    ts, user = event.get("ts"), event.get("user")
    if not is_ts(ts) or not is_id(user) or is_of_a_bot(event, origin.me) or event.get("subtype") not in READ:
        return None
    channel = event.get("channel")
    place = origin.place(channel, event.get("thread_ts") or ts)
    if place is None:
        return None
    text, remark = _read(event, origin.me)
    starts = mentioned or place.is_direct
    return Message(
        place=place, sender=str(user), text=text, key=message_key(str(ts)), remark=remark, starts=starts
    )


def message_key(ts: str) -> str:
    return f"message:{ts}"


def is_of_a_bot(event: Event, me: str) -> bool:
    """Whether a program wrote it, ourselves included: answering it might never end."""
    if event.get("bot_id") or event.get("bot_profile") or event.get("subtype") == "bot_message":
        return True
    return event.get("user") in (me, SLACKBOT) or bool(event.get("hidden"))


def _read(event: Event, me: str) -> tuple[str, str]:
    """(text, what has to be said of it)."""
    raw = event.get("text")
    text = heard(raw, me) if isinstance(raw, str) else ""
    remarks = []
    if len(text) > MAX_CHARACTERS:
        remarks.append(f"The message has {len(text):,} characters; the first {MAX_CHARACTERS:,} were read.")
        text = text[:MAX_CHARACTERS]
    if event.get("files"):
        remarks.append("Attached files aren't read: please paste what matters as text.")
    return text if any(letter.isalnum() for letter in text) else text or WORDLESS, " ".join(remarks)


class Edit(BaseModel):
    """A message that was changed after it was sent."""

    model_config = ConfigDict(frozen=True)

    place: Place
    sender: str
    key: str


def edit(event: Event, origin: Origin) -> Edit | None:
    """The edit of a person's words; None for what Slack changes by itself (links shown, replies counted) and bots."""
    now, before = event.get("message"), event.get("previous_message")
    if not isinstance(now, dict) or not isinstance(before, dict) or is_of_a_bot(now, origin.me):
        return None
    ts, user = now.get("ts"), now.get("user")
    same = _words(now.get("text")) == _words(before.get("text"))
    place = origin.place(event.get("channel"), now.get("thread_ts") or ts)
    if same or place is None or not is_ts(ts) or not is_id(user):
        return None
    return Edit(place=place, sender=str(user), key=message_key(str(ts)))


def _words(text: object) -> str:
    return " ".join(heard(text).split()).casefold() if isinstance(text, str) else ""
