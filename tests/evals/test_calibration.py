"""Calibration: figures by hand, and agreement with what an assessment states."""

import random
from datetime import date

import pytest

from evals.calibration import Claimed, calibrate, drawn_truth, stated_share
from knowledge import Knowledge, load
from tools.assess import assess
from tools.ranking import rank
from tools.values import resolve
from tools.workload import Workload, from_mapping

AS_OF = date(2026, 11, 25)
WORKLOAD = {"use_case": "rag", "request_rate_rps": 2, "priorities": ["cost", "quality"]}


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return load()


@pytest.fixture(scope="module")
def workload() -> Workload:
    return from_mapping(WORKLOAD)


def test_shares_that_come_true_as_often_as_stated_are_calibrated() -> None:
    claims = [Claimed(0.75, True)] * 3 + [Claimed(0.75, False)]
    found = calibrate(claims)
    assert found is not None
    assert found.ece == pytest.approx(0.0)
    assert found.brier == pytest.approx((3 * 0.25**2 + 0.75**2) / 4)


def test_overconfidence_counts_by_its_distance() -> None:
    found = calibrate([Claimed(1.0, True), Claimed(1.0, False)])
    assert found is not None
    assert (found.ece, found.brier) == (0.5, 0.5)
    assert [(item.draws, item.stated, item.kept) for item in found.bins] == [(2, 1.0, 0.5)]
    assert (found.bins[0].low, found.bins[0].high) == (0.9, 1.0)


def test_each_claim_lies_in_the_bin_of_its_share() -> None:
    found = calibrate([Claimed(0.0, False), Claimed(0.05, False), Claimed(0.3, True), Claimed(0.39, False)])
    assert found is not None
    assert [(item.low, item.high, item.draws) for item in found.bins] == [(0.0, 0.1, 2), (0.3, 0.4, 2)]
    assert found.bins[1].stated == pytest.approx(0.345)
    assert found.ece == pytest.approx((2 * 0.025 + 2 * abs(0.345 - 0.5)) / 4)


def test_errors_of_opposite_sign_in_different_bins_do_not_cancel() -> None:
    found = calibrate([Claimed(0.95, False), Claimed(0.05, True)])
    assert found is not None
    assert found.ece == pytest.approx(0.95)


def test_nothing_claimed_is_no_calibration() -> None:
    assert calibrate([]) is None


def test_the_share_is_the_one_that_the_assessment_states(known: Knowledge, workload: Workload) -> None:
    full = assess(workload, known, AS_OF)
    assert full.robustness is not None
    assert full.winner is not None
    share = stated_share(rank(workload, known, AS_OF), known)
    assert share == pytest.approx(full.robustness.first_share[full.winner.id])


def test_truths_differ_where_something_was_assumed_and_keep_what_was_said(
    known: Knowledge, workload: Workload
) -> None:
    rng = random.Random(1)
    truths = [drawn_truth(workload, known, rng) for _ in range(20)]
    assert all(truth.known["request_rate_rps"].value == 2 for truth in truths)
    sizes = {truth.known["team_engineers"].value for truth in truths}
    assert sizes == {known.priors["fields"]["team_engineers"][end] for end in ("low", "point", "high")}
    assert all("budget_usd_month" not in truth.known for truth in truths)


def test_choices_are_drawn_as_often_as_the_priors_say(known: Knowledge, workload: Workload) -> None:
    rng = random.Random(1)
    drawn = [drawn_truth(workload, known, rng).known["skill_kubernetes"].value for _ in range(300)]
    shares = known.priors["fields"]["skill_kubernetes"]["choices"]
    assert set(drawn) == set(shares)
    for value, share in shares.items():
        assert drawn.count(value) / len(drawn) == pytest.approx(share, abs=0.09)


def test_limits_are_drawn_when_asked_for(known: Knowledge, workload: Workload) -> None:
    truth = drawn_truth(workload, known, random.Random(1), limits=True)
    assert truth.known["budget_usd_month"].value in {500.0, 5000.0, 60000.0}


def test_drawn_values_can_be_resolved(known: Knowledge, workload: Workload) -> None:
    truth = drawn_truth(workload, known, random.Random(3), limits=True)
    assert resolve(truth, known).values["mean_rps"] == 2
