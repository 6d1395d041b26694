"""Sizes: documents, gigabytes, vectors, dimensions, models, parameters, training data, power, counts."""

import re
from functools import cache

from .lexicon import table, words
from .phrases import Hit, Phrases, compile_phrases
from .quantity import Quantity
from .reading import Reading
from .totals import source_of, times

_COUNTED = {
    "documents": "corpus_documents",
    "messages": "corpus_documents",
    "vectors": "vector_count",
    "examples": "training_examples",
    "models": "models_selfhosted",
    "sources": "data_sources",
    "candidates": "candidates_per_request",
    "calls_model": "llm_calls_per_task",
    "calls_tool": "tools_per_task",
}
_OF_A_SCORER = {
    "trees": ("model_trees", "boosted"),
    "estimators": ("model_trees", "boosted"),
    "rounds": ("model_trees", "boosted"),
    "features": ("features_per_item", "scoring"),
}
"""A counted thing -> the field, and the words without which it means something else."""
_CARD_BEFORE = re.compile(
    r"\b(?:graphics card|gpu|card|vram|accelerator)s?(?: memory)? (?:with|of|has|having)(?: just| only| about)? $"
)
_CARD_AFTER = re.compile(
    r"(?:\s|-)(?:of )?(?:vram|gpu memory|video memory|(?:graphics |gaming |consumer )?cards?\b|gpus?\b)"
)
_RAM_AFTER = re.compile(r"(?:\s|-)(?:of )?(?:main memory|ram\b|system memory|memory\b)")
_LIMIT = re.compile(
    r"\b(?:hard|cap|limit|max(?:imum)?|at most|up to|under|below|within|less than|no more than|ceiling|budget)\b.*$"
)
_ADDING = ("corpus_documents", "vector_count", "training_examples")
_JOINED = re.compile(
    r"\s*(?:,|,?\s*(?:and|plus|und|et)|\+|&)\s*(?:another|about|around|some|roughly|also)?\s*"
)
_OF_TRAINING = (
    "human",
    "gold",
    "hand",
    "manual",
    "training",
    "expert",
    "annot",
    "class",
    "good",
    "clean",
    "noisy",
    "true",
)
_HOLDERS = ("neutral", "sources", "tenants", "customers", "teams")
_ONE_OF_THEM = re.compile(
    r"\b(?:each|every|a|an|one|per)(?: [a-z-]+){1,3} \((?:about |around |roughly |~ ?|up to )*$"
)
"""`every case file (about 400 pages)`."""
_ITEMS = ("documents", "messages", "requests", "frames")


def read_sizes(reading: Reading) -> None:
    """Every size of the message that has a unit or a counted thing."""
    for quantity in reading.open("data"):
        _data(reading, quantity)
    for quantity in reading.open("count"):
        if not quantity.period_s:
            _count(reading, quantity)
    for quantity in reading.open("dims"):
        reading.quantity("vector_dim", quantity)
    for quantity in reading.open("params"):
        if not quantity.period_s:
            reading.quantity("model_params_b", quantity, 1e-9)
    for quantity in reading.open("gpu_hours"):
        reading.quantity("gpu_hours_limit", quantity)
    for quantity in reading.open("power"):
        reading.quantity("power_limit_w", quantity)
        head = _LIMIT.search(reading.message.folded, max(0, quantity.start - 24), quantity.start)
        start = head.start() if head else quantity.start - 1
        if (quantity.bound == "upper" or head) and not reading.has("energy_goal"):
            reading.choice("energy_goal", "hard_limit", (max(0, start), quantity.end), "inferred")


def _data(reading: Reading, quantity: Quantity) -> None:
    role = reading.role("data", quantity)
    memory = _memory(reading, quantity)
    if memory and not quantity.period_s and not reading.has(memory):
        reading.quantity(memory, quantity)
    elif role.field == "ignore" and role.distance <= 4:
        reading.use(quantity)
    elif role.field == "structured_tb" and role.distance <= 6:
        reading.quantity("structured_tb", quantity, 1e-3, role.hit)
    elif not reading.has("corpus_gb") and (role.field or "corpus_size" in reading.asked or quantity.low >= 1):
        reading.quantity("corpus_gb", quantity)


def _memory(reading: Reading, quantity: Quantity) -> str:
    """`a graphics card with 24 GB`, `64 GB of RAM`: memory of the machine at hand, where its make isn't told."""
    head = reading.message.folded[max(0, quantity.start - 34) : quantity.start]
    tail = reading.message.folded[quantity.end : quantity.end + 24]
    if reading.has("owned_accelerators") or reading.has("accelerator_wanted"):
        return ""
    if _CARD_BEFORE.search(head) or _CARD_AFTER.match(tail):
        return "accelerator_memory_gb"
    return "main_memory_gb" if _RAM_AFTER.match(tail) else ""


