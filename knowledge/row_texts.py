"""Rows of the tables in words, with where each was read: models and accelerators."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from .hardware import Accelerator
from .llm_prices import offers_of_model, prices_of_model
from .media_prices import TABLE as MEDIA
from .media_prices import MediaPrice, media_offers
from .models import ModelSpec, ModelType
from .price_rows import UNTOLD, component_of
from .price_texts import (
    cloud_lines,
    context_lines,
    media_price_line,
    region_lines,
    rent_lines,
    retirement_lines,
    token_price_line,
)
from .prices import accelerator_prices, purchase_prices
from .quality_data import BenchmarkResult, results_of
from .rate_texts import model_rate_lines
from .regions import regions

if TYPE_CHECKING:
    from .library import Knowledge

MODEL, ACCELERATOR, PRICE, SERVICE = "model:", "accelerator:", "price:", "service:"
"""What the ids of rows begin with."""
LINE = "#"
"""Before the number of a line in its id."""
ROW_KINDS = frozenset({"model", "accelerator", "price", "rates"})
MOST_OFFERS, MOST_RESULTS, MOST_RISKS = 4, 5, 2
SHOWN_WHOLE_GB = 10
BYTES = {"bf16": 2.0, "fp8": 1.0, "fp4": 0.5, "int4": 0.5}
"""A weight at the precision that is published, without scales and layers that are kept wider."""
_COMMERCIAL_USE = {"yes": "yes", "conditions": "on conditions", "no": "no", "unknown": "unknown"}
_TYPES: dict[ModelType, str] = {
    "llm": "language model",
    "api_llm": "language model",
    "encoder": "encoder",
    "embedding": "embedding model",
    "reranker": "reranker",
    "vision": "vision model",
    "image": "image model",
    "asr": "speech recognition",
    "tts": "speech synthesis",
}


SOURCE = "source: "
"""What the line begins with that tells where a row was read."""
_AS_OF = re.compile(r"as of (\d{4}-\d\d-\d\d), confidence")
_OWN = re.compile(r"\(([^()\s][^()]*), (\d{4}-\d\d-\d\d)\)")
"""Source and date that a line names itself."""


class RowSentence(NamedTuple):
    """One line of a row as a sentence of its own, which can be cited."""

    id: str
    text: str
    source: str
    """Where the line was read, as it says itself, or else the row."""
    subject: str
    line: str
    """What is said of the subject."""
    as_of: str = ""
    """The date of the line, or else of the row; empty where neither tells one."""


@lru_cache(maxsize=1024)
def row_sentences(identity: str, text: str) -> tuple[RowSentence, ...]:
    """The lines of the row `identity`, each under the row's name; `text`: the row with a line for each thing."""
    name, *lines = text.splitlines()
    source = next((line.removeprefix(SOURCE) for line in lines if line.startswith(SOURCE)), "")
    subject = name.partition(":")[0]
    dated = next((found[1] for line in lines if (found := _AS_OF.match(line))), "")

    def sentence(number: int, line: str) -> RowSentence:
        own = _OWN.search(line)
        read = (own[1], own[2]) if own else (source, dated)
        return RowSentence(
            f"{identity}{LINE}{number}", f"{subject}: {line}.", read[0], subject, line, read[1]
        )

    told = (item for item in enumerate(lines, 1) if not item[1].startswith((SOURCE, UNTOLD)))
    return tuple(sentence(*item) for item in told)


def model_lines(model: ModelSpec, knowledge: "Knowledge") -> tuple[str, ...]:
    """What a model is, one thing a line."""
    sold = sorted(offers_of_model(knowledge, model.key), key=lambda row: not row.offered(row.as_of))
    sizes = ", ".join(_sizes(model))
    lines = (
        f"{model.key}: {_TYPES[model.type]} of the family {model.family}",
        f"weights: {'open' if model.open_weights else 'not open'}",
        f"size: {sizes}" if sizes else "",
        f"context: {model.context:,} tokens" if model.context is not None else "",
        _memory(model),
        f"licence: {model.licence or 'unknown'} ({_licence_read(model)})",
        f"commercial use: {_COMMERCIAL_USE[model.commercial_use]}",
        f"languages: {model.languages}" if model.languages else "",
        *map(token_price_line, sold[:MOST_OFFERS]),
        *map(media_price_line, _media_offers(model.key, knowledge)),
        *context_lines(sold[:MOST_OFFERS]),
        *retirement_lines(sold),
        *_risks(model.key, knowledge),
        *model_rate_lines(((component_of(row, knowledge), row.model) for row in sold), model.key, knowledge),
        *_results(results_of(knowledge, model.key)),
        f"notes: {model.notes}" if model.notes else "",
        f"source: {model.source}",
        f"as of {model.as_of}, confidence {model.confidence}",
    )
    return tuple(line for line in lines if line)


def sold_model_lines(name: str, knowledge: "Knowledge") -> tuple[str, ...]:
    """Of a model of which nothing but prices and rate limits is held; empty where there is none of that name."""
    sold = prices_of_model(knowledge, name)
    media = _media_offers(name, knowledge)
    limits = tuple(
        model_rate_lines(((component_of(row, knowledge), row.model) for row in sold), name, knowledge)
    )
    if not (sold or media or limits):
        return ()
    told = (
        "a model that is sold by the token"
        if sold
        else "a model that is sold by the minute, character or image"
        if media
        else "a model of which nothing but rate limits is held"
    )
    return (
        f"{name}: {told}",
        *map(token_price_line, sold),
        *map(media_price_line, media),
        *context_lines(sold),
        *retirement_lines(sold),
        *limits,
    )


