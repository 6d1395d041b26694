"""Products that the message names: components in place or refused, models, accelerators that are owned."""

import re
from bisect import bisect_left
from functools import lru_cache
from typing import NamedTuple

from agent.reply import Rejected
from knowledge.errors import KnowledgeInvalid
from knowledge.library import Knowledge

from .lexicon import table, words
from .message import LONGEST_SENTENCE, Message, prepare
from .phrases import Hit, Phrases, compile_phrases
from .reading import Reading

_HARDWARE = frozenset({"cmp.accelerator", "cmp.deployment_mode"})
"""Slots whose components are read as hardware or deployment, not as part of a stack in place."""
_LIKE = 88
"""Likeness from which a misspelt word that looks like a name is taken for it."""
_SIZE = re.compile(
    r"[\s-]?(?:v?\d+(?:\.\d+)*[a-z]?\b|\d+(?:\.\d+)?b\b|a\d+b\b|[a-z]\d{1,2}\b)", re.IGNORECASE
)
_COUNT = re.compile(
    r"(\d{1,6}|one|two|three|four|six|eight|sixteen)\s?(?:x|\u00d7|\*|pcs|units of)?\s?"
    r"(?:nvidia |amd |used |spare )*$"
)


class Mention(NamedTuple):
    """A component named at a place of the message."""

    component: str
    hit: Hit
    cue: Hit | None = None
    """The words that refuse it."""


def name_tokens(message: Message, knowledge: Knowledge) -> frozenset[int]:
    """Tokens inside names, so that their digits aren't read as numbers."""
    taken: set[int] = set()
    for start, end in model_spans(message):
        taken |= {i for i, t in enumerate(message.tokens) if start <= t.start < end}
    for hit in _accelerators(knowledge).find(message):
        taken |= set(range(hit.first, hit.last + 1)) - (
            {hit.first} if message.tokens[hit.first].number else set()
        )
    for hit in component_phrases(knowledge).find(message):
        if hit.length > 1 or any(c.isdigit() for c in message.tokens[hit.first].text):
            taken |= set(range(hit.first, hit.last + 1))
    for hit in _fixed_names().find(message):
        taken |= set(range(hit.first, hit.last + 1))
    return frozenset(taken)


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


def read_models(reading: Reading) -> None:
    """Models and providers by name, as written."""
    named: list[tuple[int, int]] = []
    for start, end in model_spans(reading.message):
        index = next((i for i, t in enumerate(reading.message.tokens) if t.start >= start), 0)
        hit = Hit("model", index, index, start, end)
        if reading.scopes.states(index) and not reading.scopes.is_negated(hit):
            named.append((start, end))
    if named:
        written = dict.fromkeys(reading.words(start, end) for start, end in named)
        reading.choice("model_named", ", ".join(written), (named[0][0], named[-1][1]))
        sizes = [float(m[1]) for w in written for m in re.finditer(r"(?i)(?<![\d.a])(\d+(?:\.\d+)?)b\b", w)]
        if sizes and not reading.has("model_params_b"):
            reading.number("model_params_b", min(sizes), max(sizes), (named[0][0], named[-1][1]))


def read_accelerators(reading: Reading) -> None:
    """`8xH100` that are owned or in place."""
    owned: dict[str, Hit] = {}
    for hit in _longest(_accelerators(reading.knowledge).find(reading.message)):
        if not reading.scopes.states(hit.first) or reading.scopes.is_negated(hit):
            continue
        count = _count_before(reading, hit)
        known = "existing_stack" in reading.asked or count > 0
        if known and _owned(reading, hit):
            owned[f"{max(count, 1)}x{hit.tag}"] = hit
    if owned:
        hits = list(owned.values())
        start = max(0, min(hit.start for hit in hits) - 6)
        start = next((t.start for t in reading.message.tokens if t.start >= start), start)
        reading.choice("owned_accelerators", tuple(owned), (start, max(hit.end for hit in hits)))


