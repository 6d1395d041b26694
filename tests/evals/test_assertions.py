from typing import Any

import pytest

from evals.assertion_types import ASSERTION_TYPES
from evals.assertions import CHECKS, GATES, score_script
from evals.case import AdversarialCase, Assertion
from evals.trace import Trace

FACTS = {"users": "five people", "budget": "20 USD", "latency_target": "unknown, soon"}
TRACE: dict[str, Any] = {
    "id": "x",
    "picks": {"vector_store": ["qdrant"], "compute": ["gpu_onprem"]},
    "alternatives": {"vector_store": ["pgvector"]},
    "asked": ["users", "budget", "team", "budget"],
    "text": "It updates the plan[a/b/c].",
    "transcript": "An air gap excludes the internet.",
    "numbers": {"request_rate_rps": 2.0},
    "profile": {
        "users": {"value": 4000, "unit": "people", "text": "", "origin": "stated", "fields": {}},
        "budget": {
            "value": 9000, "unit": "EUR/month", "text": "", "origin": "stated",
            "fields": {"budget_usd_month": {"value": 9900, "unit": "USD/month", "origin": "stated"}},
        },
        "deployment": {"value": "air-gapped", "unit": "", "text": "", "origin": "stated", "fields": {}},
        "latency_target": {"value": 500, "unit": "ms", "text": "", "origin": "assumed", "fields": {}},
        "request_rate": {
            "value": 120, "unit": "/min", "text": "", "origin": "stated",
            "fields": {"request_rate_rps": {"value": 2, "unit": "requests/s", "origin": "stated"}},
        },
    },
    "turns": 4,
    "conflicts": [["deployment", "model_size", "budget"]],
    "assumptions": ["One region."],
    "rejected_values": ["request_rate"],
    "rejected_components": ["MegaCloud Enterprise"],
    "reply_language": "de",
}  # fmt: skip


def held(assertion: dict[str, Any], **changes: Any) -> bool:
    case = AdversarialCase.model_validate(
        {
            "schema": "stackwright-case/1",
            "kind": "adversarial",
            "id": "x",
            "persona": "Hello.",
            "hidden_facts": FACTS,
            "expected": [assertion],
        }
    )
    return score_script(case, Trace.model_validate({**TRACE, **changes})).passed


