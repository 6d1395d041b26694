"""Facts carry honest dates and sources; rules rest on facts that are good enough for what they do."""

import re
from collections.abc import Iterator
from datetime import date

from ..records import Fact, Rule
from ..thresholds import judged
from .finding import Finding, error, warning
from .tables import Tables

HARD_TIERS = frozenset({"T1", "T2", "P"})
"""Tiers that may rule something out."""
LONGEST_STATEMENT = 60
"""Words; an atomic statement needs fewer."""
_PINNED = re.compile(r"/(?:blob|tree|raw|blame|commit)/[0-9a-f]{40}(?:/|$)")
_MOVING = re.compile(r"^https://(?:www\.)?github\.com/[^/]+/[^/]+(?:/(?:blob|tree|raw|blame)/.*)?/?$")
_RAW = re.compile(r"^https://raw\.githubusercontent\.com/[^/]+/[^/]+/(?![0-9a-f]{40}/)")


def check_facts(tables: Tables, today: date) -> Iterator[Finding]:
    """Dates, offers, length and pinned sources of facts."""
    for placed in tables.facts.values():
        yield from _dates(placed.file, placed.record, today)
        yield from _offer(placed.file, placed.record)
        words = len(placed.record.statement.split())
        if words > LONGEST_STATEMENT:
            yield warning(placed.file, placed.record.id, f"The statement has {words} words; split it.")
        url = placed.record.source.url
        if not url.strip():
            yield error(placed.file, placed.record.id, "The fact has no source.")
        elif not is_pinned(url):
            yield warning(placed.file, placed.record.id, f"The source isn't pinned to a commit: {url}.")


def check_rules(tables: Tables) -> Iterator[Finding]:
    """What excludes or requires rests on primary or neutral facts, or on the requirement itself."""
    for placed in tables.rules.values():
        rule = placed.record
        for message in _strange_effect(rule):
            yield error(placed.file, rule.id, message)
        if rule.effect not in ("exclude", "require"):
            continue
        if rule.basis == "judgement":
            yield error(placed.file, rule.id, f"Judgement may not {rule.effect}; make it warn or value.")
        elif rule.basis == "facts":
            facts = [tables.facts[item].record for item in rule.fact_ids if item in tables.facts]
            tiers = {fact.tier for fact in facts}
            for threshold in judged(rule, facts):
                message = f"Its threshold, {threshold}, is in none of its facts; make it warn or value."
                yield error(placed.file, rule.id, message)
            if not tiers & HARD_TIERS:
                found = ", ".join(sorted(tiers)) or "no facts"
                yield error(
                    placed.file, rule.id, f"To {rule.effect} it needs a T1, T2 or P fact; it has {found}."
                )


def _strange_effect(rule: Rule) -> Iterator[str]:
    """What the rule's keys say besides its effect."""
    hard = rule.effect in ("exclude", "require")
    if hard and rule.delta:
        yield f"To {rule.effect} it needs no delta."
    if rule.effect == "value" and not rule.delta:
        yield "It moves no value: its delta is 0."
    if rule.effect in ("warn", "guard") and rule.delta > 0:
        yield f"A {rule.effect} can't speak for something; its delta is {rule.delta:g}."
    if bool(rule.requires) is not (rule.effect == "require"):
        yield "What is required stands under `requires` of a rule with effect require, and only there."


def is_pinned(url: str) -> bool:
    """Whether a source host's URL names a commit; pages elsewhere, issues and releases count as fixed.

    >>> is_pinned("https://github.com/vllm-project/vllm/blob/main/README.md")
    False
    """
    if _RAW.match(url):
        return False
    return not _MOVING.match(url) or _PINNED.search(url) is not None


def _dates(file: str, fact: Fact, today: date) -> Iterator[Finding]:
    said = fact.as_of or fact.read_at
    if said > fact.read_at:
        yield error(file, fact.id, f"as_of {said} lies after read_at {fact.read_at}.")
    if fact.read_at > today:
        yield error(file, fact.id, f"read_at {fact.read_at} lies in the future.")
    if fact.review_by <= said:
        yield error(file, fact.id, f"review_by {fact.review_by} doesn't lie after {said}.")


def _offer(file: str, fact: Fact) -> Iterator[Finding]:
    if fact.offer and not fact.attestation:
        yield error(file, fact.id, "It names an offer but attests or denies no regime (attestation).")
    if fact.by_choice and (not fact.offer or fact.denies):
        yield error(file, fact.id, "by_choice belongs to the attestation of an offer, not to a denial.")
    if fact.all_services and (not fact.attestation or fact.offer or fact.denies):
        yield error(file, fact.id, "all_services belongs to the attestation of a whole platform.")