def model_spans(message: Message) -> list[tuple[int, int]]:
    """Characters of model names with version, variant and size."""
    spans: list[tuple[int, int]] = []
    blocked = {hit.first for hit in _model_phrases().find(message) if hit.tag == "not"}
    for hit in _model_phrases().find(message):
        if hit.tag == "not" or hit.first in blocked or (spans and hit.start < spans[-1][1]):
            continue
        spans.append((hit.start, _model_end(message, hit.end)))
    return spans


def _model_end(message: Message, end: int) -> int:
    while True:
        match = _SIZE.match(message.folded, end) or _VARIANT.match(message.folded, end)
        if not match or match.end() == end:
            return end
        end = match.end()


_VARIANT = re.compile(
    r"[\s-](?:" + "|".join(sorted(words("models", "variants"), key=len, reverse=True)) + r")\b"
)


def _standing(reading: Reading, hit: Hit) -> tuple[str, Hit | None]:
    """have, avoid (with the words that refuse it), or nothing where it is only considered."""
    if _in_skill(reading, hit):
        return "", None
    refusal = _refusal(reading, hit)
    if refusal is not None or reading.scopes.is_negated(hit):
        return "avoid", refusal or _negator(reading, hit)
    if any(0 < hit.first - wish.last <= 7 for wish in _same_sentence(reading, "considering", hit)):
        return "", None
    asked = "existing_stack" in reading.asked
    return ("have" if asked or _same_sentence(reading, "having", hit) else ""), None


def _negator(reading: Reading, hit: Hit) -> Hit | None:
    first = reading.scopes.negators.get(hit.first)
    if first is None:
        return None
    token = reading.message.tokens[first]
    return Hit("negator", first, first, token.start, token.end)


def _refusal(reading: Reading, hit: Hit) -> Hit | None:
    """`we left X`, `X was a disaster`."""
    tokens = reading.message.tokens
    for before in _same_sentence(reading, "avoiding", hit):
        apart = hit.first - before.last
        if 0 < apart <= (5 if tokens[before.last].clause == tokens[hit.first].clause else 2):
            return before
    return next(
        (h for h in _same_sentence(reading, "avoiding_after", hit) if 0 < h.first - hit.last <= 3), None
    )


def _same_sentence(reading: Reading, kind: str, hit: Hit) -> list[Hit]:
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
    found = [hit for hit in _longest(found) if not _is_likeness(reading.message, hit)]
    mentions = [Mention(resolve(_identity(hit), reading.knowledge), hit) for hit in found]
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
    names = _single_names(reading.knowledge)
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


def reject_unknown(reading: Reading) -> None:
    """An unknown name after `we use` where the stack was asked: said, without echoing foreign words."""
    if "existing_stack" not in reading.asked or reading.has("existing_components"):
        return
    for index, token in enumerate(reading.message.tokens):
        written = reading.message.text[token.start : token.end]
        known = any(item.span and item.span[0] <= token.start < item.span[1] for item in reading.updates)
        named = len(written) >= 3 and written[:1].isupper() and any(c.islower() for c in written[1:])
        if named and index > 0 and not known and reading.message.tokens[index - 1].sentence == token.sentence:
            reason = "One of the products named is not in the knowledge base; it was not taken over."
            reading.rejected.append(
                Rejected(slot="existing_stack", field="existing_components", text="", reason=reason)
            )
            return


def _count_before(reading: Reading, hit: Hit) -> int:
    head = reading.message.folded[max(0, hit.start - 24) : hit.start]
    glued = re.match(r"(\d+)$", head)
    first = reading.message.tokens[hit.first]
    match = _COUNT.search(head)
    if first.text.startswith("x") and hit.first > 0 and reading.message.tokens[hit.first - 1].number:
        match = re.search(r"(\d{1,6})\s?$", head)
    if not match and not glued:
        return 0
    text = match[1] if match else (glued[1] if glued else "1")
    for quantity in reading.quantities:
        if quantity.amount.last in (hit.first - 1, hit.first - 2):
            reading.use(quantity)
    if text.isdigit():
        return int(text)
    return int(table("numbers")["words"].get(text, 1))


