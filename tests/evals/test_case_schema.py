import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from evals.schema import FILE, case_schema, to_json

jsonschema: Any = pytest.importorskip("jsonschema")
ROOT = Path(__file__).parents[2]
CASES = sorted(
    (*(ROOT / "evals" / "cases").glob("*.yaml"), *(Path(__file__).parent / "data").rglob("*.yaml"))
)


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema.Draft202012Validator(case_schema())


def content(path: Path) -> Any:
    """As an editor's validator sees it: dates are text."""
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))


def test_the_file_is_current() -> None:
    written = (resources.files("evals") / "data" / FILE).read_text(encoding="utf-8")
    assert written == to_json(), "run: python -m evals.schema"


def test_every_case_is_valid(validator: Any) -> None:
    cases = [(path.name, found) for path in CASES if "persona" in (found := content(path))]
    assert len(cases) >= 84
    assert [name for name, case in cases if not validator.is_valid(case)] == []


@pytest.mark.parametrize(
    "change",
    [
        {"persona": 5},
        {"kind": "other"},
        {"personna": "a typo"},
        {"hidden_facts": {"bugdet": "a typo"}},
        {"documented_choice": {"vector_shop": ["pgvector"]}},
    ],
)
def test_faults_are_found(validator: Any, change: dict[str, Any]) -> None:
    case = content(Path(__file__).parent / "data" / "invented" / "library-search.yaml")
    assert validator.is_valid(case)
    assert not validator.is_valid({**case, **change})
