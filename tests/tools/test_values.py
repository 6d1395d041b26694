"""Resolving a workload: stated over assumed, upper ends where something must fit, rates from users."""

import pytest

from knowledge import load
from tools.month import DAY_S
from tools.profile import Profile
from tools.values import resolve, with_names
from tools.workload import Known, Workload, from_mapping

KNOWLEDGE = load()


def test_what_is_stated_is_never_assumed() -> None:
    resolved = resolve(from_mapping({"use_case": "rag", "request_rate_rps": 7.0}), KNOWLEDGE)
    assert resolved.values["request_rate_rps"] == 7.0
    assert "request_rate_rps" not in resolved.assumed
    assert "request_rate_rps" in resolved.stated


def test_what_is_not_stated_is_assumed_with_a_range_and_a_reason() -> None:
    resolved = resolve(from_mapping({"use_case": "rag"}), KNOWLEDGE)
    rate = resolved.assumed["request_rate_rps"]
    assert rate.low is not None
    assert rate.high is not None
    assert rate.low <= rate.point <= rate.high
    assert rate.basis


def test_the_newest_statement_counts() -> None:
    workload = from_mapping({"users_total": 10.0}).with_known(Known(field="users_total", value=500.0, turn=2))
    assert resolve(workload, KNOWLEDGE).values["users_total"] == 500.0


def test_an_unknown_is_assumed() -> None:
    workload = from_mapping({"use_case": "rag"}).with_known(Known(field="input_tokens", unknown=True))
    assert "input_tokens" in resolve(workload, KNOWLEDGE).assumed


@pytest.mark.parametrize(
    ("field", "counts"), [("peak_rate_rps", 300.0), ("ttft_ms", 300.0), ("request_rate_rps", 200.0)]
)
def test_of_a_range_the_upper_end_counts_where_it_must_fit(field: str, counts: float) -> None:
    workload = Workload(history=(Known(field=field, low=100.0, high=300.0),))
    assert resolve(workload, KNOWLEDGE).values[field] == counts


def test_users_become_a_rate() -> None:
    daily = KNOWLEDGE.priors["use_cases"]["rag"]["requests_per_user_day"]
    resolved = resolve(from_mapping({"use_case": "rag", "users_total": 86_400.0}), KNOWLEDGE)
    assert resolved.values["request_rate_rps"] == pytest.approx(86_400 * daily[1] / DAY_S)
    assert "users" in resolved.assumed["request_rate_rps"].basis


def test_a_stated_rate_beats_users() -> None:
    both = {"use_case": "rag", "users_total": 1e6, "request_rate_rps": 2.0}
    assert resolve(from_mapping(both), KNOWLEDGE).values["mean_rps"] == 2.0


def test_a_peak_alone_gives_the_mean() -> None:
    values = resolve(from_mapping({"peak_rate_rps": 30.0, "peak_factor": 3.0}), KNOWLEDGE).values
    assert values["mean_rps"] == pytest.approx(10)
    assert values["peak_rps"] == 30


def test_derived_names_follow_from_fields() -> None:
    values = resolve(from_mapping({"use_case": "rag", "corpus_documents": 1000.0}), KNOWLEDGE).values
    assert values["has_corpus"] is True
    assert values["llm_work"] is True
    assert values["chunks"] == 3000


def test_a_profile_fills_what_the_user_leaves_open() -> None:
    profile = Profile(
        regions=("DE",), licence_policy="osi_only", existing_stack=("postgresql",), priorities=("cost",)
    )
    open_values = resolve(from_mapping({"use_case": "rag"}), KNOWLEDGE, profile).values
    assert open_values["residency"] == ("DE",)
    assert open_values["licence_policy"] == "osi_only"
    assert open_values["existing_components"] == ("postgresql",)
    assert open_values["priorities"] == ("cost",)
    stated = resolve(
        from_mapping({"residency": ["US"], "priorities": ["quality"]}), KNOWLEDGE, profile
    ).values
    assert stated["residency"] == ("US",)
    assert stated["priorities"] == ("quality",)


def test_decision_names_reach_the_names_that_read_them() -> None:
    values = resolve(from_mapping({"use_case": "rag"}), KNOWLEDGE).values
    more = with_names(values, {"selfhost_inference": True, "needs_vectors": False}, KNOWLEDGE)
    less = with_names(values, {"selfhost_inference": False, "needs_vectors": False}, KNOWLEDGE)
    assert more["services"] == less["services"] + 2
    assert "selfhost_inference" not in values


def test_every_derived_name_can_be_computed_of_nothing() -> None:
    values = resolve(Workload(), KNOWLEDGE).values
    assert set(KNOWLEDGE.derived) <= set(values)


def test_a_day_of_work_for_which_nobody_waits_is_done_within_its_window() -> None:
    load = {"use_case": "speech", "request_rate_rps": 1.0}

    def peak(**more: float) -> float:
        return float(resolve(from_mapping({**load, **more}), KNOWLEDGE).values["peak_rps"])

    assert peak(batch_window_h=8.0) == pytest.approx(3)
    assert peak(batch_window_h=24.0) == peak(batch_window_h=48.0) == pytest.approx(1)
    assert peak(batch_window_h=2.0) == pytest.approx(12)
    assert peak(batch_window_h=2.0, peak_factor=5.0) == pytest.approx(5)
    assert peak(batch_window_h=2.0, peak_rate_rps=4.0) == pytest.approx(4)
    assert peak(batch_window_h=2.0, e2e_latency_ms=500.0) == peak() == pytest.approx(3)
    for waited in ({"use_case": "rag"}, {"conversation": "yes"}, {"processing_pattern": "interactive"}):
        values = resolve(from_mapping({**load, **waited, "batch_window_h": 20.0}), KNOWLEDGE).values
        assert values["peak_rps"] == pytest.approx(3), waited
    assert resolve(from_mapping({**load, "batch_window_h": 2.0}), KNOWLEDGE).values["bursty"] is not True
