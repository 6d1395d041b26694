"""The chat side: transcript, choices, message field, and the turns that run beside the screen.

A turn never blocks the keys. What is sent meanwhile waits in a queue; a turn that fails gives its text,
and the queue, back to the message field.
"""

import time
from collections import deque
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static

from knowledge.errors import StackwrightError

from ..background import in_background
from ..commands import Command, parse_command
from ..desk import READING, Desk, Opened
from ..failure_log import record_failure
from .choices import Choice, Choices, question_choices
from .composer import Composer
from .marks import NOTE, OPEN, REFUSED, joined
from .transcript import LIVE_TURNS, ErrorCard, Exchange, Transcript
from .welcome import Welcome, example_choices

if TYPE_CHECKING:
    from agent.reply import Reply

TICK_S = 0.2
SLOW_AFTER_S = 10.0
OPENING = "opening the knowledge base"


class Chat(Vertical):
    """One consultation as a conversation."""

    class SessionOpened(Message):
        def __init__(self, opened: Opened) -> None:
            super().__init__()
            self.opened = opened

    class TurnStarted(Message):
        """A message is being answered."""

    class Answered(Message):
        def __init__(self, reply: "Reply") -> None:
            super().__init__()
            self.reply = reply

    class TurnFailed(Message):
        """A message could not be answered; its text is back in the field."""

    class CommandGiven(Message):
        def __init__(self, command: Command) -> None:
            super().__init__()
            self.command = command

    def __init__(self, desk: Desk, id: str | None = None) -> None:
        super().__init__(id=id)
        self.desk = desk
        self.desk.step = self._step
        self.last: Reply | None = None
        self._queue: deque[tuple[str, Exchange]] = deque()
        self._ready = False
        self._busy_since: float | None = None
        self._word = OPENING
        self._left = False
        """The user left the wait; the answer still comes."""

    def compose(self) -> ComposeResult:
        yield Transcript(id="transcript")
        yield Static("", id="more")
        yield Static("", id="working")
        yield Static("", id="verdict")
        yield Composer(id="composer")

    def on_mount(self) -> None:
        self.query_one("#working").display = False
        self.query_one("#more").display = False
        self.set_interval(TICK_S, self._tick)

    @property
    def composer(self) -> Composer:
        return self.query_one(Composer)

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    @property
    def busy(self) -> bool:
        return self._busy_since is not None

    # opening

    def open(self, session: str | None) -> None:
        """Open a stored consultation or a new one; what is typed meanwhile is kept."""
        self._ready = False
        self._begin(OPENING)
        self.run_worker(self._open(session), group="turn")

    def open_wanted(self, resume: str | None) -> None:
        """Open what `--resume` means."""
        try:
            self.open(self.desk.session_wanted(resume))
        except StackwrightError as error:
            self.open(None)
            self.say(f"{REFUSED} {error}")

    async def _open(self, session: str | None) -> None:
        try:
            opened = await in_background(lambda: self.desk.open(session))
        except Exception as error:  # noqa: BLE001 - the worker boundary: every failure is shown
            self._end()
            await self._show_failure(error, "The advisor could not be opened.")
            return
        self._end()
        self._ready = True
        await self._show_opened(opened)
        self.post_message(self.SessionOpened(opened))
        self._pump()

    async def _show_opened(self, opened: Opened) -> None:
        waiting = [exchange for _, exchange in self._queue]
        if not waiting:
            await self.transcript.clear()
        if opened.turns:
            older, live = opened.turns[:-LIVE_TURNS], opened.turns[-LIVE_TURNS:]
            self.transcript.unload([f"You: {message}\n\n{reply.text}" for message, reply in older])
            exchanges = [Exchange(message, reply) for message, reply in live]
            await self.transcript.add(*exchanges)
            self.last = live[-1][1]
            await self._offer(self.last)
            self.call_after_refresh(self.transcript.scroll_end, animate=False)
        elif not waiting:
            await self._welcome()
        for notice in opened.notices:
            self.say(f"{NOTE} note: {notice}")

    async def _welcome(self) -> None:
        welcome = Welcome()
        await self.transcript.mount(welcome, Choices(example_choices()))
        stored = self.desk.sessions()
        if stored:
            welcome.resumable(stored[0].title)

    async def show_welcome(self) -> None:
        """The first frame: what this is, before anything is loaded."""
        await self.transcript.mount(Welcome(), Choices(example_choices()))

    # sending

    def on_composer_sent(self, event: Composer.Sent) -> None:
        event.stop()
        choice = self._choice(event.text)
        if choice is not None:
            self.send(choice.message)
            return
        command = parse_command(event.text)
        if command is None:
            self.send(event.text)
        elif command.known:
            self.composer.remember(event.text)
            self.post_message(self.CommandGiven(command))
        else:
            self.composer.give_back(event.text)
            self.say(f"{REFUSED} There is no command {command.name}. /help lists them.")

    def _choice(self, text: str) -> Choice | None:
        for choices in self.query(Choices):
            return choices.by_digit(text)
        return None

    def send(self, text: str) -> None:
        """Show a message at once and have it answered."""
        self.composer.remember(text)
        self._left = False
        self.run_worker(self._queue_message(text), group="queue")

    async def _queue_message(self, text: str) -> None:
        await self.transcript.query(".extra").remove()
        exchange = Exchange(text)
        await self.transcript.add(exchange)
        self.call_after_refresh(self.transcript.scroll_end, animate=False)
        self._queue.append((text, exchange))
        self._pump()

    def _pump(self) -> None:
        if self._ready and not self.busy and self._queue:
            text, exchange = self._queue.popleft()
            self._begin(READING)
            self.post_message(self.TurnStarted())
            self.run_worker(self._answer(text, exchange), group="turn")

    async def _answer(self, text: str, exchange: Exchange) -> None:
        try:
            reply = await in_background(lambda: self.desk.send(text))
        except Exception as error:  # noqa: BLE001 - the worker boundary: every failure is shown
            self._end()
            await self._give_back(text, exchange)
            await self._show_failure(error, "Your message is back in the field below.")
            self.post_message(self.TurnFailed())
            return
        self._end()
        await self._show_reply(reply, exchange)
        self.post_message(self.Answered(reply))
        self._pump()

    async def _show_reply(self, reply: "Reply", exchange: Exchange) -> None:
        follow = self.transcript.at_bottom()
        self.last = reply
        await self.transcript.query(ErrorCard).remove()
        exchange.show_reply(reply)
        await self._offer(reply)
        if follow:
            self.call_after_refresh(self.transcript.show_answer, exchange)

    async def _offer(self, reply: "Reply") -> None:
        await self.transcript.query(".extra").remove()
        if reply.question is not None and not self._queue:
            await self.transcript.mount(Choices(question_choices(reply.question)))

    async def _give_back(self, text: str, exchange: Exchange) -> None:
        """The failed message and those behind it return to the field."""
        texts = [text]
        await exchange.remove()
        while self._queue:
            later, waiting = self._queue.popleft()
            texts.append(later)
            await waiting.remove()
        self.composer.give_back("\n".join(texts))
        self.composer.focus()

    async def _show_failure(self, error: Exception, effect: str) -> None:
        if isinstance(error, StackwrightError):
            lines = [str(error), effect]
        else:
            path = record_failure(self.desk.settings.data_path(), error)
            where = f" Details: {path}." if path is not None else ""
            lines = [f"Something broke inside the advisor ({type(error).__name__}).{where}", effect]
        await self.transcript.query(ErrorCard).remove()
        text = joined([Content.styled(f"{REFUSED} error", "bold $text-error"), *map(Content, lines)])
        await self.transcript.mount(ErrorCard(text))
        if self.last is not None:
            await self._offer(self.last)
        self.call_after_refresh(self.transcript.scroll_end, animate=False)

    # waiting

    def leave_wait(self) -> bool:
        """Stop waiting: the answer still comes, unsent messages return; whether there was a wait to leave."""
        if not self.busy or self._left or self._word == OPENING:
            return False
        self._left = True
        returned = [text for text, _ in self._queue]
        for _, exchange in self._queue:
            exchange.remove()
        self._queue.clear()
        if returned:
            self.composer.give_back("\n".join(returned))
        self._tick()
        return True

    def _begin(self, word: str) -> None:
        self._word, self._busy_since = word, time.monotonic()
        self._tick()

    def _end(self) -> None:
        self._busy_since, self._left = None, False
        self._tick()

    def _step(self, word: str) -> None:
        """Called from the working thread."""
        self._word = word

    def _tick(self) -> None:
        self._say_more()
        row = self.query_one("#working", Static)
        row.display = self._busy_since is not None
        if self._busy_since is None:
            return
        if self._left:
            row.update(Content(f"{OPEN} the answer will appear here when it is ready"))
            return
        elapsed = time.monotonic() - self._busy_since
        slow = " (slow)" if elapsed > SLOW_AFTER_S else ""
        waiting = f" · {len(self._queue)} waiting" if self._queue else ""
        row.update(Content(f"{NOTE} {self._word}… {elapsed:.0f} s{slow}{waiting} · Esc leaves the wait"))

    def _say_more(self) -> None:
        transcript = self.transcript
        rows = int(transcript.max_scroll_y - transcript.scroll_y)
        more = self.query_one("#more", Static)
        more.display = rows > 1
        more.update(Content(f"▼ {rows} more rows below (Shift+Tab, then G)"))

    # choices

    def on_composer_choices_wanted(self, event: Composer.ChoicesWanted) -> None:
        event.stop()
        for choices in self.query(Choices):
            choices.focus()
            choices.highlighted = choices.highlighted or 0
            return

    def on_composer_digit_typed(self, event: Composer.DigitTyped) -> None:
        event.stop()
        for choices in self.query(Choices):
            picked = choices.by_digit(event.text)
            choices.highlighted = choices.choices.index(picked) if picked is not None else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if isinstance(event.option_list, Choices):
            self.composer.focus()
            self.composer.put("")
            self.send(event.option_list.choices[event.option_index].message)

    # the rest of the screen

    def say(self, text: str) -> None:
        """A passing remark in the corner."""
        self.app.notify(text, markup=False)

    def set_verdict(self, text: Content) -> None:
        row = self.query_one("#verdict", Static)
        row.update(text)
        row.set_class(bool(text.plain), "told")

    def toggle(self, turn: int) -> None:
        """Unfold or fold one answer."""
        for exchange in self.transcript.exchanges:
            if exchange.reply is not None and exchange.reply.turn == turn:
                exchange.toggle()

    def reply_of(self, turn: int) -> "Reply | None":
        for exchange in self.transcript.exchanges:
            if exchange.reply is not None and exchange.reply.turn == turn:
                return exchange.reply
        return None
