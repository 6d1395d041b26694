"""Answers that break off, are something else, too large, too slow, elsewhere or absent: nothing of them is taken."""

from pathlib import Path

import pytest

from tests.knowledge.refresh.fake_sources import (
    FakeSources,
    Reply,
    exchange_rates,
    json_reply,
    xml_reply,
)
from tests.knowledge.refresh.judging import SOURCES, refused, sound


@pytest.mark.parametrize("source", SOURCES)
def test_an_answer_that_breaks_off(fake: FakeSources, cache: Path, source: str) -> None:
    whole = sound(fake, source)
    fake.answers[source] = lambda _: Reply(whole.body, whole.kind, cut=len(whole.body) // 2)
    refused(fake, cache, source)


@pytest.mark.parametrize("source", SOURCES)
def test_half_an_answer_that_claims_to_be_whole(fake: FakeSources, cache: Path, source: str) -> None:
    whole = sound(fake, source)
    fake.answers[source] = lambda _: Reply(whole.body[: len(whole.body) // 2], whole.kind)
    refused(fake, cache, source)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "body", [b"", b"<script>alert(1)</script>", b"null", b"[]", b"{}", b"\xff\xfe\x00\x01", b"0"]
)
def test_something_else_altogether(fake: FakeSources, cache: Path, source: str, body: bytes) -> None:
    kind = sound(fake, source).kind
    fake.answers[source] = lambda _: Reply(body, kind)
    refused(fake, cache, source)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("status", "word"),
    [(404, "doesn't exist any more"), (410, "any more"), (500, "answered 500"), (429, "429"), (403, "403")],
)
def test_an_error_instead_of_an_answer(
    fake: FakeSources, cache: Path, source: str, status: int, word: str
) -> None:
    fake.answers[source] = lambda _: Reply(b"no", "text/plain", status=status)
    refused(fake, cache, source, word, "what we hold stays")


@pytest.mark.parametrize("source", SOURCES)
def test_a_page_for_people(fake: FakeSources, cache: Path, source: str) -> None:
    fake.answers[source] = lambda _: Reply(b"<html>Please log in</html>", "text/html")
    refused(fake, cache, source, "text/html")


def test_a_slow_answer(fake: FakeSources, cache: Path) -> None:
    fake.answers["ecb"] = lambda _: xml_reply(exchange_rates(), wait_s=1)
    refused(fake, cache, "ecb", "within 0.2 s", "Try again later", timeout_s=0.2)


def test_an_answer_that_drips_without_end(fake: FakeSources, cache: Path) -> None:
    fake.answers["ecb"] = lambda _: xml_reply(exchange_rates(), drip_s=0.05)
    refused(fake, cache, "ecb", "didn't finish", deadline_s=0.3)


def test_an_answer_that_is_too_large(fake: FakeSources, cache: Path) -> None:
    fake.answers["ecb"] = lambda _: xml_reply(exchange_rates() + b" " * 300_000)
    refused(fake, cache, "ecb", "more than the 200,000 bytes", "max_bytes")


def test_a_compressed_answer(fake: FakeSources, cache: Path) -> None:
    import gzip

    packed = gzip.compress(b" " * 10_000_000)
    fake.answers["ecb"] = lambda _: xml_reply(packed, headers={"Content-Encoding": "gzip"})
    refused(fake, cache, "ecb", "compressed")


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "ftp://example.org/x",
        "javascript://%0a",
    ],
)
def test_a_redirection_elsewhere(fake: FakeSources, cache: Path, target: str) -> None:
    fake.answers["ecb"] = lambda _: Reply(b"", "text/xml", status=302, headers={"Location": target})
    refused(fake, cache, "ecb", "isn't https")


def test_a_redirection_without_end(fake: FakeSources, cache: Path) -> None:
    fake.answers["ecb"] = lambda _: Reply(b"", "text/xml", status=301, headers={"Location": "/ecb"})
    refused(fake, cache, "ecb", "without end")
    assert len(fake.asked) == 4


def test_a_server_that_isn_t_there(fake: FakeSources, cache: Path) -> None:
    fake.close()
    refused(fake, cache, "releases", "in a row failed")


def test_a_host_that_stops_answering_isn_t_asked_two_hundred_times(fake: FakeSources, cache: Path) -> None:
    fake.answers["releases"] = lambda _: Reply(b"", "text/plain", status=429)
    refused(fake, cache, "releases", "429")
    assert len(fake.asked) <= 12


def test_the_next_page_may_not_lead_elsewhere(fake: FakeSources, cache: Path) -> None:
    fake.answers["azure"] = lambda _: json_reply({"Items": [], "NextPageLink": "https://example.org/steal"})
    refused(fake, cache, "azure", "leads elsewhere")


def test_pages_without_end(fake: FakeSources, cache: Path) -> None:
    fake.answers["azure"] = lambda asked: json_reply(
        {"Items": [], "NextPageLink": f"{fake.url}/azure?{asked}"}
    )
    refused(fake, cache, "azure", "more than 40 pages")
