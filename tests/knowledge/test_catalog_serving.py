"""Layer 6 and the two decisions: ids resolve, conditions are sound, each kind of work gets what fits it."""

from collections import Counter
from datetime import date
from typing import Any, NamedTuple, TypeVar

import pytest

from knowledge.expressions import parse
from knowledge.files import DataFiles
from knowledge.library import Knowledge
from knowledge.records import Argument, Component, Fact, Record, Rule
from tools.decisions import score_options, suitable
from tools.profile import Profile
from tools.rule_index import Truths, rule_index
from tools.scoring import Setting, score_slot
from tools.values import resolve, with_names
from tools.weights import weigh
from tools.workload import from_mapping

Block = TypeVar("Block", bound=Record)
STEMS = ("serving", "decisions")
SIZING_NAMES = {"gpu_count", "gpu_nodes", "train_gpus"}
AS_OF = date(2026, 11, 24)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


def blocks(folder: str, model: type[Block], stems: tuple[str, ...] = STEMS) -> list[Block]:
    files = DataFiles()
    return [
        model.model_validate(block)
        for stem in stems
        for block in files.yaml(f"catalog/{folder}/{stem}.yaml")[folder]
    ]


@pytest.fixture(scope="module")
def names(knowledge: Knowledge) -> set[str]:
    decisions = {name for option in knowledge.decisions.values() for name in option.sets}
    return set(knowledge.fields) | set(knowledge.derived) | decisions | SIZING_NAMES


def test_options_set_the_same_names_and_their_gates_pass_what_is_unknown(
    knowledge: Knowledge, names: set[str]
) -> None:
    for kind, count in (("model_strategy", 7), ("retrieval_pattern", 10)):
        options = [option for option in knowledge.decisions.values() if option.decision == kind]
        assert len(options) == count
        assert len({frozenset(option.sets) for option in options}) == 1
        for option in options:
            gate = parse(option.gate)
            assert gate.names <= names, (option.id, gate.names - names)
            assert gate.evaluate({}) is not False or option.id == "own-pretraining", option.id


def test_rules_read_known_names_and_move_existing_things(knowledge: Knowledge, names: set[str]) -> None:
    for rule in blocks("rules", Rule):
        condition = parse(rule.when)
        assert condition.names <= names, (rule.id, condition.names - names)
        assert set(rule.fact_ids) <= set(knowledge.facts), rule.id
        if rule.slot.startswith("dec."):
            assert set(rule.components) <= set(knowledge.decisions), rule.id
            continue
        assert set(rule.components) <= set(knowledge.components), rule.id
        for component in rule.components:
            assert not rule.slot or rule.slot in knowledge.components[component].slots, (rule.id, component)


def test_hard_rules_rest_on_primary_facts_or_on_the_requirement(knowledge: Knowledge) -> None:
    for rule in blocks("rules", Rule):
        if rule.effect in ("exclude", "require") and rule.basis != "requirement":
            assert {knowledge.facts[fact].tier for fact in rule.fact_ids} & {"T1", "T2"}, rule.id


def test_arguments_cite_facts_and_say_one_thing_in_few_words(knowledge: Knowledge, names: set[str]) -> None:
    subjects = {*knowledge.slots, *knowledge.components, "dec.model_strategy", "dec.retrieval_pattern"}
    for argument in blocks("arguments", Argument):
        condition = parse(argument.when)
        assert condition.names <= names | {"picked", "picked_here"}, (argument.id, condition.names - names)
        assert set(argument.fact_ids) <= set(knowledge.facts), argument.id
        assert argument.about in subjects, argument.id
        assert 14 <= len(argument.text.split()) <= 36, argument.id


def test_every_core_slot_of_layer_6_has_four_scored_components(knowledge: Knowledge) -> None:
    filled = Counter(slot for item in knowledge.components.values() if item.scored for slot in item.slots)
    for slot in knowledge.slots.values():
        if slot.layer == 6 and slot.core:
            assert filled[slot.id] >= 4, (slot.id, filled[slot.id])


def test_facts_start_with_their_subject_and_are_dated(knowledge: Knowledge) -> None:
    for fact in blocks("facts", Fact):
        subject = fact.component.split(":")[-1]
        if ":" not in fact.component:
            assert fact.id.startswith(f"{subject}/"), fact.id
            assert subject in knowledge.components, fact.id
        assert fact.id.split("/")[1] == fact.kind, fact.id
        assert (
            fact.as_of is None or fact.as_of <= fact.read_at < fact.review_by or fact.as_of <= fact.review_by
        )


