"""Risk register of a stack: what could go wrong with which pick, how severe, what to do, and who takes over.

Severity follows documented thresholds (knowledge/data/cost/risk.yaml). A risk that a fact states cites the
fact; a risk that follows from the catalogue's attributes cites `catalogue/<component>/<attribute>`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from knowledge import Knowledge
from knowledge.records import Component, Fact
from knowledge.risk_scales import RiskScales, Severity, packaged_risk_scales, risk_scales

from .assessment import Risk
from .evidence import Evidence
from .operation import operator

RiskKind = Literal[
    "vendor", "maturity", "end_of_life", "licence", "security", "lock_in", "concentration", "operation"
]
ORDER: tuple[Severity, ...] = ("high", "medium", "low")
LAYERS = {"gov": 1, "sto": 2, "cmp": 3, "mdl": 4, "orc": 5, "srv": 6}
DAYS_PER_MONTH = 30.4
STRANGERS = ("customers", "public")


class Finding(NamedTuple):
    """One reason for a risk."""

    kind: RiskKind
    severity: Severity
    text: str
    evidence: tuple[str, ...]


def vendor_score(component: Component) -> float:
    """How far the component's makers can be relied on, in [0, 1] by fixed anchors."""
    return _score(
        component.maturity,
        component.months_since_release,
        component.vendor_type,
        component.exit_path,
        component.status,
        component.licence_class == "proprietary",
    )


def risk_register(
    knowledge: Knowledge,
    components: Sequence[Component],
    runners_up: Mapping[str, str],
    as_of: date,
    values: Mapping[str, Any],
) -> tuple[Risk, ...]:
    """Risks of the picked `components`, severest first; `runners_up`: slot or component id -> plan B."""
    scales = risk_scales(knowledge)
    distinct = tuple({component.id: component for component in components}.values())
    risks = [
        _risk(component, kind, findings, runners_up, scales)
        for component in distinct
        for kind, findings in _by_kind(_findings(knowledge, component, as_of, values, scales)).items()
    ]
    risks += _concentration(distinct, scales)
    risks += _load(knowledge, distinct, values, scales)
    return tuple(sorted(risks, key=lambda risk: (ORDER.index(risk.severity), risk.layer, risk.id)))


def catalogue_evidence(knowledge: Knowledge, evidence_id: str) -> Evidence | None:
    """The ledger entry of `catalogue/<component>/<attribute>`; None for an id of another kind."""
    head, _, rest = evidence_id.partition("/")
    name, _, attribute = rest.rpartition("/")
    component = knowledge.components.get(name)
    if head != "catalogue" or component is None or attribute not in Component.model_fields:
        return None
    value = getattr(component, attribute)
    origin = next((item for item in reversed(component.origins) if attribute in item.keys), None)
    told = f" ({origin.text})" if origin is not None else f" ({component.mark})" if component.mark else ""
    refreshed = origin is not None and origin.kind == "refreshed"
    return Evidence(
        id=evidence_id,
        kind="fact",
        text=f"Catalogue entry of {component.name}: {attribute.replace('_', ' ')} is {value}{told}.",
        values={attribute: value if isinstance(value, int | float | str) else str(value)},
        subject=component.id,
        source=origin.url if origin is not None and origin.url else component.url,
        tier="T2" if refreshed else "T3",
        as_of=origin.as_of.isoformat() if origin is not None and origin.as_of else "",
    )


@lru_cache(maxsize=4096)
def _score(
    maturity: str, months: int | None, vendor_type: str, exit_path: str, status: str, service: bool
) -> float:
    scales = packaged_risk_scales()
    parts = {
        "maturity": scales.maturity[maturity],
        "vendor_type": scales.vendor_type[vendor_type],
        "exit_path": scales.exit_path[exit_path],
    }
    if months is not None or not service:
        parts["recency"] = scales.recency_unknown if months is None else _recency(scales, months)
    weight = sum(scales.weights[name] for name in parts)
    mean = sum(scales.weights[name] * value for name, value in parts.items()) / weight
    return min(mean, scales.status_cap[status])


def _recency(scales: RiskScales, months: int) -> float:
    return next((value for limit, value in scales.recency if months < limit), 0.0)


def _findings(
    knowledge: Knowledge,
    component: Component,
    as_of: date,
    values: Mapping[str, Any],
    scales: RiskScales,
) -> Iterator[Finding]:
    yield from _from_facts(knowledge, component, as_of, scales)
    yield from _vendor(component, scales)
    yield from _maturity(component, scales)
    yield from _end_of_life(component, scales)
    yield from _licence(component, values, scales)
    yield from _lock_in(component, scales)
    yield from _operation(component, values, scales)


