"""What stands in a thread of ours: read only to find out whether a message was posted before an answer was lost."""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from .calls import call
from .place import Place

REPLY, NOTE = "stackwright_reply", "stackwright_note"
"""Kinds of messages, kept in their metadata: parts of replies, and what is said beside them."""
SLACK_CLOCK_S = 60.0
"""Our clock may be so much ahead of Slack's."""
MOST_READ = 200


async def own_messages(client: AsyncWebClient, place: Place, since: float, me: str) -> list[dict[str, Any]]:
    """Our messages in a thread since a time, notes and files apart, oldest first."""
    read: list[dict[str, Any]] = []
    cursor = ""
    while len(read) < MOST_READ:
        answer = await call(
            client.conversations_replies,
            channel=place.channel,
            ts=place.thread,
            oldest=f"{since - SLACK_CLOCK_S:.6f}",
            limit=100,
            include_all_metadata=True,
            **({"cursor": cursor} if cursor else {}),
        )
        read += answer.get("messages") or []
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return [message for message in read if _is_reply(message, me) and message.get("ts") != place.thread]


def _is_reply(message: dict[str, Any], me: str) -> bool:
    ours = message.get("user") == me if me else bool(message.get("bot_id"))
    kind = (message.get("metadata") or {}).get("event_type", REPLY)
    return ours and kind == REPLY and not message.get("files")


def metadata(kind: str, **payload: object) -> dict[str, Any]:
    return {"event_type": kind, "event_payload": payload}
