"""Which language a message is in, by a vote of short common words, and whether it's one we read."""

import re
import unicodedata
from typing import NamedTuple

from .lexicon import table
from .message import Message


class Language(NamedTuple):
    code: str
    readable: bool


def detect(message: Message) -> Language:
    """The language with most stop words; English without evidence."""
    script = _script(message.text[:2000])
    if script:
        return Language(script, False)
    votes = dict.fromkeys(table("languages")["stop_words"], 0.0)
    for token in message.tokens[:400]:
        for code in _index().get(token.text, ()):
            votes[code] += 1 / len(_index()[token.text])
    best = max(votes, key=lambda code: (votes[code], code == "en"))
    if votes[best] < 1 or votes[best] < votes["en"] * 1.2:
        best = "en"
    words = sum(not token.number for token in message.tokens)
    unknown = best == "en" and words >= 8 and votes["en"] < 0.5
    return Language(best, best in table("languages")["read"] and not unknown)


_CACHE: dict[str, list[str]] = {}


def _index() -> dict[str, list[str]]:
    if not _CACHE:
        for code, words in table("languages")["stop_words"].items():
            for word in words:
                _CACHE.setdefault(str(word), []).append(code)
    return _CACHE


def _script(text: str) -> str:
    """A language code where most letters belong to a script that we don't read."""
    if text.isascii():
        return ""
    counts: dict[str, int] = {}
    letters = re.findall(r"[^\W\d_]", text)
    for letter in letters[:600]:
        name = unicodedata.name(letter, "LATIN").split(" ")[0].split("-")[0]
        counts[name] = counts.get(name, 0) + 1
    if not counts:
        return ""
    best = max(counts, key=lambda name: counts[name])
    if best == "LATIN" or counts[best] < 0.5 * sum(counts.values()):
        return ""
    return str(table("languages")["scripts"].get(best, "und"))
