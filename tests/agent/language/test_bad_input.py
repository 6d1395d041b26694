"""What no reading should come of: other languages, keys hit at random, minus signs, lengths taken for sizes."""

import pytest

from agent.language import Understanding, understand
from agent.language.lexicon import table
from agent.language.locale import unread_text
from knowledge.library import Knowledge
from tools.workload import Workload

KNOWLEDGE = Knowledge()


def read(text: str, *asked: str) -> Understanding:
    return understand(text, turn=1, asked=asked, workload=Workload(), knowledge=KNOWLEDGE)


def values(found: Understanding) -> dict[str, object]:
    return {item.field: item.point for item in found.updates}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我们想要一个聊天机器人", "zh"),
        ("社内文書を検索するチャットボットが欲しいです", "ja"),
        ("사내 문서를 검색하는 챗봇을 원합니다", "ko"),
        ("Нам нужен чат-бот по договорам", "ru"),
        ("نريد روبوت محادثة للعقود", "ar"),
        ("Θέλουμε έναν βοηθό για συμβόλαια", "el"),
        ("हमें अनुबंधों के लिए एक चैटबॉट चाहिए", "hi"),
        ("Queremos un asistente para nuestros abogados y los documentos", "es"),
        ("Vogliamo un assistente per i nostri avvocati e i documenti", "it"),
        ("Chcemy asystenta dla naszych prawników i nie mamy danych", "pl"),
    ],
)
def test_a_language_that_is_not_read_is_told_in_it(text: str, code: str) -> None:
    found = read(text)
    assert (found.language, found.readable) == (code, False)
    assert unread_text(code) != unread_text("en")


def test_every_language_that_is_recognised_is_answered_in_it() -> None:
    languages = table("languages")
    recognised = {*languages["stop_words"], *languages["scripts"].values()} - {"en"}
    assert {code for code in recognised if unread_text(code) == unread_text("en")} == set()


def test_of_an_unread_language_only_what_is_stated_is_taken_over() -> None:
    found = read("Queremos un asistente con GDPR, 5000 EUR al mes, al día y para los usuarios")
    assert {item.origin for item in found.updates} == {"stated"}
    assert found.missing_unit == ()


@pytest.mark.parametrize("text", ["asdf qwer zxcv", "gfdgfd", "hjkl;;"])
def test_keys_hit_at_random_are_not_read(text: str) -> None:
    assert not read(text).readable


@pytest.mark.parametrize("text", ["yes", "Kubeflow", "1500", "nothing special", "Zürich", "blah"])
def test_short_answers_are_read(text: str) -> None:
    assert read(text).readable


@pytest.mark.parametrize("text", ["-5 PDFs", "we have -5 PDFs", "latency: -300 ms", "\u221220 users"])
def test_a_minus_is_refused_with_its_sign(text: str) -> None:
    found = read(text)
    assert len(found.rejected) == 1
    assert found.rejected[0].reason.startswith("-")
    assert not {"corpus_documents", "e2e_latency_ms", "users_total"} & values(found).keys()


@pytest.mark.parametrize("text", ["10-20 documents", "between 10 - 20 documents", "some - 20 - documents"])
def test_a_dash_is_no_minus(text: str) -> None:
    assert values(read(text))["corpus_documents"] == 20


def test_a_shrinking_load_may_be_negative() -> None:
    assert values(read("growth -5% a month")) == {"growth_pct_month": -5}


def test_a_limit_without_a_unit_is_asked_back_whatever_was_asked() -> None:
    found = read("latency 300, 20 requests per second", "request_rate")
    assert [(item.slot, item.text) for item in found.missing_unit] == [("latency_target", "300")]
    assert values(found) == {"request_rate_rps": 20}


@pytest.mark.parametrize(
    ("text", "what"),
    [("a budget of 4000", "currency"), ("a budget of 4000 EUR", "period"), ("we get 300 requests", "time")],
)
def test_what_is_missing_is_named(text: str, what: str) -> None:
    assert [item.what for item in read(text).missing_unit] == [what]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("40 simultaneous calls", 40),
        ("up to 128 concurrent requests", 128),
        ("50 video streams in parallel", 50),
        ("300 chat sessions at the same time", 300),
    ],
)
def test_what_runs_at_one_time_is_counted(text: str, count: int) -> None:
    assert values(read(text))["users_concurrent"] == count


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("6,000 manuals and 140,000 reports", 146_000),
        ("about 2000 contracts, another 300 invoices and 12 memos", 2312),
        ("400 contracts, 12 of them open", 400),
        ("1000 contracts, 40 pages each", 1000),
    ],
)
def test_parts_of_a_corpus_are_added_and_lengths_are_not(text: str, documents: int) -> None:
    assert values(read(text, "corpus_size"))["corpus_documents"] == documents


def test_a_length_alone_is_no_size() -> None:
    assert "corpus_documents" not in values(read("40 pages each", "corpus_size"))
