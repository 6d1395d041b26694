"""How the user's own components are billed, and other addresses of public sources."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from .checks.finding import Finding, error
from .errors import KnowledgeInvalid
from .expressions import parse
from .files import DataFiles
from .library import Knowledge
from .own_reading import mapping_in, near, problems
from .records import Component
from .service_prices import PriceModel, price_models, service_prices

PRICE_MODELS = "cost/price_models.yaml"
METERS = "cost/service_prices.csv"
SOURCES = "refresh/sources.yaml"
INSTEAD = "Ours is used, if there is one."


def own_documents(
    files: DataFiles,
    names: tuple[str, ...],
    base: Knowledge,
    components: Mapping[str, Component],
    meters: Collection[str],
    findings: list[Finding],
) -> dict[str, Any]:
    """File -> our content with the sound entries of the folder in it; `meters`: ids of the folder's own prices."""
    found: dict[str, Any] = {}
    if PRICE_MODELS in names:
        known = {**base.components, **components}
        models = list(_models(files, known, {*_priced_by(base), *meters}, findings))
        if models:
            found[PRICE_MODELS] = _with_models(base.files.yaml(PRICE_MODELS), models)
    if SOURCES in names:
        blocks = list(_sources(files, base, findings))
        if blocks:
            found[SOURCES] = _with_sources(base.files.yaml(SOURCES), blocks)
    return found


def _entries(files: DataFiles, name: str, key: str, findings: list[Finding]) -> list[Any]:
    try:
        content = mapping_in(files, name)
    except KnowledgeInvalid as invalid:
        findings.append(error(name, "", str(invalid)))
        return []
    for other in sorted(str(item) for item in set(content) - {key}):
        findings.append(error(name, other, f"Unknown key {other!r}.{near(other, [key])}"))
    entries = content.get(key)
    if not isinstance(entries, list):
        findings.append(error(name, "", f"The file must hold a list under {key!r}."))
        return []
    return entries


def _priced_by(base: Knowledge) -> frozenset[str]:
    """What the formula of a bill may read: prices, quantities of the workload, and what our formulas read."""
    ours = price_models(base)
    lines = (line for model in (*ours.by_component.values(), *ours.free_oss.values()) for line in model.lines)
    formulas = (*(line.formula for line in lines), *(item.formula for item in ours.names))
    read = {name for formula in formulas for name in parse(formula).names}
    return frozenset({*read, *service_prices(base), *base.fields, *base.derived})


def _models(
    files: DataFiles,
    known: Mapping[str, Component],
    priced_by: Collection[str],
    findings: list[Finding],
) -> Iterator[dict[str, Any]]:
    claimed: set[str] = set()
    for number, block in enumerate(_entries(files, PRICE_MODELS, "models", findings), 1):
        try:
            model = PriceModel.model_validate(block)
            for name in (*_names_in(model), *filter(None, (model.minimum,))):
                if name not in priced_by:
                    raise KnowledgeInvalid(f"Nothing is called {name!r}.{near(name, priced_by)}")
        except (ValidationError, KnowledgeInvalid) as invalid:
            told = (
                problems(invalid, PriceModel.model_fields)
                if isinstance(invalid, ValidationError)
                else str(invalid)
            )
            findings.append(error(PRICE_MODELS, f"block {number}", f"{told} {INSTEAD}"))
            continue
        strange = [name for name in model.components if name not in known or name in claimed]
        for name in strange:
            told = "has two models" if name in claimed else f"is unknown.{near(name, known)}"
            findings.append(
                error(PRICE_MODELS, f"block {number}", f"The component {name!r} {told} {INSTEAD}")
            )
        if not strange and model.components:
            claimed.update(model.components)
            yield block


def _names_in(model: PriceModel) -> list[str]:
    """All that its formulas read; KnowledgeInvalid for one that can't be parsed."""
    return sorted({name for line in model.lines for name in parse(line.formula).names})


def _with_models(ours: dict[str, Any], models: list[dict[str, Any]]) -> dict[str, Any]:
    claimed = {name for model in models for name in model["components"]}
    kept = [
        {**model, "components": [name for name in model["components"] if name not in claimed]}
        for model in ours["models"]
    ]
    return {**ours, "models": [*(model for model in kept if model["components"]), *models]}


def _sources(files: DataFiles, base: Knowledge, findings: list[Finding]) -> Iterator[dict[str, Any]]:
    from .refresh.sources import SourceSpec

    ours = {block["id"]: block for block in base.files.yaml(SOURCES)["sources"]}
    for number, block in enumerate(_entries(files, SOURCES, "sources", findings), 1):
        identity = str(block.get("id", "")) if isinstance(block, dict) else ""
        if identity not in ours:
            told = f"There is no source {identity!r}.{near(identity, ours)}"
            findings.append(error(SOURCES, identity or f"block {number}", told))
            continue
        try:
            SourceSpec.model_validate({**ours[identity], **block})
        except ValidationError as invalid:
            told = f"{problems(invalid, SourceSpec.model_fields)} {INSTEAD}"
            findings.append(error(SOURCES, identity, told))
            continue
        yield block


def _with_sources(ours: dict[str, Any], blocks: list[dict[str, Any]]) -> dict[str, Any]:
    changed = {block["id"]: block for block in blocks}
    return {"sources": [{**block, **changed.get(block["id"], {})} for block in ours["sources"]]}
