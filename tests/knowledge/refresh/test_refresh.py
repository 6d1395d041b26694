"""A refresh against fakes of every source: what is believed counts at once, with its source, date and hash."""

import csv
import threading
from datetime import date
from pathlib import Path

import pytest

from knowledge import Knowledge, load
from knowledge.currencies import fx_rate
from knowledge.errors import ConfigError, RefreshRefused
from knowledge.listing import show
from knowledge.llm_prices import llm_prices
from knowledge.opening import remarks
from knowledge.prices import accelerator_prices
from knowledge.refresh.refreshing import Outcome, Report, refresh
from knowledge.snapshots import alone, current_snapshot, read_snapshot, roll_back
from tests.knowledge.refresh.fake_sources import (
    BASE,
    FakeSources,
    Reply,
    azure_page,
    exchange_rates,
    feed,
    json_reply,
    landscape,
    life_cycle,
    token_map,
    xml_reply,
    yaml_reply,
)
from tools.risk import catalogue_evidence

TODAY = date(2026, 11, 26)


def run(fake: FakeSources, cache: Path, *ids: str, accepted: str = "", dry_run: bool = False) -> Report:
    return refresh(
        BASE, cache, fake.sources(*ids), TODAY, dry_run=dry_run, accepted=frozenset({accepted} - {""})
    )


def only(report: Report) -> Outcome:
    (outcome,) = report.outcomes
    return outcome


def opened(cache: Path) -> Knowledge:
    return load(None, current_snapshot(cache))


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_sources_are_taken_and_marked(fake: FakeSources, cache: Path) -> None:
    report = run(fake, cache)
    assert {outcome.source for outcome in report.outcomes if outcome.state == "refused"} == set()
    known = opened(cache)
    assert report.snapshot
    assert known.hash != BASE.hash
    assert remarks(known) == []
    assert fx_rate(known, "USD").as_of == date(2026, 11, 25)
    assert all("Retail" in row.source for row in accelerator_prices(known) if row.cloud == "azure")
    kafka = known.components["apache-kafka"]
    assert kafka.months_since_release == 0
    assert "refreshed 2026-11-26 from" in show(known, "apache-kafka")
    fact = known.facts["apache-kafka/risk/supported-releases"]
    assert "Apache Kafka 9.1" in fact.statement
    assert "9.0 lost support on 2026-10-01" in fact.statement
    assert fact.tier == "T2"


def test_a_changed_price_is_said_in_words_and_used(fake: FakeSources, cache: Path) -> None:
    prices = token_map()
    prices["gpt-6-sol"]["input_cost_per_token"] = 1.8e-6
    fake.answers["llm"] = lambda _: json_reply(prices)
    outcome = only(run(fake, cache, "llm"))
    assert outcome.changes == ("gpt-6-sol: input 2.0 → 1.8 USD per million tokens (-10 %)",)
    assert outcome.confirmed == len(llm_prices(BASE)) - 1
    row = llm_prices(opened(cache))["gpt-6-sol"]
    assert row.input_usd_per_m == 1.8
    assert row.as_of == TODAY
    assert "litellm" in row.source
    assert llm_prices(BASE)["gpt-6-sol"].input_usd_per_m == 2.0


def test_azure_takes_the_linux_price_and_the_spot_price_page_by_page(fake: FakeSources, cache: Path) -> None:
    def paged(asked: str) -> Reply:
        from urllib.parse import parse_qs

        query = parse_qs(asked)
        page = azure_page(query["$filter"][0], factor=1.1)
        half = len(page["Items"]) // 2
        if "$skip" in query:
            return json_reply({"Items": page["Items"][half:], "NextPageLink": None})
        following = f"{fake.url}/azure?{asked}&$skip={half}"
        return json_reply({"Items": page["Items"][:half], "NextPageLink": following})

    fake.answers["azure"] = paged
    assert only(run(fake, cache, "azure")).state == "changed"
    before = {(row.offer, row.region): row for row in accelerator_prices(BASE) if row.cloud == "azure"}
    for row in accelerator_prices(opened(cache)):
        if row.cloud == "azure":
            old = before[row.offer, row.region].usd_per_accelerator_h
            assert row.usd_per_accelerator_h == pytest.approx((old or 0) * 1.1, rel=1e-4)
            assert row.spot_usd_per_accelerator_h == pytest.approx((old or 0) * 1.1 / 4, rel=1e-4)


