"""What `assess` promises: deterministic, complete, within the hard constraints, every pick with evidence."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import load
from tools.assess import assess, workload_hash
from tools.assessment import Assessment
from tools.bans import supplied_by
from tools.operation import MANAGED_MODES, OWN_MODES
from tools.profile import Profile
from tools.ranking import NO_PROFILE, rank
from tools.rule_index import Truths, rule_index
from tools.stack_numbers import Subject, stack_numbers
from tools.workload import Workload, from_mapping

KNOWLEDGE = load()
AS_OF = date(2026, 11, 24)
PLACES = {"cmp.deployment_mode", "cmp.accelerator", "cmp.model_api"}
WORKLOADS: dict[str, dict[str, Any]] = {
    "help desk": {
        "use_case": "rag", "corpus_documents": 40_000.0, "users_total": 900.0, "compliance": ["gdpr"],
        "residency": ["EU"], "budget_usd_month": 9000.0,
    },
    "assistant for shoppers": {"use_case": "chat", "request_rate_rps": 120.0, "ttft_ms": 900.0},
    "classified archive": {
        "use_case": "rag", "deployment": ["air_gap"], "no_egress": "yes", "corpus_gb": 800.0,
        "request_rate_rps": 1.0, "team_engineers": 9.0,
    },
    "pull request reviewer": {"use_case": "code_assistant", "users_total": 300.0, "open_weights": "required"},
    "part search": {
        "use_case": "search", "vector_count": 6e7, "vector_dim": 768.0, "peak_rate_rps": 400.0,
        "e2e_latency_ms": 150.0,
    },
    "loan scoring": {
        "use_case": "tabular_scoring", "modality": ["tabular"], "request_rate_rps": 300.0,
        "decisions_about_people": "yes", "e2e_latency_ms": 50.0,
    },
    "load forecast": {"use_case": "forecasting", "modality": ["time_series"], "batch_window_h": 4.0},
    "weld inspection": {
        "use_case": "vision", "modality": ["image"], "deployment": ["edge"], "e2e_latency_ms": 60.0,
    },
    "meeting minutes": {"use_case": "speech", "modality": ["audio"], "request_rate_rps": 3.0},
    "tuning a small model": {"use_case": "fine_tuning", "model_params_b": 8.0, "training_examples": 20_000.0},
    "booking agent": {
        "use_case": "agent", "request_rate_rps": 2.0, "llm_calls_per_task": 6.0, "tools_per_task": 4.0,
        "priorities": ["cost", "simplicity"],
    },
}  # fmt: skip


def of(values: dict[str, Any], profile: Profile = NO_PROFILE) -> Assessment:
    return assess(from_mapping(values), KNOWLEDGE, AS_OF, "full", profile)


def picked(assessment: Assessment) -> set[str]:
    return {option.component for stack in assessment.stacks for option in stack.picks.values()}


@pytest.fixture(scope="module", params=WORKLOADS)
def assessment(request: pytest.FixtureRequest) -> Assessment:
    return of(WORKLOADS[request.param])


def test_same_input_same_bytes(assessment: Assessment) -> None:
    again = next(
        found
        for values in WORKLOADS.values()
        if (found := of(values)).workload_hash == assessment.workload_hash
    )
    assert again.model_dump_json() == assessment.model_dump_json()


def test_the_hash_is_blind_to_the_order_of_saying() -> None:
    workload = from_mapping(WORKLOADS["help desk"])
    turned = Workload(history=workload.history[::-1])
    assert workload_hash(turned) == workload_hash(workload)
    assert of(WORKLOADS["help desk"]).stacks == assess(turned, KNOWLEDGE, AS_OF).stacks


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_needed_slot_is_filled_and_no_other(name: str) -> None:
    needs = rule_index(KNOWLEDGE).needs
    for draft in rank(from_mapping(WORKLOADS[name]), KNOWLEDGE, AS_OF).drafts:
        truths = Truths(draft.values)
        needed = {slot for slot, need in needs.items() if truths.holds(need)}
        possible = {slot for slot in needed if any(item.barrier is None for item in draft.ranked[slot])}
        assert set(draft.ranked) == needed
        assert possible <= set(draft.picks) <= needed


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_winner_leaves_no_needed_slot_empty(name: str) -> None:
    winner = rank(from_mapping(WORKLOADS[name]), KNOWLEDGE, AS_OF).winner
    assert winner is not None
    assert set(winner.ranked) == set(winner.picks)


def test_a_slot_is_either_picked_or_skipped_with_a_reason(assessment: Assessment) -> None:
    assert assessment.winner is not None
    skipped = {item.slot for item in assessment.skipped}
    assert skipped.isdisjoint(assessment.winner.picks)
    assert skipped | set(assessment.winner.picks) == set(KNOWLEDGE.slots)
    assert all(item.why for item in assessment.skipped)


def test_what_is_excluded_is_never_picked(assessment: Assessment) -> None:
    assert assessment.winner is not None
    for item in assessment.exclusions:
        option = assessment.winner.picks.get(item.slot)
        assert option is None or option.component != item.component
        rivals = assessment.winner.runners_up.get(item.slot, ())
        assert item.component not in {rival.component for rival in rivals}


def test_nothing_dead_is_picked(assessment: Assessment) -> None:
    assert all(
        KNOWLEDGE.components[item].status not in ("eol", "do_not_recommend") for item in picked(assessment)
    )


def test_all_evidence_resolves(assessment: Assessment) -> None:
    known = {item.id for item in assessment.evidence}
    for stack in assessment.stacks:
        for option in (stack.model_strategy, stack.retrieval_pattern, *stack.picks.values()):
            assert set(option.reasons) <= known, option.component
        for name, estimate in stack.estimates.items():
            assert set(estimate.evidence) <= known, name
    cited = [exclusion.evidence for exclusion in assessment.exclusions]
    cited += [risk.evidence for risk in assessment.risks]
    cited += [state.evidence for state in assessment.compliance]
    for evidence in cited:
        assert set(evidence) <= known


def test_every_pick_of_the_winner_has_a_reason(assessment: Assessment) -> None:
    assert assessment.winner is not None
    without = [option.component for option in assessment.winner.picks.values() if not option.reasons]
    assert len(without) <= len(assessment.winner.picks) // 3, without


def test_the_money_and_the_size_are_known(assessment: Assessment) -> None:
    assert assessment.winner is not None
    names = {"monthly_infra_cost_usd", "monthly_total_cost_usd", "tco_36_month_usd", "tco_36_month_npv_usd"}
    assert names <= set(assessment.winner.estimates)
    infra, total = (assessment.winner.estimates[f"monthly_{part}_cost_usd"] for part in ("infra", "total"))
    assert 0 < infra.typical <= total.typical
    by_token = "cost_per_million_tokens_usd" in assessment.winner.estimates
    if assessment.winner.model_strategy.component == "managed-api" and by_token:
        assert {"monthly_llm_cost_usd", "e2e_ms_p95", "energy_kwh_month"} <= set(assessment.winner.estimates)


def test_robustness_describes_every_stack(assessment: Assessment) -> None:
    assert assessment.robustness is not None
    assert set(assessment.robustness.first_share) == {stack.id for stack in assessment.stacks}
    assert sum(assessment.robustness.first_share.values()) == pytest.approx(1)


def test_the_winner_has_the_highest_point_value_of_the_feasible(assessment: Assessment) -> None:
    scores = [stack.score for stack in assessment.stacks]
    assert assessment.winner is not None
    assert assessment.winner.score == pytest.approx(max(scores), abs=1e-9) or assessment.stacks[-1].violations


def test_rank_and_full_agree_on_the_stacks(assessment: Assessment) -> None:
    for values in WORKLOADS.values():
        if workload_hash(from_mapping(values)) == assessment.workload_hash:
            ranked = assess(from_mapping(values), KNOWLEDGE, AS_OF, "rank")
            assert [stack.id for stack in ranked.stacks] == [stack.id for stack in assessment.stacks]
            assert [stack.score for stack in ranked.stacks] == [stack.score for stack in assessment.stacks]


def test_an_air_gap_never_yields_a_hosted_component() -> None:
    for base in ("classified archive", "help desk", "booking agent", "meeting minutes"):
        found = of({**WORKLOADS[base], "deployment": ["air_gap"], "no_egress": "yes", "residency": []})
        for stack in found.stacks:
            assert stack.deployment != "managed-api"
            for slot, option in stack.picks.items():
                if slot not in PLACES:
                    modes = KNOWLEDGE.components[option.component].modes
                    assert modes & OWN_MODES or not modes & MANAGED_MODES, option.component


def test_a_component_that_the_user_rules_out_is_gone_and_said() -> None:
    before = of(WORKLOADS["help desk"])
    assert before.winner is not None
    victim = next(o.component for slot, o in before.winner.picks.items() if slot not in PLACES)
    after = of({**WORKLOADS["help desk"], "avoid_components": [victim]})
    assert victim not in picked(after)
    assert any(item.component == victim and item.rule == "refused" for item in after.exclusions)


def test_a_profile_bans_a_vendor() -> None:
    before = of(WORKLOADS["assistant for shoppers"])
    assert before.winner is not None
    pick = before.winner.picks["cmp.model_api"]
    vendor = KNOWLEDGE.components[pick.component].vendor
    after = of(WORKLOADS["assistant for shoppers"], Profile(name="Shop", banned_vendors=(vendor,)))
    assert vendor not in {KNOWLEDGE.components[item].vendor for item in picked(after)}
    assert any(item.rule == "profile" and "Shop" in item.text for item in after.exclusions)
    assert after.profile_name == "Shop"


def test_a_profile_allows_few_vendors() -> None:
    allowed = ("Amazon Web Services", "amazon-bedrock", "aws")
    found = of(WORKLOADS["assistant for shoppers"], Profile(allowed_vendors=allowed))
    for item in picked(found):
        component = KNOWLEDGE.components[item]
        managed_only = component.modes & MANAGED_MODES and not component.modes & OWN_MODES
        assert not managed_only or item in supplied_by(KNOWLEDGE, allowed, alone=False), item


def test_a_profile_bars_licences() -> None:
    found = of(WORKLOADS["help desk"], Profile(licence_policy="osi_only"))
    for item in picked(found):
        assert KNOWLEDGE.components[item].licence_class not in ("source-available", "proprietary"), item


def test_a_profile_lowers_the_bill() -> None:
    cloud = {**WORKLOADS["help desk"], "existing_cloud": ["aws"]}
    full = of(cloud).winner
    assert full is not None
    discounts = {KNOWLEDGE.components[option.component].vendor: 0.4 for option in full.picks.values()}
    less = of(cloud, Profile(discounts={**discounts, "aws": 0.4})).winner
    assert less is not None
    assert less.id == full.id
    name = "monthly_infra_cost_usd"
    assert less.estimates[name].typical < full.estimates[name].typical


def test_a_profile_weighs_and_is_recorded() -> None:
    profile = Profile(name="Founders", lens_weights={"economic": 5.0}, regions=("DE",))
    plain, found = of(WORKLOADS["booking agent"]), of(WORKLOADS["booking agent"], profile)
    assert found.weights.categories["cost"] > plain.weights.categories["cost"]
    assert found.profile_name == "Founders"
    assert any("Founders" in line for line in found.weights.basis)


def test_demanded_evidence_excludes_what_is_only_claimed() -> None:
    values = {**WORKLOADS["help desk"], "compliance": ["hipaa"]}
    found = of(values, Profile(demand_evidence=("hipaa",)))
    for state in found.compliance:
        if state.regime == "hipaa":
            assert state.state == "evidenced", state.component


def test_priorities_move_the_weights() -> None:
    weights = of(WORKLOADS["booking agent"]).weights.categories
    assert max(weights, key=weights.__getitem__) == "cost"


def test_of_models_that_are_all_too_dear_the_dearest_is_not_taken() -> None:
    tight = {"use_case": "chat", "request_rate_rps": 60.0, "budget_usd_month": 300.0}
    roomy = {**tight, "budget_usd_month": 1e6}
    cost = {}
    for name, values in (("tight", tight), ("roomy", roomy)):
        drafts = rank(from_mapping(values), KNOWLEDGE, AS_OF).drafts
        cost[name] = next(d.compute.usd_month or 0.0 for d in drafts if d.compute.kind == "api")
    assert cost["tight"] <= cost["roomy"]


COMPARED = st.sampled_from(
    ["assistant for shoppers", "load forecast", "tuning a small model", "weld inspection"]
)


@settings(max_examples=25, deadline=None)
@given(COMPARED, st.floats(200, 2e5))
def test_doubling_the_budget_never_removes_a_stack_within_it(name: str, budget: float) -> None:
    def within(limit: float) -> bool:
        found = of({**WORKLOADS[name], "budget_usd_month": limit})
        return any(not any("exceeds your" in text for text in stack.violations) for stack in found.stacks)

    assert within(2 * budget) or not within(budget)


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["help desk", "assistant for shoppers", "part search", "loan scoring", "booking agent"]),
    st.floats(0.01, 500),
    st.floats(1, 4),
)
def test_more_load_never_makes_the_same_stack_cheaper(name: str, rate: float, factor: float) -> None:
    less, more = _infra(name, rate), _infra(name, rate * factor)
    for stack in less.keys() & more.keys():
        assert more[stack] >= less[stack] * (1 - 1e-6)


def _infra(name: str, rate: float) -> dict[tuple[Any, ...], float]:
    """Typical infrastructure cost of each feasible draft, by what it is made of."""
    fixed = {
        key: value for key, value in WORKLOADS[name].items() if key not in ("users_total", "peak_rate_rps")
    }
    drafts = rank(from_mapping({**fixed, "request_rate_rps": rate}), KNOWLEDGE, AS_OF).drafts
    return {
        (
            draft.id, draft.compute.model, draft.compute.accelerator,
            *((slot, pick.component.id, pick.operator) for slot, pick in draft.picks.items()),
        ): stack_numbers(Subject(draft, KNOWLEDGE, NO_PROFILE, AS_OF)).estimates["monthly_infra_cost_usd"].typical
        for draft in drafts
        if draft.compute.feasible
    }  # fmt: skip