def test_the_seed_facts_of_layer_6_are_kept(knowledge: Knowledge) -> None:
    kept = {seed for fact in knowledge.facts.values() for seed in fact.seed_ids}
    expected = {f"F{number:03}" for number in (36, 89, 90, *range(118, 158), 168)}
    assert expected <= kept, expected - kept


def test_dead_products_are_marked(knowledge: Knowledge) -> None:
    assert knowledge.components["text-generation-inference"].status == "do_not_recommend"
    assert knowledge.components["torchserve"].status == "eol"
    assert not knowledge.components["helicone"].scored


def test_a_component_that_only_runs_as_a_service_says_where_its_operator_is() -> None:
    for item in blocks("components", Component, ("serving",)):
        own = item.modes & {"self_vm", "kubernetes", "in_process", "air_gap", "edge"}
        assert own or item.jurisdiction != "none", item.id


class Case(NamedTuple):
    """A kind of work, and the options that an architect would accept for it."""

    name: str
    stated: dict[str, Any]
    strategies: set[str]
    patterns: set[str]


CASES = (
    Case("a few documents", {"use_case": "chat", "corpus_documents": 100}, {"managed-api"}, {"full-context"}),
    Case(
        "documents with access rights",
        {"use_case": "rag", "corpus_documents": 2e6, "access_rights": "per_document", "team_engineers": 12},
        {"managed-api"},
        {"hybrid-rerank"},
    ),
    Case(
        "linked records",
        {"use_case": "rag", "corpus_documents": 5e5, "linked_records": "yes", "team_engineers": 8},
        {"managed-api"},
        {"graph", "hybrid-rerank"},
    ),
    Case(
        "code with a search of its own",
        {"use_case": "code_assistant", "corpus_documents": 3e6, "freshness_s": 300, "team_engineers": 10},
        {"managed-api"},
        {"keyword", "agentic-search"},
    ),
    Case(
        "search with words and attributes",
        {"use_case": "search", "corpus_documents": 1e7, "request_rate_rps": 200, "query_style": "mixed"},
        {"open-weights-selfhost", "fine-tuned-small"},
        {"hybrid"},
    ),
    Case(
        "search for identifiers",
        {"use_case": "search", "corpus_documents": 1e6, "query_style": "exact_terms"},
        {"no-model"},
        {"keyword", "hybrid"},
    ),
    Case("language to query", {"use_case": "chat", "schema_grounded": "yes"}, {"managed-api"}, {"schema"}),
    Case("translation", {"use_case": "translation"}, {"managed-api"}, {"no-retrieval"}),
    Case(
        "summaries that may not leave",
        {"use_case": "summarisation", "deployment": ["on_prem"], "personal_data": "phi"},
        {"open-weights-selfhost"},
        {"no-retrieval"},
    ),
    Case(
        "labels for one narrow task",
        {"use_case": "classification", "labelled_data": "plenty", "request_rate_rps": 20},
        {"fine-tuned-small"},
        {"no-retrieval"},
    ),
    Case("no labels", {"use_case": "extraction", "request_rate_rps": 0.2}, {"managed-api"}, {"no-retrieval"}),
    Case(
        "millions of items a night",
        {"use_case": "classification", "request_rate_rps": 200, "processing_pattern": "batch"},
        {"fine-tuned-small"},
        {"no-retrieval"},
    ),
    Case(
        "ranking given candidates",
        {"use_case": "recommendation", "request_rate_rps": 5000, "candidates_per_request": 500},
        {"custom-model"},
        {"no-retrieval", "ann-candidates"},
    ),
    Case(
        "ranking among many items",
        {"use_case": "recommendation", "request_rate_rps": 500, "corpus_documents": 1e7},
        {"custom-model"},
        {"ann-candidates"},
    ),
    Case("forecasts", {"use_case": "forecasting"}, {"custom-model"}, {"no-retrieval"}),
    Case(
        "a vehicle",
        {"use_case": "vision", "deployment": ["edge"], "hardware_platform": ["vehicle"]},
        {"on-device-compressed"},
        {"no-retrieval"},
    ),
    Case(
        "microseconds on an FPGA",
        {
            "use_case": "classification",
            "modality": ["sensor"],
            "hardware_platform": ["fpga"],
            "deterministic_latency": "yes",
        },
        {"on-device-compressed"},
        {"no-retrieval"},
    ),
    Case(
        "embedding at volume",
        {"use_case": "embedding", "request_rate_rps": 500, "vector_count": 5e7},
        {"open-weights-selfhost"},
        {"vector", "ann-candidates"},
    ),
    Case(
        "embedding a little",
        {"use_case": "embedding", "request_rate_rps": 0.5, "vector_count": 1e5},
        {"managed-api"},
        {"vector", "ann-candidates"},
    ),
    Case(
        "chat with an own model",
        {"use_case": "chat", "request_rate_rps": 20000, "own_models": "yes"},
        {"own-pretraining", "open-weights-selfhost"},
        {"no-retrieval"},
    ),
    Case(
        "pre-training",
        {"use_case": "pretraining", "training_tokens": 5e11},
        {"own-pretraining"},
        {"no-retrieval"},
    ),
    Case(
        "a training platform",
        {"use_case": "other", "processing_pattern": "offline_training", "training_need": "classical"},
        {"custom-model"},
        {"no-retrieval"},
    ),
    Case(
        "no foreign law",
        {"use_case": "chat", "foreign_law_refused": "yes", "residency": ["FR"]},
        {"open-weights-selfhost"},
        {"no-retrieval"},
    ),
    Case(
        "an authorised cloud with bursts",
        {"use_case": "chat", "compliance": ["fedramp"], "deployment": ["cloud"], "peak_factor": 10},
        {"managed-api"},
        {"no-retrieval"},
    ),
    Case(
        "an agent with many sources",
        {"use_case": "agent", "data_sources": 8, "tools_per_task": 5},
        {"managed-api"},
        {"agentic-search"},
    ),
)


