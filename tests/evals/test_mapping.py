from typing import Any

import pytest

from agent.language.component_names import component_phrases
from agent.language.message import prepare
from evals.fake_advisor import stack_of
from evals.mapping import mapping, translate, unmapped, unmapped_options
from evals.vocabulary import vocabulary
from knowledge import load
from knowledge.expressions import parse
from knowledge.index.spoken import component_names
from knowledge.index.vocabulary import read_word_lists
from tools.workload import Workload, from_mapping

CHAT = {"use_case": "rag"}


def picks(
    strategy: str = "managed-api",
    pattern: str = "hybrid",
    deployment: str = "managed-api",
    workload: dict[str, Any] = CHAT,
    chosen: dict[str, str] | None = None,
) -> dict[str, list[str]]:
    stack = stack_of(strategy, pattern, deployment, chosen or {}, evidence=("a/b/c",))
    return translate((stack,), from_mapping(workload), load()).picks


def test_every_component_and_option_that_may_be_picked_has_a_word() -> None:
    assert unmapped(load()) == []
    assert unmapped_options(load()) == []


NOT_DESCRIBED = {"accreditation", "data_residency"}
"""Demands on a stack, which it meets or not, and no parts of one."""


def test_every_word_of_the_cases_stands_for_a_component_or_an_option() -> None:
    words, known = mapping(), load()
    shown = {
        *words.components.values(),
        *(entry.id for entry in words.compute),
        *(entry.id for entries in words.decisions.values() for entry in entries),
        *(spec.otherwise for spec in words.slots.values()),
    }
    spoken = component_names(known, read_word_lists(known.files))
    named = {
        word
        for word in vocabulary().ids
        if component_phrases(known).find(prepare(word.replace("_", " ")))
        or spoken.spoken(word.replace("_", " "))
    }
    assert vocabulary().ids - shown - named == NOT_DESCRIBED


def test_the_mapping_speaks_of_slots_options_and_ids_that_exist() -> None:
    words, known = mapping(), load()
    sources = {source for spec in words.slots.values() for group in spec.groups for source in group.from_}
    assert sources <= set(known.slots)
    assert set(words.slots) | set(words.decisions) | {"compute"} == set(vocabulary().layers)
    assert set(words.components) <= set(known.components)
    options = {entry.option for entries in words.decisions.values() for entry in entries}
    assert options == set(known.decisions)
    assert {entry.id for entry in words.compute} <= vocabulary().ids
    assert {field for fields in words.numbers.values() for field in fields} <= set(known.fields)


def test_conditions_read_names_that_exist() -> None:
    known = load()
    decided = {name for option in known.decisions.values() for name in option.sets}
    names = {*known.fields, *known.derived, *decided, "strategy", "pattern", "deployment_mode", "accelerator"}
    words = mapping()
    conditions = [
        *(entry.when for entry in words.compute),
        *(entry.when for entries in words.decisions.values() for entry in entries),
        *(group.when for spec in words.slots.values() for group in spec.groups),
        *(spec.otherwise_when for spec in words.slots.values()),
    ]
    assert {name for text in conditions for name in parse(text).names} <= names


def test_what_is_not_needed_is_none() -> None:
    found = picks(pattern="keyword")
    assert found["vector_store"] == found["feature_store"] == found["training_toolchain"] == ["none"]
    assert "governance" not in found


@pytest.mark.parametrize(
    ("deployment", "accelerator", "word"),
    [
        ("managed-api", "", "compute_managed_api"),
        ("serverless-gpu", "", "gpu_cloud"),
        ("gpu-on-demand", "", "gpu_cloud"),
        ("gpu-reserved", "", "gpu_reserved_cloud"),
        ("gpu-reserved", "google-tpu", "tpu"),
        ("gpu-neocloud", "", "gpu_neocloud"),
        ("gpu-sovereign-cloud", "", "gpu_sovereign_cloud"),
        ("gpu-on-prem", "", "gpu_onprem"),
        ("cpu-cloud", "", "cpu_cloud"),
        ("cpu-on-prem", "", "cpu_onprem"),
        ("fpga-board", "", "fpga"),
        ("edge-device", "", "edge_gpu"),
    ],
)
def test_compute_is_where_it_runs_and_on_what(deployment: str, accelerator: str, word: str) -> None:
    chosen = {"cmp.accelerator": accelerator} if accelerator else {}
    assert picks("open-weights-selfhost", deployment=deployment, chosen=chosen)["compute"] == [word]


def test_own_models_are_an_architecture_and_a_training_job_is_pretraining() -> None:
    own = {"use_case": "chat", "own_models": "yes", "training_need": "pretrain"}
    assert picks("own-pretraining", workload=own)["model_strategy"] == ["custom_architecture"]
    job = {"use_case": "pretraining"}
    assert picks("own-pretraining", workload=job)["model_strategy"] == ["pretrain_from_scratch"]


def test_the_system_of_record_depends_on_the_work() -> None:
    stores = {
        "sto.training_fs": "amazon-fsx-for-lustre",
        "sto.object_store": "amazon-s3",
        "sto.oltp_document": "postgresql",
    }
    job = {"use_case": "pretraining"}
    assert picks("own-pretraining", workload=job, chosen=stores)["primary_store"] == ["fsx_lustre", "s3"]
    assert picks(chosen=stores)["primary_store"] == ["postgresql"]


def test_the_engine_is_the_api_where_a_model_is_bought() -> None:
    both = {"cmp.model_api": "openai-api", "srv.inference_engine": "vllm"}
    assert picks(chosen=both)["inference_engine"][0] == "openai_api"
    assert picks("open-weights-selfhost", chosen=both)["inference_engine"][0] == "vllm"


def test_alternatives_are_runners_up_and_other_stacks_without_the_pick() -> None:
    first = stack_of("managed-api", "hybrid", "managed-api", {"sto.vector_db": "pgvector"})
    second = stack_of("open-weights-selfhost", "hybrid", "gpu-on-prem", {"sto.vector_db": "qdrant"})
    runner_up = second.picks["sto.vector_db"].model_copy(update={"component": "milvus"})
    first = first.model_copy(update={"runners_up": {"sto.vector_db": (runner_up,)}})
    found = translate((first, second), from_mapping(CHAT), load()).alternatives
    assert found["vector_store"] == ["milvus", "qdrant"]
    assert found["model_strategy"] == ["open_weights_selfhost"]
    assert found["compute"] == ["gpu_onprem"]
    assert found["retrieval"] == []


def test_a_slot_that_is_not_needed_cites_the_decision_that_says_so() -> None:
    stack = stack_of("managed-api", "keyword", "managed-api", {}, evidence=("a/b/c",))
    assert translate((stack,), from_mapping(CHAT), load()).citations["vector_store"] == ["a/b/c"]


def test_without_a_feasible_stack_nothing_is_picked() -> None:
    assert translate((), Workload(), load()).picks == {}


def test_a_component_without_a_word_keeps_its_name() -> None:
    assert picks(chosen={"sto.vector_db": "wonderbase"})["vector_store"] == ["wonderbase"]
