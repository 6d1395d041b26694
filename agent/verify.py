"""The verifier: a sentence stands only if its evidence supports it, whoever wrote it.

A sentence that retells one source (an argument, a flip, a fact) must say the same: the same numbers with
their units, the same names, the same words of direction, and cite exactly what the source rests on. A
sentence that is composed of results must state each number as a cited result does, of the stack that it
stands beside. Neither may name, quote, compare or link anything that its evidence doesn't hold.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from knowledge import Knowledge
from tools.evidence import Evidence
from tools.workload import Workload

from .comparisons import false_comparisons
from .context import TurnContext
from .evidence import EvidenceBook, evidence_book, standing
from .figures import blanked, claim_words, codes, figures, unit_words
from .names import foreign_words, names_in
from .objects import misplaced_figures
from .reply import Claim
from .violation import Violation

__all__ = ["Violation", "check", "evidence_book", "supported"]

_WORD = re.compile(r"[a-z][a-z'-]{3,}")
_DIRECTION = re.compile(r"[a-z]+(?:'[a-z]+)?")
_QUOTE = re.compile(r"[\"“”„«]([^\"“”„«»]{4,})[\"”“»]|(?<!\w)['‘]([^'‘’]{4,})['’](?!\w)")
_LINK = re.compile(r"https?:|www\.|\]\(|\b[\w-]+\.(?:com|org|net|io|dev|ai|co|example)\b", re.I)
RETOLD = ("calc/inquiry/", "argument/", "slot/", "calc/flip/", "calc/limit/", "calc/relaxation/", "calc/counter/",
          "calc/risk/", "calc/conflict/", "calc/compliance/", "calc/infeasible/")  # fmt: skip
"""Kinds of evidence that one sentence retells, first in rank first."""
COMPOSED = frozenset({"verdict", "number"})
"""Roles of sentences that are composed of several results."""
SHARED_SHARE, SHARED_WORDS = 0.6, 1


class Source(NamedTuple):
    """What a retold sentence must say, and what it must cite besides."""

    id: str
    text: str
    rests_on: tuple[str, ...]


def supported(
    claims: Sequence[dict[str, Any]],
    workload: Workload,
    record_ids: Sequence[str],
    context: TurnContext,
    question: str = "",
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(claims that stand, claims that don't)."""
    book = evidence_book(workload, record_ids, context, question)
    kept: list[dict[str, Any]] = []
    dropped: list[dict[str, Any]] = []
    for raw in claims:
        claim = Claim.model_validate(raw)
        (dropped if check(claim, book, context.knowledge) else kept).append(raw)
    return kept, dropped


def check(claim: Claim, book: Mapping[str, Evidence], knowledge: Knowledge) -> list[Violation]:
    """Everything that is wrong with `claim`; empty if it stands."""
    text = _body(claim.text)
    ledger = book if isinstance(book, EvidenceBook) else _plain_book(book)
    if not claim.evidence:
        return _uncited(claim, text, ledger, knowledge)
    cited = {identity: ledger.get(identity) or standing(identity, knowledge) for identity in claim.evidence}
    unknown = [Violation("unknown_evidence", identity) for identity, item in cited.items() if item is None]
    if unknown:
        return unknown
    known = {identity: item for identity, item in cited.items() if item is not None}
    source = _source(claim, known, ledger, knowledge)
    if source is not None:
        return [*_citations(claim, source), *_retold(text, source.text, knowledge)]
    if claim.role not in COMPOSED:
        return [Violation("no_source", claim.role)]
    return _composed(claim, text, list(known.values()), ledger, knowledge)


def _plain_book(items: Mapping[str, Evidence]) -> EvidenceBook:
    book = EvidenceBook()
    book.update(items)
    return book


def _uncited(claim: Claim, text: str, book: EvidenceBook, knowledge: Knowledge) -> list[Violation]:
    """Only "nothing covers that" needs no evidence, and it states nothing but what was asked."""
    if claim.role == "abstain" and book.asked.hold(text, knowledge) and not _LINK.search(text):
        return []
    return [Violation("uncited", claim.text)]


def _source(
    claim: Claim, cited: Mapping[str, Evidence], book: EvidenceBook, knowledge: Knowledge
) -> Source | None:
    """The one piece of evidence that the claim retells."""
    for prefix in RETOLD:
        for identity, item in cited.items():
            if identity.startswith(prefix):
                return _rested(identity, item, book, knowledge)
    if len(cited) == 1 and claim.role not in COMPOSED:
        ((identity, item),) = cited.items()
        return Source(identity, item.text, ())
    return None


