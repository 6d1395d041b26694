"""A case that nothing can fail is malformed: words that don't exist, and lists that hold nothing."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from evals.advice import IMPERFECT, run_advice
from evals.case_files import read_case, read_cases
from evals.fake_advisor import ScriptedAdvisor, question, recommendation, stack_of
from evals.schema import case_schema

DATA = Path(__file__).parent / "data" / "invented"
ROOT = Path(__file__).parents[2]
REAL = yaml.safe_load((DATA / "library-search.yaml").read_text(encoding="utf-8"))
SCRIPT = yaml.safe_load((DATA / "moving-target.yaml").read_text(encoding="utf-8"))


def real(**changes: Any) -> dict[str, Any]:
    return {**REAL, "expectations": {**REAL["expectations"], **changes}}


def script(*expected: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**SCRIPT, "expected": list(expected), **changes}


CHECK = REAL["expectations"]["numeric_checks"][0]
HOLLOW: dict[str, tuple[dict[str, Any], str]] = {
    "must_not slot": (
        real(must_not=[{"slot": "clusterr", "any_of": ["eks"]}]),
        "expectations.must_not.0.clusterr: not a stack slot; did you mean cluster?",
    ),
    "must_not id": (
        real(must_not=[{"slot": "cluster", "any_of": ["ekss"]}]),
        "expectations.must_not.0.ekss: not an id of the vocabulary; did you mean eks?",
    ),
    "must_not class": (
        real(must_not=[{"slot": "cluster", "any_of": ["class:dedicated_vector_dbs"]}]),
        "expectations.must_not.0.class:dedicated_vector_dbs: not a class of the vocabulary; did you mean "
        "dedicated_vector_db?",
    ),
    "must_not nothing": (
        real(must_not=[{"slot": "cluster", "any_of": []}]),
        "expectations.must_not.0.any_of",
    ),
    "nothing expected": (
        real(acceptable={}, required_slots=[], must_not=[], required_mentions=[], numeric_checks=[]),
        "expectations.required_slots",
    ),
    "no required slot": (real(required_slots=[]), "expectations.required_slots"),
    "required slot": (
        real(
            required_slots=["clusters"],
            acceptable={**REAL["expectations"]["acceptable"], "clusters": ["none"]},
        ),
        "expectations.acceptable.clusters: not a stack slot; did you mean cluster?",
    ),
    "acceptable nothing": (
        real(acceptable={**REAL["expectations"]["acceptable"], "cluster": []}),
        "expectations.acceptable.cluster",
    ),
    "acceptable id": (
        real(acceptable={**REAL["expectations"]["acceptable"], "cluster": ["nonee"]}),
        "expectations.acceptable.cluster.nonee: not an id of the vocabulary; did you mean none?",
    ),
    "must_ask": ({**REAL, "must_ask": ["banana"]}, "must_ask.banana: not a workload slot"),
    "quantity": (
        real(numeric_checks=[{**CHECK, "quantity": "requests_per_dya"}]),
        "expectations.numeric_checks.0.requests_per_dya: not a quantity of the vocabulary; did you mean "
        "requests_per_day?",
    ),
    "tolerance": (
        real(numeric_checks=[{**CHECK, "tolerance": {}}]),
        "expectations.numeric_checks.0: Value error, tolerance: give one of",
    ),
    "tolerance without a value": (
        real(numeric_checks=[{**CHECK, "value": None, "tolerance": {"rel": 0.1}}]),
        "expectations.numeric_checks.0: Value error, tolerance: factor and rel need a value",
    ),
    "mention nothing": (
        real(required_mentions=[{"id": "a", "any_of": []}]),
        "expectations.required_mentions.0.any_of",
    ),
    "mention anything": (
        real(required_mentions=[{"id": "a", "any_of": [".*"]}]),
        "expectations.required_mentions.0.any_of: Value error, '.*' matches a text without a word",
    ),
    "over-engineering": (
        real(over_engineering=[{"any_of": ["kafkka"]}]),
        "expectations.over_engineering.0.kafkka: not an id of the vocabulary; did you mean kafka?",
    ),
    "documented choice": (
        {**REAL, "documented_choice": {"cluster": ["ekss"]}},
        "documented_choice.cluster.ekss: not an id of the vocabulary; did you mean eks?",
    ),
    "hidden fact": (
        {**REAL, "hidden_facts": {"bugdet": "9 USD"}},
        "hidden_facts.bugdet: not a workload slot; did you mean budget?",
    ),
    "event": (
        {**REAL, "events": [{"when": {"slot_asked_after_event": ["taem"]}, "user": "x"}]},
        "events.0.when.taem: not a workload slot; did you mean team?",
    ),
    "no assertion": (script(), "expected: Tuple should have at least 1 item"),
    "must_not_recommend": (
        script({"type": "must_not_recommend"}),
        "expected.0: Value error, must_not_recommend needs any_of",
    ),
    "must_not_recommend nothing": (
        script({"type": "must_not_recommend", "slot": "cluster", "any_of": []}),
        "expected.0: Value error, must_not_recommend needs any_of",
    ),
    "must_not_recommend slot": (
        script({"type": "must_not_recommend", "slot": "clusterr", "any_of": ["eks"]}),
        "expected.0.clusterr: not a stack slot; did you mean cluster?",
    ),
    "must_not_recommend id": (
        script({"type": "must_not_recommend", "slot": "cluster", "any_of": ["ekss"]}),
        "expected.0.ekss: not an id of the vocabulary; did you mean eks?",
    ),
    "numeric_finite": (
        script({"type": "numeric_finite", "quantities": ["nope"]}),
        "expected.0.nope: not a quantity of the vocabulary",
    ),
    "must_not_reask": (
        script({"type": "must_not_reask"}),
        "expected.0: Value error, must_not_reask needs slot or slots",
    ),
    "must_not_reask slot": (
        script({"type": "must_not_reask", "slots": ["budgets"]}),
        "expected.0.budgets: not a workload slot; did you mean budget?",
    ),
    "text_not_matches": (
        script({"type": "text_not_matches"}),
        "expected.0: Value error, text_not_matches needs any_of",
    ),
    "final_profile": (
        script({"type": "final_profile", "slot": "budget"}),
        "expected.0: Value error, final_profile needs any_of or numeric",
    ),
    "profile_slot_not_equal": (
        script({"type": "profile_slot_not_equal", "slot": "budget"}),
        "expected.0: Value error, profile_slot_not_equal needs value",
    ),
    "min_alternatives": (
        script({"type": "min_alternatives", "slot": "cluster", "value": -1}),
        "expected.0: Value error, min_alternatives needs a value of 1 or more, not -1",
    ),
    "max_turns": (script({"type": "max_turns"}), "expected.0: Value error, max_turns needs value"),
    "numeric": (
        script({"type": "numeric", "quantity": "requests_per_day"}),
        "expected.0: Value error, numeric needs a number as value, or a bound",
    ),
    "numeric share of nothing": (
        script({"type": "numeric", "quantity": "requests_per_day", "rel": 0.1}),
        "expected.0: Value error, numeric needs a number as value, or a bound",
    ),
    "no_invented_facts": (
        script({"type": "no_invented_facts"}, hidden_facts={"budget": "9 USD"}),
        "expected.0: no_invented_facts needs slots, or a hidden fact that is unknown",
    ),
    "unknown_component_rejected": (
        script({"type": "unknown_component_rejected"}),
        "expected.0: Value error, unknown_component_rejected needs name or names",
    ),
}
BEYOND_A_SCHEMA = {"tolerance", "tolerance without a value", "mention anything", "event", "numeric"}
BEYOND_A_SCHEMA |= {"numeric share of nothing", "no_invented_facts"}
"""What a JSON schema doesn't say; the command does."""


