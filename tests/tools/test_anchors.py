"""Value functions through fixed anchors: bounded, monotone, and blind to who else is in the race."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import load
from tools.anchors import clamp, envelope_fit, piecewise, piecewise_log
from tools.ranking import rank
from tools.workload import from_mapping

KNOWLEDGE = load()
FALLING = [[0.1, 1.0], [0.6, 0.75], [1.0, 0.5], [1.5, 0.0]]


@given(st.floats(0, 10), st.floats(0, 10))
def test_a_falling_value_never_rises(left: float, right: float) -> None:
    low, high = sorted((left, right))
    assert 0 <= piecewise(FALLING, high) <= piecewise(FALLING, low) <= 1


@pytest.mark.parametrize(("x", "value"), [(0, 1.0), (0.1, 1.0), (0.8, 0.625), (1.25, 0.25), (9, 0.0)])
def test_values_are_linear_between_anchors_and_constant_outside(x: float, value: float) -> None:
    assert piecewise(FALLING, x) == pytest.approx(value)


def test_the_logarithmic_scale_takes_nothing_for_the_best() -> None:
    points = KNOWLEDGE.anchors["cost_usd_month_log"]
    assert piecewise_log(points, 0) == points[0][1]
    assert piecewise_log(points, 1e12) == points[-1][1]


@given(st.floats(1e-6, 1e9), st.floats(0.1, 1e6))
def test_fit_stays_within_its_scale(need: float, high: float) -> None:
    assert 0 <= envelope_fit(need, high / 100, high, (0.1, 0.7)) <= 1


def test_too_much_and_too_little_both_cost_fit() -> None:
    comfort = KNOWLEDGE.anchors["envelope_comfort"]
    inside = envelope_fit(500, 100, 1000, comfort)
    assert inside == 1.0
    assert envelope_fit(1, 100, 1000, comfort) < inside
    assert envelope_fit(950, 100, 1000, comfort) < inside
    assert envelope_fit(2000, 100, 1000, comfort) == 0


def test_clamp() -> None:
    assert [clamp(value) for value in (-1, 0.3, 4)] == [0, 0.3, 1]


def test_an_option_that_drops_out_never_changes_the_order_of_the_others() -> None:
    orders = {slot: order for slot, order in _orders().items() if len(order) > 3 and slot[:4] != "cmp."}
    assert len(orders) > 3
    for slot, everyone in orders.items():
        for left_out in everyone[:3]:
            others = [identity for identity in everyone if identity != left_out]
            assert _orders(left_out)[slot] == others


def _orders(*avoided: str) -> dict[str, list[str]]:
    """Possible components of each slot of the winner, best first."""
    workload = from_mapping(
        {"use_case": "rag", "corpus_documents": 1e6, "request_rate_rps": 20.0, "avoid_components": avoided}
    )
    winner = rank(workload, KNOWLEDGE, date(2026, 11, 24)).winner
    assert winner is not None
    return {
        slot: [item.component.id for item in ranked if item.barrier is None]
        for slot, ranked in winner.ranked.items()
    }