def _rested(identity: str, item: Evidence, book: EvidenceBook, knowledge: Knowledge) -> Source:
    """An argument with its placeholders filled rests on its facts and the picks that it names."""
    argument = knowledge.arguments.get(identity.removeprefix("argument/"))
    if argument is None or not identity.startswith("argument/"):
        return Source(identity, item.text, book.rests_on.get(identity, ()))
    text, picked = item.text, []
    for slot, name in book.picks.items():
        if f"{{pick:{slot}}}" in text:
            text = text.replace(f"{{pick:{slot}}}", name)
            picked.append(book.pick_ids[slot])
    return Source(identity, text, (*argument.fact_ids, *picked))


def _citations(claim: Claim, source: Source) -> list[Violation]:
    """A retold sentence cites its source and all that it rests on, and nothing else."""
    needed, given = {source.id, *source.rests_on}, set(claim.evidence)
    return [
        *(Violation("citation_missing", identity) for identity in sorted(needed - given)),
        *(Violation("foreign_citation", identity) for identity in sorted(given - needed)),
    ]


def _retold(text: str, source: str, knowledge: Knowledge) -> list[Violation]:
    """The sentence says what its source says: numbers, names, direction, and most of the words."""
    found = []
    said, told = list(figures(text)), list(figures(source))
    if len(said) != len(told) or not all(one.same(other) for one, other in zip(said, told, strict=True)):
        found.append(Violation("foreign_number", ", ".join(item.text for item in said)))
    elif unit_words(text) != unit_words(source):
        found.append(Violation("foreign_unit", ", ".join(unit_words(text))))
    if codes(text) != codes(source):
        found.append(Violation("foreign_code", ", ".join(codes(text))))
    if names_in(text, knowledge) != names_in(source, knowledge):
        found.append(Violation("foreign_component", ", ".join(names_in(text, knowledge))))
    turned = (directions(text) - directions(source)) + (directions(source) - directions(text))
    if turned:
        found.append(Violation("changed_direction", ", ".join(sorted(turned))))
    found += [*_foreign(text, source), *_quotes(text, source)]
    own, theirs = stems(text), stems(source)
    if theirs and len(own & theirs) < SHARED_SHARE * max(len(own), len(theirs)):
        found.append(Violation("unrelated_citation", ", ".join(sorted(own & theirs))))
    return found


def _composed(
    claim: Claim, text: str, cited: Sequence[Evidence], book: EvidenceBook, knowledge: Knowledge
) -> list[Violation]:
    """Each part of the sentence stands in a cited result of the stack that it speaks of."""
    found = misplaced_figures(text, cited, book)
    if claim.role == "verdict" and book.recommended and book.recommended not in text:
        found.append(Violation("wrong_object", "the recommended stack is not named"))
    own = blanked(text, book.titles)
    sources = " ".join(f"{item.text} {item.subject}" for item in cited)
    known = set(names_in(blanked(sources, book.titles), knowledge))
    found += [Violation("foreign_component", name) for name in names_in(own, knowledge) if name not in known]
    spelled = set(codes(sources))
    found += [Violation("foreign_code", code) for code in codes(own) if code not in spelled]
    units = set(unit_words(sources))
    found += [Violation("foreign_unit", unit) for unit in unit_words(own) if unit not in units]
    found += false_comparisons(text, cited, book)
    found += [*_foreign(own, sources), *_quotes(text, sources)]
    if len(stems(text) & stems(sources)) < SHARED_WORDS:
        found.append(Violation("unrelated_citation", claim.text))
    return found


def _body(text: str) -> str:
    """The sentence without citation marks."""
    return re.sub(r"\s*\[\d+\]", "", text)


def directions(text: str) -> Counter[str]:
    """The words that turn a statement round, with how often they occur."""
    words = _DIRECTION.findall(text.lower().replace("’", "'"))
    return Counter(word for word in words if word in claim_words()["direction_words"])


def _foreign(text: str, source: str) -> list[Violation]:
    """Proper names and links that the source doesn't hold."""
    found = [Violation("foreign_name", word) for word in foreign_words(text, source)]
    if any(unicodedata.category(character).startswith("C") for character in text):
        found.append(Violation("control", "hidden characters"))
    return found + [
        Violation("link", match.group(0)) for match in _LINK.finditer(text) if match.group(0) not in source
    ]


def _quotes(text: str, source: str) -> list[Violation]:
    """Quoted words must stand in the source."""
    quoted = [match[1] or match[2] for match in _QUOTE.finditer(text)]
    return [Violation("false_quote", words) for words in quoted if _flat(words) not in _flat(source)]


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().lower()


def stems(text: str) -> frozenset[str]:
    """Content words, cut to their first six letters."""
    words = _WORD.findall(text.lower())
    return frozenset(word[:6] for word in words if word not in claim_words()["common_words"])
