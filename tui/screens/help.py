"""All keys and commands, grouped by where they hold."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ..keymap import ACTIONS, COMMANDS, ELSEWHERE
from ..widgets.marks import CONFLICT, MUTED, NOTED, ORIGINS, REFUSED, UPDATED, joined

KEY_WIDTH = 28
MARKS = (
    (NOTED, "noted"),
    (UPDATED, "replaced"),
    (CONFLICT, "conflict or caution"),
    (REFUSED, "refused, or a limit broken"),
    *ORIGINS.values(),
)


class HelpScreen(ModalScreen[None]):
    BINDINGS = [Binding("escape,f1,q", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog tall", can_focus=True):
            yield Static(help_content())
            yield Static(Content.styled("Esc closes", MUTED))


def help_content() -> Content:
    """One line a key, under the name of the part where it holds."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for item in ACTIONS:
        groups.setdefault(item.group, []).append((_key(item.key), item.explanation))
    for where, keys, what in ELSEWHERE:
        groups.setdefault(where, []).append((keys, what))
    groups["Commands"] = list(COMMANDS.items())
    groups["Marks"] = list(MARKS)
    lines: list[Content] = []
    for group, rows in groups.items():
        lines.append(Content.styled(group, "bold $text-accent"))
        lines += [Content(f"  {keys.ljust(KEY_WIDTH)}{what}") for keys, what in rows]
        lines.append(Content(""))
    return joined(lines)


def _key(name: str) -> str:
    return "Esc" if name == "escape" else name.upper()
