"""Three years of ownership and the volume at which serving a model yourself pays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import load
from tools.cost import (
    Bill,
    CostLine,
    bill_of,
    blended_usd_per_million,
    break_even,
    break_even_curve,
    staff_line,
    tco_36_months,
)
from tools.estimate import Estimate, Kind, point

KNOWLEDGE = load()


def estimate(low: float, typical: float, high: float, unit: str, kind: Kind = "estimated") -> Estimate:
    return Estimate(low=low, typical=typical, high=high, unit=unit, kind=kind)


def bill(infra: float = 1000, model: float = 2000, staff: float = 3000, priced: bool = True) -> Bill:
    monthly = {"infra": infra, "llm": model}
    lines = [
        CostLine(
            item="item", component=part, part=part, service_category="Databases",
            list_cost=point(usd, "USD/month"), effective_cost=point(usd, "USD/month"),
        )
        for part, usd in monthly.items()
    ]  # fmt: skip
    if not priced:
        lines.append(lines[0].model_copy(update={"list_cost": None, "effective_cost": None}))
    return bill_of([*lines, staff_line(estimate(staff * 0.5, staff, staff * 2, "USD/month"))])


def test_flat_costs_add_up_to_thirty_six_months() -> None:
    flat = bill_of([staff_line(point(1000, "USD/month"))])
    result = tco_36_months(KNOWLEDGE, flat, 0.0)
    assert result.months == 36
    assert 36_000 <= result.total.low <= result.total.high <= 36_000 * 1.06**3
    assert result.net_present.typical < result.total.typical
    assert sum(result.by_year) == pytest.approx(result.total.typical, rel=0.02)


def test_one_seed_gives_one_answer_and_another_gives_another() -> None:
    first, again = tco_36_months(KNOWLEDGE, bill(), 2.0), tco_36_months(KNOWLEDGE, bill(), 2.0)
    assert first == again
    assert tco_36_months(KNOWLEDGE, bill(), 2.0, seed=7).total != first.total


def test_the_percentiles_are_in_order_and_cite_their_assumptions() -> None:
    result = tco_36_months(KNOWLEDGE, bill(), estimate(0, 2, 8, "percent/month"))
    assert result.total.low < result.total.typical < result.total.high
    assert "assumption/cost/wage_drift_year" in result.total.evidence
    assert result.draws == 2000


def test_the_tornado_names_the_widest_swing_first() -> None:
    result = tco_36_months(KNOWLEDGE, bill(model=50), estimate(0, 1, 1.5, "percent/month"))
    widths = [swing.width for swing in result.tornado]
    assert result.tornado[0].name == "staff"
    assert widths == sorted(widths, reverse=True)
    assert "migration" not in {swing.name for swing in result.tornado}


def test_one_off_costs_are_kept_apart() -> None:
    moved = estimate(5000, 10_000, 40_000, "USD")
    plain = tco_36_months(KNOWLEDGE, bill())
    with_move = tco_36_months(KNOWLEDGE, bill(), migration=moved, training=point(2000, "USD"))
    assert plain.one_off.high == 0
    assert with_move.one_off.typical > 10_000
    assert with_move.by_year[0] == pytest.approx(plain.by_year[0] + 12_000)


def test_an_unpriced_line_makes_the_total_incomplete() -> None:
    assert tco_36_months(KNOWLEDGE, bill(priced=False)).total.incomplete
    assert not tco_36_months(KNOWLEDGE, bill()).total.incomplete


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 10), st.floats(0.1, 5))
def test_faster_growth_never_costs_less(growth: float, more: float) -> None:
    slow, fast = tco_36_months(KNOWLEDGE, bill(), growth), tco_36_months(KNOWLEDGE, bill(), growth + more)
    assert fast.net_present.typical >= slow.net_present.typical


def test_a_higher_discount_rate_lowers_the_present_cost() -> None:
    low, high = (tco_36_months(KNOWLEDGE, bill(), discount_rate=rate) for rate in (0.02, 0.15))
    assert high.net_present.typical < low.net_present.typical
    assert high.total == low.total


def test_break_even_is_fixed_cost_over_token_price() -> None:
    result = break_even(point(4.0, "USD"), point(8000, "USD/month"), capacity_tokens_month=10e9)
    assert result.tokens_month is not None
    assert result.tokens_month.typical == pytest.approx(2e9)
    assert result.utilisation == pytest.approx(0.2)
    assert "2,000 million tokens" in result.text


def test_a_commodity_model_on_dear_accelerators_never_breaks_even() -> None:
    """Llama-3.3-70B on 4 x H100 at 12.29 USD/h carries 5,130 tokens/s; hosted at 0.40 USD per million."""
    month = 730 * 3600
    result = break_even(point(0.40, "USD"), point(4 * 12.29 * 730, "USD/month"), 5130.2 * month)
    assert result.tokens_month is None
    assert result.utilisation > 1
    assert result.usd_per_million_at_capacity == pytest.approx(2.662, rel=0.005)
    assert "doesn't pay" in result.text


def test_break_even_needs_a_price() -> None:
    with pytest.raises(ValueError, match="positive"):
        break_even(point(0.0, "USD"), point(1.0, "USD/month"), 1.0)


@given(st.floats(0.01, 100), st.floats(1, 1e6), st.floats(1.01, 3))
def test_a_dearer_api_breaks_even_earlier(price: float, fixed: float, factor: float) -> None:
    near = break_even(point(price, "USD"), point(fixed, "USD/month"), 1e15).utilisation
    far = break_even(point(price * factor, "USD"), point(fixed, "USD/month"), 1e15).utilisation
    assert far < near


def test_the_curve_adds_replicas_with_the_load() -> None:
    curve = break_even_curve(4.0, 1000, 1e9, 500, (0.0, 5e8, 3e9), target_utilisation=0.5)
    assert [item.replicas for item in curve] == [1, 1, 6]
    assert curve[0].selfhost_usd_month == 1500
    assert curve[2].api_usd_month == pytest.approx(12_000)


def test_blended_price() -> None:
    assert blended_usd_per_million(2.0, 10.0, 0.0) == 2.0
    assert blended_usd_per_million(2.0, 10.0, 1.0) == 10.0
