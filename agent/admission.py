"""What a message is before anything stores or reads it: plain characters, no secrets, no more than is read."""

import re
import unicodedata

from knowledge.errors import InputRefused

from .language.message import MAX_CHARACTERS
from .secrets import MASK, mask_secrets

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_KEPT = "\n\t"
_ENCODED = re.compile(r"(?<![\w/:.=+-])[A-Za-z0-9+/=_-]{60,}")
"""A run that no word, number or name has: base64, hashes, keys."""
MOST_UNREADABLE, MOST_ENCODED = 0.2, 0.5
"""Shares of a text from which it is taken for no text (judgement)."""
DESCRIBE = "Describe the workload in plain words, or give a workload file in YAML or JSON."
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


def text_of(data: bytes, what: str) -> str:
    """Bytes as text; InputRefused for bytes that are none. `what` names where they come from."""
    if b"\x00" in data[:MAX_CHARACTERS]:
        raise InputRefused(f"{what} is binary data, not text.", DESCRIBE)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputRefused(
            f"{what} is not text in UTF-8 (byte {error.start + 1} is no part of it).", DESCRIBE
        ) from error
    check_readable(text, what)
    return text


def check_readable(text: str, what: str) -> None:
    """InputRefused for what consists of no words: control characters, halves of characters, encoded data."""
    head = _ESCAPE.sub("", text[: 2 * MAX_CHARACTERS])
    if not head:
        return
    strange = sum(_hidden(letter) or letter == "\ufffd" for letter in head if letter not in "\n\t\r")
    if any(unicodedata.category(letter) == "Cs" for letter in head) or strange > MOST_UNREADABLE * len(head):
        raise InputRefused(f"{what} is binary data or damaged, not text.", DESCRIBE)
    encoded = sum(len(run) for run in _ENCODED.findall(head))
    if encoded > MOST_ENCODED * len(head):
        raise InputRefused(f"{what} looks like encoded data, not words.", DESCRIBE)


def _hidden(character: str) -> bool:
    """Control, direction, private and half characters (surrogates)."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character != "\u200d"


def remarks(message: str) -> list[str]:
    """What has to be said of an admitted message."""
    return [SECRET_REMOVED] if MASK in message else []


def holds_words(message: str) -> bool:
    """Whether there is a letter or digit to read."""
    return any(character.isalnum() for character in message)