def _media_offers(name: str, knowledge: "Knowledge") -> tuple[MediaPrice, ...]:
    """What it costs by another unit than the token, where such prices are held."""
    return media_offers(knowledge, name) if knowledge.files.is_plain(MEDIA) else ()


def _risks(key: str, knowledge: "Knowledge") -> Iterator[str]:
    """What is told of its end or its defects where it is named, hyphenated or not, as the facts say it."""
    spelt = r"[ .-]".join(map(re.escape, key.split("-")))
    named = re.compile(rf"(?<![\w./-]){spelt}(?:-\d{{8}})?(?![\w/-]|\.\d)", re.IGNORECASE)
    told = (fact for fact in knowledge.facts.values() if fact.kind == "risk" and named.search(fact.statement))
    for fact in islice(told, MOST_RISKS):
        yield f"risk: {fact.statement.rstrip('.')} ({fact.id}: {fact.source.url}, {fact.as_of or fact.read_at})"


def accelerator_lines(accelerator: Accelerator, knowledge: "Knowledge") -> tuple[str, ...]:
    """What a device is made of, and what it costs to rent and to buy."""
    peaks = (
        ("bf16" if accelerator.computes_bf16 else "fp16", accelerator.bf16_tflops),
        ("fp8", accelerator.fp8_tflops),
        ("fp4", accelerator.fp4_tflops),
    )
    computing = ", ".join(f"{value:g} TFLOPS {name}" for name, value in peaks if value)
    link = (
        f"{accelerator.scaleup_link}, {accelerator.scaleup_bw_gb_s:g} GB/s"
        if accelerator.scaleup_bw_gb_s
        else ""
    )
    offers = [row for row in accelerator_prices(knowledge) if row.accelerator == accelerator.key]
    bought = purchase_prices(knowledge).get(accelerator.key)
    lines = (
        f"{accelerator.key}: {accelerator.kind.upper()} by {accelerator.vendor}",
        f"memory: {accelerator.memory_gb:g} GB {accelerator.memory_type}, {accelerator.mem_bw_gb_s:,g} GB/s",
        f"dense peak: {computing}" if computing else "",
        f"power: {accelerator.tdp_w:g} W" if accelerator.tdp_w else "",
        f"link between devices: {link}" if link else "",
        *rent_lines(offers),
        f"bought: price of USD {bought.low_usd:,g} to {bought.high_usd:,g} ({bought.source}, {bought.as_of})"
        if bought
        else "",
        *cloud_lines(offers),
        *region_lines(offers, regions(knowledge)),
        f"notes: {accelerator.notes}" if accelerator.notes else "",
        f"source: {accelerator.source}",
        f"as of {accelerator.as_of}, confidence {accelerator.confidence}",
    )
    return tuple(line for line in lines if line)


def _sizes(model: ModelSpec) -> Iterable[str]:
    if model.params_b is not None:
        yield f"{model.params_b:g} billion parameters"
    if model.active_b not in (None, model.params_b):
        yield f"{model.active_b:g} billion active"
    if model.layers is not None:
        yield f"{model.layers} layers"
    if model.experts:
        yield f"{model.experts} experts, {model.experts_per_token} of them a token"
    if model.attention:
        yield f"attention {model.attention}"
    if model.embed_dim is not None:
        yield f"{model.embed_dim:,} dimensions"


def _memory(model: ModelSpec) -> str:
    width = BYTES.get(model.native_precision)
    weights = (
        f"weights of about {_gigabytes(model.params_b * width)} GB in {model.native_precision}"
        if model.params_b and width
        else ""
    )
    cache = (
        f"KV cache of {model.kv_bytes_per_token:,g} bytes a token at 16 bit"
        if model.kv_bytes_per_token
        else ""
    )
    return f"memory: {'; '.join(part for part in (weights, cache) if part)}" if weights or cache else ""


def _gigabytes(size: float) -> str:
    return f"{size:,.0f}" if size >= SHOWN_WHOLE_GB else f"{size:.2g}"


def _results(results: Mapping[str, Sequence[BenchmarkResult]]) -> Iterator[str]:
    """The newest of each benchmark, of so many benchmarks as have the newest; those of one source in one line."""
    last = [max(of_one, key=lambda item: str(item.as_of or "")) for of_one in results.values()]
    newest = sorted(last, key=lambda item: (str(item.as_of or ""), item.benchmark), reverse=True)[
        :MOST_RESULTS
    ]
    by_source: dict[str, list[str]] = {}
    for item in newest:
        told = f"{item.benchmark} {item.score:g} % ({item.as_of or 'no date'}, {item.tier})"
        by_source.setdefault(item.source, []).append(told)
    for source, told_there in by_source.items():
        yield f"published results: {'; '.join(told_there)} ({source})"


def _licence_read(model: ModelSpec) -> str:
    if model.licence_source:
        return f"read at {model.licence_source}"
    return "not read at the maker, confirm it" if model.open_weights else "terms of the service"
