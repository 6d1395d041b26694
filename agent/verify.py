"""The verifier: a sentence stands only if its evidence supports it, whoever wrote it.

Checked by code: every evidence id belongs to this turn; every number, with its unit, occurs in the cited
evidence, and where the evidence speaks of one object, beside that object; every component named is one
that the evidence names; comparisons hold between the cited values; the words have something to do with
the source; quotes are verbatim.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from knowledge import Knowledge
from tools.evidence import Evidence
from tools.evidence_book import fact_evidence, rule_evidence
from tools.workload import Workload

from .context import TurnContext
from .reply import Claim

_NUMBER = re.compile(
    r"(?<![\w.])(?P<number>\d[\d,]*(?:\.\d+)?)(?P<percent>\s?%)?(?:\s(?P<unit>[A-Za-z][\w/]*(?:\s(?:a|per|an)\s[A-Za-z]+)?))?"
)
_WORD = re.compile(r"[a-z][a-z-]{3,}")
_QUOTE = re.compile(r"[\"“]([^\"”]{4,})[\"”]")
COMPARISONS = {
    "cheaper": ("monthly_infra_cost_usd", -1), "dearer": ("monthly_infra_cost_usd", 1),
    "more expensive": ("monthly_infra_cost_usd", 1), "faster": ("e2e_ms_p95", -1), "slower": ("e2e_ms_p95", 1),
    "less energy": ("energy_kwh_month", -1), "more energy": ("energy_kwh_month", 1),
    "is better in": ("score", 1), "is worse in": ("score", -1),
}  # fmt: skip
COMMON = frozenset(
    (
        "this that with from they them then than when where which while have been will would your into "
        "only over more less most each also here there what about some such must need needs does because "
        "once same other"
    ).split()
)
FREE_ROLES = frozenset({"abstain", "conflict", "relaxation", "violation", "unneeded", "trigger", "number"})
"""Sentences that code builds from requirements or says for want of a source: no lexical support is asked."""
SHARED_WORDS = 2


class Violation(NamedTuple):
    """What is wrong with a sentence."""

    kind: str
    detail: str


class Names(NamedTuple):
    """How catalogue names are found in text."""

    pattern: "re.Pattern[str]"
    ids: dict[str, str]


def supported(
    claims: Sequence[dict[str, Any]], workload: Workload, record_ids: Sequence[str], context: TurnContext
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(claims that stand, claims that don't)."""
    book = evidence_book(workload, record_ids, context)
    kept: list[dict[str, Any]] = []
    dropped: list[dict[str, Any]] = []
    for raw in claims:
        claim = Claim.model_validate(raw)
        (dropped if check(claim, book, context.knowledge) else kept).append(raw)
    return kept, dropped


def evidence_book(workload: Workload, record_ids: Iterable[str], context: TurnContext) -> dict[str, Evidence]:
    """Everything that may be cited this turn: the assessment's ledger and the retrieved records."""
    knowledge = context.knowledge
    book = {item.id: item for item in context.assess(workload).evidence} if workload.history else {}
    for record in context.retriever.by_ids(record_ids):
        for fact in record.fact_ids:
            if fact in knowledge.facts:
                book.setdefault(fact, fact_evidence(knowledge.facts[fact], knowledge))
        book.setdefault(
            record.record_id, Evidence(id=record.record_id, kind="fact", text=record.text, tier="D")
        )
    return book


def check(claim: Claim, book: Mapping[str, Evidence], knowledge: Knowledge) -> list[Violation]:
    """Everything that is wrong with `claim`; empty if it stands."""
    if claim.role in FREE_ROLES and not claim.evidence:
        return []
    cited, found = [], []
    for identity in claim.evidence:
        evidence = book.get(identity) or _always(identity, knowledge)
        if evidence is None:
            found.append(Violation("unknown_evidence", identity))
        else:
            cited.append(evidence)
    if not claim.evidence:
        found.append(Violation("uncited", claim.text))
    found += _arguments(claim, knowledge)
    if found:
        return found
    text = _body(claim.text)
    return [
        *_numbers(text, cited),
        *_components(text, cited, knowledge),
        *_comparisons(text, cited),
        *_quotes(text, cited),
        *(() if claim.role in FREE_ROLES else _words(text, cited)),
    ]


def _always(identity: str, knowledge: Knowledge) -> Evidence | None:
    """Evidence that needs no retrieval: rules, slots, and what the user said."""
    if identity.startswith("rule/"):
        return rule_evidence(identity, knowledge)
    argument = knowledge.arguments.get(identity.removeprefix("argument/"))
    if argument is not None and identity.startswith("argument/"):
        return Evidence(id=identity, kind="rule", text=argument.text, source="judgement", tier="D")
    if identity.startswith("slot/"):
        slot = knowledge.slots.get(identity.removeprefix("slot/"))
        text = "" if slot is None else f"{slot.name}. {slot.needed_when} {slot.skip_when} {slot.skip_text}"
        return None if slot is None else Evidence(id=identity, kind="rule", text=text, tier="D")
    if identity.startswith("user/"):
        return Evidence(id=identity, kind="user", text="", tier="U")
    return None


def _arguments(claim: Claim, knowledge: Knowledge) -> list[Violation]:
    """Who tells an argument of ours must cite all the facts that it rests on."""
    cited = set(claim.evidence)
    return [
        Violation("citation_missing", fact)
        for identity in claim.evidence
        if identity.startswith("argument/")
        for fact in knowledge.arguments[identity.removeprefix("argument/")].fact_ids
        if fact not in cited
    ]


def _body(text: str) -> str:
    """The sentence without citation marks."""
    return re.sub(r"\s*\[\d+\]", "", text)


