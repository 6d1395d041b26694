"""Requirements that exclude each other are found by figures: on one side of each condition, not on the other."""

from datetime import date

import pytest

from knowledge import load
from tools.assess import assess
from tools.assessment import Conflict
from tools.ranking import rank
from tools.workload_file import workload_of

AS_OF = date(2026, 11, 24)
KNOWLEDGE = load()
PRETRAIN: dict[str, object] = {
    "use_case": "pretraining",
    "training_need": "pretrain",
    "model_params_b": 7,
    "training_tokens": 140e9,
}
OWNED: dict[str, object] = {**PRETRAIN, "owned_accelerators": ["8xH100-SXM-80GB"], "deployment": ["on_prem"]}
LARGE: dict[str, object] = {
    "use_case": "chat",
    "model_params_b": 405,
    "owned_accelerators": ["8xA100-SXM-80GB"],
    "deployment": ["on_prem"],
}
DESK: dict[str, object] = {
    "use_case": "chat",
    "model_params_b": 70,
    "accelerator_memory_gb": 24,
    "deployment": ["laptop"],
}
SCORES: dict[str, object] = {"use_case": "tabular_scoring", "request_rate_rps": 500, "e2e_latency_ms": 100}
LETTERS: dict[str, object] = {
    "use_case": "summarisation",
    "request_rate_rps": 0.1,
    "input_tokens": 8000,
    "output_tokens": 500,
}


def conflicts(content: dict[str, object]) -> tuple[Conflict, ...]:
    return rank(workload_of(content, "test", KNOWLEDGE), KNOWLEDGE, AS_OF).conflicts


CASES = [
    # weights against the memory at hand
    ({"model_size", "existing_stack"}, {**LARGE, "weights_precision": "published"}, "810 GB", LARGE),
    (
        {"model_size", "existing_stack"},
        {**LARGE, "owned_accelerators": ["2xL40S"]},
        "fit",
        {**LARGE, "owned_accelerators": ["2xL40S"], "deployment": ["cloud"]},
    ),
    ({"model_size", "existing_stack"}, DESK, "24 GB", {**DESK, "main_memory_gb": 64}),
    (
        {"model_size", "existing_stack"},
        {**DESK, "deployment": ["cloud"], "hardware_fixed": "yes"},
        "24 GB",
        {**DESK, "model_params_b": 8},
    ),
    # accelerator hours and money of a pre-training run
    (
        {"timeline", "model_size"},
        {**OWNED, "go_live_months": 0.5},
        "8 x H100-SXM-80GB within",
        {**OWNED, "go_live_months": 3},
    ),
    (
        {"timeline", "model_size"},
        {**PRETRAIN, "gpu_hours_limit": 500},
        "your ceiling",
        {**PRETRAIN, "gpu_hours_limit": 20_000},
    ),
    (
        {"training_need", "budget"},
        {**PRETRAIN, "budget_once_usd": 1000},
        "1,000 USD",
        {**PRETRAIN, "budget_once_usd": 100_000},
    ),
    # people in the path
    (
        {"latency_target", "compliance"},
        {**SCORES, "human_approval": "each"},
        "100 ms",
        {**SCORES, "human_approval": "some"},
    ),
    (
        {"request_rate", "compliance"},
        {"use_case": "tabular_scoring", "request_rate_rps": 500, "human_approval": "each"},
        "1,000 people",
        {"use_case": "tabular_scoring", "request_rate_rps": 0.5, "human_approval": "each"},
    ),
    # what may and what must be kept
    (
        {"compliance"},
        {**LETTERS, "nothing_stored": "yes", "records_kept_years": 6},
        "6 years",
        {**LETTERS, "zero_retention": "required", "records_kept_years": 6},
    ),
    (
        {"compliance"},
        {**LETTERS, "nothing_stored": "yes", "compliance": ["eu_ai_act"], "decisions_about_people": "yes"},
        "6 months",
        {**LETTERS, "nothing_stored": "yes", "compliance": ["eu_ai_act"]},
    ),
    (
        {"training_need", "compliance"},
        {"use_case": "vision", "model_frozen": "yes", "retrain_per_month": 30},
        "30 retrainings",
        {"use_case": "vision", "model_frozen": "yes", "retrain_per_month": 0.083},
    ),
    # money against the stated volume
    (
        {"budget", "request_rate"},
        {**LETTERS, "request_rate_rps": 5000, "budget_usd_month": 2000},
        "your budget of 2,000 USD",
        {**LETTERS, "budget_usd_month": 2000},
    ),
    # networks, as before
    (
        {"deployment", "model_size"},
        {"use_case": "chat", "deployment": ["air_gapped"], "model_named": "OpenAI"},
        "air-gapped",
        {"use_case": "chat", "deployment": ["cloud"], "model_named": "OpenAI"},
    ),
]


@pytest.mark.parametrize(("slots", "excluded", "words", "possible"), CASES)
def test_a_conflict_is_told_with_its_figures_and_only_where_it_exists(
    slots: set[str], excluded: dict[str, object], words: str, possible: dict[str, object]
) -> None:
    told = [item for item in conflicts(excluded) if slots <= set(item.slots)]
    assert told, conflicts(excluded)
    assert any(words in item.text for item in told), told
    assert all(item.resolution and item.evidence and "{" not in item.text for item in told)
    assert not [item for item in conflicts(possible) if slots <= set(item.slots)]


def test_a_budget_is_not_called_too_small_for_lengths_that_nobody_stated() -> None:
    assumed = {"use_case": "summarisation", "request_rate_rps": 3, "budget_usd_month": 2000}
    stated = {**assumed, "input_tokens": 12_000, "output_tokens": 2000, "quality_bar": "high"}
    budget = [item for item in conflicts(stated) if "budget" in item.slots]
    assert budget
    assert not [item for item in conflicts(assumed) if "budget" in item.slots]


def test_the_losing_side_is_set_aside() -> None:
    kept = rank(workload_of({**LARGE, "weights_precision": "published"}, "test", KNOWLEDGE), KNOWLEDGE, AS_OF)
    assert "model_params_b" not in kept.workload.known


def test_requirements_that_leave_no_stack_are_named() -> None:
    demand = {"use_case": "chat", "request_rate_rps": 50_000, "e2e_latency_ms": 50, "deployment": ["on_prem"]}
    found = assess(workload_of(demand, "test", KNOWLEDGE), KNOWLEDGE, AS_OF)
    assert found.winner is None
    told = next(item for item in found.conflicts if item.text.startswith("No stack is left"))
    assert "response time 50 ms" in told.text
    assert "latency_target" in told.slots


def test_a_search_without_anything_to_search_leaves_no_stack_and_says_why() -> None:
    empty = {"use_case": "rag", "vector_count": 0, "corpus_documents": 3_000_000}
    found = assess(workload_of(empty, "test", KNOWLEDGE), KNOWLEDGE, AS_OF)
    assert found.winner is None
    told = next(item for item in found.conflicts if item.text.startswith("No stack is left"))
    assert "vector count 0" in told.text
    assert set(told.slots) == {"vector_count", "corpus_size"}


def test_the_run_that_was_asked_for_is_sized_whatever_is_recommended() -> None:
    content = {**OWNED, "model_params_b": 176, "training_tokens": 366e9, "go_live_months": 1}
    found = assess(workload_of(content, "test", KNOWLEDGE), KNOWLEDGE, AS_OF)
    operations = 6 * 176e9 * 366e9
    assert found.requirements["train_gpu_hours"].low > operations / (989e12 * 3600)
