"""Which language a message is in, by a vote of short common words, and whether it's one we read."""

import re
import unicodedata
from typing import NamedTuple

from knowledge.word_list import word_list

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
    tokens = message.tokens[:400]
    for before, token in zip((None, *tokens), tokens, strict=False):
        if before is not None and before.number and token.glued:
            continue  # the `o` of gpt-4o is no word
        for code in _index().get(token.text, ()):
            votes[code] += 1 / len(_index()[token.text])
    best = max(votes, key=lambda code: (votes[code], code == "en"))
    if votes[best] < 1 or votes[best] < votes["en"] * 1.2:
        best = "en"
    words = [token.text for token in message.tokens if not token.number]
    unknown = (
        best == "en" and votes["en"] < 0.5 and (len(words) >= 8 or (bool(words) and not _any_word(words)))
    )
    return Language(best, best in table("languages")["read"] and not unknown)


def _any_word(words: list[str]) -> bool:
    """Whether one of them is a word at all: keys hit at random are not."""
    known = word_list()
    return any(word in known or word.rstrip("s") in known for word in words)


def unread_text(code: str) -> str:
    """One sentence, in that language where we can write it, that says what we read."""
    told: dict[str, str] = table("languages")["told"]
    return told.get(code, told["en"])


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
    scripts: dict[str, str] = table("languages")["scripts"]
    counts: dict[str, int] = {}
    letters = re.findall(r"[^\W\d_]", text)[:600]
    for letter in letters:
        name = unicodedata.name(letter, "LATIN").split(" ")[0].split("-")[0]
        code = "" if name == "LATIN" else scripts.get(name, "und")
        counts[code] = counts.get(code, 0) + 1
    foreign = sum(count for code, count in counts.items() if code)
    if not letters or foreign < 0.5 * len(letters):
        return ""
    if "ja" in counts:
        return "ja"  # its kana stand among Chinese characters
    return max((code for code in counts if code), key=lambda code: counts[code])
