"""Brings a reply into its thread, each page once: streamed, else edited in, else posted; what fails goes on later.

Before a message is made it is noted that it may be there, and after it which one it is. So whoever goes on
after a crash or a lost answer looks into the thread before making another one, and an unfinished message is
edited to what it was to become.
"""

import asyncio
import time
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from .calls import ALREADY_GONE, Later, Refused, Stopped, Trouble, Unsure, attempt, call
from .pages import Page
from .place import Place
from .postings import Posting, Postings
from .stream import Stream
from .thread import REPLY, metadata, own_messages

STREAMED = 1_200
"""A shorter text is there at once anyway."""
MOST_ROLLS = 5
HONEST = (
    "Slack doesn't take this answer in any form that I have for it. It is kept: ask for the decision record, "
    "or put the question in other words."
)


class Taken(Exception):
    """Another process has taken this reply over."""


class Poster:
    """Posts one reply."""

    def __init__(self, client: AsyncWebClient, posting: Posting, place: Place, postings: Postings) -> None:
        self._client, self._posting, self._place, self._postings = client, posting, place, postings
        self._progress = posting.progress

    async def post(self, pages: list[Page], look: bool = True) -> None:
        """Post what is still missing; a Trouble where it has to go on later.

        `look`: into the thread where unsure, and wait until a message that can't be edited is gone.
        """
        progress = self._progress
        while progress.page < len(pages):
            page = pages[progress.page]
            if progress.unsure:
                await self._find(look)
            if progress.open:
                await self._edit(page, look)
            elif len(page.lead) - progress.start > STREAMED:
                await self._stream(page, look)
            else:
                await self._send(page)
            progress.page, progress.start, progress.open = progress.page + 1, 0, ""
            await self._keep()

    async def _keep(self) -> None:
        if not await asyncio.to_thread(self._postings.keep, self._posting):
            raise Taken

    async def _about_to(self) -> None:
        self._progress.unsure, self._progress.since = True, time.time()
        await self._keep()

    async def _made(self, ts: str) -> None:
        self._progress.open, self._progress.unsure = ts, False
        self._progress.used.append(ts)
        await self._keep()

    async def _not_made(self) -> None:
        self._progress.unsure = False
        await self._keep()

    async def _find(self, look: bool) -> None:
        """The message that may have been made before; without a `look` into the thread there is none."""
        since = self._progress.since or self._posting.created
        found: list[dict[str, Any]] = []
        if look:
            found = await own_messages(self._client, self._place, since, self._posting.destination.bot)
        known = await asyncio.to_thread(self._postings.used, self._posting.session)
        known |= set(self._progress.used)
        new = next((message["ts"] for message in found if message["ts"] not in known), "")
        await (self._made(new) if new else self._not_made())

    async def _send(self, page: Page) -> None:
        for content in (*self._forms(page), {"text": HONEST, "blocks": []}):
            await self._about_to()
            try:
                made = await call(
                    self._client.chat_postMessage,
                    channel=self._place.channel,
                    thread_ts=self._place.thread,
                    unfurl_links=False,
                    unfurl_media=False,
                    metadata=self._metadata(),
                    **content,
                )
            except Unsure:
                raise
            except Refused:
                await self._not_made()
                continue
            except Trouble:
                await self._not_made()
                raise
            await self._made(made["ts"])
            return
        raise Later("chat.postMessage", "every form of the answer is refused")

    async def _edit(self, page: Page, look: bool) -> None:
        """Make the message that is there what it was to become; where it can't be edited, a new one takes its place."""
        message = {"channel": self._place.channel, "ts": self._progress.open}
        await attempt(self._client.chat_stopStream, **message)
        for content in self._forms(page):
            try:
                await call(self._client.chat_update, **message, metadata=self._metadata(), **content)
            except Refused as refused:
                if refused.reason in ALREADY_GONE:
                    break
                continue
            return
        try:
            await call(self._client.chat_delete, **message)
        except (Later, Unsure):
            # It may be gone at the next try; a second message beside it would say the same again.
            if look:
                raise
        except Trouble:
            pass
        self._progress.open = ""
        await self._send(page)

    async def _stream(self, page: Page, look: bool) -> None:
        """Add the text bit by bit; a stream that ends early is followed by another one with the rest."""
        for _ in range(MOST_ROLLS):
            stream = Stream(self._client, self._place, self._posting.destination.sender)
            await self._about_to()
            try:
                await self._made(await stream.start(page.lead[self._progress.start :]))
            except Unsure:
                raise
            except Refused:
                await self._not_made()
                return await self._send(page)
            except Trouble:
                await self._not_made()
                raise
            try:
                if await stream.run(page.blocks, self._metadata()):
                    return None
            except Stopped:
                return None
            except Trouble:
                return await self._edit(page, look)
            self._progress.start, self._progress.open = self._progress.start + stream.delivered, ""
            await self._keep()
        raise Later("chat.startStream", "the stream ended again and again")

    def _forms(self, page: Page) -> tuple[dict[str, Any], dict[str, Any]]:
        """The page as it is to be, and as plain text."""
        text = page.lead[self._progress.start :]
        plain = page.plain if not self._progress.start else text
        blocks = [{"type": "markdown", "text": text}, *page.blocks]
        return {"text": plain, "blocks": blocks}, {"text": plain, "blocks": []}

    def _metadata(self) -> dict[str, Any]:
        return metadata(REPLY, turn=self._posting.turn, page=self._progress.page)
