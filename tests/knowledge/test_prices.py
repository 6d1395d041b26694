"""The price tables: sourced, dated, free of the traps that public price catalogues are known for."""

import re
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from knowledge import Knowledge, load
from knowledge.currencies import fx_rate, fx_rates
from knowledge.errors import UnknownName
from knowledge.hardware import accelerators
from knowledge.llm_prices import LlmPrice, llm_prices, prices_of_model
from knowledge.prices import (
    AcceleratorPrice,
    accelerator_prices,
    commitment_discounts,
    cpu_prices,
    purchase_prices,
)
from knowledge.service_prices import price_models, service_prices
from knowledge.staff import cost_parameters, exit_hours, staff_rates, training_prices

DAY = re.compile(r"20\d\d(-\d\d(-\d\d)?)?")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


def test_every_price_has_a_source_and_a_date(knowledge: Knowledge) -> None:
    rows: list[Any] = [
        *accelerator_prices(knowledge),
        *cpu_prices(knowledge),
        *purchase_prices(knowledge).values(),
        *commitment_discounts(knowledge),
        *staff_rates(knowledge).values(),
        *training_prices(knowledge).values(),
        *(row for row in service_prices(knowledge).values() if row.price_usd is not None),
    ]
    assert len(rows) > 600
    for row in rows:
        assert row.source, row
        assert DAY.fullmatch(row.as_of), row


def test_accelerators_have_one_vocabulary(knowledge: Knowledge) -> None:
    used = {row.accelerator for row in accelerator_prices(knowledge)} | set(purchase_prices(knowledge))
    assert used <= set(accelerators(knowledge))


def test_tables_carry_no_machine_shape_of_another_licence(knowledge: Knowledge) -> None:
    for name in ("accelerator_prices", "cpu_prices"):
        columns = set(knowledge.files.rows(f"cost/{name}.csv")[0])
        assert not columns & {"vcpu", "mem_gib", "accel_mem_gib"}


def test_known_list_prices(knowledge: Knowledge) -> None:
    """AWS us-east-1, generated 2026-07-20: p5.48xlarge 55.04, p4de.24xlarge 27.447 USD/h for eight."""
    by_offer = {(row.offer, row.region): row for row in accelerator_prices(knowledge) if row.cloud == "aws"}
    h100, a100 = by_offer["p5.48xlarge", "us-east-1"], by_offer["p4de.24xlarge", "us-east-1"]
    assert (h100.accelerator, h100.count) == ("H100-SXM-80GB", 8)
    assert h100.usd_per_accelerator_h == pytest.approx(6.88)
    assert (a100.accelerator, a100.count) == ("A100-SXM-80GB", 8)
    assert a100.usd_per_accelerator_h == pytest.approx(27.44705 / 8, rel=1e-4)


def test_no_offer_is_a_machine_without_its_accelerator(knowledge: Knowledge) -> None:
    """Some catalogues list the host alone under the accelerator's instance name, far too cheap."""
    by_key: dict[str, list[float]] = {}
    for row in accelerator_prices(knowledge):
        if row.usd_per_accelerator_h is not None:
            by_key.setdefault(row.accelerator, []).append(row.usd_per_accelerator_h)
    for key, prices in by_key.items():
        middle = sorted(prices)[len(prices) // 2]
        assert min(prices) > middle / 5, key


def _offer(**changes: object) -> AcceleratorPrice:
    base: dict[str, object] = {
        "accelerator": "H100-SXM-80GB", "mode": "gpu-on-demand", "cloud": "aws", "offer": "p5.48xlarge",
        "count": 8,
        "usd_per_accelerator_h": 6.88, "as_of": "2026-07-20", "confidence": "high", "source": "test",
    }  # fmt: skip
    return AcceleratorPrice.model_validate({**base, **changes})


@pytest.mark.parametrize("price", [700.0, 0.0, -1.0])
def test_sentinel_prices_are_refused(price: float) -> None:
    with pytest.raises(ValidationError):
        _offer(usd_per_accelerator_h=price)


@pytest.mark.parametrize(
    ("spot", "says_something"), [(6.88, False), (0.688, False), (2.1, True), (None, False)]
)
def test_spot_at_the_floor_or_at_on_demand_is_no_market_price(
    spot: float | None, says_something: bool
) -> None:
    assert _offer(spot_usd_per_accelerator_h=spot).has_market_spot is says_something


def test_an_offer_sold_by_auction_alone_has_no_on_demand_price(knowledge: Knowledge) -> None:
    blocks = [row for row in accelerator_prices(knowledge) if row.offer == "p5e.48xlarge"]
    assert blocks
    assert all(row.usd_per_accelerator_h is None for row in blocks)


def _model(**changes: object) -> LlmPrice:
    base: dict[str, object] = {
        "model": "m", "provider": "p", "mode": "chat", "input_usd_per_m": 1.0, "output_usd_per_m": 4.0,
        "confidence": "high", "source": "test", "as_of": "2026-11-24",
    }  # fmt: skip
    return LlmPrice.model_validate({**base, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"input_usd_per_m": 0.0},
        {"input_usd_per_m": 5.0, "output_usd_per_m": 0.15},
        {"mode": "embedding", "input_usd_per_m": 100.0, "output_usd_per_m": None},
        {"input_usd_per_m": None, "output_usd_per_m": None},
    ],
    ids=["free", "swapped", "unit error", "no price"],
)
def test_known_defects_of_public_token_price_maps_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _model(**changes)


