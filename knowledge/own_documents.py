"""How the user's own components are billed, and other addresses of public sources."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from .checks.finding import Finding, error
from .errors import KnowledgeInvalid
from .expressions import parse
from .files import DataFiles
from .library import Knowledge
from .own_reading import mapping_in, near, problems
from .records import Component
from .service_prices import PriceModel

PRICE_MODELS = "cost/price_models.yaml"
SOURCES = "refresh/sources.yaml"
INSTEAD = "Ours is used, if there is one."


def own_documents(
    files: DataFiles,
    names: tuple[str, ...],
    base: Knowledge,
    components: Mapping[str, Component],
    findings: list[Finding],
) -> dict[str, Any]:
    """File -> our content with the sound entries of the folder in it."""
    found: dict[str, Any] = {}
    if PRICE_MODELS in names:
        known = {**base.components, **components}
        models = list(_models(files, known, findings))
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


def _models(
    files: DataFiles, known: Mapping[str, Component], findings: list[Finding]
) -> Iterator[dict[str, Any]]:
    claimed: set[str] = set()
    for number, block in enumerate(_entries(files, PRICE_MODELS, "models", findings), 1):
        try:
            model = PriceModel.model_validate(block)
            for line in model.lines:
                parse(line.formula)
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