def decided(stated: dict[str, Any], knowledge: Knowledge) -> tuple[str, str, Setting]:
    """Strategy and pattern that come first, and the setting in which slots are scored."""
    values = resolve(from_mapping(stated), knowledge).values
    index, floor = rule_index(knowledge), knowledge.anchors["fit_floor"]
    base = Setting(knowledge, Truths(values), weigh(knowledge), Profile(), AS_OF)
    strategy = suitable(score_options("model_strategy", index, base), floor)[0].option
    base = base._replace(truths=Truths(with_names(values, strategy.sets, knowledge)))
    pattern = suitable(score_options("retrieval_pattern", index, base), floor)[0].option
    sets = {**strategy.sets, **pattern.sets, "gpu_count": 2, "gpu_nodes": 1, "train_gpus": 0}
    return strategy.id, pattern.id, base._replace(truths=Truths(with_names(values, sets, knowledge)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_fitting_options_come_first(case: Case, knowledge: Knowledge) -> None:
    strategy, pattern, _ = decided(case.stated, knowledge)
    assert strategy in case.strategies
    assert pattern in case.patterns


@pytest.mark.parametrize(
    ("stated", "slot", "accepted"),
    [
        (
            {"use_case": "chat", "deployment": ["on_prem"], "users_total": 3000},
            "srv.inference_engine",
            {"vllm", "sglang"},
        ),
        (
            {"use_case": "chat", "deployment": ["laptop"], "users_total": 1},
            "srv.inference_engine",
            {"ollama", "llama-cpp"},
        ),
        (
            {"use_case": "embedding", "request_rate_rps": 500},
            "srv.inference_engine",
            {"text-embeddings-inference"},
        ),
        (
            {
                "use_case": "vision",
                "request_rate_rps": 20,
                "labelled_data": "plenty",
                "deployment": ["cloud"],
            },
            "srv.inference_engine",
            {"nvidia-triton", "tensorrt"},
        ),
        (
            {"use_case": "tabular_scoring", "request_rate_rps": 500},
            "srv.inference_engine",
            {"nvidia-triton", "onnx-runtime", "custom-microservice"},
        ),
        (
            {"use_case": "vision", "deployment": ["edge"], "hardware_platform": ["vehicle"]},
            "srv.inference_engine",
            {"tensorrt"},
        ),
        (
            {"use_case": "speech", "deployment": ["edge"], "hardware_platform": ["phone"]},
            "srv.inference_engine",
            {"litert", "executorch", "coreml"},
        ),
        (
            {
                "use_case": "other",
                "modality": ["sensor"],
                "hardware_platform": ["fpga"],
                "deterministic_latency": "yes",
            },
            "srv.inference_engine",
            {"hls4ml", "finn", "conifer"},
        ),
        (
            {"use_case": "rag", "deployment": ["air_gapped"], "corpus_documents": 1e5},
            "srv.embed_rerank",
            {"text-embeddings-inference", "open-embedding-models"},
        ),
        (
            {"use_case": "extraction", "decisions_about_people": "yes", "labelled_data": "plenty"},
            "srv.guardrails",
            {"human-review", "output-validation"},
        ),
    ],
)
def test_the_right_substitute_wins(
    stated: dict[str, Any], slot: str, accepted: set[str], knowledge: Knowledge
) -> None:
    _, _, setting = decided(stated, knowledge)
    ranked = score_slot(slot, rule_index(knowledge), setting)
    assert ranked[0].component.id in accepted, [item.component.id for item in ranked[:4]]