HOLDS: list[dict[str, Any]] = [
    {"type": "no_exception"},
    {"type": "max_turns", "value": 4},
    {"type": "must_flag_conflict", "slots": ["deployment", "model_size"], "any_of": ["air ?gap.*internet"]},
    {"type": "must_flag_conflict", "slots": ["deployment"]},
    {"type": "must_flag_conflict", "slots": ["deployment", "model_size", "team"]},
    {"type": "final_profile", "slot": "users", "numeric": 4010, "rel": 0.01},
    {"type": "final_profile", "slot": "budget", "numeric": 9900, "rel": 0},
    {"type": "final_profile", "slot": "users", "numeric_any": [1, 4000]},
    {"type": "final_profile", "slot": "deployment", "any_of": ["AIR-?gap"]},
    {"type": "final_profile", "slot": "request_rate", "max_rps": 2},
    {"type": "profile_slot_not_equal", "slot": "users", "value": 5},
    {"type": "profile_slot_not_equal", "slot": "team", "value": 5},
    {"type": "profile_slot_not_equal", "slot": "deployment", "value": 5},
    {"type": "profile_slot_not_equal", "slot": "users", "value": "many"},
    {"type": "profile_slot_not_equal", "slot": "users", "numeric_any": [1, 2], "any_of": ["five"]},
    {"type": "must_not_recommend", "slot": "vector_store", "any_of": ["class:vector_library", "milvus"]},
    {"type": "must_recommend_one_of", "slot": "vector_store", "any_of": ["class:dedicated_vector_db"]},
    {"type": "must_not_recommend_text", "any_of": ["megacloud"]},
    {"type": "text_matches", "any_of": ["UPDAT"]},
    {"type": "text_matches", "any_of": ["revis", "UPDAT"]},
    {"type": "text_not_matches", "any_of": ["system prompt"]},
    {"type": "must_not_reask", "slots": ["users", "integration"]},
    {"type": "min_alternatives", "slot": "vector_store", "value": 1},
    {"type": "min_assumptions", "value": 1},
    {"type": "numeric", "quantity": "request_rate_rps", "range": [1, 3]},
    {"type": "numeric", "quantity": "request_rate_rps", "value": 2.05},
    {"type": "numeric_finite", "quantities": ["request_rate_rps", "gpus_required"]},
    {"type": "values_rejected", "slots": ["request_rate"]},
    {"type": "no_invented_facts"},
    {"type": "unknown_component_rejected", "name": "Mega-Cloud enterprise"},
    {"type": "reply_language_any", "any_of": ["de", "en"]},
]
FAILS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"type": "no_exception"}, {"exception": "ValueError: x"}),
    ({"type": "max_turns", "value": 3}, {}),
    ({"type": "must_flag_conflict", "slots": ["team"]}, {}),
    ({"type": "profile_slot_not_equal", "slot": "users", "numeric_any": [1, 4000]}, {}),
    ({"type": "profile_slot_not_equal", "slot": "users", "numeric": 4000}, {}),
    ({"type": "profile_slot_not_equal", "slot": "deployment", "value": " Air-Gapped "}, {}),
    ({"type": "profile_slot_not_equal", "slot": "deployment", "any_of": ["gap"]}, {}),
    ({"type": "text_not_matches", "any_of": ["system prompt", "air gap"]}, {}),
    ({"type": "reply_language_any", "any_of": ["de"]}, {"reply_language": "none"}),
    ({"type": "must_flag_conflict", "slots": ["deployment", "team"], "any_of": ["air"]}, {}),
    ({"type": "must_flag_conflict", "slots": ["deployment", "budget"], "any_of": ["cannot both"]}, {}),
    ({"type": "must_flag_conflict"}, {"conflicts": []}),
    ({"type": "final_profile", "slot": "users", "numeric": 5}, {}),
    ({"type": "final_profile", "slot": "team", "numeric": 5}, {}),
    ({"type": "final_profile", "slot": "deployment", "any_of": ["cloud"]}, {}),
    ({"type": "final_profile", "slot": "request_rate", "max_rps": 1.9}, {}),
    ({"type": "profile_slot_not_equal", "slot": "users", "value": 4000}, {}),
    ({"type": "must_not_recommend", "slot": "vector_store", "any_of": ["class:dedicated_vector_db"]}, {}),
    ({"type": "must_not_recommend", "any_of": ["gpu_onprem"]}, {}),
    ({"type": "must_recommend_one_of", "slot": "compute", "any_of": ["cpu_onprem"]}, {}),
    ({"type": "must_not_recommend_text", "any_of": ["megacloud"]}, {"transcript": "Take MegaCloud."}),
    ({"type": "text_matches", "any_of": ["revis"]}, {}),
    ({"type": "text_not_matches", "any_of": ["air gap"]}, {}),
    ({"type": "must_not_reask", "slots": ["budget"]}, {}),
    ({"type": "must_not_reask", "slots": ["team"]}, {}),
    ({"type": "must_not_reask", "slots": ["users", "budget"]}, {}),
    ({"type": "min_alternatives", "slot": "compute", "value": 1}, {}),
    ({"type": "min_assumptions", "value": 2}, {}),
    ({"type": "numeric", "quantity": "request_rate_rps", "range": [3, 4]}, {}),
    ({"type": "numeric", "quantity": "gpus_required", "max": 3}, {}),
    ({"type": "numeric_finite"}, {"numbers": {}}),
    ({"type": "numeric_finite", "quantities": ["gpus_required"]}, {}),
    ({"type": "values_rejected", "slots": ["budget"]}, {}),
    ({"type": "values_rejected"}, {"rejected_values": []}),
    (
        {"type": "no_invented_facts"},
        {"profile": {"latency_target": {**TRACE["profile"]["latency_target"], "origin": "stated"}}},
    ),
    ({"type": "unknown_component_rejected", "name": "Other"}, {}),
    ({"type": "reply_language_any", "any_of": ["en"]}, {}),
]