def _from_facts(
    knowledge: Knowledge, component: Component, as_of: date, scales: RiskScales
) -> Iterator[Finding]:
    for fact_id in component.fact_ids:
        fact = knowledge.facts.get(fact_id)
        if fact is None or fact.kind != "risk":
            continue
        kind = _kind_of(fact, scales)
        severity = _fact_severity(fact, kind, component, as_of, scales)
        if severity is None:
            continue
        yield Finding(kind or "maturity", severity, fact.statement, (fact.id,))


def _vendor(component: Component, scales: RiskScales) -> Iterator[Finding]:
    if scales.vendor_type[component.vendor_type] <= scales.thresholds["vendor_low"]:
        words = scales.words["vendor_type"][component.vendor_type]
        text = scales.texts["vendor"].format(name=component.name, vendor=component.vendor, vendor_words=words)
        yield Finding("vendor", "low", text, _attribute(component, "vendor_type"))


def _maturity(component: Component, scales: RiskScales) -> Iterator[Finding]:
    limits, value = scales.thresholds, scales.maturity[component.maturity]
    if value <= limits["maturity_medium"]:
        words = scales.words["maturity"].get(component.maturity, component.maturity)
        text = scales.texts["maturity_stage"].format(name=component.name, maturity_words=words)
        severity: Severity = "high" if value <= limits["maturity_high"] else "medium"
        yield Finding("maturity", severity, text, _attribute(component, "maturity"))
    months = component.months_since_release
    if months is not None and (recency := _recency(scales, months)) <= limits["recency_medium"]:
        text = scales.texts["maturity_release"].format(name=component.name, months=months)
        grade: Severity = "high" if recency <= 0 else "medium"
        yield Finding("maturity", grade, text, _attribute(component, "months_since_release"))


def _end_of_life(component: Component, scales: RiskScales) -> Iterator[Finding]:
    severity = scales.status_severity.get(component.status)
    if severity is not None:
        words = scales.words["status"][component.status]
        text = scales.texts["end_of_life"].format(name=component.name, status_words=words)
        yield Finding("end_of_life", severity, text, _attribute(component, "status"))


def _licence(component: Component, values: Mapping[str, Any], scales: RiskScales) -> Iterator[Finding]:
    severity = scales.licence_severity.get(component.licence_class)
    if severity is None:
        return
    inside = values.get("public_users") not in STRANGERS and values.get("multi_tenant") is not True
    if component.licence_class == "network-copyleft" and inside:
        severity = "low"
    words = scales.words["licence_class"][component.licence_class]
    text = scales.texts["licence"].format(name=component.name, licence=component.licence, licence_words=words)
    yield Finding("licence", severity, text, _attribute(component, "licence_class"))


def _lock_in(component: Component, scales: RiskScales) -> Iterator[Finding]:
    severity = scales.exit_severity.get(component.exit_path)
    if severity is None:
        return
    if component.open_standard:
        severity = ORDER[min(ORDER.index(severity) + 1, len(ORDER) - 1)]
    words = scales.words["exit_path"][component.exit_path]
    text = scales.texts["lock_in"].format(name=component.name, exit_words=words)
    yield Finding("lock_in", severity, text, _attribute(component, "exit_path"))


def _operation(component: Component, values: Mapping[str, Any], scales: RiskScales) -> Iterator[Finding]:
    complexity = component.ops_complexity
    if complexity < scales.thresholds["complexity_high_burden"] or operator(component, values) != "self":
        return
    severity: Severity = "low" if values.get("large_team") is True else "medium"
    if values.get("tiny_team") is True:
        severity = "high"
    words = scales.words["complexity"][complexity]
    text = scales.texts["operation"].format(name=component.name, complexity_words=words)
    yield Finding("operation", severity, text, _attribute(component, "ops_complexity"))


def _concentration(components: Sequence[Component], scales: RiskScales) -> list[Risk]:
    """One risk per vendor that several picks come from; foundations and communities aren't one supplier."""
    by_vendor: dict[str, list[Component]] = {}
    for component in components:
        if component.vendor_type in ("public_company", "private_funded"):
            by_vendor.setdefault(component.vendor, []).append(component)
    risks = []
    for vendor, mine in sorted(by_vendor.items()):
        severity = _graded(len({slot for item in mine for slot in item.slots[:1]}), "concentration", scales)
        if severity is None:
            continue
        text = scales.texts["concentration"].format(
            count=len(mine), vendor=vendor, names=", ".join(item.name for item in mine)
        )
        evidence = tuple(f"catalogue/{item.id}/vendor" for item in mine)
        finding = Finding("concentration", severity, text, evidence)
        risks.append(_risk(mine[0], "concentration", [finding], {}, scales))
    return risks


