"""Every action of the screen once: its key, its words, its group. Bindings, help and palette read this.

Keys that a text field uses itself (F6, F7, Ctrl+A/E/K/U/W/D/X/Y/Z/V and so on) are no choice here, since
the field would take them silently; a test holds that. Nothing is on
Ctrl+B/G/O/T/N, which tmux and zellij take.
"""

from typing import NamedTuple

from textual.binding import Binding, BindingType


class Action(NamedTuple):
    """Something that a person can do on the consultation screen."""

    key: str
    name: str
    """Method of the screen without `action_`."""
    label: str
    """Words of the footer."""
    explanation: str
    group: str
    in_footer: bool = False


ACTIONS = (
    Action("f1", "help", "Help", "All keys and commands", "Screen", True),
    Action("f2", "swap", "Switch", "Swap between the chat and the decision", "Screen", True),
    Action("f3", "sources", "Sources", "Open the numbered sources of the last answer", "Screen", True),
    Action("f4", "workload", "Workload", "Show what is known of the workload", "Screen"),
    Action(
        "f5", "decide", "Decide now", "End the questions and recommend on what is known", "Consultation", True
    ),
    Action("f8", "sessions", "Sessions", "List, resume or delete stored consultations", "Consultation", True),
    Action("f9", "export", "Export", "Write the decision record as Markdown or JSON", "Consultation", True),
    Action("escape", "leave", "Back", "Leave the wait, or go back to the message field", "Screen"),
)
PALETTE_ONLY = (
    Action("", "new", "New consultation", "Start over; the present one stays stored", "Consultation"),
    Action("", "undo", "Undo", "Take the last answer back", "Consultation"),
    Action("", "copy_answer", "Copy answer", "Copy the last answer with its sources", "Consultation"),
    Action("", "expand_last", "Expand answer", "Show every sentence of the last answer", "Screen"),
    Action("", "decision", "Decision", "Show the decision", "Screen"),
)
COMMANDS = {
    "/undo": "take the last answer back",
    "/why": "ask why, for example /why pgvector",
    "/facts": "show what is known of the workload",
    "/export": "write the decision record, for example /export record.md",
    "/copy": "copy the last answer",
    "/new": "start a new consultation",
    "/sessions": "stored consultations",
    "/help": "keys and commands",
    "/quit": "leave; everything is stored",
}
ELSEWHERE = (
    ("Message field", "Enter", "Send"),
    ("Message field", "Ctrl+J, Alt+Enter", "New line"),
    ("Message field", "Up, Down", "Earlier messages, when the field is empty"),
    ("Message field", "1 to 9, then Enter", "Take a numbered choice"),
    ("Message field", "Shift+Tab", "Go to the choices and the transcript"),
    ("Transcript", "j k g G, PgUp PgDn", "Scroll"),
    ("Transcript", "1 to 9, two digits in a row", "Open that source"),
    ("Transcript", "e", "Every sentence of the last answer, or fewer"),
    ("Transcript", "y", "Copy the last answer"),
    ("Decision", "Enter on a component", "Open its first source"),
    ("Workload", "Enter on a value", "Correct it in the message field"),
    ("Sources", "o or Enter", "Copy the address of the source"),
    ("Sessions", "Enter, d", "Resume, delete"),
    ("Everywhere", "Tab, Shift+Tab", "Next or previous part of the screen"),
    ("Everywhere", "Ctrl+P", "Palette: every action by name, and themes"),
    ("Everywhere", "Ctrl+Q", "Quit; everything is stored"),
)
"""(where, keys, what) of keys that belong to one part of the screen."""


def bindings() -> list[BindingType]:
    """Bindings of the consultation screen; their ids allow remapping."""
    return [
        Binding(item.key, item.name, item.label, show=item.in_footer, id=f"stackwright.{item.name}")
        for item in ACTIONS
    ]
