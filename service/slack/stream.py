"""One streamed message: started with a first piece, added to, ended with its blocks."""

from time import monotonic
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from .blocks import Block
from .calls import StreamOver, attempt, call
from .place import Place
from .text import pieces

PIECE = 900
"""Characters added at a time: some ten calls for a long answer, within the platform's limit of calls."""
ROLL_S = 240.0
"""Slack ends streams after about five minutes, whatever is in them: before that the rest goes into a new message."""


class Stream:
    """A message that grows. `delivered` characters of its text are in it."""

    def __init__(self, client: AsyncWebClient, place: Place, reader: str) -> None:
        self._client, self._place, self._reader = client, place, reader
        self._pieces: list[str] = []
        self._message: dict[str, str] = {}
        self._began = 0.0
        self.delivered = 0

    async def start(self, text: str) -> str:
        """Make the message; its time stamp."""
        first, *self._pieces = pieces(text, PIECE)
        self._began = monotonic()
        reader = {"recipient_user_id": self._reader, "recipient_team_id": self._place.team}
        made = await call(
            self._client.chat_startStream,
            channel=self._place.channel,
            thread_ts=self._place.thread,
            markdown_text=first,
            **(reader if self._reader else {}),
        )
        self.delivered = len(first)
        self._message = {"channel": self._place.channel, "ts": made["ts"]}
        self._text = first
        return str(made["ts"])

    async def run(self, blocks: list[Block], metadata: dict[str, Any]) -> bool:
        """Add the rest and end it; False where it had to be left before its text was all there."""
        for piece in self._pieces:
            if monotonic() - self._began > ROLL_S:
                await attempt(self._client.chat_stopStream, **self._message)
                return False
            try:
                await call(self._client.chat_appendStream, **self._message, markdown_text=piece)
            except StreamOver:
                await self._settle()
                return False
            self.delivered += len(piece)
            self._text += piece
        await call(self._client.chat_stopStream, **self._message, blocks=blocks, metadata=metadata)
        return True

    async def _settle(self) -> None:
        """A message whose stream Slack has ended looks unfinished until it is edited to what it holds."""
        content = {"text": self._text, "blocks": [{"type": "markdown", "text": self._text}]}
        await attempt(self._client.chat_update, **self._message, **content)
