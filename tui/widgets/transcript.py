"""The conversation so far: a bounded number of live turns, older ones unloaded and given back as plain text.

A screen with hundreds of live turns answers keys and resizes slowly; twenty stay live.
"""

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from .answer import answer_content

if TYPE_CHECKING:
    from agent.reply import Reply

LIVE_TURNS = 20


class UserTurn(Static):
    """What the user wrote, as it was written."""


class AdvisorTurn(Static):
    """What the advisor answered."""


class ErrorCard(Static):
    """What failed, the effect, what to do."""


class Exchange(Vertical):
    """One message and its answer."""

    def __init__(self, message: str, reply: "Reply | None" = None) -> None:
        super().__init__()
        self.message, self.reply, self.expanded = message, reply, False

    def compose(self) -> "list[Widget]":
        return [UserTurn(Content(self.message)), AdvisorTurn(self._content())]

    def on_mount(self) -> None:
        self.query_one(AdvisorTurn).display = self.reply is not None

    def _content(self) -> Content:
        return answer_content(self.reply, self.expanded) if self.reply is not None else Content("")

    def show_reply(self, reply: "Reply") -> None:
        self.reply = reply
        self._refresh()

    def toggle(self) -> None:
        """Unfold or fold the rest of the answer."""
        self.expanded = not self.expanded
        self._refresh()

    def _refresh(self) -> None:
        turn = self.query_one(AdvisorTurn)
        turn.update(self._content())
        turn.display = True

    def as_text(self) -> str:
        told = self.reply.text if self.reply is not None else ""
        return f"You: {self.message}\n\n{told}".rstrip()


class Transcript(VerticalScroll):
    """Turns from top to bottom; a short transcript stays at the top."""

    BINDINGS = [
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
        Binding("g", "scroll_home", "Top", show=False),
        Binding("G", "scroll_end", "End", show=False),
        Binding("pageup", "earlier", "Earlier", show=False),
        Binding("y", "screen.copy_answer", "Copy answer", show=False),
        Binding("e", "screen.expand_last", "Expand", show=False),
    ]

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._unloaded: list[str] = []

    def compose(self) -> "list[Widget]":
        return [Static(id="earlier")]

    def on_mount(self) -> None:
        self.query_one("#earlier").display = False

    @property
    def exchanges(self) -> list[Exchange]:
        return list(self.query(Exchange))

    def at_bottom(self) -> bool:
        return self.max_scroll_y - self.scroll_y <= 1

    async def add(self, *exchanges: Exchange) -> None:
        """Append turns and unload what is over the bound."""
        await self.mount(*exchanges)
        live = self.exchanges
        for old in live[: max(0, len(live) - LIVE_TURNS)]:
            self._unloaded.append(old.as_text())
            await old.remove()
        self._say_earlier()

    def unload(self, texts: list[str]) -> None:
        """Take note of older turns without showing them."""
        self._unloaded += texts
        self._say_earlier()

    async def clear(self) -> None:
        self._unloaded = []
        await self.query("Exchange, ErrorCard, .frozen, .extra").remove()
        self._say_earlier()

    def _say_earlier(self) -> None:
        line = self.query_one("#earlier", Static)
        count = len(self._unloaded)
        line.display = count > 0
        line.update(Content(f"▲ {count} earlier turn{'s' * (count > 1)}: PgUp at the top shows them"))

    async def action_earlier(self) -> None:
        """A page up; at the top, older turns come back as plain text."""
        if self.scroll_y > 0 or not self._unloaded:
            self.scroll_page_up(animate=False)
            return
        texts, self._unloaded = self._unloaded[-LIVE_TURNS:], self._unloaded[:-LIVE_TURNS]
        frozen = Static(Content("\n\n".join(texts)), classes="frozen")
        await self.mount(frozen, after=self.query_one("#earlier"))
        self._say_earlier()

    def show_answer(self, exchange: Exchange) -> None:
        """Bring a new answer into view: a long one from its top, a question with its choices."""
        asks = exchange.reply is not None and exchange.reply.question is not None
        if not asks and exchange.virtual_region.height >= self.scrollable_content_region.height:
            self.scroll_to(y=exchange.virtual_region.y, animate=False)
        else:
            self.scroll_end(animate=False)
