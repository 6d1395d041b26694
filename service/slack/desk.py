"""The front end's work on what comes in: stores it, notes that a reply is due, and sees to the rest."""

import asyncio
import logging
from collections import OrderedDict
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from knowledge.errors import InputRefused, SessionUnavailable
from service.reception import Reception
from service.retention import delete

from .courier import Courier
from .events import Edit, Message
from .notes import say, whisper
from .place import Place, team_owner
from .postings import Destination, Postings

EDITED = (
    "I read a message once, when it is sent, so this edit changes nothing. To correct something, write it as a new "
    'message, e.g. "the budget is 8,000 EUR"; "undo" takes your last answer back.'
)
GREETING = (
    "Describe the AI workload that you have in mind: what it should do, for how many people, on which data, under "
    "which limits. I ask what matters, then recommend a stack with sizes, prices and sources."
)
PROMPTS = [
    {
        "title": "Search our documents",
        "message": "RAG over 50,000 documents for 200 people, EU only, 6,000 EUR a month",
    },
    {
        "title": "Chat with customers",
        "message": "A chat assistant for customers, 20,000 conversations a day, first token within a second",
    },
    {
        "title": "Classify records",
        "message": "Classify 2 million support tickets a month, nobody waits for the result",
    },
    {
        "title": "Vision on a device",
        "message": "Detect defects on a production line, on the device, below 50 ms",
    },
]
REMEMBERED = 2_000
"""Events whose notes aren't repeated when Slack sends them again."""

log = logging.getLogger(__name__)


class Desk:
    """What the listeners call."""

    def __init__(self, reception: Reception, client: AsyncWebClient) -> None:
        self.reception, self.client = reception, client
        self.postings = Postings(reception.store)
        self.courier = Courier(reception, client, self.postings)
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._beside: set[asyncio.Task[Any]] = set()

    async def take(self, message: Message, me: str) -> None:
        """Store a message; when this returns, Slack may forget it."""
        place = message.place
        if message.starts:
            await self.reception.open(place.owner, place.session)
        elif not await self.knows(place):
            return
        await self.accept(place, message.text, message.key, message.sender, me, message.remark)

    async def accept(self, place: Place, text: str, key: str, sender: str, me: str, remark: str = "") -> bool:
        """Store what somebody said in a thread that has a consultation; whether it is new."""
        try:
            receipt = await self.reception.accept(place.owner, place.session, text, key, sender)
        except InputRefused as refused:
            self.beside(say(self.client, place, str(refused)))
            return True
        destination = Destination(sender=sender, bot=me, remark=remark)
        # Also for one that came before: its first delivery may have died right here.
        await asyncio.to_thread(self.postings.note, place.session, receipt.turn, destination)
        self.courier.wake(place.session)
        return not receipt.duplicate

    async def knows(self, place: Place) -> bool:
        """Whether there is a consultation in this thread."""
        try:
            await asyncio.to_thread(self.reception.store.check_owner, place.session, place.owner)
        except SessionUnavailable:
            return False
        return True

    async def edited(self, edit: Edit, event_id: str) -> None:
        """Say that an edit isn't read, if the message was."""
        if not await self.knows(edit.place) or not self.is_first(event_id):
            return
        turns = await self.reception.turns(edit.place.owner, edit.place.session)
        if any(row.key == edit.key for row in turns):
            self.beside(whisper(self.client, edit.place, edit.sender, EDITED))

    async def forget_team(self, team: str) -> int:
        """Delete all that was kept for a workspace; how many consultations."""
        prefix = team_owner(team)
        store = self.reception.store

        def sessions() -> list[str]:
            with store.reading() as rows:
                found = rows(
                    "SELECT id FROM sessions WHERE substr(owner, 1, :length) = :prefix",
                    length=len(prefix),
                    prefix=prefix,
                )
                return [row[0] for row in found.fetchall()]

        gone = 0
        for session in await asyncio.to_thread(sessions):
            gone += await asyncio.to_thread(delete, store, session)
        log.warning("the app was removed from a workspace; %d consultations are deleted", gone)
        return gone

    def is_first(self, event_id: str) -> bool:
        """Whether this process sees an event for the first time."""
        if event_id in self._seen:
            return False
        self._seen[event_id] = None
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def beside(self, work: Any) -> None:
        """Do something after the answer to Slack."""
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def stop(self, patience_s: float) -> None:
        await self.courier.stop(patience_s)
        if self._beside:
            await asyncio.wait(list(self._beside), timeout=1.0)
