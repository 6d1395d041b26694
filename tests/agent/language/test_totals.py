"""What is told for one of several is multiplied by how many there are, or asked back; it's never the total."""

import pytest

from agent.language import Understanding, understand
from agent.language.completion import with_units
from knowledge.library import Knowledge
from tools.workload import Known, Workload, from_mapping

KNOWLEDGE = Knowledge()
DAY = 86400


def read(text: str, *asked: str, workload: Workload | None = None) -> Understanding:
    return understand(text, turn=2, asked=asked, workload=workload or Workload(), knowledge=KNOWLEDGE)


def found(text: str, field: str = "request_rate_rps", workload: Workload | None = None) -> Known | None:
    return next((item for item in read(text, workload=workload).updates if item.field == field), None)


def a_day(text: str) -> float:
    rate = found(text)
    assert rate is not None, text
    assert isinstance(rate.value, float)
    return rate.value * DAY


@pytest.mark.parametrize(
    ("text", "daily"),
    [
        ("200 lawyers each ask 20 questions a day over 50,000 contracts.", 4000),
        ("Chatbot for 10,000 people, 12 messages per player per day", 120_000),
        ("480 nurses, 6 questions per nurse per day", 2880),
        ("10,000 players, 12 messages each a day", 120_000),
        ("For 5,000 players: every player sends 12 messages a day.", 60_000),
        ("120 branches. Every branch uploads 40 scans a day.", 4800),
        ("Each of the 12 sites handles 500 calls a day", 6000),
        ("A typical clerk asks 15 questions a day; there are 900 clerks.", 13_500),
        ("each of our 300 agents (human ones!) sends 40 queries a day", 12_000),
        ("per student 4 essays a day, 12,000 students", 48_000),
        ("20 Fragen pro Nutzer pro Tag, 500 Nutzer", 10_000),
        ("30 questions par utilisateur par jour, 200 utilisateurs", 6000),
        ("200 dossiers per court per day, 85 courts", 17_000),
        ("40k skippers, one in four opens the app daily, 3 lookups apiece a day", 30_000),
        ("300 frames per match, 8 matches a day", 2400),
        ("6 questions per shift, 40 shifts a day", 240),
        ("20 users, 12 questions each an hour", 5_760),
        ("20 users, 12 questions each a day", 240),
        ("about 3,500 ward patients in 21 hospitals, each scored once an hour", 84_000),
        ("5,000 users ask 3 questions a day", 15_000),
    ],
)
def test_a_rate_told_for_one_is_multiplied(text: str, daily: float) -> None:
    assert a_day(text) == pytest.approx(daily)


@pytest.mark.parametrize(
    ("text", "daily"),
    [
        ("Our portal sends 3,000 queries a day, 200 users.", 3000),
        ("Each answer cites 3 sources; 200 questions a day", 200),
        ("50 lawyers, 20 questions a day in total", 20),
        ("25 of them will use it, maybe 400 requests a day", 400),
        ("20 users, 30 questions a day", 30),
    ],
)
def test_a_rate_of_all_stays_as_it_is(text: str, daily: float) -> None:
    assert a_day(text) == pytest.approx(daily)


@pytest.mark.parametrize(
    ("text", "daily"),
    [
        ("1.2 million visitors a year, maybe 3 in 10 ask, two questions each", 720_000 / 365),
        ("40k MAU, 5% use the assistant, 4 sessions a month", 8000 / 30),
        ("half of them ask 2 questions a day; we have 8,000 members", 8000),
        ("one user in five of 3,000 students will use it twice a day", 1200),
        ("A third of our 9,000 farmers ask 2 questions a day", 6000),
    ],
)
def test_shares_of_people_count(text: str, daily: float) -> None:
    assert a_day(text) == pytest.approx(daily)


def test_the_users_are_those_of_the_share_that_uses_it() -> None:
    users = found("40k MAU, 5% use the assistant, 4 sessions a month", "users_total")
    assert users is not None
    assert users.value == 2000
    assert users.derivation == "40k MAU x 5%"


def test_a_fraction_is_no_number_of_tokens() -> None:
    assert found("2 million visitors, 3 in 10 ask; 900 tokens of answer", "input_tokens") is None


def test_parts_within_parts_are_multiplied() -> None:
    rate = found("each sensor sends 4 readings an hour; 620 turbines with 200 sensors each", "events_per_s")
    assert rate is not None
    assert rate.value == pytest.approx(620 * 200 * 4 / 3600)


def test_what_was_derived_is_told() -> None:
    rate = found("200 lawyers each ask 20 questions a day")
    assert rate is not None
    assert (rate.derivation, rate.stated) == ("200 lawyers x 20 questions a day", "4,000 questions a day")


def test_without_a_count_it_is_asked_and_the_answer_completes_it() -> None:
    first = read("12 messages per dragon per day")
    assert first.updates == () or "request_rate_rps" not in {item.field for item in first.updates}
    [missing] = first.missing_unit
    assert missing == ("users", "12 messages per dragon per day", "count")
    answer = read("3,000", "users")
    reader = lambda message, asked: read(message, *asked)  # noqa: E731 - the shape that completion takes
    done = with_units("3,000", answer, [(missing.slot, missing.text)], reader)
    rate = next(item for item in done.updates if item.field == "request_rate_rps")
    assert rate.value == pytest.approx(36_000 / DAY)


@pytest.mark.parametrize(("answer", "daily"), [("for each of them", 240_000), ("all together", 20)])
def test_a_small_rate_beside_many_people_is_asked(answer: str, daily: float) -> None:
    first = read("The tool serves 12,000 midwives. 20 questions a day.")
    [missing] = first.missing_unit
    assert (missing.slot, missing.what) == ("request_rate", "scope")
    workload = from_mapping({"users_total": 12_000})
    reader = lambda message, asked: read(message, *asked, workload=workload)  # noqa: E731
    done = with_units(answer, read(answer, "request_rate"), [(missing.slot, missing.text)], reader)
    rate = next(item for item in done.updates if item.field == "request_rate_rps")
    assert rate.value == pytest.approx(daily / DAY)


