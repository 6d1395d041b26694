"""Stale, shrunken, jumped, impossible and hostile answers: refused by name, and what we hold stays."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from knowledge import load
from knowledge.refresh.sources import SourceSpec, read_sources
from knowledge.snapshots import current_snapshot
from tests.knowledge.refresh.fake_sources import (
    BASE,
    FakeSources,
    Reply,
    azure_page,
    exchange_rates,
    feed,
    go_table,
    google_prices,
    json_reply,
    landscape,
    life_cycle,
    text_reply,
    token_map,
    xml_reply,
    yaml_reply,
)
from tests.knowledge.refresh.judging import TODAY, outcome, refused, sound


@pytest.mark.parametrize(
    ("source", "answer", "word"),
    [
        ("ecb", lambda: xml_reply(exchange_rates(day="2026-10-01")), "older than what we hold"),
        ("aws", lambda: text_reply(go_table(day="2026-01-19")), "older than what we hold"),
        ("ecb", lambda: xml_reply(exchange_rates(day="2031-01-01")), "in the future"),
        ("aws", lambda: text_reply(go_table(day="2031-01-01")), "in the future"),
        ("ecb", lambda: xml_reply(exchange_rates(day="soon")), "no date"),
    ],
)
def test_a_stale_or_undated_answer(
    fake: FakeSources, cache: Path, source: str, answer: Callable[[], Reply], word: str
) -> None:
    fake.answers[source] = lambda _: answer()
    refused(fake, cache, source, word)


def few_models() -> dict[str, Any]:
    return dict(list(token_map().items())[:500])


def without_ours() -> dict[str, Any]:
    ours = set(BASE.files.yaml("refresh/projects.yaml")) | {
        row["model"] for row in BASE.files.rows("cost/llm_prices.csv")
    }
    return {name: entry for name, entry in token_map().items() if name not in ours} | {
        f"more/{number}": {} for number in range(200)
    }


@pytest.mark.parametrize(
    ("source", "answer", "words"),
    [
        ("llm", lambda: json_reply(few_models()), ("500 entries where it held 4,878",)),
        ("llm", lambda: json_reply(without_ours()), ("only 0 of the 84 entries", "changed its names")),
        ("aws", lambda: text_reply(go_table(machines=10)), ("entries where it held 1,367",)),
        (
            "gcp",
            lambda: text_reply(json.dumps({"prices": {"us-central1": {"on_demand": {"x-1": 1}}}}).encode()),
            ("1 entries",),
        ),
        ("cncf", lambda: yaml_reply(landscape(hosted=10)), ("entries where it held 253",)),
        ("azure", lambda: json_reply({"Items": [], "NextPageLink": None}), ("0 entries where it held 173",)),
        (
            "ecb",
            lambda: xml_reply(
                b"<a xmlns='x'><Cube time='2026-11-25'><Cube currency='USD' rate='1.1'/></Cube></a>"
            ),
            ("1 entries",),
        ),
    ],
)
def test_a_shrunken_answer(
    fake: FakeSources, cache: Path, source: str, answer: Callable[[], Reply], words: tuple[str, ...]
) -> None:
    fake.answers[source] = lambda _: answer()
    refused(fake, cache, source, *words)


def in_cents(factor: float) -> dict[str, Any]:
    return {
        name: {key: value * factor if key.startswith("input_cost") else value for key, value in entry.items()}
        for name, entry in token_map().items()
    }


@pytest.mark.parametrize(
    ("source", "answer", "words"),
    [
        (
            "llm",
            lambda: json_reply(in_cents(0.001)),
            ("moved by more than a factor of 3", "1,000 times: another unit?"),
        ),
        (
            "aws",
            lambda: text_reply(go_table(factor=0.1)),
            ("moved by more than a factor of 3", "--accept aws"),
        ),
        (
            "gcp",
            lambda: text_reply(json.dumps(google_prices(factor=1 / 24)).encode()),
            ("24 times: another unit?",),
        ),
    ],
)
def test_prices_in_another_unit(
    fake: FakeSources, cache: Path, source: str, answer: Callable[[], Reply], words: tuple[str, ...]
) -> None:
    fake.answers[source] = lambda _: answer()
    refused(fake, cache, source, *words)


def test_what_was_looked_at_is_accepted_by_name(fake: FakeSources, cache: Path) -> None:
    fake.answers["aws"] = lambda _: text_reply(go_table(factor=0.2))
    assert outcome(fake, cache, "aws").state == "refused"
    assert outcome(fake, cache, "aws", accepted=True).state == "changed"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"input_cost_per_token": 0, "output_cost_per_token": 0}, "no price"),
        ({"input_cost_per_token": -1e-6, "output_cost_per_token": 1e-5}, "greater than 0"),
        ({"input_cost_per_token": "<script>", "output_cost_per_token": 1e-5}, "no price"),
        ({"input_cost_per_token": True, "output_cost_per_token": 1e-5}, "no price"),
        ({"input_cost_per_token": 1e300, "output_cost_per_token": 1e300}, "less than or equal to 200"),
        ({"input_cost_per_token": int("9" * 400), "output_cost_per_token": 1e-5}, "no price"),
        ({"input_cost_per_token": 1e-5, "output_cost_per_token": 2e-6}, "swapped"),
        ({"input_cost_per_token": 1e-4, "output_cost_per_token": 1.5e-4}, "factor of 3"),
        ({"litellm_provider": "openai"}, "no price"),
        (
            {
                "input_cost_per_token": 2e-6,
                "output_cost_per_token": 1e-5,
                "cache_read_input_token_cost": 1e305,
            },
            "no number",
        ),
    ],
)
def test_one_impossible_price_is_left_aside_and_named(
    fake: FakeSources, cache: Path, entry: dict[str, Any], reason: str
) -> None:
    prices = token_map() | {"gpt-6-sol": entry}
    fake.answers["llm"] = lambda _: json_reply(prices)
    found = outcome(fake, cache, "llm")
    assert found.state == "confirmed"
    (named,) = found.left_aside
    assert named.startswith("gpt-6-sol: ")
    assert reason in named
    known = load(None, current_snapshot(cache))
    ours = {row["model"]: row for row in BASE.files.rows("cost/llm_prices.csv")}
    theirs = {row["model"]: row for row in known.files.rows("cost/llm_prices.csv")}
    assert theirs["gpt-6-sol"] == ours["gpt-6-sol"]
    assert theirs["gpt-6-luna"]["as_of"] == TODAY.isoformat()


def test_nan_makes_no_json(fake: FakeSources, cache: Path) -> None:
    fake.answers["llm"] = lambda _: Reply(
        json.dumps(token_map() | {"x": {"y": float("nan")}}).encode(), "text/plain"
    )
    refused(fake, cache, "llm", "NaN is no number")


def test_sentinels_are_no_prices(fake: FakeSources, cache: Path) -> None:
    def page(asked: str) -> Reply:
        from urllib.parse import parse_qs

        content = azure_page(parse_qs(asked)["$filter"][0])
        for item in content["Items"]:
            if item["armSkuName"] == "Standard_NV36ads_A10_v5":
                item["retailPrice"] = 700
            if item["armSkuName"] == "Standard_NC6s_v3":
                item["retailPrice"] = "free"
        return json_reply(content)

    fake.answers["azure"] = page
    found = outcome(fake, cache, "azure")
    assert found.state == "changed"
    assert any("Standard_NV36ads_A10_v5" in text and "less than 100" in text for text in found.left_aside)
    assert any("Standard_NC6s_v3" in text and "greater than 0" in text for text in found.left_aside)


def test_what_a_list_writes_for_no_price_is_none_of_a_part_of_a_machine_either(
    fake: FakeSources, cache: Path
) -> None:
    def page(asked: str) -> Reply:
        from urllib.parse import parse_qs

        content = azure_page(parse_qs(asked)["$filter"][0])
        for item in content["Items"]:
            if "Spot" in item["skuName"] and "ND96" in item["armSkuName"]:
                item["retailPrice"] = 700
        return json_reply(content)

    fake.answers["azure"] = page
    found = outcome(fake, cache, "azure")
    assert any("ND96" in text for text in found.left_aside), found.left_aside
    assert not any("87.5" in text for text in found.changes)


ALIASES = b"z0: &z0 [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"z%d: &z%d [" % (level, level) + b",".join([b"*z%d" % (level - 1)] * 10) + b"]\n"
    for level in range(1, 9)
)
"""A hundred million words in a few lines."""


@pytest.mark.parametrize("key", ["name", "project", "repo_url"])
def test_aliases_are_not_written_out(fake: FakeSources, cache: Path, key: str) -> None:
    item = {"name": b"b", "project": b"weird", "repo_url": b"https://github.com/a/b"} | {key: b"*z8"}
    told = b", ".join(name.encode() + b": " + value for name, value in item.items())
    landscape_of_one = b"landscape: [{subcategories: [{items: [{" + told + b"}]}]}]\n"
    fake.answers["cncf"] = lambda _: Reply(ALIASES + landscape_of_one, sound(fake, "cncf").kind)
    refused(fake, cache, "cncf")


def test_certificates_that_are_not_there(
    fake: FakeSources, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from knowledge.refresh import download

    download._trusted.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    refused(fake, cache, "ecb", "certificates can't be read", "SSL_CERT_FILE")
    download._trusted.cache_clear()


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("llm", b'{"a":' * 100_000),
        ("gcp", b"[" * 200_000),
        ("eol", b"[" * 200_000),
        ("cncf", b"- " * 3_000 + b"x"),
        ("cncf", b"{" * 50_000),
        ("ecb", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'),
        ("ecb", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
        ("releases", b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><feed/>'),
        ("cncf", b"!!python/object/apply:os.system ['touch /tmp/never']"),
        (
            "cncf",
            b"a: &a {item: null}\nb: &b ["
            + b"*a," * 999
            + b"]\nc: &c {items: *b}\nd: &d ["
            + b"*c," * 999
            + b"]\nlandscape: ["
            + b"{subcategories: *d}," * 99
            + b"]",
        ),
    ],
)
def test_documents_that_want_to_blow_up_or_break_in(
    fake: FakeSources, cache: Path, source: str, body: bytes
) -> None:
    kind = sound(fake, source).kind
    fake.answers[source] = lambda _: Reply(body, kind)
    refused(fake, cache, source)


def test_names_that_are_paths_or_markup_go_nowhere(fake: FakeSources, cache: Path) -> None:
    def hostile(product: str) -> Reply:
        cycles = life_cycle(product)
        cycles["result"]["releases"][0]["name"] = "../../../etc/passwd"
        cycles["result"]["releases"][1]["latest"]["name"] = "<script>alert(1)</script>"
        return json_reply(cycles)

    fake.answers["eol"] = hostile
    fake.answers["ecb"] = lambda _: xml_reply(exchange_rates(**{"../": "1.0", "USD": "1.1"}))
    assert outcome(fake, cache, "eol").state == "changed"
    found = outcome(fake, cache, "ecb")
    assert any(text.startswith("../: ") for text in found.left_aside)
    known = load(None, current_snapshot(cache))
    statement = known.facts["apache-kafka/risk/supported-releases"].statement
    assert "passwd" not in statement
    assert "script" not in statement
    assert {path.name for path in (cache / "refreshed").rglob("*.csv")} == {"fx_rates.csv"}


def test_a_landscape_that_turns_over_at_once(fake: FakeSources, cache: Path) -> None:
    everything = landscape()
    for item in everything["landscape"][0]["subcategories"][0]["items"]:
        item["project"] = "archived"
    fake.answers["cncf"] = lambda _: yaml_reply(everything)
    refused(fake, cache, "cncf", "would change at once", "--accept cncf")


def test_everything_at_its_end_at_once(fake: FakeSources, cache: Path) -> None:
    fake.answers["eol"] = lambda product: json_reply(life_cycle(product, over=True))
    refused(fake, cache, "eol", "would change at once")


def test_releases_that_can_t_be_are_left_aside(fake: FakeSources, cache: Path) -> None:
    days = {"vllm-project/vllm": "2031-01-01", "apache/kafka": "2011-01-01", "ray-project/ray": "yesterday"}
    fake.answers["releases"] = lambda project: Reply(
        feed(project, days.get(project, "2026-11-24")), "application/atom+xml"
    )
    found = outcome(fake, cache, "releases")
    assert found.state == "changed"
    told = " ".join(found.left_aside)
    assert "vllm: a release of 2031-01-01 can't be" in told
    assert "apache-kafka: the last release would be of 2011-01-01" in told or "2024-01-01" in told
    known = load(None, current_snapshot(cache))
    for name in ("vllm", "apache-kafka"):
        assert known.components[name].months_since_release == BASE.components[name].months_since_release


@pytest.mark.parametrize(
    "url",
    ["http://example.org/x", "ftp://example.org/x", "file:///etc/passwd", "http://127.0.0.1.example.org", ""],
)
def test_a_source_needs_https(url: str) -> None:
    source = read_sources(BASE)[0]
    with pytest.raises(ValidationError):
        SourceSpec.model_validate({**source.model_dump(), "url": url})