def _owned(reading: Reading, hit: Hit) -> bool:
    if _same_sentence(reading, "considering", hit):
        return False
    known = "existing_stack" in reading.asked or len(reading.message.tokens) <= 8
    return known or bool(_same_sentence(reading, "owning", hit))


def resolve(name: str, knowledge: Knowledge) -> str:
    """The catalogue's id of a component; our own name for it where the catalogue has none."""
    ids = _ids(knowledge)
    if name in ids:
        return name
    for prefix in table("component_aliases")["prefixes"]:
        if prefix + name in ids:
            return str(prefix + name)
        if name.startswith(prefix) and name[len(prefix) :] in ids:
            return name[len(prefix) :]
    starts = [f"{prefix}{name}-" for prefix in ("", *table("component_aliases")["prefixes"])]
    longer = sorted((identity for identity in ids if identity.startswith(tuple(starts))), key=len)
    return longer[0] if longer else name


@lru_cache(maxsize=8)
def _ids(knowledge: Knowledge) -> frozenset[str]:
    try:
        return frozenset(knowledge.components)
    except (KnowledgeInvalid, FileNotFoundError):
        return frozenset()


@lru_cache(maxsize=8)
def component_phrases(knowledge: Knowledge) -> Phrases:
    """Aliases and the catalogue's own names."""
    phrases = compile_phrases(dict(table("component_aliases")["aliases"].items()))
    listed = {alias for aliases in table("component_aliases")["aliases"].values() for alias in aliases}
    for identity in sorted(_ids(knowledge)):
        component = knowledge.components[identity]
        if set(component.slots) <= _HARDWARE or component.vendor_type == "self":
            continue
        for name in _spellings(component.name):
            if name not in listed and len(name) > 3:
                phrases.add(identity if " " in name else (identity, name), [name])
    return phrases


def _spellings(name: str) -> list[str]:
    """`Milvus / Zilliz` has two names; what stands in brackets is left out."""
    bare = re.sub(r"\([^)]*\)", "", name)
    parts = [bare, *re.split(r"\s*/\s*|\s+\+\s+|,\s*", bare)]
    found = {" ".join(token.text for token in prepare(part).tokens) for part in parts}
    return sorted(text for text in found if text and not text.replace(" ", "").isdigit())


@lru_cache(maxsize=8)
def _single_names(knowledge: Knowledge) -> dict[str, str]:
    found: dict[str, str] = {}
    stop = words("component_aliases", "stop")
    for name, aliases in table("component_aliases")["aliases"].items():
        found |= {
            alias: name for alias in aliases if " " not in alias and len(alias) >= 6 and alias not in stop
        }
    return found


@lru_cache(maxsize=8)
def _accelerators(knowledge: Knowledge) -> Phrases:
    """Spellings of the accelerator tables, also in the plural and glued to a count."""
    phrases = Phrases()
    for name in ("perf/accelerators.csv", "perf/accelerator_aliases.csv"):
        for row in _rows(knowledge, name):
            spelling = [token.text for token in prepare(row.get("alias") or row["key"]).tokens]
            if not spelling or float(row.get("count") or 1) != 1 or spelling[0].isdigit():
                continue
            text = " ".join(spelling)
            phrases.add(
                row["key"], [text, f"x{text}"] + ([f"{text}s", f"x{text}s"] if len(spelling) == 1 else [])
            )
    return phrases


def _rows(knowledge: Knowledge, name: str) -> list[dict[str, str]]:
    try:
        return knowledge.files.rows(name)
    except KnowledgeInvalid:
        return []


@lru_cache(maxsize=1)
def _model_phrases() -> Phrases:
    data = table("models")
    families = [
        *data["families"],
        *(f"{family}{digit}*" for family in ("gpt", "llama", "qwen", "glm", "phi") for digit in "123456"),
    ]
    return compile_phrases({"model": families, "not": data["not_models"]})


@lru_cache(maxsize=1)
def _fixed_names() -> Phrases:
    return compile_phrases({"name": table("stop")["numbered_names"]})


def _longest(hits: list[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda item: (item.first, -item.last)):
        if not kept or hit.first > kept[-1].last:
            kept.append(hit)
    return kept
