"""Components, facts, rules and arguments of the user's own, checked against ours before they count."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError

from .checks.expressions import NAMES, Names, check_expressions
from .checks.facts import check_facts, check_rules
from .checks.finding import Finding, error
from .checks.references import check_references
from .checks.tables import Placed, Tables
from .checks.values import check_values
from .errors import KnowledgeInvalid
from .files import DataFiles
from .library import Knowledge
from .own_reading import mapping_in, near, problems, unsound_text
from .records import Argument, Component, Fact, Laid, Origin, Rule

OURS = ""
"""File of the records below: nothing is found wrong with them here."""
INSTEAD = "Ours is used, if there is one."
Own = TypeVar("Own", bound=Laid)
KINDS: dict[str, tuple[str, type[Laid]]] = {
    "catalog/components": ("components", Component),
    "catalog/facts": ("facts", Fact),
    "catalog/rules": ("rules", Rule),
    "catalog/arguments": ("arguments", Argument),
}
"""Folder -> the key of its lists, and what a block is."""


@dataclass
class OwnRecords:
    """The user's records by id, and the file of each."""

    components: dict[str, Component] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    arguments: dict[str, Argument] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    """(kind, id) -> file."""

    @property
    def any(self) -> bool:
        return bool(self.components or self.facts or self.rules or self.arguments)

    def of(self, kind: str) -> dict[str, Any]:
        found: dict[str, Any] = getattr(self, kind)
        return found


def own_records(
    files: DataFiles, names: tuple[str, ...], owner: str, base: Knowledge, findings: list[Finding]
) -> OwnRecords:
    """The sound records of the folder's files."""
    records = OwnRecords()
    for name in names:
        folder = name.rpartition("/")[0]
        if folder in KINDS:
            _read(files, name, owner, base, records, findings)
    _drop_dangling(files, base, records, findings)
    return records


def _read(
    files: DataFiles, name: str, owner: str, base: Knowledge, records: OwnRecords, findings: list[Finding]
) -> None:
    kind, model = KINDS[name.rpartition("/")[0]]
    found = records.of(kind)
    for number, block in enumerate(_blocks(files, name, kind, findings), 1):
        identity = str(block.get("id", "")) if isinstance(block, dict) else ""
        label = identity or f"block {number}"
        if not isinstance(block, dict) or not identity:
            findings.append(error(name, label, "A block needs an id."))
        elif identity in found:
            first = records.places[kind, identity]
            findings.append(
                error(name, label, f"The id is defined twice, first in {first}; the first counts.")
            )
        elif unsound_text(block):
            findings.append(error(name, label, f"It holds control characters. {INSTEAD}"))
        else:
            try:
                found[identity] = _record(block, model, owner, getattr(base, kind).get(identity))
                records.places[kind, identity] = name
            except ValidationError as invalid:
                known = set(model.model_fields) - {"origins"}
                findings.append(error(name, label, f"{problems(invalid, known)} {INSTEAD}"))


def _blocks(files: DataFiles, name: str, key: str, findings: list[Finding]) -> Iterator[Any]:
    try:
        content = mapping_in(files, name)
    except KnowledgeInvalid as invalid:
        findings.append(error(name, "", str(invalid)))
        return
    for other in sorted(str(item) for item in set(content) - {key}):
        findings.append(error(name, other, f"Unknown key {other!r}.{near(other, [key])}"))
    blocks = content.get(key)
    if isinstance(blocks, list):
        yield from blocks
    else:
        findings.append(error(name, "", f"The file must hold a list under {key!r}."))


def _record(block: dict[Any, Any], model: type[Laid], owner: str, ours: Laid | None) -> Laid:
    """The block as a record in the owner's name; a component of ours keeps what the block doesn't name."""
    given = dict(block)
    if "origins" in given:
        given["origins: not to be given"] = given.pop("origins")
    keys: tuple[str, ...] = ()
    if isinstance(ours, Component):
        keys = tuple(key for key in given if key != "id")
        given = _over(ours, given)
    else:
        given = {**_assumed(model, owner), **given}
    origin = Origin(kind="yours", name=owner, keys=keys)
    record = model.model_validate(given)
    below = ours.origins if isinstance(ours, Component) else ()
    return record.model_copy(update={"origins": (*below, origin)})


def _assumed(model: type[Laid], owner: str) -> dict[str, Any]:
    """What a new record of the owner's is taken to be where it doesn't say."""
    if model is Fact:
        return {"tier": "U", "source": {"url": owner}, "as_of": None}
    if model is Component:
        licence = {"licence": "own", "licence_class": "n/a", "licence_basis": f"stated by {owner}"}
        return {"vendor": owner, "vendor_type": "self", "status": "active", "url": "", **licence}
    return {}


def _over(ours: Component, given: dict[Any, Any]) -> dict[Any, Any]:
    """Our component's attributes under those that were given; facts are added to ours."""
    kept = ours.model_dump(exclude={"origins"})
    facts = given.get("fact_ids")
    if isinstance(facts, list):
        given = {**given, "fact_ids": [*facts, *(item for item in ours.fact_ids if item not in facts)]}
    return {**kept, **given}


def _drop_dangling(files: DataFiles, base: Knowledge, records: OwnRecords, findings: list[Finding]) -> None:
    """Take out what breaks a rule of the knowledge base, until nothing does: one may lean on another."""
    names = Names.model_validate(base.files.yaml(NAMES))
    while records.any:
        wrong = [item for item in _broken(_tables(files, base, records), names) if item.severity == "error"]
        fresh = [item for item in wrong if _take_out(item, records)]
        if not fresh:
            return
        findings += [item.model_copy(update={"message": f"{item.message} {INSTEAD}"}) for item in fresh]


def _broken(tables: Tables, names: Names) -> Iterator[Finding]:
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: check_references(tables, names.protocols),
        lambda: check_expressions(tables, names),
        lambda: check_facts(tables, date.today()),
        lambda: check_rules(tables),
        lambda: check_values(tables),
    )
    for check in checks:
        yield from (item for item in check() if item.file != OURS)


def _take_out(finding: Finding, records: OwnRecords) -> bool:
    for kind, _ in KINDS.values():
        if records.places.get((kind, finding.id)) == finding.file and finding.id in records.of(kind):
            del records.of(kind)[finding.id]
            return True
    return False


def _tables(files: DataFiles, base: Knowledge, records: OwnRecords) -> Tables:
    """Ours and theirs together, as the checks read them."""
    tables = Tables(files)
    for name in ("slots", "decisions", "fields", "derived", "questions"):
        getattr(tables, name).update(_placed(getattr(base, name), {}))
    for kind, _ in KINDS.values():
        own = records.of(kind)
        held = {key: record for key, record in getattr(base, kind).items() if key not in own}
        getattr(tables, kind).update(_placed(held, {}))
        places = {key: file for (of, key), file in records.places.items() if of == kind}
        getattr(tables, kind).update(_placed(own, places))
    return tables


def _placed(records: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, Placed[Any]]:
    return {key: Placed(places.get(key, OURS), record) for key, record in records.items()}
