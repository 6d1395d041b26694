"""What is given decides: machines, places, running systems and the shape of the work, on both sides of a condition."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.arguments import told_arguments
from agent.narrator import stack_values
from knowledge import Knowledge, load
from tools.assess import assess
from tools.draft import Draft
from tools.ranking import rank
from tools.workload import Workload, from_mapping

AS_OF = date(2026, 11, 25)
STRATEGY, PATTERN, PLACE = "dec.model_strategy", "dec.retrieval_pattern", "cmp.deployment_mode"
GIVEN: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "given.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


def workload(case: dict[str, Any], changed: bool = False) -> Workload:
    merged = {**case["stated"], **(case["change"] if changed else {})}
    return from_mapping({name: value for name, value in merged.items() if value is not None})


def winner(known: Workload, knowledge: Knowledge) -> Draft:
    return rank(known, knowledge, AS_OF).drafts[0]


def chosen(slot: str, draft: Draft) -> str:
    if slot == STRATEGY:
        return draft.strategy.option.id
    if slot == PATTERN:
        return draft.pattern.option.id
    if slot == PLACE:
        return draft.compute.deployment
    return draft.picks[slot].component.id if slot in draft.picks else "none"


def told(known: Workload, knowledge: Knowledge) -> set[str]:
    stack = assess(known, knowledge, AS_OF).winner
    assert stack is not None
    return {
        item.argument.id for item in told_arguments(stack, stack_values(stack, known, knowledge), knowledge)
    }


@pytest.mark.parametrize("case", GIVEN["sides"], ids=lambda case: str(case["name"]))
def test_the_pick_follows_what_is_given(case: dict[str, Any], knowledge: Knowledge) -> None:
    assert chosen(case["slot"], winner(workload(case), knowledge)) in case["accepted"]
    assert chosen(case["slot"], winner(workload(case, changed=True), knowledge)) in case["changed"]


@pytest.mark.parametrize("case", GIVEN["slots"], ids=lambda case: str(case["slot"]))
def test_a_slot_is_filled_only_where_it_is_needed(case: dict[str, Any], knowledge: Knowledge) -> None:
    assert case["slot"] in winner(workload(case), knowledge).picks
    assert case["slot"] not in winner(workload(case, changed=True), knowledge).picks


@pytest.mark.parametrize("case", GIVEN["arguments"], ids=lambda case: str(case["argument"]))
def test_an_argument_is_told_where_it_matters(case: dict[str, Any], knowledge: Knowledge) -> None:
    assert case["argument"] in told(workload(case), knowledge)
    assert case["argument"] not in told(workload(case, changed=True), knowledge)


def test_an_argument_about_a_slot_looks_at_what_fills_that_slot(knowledge: Knowledge) -> None:
    """Ray as the engine is no reason to speak of Ray Tune where Optuna searches."""
    case = {
        "use_case": "tabular_scoring", "modality": ["tabular"], "training_need": "classical", "request_rate_rps": 200.0,
        "retrain_per_month": 30.0, "deployment": ["on_prem"], "team_engineers": 8.0,
        "existing_components": ["kubernetes", "xgboost-lightgbm"],
    }  # fmt: skip
    known = from_mapping(case)
    picks = winner(known, knowledge).picks
    assert picks["orc.distributed_engine"].component.id == "ray"
    assert picks["orc.hyperparameter_tuning"].component.id == "optuna"
    assert "tuning-optuna-database" in told(known, knowledge)
    assert "tuning-ray-cluster" not in told(known, knowledge)
