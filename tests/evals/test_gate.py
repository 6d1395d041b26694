"""The advice itself, on a fixed subset of cases: neither passes nor mean score may fall below the stored floor."""

from pathlib import Path

import pytest

from evals.advisor import product_advisor
from evals.case_files import CaseSet, read_cases
from evals.citations import citable
from evals.console import table
from evals.report import as_json, score_traces
from evals.runner import run_scripts
from evals.vocabulary import data_file
from knowledge import load

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "tests" / "evals" / "data" / "cases", ROOT / "evals" / "cases")


def subset(names: list[str]) -> CaseSet:
    """The cases of these names, none missing."""
    sets = [read_cases(folder) for folder in FOLDERS]
    scripts = {script.id: script for found in sets for script in found.scripts}
    cases = {name: case for found in sets for name, case in found.cases.items()}
    return CaseSet(tuple(scripts[name] for name in names), {name: cases[name] for name in names}, ())


def test_the_advice_holds_its_floor() -> None:
    floor = data_file("floor.yaml")
    known, found = load(), subset(floor["cases"])
    traces = run_scripts(found.scripts, product_advisor(known, as_of=floor["as_of"]), known)
    report = score_traces(found, traces, citable(known))
    content = as_json(report)
    real, scripts = content["totals"]["real"], content["totals"]["adversarial"]
    passed = real["passed"] + scripts["passed"]
    print(f"\npassed {passed} of {len(found.scripts)}, mean score {real['score']}")
    assert report.exceptions == {}
    assert passed >= floor["passed"], table(content)
    assert real["score"] >= floor["score"], table(content)
