from typing import Any

import pytest

from evals.profile_summary import summarise
from evals.stated import stated_number
from knowledge import load
from tools.workload import Known, SlotText, Workload

BUDGET = Known(field="budget_usd_month", value=1.0)


def entry(slot: str, *known: Known, words: tuple[SlotText, ...] = ()) -> dict[str, Any]:
    return summarise(Workload(history=known, slots=words), load())[slot]


@pytest.mark.parametrize(
    ("known", "unit", "value", "shown"),
    [
        (BUDGET.model_copy(update={"stated": "6k EUR/month"}), "USD/month", 6000, "EUR/month"),
        (BUDGET.model_copy(update={"stated": "20,000 EUR/month"}), "USD/month", 20000, "EUR/month"),
        (BUDGET.model_copy(update={"stated": "$500/month"}), "USD/month", 500, "USD/month"),
        (Known(field="corpus_documents", value=3e6, stated="3 million pages"), "documents", 3e6, "pages"),
        (Known(field="corpus_documents", value=350_000.0, stated="350k PDFs"), "documents", 350_000, "PDFs"),
        (Known(field="users_total", value=30_000.0, stated="thirty thousand"), "users", 30_000, "users"),
        (Known(field="request_rate_rps", value=0.0111, stated="40 per hour"), "requests/s", 40, "per hour"),
        (Known(field="e2e_latency_ms", value=200.0, stated="200 ms"), "ms", 200, "ms"),
        (Known(field="e2e_latency_ms", value=1500.0, stated="1.5 s"), "ms", 1.5, "s"),
        (Known(field="freshness_s", value=60.0), "s", 60, "s"),
        (Known(field="model_params_b", value=8.0, stated="8B"), "billions", 8, "billions"),
        (Known(field="team_engineers", value=3.0, stated="2 devs + 1 admin"), "people", 3, "people"),
        (Known(field="growth_pct_month", value=73.2, stated="3x a year"), "percent/month", 3, "x a year"),
    ],
)  # fmt: skip
def test_a_number_is_shown_as_stated(known: Known, unit: str, value: float, shown: str) -> None:
    number = stated_number(known, unit)
    assert number is not None
    assert number.value == pytest.approx(value)
    assert number.unit == shown


@pytest.mark.parametrize("stated", ["daily", "a few hundred USD a month", "20 to 30 s"])
def test_words_for_a_number_stay_words(stated: str) -> None:
    assert stated_number(Known(field="freshness_s", value=86_400.0, stated=stated), "s") is None


def test_a_range_is_words() -> None:
    months = Known(field="go_live_months", low=2, high=3, stated="two to three months")
    assert entry("timeline", months)["value"] == "two to three months"
    assert entry("timeline", months)["fields"]["go_live_months"] == {
        "low": 2, "high": 3, "unit": "months", "origin": "stated",
    }  # fmt: skip


def test_several_numbers_of_a_slot_are_words_with_their_names() -> None:
    total = Known(field="e2e_latency_ms", value=4000.0, stated="4 s")
    first = Known(field="ttft_ms", value=1500.0, stated="1.5 s")
    shown = entry("latency_target", total, first)
    assert set(shown["value"].split(", ")) == {"4 s", "first token 1.5 s"}


def test_a_percentile_does_not_make_two_numbers_of_one() -> None:
    total = Known(field="e2e_latency_ms", value=200.0, stated="200 ms")
    percentile = Known(field="latency_percentile", value=95.0, stated="p95")
    assert entry("latency_target", total, percentile)["value"] == 200


def test_the_main_number_stands_for_a_slot_that_has_others() -> None:
    users = Known(field="users_total", value=120.0, stated="120 lawyers", text="120 lawyers")
    assert entry("users", users, Known(field="users_concurrent", value=8.0))["value"] == 120


def test_sets_and_flags_are_words_in_short() -> None:
    where = Known(field="deployment", value=("air_gapped",), text="fully air-gapped, no outbound traffic")
    shown = entry("deployment", where, Known(field="no_egress", value="yes", text="no outbound traffic"))
    assert shown["value"] == "air-gapped, no egress"
    assert shown["text"] == "fully air-gapped, no outbound traffic · no outbound traffic"
    assert shown["fields"]["deployment"]["value"] == ["air_gapped"]


def test_what_was_stated_comes_before_what_was_inferred() -> None:
    stated = Known(field="residency", value=("EU",), text="EU only")
    inferred = Known(field="foreign_law_refused", value="yes", origin="inferred")
    shown = entry("data_residency", inferred, stated)
    assert (shown["value"], shown["origin"]) == ("EU", "stated")
    assert set(shown["fields"]) == {"residency", "foreign_law_refused"}


def test_the_newest_value_counts_and_older_words_are_gone() -> None:
    old = Known(field="users_total", value=10.0, text="ten people", turn=1)
    new = Known(field="users_total", value=30_000.0, text="30,000 employees", turn=4)
    words = (SlotText(slot="users", text="ten people", turn=1),)
    shown = entry("users", old, new, words=words)
    assert (shown["value"], shown["text"]) == (30_000, "30,000 employees")


def test_words_without_a_field_are_kept() -> None:
    words = (SlotText(slot="timeline", text="whenever it is ready", turn=2),)
    assert entry("timeline", words=words)["value"] == "whenever it is ready"


def test_what_the_user_does_not_know_is_not_in_the_profile() -> None:
    workload = Workload(
        history=(Known(field="users_total", unknown=True),),
        slots=(SlotText(slot="budget", text="no idea", turn=1, unknown=True),),
    )
    assert summarise(workload, load()) == {}
