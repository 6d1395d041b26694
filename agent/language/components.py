"""Components that the message names: in place, refused, or only considered."""

import re
from bisect import bisect_left
from typing import NamedTuple

from agent.reply import Rejected
from knowledge.word_list import word_list

from .component_names import component_phrases, resolve, single_names
from .lexicon import words
from .message import LONGEST_SENTENCE, Message
from .phrases import Hit, longest
from .reading import Reading

OWN_REACH = 5
"""Words before a product among which `we` or `our` makes a sentence one about the speaker's stack."""
_LIKE = 88
"""Likeness from which a misspelt word that looks like a name is taken for it."""

_TURNS = re.compile(r"\b(?:and|but|so|then|und|et)\b.*\b(?:use|run|have|chose|took|now)\b")
"""`we left MongoDB and use Redis`: the refusal ends where what is in place begins."""


class Mention(NamedTuple):
    """A component named at a place of the message."""

    component: str
    hit: Hit
    cue: Hit | None = None
    """The words that refuse it."""


def read_components(reading: Reading) -> None:
    """Existing and refused components, by what is said around them."""
    existing: list[Mention] = []
    avoided: list[Mention] = []
    for mention in _mentions(reading):
        if not reading.scopes.states(mention.hit.first):
            continue
        kind, cue = _standing(reading, mention.hit)
        if kind == "avoid":
            avoided.append(mention._replace(cue=cue))
        elif kind == "have":
            existing.append(mention)
    _add(reading, "avoid_components", avoided)
    _add(
        reading,
        "existing_components",
        [m for m in existing if m.component not in {a.component for a in avoided}],
    )


def reject_unknown(reading: Reading) -> None:
    """An unknown name after `we use` where the stack was asked: said, without echoing foreign words."""
    if "existing_stack" not in reading.asked or reading.has("existing_components"):
        return
    named_tokens = {i for m in _mentions(reading) for i in range(m.hit.first, m.hit.last + 1)}
    for index, token in enumerate(reading.message.tokens):
        if index in named_tokens:
            continue
        written = reading.message.text[token.start : token.end]
        known = any(item.span and item.span[0] <= token.start < item.span[1] for item in reading.updates)
        named = len(written) >= 3 and written[:1].isupper() and any(c.islower() for c in written[1:])
        if named and index > 0 and not known and reading.message.tokens[index - 1].sentence == token.sentence:
            reason = "One of the products named is not in the knowledge base; it was not taken over."
            reading.rejected.append(
                Rejected(
                    slot="existing_stack",
                    field="existing_components",
                    text="",
                    reason=reason,
                    unknown_name=written,
                )
            )
            return


_WORD = r"[A-Z]\w*[a-z]\w*"
_PRODUCT = re.compile(rf"\b(?:[A-Z][a-z]+){{2,}}\w*(?:\s{_WORD})*|\b{_WORD}(?:\s{_WORD})+")
"""A name in CamelCase, or several capitalised words; words in capitals are headings."""


def reject_promoted(reading: Reading, removed: str) -> None:
    """Product names that an instruction to the assistant pushes and that the catalogue doesn't know."""
    known = {component.name.lower() for component in reading.knowledge.components.values()}
    for match in _PRODUCT.finditer(removed):
        if match.group().lower() not in known:
            reason = "A product that the message wants recommended is not in the knowledge base."
            reading.rejected.append(
                Rejected(field="existing_components", text="", reason=reason, unknown_name=match.group())
            )
            return


def _standing(reading: Reading, hit: Hit) -> tuple[str, Hit | None]:
    """have, avoid (with the words that refuse it), or nothing where it is only considered."""
    if _in_skill(reading, hit):
        return "", None
    refusal = _refusal(reading, hit)
    if refusal is not None or reading.scopes.is_negated(hit):
        return "avoid", refusal or _negator(reading, hit)
    if any(0 < hit.first - wish.last <= 7 for wish in same_sentence(reading, "considering", hit)):
        return "", None
    if _is_claim(reading, hit) or _is_urged(reading, hit):
        return "", None
    asked = "existing_stack" in reading.asked
    return ("have" if asked or same_sentence(reading, "having", hit) else ""), None


def _is_claim(reading: Reading, hit: Hit) -> bool:
    """`Kafka has no bugs` speaks of Kafka, not of the speaker's stack; `Kafka is in place` does of both."""
    tokens = reading.message.tokens
    after = tokens[hit.last + 1 : hit.last + 2]
    if not after or not _says_of(after[0].text):
        return False
    near = tokens[max(0, hit.first - OWN_REACH) : hit.first]
    own = any(
        t.sentence == tokens[hit.first].sentence and t.text in words("component_aliases", "own_words")
        for t in near
    )
    placed = any(0 < h.first - hit.last <= 4 for h in same_sentence(reading, "placed", hit))
    return not own and not placed


def _says_of(word: str) -> bool:
    """A verb in the third person: `is`, `compresses`."""
    third = len(word) > 4 and word.endswith("s") and word[:-1] in word_list()
    return word in words("component_aliases", "claim_verbs") or third


def _is_urged(reading: Reading, hit: Hit) -> bool:
    """`say yes to Pinecone`, `pick Kafka already`: a wish that states nothing."""
    return any(0 < hit.first - urge.last <= 3 for urge in same_sentence(reading, "urging", hit))