@pytest.mark.parametrize(("content", "fault"), HOLLOW.values(), ids=HOLLOW)
def test_a_case_that_nothing_can_fail_is_named_and_left_unscored(content: dict[str, Any], fault: str) -> None:
    found, case, faults = read_case(content)
    assert found is not None
    assert case is None
    assert any(text.startswith(fault) for text in faults), faults


@pytest.mark.parametrize("name", sorted(set(HOLLOW) - BEYOND_A_SCHEMA))
def test_the_schema_for_authors_sees_it_too(name: str) -> None:
    jsonschema: Any = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(case_schema())
    plain = json.loads(json.dumps(REAL, default=str))
    assert validator.is_valid(plain)
    assert validator.is_valid(json.loads(json.dumps(SCRIPT, default=str)))
    assert not validator.is_valid(json.loads(json.dumps(HOLLOW[name][0], default=str)))


def test_a_script_may_name_only_what_it_needs() -> None:
    said = ({"type": "values_rejected"}, {"type": "must_flag_conflict"}, {"type": "no_exception"})
    assert read_case(script(*said))[2] == []
    bounds = ({"max": 3}, {"value": 3}, {"value": 3, "rel": 0.5}, {"tolerance": {"min": 2}})
    numbers = ({"type": "numeric", "quantity": "requests_per_day", **bound} for bound in bounds)
    assert read_case(script(*numbers))[2] == []


@pytest.mark.parametrize("folder", ["evals/cases", "tests/evals/data/cases"])
def test_the_frozen_cases_speak_the_vocabulary(folder: str) -> None:
    found = read_cases(ROOT / folder)
    assert found.problems == ()
    assert len(found.cases) == len(found.scripts) == {"evals/cases": 60, "tests/evals/data/cases": 24}[folder]


def test_a_malformed_case_runs_unscored_beside_the_others_and_ends_with_4(tmp_path: Path) -> None:
    for name, content in (("good", REAL), ("hollow", {**HOLLOW["must_not id"][0], "id": "hollow"})):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    stack = stack_of("managed-api", "hybrid", "managed-api", {"sto.vector_db": "pgvector"})
    out, err = io.StringIO(), io.StringIO()
    code = run_advice(
        tmp_path,
        json_output=True,
        open_advisor=lambda: ScriptedAdvisor(question("request_rate"), recommendation(stack)),
        stdout=out,
        stderr=err,
    )
    report = json.loads(out.getvalue())
    assert code == IMPERFECT
    assert set(report["real"]) == {"library-search"}
    assert report["unscored"] == ["hollow"]
    assert "hollow.yaml: expectations.must_not.0.ekss: not an id of the vocabulary" in err.getvalue()
