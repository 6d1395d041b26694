"""Sentences that ask and tell: `Pinecone or pgvector for 5 million vectors?`, `We have 5 million, does Milvus scale to
that?`

The names in what is asked are neither owned nor wished for, and the rest tells of the workload.
"""

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from .context import TurnContext
from .inquiries import amounts, asks_openly, pattern, speaks_of_own
from .language import Understanding
from .language.supposed import is_supposition

Reading = Callable[[str], Understanding]

_SENTENCE = re.compile(r"[^\n.?!]+(?:[.?!](?=\w)[^\n.?!]+)*[.?!]*")
_WORD = re.compile(r"[^\s,:;()?]+")
_ASIDE = re.compile(r"\s*[,:;()?]")
_COMMA = re.compile(r"\s*,\s+\Z")
_LAST_WORD = re.compile(r"([^\s,:;()?]+)\s+\Z")
_STRANGE = re.compile(r"[A-Z]\w[\w.-]*(?:\s+[A-Z0-9][\w.-]*){0,3}")
"""What may be a name that the catalogue doesn't hold."""
_VERSION = re.compile(r"\s+v?\d[\d.]*(?=\s+(?:for|with|at|on|under|if|given|in)\b|\s*[,:;?]|\s*$)")
"""Right behind a name."""
_SEVERAL = re.compile(r"(?<=\d)s\b")
"""Of `4 A100s`."""
MOST_WORDS = 8
"""Of a name."""
LEAST_SHARE = 0.5
"""Of the words of what is named."""
LONGEST = 30
"""Words of a sentence that asks."""
MOST_SENTENCES = 8
"""That are looked at: each costs some milliseconds."""


class Alternatives(NamedTuple):
    """What is asked, and what is told beside it."""

    questions: tuple[tuple[int, str], ...]
    """The sentences, and where each ends in the message."""
    rest: str
    """The message without the names, each character in its place."""


def alternatives(
    message: str, context: TurnContext, reading: Reading, asked: str = "", tells: bool = True
) -> Alternatives | None:
    """The sentences of a message that ask something and tell what it is for; None where there are none. `reading`: of a
    text that is said first, `asked`: what is known to be a question, `tells`: whether anything else was read."""
    found, rest = list[tuple[int, str]](), message
    for sentence in islice(_SENTENCE.finditer(message), MOST_SENTENCES):
        text, start = sentence[0], sentence.start()
        is_known = bool(asked) and (asked in text or text.strip() in asked)
        if len(text.split()) > LONGEST:
            continue
        beside = asked_beside(text, context, reading, tells or not is_known)
        question, told = (None if is_known else _choice(text, context)) or beside or ("", text)
        if question:
            rest = rest[:start] + told + rest[sentence.end() :]
            found.append((sentence.end(), question))
    return Alternatives(tuple(found), rest) if found else None


def _choice(text: str, context: TurnContext) -> tuple[str, str] | None:
    """A sentence that asks for a choice, and what it tells with the names blanked; None for another."""
    names = _names(text, context) if any(map(str.isdigit, text)) else None
    if names is None:
        return None
    told = text[: names.start] + " " * len(names) + text[names.stop :].replace("?", ".")
    return text.strip(), told


def asked_beside(
    text: str, context: TurnContext, reading: Reading, tells: bool = True
) -> tuple[str, str] | None:
    """What a sentence asks of things that it names, and what it tells with the rest blanked: what stands before, and,
    where it `tells` more than its question, how much there is of something; None where it doesn't do both."""
    clause = next((found.end() for found in pattern("clause").finditer(text)), 0)
    question = text[clause:].strip()
    if not asks_openly(question, context):
        return None
    numbers = amounts(text, clause) if tells else []
    if clause and not _tells(text[:clause], context, reading):
        return None
    if not clause and not numbers:
        return None
    kept = frozenset(place for number in numbers for place in number) | frozenset(range(clause))
    return question, "".join(sign if place in kept else " " for place, sign in enumerate(text[:-1])) + "."


