"""Where and in which form the decision record is written."""

from pathlib import Path
from typing import NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ..widgets.marks import MUTED

SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".json": "json"}


class Target(NamedTuple):
    path: Path
    form: str
    """markdown or json, from the ending of the name."""


def target(text: str, session: str) -> Target:
    """The file meant by what was typed; nothing typed means the default name in the current folder."""
    path = Path(text.strip() or f"stackwright-{session}.md").expanduser()
    return Target(path, SUFFIXES.get(path.suffix.lower(), "markdown"))


class ExportScreen(ModalScreen[Target | None]):
    """Asks once more before it overwrites a file."""

    BINDINGS = [Binding("escape,f9", "dismiss(None)", "Close", show=False)]

    def __init__(self, session: str) -> None:
        super().__init__()
        self._session = session
        self._warned = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content.styled("Write the decision record to", "bold"))
            yield Input(value=f"stackwright-{self._session}.md", id="path", compact=True)
            yield Static(
                Content.styled(".md Markdown, .json JSON · Enter writes · Esc closes", MUTED),
                id="hint",
            )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        wanted = target(event.value, self._session)
        if wanted.path.exists() and self._warned != event.value:
            self._warned = event.value
            self.query_one("#hint", Static).update(
                Content.styled(f"{wanted.path} exists: Enter again overwrites it.", "$text-warning")
            )
            return
        self.dismiss(wanted)
