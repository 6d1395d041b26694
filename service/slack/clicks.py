"""Buttons that were pressed: an answer counts once, whoever presses what and how often."""

import asyncio
import time
from typing import Any

from agent.sessions import TurnRow
from knowledge.errors import InputRefused, SessionUnavailable

from .blocks import BAD, CHOICE, ENOUGH, FEEDBACK, GOOD, OTHER, RECORD, SAID, UNSURE, Pressed, answered
from .calls import Trouble, attempt, call
from .desk import Desk
from .notes import say, whisper
from .place import Place, is_id, is_ts

STALE = "That question was already answered. The last question in this thread is the one that counts."
TYPE = "Just write your answer in this thread."
NO_RECORD = "The files can't be brought here now. Please press the button again in a minute."
THANKS = "Thank you, noted."
Action = dict[str, Any]


class Click:
    """One press of a button."""

    def __init__(self, desk: Desk, body: dict[str, Any], action: Action, me: str) -> None:
        self._desk, self._body, self._action, self._me = desk, body, action, me
        self.user = _part(body, "user", "id")
        self.channel = _part(body, "container", "channel_id") or _part(body, "channel", "id")
        message = body.get("message")
        self.message: dict[str, Any] = message if isinstance(message, dict) else {}

    async def handle(self) -> None:
        """Store what counts; the rest follows beside the answer to Slack."""
        pressed = Pressed.of(self._action.get("value"))
        place = Place.of_session(pressed.session) if pressed else None
        # The button says which session it belongs to; it must be the one of the channel where it was pressed.
        if pressed is None or place is None or place.channel != self.channel or not is_id(self.user):
            return
        if not await self._desk.knows(place):
            return
        name = str(self._action.get("action_id", "")).partition(":")[0]
        if name in (CHOICE, UNSURE, ENOUGH):
            await self._answer(place, pressed, name)
        elif name == OTHER:
            self._desk.beside(whisper(self._desk.client, place, self.user, TYPE))
        elif name == FEEDBACK and pressed.pick in (GOOD, BAD):
            await asyncio.to_thread(self._rate, pressed)
            self._desk.beside(whisper(self._desk.client, place, self.user, THANKS))
        elif name == RECORD:
            self._desk.beside(self._send_record(place))

    async def _answer(self, place: Place, pressed: Pressed, name: str) -> None:
        turns = await self._desk.reception.turns(place.owner, place.session)
        said = SAID.get(name) or _choice(turns, pressed)
        turn = _still_open(turns, pressed.turn)
        # One key a question: of two presses at the same moment the first one counts.
        new = bool(said and turn) and await self._desk.accept(
            place, said, f"question:{turn}", self.user, self._me
        )
        if new:
            self._desk.beside(self._mark(said, pressed.turn))
        else:
            self._desk.beside(whisper(self._desk.client, place, self.user, STALE))

    async def _mark(self, said: str, turn: int) -> None:
        """Put the answer where the buttons were."""
        ts, blocks = self.message.get("ts"), self.message.get("blocks")
        if is_ts(ts) and isinstance(blocks, list):
            await attempt(
                self._desk.client.chat_update,
                channel=self.channel,
                ts=ts,
                text=str(self.message.get("text") or said),
                blocks=answered(blocks, turn, self.user, said),
            )

    def _rate(self, pressed: Pressed) -> None:
        """The last press counts: Slack doesn't tell when one is taken back."""
        with self._desk.reception.store.transaction() as rows:
            rows(
                "INSERT INTO feedback (session, turn, sender, verdict, changed)"
                " VALUES (:id, :turn, :sender, :verdict, :now) ON CONFLICT (session, turn, sender)"
                " DO UPDATE SET verdict = excluded.verdict, changed = excluded.changed",
                id=pressed.session,
                turn=pressed.turn,
                sender=self.user,
                verdict=pressed.pick,
                now=time.time(),
            )

    async def _send_record(self, place: Place) -> None:
        """Upload the decision as it stands now."""
        try:
            files = [
                {
                    "filename": f"record.{end}",
                    "content": await self._desk.reception.record(place.owner, place.session, form),
                }
                for end, form in (("md", "markdown"), ("json", "json"))
            ]
            await call(
                self._desk.client.files_upload_v2,
                file_uploads=files,
                channel=place.channel,
                thread_ts=place.thread,
            )
        except (InputRefused, SessionUnavailable) as refused:
            await say(self._desk.client, place, str(refused))
        except Trouble:
            await say(self._desk.client, place, NO_RECORD)


def _still_open(turns: "list[TurnRow] | Any", turn: int) -> int:
    """The turn that asked the question last, if it is still the question; 0 where something was said since."""
    asked = next((row for row in turns if row.turn == turn), None)
    last = turns[-1] if turns else None
    if asked is None or last is None or not last.reply or not asked.reply:
        return 0
    first, now = asked.reply.get("question"), last.reply.get("question")
    return last.turn if first and now and first["id"] == now["id"] else 0


def _choice(turns: "list[TurnRow] | Any", pressed: Pressed) -> str:
    """The words of a choice, as they are stored: what a button carries is only its number."""
    reply = next((row.reply for row in turns if row.turn == pressed.turn), None)
    choices = ((reply or {}).get("question") or {}).get("choices", ())
    number = int(pressed.pick) if pressed.pick.isdecimal() and len(pressed.pick) < 3 else -1
    return str(choices[number]["label"]) if 0 <= number < len(choices) else ""


def _part(body: dict[str, Any], name: str, key: str) -> str:
    part = body.get(name)
    value = part.get(key) if isinstance(part, dict) else None
    return value if isinstance(value, str) else ""
