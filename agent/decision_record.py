"""The decision record: what was decided, for which workload, at what price, on which evidence, with what against it.

Markdown for people and repositories, a self-contained page for mail and tickets, JSON for programs.
"""

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.evidence_coverage import evidence_coverage
from tools.assessment import Assessment, Stack
from tools.evidence import Evidence
from tools.evidence_book import fact_evidence
from tools.wording import counted, field_label, interval, percentile_note
from tools.workload import Known, Workload

from .evidence import assessment_book, pick_sources, shown_evidence, standing
from .reply import Claim

SHOWN_QUANTITIES = (
    ("monthly_infra_cost_usd", "Infrastructure"),
    ("monthly_llm_cost_usd", "of which the model"),
    ("monthly_staff_cost_usd", "People"),
    ("monthly_total_cost_usd", "Total"),
    ("tco_36_month_usd", "36 months"),
    ("tco_36_month_npv_usd", "36 months, present value"),
    ("cost_per_million_tokens_usd", "Per million output tokens"),
    ("gpus_required", "Accelerators"),
    ("model_memory_gb", "Model memory"),
    ("ttft_ms_p95", "First token, p95"),
    ("tpot_ms_p95", "Each further token, p95"),
    ("e2e_ms_p95", "Whole answer, p95"),
    ("energy_kwh_month", "Energy"),
    ("co2_kg_month", "Carbon"),
    ("train_gpu_hours", "Training, accelerator hours"),
    ("train_cost_usd", "Training, cost"),
)


def record_json(
    assessment: Assessment, workload: Workload, claims: Sequence[Claim], knowledge: Knowledge
) -> dict[str, Any]:
    """The record as plain values, in a stable order; `evidence` holds what the explanation cites."""
    return {
        "schema": "stackwright-decision/1",
        "workload": [item.model_dump(mode="json") for item in workload.known.values()],
        "assessment": assessment.model_dump(mode="json"),
        "explanation": [claim.model_dump(mode="json") for claim in claims],
        "evidence": [item.model_dump(mode="json") for item in cited(claims, assessment, workload, knowledge)],
        "evidence_coverage": coverage_of_picks(assessment, knowledge),
    }


def record_markdown(
    assessment: Assessment, workload: Workload, claims: Sequence[Claim], knowledge: Knowledge
) -> str:
    """The record as Markdown; user text is fenced off from markup."""
    return _rendered("decision.md.jinja", assessment, workload, claims, knowledge, autoescape=False)


def record_html(
    assessment: Assessment, workload: Workload, claims: Sequence[Claim], knowledge: Knowledge
) -> str:
    """The record as one page without external resources or scripts."""
    return _rendered("decision.html.jinja", assessment, workload, claims, knowledge, autoescape=True)


