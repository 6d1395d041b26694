"""Predictors of training and vector search: what leaving out withholds, and what must hold whatever the numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.measured_rows import find_accelerator, find_precision, recognise
from evals.trained_model import trained_model
from knowledge import Knowledge
from knowledge.errors import InputRefused, UnknownName
from knowledge.hardware import resolve_accelerator
from knowledge.training_data import training_runs
from tools.sizing.predict_other import predict_index_gb
from tools.sizing.predict_training import TrainingLoad, arithmetic, predict_time_to_train, predict_training
from tools.sizing.vector_search import UNITS, VectorLoad, kind_of, predict_vector

KNOWLEDGE = Knowledge()
A100 = resolve_accelerator(KNOWLEDGE, "A100-SXM-80GB")


def typical(load: TrainingLoad, *, without_group: bool = False) -> float:
    found = predict_training(KNOWLEDGE, load, without_group=without_group).estimate
    assert found is not None
    return found.typical


def test_leaving_out_a_training_group_withholds_its_runs() -> None:
    """Only the own group's runs go, and where it is the only one of its device, other devices stand in."""
    changed = 0
    for run in training_runs(KNOWLEDGE):
        machine = resolve_accelerator(KNOWLEDGE, run.accelerator)
        load = TrainingLoad(machine, 7.0, run.architecture, run.kind == "moe", run.precision)
        changed += typical(load, without_group=True) != typical(load)
        other = load._replace(architecture="never measured")
        assert typical(other, without_group=True) == typical(other) == typical(load)
    assert changed > 0.8 * len(training_runs(KNOWLEDGE))


def test_a_published_training_speed() -> None:
    """MPT-7b on A100-80GB: 3,700 to 4,500 tokens/s a device (MosaicML llm-foundry); longer contexts are slower."""
    load = TrainingLoad(A100, 6.66, "mpt7b", context=2048)
    assert 3300 <= typical(load, without_group=True) <= 4700
    assert typical(load._replace(context=32768)) < typical(load)


def test_time_to_train_follows_devices_and_batch() -> None:
    load = TrainingLoad(A100, 8.0, "Llama-3-8B")
    few = predict_time_to_train(KNOWLEDGE, load, 8, batch=32).estimate
    many = predict_time_to_train(KNOWLEDGE, load, 16, batch=32).estimate
    large = predict_time_to_train(KNOWLEDGE, load, 8, batch=128).estimate
    assert few is not None
    assert many is not None
    assert large is not None
    assert many.typical == pytest.approx(few.typical / 2)
    assert large.typical > few.typical
    assert predict_time_to_train(KNOWLEDGE, load._replace(architecture="unknown"), 8).reason


def test_an_engine_left_out_changes_its_own_coefficients() -> None:
    def rate(engine: str = "") -> float:
        load = VectorLoad(cores=16, vectors=1e6, dims=768, results=100)
        return predict_vector(KNOWLEDGE, "qps", load, without_engine=engine).typical

    assert rate("weaviate") != rate()
    assert rate("never measured") == rate()


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(UNITS)),
    st.floats(0.5, 512),
    st.floats(1e3, 1e10),
    st.sampled_from([96.0, 768.0, 3072.0]),
    st.sampled_from([1.0, 10.0, 100.0]),
)
def test_vector_figures_are_finite_and_ordered(
    quantity: str, cores: float, count: float, dims: float, results: float
) -> None:
    load = VectorLoad(cores, count, dims, results)
    found = predict_vector(KNOWLEDGE, quantity, load)
    assert 0 < found.low <= found.typical <= found.high < 1e15
    if quantity == "qps":
        more = predict_vector(KNOWLEDGE, quantity, load._replace(cores=2 * cores))
        larger = predict_vector(KNOWLEDGE, quantity, load._replace(vectors=2 * count))
        assert larger.typical < found.typical < more.typical


def test_a_wider_search_is_slower_and_shorter_values_are_faster() -> None:
    def rate(load: VectorLoad) -> float:
        return predict_vector(KNOWLEDGE, "qps", load).typical

    load = VectorLoad(cores=16, vectors=1e7, dims=768, results=10, width=128)
    assert rate(load._replace(width=512)) < rate(load) < rate(load._replace(value_bytes=1.0))
    assert rate(load._replace(width=2)) == rate(load._replace(width=10))


def test_shards_gain_less_than_their_number() -> None:
    """Every shard answers every query: four of them do more than one, and less than four times as much."""
    load = VectorLoad(cores=16, vectors=1e7, dims=768)
    one, four = (predict_vector(KNOWLEDGE, "qps", load._replace(nodes=n)).typical for n in (1, 4))
    assert 1.2 * one < four < 4 * one


def test_an_index_never_outgrows_its_machine() -> None:
    free = predict_index_gb(KNOWLEDGE, 1e9, 128)
    held = predict_index_gb(KNOWLEDGE, 1e9, 128, machine_gb=64)
    assert held.typical < 64 < free.typical
    narrow = predict_index_gb(KNOWLEDGE, 1e7, 768, description="HNSW_SQ8")
    assert narrow.typical < predict_index_gb(KNOWLEDGE, 1e7, 768, description="HNSW").typical


@pytest.mark.parametrize(
    ("words", "expected"),
    [("MXFP8", "fp8"), ("NVFP4", "fp4"), ("amp_bf16", "bf16"), ("FP8-CS (FP8-MX)", "fp8"), ("", "bf16")],
)
def test_words_of_publishers_name_a_precision(words: str, expected: str) -> None:
    assert arithmetic(words) == expected


@pytest.mark.parametrize(
    ("row", "active", "sparse"),
    [
        ({"model": "MPT-760m", "n_params": "760470528"}, 0.7605, False),
        ({"model": "Qwen3_30B_a3B (tokendrop)"}, 3.3, True),
        ({"model": "Llama-2-70B LoRA fine-tune"}, 69.0, False),
        ({"model": "dense-128B"}, 128, False),
        ({"model": "Anything_12B_a2B"}, 2, True),
    ],
)
def test_the_size_of_a_trained_model(row: dict[str, str], active: float, sparse: bool) -> None:
    found = trained_model(KNOWLEDGE, row)
    assert found.active_b == pytest.approx(active, rel=0.05)
    assert found.sparse is sparse


def test_a_size_that_nothing_tells_is_refused() -> None:
    with pytest.raises(InputRefused):
        trained_model(KNOWLEDGE, {"model": "BERT-enormous"})


def test_a_variant_counts_as_its_family_and_an_unknown_device_as_none() -> None:
    assert find_accelerator(KNOWLEDGE, "H100-96GB-HBM2e-500W").key.startswith("H100")
    with pytest.raises(UnknownName):
        find_accelerator(KNOWLEDGE, "Q9-Quantum")
    assert find_precision("", A100) == "bf16"
    assert find_precision("", resolve_accelerator(KNOWLEDGE, "H100-SXM-80GB")) == "fp8"


def test_kinds_of_vector_service_and_shapes() -> None:
    assert (kind_of("batch, all threads"), kind_of("80"), kind_of("")) == ("library", "server", "server")
    assert recognise(["engine", "n_vectors", "dim"]).name == "vectors"
