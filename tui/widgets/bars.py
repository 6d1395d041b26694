"""Horizontal bars of block characters, to an eighth of a cell."""

EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(value: float, width: int) -> str:
    """A bar for a value in [0, 1], padded to `width` cells.

    >>> bar(0.5, 4), bar(0.03, 4), bar(2.0, 2)
    ('██  ', '▏   ', '██')
    """
    eighths = round(max(0.0, min(1.0, value)) * width * 8)
    eighths = max(eighths, 1) if value > 0 else eighths
    full, rest = divmod(eighths, 8)
    text = "█" * full + (EIGHTHS[rest] if rest else "")
    return text.ljust(width)
