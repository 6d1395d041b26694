"""Layers 3 to 5: ids resolve, hard demands exclude, and each kind of work gets what fits it."""

from collections import Counter
from datetime import date
from typing import Any, TypeVar

import pytest

from knowledge.expressions import parse
from knowledge.files import DataFiles
from knowledge.library import Knowledge
from knowledge.records import Argument, Component, Fact, Record, Rule
from tools.profile import Profile
from tools.rule_index import Truths, component_attributes, rule_index
from tools.scoring import Scored, Setting, score_slot
from tools.values import resolve, with_names
from tools.weights import weigh
from tools.workload import from_mapping

Block = TypeVar("Block", bound=Record)
STEMS = ("compute", "toolchain", "orchestration")
AS_OF = date(2026, 11, 24)
SIZING = {"gpu_count", "gpu_nodes", "train_gpus"}
DEPLOYMENT_MODES = {
    "serverless-gpu", "gpu-on-demand", "gpu-reserved", "gpu-neocloud", "gpu-sovereign-cloud", "gpu-on-prem",
    "cpu-cloud", "cpu-on-prem", "edge-device", "fpga-board", "laptop",
}  # fmt: skip


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.fixture(scope="module")
def names(knowledge: Knowledge) -> set[str]:
    decisions = {name for option in knowledge.decisions.values() for name in option.sets}
    return set(knowledge.fields) | set(knowledge.derived) | decisions | SIZING


def blocks(folder: str, model: type[Block]) -> list[Block]:
    files = DataFiles()
    return [
        model.model_validate(block)
        for stem in STEMS
        for block in files.yaml(f"catalog/{folder}/{stem}.yaml")[folder]
    ]


def test_rules_read_known_names_and_move_components_of_their_slot(
    knowledge: Knowledge, names: set[str]
) -> None:
    attributes = set(component_attributes(next(iter(knowledge.components.values()))))
    for rule in blocks("rules", Rule):
        assert parse(rule.when).names <= names, (rule.id, parse(rule.when).names - names)
        assert not rule.where or parse(rule.where).names <= attributes, rule.id
        assert set(rule.fact_ids) <= set(knowledge.facts), rule.id
        for component in rule.components:
            assert rule.slot in knowledge.components[component].slots, (rule.id, component)


def test_hard_rules_rest_on_primary_facts_or_on_a_demand(knowledge: Knowledge) -> None:
    for rule in blocks("rules", Rule):
        if rule.effect in ("exclude", "require") and rule.basis != "requirement":
            assert {knowledge.facts[fact].tier for fact in rule.fact_ids} & {"T1", "T2"}, rule.id


def test_arguments_cite_facts_and_say_one_thing_in_few_words(knowledge: Knowledge, names: set[str]) -> None:
    for argument in blocks("arguments", Argument):
        unknown = parse(argument.when).names - names - {"picked", "picked_here"}
        assert not unknown, (argument.id, unknown)
        assert set(argument.fact_ids) <= set(knowledge.facts), argument.id
        assert argument.about in knowledge.slots, argument.id
        assert 14 <= len(argument.text.split()) <= 36, argument.id


def test_facts_have_a_known_subject_a_kind_and_dates_in_order(knowledge: Knowledge) -> None:
    for fact in blocks("facts", Fact):
        assert ":" in fact.component or fact.component in knowledge.components, fact.id
        assert fact.id.split("/")[1] == fact.kind, fact.id
        assert fact.as_of is None or fact.as_of <= min(fact.read_at, fact.review_by), fact.id
        assert set(fact.slots) <= set(knowledge.slots), fact.id


def test_scored_components_have_facts_of_their_own(knowledge: Knowledge) -> None:
    for item in blocks("components", Component):
        assert set(item.fact_ids) <= set(knowledge.facts), item.id
        if item.scored and item.status not in ("eol", "do_not_recommend"):
            assert len(item.fact_ids) >= 2, item.id


def test_every_slot_of_layers_3_to_5_has_four_scored_components(knowledge: Knowledge) -> None:
    filled = Counter(slot for item in knowledge.components.values() if item.scored for slot in item.slots)
    for slot in knowledge.slots.values():
        if slot.layer in (3, 4, 5):
            assert filled[slot.id] >= 4, (slot.id, filled[slot.id])


def test_the_deployment_modes_are_the_ones_that_prices_and_sizing_know(knowledge: Knowledge) -> None:
    scored = (item for item in knowledge.components.values() if item.scored)
    modes = {item.id for item in scored if "cmp.deployment_mode" in item.slots}
    assert modes == DEPLOYMENT_MODES


