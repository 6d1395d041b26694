"""The cases are frozen: figures of different days speak of the same cases."""

import hashlib
import json
from pathlib import Path

CASES = Path(__file__).parents[2] / "evals" / "cases"
SUMS = CASES / "SHA256SUMS"


def test_every_case_is_as_it_was_frozen() -> None:
    lines = (line.split(maxsplit=1) for line in SUMS.read_text(encoding="utf-8").splitlines())
    frozen = {name.strip(): digest for digest, name in lines}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in CASES.glob("*.yaml")}
    assert len(found) == 60
    assert found == frozen


def test_the_first_run_is_kept() -> None:
    first = json.loads((CASES / "first_run.json").read_text(encoding="utf-8"))
    assert first["totals"]["real"]["cases"] == 54
    assert first["totals"]["adversarial"]["cases"] == 6