def test_a_product_without_supported_releases_is_at_its_end(fake: FakeSources, cache: Path) -> None:
    fake.answers["eol"] = lambda product: json_reply(life_cycle(product, over=product == "nomad"))
    run(fake, cache, "eol")
    known = opened(cache)
    assert known.components["nomad"].status == "eol"
    assert known.components["apache-kafka"].status == "active"
    assert "No release line of" in known.facts["nomad/risk/supported-releases"].statement


def test_what_was_refreshed_is_cited_with_its_source_and_date(fake: FakeSources, cache: Path) -> None:
    run(fake, cache, "releases")
    evidence = catalogue_evidence(opened(cache), "catalogue/vllm/months_since_release")
    assert evidence is not None
    assert "refreshed 2026-11-26 from release feeds of GitHub" in evidence.text
    assert (evidence.tier, evidence.as_of) == ("T2", "2026-11-26")
    assert evidence.source.endswith("/releases/vllm-project/vllm")
    packaged = catalogue_evidence(BASE, "catalogue/vllm/months_since_release")
    assert packaged is not None
    assert (packaged.tier, packaged.source) == ("T3", BASE.components["vllm"].url)


def test_a_landscape_moves_a_project(fake: FakeSources, cache: Path) -> None:
    fake.answers["cncf"] = lambda _: yaml_reply(landscape(kserve="graduated"))
    assert only(run(fake, cache, "cncf")).changes == ("KServe: maturity incubating → graduated",)
    assert opened(cache).components["kserve"].maturity == "graduated"
    assert BASE.components["kserve"].maturity == "incubating"


def test_the_newest_release_of_several_sources_counts(fake: FakeSources, cache: Path) -> None:
    fake.answers["releases"] = lambda project: Reply(feed(project, "2026-10-01"), "application/atom+xml")
    run(fake, cache, "eol", "releases")
    assert opened(cache).components["apache-kafka"].months_since_release == 0
    assert opened(cache).components["vllm"].months_since_release == 1


def test_the_same_answers_give_the_same_hash_and_store_nothing_twice(
    fake: FakeSources, cache: Path, tmp_path: Path
) -> None:
    run(fake, cache, "ecb", "llm")
    first = opened(cache)
    assert run(fake, cache, "ecb", "llm").snapshot == ""
    run(fake, tmp_path / "other", "ecb", "llm")
    assert opened(tmp_path / "other").hash == first.hash


def test_one_failing_source_leaves_the_others_and_what_it_gave_before(fake: FakeSources, cache: Path) -> None:
    run(fake, cache, "ecb", "llm")
    fake.answers["ecb"] = lambda _: Reply(b"", "text/xml", status=500)
    prices = token_map()
    prices["gpt-6-sol"]["input_cost_per_token"] = 1.8e-6
    fake.answers["llm"] = lambda _: json_reply(prices)
    states = {outcome.source: outcome.state for outcome in run(fake, cache, "ecb", "llm").outcomes}
    assert states == {"ecb": "refused", "llm": "changed"}
    assert fx_rate(opened(cache), "USD").as_of == date(2026, 11, 25)


def test_a_dry_run_says_the_same_and_writes_nothing(fake: FakeSources, cache: Path) -> None:
    said = run(fake, cache, "azure", dry_run=True)
    assert not cache.exists()
    assert said.outcomes == run(fake, cache, "azure").outcomes
    before = tree(cache)
    fake.answers["ecb"] = lambda _: xml_reply(exchange_rates(USD="1.2"))
    run(fake, cache, "ecb", dry_run=True)
    assert tree(cache) == before


def test_rolling_back_goes_step_by_step_to_the_packaged_data(fake: FakeSources, cache: Path) -> None:
    run(fake, cache, "ecb")
    first = opened(cache).hash
    run(fake, cache, "llm")
    second = current_snapshot(cache)
    assert second
    moved = roll_back(cache)
    assert moved
    assert moved[0] == second.name
    assert opened(cache).hash == first
    assert roll_back(cache) == (moved[1], "")
    assert current_snapshot(cache) is None
    assert opened(cache).hash == BASE.hash
    assert roll_back(cache) is None


def test_two_refreshes_at_once_the_second_is_told(fake: FakeSources, cache: Path) -> None:
    held, released = threading.Event(), threading.Event()

    def slow(_: str) -> Reply:
        held.set()
        released.wait(10)
        return xml_reply(exchange_rates())

    fake.answers["ecb"] = slow
    first = threading.Thread(target=run, args=(fake, cache, "ecb"))
    first.start()
    assert held.wait(10)
    with pytest.raises(RefreshRefused, match="at work"):
        run(fake, cache, "llm")
    released.set()
    first.join(20)
    assert fx_rate(opened(cache), "USD").as_of == date(2026, 11, 25)
    with alone(cache):
        pass


