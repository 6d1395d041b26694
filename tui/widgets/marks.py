"""Marks that differ by shape, so that no meaning rests on colour, and the pieces of text that carry them.

Whatever comes from a user or from the catalogue enters as plain text: no markup is ever parsed here.
"""

from textual.content import Content
from textual.style import Style

NOTED, UPDATED, CONFLICT, REFUSED, UNUSED, NOTE, OPEN = "✓", "↺", "▲", "✗", "○", "•", "?"
WINNER, ALTERNATIVE = "◆", "○"
ORIGINS = {"stated": ("●", "you"), "inferred": ("◐", "inferred"), "assumed": ("○", "assumed")}
"""Origin of a value -> (mark, word)."""


def row(mark: str, word: str, text: str, style: str) -> Content:
    """`✓ noted: text`, one remark of a turn."""
    return Content.assemble((f"{mark} ", style), (f"{word}: ", f"{style}"), text)


def cite(turn: int, number: int) -> Content:
    """A citation mark that opens source `number` of the answer to `turn`."""
    meta = Style.from_meta({"@click": f"screen.cite({turn}, {number})"})
    return Content.assemble((f"[{number}]", meta))


def link(text: str, action: str) -> Content:
    """Text that runs an action of the screen when clicked."""
    return Content.assemble((text, Style.from_meta({"@click": action})))


def words(field: str) -> str:
    """A field's name as words."""
    return field.replace("_", " ")


def joined(parts: list[Content], gap: str = "\n") -> Content:
    return Content(gap).join(parts)
