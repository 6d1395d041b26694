"""Where belief in a source's answer ends: each bound on both of its sides."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from knowledge.errors import RefreshRefused
from knowledge.refresh.download import Answer
from knowledge.refresh.guard import FEW, Held, guard
from knowledge.refresh.landscapes import propose as propose_landscape
from knowledge.refresh.machine_prices import propose_azure
from knowledge.refresh.proposal import Proposal
from knowledge.refresh.sources import SourceSpec, read_sources
from knowledge.snapshots import Patch
from tests.knowledge.refresh.fake_sources import BASE, FakeSources, azure_page, landscape, yaml_reply
from tests.knowledge.refresh.judging import TODAY, outcome

SOURCES = {source.id: source for source in read_sources(BASE)}
RENTED = "cost/accelerator_prices.csv"
AZURE = [row for row in BASE.files.rows(RENTED) if row["cloud"] == "azure" and row["usd_per_accelerator_h"]]
MONTHS_AS_OF = date(2026, 11, 1)
RATED = [item.id for item in BASE.components.values() if item.maturity == "sandbox"]


def judged(proposal: Proposal, source: SourceSpec, accepted: bool = False, entries: int = 1) -> Proposal:
    return guard(proposal, source, Held(BASE, entries, MONTHS_AS_OF), TODAY, accepted)


def prices(factor: float, count: int, as_of: date = TODAY) -> Proposal:
    """`count` of ten prices of Azure's, all else as it is, times `factor`."""
    moved = [
        row
        | {"usd_per_accelerator_h": f"{float(row['usd_per_accelerator_h']) * (factor if i < count else 1)}"}
        for i, row in enumerate(AZURE[:10])
    ]
    rows = tuple(row | {"as_of": as_of.isoformat()} for row in moved)
    return Proposal(as_of, 10, 10, 10, {RENTED: rows})


def graduated(count: int) -> Proposal:
    patches = tuple(
        Patch(
            component=name, source="cncf", title="x", url="https://x.org", as_of=TODAY, maturity="graduated"
        )
        for name in RATED[:count]
    )
    return Proposal(TODAY, count, count, count, patches=patches)


def released(component: str, day: date) -> Proposal:
    patch = Patch(
        component=component, source="releases", title="x", url="https://x.org", as_of=TODAY, last_release=day
    )
    return Proposal(TODAY, 1, 1, 1, patches=(patch,))


def test_an_answer_of_tomorrow_is_of_another_time_zone_and_one_of_the_day_after_can_not_be() -> None:
    assert judged(prices(1, 0, TODAY + timedelta(days=1)), SOURCES["azure"]).rows
    with pytest.raises(RefreshRefused, match="in the future"):
        judged(prices(1, 0, TODAY + timedelta(days=2)), SOURCES["azure"])


def test_a_few_jumps_are_left_aside_and_more_refuse_the_answer() -> None:
    believed = judged(prices(5, FEW), SOURCES["azure"])
    assert (len(believed.rows[RENTED]), len(believed.refused)) == (10 - FEW, FEW)
    with pytest.raises(RefreshRefused, match=f"{FEW + 1} of 10 values moved"):
        judged(prices(5, FEW + 1), SOURCES["azure"])
    assert len(judged(prices(5, FEW + 1), SOURCES["azure"], accepted=True).rows[RENTED]) == 10


def test_what_catalogues_write_where_they_have_no_price_is_named() -> None:
    row = AZURE[0] | {"usd_per_accelerator_h": "77", "as_of": TODAY.isoformat()}
    proposal = Proposal(TODAY, 2, 2, 2, {RENTED: (row, AZURE[1] | {"as_of": TODAY.isoformat()})})
    marked = SOURCES["azure"].model_copy(update={"sentinels": (77.0,)})
    believed = judged(proposal, marked)
    assert len(believed.rows[RENTED]) == 1
    assert "where they have no price" in believed.refused[0]


def test_a_catalogue_that_turns_over_must_be_accepted() -> None:
    assert len(judged(graduated(FEW), SOURCES["cncf"]).patches) == FEW
    with pytest.raises(RefreshRefused, match="would change at once"):
        judged(graduated(FEW + 1), SOURCES["cncf"])
    assert len(judged(graduated(FEW + 1), SOURCES["cncf"], accepted=True).patches) == FEW + 1


def test_a_release_a_month_older_than_known_is_a_matter_of_counting_and_two_are_not() -> None:
    component = next(item for item in BASE.components.values() if item.months_since_release == 1)
    assert judged(released(component.id, date(2026, 9, 1)), SOURCES["releases"]).patches
    with pytest.raises(RefreshRefused, match="older than the one we know of"):
        judged(released(component.id, date(2026, 8, 1)), SOURCES["releases"])


@pytest.mark.parametrize(("entries", "believed"), [(20, True), (21, False)])
def test_an_answer_may_shrink_so_far(entries: int, believed: bool) -> None:
    halved = SOURCES["azure"].model_copy(update={"max_shrink": 0.5})
    if believed:
        assert judged(prices(1, 0), halved, entries=entries).rows
    else:
        with pytest.raises(RefreshRefused, match="entries where it held"):
            judged(prices(1, 0), halved, entries=entries)


def test_the_next_answer_is_measured_by_the_last_one(fake: FakeSources, cache: Path) -> None:
    """How many entries are expected of a source counts until it has answered once."""
    assert outcome(fake, cache, "cncf").state in ("changed", "confirmed")
    fake.answers["cncf"] = lambda _: yaml_reply(landscape(hosted=190))
    assert outcome(fake, cache, "cncf", expected=100_000).state in ("changed", "confirmed")


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        (lambda item: item, True),
        (lambda item: item | {"currencyCode": "EUR"}, False),
        (lambda item: item | {"unitOfMeasure": "1 Month"}, False),
        (lambda item: item | {"type": "Reservation"}, False),
        (lambda item: item | {"serviceName": "Storage"}, False),
    ],
)
def test_azure_is_read_by_the_hour_and_in_dollars(
    change: Callable[[dict[str, object]], dict[str, object]], taken: bool
) -> None:
    row = AZURE[0]
    page = azure_page(f"armRegionName eq '{row['region']}' and (armSkuName eq '{row['offer']}')", factor=1.5)
    found = propose_azure([change(item) for item in page["Items"]], SOURCES["azure"], BASE, TODAY)
    assert bool(found.rows[RENTED]) is taken


def test_a_project_that_is_listed_twice_has_its_first_level() -> None:
    document = landscape()
    items = document["landscape"][0]["subcategories"][0]["items"]
    first = next(item for item in items if item.get("project") in ("graduated", "incubating", "sandbox"))
    items.append(first | {"project": "archived"})
    once, twice = (
        propose_landscape(Answer("", yaml.safe_dump(given).encode()), SOURCES["cncf"], BASE, TODAY)
        for given in (landscape(), document)
    )
    assert twice.patches == once.patches
