"""Prices and assumptions as evidence: what stands behind the ids that cost estimates carry."""

from knowledge import Knowledge
from knowledge.currencies import fx_rates
from knowledge.llm_prices import LlmPrice, llm_prices
from knowledge.media_prices import MediaPrice, media_prices
from knowledge.prices import AcceleratorPrice, accelerator_prices, cpu_prices, purchase_prices
from knowledge.rate_tiers import LIMITS, rate_tiers
from knowledge.service_prices import ServicePrice, service_prices
from knowledge.staff import cost_parameters, exit_hours, staff_rates, training_prices

from ..evidence import Evidence

TIERS = {"high": "T2", "medium": "T3", "low": "T3"}
"""By confidence of the row: machine-generated price lists are neutral data, transcriptions compilations."""


def price_evidence(knowledge: Knowledge, evidence_id: str) -> Evidence | None:
    """The ledger entry of `price/...` or `assumption/cost/...`; None for an id of another kind."""
    head, _, rest = evidence_id.partition("/")
    group, _, key = rest.partition("/")
    if head == "assumption" and group == "cost":
        return _assumption(knowledge, evidence_id, key)
    maker = _MAKERS.get(group) if head == "price" else None
    return maker(knowledge, evidence_id, key) if maker is not None else None


def _service(knowledge: Knowledge, evidence_id: str, key: str) -> Evidence | None:
    row: ServicePrice | None = service_prices(knowledge).get(key)
    if row is None or row.price_usd is None:
        return None
    text = f"{row.service}, {row.meter}: {row.price_usd:g} USD per {row.unit}."
    return _price(
        evidence_id, text, {"price_usd": row.price_usd}, row.service, row.source, row.confidence, row.as_of
    )


def _model(knowledge: Knowledge, evidence_id: str, key: str) -> Evidence | None:
    row: LlmPrice | None = llm_prices(knowledge).get(key)
    if row is None:
        return None
    values: dict[str, float | str] = {
        name: value
        for name in ("input_usd_per_m", "output_usd_per_m", "cache_read_usd_per_m", "usd_per_query")
        if (value := getattr(row, name)) is not None
    }
    stated = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in values.items())
    text = f"List price of {row.model} at {row.provider}: {stated}."
    return _price(evidence_id, text, values, row.model, row.source, row.confidence, row.as_of.isoformat())


def _media(knowledge: Knowledge, evidence_id: str, key: str) -> Evidence | None:
    row: MediaPrice | None = media_prices(knowledge).get(key)
    if row is None:
        return None
    unit = row.unit.replace("_", " ")
    text = (
        f"List price of {row.model} at {row.provider.replace('_', ' ')}: {row.usd_per_unit:g} USD per {unit}."
    )
    values: dict[str, float | str] = {"usd_per_unit": row.usd_per_unit}
    return _price(evidence_id, text, values, row.model, row.source, row.confidence, row.as_of.isoformat())


def _rate_tier(knowledge: Knowledge, evidence_id: str, key: str) -> Evidence | None:
    row = rate_tiers(knowledge).get(key)
    if row is None:
        return None
    values: dict[str, float | str] = {
        name: value for name in LIMITS if (value := getattr(row, name)) is not None
    }
    limits = ", ".join(f"{name.replace('_', ' ')} {value:,g}" for name, value in values.items())
    text = f"{row.tier} of {row.provider}, {row.models}: {limits or row.note.rstrip('.') or row.requirement}."
    dated = row.as_of.isoformat() if row.as_of is not None else ""
    return _price(evidence_id, text, values, row.provider, row.source, "high", dated)


def _accelerator(knowledge: Knowledge, evidence_id: str, key: str) -> Evidence | None:
    accelerator, _, mode = key.rpartition("/")
    rows = [row for row in accelerator_prices(knowledge) if row.accelerator == accelerator]
    chosen = [row for row in rows if row.has_market_spot] if mode == "spot" else _priced(rows, mode)
    if not chosen:
        return None
    spot = mode == "spot"
    usd = [row.spot_usd_per_accelerator_h if spot else row.usd_per_accelerator_h for row in chosen]
    prices = [price for price in usd if price is not None]
    clouds = ", ".join(sorted({row.cloud for row in chosen}))
    text = (
        f"{len(prices)} offers of {accelerator}, {mode}, at {clouds}: "
        f"{min(prices):.2f} to {max(prices):.2f} USD per accelerator-hour."
    )
    newest = max(chosen, key=lambda row: row.as_of)
    values: dict[str, float | str] = {"lowest_usd": min(prices), "highest_usd": max(prices)}
    return _price(evidence_id, text, values, accelerator, newest.source, newest.confidence, newest.as_of)


