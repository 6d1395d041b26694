"""Vectors, training, encoders, classical models and feature stores."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import Knowledge, load
from knowledge.hardware import accelerators
from knowledge.sizing_data import constant
from tools.sizing import (
    feature_latency_p99_ms,
    feature_reads,
    kv_memory_gb_per_billion_features,
    media_rate,
    size_classical,
    size_cpu_encoder,
    size_encoder,
    size_media,
    size_training,
    size_trees,
    size_vectors,
    training,
    tree_row_us,
)
from tools.sizing.predict import Prediction
from tools.sizing.predict_training import TrainingLoad, predict_training
from tools.sizing.pretraining import Booked, booked_share
from tools.sizing.training import TrainingMode
from tools.sizing.vector_search import VectorLoad, predict_vector

KNOWLEDGE = load()


def test_raw_vectors_are_exact() -> None:
    plan = size_vectors(KNOWLEDGE, 9e6, 1024)
    assert plan.raw_vector_storage_gb.typical == pytest.approx(36.864)
    assert plan.index_ram_gb.low > plan.raw_vector_storage_gb.typical
    assert plan.search_nodes == 1


def test_large_indexes_need_more_nodes() -> None:
    assert size_vectors(KNOWLEDGE, 2e9, 768, replicas=2).search_nodes > 20
    assert size_vectors(KNOWLEDGE, 1e6, 768, replicas=3).search_nodes == 3


@settings(max_examples=50, deadline=None)
@given(
    st.floats(1e3, 1e10),
    st.floats(1, 10),
    st.sampled_from([256, 768, 1536]),
    st.sampled_from([1.0, 2.0, 4.0]),
)
def test_more_vectors_never_need_less(count: float, factor: float, dims: int, width: float) -> None:
    small = size_vectors(KNOWLEDGE, count, dims, bytes_per_value=width)
    large = size_vectors(KNOWLEDGE, count * factor, dims, bytes_per_value=width)
    assert large.search_nodes >= small.search_nodes
    assert large.index_ram_gb.typical >= small.index_ram_gb.typical


def test_searches_are_those_of_the_predictor_that_the_accuracy_page_scores() -> None:
    plan = size_vectors(KNOWLEDGE, 2e9, 768, replicas=2)
    load = VectorLoad(cores=128, vectors=2e9, dims=768, nodes=plan.shards)
    assert plan.shards > 10
    assert (plan.search_nodes, plan.copies) == (2 * plan.shards, 2)
    assert plan.qps_capacity == predict_vector(KNOWLEDGE, "qps", load).scaled(2, "queries/s")
    assert plan.latency_p99_ms == predict_vector(KNOWLEDGE, "latency_p99_ms", load)
    assert plan.build_h == predict_vector(KNOWLEDGE, "build_time_s", load).scaled(1 / 3600, "h")


def test_more_vectors_are_searched_more_slowly_and_shards_share_every_query() -> None:
    few, many, most = (size_vectors(KNOWLEDGE, count, 1536) for count in (1e5, 1e7, 1e10))
    assert few.qps_capacity.typical > many.qps_capacity.typical > most.qps_capacity.typical
    assert most.shards == most.search_nodes > 100
    carried = size_vectors(KNOWLEDGE, 1e10, 1536, peak_qps=3 * most.qps_capacity.typical)
    assert (carried.copies, carried.search_nodes) == (3, 3 * most.shards)


def test_a_published_pretraining_run_within_a_factor_of_two() -> None:
    """BloombergGPT: 50B parameters, 569B tokens, 651k hours on A100-40GB (arXiv 2303.17564)."""
    plan = size_training(KNOWLEDGE, 50, 569e9, "A100-SXM-40GB")
    assert 651e3 / 2 <= plan.gpu_hours.typical <= 651e3 * 2
    assert plan.gpu_hours.low <= 651e3 <= plan.gpu_hours.high
    assert plan.checkpoint_tb.typical == pytest.approx(0.7)


@pytest.mark.parametrize(("precision", "length"), [("bf16", 0.0), ("bf16", 8192.0), ("fp8", 8192.0)])
def test_training_runs_at_the_rate_that_the_accuracy_page_scores(precision: str, length: float) -> None:
    key = "H100-SXM-80GB"
    plan = size_training(
        KNOWLEDGE, 8, 1e10, key, mode="finetune_full", precision=precision, sequence_tokens=length
    )
    load = TrainingLoad(accelerators(KNOWLEDGE)[key], 8, "", False, precision, length)
    speed = predict_training(KNOWLEDGE, load).estimate
    assert speed is not None
    goodput = constant(KNOWLEDGE, "training", "goodput").value
    assert plan.gpu_hours.typical == pytest.approx(1e10 / speed.typical / 3600 / goodput)
    assert plan.mfu.kind == "estimated"
    assert plan.evidence.startswith("Geometric mean of ")


def test_training_on_a_device_without_published_runs_is_called_assumed() -> None:
    plan = size_training(KNOWLEDGE, 1, 1e9, "T4", mode="finetune_full")
    assert plan.mfu.kind == "assumed"
    assert plan.evidence.startswith("Assumed: no run of dense models at bf16 on T4")


@pytest.mark.parametrize("mode", ["pretrain", "lora"])
@pytest.mark.parametrize(("precision", "most_pct"), [("bf16", 100), ("fp8", 200), ("fp4", 400)])
def test_no_run_computes_faster_than_its_precision(
    mode: TrainingMode, precision: str, most_pct: float
) -> None:
    """B200: 2,250 TFLOP/s dense at 16 bit, twice that at 8 and four times at 4."""
    for key, machine in accelerators(KNOWLEDGE).items():
        share = size_training(KNOWLEDGE, 70, 1e9, key, mode=mode, precision=precision).mfu
        assert share.high <= 100 * machine.peak_tflops(precision) / machine.bf16_tflops + 1e-9
    plan = size_training(KNOWLEDGE, 70, 1e9, "B200-SXM-180GB", mode=mode, precision=precision)
    assert plan.mfu_peak.startswith("2,250 TFLOP/s, dense at 16 bit")
    assert (f"{precision} the device could reach {most_pct} %" in plan.mfu_peak) is (precision != "bf16")


def test_totals_that_count_at_any_precision_say_so() -> None:
    whole, narrow = (
        size_training(KNOWLEDGE, 8, 1e12, "H100-SXM-80GB", precision=precision)
        for precision in ("bf16", "fp8")
    )
    assert whole.gpu_hours == narrow.gpu_hours
    assert "They count at any precision" in narrow.evidence
    assert "precision" not in whole.evidence


@pytest.mark.parametrize("mode", ["pretrain", "finetune_full"])
def test_a_bound_share_bounds_the_hours(mode: TrainingMode, monkeypatch: pytest.MonkeyPatch) -> None:
    """No published share comes near the peak of its precision: ones five times as high do."""

    def inflated(knowledge: Knowledge, load: TrainingLoad) -> Booked:
        low, typical, high, totals = booked_share(knowledge, load)
        return Booked(5 * low, 5 * typical, 5 * high, totals)

    def faster(knowledge: Knowledge, load: TrainingLoad, *, as_operations: bool = False) -> Prediction:
        found = predict_training(knowledge, load, as_operations=as_operations)
        assert found.estimate is not None
        return found._replace(estimate=found.estimate.scaled(5, found.estimate.unit))

    monkeypatch.setattr(training, "booked_share", inflated)
    monkeypatch.setattr(training, "predict_training", faster)
    plan = size_training(KNOWLEDGE, 8, 1e12, "H100-SXM-80GB", mode=mode)
    goodput = constant(KNOWLEDGE, "training", "goodput").high if mode != "pretrain" else 1.0
    assert plan.mfu.high == pytest.approx(100)
    assert plan.gpu_hours.low == pytest.approx(6 * 8e9 * 1e12 / (989e12 * 3600 * (goodput or 1.0)))


def test_deadlines_and_modes() -> None:
    hurried = size_training(KNOWLEDGE, 7, 1e9, "H100-SXM-80GB", deadline_days=1, mode="finetune_full")
    patient = size_training(KNOWLEDGE, 7, 1e9, "H100-SXM-80GB", deadline_days=30, mode="finetune_full")
    assert hurried.gpus >= patient.gpus
    assert hurried.days.high <= 1.0
    adapters = size_training(KNOWLEDGE, 7, 1e9, "H100-SXM-80GB", mode="lora")
    assert adapters.gpu_hours.typical < patient.gpu_hours.typical
    assert adapters.checkpoint_tb.typical < patient.checkpoint_tb.typical / 100


def test_mixtures_of_experts_train_at_lower_utilisation() -> None:
    dense = size_training(KNOWLEDGE, 30, 1e9, "H100-SXM-80GB", mode="finetune_full")
    sparse = size_training(KNOWLEDGE, 30, 1e9, "H100-SXM-80GB", active_b=3, mode="finetune_full")
    assert sparse.mfu.typical < dense.mfu.typical
    assert sparse.gpu_hours.typical < dense.gpu_hours.typical


def test_encoders() -> None:
    plan = size_encoder(KNOWLEDGE, "bge-m3", "L4", items_per_s=2000)
    assert plan.devices > size_encoder(KNOWLEDGE, "bge-m3", "L4", items_per_s=20).devices
    assert plan.items_per_s.low < plan.items_per_s.typical < plan.items_per_s.high
    assert size_encoder(KNOWLEDGE, "text-embedding-3-large", "L4", items_per_s=20).devices == 0


def test_images_match_published_competition_results() -> None:
    """SDXL at 1024 x 1024 and 20 steps: 16.4 images/s on 8 x H100 (MLPerf Inference v4.1, derived)."""
    plan = size_encoder(KNOWLEDGE, "SDXL-base-1.0", "H100-SXM-80GB", items_per_s=1)
    assert plan.items_per_s.low < 16.4 / 8 < plan.items_per_s.high


def test_speech_counts_seconds() -> None:
    long = size_encoder(KNOWLEDGE, "Whisper-large-v3", "L4", items_per_s=1, tokens_per_item=300)
    short = size_encoder(KNOWLEDGE, "Whisper-large-v3", "L4", items_per_s=1, tokens_per_item=30)
    assert short.items_per_s.typical == pytest.approx(10 * long.items_per_s.typical)


def test_classical_models_and_features() -> None:
    plan = size_classical(KNOWLEDGE, 20_000, redundant=True)
    assert plan.cores.kind == "assumed"
    assert plan.nodes >= 2
    assert feature_reads(100, 50, 2).typical == 10_000
    memory = kv_memory_gb_per_billion_features(KNOWLEDGE)
    assert memory.low < memory.typical < memory.high


def test_trees_cost_visits() -> None:
    few, many = tree_row_us(KNOWLEDGE, 100), tree_row_us(KNOWLEDGE, 1000)
    assert few.low < few.typical < few.high < 100
    assert 5 < many.typical / few.typical < 10
    assert tree_row_us(KNOWLEDGE, 100, leaves=255).typical > few.typical
    assert tree_row_us(KNOWLEDGE, 100, columns=1000).typical > few.typical
    plan = size_trees(KNOWLEDGE, 1e6, 1000)
    assert plan.cores.typical == pytest.approx(many.typical)
    assert plan.nodes > 10
    assert plan.latency_ms.typical == pytest.approx(many.typical / 1e3)


def test_feature_servers_pay_for_rows_and_views() -> None:
    def p99(rows: float, features: float, views: float | None = None, compiled: bool = False) -> float:
        return feature_latency_p99_ms(KNOWLEDGE, rows, features, views=views, compiled=compiled).typical

    assert p99(1, 50) < p99(100, 50) < 100 * p99(1, 50)
    assert p99(1, 50, views=50) > p99(1, 50)
    assert p99(1, 50, compiled=True) < p99(1, 50) / 5


def test_small_networks_are_bound_by_memory_and_large_ones_by_arithmetic() -> None:
    def rate(model: str, device: str) -> float:
        return size_encoder(KNOWLEDGE, model, device, items_per_s=1).items_per_s.typical

    # An L40S multiplies 2.2 times as fast as an RTX 4090 and moves 0.86 times as much.
    assert rate("efficientnet-b0", "L40S") < rate("efficientnet-b0", "RTX-4090")
    assert rate("clip-vit-large-14", "H100-SXM-80GB") > 3 * rate("clip-vit-large-14", "RTX-4090")


def test_a_published_speech_rate_comes_before_any_scaling() -> None:
    there = media_rate(KNOWLEDGE, "Whisper-large-v3-turbo", "H100-SXM-80GB")
    here = media_rate(KNOWLEDGE, "Whisper-large-v3-turbo", "T4")
    assert there is not None
    assert here is not None
    assert there.estimate.typical == 404
    assert there.estimate.kind == "measured"
    assert "https://" in there.evidence
    assert here.estimate.typical == pytest.approx(404 * 65 / 989, rel=0.01)
    assert media_rate(KNOWLEDGE, "Kokoro-82M", "T4") is None


def test_speech_and_pictures_are_sized_by_rate() -> None:
    few, many = (size_media(KNOWLEDGE, "Whisper-large-v3-turbo", "L4", load) for load in (5, 500))
    assert few.devices == 1
    assert many.devices > 10
    assert size_media(KNOWLEDGE, "Kokoro-82M", "L4", 5).devices == 0
    assert size_media(KNOWLEDGE, "SD-3.5-large", "L40S", 0.1).devices >= 1


def test_processors_carry_small_encoder_loads() -> None:
    small = size_cpu_encoder(KNOWLEDGE, "ModernBERT-base", items_per_s=0.2, tokens_per_item=100)
    assert small.few
    assert small.vcpus == 8
    quick = size_cpu_encoder(KNOWLEDGE, "ModernBERT-base", items_per_s=0.2, tokens_per_item=100, limit_ms=50)
    assert quick.vcpus > small.vcpus
    assert quick.latency_ms.typical <= 50
    assert not size_cpu_encoder(KNOWLEDGE, "bge-m3", items_per_s=500, tokens_per_item=300).few
    assert size_cpu_encoder(KNOWLEDGE, "text-embedding-3-large", items_per_s=1).nodes == 0
