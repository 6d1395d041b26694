"""Marks that differ by shape, so that no meaning rests on colour, and the pieces of text that carry them.

Whatever comes from a user or from the catalogue enters as plain text: no markup is ever parsed here.
"""

from textual.content import Content
from textual.style import Style

NOTED, UPDATED, CONFLICT, REFUSED, UNUSED, NOTE, OPEN = "✓", "↺", "▲", "✗", "○", "•", "?"
WINNER, ALTERNATIVE = "◆", "○"
ORIGINS = {"stated": ("●", "you"), "inferred": ("◐", "inferred"), "assumed": ("○", "assumed")}
"""Origin of a value -> (mark, word)."""


MUTED = "$foreground 65%"
"""Style of what stands back: still readable on a light theme."""


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
    """A field's name in plain words."""
    from tools.wording import field_label

    return field_label(field)


def hanging(head: Content, body: Content, indent: int, width: int) -> Content:
    """`head` and `body` side by side; where `body` wraps, it goes on below its own beginning."""
    gap = " " * max(1, indent - head.cell_length)
    lines = body.wrap(max(12, width - indent))
    if head.cell_length >= indent:
        return Content.assemble(head, "\n", *_indented(lines, indent))
    return Content.assemble(
        head, gap, lines[0], *(("\n",) if lines[1:] else ()), *_indented(lines[1:], indent)
    )


def _indented(lines: list[Content], indent: int) -> list[Content]:
    last = len(lines) - 1
    return [Content.assemble(" " * indent, line, "\n" * (place < last)) for place, line in enumerate(lines)]


def shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"


def joined(parts: list[Content], gap: str = "\n") -> Content:
    return Content(gap).join(parts)
