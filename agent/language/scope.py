"""Which parts of a message state facts of the speaker's own workload, and what is negated.

Questions, hypotheses and facts about others state nothing; a negation reaches to the end of its clause.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from .lexicon import table
from .message import Message
from .phrases import Hit, Phrases, compile_phrases

_OWN = ("we", "i", "our", "us", "wir", "unser", "unsere", "nous", "notre")
_REACH = 6
"""Words over which a negation reaches."""


@dataclass(frozen=True)
class Scopes:
    """Sentences that state nothing, and the tokens under a negation."""

    message: Message
    silent: frozenset[int]
    """Sentences that are questions, hypotheses or about others."""
    questions: tuple[tuple[int, int], ...]
    """Characters of the sentences that ask the advisor something."""
    negated: frozenset[int]
    """Tokens under a negation."""
    negators: dict[int, int]
    """Negated token -> token of its negator."""
    hits: dict[str, list[Hit]]
    own: frozenset[int] = frozenset()
    """Tokens of a silent sentence that speak of the speaker's own workload after all."""

    def states(self, token: int) -> bool:
        return self.message.tokens[token].sentence not in self.silent or token in self.own

    def is_negated(self, hit: Hit) -> bool:
        """Whether the hit stands under a negation from outside itself."""
        if hit.first in self.negated and self.negators[hit.first] < hit.first:
            return True
        return any(
            0 < after.first - hit.last <= 4
            and self.message.tokens[after.first].clause == self.message.tokens[hit.last].clause
            for after in self.hits.get("after_negators", ())
        )


def read_scopes(message: Message) -> Scopes:
    """Find questions, hypotheses, others' facts and negations."""
    hits: dict[str, list[Hit]] = {}
    for hit in _phrases().find(message):
        hits.setdefault(str(hit.tag), []).append(hit)
    silent = {message.tokens[h.first].sentence for k in ("hypothetical", "others") for h in hits.get(k, ())}
    own = _own_clauses(message, hits.get("others", []))
    questions = _questions(message, hits)
    starts = [token.start for token in message.tokens]
    for start, _ in questions:
        silent.add(message.tokens[max(0, bisect_right(starts, start) - 1)].sentence)
    negators = _negated(message, hits)
    asked = {message.tokens[i].sentence for i in own if _is_asked(message, i, questions)}
    own = frozenset(i for i in own if message.tokens[i].sentence not in asked)
    return Scopes(message, frozenset(silent), tuple(questions), frozenset(negators), negators, hits, own)


def _is_asked(message: Message, index: int, questions: list[tuple[int, int]]) -> bool:
    return any(start <= message.tokens[index].start < end for start, end in questions)


def _own_clauses(message: Message, others: list[Hit]) -> frozenset[int]:
    """`our competitor pays 10k, we can do 3k`: from the clause that begins with us, it's about us."""
    found: set[int] = set()
    for hit in others:
        sentence, clause = message.tokens[hit.last].sentence, message.tokens[hit.last].clause
        rest = [i for i in range(hit.last + 1, len(message.tokens)) if message.tokens[i].sentence == sentence]
        begins = next(
            (i for i in rest if message.tokens[i].clause != clause and message.tokens[i].text in _OWN), None
        )
        if begins is not None:
            found.update(i for i in rest if i >= begins)
    return frozenset(found)


@cache
def _phrases() -> Phrases:
    return compile_phrases(dict(table("scopes").items()))


def _questions(message: Message, hits: dict[str, list[Hit]]) -> list[tuple[int, int]]:
    """Sentences that ask the advisor something: a question word first and a question mark after, or beginning as
    questions on prices, limits and licences do."""
    requests = {message.tokens[hit.first].sentence for hit in hits.get("request_openers", ())}
    openers = {hit.first for hit in hits.get("question_openers", ())}
    begun = {hit.first for hit in hits.get("plain_questions", ())}
    found: list[tuple[int, int]] = []
    first = 0
    for index, token in enumerate(message.tokens):
        last = index + 1 == len(message.tokens) or message.tokens[index + 1].sentence != token.sentence
        if not last:
            continue
        asked = re.match(r"[^\w]{0,3}\?", message.folded[token.end : token.end + 5])
        opener = next((i for i in range(first, min(first + 3, index + 1)) if i in openers), None)
        why = message.tokens[first].text in ("why", "warum", "pourquoi") and index - first <= 8
        plain = asked and not any(t.number for t in message.tokens[first : index + 1])
        marked = asked or why or first in begun
        if token.sentence not in requests and (plain or (opener is not None and marked)):
            found.append((message.tokens[first if opener is None else opener].start, token.end))
        first = index + 1
    return found


def _in_list(message: Message, negator: int, index: int) -> bool:
    """`no training, GPUs or Kubernetes`: short items up to an `or` in the next clause stay negated."""
    tokens = message.tokens
    if tokens[index].sentence != tokens[negator].sentence:
        return False
    clause = tokens[index].clause
    own = sum(token.clause == tokens[negator].clause for token in tokens[negator + 1 : negator + 5])
    if own > 3:
        return False
    first = next(i for i in range(index, -1, -1) if i == 0 or tokens[i - 1].clause != clause)
    items = [i for i in range(first, min(first + 4, len(tokens))) if tokens[i].clause == clause]
    return clause - tokens[negator].clause <= 2 and any(
        tokens[i].text in ("or", "nor", "oder", "ou") for i in items
    )


def _negated(message: Message, hits: dict[str, list[Hit]]) -> dict[int, int]:
    """Negated token -> the negator that reaches it."""
    harmless = {i for hit in hits.get("not_negators", ()) for i in range(hit.first, hit.last + 1)}
    enders = {hit.first for hit in hits.get("enders", ())}
    reached: dict[int, int] = {}
    for hit in hits.get("negators", ()):
        if hit.first in harmless:
            continue
        for index in range(hit.last + 1, min(hit.last + 1 + _REACH, len(message.tokens))):
            token = message.tokens[index]
            listed = token.clause == message.tokens[hit.last].clause or _in_list(message, hit.last, index)
            if not listed or index in enders:
                break
            reached[index] = hit.first
    return reached
