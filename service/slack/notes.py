"""What is said beside the replies: greetings, remarks on edits and clicks. None of it is worth saying twice."""

import asyncio

from slack_sdk.web.async_client import AsyncWebClient

from .calls import Closed, Later, Trouble, attempt, call, log
from .place import Place
from .thread import NOTE, metadata

TRIES = 3
PAUSE_S = 2.0


async def say(client: AsyncWebClient, place: Place, text: str) -> bool:
    """Post a note into the thread; False where it might get there later. `text` is ours."""
    for number in range(TRIES):
        try:
            await call(
                client.chat_postMessage,
                channel=place.channel,
                thread_ts=place.thread,
                text=text,
                unfurl_links=False,
                unfurl_media=False,
                metadata=metadata(NOTE),
            )
        except Later:
            await asyncio.sleep(PAUSE_S * (number + 1))
        except Trouble as trouble:
            log.warning("a note was not posted: %s", trouble)
            return isinstance(trouble, Closed)
        else:
            return True
    return False


async def whisper(client: AsyncWebClient, place: Place, user: str, text: str) -> None:
    """The same for one person of a channel; between one person and the app it is simply said."""
    if place.is_direct:
        await say(client, place, text)
        return
    await attempt(
        client.chat_postEphemeral, channel=place.channel, thread_ts=place.thread, user=user, text=text
    )
