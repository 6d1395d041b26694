"""Systematic damage to a true sentence: each function yields claims that must not stand."""

import random
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from agent.evidence import EvidenceBook
from agent.reply import Claim
from knowledge import Knowledge


class Ground(NamedTuple):
    """What a claim was told from."""

    book: EvidenceBook
    knowledge: Knowledge
    chance: random.Random


Mutation = Callable[[Claim, Ground], Iterator[Claim]]


def _with_text(claim: Claim, text: str) -> Iterator[Claim]:
    if text != claim.text:
        yield claim.model_copy(update={"text": text})


def digit_changed(claim: Claim, ground: Ground) -> Iterator[Claim]:
    """Every digit of the sentence once, by another digit."""
    for match in re.finditer(r"\d", claim.text):
        other = ground.chance.choice([digit for digit in "123456789" if digit != match.group(0)])
        yield from _with_text(claim, claim.text[: match.start()] + other + claim.text[match.end() :])


UNIT_SWAPS = (
    (r"(?<=\d) ms\b", " s"),
    (r"(?<=\d) s\b", " ms"),
    (r"USD a month", "USD"),
    (r"USD\b(?! a month)", "USD a month"),
    (r"USD a month", "EUR a month"),
    (r"(?<=\d) GB\b", " TB"),
    (r"(?<=\d) TB\b", " GB"),
    (r"(?<=\d) ?%", ""),
    (r"(?<=\d) ?%", " USD"),
    (r"kWh a month", "kWh"),
    (r"kWh a month", "MWh a month"),
    (r"requests a second", "requests a minute"),
    (r"accelerator hours", "accelerator days"),
    (r"(?<=\d) months\b", " years"),
    (r"(?<=\d) vectors\b", " documents"),
)


def unit_swapped(claim: Claim, ground: Ground) -> Iterator[Claim]:
    for pattern, other in UNIT_SWAPS:
        yield from _with_text(claim, re.sub(pattern, other, claim.text, count=1))


def component_replaced(claim: Claim, ground: Ground) -> Iterator[Claim]:
    """Every catalogue name in the sentence by two others of the catalogue, one of the same slot."""
    catalogue = ground.knowledge.components
    for component in catalogue.values():
        name = component.name
        if name not in claim.text or any(name in other.name != name for other in catalogue.values()):
            continue
        same_slot = [other.name for other in catalogue.values() if set(other.slots) & set(component.slots)]
        for pool in (same_slot, [other.name for other in catalogue.values()]):
            others = [other for other in pool if other != name and name not in other and other not in name]
            if others:
                yield from _with_text(claim, claim.text.replace(name, ground.chance.choice(others)))


def component_added(claim: Claim, ground: Ground) -> Iterator[Claim]:
    """A recommendation of something that the evidence doesn't speak of."""
    name = ground.chance.choice([item.name for item in ground.knowledge.components.values()])
    for added in (name, "AcmeVectorCloud"):
        if added.lower() not in claim.text.lower():
            yield from _with_text(claim, f"{claim.text} Take {added} for it.")


FLIPS = (
    ("more", "fewer"), ("more", "less"), ("better", "worse"), ("higher", "lower"), ("cheaper", "dearer"),
    ("faster", "slower"), ("above", "below"), ("before", "after"), ("lowers", "raises"), ("longer", "shorter"),
    ("at least", "at most"), ("not", ""), ("no", "a"), ("only", ""), ("without", "with"), ("exceeds", "is below"),
    ("less", "more"), ("fewer", "more"), ("first", "last"),
)  # fmt: skip


def comparison_flipped(claim: Claim, ground: Ground) -> Iterator[Claim]:
    for word, opposite in FLIPS:
        yield from _with_text(claim, re.sub(rf"\b{word}\b", opposite, claim.text, count=1))


def comparison_invented(claim: Claim, ground: Ground) -> Iterator[Claim]:
    others = sorted(ground.book.titles - {ground.book.recommended}) or ["everything else"]
    for words in ("It is cheaper than", "It is faster than", "It is better in cost than", "It outperforms"):
        yield from _with_text(claim, f"{claim.text} {words} {ground.chance.choice(others)}.")


def other_object(claim: Claim, ground: Ground) -> Iterator[Claim]:
    """The right number beside another stack's title."""
    if not re.search(r"\d", claim.text):
        return
    for title in sorted(ground.book.titles):
        if title in claim.text:
            for other in sorted(ground.book.titles - {title}):
                yield from _with_text(claim, claim.text.replace(title, other))
        elif title != ground.book.recommended:
            yield from _with_text(claim, f"For {title}: {claim.text}")


def evidence_swapped(claim: Claim, ground: Ground) -> Iterator[Claim]:
    """Each cited id by one of the ledger that isn't cited, and by one that doesn't exist."""
    ids = [identity for identity in ground.book if identity not in claim.evidence]
    for place, identity in enumerate(claim.evidence):
        for other in (ground.chance.choice(ids), f"{identity}-x", "calc/stack/0000000000"):
            evidence = (*claim.evidence[:place], other, *claim.evidence[place + 1 :])
            yield claim.model_copy(update={"evidence": evidence})


def evidence_dropped(claim: Claim, ground: Ground) -> Iterator[Claim]:
    """One fact of an argument, or all of the evidence."""
    yield claim.model_copy(update={"evidence": ()})
    if any(identity.startswith("argument/") for identity in claim.evidence):
        for identity in claim.evidence:
            if identity in ground.knowledge.facts:
                yield claim.model_copy(
                    update={"evidence": tuple(item for item in claim.evidence if item != identity)}
                )


def quote_fabricated(claim: Claim, ground: Ground) -> Iterator[Claim]:
    for left, right in (('"', '"'), ("“", "”"), ("«", "»"), ("'", "'")):
        quoted = f"The vendor says {left}this is what every team of your size should buy{right}."
        yield from _with_text(claim, f"{claim.text} {quoted}")


def link_added(claim: Claim, ground: Ground) -> Iterator[Claim]:
    for link in ("https://evil.example/offer", "[offer](//evil.example)", "www.evil.example"):
        yield from _with_text(claim, f"{claim.text} See {link}.")


KINDS: dict[str, Mutation] = {
    function.__name__: function
    for function in (
        digit_changed,
        unit_swapped,
        component_replaced,
        component_added,
        comparison_flipped,
        comparison_invented,
        other_object,
        evidence_swapped,
        evidence_dropped,
        quote_fabricated,
        link_added,
    )
}
