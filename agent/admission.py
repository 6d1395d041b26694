"""What a message is before anything stores or reads it: plain characters, no secrets, no more than is read."""

import re
import unicodedata

from .language.message import MAX_CHARACTERS
from .secrets import MASK, mask_secrets

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_KEPT = "\n\t"
SECRET_REMOVED = "A key or password in your message was removed before storing it."  # noqa: S105


def admitted(message: str) -> str:
    """`message` without secrets, terminal escapes, control and direction characters, cut to what is read.

    >>> admitted("10 \\x1b[31mrequests\\x00 a second")
    '10 requests a second'
    """
    head = _ESCAPE.sub("", message[: 2 * MAX_CHARACTERS])
    plain = "".join(character for character in head if character in _KEPT or not _hidden(character))
    masked, _ = mask_secrets(plain)
    return masked[: MAX_CHARACTERS + 1]


def _hidden(character: str) -> bool:
    """Control, direction, private and half characters (surrogates)."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character != "\u200d"


def remarks(message: str) -> list[str]:
    """What has to be said of an admitted message."""
    return [SECRET_REMOVED] if MASK in message else []


def holds_words(message: str) -> bool:
    """Whether there is a letter or digit to read."""
    return any(character.isalnum() for character in message)