def _count(reading: Reading, quantity: Quantity) -> None:
    if quantity.noun == "neutral":
        _of_a_scorer(reading, quantity)
        return
    if quantity.amount.word and quantity.high <= 1:
        reading.use(quantity)
        return
    labelled = reading.near(quantity, _hits(reading, "labelled"), 7) <= 7
    field = _counted_field(reading, quantity, labelled)
    if quantity.one is not None and (field == "corpus_documents" or quantity.noun == "documents"):
        held = _held_by_all(reading, quantity)
        if held is not None and not reading.has("corpus_documents"):
            reading.quantity("corpus_documents", held)
        return
    if not field:
        return
    if reading.has(field):
        _added(reading, field, quantity)
        return
    reading.quantity(field, quantity)
    if field == "training_examples":
        _labels(reading, quantity, labelled)


def _of_a_scorer(reading: Reading, quantity: Quantity) -> None:
    """`500 trees on 120 features` of a model that scores; forests and products have them too."""
    things = reading.words(quantity.start, quantity.end).lower().split()
    field, kind = next((_OF_A_SCORER[thing] for thing in things if thing in _OF_A_SCORER), ("", ""))
    if field and _hits(reading, kind) and not reading.has(field):
        reading.quantity(field, quantity)


def _added(reading: Reading, field: str, quantity: Quantity) -> None:
    """`6,000 manuals and 140,000 reports` are one corpus; `400 contracts, 12 of them open` are not."""
    earlier = next(item for item in reading.updates if item.field == field)
    if field not in _ADDING or earlier.span is None or not isinstance(earlier.value, float):
        return
    if not _JOINED.fullmatch(reading.message.folded[earlier.span[1] : quantity.start]):
        return
    reading.use(quantity)
    low, high = earlier.low or earlier.value, earlier.high or earlier.value
    reading.updates.remove(earlier)
    reading.number(field, low + quantity.low, high + quantity.high, (earlier.span[0], quantity.end))


def _counted_field(reading: Reading, quantity: Quantity, labelled: bool) -> str:
    """The field that a count fills, by noun, neighbouring words and what was asked."""
    noun, asked = quantity.noun, reading.asked
    if noun == "examples" and _is_marking(reading, quantity):
        return "corpus_documents"
    if noun in _ITEMS and (labelled or "training_data" in asked):
        return "training_examples"
    if noun in ("documents", "messages") and "vector_count" in asked and "corpus_size" not in asked:
        return "vector_count"
    if noun == "vectors" and "vector_dim" in asked and "vector_count" not in asked:
        return "vector_dim"
    if noun in ("requests", "frames") and (
        "corpus_size" in asked or (noun == "frames" and quantity.low >= 1000)
    ):
        return "corpus_documents"
    field = _COUNTED.get(noun, "")
    each = reading.near(quantity, _hits(reading, "per_request"), 4) <= 4
    if field in ("models_selfhosted", "corpus_documents") and (each or _is_length(reading, quantity)):
        return ""
    hosts = "model_size" in asked or reading.near(quantity, _hits(reading, "hosting"), 6) <= 6
    return "" if field == "models_selfhosted" and not hosts else field


def _is_marking(reading: Reading, quantity: Quantity) -> bool:
    """`7 million specimen labels`: labels on things, which are read; those for training are called so."""
    tokens = reading.message.tokens[quantity.amount.last + 1 : quantity.last + 1]
    if len(tokens) < 2 or not tokens[-1].text.startswith("label") or "training_data" in reading.asked:
        return False
    return not any(token.text.startswith(_OF_TRAINING) for token in tokens[:-1])


def _held_by_all(reading: Reading, quantity: Quantity) -> Quantity | None:
    """`20 sites with 400 documents each` hold 8,000; `2 messages per contact` and `40 pages each` are no corpus."""
    source = source_of(reading, quantity, quantity.one) if quantity.one else None
    holder = source.quantity if source else None
    if source is None or holder is None or holder.noun not in _HOLDERS or quantity.noun != "documents":
        return None
    pages = reading.words(quantity.start, quantity.end).lower()
    return None if "page" in pages or "seite" in pages else times(reading, quantity, source)


def _is_length(reading: Reading, quantity: Quantity) -> bool:
    """`40 pages each`: how long one is, not how many there are."""
    after = [hit for hit in _hits(reading, "apiece") if hit.first == quantity.last + 1]
    head = reading.message.folded[max(0, quantity.start - 48) : quantity.start]
    return bool(after or _ONE_OF_THEM.search(head)) and quantity.high < 10_000


def _labels(reading: Reading, quantity: Quantity, labelled: bool) -> None:
    """From a thousand labelled examples on, a model can be tuned: the derived names draw the line there."""
    if labelled or quantity.noun == "examples":
        value = "plenty" if quantity.middle >= 1000 else "some"
        reading.updates = [item for item in reading.updates if item.field != "labelled_data"]
        cue = reading.nearest(quantity, _hits(reading, "labelled"), 7)
        reading.choice("labelled_data", value, reading.span(quantity, cue), "inferred")


def _hits(reading: Reading, kind: str) -> list[Hit]:
    return reading.hits(_phrases(), kind)


@cache
def _phrases() -> Phrases:
    return compile_phrases({kind: words("sizes", kind) for kind in table("sizes")})
