"""What a message does besides stating facts: commands, counter-questions, don't know, skip, greetings."""

import re
from functools import cache

from .lexicon import table, words
from .message import Message
from .phrases import Hit, Phrases, compile_phrases
from .scope import Scopes
from .supposed import is_supposition
from .understanding import Intent

_COMMAND = re.compile(r"\s*/([a-z][a-z-]{0,20})(?:\s+([^\n]{0,400}))?\s*$", re.IGNORECASE)
MAX_SUPPOSITION = 40
"""Words up to which a message that begins as a supposition is one question."""


def command(text: str) -> str:
    """`/undo` and its like; empty where the message is no command."""
    match = _COMMAND.match(text[:500])
    if match and match[1].lower() in words("intents", "commands"):
        return f"/{match[1].lower()} {(match[2] or '').strip()}".strip()
    return ""


def find_intents(message: Message, scopes: Scopes, facts: bool) -> frozenset[Intent]:
    """Intents of the whole message; `facts` says whether field values were read from it."""
    found: set[Intent] = set()
    kinds = {str(hit.tag) for hit in _phrases().find(message)}
    for kind in ("dont_know", "just_recommend", "why", "refuse"):
        if kind in kinds:
            found.add(kind)
    short = len(message.tokens) <= 6
    if short and not facts:
        found |= {kind for kind in ("skip", "undo") if kind in kinds}
    if "greeting" in kinds and short and not facts:
        found.add("greeting")
    if scopes.hits.get("correction") and facts:
        found.add("correction")
    if question(message, scopes):
        found.add("question")
    return frozenset(found)


def dont_know(message: Message) -> Hit | None:
    return next((hit for hit in _phrases().find(message) if hit.tag == "dont_know"), None)


def wishes_for_advice(message: Message) -> list[Hit]:
    """Where the message asks for the recommendation: its words name no kind of work."""
    return [hit for hit in _phrases().find(message) if hit.tag == "just_recommend"]


def question(message: Message, scopes: Scopes) -> str:
    """The first counter-question, as written; questions about the interview itself don't count."""
    sentence = message.text.strip()
    if is_supposition(sentence) and len(message.tokens) <= MAX_SUPPOSITION:
        return sentence
    whys = [hit for hit in _phrases().find(message) if hit.tag == "why"]
    for start, end in scopes.questions:
        if not any(start <= hit.start < end for hit in whys):
            mark = message.text.find("?", end, end + 4)
            return message.text[start : mark + 1 if mark >= 0 else end].strip()
    return ""


@cache
def _phrases() -> Phrases:
    kinds = ("dont_know", "skip", "undo", "why", "just_recommend", "greeting", "refuse")
    return compile_phrases({kind: table("intents")[kind] for kind in kinds})
