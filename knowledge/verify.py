"""Whether the knowledge base keeps its own rules; all findings at once, none raised."""

from datetime import date
from pathlib import Path

from pydantic import ValidationError

from .checks.asked import check_asked, check_judged
from .checks.coverage import check_coverage
from .checks.data_files import check_licences, check_manifest, check_parsed, check_terms, check_vectors
from .checks.duplicates import check_duplicates
from .checks.expressions import NAMES, Names, check_expressions
from .checks.facts import check_facts, check_rules
from .checks.finding import Finding, error
from .checks.floors import check_floors
from .checks.model_licences import check_model_licences
from .checks.overlap import check_overlap
from .checks.references import check_conflicts, check_references
from .checks.tables import Tables, read_tables
from .checks.values import check_values
from .checks.words import check_words
from .layers import packaged_part
from .library import Knowledge

__all__ = ["Finding", "verify", "verify_folder"]


def verify(knowledge: Knowledge, today: date | None = None) -> list[Finding]:
    """Every finding, errors first, in a stable order."""
    tables = read_tables(knowledge.files)
    names = _names(tables)
    findings = [
        *check_references(tables, names.protocols),
        *check_conflicts(tables),
        *check_expressions(tables, names),
        *check_values(tables),
        *check_facts(tables, today or date.today()),
        *check_rules(tables),
        *check_coverage(tables),
        *check_floors(tables),
        *check_model_licences(tables),
        *check_asked(tables),
        *check_judged(tables),
        *check_duplicates(tables),
        *check_overlap(tables),
        *check_words(tables),
        *check_manifest(knowledge.files),
        *check_licences(knowledge.files),
        *check_parsed(packaged_part(knowledge).files),
        *check_vectors(packaged_part(knowledge)),
        *check_terms(packaged_part(knowledge)),
        *(finding for layer in knowledge.layers for finding in layer.findings),
    ]
    findings += tables.findings
    unique = dict.fromkeys(findings)
    return sorted(unique, key=lambda item: (item.severity != "error", item.file, item.id, item.message))


def verify_folder(root: Path, today: date | None = None) -> list[Finding]:
    """Findings of the knowledge base in `root`."""
    return verify(Knowledge(root), today)


def _names(tables: Tables) -> Names:
    content = tables.yaml(NAMES)
    try:
        return Names.model_validate(content or {})
    except ValidationError as invalid:
        tables.findings.append(error(NAMES, "", str(invalid.errors()[0]["msg"])))
        return Names()