def test_the_seed_facts_of_layers_3_to_5_are_kept(knowledge: Knowledge) -> None:
    kept = {seed for fact in knowledge.facts.values() for seed in fact.seed_ids}
    numbers = (*range(70, 89), *range(91, 118), 165, 166, 169, 170, 174)
    expected = {f"F{number:03}" for number in numbers}
    assert expected <= kept, expected - kept


def test_dead_products_are_marked(knowledge: Knowledge) -> None:
    for component in ("autogen", "neptune-ai", "bedrock-agents"):
        assert knowledge.components[component].status == "do_not_recommend"


SELF_HOSTED = {"selfhost_inference": True, "uses_llm_api": False}
HOSTED = {"uses_llm_api": True, "selfhost_inference": False}
CLASSICAL = {"classical_model": True, "own_training": True, "selfhost_inference": True}
PRETRAINING = {"pretrains": True, "own_training": True, "train_gpus": 256, "gpu_nodes": 32}
ON_DEVICE = {"on_device": True, "own_training": True}


def scored(
    knowledge: Knowledge, slot: str, stated: dict[str, Any], decided: dict[str, Any]
) -> dict[str, Scored]:
    """Candidates of `slot` for a workload, best first."""
    values = resolve(from_mapping(stated), knowledge).values
    unset = {name: False for option in knowledge.decisions.values() for name in option.sets}
    truths = Truths(with_names(values, {**unset, **decided}, knowledge))
    setting = Setting(knowledge, truths, weigh(knowledge), Profile(), AS_OF)
    return {item.component.id: item for item in score_slot(slot, rule_index(knowledge), setting)}


@pytest.mark.parametrize(
    ("stated", "slot", "decided", "left"),
    [
        ({"deployment": ["air_gapped"]}, "cmp.model_api", HOSTED, set()),
        ({"foreign_law_refused": "yes"}, "cmp.model_api", HOSTED, {"mistral-api"}),
        (
            {"api_terms_refused": "yes", "deployment": ["cloud"]},
            "cmp.model_api",
            HOSTED,
            {"amazon-bedrock", "azure-openai", "vertex-ai"},
        ),
        (
            {"e2e_latency_ms": 0.005, "deterministic_latency": "yes"},
            "cmp.deployment_mode",
            ON_DEVICE,
            {"fpga-board"},
        ),
        (
            {"e2e_latency_ms": 0.005, "deterministic_latency": "yes"},
            "cmp.accelerator",
            ON_DEVICE,
            {"fpga", "asic-npu"},
        ),
        ({"deployment": ["laptop"]}, "cmp.deployment_mode", SELF_HOSTED, {"laptop"}),
        ({"deployment": ["edge"]}, "cmp.deployment_mode", ON_DEVICE, {"edge-device", "fpga-board"}),
        (
            {"deployment": ["on_prem"], "no_egress": "yes"},
            "cmp.deployment_mode",
            SELF_HOSTED,
            {"gpu-on-prem", "cpu-on-prem", "edge-device", "fpga-board", "laptop"},
        ),
    ],
)
def test_hard_demands_leave_only_what_meets_them(
    stated: dict[str, Any], slot: str, decided: dict[str, Any], left: set[str], knowledge: Knowledge
) -> None:
    candidates = scored(knowledge, slot, {"use_case": "classification", **stated}, decided)
    assert {name for name, item in candidates.items() if item.barrier is None} == left


def test_data_that_may_not_leave_the_own_cloud_account_still_finds_machines_there(
    knowledge: Knowledge,
) -> None:
    stated = {"use_case": "chat", "no_egress": "yes", "deployment": ["cloud"], "existing_cloud": ["aws"]}
    candidates = scored(knowledge, "cmp.deployment_mode", stated, SELF_HOSTED)
    assert candidates["gpu-on-demand"].barrier is None
    assert candidates["gpu-neocloud"].barrier is not None


DAILY_RETRAINING = {
    "use_case": "other",
    "retrain_per_month": 60,
    "team_engineers": 40,
    "skill_kubernetes": "strong",
    "skill_ml": "strong",
    "existing_components": ["apache-airflow"],
}


