"""A model is recommended only for work that it can do, and priced by what that work is billed by."""

from datetime import date
from typing import Any

import pytest

from knowledge import load
from knowledge.capabilities import can_do, capability, reads_images
from knowledge.media_prices import media_prices
from knowledge.models import models
from tools.assess import assess
from tools.assessment import Assessment
from tools.ranking import Ranking, rank
from tools.values import resolve
from tools.workload import from_mapping

KNOWLEDGE = load()
AS_OF = date(2026, 11, 25)
NOT_WRITERS = {"embedding", "reranker", "encoder", "vision", "image", "asr", "tts"}
OPEN_SPEECH = {key for key, spec in models(KNOWLEDGE).items() if spec.type == "asr"}


def ranked(**values: Any) -> Ranking:
    return rank(from_mapping(values), KNOWLEDGE, AS_OF)


def assessed(**values: Any) -> Assessment:
    return assess(from_mapping(values), KNOWLEDGE, AS_OF)


def task_of(**values: Any) -> str:
    return str(resolve(from_mapping(values), KNOWLEDGE).values["model_task"])


def types_of(ranking: Ranking) -> set[str]:
    """Types of the open models among the candidates."""
    table = models(KNOWLEDGE)
    keys = {draft.compute.model for draft in ranking.drafts if draft.compute.kind in ("llm", "encoder")}
    return {str(table[key].type) for key in keys if key in table}


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ({}, "write"),
        ({"use_case": "content_generation"}, "write"),
        ({"use_case": "extraction", "modality": ["image", "text"]}, "write"),
        ({"use_case": "classification", "modality": ["image"]}, "see"),
        ({"use_case": "vision"}, "see"),
        ({"use_case": "classification", "modality": ["audio"]}, "listen"),
        ({"use_case": "speech"}, "listen"),
        ({"use_case": "speech", "speech_task": "synthesis"}, "speak"),
        ({"use_case": "image_generation"}, "draw"),
        ({"use_case": "search"}, "embed"),
        ({"use_case": "tabular_scoring"}, "predict"),
        ({"modality": ["sensor"]}, "predict"),
    ],
)
def test_the_work_says_what_the_model_must_do(values: dict[str, Any], task: str) -> None:
    assert task_of(**values) == task


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"deployment": ["on_prem"], "no_egress": "yes", "users_total": 60},
        {"use_case": "content_generation", "deployment": ["on_prem"]},
        {"use_case": "summarisation", "open_weights": "required"},
        {"use_case": "rag", "corpus_documents": 5000, "deployment": ["air_gapped"]},
    ],
)
def test_text_is_written_by_a_language_model(values: dict[str, Any]) -> None:
    ranking = ranked(**values)
    assert ranking.drafts
    assert not types_of(ranking) & NOT_WRITERS


def test_nothing_but_a_trained_model_scores_columns() -> None:
    ranking = ranked(use_case="tabular_scoring", modality=["tabular"], request_rate_rps=20)
    assert {draft.compute.model for draft in ranking.drafts} == {""}


def test_pictures_are_made_by_image_models_and_billed_by_the_picture() -> None:
    assessment = assessed(use_case="image_generation", request_rate_rps=0.01, images_per_request=4)
    drawn = 0.01 * 2_592_000 * 4
    for stack in assessment.stacks:
        if stack.model_strategy.component == "managed-api":
            row = media_prices(KNOWLEDGE)[stack.model]
            assert row.task == "draw"
            cost = stack.estimates["monthly_llm_cost_usd"]
            assert cost.typical == pytest.approx(drawn * row.usd_per_unit)
            assert f"price/media/{row.model}" in cost.evidence
        else:
            assert can_do(KNOWLEDGE, stack.model, "draw")
    assert any(item.id.startswith("price/media/") and item.source for item in assessment.evidence)


def test_speech_is_billed_by_the_minute_and_needs_more_for_longer_calls() -> None:
    def cost(minutes: float) -> dict[str, float]:
        found = assessed(
            use_case="speech", request_rate_rps=0.1, audio_minutes_per_request=minutes, existing_cloud=["gcp"]
        )
        return {
            stack.model_strategy.component: stack.estimates["monthly_llm_cost_usd"].typical
            for stack in reversed(found.stacks)
        }

    short, long = cost(1), cost(10)
    assert long["managed-api"] == pytest.approx(10 * short["managed-api"], rel=1e-6)
    assert long["managed-api"] > 1000
    assert long["open-weights-selfhost"] >= short["open-weights-selfhost"]


def test_live_speech_is_not_given_to_a_model_for_recordings() -> None:
    live = ranked(use_case="speech", request_rate_rps=0.1, audio_minutes_per_request=6, e2e_latency_ms=2000)
    hosted = [draft.compute.model for draft in live.drafts if draft.compute.kind == "api"]
    assert hosted
    assert all(media_prices(KNOWLEDGE)[model].live for model in hosted)


def test_a_model_without_a_published_rate_is_unsized_not_cheap() -> None:
    found = assessed(
        use_case="speech", speech_task="synthesis", deployment=["on_prem"], audio_minutes_per_request=1
    )
    infra = found.stacks[0].estimates["monthly_infra_cost_usd"]
    assert infra.incomplete
    assert "gpus_required" not in found.stacks[0].estimates


def test_withdrawn_image_models_are_not_offered() -> None:
    late = rank(from_mapping({"use_case": "image_generation"}), KNOWLEDGE, date(2027, 6, 1))
    hosted = {draft.compute.model for draft in late.drafts if draft.compute.kind == "api"}
    assert all(media_prices(KNOWLEDGE)[model].offered(date(2027, 6, 1)) for model in hosted)


