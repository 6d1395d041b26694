"""Regret: figures by hand, and choices that lose nothing or everything under the product's own ranking."""

from datetime import date

import pytest

from evals.case_files import CaseSet
from evals.regret import LOST, Regret, Valued, expert_choice, expert_regret, nearby, regret, shortfall, spread
from knowledge import Knowledge, load
from tools.assessment import CATEGORIES
from tools.ranking import Ranking, rank
from tools.workload import Known, Workload, from_mapping

AS_OF = date(2026, 11, 25)
FLAT = {name: 1 / len(CATEGORIES) for name in CATEGORIES}
WORKLOAD = {"use_case": "rag", "request_rate_rps": 2, "corpus_documents": 20_000, "team_engineers": 4}


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return load()


@pytest.fixture(scope="module")
def truth(known: Knowledge) -> Ranking:
    return rank(from_mapping(WORKLOAD), known, AS_OF)


def flat(value: float, feasible: bool = True) -> Valued:
    return Valued((value,) * len(CATEGORIES), feasible)


def test_regret_is_the_share_of_the_best_value() -> None:
    assert shortfall(flat(0.6), [flat(0.8), flat(0.6)], FLAT).stated == pytest.approx(0.25)
    best = shortfall(flat(0.8), [flat(0.8), flat(0.6)], FLAT)
    assert (best.stated, best.worst) == pytest.approx((0.0, 0.0))


def test_other_weights_can_cost_more() -> None:
    cheap = Valued((0.5, 0.5, 0.5, 0.9, 0.5, 0.5), True)
    fast = Valued((0.5, 0.9, 0.5, 0.5, 0.5, 0.5), True)
    found = shortfall(cheap, [cheap, fast], FLAT)
    assert found.stated == pytest.approx(0.0)
    assert found.worst > 0


def test_nearby_weights_are_a_fifth_off_and_sum_to_one() -> None:
    found = list(nearby(FLAT))
    assert len(found) == 2 * len(CATEGORIES)
    assert all(sum(weights.values()) == pytest.approx(1) for weights in found)
    ratios = {round(weights["cost"] / weights["performance"], 3) for weights in found}
    assert {0.8, 1.2} <= ratios
    name, *others = FLAT
    less, more = found[:2]
    assert {round(less[name] / less[other], 6) for other in others} == {0.8}
    assert {round(more[name] / more[other], 6) for other in others} == {1.2}


def test_what_breaks_a_limit_or_a_rule_loses_everything_where_something_fits() -> None:
    assert shortfall(flat(0.9, feasible=False), [flat(0.5)], FLAT) == LOST
    assert shortfall(None, [flat(0.5)], FLAT) == LOST
    assert shortfall(flat(0.5, feasible=False), [flat(0.5, feasible=False)], FLAT).stated == 0


def test_a_better_infeasible_rival_is_no_loss() -> None:
    assert shortfall(flat(0.5), [flat(0.9, feasible=False), flat(0.5)], FLAT).stated == 0


def test_the_winner_of_the_truth_loses_nothing(truth: Ranking, known: Knowledge) -> None:
    assert regret(truth.winner, truth, known, AS_OF).stated == pytest.approx(0, abs=1e-9)


def test_a_lower_candidate_loses_as_much_as_its_score_is_lower(truth: Ranking, known: Knowledge) -> None:
    first, last = truth.drafts[0], truth.drafts[-1]
    assert last.score < first.score
    found = regret(last, truth, known, AS_OF).stated
    assert found == pytest.approx((first.score - last.score) / first.score, abs=0.02)


def test_a_choice_that_is_no_candidate_loses_everything(truth: Ranking, known: Knowledge) -> None:
    closed = from_mapping({**WORKLOAD, "deployment": ["air_gapped"], "no_egress": "yes"})
    inside = rank(closed, known, AS_OF)
    api = next(draft for draft in truth.drafts if draft.compute.kind == "api")
    assert regret(api, inside, known, AS_OF) == LOST
    assert regret(None, truth, known, AS_OF) == LOST