@pytest.mark.parametrize(
    ("stated", "slot", "decided", "accepted"),
    [
        (
            {"use_case": "chat", "peak_factor": 10, "request_rate_rps": 0.2, "deployment": ["cloud"]},
            "cmp.deployment_mode",
            SELF_HOSTED,
            {"serverless-gpu", "gpu-on-demand"},
        ),
        (
            {"use_case": "extraction", "processing_pattern": "batch", "request_rate_rps": 3},
            "cmp.deployment_mode",
            SELF_HOSTED,
            {"gpu-on-demand", "serverless-gpu"},
        ),
        (
            {"use_case": "chat", "request_rate_rps": 40, "deployment": ["cloud"]},
            "cmp.deployment_mode",
            {**SELF_HOSTED, "gpu_count": 32},
            {"gpu-reserved", "gpu-neocloud"},
        ),
        (
            {"use_case": "pretraining", "training_tokens": 2e12},
            "cmp.deployment_mode",
            PRETRAINING,
            {"gpu-reserved", "gpu-neocloud"},
        ),
        (
            {"use_case": "tabular_scoring", "request_rate_rps": 500},
            "cmp.deployment_mode",
            CLASSICAL,
            {"cpu-cloud"},
        ),
        ({"use_case": "tabular_scoring"}, "cmp.accelerator", CLASSICAL, {"cpu"}),
        (
            {"use_case": "embedding", "request_rate_rps": 500},
            "cmp.accelerator",
            SELF_HOSTED,
            {"nvidia-l4-l40s", "nvidia-a100-a10g-t4"},
        ),
        (
            {"use_case": "vision", "deployment": ["edge"], "hardware_platform": ["edge_gpu"]},
            "cmp.accelerator",
            ON_DEVICE,
            {"nvidia-jetson"},
        ),
        (
            {"use_case": "chat", "open_weights": "required"},
            "cmp.model_api",
            HOSTED,
            {"fireworks-ai", "together-ai", "deepinfra"},
        ),
        (
            {"use_case": "chat", "compliance": ["fedramp"], "residency": ["US"]},
            "cmp.model_api",
            HOSTED,
            {"azure-openai", "amazon-bedrock"},
        ),
        (
            {"use_case": "pretraining", "training_tokens": 2e12, "skill_ml": "strong"},
            "orc.cluster_scheduler",
            PRETRAINING,
            {"slurm"},
        ),
        (
            {"use_case": "rag", "deployment": ["on_prem"], "users_total": 60, "team_engineers": 2},
            "orc.cluster_scheduler",
            {**SELF_HOSTED, "gpu_nodes": 1},
            {"docker-compose"},
        ),
        (
            {
                "use_case": "chat",
                "shared_platform": "yes",
                "teams": 12,
                "team_engineers": 25,
                "skill_kubernetes": "strong",
            },
            "orc.cluster_scheduler",
            {**SELF_HOSTED, "gpu_count": 32, "gpu_nodes": 4},
            {"kueue", "kubernetes"},
        ),
        (
            {"use_case": "rag", "users_total": 300, "team_engineers": 3, "existing_cloud": ["gcp"]},
            "orc.cluster_scheduler",
            HOSTED,
            {"serverless-containers"},
        ),
        (DAILY_RETRAINING, "orc.cluster_scheduler", {"own_training": True}, {"kuberay"}),
        (DAILY_RETRAINING, "orc.pipeline", {"own_training": True}, {"apache-airflow"}),
        (
            {
                "use_case": "classification",
                "events_per_s": 20000,
                "freshness_s": 10,
                "existing_cloud": ["gcp"],
                "team_engineers": 8,
            },
            "orc.distributed_engine",
            {**SELF_HOSTED},
            {"apache-beam"},
        ),
        (
            {"use_case": "tabular_scoring", "events_per_s": 50000, "freshness_s": 10, "team_engineers": 12},
            "orc.streaming_eventing",
            CLASSICAL,
            {"apache-kafka"},
        ),
        (
            {"use_case": "extraction", "processing_pattern": "batch", "request_rate_rps": 3},
            "orc.pipeline",
            HOSTED,
            {"provider-batch-api"},
        ),
        (
            {
                "use_case": "agent",
                "tools_per_task": 8,
                "llm_calls_per_task": 12,
                "agent_write_tools": "write",
            },
            "orc.agent_llm",
            HOSTED,
            {"langgraph"},
        ),
        (
            {"use_case": "agent", "tools_per_task": 2, "llm_calls_per_task": 3},
            "orc.agent_llm",
            HOSTED,
            {"plain-code", "pydantic-ai"},
        ),
        ({"use_case": "tabular_scoring"}, "mdl.training_framework", CLASSICAL, {"xgboost-lightgbm"}),
        (
            {
                "use_case": "classification",
                "modality": ["sensor"],
                "hardware_platform": ["fpga"],
                "deterministic_latency": "yes",
            },
            "mdl.training_framework",
            ON_DEVICE,
            {"qkeras"},
        ),
        ({"use_case": "chat", "deployment": ["laptop"]}, "mdl.optimisation", SELF_HOSTED, {"gguf"}),
    ],
)
def test_the_fitting_substitute_comes_first(
    stated: dict[str, Any], slot: str, decided: dict[str, Any], accepted: set[str], knowledge: Knowledge
) -> None:
    first = next(iter(scored(knowledge, slot, stated, decided)))
    assert first in accepted
