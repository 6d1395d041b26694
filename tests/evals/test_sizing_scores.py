"""The scores of `eval sizing`: right and wrong answers, groups alike, order of pairs, coverage."""

import pytest

from evals.measured_rows import Asked, sizing_data
from evals.row_predictions import Answer
from evals.sizing_scores import Scored, report, score, task_of

SHAPE = sizing_data().shapes["serving"]
ROW = {
    "source": "S", "model": "M", "accelerator": "A", "n_accelerators": "1", "scenario": "closed-loop concurrency",
    "input_tokens": "100", "output_tokens": "100", "concurrency": "4", "metric": "tpot_mean",
}  # fmt: skip


def scored(
    predicted: float | None, measured: str, group: str = "g", metric: str = "tpot_mean", **cells: str
) -> Scored:
    asked = Asked("1", metric, metric, group, {})
    low, high = (None, None) if predicted is None else (predicted / 1.5, predicted * 1.5)
    answer = Answer(asked, predicted, low, high, "roofline", "" if predicted else "no model")
    return score(SHAPE, {**ROW, "metric": metric, "value": measured, **cells}, answer)


def figures(*items: Scored, task: str = "served TPOT") -> dict[str, float]:
    found: dict[str, float] = report(SHAPE, items, True)["tasks"][task]
    return found


def test_a_right_answer_has_no_error_and_a_wrong_one_its_own() -> None:
    assert figures(scored(10, "10"))["macro_error"] == 0
    assert figures(scored(15, "10"))["macro_error"] == pytest.approx(0.5)


def test_a_refusal_counts_as_all_wrong() -> None:
    found = figures(scored(None, "10"), scored(10, "10"))
    assert (found["macro_error"], found["answered"]) == (0.5, 0.5)
    assert found["in_interval"] == 1


def test_groups_count_alike() -> None:
    many = [scored(10, "10", "large") for _ in range(9)]
    assert figures(*many, scored(20, "10", "small"))["macro_error"] == pytest.approx(0.5)


def test_the_worst_groups_are_named_worst_first() -> None:
    errors = {"a": "11", "b": "20", "c": "10", "d": "40"}
    task = report(SHAPE, [scored(10, text, name) for name, text in errors.items()], True)["tasks"][
        "served TPOT"
    ]
    assert list(task["worst_groups"]) == ["d", "b", "a"]
    assert task["worst_groups"]["d"] == {"rows": 1, "mean_error": 0.75, "in_interval": 0.0}


def test_rows_without_a_measured_value_are_not_scored() -> None:
    assert figures(scored(10, "10"), scored(99, ""), scored(99, "nan"), scored(99, "0"))["rows"] == 1


def test_coverage_and_width() -> None:
    found = figures(scored(10, "14"), scored(10, "16"))
    assert found["in_interval"] == 0.5
    assert found["width"] == pytest.approx(2.25)


def test_pairs_of_one_model_and_load() -> None:
    """Only pairs that differ by more than 1.3 count; another model or other lengths are no pair."""
    right = (scored(10, "10"), scored(20, "20"))
    assert (figures(*right)["pairs"], figures(*right)["pairs_ordered"]) == (1, 1)
    assert figures(scored(20, "10"), scored(10, "20"))["pairs_ordered"] == 0
    assert figures(scored(10, "10"), scored(10, "20"))["pairs_ordered"] == 0
    assert figures(scored(None, "10"), scored(10, "20"))["pairs_ordered"] == 0
    assert figures(scored(10, "10"), scored(20, "12"))["pairs"] == 0
    assert figures(scored(10, "10"), scored(20, "20", model="N"))["pairs"] == 0
    assert figures(scored(10, "10"), scored(20, "20", input_tokens="200"))["pairs"] == 0


def test_vector_rates_are_right_within_three_times_and_sizes_within_30_percent() -> None:
    near = figures(scored(29, "10", metric="qps"), scored(31, "10", metric="qps"), task="vector QPS")
    assert near["within"] == 0.5
    sizes = (scored(12.9, "10", metric="index_size_kb"), scored(13.1, "10", metric="index_size_kb"))
    assert figures(*sizes, task="index size")["within"] == 0.5


@pytest.mark.parametrize(
    ("cells", "quantity", "task"),
    [
        ({}, "tpot_p50", "served TPOT"),
        ({"input_tokens": ""}, "tpot_p50", "other"),
        ({}, "tpot_p99", "other"),
        ({}, "ttft_mean", "TTFT"),
        ({"notes": "queue_saturated; x"}, "ttft_mean", "other"),
        ({"scenario": "steady-state, gpqa"}, "tpot_p50", "steady ITL"),
        ({"scenario": "Offline static batch"}, "output_throughput", "offline"),
        ({"scenario": "Offline", "input_tokens": ""}, "output_throughput", "other"),
        ({"scenario": "single stream batch 1"}, "decode_tokens_per_s", "single stream"),
    ],
)
def test_rows_belong_to_their_task(cells: dict[str, str], quantity: str, task: str) -> None:
    assert task_of({**ROW, **cells}, quantity) == task


def test_the_share_answered_is_told_by_source_and_for_complete_rows() -> None:
    items = (scored(10, "10"), scored(None, "10", source="T"), scored(None, "10", source="T", model=""))
    found = report(SHAPE, items, True)
    assert found["by_source"]["S"]["answered"] == 1
    assert (found["by_source"]["T"]["answered"], found["by_source"]["T"]["complete"]) == (0, 1)
    assert found["answered"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["reasons"] == {"no model": 2}


def test_errors_are_told_by_accelerator_model_and_scenario() -> None:
    found = report(SHAPE, (scored(10, "10"), scored(20, "10", accelerator="B")), True)
    assert found["by_accelerator"]["served TPOT, A"]["median_error"] == 0
    assert found["by_accelerator"]["served TPOT, B"]["median_error"] == 1
    assert found["by_scenario"]["served TPOT, closed-loop concurrency"]["rows"] == 2
