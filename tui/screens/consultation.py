"""The consultation: chat on one side, what is known and decided on the other.

Below 100 columns one side is shown at a time; which one follows the focus, so that a resize never
takes the focus away.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, OptionList, Static, TabbedContent, TabPane

from knowledge.errors import InputRefused, StackwrightError

from ..background import in_background
from ..desk import Desk
from ..keymap import bindings
from ..widgets.answer import answer_text
from ..widgets.chat import Chat
from ..widgets.composer import Composer
from ..widgets.decision import DecisionView, verdict_line
from ..widgets.marks import REFUSED
from ..widgets.source_book import SourceBook
from ..widgets.sources import Sources
from ..widgets.top_bar import TopBar
from ..widgets.workload import WorkloadView
from .export import ExportScreen, Target, target
from .help import HelpScreen
from .sessions import SessionsScreen

if TYPE_CHECKING:
    from agent.reply import Reply

SECOND_DIGIT_WITHIN_S = 1.0
COPY_FILE = "last-answer.txt"


class ConsultationScreen(Screen[None]):
    """The main screen."""

    BINDINGS = bindings()
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-two"), (160, "-three")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-tall")]
    AUTO_FOCUS = "#composer"

    def __init__(self, desk: Desk, badge: str, resume: str | None) -> None:
        super().__init__()
        self._desk, self._badge, self._resume = desk, badge, resume
        self._session = ""
        self._decision: Reply | None = None
        self._books: dict[int, SourceBook] = {}
        self._digits = ("", 0.0)

    def compose(self) -> ComposeResult:
        yield TopBar(self._badge, id="top-bar")
        yield Static(Content("widen to 80x24 for the decision view"), id="too-small")
        with Horizontal(id="sides"):
            yield Chat(self._desk, id="chat")
            with Vertical(id="right"), TabbedContent(id="tabs"):
                with TabPane("Decision", id="tab-decision"):
                    yield DecisionView(id="decision")
                with TabPane("Workload", id="tab-workload"):
                    yield WorkloadView(id="workload")
                with TabPane("Sources", id="tab-sources"):
                    yield Sources(id="sources")
            with Vertical(id="third"):
                yield Static(Content.styled("Workload", "bold"), id="third-head")
                yield WorkloadView(id="workload-beside")
        yield Footer(compact=True)

    async def on_mount(self) -> None:
        self.query_one(TabbedContent).active = "tab-workload"
        await self.chat.show_welcome()
        self.call_after_refresh(self.chat.open_wanted, self._resume)

    @property
    def chat(self) -> Chat:
        return self.query_one(Chat)

    # what happens

    def on_chat_session_opened(self, event: Chat.SessionOpened) -> None:
        opened = event.opened
        self._session, self._books, self._decision = opened.session, {}, None
        self.query_one(DecisionView).clear()
        self.chat.set_verdict(Content(""))
        self.query_one(TopBar).set_title(opened.turns[0][0] if opened.turns else "")
        self.query_one(TopBar).set_stage(0, recommended=False)
        if opened.turns:
            self._show_workload(opened.decision or opened.turns[-1][1])
        if opened.decision is not None:
            self._show_decision(opened.decision)

    def on_chat_turn_started(self) -> None:
        self.query_one(DecisionView).set_class(self._decision is not None, "recomputing")

    def on_chat_turn_failed(self) -> None:
        self.query_one(DecisionView).remove_class("recomputing")

    def on_chat_answered(self, event: Chat.Answered) -> None:
        reply = event.reply
        self.query_one(DecisionView).remove_class("recomputing")
        if reply.turn == 1:
            self.query_one(TopBar).set_title(self.chat.transcript.exchanges[-1].message)
        self._show_workload(reply)
        if reply.kind == "recommendation":
            self._show_decision(reply)
        elif self._decision is None:
            self._show_tab("tab-workload")

    def _show_workload(self, reply: "Reply") -> None:
        assessment = reply.assessment or (self._decision.assessment if self._decision else None)
        assumptions = assessment.assumptions if assessment is not None else ()
        for view in self.query(WorkloadView):
            view.show(reply.workload, assumptions)
        self.query_one(TopBar).set_stage(
            len(reply.workload.known), self._decision is not None, self._broken(self._decision)
        )

    def _show_decision(self, reply: "Reply") -> None:
        self._decision = reply
        self._books[reply.turn] = SourceBook(reply)
        self.query_one(DecisionView).show(reply, self._books[reply.turn], self._desk.slot_name)
        self.chat.set_verdict(verdict_line(reply.assessment))
        self.query_one(TopBar).set_stage(len(reply.workload.known), True, self._broken(reply))
        self._show_tab("tab-decision")

    @staticmethod
    def _broken(reply: "Reply | None") -> bool:
        if reply is None or reply.assessment is None:
            return False
        winner = reply.assessment.winner
        return winner is None or bool(winner.violations)

    def on_chat_command_given(self, event: Chat.CommandGiven) -> None:
        name, argument, _ = event.command
        if name == "/why":
            self.chat.send(f"why {argument}?" if argument else "why?")
        elif name == "/export" and argument:
            self._export(target(argument, self._session))
        else:
            actions = {"/undo": "undo", "/facts": "workload", "/export": "export", "/copy": "copy_answer"}
            actions |= {"/new": "new", "/sessions": "sessions", "/help": "help", "/quit": "quit"}
            self.run_worker(self.run_action(actions[name]))

    # where the focus is

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        right = self.query_one("#right")
        self.set_class(right in event.widget.ancestors, "-right-side")

    def _show_tab(self, tab: str) -> None:
        """Bring a tab to the front without moving the focus."""
        tabs = self.query_one(TabbedContent)
        if tabs.active != "tab-sources" or not self.has_class("-right-side"):
            tabs.active = tab

    def _go_to_tab(self, tab: str) -> None:
        self.add_class("-right-side")
        self.query_one(TabbedContent).active = tab
        inside = {"tab-decision": "#decision", "tab-workload": "#workload", "tab-sources": "#source-list"}
        self._focus_now(self.query_one(inside[tab]))

    def _go_to_chat(self) -> None:
        self.remove_class("-right-side")
        self._focus_now(self.chat.composer)

    def _focus_now(self, widget: Widget) -> None:
        """Focus what has just been uncovered, before the other side is hidden and drops the focus."""
        self.app.stylesheet.update(self, animate=False)
        self.set_focus(widget)

    def action_swap(self) -> None:
        if self.has_class("-right-side"):
            self._go_to_chat()
        else:
            self._go_to_tab(self.query_one(TabbedContent).active)

    def action_leave(self) -> None:
        if not self.chat.leave_wait():
            self._go_to_chat()

    def action_decision(self) -> None:
        self._go_to_tab("tab-decision")

    def action_workload(self) -> None:
        self._go_to_tab("tab-workload")

    # sources

    def action_sources(self) -> None:
        last = self.chat.last if self.chat.last is not None and self.chat.last.citations else self._decision
        if last is not None:
            self._show_book(last)
        self._go_to_tab("tab-sources")

    def action_cite(self, turn: int, number: int) -> None:
        """Open source `number` of the answer to `turn`."""
        if turn not in self._books:
            reply = self.chat.reply_of(turn)
            if reply is None:
                return
            self._books[turn] = SourceBook(reply)
        self._open_source(self._books[turn], number)

    def _open_source(self, book: SourceBook, number: int) -> None:
        if book.get(number) is None:
            self.chat.say(f"{REFUSED} Answer {book.turn} has no source {number}.")
            return
        sources = self.query_one(Sources)
        sources.show(book, self._desk.settings.date())
        self._go_to_tab("tab-sources")
        self.call_after_refresh(sources.go_to, number)

    def _show_book(self, reply: "Reply") -> SourceBook:
        book = self._books.setdefault(reply.turn, SourceBook(reply))
        self.query_one(Sources).show(book, self._desk.settings.date())
        return book

    def on_decision_view_source_wanted(self, event: DecisionView.SourceWanted) -> None:
        self.action_cite(event.turn, event.number)

    def on_key(self, event: events.Key) -> None:
        """A digit outside the message field opens that source; a second one soon after joins it."""
        if not event.character or not event.character.isdigit() or isinstance(self.focused, Composer):
            return
        last = self.chat.last if self.chat.last is not None and self.chat.last.citations else self._decision
        if last is None:
            return
        event.stop()
        before, when = self._digits
        text = (
            before + event.character if time.monotonic() - when < SECOND_DIGIT_WITHIN_S else event.character
        )
        self._digits = (text, time.monotonic())
        book = self.query_one(Sources).book if self.has_class("-right-side") else None
        self._open_source(book or self._show_book(last), int(text))

    def action_copy_source(self) -> None:
        source = self.query_one(Sources).highlighted()
        if source is None or not source.source:
            self.chat.say("This source has no address: it was computed or said here.")
            return
        self.app.copy_to_clipboard(source.source)
        self.chat.say(f"Copied {source.source}")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_list.id == "source-list":
            self.action_copy_source()

    # actions

    def on_workload_view_correction_wanted(self, event: WorkloadView.CorrectionWanted) -> None:
        self._go_to_chat()
        self.chat.composer.offer(f"{event.fact.name}: {event.fact.value}")

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen())

    def action_decide(self) -> None:
        self.chat.send("just recommend")

    def action_undo(self) -> None:
        self.chat.send("/undo")

    def action_quit(self) -> None:
        self.app.exit()

    def action_expand(self, turn: int) -> None:
        self.chat.toggle(turn)

    def action_expand_last(self) -> None:
        if self.chat.last is not None:
            self.chat.toggle(self.chat.last.turn)

    def action_new(self) -> None:
        if self.chat.busy:
            self.chat.say("An answer is still on its way; start over when it is here.")
            return
        self.chat.last = None
        self.chat.open(None)

    def action_sessions(self) -> None:
        if self.chat.busy:
            self.chat.say("An answer is still on its way; change over when it is here.")
            return

        def chosen(session: str | None) -> None:
            if session is not None and session != self._session:
                self.chat.open(session)
            elif self._session_deleted():
                self.action_new()

        self.app.push_screen(SessionsScreen(self._desk), chosen)

    def _session_deleted(self) -> bool:
        """Whether the consultation in front was stored and is no longer."""
        if self.chat.last is None:
            return False
        return (
            all(row.id != self._session for row in self._desk.sessions()) and self._desk.store() is not None
        )

    def action_copy_answer(self) -> None:
        last = self.chat.last
        if last is None:
            self.chat.say("There is no answer to copy yet.")
            return
        text = answer_text(last, self._desk.settings.date())
        self.app.copy_to_clipboard(text)
        path = self._desk.settings.data_path() / COPY_FILE
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")
            self.chat.say(f"Copied. If your terminal does not take it, it is in {path}")
        except OSError:
            self.chat.say("Copied, if your terminal allows it.")

    def action_export(self) -> None:
        def chosen(wanted: Target | None) -> None:
            if wanted is not None:
                self._export(wanted)

        self.app.push_screen(ExportScreen(self._session), chosen)

    def _export(self, wanted: Target) -> None:
        self.run_worker(self._write(wanted), group="export")

    async def _write(self, wanted: Target) -> None:
        try:
            text = await in_background(lambda: self._desk.record(wanted.form, self._decision))
            _write_file(wanted.path, text)
        except StackwrightError as error:
            self.chat.say(f"{REFUSED} {error}")
            return
        self.chat.say(f"Wrote {wanted.path.resolve()}")


def _write_file(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputRefused(f"{path} can't be written: {error.strerror}.", "Choose another place.") from error