def test_a_stated_total_wins_and_a_great_mismatch_is_told() -> None:
    told = read("2,000 curators, each 12 lookups an hour, so 42 million requests a day")
    rate = next(item for item in told.updates if item.field == "request_rate_rps")
    assert rate.value == pytest.approx(42e6 / DAY)
    [mismatch] = told.mismatches
    assert mismatch.computed == "2,000 curators x 12 lookups an hour = 24,000 lookups an hour"
    agrees = read("2,000 curators, each 12 lookups a day, so 24,000 requests a day")
    assert agrees.mismatches == ()


def test_a_limit_on_somebody_is_no_load() -> None:
    assert found("limited to 20 requests a minute for each key; 3,000 people") is None


def test_an_upkeep_is_no_load() -> None:
    assert found("300,000 product pages, each refreshed once an hour") is None


@pytest.mark.parametrize(
    ("text", "field", "rate"),
    [
        (
            "4,200 farms, 85 cows each; every cow has a collar sending one reading every 10 minutes",
            "events_per_s",
            595,
        ),
        (
            "12,000 meters per district in 31 districts reporting every 15 minutes",
            "events_per_s",
            31 * 12_000 / 900,
        ),
        ("480 vessels, each sends a photo every 20 minutes", "request_rate_rps", 0.4),
        ("900 sensors report every 5 minutes", "events_per_s", 3),
        ("200 buoys send 3 measurements every hour", "events_per_s", 1 / 6),
        ("22 lifts, 2 cameras per lift, 5 frames a second", "request_rate_rps", 220),
        ("310 turbines x 60 signals x 1 Hz", "events_per_s", 18_600),
        ("one request every two seconds", "request_rate_rps", 0.5),
    ],
)
def test_what_things_send_is_multiplied(text: str, field: str, rate: float) -> None:
    value = found(text, field)
    assert value is not None
    assert value.value == pytest.approx(rate)


def test_the_data_of_each_is_multiplied() -> None:
    data = found("11 instruments, each makes 1.5 GB an hour", "ingest_gb_per_day")
    assert data is not None
    assert data.value == pytest.approx(11 * 1.5 * 24)


def test_the_period_of_a_share_is_that_of_the_rate() -> None:
    assert a_day("60k customers, 2% use it in a week, 5 questions each.") == pytest.approx(6000 / 7)


def test_those_active_count_where_they_are_told_apart() -> None:
    text = "2.4 million registered players, 300k active on a given day. 1 in 8 opens it each day and asks 3 questions."
    assert a_day(text) == pytest.approx(112_500)


def test_how_many_work_at_once_is_no_rate_of_them() -> None:
    assert found("6 matches a day at once", "users_concurrent") is None


@pytest.mark.parametrize(
    ("text", "users"),
    [
        ("2,300 branches, 4 tellers per branch", 9200),
        ("Each of our 12 customers has about 300 users", 3600),
        ("between 50 and 50 nurses per shift", 50),
        ("We are a 9-person studio. Our game has 80,000 players.", 80_000),
        ("2.4 million registered players, 300k active on a given day", 2_400_000),
    ],
)
def test_people_told_for_one_are_multiplied(text: str, users: float) -> None:
    value = found(text, "users_total")
    assert value is not None
    assert value.value == users


def test_people_of_one_of_unknown_many_are_not_all() -> None:
    assert found("4 tellers per branch", "users_total") is None


def test_those_who_hold_users_are_tenants() -> None:
    tenants = found(
        "Each of our 12 customers has about 300 users; each user makes 10 searches a day.", "tenants"
    )
    assert tenants is not None
    assert tenants.value == 12


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("20 sites with 400 documents each", 8000),
        ("every chat is 10 messages", None),
        ("2 messages per contact", None),
        ("summarise every case file (about 400 pages)", None),
        ("1,000 contracts, 40 pages each", 1000),
    ],
)
def test_parts_of_one_are_no_corpus(text: str, documents: float | None) -> None:
    corpus = found(text, "corpus_documents")
    assert (corpus.value if corpus else None) == documents


def test_calls_of_one_task_are_no_rate() -> None:
    text = "45,000 employees; 1.2 tickets per employee per month; each ticket takes 4 LLM calls."
    calls = found(text, "llm_calls_per_task")
    assert calls is not None
    assert calls.value == 4
    assert a_day(text) == pytest.approx(1800)


def test_measured_parameters_are_no_model() -> None:
    text = "210 vessels; every vessel reports 400 parameters a minute"
    assert found(text, "model_params_b") is None
    events = found(text, "events_per_s")
    assert events is not None
    assert events.value == pytest.approx(1400)


def test_great_numbers_are_written_out() -> None:
    rate = found("10,000 users, 1,000 requests per user per month")
    assert rate is not None
    assert rate.stated == "10,000,000 requests per month"


def test_a_proportion_is_no_rate() -> None:
    assert found("about one new alert per day per 35 patients, 3,500 patients") is None


def test_the_rate_of_one_device_stands_where_no_number_of_them_is_told() -> None:
    rate = found("sensor frame rate, about 10-30 Hz per model")
    assert rate is not None
    assert (rate.low, rate.high) == (10, 30)


def test_what_is_told_for_one_later_in_a_sentence_is_of_another_number() -> None:
    users = found("we have a million users on a flat licence, so a bill per keystroke is out", "users_total")
    assert users is not None
    assert users.value == 1_000_000
