"""Stored consultations: type to filter, Enter resumes, d deletes after a question."""

import time
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from ..desk import Desk
from ..widgets.marks import ALTERNATIVE, MUTED, WINNER
from .confirm import ConfirmScreen

if TYPE_CHECKING:
    from agent.sessions import SessionRow

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400


def ago(seconds: float) -> str:
    """Age in the largest unit that fits.

    >>> ago(30), ago(7200), ago(200000)
    ('just now', '2 h ago', '2 d ago')
    """
    for size, unit in ((DAY_S, "d"), (HOUR_S, "h"), (MINUTE_S, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "just now"


class SessionsScreen(ModalScreen[str | None]):
    """Gives the id of the session to resume, or None."""

    BINDINGS = [Binding("escape,f8", "dismiss(None)", "Close", show=False)]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._rows: list[SessionRow] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall"):
            yield Input(placeholder="type to filter", id="filter", compact=True)
            yield SessionList()
            yield Static(Content.styled("Enter resumes · Down, then d deletes · Esc closes", MUTED))

    def on_mount(self) -> None:
        self._load()

    def _load(self) -> None:
        self._rows = self._desk.sessions()
        self._list(self.query_one("#filter", Input).value)

    def _list(self, wanted: str) -> None:
        shown = [row for row in self._rows if wanted.lower() in f"{row.title} {row.verdict} {row.id}".lower()]
        listed = self.query_one(SessionList)
        listed.clear_options()
        listed.add_options([Option(_row(row), id=row.id) for row in shown])
        if shown:
            listed.highlighted = 0
        else:
            listed.add_option(Option(Content("No stored consultation matches."), disabled=True))

    def on_input_changed(self, event: Input.Changed) -> None:
        self._list(event.value)

    def on_input_submitted(self) -> None:
        listed = self.query_one(SessionList)
        if listed.highlighted_option is not None:
            self.dismiss(listed.highlighted_option.id)

    def on_key(self, event: object) -> None:
        if getattr(event, "key", "") == "down" and self.query_one("#filter").has_focus:
            self.query_one(SessionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_delete(self) -> None:
        option = self.query_one(SessionList).highlighted_option
        row = next((row for row in self._rows if option is not None and row.id == option.id), None)
        if row is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._desk.delete(row.id)
                self._load()

        self.app.push_screen(
            ConfirmScreen(f"Delete “{row.title}” and everything that belongs to it?", "Delete it"), answered
        )


class SessionList(OptionList):
    BINDINGS = [Binding("d,delete", "screen.delete", "Delete", show=False)]

    def __init__(self) -> None:
        super().__init__(id="session-list", compact=True, markup=False)


def _row(row: "SessionRow") -> Content:
    mark = WINNER if row.verdict else ALTERNATIVE
    turns = f"{row.turns} turn{'s' * (row.turns != 1)}"
    state = f"  {row.verdict or row.phase} · {turns} · {ago(time.time() - row.updated)}"
    title = (row.title or row.id, "bold")
    return Content.assemble((f"{mark} ", "$text-accent"), title, "\n", (state, MUTED))