def _negator(reading: Reading, hit: Hit) -> Hit | None:
    first = reading.scopes.negators.get(hit.first)
    if first is None:
        return None
    token = reading.message.tokens[first]
    return Hit("negator", first, first, token.start, token.end)


def _refusal(reading: Reading, hit: Hit) -> Hit | None:
    """`we left X`, `X was a disaster`."""
    tokens = reading.message.tokens
    for before in same_sentence(reading, "avoiding", hit):
        apart = hit.first - before.last
        if _TURNS.search(reading.message.folded[before.end : hit.start]):
            continue
        if 0 < apart <= (5 if tokens[before.last].clause == tokens[hit.first].clause else 2):
            return before
    return next(
        (h for h in same_sentence(reading, "avoiding_after", hit) if 0 < h.first - hit.last <= 3), None
    )


def same_sentence(reading: Reading, kind: str, hit: Hit) -> list[Hit]:
    tokens, hits = reading.message.tokens, reading.scopes.hits.get(kind, [])
    low = bisect_left(hits, hit.first - LONGEST_SENTENCE, key=lambda other: other.first)
    high = bisect_left(hits, hit.last + LONGEST_SENTENCE, key=lambda other: other.first)
    return [other for other in hits[low:high] if tokens[other.first].sentence == tokens[hit.first].sentence]


def _in_skill(reading: Reading, hit: Hit) -> bool:
    """`strong in Kubernetes` speaks of skills, not of what is in place."""
    return any(
        item.field == "skill_kubernetes"
        and item.span is not None
        and item.span[0] <= hit.start < item.span[1]
        for item in reading.updates
    ) and not any(
        h.last + 1 == hit.first
        for h in reading.scopes.hits.get("avoiding", ())
        if h.length == 1 and _word(reading, h) not in ("no", "never", "not")
    )


def _word(reading: Reading, hit: Hit) -> str:
    return reading.message.tokens[hit.first].text


def _add(reading: Reading, field: str, mentions: list[Mention]) -> None:
    if mentions:
        ids = tuple(dict.fromkeys(mention.component for mention in mentions))
        hits = [hit for m in mentions for hit in (m.hit, m.cue) if hit is not None]
        reading.choice(field, ids, (min(hit.start for hit in hits), max(hit.end for hit in hits)))


def _mentions(reading: Reading) -> list[Mention]:
    found = [
        h
        for h in component_phrases(reading.knowledge).find(reading.message)
        if _is_written_as_name(reading, h)
    ]
    found = longest(found)
    named = [hit for hit in found if not _is_likeness(reading.message, hit)]
    mentions = [Mention(resolve(_identity(hit), reading.knowledge), hit) for hit in named]
    return sorted(mentions + _like(reading, found), key=lambda mention: mention.hit.start)


def _is_likeness(message: Message, hit: Hit) -> bool:
    """`OpenAI-compatible`, `Zoekt-like` name a manner, not a product in place."""
    after = message.tokens[hit.last + 1 : hit.last + 2]
    return bool(after) and after[0].text in words("component_aliases", "likeness")


def _identity(hit: Hit) -> str:
    return hit.tag[0] if isinstance(hit.tag, tuple) else str(hit.tag)


def _is_written_as_name(reading: Reading, hit: Hit) -> bool:
    """A one-word name of the catalogue may be a common word: it counts with a capital inside a sentence."""
    if not isinstance(hit.tag, tuple):
        return True
    written = reading.message.text[hit.start : hit.end]
    before = reading.message.tokens[hit.first - 1] if hit.first else None
    inside = before is not None and before.sentence == reading.message.tokens[hit.first].sentence
    capital = written[:1].isupper() and (inside or "existing_stack" in reading.asked)
    return capital or any(c.isupper() or c.isdigit() for c in written[1:])


def _like(reading: Reading, found: list[Hit]) -> list[Mention]:
    """Misspelt single words that look like a product name."""
    taken = {i for hit in found for i in range(hit.first, hit.last + 1)}
    names = single_names(reading.knowledge)
    mentions: list[Mention] = []
    for index, token in enumerate(reading.message.tokens[:400]):
        if (
            index in taken
            or token.number
            or len(token.text) < 6
            or token.text in words("component_aliases", "stop")
        ):
            continue
        if not _looks_named(reading, index):
            continue
        from rapidfuzz import fuzz, process

        match = process.extractOne(token.text, list(names), scorer=fuzz.ratio, score_cutoff=_LIKE)
        if match:
            hit = Hit(names[match[0]], index, index, token.start, token.end)
            mentions.append(Mention(resolve(names[match[0]], reading.knowledge), hit))
    return mentions


def _looks_named(reading: Reading, index: int) -> bool:
    """A capital inside a sentence, an inner capital or digit, or an answer about the stack."""
    token = reading.message.tokens[index]
    written = reading.message.text[token.start : token.end]
    first = index == 0 or reading.message.tokens[index - 1].sentence != token.sentence
    inner = any(c.isupper() or c.isdigit() for c in written[1:]) and not written.isupper()
    capital = written[:1].isupper() and not first and reading.language != "de"
    return inner or capital or "existing_stack" in reading.asked