def _rendered(
    template: str,
    assessment: Assessment,
    workload: Workload,
    claims: Sequence[Claim],
    knowledge: Knowledge,
    autoescape: bool,
) -> str:
    from jinja2 import Environment

    # Markdown has its own escaping (`plain`); HTML is escaped by the engine.
    environment = Environment(
        autoescape=autoescape,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = _plain
    text = (resources.files("agent") / "templates" / template).read_text(encoding="utf-8")
    citations = record_sources(claims, assessment, workload, knowledge)
    return environment.from_string(text).render(
        assessment=assessment,
        winner=assessment.winner,
        rows=workload_rows(workload),
        claims=[
            (claim.text, [citations[key][0] for key in claim.evidence if key in citations])
            for claim in claims
        ],
        layers=layers(assessment.winner, knowledge, {key: number for key, (number, _) in citations.items()})
        if assessment.winner
        else [],
        numbers=numbers(assessment.winner) if assessment.winner else [],
        sources=[item for _, item in citations.values()],
        coverage=coverage_of_picks(assessment, knowledge),
    )


def coverage_of_picks(assessment: Assessment, knowledge: Knowledge) -> float | None:
    """The share of what the choice of the winner's components needs that facts tell; None without a winner."""
    if assessment.winner is None:
        return None
    picked = dict.fromkeys(option.component for option in assessment.winner.picks.values())
    components = (knowledge.components[name] for name in picked if name in knowledge.components)
    return evidence_coverage(components, knowledge.facts.values(), assessment.as_of)


def _plain(text: object) -> str:
    """User and catalogue text for Markdown: no markup, no line breaks, no table bars, no links."""
    flat = " ".join(str(text).split()).replace("&", "&amp;")
    for mark in ("\\", "`", "*", "_", "[", "]", "<", ">", "|", "#"):
        flat = flat.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return flat.replace("://", "&#58;//").replace("www.", "www&#46;")


def record_sources(
    claims: Sequence[Claim], assessment: Assessment, workload: Workload, knowledge: Knowledge
) -> dict[str, tuple[int, Evidence]]:
    """Evidence id -> (number, evidence), in order of first citation."""
    book = assessment_book(assessment, workload, knowledge)
    shown = shown_evidence(claims, book, knowledge, assessment.winner)
    return {identity: (number, item) for number, (identity, item) in enumerate(shown.items(), 1)}


def cited(
    claims: Sequence[Claim], assessment: Assessment, workload: Workload, knowledge: Knowledge
) -> list[Evidence]:
    """All that `claims` cite, in order of first citation."""
    book = assessment_book(assessment, workload, knowledge)
    ids = dict.fromkeys(identity for claim in claims for identity in claim.evidence)
    found = (book.get(key) or standing(key, knowledge) or _fact(key, knowledge) for key in ids)
    return [item for item in found if item is not None]


def _fact(identity: str, knowledge: Knowledge) -> Evidence | None:
    fact = knowledge.facts.get(identity)
    return None if fact is None else fact_evidence(fact, knowledge)


def workload_rows(workload: Workload) -> list[tuple[str, str, str, str]]:
    """(field, value, origin, words) of what is known."""
    return [
        (field_label(item.field), shown(item), item.origin, item.text) for item in workload.known.values()
    ]


def shown(item: Known) -> str:
    """A value as people read it: as stated, or in the field's own unit."""
    if item.unknown:
        return "unknown"
    value = item.point
    if isinstance(value, tuple):
        return ", ".join(name.replace("_", " ") for name in value)
    if isinstance(value, float):
        return item.stated or counted(value, item.unit)
    return str(value).replace("_", " ") if value is not None else item.stated


def worked_out(item: Known) -> str:
    """A value as people read it, with what it was multiplied together of."""
    return f"{item.derivation} = {shown(item)}" if item.derivation else shown(item)


class PickRow(NamedTuple):
    """A slot and what fills it."""

    slot: str
    component: str
    """Name and size."""
    score: str
    marks: tuple[int, ...]
    """Numbers of its sources."""


def layers(
    stack: Stack, knowledge: Knowledge, numbering: Mapping[str, int]
) -> list[tuple[str, list[PickRow]]]:
    """(layer, its slots) in layer order."""
    grouped: dict[int, list[PickRow]] = {}
    for slot, option in stack.picks.items():
        marks = tuple(numbering[item] for item in pick_sources(option, numbering, knowledge))
        row = PickRow(knowledge.slots[slot].name, option.words, f"{option.score:.2f}", marks)
        grouped.setdefault(option.layer, []).append(row)
    return [(LAYERS[layer], rows) for layer, rows in sorted(grouped.items())]


LAYERS = {
    1: "Data & governance", 2: "Storage", 3: "Compute", 4: "Model toolchain", 5: "Orchestration", 6: "Serving",
}  # fmt: skip


def _kind(name: str, stack: Stack) -> str:
    """The kind of an estimate, and what is known of it where it is a percentile."""
    return ", ".join(
        text for text in (stack.estimates[name].kind, percentile_note(name, stack.estimates)) if text
    )


def numbers(stack: Stack) -> list[tuple[str, str, str]]:
    """(what, value with range, kind) of the estimates that people ask for."""
    return [
        (words, interval(stack.estimates[name]), _kind(name, stack))
        for name, words in SHOWN_QUANTITIES
        if name in stack.estimates
    ]
