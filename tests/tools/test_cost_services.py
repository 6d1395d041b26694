"""Prices of services by their own price models, and of software that needs a machine."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import Knowledge
from knowledge.service_prices import price_models
from tests.tools.priced import WORKLOAD, Priced, component
from tools.cost import bill_of, discount_of, price_evidence, service_cost, service_cost_point

AS_OF = date(2026, 11, 24)
KNOWLEDGE = Priced()


@pytest.fixture
def knowledge() -> Knowledge:
    return KNOWLEDGE


class TestServices:
    def test_pinecone_of_ten_million_vectors(self, knowledge: Knowledge) -> None:
        """docs.pinecone.io understanding-cost: 71.4 GB, 71.4 RU a query; prices of 2026-11-04."""
        values = {**WORKLOAD, "chunks": 10e6, "dims": 1535.0, "ingest_docs_per_day": 0.0}
        lines = {line.item: line for line in service_cost(knowledge, "pinecone", values, AS_OF)}
        storage, reads = lines["storage"].list_cost, lines["reads"].list_cost
        assert storage is not None
        assert reads is not None
        assert storage.typical == pytest.approx(23.56, rel=0.01)
        assert reads.typical == pytest.approx(1142.40, rel=0.01)

    def test_a_namespace_per_tenant_cuts_pinecone_reads(self, knowledge: Knowledge) -> None:
        values = {**WORKLOAD, "chunks": 10e6, "dims": 1536}
        shared = service_cost_point(knowledge, "pinecone", values)
        parted = service_cost_point(knowledge, "pinecone", {**values, "tenants": 1000})
        assert shared is not None
        assert parted is not None
        assert parted < shared / 10

    def test_minimum_commitments_apply(self, knowledge: Knowledge) -> None:
        """turbopuffer's calculator: 1M documents come to about 7 USD and are billed at 16."""
        tiny = {**WORKLOAD, "chunks": 1e5, "requests_per_month": 1e4, "ingest_docs_per_day": 0.0}
        assert service_cost_point(knowledge, "turbopuffer", tiny) == pytest.approx(16)
        bill = bill_of(service_cost(knowledge, "turbopuffer", tiny, AS_OF))
        assert bill.monthly_total.typical == pytest.approx(16)

    def test_opensearch_serverless_has_a_floor(self, knowledge: Knowledge) -> None:
        """0.24 USD x 2 OCU x 730 h = 350.40."""
        lines = {
            line.item: line for line in service_cost(knowledge, "opensearch-serverless", WORKLOAD, AS_OF)
        }
        floor = lines["compute units"].list_cost
        assert floor is not None
        assert floor.typical == pytest.approx(350.40)

    def test_zilliz_writes_and_dedicated_units(self, knowledge: Knowledge) -> None:
        """Vendor examples: 0.75M vCU for 1M x 768 = 3 USD; 16 CU x 720 h = 2,856.96 USD."""
        prices = {row.id: row.price_usd for row in _prices(knowledge)}
        assert 0.75 * (prices["zilliz_vcu"] or 0) == pytest.approx(3.0)
        assert 16 * 720 * (prices["zilliz_cu"] or 0) == pytest.approx(2856.96)

    def test_managed_airflow_example(self, knowledge: Knowledge) -> None:
        """Large environment, 2.5 extra workers, 3 extra schedulers, 1 TB of metadata: 1,706 USD."""
        prices = {row.id: row.price_usd or 0.0 for row in _prices(knowledge)}
        worker = 730 * prices["mwaa_large_worker"]
        usd = 730 * prices["mwaa_large"] + 5.5 * worker + 1000 * prices["mwaa_storage"]
        assert usd == pytest.approx(1706, abs=1)

    def test_unpriced_is_never_zero(self, knowledge: Knowledge) -> None:
        assert service_cost_point(knowledge, "wandb-weave", WORKLOAD) is None
        assert service_cost_point(knowledge, "unheard-of-product", WORKLOAD) is None
        bill = bill_of(service_cost(knowledge, "wandb-weave", WORKLOAD, AS_OF))
        assert bill.incomplete
        assert bill.monthly_total.incomplete
        assert bill.unpriced == ("wandb-weave: plan",)

    def test_an_unknown_volume_leaves_the_line_unpriced(self, knowledge: Knowledge) -> None:
        bill = bill_of(service_cost(knowledge, "chroma-cloud", {}, AS_OF))
        assert bill.incomplete
        assert service_cost_point(knowledge, "chroma-cloud", {}) is None

    def test_open_software_needs_the_machine_of_its_complexity(self) -> None:
        library = component("a-library", modes={"in_process"}, price_model="free_oss", ops_complexity=2)
        small = component("small", price_model="free_oss", ops_complexity=2)
        large = component("large", price_model="free_oss", ops_complexity=5)
        closed = component("closed", licence_class="proprietary")
        catalogue = Priced(library, small, large, closed)
        usd = [service_cost_point(catalogue, item.id, WORKLOAD) for item in (library, small, large)]
        assert usd[0] == 0
        assert 0 < (usd[1] or 0) < (usd[2] or 0)
        assert service_cost_point(catalogue, "closed", WORKLOAD) is None

    def test_the_hosted_edition_is_priced_where_the_team_takes_it(self) -> None:
        both = component("langfuse", modes={"saas", "kubernetes"}, price_model="free_oss", ops_complexity=5)
        catalogue = Priced(both)
        hosted = service_cost(catalogue, "langfuse", WORKLOAD, AS_OF)
        inside = service_cost(catalogue, "langfuse", {**WORKLOAD, "perimeter_closed": True}, AS_OF)
        assert {line.item for line in hosted} == {"plan", "units"}
        assert "1 TB SSD" in {line.item for line in inside}

    def test_lines_agree_with_the_point_and_cite_prices(self, knowledge: Knowledge) -> None:
        for name in price_models(knowledge).by_component:
            usd = service_cost_point(knowledge, name, WORKLOAD)
            bill = bill_of(service_cost(knowledge, name, WORKLOAD, AS_OF))
            if usd is not None:
                assert bill.monthly_total.typical == pytest.approx(usd, rel=0.05, abs=0.01), name
            for source in bill.monthly_total.evidence:
                assert price_evidence(knowledge, source), source

    def test_discounts_lower_the_effective_cost_only(self, knowledge: Knowledge) -> None:
        line = service_cost(knowledge, "amazon-mwaa", WORKLOAD, AS_OF, discount=0.2)[0]
        assert line.list_cost is not None
        assert line.effective_cost is not None
        assert line.effective_cost.typical == pytest.approx(0.8 * line.list_cost.typical)
        cloud = component(clouds=frozenset({"aws"}))
        assert discount_of(cloud, {"aws": 0.12}) == 0.12
        assert discount_of(component(), {"aws": 0.12}) == 0.0

    @settings(max_examples=40)
    @given(
        st.sampled_from(sorted(price_models(KNOWLEDGE).by_component)),
        st.sampled_from(["chunks", "requests_per_month", "peak_rps"]),
        st.floats(1, 50),
    )
    def test_more_load_never_costs_less(self, name: str, quantity: str, factor: float) -> None:
        less = service_cost_point(KNOWLEDGE, name, WORKLOAD)
        more = service_cost_point(KNOWLEDGE, name, {**WORKLOAD, quantity: WORKLOAD[quantity] * factor})
        assert (less is None) == (more is None)
        assert less is None or more is None or more >= less - 1e-9


def _prices(knowledge: Knowledge) -> Any:
    from knowledge.service_prices import service_prices

    return service_prices(knowledge).values()
