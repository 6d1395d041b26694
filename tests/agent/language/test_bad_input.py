"""What no reading should come of: other languages, keys hit at random, minus signs, lengths taken for sizes."""

import pytest

from agent.language import Understanding, understand
from agent.language.lexicon import table
from agent.language.locale import unread_text
from knowledge.library import Knowledge
from tools.workload import Known, Workload

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


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("We run Pinecoan as vector store", "Pinecone"),
        ("please use Qdrent for it", "Qdrant"),
        ("it runs on 4 H1000 cards", "H100"),
        ("our model is gtp-5", "gpt"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_and_not_repeated(text: str, near: str) -> None:
    found = read(text)
    assert [item.unknown_name for item in found.rejected] != []
    assert near in found.rejected[0].reason
    assert found.rejected[0].unknown_name not in found.rejected[0].reason.split()


@pytest.mark.parametrize(
    "text", ["We are Contoso from Zurich", "Our CEO Martin wants a chatbot", "LegalBot answers our lawyers"]
)
def test_names_of_people_and_firms_are_left_alone(text: str) -> None:
    assert read(text).rejected == ()


def test_rules_without_attestations_are_noted_by_name() -> None:
    assert values(read("a bank under BaFin and DORA"))["other_regimes"] == ("BaFin", "DORA")
    assert "other_regimes" not in values(read("Dora from the office has an ear for it"))


@pytest.mark.parametrize(
    "text", ["9e30 users", "10^25 requests a second", "p95 latency of 0 ms", "in minus two months we go live"]
)
def test_absurd_values_are_refused(text: str) -> None:
    assert len(read(text).rejected) == 1


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("avg_rps=62.4 max_rps=210", "peak_rate_rps", 210),
        ("max_model_len: 32768", "context_tokens", 32768),
        ("| docs | 35,000 |", "corpus_documents", 35_000),
        ("p99_ms: 80", "latency_percentile", 99),
        ("3 milion documents", "corpus_documents", 3_000_000),
        ("1.024 dimensions", "vector_dim", 1024),
        ("300 users, no wait, 500 users", "users_total", 500),
        ("our competitor pays 10k USD a month, we can do 3,500 USD a month", "budget_usd_month", 3500),
        ("TTFT p99 < 1.2s", "ttft_ms", 1200),
        ("25 tokens/s per user", "tpot_ms", 40),
    ],
)
def test_what_is_said_beside_the_beaten_track_is_read(text: str, field: str, value: float) -> None:
    assert values(read(text))[field] == pytest.approx(value)


def test_a_requirement_can_be_taken_back() -> None:
    before = Workload(history=(Known(field="residency", value=("EU",), turn=1),))
    found = understand("remove the EU restriction", turn=2, workload=before, knowledge=KNOWLEDGE)
    assert [(item.field, item.unknown) for item in found.updates] == [("residency", True)]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("A doctor must approve each letter before it goes out", "human_approval", "each"),
        ("only the doubtful cases are reviewed by a person", "human_approval", "some"),
        ("texts must stay retrievable for six years", "records_kept_years", 6),
        ("neither we nor any supplier may store the audio", "nothing_stored", "yes"),
        ("we must run exactly the cleared model", "model_frozen", "yes"),
        ("one graphics card with 24 GB", "accelerator_memory_gb", 24),
        ("64 GB of main memory", "main_memory_gb", 64),
        ("no money for other hardware", "hardware_fixed", "yes"),
        ("nothing quantised", "weights_precision", "published"),
    ],
)
def test_demands_that_can_exclude_each_other_are_read(text: str, field: str, value: object) -> None:
    assert values(read(text))[field] == value


def test_the_age_of_data_is_no_duty_to_keep_it() -> None:
    assert "records_kept_years" not in values(read("we look at data of the last six years"))


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("14 bottling lines, each with 3 cameras at 30 fps", 1260),
        ("24 cameras, 15 frames a second each", 360),
        ("30 cameras, 900 fps in total", 900),
        ("3 sites and 40 requests a second", 40),
    ],
)
def test_the_rate_of_one_source_is_multiplied_by_all(text: str, rate: float) -> None:
    assert values(read(text))["request_rate_rps"] == rate


def test_counts_that_nothing_uses_are_named() -> None:
    assert read("we have 3 sites and 40 requests a second").unused == ("3 sites",)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("9,000 calls a day of about 6 minutes each", "audio_minutes_per_request", 6),
        ("transcribe half-hour recordings", "audio_minutes_per_request", 30),
        ("we summarise 45-minute meetings", "audio_minutes_per_request", 45),
        ("four pictures per request", "images_per_request", 4),
        ("score 4 million subscribers nightly in a batch", "items_per_run", 4_000_000),
        ("peak 220 concurrent calls", "users_concurrent", 220),
    ],
)
def test_sound_pictures_and_runs_are_measured(text: str, field: str, value: float) -> None:
    assert values(read(text))[field] == value


def test_a_time_limit_is_no_length_of_sound() -> None:
    assert "audio_minutes_per_request" not in values(read("answers within 6 minutes of the call"))