def test_deprecation_is_decided_at_the_day_of_asking() -> None:
    model = _model(deprecation_date="2027-01-14")
    assert model.offered(date(2026, 11, 24))
    assert not model.offered(date(2027, 1, 14))


def test_token_prices(knowledge: Knowledge) -> None:
    assert llm_prices(knowledge)["gpt-6-sol"].output_usd_per_m == 10.0
    assert {row.provider for row in prices_of_model(knowledge, "Llama-3.3-70B")} == {
        "together_ai",
        "deepinfra",
    }
    assert prices_of_model(knowledge, "no-such-model") == ()


def test_reference_rates_are_those_of_one_day(knowledge: Knowledge) -> None:
    """ECB euro foreign exchange reference rates of 2026-10-06."""
    assert {row.as_of for row in fx_rates(knowledge).values()} == {date(2026, 10, 6)}
    assert fx_rate(knowledge, "usd").units_per_eur == 1.1269
    wanted = [
        "EUR",
        "GBP",
        "CHF",
        "JPY",
        "INR",
        "CAD",
        "AUD",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CNY",
        "SGD",
        "BRL",
        "KRW",
        "USD",
    ]
    assert set(wanted) <= set(fx_rates(knowledge))
    with pytest.raises(UnknownName):
        fx_rate(knowledge, "XYZ")


def test_formulas_read_only_names_that_exist(knowledge: Knowledge) -> None:
    from knowledge.expressions import parse

    models = price_models(knowledge)
    shared = {item.name for item in models.names}
    sizing = {
        "raw_vector_gb",
        "index_ram_gb",
        "storage_gb",
        "ingest_gb_per_month",
        "spans_month",
        "egress_gb_month",
    }
    known = shared | sizing | set(service_prices(knowledge)) | {"vm_vcpu_hour", "vm_gib_hour"}
    known |= set(knowledge.fields) | set(knowledge.derived)
    for model in (*models.by_component.values(), *models.free_oss.values()):
        assert not model.minimum or model.minimum in service_prices(knowledge)
        for line in model.lines:
            assert parse(line.formula).names <= known, line
    for item in models.names:
        assert parse(item.formula).names <= known, item
    assert not (shared | set(service_prices(knowledge))) & (set(knowledge.fields) | set(knowledge.derived))
    assert set(models.hosted_editions.values()) <= set(models.by_component)


def test_assumptions_say_what_they_rest_on(knowledge: Knowledge) -> None:
    for parameter in cost_parameters(knowledge).values():
        assert parameter.source, parameter.name
    assert set(exit_hours(knowledge)) == {"drop_in_api", "export_open_format", "copy_out", "rewrite", "none"}


def test_what_ships_is_small(knowledge: Knowledge) -> None:
    size = sum(len(knowledge.files.bytes(name)) for name in knowledge.files.walk("cost"))
    assert size < 1_500_000


def test_every_table_has_a_licence(knowledge: Knowledge) -> None:
    named = {row["file"] for row in knowledge.files.rows("LICENCES.csv")}
    assert set(knowledge.files.walk("cost")) <= named


def test_price_models_speak_of_components_of_the_catalogue(knowledge: Knowledge) -> None:
    models = price_models(knowledge)
    own = {"internet-egress"} | set(models.hosted_editions.values())
    assert set(models.by_component) - own <= set(knowledge.components)
    assert set(models.hosted_editions) <= set(knowledge.components)
    assert set(models.elsewhere_slots) | models.computing_slots <= set(knowledge.slots)
