"""Prices of machines, tokens, services and people, and the bill that adds them up."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import Knowledge
from tests.tools.priced import WORKLOAD, Priced, component
from tools.cost import (
    accelerator_hourly,
    accelerator_line,
    api_costs,
    api_monthly_cost,
    bill_of,
    convert,
    downtime_cost,
    exit_cost,
    hourly_rate,
    migration_cost,
    monthly_bill,
    price_evidence,
    rerank_monthly_cost,
    spot_hourly,
    staff_cost,
    staff_fte,
    token_line,
    training_cost,
    usd_per_million_tokens,
)
from tools.estimate import Estimate, point

AS_OF = date(2026, 11, 24)

KNOWLEDGE = Priced()
MODES = (
    "gpu-on-demand",
    "gpu-reserved",
    "gpu-neocloud",
    "serverless-gpu",
    "gpu-sovereign-cloud",
    "gpu-on-prem",
)


@pytest.fixture
def knowledge() -> Knowledge:
    return KNOWLEDGE


class TestAccelerators:
    @pytest.mark.parametrize("mode", MODES)
    def test_every_mode_prices_a_common_accelerator_and_cites_it(
        self, knowledge: Knowledge, mode: str
    ) -> None:
        hourly = accelerator_hourly(knowledge, "H100-SXM-80GB", mode, (), AS_OF)
        assert hourly is not None
        assert 0.5 < hourly.low <= hourly.typical <= hourly.high < 20
        assert hourly.unit == "USD/accelerator-hour"
        assert all(price_evidence(knowledge, source) for source in hourly.evidence)

    def test_unknown_accelerators_and_modes_have_no_price(self, knowledge: Knowledge) -> None:
        assert accelerator_hourly(knowledge, "H900", "gpu-on-demand", (), AS_OF) is None
        assert accelerator_hourly(knowledge, "H100-SXM-80GB", "barter", (), AS_OF) is None

    def test_a_named_cloud_narrows_the_range(self, knowledge: Knowledge) -> None:
        everywhere = accelerator_hourly(knowledge, "H100-SXM-80GB", "gpu-on-demand", (), AS_OF)
        aws = accelerator_hourly(knowledge, "H100-SXM-80GB", "gpu-on-demand", ("aws",), AS_OF)
        assert everywhere is not None
        assert aws is not None
        assert aws.high - aws.low < everywhere.high - everywhere.low
        assert aws.typical < everywhere.typical

    def test_commitment_is_cheaper_and_ownership_cheapest_at_full_use(self, knowledge: Knowledge) -> None:
        demand, reserved, owned = (
            accelerator_hourly(knowledge, "H100-SXM-80GB", mode, (), AS_OF)
            for mode in ("gpu-on-demand", "gpu-reserved", "gpu-on-prem")
        )
        assert demand is not None
        assert reserved is not None
        assert owned is not None
        assert owned.typical < reserved.typical < demand.typical

    def test_spot_is_an_interval_that_includes_interruptions(self, knowledge: Knowledge) -> None:
        spot = spot_hourly(knowledge, "H100-SXM-80GB", ("aws",), AS_OF)
        assert spot is not None
        assert spot.high > 1.5 * spot.low
        assert "assumption/cost/interruption_overhead" in spot.evidence

    def test_a_price_nobody_lists_is_derived_from_peers_and_marked_assumed(
        self, knowledge: Knowledge
    ) -> None:
        derived = accelerator_hourly(knowledge, "L4", "gpu-sovereign-cloud", (), AS_OF)
        assert derived is not None
        assert derived.kind == "assumed"
        assert derived.high > 2 * derived.low

    def test_the_age_of_the_newest_price_is_stated(self, knowledge: Knowledge) -> None:
        hourly = accelerator_hourly(knowledge, "H100-SXM-80GB", "gpu-neocloud", (), date(2027, 11, 24))
        assert hourly is not None
        assert float(hourly.inputs["age_days"]) > 365


class TestPublishedTokenCosts:
    """Worked examples: throughput of ML.ENERGY runs (2026-02) times published accelerator prices."""

    @pytest.mark.parametrize(
        ("accelerators", "usd", "tokens_per_s", "utilisation", "expected"),
        [
            (4, 2.95, 5130.2, 1.0, 0.639),
            (4, 6.88, 5130.2, 1.0, 1.490),
            (4, 11.06, 5130.2, 1.0, 2.396),
            (4, 12.29, 5130.2, 1.0, 2.662),
            (4, 2.95, 2563.8, 1.0, 1.278),
            (4, 12.29, 2563.8, 1.0, 5.326),
            (1, 2.95, 9009.6, 1.0, 0.091),
            (1, 12.29, 9009.6, 1.0, 0.379),
            (4, 2.95, 5130.2, 0.1, 6.39),
            (4, 2.95, 5130.2, 0.3, 2.13),
            (4, 2.95, 5130.2, 0.6, 1.065),
            (4, 2.50, 3400.0, 1.0, 0.82),
            (4, 1.60, 3400.0, 1.0, 0.52),
            (1, 2.50, 700.0, 1.0, 0.99),
            (1, 2.50, 700.0, 0.1, 9.9),
        ],
    )
    def test_usd_per_million_output_tokens(
        self, accelerators: int, usd: float, tokens_per_s: float, utilisation: float, expected: float
    ) -> None:
        cost = usd_per_million_tokens(accelerators * usd, tokens_per_s, utilisation)
        assert cost == pytest.approx(expected, rel=0.01)

    @given(st.floats(0.01, 1.0))
    def test_cost_is_inverse_to_utilisation(self, utilisation: float) -> None:
        full, part = usd_per_million_tokens(10, 1000), usd_per_million_tokens(10, 1000, utilisation)
        assert part * utilisation == pytest.approx(full)


class TestModelApi:
    def test_tokens_times_list_price(self, knowledge: Knowledge) -> None:
        cost = api_monthly_cost(knowledge, "gpt-6-sol", 1e9, 1e8)
        assert cost is not None
        assert cost.typical == pytest.approx(2.0 * 1000 + 10.0 * 100)
        assert cost.evidence == ("price/llm/gpt-6-sol",)

    def test_cached_and_batched_tokens_are_cheaper_and_long_prompts_dearer(
        self, knowledge: Knowledge
    ) -> None:
        plain, cached, batched, long = (
            api_monthly_cost(knowledge, "gpt-6-sol", 1e9, 1e8, **extra)
            for extra in ({}, {"cached_share": 0.5}, {"batch": True}, {"long_context": True})
        )
        assert plain and cached and batched and long  # noqa: PT018
        assert cached.typical == pytest.approx(500 * 2.0 + 500 * 0.2 + 1000)
        assert batched.typical == pytest.approx(plain.typical / 2)
        assert long.typical == pytest.approx(1000 * 4.0 + 1000)

    def test_an_open_model_at_several_hosts_has_a_range(self, knowledge: Knowledge) -> None:
        cost = api_monthly_cost(knowledge, "Llama-3.3-70B-Instruct", 1e9, 1e8)
        assert cost is not None
        assert cost.low < cost.typical < cost.high
        assert len(cost.evidence) > 1

    def test_an_unknown_model_has_no_price_rather_than_a_price_of_zero(self, knowledge: Knowledge) -> None:
        assert api_monthly_cost(knowledge, "secret-model", 1e9, 1e9) is None
        assert "secret-model" not in api_costs(knowledge, 1, 1)

    def test_all_at_once_agrees_with_one_at_a_time(self, knowledge: Knowledge) -> None:
        for model, usd in api_costs(knowledge, 1000, 100, cached_share=0.3).items():
            single = api_monthly_cost(knowledge, model, 1e9, 1e8, cached_share=0.3)
            assert single is not None
            assert usd == pytest.approx(single.typical), model

    def test_models_past_their_deprecation_are_not_offered(self, knowledge: Knowledge) -> None:
        later = api_costs(knowledge, 1, 1, as_of=date(2030, 1, 1))
        assert "gpt-4o" in api_costs(knowledge, 1, 1, as_of=AS_OF)
        assert "gpt-4o" not in later

    def test_rerankers_are_billed_per_query(self, knowledge: Knowledge) -> None:
        cost = rerank_monthly_cost(knowledge, "rerank-v4.0-pro", 1e6, 0)
        assert cost is not None
        assert cost.typical == pytest.approx(2500)

    @settings(max_examples=40)
    @given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(1, 3))
    def test_more_tokens_never_cost_less(self, input_m: float, output_m: float, factor: float) -> None:
        less, more = api_costs(KNOWLEDGE, input_m, output_m), api_costs(KNOWLEDGE, input_m * factor, output_m)
        assert all(more[model] >= usd for model, usd in less.items())


class TestBill:
    def test_parts_add_up(self, knowledge: Knowledge) -> None:
        picks = [component("postgresql"), component("qdrant"), component("qdrant")]
        bill = monthly_bill(
            knowledge, picks, WORKLOAD, AS_OF,
            model_lines=[token_line(knowledge, "gpt-6-sol", "openai-api", 1e9, 1e8)],
            staff=point(3000, "USD/month", "user"),
        )  # fmt: skip
        assert bill.monthly_llm.typical == pytest.approx(3000)
        assert bill.monthly_total.typical == pytest.approx(
            bill.monthly_infra.typical + bill.monthly_staff.typical
        )
        assert bill.monthly_infra.typical > bill.monthly_llm.typical
        assert len({(line.component, line.item) for line in bill.lines}) == len(bill.lines)

    def test_what_another_line_carries_is_not_billed_twice(self) -> None:
        picks = [component("vllm"), component("some-api", slots=("cmp.model_api",))]
        bill = monthly_bill(Priced(*picks), picks, WORKLOAD, AS_OF)
        assert {line.component for line in bill.lines} == {"internet-egress"}

    def test_an_unpriced_accelerator_makes_totals_incomplete(self, knowledge: Knowledge) -> None:
        line = accelerator_line(knowledge, "TPU-v5e", "gpu-on-demand", 4, (), AS_OF)
        assert line.unpriced
        assert bill_of([line]).incomplete

    def test_serverless_is_billed_for_the_hours_used(self, knowledge: Knowledge) -> None:
        full = accelerator_line(knowledge, "L40S", "serverless-gpu", 1, (), AS_OF)
        tenth = accelerator_line(knowledge, "L40S", "serverless-gpu", 1, (), AS_OF, hours_share=0.1)
        assert full.list_cost is not None
        assert tenth.list_cost is not None
        assert tenth.list_cost.typical == pytest.approx(full.list_cost.typical / 10)


class TestPeople:
    def test_each_component_counts_once_and_hosted_ones_little(self, knowledge: Knowledge) -> None:
        own = component("a-database", ops_complexity=4)
        hosted = component("a-service", modes={"saas"}, ops_complexity=4)
        alone = staff_fte(knowledge, [own], {})
        assert staff_fte(knowledge, [own, own], {}).typical == alone.typical
        assert staff_fte(knowledge, [hosted], {}).typical < alone.typical / 5

    def test_the_burden_is_capped_and_wide(self, knowledge: Knowledge) -> None:
        many = [component(f"part-{index}", ops_complexity=5) for index in range(200)]
        fte = staff_fte(knowledge, many, {})
        assert fte.typical <= 8
        assert fte.kind == "assumed"
        few = staff_fte(knowledge, many[:3], {})
        assert few.high > 4 * few.low

    @settings(max_examples=20)
    @given(st.integers(1, 60))
    def test_more_components_never_take_fewer_people(self, count: int) -> None:
        parts = [component(f"part-{index}") for index in range(count + 1)]
        assert staff_fte(KNOWLEDGE, parts[:-1], {}).typical <= staff_fte(KNOWLEDGE, parts, {}).typical

    def test_wages_are_loaded_and_the_user_s_own_figure_wins(self, knowledge: Knowledge) -> None:
        """BLS median 133,080 USD x 1.43 / 12 for one person."""
        one = point(1.0, "FTE", "user")
        assert staff_cost(knowledge, one).typical == pytest.approx(133080 * 1.43 / 12)
        assert staff_cost(knowledge, one, 120_000).typical == pytest.approx(10_000)
        assert staff_cost(knowledge, one, None, "KR").typical < staff_cost(knowledge, one).typical

    def test_one_off_costs_grow_with_what_is_new_moved_or_left(self, knowledge: Knowledge) -> None:
        hourly = hourly_rate(knowledge)
        plain, kube = component(), component("kubernetes", skills=frozenset({"kubernetes"}))
        assert training_cost(knowledge, [], 4, hourly).typical == 0
        with_exam = training_cost(knowledge, [plain, kube], 4, hourly)
        assert with_exam.typical > training_cost(knowledge, [plain], 4, hourly).typical
        assert "price/training/cka-exam" in with_exam.evidence
        assert migration_cost(knowledge, 0, hourly, 1000).high == 0
        assert migration_cost(knowledge, 2, hourly, 1000).typical > 3000
        easy, hard = component(exit_path="drop_in_api"), component(exit_path="rewrite")
        assert exit_cost(knowledge, [easy], hourly).typical < exit_cost(knowledge, [hard], hourly).typical

    def test_downtime_costs_nothing_unless_the_user_prices_it(self) -> None:
        assert downtime_cost(None, 99.0) is None
        priced = downtime_cost(1000, 99.0)
        assert priced is not None
        assert priced.typical == pytest.approx(7300)


class TestCurrency:
    def test_conversion_is_dated_and_widens_with_age(self, knowledge: Knowledge) -> None:
        fresh = convert(knowledge, 20_000, "EUR", "USD", date(2026, 10, 6))
        old = convert(knowledge, 20_000, "EUR", "USD", date(2027, 10, 6))
        assert fresh.typical == pytest.approx(22_538)
        assert fresh.inputs["as_of"] == "2026-10-06"
        assert old.high - old.low > fresh.high - fresh.low == 0
        assert all(price_evidence(knowledge, source) for source in fresh.evidence)

    @given(st.sampled_from(["GBP", "JPY", "INR", "KRW", "CHF"]), st.floats(1, 1e9))
    def test_there_and_back_is_the_same_money(self, currency: str, amount: float) -> None:
        there = convert(KNOWLEDGE, amount, "USD", currency).typical
        assert convert(KNOWLEDGE, there, currency, "USD").typical == pytest.approx(amount)


def test_evidence_of_assumptions_says_their_basis(knowledge: Knowledge) -> None:
    found = price_evidence(knowledge, "assumption/cost/server_share")
    assert found is not None
    assert found.kind == "assumption"
    assert "assumed" in found.text
    assert price_evidence(knowledge, "fact/other") is None
    assert price_evidence(knowledge, "price/service/wandb") is None


def test_estimates_are_remembered_as_they_are(knowledge: Knowledge) -> None:
    first = accelerator_hourly(knowledge, "L40S", "gpu-on-demand", ("aws",), AS_OF)
    assert isinstance(first, Estimate)
    assert accelerator_hourly(knowledge, "L40S", "gpu-on-demand", ("aws",), AS_OF) is first