def _numbers(text: str, cited: Sequence[Evidence]) -> list[Violation]:
    """Numbers with their units: each must occur in the cited evidence, of the object that it stands beside."""
    found = []
    for match in _NUMBER.finditer(_without_names(text, cited)):
        stated = _canonical(match)
        homes = [evidence for evidence in cited if _states(evidence, stated)]
        if not homes:
            found.append(Violation("foreign_number", match.group(0)))
        elif not any(_beside(evidence, text, match.start(), cited) for evidence in homes):
            found.append(Violation("wrong_object", match.group(0)))
    return found


def _without_names(text: str, cited: Sequence[Evidence]) -> str:
    """The text with subjects blanked out, so that digits inside product names aren't numbers."""
    for subject in sorted({item.subject for item in cited if item.subject}, key=len, reverse=True):
        text = text.replace(subject, " " * len(subject))
    return text


def _canonical(match: "re.Match[str]") -> tuple[float, str]:
    """(value, unit) of a number in text."""
    value = float(match.group("number").replace(",", ""))
    unit = "%" if match.group("percent") else (match.group("unit") or "").lower()
    return value, unit


def _states(evidence: Evidence, stated: tuple[float, str]) -> bool:
    """Whether the evidence text holds this number with this unit (a following plain word is no unit)."""
    value, unit = stated
    for match in _NUMBER.finditer(evidence.text):
        other_value, other_unit = _canonical(match)
        if other_value == value and (unit == other_unit or (not _is_unit(unit) and not _is_unit(other_unit))):
            return True
    return False


UNITS = frozenset(
    (
        "% usd eur gb tb mb ms s w kwh kg t tokens requests vectors gpus accelerators dimensions hours "
        "days months people fte replicas nodes reads documents"
    ).split()
)


def _is_unit(word: str) -> bool:
    return word.split(" ")[0].rstrip("s/") in UNITS or word.split(" ")[0] in UNITS


def _beside(evidence: Evidence, text: str, at: int, cited: Sequence[Evidence]) -> bool:
    """The nearest subject before the number is the evidence's own, where several subjects are named."""
    subjects = {item.subject for item in cited if item.subject and item.subject in text}
    if not evidence.subject or evidence.subject not in subjects or len(subjects) < 2:
        return True
    before = [(text.rfind(subject, 0, at), subject) for subject in subjects]
    nearest = max(before)
    return nearest[0] < 0 or nearest[1] == evidence.subject


def _components(text: str, cited: Sequence[Evidence], knowledge: Knowledge) -> list[Violation]:
    """Catalogue names in the sentence that no cited evidence names."""
    names = _names(knowledge)
    known = " ".join(f"{item.text} {item.subject} {item.id}" for item in cited)
    allowed = {names.ids[match.group(0).lower()] for match in names.pattern.finditer(known)}
    allowed |= {item.id.split("/")[0] for item in cited}
    return [
        Violation("foreign_component", match.group(0))
        for match in names.pattern.finditer(text)
        if names.ids[match.group(0).lower()] not in allowed
    ]


@lru_cache(maxsize=8)
def _names(knowledge: Knowledge) -> Names:
    """Component names as whole words; names that are plain English words are left out."""
    ids: dict[str, str] = {}
    for component in knowledge.components.values():
        for name in {component.name, re.sub(r"\s*\(.*?\)", "", component.name)}:
            if len(name) > 2 and not name.islower():
                ids.setdefault(name.lower(), component.id)
    ordered = sorted(ids, key=len, reverse=True) or ["\0"]
    pattern = r"(?<![\w-])(?:" + "|".join(re.escape(name) for name in ordered) + r")(?![\w-])"
    return Names(re.compile(pattern, re.I), ids)


def _comparisons(text: str, cited: Sequence[Evidence]) -> list[Violation]:
    """`A is cheaper than B` must hold between the cited values of A and B, or stand in a cited text."""
    found = []
    lowered = text.lower()
    for words, (quantity, sign) in COMPARISONS.items():
        if words not in lowered or any(words in item.text.lower() for item in cited):
            continue
        sides = [(text.find(item.subject), item) for item in cited if item.subject and item.subject in text]
        values = {
            item.subject: float(item.values[name])
            for _, item in sorted(sides, key=lambda side: side[0])
            for name in _quantity_names(quantity, text)
            if name in item.values
        }
        if len(values) < 2:
            found.append(Violation("unsupported_comparison", words))
            continue
        first, second = list(values.values())[:2]
        if (first - second) * sign <= 0:
            found.append(Violation("false_comparison", words))
    return found


def _quantity_names(quantity: str, text: str) -> tuple[str, ...]:
    """For "is better in <category>" the category's value, else the quantity itself."""
    if quantity != "score":
        return (quantity,)
    from tools.sensitivity import CATEGORY_WORDS

    return tuple(name for name, words in CATEGORY_WORDS.items() if f"in {words}" in text)


def _quotes(text: str, cited: Sequence[Evidence]) -> list[Violation]:
    sources = " ".join(_plain(item.text) for item in cited)
    return [
        Violation("false_quote", match.group(1))
        for match in _QUOTE.finditer(text)
        if _plain(match.group(1)) not in sources
    ]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().lower()


def _words(text: str, cited: Sequence[Evidence]) -> list[Violation]:
    """At least two content words are shared with the cited evidence."""
    source = _stems(" ".join(f"{item.text} {item.subject}" for item in cited))
    shared = _stems(text) & source
    return [] if len(shared) >= SHARED_WORDS else [Violation("unrelated_citation", ", ".join(sorted(shared)))]


def _stems(text: str) -> frozenset[str]:
    words = _WORD.findall(text.lower())
    return frozenset(word[:6] for word in words if word not in COMMON)
