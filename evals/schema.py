"""The shape of a case file as JSON schema, for the editors of people who write cases.

`stackwright eval schema` prints it from the models that read cases, so that the two can't drift apart; the file
beside the cases' vocabulary is written by `python -m evals.schema`.
"""

import json
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from .assertion_types import (
    ASSERTION_TYPES,
    COMPONENT_TYPES,
    COUNTS,
    NEEDS,
    STACK_SLOT_TYPES,
    WORKLOAD_SLOT_TYPES,
)
from .case import AdversarialCase, RealCase
from .vocabulary import CLASS_PREFIX, vocabulary

FILE = "case.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
COMPONENT: Schema = {"$ref": "#/$defs/ComponentName"}
GIVEN: Schema = {"not": {"enum": [None, "", []]}}


def case_schema() -> dict[str, Any]:
    """Both kinds of cases, with the vocabulary's slots, ids and quantities as the only ones."""
    either = Annotated[RealCase | AdversarialCase, Field(discriminator="kind")]
    adapter: TypeAdapter[RealCase | AdversarialCase] = TypeAdapter(either)
    found = adapter.json_schema(by_alias=True)
    parts, words = found["$defs"], vocabulary()
    stack, workload = {"enum": list(words.layers)}, {"enum": list(words.workload_slots)}
    classes = [f"{CLASS_PREFIX}{name}" for name in words.classes]
    parts["ComponentName"] = {
        "title": "ComponentName",
        "description": f"An id of the vocabulary, or {CLASS_PREFIX}NAME for a whole class.",
        "enum": [*sorted(words.ids), *classes],
    }
    for name in ("RealCase", "AdversarialCase"):
        fields = parts[name]["properties"]
        fields["hidden_facts"]["propertyNames"] = workload
        fields["must_ask"] = {**_listed(workload), "default": [], "title": "Must Ask"}
        fields["documented_choice"] |= {"propertyNames": stack, "additionalProperties": _listed(COMPONENT)}
    expectations = parts["Expectations"]["properties"]
    expectations["acceptable"] |= {"propertyNames": stack, "additionalProperties": _some(COMPONENT)}
    expectations["required_slots"] = {**_some(stack), "title": "Required Slots"}
    parts["MustNot"]["properties"] |= {"slot": {**stack, "title": "Slot"}, "any_of": _some(COMPONENT)}
    parts["OverEngineering"]["properties"]["any_of"] = _some(COMPONENT)
    parts["NumericCheck"]["properties"]["quantity"] = {"enum": list(words.quantities), "title": "Quantity"}
    quantity = {"enum": ["", *words.quantities]}
    parts["Assertion"]["properties"] |= {"quantity": quantity, "quantities": _listed(quantity)}
    needed = (_needed(name, stack, workload) for name in ASSERTION_TYPES)
    parts["Assertion"]["allOf"] = [item for item in needed if item]
    return {"$schema": DIALECT, "title": "A case of stackwright eval advice", **found}


def _listed(item: Schema) -> Schema:
    """One, or a list of any length."""
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _some(item: Schema) -> Schema:
    """One, or a list that isn't empty."""
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def _needed(name: str, stack: Schema, workload: Schema) -> Schema:
    """What an assertion of this type has to say."""
    groups = [
        {"anyOf": [{"required": [key], "properties": {key: GIVEN}} for key in group]}
        for group in NEEDS.get(name, ())
    ]
    properties: Schema = {}
    if name in (*WORKLOAD_SLOT_TYPES, *STACK_SLOT_TYPES):
        slot = workload if name in WORKLOAD_SLOT_TYPES else stack
        properties |= {"slot": {"anyOf": [slot, {"const": ""}]}, "slots": _listed(slot)}
    if name in COMPONENT_TYPES:
        properties["any_of"] = _some(COMPONENT)
    if name in COUNTS:
        properties["value"] = {"type": "number", "minimum": 1}
    if not groups and not properties:
        return {}
    then = {"properties": properties, "allOf": groups} if groups else {"properties": properties}
    return {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}, "then": then}


def to_json() -> str:
    """As the file holds it."""
    return json.dumps(case_schema(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    path = Path(str(resources.files("evals") / "data" / FILE))
    path.write_text(to_json(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
