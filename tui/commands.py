"""Slash commands: what the message field takes for an order instead of a message."""

from typing import NamedTuple

from .keymap import COMMANDS


class Command(NamedTuple):
    """`/name argument`; an unknown name keeps its text so that it can be corrected."""

    name: str
    argument: str
    known: bool


def parse_command(text: str) -> Command | None:
    """The command in a line that starts with a slash and one word; paths and other text are messages.

    >>> parse_command("/why pgvector")
    Command(name='/why', argument='pgvector', known=True)
    >>> parse_command("/data/images holds 3 TB") is None
    True
    """
    name, _, argument = text.partition(" ")
    if not name[1:].isalpha() or not text.startswith("/") or "\n" in text:
        return None
    return Command(name.lower(), argument.strip(), name.lower() in COMMANDS)