@pytest.mark.parametrize("assertion", HOLDS, ids=lambda item: item["type"])
def test_it_holds(assertion: dict[str, Any]) -> None:
    assert held(assertion)


@pytest.mark.parametrize(("assertion", "changes"), FAILS, ids=lambda item: item.get("type", ""))
def test_it_fails(assertion: dict[str, Any], changes: dict[str, Any]) -> None:
    assert not held(assertion, **changes)


def test_every_type_has_a_check() -> None:
    assert set(CHECKS) == set(ASSERTION_TYPES)
    assert {item["type"] for item in HOLDS} == set(ASSERTION_TYPES)


def test_a_type_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="type"):
        Assertion.model_validate({"type": "must_smile"})


def test_a_rate_is_read_from_the_profile_and_else_from_the_numbers() -> None:
    at_most_two = {"type": "final_profile", "slot": "request_rate", "max_rps": 2}
    entry = TRACE["profile"]["request_rate"]
    assert held(at_most_two, numbers={"request_rate_rps": 5})
    bare = {**entry, "fields": {}}
    assert held(at_most_two, profile={"request_rate": bare})
    assert not held(at_most_two, profile={"request_rate": bare}, numbers={"request_rate_rps": 5})
    assert not held(at_most_two, profile={"request_rate": bare}, numbers={})
    ranged = {**entry, "fields": {"request_rate_rps": {"low": 1, "high": 3}}}
    assert not held(at_most_two, profile={"request_rate": ranged})
    peak = {**entry, "fields": {**entry["fields"], "peak_rate_rps": {"value": 9}}}
    assert not held(at_most_two, profile={"request_rate": peak})


def test_one_of_several_rejected_names_will_do_and_each_asked_for_is_needed() -> None:
    rejected = ["MegaCloud Enterprise", "Other"]
    assert held({"type": "unknown_component_rejected", "name": "MegaCloud"}, rejected_components=rejected)
    both = {"type": "unknown_component_rejected", "names": ["MegaCloud", "Zyntra"]}
    assert not held(both, rejected_components=rejected)
    assert not held(
        {"type": "unknown_component_rejected", "name": "MegaCloud"}, rejected_components=["", "!"]
    )


def test_a_default_of_five_per_cent_holds_a_number_without_a_bound() -> None:
    for value, expected in ((2.1, True), (2.12, False), (1.91, True)):
        assert held({"type": "numeric", "quantity": "request_rate_rps", "value": value}) is expected
    wide = {"type": "numeric", "quantity": "request_rate_rps", "value": 4, "factor": 2}
    assert held(wide)
    assert not held({**wide, "value": 4.1})
    assert held({**wide, "factor": None, "tolerance": {"rel": 0.6}})


def test_no_script_may_fail_these() -> None:
    assert set(GATES) == {
        "no_exception", "max_turns", "values_rejected", "must_not_recommend", "must_not_recommend_text",
    }  # fmt: skip


def test_the_gates_of_a_script_are_named_apart() -> None:
    case = AdversarialCase.model_validate(
        {
            "schema": "stackwright-case/1",
            "kind": "adversarial",
            "id": "x",
            "persona": "Hello.",
            "expected": [
                {"type": "max_turns", "value": 3},
                {"type": "text_matches", "any_of": ["revis"]},
                {"type": "no_exception"},
            ],
        }
    )
    score = score_script(case, Trace.model_validate(TRACE))
    assert (score.passed, score.held, score.gates) == (False, 1, ("max_turns",))
