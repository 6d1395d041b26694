"""Sees to it that every reply gets into its thread, in order: waits for it, posts it, and tries again.

One task serves a session while it has a reply to post. Sessions that nobody serves, because their process died
or Slack was away, are found by looking into the rows every few seconds.
"""

import asyncio
import logging
import time
from contextlib import suppress

from slack_sdk.web.async_client import AsyncWebClient

from service.reception import Reception
from service.telemetry import measured

from . import lateness
from .calls import Closed, Trouble, attempt
from .notes import say
from .pages import pages
from .place import Place
from .poster import Poster, Taken
from .postings import DUE, GIVEN_UP, POSTED, SILENCE_S, Posting, Postings

QUICK_S = 0.4
"""An answer that comes sooner needs no word about progress."""
PATIENCE_S = 60.0
"""After so long people are told that it takes longer, and that nothing is lost."""
SWEEP_S = 5.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
"""After a failure, twice as long after each further one."""
LOOKS = 8
"""After so many failures in a row, some two minutes, the thread isn't looked into: rather twice than never."""
PROGRESS = [
    "Reading what you wrote…",
    "Ranking stacks…",
    "Looking up the evidence…",
    "Checking every number…",
]
SLOW = "This takes longer than usual. Your message is kept, and the answer comes here as soon as it is there."

log = logging.getLogger(__name__)


class Courier:
    """Posts the replies of one process's sessions."""

    def __init__(self, reception: Reception, client: AsyncWebClient, postings: Postings) -> None:
        self._reception, self._client, self._postings = reception, client, postings
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._busy: set[str] = set()
        """Sessions of which something is being posted right now."""
        self._stopping = False

    def wake(self, session: str) -> None:
        """There is something to post in this session."""
        if session not in self._tasks and not self._stopping:
            task = asyncio.create_task(self._serve(session))
            self._tasks[session] = task
            task.add_done_callback(lambda _: self._tasks.pop(session, None))

    async def sweep(self) -> None:
        """Find what nobody serves, until cancelled."""
        while True:
            try:
                for session in await asyncio.to_thread(self._postings.open_sessions):
                    self.wake(session)
            except self._reception.store.outages:
                log.warning("the database can't be read; it is tried again")
            await asyncio.sleep(SWEEP_S)

    async def stop(self, patience_s: float) -> None:
        """Let what is being posted be finished; what waits is found again by the next process."""
        self._stopping = True
        for session, task in list(self._tasks.items()):
            if session not in self._busy:
                task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=patience_s)
        for task in list(self._tasks.values()):
            task.cancel()

    async def _serve(self, session: str) -> None:
        failures = 0
        while not self._stopping:
            try:
                posting = await asyncio.to_thread(self._postings.next, session)
                if posting is None:
                    return
                done = await self._one(posting, failures)
            except Exception:
                log.exception("a reply could not be posted; it is tried again")
                done = False
            failures = 0 if done else failures + 1
            if failures and not self._stopping:
                await asyncio.sleep(min(FIRST_PAUSE_S * 2.0 ** (failures - 1), LONGEST_PAUSE_S))

    async def _one(self, posting: Posting, failures: int) -> bool:
        """Get one reply forward; whether it went well."""
        place = Place.of_session(posting.session)
        age = time.time() - posting.created
        if place is None or (age > lateness.POSTED_S and not posting.progress.begun):
            return await self._give_up(posting, place, age)
        reply = await self._awaited(posting, place)
        if reply is None:
            await self._tell(posting, place)
            return True
        taken = await asyncio.to_thread(self._postings.take, posting.session, posting.turn)
        if taken is None:
            return False
        if not taken.progress.begun:
            taken.progress.late = age > lateness.LATE_S
        self._busy.add(posting.session)
        try:
            async with _Heart(self._postings, taken):
                with measured("posting") as attributes:
                    attributes["state"] = await self._post(taken, place, reply, look=failures < LOOKS)
                return attributes["state"] != DUE
        finally:
            self._busy.discard(posting.session)

    async def _awaited(self, posting: Posting, place: Place) -> "dict[str, object] | None":
        """The reply; while it doesn't come, Slack shows what is being done."""
        reply = await self._reception.reply(posting.session, posting.turn, QUICK_S)
        if reply is not None or posting.progress.told:
            return reply or await self._reception.reply(posting.session, posting.turn, PATIENCE_S)
        await attempt(
            self._client.assistant_threads_setStatus,
            channel_id=place.channel,
            thread_ts=place.thread,
            status="is thinking…",
            loading_messages=PROGRESS,
        )
        return await self._reception.reply(posting.session, posting.turn, PATIENCE_S)

    async def _post(self, posting: Posting, place: Place, reply: "dict[str, object]", look: bool) -> str:
        """What has become of the posting."""
        several = await asyncio.to_thread(self._postings.senders, posting.session) > 1
        found = pages(
            reply,
            posting.session,
            self._reception.office.knowledge,
            answers=posting.destination.sender if several else "",
            remark=lateness.remark(posting),
        )
        state = DUE
        try:
            await Poster(self._client, posting, place, self._postings).post(found, look)
            state = POSTED
        except Closed as closed:
            log.warning("a reply has no place any more: %s", closed)
            state = GIVEN_UP
        except Taken:
            return DUE
        except Trouble as trouble:
            log.warning("a reply is posted later: %s", trouble)
        finally:
            await asyncio.shield(asyncio.to_thread(self._postings.close, posting, state))
        return state

    async def _tell(self, posting: Posting, place: Place) -> None:
        """Say once that it takes longer."""
        taken = await asyncio.to_thread(self._postings.take, posting.session, posting.turn)
        if taken is None:
            return
        first = not taken.progress.told
        taken.progress.told = True
        await asyncio.to_thread(self._postings.close, taken, DUE)
        if first:
            await say(self._client, place, SLOW)

    async def _give_up(self, posting: Posting, place: Place | None, age: float) -> bool:
        """Say that nothing is posted any more; where even that doesn't get through, it is tried again."""
        taken = await asyncio.to_thread(self._postings.take, posting.session, posting.turn)
        if taken is None:
            return False
        answered = await self._reception.reply(posting.session, posting.turn, 0.1) is not None
        said = place is None or await say(self._client, place, lateness.given_up(posting, answered))
        over = said or age > lateness.TOLD_S
        if over:
            log.warning("a reply is given up after %.0f h", age / 3600)
        await asyncio.to_thread(self._postings.close, taken, GIVEN_UP if over else DUE)
        return over


class _Heart:
    """Says that a posting is being worked on, as long as it is."""

    def __init__(self, postings: Postings, posting: Posting) -> None:
        self._postings, self._posting = postings, posting

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._beat())

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(SILENCE_S / 4)
            with suppress(Exception):
                await asyncio.to_thread(self._postings.alive, self._posting)
