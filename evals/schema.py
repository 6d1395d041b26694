"""The shape of a case file as JSON schema, for the editors of people who write cases.

`stackwright eval schema` prints it from the models that read cases, so that the two can't drift apart; the file
beside the cases' vocabulary is written by `python -m evals.schema`.
"""

import json
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from .case import AdversarialCase, RealCase
from .vocabulary import CLASS_PREFIX, vocabulary

FILE = "case.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def case_schema() -> dict[str, Any]:
    """Both kinds of cases, with the vocabulary's slots as the only keys."""
    either = Annotated[RealCase | AdversarialCase, Field(discriminator="kind")]
    adapter: TypeAdapter[RealCase | AdversarialCase] = TypeAdapter(either)
    found = adapter.json_schema(by_alias=True)
    words = vocabulary()
    for name in ("RealCase", "AdversarialCase"):
        fields = found["$defs"][name]["properties"]
        fields["hidden_facts"]["propertyNames"] = {"enum": list(words.workload_slots)}
        fields["documented_choice"]["propertyNames"] = {"enum": list(words.layers)}
    expectations = found["$defs"]["Expectations"]["properties"]
    expectations["acceptable"]["propertyNames"] = {"enum": list(words.layers)}
    expectations["acceptable"]["description"] = (
        f"Ids of the vocabulary, or {CLASS_PREFIX}NAME for a whole class."
    )
    return {"$schema": DIALECT, "title": "A case of stackwright eval advice", **found}


def to_json() -> str:
    """As the file holds it."""
    return json.dumps(case_schema(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    path = Path(str(resources.files("evals") / "data" / FILE))
    path.write_text(to_json(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
