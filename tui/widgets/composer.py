"""Where the user writes: grows from one to six rows, Enter sends, a lost message comes back."""

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from ..keymap import COMMANDS

NEW_LINE_KEYS = {"ctrl+j", "alt+enter", "shift+enter"}
PLACEHOLDER = "Describe the workload, answer, correct a value, or ask why"


class Composer(TextArea):
    """A text field whose Enter sends."""

    class Sent(Message):
        """The user sent this text."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class DigitTyped(Message):
        """The field holds nothing but one digit, or no longer does."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class ChoicesWanted(Message):
        """Down was pressed in an empty field."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(
            id=id, compact=True, highlight_cursor_line=False, show_line_numbers=False, placeholder=PLACEHOLDER
        )
        self._history: list[str] = []
        self._place: int | None = None
        """Index into the history while it is walked through."""

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            self._take(event)
            self._send()
        elif event.key in NEW_LINE_KEYS:
            self._take(event)
            self.insert("\n")
        elif event.key in ("up", "down") and self._walks(event.key):
            self._take(event)
        else:
            await super()._on_key(event)

    def _send(self) -> None:
        """Emptied at once: what is typed before the message is taken up belongs to the next one."""
        if text := self.text.strip():
            self.put("")
            self.post_message(self.Sent(text))

    @staticmethod
    def _take(event: events.Key) -> None:
        event.stop()
        event.prevent_default()

    def _walks(self, key: str) -> bool:
        """Walk through earlier messages from an empty or unchanged field; whether the key was used."""
        unchanged = self._place is not None and self.text == self._history[self._place]
        if self.text and not unchanged:
            return False
        if key == "down" and self._place is None:
            self.post_message(self.ChoicesWanted())
            return True
        if not self._history:
            return False
        start = len(self._history) if self._place is None else self._place
        place = start + (-1 if key == "up" else 1)
        if place >= len(self._history):
            self.put("")
            return True
        self._place = max(place, 0)
        self.text = self._history[self._place]
        self.move_cursor(self.document.end)
        return True

    def remember(self, text: str) -> None:
        """What was sent is one Up away."""
        if not self._history or self._history[-1] != text:
            self._history.append(text)

    def put(self, text: str) -> None:
        """Fill the field, the cursor at the end."""
        self._place = None
        self.text = text
        self.move_cursor(self.document.end)

    def offer(self, text: str) -> None:
        """Fill the field with something to change; what stood there is one Up away."""
        if self.text.strip():
            self._history.append(self.text)
        self.put(text)

    def give_back(self, text: str) -> None:
        """A message that was not answered comes back before what has been typed since."""
        self.put(f"{text}\n{self.text}" if self.text.strip() else text)

    def update_suggestion(self) -> None:
        """Complete slash commands; right arrow takes the completion."""
        text = self.text
        matching = [command for command in COMMANDS if command.startswith(text) and command != text]
        self.suggestion = matching[0][len(text) :] if len(text) > 1 and text[0] == "/" and matching else ""

    def on_text_area_changed(self) -> None:
        digit = self.text if len(self.text) == 1 and self.text.isdigit() else ""
        self.post_message(self.DigitTyped(digit))
