"""`stackwright knowledge refresh` and `rollback` over loopback: words, exit codes, what is used afterwards."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge import load
from knowledge.llm_prices import llm_prices
from tests.knowledge.refresh.fake_sources import (
    PATHS,
    FakeSources,
    Reply,
    exchange_rates,
    json_reply,
    token_map,
    xml_reply,
)
from tui.main import main
from tui.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "own-knowledge"


@pytest.fixture
def fake() -> Iterator[FakeSources]:
    server = FakeSources()
    yield server
    server.close()


@pytest.fixture
def mirror(fake: FakeSources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder that gives the fake's addresses, with the cache and the configuration out of the way."""
    monkeypatch.setenv("STACKWRIGHT_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("STACKWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "mirror"
    (folder / "refresh").mkdir(parents=True)
    lines = [
        f"- {{id: {name}, url: '{fake.url}/{name}{PATHS.get(name, '')}'}}" for name in sorted(fake.answers)
    ]
    (folder / "refresh" / "sources.yaml").write_text("sources:\n" + "\n".join(lines))
    return str(folder)


def refresh(mirror: str, *words: str) -> int:
    return main(["knowledge", "refresh", "--knowledge", mirror, *words])


def test_refresh_tells_stores_and_is_used(
    fake: FakeSources, mirror: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = token_map()
    prices["gpt-6-sol"]["input_cost_per_token"] = 1.8e-6
    fake.answers["llm"] = lambda _: json_reply(prices)
    assert refresh(mirror, "--source", "ecb,llm") == 0
    said = capsys.readouterr()
    assert "gpt-6-sol: input 2.0 → 1.8 USD per million tokens (-10 %)" in said.out
    assert "Asking European Central Bank" in said.err
    assert "rollback" in said.out
    assert main(["--version"]) == 0
    assert "with refreshed data of" in capsys.readouterr().out
    assert len(fake.asked) == 2
    used = Settings(cache_dir=tmp_path / "cache").open_knowledge()
    assert llm_prices(used)["gpt-6-sol"].input_usd_per_m == 1.8
    assert Settings(cache_dir=tmp_path / "cache").published_knowledge().hash == load().hash


def test_a_refused_source_is_told_with_what_to_do_and_exits_with_four(
    fake: FakeSources, mirror: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.answers["ecb"] = lambda _: Reply(b"", "text/xml", status=503)
    assert refresh(mirror, "--source", "ecb") == 4
    said = capsys.readouterr().out
    assert "not taken. 127.0.0.1 answered 503. Try again later" in said
    assert "Nothing new was stored." in said


def test_a_dry_run_writes_nothing(mirror: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh(mirror, "--source", "azure", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "Nothing was written" in said
    assert "and 148 more (--json lists all)" in said
    assert not (tmp_path / "cache").exists()


def test_json_holds_every_change(mirror: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh(mirror, "--source", "azure", "--dry-run", "--json") == 0
    (outcome,) = json.loads(capsys.readouterr().out)["outcomes"]
    assert len(outcome["changes"]) == 173


def test_rollback_twice_and_once_more(
    fake: FakeSources, mirror: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rates = iter(("1.11", "1.12"))
    fake.answers["ecb"] = lambda _: xml_reply(exchange_rates(USD=next(rates)))
    for _ in range(2):
        assert refresh(mirror, "--source", "ecb") == 0
    capsys.readouterr()
    assert main(["knowledge", "rollback"]) == 0
    assert "is in use" in capsys.readouterr().out
    assert main(["knowledge", "rollback", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["to"] == ""
    assert main(["knowledge", "rollback"]) == 3
    assert "Nothing to roll back" in capsys.readouterr().out


def test_offline_forbids_it(fake: FakeSources, mirror: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh(mirror, "--offline") == 1
    assert "--offline forbids the network" in capsys.readouterr().err
    assert fake.asked == []


@pytest.mark.parametrize("unset", ["", " , "])
def test_an_empty_list_of_sources_asks_none(
    mirror: str, unset: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refresh(mirror, "--source", unset) == 1
    told = capsys.readouterr().err
    assert "The list of sources is empty." in told
    assert "Asking" not in told


def test_an_unknown_source_is_met_with_the_nearest(mirror: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh(mirror, "--source", "azur") == 1
    assert "azure" in capsys.readouterr().err


def test_a_cache_that_can_t_be_written_is_named(
    mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("STACKWRIGHT_CACHE_DIR", str(tmp_path / "file"))
    assert refresh(mirror, "--source", "ecb") == 5
    assert "STACKWRIGHT_CACHE_DIR" in capsys.readouterr().err


def test_a_damaged_cache_is_said_before_advice(
    mirror: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refresh(mirror, "--source", "ecb") == 0
    (table,) = (tmp_path / "cache").rglob("fx_rates.csv")
    table.write_text("nothing")
    load.cache_clear()
    workload = tmp_path / "w.yaml"
    workload.write_text("use_case: rag\ncorpus_documents: 350000\n")
    assert main(["advise", str(workload), "--as-of", "2026-11-26"]) == 0
    assert "packaged data are used" in capsys.readouterr().err


def test_what_of_ones_own_folder_isn_t_used_is_said(
    tmp_path: Path, mirror: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "own"
    (folder / "catalog" / "facts").mkdir(parents=True)
    (folder / "catalog" / "facts" / "x.yaml").write_text("facts:\n- {id: qdrant/limit/x}\n")
    assert main(["knowledge", "show", "qdrant", "--knowledge", str(folder)]) == 0
    said = capsys.readouterr()
    assert "catalog/facts/x.yaml: qdrant/limit/x: Missing: " in said.err
    assert "Ours is used" in said.err
    assert main(["knowledge", "verify", "--knowledge", str(folder)]) == 4


def test_show_says_whose_it_is_and_how_to_report_it(mirror: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["knowledge", "show", "acme-search", "--knowledge", str(EXAMPLE)]) == 0
    said = capsys.readouterr().out
    assert "origin: yours (Acme platform team)" in said
    assert "open an issue with this id" in said


def test_doctor_names_the_layers(mirror: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--knowledge", str(EXAMPLE)])
    assert "with yours (Acme platform team)" in capsys.readouterr().out