def test_a_product_that_the_truth_forbids_loses_everything(truth: Ranking, known: Knowledge) -> None:
    winner = truth.drafts[0]
    slot = next(slot for slot in winner.picks if not slot.startswith("cmp."))
    banned = winner.picks[slot].component.id
    workload = from_mapping(WORKLOAD).with_known(Known(field="avoid_components", value=(banned,)))
    assert regret(winner, rank(workload, known, AS_OF), known, AS_OF) == LOST


def test_a_documented_choice_finds_its_candidate(
    development: CaseSet, known: Knowledge, truth: Ranking
) -> None:
    case = next(case for case in development.cases.values() if case.id.startswith("dev-05"))
    plain = case.model_copy(update={"documented_choice": {"model_strategy": ("managed_api",)}})
    found = expert_choice(plain, truth, known)  # type: ignore[arg-type]
    assert found is not None
    assert found.draft.strategy.option.id == "managed-api"
    assert (found.covered, found.documented) == (1, 1)


def test_a_strategy_that_is_no_candidate_has_no_expert(
    development: CaseSet, known: Knowledge, truth: Ranking
) -> None:
    case = next(case for case in development.cases.values() if case.id.startswith("dev-05"))
    odd = case.model_copy(update={"documented_choice": {"model_strategy": ("pretrain_from_scratch",)}})
    assert expert_regret(odd, truth.winner, truth, known, AS_OF) is None  # type: ignore[arg-type]


def test_a_documented_product_is_put_in_place(development: CaseSet, known: Knowledge, truth: Ranking) -> None:
    case = next(case for case in development.cases.values() if case.id.startswith("dev-05"))
    chosen = {"model_strategy": ("managed_api",), "vector_store": ("milvus",)}
    found = expert_choice(case.model_copy(update={"documented_choice": chosen}), truth, known)  # type: ignore[arg-type]
    assert found is not None
    assert "milvus" in found.wanted["sto.vector_db"]
    mine = expert_regret(
        case.model_copy(update={"documented_choice": chosen}),  # type: ignore[arg-type]
        truth.winner,
        truth,
        known,
        AS_OF,
    )
    assert mine is not None
    assert mine.advice.stated == pytest.approx(0, abs=1e-9)
    assert mine.expert.stated > 0
    assert mine.advice_against_expert == pytest.approx(
        -mine.expert.stated / (1 - mine.expert.stated), abs=1e-6
    )
    assert (mine.covered, mine.documented) == (2, 2)


def test_no_advice_loses_all_that_the_documented_choice_is_worth(
    development: CaseSet, known: Knowledge, truth: Ranking
) -> None:
    case = next(case for case in development.cases.values() if case.id.startswith("dev-05"))
    chosen = case.model_copy(update={"documented_choice": {"model_strategy": ("managed_api",)}})
    found = expert_regret(chosen, None, truth, known, AS_OF)  # type: ignore[arg-type]
    assert found is not None
    assert found.advice == LOST
    assert found.advice_against_expert == 1


def test_a_documented_product_that_no_candidate_stands_for_is_not_covered(
    development: CaseSet, known: Knowledge, truth: Ranking
) -> None:
    case = next(case for case in development.cases.values() if case.id.startswith("dev-05"))
    chosen = {"model_strategy": ("managed_api",), "vector_store": ("a_store_of_old",)}
    found = expert_choice(case.model_copy(update={"documented_choice": chosen}), truth, known)  # type: ignore[arg-type]
    assert found is not None
    assert (found.covered, found.documented, dict(found.wanted)) == (1, 2, {})


def test_spread_of_figures() -> None:
    assert spread([]) is None
    found = spread([0.0, 0.0, 0.1])
    assert found is not None
    assert (found.median, found.worst) == (0.0, 0.1)
    assert spread([0.3]) == (0.3, 0.3, 0.3)
    assert spread([0.0, 1.0]) == pytest.approx((0.5, 0.95, 1.0))


def test_a_truth_without_any_stack_leaves_nothing_to_lose(known: Knowledge, truth: Ranking) -> None:
    nothing = truth._replace(drafts=[], workload=Workload())
    assert regret(None, nothing, known, AS_OF) == Regret(0.0, 0.0)