def test_pictures_in_the_prompt_need_a_model_that_reads_them() -> None:
    ranking = ranked(use_case="extraction", modality=["image", "text"], request_rate_rps=0.5)
    chosen = {draft.compute.model for draft in ranking.drafts if draft.compute.kind in ("llm", "api")}
    assert chosen
    assert all(reads_images(KNOWLEDGE, model) for model in chosen)
    assert ranking.resolved.values["prompt_tokens"] > ranking.resolved.values["input_tokens"] + 1000


def test_tuning_for_labels_takes_an_encoder_and_may_run_on_processors() -> None:
    ranking = ranked(
        use_case="classification",
        modality=["text"],
        request_rate_rps=0.1,
        labelled_data="plenty",
        deployment=["cloud"],
    )
    tuned = [draft for draft in ranking.drafts if draft.strategy.option.id == "fine-tuned-small"]
    assert {draft.compute.model for draft in tuned} <= set(capability(KNOWLEDGE, "label").english)
    on_processors = [draft for draft in tuned if draft.compute.vcpus]
    assert on_processors
    assert on_processors[0].picks["cmp.accelerator"].component.id == "cpu"
    assert on_processors[0].compute.usd_month
    large = ranked(use_case="classification", modality=["text"], request_rate_rps=500, labelled_data="plenty")
    assert not any(draft.compute.vcpus for draft in large.drafts)


def test_a_stated_language_model_is_tuned_as_one() -> None:
    ranking = ranked(use_case="classification", modality=["text"], labelled_data="plenty", model_params_b=7)
    tuned = [draft for draft in ranking.drafts if draft.strategy.option.id == "fine-tuned-small"]
    assert all(models(KNOWLEDGE)[draft.compute.model].type == "llm" for draft in tuned)


@pytest.mark.parametrize(
    "values",
    [
        {"deployment": ["edge"], "hardware_platform": ["microcontroller"], "use_case": "speech"},
        {"offline_operation": "yes", "hardware_platform": ["phone"], "use_case": "translation"},
        {"deployment": ["laptop"], "hardware_platform": ["laptop"], "use_case": "content_generation"},
    ],
)
def test_the_device_gets_neither_server_nor_hosted_model(values: dict[str, Any]) -> None:
    ranking = ranked(**values)
    assert ranking.drafts
    assert {draft.compute.deployment for draft in ranking.drafts} <= {"edge-device", "fpga-board", "laptop"}


def test_a_circuit_is_for_microseconds_only() -> None:
    slow = ranked(deterministic_latency="yes", e2e_latency_ms=50, deployment=["edge"], modality=["sensor"])
    assert slow.drafts[0].compute.deployment != "fpga-board"


@pytest.mark.parametrize(
    "values",
    [
        {"training_need": "pretrain", "model_params_b": 3, "training_tokens": 6e10},
        {"use_case": "pretraining", "model_params_b": 3},
        {"training_tokens": 3e11, "model_params_b": 2.7, "training_need": "fine_tune"},
        {
            "training_need": "pretrain", "model_params_b": 70, "training_tokens": 15e12,
            "owned_accelerators": ["4096xGH200"], "deployment": ["on_prem"],
        },
    ],
)  # fmt: skip
def test_training_from_nothing_yields_a_fleet(values: dict[str, Any]) -> None:
    found = assessed(**values)
    assert {stack.model_strategy.component for stack in found.stacks} == {"own-pretraining"}
    numbers = found.stacks[0].estimates
    assert {"train_gpu_hours", "train_tokens", "checkpoint_tb", "gpus_required"} <= set(numbers)
    if "owned_accelerators" in values:
        assert numbers["gpus_required"].typical == 4096
        assert numbers["train_gpu_hours"].low <= 6e6 <= numbers["train_gpu_hours"].high
    else:
        assert numbers["train_cost_usd"].typical > 0


def test_a_rented_fleet_is_billed_while_it_trains() -> None:
    found = assessed(training_need="pretrain", model_params_b=1, training_tokens=2e10, deployment=["cloud"])
    numbers = found.stacks[0].estimates
    assert numbers["monthly_llm_cost_usd"].typical == pytest.approx(
        numbers["train_cost_usd"].typical, rel=0.05
    )


def test_a_fleet_that_is_too_small_is_said() -> None:
    found = assessed(
        training_need="pretrain",
        model_params_b=176,
        training_tokens=366e9,
        owned_accelerators=["8xA100-SXM-80GB"],
        deployment=["on_prem"],
    )
    assert any("you have 8" in text for text in found.stacks[0].violations)


@pytest.mark.parametrize(
    ("values", "per_day"),
    [
        ({"use_case": "forecasting", "processing_pattern": "batch", "corpus_documents": 300_000}, 300_000),
        ({"use_case": "tabular_scoring", "processing_pattern": "batch", "users_total": 2e6}, 2e6),
        ({"use_case": "classification", "batch_window_h": 48, "corpus_documents": 1e6}, 5e5),
        ({"use_case": "tabular_scoring", "items_per_run": 3500, "runs_per_day": 24}, 84_000),
    ],
)
def test_a_batch_run_works_through_its_items(values: dict[str, Any], per_day: float) -> None:
    resolved = resolve(from_mapping(values), KNOWLEDGE)
    assert resolved.values["requests_per_day"] == pytest.approx(per_day)


def test_whoever_searches_a_corpus_at_night_does_not_ask_once_a_document() -> None:
    resolved = resolve(
        from_mapping({"use_case": "rag", "corpus_documents": 5e6, "batch_window_h": 8}), KNOWLEDGE
    )
    assert resolved.values["requests_per_day"] < 1e6
