"""Numbers about the workload itself: rates, concurrency, tokens, data sizes, each with its interval.

docs/formulas/requirements.md names every formula. A stated figure has no wider interval than it was
given; an assumed one carries the range of `workload/priors.yaml`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from knowledge import Knowledge

from .estimate import Estimate, Kind
from .month import DAY_S, MONTH_S
from .sizing import feature_reads, kv_memory_gb_per_billion_features, size_vectors
from .values import Resolved
from .workload import Known, Workload

BYTES_PER_TOKEN = 4


class Span(NamedTuple):
    """low, typical, high of one field, and who says so."""

    low: float
    typical: float
    high: float
    kind: Kind
    evidence: tuple[str, ...]

    def estimate(self, factor: float, unit: str, formula: str) -> Estimate:
        return Estimate(
            low=self.low * factor,
            typical=self.typical * factor,
            high=self.high * factor,
            unit=unit,
            kind=self.kind,
            formula=formula,
            evidence=self.evidence,
        )


def requirements(workload: Workload, resolved: Resolved, knowledge: Knowledge) -> dict[str, Estimate]:
    """Every quantity of the workload that is known or can be assumed, by quantity name."""
    known = workload.known

    def span(field: str) -> Span | None:
        return field_span(field, known.get(field), resolved)

    found: dict[str, Estimate] = {}
    for part in (_rates, _latency, _tokens, _corpus, _vectors, _features):
        found.update(part(span, resolved.values, knowledge))
    return found


def field_span(field: str, known: Known | None, resolved: Resolved) -> Span | None:
    """The interval of one field: as stated, or as assumed."""
    if known is not None and not known.unknown:
        point = resolved.values.get(field)
        if not isinstance(point, float | int):
            return None
        low = known.low if known.low is not None else point
        high = known.high if known.high is not None else point
        evidence = (user_evidence_id(known),)
        return Span(min(low, point), float(point), max(high, point), "user", evidence)
    assumed = resolved.assumed.get(field)
    if assumed is None or not isinstance(assumed.point, float | int):
        return None
    low = assumed.point if assumed.low is None else assumed.low
    high = assumed.point if assumed.high is None else assumed.high
    return Span(float(low), float(assumed.point), float(high), "assumed", (f"assumed/{field}",))


def user_evidence_id(known: Known) -> str:
    """`user/<turn>/<start>-<end>` of what the user said, or the field where there is no span."""
    if known.span is None:
        return f"user/{known.turn}/{known.field}"
    return f"user/{known.turn}/{known.span[0]}-{known.span[1]}"


Spans = Callable[[str], Span | None]


def _rates(span: Spans, values: dict[str, Any], knowledge: Knowledge) -> dict[str, Estimate]:
    peak = span("peak_rate_rps")
    mean = span("request_rate_rps") or span("events_per_s") or peak
    if mean is None:
        return {}
    found = {
        "request_rate_rps": mean.estimate(1, "requests/s", "rate"),
        "requests_per_day": mean.estimate(DAY_S, "requests/day", "rate x 86400"),
        "request_rate_per_day": mean.estimate(DAY_S, "requests/day", "rate x 86400"),
        "request_rate_per_month": mean.estimate(MONTH_S, "requests/month", "rate x 30 days"),
    }
    if peak is not None:
        why = "stated peak" if peak.kind == "user" else "users at one time / pause"
        found["peak_rps"] = peak.estimate(1, "requests/s", why)
    elif (factor := span("peak_factor")) is not None:
        found["peak_rps"] = Estimate(
            low=mean.low * factor.low,
            typical=mean.typical * factor.typical,
            high=mean.high * factor.high,
            unit="requests/s",
            kind="assumed" if "assumed" in (mean.kind, factor.kind) else "user",
            formula="rate x peak factor",
            evidence=(*mean.evidence, *factor.evidence),
        )
    return found


def _latency(span: Spans, values: dict[str, Any], knowledge: Knowledge) -> dict[str, Estimate]:
    limit = span("e2e_latency_ms") or span("ttft_ms")
    if limit is None:
        return {}
    return {
        "latency_target_ms": limit.estimate(1, "ms", "stated limit"),
        "latency_target_us": limit.estimate(1000, "us", "stated limit x 1000"),
    }


def _tokens(span: Spans, values: dict[str, Any], knowledge: Knowledge) -> dict[str, Estimate]:
    mean = span("request_rate_rps") or span("events_per_s") or span("peak_rate_rps")
    prompt, answer = span("input_tokens"), span("output_tokens")
    if values.get("llm_work") is not True or mean is None or prompt is None or answer is None:
        return {}
    calls = max(values.get("llm_calls_per_task") or 1, 1)
    return {
        "llm_tokens_per_s": Estimate(
            low=mean.low * calls * (prompt.low + answer.low),
            typical=mean.typical * calls * (prompt.typical + answer.typical),
            high=mean.high * calls * (prompt.high + answer.high),
            unit="tokens/s",
            kind="assumed" if "assumed" in (mean.kind, prompt.kind) else "user",
            formula="rate x calls x (input + output tokens)",
            evidence=(*mean.evidence, *prompt.evidence),
        )
    }


def _corpus(span: Spans, values: dict[str, Any], knowledge: Knowledge) -> dict[str, Estimate]:
    """Corpus tokens at 800 a document, 400 a chunk or 4 bytes a token; gigabytes the other way."""
    found: dict[str, Estimate] = {}
    documents, gigabytes, vectors = span("corpus_documents"), span("corpus_gb"), span("vector_count")
    if documents is not None:
        found["corpus_tokens"] = documents.estimate(800, "tokens", "documents x 800 tokens")
    elif vectors is not None:
        found["corpus_tokens"] = vectors.estimate(400, "tokens", "chunks x 400 tokens")
    elif gigabytes is not None:
        found["corpus_tokens"] = gigabytes.estimate(2.5e8, "tokens", "bytes / 4")
    trained = span("training_tokens")
    if gigabytes is not None:
        found["corpus_gb"] = gigabytes.estimate(1, "GB", "stated")
    elif "corpus_tokens" in found or trained is not None:
        tokens = found.get("corpus_tokens") or (trained and trained.estimate(1, "tokens", "stated"))
        assert tokens is not None
        found["corpus_gb"] = tokens.scaled(BYTES_PER_TOKEN / 1e9, "GB")
    if "corpus_gb" in found:
        found["storage_gb"] = found["corpus_gb"].scaled(2.0, "GB")
    return found


def _vectors(span: Spans, values: dict[str, Any], knowledge: Knowledge) -> dict[str, Estimate]:
    if values.get("has_corpus") is not True or not values.get("chunks"):
        return {}
    plan = size_vectors(knowledge, values["chunks"], values["dims"], peak_qps=values.get("peak_rps") or 0.0)
    growth = span("growth_pct_month")
    factor = 1.0 if growth is None else (1 + growth.typical / 100) ** 12
    stated = span("vector_count")
    found = {
        "raw_vector_storage_gb": plan.raw_vector_storage_gb,
        "index_ram_gb": plan.index_ram_gb,
        "search_nodes": Estimate(
            low=plan.search_nodes, typical=plan.search_nodes, high=plan.search_nodes, unit="nodes",
            formula="index memory over node memory",
        ),
    }  # fmt: skip
    if stated is not None:
        found["vectors_in_one_year"] = stated.estimate(factor, "vectors", "vectors x (1 + growth)^12")
    return found


def _features(span: Spans, values: dict[str, Any], knowledge: Knowledge) -> dict[str, Estimate]:
    if values.get("predictive_work") is not True:
        return {}
    found = {"kv_memory_gb_per_billion_features": kv_memory_gb_per_billion_features(knowledge)}
    rate = span("request_rate_rps") or span("peak_rate_rps")
    candidates = span("candidates_per_request")
    if rate is not None and rate.kind == "user":
        found["reads_per_s"] = feature_reads(rate.typical, candidates.typical if candidates else 1)
    return found