def _tells(text: str, context: TurnContext, reading: Reading) -> bool:
    """Whether something of the workload is read from it, or it speaks of the asker's: of `The H100 has 80 GB` the
    number is the product's, and a supposition tells nothing."""
    if is_supposition(text):
        return False
    if speaks_of_own(text):
        return True
    named = context.retriever.named(text) or context.retriever.rows_in(text)
    return not named and bool(reading(f"{text.rstrip(' ,;:-–—')}.").updates)


def _names(text: str, context: TurnContext) -> range | None:
    """Where the names stand that a sentence holds against each other, with the words between them."""
    found: range | None = None
    for joint in reversed(list(pattern("choice").finditer(text))):
        around = _names_around(text, joint, context) if _asks(text, joint) else None
        if around is not None:
            found = range(around.start, found.stop if found else around.stop)
        elif found is not None:
            break
    return found


def _asks(text: str, joint: "re.Match[str]") -> bool:
    """`Qdrant vs Milvus` asks without a mark; whoever tells of what is theirs asks for no choice."""
    marked = text.rstrip().endswith("?") or not joint[1]
    return marked and not speaks_of_own(text[: joint.start()].rpartition(":")[2])


def _names_around(text: str, joint: "re.Match[str]", context: TurnContext) -> range | None:
    """Where the names stand that the word between them joins; one of them may be strange to the catalogue."""
    before = list(_WORD.finditer(text, 0, joint.start()))[-MOST_WORDS:]
    aside = _ASIDE.search(text, joint.end())
    after = list(_WORD.finditer(text, joint.end(), aside.start() if aside else len(text)))[:MOST_WORDS]
    left = _named(text, [(word.start(), joint.start()) for word in before], context)
    right = _named(text, [(joint.end(), word.end()) for word in after], context)
    if left is None and right is not None:
        left = next((part for part in _strange(text[: joint.start()]) if part.stop == joint.start()), None)
    elif right is None and left is not None:
        right = next((part for part in _strange(text, joint.end()) if part.start == joint.end()), None)
    if left is None or right is None:
        return None
    version = _VERSION.match(text, right.stop)
    start = _with_maker(text, _listed_before(text, left.start, context), context)
    return range(start, version.end() if version else right.stop)


def _listed_before(text: str, start: int, context: TurnContext) -> int:
    """Where the first of a list begins, of which the name at `start` is the last but one: `Qdrant, Milvus or ...`."""
    comma = _COMMA.search(text, 0, start)
    before = list(_WORD.finditer(text, 0, comma.start()))[-MOST_WORDS:] if comma else []
    parts = [
        (word.start(), comma.start())
        for word in before
        if comma and not _ASIDE.search(text, word.start(), comma.start())
    ]
    named = _named(text, parts, context)
    return start if named is None else _listed_before(text, named.start, context)


def _with_maker(text: str, start: int, context: TurnContext) -> int:
    """Where the name at `start` begins with its maker's: of `AWS Bedrock` the AWS says nothing of a cloud in use."""
    before = _LAST_WORD.search(text, 0, start)
    if (
        before is None
        or not context.retriever.is_maker(before[1])
        or pattern("where").search(text, 0, before.start())
    ):
        return start
    return before.start()


def _strange(text: str, start: int = 0) -> list[range]:
    return [range(found.start(), found.end()) for found in _STRANGE.finditer(text, start)]


def _named(text: str, parts: Sequence[tuple[int, int]], context: TurnContext) -> range | None:
    """The longest of the parts that are most of all names; None where none is half of one."""
    texts = (_SEVERAL.sub("", text[start:end]) for start, end in parts)
    shares = [(context.retriever.names_in(part).share, len(part)) for part in texts]
    best = max(shares, default=(0.0, 0))
    return range(*parts[shares.index(best)]) if best[0] >= LEAST_SHARE else None
