"""Quality: published results only, fixed anchors, unknown where nothing is published."""

from knowledge import load
from knowledge.models import models
from knowledge.quality_data import Anchors, results_of, scale
from tools.quality import (
    TASK_CLASSES,
    classical_quality,
    fine_tuned_quality,
    quality,
    quality_evidence,
    sufficient_quality,
    task_class_of,
)

KNOWLEDGE = load()


def test_results_belong_to_known_models_and_benchmarks() -> None:
    known = models(KNOWLEDGE)
    for model in known:
        for benchmark, results in results_of(KNOWLEDGE, model).items():
            assert benchmark in scale(KNOWLEDGE).benchmarks
            assert all(0 < result.score <= 100 and result.source for result in results)


def test_nothing_published_is_unknown() -> None:
    assert quality(KNOWLEDGE, "GPT-J-6B", "chat") is None
    assert quality(KNOWLEDGE, "Llama-3.3-70B", "speech") is None
    assert quality(KNOWLEDGE, "nobody", "chat") is None


def test_order_of_generations() -> None:
    names = ("Llama-3.1-8B", "Llama-3.3-70B", "gpt-5", "claude-opus-5")
    values = [quality(KNOWLEDGE, name, "reasoning") for name in names]
    typical = [value.typical for value in values if value]
    assert len(typical) == len(names)
    assert typical == sorted(typical)


def test_intervals_stay_on_the_scale() -> None:
    for model in models(KNOWLEDGE):
        for task_class in TASK_CLASSES:
            found = quality(KNOWLEDGE, model, task_class)
            assert found is None or 0 <= found.low <= found.typical <= found.high <= 1


def test_related_results_widen_the_interval() -> None:
    direct = quality(KNOWLEDGE, "gpt-6-sol", "coding")
    related = quality(KNOWLEDGE, "gpt-6-sol", "chat")
    assert direct is not None
    assert related is not None
    assert related.typical - related.low > direct.typical - direct.low


def test_quantisation_costs_a_little() -> None:
    full = quality(KNOWLEDGE, "Llama-3.3-70B", "chat")
    packed = quality(KNOWLEDGE, "Llama-3.3-70B", "chat", "int4")
    native = quality(KNOWLEDGE, "gpt-oss-120b", "chat", "fp4")
    assert full is not None
    assert packed is not None
    assert native is not None
    assert 0.9 * full.typical < packed.typical < full.typical
    assert native == quality(KNOWLEDGE, "gpt-oss-120b", "chat")


def test_anchors_do_not_depend_on_other_models() -> None:
    anchors = Anchors(zero=28, one=95.5, about="")
    assert anchors.place(28) == 0
    assert anchors.place(95.5) == 1
    assert anchors.place(10) == 0
    assert 0 < anchors.place(50) < anchors.place(70) < 1


def test_evidence_names_source_and_date() -> None:
    sentences = quality_evidence(KNOWLEDGE, "gpt-4o", "chat")
    assert sentences
    assert all("http" in sentence or "github" in sentence for sentence in sentences)


def test_alternatives_and_classes() -> None:
    tuned, counted = (
        fine_tuned_quality(KNOWLEDGE, "classification"),
        classical_quality(KNOWLEDGE, "classification"),
    )
    assert tuned is not None
    assert counted is not None
    assert tuned.typical > counted.typical
    assert fine_tuned_quality(KNOWLEDGE, "agentic") is None
    assert task_class_of(KNOWLEDGE, "code_assistant") == "coding"
    assert task_class_of(KNOWLEDGE, "something new") == "chat"
    assert (sufficient_quality(KNOWLEDGE, "coding") or 0) > (
        sufficient_quality(KNOWLEDGE, "classification") or 1
    )