def _priced(rows: list[AcceleratorPrice], mode: str) -> list[AcceleratorPrice]:
    return [row for row in rows if row.mode == mode and row.usd_per_accelerator_h is not None]


def _machine(knowledge: Knowledge, evidence_id: str, key: str) -> Evidence | None:
    rows = [row for row in cpu_prices(knowledge) if row.cls == key and row.arch == "x86_64"]
    if not rows:
        return None
    low, high = min(row.usd_per_vcpu_h_min for row in rows), max(row.usd_per_vcpu_h_max for row in rows)
    text = (
        f"On-demand {key} machines of {', '.join(sorted({row.cloud for row in rows}))}: "
        f"{low:.3f} to {high:.3f} USD per vCPU-hour."
    )
    values: dict[str, float | str] = {"lowest_usd": low, "highest_usd": high}
    newest = max(rows, key=lambda row: row.as_of)
    return _price(evidence_id, text, values, f"{key} machines", newest.source, "high", newest.as_of)


def _purchase(knowledge: Knowledge, evidence_id: str, key: str) -> Evidence | None:
    row = purchase_prices(knowledge).get(key)
    if row is None:
        return None
    text = f"Purchase price of one {key}: {row.low_usd:,.0f} to {row.high_usd:,.0f} USD."
    values: dict[str, float | str] = {"low_usd": row.low_usd, "high_usd": row.high_usd}
    return _price(evidence_id, text, values, key, row.source, row.confidence, row.as_of)


def _rate(knowledge: Knowledge, evidence_id: str, key: str) -> Evidence | None:
    row = fx_rates(knowledge).get(key)
    if row is None:
        return None
    text = f"1 EUR = {row.units_per_eur:g} {key}, reference rate of {row.as_of.isoformat()}."
    values: dict[str, float | str] = {"units_per_eur": row.units_per_eur}
    return _price(evidence_id, text, values, key, row.source, row.confidence, row.as_of.isoformat())


def _wage(knowledge: Knowledge, evidence_id: str, key: str) -> Evidence | None:
    row = staff_rates(knowledge).get(key)
    if row is None:
        return None
    text = f"Yearly wage of a {row.role} in {key}: {row.low:,.0f} to {row.high:,.0f} {row.currency}."
    values: dict[str, float | str] = {"low": row.low, "typical": row.typical, "high": row.high}
    return _price(evidence_id, text, values, row.role, row.source, row.confidence, row.as_of)


def _training(knowledge: Knowledge, evidence_id: str, key: str) -> Evidence | None:
    row = training_prices(knowledge).get(key)
    if row is None:
        return None
    text = f"{row.item}: {row.price_usd:g} USD per {row.unit}."
    return _price(
        evidence_id, text, {"price_usd": row.price_usd}, row.item, row.source, row.confidence, row.as_of
    )


def _assumption(knowledge: Knowledge, evidence_id: str, key: str) -> Evidence | None:
    if key == "exit_hours":
        paths = ", ".join(f"{path} {hours.typical:g} h" for path, hours in exit_hours(knowledge).items())
        text = f"Engineering hours to leave a component by its exit path (judgement): {paths}."
        return Evidence(id=evidence_id, kind="assumption", text=text, subject="exit", tier="D")
    row = cost_parameters(knowledge).get(key)
    if row is None:
        return None
    text = f"{row.meaning} ({row.basis}): {row.low:g} to {row.high:g} {row.unit}, {row.typical:g} typical."
    return Evidence(
        id=evidence_id,
        kind="assumption",
        text=text[0].upper() + text[1:],
        values={"low": row.low, "typical": row.typical, "high": row.high},
        subject=key,
        source=row.source,
        tier="T3" if row.basis == "sourced" else "D",
    )


def _price(
    evidence_id: str,
    text: str,
    values: dict[str, float | str],
    subject: str,
    source: str,
    confidence: str,
    as_of: str,
) -> Evidence:
    return Evidence(
        id=evidence_id,
        kind="price",
        text=text,
        values=values,
        subject=subject,
        source=source,
        tier=TIERS[confidence],
        as_of=as_of,
    )


_MAKERS = {
    "service": _service,
    "llm": _model,
    "media": _media,
    "tier": _rate_tier,
    "accelerator": _accelerator,
    "vm": _machine,
    "purchase": _purchase,
    "fx": _rate,
    "staff": _wage,
    "training": _training,
}