def test_damaged_snapshots_are_named_and_the_packaged_data_used(fake: FakeSources, cache: Path) -> None:
    run(fake, cache, "ecb")
    folder = current_snapshot(cache)
    assert folder
    table = folder / "cost" / "fx_rates.csv"
    sound, manifest = table.read_bytes(), (folder / "snapshot.json").read_bytes()
    pointer = folder.parent / "current"
    for spoil in (
        lambda: table.write_bytes(sound[:100]),
        lambda: table.unlink(),
        lambda: (folder / "snapshot.json").write_text("{"),
        lambda: (folder / "snapshot.json").write_bytes(manifest.replace(b'"format": 1', b'"format": 99')),
        lambda: (folder / "snapshot.json").write_bytes(
            manifest.replace(b"cost/fx_rates.csv", b"../../../etc/passwd")
        ),
        lambda: pointer.write_bytes(b"../../somewhere"),
        lambda: pointer.write_bytes(b"\xff\xfe\x00"),
    ):
        spoil()
        load.cache_clear()
        known = opened(cache)
        assert known.hash == BASE.hash
        assert fx_rate(known, "USD") == fx_rate(BASE, "USD")
        (said,) = remarks(known)
        assert "packaged data are used" in said
        assert "knowledge refresh" in said
        table.write_bytes(sound)
        (folder / "snapshot.json").write_bytes(manifest)
        pointer.write_text(folder.name)
    load.cache_clear()
    assert opened(cache).hash != BASE.hash


def test_a_damaged_snapshot_is_replaced_by_the_next_refresh(fake: FakeSources, cache: Path) -> None:
    run(fake, cache, "ecb")
    folder = current_snapshot(cache)
    assert folder
    (folder / "snapshot.json").write_text("nothing")
    report = run(fake, cache, "ecb")
    assert report.snapshot
    assert "packaged data" in report.notices[0]
    assert remarks(opened(cache)) == []


def test_statements_over_another_catalogue_are_left_out_and_prices_stay(
    fake: FakeSources, cache: Path
) -> None:
    run(fake, cache, "ecb", "cncf", "eol")
    folder = current_snapshot(cache)
    assert folder
    snapshot = read_snapshot(folder)
    assert snapshot.content.facts
    path = folder / "snapshot.json"
    path.write_text(path.read_text().replace(BASE.hash, "0" * 64))
    load.cache_clear()
    known = opened(cache)
    assert "apache-kafka/risk/supported-releases" not in known.facts
    assert fx_rate(known, "USD").as_of == date(2026, 11, 25)
    assert "has changed since" in remarks(known)[0]


def test_an_older_snapshot_than_the_packaged_rows_does_no_harm(fake: FakeSources, cache: Path) -> None:
    run(fake, cache, "ecb")
    folder = current_snapshot(cache)
    assert folder
    table = folder / "cost" / "fx_rates.csv"
    old = table.read_text().replace("2026-11-25", "2020-01-01")
    from hashlib import sha256

    manifest = folder / "snapshot.json"
    before = sha256(table.read_bytes()).hexdigest()
    manifest.write_text(manifest.read_text().replace(before, sha256(old.encode()).hexdigest()))
    table.write_text(old)
    load.cache_clear()
    assert fx_rate(opened(cache), "USD") == fx_rate(BASE, "USD")


def test_only_the_last_snapshots_are_kept(fake: FakeSources, cache: Path) -> None:
    rates = iter(range(10))
    fake.answers["ecb"] = lambda _: xml_reply(exchange_rates(USD=f"1.1{next(rates)}"))
    for _ in range(10):
        run(fake, cache, "ecb")
    home = cache / "refreshed"
    assert len([item for item in home.iterdir() if item.is_dir()]) == 6
    with (current_snapshot(cache) or home).joinpath("cost/fx_rates.csv").open() as file:
        assert (
            next(row["units_per_eur"] for row in csv.DictReader(file) if row["currency"] == "USD") == "1.19"
        )


def test_a_snapshot_that_can_t_be_written_leaves_what_was(
    fake: FakeSources, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(fake, cache, "ecb")
    before = tree(cache)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", full)
        with pytest.raises(ConfigError, match="No space left"):
            run(fake, cache, "llm")
    assert tree(cache) == before