def _load(
    knowledge: Knowledge, components: Sequence[Component], values: Mapping[str, Any], scales: RiskScales
) -> list[Risk]:
    """Operation of the whole stack against what the team can give."""
    have = values.get("team_ops_fte")
    if not have:
        return []
    from .cost import staff_fte

    need = staff_fte(knowledge, components, values, values.get("selfhost_inference") is True)
    severity = _graded(need.typical / have, "load", scales)
    own = [component for component in components if operator(component, values) == "self"]
    if severity is None or not own:
        return []
    heaviest = max(own, key=lambda component: (component.ops_complexity, component.id))
    text = scales.texts["operation_load"].format(need=f"{need.typical:.1f}", have=f"{have:.1f}")
    finding = Finding("operation", severity, text, need.evidence)
    risk = _risk(heaviest, "operation", [finding], {}, scales)
    return [risk.model_copy(update={"id": "risk/stack/operation"})]


def _graded(amount: float, name: str, scales: RiskScales) -> Severity | None:
    """Severity of `amount` by the thresholds `<name>_low`, `_medium`, `_high`."""
    for severity in ORDER:
        limit = scales.thresholds.get(f"{name}_{severity}")
        if limit is not None and amount > limit - (name == "concentration"):
            return severity
    return None


def _by_kind(findings: Iterator[Finding]) -> dict[RiskKind, list[Finding]]:
    found: dict[RiskKind, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.kind, []).append(finding)
    return found


def _risk(
    component: Component,
    kind: RiskKind,
    findings: list[Finding],
    runners_up: Mapping[str, str],
    scales: RiskScales,
) -> Risk:
    """One risk over all reasons of a kind: the severest speaks first."""
    ordered = sorted(findings, key=lambda finding: ORDER.index(finding.severity))
    keys = (component.id, *component.slots)
    return Risk(
        id=f"risk/{component.id}/{kind}",
        layer=LAYERS.get(component.slots[0].split(".")[0], 6),
        component=component.id,
        kind=kind,
        severity=ordered[0].severity,
        text=" ".join(dict.fromkeys(finding.text for finding in ordered)),
        mitigation=scales.mitigations[kind],
        plan_b=next((runners_up[key] for key in keys if key in runners_up), ""),
        evidence=tuple(dict.fromkeys(source for finding in ordered for source in finding.evidence)),
    )


def _kind_of(fact: Fact, scales: RiskScales) -> RiskKind | None:
    """The kind that the fact's words name; None where they name none."""
    words = f"{fact.id} {fact.statement}".casefold()
    for kind, needles in scales.fact_words:
        if _mentions(words, needles):
            return kind  # type: ignore[return-value]
    return None


def _severe(fact: Fact, scales: RiskScales) -> bool:
    return _mentions(fact.statement.casefold(), scales.severe_words)


def _mentions(words: str, needles: tuple[str, ...]) -> bool:
    """Whether a word of `words` begins with one of `needles`."""
    return _pattern(needles).search(words) is not None


@lru_cache(maxsize=64)
def _pattern(needles: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(" + "|".join(re.escape(needle) for needle in needles) + ")")


def _fact_severity(
    fact: Fact, kind: RiskKind | None, component: Component, as_of: date, scales: RiskScales
) -> Severity | None:
    """By tier, one step up for severe words; an end of support by its date; None where it is far away."""
    if kind is None:
        return scales.fact_default_severity
    if kind == "end_of_life" and (ends := _as_date(fact.value)) is not None:
        return _support_severity(ends, as_of, component, scales)
    severity = scales.fact_severity[fact.tier]
    return _raised(severity) if _severe(fact, scales) else severity


def _raised(severity: Severity) -> Severity:
    return ORDER[max(ORDER.index(severity) - 1, 0)]


def _as_date(value: float | str | None) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _support_severity(ends: date, as_of: date, component: Component, scales: RiskScales) -> Severity | None:
    months = (ends - as_of).days / DAYS_PER_MONTH
    if months <= 0 and component.status not in ("active", "watch"):
        return "high"
    return "medium" if months <= scales.thresholds["support_months_medium"] else None


def _attribute(component: Component, name: str) -> tuple[str, ...]:
    return (f"catalogue/{component.id}/{name}",)
